//! Errors: where the frames stand, and which of them handles what was thrown.

use crate::access;
use crate::code::Code;
use crate::dispatch::{Base, Next, Pc};
use crate::frame::{after_call, halt, raised, split_return_word};
use crate::units::Unit;
use crate::vm::{FEW_FRAMES, Vm};
use sox_bytecode::{Capture, FunctionId, Instr, VerifiedModule};
use sox_runtime::{Fault, FunctionRef, Isolate, TraceFrame};
use std::collections::VecDeque;

/// Bytes the stack grows by between two counts of its frames.
const COUNTED_BYTES: usize = 512 * size_of::<u64>();

/// A frame of Sox code on the stack.
struct Standing {
    function: FunctionRef,
    /// The bytecode instruction it stands at.
    instr: u32,
    base: Base,
}

/// Where a walk over the frames is.
struct Walk<'a> {
    vm: &'a Vm,
    pc: Pc,
    base: Base,
    /// `pc` is where a call returns to, not the instruction itself.
    returning: bool,
    /// Entries from outside that were not walked over yet.
    entries: usize,
}

impl<'a> Walk<'a> {
    fn new(vm: &'a Vm) -> Walk<'a> {
        Walk { vm, pc: vm.pc, base: vm.base, returning: false, entries: vm.suspended.len() }
    }

    /// The base of the frame here, which a far call raised.
    ///
    /// # Safety
    /// The walk stands in a frame.
    unsafe fn frame_base(&self) -> Base {
        // SAFETY: `pc` points into code of the frame at `base`.
        unsafe {
            let raised = if self.returning { after_call(self.pc) } else { raised(self.pc) };
            self.base.sub(raised)
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Standing;

    fn next(&mut self) -> Option<Standing> {
        loop {
            if self.pc.is_null() || self.pc == halt() {
                self.entries = self.entries.checked_sub(1)?;
                (self.pc, self.base) = self.vm.suspended[self.entries];
                self.returning = false;
                continue;
            }
            // SAFETY: `pc` and `base` are those of a frame, whose two words lie below its base.
            let (callee, word, base) = unsafe {
                let base = self.frame_base();
                (*base.sub(2), *base.sub(1), base)
            };
            let function = access::function_of(callee);
            let standing = function.map(|function| Standing {
                function,
                instr: self.vm.place(function, self.pc, self.returning),
                base,
            });
            let (pc, distance) = split_return_word(word);
            // SAFETY: the word was made by the call that made the frame.
            (self.pc, self.base) = (pc, unsafe { base.sub(distance) });
            self.returning = true;
            if standing.is_some() {
                return standing;
            }
        }
    }
}

impl Vm {
    /// The frames now, innermost first, as an error keeps them: without those of the library, and
    /// at most [`sox_runtime::Config::trace_limit`]; of more, the innermost three quarters and the
    /// outermost quarter.
    pub(crate) fn frames(&self, iso: &Isolate) -> Vec<TraceFrame> {
        self.frames_from(iso, false)
    }

    fn frames_from(&self, iso: &Isolate, returning: bool) -> Vec<TraceFrame> {
        let limit = iso.config().trace_limit;
        let is_shown = |standing: &Standing| !self.functions[standing.function.0 as usize].library;
        let mut walk = Walk { returning, ..Walk::new(self) }.filter(is_shown);
        let mut kept: Vec<Standing> = walk.by_ref().take(limit).collect();
        let (inner, outer) = (limit - limit / 4, limit / 4);
        // The last `outer` frames, once there are more than `limit`.
        let mut last: VecDeque<Standing> = VecDeque::new();
        for standing in walk {
            if last.is_empty() {
                last.extend(kept.drain(inner..));
            }
            last.push_back(standing);
            if last.len() > outer {
                last.pop_front();
            }
        }
        kept.extend(last);
        kept.into_iter().map(|standing| self.trace_frame(&standing)).collect()
    }

    /// The functions of the frames now, innermost first, those of the library too.
    pub(crate) fn functions_running(&self) -> impl Iterator<Item = FunctionRef> {
        Walk::new(self).map(|frame| frame.function)
    }

    /// Fails if there are more frames than the limit. A frame that is called in `window` is about
    /// to be made, and the machine stands at the call.
    ///
    /// Counting takes a walk over the frames; so it is done only where the stack grew by some
    /// hundred slots since the last count below, down to there.
    pub(crate) fn check_depth(&mut self, window: Base) -> Result<(), Fault> {
        // SAFETY: the machine runs.
        let iso = unsafe { &*self.iso };
        let most = iso.config().max_frames;
        if most >= FEW_FRAMES {
            while self.depths.pop_if(|(place, _)| *place >= window.addr()).is_some() {}
            let (place, below) =
                self.depths.last().copied().unwrap_or((access::slot(iso, 0).addr(), 0));
            if window.addr() - place < COUNTED_BYTES {
                return Ok(());
            }
            let above = Walk::new(self).take_while(|frame| frame.base.addr() > place).count();
            let depth = below + above as u32;
            self.depths.push((window.addr(), depth));
            if depth < most {
                return Ok(());
            }
            // Frames below the last place may be fewer now than they were.
            self.depths.clear();
        }
        if Walk::new(self).count() as u32 >= most { Err(Fault::stack_overflow()) } else { Ok(()) }
    }

    fn trace_frame(&self, standing: &Standing) -> TraceFrame {
        let (module, id) = self.origin(standing.function);
        let function = module.function(id);
        TraceFrame {
            function: standing.function,
            span: function.debug.span(standing.instr),
            line: module.line(function, standing.instr),
        }
    }

    /// The module and the function in it that a function of the registry is.
    pub(crate) fn origin(&self, function: FunctionRef) -> (&VerifiedModule, FunctionId) {
        let (unit, id) = self.functions[function.0 as usize].origin.expect("a function that runs");
        (&self.units[unit as usize].module, id)
    }

    /// The bytecode instruction that a place in a function's code stands for.
    fn place(&self, function: FunctionRef, pc: Pc, returning: bool) -> u32 {
        let Some(code) = &self.functions[function.0 as usize].code else { return 0 };
        let offset = (pc.addr() - code.words.start().addr()) / size_of::<u64>();
        code.place((offset - usize::from(returning)) as u32)
    }

    /// The running function, of a frame that stands at an instruction.
    fn running(&self, pc: Pc, base: Base) -> FunctionRef {
        // SAFETY: the caller's frame runs.
        let callee = unsafe { *base.sub(raised(pc)).sub(2) };
        access::function_of(callee).expect("the callee of a frame of Sox code")
    }

    /// The bytecode instruction that a running frame stands at.
    pub(crate) fn bytecode_at(&self, pc: Pc, base: Base) -> Instr {
        let function = self.running(pc, base);
        let (module, id) = self.origin(function);
        module.function(id).code[self.place(function, pc, false) as usize]
    }

    /// The name of the variable that the instruction of a running frame mentions.
    pub(crate) fn variable_name(&self, pc: Pc, base: Base) -> String {
        let module = self.origin(self.running(pc, base)).0;
        let name = match self.bytecode_at(pc, base) {
            Instr::GetGlobal { global } | Instr::SetGlobal { global } => {
                module.globals[global.index()].name
            }
            Instr::GetBuiltin { builtin } => module.builtins[builtin.index()],
            Instr::Undefined { name } => name,
            other => unreachable!("{other:?} mentions no variable"),
        };
        module.name(name).into()
    }

    /// The unit of the function of a running frame.
    pub(crate) fn running_unit(&self, pc: Pc, base: Base) -> &Unit {
        let function = self.running(pc, base);
        let unit = self.functions[function.0 as usize].origin.expect("a function that runs").0;
        &self.units[unit as usize]
    }

    /// The registry's number and the captures of a function of the running function's unit.
    pub(crate) fn unit_function(&self, base: Base, id: u32) -> (FunctionRef, &[Capture]) {
        // SAFETY: the frame of a running function, at an instruction that is no call.
        let callee = unsafe { *base.sub(2) };
        let function = access::function_of(callee).expect("the callee of a frame of Sox code");
        let unit = self.functions[function.0 as usize].origin.expect("a function that runs").0;
        let unit = &self.units[unit as usize];
        let captures = &unit.module.function(FunctionId(id)).captures;
        (unit.functions[id as usize], captures)
    }

    /// Raises a fault where the machine stands: goes to the handler, or leaves the interpreter.
    ///
    /// # Safety
    /// The machine runs, and stands where its `pc` and `base` say.
    pub(crate) unsafe fn unwind(&mut self, fault: Fault) -> Next {
        // SAFETY: the caller's promise.
        unsafe { self.unwind_at(fault, false) }
    }

    /// The same; `returning` says that the machine stands where a call returns to, not at it.
    ///
    /// # Safety
    /// As [`Vm::unwind`].
    pub(crate) unsafe fn unwind_at(&mut self, fault: Fault, mut returning: bool) -> Next {
        // SAFETY: the machine runs.
        let iso = unsafe { &*self.iso };
        let fault = iso.raise(fault, || self.frames_from(iso, returning));
        let (mut pc, mut base) = (self.pc, self.base);
        if !matches!(fault, Fault::Thrown) {
            pc = halt();
        }
        while pc != halt() {
            // SAFETY: `pc` and `base` are those of a frame.
            unsafe {
                base = base.sub(if returning { after_call(pc) } else { raised(pc) });
                if let Some(function) = access::function_of(*base.sub(2)) {
                    let instr = self.place(function, pc, returning);
                    if let Some((target, register)) = self.handler(function, instr) {
                        let error = iso.pending().expect("something was thrown");
                        *base.add(register) = access::word_of(error.into());
                        iso.set_pending(None);
                        return Next { pc: target, base };
                    }
                }
                let (caller, distance) = split_return_word(*base.sub(1));
                (pc, base) = (caller, base.sub(distance));
                returning = true;
            }
        }
        self.fault = Some(fault);
        Next { pc, base }
    }

    /// Where a function handles an error in a bytecode instruction, and the register that gets it.
    fn handler(&self, function: FunctionRef, instr: u32) -> Option<(Pc, usize)> {
        let code: &Code = self.functions[function.0 as usize].code.as_deref()?;
        let handler = code.handler(instr)?;
        // SAFETY: handlers lie in the code.
        let start = unsafe { code.words.start().add(handler.offset as usize) };
        Some((start, handler.register.into()))
    }
}
