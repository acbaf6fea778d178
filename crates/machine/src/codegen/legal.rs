//! Legal instructions: what every target can select one by one.
//!
//! Lowering turns an instruction of the IR into one or several of these. They are made and selected
//! at once and never stored. Immediates are those that the target takes; float operations have
//! operands of float classes; everything that needs the runtime has become a call.

use crate::ir::{Class, Cond, Op};
use crate::regalloc::VReg;
use sox_objfile::object::SymbolId;

/// A register or an immediate that the target takes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A register.
    Reg(VReg),
    /// An immediate.
    Imm(i32),
}

/// What an address begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A register.
    Reg(VReg),
    /// A symbol; there is no index beside it.
    Symbol(SymbolId),
    /// The arguments on the stack that this function got.
    Incoming,
    /// The arguments on the stack of the next call.
    Outgoing,
}

/// An address: base, index times a power of two, and an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// What it begins with.
    pub base: Base,
    /// A register and the logarithm of its factor.
    pub index: Option<(VReg, u8)>,
    /// In bytes.
    pub offset: i32,
}

impl Address {
    /// A base and an offset.
    pub fn new(base: Base, offset: i32) -> Address {
        Address { base, index: None, offset }
    }
}

/// How wide an access of memory is, and how what is loaded is extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A byte.
    W8 {
        /// Sign-extended.
        signed: bool,
    },
    /// 16 bits.
    W16 {
        /// Sign-extended.
        signed: bool,
    },
    /// 32 bits.
    W32 {
        /// Sign-extended.
        signed: bool,
    },
    /// 64 bits.
    W64,
    /// A single-precision float.
    F32,
    /// A double-precision float.
    F64,
}

impl Width {
    /// The width of a whole register.
    pub fn of(class: Class) -> Width {
        match class {
            Class::I64 => Width::W64,
            Class::F32 => Width::F32,
            Class::F64 => Width::F64,
        }
    }
}

/// A failure that ends the program with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Division by zero.
    Division,
    /// An array index out of bounds.
    Bounds,
}

impl Failure {
    /// How many there are.
    pub const COUNT: usize = 2;
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A symbol.
    Symbol(SymbolId),
    /// The address in a register.
    Reg(VReg),
}

/// An instruction that targets select. `d` is written, `a` and `b` are read. Blocks are machine
/// blocks.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the operands are named alike everywhere")]
pub enum Legal {
    Const {
        d: VReg,
        value: i64,
    },
    FloatConst {
        d: VReg,
        class: Class,
        bits: u64,
    },
    /// The address of a symbol plus a number.
    SymbolAddress {
        d: VReg,
        symbol: SymbolId,
        addend: i32,
    },
    /// The address of an object of the frame.
    ObjectAddress {
        d: VReg,
        object: u32,
        /// Whether it is aligned more than the stack is.
        aligned: bool,
    },
    /// `add sub mul and or xor shl shr sar rotl rotr`.
    Binary {
        op: Op,
        d: VReg,
        a: VReg,
        b: Value,
    },
    /// `add sub mul and or xor`, and `fadd fsub fmul fdiv` of doubles, with a second operand in
    /// memory; if the target has that.
    BinaryMemory {
        op: Op,
        d: VReg,
        a: VReg,
        address: Address,
    },
    /// `c + a * b`, or `c - a * b`; if the target has that.
    MultiplyAdd {
        d: VReg,
        a: VReg,
        b: VReg,
        c: VReg,
        subtract: bool,
    },
    /// `smulh umulh`.
    HighProduct {
        op: Op,
        d: VReg,
        a: VReg,
        b: VReg,
    },
    /// `sdiv srem udiv urem`. The divisor is not zero; whether it may be -1 is told.
    Divide {
        op: Op,
        d: VReg,
        a: VReg,
        b: VReg,
        minus_one: bool,
    },
    /// `neg not clz ctz bswap sext… zext…`.
    Unary {
        op: Op,
        d: VReg,
        a: VReg,
    },
    Set {
        cond: Cond,
        d: VReg,
        a: VReg,
        b: Value,
    },
    FloatSet {
        cond: Cond,
        class: Class,
        d: VReg,
        a: VReg,
        b: VReg,
    },
    /// `a` if `test` is not zero, else `b`.
    Select {
        class: Class,
        d: VReg,
        test: VReg,
        a: VReg,
        b: VReg,
    },
    /// `then` if the condition holds, else `other`.
    SelectIf {
        cond: Cond,
        class: Class,
        d: VReg,
        a: VReg,
        b: Value,
        then: VReg,
        other: VReg,
    },
    /// `fadd fsub fmul fdiv`.
    FloatBinary {
        op: Op,
        class: Class,
        d: VReg,
        a: VReg,
        b: VReg,
    },
    /// `fsqrt fneg fabs`.
    FloatUnary {
        op: Op,
        class: Class,
        d: VReg,
        a: VReg,
    },
    /// `itof`, to a class.
    FromInt {
        class: Class,
        d: VReg,
        a: VReg,
    },
    /// `ftoi`, of a class.
    ToInt {
        class: Class,
        d: VReg,
        a: VReg,
    },
    /// From the other float class to this one.
    ConvertTo {
        class: Class,
        d: VReg,
        a: VReg,
    },
    /// The bits of an integer as a float.
    ToFloatBits {
        class: Class,
        d: VReg,
        a: VReg,
    },
    /// The bits of a float as an integer.
    FromFloatBits {
        class: Class,
        d: VReg,
        a: VReg,
    },
    Load {
        width: Width,
        d: VReg,
        address: Address,
    },
    Store {
        width: Width,
        address: Address,
        value: Value,
    },
    /// Ends the program if the condition holds.
    FailIf {
        cond: Cond,
        a: VReg,
        b: Value,
        failure: Failure,
    },
    /// Moves the stack pointer by that many bytes, a multiple of 16.
    AdjustStack {
        bytes: i32,
    },
    /// Pushes a value, in 16 bytes.
    Push {
        a: VReg,
    },
    Pop {
        d: VReg,
    },
    Jump {
        to: u32,
    },
    Branch {
        cond: Cond,
        a: VReg,
        b: Value,
        then: u32,
        other: u32,
    },
    FloatBranch {
        cond: Cond,
        class: Class,
        a: VReg,
        b: VReg,
        then: u32,
        other: u32,
    },
    /// Compares 64 bits of memory, or 32 or 8 bits of it with a number of as many bits, signed, for the
    /// flags branch that follows; if the target has that.
    CompareMemory {
        width: Width,
        address: Address,
        b: Value,
    },
    /// On the comparison with memory just before.
    FlagsBranch {
        cond: Cond,
        then: u32,
        other: u32,
    },
    /// On the signed overflow of the `add`, `sub` or `mul` just before.
    OverflowBranch {
        then: u32,
        other: u32,
    },
    /// Goes to the block of that number in a table, or to another one.
    Switch {
        a: VReg,
        table: u32,
        other: u32,
    },
    /// A hardware trap.
    Trap,
}
