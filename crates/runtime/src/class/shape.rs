//! Shapes: which fields an instance has, and in which slots.
//!
//! Every class has a tree of them that begins with the shape of no fields; adding a field follows
//! (or makes) the transition by its name. The number of a shape is never given twice, so a cache that
//! compares numbers can hold what is true of a shape for ever.

use crate::Fault;
use crate::heap::Heap;
use crate::object::*;
use crate::pointer_map::PointerMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::ptr::NonNull;

/// Instances with more fields keep them in a table.
pub(crate) const MOST_FIELDS: usize = 128;
/// Names up to here are searched one by one.
const FEW_NAMES: usize = 8;

type Name = NonNull<StringObject>;

impl ShapeObject {
    /// Slots that hold values.
    pub(crate) fn slots_used(&self) -> usize {
        if self.dictionary { 1 } else { self.count as usize }
    }

    /// The slot of a field.
    #[inline]
    pub(crate) fn slot(&self, heap: &Heap, name: Name) -> Option<usize> {
        if self.names.len() <= FEW_NAMES {
            return self.names.iter().position(|&own| own == name);
        }
        let lookup = self.lookup.get_or_init(|| {
            let mut lookup = PointerMap::default();
            for (slot, &name) in self.names.iter().enumerate() {
                lookup.insert(name, slot as u64);
            }
            self.charge(heap, lookup.bytes());
            lookup
        });
        lookup.get(name).map(|slot| slot as usize)
    }

    fn charge(&self, heap: &Heap, bytes: usize) {
        heap.charge_late(bytes);
        self.charged.set(self.charged.get() + bytes);
    }
}

/// A new shape.
fn new_shape(
    heap: &Heap,
    class: NonNull<ClassObject>,
    names: Box<[Name]>,
    dictionary: bool,
) -> Result<NonNull<ShapeObject>, Fault> {
    let bytes = size_of_val(&*names);
    heap.check(bytes)?;
    let number = heap.new_shape_number()?;
    let shape = heap.make(
        ShapeObject {
            header: Header::new(kind::SHAPE, 0),
            number,
            count: names.len() as u32,
            class,
            dictionary,
            names,
            lookup: OnceCell::new(),
            transitions: RefCell::new(PointerMap::default()),
            charged: Cell::new(bytes),
        },
        0,
    )?;
    heap.charge(bytes);
    Ok(shape)
}

/// The shape of instances of a class without fields.
///
/// # Safety
/// The class is alive, in this heap.
pub(crate) unsafe fn root(
    heap: &Heap,
    class: NonNull<ClassObject>,
) -> Result<NonNull<ShapeObject>, Fault> {
    // SAFETY: the caller's promise.
    let fields = unsafe { class.as_ref() };
    if let Some(shape) = fields.root_shape.get() {
        return Ok(shape);
    }
    let shape = new_shape(heap, class, Box::new([]), false)?;
    fields.root_shape.set(Some(shape));
    heap.write_barrier(class, object_bits(shape));
    Ok(shape)
}

/// The shape of instances of a class whose fields are in a table.
///
/// # Safety
/// The class is alive, in this heap.
pub(crate) unsafe fn dictionary(
    heap: &Heap,
    class: NonNull<ClassObject>,
) -> Result<NonNull<ShapeObject>, Fault> {
    // SAFETY: the caller's promise.
    let fields = unsafe { class.as_ref() };
    if let Some(shape) = fields.dictionary_shape.get() {
        return Ok(shape);
    }
    let shape = new_shape(heap, class, Box::new([]), true)?;
    fields.dictionary_shape.set(Some(shape));
    heap.write_barrier(class, object_bits(shape));
    Ok(shape)
}

/// The shape with one more field; `None` if that would be too many.
///
/// # Safety
/// Shape and name are alive, in this heap, and the name is interned and not in the shape.
pub(crate) unsafe fn with_field(
    heap: &Heap,
    shape: NonNull<ShapeObject>,
    name: Name,
) -> Result<Option<NonNull<ShapeObject>>, Fault> {
    // SAFETY: the caller's promise; transitions hold shapes.
    unsafe {
        let fields = shape.as_ref();
        if let Some(next) = fields.transitions.borrow().get(name) {
            let next = std::ptr::with_exposed_provenance_mut(crate::bits::address(next));
            return Ok(NonNull::new(next));
        }
        if fields.names.len() >= MOST_FIELDS {
            return Ok(None);
        }
        let names = fields.names.iter().copied().chain([name]).collect();
        let next = new_shape(heap, fields.class, names, false)?;
        let before = fields.transitions.borrow().bytes();
        fields.transitions.borrow_mut().insert(name, object_bits(next));
        fields.charge(heap, fields.transitions.borrow().bytes() - before);
        heap.write_barrier(shape, object_bits(next));
        let class = fields.class.as_ref();
        class.fields_seen.set(class.fields_seen.get().max(next.as_ref().count));
        Ok(Some(next))
    }
}
