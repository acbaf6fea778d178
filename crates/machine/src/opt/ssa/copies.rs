//! Parallel copies, one after another.
//!
//! All targets of a parallel copy get what their sources held before it. A copy can be made as soon as
//! no other one still has to read its target. When none is left that can, what is left are cycles,
//! each of which is opened by saving one register elsewhere.

use crate::ir::Reg;

#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Target and source of each copy.
    moves: Vec<(Reg, Reg)>,
    done: Vec<bool>,
    /// By register: how many copies still read it, and the copy that writes it, plus one.
    readers: Vec<u32>,
    writer: Vec<u32>,
    ready: Vec<u32>,
}

impl Copies {
    pub(super) fn push(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.moves.push((to, from));
        }
    }

    /// Empties it; calls `emit` with each copy, target first. `save` makes a new register like one.
    pub(super) fn sequence(
        &mut self,
        registers: usize,
        mut save: impl FnMut(Reg) -> Reg,
        mut emit: impl FnMut(Reg, Reg),
    ) {
        if let [(to, from)] = self.moves[..] {
            emit(to, from);
            return self.moves.clear();
        }
        self.count(registers);
        self.drain(&mut emit);
        for first in 0..self.moves.len() {
            if self.done[first] {
                continue;
            }
            // A cycle: the one copy that reads this register reads the saved one instead.
            let opened = self.moves[first].0;
            let mut reader = first;
            while self.moves[reader].1 != opened {
                reader = self.writer[self.moves[reader].1.0 as usize] as usize - 1;
            }
            let saved = save(opened);
            emit(saved, opened);
            self.moves[reader].1 = saved;
            self.readers[opened.0 as usize] = 0;
            self.ready.push(first as u32);
            self.drain(&mut emit);
        }
        for &(to, from) in &self.moves {
            for reg in [to, from] {
                if let Some(count) = self.readers.get_mut(reg.0 as usize) {
                    *count = 0;
                }
            }
            self.writer[to.0 as usize] = 0;
        }
        self.moves.clear();
    }

    fn count(&mut self, registers: usize) {
        if self.readers.len() < registers {
            self.readers.resize(registers, 0);
            self.writer.resize(registers, 0);
        }
        self.done.clear();
        self.done.resize(self.moves.len(), false);
        for (number, &(to, from)) in (1..).zip(&self.moves) {
            self.readers[from.0 as usize] += 1;
            self.writer[to.0 as usize] = number;
        }
        for (number, &(to, _)) in (0..).zip(&self.moves) {
            if self.readers[to.0 as usize] == 0 {
                self.ready.push(number);
            }
        }
    }

    /// Makes the copies whose target no other one reads.
    fn drain(&mut self, emit: &mut impl FnMut(Reg, Reg)) {
        while let Some(number) = self.ready.pop() {
            let (to, from) = self.moves[number as usize];
            emit(to, from);
            self.done[number as usize] = true;
            // A register that was saved in is none of the others'.
            let Some(readers) = self.readers.get_mut(from.0 as usize) else { continue };
            *readers = readers.saturating_sub(1);
            let writer = self.writer[from.0 as usize];
            if *readers == 0 && writer != 0 && !self.done[writer as usize - 1] {
                self.ready.push(writer - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All parallel copies of four registers.
    #[test]
    fn one_after_another_is_as_all_at_once() {
        let mut copies = Copies::default();
        for case in 0..5usize.pow(4) {
            // Each register gets one of the four, or (4) nothing.
            let sources: Vec<usize> = (0..4u32).map(|at| case / 5usize.pow(at) % 5).collect();
            let mut wanted: Vec<usize> = (0..4).collect();
            for (to, &from) in sources.iter().enumerate().filter(|(_, from)| **from < 4) {
                wanted[to] = from;
                copies.push(Reg(to as u32), Reg(from as u32));
            }
            let mut found: Vec<usize> = (0..12).collect();
            let mut next = 3;
            copies.sequence(
                4,
                |_| {
                    next += 1;
                    Reg(next)
                },
                |to, from| found[to.0 as usize] = found[from.0 as usize],
            );
            assert_eq!(found[..4], wanted, "{sources:?}");
        }
    }
}
