//! Parallel copies as sequences of moves.
//!
//! A parallel copy reads all its sources before it writes. In a sequence, a move may be made once no
//! other one still reads what it overwrites. If every remaining move overwrites what another reads,
//! they form cycles: the source of one is saved in the scratch register, and all who want it read it
//! there. Slots are never part of a cycle: what is read from one lives no longer than the move, or what is
//! written to it would be another value at the same time. Constants are made last: they
//! read nothing, and making one may take the scratch register.

use super::{Move, Place, Registers};

/// Memory for the work.
#[derive(Debug, Default)]
pub(super) struct Parallel {
    pending: Vec<(Place, Place)>,
}

impl Parallel {
    /// Orders moves by their gaps, and those of a gap so that the sequence does what the parallel
    /// copy says.
    pub(super) fn sequence(
        &mut self,
        moves: &mut Vec<Move>,
        registers: &Registers,
        out: &mut Vec<Move>,
    ) {
        moves.sort_unstable_by_key(|copy| (copy.gap.order(), copy.to, copy.from));
        moves.dedup();
        for group in moves.chunk_by(|a, b| a.gap == b.gap) {
            self.pending.clear();
            let is_made = |copy: &&Move| matches!(copy.from, Place::Made(_));
            let kept = group.iter().filter(|copy| !is_made(copy));
            self.pending.extend(kept.map(|copy| (copy.to, copy.from)));
            let gap = group[0].gap;
            self.copy(registers, |to, from| out.push(Move { gap, to, from }));
            out.extend(group.iter().filter(is_made));
        }
    }

    fn copy(&mut self, registers: &Registers, mut emit: impl FnMut(Place, Place)) {
        while !self.pending.is_empty() {
            let mut at = 0;
            let mut progress = false;
            while at < self.pending.len() {
                let (to, from) = self.pending[at];
                if self.pending.iter().any(|&(_, source)| source == to) {
                    at += 1;
                } else {
                    emit(to, from);
                    self.pending.swap_remove(at);
                    progress = true;
                }
            }
            if let (false, Some(&(_, from))) = (progress, self.pending.first()) {
                let bank = match from {
                    Place::Reg(reg) => reg.bank() as usize,
                    Place::Slot(_) | Place::Made(_) => 0,
                };
                let scratch = Place::Reg(registers.scratch[bank]);
                emit(scratch, from);
                for (_, source) in &mut self.pending {
                    if *source == from {
                        *source = scratch;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Gap, PReg};
    use super::*;
    use std::collections::HashMap;

    const REGISTERS: Registers = Registers { order: [&[], &[]], scratch: [PReg(31), PReg(63)] };

    fn reg(number: u8) -> Place {
        Place::Reg(PReg(number))
    }

    /// Runs the sequence and compares with the parallel copy.
    fn check(pairs: &[(Place, Place)]) -> usize {
        let gap = Gap::Before(0);
        let mut moves = pairs.iter().map(|&(to, from)| Move { gap, to, from }).collect();
        let mut sequence = Vec::new();
        Parallel::default().sequence(&mut moves, &REGISTERS, &mut sequence);
        let mut state: HashMap<Place, Place> = HashMap::new();
        for copy in &sequence {
            let value = *state.get(&copy.from).unwrap_or(&copy.from);
            state.insert(copy.to, value);
        }
        for &(to, from) in pairs {
            assert_eq!(state.get(&to).copied().unwrap_or(to), from, "{pairs:?}: {sequence:?}");
        }
        sequence.len()
    }

    #[test]
    fn cycles_chains_and_copies() {
        let slot = Place::Slot(0);
        assert_eq!(check(&[(reg(0), reg(1)), (reg(1), reg(0))]), 3);
        assert_eq!(check(&[(reg(0), reg(1)), (reg(1), reg(2)), (reg(2), reg(0))]), 4);
        // Two cycles, one of floats.
        let floats = [(reg(32), reg(33)), (reg(33), reg(32))];
        let cycles = [&[(reg(0), reg(1)), (reg(1), reg(0))], &floats[..]].concat();
        assert_eq!(check(&cycles), 6);
        // A chain, a chain that feeds from a cycle, one source for many, slots at the ends.
        assert_eq!(check(&[(reg(0), reg(1)), (reg(1), reg(2)), (slot, reg(0))]), 3);
        assert_eq!(check(&[(reg(0), reg(1)), (reg(1), reg(0)), (reg(5), reg(0))]), 4);
        assert_eq!(check(&[(reg(1), reg(0)), (reg(2), reg(0)), (reg(0), slot)]), 3);
    }

    #[test]
    fn every_copy_of_four_places() {
        // Each of four registers gets any of them: 256 copies, all permutations among them.
        for code in 0..256u32 {
            let pairs: Vec<(Place, Place)> = (0..4u8)
                .map(|to| (reg(to), reg((code >> (2 * to) & 3) as u8)))
                .filter(|(to, from)| to != from)
                .collect();
            check(&pairs);
        }
    }
}
