//! Running functions: frames for traces, activations for work, and the limits on how many there are.

use crate::units::Unit;
use crate::{Evaluator, UnitId};
use sox_diagnostics::Span;
use sox_program::{Function, FunctionId, Slot, Tree};
use sox_runtime::{Cx, Fault, FunctionRef, Isolate, TraceFrame, Value};

/// Native stack kept free below the guard, for the runtime and natives to work in; less where there
/// is little.
const NATIVE_RESERVE: usize = 1 << 20;

/// Native stack a function must find free when it is called: what simple code needs, so that running
/// out is nearly always the error of a call.
const NATIVE_FRAME: usize = 64 * 1024;

/// Most values one expression pushes before it evaluates a part of itself or returns.
const PUSHES: usize = 4;

/// A running function, as traces see it.
pub(crate) struct Frame {
    unit: UnitId,
    function: FunctionId,
    /// What it is executing.
    span: Span,
}

/// How a statement was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// By its end.
    Normal,
    Break,
    Continue,
    /// The value is in the frame's result slot.
    Return,
}

/// A running function at work: everything its statements and expressions need at hand.
pub(crate) struct Activation<'a> {
    pub(crate) engine: &'a mut Evaluator,
    pub(crate) iso: &'a mut Isolate,
    pub(crate) unit: &'a Unit,
    pub(crate) tree: &'a Tree,
    pub(crate) function: &'a Function,
    /// Stack index of slot 0.
    base: usize,
}

impl Evaluator {
    /// Runs a function whose `args` arguments, as many as it may have and `this` among them, are on
    /// top of the stack, above its callee. Its result replaces all of these; says whether it left
    /// by `return`.
    ///
    /// An error in here that is still a [`Fault::Error`] is one of calling: the caller raises it.
    pub(crate) fn enter(
        &mut self,
        iso: &mut Isolate,
        function: FunctionRef,
        args: usize,
    ) -> Result<Flow, Fault> {
        self.check_depth(iso)?;
        let (unit_id, id) = self.function(function);
        let unit = self.unit(unit_id).clone();
        let function = unit.program.function(id);
        let base = iso.stack().len() - args;
        make_room(iso, function, args)?;
        self.frames.push(Frame { unit: unit_id, function: id, span: function.span });
        let tree = &unit.program.tree;
        let flow = Activation { engine: self, iso, unit: &unit, tree, function, base }.run();
        self.frames.pop();
        let flow = flow?;
        let stack = iso.stack();
        stack.set(base - 1, stack.get(base + function.locals as usize));
        stack.truncate(base);
        Ok(flow)
    }

    /// `Stack overflow.` if there is no room for another frame.
    fn check_depth(&self, iso: &Isolate) -> Result<(), Fault> {
        let frames_left = self.frames.len() < iso.config().max_frames as usize;
        if frames_left && self.has_native_stack(NATIVE_FRAME) {
            return Ok(());
        }
        Err(Fault::stack_overflow())
    }

    /// At the outermost entry: notes how far down the native stack may grow.
    pub(crate) fn measure_native_stack(&mut self) {
        if self.frames.is_empty() {
            let usable = self.native_stack - NATIVE_RESERVE.min(self.native_stack / 4);
            self.native_floor = native_stack_address().saturating_sub(usable);
        }
    }

    /// Whether so many bytes of the native stack are free.
    fn has_native_stack(&self, bytes: usize) -> bool {
        native_stack_address() >= self.native_floor + bytes
    }

    /// What a trace shows: frames innermost first, those of the library left out. Of more than
    /// `limit` the middle is left out, so that the outermost quarter stays.
    pub(crate) fn shown_frames(&self, limit: usize) -> Vec<TraceFrame> {
        let shown = || self.frames.iter().filter(|frame| !self.is_library(frame));
        let total = shown().count();
        let outermost = if total > limit { limit / 4 } else { 0 };
        let innermost = if total > limit { limit - outermost } else { total };
        shown()
            .rev()
            .enumerate()
            .filter(|&(depth, _)| depth < innermost || depth >= total - outermost)
            .map(|(_, frame)| self.trace_frame(frame))
            .collect()
    }

    fn is_library(&self, frame: &Frame) -> bool {
        let program = &self.unit(frame.unit).program;
        program.module(program.function(frame.function).module).library
    }

    fn trace_frame(&self, frame: &Frame) -> TraceFrame {
        let unit = self.unit(frame.unit);
        let module = unit.program.module(unit.program.function(frame.function).module);
        let line = unit.sources.file(module.source).line(frame.span.start);
        TraceFrame { function: unit.functions[frame.function.0 as usize], span: frame.span, line }
    }
}

/// Makes the window of a frame above its arguments: parameters not given are unset, other locals
/// and the result nil.
fn make_room(iso: &Isolate, function: &Function, args: usize) -> Result<(), Fault> {
    let stack = iso.stack();
    let parameters = (function.first_param() + function.params) as usize;
    let locals = function.locals as usize;
    stack.reserve(locals + PUSHES - args.min(locals))?;
    for _ in args..parameters {
        stack.push(Value::unset());
    }
    for _ in parameters..=locals {
        stack.push(Value::nil());
    }
    Ok(())
}

/// Where the native stack ends now, more or less: the address of a local variable.
#[inline(always)]
fn native_stack_address() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

impl Activation<'_> {
    /// Runs the body and then what it deferred.
    fn run(&mut self) -> Result<Flow, Fault> {
        let function = self.function;
        self.iso.step()?;
        if !function.has_defer {
            return self.block(function.body);
        }
        let defers = self.iso.defer_list()?;
        self.push(defers.into());
        let exit = self.block(function.body);
        self.run_deferred(exit)
    }

    /// Before each step down the tree: that there is room on both stacks.
    pub(crate) fn guard(&self) -> Result<(), Fault> {
        if !self.engine.has_native_stack(0) {
            return Err(Fault::stack_overflow());
        }
        self.iso.stack().reserve(PUSHES)
    }

    /// Says what is being executed, for traces made from now on.
    pub(crate) fn at(&mut self, span: Span) {
        if let Some(frame) = self.engine.frames.last_mut() {
            frame.span = span;
        }
    }

    /// Gives an error that has no place yet this one, and makes it an object; other faults already
    /// have theirs.
    pub(crate) fn raise(&mut self, fault: Fault, span: Span) -> Fault {
        if !matches!(fault, Fault::Error(..)) {
            return fault;
        }
        self.at(span);
        self.iso.raise(fault, || self.trace())
    }

    /// The frames running now.
    pub(crate) fn trace(&self) -> Vec<TraceFrame> {
        self.engine.shown_frames(self.iso.config().trace_limit)
    }

    /// For operations of the runtime that may call back.
    pub(crate) fn cx(&mut self) -> Cx<'_> {
        Cx { iso: self.iso, engine: self.engine }
    }

    // The frame's window.

    /// Stack index of a local.
    pub(crate) fn index(&self, slot: Slot) -> usize {
        self.base + slot.0 as usize
    }

    /// Stack index of the value being returned.
    pub(crate) fn result_index(&self) -> usize {
        self.base + self.function.locals as usize
    }

    /// Stack index of the list of deferred closures.
    pub(crate) fn defers_index(&self) -> usize {
        self.result_index() + 1
    }

    /// The running function.
    pub(crate) fn callee(&self) -> Value<'_> {
        self.iso.stack().get(self.base - 1)
    }

    // Operands.

    /// How many values are on the stack.
    pub(crate) fn height(&self) -> usize {
        self.iso.stack().len()
    }

    /// Adds an operand.
    pub(crate) fn push(&self, value: Value<'_>) {
        self.iso.stack().push(value);
    }

    /// The operand `depth` below the topmost.
    pub(crate) fn peek(&self, depth: usize) -> Value<'_> {
        self.iso.stack().get(self.height() - 1 - depth)
    }

    /// Takes the topmost operand. It is good until the next safepoint.
    pub(crate) fn pop(&self) -> Value<'_> {
        self.iso.stack().pop()
    }

    /// Puts a value in the place of the topmost `count`.
    pub(crate) fn replace(&self, count: usize, value: Value<'_>) {
        self.cut(self.height() - count);
        self.push(value);
    }

    /// Drops the operands above a height.
    pub(crate) fn cut(&self, height: usize) {
        self.iso.stack().truncate(height);
    }
}
