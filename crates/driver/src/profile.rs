//! The clock of a profile.

use sox_runtime::InterruptHandle;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// The time between two ticks.
pub const TICK: Duration = Duration::from_millis(1);

/// A thread that ticks until this is dropped.
pub(crate) struct Clock {
    /// Dropped to end the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Clock {
    /// Begins to tick.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub(crate) fn start(handle: InterruptHandle) -> std::io::Result<Clock> {
        let (stop, stopped) = mpsc::channel::<()>();
        let run = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                handle.tick();
            }
        };
        let thread = std::thread::Builder::new().name("profile".into()).spawn(run)?;
        Ok(Clock { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, its message was printed.
            let _ = thread.join();
        }
    }
}
