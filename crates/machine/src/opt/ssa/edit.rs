//! Changing the form: instructions, edges, parameters, and values that are replaced.

use super::{Block, Def, Edge, NONE, Node, Place, Ssa};
use crate::ir::{Inst, Operand, Reg};

impl Ssa {
    /// A new block without instructions and edges.
    pub(crate) fn new_block(&mut self) -> u32 {
        let params = (self.params.len() as u32, 0);
        let edges = (self.edges.len() as u32, 0);
        self.blocks.push(Block { first: NONE, last: NONE, params, edges });
        self.blocks.len() as u32 - 1
    }

    /// Adds an edge to a block whose edges are the newest, or that has none.
    pub(crate) fn push_edge(&mut self, from: u32, to: u32) -> u32 {
        let number = self.edges.len() as u32;
        let edges = &mut self.blocks[from as usize].edges;
        if edges.1 == 0 {
            edges.0 = number;
        }
        debug_assert_eq!(edges.0 + edges.1, number);
        edges.1 += 1;
        self.edges.push(Edge { from, to, args: self.args.len() as u32 });
        number
    }

    /// Leaves only one of a block's edges.
    pub(crate) fn keep_edge(&mut self, block: u32, edge: u32) {
        self.blocks[block as usize].edges = (edge, 1);
    }

    /// Gives a block the edges of another one, which loses them.
    pub(crate) fn take_edges(&mut self, block: u32, from: u32) {
        let edges = self.blocks[from as usize].edges;
        self.blocks[block as usize].edges = edges;
        self.blocks[from as usize].edges.1 = 0;
        for edge in edges.0..edges.0 + edges.1 {
            self.edges[edge as usize].from = block;
        }
    }

    /// Lets an edge lead elsewhere with these arguments.
    pub(crate) fn retarget(&mut self, edge: u32, to: u32, args: &[Operand]) {
        debug_assert_eq!(self.params(to).len(), args.len());
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        let edge = &mut self.edges[edge as usize];
        (edge.to, edge.args) = (to, start);
    }

    /// Sets a block's parameters; the edges to it get room for as many arguments.
    pub(crate) fn set_params(&mut self, block: u32, values: &[Reg]) {
        let start = self.params.len() as u32;
        self.params.extend_from_slice(values);
        self.blocks[block as usize].params = (start, values.len() as u32);
    }

    /// Gives a block parameters like those of another one.
    pub(crate) fn copy_params(&mut self, from: u32, to: u32) {
        let mut own = Vec::new();
        for at in 0..self.params(from).len() {
            let like = self.values[self.params(from)[at].0 as usize];
            own.push(self.value(like.class, like.name, Def::Param(to)));
        }
        self.set_params(to, &own);
    }

    /// Gives an edge room for the arguments of its target.
    pub(crate) fn make_args(&mut self, edge: u32) {
        let count = self.params(self.edges[edge as usize].to).len();
        self.edges[edge as usize].args = self.args.len() as u32;
        self.args.resize(self.args.len() + count, Operand::None);
    }

    /// Takes away the parameters for which `keep` says no, with the arguments for them. `preds` are
    /// the edges to the block.
    pub(crate) fn retain_params(
        &mut self,
        block: u32,
        preds: &[u32],
        mut keep: impl FnMut(Reg) -> bool,
    ) {
        let (start, count) = self.blocks[block as usize].params;
        let (start, count) = (start as usize, count as usize);
        let mut kept = 0;
        for at in 0..count {
            let value = self.params[start + at];
            if !keep(value) {
                continue;
            }
            self.params[start + kept] = value;
            for &edge in preds {
                let args = self.edges[edge as usize].args as usize;
                self.args[args + kept] = self.args[args + at];
            }
            kept += 1;
        }
        self.blocks[block as usize].params.1 = kept as u32;
    }

    /// Adds an instruction at a block's end. What it writes knows it from now on.
    pub(crate) fn append(&mut self, block: u32, inst: Inst, place: Place) -> u32 {
        self.link(block, NONE, inst, place)
    }

    /// Adds an instruction before another one.
    pub(crate) fn insert_before(&mut self, node: u32, inst: Inst) -> u32 {
        let Node { block, place, .. } = self.nodes[node as usize];
        self.link(block, node, inst, place)
    }

    /// Adds an instruction before what ends a block.
    pub(crate) fn append_before_end(&mut self, block: u32, inst: Inst, place: Place) -> u32 {
        let before = self.terminator(block).unwrap_or(NONE);
        self.link(block, before, inst, place)
    }

    /// Adds an instruction in a block before another one, or at its end.
    fn link(&mut self, block: u32, before: u32, inst: Inst, place: Place) -> u32 {
        let number = self.nodes.len() as u32;
        let prev = match before {
            NONE => self.blocks[block as usize].last,
            _ => self.nodes[before as usize].prev,
        };
        self.nodes.push(Node { inst, block, prev, next: before, place });
        self.join(block, prev, number);
        self.join(block, number, before);
        self.claim(number);
        number
    }

    /// Makes one instruction the next of another; `NONE` is a block's beginning or end.
    fn join(&mut self, block: u32, first: u32, second: u32) {
        match first {
            NONE => self.blocks[block as usize].first = second,
            _ => self.nodes[first as usize].next = second,
        }
        match second {
            NONE => self.blocks[block as usize].last = first,
            _ => self.nodes[second as usize].prev = first,
        }
    }

    /// Tells the values that an instruction writes that it does.
    pub(crate) fn claim(&mut self, node: u32) {
        let inst = self.nodes[node as usize].inst;
        for (kind, operand) in inst.op.info().kinds.iter().zip(inst.operands) {
            match operand {
                _ if !kind.is_def() => {}
                Operand::Reg(value) => self.values[value.0 as usize].def = Def::Inst(node),
                Operand::List(start) => {
                    for at in 0..self.list(operand).len() {
                        if let Operand::Reg(value) = self.lists[start as usize + 1 + at] {
                            self.values[value.0 as usize].def = Def::Inst(node);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes an instruction out of its block.
    pub(crate) fn remove(&mut self, node: u32) {
        let Node { block, prev, next, .. } = self.nodes[node as usize];
        self.join(block, prev, next);
        self.nodes[node as usize].block = NONE;
    }

    /// Moves an instruction to the end of a block, before what ends that.
    pub(crate) fn move_to_end(&mut self, node: u32, block: u32) {
        self.remove(node);
        let before = self.terminator(block).unwrap_or(NONE);
        let prev = match before {
            NONE => self.blocks[block as usize].last,
            _ => self.nodes[before as usize].prev,
        };
        self.nodes[node as usize].block = block;
        self.join(block, prev, node);
        self.join(block, node, before);
    }

    /// Puts all instructions of a block behind those of another.
    pub(crate) fn move_all(&mut self, from: u32, to: u32) {
        let Block { first, last, .. } = self.blocks[from as usize];
        if first == NONE {
            return;
        }
        let mut at = first;
        while at != NONE {
            self.nodes[at as usize].block = to;
            at = self.nodes[at as usize].next;
        }
        let end = self.blocks[to as usize].last;
        self.join(to, end, first);
        self.blocks[to as usize].last = last;
        (self.blocks[from as usize].first, self.blocks[from as usize].last) = (NONE, NONE);
    }

    /// Reads one value in place of another in one operand, which may be a list.
    pub(crate) fn replace_operand(&mut self, node: u32, place: usize, old: Reg, new: Reg) {
        let operand = &mut self.nodes[node as usize].inst.operands[place];
        let elements = match *operand {
            Operand::List(start) => {
                let Operand::Imm(length) = self.lists[start as usize] else { return };
                &mut self.lists[start as usize + 1..][..length as usize]
            }
            _ => std::slice::from_mut(operand),
        };
        for element in elements.iter_mut().filter(|element| **element == Operand::Reg(old)) {
            *element = Operand::Reg(new);
        }
    }

    /// Says that a value is to be read in place of another one.
    pub(crate) fn replace(&mut self, value: Reg, by: Reg) {
        debug_assert_ne!(value, self.resolve(by));
        self.alias[value.0 as usize] = by;
    }

    /// The value to read for a value.
    #[inline]
    pub(crate) fn resolve(&mut self, mut value: Reg) -> Reg {
        loop {
            let next = self.alias[value.0 as usize];
            if next == value {
                return value;
            }
            // Halve the path on the way.
            let after = self.alias[next.0 as usize];
            self.alias[value.0 as usize] = after;
            value = after;
        }
    }

    /// Reads what replaced values everywhere in an instruction.
    #[inline]
    pub(crate) fn resolve_uses(&mut self, node: u32) {
        let mut alias = std::mem::take(&mut self.alias);
        self.uses_mut(node, |value| *value = find(&mut alias, *value));
        self.alias = alias;
    }

    /// Reads what replaced values in all edges.
    pub(crate) fn resolve_args(&mut self) {
        for arg in &mut self.args {
            if let Operand::Reg(value) = arg {
                *value = find(&mut self.alias, *value);
            }
        }
    }
}

fn find(alias: &mut [Reg], mut value: Reg) -> Reg {
    loop {
        let next = alias[value.0 as usize];
        if next == value {
            return value;
        }
        let after = alias[next.0 as usize];
        alias[value.0 as usize] = after;
        value = after;
    }
}
