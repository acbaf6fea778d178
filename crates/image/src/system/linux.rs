//! Linux: ELF headers at `__ehdr_start`, which every linker defines.

pub(crate) use sox_objfile::elf as format;
use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

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
    fn mmap(
        address: *mut c_void,
        size: usize,
        rights: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn mprotect(address: *mut c_void, size: usize, rights: c_int) -> c_int;
    fn munmap(address: *mut c_void, size: usize) -> c_int;
}

// From <sys/mman.h>, alike on x86-64 and AArch64.
const PROT_READ: c_int = 1;
const PROT_WRITE: c_int = 2;
const PROT_EXEC: c_int = 4;
const MAP_PRIVATE: c_int = 2;
const MAP_ANONYMOUS: c_int = 0x20;

/// Maps zeroed pages that can be read and written.
pub(crate) fn map(size: usize) -> io::Result<NonNull<u8>> {
    let (rights, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    // SAFETY: new pages, of which nothing else knows.
    let start = unsafe { mmap(std::ptr::null_mut(), size, rights, flags, -1, 0) };
    // An error is -1, which is no page.
    match NonNull::new(start.cast::<u8>()) {
        Some(start) if start.as_ptr().addr() != usize::MAX => Ok(start),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Takes the right to write from the first pages and gives the one to execute. What was written there
/// is what will be executed.
pub(crate) fn make_executable(start: NonNull<u8>, size: usize) -> io::Result<()> {
    // SAFETY: pages of the caller, which holds no reference to them that could write.
    match unsafe { mprotect(start.as_ptr().cast(), size, PROT_READ | PROT_EXEC) } {
        0 => {
            #[cfg(target_arch = "aarch64")]
            synchronize(start, size);
            Ok(())
        }
        _ => Err(io::Error::last_os_error()),
    }
}

/// Makes written bytes visible to the fetching of instructions, which has a cache of its own on AArch64:
/// they are pushed out of the data cache, then what the instruction cache had there is dropped, on all
/// processors. (Arm Architecture Reference Manual, B2.4.4 "Concurrent modification and execution of
/// instructions"; x86-64 does all this by itself.)
#[cfg(target_arch = "aarch64")]
fn synchronize(start: NonNull<u8>, size: usize) {
    use std::arch::asm;
    let types: usize;
    // SAFETY: CTR_EL0 says how large cache lines are; Linux lets programs read it.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) types, options(nomem, nostack, preserves_flags)) };
    // Lines are given as powers of two, in words of 4 bytes.
    let (data_line, code_line) = (4 << (types >> 16 & 15), 4 << (types & 15));
    let (first, end) = (start.addr().get(), start.addr().get() + size);
    for line in (first & !(data_line - 1)..end).step_by(data_line) {
        // SAFETY: a line of the caller's pages, which can be read; nothing in it changes.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until the lines are where instructions are fetched from.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in (first & !(code_line - 1)..end).step_by(code_line) {
        // SAFETY: as above.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until the lines are gone, and drops what this processor has fetched ahead.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Gives pages back.
///
/// # Safety
/// They came from [`map`], and nothing uses them any more.
pub(crate) unsafe fn unmap(start: NonNull<u8>, size: usize) {
    // SAFETY: as the caller promises.
    unsafe { munmap(start.as_ptr().cast(), size) };
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
