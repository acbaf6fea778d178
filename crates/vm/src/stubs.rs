//! Code for callees that are no Sox functions.
//!
//! A native or a class is called like a closure: the call's cache holds it and the code to go on
//! with, a frame is made, and the code of the frame does the rest: [`Op::Native`] runs the native and
//! returns its result, [`Op::Construct`] makes the instance and goes on with `init` in the same
//! frame. So the call instructions need not tell callees apart.

use crate::code::{Ins, Words};
use crate::dispatch::Pc;
use crate::op::Op;
use sox_runtime::{Intrinsic, NativeInfo};
use std::collections::HashMap;

/// The stubs made so far. Their addresses do not change.
#[derive(Default)]
pub(crate) struct Stubs {
    /// By number of the native and count of arguments. Never dropped: natives may be running.
    natives: HashMap<(u32, u32), Words>,
    /// By class and count of arguments. Dropped when a collection ran; none is running then, since
    /// they go on with other code before anything can collect.
    classes: HashMap<(u64, u32), Words>,
}

impl Stubs {
    /// The code to run a native with so many values in its frame.
    pub(crate) fn native(&mut self, number: u32, args: u32, info: &NativeInfo) -> Pc {
        let stub = self.natives.entry((number, args)).or_insert_with(|| {
            let op = match (info.intrinsic, args) {
                (Some(Intrinsic::Push), 2) => Op::NativePush,
                (Some(Intrinsic::Pop), 1) => Op::NativePop,
                (Some(Intrinsic::Length), 1) => Op::NativeLength,
                _ => Op::Native,
            };
            let info = std::ptr::from_ref(info).expose_provenance() as u64;
            Words::new([Ins::wide(op, 0, args).0, info])
        });
        stub.start()
    }

    /// The code to make an instance, initialised with so many arguments by `init` from `entry` on;
    /// if the class has no `init`, both are 0.
    pub(crate) fn class(&mut self, class: u64, args: u32, init: u64, entry: Pc) -> Pc {
        let stub = self.classes.entry((class, args)).or_insert_with(|| {
            let entry = entry.expose_provenance() as u64;
            Words::new([Ins::wide(Op::Construct, 0, args).0, init, entry])
        });
        stub.start()
    }

    /// Drops what names objects that may be gone.
    pub(crate) fn collected(&mut self) {
        self.classes.clear();
    }
}

/// Whether the code makes an instance of a class without `init`.
///
/// # Safety
/// The code was given by [`Stubs::class`].
pub(crate) unsafe fn is_bare(entry: Pc) -> bool {
    // SAFETY: the caller's promise.
    unsafe { *entry.add(1) == 0 }
}
