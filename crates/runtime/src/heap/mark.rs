//! Marking: which objects can be reached.
//!
//! A marking begins with what the roots refer to and goes on until no unmarked object can be
//! reached from a marked one. What was marked before (in a minor collection: all old objects) it
//! takes for done. Iterative, with a work list that is bounded: when it is full, an object is marked grey instead
//! and a walk over the blocks finds it later. So a hostile graph cannot make the collector itself
//! need more than [`WORK_LIST`] entries.

use super::Heap;
use super::block::{Block, mark as marks, mark_of};
use crate::bits;
use crate::object::*;
use std::ptr::NonNull;

/// Entries of the work list at most: 2 MiB.
const WORK_LIST: usize = if cfg!(test) { 64 } else { 256 * 1024 };

/// The state of one marking.
#[derive(Default)]
pub(crate) struct Marker {
    /// Values that were looked at.
    pub(super) looked_at: usize,
    work: Vec<NonNull<Header>>,
    /// Some objects are grey.
    overflow: bool,
}

impl Marker {
    /// Marks what a value refers to.
    #[inline]
    pub(crate) fn value(&mut self, value: u64) {
        if bits::is_object(value) {
            self.object(object_at(value));
        }
    }

    /// Marks an object.
    #[inline]
    pub(crate) fn object<T>(&mut self, object: NonNull<T>) {
        let object = object.cast::<Header>();
        // SAFETY: reachable objects are alive.
        let (mark, header) = unsafe { (mark_of(object.cast()), object.as_ref()) };
        if mark.get() != marks::WHITE {
            return;
        }
        mark.set(marks::BLACK);
        debug_assert!(
            (kind::STRING..=kind::SLOTS).contains(&header.kind.get()),
            "the collector met a freed object"
        );
        match header.kind.get() {
            kind::STRING if header.flags.get() & flags::ROPE == 0 => {}
            kind::NATIVE | kind::SLOTS => {}
            _ => {
                // It is old from now on: stores into it must be noted.
                header.flags.set(header.flags.get() | flags::OLD);
                if self.work.len() < WORK_LIST {
                    self.work.push(object);
                } else {
                    mark.set(marks::GREY);
                    self.overflow = true;
                }
            }
        }
    }

    /// Works until nothing is left to mark.
    pub(crate) fn drain(&mut self, heap: &Heap) {
        loop {
            while let Some(object) = self.work.pop() {
                // SAFETY: on the list are only live objects.
                unsafe { self.trace(object) };
            }
            if !std::mem::take(&mut self.overflow) {
                return;
            }
            heap.each_block(|block| {
                // SAFETY: the heap's blocks are alive, and the numbers below their count.
                unsafe {
                    for number in 0..block.as_ref().cells as usize {
                        let mark = Block::mark(block, number);
                        if mark.get() == marks::GREY {
                            mark.set(marks::BLACK);
                            self.trace(Block::cell(block, number).cast());
                            while let Some(object) = self.work.pop() {
                                self.trace(object);
                            }
                        }
                    }
                }
            });
        }
    }

    /// Marks what an object refers to.
    ///
    /// # Safety
    /// The object is alive.
    pub(super) unsafe fn trace(&mut self, object: NonNull<Header>) {
        // SAFETY: the kind tells the layout; pointers in live objects are to live objects, and the
        // counts in them tell how many values follow.
        unsafe {
            match object.as_ref().kind.get() {
                kind::STRING => {
                    let string = object.cast::<StringObject>();
                    if let Some((left, right)) = crate::strings::rope_parts(string) {
                        self.object(left);
                        self.object(right);
                    }
                }
                kind::ARRAY | kind::DEFER_LIST => {
                    let array = object.cast::<ArrayObject>();
                    if crate::array::is_view(array) {
                        return self.value(crate::array::owner(array));
                    }
                    self.values(array.as_ref().items.get(), array.as_ref().length.get() as usize);
                }
                kind::TABLE => {
                    let store = &object.cast::<TableObject>().as_ref().store;
                    self.looked_at += 2 * store.live();
                    for entry in store.live_entries() {
                        self.value(entry.key);
                        self.value(entry.value);
                    }
                }
                kind::CLASS => self.class(object.cast()),
                kind::INSTANCE => {
                    let instance = object.cast::<InstanceObject>();
                    let shape = instance.as_ref().shape.get();
                    self.object(shape);
                    let slots = instance.as_ref().slots.get();
                    if slots as usize != object.as_ptr() as usize + INSTANCE_INLINE {
                        // The slots are in an object of their own, behind its header.
                        self.object(NonNull::new_unchecked(slots.cast::<Header>().sub(1)));
                    }
                    self.values(slots, shape.as_ref().slots_used());
                }
                kind::CLOSURE => {
                    let closure = object.cast::<ClosureObject>();
                    let captures = closure.as_ptr().add(1).cast::<u64>();
                    self.values(captures, closure.as_ref().count as usize);
                }
                kind::BOUND_METHOD => {
                    let bound = object.cast::<BoundMethodObject>().as_ref();
                    self.value(bound.receiver);
                    self.value(bound.method);
                }
                kind::ERROR => {
                    let error = object.cast::<ErrorObject>().as_ref();
                    self.object(error.kind);
                    self.object(error.message);
                    self.object(error.plain);
                    self.value(error.thrown);
                }
                kind::CELL => self.value(object.cast::<CellObject>().as_ref().value.get()),
                kind::SHAPE => self.shape(object.cast()),
                _ => {}
            }
        }
    }

    /// Marks what values refer to.
    ///
    /// # Safety
    /// There are `count` values.
    pub(crate) unsafe fn values(&mut self, values: *const u64, count: usize) {
        self.looked_at += count;
        for at in 0..count {
            // SAFETY: the caller's promise.
            self.value(unsafe { values.add(at).read() });
        }
    }

    /// # Safety
    /// The class is alive.
    unsafe fn class(&mut self, class: NonNull<ClassObject>) {
        // SAFETY: the caller's promise.
        let class = unsafe { class.as_ref() };
        self.object(class.name);
        class.superclass.get().into_iter().for_each(|class| self.object(class));
        class.root_shape.get().into_iter().for_each(|shape| self.object(shape));
        class.dictionary_shape.get().into_iter().for_each(|shape| self.object(shape));
        for (name, method) in class.methods.borrow().iter() {
            self.object(name);
            self.value(method);
        }
    }

    /// # Safety
    /// The shape is alive.
    unsafe fn shape(&mut self, shape: NonNull<ShapeObject>) {
        // SAFETY: the caller's promise.
        let shape = unsafe { shape.as_ref() };
        self.object(shape.class);
        shape.names.iter().for_each(|&name| self.object(name));
        for (_, next) in shape.transitions.borrow().iter() {
            self.value(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Array, Config, Isolate, Unpacked, Value};

    fn array_in(iso: &Isolate, slot: usize) -> Array<'_> {
        match iso.stack().get(slot).unpack() {
            Unpacked::Array(array) => array,
            _ => panic!("no array"),
        }
    }

    /// Graphs much wider and deeper than the work list, which is short in these tests.
    #[test]
    fn a_full_work_list_loses_nothing() {
        let mut iso = Isolate::new(Config { gc_stress: true, ..Config::default() });
        let width = if cfg!(miri) { 200 } else { 3000 };
        iso.stack().push(iso.array(0).unwrap().value());
        for number in 0..width {
            let mut node = iso.array_from(&[Value::number(number as f64)]).unwrap();
            for _ in 0..5 {
                let other = iso.table().unwrap();
                other.set(&iso, Value::number(0.0), node.value()).unwrap();
                node = iso.array_from(&[other.value(), node.value(), other.value()]).unwrap();
            }
            array_in(&iso, 0).push(&iso, node.value()).unwrap();
        }
        for _ in 0..3 {
            iso.safepoint().unwrap();
            for number in 0..width {
                let mut value = array_in(&iso, 0).get(number).unwrap();
                loop {
                    match value.unpack() {
                        Unpacked::Array(array) => value = array.get(0).unwrap(),
                        Unpacked::Table(table) => value = table.get(Value::number(0.0)).unwrap(),
                        _ => break,
                    }
                }
                assert_eq!(value.as_number(), Some(number as f64));
            }
        }
        iso.stack().truncate(0);
        iso.collect();
        assert_eq!(iso.statistics().live_bytes, 0);
    }
}
