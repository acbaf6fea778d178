//! Clocks and waiting.

use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{Isolate, Value};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) const GLOBALS: &[Row] = rows! {
    "clock" (0, 0) leaf clock;
    "usleep" (1, 1) leaf usleep;
    "sysSleep" (1, 1) leaf sleep;
    "@time_now" (0, 0) leaf now;
    "@time_iso" (0, 1) leaf iso;
};

/// Seconds since the isolate was made.
fn clock(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(c.host().start.elapsed().as_secs_f64()))
}

/// Seconds since 1970-01-01T00:00:00Z; negative before.
fn seconds_now() -> f64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

pub(crate) fn now(_: Call<'_>) -> Out<'_> {
    Ok(Value::number(seconds_now()))
}

/// Waits, in short naps so that Ctrl-C ends the wait: the next safepoint then ends the program.
fn wait(iso: &Isolate, seconds: f64) {
    const NAP: Duration = Duration::from_millis(20);
    let interrupted = iso.interrupt_handle();
    let length = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let start = Instant::now();
    while !interrupted.is_interrupted() {
        let left = length.saturating_sub(start.elapsed());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(NAP));
    }
}

/// The output so far is shown before the wait.
fn sleep(c: Call<'_>) -> Out<'_> {
    let seconds = c.number(0)?;
    if seconds.is_nan() || seconds < 0.0 {
        return Err(c.value_error("the time must not be below 0"));
    }
    // A broken output is reported where it is written.
    let _ = c.iso.flush_output();
    wait(c.iso, seconds);
    Ok(Value::nil())
}

/// Waits microseconds; gives 0, as the C function does.
fn usleep(c: Call<'_>) -> Out<'_> {
    let microseconds = c.number(0)?;
    if microseconds.is_nan() || microseconds < 0.0 {
        return Err(c.value_error("the time must not be below 0"));
    }
    wait(c.iso, microseconds / 1e6);
    Ok(Value::number(0.0))
}

/// `2024-02-29T12:30:00.500Z` of seconds since 1970, or of now.
fn iso(c: Call<'_>) -> Out<'_> {
    let seconds = c.opt_number(0)?.unwrap_or_else(seconds_now);
    match iso_text(seconds) {
        Some(text) => c.new_string(text),
        None => Err(c.value_error("the time is not within the years 0 to 9999")),
    }
}

fn iso_text(seconds: f64) -> Option<String> {
    let millis = (seconds * 1000.0).floor();
    // 0000-01-01 and the last millisecond of 9999.
    if !(-62_167_219_200_000.0..=253_402_300_799_999.0).contains(&millis) {
        return None;
    }
    let millis = millis as i64;
    let (days, in_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar: counts years
/// from March so that the leap day is the last (H. Hinnant, "chrono-compatible low-level date
/// algorithms").
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // since 0000-03-01
    let (era, in_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_in_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_in_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z"),
            (1_709_209_800.5, "2024-02-29T12:30:00.500Z"),
            (-1.0, "1969-12-31T23:59:59.000Z"),
            (-62_167_219_200.0, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(iso_text(seconds).as_deref(), Some(text));
        }
        assert_eq!(iso_text(f64::NAN), None);
        assert_eq!(iso_text(1e18), None);
    }
}
