//! Physical registers of the text, and what uses the machine directly.

use super::{Lower, Result};
use crate::codegen::Problem;
use crate::codegen::legal::{Callee, Legal};
use crate::codegen::target::{Common, Target, callee_symbol};
use crate::ir::{Class, Inst, Op, Operand, Phys};
use crate::regalloc::{self, Constraint, PReg, RegSet, VReg};
use crate::verify::Symbol;

/// The variables that stand for physical registers, by number in the instruction set.
#[derive(Debug, Default)]
pub(super) struct Physical {
    variables: [Option<VReg>; 32],
}

/// The allocator's number of a general register.
fn preg(phys: Phys) -> PReg {
    PReg(phys.number())
}

impl<T: Target> Lower<'_, T> {
    /// The variable of a physical register.
    pub(super) fn physical(&mut self, phys: Phys, written: bool) -> Result<VReg> {
        if phys.is_zero() {
            return Ok(if written { self.temp() } else { self.number_reg(0) });
        }
        if phys.is_stack() {
            return self.problem(Problem::StackRegister(phys.name()));
        }
        match self.scratch.physical.variables[phys.number() as usize] {
            Some(vreg) => Ok(vreg),
            None => Ok(self.temp()),
        }
    }

    /// Makes a variable for each physical register that the function names, and gives those of
    /// arguments their values.
    pub(super) fn define_physical(&mut self) -> Result<()> {
        self.scratch.physical = Physical::default();
        if !self.func.is_physical() {
            return Ok(());
        }
        let mut named = RegSet::default();
        let result = self.target.isa().result_register();
        named.insert(preg(result));
        for inst in self.func.insts() {
            crate::ir::flow::registers(self.func, inst, |_, operand| {
                if let Operand::Phys(phys) = operand
                    && !phys.is_zero()
                    && !phys.is_stack()
                {
                    named.insert(preg(phys));
                }
            });
        }
        let params: Vec<VReg> = self
            .func
            .params()
            .iter()
            .filter(|&&param| self.func.class(param) == Class::I64)
            .map(|param| VReg(param.0))
            .collect();
        let registers = self.target.convention().arguments[0];
        for reg in named.iter() {
            let vreg = self.temp();
            self.scratch.physical.variables[reg.0 as usize] = Some(vreg);
            match registers.iter().zip(&params).find(|(argument, _)| **argument == reg) {
                Some((_, &param)) => self.copy(vreg, param),
                None => {
                    let operand = regalloc::Operand::written(vreg, Constraint::Any);
                    self.out.push(self.target.common(Common::Define), &[operand]);
                }
            }
        }
        Ok(())
    }

    /// Reads of those registers of a list that the function names.
    fn read_physical(&mut self, registers: impl Iterator<Item = PReg>) {
        for reg in registers {
            if let Some(vreg) = self.scratch.physical.variables[reg.0 as usize] {
                let operand = regalloc::Operand::read(vreg, Constraint::Fixed(reg));
                self.scratch.operands.push(operand);
            }
        }
    }

    fn write_physical(&mut self, reg: PReg) {
        if let Some(vreg) = self.scratch.physical.variables[reg.0 as usize] {
            let operand = regalloc::Operand::written(vreg, Constraint::Fixed(reg));
            self.scratch.operands.push(operand);
        }
    }

    pub(super) fn machine_inst(&mut self, inst: &Inst) -> Result<()> {
        match inst.op {
            Op::BareCall => self.bare_call(inst.operands[0])?,
            Op::Push => {
                let a = self.reg(inst.operands[0])?;
                self.emit(Legal::Push { a });
            }
            Op::Pop => {
                let d = self.def(inst.operands[0])?;
                self.emit(Legal::Pop { d });
            }
            Op::Syscall => {
                let (registers, result, clobbers) = self.target.system_call();
                self.scratch.operands.clear();
                self.read_physical(registers.iter().copied());
                self.write_physical(result);
                let clobbers = clobbers.or([result].into_iter().collect());
                let inst = self.target.common(Common::Syscall);
                self.out.push_clobbering(inst, &self.scratch.operands, clobbers);
            }
            _ => {
                let Operand::Bytes(bytes) = inst.operands[0] else { return Ok(()) };
                self.raw(self.func.module.name(bytes));
            }
        }
        Ok(())
    }

    /// Bytes may read and write every register.
    fn raw(&mut self, bytes: &[u8]) {
        let start = self.out.raw.len() as u32;
        self.out.raw.extend_from_slice(bytes);
        let end = self.out.raw.len() as u32;
        (self.needs.frame, self.needs.moves) = (true, true);
        self.scratch.operands.clear();
        self.read_physical((0..32).map(PReg));
        (0..32).map(PReg).for_each(|reg| self.write_physical(reg));
        let [ints, floats] = self.target.registers().order;
        let all = ints.iter().chain(floats).copied().collect();
        self.needs.clobbers = all;
        let inst = self.target.common(Common::Raw { start, end });
        self.out.push_clobbering(inst, &self.scratch.operands, all);
    }

    /// A call whose arguments stand in the physical argument registers.
    fn bare_call(&mut self, callee: Operand) -> Result<()> {
        let convention = self.target.convention();
        let known = match callee {
            Operand::Sym(name) => match self.verified.symbol(name) {
                Some(Symbol::Function(id)) => Some(self.func.module.func(id).params().len()),
                Some(Symbol::Builtin(_)) => Some(1),
                _ => None,
            },
            _ => None,
        };
        let target = self.callee(callee)?;
        self.scratch.operands.clear();
        if let Callee::Reg(reg) = target {
            self.scratch.operands.push(regalloc::Operand::read(reg, Constraint::Any));
        }
        let registers = convention.arguments[0];
        self.read_physical(registers.iter().copied().take(known.unwrap_or(registers.len())));
        let result = convention.results[0][0];
        if known.is_none() && !registers.contains(&result) {
            // A variadic callee may want the number of float arguments there.
            self.read_physical([result].into_iter());
        }
        self.write_physical(result);
        self.finish_call(callee_symbol(target), convention.home);
        Ok(())
    }

    /// What a return without operands returns.
    pub(super) fn physical_result(&mut self) {
        let result = self.target.convention().results[0][0];
        self.read_physical([result].into_iter());
    }
}
