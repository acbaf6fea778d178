//! What is said when something is wrong, in PohLang's form (see [`sox_diagnostics::plain`]).

use crate::status;
use sox_diagnostics::{Details, Diagnostic, SourceMap, closest, plain};
use sox_driver::{Ending, ErrorReport, InputError, Rejected, limit_message};
use sox_runtime::Limit;
use std::fmt::Display;
use std::io::Write;
use std::path::Path;

/// Writes to standard error; if that cannot be written there is nobody to tell.
pub(crate) fn print(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A message without a place.
pub(crate) fn error(message: &str) {
    print(&plain::error(message, None, &Details::default()));
}

/// What to do, behind a message.
pub(crate) fn hint(text: &str) {
    print(&format!("  Hint: {text}\n"));
}

/// What the system says of an error, without its number.
pub(crate) fn reason(error: &dyn Display) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_string()
}

/// Messages about files, told by their middle or end, and what to do about them here.
const FILE_HINTS: &[(&str, &str)] = &[
    (": No such file", "look at the spelling of the name, and in which folder you are"),
    ("is a directory, not a program", "name the file of a program, as in: pohlang hello.poh"),
    ("is a binary file", "name the file with the program's text, as in: pohlang hello.poh"),
    ("is no bytecode", "bytecode is made with: pohlang --compile hello.poh"),
    ("is bytecode, and a source is wanted", "run it with: pohlang --run-bytecode hello.pbc"),
    ("is not a bytecode file that can be run", "it is damaged: compile the program again"),
    ("is refused: ", "it was not made by this program: compile the program again"),
];

/// What was read and checked; what is wrong with it is reported, and gives the exit status.
pub(crate) fn accepted<T>(
    outcome: Result<Result<T, Rejected>, InputError>,
    file: &Path,
) -> Result<T, i32> {
    match outcome {
        Ok(Ok(accepted)) => return Ok(accepted),
        Ok(Err(rejected)) => diagnostics(&rejected.diagnostics, &rejected.sources),
        Err(error) => input_error(&error, file),
    }
    Err(status::FAILED)
}

/// An input that could not be read; `file` is what the command line calls it.
pub(crate) fn input_error(error: &InputError, file: &Path) {
    let mut message = error.message.replacen("not a Sox program", "not a program", 1);
    if let Some(name) = message.strip_prefix("cannot read ") {
        message = format!("Cannot read {name}");
    } else if let Some((name, _)) =
        message.split_once(" is not a bytecode file that can be run: offset 0")
    {
        // Where such a file goes wrong is nothing to know.
        message = format!("{name} is no bytecode.");
    }
    let known = FILE_HINTS.iter().find(|(part, _)| message.contains(part));
    let help = known.map_or(&*error.help, |&(_, hint)| hint);
    let similar = if file.exists() { None } else { similar(file) };
    let help = similar.as_deref().or(Some(help).filter(|help| !help.is_empty()));
    let help = help.into_iter().collect();
    print(&plain::error(&message, None, &Details { help, ..Details::default() }));
}

/// What was perhaps meant by the name of a file that is not there.
fn similar(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    if ["run", "compile", "bytecode", "disassemble"].contains(&name) {
        return Some(format!("did you mean --{name}?"));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(".poh") || name.ends_with(".pbc")).collect();
    names.sort();
    if let Some(whole) = names.iter().find(|known| known.strip_suffix(".poh") == Some(name)) {
        return Some(format!("did you mean {}?", file.with_file_name(whole).display()));
    }
    let known = names.iter().map(String::as_str).chain(folder.is_none().then_some("repl"));
    let known = closest(name, known)?;
    Some(format!("did you mean {}?", file.with_file_name(known).display()))
}

/// The errors and notes of a program.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    let all = diagnostics.iter();
    print(&all.map(|it| plain::diagnostic(it, sources.file(it.source))).collect::<String>());
}

/// How a run ended, to the exit status.
pub(crate) fn ending(ending: &Ending, sources: &SourceMap) -> i32 {
    match ending {
        Ending::Exit(status) => return *status,
        Ending::Uncaught(report) => uncaught(report, sources),
        Ending::Limit(Limit::Interrupted) => return status::INTERRUPTED,
        Ending::Limit(limit) => error(&limit_message(limit)),
        Ending::TooLarge(diagnostic) => diagnostics(std::slice::from_ref(diagnostic), sources),
        Ending::Output(why) => {
            error(&format!("The output cannot be written: {}", reason(why)));
        }
    }
    status::FAILED
}

/// An error that nothing handled.
pub(crate) fn uncaught(report: &ErrorReport, sources: &SourceMap) {
    let place = report.place.map(|(source, span)| (sources.file(source), span));
    let details = Details {
        help: report.help.iter().map(|help| &**help).collect(),
        trace: report.frames.iter().map(|frame| (frame.name.as_deref(), frame.line)).collect(),
        notes: Vec::new(),
    };
    print(&plain::error(&report.message, place, &details));
}
