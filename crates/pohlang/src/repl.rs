//! `pohlang repl`: each line is run and its value shown; blocks take several lines.

use crate::args::Args;
use crate::program::options;
use crate::{report, status};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use sox_driver::{Ending, Entry, Repl, is_incomplete_poh};
use std::io::{BufRead, IsTerminal, Write};

/// Runs a session to its exit status.
pub(crate) fn repl(args: &Args) -> i32 {
    let mut repl = Repl::new(&options(args, None), Box::new(std::io::stdout()));
    let mut lines: Box<dyn FnMut(bool) -> Option<String>> = match std::io::stdin().is_terminal() {
        true => match DefaultEditor::new() {
            Ok(editor) => Box::new(on_terminal(editor)),
            Err(error) => {
                report::error(&format!("The terminal cannot be used: {error}"));
                return status::FAILED;
            }
        },
        false => Box::new(through_pipe()),
    };
    let mut text = String::new();
    while let Some(line) = lines(!text.is_empty()) {
        text += &line;
        text.push('\n');
        if is_incomplete_poh(&text) {
            continue;
        }
        if let Some(ending) = enter(&mut repl, &std::mem::take(&mut text)) {
            return report::ending(&ending, repl.runner().sources());
        }
    }
    if !text.trim().is_empty()
        && let Some(ending) = enter(&mut repl, &text)
    {
        return report::ending(&ending, repl.runner().sources());
    }
    let ending = repl.finish();
    report::ending(&ending, repl.runner().sources())
}

/// Lines typed by a person; `more` says that they continue a block.
fn on_terminal(mut editor: DefaultEditor) -> impl FnMut(bool) -> Option<String> {
    report::print("PohLang: write a line and press Enter. Ctrl-D ends the session.\n");
    move |more| loop {
        match editor.readline(if more { "... " } else { "> " }) {
            Ok(line) => {
                // The history lives as long as the session.
                let _ = editor.add_history_entry(&line);
                return Some(line);
            }
            Err(ReadlineError::Interrupted) => report::print("(Ctrl-D ends the session)\n"),
            Err(_) => return None,
        }
    }
}

/// Lines that come from a file or another program.
fn through_pipe() -> impl FnMut(bool) -> Option<String> {
    |_| {
        let mut line = Vec::new();
        // Not kept locked: a program that asks takes its answers from the same stream.
        match std::io::stdin().lock().read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => {
                let line = String::from_utf8_lossy(&line);
                Some(line.trim_end_matches(['\n', '\r']).to_string())
            }
        }
    }
}

/// Runs one entry and shows what it gave; the ending if it ended the session.
fn enter(repl: &mut Repl, text: &str) -> Option<Ending> {
    let mut notes = Vec::new();
    let entry = repl.enter(text, &mut notes);
    report::diagnostics(&notes, repl.runner().sources());
    match entry {
        Entry::Value(None) => None,
        Entry::Value(Some(text)) => {
            // A reader that went away is noticed by the program's own output.
            let _ = writeln!(std::io::stdout(), "{text}");
            None
        }
        Entry::Rejected(diagnostics) => {
            report::diagnostics(&diagnostics, repl.runner().sources());
            None
        }
        Entry::Failed(error) => {
            report::uncaught(&error, repl.runner().sources());
            None
        }
        Entry::Ended(ending) => Some(ending),
    }
}
