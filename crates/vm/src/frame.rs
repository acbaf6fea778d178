//! A running frame, as the out-of-line parts of handlers see it.
//!
//! # Frames
//! ```text
//!            callee │ pc to return to, distance << 48 │ R0 = this or argument 0 │ R1 …
//!                                                       └ base
//! ```
//! A frame lies in the value stack, its arguments where the caller put them. The word before
//! register 0 says where the caller goes on and how far below its registers begin; being less than
//! 2^63 it reads as a number, so the collector walks the stack without knowing of frames. The frame
//! that was entered from outside returns to [`HALT`].
//!
//! # Roots
//! [`Frame::enter`] sets the top of the stack to the end of the running frame, so that every slot of
//! every frame is a root whenever a collection can happen. A slot that was not written yet holds
//! what an earlier frame left there, which is safe: it was a root in the last collection, or was
//! made nil by it.

use crate::access;
use crate::code::Ins;
use crate::dispatch::{Base, Ctx, Next, Pc};
use crate::op::Op;
use crate::units::Unit;
use crate::vm::Vm;
use sox_bytecode::Capture;
use sox_runtime::{Cx, Fault, FunctionRef, Isolate, TraceFrame, Value};

/// The code that a frame entered from outside returns to.
static HALT: [u64; 1] = [Ins::abc(Op::Halt, 0, 0, 0).0];

/// Where a frame entered from outside returns to.
pub(crate) fn halt() -> Pc {
    HALT.as_ptr()
}

/// The word of a frame that says how to return.
pub(crate) fn return_word(pc: Pc, distance: usize) -> u64 {
    debug_assert!(distance < 1 << 15);
    pc.expose_provenance() as u64 | (distance as u64) << 48
}

/// The place in a return word, and the distance of the frames.
#[inline(always)]
pub(crate) fn split_return_word(word: u64) -> (Pc, usize) {
    let address = (word & 0xffff_ffff_ffff) as usize;
    (std::ptr::with_exposed_provenance(address), (word >> 48) as usize)
}

/// How far the base was raised for the call at `pc`.
///
/// # Safety
/// `pc` points to an instruction.
pub(crate) unsafe fn raised(pc: Pc) -> usize {
    // SAFETY: an instruction is followed by another or ends the code; those that end it are no
    // calls, and only calls are looked behind.
    unsafe {
        let op = Ins(*pc).op();
        match op {
            Op::Call
            | Op::CallGlobal
            | Op::CallNative
            | Op::Invoke
            | Op::SuperInvoke
            | Op::Import => after_call(pc.add(op.size())),
            _ => 0,
        }
    }
}

/// How far the base was raised for the call that returns to `pc`.
///
/// # Safety
/// `pc` points to the instruction behind a call.
pub(crate) unsafe fn after_call(pc: Pc) -> usize {
    // SAFETY: the caller's promise.
    let ins = Ins(unsafe { *pc });
    if ins.number() == Op::LowerBase as u16 { ins.bc() as usize } else { 0 }
}

/// A frame that stands at an instruction, out of line.
pub(crate) struct Frame {
    pc: Pc,
    base: Base,
    /// The instruction.
    pub(crate) ins: Ins,
    ctx: Ctx,
}

impl Frame {
    /// Notes where the machine is, and makes the frame's slots roots.
    ///
    /// # Safety
    /// As of handlers, see [`crate::dispatch::Dispatch`].
    #[inline]
    pub(crate) unsafe fn enter(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Frame {
        // SAFETY: the caller's promise.
        unsafe {
            (*ctx).pc = pc;
            (*ctx).base = base;
            (*ctx).set_top_of_frame(pc, base);
        }
        Frame { pc, base, ins, ctx }
    }

    /// The machine.
    pub(crate) fn vm(&self) -> &Vm {
        // SAFETY: the machine outlives the run; nothing else uses it while `self` is borrowed.
        unsafe { &*self.ctx }
    }

    /// The machine.
    pub(crate) fn vm_mut(&mut self) -> &mut Vm {
        // SAFETY: as above; `self` is borrowed exclusively.
        unsafe { &mut *self.ctx }
    }

    /// The isolate.
    pub(crate) fn iso(&self) -> &Isolate {
        // SAFETY: the isolate is set while the machine runs; what may collect borrows `self`
        // exclusively.
        unsafe { &*self.vm().iso }
    }

    /// The words of a register.
    pub(crate) fn word(&self, register: usize) -> u64 {
        // SAFETY: the translator's registers lie in the frame.
        unsafe { *self.base.add(register) }
    }

    /// Writes a register.
    pub(crate) fn put(&mut self, register: usize, word: u64) {
        // SAFETY: the translator's registers lie in the frame.
        unsafe { *self.base.add(register) = word }
    }

    /// The slot of a register.
    pub(crate) fn slot(&self, register: usize) -> Base {
        // SAFETY: the translator's registers lie in the frame.
        unsafe { self.base.add(register) }
    }

    /// The value in a register.
    pub(crate) fn get(&self, register: usize) -> Value<'_> {
        // SAFETY: registers hold values where the translator reads them as such.
        unsafe { self.value(self.word(register)) }
    }

    /// The value of a global that is declared.
    pub(crate) fn global(&self, number: usize) -> Value<'_> {
        // SAFETY: the unit's globals are the isolate's, and hold values once they are declared.
        unsafe { self.value(*access::global(self.ctx, number as u32)) }
    }

    /// A word as a value.
    ///
    /// # Safety
    /// It is one.
    pub(crate) unsafe fn value(&self, word: u64) -> Value<'_> {
        // SAFETY: the caller's promise.
        unsafe { access::value_of(word) }
    }

    /// A word behind the instruction.
    pub(crate) fn following(&self, index: usize) -> u64 {
        debug_assert!(index < self.ins.op().row().words);
        // SAFETY: the words belong to the instruction.
        unsafe { *self.pc.add(1 + index) }
    }

    /// Writes a cache cell behind the instruction.
    pub(crate) fn set_cell(&mut self, index: usize, word: u64) {
        debug_assert!(index < self.ins.op().row().words);
        // SAFETY: the words belong to the instruction; code is only read and written through
        // pointers made from its exclusively owned memory.
        unsafe { *self.pc.add(1 + index).cast_mut() = word }
    }

    /// A constant behind the instruction.
    pub(crate) fn constant(&self, index: usize) -> Value<'_> {
        // SAFETY: the word is a constant of the unit.
        unsafe { self.value(self.following(index)) }
    }

    /// The callee of the frame: a closure of the running function.
    pub(crate) fn callee_word(&self) -> u64 {
        // SAFETY: the word lies below register 0 of every frame.
        unsafe { *self.base.sub(2) }
    }

    /// The name of the variable that the instruction mentions.
    pub(crate) fn variable_name(&self) -> String {
        self.vm().variable_name(self.pc, self.base)
    }

    /// The registry's number and the captures of a function of the running function's unit.
    pub(crate) fn unit_function(&self, id: u32) -> (FunctionRef, &[Capture]) {
        self.vm().unit_function(self.base, id)
    }

    /// The values in consecutive registers.
    pub(crate) fn values(&self, first: usize, count: usize) -> &[Value<'_>] {
        // SAFETY: registers of a window hold values, which are their words.
        unsafe { std::slice::from_raw_parts(self.slot(first).cast(), count) }
    }

    /// The unit of the running function.
    pub(crate) fn unit(&self) -> &Unit {
        self.vm().running_unit(self.pc, self.base)
    }

    /// The machine's number of a source module of the unit.
    pub(crate) fn module_number(&self, module: u32) -> usize {
        self.unit().modules[module as usize]
    }

    /// Pushes a word on the stack above the frame.
    pub(crate) fn push(&mut self, word: u64) {
        // SAFETY: callers push values.
        self.iso().stack().push(unsafe { self.value(word) });
    }

    /// Makes a register the first slot of the stack that is not in use; those from it on hold nothing
    /// that is needed.
    pub(crate) fn set_top(&mut self, register: usize) {
        let top = self.slot(register);
        // SAFETY: the slot lies in the frame.
        unsafe { access::set_top(self.iso(), top) };
    }

    /// Does something that may run user code and that leaves its result on top of the stack.
    pub(crate) fn with_cx(
        mut self,
        run: impl FnOnce(&mut Cx<'_>) -> Result<(), Fault>,
    ) -> AfterCall {
        let result = self.vm_mut().with_cx(run);
        AfterCall { frame: self, result }
    }

    /// A safepoint and a step.
    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        self.vm_mut().step()
    }

    /// Goes on with the next instruction.
    pub(crate) fn next(&self) -> Next {
        // SAFETY: the instruction is followed by another: those that end code do not come here.
        Next { pc: unsafe { self.pc.add(self.ins.op().size()) }, base: self.base }
    }

    /// Goes on at another instruction, or with the next.
    pub(crate) fn branch(&self, taken: bool, displacement: isize) -> Next {
        if taken {
            // SAFETY: jumps go to instructions.
            Next { pc: unsafe { self.pc.offset(displacement) }, base: self.base }
        } else {
            self.next()
        }
    }

    /// Goes to a loop's body, a step, or on with the next instruction.
    pub(crate) fn turn(&mut self, taken: bool, displacement: isize) -> Next {
        // SAFETY: the machine runs.
        let is_step = taken && unsafe { access::is_beyond_limit(self.base, self.ctx) };
        if is_step && let Err(fault) = self.step() {
            return self.fail(fault);
        }
        self.branch(taken, displacement)
    }

    /// Writes a result and goes on.
    pub(crate) fn finish(mut self, register: usize, result: Result<u64, Fault>) -> Next {
        match result {
            Ok(word) => {
                self.put(register, word);
                self.next()
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Goes on with the next instruction if there was no fault.
    pub(crate) fn finish_without_result(mut self, result: Result<(), Fault>) -> Next {
        match result {
            Ok(()) => self.next(),
            Err(fault) => self.fail(fault),
        }
    }

    /// Raises a fault in this frame.
    pub(crate) fn fail(&mut self, fault: Fault) -> Next {
        // SAFETY: the frame is the running one.
        unsafe { self.vm_mut().unwind(fault) }
    }

    /// The frames now, for an error object.
    pub(crate) fn trace(&self) -> Vec<TraceFrame> {
        self.vm().frames(self.iso())
    }

    /// The place of the frame.
    pub(crate) fn place(&self) -> (Pc, Base, Ctx) {
        (self.pc, self.base, self.ctx)
    }
}

/// What [`Frame::with_cx`] came to.
pub(crate) struct AfterCall {
    frame: Frame,
    result: Result<(), Fault>,
}

impl AfterCall {
    /// Moves the result from the top of the stack into a register and goes on.
    pub(crate) fn and_pop_to(mut self, register: usize) -> Next {
        let result = self.result.map(|()| {
            let stack = self.frame.iso().stack();
            let top = stack.len() - 1;
            let word = access::word_of(stack.get(top));
            stack.truncate(top);
            word
        });
        match result {
            Ok(word) => {
                self.frame.put(register, word);
                self.frame.next()
            }
            Err(fault) => self.frame.fail(fault),
        }
    }

    /// Goes on; nothing was left on the stack.
    pub(crate) fn and_go_on(mut self) -> Next {
        match self.result {
            Ok(()) => self.frame.next(),
            Err(fault) => self.frame.fail(fault),
        }
    }
}
