//! Values that do not live at the same time share stack slots; the checker sees it if others do.

use sox_machine::regalloc::{
    Allocation, Allocator, Bank, Constraint, Effort, Operand, PReg, Place, Program, RegSet,
    Registers, VReg, Wrong, check,
};

const FEW: Registers = Registers {
    order: [&[PReg(0), PReg(1), PReg(2), PReg(8), PReg(9)], &[PReg(32), PReg(33)]],
    scratch: [PReg(15), PReg(47)],
};

/// Values of both banks in each group.
const GROUP: usize = 3;

/// Groups of values that live across an instruction which destroys all registers, one group after
/// the other.
fn groups(count: usize) -> Program {
    let mut program = Program::default();
    for _ in 0..count {
        let values: Vec<VReg> = [Bank::Int, Bank::Float]
            .iter()
            .flat_map(|&bank| [bank; GROUP])
            .map(|bank| program.add_vreg(bank))
            .collect();
        for &value in &values {
            program.add_inst(&[Operand::written(value, Constraint::Register)], RegSet::NONE);
        }
        program.add_inst(&[], RegSet(u64::MAX));
        for &value in &values {
            program.add_inst(&[Operand::read(value, Constraint::Register)], RegSet::NONE);
        }
    }
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[]);
    program
}

fn allocate(program: &Program, effort: Effort) -> Allocation {
    let allocation = Allocator::default().run(program, &FEW, effort).unwrap();
    assert_eq!(check(program, &FEW, &allocation), Ok(()));
    allocation
}

#[test]
fn what_lives_one_after_the_other_shares_slots() {
    for effort in [Effort::Quick, Effort::Thorough] {
        assert_eq!(allocate(&groups(1), effort).slots as usize, 2 * GROUP);
        assert_eq!(allocate(&groups(10), effort).slots as usize, 2 * GROUP);
    }
}

/// A value that lives through all groups keeps its slot to itself.
#[test]
fn what_lives_on_keeps_its_slot() {
    let mut program = Program::default();
    let kept = program.add_vreg(Bank::Int);
    program.add_inst(&[Operand::written(kept, Constraint::Register)], RegSet::NONE);
    for _ in 0..3 {
        let value = program.add_vreg(Bank::Int);
        program.add_inst(&[Operand::written(value, Constraint::Register)], RegSet::NONE);
        program.add_inst(&[], RegSet(u64::MAX));
        program.add_inst(&[Operand::read(value, Constraint::Register)], RegSet::NONE);
    }
    program.add_inst(&[Operand::read(kept, Constraint::Register)], RegSet::NONE);
    program.end_block(&[]);
    assert_eq!(allocate(&program, Effort::Thorough).slots, 2);
}

/// Any two slots of values that live together, made one.
#[test]
fn the_checker_finds_slots_that_must_not_be_shared() {
    let program = groups(2);
    let good = allocate(&program, Effort::Thorough);
    for (one, other) in (0..good.slots).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let mut allocation = good.clone();
        let all = allocation.moves.iter_mut().flat_map(|copy| [&mut copy.to, &mut copy.from]);
        all.filter(|place| **place == Place::Slot(one))
            .for_each(|place| *place = Place::Slot(other));
        let verdict = check(&program, &FEW, &allocation);
        assert!(matches!(verdict, Err(Wrong::Lost { .. })), "{one} and {other}: {verdict:?}");
    }
}
