//! Lowering: instructions of the IR become legal instructions, which the target selects at once.
//!
//! What no target has is made of what all have: operations of the runtime become calls, or loads with
//! a check; float operations on integer registers get bit casts; numbers that do not fit an
//! instruction go through a register. Physical registers of the text are variables like all others
//! and only stand in their registers where something insists on them: at calls, system calls and
//! returns. So a run of moves into argument registers before a call is one parallel copy.

mod arith;
mod calls;
mod control;
mod fold;
mod memory;
mod physical;
mod structures;

use super::abi::{self, Arguments};
use super::frame::Needs;
use super::legal::{Legal, Value};
use super::machine::Machine;
use super::output::Output;
use super::plan::{Block, Plan};
use super::target::{Common, Target};
use super::{CodegenError, Problem};
use crate::ir::flow::Flow;
use crate::ir::{Class, Func, Inst, Op, Operand, filling_sets};
use crate::regalloc::{self, Constraint, VReg};
use crate::verify::Verified;
use fold::Folds;
use physical::Physical;

/// Memory that lowering one function leaves for the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    values: Vec<VReg>,
    classes: Vec<Class>,
    operands: Vec<regalloc::Operand>,
    arguments: Arguments,
    physical: Physical,
    folds: Folds,
}

/// A function being lowered.
pub(super) struct Lower<'a, T: Target> {
    pub(super) target: &'a T,
    pub(super) verified: &'a Verified,
    pub(super) func: Func<'a>,
    pub(super) flow: &'a Flow,
    pub(super) plan: &'a Plan,
    pub(super) out: &'a mut Machine<T::Inst>,
    pub(super) needs: &'a mut Needs,
    pub(super) output: &'a mut Output,
    pub(super) scratch: &'a mut Scratch,
    call_traps: bool,
    /// `array_set`s that are checked against the capacity.
    filling: Vec<u32>,
    /// Operands of the last `cmp`.
    flags: Option<(VReg, Value)>,
    /// Whether the stack pointer moves within the function.
    pushes: bool,
    /// Bytes of its own arguments on the stack.
    incoming: u32,
    /// The block of the IR and the instruction.
    block: u32,
    at: u32,
}

type Result<T> = std::result::Result<T, CodegenError>;

/// What lowering one function needs.
pub(super) struct Parts<'a, T: Target> {
    pub(super) target: &'a T,
    pub(super) verified: &'a Verified,
    pub(super) func: Func<'a>,
    pub(super) flow: &'a Flow,
    pub(super) plan: &'a Plan,
    pub(super) out: &'a mut Machine<T::Inst>,
    pub(super) needs: &'a mut Needs,
    pub(super) output: &'a mut Output,
    pub(super) scratch: &'a mut Scratch,
    pub(super) call_traps: bool,
    /// Whether instructions become parts of others.
    pub(super) fold: bool,
}

impl<'a, T: Target> Lower<'a, T> {
    pub(super) fn new(parts: Parts<'a, T>) -> Self {
        let Parts { target, verified, func, flow, plan, out, needs, output, scratch, .. } = parts;
        match parts.fold {
            true => scratch.folds.build(func, flow, target.features()),
            false => scratch.folds.clear(),
        }
        let pushes = func.insts().iter().any(|inst| matches!(inst.op, Op::Push | Op::Pop));
        Lower {
            target,
            verified,
            func,
            flow,
            plan,
            out,
            needs,
            output,
            scratch,
            call_traps: parts.call_traps,
            filling: filling_sets(func),
            flags: None,
            pushes,
            incoming: 0,
            block: 0,
            at: 0,
        }
    }

    /// Lowers the whole function.
    pub(super) fn run(mut self) -> Result<()> {
        for reg in self.func.regs() {
            self.out.temp(reg.class);
        }
        self.needs.frame |= self.pushes;
        self.needs.moves |= self.pushes;
        for number in 0..self.plan.blocks.len() as u32 {
            if number == 0 {
                self.entry()?;
            }
            match self.plan.blocks[number as usize] {
                Block::Entry => self.end_with_jump(self.plan.number(0)),
                Block::Edge(target) => self.end_with_jump(target),
                Block::Body(block) => self.body(block)?,
            }
        }
        Ok(())
    }

    fn body(&mut self, block: u32) -> Result<()> {
        self.block = block;
        let range = self.flow.block(block);
        let insts = self.func.insts();
        for index in range.clone() {
            self.at = index;
            let inst = &insts[index as usize];
            if crate::ir::flow::branches(inst.op) {
                return self.terminator(inst);
            }
            self.inst(inst)?;
        }
        if (block + 1) as usize == self.flow.len() {
            // The last instruction does not come back.
            self.trap();
        } else {
            self.end_with_jump(self.plan.target(block, block + 1));
        }
        Ok(())
    }

    fn end_with_jump(&mut self, to: u32) {
        self.emit(Legal::Jump { to });
        self.out.program.end_block(&[to]);
    }

    fn inst(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, _] = inst.operands;
        if self.scratch.folds.producer(first) == Some(self.at) {
            return Ok(());
        }
        match inst.op {
            Op::Label | Op::Nop | Op::Comment | Op::Loc => {}
            Op::Mov => {
                let d = self.def(first)?;
                match second {
                    Operand::Imm(_) | Operand::Wide(_) => self.constant(d, second),
                    _ => {
                        let from = self.reg(second)?;
                        self.copy(d, from);
                    }
                }
            }
            Op::Const => {
                let d = self.def(first)?;
                self.constant(d, second);
            }
            Op::Addr => {
                let d = self.def(first)?;
                let addend = self.imm(third);
                self.symbol_address(d, second, addend);
            }
            Op::StackAddr => {
                let d = self.def(first)?;
                let (size, align) = (self.imm(second) as u32, self.imm(third) as u32);
                self.needs.objects.push((size.max(1), align));
                let object = self.needs.objects.len() as u32 - 1;
                let aligned = align > abi::STACK_ALIGN;
                self.emit(Legal::ObjectAddress { d, object, aligned });
            }
            Op::Cmp => self.compare(first, second)?,
            Op::Call | Op::MethodCall => self.call_inst(inst)?,
            Op::BareCall | Op::Push | Op::Pop | Op::Syscall | Op::Raw => self.machine_inst(inst)?,
            _ => {
                if !(self.arithmetic(inst)? || self.float(inst)? || self.memory(inst)?) {
                    self.structure(inst)?;
                }
            }
        }
        Ok(())
    }

    fn emit(&mut self, legal: Legal) {
        self.target.select(&legal, self.out);
    }

    fn temp(&mut self) -> VReg {
        self.out.temp(Class::I64)
    }

    fn copy(&mut self, to: VReg, from: VReg) {
        if to != from {
            let inst = self.target.common(Common::Move);
            self.out.push_move(inst, to, from);
        }
    }

    /// The number that an operand is.
    fn imm(&self, operand: Operand) -> i64 {
        self.func.module.imm(operand).unwrap_or(0)
    }

    /// The number that an operand is, if it is one.
    fn number(&self, operand: Operand) -> Option<i64> {
        self.func.module.imm(operand)
    }

    fn problem<R>(&self, problem: Problem) -> Result<R> {
        Err(CodegenError {
            function: String::from_utf8_lossy(self.func.name()).into_owned(),
            instruction: Some(self.at),
            offset: self.func.offsets().get(self.at as usize).copied(),
            problem,
        })
    }

    /// Class of an operand; numbers and physical registers are `i64`.
    fn class(&self, operand: Operand) -> Class {
        operand.reg().map_or(Class::I64, |reg| self.func.class(reg))
    }

    /// The register that an operand defines.
    fn def(&mut self, operand: Operand) -> Result<VReg> {
        match operand {
            Operand::Reg(reg) => Ok(VReg(reg.0)),
            Operand::Phys(phys) => self.physical(phys, true),
            // The verifier lets nothing else stand there.
            _ => Ok(self.temp()),
        }
    }

    /// An operand in a register.
    fn reg(&mut self, operand: Operand) -> Result<VReg> {
        match operand {
            Operand::Reg(reg) => Ok(VReg(reg.0)),
            Operand::Phys(phys) => self.physical(phys, false),
            Operand::Sym(_) => {
                let d = self.temp();
                self.symbol_address(d, operand, 0);
                Ok(d)
            }
            _ => {
                let d = self.temp();
                self.constant(d, operand);
                Ok(d)
            }
        }
    }

    /// The instruction that is part of the one that reads this operand.
    fn producer(&self, operand: Operand) -> Option<Inst> {
        let at = self.scratch.folds.producer(operand)?;
        Some(self.func.insts()[at as usize])
    }

    /// A number in a new register.
    fn number_reg(&mut self, value: i64) -> VReg {
        let d = self.temp();
        self.emit(Legal::Const { d, value });
        d
    }

    /// An operand that may be an immediate of an operation.
    fn value(&mut self, op: Op, operand: Operand) -> Result<Value> {
        match self.number(operand) {
            Some(number) => Ok(self.number_value(op, number)),
            None => self.reg(operand).map(Value::Reg),
        }
    }

    fn number_value(&mut self, op: Op, number: i64) -> Value {
        match i32::try_from(number) {
            Ok(small) if self.target.takes(op, number) => Value::Imm(small),
            _ => Value::Reg(self.number_reg(number)),
        }
    }

    /// A constant of the class of a register.
    fn constant(&mut self, d: VReg, operand: Operand) {
        let value = self.imm(operand);
        match self.out.class(d) {
            Class::I64 => self.emit(Legal::Const { d, value }),
            class => self.emit(Legal::FloatConst { d, class, bits: value as u64 }),
        }
    }

    fn symbol_address(&mut self, d: VReg, symbol: Operand, addend: i64) {
        let Operand::Sym(name) = symbol else { return };
        let symbol = self.output.symbol(self.verified, name);
        match i32::try_from(addend).ok().filter(|&addend| near(addend)) {
            Some(addend) => self.emit(Legal::SymbolAddress { d, symbol, addend }),
            None => {
                self.emit(Legal::SymbolAddress { d, symbol, addend: 0 });
                let b = self.number_value(Op::Add, addend);
                self.emit(Legal::Binary { op: Op::Add, d, a: d, b });
            }
        }
    }

    /// Operands of the jumps that follow. What is written between is saved first.
    fn compare(&mut self, a: Operand, b: Operand) -> Result<()> {
        let following = &self.func.insts()[self.at as usize + 1..];
        let until = following.iter().take_while(|inst| inst.op.info().keeps_flags);
        let written: Vec<Operand> = until
            .filter(|inst| matches!(inst.op, Op::Mov | Op::Const))
            .map(|inst| inst.operands[0])
            .collect();
        let keep = |lower: &mut Self, operand: Operand, reg: VReg| {
            if !written.contains(&operand) {
                return reg;
            }
            let kept = lower.temp();
            lower.copy(kept, reg);
            kept
        };
        let left = self.reg(a)?;
        let left = keep(self, a, left);
        let right = match self.value(Op::Cmp, b)? {
            Value::Reg(reg) => Value::Reg(keep(self, b, reg)),
            value => value,
        };
        self.flags = Some((left, right));
        Ok(())
    }

    /// Defines parameters, and what physical registers hold at the beginning.
    fn entry(&mut self) -> Result<()> {
        use super::abi::ArgPlace;
        use super::legal::{Address, Base, Width};
        let params = self.func.params();
        self.scratch.classes.clear();
        self.scratch.classes.extend(params.iter().map(|&param| self.func.class(param)));
        let convention = self.target.convention();
        let arguments = &mut self.scratch.arguments;
        convention.assign(&self.scratch.classes, params.len(), arguments);
        self.incoming = arguments.stack;
        let operands = &mut self.scratch.operands;
        operands.clear();
        for (param, place) in params.iter().zip(&arguments.places) {
            if let ArgPlace::Reg(reg) = *place {
                let constraint = Constraint::Fixed(reg);
                operands.push(regalloc::Operand::written(VReg(param.0), constraint));
            }
        }
        if !operands.is_empty() {
            self.out.push(self.target.common(Common::Define), operands);
        }
        for (number, param) in params.iter().enumerate() {
            if let ArgPlace::Stack(offset) = self.scratch.arguments.places[number] {
                self.needs.frame = true;
                let width = Width::of(self.scratch.classes[number]);
                let address = Address::new(Base::Incoming, offset as i32);
                self.emit(Legal::Load { width, d: VReg(param.0), address });
            }
        }
        self.define_physical()
    }
}

/// Whether an offset from a symbol is certain not to leave the reach of relocations.
fn near(offset: i32) -> bool {
    offset.unsigned_abs() < 1 << 24
}
