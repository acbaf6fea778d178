//! Printing: diagnostics, endings, and where a program's output goes.

use crate::args::{ColorChoice, CommonArgs};
use sox_diagnostics::{Details, Diagnostic, Format, Renderer, Severity, SourceMap};
use sox_driver::{BuildError, Ending, ErrorReport, InputError, limit_message};
use std::ffi::OsStr;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Prints diagnostics and errors to standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reporter {
    renderer: Renderer,
    quiet: bool,
}

impl Reporter {
    pub(crate) fn new(common: &CommonArgs) -> Reporter {
        let color = match common.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                std::io::stderr().is_terminal() && !refused
            }
        };
        let renderer = Renderer { format: common.error_format.into(), color };
        Reporter { renderer, quiet: common.quiet }
    }

    /// All diagnostics of a program, and that it does not run if there are errors.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let errors = self.list(diagnostics, sources);
        self.count(errors, "; nothing was run");
    }

    /// How many errors there were, if any.
    pub(crate) fn count(&self, errors: usize, consequence: &str) {
        if errors > 0 && self.renderer.format == Format::Pretty {
            let plural = if errors == 1 { "" } else { "s" };
            eprint(&format!("{errors} error{plural}{consequence}\n"));
        }
    }

    /// All diagnostics; gives the number of errors.
    pub(crate) fn list(&self, diagnostics: &[Diagnostic], sources: &SourceMap) -> usize {
        let mut text = String::new();
        let mut errors = 0;
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => errors += 1,
                Severity::Warning if self.quiet => continue,
                Severity::Warning => {}
            }
            text += &self.renderer.render(diagnostic, sources);
            if self.renderer.format == Format::Pretty {
                text.push('\n');
            }
        }
        eprint(&text);
        errors
    }

    /// An input that could not be read.
    pub(crate) fn input_error(&self, error: &InputError) {
        match &*error.help {
            "" => self.error(&error.message),
            help => self.error_and_help(&error.message, help),
        }
    }

    /// A program that was not built: why, and what to do.
    pub(crate) fn build_error(&self, error: &BuildError) {
        let help = error.help();
        let help = Some(&*help).filter(|help| !help.is_empty());
        let details = Details { help: help.into_iter().collect(), ..Details::default() };
        eprint(&self.renderer.render_error(&error.to_string(), None, &details));
        if let BuildError::Check { stderr, .. } = error {
            eprint(stderr);
        }
    }

    /// Something to know without a place.
    pub(crate) fn warning(&self, message: &str) {
        if !self.quiet {
            eprint(&self.renderer.render_warning(message));
        }
    }

    /// A message without a place.
    pub(crate) fn error(&self, message: &str) {
        eprint(&self.renderer.render_error(message, None, &Details::default()));
    }

    /// A message without a place, and what to do.
    pub(crate) fn error_and_help(&self, message: &str, help: &str) {
        let details = Details { help: vec![help], ..Details::default() };
        eprint(&self.renderer.render_error(message, None, &details));
    }

    /// Why a test failed: under the line that says so, or as an object that names the test.
    pub(crate) fn failure(&self, test: &str, message: &str) {
        match self.renderer.format {
            Format::Json => self.error(&format!("{test}: {message}")),
            Format::Pretty | Format::Short => eprint(&format!("    {message}\n")),
        }
    }

    /// What the end of a run has to say, if anything.
    pub(crate) fn ending(&self, ending: &Ending, sources: &SourceMap) {
        match ending {
            Ending::Exit(_) => {}
            Ending::Uncaught(report) => self.uncaught(report, sources),
            Ending::Limit(sox_runtime::Limit::Interrupted) => {}
            Ending::Limit(limit) => self.error(&limit_message(limit)),
            Ending::TooLarge(diagnostic) => {
                self.diagnostics(std::slice::from_ref(diagnostic), sources);
            }
            Ending::Output(reason) => {
                self.error(&format!("cannot write to standard output: {reason}"));
            }
        }
    }

    /// An uncaught error: message, snippet, call stack, notes.
    pub(crate) fn uncaught(&self, report: &ErrorReport, sources: &SourceMap) {
        let place = report.place.map(|(source, span)| (sources.file(source), span));
        let details = Details {
            help: report.help.iter().map(|help| &**help).collect(),
            trace: report.frames.iter().map(|frame| (frame.name.as_deref(), frame.line)).collect(),
            notes: report.notes.iter().map(String::as_str).collect(),
        };
        eprint(&self.renderer.render_error(&report.message, place, &details));
    }
}

/// Writes to standard error; if that cannot be written there is nobody to tell.
pub(crate) fn eprint(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to standard output. A reader that went away is no error.
///
/// Returns the exit status: 0, or 73 if the output cannot be written.
pub(crate) fn print(text: &str) -> i32 {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> i32 {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => sox_driver::status::OK,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => sox_driver::status::OK,
        Err(error) => {
            let why = sox_driver::reason(&error);
            eprint(&format!("error: cannot write to standard output: {why}\n"));
            sox_driver::status::CANNOT_WRITE
        }
    }
}

/// Writes a result to a file, or to standard output if that is `-`.
///
/// A file is there whole or not at all: it is written beside its place and then moved there.
/// Returns the exit status: 0, or 73 if it cannot be written.
pub(crate) fn write_output(reporter: &Reporter, path: &OsStr, bytes: &[u8]) -> i32 {
    if path == "-" {
        return print_bytes(bytes);
    }
    match sox_driver::write_atomically(Path::new(path), bytes) {
        Ok(()) => sox_driver::status::OK,
        Err(error) => {
            reporter.error(&format!("cannot write '{}': {error}", path.to_string_lossy()));
            sox_driver::status::CANNOT_WRITE
        }
    }
}

/// Whether a result would take the place of one of the files it is made from; that is reported.
pub(crate) fn replaces<'a>(
    reporter: &Reporter,
    output: &OsStr,
    inputs: impl IntoIterator<Item = &'a Path>,
) -> bool {
    let replaced = match output == "-" {
        true => None,
        false => sox_driver::replaced(Path::new(output), inputs),
    };
    if let Some(input) = replaced {
        let name = input.display();
        reporter.error(&format!("'{name}' would be overwritten: give another name for the output"));
    }
    replaced.is_some()
}
