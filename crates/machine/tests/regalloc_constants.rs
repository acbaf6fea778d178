//! Constants that find no register are made again where they are needed: how the allocator does it, and
//! that the checker sees when it is done wrong.

use sox_machine::regalloc::{
    Allocation, Allocator, Bank, Constraint, Effort, Gap, Move, Operand, PReg, Place, Program,
    RegSet, Registers, VReg, Wrong, check,
};

/// Five integer registers, of which two survive calls, and two float ones.
const FEW: Registers = Registers {
    order: [&[PReg(0), PReg(1), PReg(2), PReg(8), PReg(9)], &[PReg(32), PReg(33)]],
    scratch: [PReg(15), PReg(47)],
};

const CALLER_SAVED: RegSet = RegSet(0xff | 0xffff << 32);

const EFFORTS: [Effort; 2] = [Effort::Quick, Effort::Thorough];

fn read(vreg: VReg) -> Operand {
    Operand::read(vreg, Constraint::Register)
}

fn written(vreg: VReg) -> Operand {
    Operand::written(vreg, Constraint::Register)
}

/// A right allocation.
fn allocate(program: &Program, effort: Effort) -> Allocation {
    let allocation = Allocator::default().run(program, &FEW, effort).unwrap();
    assert_eq!(check(program, &FEW, &allocation), Ok(()));
    allocation
}

fn ints<const N: usize>(program: &mut Program) -> [VReg; N] {
    [(); N].map(|()| program.add_vreg(Bank::Int))
}

/// How many moves make something again.
fn made(allocation: &Allocation) -> usize {
    allocation.moves.iter().filter(|copy| matches!(copy.from, Place::Made(_))).count()
}

fn is_slot(place: Place) -> bool {
    matches!(place, Place::Slot(_))
}

/// Forty constants that live at once, in five registers: no slot, no store, and those that had no register
/// are not made at all before they are read.
#[test]
fn forty_live_constants_take_no_memory() {
    for (effort, constraint) in
        EFFORTS.into_iter().flat_map(|e| [Constraint::Register, Constraint::Any].map(|c| (e, c)))
    {
        let mut program = Program::default();
        let values: [VReg; 40] = ints(&mut program);
        for &value in &values {
            program.add_constant(value);
        }
        for &value in &values {
            program.add_inst(&[Operand::read(value, constraint)], RegSet::NONE);
        }
        program.end_block(&[]);
        let allocation = allocate(&program, effort);
        assert_eq!(allocation.slots, 0);
        assert!(!allocation.places.iter().any(|&place| is_slot(place)));
        let left_out = (0..40).filter(|&at| allocation.places[at] == Place::Made(at as u32));
        assert_eq!(left_out.count(), 35);
        assert_eq!((made(&allocation), allocation.moves.len()), (35, 35));
    }
}

/// An argument of several calls is made in its register each time, if no other register survives.
#[test]
fn a_constant_argument_is_made_in_its_register() {
    let mut program = Program::default();
    let [one, two, constant] = ints(&mut program);
    program.add_inst(&[written(one)], RegSet::NONE);
    program.add_inst(&[written(two)], RegSet::NONE);
    program.add_constant(constant);
    for _ in 0..2 {
        program.add_inst(&[Operand::read(constant, Constraint::Fixed(PReg(1)))], CALLER_SAVED);
    }
    program.add_inst(&[read(one), read(two)], RegSet::NONE);
    program.end_block(&[]);
    for effort in EFFORTS {
        let allocation = allocate(&program, effort);
        let make =
            |inst| Move { gap: Gap::Before(inst), to: Place::Reg(PReg(1)), from: Place::Made(2) };
        assert_eq!(allocation.moves, [make(3), make(4)]);
        assert_eq!(allocation.places[2], Place::Made(2));
    }
}

/// One that is written twice may be either constant, so it is stored.
#[test]
fn what_is_written_twice_is_kept() {
    let mut program = Program::default();
    let [value] = ints(&mut program);
    program.add_constant(value);
    program.add_constant(value);
    program.add_inst(&[], RegSet(u64::MAX));
    program.add_inst(&[read(value)], RegSet::NONE);
    program.end_block(&[]);
    let allocation = allocate(&program, Effort::Thorough);
    assert_eq!((allocation.slots, made(&allocation)), (1, 0));
}

/// An instruction that fills all registers and takes one operand more from anywhere.
#[test]
fn a_full_instruction_reads_its_constant_from_memory() {
    let mut program = Program::default();
    let values: [VReg; 5] = ints(&mut program);
    let [constant] = ints(&mut program);
    let mut operands = vec![Operand::read(constant, Constraint::Any)];
    for (&value, &reg) in values.iter().zip(FEW.order[0]) {
        program.add_inst(&[written(value)], RegSet::NONE);
        operands.push(Operand::read(value, Constraint::Fixed(reg)));
    }
    program.add_constant(constant);
    program.add_inst(&operands, RegSet::NONE);
    program.end_block(&[]);
    for effort in EFFORTS {
        let allocation = allocate(&program, effort);
        assert!(is_slot(allocation.places[6]), "{:?}", allocation.places);
    }
}

/// In a loop whose own values take all registers but one, the constant that is needed there is made before
/// it, and the one that is not needed gives way without a store.
#[test]
fn a_loop_has_its_constant_before_it() {
    let mut program = Program::default();
    let [inside, behind, a, b, c, d] = ints(&mut program);
    program.add_constant(inside);
    program.add_constant(behind);
    program.add_inst(&[], RegSet(u64::MAX));
    for vreg in [a, b, c, d] {
        program.add_inst(&[written(vreg)], RegSet::NONE);
    }
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[1]);
    for vreg in [a, b, c, d] {
        program.add_inst(&[read(vreg), read(inside), written(vreg)], RegSet::NONE);
    }
    program.add_inst(&[read(a)], RegSet::NONE);
    program.end_block(&[2, 3]);
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[1]);
    program.add_inst(&[read(behind), read(a), read(b)], RegSet::NONE);
    program.end_block(&[]);
    let allocation = allocate(&program, Effort::Thorough);
    let makes = allocation.moves.iter().filter(|copy| matches!(copy.from, Place::Made(_)));
    let gaps: Vec<u32> = makes.map(|copy| copy.gap.inst()).collect();
    let (first, after) = (program.blocks()[1].insts.start, program.blocks()[3].insts.start);
    assert_eq!(gaps.len(), 2);
    assert!(gaps[0] < first && gaps[1] >= after, "{gaps:?}");
}

/// Two constants and a variable that live across an instruction which destroys all registers.
fn two_constants() -> (Program, Allocation) {
    let mut program = Program::default();
    let [a, b, other] = ints(&mut program);
    program.add_constant(a);
    program.add_constant(b);
    program.add_inst(&[written(other)], RegSet::NONE);
    program.add_inst(&[], RegSet(u64::MAX));
    program.add_inst(&[read(a), read(b), read(other)], RegSet::NONE);
    program.end_block(&[]);
    let allocation = allocate(&program, Effort::Thorough);
    assert_eq!((made(&allocation), allocation.slots), (2, 1));
    (program, allocation)
}

/// Each wrong way of making a constant again is named.
#[test]
fn the_checker_finds_what_is_made_wrong() {
    let (program, good) = two_constants();
    let number = good.moves.iter().position(|copy| copy.from == Place::Made(0)).unwrap();
    let to = good.moves[number].to;
    let with = |changed: Move| {
        let mut allocation = good.clone();
        allocation.moves[number] = changed;
        check(&program, &FEW, &allocation)
    };
    let copy = good.moves[number];
    // Another constant, the same one in another register.
    let lost = Err(Wrong::Lost { inst: 4, operand: 0, vreg: VReg(0), place: to });
    assert_eq!(with(Move { from: Place::Made(1), ..copy }), lost);
    let elsewhere = Place::Reg(PReg(15));
    assert_eq!(with(Move { to: elsewhere, ..copy }), lost);
    // What is no constant, what does not exist, in a float register, in a slot; and nothing writes there.
    let impossible = Err(Wrong::Move { number });
    for from in [2, 3, 99] {
        assert_eq!(with(Move { from: Place::Made(from), ..copy }), impossible);
    }
    for to in [Place::Reg(PReg(32)), Place::Slot(0), Place::Made(1)] {
        assert_eq!(with(Move { to, ..copy }), impossible);
    }
    assert_eq!(with(Move { to: Place::Made(0), from: to, ..copy }), impossible);
    // An operand, a result that is not its own, a result of an instruction that is no constant.
    for (at, place, inst) in [(3, 0, 4), (1, 0, 1), (2, 2, 2)] {
        let mut allocation = good.clone();
        allocation.places[at] = Place::Made(place);
        let verdict = check(&program, &FEW, &allocation);
        assert_eq!(verdict, Err(Wrong::Constraint { inst, operand: 0 }));
    }
}

/// What has been written since is not made again, on whatever way: here it is one constant on one and
/// another on the other.
#[test]
fn the_checker_knows_which_constant_it_is() {
    let mut program = Program::default();
    let [test, value] = ints(&mut program);
    program.add_inst(&[written(test)], RegSet::NONE);
    program.add_inst(&[read(test)], RegSet::NONE);
    program.end_block(&[1, 2]);
    for _ in 0..2 {
        program.add_constant(value);
        program.add_inst(&[], RegSet::NONE);
        program.end_block(&[3]);
    }
    program.add_inst(&[read(value)], RegSet::NONE);
    program.end_block(&[]);
    let good = allocate(&program, Effort::Thorough);
    let place = good.places[4];
    for made in [2, 4] {
        let mut allocation = good.clone();
        let gap = Gap::Before(6);
        allocation.moves.push(Move { gap, to: place, from: Place::Made(made) });
        let lost = Wrong::Lost { inst: 6, operand: 0, vreg: value, place };
        assert_eq!(check(&program, &FEW, &allocation), Err(lost));
    }
}
