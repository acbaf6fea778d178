//! Instructions before their registers are known. The comment of each tells its operands in the order
//! in which the allocator has them; `d` is written.

use super::condition::{Condition, FloatTest};
use super::insts::{RegRm, RmImm, RmOnly, RmReg};
use crate::codegen::legal::Failure;
use crate::codegen::target::Common;
use crate::ir::Class;
use sox_objfile::object::SymbolId;

/// The base of an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum BaseForm {
    /// The first operand.
    Operand,
    /// A symbol.
    Symbol(SymbolId),
    /// The own arguments on the stack.
    Incoming,
    /// The arguments on the stack of the next call.
    Outgoing,
}

/// An address. Its registers are the first operands of the instruction: base, then index.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemForm {
    pub(super) base: BaseForm,
    pub(super) index: bool,
    pub(super) scale: u8,
    pub(super) offset: i32,
}

/// A row for immediates of 8 bits and one for 32.
pub(super) type ImmRows = [&'static RmImm; 2];

/// A comparison of integers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Comparison {
    /// `a, b`.
    Registers,
    /// `a`.
    Imm(i32),
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
    /// `a, b, d` in the register of `a`.
    Binary(&'static RegRm),
    /// `a, b, d`, where `a` and `b` may be exchanged.
    Commutative(&'static RegRm),
    /// address, `a, d` in the register of `a`.
    BinaryMemory(&'static RegRm, MemForm),
    /// address, `b`
    CompareMemory(MemForm),
    /// address
    CompareMemoryImm(&'static RmImm, MemForm, i32),
    /// `a, d` in the register of `a`.
    BinaryImm(ImmRows, i32),
    /// `a, b, d`: a sum, which sets flags if that is asked for.
    Add { flags: bool },
    /// `a, d`: a sum, the same.
    AddImm { value: i32, flags: bool },
    /// `a, d`: a shift to the left by 1 to 3.
    ShiftLeft(u8),
    /// `a, d` in the register of `a`.
    ShiftImm(&'static RmImm, i32),
    /// `a, count, d` in the register of `a`.
    Shift(&'static RmOnly),
    /// `a, d` in the register of `a`.
    InPlace(&'static RmOnly),
    /// `a, d` in the register of `a`.
    Bswap,
    /// `a, d`
    Unary(&'static RegRm),
    /// `a, d`: a product, which sets flags if that is asked for.
    MulImm { value: i32, flags: bool },
    /// `a, d`: a bit scan that gives this number for zero, and is subtracted from 63 if it is the
    /// one from above.
    Scan(&'static RegRm),
    /// `a, b, rdx, d`
    Divide { signed: bool, remainder: bool, minus_one: bool },
    /// `a, b, d`
    HighProduct(&'static RmOnly),
    /// `a[, b], d`
    Set(Comparison, Condition),
    /// `a, b, d`
    FloatSet(Class, FloatTest),
    /// `test, b, a, d` in the register of `b`.
    Select(Class),
    /// `a[, b], other, then, d` in the register of `other`.
    SelectIf(Comparison, Condition, Class),
    /// `a, d` in the register of `a`: the sign inverted or cleared.
    Sign { class: Class, clear: bool },
    /// `a, d`
    ToInt(Class),
    /// `a, d`: a float register's bits.
    FromFloatBits(&'static RmReg),
    /// address, `d`
    Load(&'static RegRm, MemForm),
    /// address, `a`
    Store(&'static RmReg, MemForm),
    /// address
    StoreImm(&'static RmImm, MemForm, i32),
    /// `a[, b]`
    FailIf(Comparison, Condition, Failure),
    /// Nothing.
    AdjustStack(i32),
    /// `a`
    Push,
    /// `d`
    Pop,
    /// Nothing.
    Jump(u32),
    /// `a[, b]`
    Branch { comparison: Comparison, condition: Condition, then: u32, other: u32 },
    /// `a, b`
    FloatBranch { class: Class, test: FloatTest, then: u32, other: u32 },
    /// Nothing.
    FlagsBranch { condition: Condition, then: u32, other: u32 },
    /// `a`, scratch
    Switch { table: u32, other: u32 },
    /// Nothing.
    Trap,
}
