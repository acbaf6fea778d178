//! Register allocation of random programs, judged by the checker; and the checker judged by broken
//! allocations.

use proptest::prelude::*;
use sox_machine::regalloc::{
    Allocation, Allocator, Bank, Constraint, Effort, Gap, Operand, PReg, Place, Program, RegSet,
    Registers, VReg, Wrong, check,
};

#[path = "common/chance.rs"]
mod chance;
use chance::Chance;

/// Random programs, each allocated in four ways.
const CASES: u32 = 1000;

/// Few registers, so that there is pressure: five integer ones, of which two survive calls, and three
/// float ones, of which none does.
const FEW: Registers = Registers {
    order: [&[PReg(0), PReg(1), PReg(2), PReg(8), PReg(9)], &[PReg(32), PReg(33), PReg(34)]],
    scratch: [PReg(15), PReg(47)],
};

const MANY: Registers = Registers {
    order: [
        &[
            PReg(0),
            PReg(1),
            PReg(2),
            PReg(3),
            PReg(4),
            PReg(5),
            PReg(6),
            PReg(8),
            PReg(9),
            PReg(10),
        ],
        &[PReg(32), PReg(33), PReg(34), PReg(35), PReg(36), PReg(37)],
    ],
    scratch: [PReg(15), PReg(47)],
};

const CALLER_SAVED: RegSet = RegSet(0xff | 0xffff << 32);

struct Maker<'a> {
    program: Program,
    chance: &'a mut Chance,
    /// Registers that are defined wherever the program is.
    known: Vec<VReg>,
    known_floats: Vec<VReg>,
    /// The same, but written once and for all, by constants.
    constants: [Vec<VReg>; 2],
}

impl Maker<'_> {
    fn any(&mut self) -> VReg {
        self.chance.pick(&self.known)
    }

    fn any_float(&mut self) -> VReg {
        self.chance.pick(&self.known_floats)
    }

    fn constant(&mut self, bank: Bank) -> Option<VReg> {
        let known = &self.constants[bank as usize];
        (!known.is_empty() && self.chance.one_in(3)).then(|| self.chance.pick(known))
    }

    /// A register to write: one that lives everywhere, or a new one.
    fn target(&mut self, local: &mut Vec<VReg>) -> VReg {
        if self.chance.one_in(2) {
            return self.any();
        }
        let vreg = self.program.add_vreg(Bank::Int);
        local.push(vreg);
        vreg
    }

    fn source(&mut self, local: &[VReg]) -> VReg {
        if let Some(constant) = self.constant(Bank::Int) {
            return constant;
        }
        if local.is_empty() || self.chance.one_in(2) {
            return self.any();
        }
        self.chance.pick(local)
    }

    fn instruction(&mut self, local: &mut Vec<VReg>) {
        use Constraint::{Any, Fixed, Near, Register};
        let (a, b, c) = (self.source(local), self.source(local), self.source(local));
        let none = RegSet::NONE;
        match self.chance.below(10) {
            0 => {
                let d = self.target(local);
                let operands = [
                    Operand::read(a, Register),
                    Operand::read(b, Any),
                    Operand::written(d, if self.chance.one_in(2) { Near } else { Register }),
                ];
                self.program.add_inst(&operands, none);
            }
            1 | 2 => {
                let d = self.target(local);
                self.overwriting(a, Operand::read(b, Register), d);
            }
            // A division: dividend and quotient in register 0, register 2 destroyed early.
            3 => {
                let (d, spoiled) = (self.target(local), self.program.add_vreg(Bank::Int));
                let spoiled = Operand { constraint: Fixed(PReg(2)), ..Operand::scratch(spoiled) };
                let operands = [
                    Operand::read(a, Fixed(PReg(0))),
                    Operand::read(b, Register),
                    spoiled,
                    Operand::written(d, Fixed(PReg(0))),
                ];
                self.program.add_inst(&operands, none);
            }
            // A shift by register 1.
            4 => {
                let d = self.target(local);
                self.overwriting(a, Operand::read(b, Fixed(PReg(1))), d);
            }
            5 => self.call(a, b, c, local),
            6 => {
                let d = self.target(local);
                self.program.add_move(d, a);
            }
            7 => {
                let (f, d) = (self.any_float(), self.any_float());
                let g = self.constant(Bank::Float).unwrap_or(f);
                self.overwriting(f, Operand::read(g, Any), d);
            }
            8 => {
                let d = self.target(local);
                self.program.add_constant(d);
            }
            _ => {
                let (d, t) = (self.target(local), self.program.add_vreg(Bank::Int));
                let operands = [
                    Operand::read(a, Register),
                    Operand::read(b, Register),
                    Operand::scratch(t),
                    Operand::written(d, Register),
                ];
                self.program.add_inst(&operands, none);
            }
        }
    }

    /// An instruction that overwrites its first operand with its result.
    fn overwriting(&mut self, a: VReg, b: Operand, d: VReg) {
        let shared = d == b.vreg && d != a;
        let result = if shared { self.program.add_vreg(self.program.bank(d)) } else { d };
        let operands = [
            Operand::read(a, Constraint::Register),
            b,
            Operand::written(result, Constraint::Same(0)),
        ];
        self.program.add_inst(&operands, RegSet::NONE);
        if shared {
            self.program.add_move(d, result);
        }
    }

    fn call(&mut self, a: VReg, b: VReg, c: VReg, local: &mut Vec<VReg>) {
        use Constraint::Fixed;
        let f = self.any_float();
        let argument = self.constant(Bank::Float).unwrap_or(f);
        let all = [
            Operand::read(a, Fixed(PReg(2))),
            Operand::read(b, Fixed(PReg(1))),
            Operand::read(c, Fixed(PReg(0))),
            Operand::read(argument, Fixed(PReg(32))),
        ];
        let mut operands = all[self.chance.below(5)..].to_vec();
        if self.chance.one_in(3) {
            let callee = self.constant(Bank::Int).unwrap_or(a);
            operands.push(Operand::read(callee, Constraint::Any));
        }
        match self.chance.below(3) {
            0 => {
                let d = self.target(local);
                operands.push(Operand::written(d, Fixed(PReg(0))));
            }
            1 => operands.push(Operand::written(f, Fixed(PReg(32)))),
            _ => {}
        }
        self.program.add_inst(&operands, CALLER_SAVED);
    }
}

/// A program that depends on the seed alone. Blocks with two successors go to blocks of their own, which
/// only jump.
fn program(seed: u64) -> Program {
    let mut chance = Chance(seed);
    let mut program = Program::default();
    let known: Vec<VReg> = (0..1 + chance.below(12)).map(|_| program.add_vreg(Bank::Int)).collect();
    let known_floats: Vec<VReg> =
        (0..1 + chance.below(5)).map(|_| program.add_vreg(Bank::Float)).collect();
    let constants = [Bank::Int, Bank::Float]
        .map(|bank| (0..chance.below(6)).map(|_| program.add_vreg(bank)).collect::<Vec<VReg>>());
    let mut maker = Maker { program, chance: &mut chance, known, known_floats, constants };
    let blocks = 1 + maker.chance.below(10) as u32;
    // Each of them and its two edge blocks.
    let number = |block: usize| 1 + 3 * block as u32;
    for vreg in maker.known.clone().into_iter().chain(maker.known_floats.clone()) {
        let constraint =
            if maker.chance.one_in(3) { Constraint::Any } else { Constraint::Register };
        maker.program.add_inst(&[Operand::written(vreg, constraint)], RegSet::NONE);
    }
    for &constant in maker.constants.iter().flatten() {
        maker.program.add_constant(constant);
    }
    maker.program.add_inst(&[], RegSet::NONE);
    maker.program.end_block(&[1]);
    for block in 0..blocks {
        let mut local = Vec::new();
        for _ in 0..maker.chance.below(12) {
            maker.instruction(&mut local);
        }
        let branch = maker.chance.one_in(2);
        let vreg = maker.source(&local);
        let operands = [Operand::read(vreg, Constraint::Register)];
        let own = 1 + 3 * block;
        match (branch, block + 1 == blocks) {
            (true, _) => {
                maker.program.add_inst(&operands, RegSet::NONE);
                maker.program.end_block(&[own + 1, own + 2]);
            }
            (false, true) => {
                maker.program.add_inst(&operands, RegSet::NONE);
                maker.program.end_block(&[]);
            }
            (false, false) => {
                maker.program.add_inst(&[], RegSet::NONE);
                let to = number(maker.chance.below(blocks as usize));
                maker.program.end_block(&[to]);
            }
        }
        for _ in 0..2 {
            maker.program.add_inst(&[], RegSet::NONE);
            let to = number(maker.chance.below(blocks as usize));
            maker.program.end_block(&[to]);
        }
    }
    maker.program
}

/// The instructions with their places and moves, for a person who looks for a fault.
fn shown(program: &Program, allocation: &Allocation, verdict: &Result<(), Wrong>) -> String {
    let mut text = format!("{verdict:?}\n");
    for (number, block) in program.blocks().iter().enumerate() {
        text += &format!("block {number} -> {:?}\n", program.successors(number as u32));
        for inst in block.insts.clone() {
            let at = |gap: Gap| allocation.moves.iter().filter(move |copy| copy.gap == gap);
            for gap in [Gap::BlockStart(inst), Gap::Before(inst), Gap::BlockEnd(inst)] {
                at(gap)
                    .for_each(|copy| text += &format!("      {:?} = {:?}\n", copy.to, copy.from));
            }
            text += &format!("  {inst}: {:?}", program.clobbers(inst));
            for (operand, at) in program.operands(inst).iter().zip(program.operand_range(inst)) {
                let (vreg, place) = (operand.vreg.0, allocation.places[at]);
                text += &format!(" {:?} v{vreg} {:?} {place:?};", operand.role, operand.constraint);
            }
            text += "\n";
            at(Gap::After(inst)).for_each(|copy| {
                text += &format!("      {:?} = {:?}\n", copy.to, copy.from);
            });
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn allocations_are_right(seed: u64) {
        let program = program(seed);
        let mut allocator = Allocator::default();
        let efforts = [Effort::Quick, Effort::Thorough];
        for (registers, effort) in [&FEW, &MANY].into_iter().flat_map(|r| efforts.map(|e| (r, e))) {
            let allocation = allocator.run(&program, registers, effort).unwrap();
            let verdict = check(&program, registers, &allocation);
            prop_assert!(verdict.is_ok(), "{}", shown(&program, &allocation, &verdict));
        }
    }
}

/// Every way of getting a constant happens: made again, kept in a register, and stored where an
/// instruction takes so much that it has to be read from memory.
#[test]
fn random_programs_make_constants_again() {
    let (mut made, mut left_out) = (0, 0);
    for seed in 0..150 {
        let program = program(seed);
        let allocation = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
        let is_made = |place: &Place| matches!(place, Place::Made(_));
        made += allocation.moves.iter().filter(|copy| is_made(&copy.from)).count();
        left_out += allocation.places.iter().filter(|place| is_made(place)).count();
    }
    assert!(made > 500 && left_out > 100, "{made} made again, {left_out} left out");
}

/// Leaving out a move or putting an operand elsewhere is found, unless nobody reads what it is about
/// or its block is never reached.
#[test]
fn broken_allocations_are_found() {
    let (mut found, mut broken, mut elsewhere) = (0, 0, 0);
    for seed in 0..150 {
        let program = program(seed);
        let good = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
        for left_out in 0..good.moves.len() {
            let mut allocation = good.clone();
            allocation.moves.remove(left_out);
            broken += 1;
            found += usize::from(check(&program, &FEW, &allocation).is_err());
        }
        for moved in 0..good.places.len() {
            let mut allocation = good.clone();
            let place = if good.places[moved] == Place::Reg(PReg(9)) { 8 } else { 9 };
            allocation.places[moved] = Place::Reg(PReg(place));
            broken += 1;
            elsewhere += usize::from(check(&program, &FEW, &allocation).is_err());
        }
    }
    println!("{found} moves and {elsewhere} places of {broken}");
    assert!(found + elsewhere > broken / 2, "{found} moves and {elsewhere} places of {broken}");
}

fn read(vreg: VReg) -> Operand {
    Operand::read(vreg, Constraint::Register)
}

/// A value that lives across a call keeps its register if one survives.
#[test]
fn a_value_across_a_call_is_in_a_register_that_survives() {
    let mut program = Program::default();
    let value = program.add_vreg(Bank::Int);
    program.add_inst(&[Operand::written(value, Constraint::Register)], RegSet::NONE);
    program.add_inst(&[], CALLER_SAVED);
    program.add_inst(&[read(value)], RegSet::NONE);
    program.end_block(&[]);
    let allocation = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
    assert_eq!(allocation.moves, []);
    assert_eq!(allocation.places, [Place::Reg(PReg(8)); 2]);
}

/// Arguments that stand in each other's registers are exchanged before a call.
#[test]
fn arguments_in_each_others_registers_are_exchanged() {
    let mut program = Program::default();
    let (a, b) = (program.add_vreg(Bank::Int), program.add_vreg(Bank::Int));
    let fixed = |vreg, reg| Operand::written(vreg, Constraint::Fixed(PReg(reg)));
    let argument = |vreg, reg| Operand::read(vreg, Constraint::Fixed(PReg(reg)));
    program.add_inst(&[fixed(a, 1), fixed(b, 2)], RegSet::NONE);
    program.add_inst(&[argument(a, 2), argument(b, 1)], CALLER_SAVED);
    program.end_block(&[]);
    let allocation = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
    assert_eq!(check(&program, &FEW, &allocation), Ok(()));
    let before = allocation.moves.iter().filter(|copy| copy.gap == Gap::Before(1)).count();
    assert_eq!(before, 3, "{:?}", allocation.moves);
}

/// Forty values that live at once, in five registers.
#[test]
fn forty_live_values_find_places() {
    let mut program = Program::default();
    let values: Vec<VReg> = (0..40).map(|_| program.add_vreg(Bank::Int)).collect();
    for &value in &values {
        program.add_inst(&[Operand::written(value, Constraint::Register)], RegSet::NONE);
    }
    for &value in values.iter().rev() {
        program.add_inst(&[read(value)], RegSet::NONE);
    }
    program.end_block(&[]);
    let allocation = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
    assert_eq!(check(&program, &FEW, &allocation), Ok(()));
    assert!(allocation.slots >= 35, "{}", allocation.slots);
}

#[test]
fn the_checker_names_what_is_wrong() {
    let mut program = Program::default();
    let (a, b) = (program.add_vreg(Bank::Int), program.add_vreg(Bank::Int));
    let written = |vreg| Operand::written(vreg, Constraint::Register);
    program.add_inst(&[written(a)], RegSet::NONE);
    program.add_inst(&[written(b)], RegSet::NONE);
    program.add_inst(&[read(a), read(b)], RegSet::NONE);
    program.end_block(&[]);
    let good = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
    assert_eq!(check(&program, &FEW, &good), Ok(()));
    let with = |number: usize, place: Place| {
        let mut allocation = good.clone();
        allocation.places[number] = place;
        check(&program, &FEW, &allocation)
    };
    let lost = |operand, vreg, place| Err(Wrong::Lost { inst: 2, operand, vreg, place });
    // The second value takes the place of the first.
    assert_eq!(with(1, good.places[0]), lost(0, a, good.places[0]));
    assert_eq!(with(3, Place::Reg(PReg(9))), lost(1, b, Place::Reg(PReg(9))));
    assert_eq!(with(0, Place::Slot(0)), Err(Wrong::Constraint { inst: 0, operand: 0 }));
    // A float register, the scratch register.
    for reg in [PReg(32), PReg(15)] {
        assert_eq!(with(0, Place::Reg(reg)), Err(Wrong::Constraint { inst: 0, operand: 0 }));
    }
    let mut fewer = good.clone();
    fewer.places.pop();
    assert_eq!(check(&program, &FEW, &fewer), Err(Wrong::Count));
}

/// Five registers, of which two are taken by the loop's own values; four others live through it.
fn around_a_loop() -> Program {
    let mut program = Program::default();
    let kept: Vec<VReg> = (0..4).map(|_| program.add_vreg(Bank::Int)).collect();
    let [count, sum] = [0; 2].map(|_| program.add_vreg(Bank::Int));
    let written = |vreg| Operand::written(vreg, Constraint::Register);
    for &value in kept.iter().chain([&count, &sum]) {
        program.add_inst(&[written(value)], RegSet::NONE);
    }
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[1]);
    let term = program.add_vreg(Bank::Int);
    program.add_inst(&[read(count), read(sum), written(term)], RegSet::NONE);
    program.add_inst(&[read(sum), read(term), written(sum)], RegSet::NONE);
    program.add_inst(&[read(count), written(count)], RegSet::NONE);
    program.add_inst(&[read(count)], RegSet::NONE);
    program.end_block(&[2, 3]);
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[1]);
    for &value in &kept {
        program.add_inst(&[read(value), read(sum), written(sum)], RegSet::NONE);
    }
    program.add_inst(&[read(sum)], RegSet::NONE);
    program.end_block(&[]);
    program
}

/// What a loop does not mention is stored before it and fetched behind it.
#[test]
fn a_loop_has_no_moves_of_what_it_does_not_mention() {
    let program = around_a_loop();
    let moves_within = |effort| {
        let allocation = Allocator::default().run(&program, &FEW, effort).unwrap();
        assert_eq!(check(&program, &FEW, &allocation), Ok(()));
        let within = program.blocks()[1].insts.start..program.blocks()[2].insts.end;
        allocation.moves.iter().filter(|copy| within.contains(&copy.gap.inst())).count()
    };
    assert_eq!(moves_within(Effort::Thorough), 0);
    // Or this would show nothing.
    assert_ne!(moves_within(Effort::Quick), 0);
}

/// A value that is written once is stored once, however often it has to leave its register.
#[test]
fn what_never_changes_is_stored_once() {
    let mut program = Program::default();
    let written = |vreg| Operand::written(vreg, Constraint::Register);
    let value = program.add_vreg(Bank::Float);
    program.add_inst(&[written(value)], RegSet::NONE);
    for _ in 0..3 {
        program.add_inst(&[], CALLER_SAVED);
        program.add_inst(&[read(value)], RegSet::NONE);
    }
    program.add_inst(&[], RegSet::NONE);
    program.end_block(&[]);
    let allocation = Allocator::default().run(&program, &FEW, Effort::Thorough).unwrap();
    assert_eq!(check(&program, &FEW, &allocation), Ok(()));
    let stores = allocation.moves.iter().filter(|copy| matches!(copy.to, Place::Slot(_)));
    assert_eq!(stores.count(), 1, "{:?}", allocation.moves);
}
