//! What the tests share: an isolate that collects at every safepoint, and its output as text.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod maker;

use sox_diagnostics::SourceMap;
use sox_evaluator::{Evaluator, UnitId};
use sox_program::Program;
use sox_runtime::{Config, Engine, Fault, Isolate};
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Native stack the tests let the evaluator use, unless they say otherwise.
pub(crate) const NATIVE_STACK: usize = 64 << 20;

/// An isolate, its engine, and what was printed.
pub(crate) struct World {
    pub(crate) iso: Isolate,
    pub(crate) engine: Evaluator,
    printed: Printed,
}

#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Settings for tests: everything that may go wrong with the collector goes wrong at once.
pub(crate) fn config() -> Config {
    Config { gc_stress: true, hash_seed: Some(1), trace_limit: 64, ..Config::default() }
}

impl World {
    pub(crate) fn new(config: Config) -> World {
        World::with_native_stack(config, NATIVE_STACK)
    }

    pub(crate) fn with_native_stack(config: Config, native_stack: usize) -> World {
        let mut iso = Isolate::new(config);
        let printed = Printed::default();
        iso.set_output(Box::new(printed.clone()));
        World { iso, engine: Evaluator::new(native_stack), printed }
    }

    /// Loads a program and runs its entry module; the value it returned is on the stack then.
    pub(crate) fn run(&mut self, program: Program, sources: &SourceMap) -> Result<UnitId, Fault> {
        let unit = self.engine.load(&mut self.iso, Arc::new(program), sources)?;
        self.engine.run_entry(&mut self.iso, unit)?;
        Ok(unit)
    }

    /// What was printed so far.
    pub(crate) fn printed(&self) -> String {
        self.iso.flush_output().unwrap();
        String::from_utf8(self.printed.0.lock().unwrap().clone()).unwrap()
    }

    /// The printed form of the topmost value.
    pub(crate) fn top(&mut self) -> String {
        let mut cx = sox_runtime::Cx { iso: &mut self.iso, engine: &mut self.engine };
        cx.to_text().unwrap();
        self.iso.stack().top().as_str().unwrap().text().to_owned()
    }

    /// Kind, message and trace (`name:line`, innermost first) of the pending error. The message of
    /// a thrown value that is no error object is its printed form.
    pub(crate) fn error(&self) -> (String, String, Vec<String>) {
        let error = self.iso.pending().expect("an error is pending");
        let frame = |frame: sox_runtime::TraceFrame| {
            format!("{}:{}", self.iso.function_info(frame.function).name, frame.line)
        };
        let trace = error.trace().into_iter().map(frame).collect();
        let plain = || self.iso.text_of(error.thrown()).unwrap();
        let plain = if error.is_plain() { plain() } else { None };
        let message = plain.unwrap_or(error.message()).text().to_owned();
        (error.kind_name().text().to_owned(), message, trace)
    }

    /// Calls a global of a unit without arguments; the result is on the stack then.
    pub(crate) fn call(&mut self, unit: UnitId, global: u32) -> Result<(), Fault> {
        let slot = self.engine.global_slot(unit, sox_program::GlobalId(global));
        self.iso.stack().push(self.iso.global(slot));
        self.engine.call(&mut self.iso, 0)
    }
}

/// Runs a test on a thread with a stack of this many bytes.
pub(crate) fn on_thread(bytes: usize, test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(bytes).spawn(test).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}
