//! `sox repl`: line editing on a terminal, plain lines through a pipe.

use crate::args::{CommonArgs, EngineArgs};
use crate::output::{Reporter, eprint, print};
use crate::run::options;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper, Highlighter, Hinter};
use sox_driver::{Ending, Entry, Repl, is_incomplete, on_big_stack, status};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Runs a session to its exit status.
pub(crate) fn repl(engine: &EngineArgs, common: &CommonArgs) -> i32 {
    on_big_stack(|| {
        let reporter = Reporter::new(common);
        let mut options = options(engine);
        options.argv = vec!["sox".into(), "repl".into()];
        let mut repl = Repl::new(&options, Box::new(std::io::stdout()));
        let ended = if std::io::stdin().is_terminal() {
            on_terminal(&mut repl, &reporter)
        } else {
            through_pipe(&mut repl, &reporter)
        };
        let ending = ended.unwrap_or_else(|| repl.finish());
        reporter.ending(&ending, repl.runner().sources());
        ending.status()
    })
}

/// Runs one entry and shows what it gave; the ending if it ended the session.
fn enter(repl: &mut Repl, reporter: &Reporter, text: &str) -> Option<Ending> {
    let mut warnings = Vec::new();
    let entry = repl.enter(text, &mut warnings);
    reporter.diagnostics(&warnings, repl.runner().sources());
    match entry {
        Entry::Value(None) => None,
        Entry::Value(Some(text)) => (print(&format!("{text}\n")) != status::OK)
            .then_some(Ending::Exit(status::CANNOT_WRITE)),
        Entry::Rejected(diagnostics) => {
            reporter.diagnostics(&diagnostics, repl.runner().sources());
            None
        }
        Entry::Failed(report) => {
            reporter.uncaught(&report, repl.runner().sources());
            None
        }
        Entry::Ended(ending) => Some(ending),
    }
}

/// Entries are lines, joined while they are incomplete.
fn through_pipe(repl: &mut Repl, reporter: &Reporter) -> Option<Ending> {
    let mut text = String::new();
    loop {
        match repl.input_line() {
            Ok(line) if line.is_empty() => break,
            Ok(line) => match std::str::from_utf8(&line) {
                Ok(line) => text += line,
                Err(_) => {
                    reporter.error("a line is not UTF-8 text; it was skipped");
                    continue;
                }
            },
            Err(error) => {
                reporter.error(&format!("cannot read standard input: {error}"));
                return Some(Ending::Exit(status::NO_INPUT));
            }
        }
        if is_incomplete(&text) {
            continue;
        }
        if let Some(ending) = enter(repl, reporter, &std::mem::take(&mut text)) {
            return Some(ending);
        }
    }
    if text.trim().is_empty() { None } else { enter(repl, reporter, &text) }
}

fn on_terminal(repl: &mut Repl, reporter: &Reporter) -> Option<Ending> {
    let mut editor: Editor<Assistant, rustyline::history::DefaultHistory> = match Editor::new() {
        Ok(editor) => editor,
        Err(error) => {
            reporter.error(&format!("the terminal cannot be used: {error}"));
            return Some(Ending::Exit(status::NO_INPUT));
        }
    };
    editor.set_helper(Some(Assistant { names: repl.names() }));
    let history = history_file();
    if let Some(history) = &history {
        // A first session has no history yet.
        let _ = editor.load_history(history);
    }
    eprint(&format!("Sox {}; Ctrl-D ends the session\n", env!("CARGO_PKG_VERSION")));
    let ended = loop {
        match editor.readline("> ") {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                let _ = editor.add_history_entry(&line);
                if let Some(ending) = enter(repl, reporter, &line) {
                    break Some(ending);
                }
            }
            Err(ReadlineError::Interrupted) => eprint("(Ctrl-D ends the session)\n"),
            Err(ReadlineError::Eof) => break None,
            Err(error) => {
                reporter.error(&format!("cannot read from the terminal: {error}"));
                break Some(Ending::Exit(status::NO_INPUT));
            }
        }
    };
    if let Some(history) = &history {
        let saved = history.parent().map_or(Ok(()), std::fs::create_dir_all);
        if saved.is_err() || editor.save_history(history).is_err() {
            eprint(&format!("note: the history could not be saved to {}\n", history.display()));
        }
    }
    ended
}

/// Where the history is kept: the user's state folder.
fn history_file() -> Option<PathBuf> {
    let state = match std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(windows) => PathBuf::from(std::env::var_os("LOCALAPPDATA")?),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".local/state"),
    };
    Some(state.join("sox").join("history"))
}

/// Completes names, and asks for more lines while an entry is incomplete.
#[derive(Helper, Highlighter, Hinter)]
struct Assistant {
    names: Vec<String>,
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_incomplete(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let start = line[..position].rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
        let word = &line[start..position];
        if word.is_empty() {
            return Ok((position, Vec::new()));
        }
        let mut names: Vec<_> =
            self.names.iter().filter(|name| name.starts_with(word)).cloned().collect();
        names.sort();
        Ok((start, names))
    }
}
