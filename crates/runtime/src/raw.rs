//! Values and objects as bits, for the core of an engine.
//!
//! An engine that interprets or generates code works on the same memory as the handles, without
//! their checks. It promises, instead:
//!
//! 1. **Rooting.** Between two safepoints every value stays valid. At a safepoint (every call of a
//!    function that takes `&mut Isolate`) each object still needed is in a slot of the stack below its
//!    top, or reachable from one, or in a global or constant.
//! 2. **Stack.** Before a safepoint the top is set ([`set_top`]) so that all live frames are below,
//!    and every slot below it holds a value or a word that is a number (return addresses with the
//!    upper bits clear). Slots are written only below [`stack_limit`] + [`crate::RED_ZONE`]; the
//!    limit was compared with (or [`extend_stack`] called) first.
//! 3. **Stores.** A pointer stored into an object is followed by [`write_barrier`].
//! 4. **Isolates.** Values of one isolate do not get into another.
//! 5. **Objects** are of the kind they are accessed as: test with [`RawValue::object`] and the
//!    header's kind or shape before.
//!
//! # Caches
//! `Header::shape` is one `u32` at a fixed offset for all objects. For objects that are not instances
//! it is the kind; instances have the number of their shape, which is never given to another shape. So
//! what [`field_slot`], [`method_of`] and [`added_slot`] answer for a shape holds for ever and may be
//! kept beside the code: compare the number, then use the answer. (A closure kept like this is alive
//! when the number matches, because the instance keeps its class alive.)

use crate::bits;
use crate::class::shape;
use crate::object::{self, heap_of};
use crate::value::{Class, Closure, Instance, Str, Value};
use crate::{Fault, Isolate};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;

pub use bits::{
    CANONICAL_NAN, FALSE, NIL, NUMBER_MAX, TAG, TRUE, UNSET, address, is_number, is_object, number,
};
pub use object::{
    ArrayObject, BoundMethodObject, CellObject, ClassObject, ClosureObject, FIRST_SHAPE, Header,
    InstanceObject, NativeObject, ShapeObject, StringObject, TableObject, VIEW_SHAPE, flags, kind,
};

/// Byte offsets generated code uses.
pub mod offset {
    use super::*;
    use std::mem::offset_of;

    /// The kind of an object: a byte.
    pub const KIND: usize = offset_of!(Header, kind);
    /// The shape of an object: 32 bits.
    pub const SHAPE: usize = offset_of!(Header, shape);
    /// The slots of an instance: a pointer to values.
    pub const INSTANCE_SLOTS: usize = offset_of!(InstanceObject, slots);
    /// The length of an array: 32 bits.
    pub const ARRAY_LENGTH: usize = offset_of!(ArrayObject, length);
    /// The elements of an array that fit: 32 bits.
    pub const ARRAY_CAPACITY: usize = offset_of!(ArrayObject, capacity);
    /// The items of an array: a pointer to values.
    pub const ARRAY_ITEMS: usize = offset_of!(ArrayObject, items);
    /// The function number of a closure: 32 bits.
    pub const CLOSURE_FUNCTION: usize = offset_of!(ClosureObject, function);
    /// The captures of a closure: values, one after another.
    pub const CLOSURE_CAPTURES: usize = object::CLOSURE_INLINE;
    /// The value in a cell.
    pub const CELL_VALUE: usize = offset_of!(CellObject, value);
    /// The receiver of a bound method.
    pub const BOUND_RECEIVER: usize = offset_of!(BoundMethodObject, receiver);
    /// The method of a bound method.
    pub const BOUND_METHOD: usize = offset_of!(BoundMethodObject, method);
    /// The registry number of a native: 32 bits.
    pub const NATIVE_NUMBER: usize = offset_of!(NativeObject, number);
}

/// The bits of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct RawValue(pub u64);

impl RawValue {
    /// `nil`.
    pub const NIL: RawValue = RawValue(NIL);
    /// `true`.
    pub const TRUE: RawValue = RawValue(TRUE);
    /// `false`.
    pub const FALSE: RawValue = RawValue(FALSE);
    /// The unset mark.
    pub const UNSET: RawValue = RawValue(UNSET);

    /// A number; NaNs are made canonical.
    #[inline(always)]
    pub fn number(value: f64) -> RawValue {
        RawValue(number(value))
    }

    /// The result of an arithmetic instruction on numbers, whose NaN is not from outside: hardware
    /// gives `0x7FF8…` or `0xFFF8…`, or one of its operands.
    #[inline(always)]
    pub fn arithmetic(value: f64) -> RawValue {
        debug_assert!(is_number(value.to_bits()));
        RawValue(value.to_bits())
    }

    /// A boolean.
    #[inline(always)]
    pub fn bool(value: bool) -> RawValue {
        RawValue(FALSE + value as u64)
    }

    /// Whether it is a number.
    #[inline(always)]
    pub fn is_number(self) -> bool {
        is_number(self.0)
    }

    /// The bits as a double: a NaN for everything that is no number.
    #[inline(always)]
    pub fn as_f64(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// Whether it is an object.
    #[inline(always)]
    pub fn is_object(self) -> bool {
        is_object(self.0)
    }

    /// Whether it is neither nil nor false.
    #[inline(always)]
    pub fn is_truthy(self) -> bool {
        self.0 | 1 != FALSE
    }

    /// The header, if it is an object.
    #[inline(always)]
    pub fn object(self) -> Option<NonNull<Header>> {
        match is_object(self.0) {
            true => NonNull::new(std::ptr::with_exposed_provenance_mut(address(self.0))),
            false => None,
        }
    }

    /// The object, without asking whether it is one.
    ///
    /// # Safety
    /// It is one, of the layout `T`.
    #[inline(always)]
    pub unsafe fn cast<T>(self) -> NonNull<T> {
        // SAFETY: an object is not at address 0.
        unsafe { NonNull::new_unchecked(std::ptr::with_exposed_provenance_mut(address(self.0))) }
    }

    /// The kind in the header, if it is an object.
    ///
    /// # Safety
    /// The value is alive.
    #[inline(always)]
    pub unsafe fn object_kind(self) -> Option<u8> {
        // SAFETY: the caller's promise.
        self.object().map(|header| unsafe { header.as_ref() }.kind.get())
    }

    /// The shape in the header, if it is an object.
    ///
    /// # Safety
    /// The value is alive.
    #[inline(always)]
    pub unsafe fn object_shape(self) -> Option<u32> {
        // SAFETY: the caller's promise.
        self.object().map(|header| unsafe { header.as_ref() }.shape.get())
    }

    /// The value of an object.
    #[inline(always)]
    pub fn from_object<T>(object: NonNull<T>) -> RawValue {
        RawValue(object::object_bits(object))
    }

    /// As a safe value.
    ///
    /// # Safety
    /// `'h` borrows the isolate the value is of, and it is alive.
    #[inline(always)]
    pub unsafe fn value<'h>(self) -> Value<'h> {
        // SAFETY: the caller's promise.
        unsafe { Value::from_bits(self.0) }
    }
}

impl From<Value<'_>> for RawValue {
    #[inline(always)]
    fn from(value: Value<'_>) -> RawValue {
        RawValue(value.bits())
    }
}

// ---- Stack, globals -------------------------------------------------------------------------

/// The first slot of the stack; it never moves.
pub fn stack_base(iso: &Isolate) -> *mut u64 {
    iso.stack().base().as_ptr().cast()
}

/// The word that calls and back-edges compare with: the address up to which frames may begin. It
/// reads 0 when a safepoint is wanted, and always under [`crate::Config::gc_stress`]. Code that finds
/// its place beyond it reaches a safepoint ([`Isolate::safepoint`]), then a call makes sure of its
/// slots with [`extend_stack`] and goes on whatever the word says. The word stays where it is as long
/// as the isolate.
pub fn stack_limit(iso: &Isolate) -> *const AtomicUsize {
    &raw const iso.heap().attention.limit
}

/// Makes slots up to a number (counted from the base, red zone left out) usable: what a call does
/// when the limit stops it. `Stack overflow.` beyond the end. Not a safepoint.
pub fn extend_stack(iso: &Isolate, slots: usize) -> Result<(), Fault> {
    iso.stack().reserve(slots.saturating_sub(iso.stack().len()))
}

/// Slots from the base on that are in use.
///
/// # Safety
/// They hold values of the isolate or words that are numbers, and were made usable.
#[inline]
pub unsafe fn set_top(iso: &Isolate, slots: usize) {
    // SAFETY: the caller's promise.
    unsafe { iso.stack().set_top(slots) }
}

/// The globals; valid until [`Isolate::add_globals`].
pub fn globals(iso: &Isolate) -> *mut u64 {
    iso.globals().as_ptr().cast_mut().cast()
}

/// To be called after a pointer was stored into an object.
///
/// # Safety
/// The object is alive.
#[inline(always)]
pub unsafe fn write_barrier(object: NonNull<Header>, value: RawValue) {
    // SAFETY: the caller's promise.
    unsafe { crate::heap::write_barrier(object, value.0) }
}

// ---- Objects --------------------------------------------------------------------------------

/// The captures of a closure.
///
/// # Safety
/// The closure is alive.
#[inline(always)]
pub unsafe fn captures(closure: NonNull<ClosureObject>) -> *mut u64 {
    // SAFETY: they stand behind the object.
    unsafe { closure.as_ptr().cast::<u8>().add(object::CLOSURE_INLINE).cast() }
}

/// Appends to an array: the fast path that needs no check of isolates.
///
/// # Safety
/// Both are alive, and of this isolate.
#[inline(always)]
pub unsafe fn array_push(
    iso: &Isolate,
    array: NonNull<ArrayObject>,
    value: RawValue,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    unsafe { crate::array::push(iso.heap(), array, value.0) }
}

/// A closure whose captures are still to be written: until then it must not meet a safepoint.
pub fn new_closure(
    iso: &Isolate,
    function: crate::FunctionRef,
    count: usize,
) -> Result<NonNull<ClosureObject>, Fault> {
    let header = Header::new(kind::CLOSURE, 0);
    let object = ClosureObject { header, function: function.0, count: count as u32 };
    let closure = iso.heap().make(object, count * size_of::<u64>())?;
    // SAFETY: room for the captures was asked for.
    unsafe { captures(closure).write_bytes(0, count) };
    Ok(closure)
}

/// A cell.
///
/// # Safety
/// The value is alive, and of this isolate.
#[inline]
pub unsafe fn new_cell(iso: &Isolate, value: RawValue) -> Result<NonNull<CellObject>, Fault> {
    let header = Header::new(kind::CELL, 0);
    iso.heap().make(CellObject { header, value: Cell::new(value.0) }, 0)
}

/// An instance without fields.
///
/// # Safety
/// The class is alive, and of this isolate.
#[inline]
pub unsafe fn new_instance(
    iso: &Isolate,
    class: NonNull<ClassObject>,
) -> Result<NonNull<InstanceObject>, Fault> {
    // SAFETY: the caller's promise.
    unsafe { crate::class::new_instance(iso.heap(), class) }
}

/// The interned string with the text of this one.
pub fn interned<'h>(iso: &'h Isolate, name: Str<'h>) -> Result<Str<'h>, Fault> {
    if name.is_interned() { Ok(name) } else { iso.intern(name.flat()?) }
}

// ---- What caches hold -----------------------------------------------------------------------

/// The slot of a field in all instances of this one's shape. `None`: no such field, or fields that
/// are not in slots; see [`method_of`].
pub fn field_slot(iso: &Isolate, instance: Instance<'_>, name: Str<'_>) -> Option<u32> {
    iso.heap().check_own(instance.bits());
    let shape = instance.shape();
    if shape.dictionary {
        return None;
    }
    shape.slot(iso.heap(), name.interned()?).map(|slot| slot as u32)
}

/// The method that calling this name finds in all instances of this one's shape: there is no field
/// of the name in it. `None`: a field, no such method, or an instance whose fields are not implied by
/// its shape.
pub fn method_of<'h>(
    iso: &'h Isolate,
    instance: Instance<'h>,
    name: Str<'h>,
) -> Option<Closure<'h>> {
    iso.heap().check_own(instance.bits());
    let shape = instance.shape();
    if shape.dictionary || shape.slot(iso.heap(), name.interned()?).is_some() {
        return None;
    }
    instance.class().method(name)
}

/// What adding a field does to all instances of a shape: `slots[slot] = value`, then
/// [`set_shape`] with the new shape, if `slot` is below the number of slots an instance has
/// ([`Header::aux`]); otherwise the slow way ([`Instance::set_field`]).
#[derive(Clone, Copy)]
pub struct AddedField {
    /// The slot the field goes to.
    pub slot: u32,
    /// The number of the new shape.
    pub number: u32,
    /// The new shape: alive as long as an instance of the old one is.
    pub shape: NonNull<ShapeObject>,
}

/// What adding this field would do. `None`: the field exists, or instances of the shape do not
/// take another one in a slot.
pub fn added_slot<'h>(
    iso: &'h Isolate,
    instance: Instance<'h>,
    name: Str<'h>,
) -> Result<Option<AddedField>, Fault> {
    iso.heap().check_own(instance.bits());
    iso.heap().check_own(name.bits());
    let name = interned(iso, name)?;
    let fields = instance.object_ref();
    let current = instance.shape();
    if current.dictionary || current.slot(iso.heap(), name.object()).is_some() {
        return Ok(None);
    }
    // SAFETY: everything is alive and of this isolate; the name is interned and new to the shape.
    let next = unsafe { shape::with_field(iso.heap(), fields.shape.get(), name.object())? };
    Ok(next.map(|next| AddedField {
        slot: current.count,
        // SAFETY: the transition keeps the shape alive.
        number: unsafe { next.as_ref() }.number,
        shape: next,
    }))
}

/// Moves an instance to the shape with the field whose slot was just written.
///
/// # Safety
/// The instance has the shape [`added_slot`] was asked about, and room for the slot, which is written.
#[inline(always)]
pub unsafe fn set_shape(instance: NonNull<InstanceObject>, added: AddedField) {
    // SAFETY: the caller's promise.
    let fields = unsafe { instance.as_ref() };
    fields.shape.set(added.shape);
    fields.header.shape.set(added.number);
}

/// The class of an instance.
///
/// # Safety
/// The instance is alive, and `'h` borrows its isolate.
#[inline]
pub unsafe fn class_of<'h>(instance: NonNull<InstanceObject>) -> Class<'h> {
    // SAFETY: the caller's promise; shape and class of a live instance are alive.
    unsafe { Class::from_object(instance.as_ref().shape.get().as_ref().class) }
}

/// Looks a key up in a table.
///
/// # Safety
/// Both are alive and of one isolate.
#[inline(always)]
pub unsafe fn table_get(table: NonNull<TableObject>, key: RawValue) -> Option<RawValue> {
    // SAFETY: the caller's promise.
    unsafe { table.as_ref().store.get(heap_of(table), key.0).map(RawValue) }
}

/// Sets the value of a key of a table.
///
/// # Safety
/// All are alive and of one isolate.
#[inline(always)]
pub unsafe fn table_set(
    table: NonNull<TableObject>,
    key: RawValue,
    value: RawValue,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    unsafe { crate::table::set(heap_of(table), table, key.0, value.0) }
}

/// The character at an index of a string, if that takes no more than a look.
///
/// # Safety
/// The string is alive.
#[inline(always)]
pub unsafe fn character_at(string: NonNull<StringObject>, index: RawValue) -> Option<RawValue> {
    let number = index.as_f64();
    let at = number as u32;
    // SAFETY: the caller's promise; a flat string has its length of bytes.
    unsafe {
        let fields = string.as_ref();
        let wanted = fields.header.flags.get() & (flags::ASCII | flags::ROPE) == flags::ASCII;
        if !wanted || f64::from(at) != number || at >= fields.length {
            return None;
        }
        let byte = fields.data.get().add(at as usize).read();
        heap_of(string).characters[byte as usize & 127].get().map(RawValue::from_object)
    }
}

/// `a + b` of strings; `None` if one of them is something else.
///
/// # Safety
/// Both are alive, and of this isolate.
#[inline(always)]
pub unsafe fn join(iso: &Isolate, a: RawValue, b: RawValue) -> Option<Result<RawValue, Fault>> {
    // SAFETY: the caller's promise; strings are told by their kind.
    unsafe {
        if a.object_kind() != Some(kind::STRING) || b.object_kind() != Some(kind::STRING) {
            return None;
        }
        let joined = crate::strings::concat(iso.heap(), a.cast(), b.cast());
        Some(joined.map(RawValue::from_object))
    }
}

/// The row of a native, and whether its argument 0 is the receiver, which the row does not count.
pub fn native(iso: &Isolate, number: usize) -> (&crate::NativeInfo, bool) {
    let (info, method) = iso.natives.info(number);
    // SAFETY: descriptions live as long as the isolate and are only read.
    (unsafe { info.as_ref() }, method)
}
