//! The code under construction: words, labels, jumps to be filled in, places.

use super::Trouble;
use crate::code::Ins;
use crate::op::{Op, Role};

/// Register code in the making.
#[derive(Default)]
pub(crate) struct Emitter {
    words: Vec<u64>,
    /// Offset of each bytecode instruction that is jumped to, once it is known.
    labels: Vec<Option<u32>>,
    /// Jumps: offset of the instruction, and the bytecode instruction it goes to.
    jumps: Vec<(u32, u32)>,
    places: Vec<(u32, u32)>,
    call_cells: Vec<u32>,
    /// Offsets of the instructions since nothing can jump between them and what comes next.
    joined: Vec<u32>,
    /// The bytecode instruction being translated.
    instr: u32,
}

/// What an [`Emitter`] gives at the end.
pub(crate) struct Emitted {
    pub(crate) words: Vec<u64>,
    pub(crate) labels: Vec<Option<u32>>,
    pub(crate) places: Vec<(u32, u32)>,
    pub(crate) call_cells: Vec<u32>,
}

impl Emitter {
    /// For a function of this many bytecode instructions.
    pub(crate) fn new(instructions: usize) -> Emitter {
        Emitter { labels: vec![None; instructions], ..Emitter::default() }
    }

    /// Says which bytecode instruction the code that follows stands for.
    pub(crate) fn at(&mut self, instr: u32) {
        self.instr = instr;
    }

    /// Appends an instruction and its words.
    pub(crate) fn emit(&mut self, ins: Ins, words: &[u64]) {
        let op = ins.op();
        debug_assert_eq!(words.len(), op.row().words, "{op:?}");
        let offset = self.offset();
        if self.places.last().is_none_or(|&(_, instr)| instr != self.instr) {
            self.places.push((offset, self.instr));
        }
        self.joined.push(offset);
        self.words.push(ins.0);
        match op {
            Op::Call => self.call_cells.push(offset + 1),
            Op::CallGlobal => self.call_cells.push(offset + 2),
            Op::SuperInvoke => self.call_cells.push(offset + 2),
            _ => {}
        }
        self.words.extend_from_slice(words);
    }

    /// Appends a jump to a bytecode instruction.
    pub(crate) fn jump(&mut self, ins: Ins, words: &[u64], target: u32) {
        self.jumps.push((self.offset(), target));
        self.emit(ins, words);
        self.barrier();
    }

    /// The next instruction is the target of jumps to a bytecode instruction.
    pub(crate) fn label(&mut self, instr: u32) {
        self.labels[instr as usize] = Some(self.offset());
        self.barrier();
    }

    /// Nothing may be joined with what is here so far.
    pub(crate) fn barrier(&mut self) {
        self.joined.clear();
    }

    /// The last instruction, if it may still be changed.
    pub(crate) fn last(&self) -> Option<Ins> {
        self.joined.last().map(|&offset| Ins(self.words[offset as usize]))
    }

    /// The words of the last instruction.
    pub(crate) fn last_words(&self) -> &[u64] {
        self.joined.last().map_or(&[], |&offset| &self.words[offset as usize + 1..])
    }

    /// Sends the result of the last instruction elsewhere, if that is what made register `from`; or
    /// of the last but one, if the last marks it as shared.
    pub(crate) fn retarget(&mut self, from: u16, to: u16) -> bool {
        let is_of = |ins: Ins| ins.a() == usize::from(from);
        let ins = |offset: u32| Ins(self.words[offset as usize]);
        let (makes, shares) = match self.joined[..] {
            [.., makes, last] if ins(last).op() == Op::Share && is_of(ins(last)) => {
                (makes, Some(last))
            }
            [.., last] => (last, None),
            [] => return false,
        };
        if ins(makes).op().row().roles[0] != Role::Write || !is_of(ins(makes)) {
            return false;
        }
        for offset in [Some(makes), shares].into_iter().flatten() {
            let ins = &mut self.words[offset as usize];
            *ins = Ins(*ins).with_a(to).0;
        }
        true
    }

    /// Takes back the last instruction. Its place stays: what replaces it stands for the same
    /// bytecode.
    pub(crate) fn take_back(&mut self) {
        let offset = self.joined.pop().expect("a last instruction");
        self.words.truncate(offset as usize);
        if let Some(&(start, instr)) = self.places.last() {
            self.instr = instr;
            if start == offset {
                self.places.pop();
            }
        }
        while self.call_cells.pop_if(|cell| *cell > offset).is_some() {}
    }

    /// The bytecode instruction code is emitted for now.
    pub(crate) fn instr(&self) -> u32 {
        self.instr
    }

    /// Room for an instruction that is known later.
    pub(crate) fn placeholder(&mut self, ins: Ins) -> u32 {
        let offset = self.offset();
        self.emit(ins, &[]);
        self.barrier();
        offset
    }

    /// Fills in a placeholder.
    pub(crate) fn fill(&mut self, offset: u32, ins: Ins) {
        self.words[offset as usize] = ins.0;
    }

    fn offset(&self) -> u32 {
        self.words.len() as u32
    }

    /// Fills in the jumps.
    pub(crate) fn finish(mut self) -> Result<Emitted, Trouble> {
        for &(offset, target) in &self.jumps {
            let label = self.labels[target as usize].expect("a translated target");
            let displacement = label as isize - offset as isize;
            let ins = Ins(self.words[offset as usize]);
            let ins = ins.with_displacement(displacement).ok_or(Trouble::FarJump)?;
            self.words[offset as usize] = ins.0;
        }
        Ok(Emitted {
            words: self.words,
            labels: self.labels,
            places: self.places,
            call_cells: self.call_cells,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_two(code: &Emitter) -> [u64; 2] {
        [code.words[0], code.words[1]]
    }

    #[test]
    fn a_result_that_is_marked_goes_to_its_local_at_once() {
        let get = Ins::abc(Op::GetItem, 9, 1, 2);
        let mut code = Emitter::new(1);
        code.emit(get, &[]);
        code.emit(Ins::abc(Op::Share, 9, 0, 0), &[]);
        assert!(code.retarget(9, 4));
        assert_eq!(first_two(&code), [get.with_a(4).0, Ins::abc(Op::Share, 4, 0, 0).0]);
    }

    #[test]
    fn what_others_see_before_stays_where_it_is() {
        // An error at the check must leave the local as it was.
        let mut code = Emitter::new(1);
        code.emit(Ins::abc(Op::GetItem, 9, 1, 2), &[]);
        code.emit(Ins::abc(Op::CheckNumber, 9, 0, 0), &[]);
        assert!(!code.retarget(9, 4));
        // Another register is marked than the one that was made.
        let mut code = Emitter::new(1);
        code.emit(Ins::abc(Op::GetItem, 8, 1, 2), &[]);
        code.emit(Ins::abc(Op::Share, 9, 0, 0), &[]);
        assert!(!code.retarget(9, 4));
        // Something jumps to the mark.
        let mut code = Emitter::new(1);
        code.emit(Ins::abc(Op::GetItem, 9, 1, 2), &[]);
        code.barrier();
        code.emit(Ins::abc(Op::Share, 9, 0, 0), &[]);
        assert!(!code.retarget(9, 4));
    }
}
