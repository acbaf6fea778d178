//! From registers that are written many times to values that are written once.
//!
//! A block gets a parameter for a register where different writes of it meet and the register is read
//! afterwards: pruned SSA by dominance frontiers (Cytron, Ferrante, Rosen, Wegman and Zadeck,
//! "Efficiently Computing Static Single Assignment Form", 1991). Only registers that some block
//! reads before it writes them are looked at; for each, liveness is a walk back from these reads,
//! and the places of parameters are a walk along the frontiers of its writes.
//!
//! Then a walk of the dominator tree puts values in place of registers. Copies and numbers vanish on
//! the way: the register stands for the value that is copied. So do `cmp` and the jumps on its flags,
//! which become compare-and-branch.

use super::{Cfg, Def, NONE, Place, Ssa};
use crate::ir::flow::{self, Flow, Role};
use crate::ir::{Class, Func, Inst, Kind, NO_OFFSET, Op, Operand, Reg};

/// What building one function leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    flow: Flow,
    /// Block of each block of the IR, or `NONE`; and the other way.
    numbers: Vec<u32>,
    sources: Vec<u32>,
    /// Register and block: reads before any write of the block, and writes.
    reads: Vec<(Reg, u32)>,
    writes: Vec<(Reg, u32)>,
    /// Marks by register.
    written: Vec<u32>,
    read: Vec<u32>,
    matters: Vec<bool>,
    /// Marks by block.
    defined: Vec<u32>,
    live: Vec<u32>,
    joined: Vec<u32>,
    work: Vec<u32>,
    /// Block and register of each parameter.
    places: Vec<(u32, Reg)>,
    /// The register of each parameter, by the parameter's value.
    current: Vec<Reg>,
    undo: Vec<(Reg, Reg)>,
    /// Length of `undo` when each open block of the walk was entered.
    open: Vec<(u32, u32)>,
    /// The operands of the last `cmp`, at the end of each block.
    flags: Vec<[Operand; 2]>,
    /// The `loc` that holds at the beginning of each block of the IR.
    locs: Vec<u32>,
    list: Vec<Operand>,
    values: Vec<Reg>,
}

fn reset<T: Clone>(list: &mut Vec<T>, len: usize, value: T) {
    list.clear();
    list.resize(len, value);
}

impl Builder {
    /// Builds the form of a function that names no physical register.
    pub(crate) fn run(&mut self, func: Func<'_>, ssa: &mut Ssa, cfg: &mut Cfg) {
        ssa.clear();
        self.flow.build(func);
        self.blocks(ssa);
        cfg.build(ssa);
        self.exposed(func);
        self.places.clear();
        if !self.reads.is_empty() {
            self.place_params(func, ssa, cfg);
        }
        self.rename(func, ssa, cfg);
    }

    /// Makes the blocks that can be reached, and their edges.
    fn blocks(&mut self, ssa: &mut Ssa) {
        let reached = self.flow.reachable();
        reset(&mut self.numbers, self.flow.len(), NONE);
        self.sources.clear();
        // No edge may lead to block 0.
        let jumped = self.flow.predecessors(0).iter().any(|&block| reached[block as usize]);
        if jumped {
            ssa.new_block();
            self.sources.push(NONE);
        }
        for block in (0..self.flow.len() as u32).filter(|&block| reached[block as usize]) {
            self.numbers[block as usize] = ssa.new_block();
            self.sources.push(block);
        }
        if jumped {
            ssa.push_edge(0, 1);
        }
        for block in (0..self.flow.len() as u32).filter(|&block| reached[block as usize]) {
            for &to in self.flow.successors(block) {
                ssa.push_edge(self.numbers[block as usize], self.numbers[to as usize]);
            }
        }
    }

    /// Finds reads that no write of their block precedes, and the writes of the registers concerned.
    fn exposed(&mut self, func: Func<'_>) {
        let regs = func.regs().len();
        reset(&mut self.written, regs, NONE);
        reset(&mut self.read, regs, NONE);
        reset(&mut self.matters, regs, false);
        self.reads.clear();
        self.writes.clear();
        for &param in func.params() {
            self.written[param.0 as usize] = 0;
            self.writes.push((param, 0));
        }
        for (block, &source) in (0..).zip(&self.sources) {
            if source == NONE {
                continue;
            }
            for index in self.flow.block(source) {
                flow::registers(func, &func.insts()[index as usize], |role, operand| {
                    let Some(reg) = operand.reg() else { return };
                    let at = reg.0 as usize;
                    match role {
                        Role::Use if self.written[at] != block && self.read[at] != block => {
                            self.read[at] = block;
                            self.matters[at] = true;
                            self.reads.push((reg, block));
                        }
                        Role::Def if self.written[at] != block => {
                            self.written[at] = block;
                            self.writes.push((reg, block));
                        }
                        _ => {}
                    }
                });
            }
        }
        self.writes.retain(|(reg, _)| self.matters[reg.0 as usize]);
        self.reads.sort_unstable();
        self.writes.sort_unstable();
    }

    fn place_params(&mut self, func: Func<'_>, ssa: &mut Ssa, cfg: &mut Cfg) {
        let blocks = ssa.blocks.len();
        for marks in [&mut self.defined, &mut self.live, &mut self.joined] {
            reset(marks, blocks, NONE);
        }
        cfg.find_frontiers(ssa);
        let reads = std::mem::take(&mut self.reads);
        let mut next = 0;
        for chunk in reads.chunk_by(|a, b| a.0 == b.0) {
            let (reg, mark) = (chunk[0].0, chunk[0].0.0);
            while self.writes.get(next).is_some_and(|write| write.0 < reg) {
                next += 1;
            }
            let first = next;
            while let Some(&(_, block)) = self.writes.get(next).filter(|write| write.0 == reg) {
                self.defined[block as usize] = mark;
                next += 1;
            }
            self.work.extend(chunk.iter().map(|read| read.1));
            while let Some(block) = self.work.pop() {
                if std::mem::replace(&mut self.live[block as usize], mark) == mark {
                    continue;
                }
                let from = cfg.preds(block).iter().map(|&edge| ssa.edges[edge as usize].from);
                self.work.extend(from.filter(|&from| self.defined[from as usize] != mark));
            }
            self.work.extend(self.writes[first..next].iter().map(|write| write.1));
            while let Some(block) = self.work.pop() {
                for &join in cfg.frontier(block) {
                    let at = join as usize;
                    if self.live[at] == mark && self.joined[at] != mark {
                        self.joined[at] = mark;
                        self.places.push((join, reg));
                        if self.defined[at] != mark {
                            self.work.push(join);
                        }
                    }
                }
            }
        }
        self.reads = reads;
        self.places.sort_unstable();
        for chunk in self.places.chunk_by(|a, b| a.0 == b.0) {
            self.values.clear();
            for &(block, reg) in chunk {
                let info = func.regs()[reg.0 as usize];
                self.values.push(ssa.value(info.class, info.name, Def::Param(block)));
            }
            ssa.set_params(chunk[0].0, &self.values);
        }
        for edge in 0..ssa.edges.len() as u32 {
            ssa.make_args(edge);
        }
    }

    fn find_locs(&mut self, func: Func<'_>, ssa: &mut Ssa) {
        self.locs.clear();
        let mut loc = NONE;
        for block in 0..self.flow.len() as u32 {
            self.locs.push(loc);
            for index in self.flow.block(block) {
                let inst = func.insts()[index as usize];
                if inst.op == Op::Loc {
                    loc = ssa.locs.len() as u32;
                    ssa.locs.push(inst);
                }
            }
        }
    }

    fn rename(&mut self, func: Func<'_>, ssa: &mut Ssa, cfg: &Cfg) {
        self.find_locs(func, ssa);
        reset(&mut self.current, func.regs().len(), Reg(NONE));
        reset(&mut self.flags, ssa.blocks.len(), [Operand::None; 2]);
        self.undo.clear();
        self.open.clear();
        for &param in func.params() {
            let info = func.regs()[param.0 as usize];
            let value = ssa.value(info.class, info.name, Def::Entry);
            ssa.entry.push(value);
            self.current[param.0 as usize] = value;
        }
        for &block in &cfg.tree {
            // Close what does not dominate this block.
            while let Some(&(open, length)) = self.open.last() {
                if cfg.dominates(open, block) {
                    break;
                }
                self.open.pop();
                for (reg, value) in self.undo.drain(length as usize..).rev() {
                    self.current[reg.0 as usize] = value;
                }
            }
            self.open.push((block, self.undo.len() as u32));
            let first = self.places.partition_point(|place| place.0 < block);
            for at in 0..ssa.params(block).len() {
                let (reg, value) = (self.places[first + at].1, ssa.params(block)[at]);
                self.set(reg, value);
            }
            self.rename_block(func, ssa, cfg, block);
            for edge in ssa.out(block) {
                let to = ssa.edges[edge as usize].to;
                let first = self.places.partition_point(|place| place.0 < to);
                for at in 0..ssa.params(to).len() {
                    let value = self.current[self.places[first + at].1.0 as usize];
                    ssa.args_mut(edge)[at] = Operand::Reg(value);
                }
            }
        }
    }

    fn set(&mut self, reg: Reg, value: Reg) {
        let current = &mut self.current[reg.0 as usize];
        self.undo.push((reg, *current));
        *current = value;
    }

    fn rename_block(&mut self, func: Func<'_>, ssa: &mut Ssa, cfg: &Cfg, block: u32) {
        let source = self.sources[block as usize];
        if source == NONE {
            return;
        }
        // Flags only live on into the next block of the text, which is reached in no other way.
        self.flags[block as usize] = self.flags[cfg.idom[block as usize] as usize];
        let mut loc = self.locs[source as usize];
        for index in self.flow.block(source) {
            let inst = &func.insts()[index as usize];
            let place = Place { offset: func.offsets()[index as usize], loc };
            match inst.op {
                Op::Label | Op::Nop | Op::Comment | Op::Jmp => {}
                Op::Switch if ssa.out(block).len() == 1 => {}
                // They are numbered in the order of the text.
                Op::Loc => loc = loc.wrapping_add(1),
                Op::Mov | Op::Const => {
                    let Operand::Reg(reg) = inst.operands[0] else { continue };
                    let value = self.read(func, ssa, func.class(reg), inst.operands[1]);
                    self.set(reg, value);
                }
                Op::Cmp => {
                    let both = [inst.operands[0], inst.operands[1]];
                    self.flags[block as usize] =
                        both.map(|o| Operand::Reg(self.read(func, ssa, Class::I64, o)));
                }
                Op::Jcc => {
                    let [a, b] = self.flags[block as usize];
                    let branch = Inst::with_cond(Op::Br, inst.cond, &[a, b]);
                    ssa.append(block, branch, place);
                }
                _ => self.rename_inst(func, ssa, block, inst, place),
            }
        }
        let last = source as usize + 1 == self.flow.len();
        if last && ssa.terminator(block).is_none() && ssa.out(block).is_empty() {
            // The last instruction is a call that does not come back.
            ssa.append(block, Inst::new(Op::Trap, &[]), Place { offset: NO_OFFSET, loc });
        }
    }

    fn rename_inst(
        &mut self,
        func: Func<'_>,
        ssa: &mut Ssa,
        block: u32,
        inst: &Inst,
        place: Place,
    ) {
        let mut new = *inst;
        let kinds = inst.op.info().kinds;
        for (&kind, operand) in kinds.iter().zip(&mut new.operands) {
            if !kind.is_def() {
                *operand = self.read_operand(func, ssa, kind, *operand);
            }
        }
        for (&kind, operand) in kinds.iter().zip(&mut new.operands) {
            match *operand {
                _ if !kind.is_def() => {}
                Operand::Reg(reg) => *operand = self.write(func, ssa, reg),
                list => {
                    let mut values = std::mem::take(&mut self.list);
                    values.clear();
                    let regs = func.module.list(list).iter().filter_map(|o| o.reg());
                    values.extend(regs.map(|reg| self.write(func, ssa, reg)));
                    *operand = ssa.new_list(&values);
                    self.list = values;
                }
            }
        }
        ssa.append(block, new, place);
    }

    fn write(&mut self, func: Func<'_>, ssa: &mut Ssa, reg: Reg) -> Operand {
        let info = func.regs()[reg.0 as usize];
        let value = ssa.value(info.class, info.name, Def::Inst(NONE));
        self.set(reg, value);
        Operand::Reg(value)
    }

    fn read_operand(
        &mut self,
        func: Func<'_>,
        ssa: &mut Ssa,
        kind: Kind,
        operand: Operand,
    ) -> Operand {
        match (kind, operand) {
            // The edges tell where to.
            (Kind::Label | Kind::Labels, _) => Operand::None,
            (_, Operand::Reg(_)) | (Kind::Val | Kind::Any, Operand::Imm(_) | Operand::Wide(_)) => {
                Operand::Reg(self.read(func, ssa, Class::I64, operand))
            }
            (_, Operand::List(_)) => {
                let mut values = std::mem::take(&mut self.list);
                values.clear();
                for &element in func.module.list(operand) {
                    values.push(match element {
                        Operand::Variadic => element,
                        _ => Operand::Reg(self.read(func, ssa, Class::I64, element)),
                    });
                }
                let list = ssa.new_list(&values);
                self.list = values;
                list
            }
            _ => operand,
        }
    }

    /// The value of a register, or the number of a class.
    fn read(&self, func: Func<'_>, ssa: &mut Ssa, class: Class, operand: Operand) -> Reg {
        match operand {
            Operand::Reg(reg) => self.current[reg.0 as usize],
            _ => {
                let bits = func.module.imm(operand).unwrap_or(0) as u64;
                let bits = if class == Class::F32 { bits & 0xffff_ffff } else { bits };
                ssa.constant(class, bits)
            }
        }
    }
}
