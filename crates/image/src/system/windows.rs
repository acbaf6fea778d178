//! Windows: PE headers at the handle of the program's module.

pub(crate) use sox_objfile::pe as format;
use std::ffi::c_void;

/// Bytes that are mapped in any case: a page, which the headers of a stub do not exceed.
pub(crate) const FIRST_BYTES: usize = 4096;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleW(name: *const u16) -> *const c_void;
}

/// A stub's room is the slack of its headers.
pub(crate) fn keep_reserved_room() {}

pub(crate) fn headers() -> *const u8 {
    // SAFETY: no name asks for the handle of the program itself, which is where it is mapped.
    unsafe { GetModuleHandleW(std::ptr::null()) }.cast()
}

/// The loader runs no file that was cut off.
pub(crate) fn is_there(_: *const u8) -> bool {
    true
}
