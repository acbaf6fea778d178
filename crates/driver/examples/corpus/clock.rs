//! How long things take.

/// CPU time of this thread in seconds.
#[cfg(unix)]
pub(crate) fn now() -> f64 {
    use nix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("every Unix has this clock");
    time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
}

#[cfg(not(unix))]
pub(crate) fn now() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}
