//! From stack bytecode to register code, one function at a time.
//!
//! One pass over the bytecode in order. The operand stack is virtual ([`values`]): most pushes make
//! no code, operations name locals directly, and a result that is stored into a local is sent there
//! by changing the instruction that made it. Comparison and jump become one instruction, operations
//! with a constant take it from the word behind them, a loop's step, test and jump become one. At
//! the borders of blocks everything is in its home register ([`layout`]).

mod branches;
mod calls;
mod check;
mod compare;
mod copied;
mod declared;
mod emit;
mod fuse;
mod layout;
mod listing;
mod lower;
#[cfg(test)]
mod tests;
mod values;

use crate::access::KnownNative;
use crate::code::{Code, HandlerCode, Ins, Words};
use crate::op::Op;
use declared::Declared;
use emit::Emitter;
use layout::{BOTTOM, Layout};
use sox_bytecode::{Function, FunctionId, Instr, VerifiedModule};
use values::{Entry, Item};

pub(crate) use listing::listing;

/// A frame has at most this many registers: the fields of instructions name no more.
pub(crate) const MAX_REGISTERS: u32 = 65_535;

/// A function with more registers begins with [`Op::Enter`]; the stack has at least so many slots
/// beyond its limit.
pub(crate) const RED_ZONE: u32 = 288;

/// Calls with windows from here on go through [`Op::RaiseBase`]: the return word has 15 bits for the
/// distance of two frames.
pub(crate) const FAR_WINDOW: u32 = 32_000;

/// What the translator asks about the unit a function is in.
pub(crate) struct Bindings<'a> {
    /// Constants of the module as values.
    pub(crate) constants: &'a [u64],
    /// Builtins of the module; `None` for unknown names.
    pub(crate) builtins: &'a [Option<u64>],
    /// Numbers of the module's globals in the isolate.
    pub(crate) globals: &'a [u32],
    /// Whether a global of the isolate is declared: it stays so.
    pub(crate) declared: &'a dyn Fn(u32) -> bool,
    /// The native that a constant is.
    pub(crate) native: &'a dyn Fn(u64) -> Option<KnownNative>,
}

/// Why translation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A jump too far for its field: try again with long ones.
    FarJump,
    /// The function needs more than [`MAX_REGISTERS`].
    TooManyRegisters,
}

/// Translates a function; `None` if it needs too many registers.
pub(crate) fn translate(
    module: &VerifiedModule,
    id: FunctionId,
    bindings: &Bindings<'_>,
) -> Option<Code> {
    let translated = match Translator::run(module, id, bindings, false) {
        Err(Trouble::FarJump) => Translator::run(module, id, bindings, true),
        other => other,
    };
    let code = translated.ok()?;
    if cfg!(debug_assertions)
        && let Err(problem) = check::check(&code)
    {
        panic!("wrong register code: {problem}\n{}", listing(&code));
    }
    Some(code)
}

/// A function being translated.
struct Translator<'a> {
    function: &'a Function,
    bindings: &'a Bindings<'a>,
    layout: Layout,
    code: Emitter,
    /// The upper part of the operand stack.
    stack: Vec<Entry>,
    /// The value of the layout beneath that part. It and those below are in their homes.
    beneath: u32,
    /// Some value may be in a register other than its home.
    displaced: bool,
    /// Registers used so far.
    registers: u32,
    /// The bytecode instruction being translated, and the values it pushed so far.
    at: usize,
    pushed: u32,
    /// Ways to get to an instruction other than from the one before.
    entries: Vec<u32>,
    /// Instructions where handlers begin to cover or end.
    borders: Vec<bool>,
    /// Instructions that were translated with others.
    skip: Vec<bool>,
    /// Some handler keeps values that were on the operand stack before.
    handlers_keep_values: bool,
    /// No narrow jumps.
    long_jumps: bool,
    /// Greatest depth of the operand stack.
    max_stack: u16,
    /// Module-level variables that are declared here.
    declared: Declared,
}

impl<'a> Translator<'a> {
    fn run(
        module: &'a VerifiedModule,
        id: FunctionId,
        bindings: &'a Bindings<'a>,
        long_jumps: bool,
    ) -> Result<Code, Trouble> {
        let mut translator = Translator::new(module, id, bindings, long_jumps);
        translator.function()?;
        translator.finish()
    }

    fn new(
        module: &'a VerifiedModule,
        id: FunctionId,
        bindings: &'a Bindings<'a>,
        long_jumps: bool,
    ) -> Translator<'a> {
        let function = module.function(id);
        let count = function.code.len();
        let mut entries = vec![0; count];
        let mut borders = vec![false; count + 1];
        for handler in &function.handlers {
            borders[handler.start as usize] = true;
            borders[handler.end as usize] = true;
            entries[handler.target.index()] += 1;
        }
        for instr in &function.code {
            if let Some(target) = instr.target() {
                entries[target.index()] += 1;
            }
        }
        let begins_block = |at: usize| {
            entries[at] > 0
                || borders[at]
                || at.checked_sub(1).is_some_and(|before| {
                    let before = function.code[before];
                    before.target().is_some() || before.effects().ends
                })
        };
        let leaders: Vec<bool> = (0..count).map(begins_block).collect();
        let layout = Layout::of(function, &leaders);
        Translator {
            function,
            bindings,
            layout,
            code: Emitter::new(count),
            stack: Vec::new(),
            beneath: BOTTOM,
            displaced: false,
            registers: 0,
            at: 0,
            pushed: 0,
            entries,
            borders,
            skip: vec![false; count],
            handlers_keep_values: function.handlers.iter().any(|handler| handler.depth > 0),
            long_jumps,
            max_stack: module.facts(id).max_stack,
            declared: Declared::of(function),
        }
    }

    fn function(&mut self) -> Result<(), Trouble> {
        // At least one: instructions that use none name the first.
        self.use_registers(u32::from(self.function.locals).max(1))?;
        self.defaults();
        // Each value takes at most three registers, and calls up to three more.
        let max_stack = u32::from(self.max_stack);
        let may_be_big = u32::from(self.function.locals) + 3 * max_stack + 3 > RED_ZONE;
        let enter = may_be_big.then(|| self.code.placeholder(Ins::wide(Op::Enter, 0, 0)));
        self.skip_foreach_stores();
        let mut reachable = true;
        for at in 0..self.function.code.len() {
            if self.entries[at] > 0 || self.borders[at] || !reachable {
                if reachable {
                    self.settle_all()?;
                }
                self.code.label(at as u32);
                self.begin_block(at)?;
                reachable = true;
            }
            if self.skip[at] {
                self.pop();
                continue;
            }
            if !self.layout.reached(at) {
                reachable = false;
                continue;
            }
            reachable = self.instruction(at)?;
            let instr = self.function.code[at];
            self.declared.pass(at, instr, self.global_of(instr));
        }
        if let Some(enter) = enter {
            self.code.fill(enter, Ins::wide(Op::Enter, 0, self.registers));
        }
        debug_assert!(enter.is_some() || self.registers <= RED_ZONE);
        Ok(())
    }

    /// The entries: one word for each parameter with a default.
    fn defaults(&mut self) {
        let first = self.function.first_param();
        for parameter in self.function.required..self.function.params {
            self.code.emit(Ins::abc(Op::Unset, first + parameter, 0, 0), &[]);
        }
        self.code.barrier();
    }

    /// Translates an instruction; tells whether control goes on behind it.
    fn instruction(&mut self, at: usize) -> Result<bool, Trouble> {
        let instr = self.function.code[at];
        self.at = at;
        self.pushed = 0;
        self.code.at(at as u32);
        self.look_at(instr.takes() as usize)?;
        let effects = instr.effects();
        if effects.calls {
            // User code may assign globals. A callee is read before that.
            let callee = match instr {
                Instr::Call { args } => Some(self.stack.len() - usize::from(args.0) - 1),
                _ => None,
            };
            for index in (0..self.stack.len()).filter(|&index| Some(index) != callee) {
                if matches!(self.stack[index].item, Item::Global(_)) {
                    self.settle(index)?;
                }
            }
        }
        if effects.throws && self.handlers_keep_values {
            let depth = self.layout.handler(self.function, at).map_or(0, |handler| handler.depth);
            let beneath = self.layout.depth(self.beneath);
            for index in 0..usize::from(depth.saturating_sub(beneath)) {
                self.settle(index)?;
            }
        }
        self.lower(instr)?;
        Ok(!effects.ends)
    }

    /// The module-level variable an instruction is about, by its number in the isolate.
    fn global_of(&self, instr: Instr) -> Option<u32> {
        match instr {
            Instr::GetGlobal { global }
            | Instr::SetGlobal { global }
            | Instr::DefineGlobal { global } => Some(self.bindings.globals[global.index()]),
            _ => None,
        }
    }

    /// Whether such a variable is certainly declared here.
    fn is_declared(&self, slot: u32) -> bool {
        self.declared.contains(slot) || (self.bindings.declared)(slot)
    }

    fn finish(mut self) -> Result<Code, Trouble> {
        let mut handlers = Vec::with_capacity(self.function.handlers.len());
        for handler in self.layout.entered_handlers(self.function) {
            let target = handler.target.index();
            self.begin_block(target)?;
            let register = self.layout.home(self.beneath) as u16;
            let (start, end) = (handler.start, handler.end);
            handlers.push(HandlerCode { start, end, offset: target as u32, register });
        }
        let mut emitted = self.code.finish()?;
        fuse::fuse(&mut emitted.words);
        for handler in &mut handlers {
            let label = emitted.labels[handler.offset as usize];
            handler.offset = label.expect("a handler was translated");
        }
        Ok(Code {
            words: Words::new(emitted.words),
            registers: self.registers,
            places: emitted.places.into(),
            handlers: handlers.into(),
            call_cells: emitted.call_cells.into(),
        })
    }
}

/// The instruction a jump goes to, if it is one.
fn target_of(instr: Instr) -> u32 {
    instr.target().expect("a jump").0
}
