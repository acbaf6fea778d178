//! Ctrl-C ends the running program at its next safepoint, and after a moment in any case: it may
//! wait for input or sleep.

use crate::status;
use sox_runtime::InterruptHandle;
use std::sync::OnceLock;
use std::time::Duration;

/// How long a program may take to come to its next safepoint.
const PATIENCE: Duration = Duration::from_millis(300);

/// The program that runs, once it does.
static RUNNING: OnceLock<InterruptHandle> = OnceLock::new();

/// How long a program runs before Ctrl-C is watched for. Until then Ctrl-C ends the process.
const SHORT_RUN: Duration = Duration::from_millis(5);

/// Watches for Ctrl-C once the program has run for a moment: this takes a thread, which short
/// programs need not wait for.
pub fn watch() {
    std::thread::sleep(SHORT_RUN);
    // Without a handler Ctrl-C still ends the process, only less tidily.
    let _ = ctrlc::set_handler(|| {
        if let Some(running) = RUNNING.get() {
            running.interrupt();
            std::thread::sleep(PATIENCE);
        }
        std::process::exit(status::INTERRUPTED);
    });
}

/// Makes a program the one that Ctrl-C ends.
pub fn ends(program: InterruptHandle) {
    // A process runs one program.
    let _ = RUNNING.set(program);
}
