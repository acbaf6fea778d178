//! What the targets for bytecode share: a mutator that knows the format, and a count of the memory
//! that reading takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// One in so many mutations is of bare bytes.
const PLAIN: u32 = 4;

/// Changes a bytecode file in place, as [`sox_testkit::bytecode::mutate`] does; what cannot be read
/// is changed byte by byte, and now and then what can. Gives the new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if !seed.is_multiple_of(PLAIN)
        && let Some(file) = sox_testkit::bytecode::mutate(&data[..size], seed.into(), max_size)
    {
        data[..file.len()].copy_from_slice(&file);
        return file.len();
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}

/// Bytes that may be allocated beyond what the size of the input allows.
const FREE_BYTES: usize = 64 << 10;

/// Bytes that may be allocated for each of the input.
const BYTES_FOR_EACH: usize = 64;

/// Does something with an input.
///
/// # Panics
/// If it has more memory at a time than so many times the input.
pub fn within_memory<T>(input: &[u8], work: impl FnOnce(&[u8]) -> T) -> T {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = work(input);
    let peak = PEAK.load(Relaxed) - before;
    let allowed = BYTES_FOR_EACH * input.len() + FREE_BYTES;
    assert!(peak <= allowed, "{peak} bytes for {} bytes of input", input.len());
    result
}

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting.
struct Counting;

fn count(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(live, Relaxed);
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
