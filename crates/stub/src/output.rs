//! Standard output of the program, and messages on standard error.

use sox_bytecode::container::Language;
use sox_diagnostics::{Details, SourceMap, plain};
use sox_execution::{BUILD_COMMAND, Ending, limit_message_of};
use sox_runtime::Limit;
use std::io::{BufWriter, IsTerminal, Write};

/// Bytes of output held back when nobody looks on.
const OUTPUT_BUFFER: usize = 1 << 16;

/// Standard output: by lines on a terminal, else in large pieces.
pub(crate) fn standard_output() -> Box<dyn Write + Send> {
    let stdout = std::io::stdout();
    match stdout.is_terminal() {
        true => Box::new(stdout),
        false => Box::new(BufWriter::with_capacity(OUTPUT_BUFFER, stdout)),
    }
}

/// What the end of a run has to say, if anything.
pub(crate) fn ending(ending: &Ending, language: Language, sources: &SourceMap) {
    match ending {
        Ending::Exit(_) | Ending::Limit(Limit::Interrupted) => {}
        Ending::Uncaught(report) => {
            let trace = report.frames.iter().map(|frame| (frame.name.as_deref(), frame.line));
            let notes = report.notes.iter().map(String::as_str).collect();
            let details = Details {
                help: report.help.iter().map(|help| &**help).collect(),
                trace: trace.collect(),
                notes,
            };
            let place = report.place.map(|(source, span)| (sources.file(source), span));
            print(&match (language, place) {
                (Language::Sox, None) => details.after_message(&report.message),
                (Language::Sox, Some((file, span))) => {
                    details.after_place(&report.message, file, span)
                }
                (Language::PohLang, place) => plain::error(&report.message, place, &details),
            });
        }
        Ending::Limit(limit) => error(&limit_message_of(BUILD_COMMAND, limit)),
        Ending::TooLarge(diagnostic) => error(&diagnostic.message),
        Ending::Output(reason) => error(&format!("cannot write to standard output: {reason}")),
    }
}

/// A message alone.
pub(crate) fn error(message: &str) {
    print(&Details::default().after_message(message));
}

/// If standard error cannot be written there is nobody to tell.
fn print(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
