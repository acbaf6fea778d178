//! A thread with room for deep recursion.
//!
//! Parsing, the tree walk and natives that call back use the native stack. On a thread of known
//! size they can tell how much is left and fail cleanly.

/// Bytes of native stack that engines run on. Committed only as far as it is used.
pub const STACK_BYTES: usize = 256 << 20;

/// Runs `work` on a thread with a large stack and waits for it. A panic in it goes on here.
///
/// # Panics
/// If the system refuses a thread, or if `work` panics.
pub fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    on_big_stack_while(work, || {})
}

/// Like [`on_big_stack`]; this thread does `meanwhile` before it waits.
///
/// # Panics
/// If the system refuses a thread, or if one of the two panics.
pub fn on_big_stack_while<T: Send>(work: impl FnOnce() -> T + Send, meanwhile: impl FnOnce()) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("sox".into()).stack_size(STACK_BYTES);
        let thread = builder.spawn_scoped(scope, work).expect("the system gives a thread");
        meanwhile();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
