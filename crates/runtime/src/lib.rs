//! Values, heap and collector, strings, arrays, tables, classes, errors: what every engine shares.
//!
//! # The discipline
//! Memory is collected only at *safepoints* ([`Isolate::safepoint`], [`Isolate::step`], and anything
//! that may call user code). A safepoint needs `&mut Isolate`, while every [`Value`] and handle
//! borrows the isolate (`Value<'h>` from `&'h Isolate`), so safe Rust cannot hold a value across
//! one. What must live longer is put on the isolate's [`Stack`], whose slots are roots.
//! Allocation takes `&Isolate` and never collects.
//!
//! Engines plug in through [`Engine`]; the runtime calls back only through [`Cx::call`].

mod array;
mod bits;
mod class;
mod engine;
mod error;
mod fault;
mod function;
mod hash;
mod heap;
mod isolate;
mod natives;
mod object;
pub mod ops;
mod pointer_map;
pub mod raw;
mod stack;
mod strings;
mod table;
mod text;
mod value;

pub use engine::{
    Args, CallingFn, Cx, Engine, FunctionInfo, FunctionRef, HostFn, LeafFn, NativeFn, NativeInfo,
};
pub use fault::{ErrorKind, Fault, Limit, TraceFrame};
pub use isolate::{Config, Isolate, Statistics};
pub use stack::{InterruptHandle, RED_ZONE, Stack};
pub use strings::StringBuilder;
pub use value::{
    Array, BoundMethod, CellRef, Class, Closure, DeferList, ErrorRef, Instance, Kind, Native, Str,
    Table, Unpacked, Value,
};
