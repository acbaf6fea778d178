//! Instructions before their registers are known. The comment of each tells its operands in the order
//! in which the allocator has them; `d` is written. Registers that stand in a [`Value`] or an
//! [`Address`] are operands too, and only tell there that there is one.

use super::operand::Cond;
use super::row::{Bitmask, RA, RD, RM, RN, Row, W, X, Xsp};
use crate::codegen::legal::{Address, Failure, Value, Width};
use crate::codegen::target::Common;
use crate::ir::{Class, Op};
use sox_objfile::object::SymbolId;

/// `op d, a, b`.
pub(super) type Three = Row<(X<RD>, X<RN>, X<RM>)>;
/// `op d, a, b, c`.
pub(super) type Four = Row<(X<RD>, X<RN>, X<RM>, X<RA>)>;
/// `op d, a`.
pub(super) type Two = Row<(X<RD>, X<RN>)>;
/// `op d, a` of 32 bits.
pub(super) type Two32 = Row<(W<RD>, W<RN>)>;
/// `op d, a` from 32 bits.
pub(super) type Wider = Row<(X<RD>, W<RN>)>;
/// `op d, a, pattern`.
pub(super) type WithPattern = Row<(Xsp<RD>, X<RN>, Bitmask<64>)>;

/// What to test after `fcmp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatTest {
    /// One condition.
    One(Cond),
    /// Either of two.
    Either(Cond, Cond),
}

/// An instruction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// See there.
    Common(Common),
    /// `d`
    Const(i64),
    /// `d`
    FloatConst(Class, u64),
    /// `d`
    SymbolAddress(SymbolId, i32),
    /// `d`
    ObjectAddress(u32),
    /// `a, b, d`
    Three(&'static Three),
    /// `a, d`
    AddImm { value: i32, flags: bool },
    /// `a, d`
    Pattern(&'static WithPattern, i32),
    /// `a, d`: a shift to the left, right, or a rotation to the right.
    ShiftImm(Op, i32),
    /// `a, b, d`
    Rotl,
    /// `a, b, d`: a product; flags say "not equal" if it does not fit.
    MulFlags,
    /// `a, b, c, d`: a sum or difference of `c` and the product.
    MultiplyAdd(&'static Four),
    /// `a, b, d`
    Remainder(&'static Three),
    /// `a, d`
    Two(&'static Two),
    /// `a, d`
    Two32(&'static Two32),
    /// `a, d`
    Wider(&'static Wider),
    /// `a, d`
    Neg,
    /// `a, d`
    Not,
    /// `a, d`
    Ctz,
    /// `a, d`
    Zext32,
    /// `a[, b], d`
    Set(Value, Cond),
    /// `a, b, d`
    FloatSet(Class, FloatTest),
    /// `test, a, b, d`
    Select(Class),
    /// `a[, b], then, other, d`
    SelectIf(Value, Cond, Class),
    /// `a, b, d`
    FloatBinary(Op, Class),
    /// `a, d`
    FloatUnary(Op, Class),
    /// `a, d`
    FromInt(Class),
    /// `a, d`
    ToInt(Class),
    /// `a, d`
    ConvertTo(Class),
    /// `a, d`
    ToFloatBits(Class),
    /// `a, d`
    FromFloatBits(Class),
    /// address, `d`
    Load(Width, Address),
    /// address, `a`
    Store(Width, Address),
    /// address
    StoreZero(Width, Address),
    /// `a[, b]`
    FailIf(Value, Cond, Failure),
    /// Nothing.
    AdjustStack(i32),
    /// `a`
    Push,
    /// `d`
    Pop,
    /// Nothing.
    Jump(u32),
    /// `a[, b]`
    Branch { with: Value, cond: Cond, then: u32, other: u32 },
    /// `a, b`
    FloatBranch { class: Class, test: FloatTest, then: u32, other: u32 },
    /// Nothing.
    FlagsBranch { cond: Cond, then: u32, other: u32 },
    /// `a`
    Switch { table: u32, other: u32 },
    /// Nothing.
    Trap,
}
