//! Linux: ELF headers at `__ehdr_start`, which every linker defines.

pub(crate) use sox_objfile::elf as format;
use std::ffi::{c_int, c_void};
use std::os::fd::AsRawFd;

/// Bytes that are mapped in any case: the file header.
pub(crate) const FIRST_BYTES: usize = 64;

/// A note: name size, content size, type, name, content. Its alignment differs from that of all
/// other notes, so linkers give it a program header of its own.
#[repr(C, align(16))]
struct Note([u32; 5]);

// The room for a program: see `sox_objfile::elf`.
#[used]
#[unsafe(link_section = ".note.sox")]
static RESERVED: Note = Note([4, 4, 1, u32::from_le_bytes(*b"Sox\0"), 0]);

/// Makes the linker keep the note.
pub(crate) fn keep_reserved_room() {
    std::hint::black_box(&RESERVED);
}

unsafe extern "C" {
    static __ehdr_start: u8;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
}

pub(crate) fn headers() -> *const u8 {
    &raw const __ehdr_start
}

/// Whether a byte can be read. Touching a page behind the end of a file would end the process with
/// a signal; a system call that is to read it fails instead, such as writing it to a pipe.
pub(crate) fn is_there(byte: *const u8) -> bool {
    let Ok((_reader, writer)) = std::io::pipe() else {
        // Without a pipe nobody knows; nearly all files are whole.
        return true;
    };
    // SAFETY: the system looks at the byte and tells if there is none.
    unsafe { write(writer.as_raw_fd(), byte.cast(), 1) == 1 }
}
