//! What instructions do to memory, and when two accesses cannot meet.
//!
//! Two accesses of the same base and index are apart if their offsets are. Accesses of two different
//! objects are apart: symbols that the module defines, and objects of the frame. An address
//! belongs to the object from whose address it was made by additions; that it may not be used to
//! reach another object is said in docs/native-ir.md.

use super::ssa::Ssa;
use crate::ir::{Class, Inst, Name, Op, Operand, Reg};

/// The object that an address points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Unknown,
    Symbol(Name),
    /// The `stack_addr` that made it.
    Frame(Reg),
}

/// A load or a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) base: Operand,
    pub(super) index: Operand,
    pub(super) scale: u8,
    /// In bytes; nothing if it is one of the module's wide numbers.
    pub(super) offset: Option<i32>,
    pub(super) size: u32,
    object: Object,
}

/// How many instructions are looked at to find an address's object.
const STEPS: u32 = 12;

/// Whether an instruction loads and does nothing else.
pub(super) fn is_load(op: Op) -> bool {
    matches!(op, Op::Load | Op::Load8u | Op::Load8s | Op::Load16u | Op::Load16s)
        || matches!(op, Op::Load32u | Op::Load32s)
}

impl Access {
    /// The access of an instruction, if it is a load or a store.
    pub(super) fn of(ssa: &Ssa, inst: &Inst) -> Option<Access> {
        let (first, value) = match inst.op {
            Op::Load | Op::Load8u | Op::Load8s | Op::Load16u | Op::Load16s => (1, 0),
            Op::Load32u | Op::Load32s => (1, 0),
            Op::Store | Op::Store8 | Op::Store16 | Op::Store32 => (0, 3),
            _ => return None,
        };
        let size = match inst.op {
            Op::Load8u | Op::Load8s | Op::Store8 => 1,
            Op::Load16u | Op::Load16s | Op::Store16 => 2,
            Op::Load32u | Op::Load32s | Op::Store32 => 4,
            _ if ssa.class(inst.operands[value]) == Class::F32 => 4,
            _ => 8,
        };
        let [base, index, offset] = [0, 1, 2].map(|at| inst.operands[first + at]);
        let offset = match offset {
            Operand::Imm(offset) => Some(offset),
            Operand::None => Some(0),
            _ => None,
        };
        let scale = if index == Operand::None { 0 } else { inst.scale };
        let mut steps = STEPS;
        let object = match (object(ssa, base, &mut steps), index) {
            (Object::Unknown, Operand::Reg(_)) if scale == 0 => object(ssa, index, &mut steps),
            (found, _) => found,
        };
        Some(Access { base, index, scale, offset, size, object })
    }

    /// Whether base and index are the same.
    fn same_place(&self, other: &Access) -> bool {
        self.base == other.base && self.index == other.index && self.scale == other.scale
    }

    /// Whether both are certain not to touch the same byte.
    pub(super) fn apart(&self, other: &Access) -> bool {
        if self.same_place(other)
            && let (Some(a), Some(b)) = (self.offset, other.offset)
        {
            let (a, b) = (i64::from(a), i64::from(b));
            return a + i64::from(self.size) <= b || b + i64::from(other.size) <= a;
        }
        match (self.object, other.object) {
            (Object::Unknown, _) | (_, Object::Unknown) => false,
            (a, b) => a != b,
        }
    }

    /// Whether both are certain to touch the same bytes.
    pub(super) fn same(&self, other: &Access) -> bool {
        self.same_place(other)
            && self.offset.is_some()
            && (self.offset, self.size) == (other.offset, other.size)
    }
}

fn object(ssa: &Ssa, operand: Operand, steps: &mut u32) -> Object {
    if let Operand::Sym(name) = operand {
        return symbol(ssa, name);
    }
    let Some(node) = ssa.def(operand) else { return Object::Unknown };
    let inst = &ssa.nodes[node as usize].inst;
    match (inst.op, inst.operands) {
        (Op::Addr, [_, Operand::Sym(name), ..]) => symbol(ssa, name),
        (Op::StackAddr, [Operand::Reg(made), ..]) => Object::Frame(made),
        (Op::Add, [_, a, b, _]) if *steps > 0 => {
            *steps -= 1;
            match (object(ssa, a, steps), object(ssa, b, steps)) {
                (Object::Unknown, one) | (one, Object::Unknown) => one,
                _ => Object::Unknown,
            }
        }
        _ => Object::Unknown,
    }
}

/// Imports may be several names of one object.
fn symbol(ssa: &Ssa, name: Name) -> Object {
    match ssa.imports.binary_search(&name) {
        Ok(_) => Object::Unknown,
        Err(_) => Object::Symbol(name),
    }
}

/// What an instruction may do to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// It stores where it says.
    Store,
    /// It may write anywhere.
    Any,
}

pub(super) fn effect(op: Op) -> Effect {
    use crate::ir::Kind;
    match op {
        Op::Store | Op::Store8 | Op::Store16 | Op::Store32 => Effect::Store,
        Op::Call | Op::TailCall | Op::MethodCall | Op::Memcpy | Op::Memset => Effect::Any,
        Op::StringLit | Op::StringBytes | Op::StringConcat | Op::IntToStr | Op::FloatToStr => {
            Effect::Any
        }
        Op::ArrayNew | Op::ArraySet | Op::ArrayAppend | Op::StructNew | Op::FieldSet => Effect::Any,
        Op::MapNew | Op::MapPut | Op::MapDelete => Effect::Any,
        op if op.info().physical => Effect::Any,
        op => {
            debug_assert!(!op.info().kinds.contains(&Kind::Callee));
            Effect::None
        }
    }
}
