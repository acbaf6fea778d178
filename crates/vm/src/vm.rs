//! The machine.

use crate::access;
use crate::code::Code;
use crate::dispatch::{Base, Form, Pc};
use crate::frame::{self, raised};
use crate::methods::{FieldCache, MethodCache};
use crate::profile::Samples;
use crate::stubs::Stubs;
use crate::units::{ModuleState, Unit};
use sox_bytecode::FunctionId;
use sox_runtime::{Cx, Engine, Fault, Isolate, TraceFrame};
use std::collections::HashMap;

/// Counters of a machine, for `--stats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VmStatistics {
    /// Functions translated to register code.
    pub functions_translated: u64,
    /// Bytecode instructions of those functions.
    pub instructions_translated: u64,
    /// Calls, member accesses and the like that missed their cache.
    pub cache_misses: u64,
    /// Times the machine was entered from outside: by the driver, or by a native that calls back.
    pub entries: u64,
    /// Times caches of callees were cleared because a collection ran.
    pub caches_cleared: u64,
}

/// What a machine that counts has executed, for `--stats=full`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// Register instructions.
    pub instructions: u64,
    /// Calls among them.
    pub calls: u64,
    /// Look-ups in the caches of calls and members.
    pub cache_uses: u64,
}

/// What calling a function needs to know, by number in the isolate's registry.
pub(crate) struct FunctionEntry {
    /// The code for a call with the fewest arguments; null before the first call.
    pub(crate) entry: Pc,
    pub(crate) required: u16,
    pub(crate) params: u16,
    /// Slot 0 is `this`.
    pub(crate) method: bool,
    /// Part of the library: not shown in traces.
    pub(crate) library: bool,
    /// Slots of a frame.
    pub(crate) registers: u32,
    /// How many values a call brings that needs nothing but the entry: all parameters and `this`,
    /// once the function is translated. Before, and with defaults, `u32::MAX`.
    pub(crate) exact: u32,
    /// The unit and the function in it; `None` if the function is not this machine's.
    pub(crate) origin: Option<(u32, FunctionId)>,
    /// The code `entry` is the beginning of.
    pub(crate) code: Option<Box<Code>>,
}

impl FunctionEntry {
    /// A number in the registry that is not a function of this machine.
    pub(crate) fn foreign() -> FunctionEntry {
        FunctionEntry {
            entry: std::ptr::null(),
            required: 0,
            params: 0,
            method: false,
            library: false,
            registers: 0,
            exact: u32::MAX,
            origin: None,
            code: None,
        }
    }
}

/// The register machine. One machine serves one isolate.
pub struct Vm {
    pub(crate) form: Form,
    /// What is counted, if instructions are.
    #[cfg(sibling_calls)]
    pub(crate) counts: Option<crate::dispatch::counting::Counts>,
    /// What a profile was made of so far, if one is.
    pub(crate) samples: Option<Samples>,
    /// The isolate, while the machine runs.
    pub(crate) iso: *mut Isolate,
    /// The isolate's globals, and the word that says how far the stack may grow.
    pub(crate) globals: *mut u64,
    pub(crate) limit: *const std::sync::atomic::AtomicUsize,
    /// Where the running frame is, as of the last time something out of line began.
    pub(crate) pc: Pc,
    pub(crate) base: Base,
    pub(crate) functions: Vec<FunctionEntry>,
    /// Where the frames below each entry from outside stand, outermost entry first.
    pub(crate) suspended: Vec<(Pc, Base)>,
    /// The fault that left the interpreter, until [`Vm::run`] returns it.
    pub(crate) fault: Option<Fault>,
    pub(crate) units: Vec<Unit>,
    pub(crate) modules: Vec<ModuleState>,
    /// Numbers in `modules` of those that programs may name without holding them.
    pub(crate) provided: HashMap<Box<str>, usize>,
    /// Modules whose top level runs, outermost first.
    pub(crate) loading: Vec<usize>,
    /// The name of initializers.
    pub(crate) init_name: u64,
    pub(crate) stubs: Stubs,
    pub(crate) methods: MethodCache,
    pub(crate) fields: FieldCache,
    /// Cells that cache callees: forgotten when a collection ran.
    pub(crate) call_cells: Vec<*mut u64>,
    /// Collections that had run when caches were last cleared.
    pub(crate) collections: u64,
    pub(crate) statistics: VmStatistics,
    /// How many frames there were below some places of the stack when it grew there, deepest last.
    pub(crate) depths: Vec<(usize, u32)>,
    /// Bytes of native stack there are.
    native_stack: usize,
    /// The lowest address the native stack may reach: set at the outermost entry.
    native_floor: usize,
}

// SAFETY: the pointers are to memory the machine owns (code), and, only while it runs, to its
// isolate, which is `Send` too and borrowed then.
unsafe impl Send for Vm {}

/// Bytes of native stack a machine has unless told otherwise: less than threads have by default.
const DEFAULT_NATIVE_STACK: usize = 1 << 20;
/// Of these are left for what runs at the deepest place, and what ran before the machine.
const NATIVE_RESERVE: usize = 1 << 20;
/// Below so many frames the limit of frames is checked at every call.
pub(crate) const FEW_FRAMES: u32 = 512;
/// Deepest nesting of entries from outside.
const MAX_ENTRIES: usize = 100_000;

impl Default for Vm {
    fn default() -> Vm {
        Vm::new()
    }
}

impl Vm {
    /// A machine without programs.
    pub fn new() -> Vm {
        Vm {
            form: Form::default(),
            #[cfg(sibling_calls)]
            counts: None,
            samples: None,
            iso: std::ptr::null_mut(),
            globals: std::ptr::null_mut(),
            limit: std::ptr::null(),
            pc: std::ptr::null(),
            base: std::ptr::null_mut(),
            functions: Vec::new(),
            suspended: Vec::new(),
            fault: None,
            units: Vec::new(),
            modules: Vec::new(),
            provided: HashMap::new(),
            loading: Vec::new(),
            init_name: access::bits::NIL,
            stubs: Stubs::default(),
            methods: MethodCache::new(),
            fields: FieldCache::new(),
            call_cells: Vec::new(),
            collections: 0,
            statistics: VmStatistics::default(),
            depths: Vec::new(),
            native_stack: DEFAULT_NATIVE_STACK,
            native_floor: 0,
        }
    }

    /// Says how large the native stack is that the machine runs on: natives that call back,
    /// `toString` and the like use it. A program that needs more gets `Stack overflow.`
    #[must_use]
    pub fn with_native_stack(mut self, bytes: usize) -> Vm {
        self.native_stack = bytes;
        self
    }

    /// Chooses the form of the interpreter. One that this build does not have
    /// ([`Form::AVAILABLE`]) is replaced by the loop.
    #[must_use]
    pub fn with_form(mut self, form: Form) -> Vm {
        self.form = form;
        self
    }

    /// From now on counts the instructions that run, and with `triples` which run after which;
    /// `false` if this machine cannot, being in the form of a loop.
    pub fn count_instructions(&mut self, triples: bool) -> bool {
        #[cfg(sibling_calls)]
        if self.form == Form::Threaded {
            use crate::dispatch::counting::Counts;
            self.counts =
                Some(if triples { Counts::Triples(Default::default()) } else { Counts::each() });
            return true;
        }
        let _ = triples;
        false
    }

    /// Triples of instructions, by name and oldest first, and how often each ran, in no order;
    /// nothing unless [`Vm::count_instructions`] was told to count them.
    pub fn instruction_counts(&self) -> Vec<([&'static str; 3], u64)> {
        #[cfg(sibling_calls)]
        if let Some(crate::dispatch::counting::Counts::Triples(triples)) = &self.counts {
            return triples.triples().collect();
        }
        Vec::new()
    }

    /// What ran, if [`Vm::count_instructions`] was told to count just that.
    pub fn executed(&self) -> Option<Executed> {
        #[cfg(sibling_calls)]
        return self.counts.as_ref()?.executed();
        #[cfg(not(sibling_calls))]
        None
    }

    /// Counters.
    pub fn statistics(&self) -> VmStatistics {
        self.statistics
    }

    /// Calls the value in the first slot of a window on top of the stack; its result takes the
    /// slot's place and is the top. `this` says that the first of the `args` is a receiver.
    ///
    /// # Safety
    /// `window` is callee, room for the return word, arguments; it ends at the top of the stack.
    pub(crate) unsafe fn call_window(
        &mut self,
        iso: &mut Isolate,
        window: Base,
        args: usize,
        this: bool,
    ) -> Result<(), Fault> {
        let outermost = self.suspended.is_empty();
        if outermost {
            let usable = self.native_stack - NATIVE_RESERVE.min(self.native_stack / 4);
            self.native_floor = native_stack_pointer().saturating_sub(usable);
        } else if native_stack_pointer() < self.native_floor || self.suspended.len() > MAX_ENTRIES {
            return Err(access::stack_overflow());
        }
        self.statistics.entries += 1;
        let before = (self.iso, self.globals, self.limit, self.pc, self.base);
        self.iso = iso;
        self.globals = access::globals(iso);
        self.limit = access::limit(iso);
        self.suspended.push((self.pc, self.base));
        (self.pc, self.base) = (frame::halt(), window);
        // SAFETY: the caller's promise.
        let outcome = unsafe { self.run(window, args, this) };
        self.suspended.pop();
        (self.iso, self.globals, self.limit, self.pc, self.base) = before;
        // SAFETY: the slot behind the result is on the stack.
        unsafe { access::set_top(iso, window.add(usize::from(outcome.is_ok()))) };
        outcome
    }

    /// Does something that may run user code.
    pub(crate) fn with_cx<R>(&mut self, run: impl FnOnce(&mut Cx<'_>) -> R) -> R {
        // SAFETY: the isolate is set while the machine runs, and nothing else uses it now.
        let iso = unsafe { &mut *self.iso };
        let result = run(&mut Cx { iso, engine: self });
        // Globals may have been added.
        // SAFETY: as above.
        self.globals = access::globals(unsafe { &*self.iso });
        self.after_safepoint();
        result
    }

    /// A safepoint and a step.
    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        // SAFETY: as above.
        let iso = unsafe { &mut *self.iso };
        let result = iso.step();
        self.after_safepoint();
        if self.samples.is_some() {
            self.sample();
        }
        result
    }

    /// Sets the top of the stack to the end of the running frame.
    ///
    /// # Safety
    /// The machine runs; `pc` and `base` are where.
    #[inline]
    pub(crate) unsafe fn set_top_of_frame(&mut self, pc: Pc, base: Base) {
        // SAFETY: the caller's promise.
        unsafe {
            let base = base.sub(raised(pc));
            let registers = match access::function_of(*base.sub(2)) {
                Some(function) => self.functions[function.0 as usize].registers,
                // A stub: it says itself what it needs.
                None => return,
            };
            access::set_top(&*self.iso, base.add(registers as usize));
        }
    }
}

impl Engine for Vm {
    fn call(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let stack = iso.stack();
        let callee = stack.len() - args - 1;
        // Makes room for the return word.
        stack.push(sox_runtime::Value::nil());
        for at in (callee + 2..stack.len()).rev() {
            stack.set(at, stack.get(at - 1));
        }
        let window = access::slot(iso, callee);
        // SAFETY: the window was just made.
        unsafe { self.call_window(iso, window, args, false) }
            .map_err(|fault| iso.raise(fault, || self.frames(iso)))
    }

    fn trace(&self, iso: &Isolate) -> Vec<TraceFrame> {
        self.frames(iso)
    }
}

/// About where the native stack ends now.
#[inline(never)]
fn native_stack_pointer() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}
