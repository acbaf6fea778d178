//! One isolate: heap, stack, registries, limits.

use crate::bits;
use crate::fault::Limit;
use crate::heap::{Extent, Heap, Marker};
use crate::natives::Natives;
use crate::stack::{Attention, InterruptHandle, Stack};
use crate::value::Value;
use crate::{Fault, FunctionInfo, FunctionRef};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

/// Settings of an isolate.
#[derive(Clone, Debug)]
pub struct Config {
    /// Bytes of memory a program may use.
    pub max_memory: Option<usize>,
    /// Calls and loop turns a program may make.
    pub max_steps: Option<u64>,
    /// Frames of user code; 200,000 by default.
    pub max_frames: u32,
    /// Collect at every safepoint, young objects and all objects by turns; check the write barriers
    /// and poison freed memory.
    pub gc_stress: bool,
    /// Every array and table begins as shared, so that PohLang copies it before it changes it: what
    /// programs do when none of the marks that [`crate::poh`] needs is missing.
    pub copy_always: bool,
    /// Seed of the hashes; random by default.
    pub hash_seed: Option<u64>,
    /// Most frames kept of a trace; the middle is left out beyond that.
    pub trace_limit: usize,
    /// The most bytes of a string and elements of an array: 2^31 - 1, less in tests.
    pub max_length: u32,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            max_memory: None,
            max_steps: None,
            max_frames: 200_000,
            gc_stress: false,
            copy_always: false,
            hash_seed: None,
            trace_limit: 200,
            max_length: i32::MAX as u32,
        }
    }
}

impl Config {
    /// Slots of the value stack: 64 a frame, within what is sensible to reserve.
    fn stack_slots(&self) -> usize {
        let (least, most) = if cfg!(miri) { (1 << 13, 1 << 16) } else { (1 << 16, 1 << 28) };
        (self.max_frames as usize).saturating_mul(64).clamp(least, most)
    }
}

/// Counters for `--stats`.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Collections of young objects only.
    pub minor_collections: u64,
    /// Collections of all objects.
    pub full_collections: u64,
    /// Bytes allocated in all.
    pub bytes_allocated: u64,
    /// Of these, what was alive when a minor collection first looked at it.
    pub bytes_survived: u64,
    /// Bytes that were found dead, or given up by what owned them, up to the last collection.
    pub bytes_freed: u64,
    /// Bytes given back to the system.
    pub bytes_returned: u64,
    /// Bytes alive after the last collection, dead old objects included.
    pub live_bytes: usize,
    /// The most bytes in use at a time.
    pub peak_bytes: usize,
    /// The time of all collections.
    pub pause_total: std::time::Duration,
    /// The longest.
    pub pause_max: std::time::Duration,
    /// The median, to within 12 %.
    pub pause_median: std::time::Duration,
    /// Steps.
    pub steps: u64,
    /// Errors that were stack overflows, caught or not: where they happen is up to the engine.
    pub stack_overflows: u64,
}

/// The heap at its fixed address; owned by the isolate.
struct HeapBox(NonNull<Heap>);

impl Drop for HeapBox {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw`, and dropped once.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// One isolated world of values. `Send`; no global state.
pub struct Isolate {
    config: Config,
    // Dropped before the heap it points to.
    stack: Stack,
    steps: Cell<u64>,
    pub(crate) stack_overflows: Cell<u64>,
    pending: Cell<u64>,
    functions: Vec<FunctionInfo>,
    pub(crate) natives: Natives,
    globals: Vec<Cell<u64>>,
    constants: RefCell<Vec<u64>>,
    host: Option<Box<dyn std::any::Any + Send>>,
    output: RefCell<Box<dyn std::io::Write + Send>>,
    heap: HeapBox,
}

// SAFETY: the pointers in it lead to memory that the isolate owns (heap, stack, natives), no part of
// which is shared with another isolate or thread, except `Attention`, which is atomic. Values and
// handles borrow the isolate and are not `Send`, so none can stay behind on the old thread.
unsafe impl Send for Isolate {}

const _: () = {
    const fn send<T: Send>() {}
    send::<Isolate>();
    send::<InterruptHandle>();
};

impl Isolate {
    /// A world without anything in it.
    pub fn new(config: Config) -> Isolate {
        let heap = Box::new(Heap::new(&config, Arc::new(Attention::new())));
        let heap = HeapBox(NonNull::from(Box::leak(heap)));
        // SAFETY: the heap is dropped after the stack and does not move.
        let stack = unsafe { Stack::new(config.stack_slots(), heap.0) };
        Isolate {
            config,
            stack,
            steps: Cell::new(0),
            stack_overflows: Cell::new(0),
            pending: Cell::new(bits::NIL),
            functions: Vec::new(),
            natives: Natives::default(),
            globals: Vec::new(),
            constants: RefCell::default(),
            host: None,
            output: RefCell::new(Box::new(std::io::BufWriter::new(std::io::stdout()))),
            heap,
        }
    }

    #[inline(always)]
    pub(crate) fn heap(&self) -> &Heap {
        // SAFETY: the heap lives as long as the isolate, and only shared references to it are made.
        unsafe { self.heap.0.as_ref() }
    }

    pub(crate) fn pending_slot(&self) -> &Cell<u64> {
        &self.pending
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The value stack.
    #[inline(always)]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The counters.
    pub fn statistics(&self) -> Statistics {
        let heap = self.heap();
        let pauses = heap.counters.pauses.borrow();
        Statistics {
            minor_collections: heap.counters.minor.get(),
            full_collections: heap.counters.full.get(),
            bytes_allocated: heap.total(),
            bytes_survived: heap.counters.survived.get(),
            bytes_freed: heap.counters.freed.get(),
            bytes_returned: heap.counters.returned.get(),
            live_bytes: heap.counters.live.get(),
            peak_bytes: heap.counters.peak.get(),
            pause_total: pauses.total,
            pause_max: pauses.longest,
            pause_median: pauses.median(),
            steps: self.steps.get(),
            stack_overflows: self.stack_overflows.get(),
        }
    }

    /// How many collections there were.
    #[inline]
    pub fn collections(&self) -> u64 {
        let counters = &self.heap().counters;
        counters.minor.get() + counters.full.get()
    }

    // ---- Safepoints -------------------------------------------------------------------------

    /// Collects if it is time; judges memory and interrupts.
    #[inline]
    pub fn safepoint(&mut self) -> Result<(), Fault> {
        use std::sync::atomic::Ordering::Relaxed;
        if self.heap().attention.limit.load(Relaxed) != 0 {
            return Ok(());
        }
        self.attend()
    }

    /// The safepoint that something is waiting for.
    #[cold]
    #[inline(never)]
    fn attend(&mut self) -> Result<(), Fault> {
        // First let code run on, then look: an interrupt in between is seen now or lowers the
        // limit again.
        self.stack.arm();
        if self.heap().attention.take_interrupt() {
            if self.heap().wants_collection() {
                self.heap().attention.call();
            }
            return Err(Fault::Limit(Limit::Interrupted));
        }
        if self.heap().wants_collection() {
            self.collect_to(self.heap().due_extent());
            return self.heap().judge();
        }
        Ok(())
    }

    /// Counts a step, then [`Isolate::safepoint`].
    #[inline]
    pub fn step(&mut self) -> Result<(), Fault> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if let Some(most) = self.config.max_steps
            && steps > most
        {
            return Err(Fault::Limit(Limit::Steps(most)));
        }
        self.safepoint()
    }

    /// How often [`InterruptHandle::tick`] was called since this was asked last.
    pub fn take_ticks(&self) -> u32 {
        self.heap().attention.take_ticks()
    }

    /// Begins the count of steps anew: for a host that runs one program after the other.
    pub fn restart_steps(&mut self) {
        self.steps.set(0);
    }

    /// Counts steps that an engine counted itself.
    pub fn add_steps(&mut self, steps: u64) {
        self.steps.set(self.steps.get() + steps);
    }

    /// Collects everything that is dead, now.
    pub fn collect(&mut self) {
        self.collect_to(Extent::Full);
    }

    fn collect_to(&mut self, extent: Extent) {
        let roots = |marker: &mut Marker| {
            self.stack.mark(marker);
            marker.value(self.pending.get());
            self.globals.iter().for_each(|global| marker.value(global.get()));
            self.constants.borrow().iter().for_each(|&constant| marker.value(constant));
            self.natives.mark(marker);
        };
        // SAFETY: every value borrows the isolate, so with `&mut self` no other can be used
        // afterwards than through these roots.
        unsafe { self.heap().collect(extent, &roots) };
        self.stack.clear_stale();
        self.stack.arm();
    }

    /// Makes sure that so many bytes can be allocated, collecting if that helps. For natives that
    /// will need much: a safepoint.
    pub fn reserve_memory(&mut self, bytes: usize) -> Result<(), Fault> {
        if self.heap().check(bytes).is_err() {
            self.collect();
            self.heap().judge()?;
        }
        self.heap().check(bytes)
    }

    /// Fails if so many bytes more would exceed the memory limit: for natives that build large
    /// results outside the heap.
    pub fn check_memory(&self, bytes: usize) -> Result<(), Fault> {
        self.heap().check(bytes)
    }

    /// Bytes the memory limit leaves: for natives that build something outside the heap first.
    /// Without a limit `usize::MAX`.
    pub fn memory_room(&self) -> usize {
        self.heap().room()
    }

    /// Makes the next safepoint end the run (Ctrl-C): can be used from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(self.heap().attention.clone())
    }

    // ---- Registries -------------------------------------------------------------------------

    /// Makes room for so many more functions.
    pub fn reserve_functions(&mut self, count: usize) {
        self.functions.reserve(count);
    }

    /// Gives a function its number.
    pub fn register_function(&mut self, info: FunctionInfo) -> FunctionRef {
        self.functions.push(info);
        FunctionRef(self.functions.len() as u32 - 1)
    }

    /// What is known of a function.
    #[inline]
    pub fn function_info(&self, function: FunctionRef) -> &FunctionInfo {
        &self.functions[function.0 as usize]
    }

    // ---- Module-level variables: numbered, unset until declared -----------------------------

    /// Makes so many more, and gives the number of the first. What [`crate::raw::globals`] gave
    /// before is not valid any more.
    pub fn add_globals(&mut self, count: usize) -> usize {
        let first = self.globals.len();
        self.globals.resize(first + count, Cell::new(bits::UNSET));
        first
    }

    /// The value of a variable.
    #[inline]
    pub fn global(&self, number: usize) -> Value<'_> {
        // SAFETY: globals are roots.
        unsafe { Value::from_bits(self.globals[number].get()) }
    }

    /// Sets a variable.
    #[inline]
    pub fn set_global(&self, number: usize, value: Value<'_>) {
        self.heap().check_own(value.bits());
        self.globals[number].set(value.bits());
    }

    pub(crate) fn globals(&self) -> &[Cell<u64>] {
        &self.globals
    }

    /// More rooted slots, for an engine's constants.
    pub fn add_constant(&self, value: Value<'_>) -> usize {
        self.heap().check_own(value.bits());
        let mut constants = self.constants.borrow_mut();
        constants.push(value.bits());
        constants.len() - 1
    }

    /// A constant.
    #[inline]
    pub fn constant(&self, number: usize) -> Value<'_> {
        // SAFETY: constants are roots.
        unsafe { Value::from_bits(self.constants.borrow()[number]) }
    }

    // ---- The outside, as the library sees it ------------------------------------------------

    /// Keeps the library's state.
    pub fn set_host(&mut self, host: Box<dyn std::any::Any + Send>) {
        self.host = Some(host);
    }

    /// The library's state, if it is of this type.
    pub fn host<T: 'static>(&self) -> Option<&T> {
        self.host.as_deref()?.downcast_ref()
    }

    /// The library's state, if it is of this type.
    pub fn host_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.host.as_deref_mut()?.downcast_mut()
    }

    /// Where `print` writes: buffered, flushed by the driver.
    pub fn set_output(&mut self, output: Box<dyn std::io::Write + Send>) {
        self.output = RefCell::new(output);
    }

    /// Writes to the output.
    pub fn write_output(&self, bytes: &[u8]) -> Result<(), Fault> {
        self.output.borrow_mut().write_all(bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                // Nobody reads on, so there is nothing left to do. That is no error.
                return Fault::Exit(0);
            }
            Fault::error(crate::ErrorKind::IOError, format!("Can't write the output: {error}"))
        })
    }

    /// Passes on what the output holds back.
    pub fn flush_output(&self) -> std::io::Result<()> {
        self.output.borrow_mut().flush()
    }
}
