//! Memory that one stage gives back should serve the next.
//!
//! Each table of a long text is megabytes large, and few are needed at the same time: the tokens are
//! gone when the resolved tree is made, the syntax tree is when the code is. But allocators take so
//! large pieces from the system one by one and give them back at once, so each table begins with
//! pages never touched before, and a first touch costs more than everything that is then done with the
//! bytes of the page. The allocator of the GNU C library learns from what it is given back: the size
//! of the largest piece becomes what it takes for usual, and it keeps pieces up to that size for later.
//! So it is given one, early, that is as large as any table will be. Nothing touches it, so that it
//! costs two calls of the system; other allocators lose no more.

use std::hint::black_box;

/// Bytes of the largest table for each byte of text, about.
const TABLE_BYTES: usize = 5;

/// Pieces that are smaller are kept anyway, in bytes.
const USUAL: usize = 128 << 10;

/// Pieces that are larger teach nothing, in bytes.
const LARGEST: usize = 31 << 20;

/// Prepares the allocator for the tables of a text of so many bytes.
pub(crate) fn expect_text(length: usize) {
    let size = (length * TABLE_BYTES).min(LARGEST);
    if size > USUAL {
        drop(black_box(Vec::<u8>::with_capacity(size)));
    }
}
