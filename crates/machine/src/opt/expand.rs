//! Accesses of arrays in terms of memory: the length is loaded and compared, then the elements' address,
//! then the element. So the loads take part in value numbering and leave loops.
//!
//! Where the comparison fails, the function's one failing block reads an array that is empty, which
//! ends the program as the access would have. An `array_set` that fills a fresh array is compared with
//! the capacity; which ones these are depends on the order of the text, so it is settled here and
//! none is left.

use super::body::Body;
use crate::ir::{Class, Cond, Func, Inst, Label, Op, Operand, filling_sets};

/// Offsets in an array's header, and the sizes of the header and of an element, in bytes.
const LENGTH: i32 = 8;
const CAPACITY: i32 = 16;
const HEADER: i32 = 24;
const ELEMENT: i32 = 8;

/// Whether there is anything to expand.
pub(super) fn wanted(func: Func<'_>) -> bool {
    func.insts().iter().any(|inst| matches!(inst.op, Op::ArrayGet | Op::ArraySet))
}

/// Expands the accesses of a body, which is that of the function.
pub(super) fn run(body: &mut Body, func: Func<'_>) {
    let filling = filling_sets(func);
    let failing = body.label();
    for at in 0..body.begin() {
        let inst = body.old(at);
        let [first, second, third, _] = inst.operands;
        match inst.op {
            Op::ArrayGet => {
                let address = element(body, second, third, LENGTH, failing, func);
                body.push(access(Op::Load, &[first], address, &[]));
            }
            Op::ArraySet => {
                let fills = filling.binary_search(&(at as u32)).is_ok();
                let bound = if fills { CAPACITY } else { LENGTH };
                let address = element(body, first, second, bound, failing, func);
                body.push(access(Op::Store, &[], address, &[third]));
            }
            _ => body.keep(at),
        }
    }
    body.push_label(failing);
    let (empty, nothing) = (Operand::Reg(body.reg(Class::I64)), Operand::Reg(body.reg(Class::I64)));
    let [zero, word] = [Operand::Imm(0), Operand::Imm(ELEMENT)];
    body.push(Inst::new(Op::StackAddr, &[empty, Operand::Imm(HEADER), word]));
    body.push(Inst::new(Op::Store, &[empty, Operand::None, Operand::Imm(LENGTH), zero]));
    body.push(Inst::new(Op::ArrayGet, &[nothing, empty, zero, word]));
    body.push(Inst::new(Op::Trap, &[]));
}

/// A load or a store of an element.
fn access(op: Op, before: &[Operand], address: [Operand; 3], after: &[Operand]) -> Inst {
    let scaled = address[1] != Operand::None;
    let mut inst = Inst::new(op, &[before, &address[..], after].concat());
    inst.scale = if scaled { ELEMENT.trailing_zeros() as u8 } else { 0 };
    inst
}

/// Compares an index with a word of the header; gives base, index and offset of the element.
fn element(
    body: &mut Body,
    array: Operand,
    index: Operand,
    bound: i32,
    failing: Label,
    func: Func<'_>,
) -> [Operand; 3] {
    let (limit, elements) =
        (Operand::Reg(body.reg(Class::I64)), Operand::Reg(body.reg(Class::I64)));
    let word = |at: i32| [array, Operand::None, Operand::Imm(at)];
    body.push(access(Op::Load, &[limit], word(bound), &[]));
    let failing = Operand::Label(failing);
    body.push(Inst::with_cond(Op::Br, Cond::Geu, &[index, limit, failing]));
    body.push(access(Op::Load, &[elements], word(0), &[]));
    let Some(number) = func.module.imm(index) else { return [elements, index, Operand::Imm(0)] };
    match number.checked_mul(ELEMENT.into()).map(i32::try_from) {
        Some(Ok(offset)) if offset >= 0 => [elements, Operand::None, Operand::Imm(offset)],
        _ => {
            let reg = Operand::Reg(body.reg(Class::I64));
            body.push(Inst::new(Op::Const, &[reg, index]));
            [elements, reg, Operand::Imm(0)]
        }
    }
}
