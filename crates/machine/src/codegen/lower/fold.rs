//! Instructions that become part of the one that reads their result: a load that is an operand in
//! memory (of a comparison with a number also one of 8 or 32 bits), a product that is added, a comparison
//! whose result is selected by.
//!
//! An instruction can be folded if its result is written once and read once, in the same block, by an
//! instruction that can take it there, and if it would do the same there: what it reads is not written
//! between, nor, for a load, memory. Which folds there are is up to the target's features.

use crate::codegen::legal::Width;
use crate::codegen::target::Features;
use crate::ir::flow::{Flow, Role, registers};
use crate::ir::{Class, Cond, Func, Inst, Op, Operand, Reg};

/// What may be folded is looked for in so many instructions that came last.
const WINDOW: usize = 8;

/// The folds of a function.
#[derive(Debug, Default)]
pub(super) struct Folds {
    /// How often each register is read and written; 2 is many.
    reads: Vec<u8>,
    writes: Vec<u8>,
    /// For each register, the folded instruction that writes it: its number plus one.
    producers: Vec<u32>,
    /// What may still be folded.
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    result: Reg,
    at: u32,
}

impl Folds {
    /// Says that nothing is folded.
    pub(super) fn clear(&mut self) {
        self.producers.clear();
    }

    /// The instruction that is part of the one that reads this operand.
    pub(super) fn producer(&self, operand: Operand) -> Option<u32> {
        let number = *self.producers.get(operand.reg()?.0 as usize)?;
        number.checked_sub(1)
    }

    /// Finds what can be folded.
    pub(super) fn build(&mut self, func: Func<'_>, flow: &Flow, features: Features) {
        self.count(func);
        self.producers.clear();
        self.producers.resize(func.regs().len(), 0);
        let insts = func.insts();
        for block in 0..flow.len() as u32 {
            self.candidates.clear();
            for at in flow.block(block) {
                let inst = &insts[at as usize];
                self.consume(func, inst, features);
                self.spoil(func, inst);
                self.offer(func, inst, at, features);
            }
        }
    }

    fn count(&mut self, func: Func<'_>) {
        for counts in [&mut self.reads, &mut self.writes] {
            counts.clear();
            counts.resize(func.regs().len(), 0);
        }
        let mut add = |role, operand: Operand| {
            let Some(reg) = operand.reg() else { return };
            let counts = if role == Role::Use { &mut self.reads } else { &mut self.writes };
            let count = &mut counts[reg.0 as usize];
            *count = (*count + 1).min(2);
        };
        func.params().iter().for_each(|&param| add(Role::Def, Operand::Reg(param)));
        func.insts().iter().for_each(|inst| registers(func, inst, &mut add));
    }

    /// Folds a candidate into an instruction that can take it.
    fn consume(&mut self, func: Func<'_>, inst: &Inst, features: Features) {
        for &operand in places(inst) {
            let Some(reg) = operand.reg() else { continue };
            let Some(found) = self.candidates.iter().position(|c| c.result == reg) else {
                continue;
            };
            let candidate = self.candidates[found];
            let producer = &func.insts()[candidate.at as usize];
            if takes(func, inst, operand, producer, features) {
                self.producers[reg.0 as usize] = candidate.at + 1;
                self.candidates.swap_remove(found);
                return;
            }
        }
    }

    /// Forgets the candidates that would not do the same behind an instruction.
    fn spoil(&mut self, func: Func<'_>, inst: &Inst) {
        if self.candidates.is_empty() {
            return;
        }
        if !keeps_memory(inst.op) {
            self.candidates.clear();
            return;
        }
        registers(func, inst, |role, operand| {
            if role == Role::Def {
                self.candidates.retain(|candidate| {
                    let producer = &func.insts()[candidate.at as usize];
                    !producer.operands[1..].contains(&operand)
                });
            }
        });
    }

    /// Adds an instruction to the candidates if it is one.
    fn offer(&mut self, func: Func<'_>, inst: &Inst, at: u32, features: Features) {
        let [first, second, third, fourth] = inst.operands;
        let Some(result) = first.reg() else { return };
        let index = result.0 as usize;
        let single = self.reads[index] == 1 && self.writes[index] == 1;
        let virtual_only = ![second, third, fourth].iter().any(|o| matches!(o, Operand::Phys(_)));
        let fits = match inst.op {
            Op::Load | Op::Load8u | Op::Load8s | Op::Load32u | Op::Load32s => {
                features.memory_operands
            }
            Op::Mul => features.multiply_add && second.reg().is_some() && third.reg().is_some(),
            Op::Set => true,
            _ => false,
        };
        let own = [second, third, fourth].contains(&first);
        if single && virtual_only && fits && !own && func.class(result) != Class::F32 {
            if self.candidates.len() == WINDOW {
                self.candidates.remove(0);
            }
            self.candidates.push(Candidate { result, at });
        }
    }
}

/// The operands in whose place a fold may stand: those that are read.
fn places(inst: &Inst) -> &[Operand] {
    match inst.op {
        Op::Br => &inst.operands[..2],
        Op::Select => &inst.operands[1..2],
        Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor => &inst.operands[1..3],
        Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv => &inst.operands[1..3],
        _ => &[],
    }
}

/// Whether an instruction can take another one in the place of one of its operands.
fn takes(
    func: Func<'_>,
    inst: &Inst,
    operand: Operand,
    producer: &Inst,
    features: Features,
) -> bool {
    let [first, second, third, _] = inst.operands;
    let class = |operand: Operand| operand.reg().map(|reg| func.class(reg));
    let float = class(operand) == Some(Class::F64);
    let last = third == operand && second != operand;
    match (producer.op, inst.op) {
        (Op::Set, Op::Select) => true,
        (Op::Mul, Op::Add) => second.reg().is_some() && third.reg().is_some(),
        (Op::Mul, Op::Sub) => second.reg().is_some() && last,
        (Op::Load, _) if !features.memory_operands => false,
        // The other operand has to be a register; numbers and masks have forms of their own.
        (Op::Load, Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor) => {
            second.reg().is_some() && third.reg().is_some()
        }
        (Op::Load, Op::Sub) => second.reg().is_some() && last,
        (Op::Load, Op::Fadd | Op::Fmul) => float && class(first) == class(operand),
        (Op::Load, Op::Fsub | Op::Fdiv) => float && last && class(first) == class(operand),
        (Op::Load, Op::Br) => !float,
        (load, Op::Br) if features.memory_operands => {
            let number = func.module.imm(if first == operand { second } else { first });
            number.is_some_and(|number| narrow_comparison(load, inst.cond, number).is_some())
        }
        _ => false,
    }
}

/// How what is loaded is compared with a number without being extended, if the number fits: of which
/// width, on which condition, and with which number as a signed one of that width.
pub(super) fn narrow_comparison(load: Op, cond: Cond, number: i64) -> Option<(Width, Cond, i32)> {
    let (signed, width, bits) = match load {
        Op::Load8u => (false, Width::W8 { signed: false }, 8),
        Op::Load8s => (true, Width::W8 { signed: true }, 8),
        Op::Load32u => (false, Width::W32 { signed: false }, 32),
        Op::Load32s => (true, Width::W32 { signed: true }, 32),
        _ => return None,
    };
    let shift = i64::BITS - bits;
    let cut = number << shift >> shift;
    // What is extended by zeros is in the same order with and without a sign. What is extended by its
    // sign keeps both orders.
    let (fits, cond) = match signed {
        true => (cut == number, cond),
        false => (number >> bits == 0, cond.unsigned()),
    };
    fits.then_some((width, cond, cut as i32))
}

/// Whether memory is the same behind an instruction, and no call is made.
fn keeps_memory(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Mov | Const
            | Select
            | Addr
            | StackAddr
            | Add
            | Sub
            | Mul
            | Neg
            | And
            | Or
            | Xor
            | Not
            | Shl
            | Shr
            | Sar
            | Rotl
            | Rotr
            | Sext8
            | Sext16
            | Sext32
            | Zext8
            | Zext16
            | Zext32
            | Set
            | Fset
            | Fadd
            | Fsub
            | Fmul
            | Fdiv
            | Fsqrt
            | Fneg
            | Fabs
            | IntToFloat
            | Load
            | Load8u
            | Load8s
            | Load16u
            | Load16s
            | Load32u
            | Load32s
            | Loc
            | Comment
            | Nop
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With every byte, and with numbers at the edges of all widths, on every condition.
    #[test]
    fn narrow_comparisons_say_what_extended_ones_do() {
        let edges = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32];
        let numbers: Vec<i64> = edges.iter().flat_map(|&n| [n, -n, n - 1, 1 - n]).collect();
        let words = numbers.iter().copied().chain(0..256).filter(|&n| (0..1 << 32).contains(&n));
        let mut fitting = 0;
        for word in words {
            let loads = [
                (Op::Load8u, i64::from(word as u8), i64::from(word as i8)),
                (Op::Load8s, i64::from(word as i8), i64::from(word as i8)),
                (Op::Load32u, i64::from(word as u32), i64::from(word as i32)),
                (Op::Load32s, i64::from(word as i32), i64::from(word as i32)),
            ];
            for (load, extended, narrow) in loads {
                for (&number, &cond) in
                    numbers.iter().flat_map(|n| Cond::INT.iter().map(move |c| (n, c)))
                {
                    let Some((width, own, cut)) = narrow_comparison(load, cond, number) else {
                        continue;
                    };
                    // The processor compares without a sign the bits that there are.
                    let mask = if matches!(width, Width::W8 { .. }) { 0xff } else { 0xffff_ffff };
                    let signed = own.unsigned() != own;
                    let [a, b] =
                        [narrow, i64::from(cut)].map(|n| if signed { n } else { n & mask });
                    assert_eq!(
                        own.holds(a, b),
                        cond.holds(extended, number),
                        "{load:?} {word:#x} {cond:?} {number}"
                    );
                    fitting += 1;
                }
            }
        }
        assert!(fitting > 20_000, "{fitting}");
        assert_eq!(narrow_comparison(Op::Load8u, Cond::Eq, 256), None);
        assert_eq!(narrow_comparison(Op::Load8s, Cond::Eq, 128), None);
        assert_eq!(narrow_comparison(Op::Load16u, Cond::Eq, 1), None);
    }
}
