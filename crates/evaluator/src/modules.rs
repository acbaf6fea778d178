//! Modules: run once, when first imported.
//!
//! A module's value is what its top level returns or, if it runs to its end, a table of its
//! variables. A module that is being run when it is imported again is a circle, which is an error; a
//! module whose top level failed may be imported again, and is then run again.

use crate::Evaluator;
use crate::frames::Flow;
use sox_runtime::{ErrorKind, Fault, FunctionRef, Isolate, Value};

/// A module, as imports see it.
pub(crate) struct ModuleState {
    pub(crate) name: Box<str>,
    /// Its top level.
    pub(crate) body: FunctionRef,
    /// Its variables in order of declaration: the name's constant and the number of the variable.
    pub(crate) globals: Vec<(usize, usize)>,
    pub(crate) progress: Progress,
}

/// How far a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    NotLoaded,
    /// Its top level runs, begun when this many others were running.
    Loading(usize),
    /// Its value is this constant of the isolate.
    Loaded(usize),
}

impl Evaluator {
    /// Pushes the value of a module.
    pub(crate) fn import(&mut self, iso: &mut Isolate, module: usize) -> Result<(), Fault> {
        match self.modules[module].progress {
            Progress::Loaded(_) => {}
            Progress::Loading(depth) => return Err(self.circular_import(module, depth)),
            Progress::NotLoaded => {
                self.run_module(iso, module)?;
                iso.stack().pop();
            }
        }
        let Progress::Loaded(value) = self.modules[module].progress else {
            unreachable!("a module that ran is loaded")
        };
        iso.stack().push(iso.constant(value));
        Ok(())
    }

    /// Runs the top level of a module and pushes what it returned, nil at its end. The module is
    /// loaded then.
    pub(crate) fn run_module(&mut self, iso: &mut Isolate, module: usize) -> Result<(), Fault> {
        let depth = self.modules.iter().filter(|other| other.is_loading()).count();
        self.modules[module].progress = Progress::Loading(depth);
        iso.stack().push(Value::nil());
        let outcome = self
            .enter(iso, self.modules[module].body, 0)
            .and_then(|flow| self.module_value(iso, module, flow));
        self.modules[module].progress = match outcome {
            Ok(value) => Progress::Loaded(value),
            Err(_) => Progress::NotLoaded,
        };
        outcome.map(|_| ())
    }

    /// The value of a module whose top level was left by `flow`, its result being on top of the
    /// stack: as a constant.
    fn module_value(&self, iso: &Isolate, module: usize, flow: Flow) -> Result<usize, Fault> {
        if flow == Flow::Return {
            return Ok(iso.add_constant(iso.stack().top()));
        }
        let table = iso.table()?;
        for &(name, global) in &self.modules[module].globals {
            let value = iso.global(global);
            if !value.is_unset() {
                table.set(iso, iso.constant(name), value)?;
            }
        }
        Ok(iso.add_constant(table.into()))
    }

    /// The error of importing a module whose top level runs: it names the modules from that one to
    /// the innermost, and that one again.
    fn circular_import(&self, module: usize, depth: usize) -> Fault {
        let mut circle: Vec<(usize, &str)> = self
            .modules
            .iter()
            .filter_map(|other| match other.progress {
                Progress::Loading(at) if at >= depth => Some((at, &*other.name)),
                _ => None,
            })
            .collect();
        circle.sort_unstable();
        let mut names: Vec<&str> = circle.into_iter().map(|(_, name)| name).collect();
        names.push(&self.modules[module].name);
        Fault::error(ErrorKind::ImportError, format!("Circular import: {}", names.join(" -> ")))
    }
}

impl ModuleState {
    fn is_loading(&self) -> bool {
        matches!(self.progress, Progress::Loading(_))
    }
}
