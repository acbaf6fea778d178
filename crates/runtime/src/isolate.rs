//! One isolate: heap, stack, registries, limits.

use crate::*;
use crate::fault::TraceFrame;

/// Settings of an isolate.
#[derive(Clone, Debug)]
pub struct Config {
    pub max_memory: Option<usize>,
    pub max_steps: Option<u64>,
    /// Frames of user code; 200,000 by default.
    pub max_frames: u32,
    /// Collect at every safepoint and poison freed memory.
    pub gc_stress: bool,
    /// Seed of the hashes; random by default.
    pub hash_seed: Option<u64>,
    /// Most frames kept of a trace; the middle is left out beyond that.
    pub trace_limit: usize,
}

/// Counters for `--stats`.
#[derive(Clone, Debug, Default)]
pub struct Statistics { pub collections: u64, pub bytes_allocated: u64, pub live_bytes: usize, pub peak_bytes: usize, pub pause_total: std::time::Duration, pub pause_max: std::time::Duration, pub steps: u64 }

/// One isolated world of values. `Send`; no global state.
pub struct Isolate { _private: () }

impl Isolate {
    pub fn new(_config: Config) -> Isolate { todo!() }
    pub fn config(&self) -> &Config { todo!() }
    pub fn stack(&self) -> &Stack { todo!() }
    pub fn statistics(&self) -> Statistics { todo!() }

    // Making things. The fault is the memory limit.
    pub fn string(&self, _text: &str) -> Result<Str<'_>, Fault> { todo!() }
    pub fn string_owned(&self, _text: String) -> Result<Str<'_>, Fault> { todo!() }
    /// The one string with this text: for names. Kept while mentioned.
    pub fn intern(&self, _text: &str) -> Result<Str<'_>, Fault> { todo!() }
    /// a followed by b: in place or as a rope where that pays.
    pub fn concat<'h>(&'h self, _a: Str<'h>, _b: Str<'h>) -> Result<Str<'h>, Fault> { todo!() }
    pub fn substring<'h>(&'h self, _s: Str<'h>, _bytes: std::ops::Range<usize>) -> Result<Str<'h>, Fault> { todo!() }
    pub fn array(&self, _capacity: usize) -> Result<Array<'_>, Fault> { todo!() }
    pub fn array_from<'h>(&'h self, _items: &[Value<'h>]) -> Result<Array<'h>, Fault> { todo!() }
    pub fn table(&self) -> Result<Table<'_>, Fault> { todo!() }
    pub fn class<'h>(&'h self, _name: Str<'h>) -> Result<Class<'h>, Fault> { todo!() }
    pub fn instance<'h>(&'h self, _class: Class<'h>) -> Result<Instance<'h>, Fault> { todo!() }
    pub fn closure<'h>(&'h self, _function: FunctionRef, _captures: &[Value<'h>]) -> Result<Closure<'h>, Fault> { todo!() }
    pub fn bound_method<'h>(&'h self, _receiver: Value<'h>, _method: Value<'h>) -> Result<BoundMethod<'h>, Fault> { todo!() }
    pub fn cell<'h>(&'h self, _value: Value<'h>) -> Result<CellRef<'h>, Fault> { todo!() }
    pub fn defer_list(&self) -> Result<DeferList<'_>, Fault> { todo!() }
    /// An error object with this trace.
    pub fn error<'h>(&'h self, _kind: &str, _message: Str<'h>, _trace: Vec<TraceFrame>) -> Result<ErrorRef<'h>, Fault> { todo!() }

    // Throwing.
    /// Makes `Fault::Error` a pending error object with the engine's trace; others pass through.
    pub fn raise(&self, _fault: Fault, _trace: impl FnOnce() -> Vec<TraceFrame>) -> Fault { todo!() }
    /// Makes a value the pending throw: an error object as it is, anything else wrapped with the trace.
    pub fn throw<'h>(&'h self, _value: Value<'h>, _trace: impl FnOnce() -> Vec<TraceFrame>) -> Fault { todo!() }
    /// The pending throw (error object or wrapper), as a root slot of the isolate.
    pub fn pending(&self) -> Option<ErrorRef<'_>> { todo!() }
    pub fn set_pending(&self, _error: Option<ErrorRef<'_>>) { todo!() }

    // Safepoints.
    /// Collects if it is time; judges memory and interrupts.
    pub fn safepoint(&mut self) -> Result<(), Fault> { todo!() }
    /// Counts a step, then [`Isolate::safepoint`].
    pub fn step(&mut self) -> Result<(), Fault> { todo!() }
    /// Collects now.
    pub fn collect(&mut self) { todo!() }
    /// Makes the next safepoint end the run (Ctrl-C): can be called from another thread.
    pub fn interrupt_handle(&self) -> std::sync::Arc<std::sync::atomic::AtomicBool> { todo!() }

    // Registries.
    pub fn register_function(&mut self, _info: FunctionInfo) -> FunctionRef { todo!() }
    pub fn function_info(&self, _function: FunctionRef) -> &FunctionInfo { todo!() }
    /// Makes a native callable; the value is kept alive.
    pub fn register_native(&mut self, _info: NativeInfo) -> usize { todo!() }
    pub fn native(&self, _number: usize) -> Native<'_> { todo!() }
    /// Names visible everywhere: natives, library functions, constants.
    pub fn define_builtin(&mut self, _name: &str, _stack_index: usize) { todo!() }
    pub fn builtin(&self, _name: &str) -> Option<Value<'_>> { todo!() }
    /// The members of a built-in kind (String, Array, Table, Number).
    pub fn define_method(&mut self, _kind: Kind, _name: &str, _stack_index: usize) { todo!() }
    pub fn method(&self, _kind: Kind, _name: Str<'_>) -> Option<Value<'_>> { todo!() }

    // Module-level variables: numbered, unset until declared.
    pub fn add_globals(&mut self, _count: usize) -> usize { todo!() }
    pub fn global(&self, _number: usize) -> Value<'_> { todo!() }
    pub fn set_global(&self, _number: usize, _value: Value<'_>) { todo!() }
    /// More rooted slots, for an engine's constants.
    pub fn add_constant(&self, _value: Value<'_>) -> usize { todo!() }
    pub fn constant(&self, _number: usize) -> Value<'_> { todo!() }

    // The outside, as the library sees it.
    pub fn set_host(&mut self, _host: Box<dyn std::any::Any + Send>) { todo!() }
    pub fn host<T: 'static>(&self) -> Option<&T> { todo!() }
    pub fn host_mut<T: 'static>(&mut self) -> Option<&mut T> { todo!() }
    /// Where `print` writes: buffered, flushed by the driver.
    pub fn set_output(&mut self, _output: Box<dyn std::io::Write + Send>) { todo!() }
    pub fn write_output(&self, _bytes: &[u8]) -> Result<(), Fault> { todo!() }
    pub fn flush_output(&self) -> std::io::Result<()> { todo!() }
}
