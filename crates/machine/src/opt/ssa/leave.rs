//! Back to registers that are written many times.
//!
//! A block's parameters and the arguments for them should be one register, so that nothing has to be
//! copied on an edge; they can be if they are never live at the same time with different contents.
//! We look at the pairs in the order of what a copy would cost, those in inner loops first, and join
//! two if the lives of all that was joined with either do not overlap (after Sreedhar, Ju, Gillies
//! and Santhanam, "Translating Out of Static Single Assignment Form", 1999; lives as in
//! [`live`](super::live)). So `i = i + 1` in a loop is one register. What could not be joined
//! becomes a parallel copy: at the end of the source if it has no other edge, at the beginning of
//! the target if that has no other, and on a block of its own between them else.
//!
//! Values that edges do not carry get a register each.

use super::copies::Copies;
use super::live::Live;
use super::{Cfg, Def, Loops, NONE, Ssa};
use crate::ir::{
    Class, FuncId, Inst, Kind, Label, Module, NO_OFFSET, Name, Op, Operand, Reg, RegInfo,
};

/// What leaving one function leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Leaver {
    live: Live,
    copies: Copies,
    /// Depth of loops, edge, and number of the argument, of each pair.
    pairs: Vec<(u32, u32, u32)>,
    /// What each value looked at was joined with: itself or another.
    leaders: Vec<u32>,
    /// Register of each value, or `NONE`.
    regs: Vec<u32>,
    infos: Vec<RegInfo>,
    params: Vec<Reg>,
    names: Names,
    /// Edges whose copies need a block of their own, away from their sources.
    apart: Vec<u32>,
    insts: Vec<Inst>,
    offsets: Vec<u32>,
    loc: u32,
    /// Label of each block and, after those, of each edge in `apart`; `NONE` if nothing jumps there.
    labels: Vec<u32>,
    label_names: Vec<Name>,
    list: Vec<Operand>,
    numbers: Vec<(Reg, Operand)>,
}

/// Names that are free in a function.
#[derive(Debug, Default)]
struct Names {
    /// The name of each number.
    numbers: Vec<Name>,
    /// By name, the mark of the function that uses it.
    used: Vec<u32>,
    mark: u32,
    next: u32,
}

impl Names {
    fn begin(&mut self) {
        self.mark += 1;
        self.next = 0;
    }

    /// Whether a name was free; it is used now.
    fn take(&mut self, name: Name) -> bool {
        if name.0 as usize >= self.used.len() {
            self.used.resize(name.0 as usize + 1, 0);
        }
        std::mem::replace(&mut self.used[name.0 as usize], self.mark) != self.mark
    }

    /// This name if it is free, or else a number.
    fn like(&mut self, wanted: Name, module: &mut Module) -> Name {
        if wanted.0 != NONE && self.take(wanted) {
            return wanted;
        }
        loop {
            let number = self.next as usize;
            self.next += 1;
            if number == self.numbers.len() {
                self.numbers.push(module.names.intern(number.to_string().as_bytes()));
            }
            let name = self.numbers[number];
            if self.take(name) {
                return name;
            }
        }
    }
}

impl Leaver {
    /// Gives the function of that number the body that the form has, its blocks in this order.
    pub(crate) fn run(
        &mut self,
        ssa: &Ssa,
        cfg: &Cfg,
        loops: &Loops,
        layout: &[u32],
        (module, id): (&mut Module, FuncId),
    ) {
        self.live.build(ssa, cfg, layout);
        self.join(ssa, loops, layout);
        self.assign(ssa, layout, module);
        self.write(ssa, cfg, layout, module);
        self.finish_labels(module);
        module.set_body(id, &self.params, &self.infos, &self.label_names);
        module.set_insts(id, &self.insts, &self.offsets);
    }

    /// Joins parameters with their arguments.
    fn join(&mut self, ssa: &Ssa, loops: &Loops, layout: &[u32]) {
        self.leaders.clear();
        self.leaders.extend(0..self.live.values.len() as u32);
        self.pairs.clear();
        for &block in layout {
            for edge in ssa.out(block) {
                let count = ssa.args(edge).len() as u32;
                let depth = u32::MAX - loops.depth(block);
                self.pairs.extend((0..count).map(|number| (depth, edge, number)));
            }
        }
        // Stable, so that of equals the first in the text come first.
        self.pairs.sort_by_key(|pair| pair.0);
        for at in 0..self.pairs.len() {
            let (_, edge, number) = self.pairs[at];
            let to = ssa.edges[edge as usize].to;
            let param = ssa.params(to)[number as usize];
            let Operand::Reg(arg) = ssa.args(edge)[number as usize] else { continue };
            let number = self.live.number[arg.0 as usize];
            if number == NONE {
                continue;
            }
            let a = self.leader(self.live.number[param.0 as usize]);
            let b = self.leader(number);
            if a != b && !self.live.overlap(a, b) {
                let (large, small) =
                    if self.live.size(a) < self.live.size(b) { (b, a) } else { (a, b) };
                self.live.join(large, small);
                self.leaders[small as usize] = large;
            }
        }
    }

    fn leader(&mut self, mut number: u32) -> u32 {
        while self.leaders[number as usize] != number {
            let next = self.leaders[number as usize];
            self.leaders[number as usize] = self.leaders[next as usize];
            number = next;
        }
        number
    }

    /// Gives each value that is written a register, those of parameters first.
    fn assign(&mut self, ssa: &Ssa, layout: &[u32], module: &mut Module) {
        self.regs.clear();
        self.regs.resize(ssa.values.len(), NONE);
        self.infos.clear();
        self.names.begin();
        self.params.clear();
        for &value in &ssa.entry {
            let reg = self.register(ssa, value, module);
            self.params.push(reg);
        }
        for &block in layout {
            for &value in ssa.params(block) {
                self.register(ssa, value, module);
            }
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                ssa.defs(node, |value| {
                    self.register(ssa, value, module);
                });
                node = ssa.nodes[node as usize].next;
            }
        }
    }

    fn register(&mut self, ssa: &Ssa, value: Reg, module: &mut Module) -> Reg {
        let number = self.live.number.get(value.0 as usize).copied().unwrap_or(NONE);
        let leader = match number {
            NONE => value,
            _ => {
                let leader = self.leader(number);
                self.live.values[leader as usize]
            }
        };
        if self.regs[leader.0 as usize] == NONE {
            self.regs[leader.0 as usize] = self.infos.len() as u32;
            let own = ssa.values[value.0 as usize];
            let name = self.names.like(own.name, module);
            self.infos.push(RegInfo { class: own.class, name });
        }
        self.regs[value.0 as usize] = self.regs[leader.0 as usize];
        Reg(self.regs[value.0 as usize])
    }

    fn write(&mut self, ssa: &Ssa, cfg: &Cfg, layout: &[u32], module: &mut Module) {
        self.insts.clear();
        self.offsets.clear();
        self.apart.clear();
        self.labels.clear();
        self.labels.resize(ssa.blocks.len(), NONE);
        self.label_names.clear();
        self.loc = NONE;
        for (at, &block) in layout.iter().enumerate() {
            let next = layout.get(at + 1).copied().unwrap_or(NONE);
            self.push(Inst::new(Op::Label, &[Operand::Label(Label(block))]), NO_OFFSET);
            if let [edge] = *cfg.preds(block)
                && ssa.out(ssa.edges[edge as usize].from).len() > 1
            {
                self.copy(ssa, edge, module);
            }
            let end = ssa.terminator(block);
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE && Some(node) != end {
                self.node(ssa, node, module);
                node = ssa.nodes[node as usize].next;
            }
            self.end(ssa, cfg, block, next, module);
        }
        for at in 0..self.apart.len() {
            let (edge, label) = (self.apart[at], (ssa.blocks.len() + at) as u32);
            self.push(Inst::new(Op::Label, &[Operand::Label(Label(label))]), NO_OFFSET);
            self.copy(ssa, edge, module);
            self.jump(ssa.edges[edge as usize].to);
        }
    }

    fn push(&mut self, inst: Inst, offset: u32) {
        self.insts.push(inst);
        self.offsets.push(offset);
    }

    fn jump(&mut self, block: u32) {
        let label = self.label(block);
        self.push(Inst::new(Op::Jmp, &[label]), NO_OFFSET);
    }

    /// The label of a block that something jumps to.
    fn label(&mut self, block: u32) -> Operand {
        self.labels[block as usize] = 0;
        Operand::Label(Label(block))
    }

    /// Whether an edge copies something on a block of its own.
    fn on_edge(&self, ssa: &Ssa, cfg: &Cfg, edge: u32) -> bool {
        let to = ssa.edges[edge as usize].to;
        cfg.preds(to).len() > 1
            && ssa.params(to).iter().zip(ssa.args(edge)).any(|(&param, &arg)| {
                let same = |value: Reg| self.regs[value.0 as usize] == self.regs[param.0 as usize];
                !arg.reg().is_some_and(same)
            })
    }

    /// A block's branch, and the way to the next block.
    fn end(&mut self, ssa: &Ssa, cfg: &Cfg, block: u32, next: u32, module: &mut Module) {
        let out = ssa.out(block);
        let Some(node) = ssa.terminator(block) else {
            let Some(edge) = out.clone().next() else { return };
            if out.len() == 1 {
                let to = ssa.edges[edge as usize].to;
                self.copy(ssa, edge, module);
                if to != next {
                    self.jump(to);
                }
            }
            return;
        };
        let mut inst = self.translate(ssa, node, module);
        let offset = self.place(ssa, node);
        if inst.op == Op::Switch {
            let count = out.len() as u32 - 1;
            let mut labels = std::mem::take(&mut self.list);
            labels.clear();
            for edge in out.clone() {
                labels.push(self.landing(ssa, cfg, edge));
            }
            inst.operands[1] = module.new_list(&labels[..count as usize]);
            inst.operands[2] = labels[count as usize];
            self.list = labels;
            return self.push(inst, offset);
        }
        if out.is_empty() {
            return self.push(inst, offset);
        }
        let (mut then, mut other) = (out.start, out.start + 1);
        let to = |edge: u32| ssa.edges[edge as usize].to;
        let copies = |edge: u32| self.on_edge(ssa, cfg, edge);
        let inverts = matches!(inst.op, Op::Br | Op::Fbr);
        // Copies of one edge can stand behind the branch, and the next block can follow it.
        let better = if copies(then) == copies(other) { to(then) == next } else { copies(then) };
        if inverts && better {
            std::mem::swap(&mut then, &mut other);
            inst.cond = inst.cond.inverse();
        }
        let copied = self.on_edge(ssa, cfg, other);
        let place = inst.op.info().kinds.len() - 1;
        inst.operands[place] = self.landing(ssa, cfg, then);
        self.push(inst, offset);
        if copied {
            self.copy(ssa, other, module);
        }
        if to(other) != next {
            self.jump(to(other));
        }
    }

    /// Where a jump along an edge goes: to its target, or to a block with copies.
    fn landing(&mut self, ssa: &Ssa, cfg: &Cfg, edge: u32) -> Operand {
        if !self.on_edge(ssa, cfg, edge) {
            return self.label(ssa.edges[edge as usize].to);
        }
        self.apart.push(edge);
        self.labels.push(0);
        Operand::Label(Label(self.labels.len() as u32 - 1))
    }

    /// The copies of an edge.
    fn copy(&mut self, ssa: &Ssa, edge: u32, module: &mut Module) {
        let to = ssa.edges[edge as usize].to;
        self.numbers.clear();
        for (&param, &arg) in ssa.params(to).iter().zip(ssa.args(edge)) {
            let reg = Reg(self.regs[param.0 as usize]);
            match (ssa.bits(arg), arg) {
                (Some(bits), _) => self.numbers.push((reg, module.number(bits as i64))),
                (None, Operand::Reg(arg)) => self.copies.push(reg, Reg(self.regs[arg.0 as usize])),
                _ => {}
            }
        }
        let Leaver { copies, infos, names, insts, offsets, .. } = self;
        copies.sequence(
            infos.len(),
            |reg| {
                let class = infos[reg.0 as usize].class;
                infos.push(RegInfo { class, name: names.like(Name(NONE), module) });
                Reg(infos.len() as u32 - 1)
            },
            |to, from| {
                insts.push(Inst::new(Op::Mov, &[Operand::Reg(to), Operand::Reg(from)]));
                offsets.push(NO_OFFSET);
            },
        );
        let numbers = std::mem::take(&mut self.numbers);
        for &(reg, number) in &numbers {
            self.push(Inst::new(Op::Const, &[Operand::Reg(reg), number]), NO_OFFSET);
        }
        self.numbers = numbers;
    }

    fn node(&mut self, ssa: &Ssa, node: u32, module: &mut Module) {
        let inst = self.translate(ssa, node, module);
        let offset = self.place(ssa, node);
        self.push(inst, offset);
    }

    /// Says where an instruction comes from, if that is news.
    fn place(&mut self, ssa: &Ssa, node: u32) -> u32 {
        let place = ssa.nodes[node as usize].place;
        if place.loc != self.loc && place.loc != NONE {
            self.loc = place.loc;
            self.push(ssa.locs[place.loc as usize], place.offset);
        }
        place.offset
    }

    /// An instruction with registers and numbers in place of values.
    fn translate(&mut self, ssa: &Ssa, node: u32, module: &mut Module) -> Inst {
        let mut inst = ssa.nodes[node as usize].inst;
        for (&kind, operand) in inst.op.info().kinds.iter().zip(&mut inst.operands) {
            match *operand {
                Operand::Reg(value) => *operand = self.operand(ssa, value, module),
                Operand::List(_) => {
                    debug_assert_ne!(kind, Kind::Labels);
                    let mut list = std::mem::take(&mut self.list);
                    list.clear();
                    for &element in ssa.list(*operand) {
                        list.push(match element {
                            Operand::Reg(value) => self.operand(ssa, value, module),
                            other => other,
                        });
                    }
                    *operand = module.new_list(&list);
                    self.list = list;
                }
                _ => {}
            }
        }
        inst
    }

    fn operand(&self, ssa: &Ssa, value: Reg, module: &mut Module) -> Operand {
        match ssa.values[value.0 as usize] {
            super::Value { class: Class::I64, def: Def::Const(bits), .. } => {
                module.number(bits as i64)
            }
            _ => Operand::Reg(Reg(self.regs[value.0 as usize])),
        }
    }

    /// Takes out labels that nothing jumps to, and numbers the rest.
    fn finish_labels(&mut self, module: &mut Module) {
        self.names.begin();
        let mut kept = 0;
        for at in 0..self.insts.len() {
            let inst = &mut self.insts[at];
            if let (Op::Label, Operand::Label(label)) = (inst.op, &mut inst.operands[0]) {
                let number = &mut self.labels[label.0 as usize];
                if *number == NONE {
                    continue;
                }
                *number = self.label_names.len() as u32;
                *label = Label(*number);
                let name = self.names.like(Name(NONE), module);
                self.label_names.push(name);
            }
            self.insts[kept] = self.insts[at];
            self.offsets[kept] = self.offsets[at];
            kept += 1;
        }
        self.insts.truncate(kept);
        self.offsets.truncate(kept);
        for inst in &mut self.insts {
            if inst.op == Op::Label || !crate::ir::flow::branches(inst.op) {
                continue;
            }
            for operand in &mut inst.operands {
                if let Operand::Label(label) = operand {
                    *label = Label(self.labels[label.0 as usize]);
                }
            }
            if inst.op == Op::Switch {
                module.relabel(inst.operands[1], &self.labels);
            }
        }
    }
}
