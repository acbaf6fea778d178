//! Instances and their fields.

use super::shape;
use crate::heap::Heap;
use crate::object::*;
use crate::value::{Class, Instance, Str, Table, Value};
use crate::{Fault, Isolate};
use std::cell::Cell;
use std::ptr::NonNull;

/// Fields a new instance has room for at least and at most (odd numbers fill the cell).
const LEAST_INLINE: u32 = 3;
const MOST_INLINE: u32 = 31;

type Object = NonNull<InstanceObject>;

/// A new instance.
///
/// # Safety
/// The class is alive, in this heap.
pub(crate) unsafe fn new_instance(
    heap: &Heap,
    class: NonNull<ClassObject>,
) -> Result<Object, Fault> {
    // SAFETY: the caller's promise; the room for the slots was asked for.
    unsafe {
        let shape = match class.as_ref().root_shape.get() {
            Some(shape) => shape,
            None => shape::root(heap, class)?,
        };
        let capacity = class.as_ref().fields_seen.get().clamp(LEAST_INLINE, MOST_INLINE) | 1;
        let header = Header::new(kind::INSTANCE, 0);
        header.shape.set(shape.as_ref().number);
        header.aux.set(capacity as u16);
        let slots = Cell::new(std::ptr::null_mut());
        let object = InstanceObject { header, shape: Cell::new(shape), slots };
        let instance = heap.make(object, capacity as usize * size_of::<u64>())?;
        let slots = instance.as_ptr().cast::<u8>().add(INSTANCE_INLINE).cast();
        instance.as_ref().slots.set(slots);
        Ok(instance)
    }
}

/// Makes room for one more field than the instance has.
///
/// # Safety
/// The instance is alive, in this heap.
unsafe fn grow(heap: &Heap, instance: Object, used: usize) -> Result<(), Fault> {
    // SAFETY: the caller's promise; `used` values are copied to a place with room for more.
    unsafe {
        let fields = instance.as_ref();
        let capacity = (2 * used + 1).min(shape::MOST_FIELDS + 1);
        let size = size_of::<SlotsObject>() + capacity * size_of::<u64>();
        let object = heap.allocate(size, false)?.cast::<SlotsObject>();
        object.write(SlotsObject { header: Header::new(kind::SLOTS, 0) });
        let slots = object.add(1).cast::<u64>().as_ptr();
        slots.copy_from_nonoverlapping(fields.slots.get(), used);
        fields.slots.set(slots);
        fields.header.aux.set(capacity as u16);
        heap.write_barrier(instance, object_bits(object));
        Ok(())
    }
}

/// Moves to another shape.
fn set_shape(fields: &InstanceObject, shape: NonNull<ShapeObject>) {
    fields.shape.set(shape);
    // SAFETY: the shape is alive.
    fields.header.shape.set(unsafe { shape.as_ref() }.number);
}

/// Adds a field.
///
/// # Safety
/// Instance, name and value are alive, in this heap; the name is interned, and no field's yet. The
/// instance's fields are not in a table.
unsafe fn add_field(
    iso: &Isolate,
    instance: Object,
    name: NonNull<StringObject>,
    value: u64,
) -> Result<(), Fault> {
    let heap = iso.heap();
    // SAFETY: the caller's promise; the slot written is within the capacity.
    unsafe {
        let fields = instance.as_ref();
        let shape = fields.shape.get();
        let used = shape.as_ref().count as usize;
        let Some(next) = shape::with_field(heap, shape, name)? else {
            return make_dictionary(iso, instance, name, value);
        };
        if used == fields.header.aux.get() as usize {
            grow(heap, instance, used)?;
        }
        fields.slots.get().add(used).write(value);
        set_shape(fields, next);
        heap.write_barrier(instance, value);
        Ok(())
    }
}

/// Moves the fields to a table and adds one.
///
/// # Safety
/// As [`add_field`].
unsafe fn make_dictionary(
    iso: &Isolate,
    instance: Object,
    name: NonNull<StringObject>,
    value: u64,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise; names and slots of a shape agree.
    unsafe {
        let fields = instance.as_ref();
        let old = fields.shape.get().as_ref();
        let shape = shape::dictionary(iso.heap(), old.class)?;
        let table = iso.table()?;
        for (slot, &name) in old.names.iter().enumerate() {
            let value = fields.slots.get().add(slot).read();
            table.set(iso, Str::from_object(name).value(), Value::from_bits(value))?;
        }
        table.set(iso, Str::from_object(name).value(), Value::from_bits(value))?;
        fields.slots.get().write(table.bits());
        set_shape(fields, shape);
        iso.heap().write_barrier(instance, table.bits());
        Ok(())
    }
}

impl<'h> Instance<'h> {
    fn heap(self) -> &'h Heap {
        // SAFETY: the handle's instance is alive for 'h.
        unsafe { heap_of(self.object()) }
    }

    pub(crate) fn shape(self) -> &'h ShapeObject {
        // SAFETY: the shape of a live instance is alive.
        unsafe { self.object_ref().shape.get().as_ref() }
    }

    /// The table the fields are in, if there are very many.
    fn dictionary(self) -> Option<Table<'h>> {
        // SAFETY: then slot 0 is the table.
        self.shape()
            .dictionary
            .then(|| unsafe { Table::from_bits(self.object_ref().slots.get().read()) })
    }

    /// Its class.
    pub fn class(self) -> Class<'h> {
        // SAFETY: the class of a live shape is alive.
        unsafe { Class::from_object(self.shape().class) }
    }

    /// The value of a field.
    pub fn field(self, name: Str<'h>) -> Option<Value<'h>> {
        if let Some(table) = self.dictionary() {
            return table.get(name.value());
        }
        let slot = self.shape().slot(self.heap(), name.interned()?)?;
        // SAFETY: slots of the shape are initialised with values of the instance's isolate.
        Some(unsafe { Value::from_bits(self.object_ref().slots.get().add(slot).read()) })
    }

    /// Sets a field, adding it if needed.
    pub fn set_field(self, iso: &'h Isolate, name: Str<'h>, value: Value<'h>) -> Result<(), Fault> {
        let heap = iso.heap();
        heap.check_own(self.bits());
        heap.check_own(value.bits());
        heap.check_own(name.bits());
        let name = if name.is_interned() { name } else { iso.intern(name.flat()?)? };
        if let Some(table) = self.dictionary() {
            return table.set(iso, name.value(), value);
        }
        // SAFETY: everything is alive and of this isolate; the name is interned.
        unsafe {
            match self.shape().slot(heap, name.object()) {
                Some(slot) => {
                    self.object_ref().slots.get().add(slot).write(value.bits());
                    heap.write_barrier(self.object(), value.bits());
                    Ok(())
                }
                None => add_field(iso, self.object(), name.object(), value.bits()),
            }
        }
    }

    /// Names and values in order of creation.
    pub fn fields(self) -> impl Iterator<Item = (Str<'h>, Value<'h>)> {
        let dictionary = self.dictionary();
        let shape = self.shape();
        let mut position = 0;
        std::iter::from_fn(move || {
            if let Some(table) = dictionary {
                let (next, name, value) = table.entry(position)?;
                position = next;
                return Some((name.as_str()?, value));
            }
            let name = *shape.names.get(position)?;
            // SAFETY: the fields of a shape the instance had are still there: fields are never
            // removed, unless they moved to a table, whose place is asked for here.
            let value = unsafe {
                match self.dictionary() {
                    Some(table) => table.get(Str::from_object(name).value())?,
                    None => Value::from_bits(self.object_ref().slots.get().add(position).read()),
                }
            };
            position += 1;
            // SAFETY: names of shapes are strings of the isolate.
            Some((unsafe { Str::from_object(name) }, value))
        })
    }
}

impl Isolate {
    /// An instance without fields.
    pub fn instance<'h>(&'h self, class: Class<'h>) -> Result<Instance<'h>, Fault> {
        self.heap().check_own(class.bits());
        // SAFETY: the class is alive and of this isolate.
        unsafe {
            new_instance(self.heap(), class.object()).map(|object| Instance::from_object(object))
        }
    }
}
