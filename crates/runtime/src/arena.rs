//! What is asked of the system's allocator.

/// Lets all threads allocate from one arena: for programs in which one thread does all the work, but is
/// not the first one. To be called before there are others; does nothing where that means nothing.
///
/// glibc gives each thread but the first an arena of its own, which grows by a system call for every
/// few pages. A thread that was only made for its large stack is not worth that.
pub fn share_one_arena() {
    #[cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
    {
        use std::ffi::c_int;
        // SAFETY: the signature is that of <malloc.h>, and any arguments may be given.
        unsafe extern "C" {
            safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const M_ARENA_MAX: c_int = -8;
        // If it is refused, all goes on as before.
        mallopt(M_ARENA_MAX, 1);
    }
}
