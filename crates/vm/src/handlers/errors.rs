//! Throwing, catching, deferring.

use super::prelude::*;
use super::things::out_of_line;
use sox_runtime::{ErrorKind, Fault, Unpacked};

out_of_line! {
    /// throws A
    throw => throw_slow;
    /// throws on what the handler was entered with, A
    rethrow => rethrow_slow;
    /// A = the value that was thrown, of what the handler was entered with, B
    caught => caught_slow;
    /// raises the failed assertion, with the message A if b is 1
    assert_failed => assert_failed_slow;
    /// A = an empty list of deferred closures
    new_defers => new_defers_slow;
    /// pushes B on the list A
    defer => defer_slow;
    /// goes to b:c with the last closure of list A in register \[0\]
    defer_next => defer_next_slow;
}

#[inline(never)]
unsafe fn throw_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let fault = frame.iso().throw(frame.get(ins.a()), || frame.trace());
    frame.fail(fault)
}

#[inline(never)]
unsafe fn rethrow_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let fault = match frame.get(ins.a()).unpack() {
        Unpacked::Error(error) => {
            frame.iso().set_pending(Some(error));
            Fault::Thrown
        }
        // Only what a handler was entered with is thrown on by compilers; anything else is thrown.
        _ => frame.iso().throw(frame.get(ins.a()), || frame.trace()),
    };
    frame.fail(fault)
}

#[inline(never)]
unsafe fn caught_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let value = match frame.get(ins.b()).unpack() {
        Unpacked::Error(error) => word_of(error.thrown()),
        _ => frame.word(ins.b()),
    };
    frame.finish(ins.a(), Ok(value))
}

#[inline(never)]
unsafe fn assert_failed_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let mut text = "Assertion failed.".to_string();
    if ins.b() == 1 {
        let message = frame.word(ins.a());
        frame.push(message);
        if let Err(fault) = frame.vm_mut().with_cx(|cx| cx.to_text()) {
            return frame.fail(fault);
        }
        let message = frame.iso().stack().pop();
        let message = message.as_str().map_or("", |message| message.text());
        text = format!("Assertion failed: {message}");
    }
    frame.fail(Fault::error(ErrorKind::AssertionError, text))
}

#[inline(never)]
unsafe fn new_defers_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let list = frame.iso().defer_list().map(|list| word_of(list.into()));
    frame.finish(ins.a(), list)
}

#[inline(never)]
unsafe fn defer_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = match frame.get(ins.a()).unpack() {
        Unpacked::DeferList(list) => list.push(frame.iso(), frame.get(ins.b())),
        _ => unreachable!("the verifier knows it is a defer list"),
    };
    frame.finish_without_result(result)
}

#[inline(never)]
unsafe fn defer_next_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let closure = match frame.get(ins.a()).unpack() {
        Unpacked::DeferList(list) => list.pop().map(word_of),
        _ => unreachable!("the verifier knows it is a defer list"),
    };
    if let Some(closure) = closure {
        let register = frame.following(0) as usize;
        frame.put(register, closure);
    }
    frame.branch(closure.is_some(), ins.jump_bc())
}
