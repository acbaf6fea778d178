//! The reference interpreter: walks the resolved tree of [`sox_program`] and does what it says.
//!
//! This crate is the meaning of the language. The other engines are faster; where one of them and
//! this text disagree, this text is right or is mended first. So it prefers plain steps to quick
//! ones: no bytecode, no caches, every rule of evaluation order in the place where one looks for it.
//!
//! # Where values are
//! The collector sees values only on the isolate's [`Stack`](sox_runtime::Stack), and every call is
//! a point where it may run; so that is where the evaluator keeps them. *An expression pushes its
//! result.* A running function owns a window of the stack:
//!
//! ```text
//! callee │ slot 0 … slot n-1 │ result │ defers │ operands …
//!        └ base
//! ```
//!
//! The callee is kept for its captures. `result` holds the value of a `return` on its way out;
//! `defers`, the list of deferred closures, is there only in functions that have a `defer` statement.
//! When the function ends, its result takes the place of the callee and of all above it.
//!
//! # How control moves
//! A statement gives a `Flow`: go on, or leave by `break`, `continue` or `return`. An error is a
//! Rust error, [`Fault`], carried by `?` through any number of frames. A fault leaves the stack as it
//! is; whoever stops one (a `try`, [`Engine::call`]) cuts the stack to the height it knows.
//!
//! # How an error gets its place
//! Operations that fail give [`Fault::Error`], which knows no place. The innermost expression or
//! statement that lets it through makes it an error object with a trace (`Activation::raise`),
//! and from there on it travels as [`Fault::Thrown`]. An error in calling (a wrong number of
//! arguments, no room for another frame) appears before the callee has a frame, so the call
//! expression raises it: in the caller's frame, as the language wants it.
//!
//! # Reading order
//! `frames` is what a running function is, `expressions` and `statements` what it does; `places`,
//! `members`, `calls` and `classes` are the parts of that; `unwinding` is `try` and `defer`; `modules`
//! runs imports; `units` binds a program to an isolate.
#![forbid(unsafe_code)]

mod calls;
mod classes;
mod expressions;
mod frames;
mod members;
mod modules;
mod places;
mod statements;
mod units;
mod unwinding;

use frames::Frame;
use modules::ModuleState;
use sox_diagnostics::SourceMap;
use sox_program::{FunctionId, GlobalId, Program};
use sox_runtime::{Engine, Fault, Isolate, TraceFrame};
use std::collections::HashMap;
use std::sync::Arc;
use units::Unit;

/// Number of a loaded program, given by [`Evaluator::load`] and [`Evaluator::extend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitId(u32);

/// The tree-walking engine. One evaluator serves one isolate.
pub struct Evaluator {
    /// The programs loaded so far; closures of one may call closures of any other.
    units: Vec<Arc<Unit>>,
    /// Where each function of the isolate's registry is, by [`FunctionRef`](sox_runtime::FunctionRef).
    functions: Vec<Option<(UnitId, FunctionId)>>,
    /// The modules of all units.
    modules: Vec<ModuleState>,
    /// The isolate's constant for each name and string that occurs in a unit.
    constants: HashMap<Box<str>, usize>,
    /// The functions running now, outermost first.
    frames: Vec<Frame>,
    /// Bytes of native stack that may be used.
    native_stack: usize,
    /// The lowest address the native stack may reach: set at the outermost entry.
    native_floor: usize,
}

impl Evaluator {
    /// An engine that may use `native_stack` bytes of the stack of the thread it will run on. A
    /// program that needs more gets the error `Stack overflow.`
    pub fn new(native_stack: usize) -> Evaluator {
        Evaluator {
            units: Vec::new(),
            functions: Vec::new(),
            modules: Vec::new(),
            constants: HashMap::new(),
            frames: Vec::new(),
            native_stack,
            native_floor: 0,
        }
    }

    /// Makes a program ready to run: its functions, names, module-level variables and modules get
    /// their numbers in the isolate, its builtins are bound. Nothing of it runs.
    ///
    /// `sources` holds the texts the program came from; their line tables are kept for traces.
    ///
    /// # Errors
    /// The memory limit.
    pub fn load(
        &mut self,
        iso: &mut Isolate,
        program: Arc<Program>,
        sources: &SourceMap,
    ) -> Result<UnitId, Fault> {
        self.bind(iso, program, sources, None)
    }

    /// Like [`Evaluator::load`], for the next entry of a session: the tables of globals and modules
    /// of `program` begin with those of the `earlier` unit, and those are shared with it.
    ///
    /// # Errors
    /// The memory limit.
    pub fn extend(
        &mut self,
        iso: &mut Isolate,
        earlier: UnitId,
        program: Arc<Program>,
        sources: &SourceMap,
    ) -> Result<UnitId, Fault> {
        let earlier = self.unit(earlier).clone();
        self.bind(iso, program, sources, Some(&earlier))
    }

    /// Runs the top level of the unit's entry module and pushes what it returned: nil if it ran to
    /// its end. Does not call `main`.
    ///
    /// # Errors
    /// What the program did not catch; the stack is then as it was before.
    ///
    /// # Panics
    /// If the program has no entry module.
    pub fn run_entry(&mut self, iso: &mut Isolate, unit: UnitId) -> Result<(), Fault> {
        let entry = self.unit(unit).program.entry.expect("the program has an entry module");
        let module = self.unit(unit).modules[entry.0 as usize];
        self.enter_from_outside(iso, iso.stack().len(), |this, iso| this.run_module(iso, module))
    }

    /// The number in the isolate ([`Isolate::global`]) of a module-level variable of a unit.
    pub fn global_slot(&self, unit: UnitId, global: GlobalId) -> usize {
        self.unit(unit).globals[global.0 as usize]
    }

    /// The program of a unit: its `main`, tests and benchmarks are there.
    pub fn program(&self, unit: UnitId) -> &Arc<Program> {
        &self.unit(unit).program
    }

    /// Runs something for a caller that is not Sox code: a fault is a [`Fault::Thrown`] at most, and
    /// cuts the stack to `height`.
    fn enter_from_outside(
        &mut self,
        iso: &mut Isolate,
        height: usize,
        run: impl FnOnce(&mut Self, &mut Isolate) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.measure_native_stack();
        run(self, iso).map_err(|fault| {
            iso.stack().truncate(height);
            iso.raise(fault, || self.trace(iso))
        })
    }
}

impl Engine for Evaluator {
    fn call(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let callee = iso.stack().len() - args - 1;
        self.enter_from_outside(iso, callee, |this, iso| this.call_value(iso, args))
    }

    fn trace(&self, iso: &Isolate) -> Vec<TraceFrame> {
        self.shown_frames(iso.config().trace_limit)
    }
}
