//! Making strings, arrays, tables and classes; printing.

use super::prelude::*;
use crate::access;
use sox_runtime::{Unpacked, Value, ops};

/// A handler that is all out of line.
macro_rules! out_of_line {
    ($($(#[$doc:meta])+ $name:ident => $slow:ident;)*) => { $(
        $(#[$doc])+
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe { D::slow($slow, pc, base, ins, ctx) }
        }
    )* };
}
pub(super) use out_of_line;

out_of_line! {
    /// A = the joined texts of the b registers from A on
    interpolate => interpolate_slow;
    /// A = an array of the b registers from A on
    new_array => new_array_slow;
    /// array A gets the b registers after A
    append_items => append_items_slow;
    /// A = an empty table
    new_table => new_table_slow;
    /// table A gets the b pairs of registers after A
    insert_pairs => insert_pairs_slow;
    /// A = an unfinished class called \[0\]
    new_class => new_class_slow;
    /// class A inherits from B
    inherit => inherit_slow;
    /// class A gets method \[0\]: B
    add_method => add_method_slow;
    /// prints A
    print => print_slow;
}

/// finishes class A
#[inline(always)]
pub(crate) unsafe fn finish_class<D: Dispatch>(
    pc: Pc,
    base: Base,
    _ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`. A class is complete when its methods were added.
    unsafe { D::next(pc.add(1), base, ctx) }
}

#[inline(never)]
unsafe fn interpolate_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    // There may be many parts; they are what is topmost in the frame, so they are joined in place.
    frame.set_top(ins.a() + ins.b());
    frame.with_cx(|cx| cx.interpolate(ins.b())).and_go_on()
}

#[inline(never)]
unsafe fn new_array_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let array = frame.iso().array_from(frame.values(ins.a(), ins.b()));
    let array = array.map(|array| word_of(array.into()));
    frame.finish(ins.a(), array)
}

#[inline(never)]
unsafe fn append_items_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = match frame.get(ins.a()).unpack() {
        Unpacked::Array(array) => {
            let mut items = frame.values(ins.a() + 1, ins.b()).iter();
            items.try_for_each(|&item| array.push(frame.iso(), item))
        }
        _ => unreachable!("the verifier knows it is an array"),
    };
    frame.finish_without_result(result)
}

#[inline(never)]
unsafe fn new_table_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let table = frame.iso().table().map(|table| word_of(table.into()));
    frame.finish(ins.a(), table)
}

#[inline(never)]
unsafe fn insert_pairs_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = match frame.get(ins.a()).unpack() {
        Unpacked::Table(table) => {
            let mut pairs = frame.values(ins.a() + 1, 2 * ins.b()).chunks_exact(2);
            pairs.try_for_each(|pair| table.set(frame.iso(), pair[0], pair[1]))
        }
        _ => unreachable!("the verifier knows it is a table"),
    };
    frame.finish_without_result(result)
}

#[inline(never)]
unsafe fn new_class_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    // SAFETY: the word is a name of the unit.
    let name = unsafe { access::str_of(frame.following(0)) };
    let class = frame.iso().class(name).map(|class| word_of(class.into()));
    frame.finish(ins.a(), class)
}

#[inline(never)]
unsafe fn inherit_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = match (frame.get(ins.a()).unpack(), frame.get(ins.b()).unpack()) {
        (Unpacked::Class(class), Unpacked::Class(superclass)) => {
            class.inherit(superclass);
            Ok(())
        }
        _ => Err(ops::superclass_must_be_a_class()),
    };
    frame.finish_without_result(result)
}

#[inline(never)]
unsafe fn add_method_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    // SAFETY: the word is a name of the unit.
    let name = unsafe { access::str_of(frame.following(0)) };
    let result = match (frame.get(ins.a()).unpack(), frame.get(ins.b()).unpack()) {
        (Unpacked::Class(class), Unpacked::Closure(method)) => {
            class.add_method(frame.iso(), name, method)
        }
        _ => unreachable!("the verifier knows they are class and closure"),
    };
    frame.finish_without_result(result)
}

#[inline(never)]
unsafe fn print_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let value = frame.word(ins.a());
    frame.push(value);
    frame.with_cx(|cx| cx.print()).and_go_on()
}

/// Values are their words.
const _: () = assert!(size_of::<Value<'_>>() == size_of::<u64>());
