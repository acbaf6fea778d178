//! Members, elements, parts.

use super::prelude::*;
use crate::access::{self, fields};
use sox_runtime::ops;

/// A = member \[0\] of B; cache: \[1\] shape and slot
#[inline(always)]
pub(crate) unsafe fn get_field<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the cache says that instances of the shape have such a slot.
    unsafe {
        let object = *base.add(ins.b());
        let cell = *pc.add(2);
        if !bits::is_object(object) || access::shape(object) != cell as u32 {
            return D::slow(get_field_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = *fields(object).add((cell >> 32) as usize);
        D::next(pc.add(3), base, ctx)
    }
}

/// Another shape than last time, or no instance.
#[inline(never)]
unsafe fn get_field_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    unsafe {
        let (object, name) = (*base.add(ins.b()), *pc.add(1));
        if bits::is_object(object) {
            let vm = &mut *ctx;
            let known = vm.fields.get(access::shape(object), name).or_else(|| {
                let cell = access::field_cell(&*vm.iso, object, name)?;
                vm.statistics.cache_misses += 1;
                vm.fields.put(name, cell);
                Some(cell)
            });
            if let Some(cell) = known {
                *pc.cast_mut().add(2) = cell;
                *base.add(ins.a()) = *fields(object).add((cell >> 32) as usize);
                return Next { pc: pc.add(3), base };
            }
            if let Some(value) = access::entry(object, name) {
                *base.add(ins.a()) = value;
                return Next { pc: pc.add(3), base };
            }
        }
        get_any(pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn get_any(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let value = {
        // SAFETY: the word is a name of the unit.
        let name = unsafe { access::str_of(frame.following(0)) };
        ops::get_field(frame.iso(), frame.get(ins.b()), name).map(word_of)
    };
    frame.finish(ins.a(), value)
}

/// member \[0\] of A = B; cache: \[1\] shape and slot; if the field is new to the shape, \[2\], \[3\] the
/// shape with it and its number
#[inline(always)]
pub(crate) unsafe fn set_field<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the cache says that instances of the shape have or get such a slot.
    unsafe {
        let object = *base.add(ins.a());
        let cell = *pc.add(2);
        if !bits::is_object(object) || access::shape(object) != cell as u32 {
            return D::slow(set_field_slow, pc, base, ins, ctx);
        }
        let slot = (cell >> 32) as usize;
        if *pc.add(3) != 0 {
            return D::slow(add_field_slow, pc, base, ins, ctx);
        }
        let value = *base.add(ins.b());
        *fields(object).add(slot) = value;
        access::stored(object, value);
        D::next(pc.add(5), base, ctx)
    }
}

/// Adds a field that the cache knows to be new.
#[inline(never)]
unsafe fn add_field_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the cache was made for instances of this one's shape.
    unsafe {
        let (object, value) = (*base.add(ins.a()), *base.add(ins.b()));
        let cells = [*pc.add(2), *pc.add(3), *pc.add(4)];
        if access::add_field(object, cells, value) {
            return Next { pc: pc.add(5), base };
        }
        set_field_slow(pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn set_field_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let (result, cells) = {
        // SAFETY: the word is a name of the unit.
        let name = unsafe { access::str_of(frame.following(0)) };
        let (object, iso) = (frame.get(ins.a()), frame.iso());
        let cells = access::set_field_cells(iso, object, name);
        (ops::set_field(iso, object, name, frame.get(ins.b())), cells)
    };
    if let Some(cells) = cells {
        for (index, cell) in (1..).zip(cells) {
            frame.set_cell(index, cell);
        }
    }
    frame.finish_without_result(result)
}

/// A = B\[C\]
#[inline(always)]
pub(crate) unsafe fn get_index<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        match access::element(*base.add(ins.b()), *base.add(ins.c())) {
            Some(element) => {
                *base.add(ins.a()) = *element;
                D::next(pc.add(1), base, ctx)
            }
            None => D::slow(get_index_slow, pc, base, ins, ctx),
        }
    }
}

#[inline(never)]
unsafe fn get_index_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the words are registers.
    let frame = unsafe {
        if let Some(value) = access::indexed(*base.add(ins.b()), *base.add(ins.c())) {
            *base.add(ins.a()) = value;
            return Next { pc: pc.add(1), base };
        }
        Frame::enter(pc, base, ins, ctx)
    };
    let value = ops::get_index(frame.iso(), frame.get(ins.b()), frame.get(ins.c())).map(word_of);
    frame.finish(ins.a(), value)
}

/// A\[B\] = C
#[inline(always)]
pub(crate) unsafe fn set_index<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let array = *base.add(ins.a());
        match access::element(array, *base.add(ins.b())) {
            Some(element) => {
                let value = *base.add(ins.c());
                *element = value;
                access::stored(array, value);
                D::next(pc.add(1), base, ctx)
            }
            None => D::slow(set_index_slow, pc, base, ins, ctx),
        }
    }
}

#[inline(never)]
unsafe fn set_index_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the words are registers.
    let frame = unsafe {
        let [object, key, value] = [ins.a(), ins.b(), ins.c()].map(|register| *base.add(register));
        match access::set_entry(object, key, value) {
            Some(Ok(())) => return Next { pc: pc.add(1), base },
            Some(Err(fault)) => return Frame::enter(pc, base, ins, ctx).fail(fault),
            None => Frame::enter(pc, base, ins, ctx),
        }
    };
    let result =
        ops::set_index(frame.iso(), frame.get(ins.a()), frame.get(ins.b()), frame.get(ins.c()));
    frame.finish_without_result(result)
}

/// A = A\[…\] with the ends b, which follow A
#[inline(always)]
pub(crate) unsafe fn slice<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(slice_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn slice_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let ends = sox_bytecode::Ends(ins.b() as u8);
    let part = {
        let mut register = ins.a();
        let mut end = |is_there: bool| {
            is_there.then(|| {
                register += 1;
                frame.get(register)
            })
        };
        let (first, last) = (end(ends.has_first()), end(ends.has_last()));
        ops::slice(frame.iso(), frame.get(ins.a()), first, last).map(word_of)
    };
    frame.finish(ins.a(), part)
}

/// A = method \[0\] of superclass C bound to B
#[inline(always)]
pub(crate) unsafe fn get_super<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(get_super_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn get_super_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let method = {
        // SAFETY: the word is a name of the unit.
        let name = unsafe { access::str_of(frame.following(0)) };
        ops::get_super(frame.iso(), frame.get(ins.b()), frame.get(ins.c()), name).map(word_of)
    };
    frame.finish(ins.a(), method)
}
