//! The judge of allocations: replays a program with the places and moves it was given, and finds every
//! operand that is not where it should be.
//!
//! For each place it keeps the set of virtual registers whose present value is there. A move copies the
//! set, an instruction that writes a place replaces it, and a new value of a virtual register makes
//! all older copies stale. The place of what an instruction makes again holds the virtual register that
//! it wrote for as long as that keeps the value; nothing else writes there. Where control flow joins,
//! only what every way agrees on is kept. When nothing changes any more, each operand that is read must
//! find its register in the place it has.
//!
//! Nothing here is shared with the allocator: neither liveness nor points nor pieces.

use super::program::{Constraint, Program, Role, VReg, When};
use super::{Allocation, Gap, Move, Place, Registers};
use std::collections::BTreeMap;

/// What is wrong with an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An operand's place does not hold its value.
    Lost {
        /// The instruction.
        inst: u32,
        /// The operand's number in it.
        operand: usize,
        /// What is read.
        vreg: VReg,
        /// Where it should be.
        place: Place,
    },
    /// An operand's place is not one that it may have.
    Constraint {
        /// The instruction.
        inst: u32,
        /// The operand's number in it.
        operand: usize,
    },
    /// Two results, or a result and something that is read or destroyed with it, share a place.
    Clash {
        /// The instruction.
        inst: u32,
        /// The operand's number in it.
        operand: usize,
    },
    /// A move between places that it cannot be between.
    Move {
        /// Its number.
        number: usize,
    },
    /// There is another number of places than operands.
    Count,
}

type State = BTreeMap<Place, Vec<VReg>>;

/// Checks an allocation.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(
    program: &Program,
    registers: &Registers,
    allocation: &Allocation,
) -> Result<(), Wrong> {
    let operands: usize = (0..program.len()).map(|inst| program.operands(inst).len()).sum();
    if allocation.places.len() != operands {
        return Err(Wrong::Count);
    }
    for inst in 0..program.len() {
        constraints(program, registers, allocation, inst)?;
    }
    for (number, copy) in allocation.moves.iter().enumerate() {
        if !is_possible(program, copy) {
            return Err(Wrong::Move { number });
        }
    }
    let mut entries: Vec<Option<State>> = vec![None; program.blocks().len()];
    if let Some(first) = entries.first_mut() {
        *first = Some(State::new());
    }
    let mut work: Vec<u32> = vec![0; usize::from(!entries.is_empty())];
    while let Some(block) = work.pop() {
        let Some(mut state) = entries[block as usize].clone() else { continue };
        // Reads are judged once the states at the beginnings of blocks are final.
        let _early = replay(program, allocation, block, &mut state);
        for &next in program.successors(block) {
            let changed = match &mut entries[next as usize] {
                Some(known) => meet(known, &state),
                unknown => {
                    *unknown = Some(state.clone());
                    true
                }
            };
            if changed {
                work.push(next);
            }
        }
    }
    for (block, state) in (0..).zip(entries) {
        if let Some(mut state) = state {
            replay(program, allocation, block, &mut state)?;
        }
    }
    Ok(())
}

/// Whether a move writes what can be written, and makes again what is a constant, where there is room.
fn is_possible(program: &Program, copy: &Move) -> bool {
    match (copy.to, copy.from) {
        (Place::Made(_), _) | (Place::Slot(_), Place::Made(_)) => false,
        (Place::Reg(to), Place::Made(inst)) => {
            program.as_constant(inst).is_some_and(|vreg| program.bank(vreg) == to.bank())
        }
        _ => true,
    }
}

/// Keeps what both states agree on; whether that is less than before.
fn meet(known: &mut State, other: &State) -> bool {
    let before: usize = known.values().map(Vec::len).sum();
    known.retain(|place, vregs| {
        vregs.retain(|vreg| other.get(place).is_some_and(|others| others.contains(vreg)));
        !vregs.is_empty()
    });
    known.values().map(Vec::len).sum::<usize>() < before
}

/// Runs a block. Goes on after a fault, so that the state at the end is right, and returns the first.
fn replay(
    program: &Program,
    allocation: &Allocation,
    block: u32,
    state: &mut State,
) -> Result<(), Wrong> {
    let mut first = Ok(());
    for inst in program.blocks()[block as usize].insts.clone() {
        for gap in [Gap::BlockStart(inst), Gap::Before(inst), Gap::BlockEnd(inst)] {
            run_moves(allocation, gap, state);
        }
        let result = run_inst(program, allocation, inst, state);
        first = first.and(result);
        run_moves(allocation, Gap::After(inst), state);
    }
    first
}

fn run_moves(allocation: &Allocation, gap: Gap, state: &mut State) {
    let from = allocation.moves.partition_point(|copy| copy.gap.order() < gap.order());
    for Move { to, from, .. } in allocation.moves[from..].iter().take_while(|m| m.gap == gap) {
        match state.get(from).cloned() {
            Some(vregs) => state.insert(*to, vregs),
            None => state.remove(to),
        };
    }
}

fn run_inst(
    program: &Program,
    allocation: &Allocation,
    inst: u32,
    state: &mut State,
) -> Result<(), Wrong> {
    let places = &allocation.places[program.operand_range(inst)];
    let mut result = Ok(());
    for (number, (operand, &place)) in program.operands(inst).iter().zip(places).enumerate() {
        let vreg = operand.vreg;
        let holds = state.get(&place).is_some_and(|vregs| vregs.contains(&vreg));
        if operand.role == Role::Use && !holds && result.is_ok() {
            result = Err(Wrong::Lost { inst, operand: number, vreg, place });
        }
    }
    for reg in program.clobbers(inst).iter() {
        state.remove(&Place::Reg(reg));
    }
    for (operand, &place) in program.operands(inst).iter().zip(places) {
        if operand.role == Role::Def {
            state.retain(|_, vregs| {
                vregs.retain(|&vreg| vreg != operand.vreg);
                !vregs.is_empty()
            });
            state.insert(place, vec![operand.vreg]);
            if program.as_constant(inst).is_some() {
                state.insert(Place::Made(inst), vec![operand.vreg]);
            }
        }
    }
    result
}

/// What must hold for an instruction whatever values are where.
fn constraints(
    program: &Program,
    registers: &Registers,
    allocation: &Allocation,
    inst: u32,
) -> Result<(), Wrong> {
    let operands = program.operands(inst);
    let places = &allocation.places[program.operand_range(inst)];
    for (number, (operand, &place)) in operands.iter().zip(places).enumerate() {
        let bank = program.bank(operand.vreg);
        let may_have = |reg| registers.set(bank).contains(reg);
        let good = match (operand.constraint, place) {
            (Constraint::Fixed(fixed), Place::Reg(reg)) => reg == fixed,
            (Constraint::Same(other), Place::Reg(_)) => places[other as usize] == place,
            (Constraint::Any, Place::Slot(slot)) => slot < allocation.slots,
            (Constraint::Any | Constraint::Register | Constraint::Near, Place::Reg(reg)) => {
                may_have(reg)
            }
            // A constant that is left out.
            (Constraint::Register, Place::Made(made)) => {
                made == inst && program.as_constant(inst).is_some()
            }
            // What is overwritten is where the result is.
            (_, Place::Slot(_) | Place::Made(_)) => false,
        };
        if !good {
            return Err(Wrong::Constraint { inst, operand: number });
        }
        if operand.role == Role::Use {
            continue;
        }
        let clobbered = matches!(place, Place::Reg(reg) if program.clobbers(inst).contains(reg));
        let fixed = matches!(operand.constraint, Constraint::Fixed(_));
        let early =
            operand.when == When::Early || matches!(operand.constraint, Constraint::Same(_));
        let shares = operands.iter().zip(places).enumerate().any(|(other, (against, &taken))| {
            let same_value = match operand.constraint {
                // What is overwritten may be read under another number too.
                Constraint::Same(own) => {
                    against.role == Role::Use && against.vreg == operands[own as usize].vreg
                }
                _ => false,
            };
            let conflict = against.role == Role::Def || early;
            other != number && !same_value && conflict && taken == place
        });
        if shares || (clobbered && !fixed) {
            return Err(Wrong::Clash { inst, operand: number });
        }
    }
    Ok(())
}
