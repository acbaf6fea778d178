//! Values, heap and collector, strings, arrays, tables, classes, errors: what every engine shares.
//!
//! # The discipline
//! Memory is collected only at *safepoints* ([`Isolate::safepoint`], [`Isolate::step`], and anything
//! that may call user code). A safepoint needs `&mut Isolate`, while every [`Value`] and handle
//! borrows the isolate (`Value<'h>` from `&'h Isolate`), so safe Rust cannot hold a value across
//! one. What must live longer is put on the isolate's [`Stack`], whose slots are roots.
//! Allocation takes `&Isolate` and never collects.
//!
//! Engines plug in through [`Engine`]; the runtime calls back only through [`Cx::call`]. An engine's
//! core that works on bits finds layouts and its part of the contract in [`raw`].
//!
//! ```
//! use sox_runtime::{Config, Isolate, Value};
//!
//! let mut iso = Isolate::new(Config::default());
//! let array = iso.array(1)?;
//! array.push(&iso, iso.string("kept")?.value())?;
//! iso.stack().push(array.value());
//! iso.safepoint()?; // `array` cannot be used any more
//! let kept = iso.stack().get(0);
//! assert_eq!(iso.text_of(kept)?.unwrap().text(), "[kept]");
//! # Ok::<(), sox_runtime::Fault>(())
//! ```
//!
//! ```compile_fail
//! # use sox_runtime::{Config, Isolate};
//! # let mut iso = Isolate::new(Config::default());
//! let text = iso.string("lost").unwrap();
//! iso.safepoint().unwrap();
//! text.text(); // the string may be gone
//! ```
//!
//! # Where things are
//! | Module | What |
//! |---|---|
//! | `bits`, `value` | NaN boxing; [`Value`] and the handles |
//! | `object` | layouts; every object begins with kind, flags and shape in 8 bytes |
//! | `heap` | blocks, buffers, allocation, marking, sweeping, the account of memory |
//! | `strings`, `array`, `table`, `class`, `function`, `error` | one kind of object each |
//! | `stack`, `natives`, `isolate` | roots and registries |
//! | [`ops`], `text` | the operations of the language and printed forms, with their messages |
//! | [`poh`] | what PohLang does differently |
//!
//! # Why it is sound
//! * **Liveness.** Objects are freed only in [`Isolate::collect`], which has `&mut Isolate`; each
//!   handle and value has the lifetime of a `&Isolate` it came from. What a collection keeps is what
//!   the roots reach, and all later values are read from those.
//! * **One isolate.** Two isolates' values may have the same lifetime, so types cannot tell them
//!   apart. Every block of the heap names its owner in its header, which masking an object's address
//!   finds; every safe store compares it and panics, in release builds too. Reading needs no check.
//! * **No stale references.** What may change in an object is in cells, and items, entries, slots
//!   and captures are only copied out. References are given to a string's bytes alone: these never
//!   change or move, and live until a safepoint; appending in place writes behind the fill mark, where
//!   no string looks, and growing leaves the old buffer to its users.
//! * **The stack** never moves; slots beyond its top are not readable, and a collection sets all
//!   that were written to nil.
//! * **Threads.** An isolate owns all it points to and shares nothing but an atomic word and flag,
//!   so it is `Send`; it is not `Sync`, so handles are not `Send`.
//! * **Engines' cores** promise the rest, in [`raw`].
//!
//! Work on data of any depth (marking, printing, comparing, flattening, freeing) is iterative.
//! The tests run under Miri and with a collection at every safepoint, which also poisons what is freed.

mod arena;
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
pub mod poh;
mod pointer_map;
pub mod raw;
mod stack;
mod strings;
mod table;
mod text;
mod value;

pub use arena::share_one_arena;
pub use engine::{
    Args, CallingFn, Cx, Engine, FunctionInfo, FunctionRef, HostFn, Intrinsic, LeafFn, NativeFn,
    NativeInfo,
};
pub use fault::{ErrorKind, Fault, Limit, Message, TraceFrame};
pub use isolate::{Config, Isolate, Statistics};
pub use stack::{InterruptHandle, RED_ZONE, Stack};
pub use strings::StringBuilder;
pub use value::{
    Array, BoundMethod, CellRef, Class, Closure, DeferList, ErrorRef, Instance, Kind, Native, Str,
    Table, Unpacked, Value,
};
