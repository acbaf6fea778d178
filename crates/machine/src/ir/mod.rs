//! The IR in memory.
//!
//! A [`Module`] owns everything in flat vectors; a function is a set of ranges in them and is read
//! through a [`Func`] view. Registers and labels are numbered from zero in each function; they
//! keep the names that the text gave them, so that printing loses nothing. Registers are mutable:
//! there is no phi.

mod build;
mod compare;
mod filling;
pub mod flow;
mod inst;
mod isa;
mod module;
mod names;
mod ops;

pub use crate::small::Pair;
pub use build::FunctionBuilder;
pub use filling::filling_sets;
pub use inst::{Class, Cond, Inst, Label, Operand, Phys, Reg};
pub use isa::Isa;
pub use module::{
    Bss, Data, DataId, Format, Func, FuncId, Function, Import, Module, NO_OFFSET, RegInfo, Reloc,
};
pub use names::{Name, Names};
pub use ops::{CondKind, Kind, Op, OpInfo};
