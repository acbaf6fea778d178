//! A body being rewritten before it takes its form: instructions in the order of the text, with
//! mutable registers and labels. Copying code is easy here, as nothing has to be renamed where ways
//! meet.

use crate::ir::{
    Class, Func, FuncId, Inst, Label, Module, NO_OFFSET, Name, Op, Operand, Reg, RegInfo,
};

/// The name of what is never printed.
const NAMELESS: Name = Name(u32::MAX);

#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) insts: Vec<Inst>,
    pub(super) offsets: Vec<u32>,
    pub(super) regs: Vec<RegInfo>,
    pub(super) params: Vec<Reg>,
    pub(super) labels: Vec<Name>,
    /// Instructions before the rewrite that is under way.
    old: Vec<Inst>,
    old_offsets: Vec<u32>,
    /// The last `loc`.
    loc: Option<Inst>,
}

impl Body {
    /// Takes the body of a function.
    pub(super) fn load(&mut self, func: Func<'_>) {
        self.insts.clear();
        self.insts.extend_from_slice(func.insts());
        self.offsets.clear();
        self.offsets.extend_from_slice(func.offsets());
        self.regs.clear();
        self.regs.extend_from_slice(func.regs());
        self.params.clear();
        self.params.extend_from_slice(func.params());
        self.labels.clear();
        self.labels.extend_from_slice(func.labels());
    }

    /// Gives it to the function.
    pub(super) fn store(&self, module: &mut Module, id: FuncId) {
        module.set_body(id, &self.params, &self.regs, &self.labels);
        module.set_insts(id, &self.insts, &self.offsets);
    }

    pub(super) fn reg(&mut self, class: Class) -> Reg {
        self.regs.push(RegInfo { class, name: NAMELESS });
        Reg(self.regs.len() as u32 - 1)
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(NAMELESS);
        Label(self.labels.len() as u32 - 1)
    }

    /// Begins to write the body anew; tells how many instructions the old one has.
    pub(super) fn begin(&mut self) -> usize {
        std::mem::swap(&mut self.insts, &mut self.old);
        std::mem::swap(&mut self.offsets, &mut self.old_offsets);
        self.insts.clear();
        self.offsets.clear();
        self.loc = None;
        self.old.len()
    }

    /// An instruction of the old body.
    pub(super) fn old(&self, at: usize) -> Inst {
        self.old[at]
    }

    /// Keeps an instruction of the old body, or writes it once more.
    pub(super) fn keep(&mut self, at: usize) {
        if self.old[at].op == Op::Loc {
            self.loc = Some(self.old[at]);
        }
        self.insts.push(self.old[at]);
        self.offsets.push(self.old_offsets[at]);
    }

    pub(super) fn push(&mut self, inst: Inst) {
        self.insts.push(inst);
        self.offsets.push(NO_OFFSET);
    }

    pub(super) fn push_label(&mut self, label: Label) {
        self.push(Inst::new(Op::Label, &[Operand::Label(label)]));
    }

    pub(super) fn push_jump(&mut self, label: Label) {
        self.push(Inst::new(Op::Jmp, &[Operand::Label(label)]));
    }

    /// The `loc` that holds now.
    pub(super) fn loc(&self) -> Option<Inst> {
        self.loc
    }

    /// Says that this `loc` holds again, behind code that came from elsewhere.
    pub(super) fn restore_loc(&mut self, loc: Option<Inst>) {
        self.loc = loc;
        if let Some(loc) = loc {
            self.push(loc);
        }
    }
}
