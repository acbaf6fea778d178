//! Portable bytecode: the instruction table, the module that holds code, and the judge of modules.
//!
//! * [`ops`] is the one table of instructions. [`Instr`], its metadata ([`Info`]), the listing, the
//!   verifier's stack rule and the reference page are derived from its rows.
//! * [`Module`] is a whole program as plain data: a compiler makes it, a file may hold it.
//! * [`fn@verify`] turns a `Module` into a [`VerifiedModule`], the only thing an engine accepts.
//!   Nothing a module says about itself is believed; everything is computed from its code.
//! * [`container`] is the file form of a program, written and read.
//! * [`mod@optimize`] makes a `Module` do the same with less, before it is verified.
//! * [`text`] prints a module for people, and reads such a text back.
//!
//! No heap and no execution live here.
#![forbid(unsafe_code)]

mod code;
pub mod container;
mod debug;
mod instr;
pub mod module;
mod operand;
pub mod ops;
pub mod optimize;
mod portable;
pub mod reference;
pub mod text;
pub mod verify;

pub use code::Code;
pub use debug::{DebugInfo, FunctionDebug};
pub use instr::{DecodeError, Effects, Info, Instr, Opcode, StackEffect, Visitor};
pub use module::{
    Capture, Constant, Function, FunctionKind, Global, Handler, Module, ModuleInfo, Source,
};
pub use operand::{
    BuiltinId, CaptureId, ConstId, Count, Ends, FunctionId, GlobalId, Local, ModuleId, NameId,
    Operand, OperandKind, Target,
};
pub use text::{Listing, assemble, listing};
pub use verify::{FunctionFacts, Rule, VerifiedModule, VerifyError, verify};
