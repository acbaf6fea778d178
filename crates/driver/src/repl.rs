//! The REPL's state: entries share module-level names; an entry that fails leaves them as they were
//! (apart from what it did before it failed).

use crate::engine::{LoadFault, UnitId};
use crate::imports::Imports;
use crate::{Ending, ErrorReport, Options, Runner};
use sox_bytecode::container::Language;
use sox_diagnostics::Diagnostic;
use sox_lang::{Session, Unit};
use sox_program::{GlobalId, Program};
use sox_runtime::{Args, Cx, Fault, Isolate, NativeFn, NativeInfo, Value};
use std::io::Write;
use std::sync::Arc;

/// A session of entries.
pub struct Repl {
    runner: Runner,
    session: Session,
    imports: Imports,
    last: Option<UnitId>,
    program: Option<Arc<Program>>,
    entries: usize,
}

/// A function of the host; it pushes its result.
pub type HostFunction = Box<dyn Fn(&mut Cx<'_>, Args) -> Result<(), Fault> + Send>;

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
            program: None,
            entries: 0,
        }
    }

    /// Runs one entry and shows its value. Warnings are added to `warnings`.
    pub fn enter(&mut self, text: &str, warnings: &mut Vec<Diagnostic>) -> Entry {
        if let Err(entry) = self.evaluate(text, warnings) {
            return entry;
        }
        let runner = &mut self.runner;
        let value = runner.iso.stack().get(runner.iso.stack().len() - 1);
        let shown = if value.is_nil() {
            runner.iso.stack().truncate(runner.iso.stack().len() - 1);
            None
        } else {
            Some(runner.pop_text())
        };
        match runner.iso.flush_output() {
            Ok(()) => Entry::Value(shown),
            Err(error) => Entry::Ended(Ending::Output(error.to_string())),
        }
    }

    /// Runs one entry and leaves its value on the stack, for [`Repl::take_value`].
    ///
    /// # Errors
    /// What it gave instead of a value.
    pub fn evaluate(&mut self, text: &str, warnings: &mut Vec<Diagnostic>) -> Result<(), Entry> {
        self.entries += 1;
        let name = format!("<entry {}>", self.entries);
        let source = self.runner.sources.add(&name, text);
        if self.runner.language == Language::PohLang {
            self.imports.add_poh(source);
        }
        let sources = &mut self.runner.sources;
        let outcome = self.session.lower(sources, source, Unit::ReplEntry, &mut self.imports);
        let Some(program) = outcome.program else {
            return Err(Entry::Rejected(outcome.diagnostics));
        };
        warnings.extend(outcome.diagnostics);
        let program = Arc::new(program);
        let runner = &mut self.runner;
        let sources = std::mem::take(&mut runner.sources);
        let loaded = runner.load_unit(&program, &sources, self.last);
        runner.sources = sources;
        let unit = match loaded {
            Ok(unit) => unit,
            Err(LoadFault::TooLarge(message)) => {
                return Err(Entry::Ended(Ending::TooLarge(message)));
            }
            Err(LoadFault::Fault(fault)) => return Err(Entry::Ended(runner.finish(Err(fault)))),
        };
        self.last = Some(unit);
        self.program = Some(program);
        runner.iso.restart_steps();
        let result = runner.machine.run_entry(&mut runner.iso, unit);
        self.judge(result)
    }

    /// Calls a module-level function with the arguments that `push` puts on the stack (it gives
    /// their number), and leaves the result on the stack. `None` if there is no such function.
    pub fn call(
        &mut self,
        function: &str,
        push: impl FnOnce(&Isolate) -> Result<usize, Fault>,
    ) -> Option<Result<(), Entry>> {
        let program = self.program.as_ref()?;
        let name = program.names.find(function)?;
        let global = program.globals.iter().rposition(|global| global.name == name)?;
        let slot = self.runner.machine.global_slot(self.last?, GlobalId(global as u32));
        self.runner.iso.restart_steps();
        let iso = &self.runner.iso;
        let value = iso.global(slot);
        if value.is_unset() {
            return None;
        }
        let base = iso.stack().len();
        iso.stack().push(value);
        let result = match push(iso) {
            Ok(args) => self.runner.cx().call(args),
            Err(fault) => {
                iso.stack().truncate(base);
                Err(fault)
            }
        };
        Some(self.judge(result))
    }

    /// Takes the value that [`Repl::evaluate`] or [`Repl::call`] left.
    pub fn take_value<T>(&mut self, take: impl FnOnce(&Isolate, Value<'_>) -> T) -> T {
        let iso = &self.runner.iso;
        let at = iso.stack().len() - 1;
        let taken = take(iso, iso.stack().get(at));
        iso.stack().truncate(at);
        taken
    }

    /// The next line of standard input with its end, for an entry that does not come from a terminal:
    /// taken from where programs take theirs, so that the two share the input line by line. Empty at
    /// the end of the input.
    ///
    /// # Errors
    /// What the system says.
    pub fn input_line(&self) -> std::io::Result<Vec<u8>> {
        let host: &sox_library::Host = self.runner.iso.host().expect("the library is installed");
        host.input_line()
    }

    /// Makes a function of the host known to later entries under a name.
    pub fn register(&mut self, name: &str, arguments: u32, function: HostFunction) {
        let run = NativeFn::Host(function);
        let info = NativeInfo {
            name: name.to_string().into(),
            required: arguments,
            params: arguments,
            run,
            intrinsic: None,
        };
        let iso = &mut self.runner.iso;
        let number = iso.register_native(info);
        let at = iso.stack().len();
        iso.stack().push(iso.native(number).into());
        iso.define_builtin(name, at);
        iso.stack().truncate(at);
        self.imports.add_builtin(name);
    }

    /// What a result means for the session; the output is flushed, so that it comes before
    /// anything that is said about the entry.
    fn judge(&mut self, result: Result<(), Fault>) -> Result<(), Entry> {
        let runner = &mut self.runner;
        let flushed = runner.iso.flush_output();
        match (result, flushed) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(Fault::Thrown), Ok(())) => Err(Entry::Failed(runner.report())),
            (Err(fault @ Fault::Error(..)), Ok(())) => {
                let _ = runner.iso.raise(fault, Vec::new);
                Err(Entry::Failed(runner.report()))
            }
            (Err(fault), Ok(())) => Err(Entry::Ended(runner.finish(Err(fault)))),
            (_, Err(error)) => Err(Entry::Ended(Ending::Output(error.to_string()))),
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
            .filter(|name| !name.starts_with('@'))
            .map(str::to_string)
            .collect();
        names.extend(sox_lang::keywords().iter().map(|word| word.to_string()));
        names
    }
}
