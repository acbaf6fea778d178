//! Modules: run once, when first imported.

use super::prelude::*;
use crate::calls::enter;
use crate::units::Progress;
use sox_bytecode::ModuleId;

/// A = the value of module b:c, which runs the first time; A begins a window
#[inline(always)]
pub(crate) unsafe fn import<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(import_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn import_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let number = frame.module_number(ins.bc());
    let module = &frame.vm().modules[number];
    match module.progress {
        Progress::Loaded => {
            let value = Ok(word_of(frame.iso().global(module.value as usize)));
            frame.finish(ins.a(), value)
        }
        Progress::Loading => {
            let fault = frame.vm().circular_import(number);
            frame.fail(fault)
        }
        Progress::NotLoaded => {
            let body = module.body;
            let closure = frame.iso().closure(body, &[]).map(|closure| word_of(closure.into()));
            match closure {
                Ok(closure) => frame.put(ins.a(), closure),
                Err(fault) => return frame.fail(fault),
            }
            // SAFETY: the machine lives on; the window is callee and return word.
            let next = unsafe { enter(frame, 0, false, None) };
            // SAFETY: as above; nothing else refers to the machine now.
            let (vm, window) = unsafe { (&mut *ctx, base.add(ins.a() + 2)) };
            // Unless the call failed, the body runs now.
            if next.base == window {
                vm.modules[number].progress = Progress::Loading;
                vm.loading.push(number);
            }
            next
        }
    }
}

/// the value of module b:c is A
#[inline(always)]
pub(crate) unsafe fn loaded<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(loaded_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn loaded_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let number = frame.module_number(ins.bc());
    let value = frame.vm().modules[number].value;
    frame.iso().set_global(value as usize, frame.get(ins.a()));
    let vm = frame.vm_mut();
    vm.modules[number].progress = Progress::Loaded;
    vm.module_ended(number);
    frame.next()
}

/// module b:c is not loaded
#[inline(always)]
pub(crate) unsafe fn failed<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(failed_slow, pc, base, ins, ctx) }
}

#[cold]
#[inline(never)]
unsafe fn failed_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let number = frame.module_number(ins.bc());
    frame.vm_mut().module_ended(number);
    frame.next()
}

/// A = a table of the variables of module b:c
#[inline(always)]
pub(crate) unsafe fn table<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(table_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn table_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let table = frame.vm().module_table(frame.iso(), frame.unit(), ModuleId(ins.bc()));
    frame.finish(ins.a(), table)
}
