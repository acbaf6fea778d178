//! Expectations that stand in comments of a script.
//!
//! | comment | meaning |
//! |---|---|
//! | `// expect: text` | the next line of standard output |
//! | `// expect error: text` | an uncaught error whose message contains the text, raised on this line if code stands before the comment; exit status 70 |
//! | `// expect trace: f:3 script:9` | its whole call stack, innermost first |
//! | `// expect compile error: text` | an error on this line whose message contains the text; exit status 65 |
//! | `// expect warning: text` | a warning on this line whose message contains the text |
//! | `// expect exit: n` | the exit status |
//! | `// args: a b` | arguments of the script |
//! | `// stdin: text` | a line of standard input |
//! | `// flags: --x` | flags of the command, before the script |

use crate::command::Finished;

/// What a script says about its run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    /// Lines of standard output.
    pub stdout: Vec<String>,
    /// The uncaught error: its line, if the comment stands behind code, and part of its message.
    pub error: Option<(Option<usize>, String)>,
    /// The call stack.
    pub trace: Option<String>,
    /// Compile errors: line and part of the message.
    pub compile_errors: Vec<(usize, String)>,
    /// Warnings: line and part of the message.
    pub warnings: Vec<(usize, String)>,
    /// The exit status, if given.
    pub exit: Option<i32>,
    /// Arguments.
    pub args: Vec<String>,
    /// Standard input.
    pub stdin: String,
    /// Flags.
    pub flags: Vec<String>,
}

/// The text behind a directive, if the comment is one.
fn directive<'a>(comment: &'a str, name: &str) -> Option<&'a str> {
    let rest = comment.strip_prefix(name)?.strip_prefix(':')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// The directives of a line and whether code stands before them.
fn comments(line: &str) -> impl Iterator<Item = (bool, &str)> {
    const NAMES: [&str; 9] = [
        "expect:",
        "expect error:",
        "expect trace:",
        "expect compile error:",
        "expect warning:",
        "expect exit:",
        "args:",
        "stdin:",
        "flags:",
    ];
    // Sox's comments, and PohLang's.
    let marks = ["// ", "# "].into_iter();
    let mut starts: Vec<(usize, usize)> = marks
        .flat_map(|mark| line.match_indices(mark).map(|(at, mark)| (at, at + mark.len())))
        .filter(|&(_, text)| NAMES.iter().any(|name| line[text..].starts_with(name)))
        .collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|&(at, _)| at).chain([line.len()]).collect::<Vec<_>>();
    let behind_code = starts.first().is_some_and(|&(at, _)| !line[..at].trim().is_empty());
    let count = starts.len();
    starts.into_iter().zip(ends).enumerate().map(move |(at, ((_, start), end))| {
        // What follows belongs to the next directive; the last one keeps its spaces.
        let text = &line[start..end];
        (behind_code, if at + 1 < count { text.trim_end() } else { text })
    })
}

impl Expectations {
    /// Reads the expectations of a script.
    ///
    /// # Errors
    /// If there is none that could fail, or one is malformed.
    pub fn parse(script: &str) -> Result<Expectations, String> {
        let mut found = Expectations::default();
        let directives = (1..)
            .zip(script.lines())
            .flat_map(|(number, line)| comments(line).map(move |found| (number, found)));
        for (number, (behind_code, comment)) in directives {
            let is = |name| directive(comment, name);
            if let Some(text) = is("expect") {
                found.stdout.push(text.to_string());
            } else if let Some(text) = is("expect error") {
                found.error = Some((behind_code.then_some(number), text.trim().to_string()));
            } else if let Some(text) = is("expect trace") {
                found.trace = Some(text.trim().to_string());
            } else if let Some(text) = is("expect compile error") {
                found.compile_errors.push((number, text.trim().to_string()));
            } else if let Some(text) = is("expect warning") {
                found.warnings.push((number, text.trim().to_string()));
            } else if let Some(text) = is("expect exit") {
                found.exit =
                    Some(text.trim().parse().map_err(|_| format!("line {number}: no status"))?);
            } else if let Some(text) = is("args") {
                found.args.extend(text.split_whitespace().map(str::to_string));
            } else if let Some(text) = is("stdin") {
                found.stdin += text;
                found.stdin.push('\n');
            } else if let Some(text) = is("flags") {
                found.flags.extend(text.split_whitespace().map(str::to_string));
            }
        }
        let silent = found.stdout.is_empty()
            && found.error.is_none()
            && found.compile_errors.is_empty()
            && found.warnings.is_empty()
            && found.exit.is_none();
        if silent { Err("the script expects nothing".into()) } else { Ok(found) }
    }

    /// The exit status the expectations come to.
    fn status(&self) -> i32 {
        match self.exit {
            Some(status) => status,
            None if !self.compile_errors.is_empty() => 65,
            None if self.error.is_some() => 70,
            None => 0,
        }
    }

    /// Compares a run, made with `--error-format short`, with the expectations.
    ///
    /// # Errors
    /// What differs, for a person to read.
    pub fn compare(&self, run: &Finished) -> Result<(), String> {
        let mut wrong = String::new();
        let stdout: Vec<&str> = run.stdout.lines().collect();
        let expected: Vec<&str> = self.stdout.iter().map(String::as_str).collect();
        if stdout != expected {
            wrong +=
                &format!("standard output:\n{}\nexpected:\n{}\n", run.stdout, expected.join("\n"));
        }
        if run.status != Some(self.status()) {
            wrong += &format!("exit status {:?}, expected {}\n", run.status, self.status());
        }
        self.compare_error(&run.stderr, &mut wrong);
        self.compare_diagnostics(&run.stderr, &mut wrong);
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{wrong}standard error:\n{}", run.stderr))
        }
    }

    fn compare_error(&self, stderr: &str, wrong: &mut String) {
        let raised = stderr.lines().find_map(|line| {
            let (place, message) = line.split_once("error: ")?;
            Some((place, message))
        });
        match (&self.error, raised) {
            (None, None) => {}
            (None, Some((_, message))) => {
                if self.status() == 0 {
                    *wrong += &format!("unexpected error: {message}\n");
                }
            }
            (Some((_, expected)), None) => *wrong += &format!("no error, expected: {expected}\n"),
            (Some((line, expected)), Some((_, message))) => {
                if !message.contains(expected) {
                    *wrong += &format!("error: {message}\nexpected: {expected}\n");
                }
                let innermost = trace(stderr).first().map(|(_, line)| *line);
                if line.is_some() && innermost != *line {
                    *wrong += &format!("raised on line {innermost:?}, expected {line:?}\n");
                }
            }
        }
        if let Some(expected) = &self.trace {
            let frames: Vec<String> =
                trace(stderr).iter().map(|(name, line)| format!("{name}:{line}")).collect();
            if frames.join(" ") != *expected {
                *wrong += &format!("trace: {}\nexpected: {expected}\n", frames.join(" "));
            }
        }
    }

    fn compare_diagnostics(&self, stderr: &str, wrong: &mut String) {
        for (word, expected) in [("error[", &self.compile_errors), ("warning[", &self.warnings)] {
            let mut found: Vec<(usize, &str)> = Vec::new();
            for line in stderr.lines() {
                let Some((place, message)) = line.split_once(&format!(": {word}")) else {
                    continue;
                };
                let Some(number) = place.rsplit(':').nth(1).and_then(|text| text.parse().ok())
                else {
                    continue;
                };
                found.push((number, message.split_once("]: ").map_or("", |(_, message)| message)));
            }
            for (line, text) in expected {
                match found.iter().position(|(at, message)| at == line && message.contains(text)) {
                    Some(at) => drop(found.remove(at)),
                    None => *wrong += &format!("line {line}: no {word}…]: {text}\n"),
                }
            }
            // A script that only says that it is refused says so by its exit status.
            if word == "error[" && expected.is_empty() && matches!(self.exit, Some(65 | 66)) {
                continue;
            }
            for (line, message) in found {
                *wrong += &format!("line {line}: unexpected {word}…]: {message}\n");
            }
        }
    }
}

/// Names and lines of the frames in a report.
fn trace(stderr: &str) -> Vec<(String, usize)> {
    stderr
        .lines()
        .filter_map(|line| {
            let (number, name) = line.strip_prefix("[line ")?.split_once("] in ")?;
            Some((name.trim_end_matches("()").to_string(), number.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(status: i32, stdout: &str, stderr: &str) -> Finished {
        Finished { status: Some(status), stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn each_difference_is_told() {
        let script =
            "print 1 // expect: 1\nf() // expect error: Bad.\n// expect trace: f:9 script:2\n";
        let expected = Expectations::parse(script).unwrap();
        let stderr = "a.sox:9:1: error: Bad.\n[line 9] in f()\n[line 2] in script\n";
        // The innermost line is 9, not 2.
        assert!(
            expected.compare(&finished(70, "1\n", stderr)).unwrap_err().contains("raised on line")
        );
        let stderr = stderr.replace('9', "2");
        assert!(
            expected.compare(&finished(70, "1\n", &stderr)).unwrap_err().contains("trace: f:2")
        );
        assert!(
            expected
                .compare(&finished(70, "2\n", &stderr))
                .unwrap_err()
                .contains("standard output")
        );
        assert!(
            expected.compare(&finished(0, "1\n", &stderr)).unwrap_err().contains("exit status")
        );
    }

    #[test]
    fn diagnostics_are_matched_by_line_both_ways() {
        let expected = Expectations::parse("x // expect compile error: Unknown\n").unwrap();
        assert_eq!(
            expected.compare(&finished(65, "", "a.sox:1:1: error[E0001]: Unknown x\n")),
            Ok(())
        );
        assert!(
            expected.compare(&finished(65, "", "a.sox:2:1: error[E0001]: Unknown x\n")).is_err()
        );
        let extra = "a.sox:1:1: error[E0001]: Unknown x\na.sox:4:1: warning[W0001]: other\n";
        assert!(
            expected.compare(&finished(65, "", extra)).unwrap_err().contains("unexpected warning")
        );
    }

    #[test]
    fn a_script_that_expects_nothing_is_refused() {
        assert!(Expectations::parse("print 1\n").is_err());
    }
}
