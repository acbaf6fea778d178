//! A function in static single assignment form: each value is written at one place.
//!
//! Instructions are those of the IR, with values in place of registers, in a list per block. Where
//! paths meet, a block has parameters, and each edge to it carries as many arguments. That is the
//! same as phi instructions, but taking an edge away, splitting it, or joining two blocks touches
//! nothing else. Labels are gone: a block's last instruction may be one that branches, and the
//! block's edges say where to, in the order of its labels, the way to the next block last.
//!
//! Numbers are values too, one for each class and each number, and stand in no block. An operand in
//! a place for registers or numbers is therefore always a register here, and so a rewrite never has
//! to ask whether a number may stand there; leaving the form turns them back.
//!
//! Everything is in flat vectors that serve one function after another.

mod build;
mod cfg;
mod copies;
mod edit;
mod leave;
mod live;
mod loops;

pub(crate) use build::Builder;
pub(crate) use cfg::Cfg;
pub(crate) use leave::Leaver;
pub(crate) use loops::Loops;

use crate::ir::{Class, Inst, Name, Operand, Reg, flow};

/// No block, no instruction, no name.
pub(crate) const NONE: u32 = u32::MAX;

/// Where a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Def {
    /// A parameter of the function.
    Entry,
    /// Nowhere: it is a number with these bits.
    Const(u64),
    /// A parameter of this block.
    Param(u32),
    /// This instruction.
    Inst(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) class: Class,
    /// The register of the text that it comes from; for readers.
    pub(crate) name: Name,
    pub(crate) def: Def,
}

/// Where an instruction comes from: its offset in the text, and the `loc` that holds for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u32,
    pub(crate) loc: u32,
}

/// An instruction in its block's list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) inst: Inst,
    pub(crate) block: u32,
    pub(crate) prev: u32,
    pub(crate) next: u32,
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Its parameters in `Ssa::params`.
    params: (u32, u32),
    /// Its edges in `Ssa::edges`.
    edges: (u32, u32),
}

/// A way from one block to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Where its arguments begin in `Ssa::args`; as many as the target has parameters.
    args: u32,
}

/// The function. Block 0 is where it begins; no edge leads there.
#[derive(Debug, Default)]
pub(crate) struct Ssa {
    pub(crate) values: Vec<Value>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) edges: Vec<Edge>,
    /// The function's parameters.
    pub(crate) entry: Vec<Reg>,
    /// Where a value that was replaced is found now: itself, if it was not.
    pub(crate) alias: Vec<Reg>,
    args: Vec<Operand>,
    params: Vec<Reg>,
    /// Lists of operands, each its length and its elements, as in a module.
    lists: Vec<Operand>,
    /// The `loc` instructions.
    pub(crate) locs: Vec<Inst>,
    /// Symbols that the module does not define, in order: those of the module, not of the function.
    pub(crate) imports: Vec<Name>,
    /// Open addressing: the value of each number, or `NONE`; a power of two long.
    constants: Vec<u32>,
    constant_count: usize,
}

impl Ssa {
    /// Forgets the function, but not the module.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.nodes.clear();
        self.blocks.clear();
        self.edges.clear();
        self.entry.clear();
        self.alias.clear();
        self.args.clear();
        self.params.clear();
        self.lists.clear();
        self.locs.clear();
        self.constants.clear();
        self.constants.resize(64, NONE);
        self.constant_count = 0;
    }

    /// A new value.
    pub(crate) fn value(&mut self, class: Class, name: Name, def: Def) -> Reg {
        let value = Reg(self.values.len() as u32);
        self.values.push(Value { class, name, def });
        self.alias.push(value);
        value
    }

    /// The value that is this number.
    pub(crate) fn constant(&mut self, class: Class, bits: u64) -> Reg {
        if (self.constant_count + 1) * 2 > self.constants.len() {
            self.grow_constants();
        }
        let at = self.find_constant(class, bits);
        if self.constants[at] == NONE {
            let value = self.value(class, Name(NONE), Def::Const(bits));
            self.constants[at] = value.0;
            self.constant_count += 1;
        }
        Reg(self.constants[at])
    }

    /// The operand that is this integer.
    pub(crate) fn int(&mut self, value: u64) -> Operand {
        Operand::Reg(self.constant(Class::I64, value))
    }

    fn find_constant(&self, class: Class, bits: u64) -> usize {
        let mask = self.constants.len() - 1;
        let mut at = mix(bits ^ class as u64) as usize & mask;
        loop {
            let Some(value) = self.values.get(self.constants[at] as usize) else { return at };
            if value.class == class && value.def == Def::Const(bits) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow_constants(&mut self) {
        let old = std::mem::take(&mut self.constants);
        self.constants.resize(old.len() * 2, NONE);
        for number in old.into_iter().filter(|&number| number != NONE) {
            let Value { class, def: Def::Const(bits), .. } = self.values[number as usize] else {
                continue;
            };
            let at = self.find_constant(class, bits);
            self.constants[at] = number;
        }
    }

    /// The number that an operand is, if it is one.
    #[inline]
    pub(crate) fn bits(&self, operand: Operand) -> Option<u64> {
        match self.values[operand.reg()?.0 as usize].def {
            Def::Const(bits) => Some(bits),
            _ => None,
        }
    }

    /// Class of an operand.
    pub(crate) fn class(&self, operand: Operand) -> Class {
        operand.reg().map_or(Class::I64, |reg| self.values[reg.0 as usize].class)
    }

    /// The instruction that writes an operand, if one does.
    #[inline]
    pub(crate) fn def(&self, operand: Operand) -> Option<u32> {
        match self.values[operand.reg()?.0 as usize].def {
            Def::Inst(node) => Some(node),
            _ => None,
        }
    }

    /// The block where a value is written; nothing for numbers.
    #[inline]
    pub(crate) fn def_block(&self, value: Reg) -> Option<u32> {
        match self.values[value.0 as usize].def {
            Def::Entry => Some(0),
            Def::Const(_) => None,
            Def::Param(block) => Some(block),
            Def::Inst(node) => Some(self.nodes[node as usize].block),
        }
    }

    pub(crate) fn params(&self, block: u32) -> &[Reg] {
        let (start, len) = self.blocks[block as usize].params;
        &self.params[start as usize..(start + len) as usize]
    }

    /// The numbers of a block's edges.
    #[inline]
    pub(crate) fn out(&self, block: u32) -> std::ops::Range<u32> {
        let (start, len) = self.blocks[block as usize].edges;
        start..start + len
    }

    /// The arguments that an edge carries.
    pub(crate) fn args(&self, edge: u32) -> &[Operand] {
        let Edge { to, args, .. } = self.edges[edge as usize];
        let count = self.blocks[to as usize].params.1;
        &self.args[args as usize..(args + count) as usize]
    }

    pub(crate) fn args_mut(&mut self, edge: u32) -> &mut [Operand] {
        let Edge { to, args, .. } = self.edges[edge as usize];
        let count = self.blocks[to as usize].params.1;
        &mut self.args[args as usize..(args + count) as usize]
    }

    /// A block's last instruction, if that branches or ends the function.
    pub(crate) fn terminator(&self, block: u32) -> Option<u32> {
        let last = self.blocks[block as usize].last;
        (last != NONE && flow::branches(self.nodes[last as usize].inst.op)).then_some(last)
    }

    pub(crate) fn list(&self, operand: Operand) -> &[Operand] {
        let Operand::List(start) = operand else { return &[] };
        let Operand::Imm(length) = self.lists[start as usize] else { return &[] };
        &self.lists[start as usize + 1..][..length as usize]
    }

    pub(crate) fn new_list(&mut self, elements: &[Operand]) -> Operand {
        let start = self.lists.len() as u32;
        self.lists.push(Operand::Imm(elements.len() as i32));
        self.lists.extend_from_slice(elements);
        Operand::List(start)
    }

    /// Calls `visit` with every value that an instruction reads.
    #[inline]
    pub(crate) fn uses(&self, node: u32, mut visit: impl FnMut(Reg)) {
        let inst = &self.nodes[node as usize].inst;
        for (kind, &operand) in inst.op.info().kinds.iter().zip(&inst.operands) {
            match operand {
                _ if kind.is_def() => {}
                Operand::Reg(value) => visit(value),
                Operand::List(_) => {
                    self.list(operand).iter().filter_map(|o| o.reg()).for_each(&mut visit);
                }
                _ => {}
            }
        }
    }

    /// Calls `visit` with every value that an instruction reads, to put another there.
    #[inline]
    pub(crate) fn uses_mut(&mut self, node: u32, mut visit: impl FnMut(&mut Reg)) {
        let inst = &mut self.nodes[node as usize].inst;
        for (kind, operand) in inst.op.info().kinds.iter().zip(&mut inst.operands) {
            match operand {
                _ if kind.is_def() => {}
                Operand::Reg(value) => visit(value),
                Operand::List(start) => {
                    let Operand::Imm(length) = self.lists[*start as usize] else { continue };
                    for element in &mut self.lists[*start as usize + 1..][..length as usize] {
                        if let Operand::Reg(value) = element {
                            visit(value);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Calls `visit` with every value that an instruction writes.
    pub(crate) fn defs(&self, node: u32, mut visit: impl FnMut(Reg)) {
        let inst = &self.nodes[node as usize].inst;
        for (kind, &operand) in inst.op.info().kinds.iter().zip(&inst.operands) {
            match operand {
                _ if !kind.is_def() => {}
                Operand::Reg(value) => visit(value),
                Operand::List(_) => {
                    self.list(operand).iter().filter_map(|o| o.reg()).for_each(&mut visit);
                }
                _ => {}
            }
        }
    }
}

/// Spreads the bits of a key over a word.
#[inline]
pub(crate) fn mix(key: u64) -> u64 {
    let product = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (product as u64) ^ (product >> 64) as u64
}
