//! macOS: Mach-O headers at `_mh_execute_header`, which the linker defines.

pub(crate) use sox_objfile::macho as format;

/// Bytes that are mapped in any case: the file header.
pub(crate) const FIRST_BYTES: usize = 32;

unsafe extern "C" {
    static _mh_execute_header: u8;
}

/// A stub's room is its header padding, which the linker was told to leave.
pub(crate) fn keep_reserved_room() {}

pub(crate) fn headers() -> *const u8 {
    &raw const _mh_execute_header
}

/// The kernel runs no file that was cut off.
pub(crate) fn is_there(_: *const u8) -> bool {
    true
}
