//! Which `array_set`s fill a fresh array.
//!
//! `array_set` checks its index against the array's length. There are producers that make an array,
//! set its elements, and store the length into the header afterwards. An `array_set` counts as such a
//! filling one if it stands after the `array_new` of its register and before a store of the length
//! through the same register, with no other write of the register between: it is checked against
//! the capacity instead.

use super::flow::{Role, registers};
use super::{Func, Op, Operand};

/// Offset of the length in an array's header, in bytes.
const LENGTH: i64 = 8;

/// The filling `array_set`s of a function: the index of each, in order.
pub fn filling_sets(func: Func<'_>) -> Vec<u32> {
    let mut found = Vec::new();
    if !func.insts().iter().any(|inst| inst.op == Op::ArraySet) {
        return found;
    }
    // For registers that hold a fresh array, the array_sets through them so far.
    let mut fresh: Vec<Option<Vec<u32>>> = vec![None; func.regs().len()];
    for (index, inst) in (0..).zip(func.insts()) {
        match (inst.op, inst.operands) {
            (Op::ArraySet, [Operand::Reg(array), ..]) => {
                if let Some(sets) = &mut fresh[array.0 as usize] {
                    sets.push(index);
                }
            }
            (Op::Store, [Operand::Reg(array), Operand::None, offset, _])
                if func.module.imm(offset) == Some(LENGTH) =>
            {
                found.extend(fresh[array.0 as usize].take().into_iter().flatten());
            }
            _ => {}
        }
        registers(func, inst, |role, operand| {
            if let (Role::Def, Some(reg)) = (role, operand.reg()) {
                fresh[reg.0 as usize] = (inst.op == Op::ArrayNew).then(Vec::new);
            }
        });
    }
    found.sort_unstable();
    found
}
