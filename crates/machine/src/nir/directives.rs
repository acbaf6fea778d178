//! `# run:` and `# expect:` in a module's text; in `.ir` the comments begin with `%`.
//!
//! ```text
//! # run: fib(10)
//! # expect: 55
//! # run: main("an argument")
//! # expect: stdout "hello\n"
//! # expect: exit 0
//! ```
//!
//! A call of any function but `main` gives its results; `main` is run as a program and gives an exit
//! status. Printed text must be expected if there is any. `# fault: LINE CODE` says that the module
//! must be refused with that fault, and with no other than those that are named.

use super::data::float_bits;
use crate::ir::Class;
use crate::text::{digits, fit, unescape};

/// One run and what must come of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Line of the directive.
    pub line: u32,
    /// The function.
    pub function: Vec<u8>,
    /// Its arguments, not yet of any class.
    pub arguments: Vec<String>,
    /// What must come of it.
    pub expect: Expect,
}

/// What must come of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The results, not yet of any class.
    pub results: Option<Vec<String>>,
    /// The exit status.
    pub exit: Option<u8>,
    /// What is printed.
    pub stdout: Vec<u8>,
    /// What is printed to standard error.
    pub stderr: Vec<u8>,
    /// That the program stops by a trap.
    pub trap: bool,
}

/// A directive that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDirective {
    /// Its line.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl Run {
    /// The bits of a number as the text writes it, in a register of a class.
    pub fn bits(text: &str, class: Class) -> Option<u64> {
        let (negative, magnitude) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let hex = magnitude.strip_prefix("0x").and_then(|rest| digits(rest.as_bytes(), 16));
        match (class, hex) {
            (Class::I64, Some(value)) => fit(negative, value).map(|bits| bits as u64),
            (Class::I64, None) => {
                fit(negative, digits(magnitude.as_bytes(), 10)?).map(|bits| bits as u64)
            }
            (_, Some(bits)) => u64::try_from(bits).ok(),
            (_, None) => float_bits(text, class).map(|bits| bits as u64),
        }
    }
}

/// The runs of a text, in order.
///
/// # Errors
/// The first directive that is not understood.
pub fn runs(text: &str) -> Result<Vec<Run>, BadDirective> {
    let mut runs: Vec<Run> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let bad = |message: String| BadDirective { line: number, message };
        let Some(comment) = line.trim_start().strip_prefix(['#', '%']) else { continue };
        let comment = comment.trim();
        if let Some(call) = comment.strip_prefix("run:") {
            let call = call.trim();
            let form = || bad(format!("`{call}` is not of the form f(1, 2)"));
            let (function, arguments) = call.split_once('(').ok_or_else(form)?;
            let arguments = arguments.strip_suffix(')').ok_or_else(form)?;
            let (function, arguments) = (function.as_bytes().to_vec(), split(arguments));
            runs.push(Run { line: number, function, arguments, expect: Expect::default() });
        } else if let Some(expected) = comment.strip_prefix("expect:") {
            let run = runs.last_mut().ok_or_else(|| bad("there is no run before it".into()))?;
            expectation(&mut run.expect, expected.trim()).map_err(bad)?;
        }
    }
    Ok(runs)
}

/// The faults that a text must have: the line and code of each, in order.
///
/// # Errors
/// The first directive that is not understood.
pub fn expected_faults(text: &str) -> Result<Vec<(u32, String)>, BadDirective> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let comment = line.trim_start().strip_prefix(['#', '%']).unwrap_or("").trim_start();
        let Some(fault) = comment.strip_prefix("fault:") else { continue };
        let parts = fault.trim().split_once(' ');
        let parsed = parts.and_then(|(line, code)| Some((line.parse().ok()?, code.to_string())));
        let message = || format!("`{}` is not a line and a code", fault.trim());
        faults.push(parsed.ok_or_else(|| BadDirective { line: number, message: message() })?);
    }
    Ok(faults)
}

/// Parts with commas between them.
fn split(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    text.split(',').map(|part| part.trim().to_string()).collect()
}

fn expectation(expect: &mut Expect, text: &str) -> Result<(), String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "exit" => expect.exit = Some(rest.parse().map_err(|_| format!("`{rest}` is no status"))?),
        "stdout" => expect.stdout.extend(quoted(rest)?),
        "stderr" => expect.stderr.extend(quoted(rest)?),
        "trap" => expect.trap = true,
        _ => expect.results = Some(split(text)),
    }
    Ok(())
}

fn quoted(text: &str) -> Result<Vec<u8>, String> {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let inside = inside.ok_or_else(|| format!("`{text}` is not quoted"))?;
    let mut bytes = Vec::new();
    unescape(inside.as_bytes(), &mut bytes).map_err(|_| format!("a bad escape in `{text}`"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_arguments_and_expectations() {
        let text = "# run: f(1, -2.5)\n# expect: 3, 0x10\nfunction\n  # run: main()\n\
            # expect: stdout \"a\\n\"\n# expect: exit 4\n";
        let found = runs(text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, &found[0].function[..]), (1, &b"f"[..]));
        assert_eq!(found[0].arguments, ["1", "-2.5"]);
        assert_eq!(found[0].expect.results, Some(vec!["3".into(), "0x10".into()]));
        assert_eq!((found[1].expect.exit, &found[1].expect.stdout[..]), (Some(4), &b"a\n"[..]));
        assert_eq!(Run::bits("-1", Class::I64), Some(u64::MAX));
        assert_eq!(Run::bits("-2.5", Class::F64), Some((-2.5f64).to_bits()));
        assert_eq!(Run::bits("0x7fc00000", Class::F32), Some(0x7fc0_0000));
        for bad in ["# run: f", "# expect: 1", "# run: f()\n# expect: exit x"] {
            assert!(runs(bad).is_err(), "{bad}");
        }
    }
}
