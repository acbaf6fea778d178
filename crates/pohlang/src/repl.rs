//! `pohlang repl`: each line is run and its value shown; blocks take several lines.

use crate::args::Args;
use crate::program::options;
use crate::{report, status};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use sox_driver::{Ending, Entry, Repl, is_incomplete_poh};
use std::io::{IsTerminal, Write};

const HELP: &str = "\
Write a statement, as in a program: Set age to 36
Write a value to see it: age plus 1
A block such as Repeat 3 times goes on until its End.
exit, or Ctrl-D, ends the session.
";

/// Where lines come from.
enum Lines {
    /// A person types them.
    Terminal(Box<DefaultEditor>),
    /// A file or another program has them.
    Pipe,
}

/// Runs a session to its exit status.
pub(crate) fn repl(args: &Args) -> i32 {
    let mut repl = Repl::new(&options(args, None), Box::new(std::io::stdout()));
    let mut lines = match std::io::stdin().is_terminal() {
        true => match DefaultEditor::new() {
            Ok(editor) => Lines::Terminal(Box::new(editor)),
            Err(error) => {
                report::error(&format!("The terminal cannot be used: {error}"));
                return status::FAILED;
            }
        },
        false => Lines::Pipe,
    };
    if let Lines::Terminal(_) = lines {
        report::print("PohLang: write a line and press Enter. help tells more, exit ends it.\n");
    }
    let ending = session(&mut repl, &mut lines).unwrap_or_else(|| repl.finish());
    report::ending(&ending, repl.runner().sources())
}

/// Runs entries until there are no more; the ending if one of them ended the session.
fn session(repl: &mut Repl, lines: &mut Lines) -> Option<Ending> {
    let mut text = String::new();
    while let Some(line) = lines.next(repl, !text.is_empty()) {
        if text.is_empty() {
            match line.trim().to_ascii_lowercase().as_str() {
                "exit" | "quit" => return None,
                "help" => {
                    report::print(HELP);
                    continue;
                }
                _ => {}
            }
        }
        text += &line;
        text.push('\n');
        if is_incomplete_poh(&text) {
            continue;
        }
        let ended = enter(repl, &std::mem::take(&mut text));
        if ended.is_some() {
            return ended;
        }
    }
    // A block that was not ended is told so.
    if text.trim().is_empty() { None } else { enter(repl, &text) }
}

impl Lines {
    /// The next line without its end; `more` says that it continues a block.
    fn next(&mut self, repl: &Repl, more: bool) -> Option<String> {
        let editor = match self {
            Lines::Terminal(editor) => editor,
            Lines::Pipe => {
                let line = repl.input_line().ok().filter(|line| !line.is_empty())?;
                let line = String::from_utf8_lossy(&line);
                return Some(line.trim_end_matches(['\n', '\r']).to_string());
            }
        };
        loop {
            match editor.readline(if more { "... " } else { "> " }) {
                Ok(line) => {
                    // The history lives as long as the session.
                    let _ = editor.add_history_entry(&line);
                    return Some(line);
                }
                Err(ReadlineError::Interrupted) => report::print("(exit ends the session)\n"),
                Err(_) => return None,
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
