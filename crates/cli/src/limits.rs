//! Values on the command line that are checked while it is read.

use sox_driver::{Form, Pass};
use std::time::Duration;

/// A whole number from 1.
pub(crate) fn parse_positive(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number from 1".into()),
        Ok(number) => Ok(number),
    }
}

/// Bytes: a whole number that may end in K, M or G (powers of 1024).
pub(crate) fn parse_memory(text: &str) -> Result<usize, String> {
    let error = || "expected a size such as 65536, 512K, 64M or 2G".to_string();
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let number: usize = digits.parse().map_err(|_| error())?;
    let bytes = number.checked_mul(1 << shift).filter(|&bytes| bytes > 0).ok_or_else(error)?;
    const LEAST: usize = 1 << 20;
    if bytes < LEAST {
        return Err("the least is 1M: the library itself needs some".into());
    }
    Ok(bytes)
}

/// Seconds: a number above 0, at most an hour.
pub(crate) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|&seconds: &f64| seconds > 0.0 && seconds <= 3600.0);
    seconds.map(Duration::from_secs_f64).ok_or("expected seconds, such as 0.1 or 2".into())
}

/// A form of the virtual machine's interpreter that this build has.
pub(crate) fn parse_form(text: &str) -> Result<Form, String> {
    let form = match text {
        "loop" => Form::Loop,
        "threaded" => Form::Threaded,
        _ => return Err("expected loop or threaded".into()),
    };
    match Form::AVAILABLE.contains(&form) {
        true => Ok(form),
        false => Err("this build of sox has no such form".into()),
    }
}

/// The name of a pass of the optimizer.
pub(crate) fn parse_pass(text: &str) -> Result<Pass, String> {
    let names = || Pass::ALL.iter().map(|pass| pass.name()).collect::<Vec<_>>().join(", ");
    Pass::named(text).ok_or_else(|| format!("there is no such pass; there are {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_memory("64M"), Ok(64 << 20));
        assert_eq!(parse_memory("2g"), Ok(2 << 30));
        assert_eq!(parse_memory("2097152"), Ok(2 << 20));
        for wrong in
            ["", "M", "-1", "1.5M", "1T", "99999999999999999999", "17179869184G", "0", "1K"]
        {
            assert!(parse_memory(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_seconds("0.25"), Ok(Duration::from_millis(250)));
        for wrong in ["0", "-1", "nan", "inf", "4000", "1s", ""] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
        assert!(parse_positive("0").is_err() && parse_positive("x").is_err());
    }
}
