//! The register machine: runs verified bytecode.
//!
//! Bytecode is portable and compact; it is not what runs. On a function's first call its stack code
//! is translated into register code (`translate`) with one word per instruction, constants and
//! caches in the words behind, and runs in an interpreter of small handlers.
//!
//! * `op` is the one table of register instructions, `code` their layout.
//! * `translate` makes register code; its output is checked in debug builds.
//! * `dispatch` says how the interpreter goes from one instruction to the next, in a loop or by
//!   handlers that jump to each other ([`Form`]), `handlers` what each does; `frame` explains frames and is what the out-of-line parts of handlers work with.
//! * `calls` finds the code of callees, `stubs` makes code for those that are no functions;
//!   `methods` remembers what was found for call sites that see several shapes.
//! * `unwind` walks the frames: traces and handlers of errors.
//! * `profile` notes where the program is at the ticks of a clock.
//! * `units` binds modules to an isolate; `access` is all dealing with raw values.
//!
//! # What is unsafe
//! Handlers check nothing that was checked before: the verifier saw to the types of slots and the
//! depths of the stack, the translator made registers, jumps and cells. Everything else that looks
//! at a value tests it first. Code is never patched: caches are words that are data.
//!
//! # Caches and the collector
//! A field cache is keyed by the number of a shape, which is never given twice, and says what is
//! true of the shape for ever; so does a method cache (the method is alive while an instance of the
//! shape is). Caches of callees compare the callee itself; as its address may be used again once it
//! is gone, they are forgotten when a collection ran.
//!
//! # Limits
//! A frame has at most 65,535 registers; a function that needs more raises an error when it is
//! called. Windows of calls beyond register 32,000 raise the base for the call, jumps too far for
//! 16 bits use instructions with 32.

mod access;
mod calls;
mod code;
mod dispatch;
mod frame;
mod handlers;
mod methods;
mod op;
mod profile;
mod stubs;
mod translate;
mod units;
mod unwind;
mod vm;

pub use dispatch::Form;
pub use profile::{Profile, ProfiledFunction};
pub use units::UnitId;
pub use vm::{Executed, Vm, VmStatistics};
