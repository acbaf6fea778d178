//! Between the runtime, the engines and the natives.

use crate::{Fault, Isolate, Value};
use crate::fault::TraceFrame;

/// Number of a function in the isolate's registry: given by [`Isolate::register_function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionRef(pub u32);

/// What the runtime knows of a function: enough to print it, check a call and show a frame.
#[derive(Clone, Debug)]
pub struct FunctionInfo {
    pub name: Box<str>,
    pub required: u32,
    pub params: u32,
    /// A method: called with a receiver.
    pub method: bool,
    /// The top level of the entry script: shown as `in script`.
    pub script: bool,
    /// Standard-library code, hidden in traces.
    pub library: bool,
    /// Display name of its source file, for snippets; and its number in the program's source map.
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
    pub iso: &'a mut Isolate,
    pub engine: &'a mut dyn Engine,
}

impl Cx<'_> {
    /// [`Engine::call`]; a safepoint.
    pub fn call(&mut self, args: usize) -> Result<(), Fault> { self.engine.call(self.iso, args) }
}

/// The arguments of a native: a window of the stack. For a method of a built-in kind argument 0 is
/// the receiver.
#[derive(Clone, Copy, Debug)]
pub struct Args { pub first: usize, pub count: usize }

impl Args {
    pub fn get<'h>(self, _iso: &'h Isolate, _index: usize) -> Option<Value<'h>> { todo!() }
}

/// A native function.
pub enum NativeFn {
    /// Cannot reach a safepoint, so it works with plain values.
    Leaf(for<'h> fn(&'h Isolate, Args) -> Result<Value<'h>, Fault>),
    /// May call back into the engine. Its result is what it leaves pushed on top of the stack.
    Calling(fn(&mut Cx<'_>, Args) -> Result<(), Fault>),
    /// Registered by an embedder.
    Host(Box<dyn Fn(&mut Cx<'_>, Args) -> Result<(), Fault> + Send>),
}

/// A row of a table of natives.
pub struct NativeInfo {
    pub name: &'static str,
    /// Arguments it needs and takes at most, the receiver not counted.
    pub required: u32,
    pub params: u32,
    pub run: NativeFn,
}
