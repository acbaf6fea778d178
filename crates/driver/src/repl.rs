//! The REPL's state: entries share module-level names; an entry that fails leaves them as they were
//! (apart from what it did before it failed).

use crate::engine::UnitId;
use crate::imports::Imports;
use crate::{Ending, ErrorReport, Loaded, Options, Runner};
use sox_diagnostics::Diagnostic;
use sox_lang::{Session, Unit};
use sox_runtime::Fault;
use std::io::Write;
use std::sync::Arc;

/// A session of entries.
pub struct Repl {
    runner: Runner,
    session: Session,
    imports: Imports,
    last: Option<UnitId>,
    entries: usize,
}

/// What an entry gave.
#[derive(Debug)]
pub enum Entry {
    /// It ran; the printed form of its value, if it has one that is not nil.
    Value(Option<String>),
    /// It was not run, because it is wrong.
    Rejected(Vec<Diagnostic>),
    /// It failed while it ran.
    Failed(ErrorReport),
    /// The session is over.
    Ended(Ending),
}

impl Repl {
    /// A fresh session whose programs write to `output`.
    pub fn new(options: &Options, output: Box<dyn Write + Send>) -> Repl {
        Repl {
            runner: Runner::new(options, output),
            session: Session::default(),
            imports: Imports::new(options.module_paths.clone()),
            last: None,
            entries: 0,
        }
    }

    /// Runs one entry. Warnings are added to `warnings`.
    pub fn enter(&mut self, text: &str, warnings: &mut Vec<Diagnostic>) -> Entry {
        self.entries += 1;
        let name = format!("<entry {}>", self.entries);
        let source = self.runner.sources.add(&name, text);
        let outcome =
            self.session.lower(&mut self.runner.sources, source, Unit::ReplEntry, &mut self.imports);
        let Some(program) = outcome.program else { return Entry::Rejected(outcome.diagnostics) };
        warnings.extend(outcome.diagnostics);
        let program = Arc::new(program);
        let runner = &mut self.runner;
        let loaded = runner.machine.load(&mut runner.iso, &program, &runner.sources, self.last);
        let unit = match loaded {
            Ok(unit) => unit,
            Err(message) => {
                return Entry::Failed(ErrorReport { message, ..ErrorReport::default() });
            }
        };
        self.last = Some(unit);
        let entry = self.run(&Loaded { unit, program });
        // The prompt comes after what the entry printed.
        match self.runner.iso.flush_output() {
            Ok(()) => entry,
            Err(error) => Entry::Ended(Ending::Output(error.to_string())),
        }
    }

    fn run(&mut self, loaded: &Loaded) -> Entry {
        let runner = &mut self.runner;
        let base = runner.iso.stack().len();
        let result = runner.machine.run_entry(&mut runner.iso, loaded.unit);
        match result {
            Ok(()) if runner.iso.stack().get(base).is_nil() => {
                runner.iso.stack().truncate(base);
                Entry::Value(None)
            }
            Ok(()) => Entry::Value(Some(runner.pop_text())),
            Err(Fault::Thrown | Fault::Error(..)) => Entry::Failed(runner.report()),
            Err(fault) => Entry::Ended(runner.finish(Err(fault))),
        }
    }

    /// Ends the session: runs the exit handlers.
    pub fn finish(&mut self) -> Ending {
        self.runner.finish(Ok(0))
    }

    /// The isolate and the sources of the session.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// Names an entry may mention, for completion.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = sox_library::builtin_names()
            .into_iter()
            .filter(|name| !name.starts_with('@'))
            .map(str::to_string)
            .collect();
        names.extend(sox_lang::keywords().iter().map(|word| word.to_string()));
        names
    }
}
