//! Between the runtime, the engines and the natives.

use crate::fault::TraceFrame;
use crate::{Fault, Isolate, Value};
use std::borrow::Cow;

/// Number of a function in the isolate's registry: given by [`Isolate::register_function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionRef(pub u32);

/// What the runtime knows of a function: enough to print it, check a call and show a frame.
#[derive(Clone, Debug)]
pub struct FunctionInfo {
    /// As in `<fn name>`.
    pub name: Box<str>,
    /// Arguments it needs.
    pub required: u32,
    /// Arguments it takes at most.
    pub params: u32,
    /// A method: called with a receiver.
    pub method: bool,
    /// The top level of the entry script: shown as `in script`.
    pub script: bool,
    /// Standard-library code, hidden in traces.
    pub library: bool,
    /// Number of its source in the program's source map, for snippets.
    pub source: sox_diagnostics::SourceId,
}

/// What executes functions: the evaluator or the VM.
pub trait Engine {
    /// Calls the value under the `args` topmost values of the stack and replaces all of them by
    /// the result. On a fault the stack is cut to below the callee.
    fn call(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault>;
    /// The frames running now, innermost first, library frames left out, at most
    /// [`crate::Config::trace_limit`] of them.
    fn trace(&self, iso: &Isolate) -> Vec<TraceFrame>;
}

/// What a native that may call back gets: the isolate and the engine that runs.
pub struct Cx<'a> {
    /// The isolate.
    pub iso: &'a mut Isolate,
    /// The engine.
    pub engine: &'a mut dyn Engine,
}

impl Cx<'_> {
    /// [`Engine::call`]; a safepoint.
    pub fn call(&mut self, args: usize) -> Result<(), Fault> {
        self.engine.call(self.iso, args)
    }
}

/// The arguments of a native: a window of the stack. For a method of a built-in kind argument 0 is
/// the receiver.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    /// The stack slot of argument 0.
    pub first: usize,
    /// How many there are.
    pub count: usize,
}

impl Args {
    /// An argument, if it was given.
    pub fn get<'h>(self, iso: &'h Isolate, index: usize) -> Option<Value<'h>> {
        (index < self.count).then(|| iso.stack().get(self.first + index))
    }
}

/// A native function that cannot reach a safepoint.
pub type LeafFn = for<'h> fn(&'h Isolate, Args) -> Result<Value<'h>, Fault>;
/// A native function that may call back.
pub type CallingFn = fn(&mut Cx<'_>, Args) -> Result<(), Fault>;
/// A native function of an embedder.
pub type HostFn = Box<dyn Fn(&mut Cx<'_>, Args) -> Result<(), Fault> + Send>;

/// A native function.
pub enum NativeFn {
    /// Cannot reach a safepoint, so it works with plain values.
    Leaf(LeafFn),
    /// May call back into the engine. Its result is what it leaves pushed on top of the stack.
    Calling(CallingFn),
    /// Registered by an embedder.
    Host(HostFn),
}

/// What a leaf native does if its arguments are of the usual kinds: an engine that sees they are may
/// do it itself, without calling the native.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intrinsic {
    /// Of a number: the greatest whole number that is not greater.
    Floor,
    /// Of a number that is not negative: the square root.
    SquareRoot,
    /// Of an array: how many elements it has.
    Length,
    /// Of an array with room for another element, and a value: appends it and gives the array.
    Push,
    /// Of an array with elements: takes the last one away and gives it.
    Pop,
}

/// A row of a table of natives.
pub struct NativeInfo {
    /// Its name in that table.
    pub name: Cow<'static, str>,
    /// Arguments it needs, the receiver not counted.
    pub required: u32,
    /// Arguments it takes at most, the receiver not counted. `u32::MAX`: any number.
    pub params: u32,
    /// The function.
    pub run: NativeFn,
    /// What it does for the usual arguments, if engines may know.
    pub intrinsic: Option<Intrinsic>,
}
