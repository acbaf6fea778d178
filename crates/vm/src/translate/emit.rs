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

    /// Sends the result of the last instruction elsewhere, if that is what made register `from`.
    pub(crate) fn retarget(&mut self, from: u16, to: u16) -> bool {
        let Some(&offset) = self.joined.last() else { return false };
        let ins = Ins(self.words[offset as usize]);
        if ins.op().row().roles[0] != Role::Write || ins.a() != usize::from(from) {
            return false;
        }
        self.words[offset as usize] = ins.with_a(to).0;
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
