//! What the tests of this crate share: a host without files, and shorthands.
#![allow(dead_code, reason = "each test file uses a part of it")]

use sox_diagnostics::{Diagnostic, SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Outcome, Session, Unit};
use sox_program::Program;
use std::collections::HashMap;

/// A host whose modules are given by the test.
#[derive(Default)]
pub(crate) struct TestHost {
    modules: HashMap<&'static str, &'static str>,
    loaded: HashMap<String, SourceId>,
}

impl TestHost {
    pub(crate) fn with(modules: &[(&'static str, &'static str)]) -> Self {
        Self { modules: modules.iter().copied().collect(), loaded: HashMap::new() }
    }

    /// Tells under which key the entry could be imported.
    pub(crate) fn entry(&mut self, key: &str, source: SourceId) {
        self.loaded.insert(key.to_owned(), source);
    }
}

impl Host for TestHost {
    fn is_builtin(&self, name: &str) -> bool {
        ["len", "print_line", "clock", "range", "sysExit", "@secret"].contains(&name)
    }

    fn builtin_names(&self) -> Vec<String> {
        ["len", "clock", "range", "@secret"].map(str::to_owned).to_vec()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let key = path.trim_end_matches(".sox").to_owned();
        let library = path.starts_with("std/");
        if let Some(&source) = self.loaded.get(&key) {
            return Ok(Imported { key, source, library });
        }
        let known = if library { Some(&"") } else { None };
        let Some(text) = self.modules.get(key.as_str()).or(known) else {
            let message = format!("Module '{path}' not found.");
            return Err(ImportError { message, help: vec![], missing: true });
        };
        let source = sources.add(&key, *text);
        self.loaded.insert(key.clone(), source);
        Ok(Imported { key, source, library })
    }
}

/// Runs `work` with as much stack as deep trees need.
pub(crate) fn on_big_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap();
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

pub(crate) fn lower_as(unit: Unit, text: &str) -> Outcome {
    let mut sources = SourceMap::default();
    let entry = sources.add("test.sox", text);
    let mut host = TestHost::with(&[("my-module", "")]);
    Session::default().lower(&mut sources, entry, unit, &mut host)
}

/// The diagnostics of a script as `code line:column`.
pub(crate) fn found(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let entry = sources.add("test.sox", text);
    let outcome =
        Session::default().lower(&mut sources, entry, Unit::Script, &mut TestHost::default());
    let place = |diagnostic: &Diagnostic| {
        let (line, column) = sources.file(diagnostic.source).line_column(diagnostic.span.start);
        format!("{} {line}:{column}", diagnostic.code.id)
    };
    outcome.diagnostics.iter().map(place).collect()
}

/// The codes of a script's diagnostics.
pub(crate) fn codes(text: &str) -> Vec<&'static str> {
    lower_as(Unit::Script, text).diagnostics.iter().map(|found| found.code.id).collect()
}

/// The messages of a script's diagnostics.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let outcome = lower_as(Unit::Script, text);
    outcome.diagnostics.into_iter().map(|found| found.message).collect()
}

/// The program of a script without errors.
pub(crate) fn program(text: &str) -> Program {
    let outcome = lower_as(Unit::Script, text);
    outcome.program.unwrap_or_else(|| panic!("{text}: {:?}", outcome.diagnostics))
}

/// The dump of a script without errors, the heads of its functions left out if there is one only.
pub(crate) fn dump(text: &str) -> String {
    sox_program::dump(&program(text)).trim_end().to_owned()
}

/// The dump of the only statement of a script.
pub(crate) fn statement(text: &str) -> String {
    let dump = dump(text);
    let (_, body) = dump.split_once('\n').unwrap_or_else(|| panic!("no statement: {dump}"));
    let lines: Vec<_> = body.lines().map(str::trim).collect();
    lines.join(" ")
}

/// The dump of an expression. Its names should be one-letter globals declared here.
pub(crate) fn expr(text: &str) -> String {
    let declared = "var a, b, c, d, f, t, x, y";
    let dump = dump(&format!("{declared}\nprint {text}"));
    let line = dump.lines().find(|line| line.contains("(print ")).expect("the print statement");
    let inner = line.trim().strip_prefix("(print ").and_then(|rest| rest.strip_suffix(')'));
    let mut plain = inner.expect("one line").to_owned();
    for number in 0..8 {
        plain = plain.replace(&format!("@g{number}"), "");
    }
    plain
}
