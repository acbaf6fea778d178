//! Values and objects as words: everything this crate does with [`sox_runtime::raw`].
//!
//! Registers are words. A word becomes a [`Value`] where the runtime's operations want one; in the
//! handlers it mostly stays what it is. The functions here say what makes each access sound, in terms
//! of what the verifier and the translator guarantee about registers.

mod arrays;
mod copied;

use crate::dispatch::{Base, Ctx};
use sox_runtime::raw::{self, RawValue};
use sox_runtime::{Args, Fault, FunctionRef, Intrinsic, Isolate, NativeInfo, Str, Unpacked, Value};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use arrays::{array_length, element, floor, pop, push};
pub(crate) use copied::{is_shared_list, push_own, read_element, set_own_element, share};
pub(crate) use sox_runtime::raw as bits;
pub(crate) use sox_runtime::raw::CellObject;

/// The word of an empty cache cell: no value has it.
pub(crate) const NO_CALLEE: u64 = 0xfffa_0000_0000_00ff;
/// The number of no function.
pub(crate) const NO_FUNCTION: u64 = u64::MAX;
/// The shape of tables.
const TABLE_SHAPE: u32 = raw::kind::TABLE as u32;
/// The shape of strings.
const STRING_SHAPE: u32 = raw::kind::STRING as u32;
/// The shape of closures.
const CLOSURE_SHAPE: u32 = raw::kind::CLOSURE as u32;

/// `true` or `false`.
#[inline(always)]
pub(crate) fn truth(value: bool) -> u64 {
    raw::FALSE + u64::from(value)
}

/// Whether a value is nil or false.
#[inline(always)]
pub(crate) fn is_false(word: u64) -> bool {
    word | 1 == raw::FALSE
}

/// The word of a value.
#[inline(always)]
pub(crate) fn word_of(value: Value<'_>) -> u64 {
    RawValue::from(value).0
}

/// The value of a word.
///
/// # Safety
/// It is a value of the isolate `'h` borrows, and alive.
#[inline(always)]
pub(crate) unsafe fn value_of<'h>(word: u64) -> Value<'h> {
    // SAFETY: the caller's promise.
    unsafe { RawValue(word).value() }
}

/// The string of a word.
///
/// # Safety
/// As [`value_of`], and it is a string.
pub(crate) unsafe fn str_of<'h>(word: u64) -> Str<'h> {
    // SAFETY: the caller's promise.
    unsafe { value_of(word) }.as_str().expect("a name is a string")
}

/// The object of a word.
#[inline(always)]
pub(crate) fn object_at<T>(word: u64) -> *const T {
    debug_assert!(raw::is_object(word));
    std::ptr::with_exposed_provenance(raw::address(word))
}

/// The shape of an object.
///
/// # Safety
/// The word is a live object.
#[inline(always)]
pub(crate) unsafe fn shape(word: u64) -> u32 {
    // SAFETY: every object begins with a header.
    unsafe { (*object_at::<raw::Header>(word)).shape.get() }
}

/// Capture `index` of a closure.
///
/// # Safety
/// The word is a live closure with so many captures.
#[inline(always)]
pub(crate) unsafe fn capture(closure: u64, index: usize) -> *mut u64 {
    // SAFETY: the caller's promise.
    unsafe { raw::captures(RawValue(closure).cast()).add(index) }
}

/// Stores into a cell.
///
/// # Safety
/// The first word is a live cell, the other a live value of the same isolate.
#[inline(always)]
pub(crate) unsafe fn set_cell(cell: u64, value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        (*object_at::<CellObject>(cell)).value.set(value);
        raw::write_barrier(RawValue(cell).cast(), RawValue(value));
    }
}

/// A global of the isolate.
///
/// # Safety
/// The machine runs; there is such a global.
#[inline(always)]
pub(crate) unsafe fn global(ctx: Ctx, number: u32) -> *mut u64 {
    // SAFETY: the caller's promise.
    unsafe { (*ctx).globals.add(number as usize) }
}

/// Whether something wants attention before a frame or a loop's turn begins here: the stack's end,
/// a collection, an interrupt, a count of steps.
///
/// # Safety
/// The machine runs.
#[inline(always)]
pub(crate) unsafe fn is_beyond_limit(base: Base, ctx: Ctx) -> bool {
    // SAFETY: the limit is the isolate's or a constant of the program.
    unsafe { base.addr() > (*(*ctx).limit).load(Ordering::Relaxed) }
}

/// A limit that everything is beyond: each call and turn takes the slow path.
static NOTHING: AtomicUsize = AtomicUsize::new(0);

/// The word that frames and turns are compared with.
pub(crate) fn limit(iso: &Isolate) -> *const AtomicUsize {
    let config = iso.config();
    let counted = config.max_steps.is_some() || config.max_frames < crate::vm::FEW_FRAMES;
    if counted { &raw const NOTHING } else { raw::stack_limit(iso) }
}

/// The globals.
pub(crate) fn globals(iso: &Isolate) -> *mut u64 {
    raw::globals(iso)
}

/// The stack slot with this number.
pub(crate) fn slot(iso: &Isolate, index: usize) -> Base {
    raw::stack_base(iso).wrapping_add(index)
}

/// The number of a stack slot.
pub(crate) fn index(iso: &Isolate, slot: Base) -> usize {
    (slot.addr() - raw::stack_base(iso).addr()) / size_of::<u64>()
}

/// Makes a slot the first that is not in use.
///
/// # Safety
/// All slots below were made usable, and hold values or numbers.
#[inline]
pub(crate) unsafe fn set_top(iso: &Isolate, slot: Base) {
    // SAFETY: the caller's promise.
    unsafe { raw::set_top(iso, index(iso, slot)) }
}

/// Makes `count` slots from one on usable, or fails with `Stack overflow.`
///
/// # Safety
/// The slot is on the stack.
pub(crate) unsafe fn reserve(iso: &Isolate, slot: Base, count: usize) -> Result<(), Fault> {
    raw::extend_stack(iso, index(iso, slot) + count)
}

/// Collections that ran so far.
#[inline]
pub(crate) fn collections(iso: &Isolate) -> u64 {
    iso.collections()
}

/// The function of a callee, if it is a closure.
#[inline]
pub(crate) fn function_of(callee: u64) -> Option<FunctionRef> {
    if !raw::is_object(callee) {
        return None;
    }
    // SAFETY: callees of frames are live objects; closures are told by their shape.
    unsafe {
        if shape(callee) != CLOSURE_SHAPE {
            return None;
        }
        Some(FunctionRef((*object_at::<raw::ClosureObject>(callee)).function))
    }
}

/// Whether a value is a closure of a function.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub(crate) unsafe fn is_closure_of(callee: u64, function: u64) -> bool {
    // SAFETY: closures are told by their shape.
    unsafe {
        raw::is_object(callee)
            && shape(callee) == CLOSURE_SHAPE
            && u64::from((*object_at::<raw::ClosureObject>(callee)).function) == function
    }
}

/// Whether two objects are equal: the same, or strings with the same text.
///
/// # Safety
/// Both words are live objects.
#[cold]
#[inline(never)]
pub(crate) unsafe fn equal_objects(a: u64, b: u64) -> bool {
    // SAFETY: the caller's promise.
    unsafe { sox_runtime::ops::equal(value_of(a), value_of(b)) }
}

/// A native's row, and whether its first argument is a receiver.
pub(crate) fn native(iso: &Isolate, number: usize) -> (&NativeInfo, bool) {
    raw::native(iso, number)
}

/// What the translator wants to know of a native.
#[derive(Clone, Copy)]
pub(crate) struct KnownNative {
    /// The address of its row.
    pub(crate) info: u64,
    pub(crate) required: u32,
    pub(crate) params: u32,
    pub(crate) intrinsic: Option<Intrinsic>,
}

/// The native that a constant is, unless it expects a receiver.
///
/// # Safety
/// The word is a live value of the isolate.
pub(crate) unsafe fn native_constant(iso: &Isolate, constant: u64) -> Option<KnownNative> {
    // SAFETY: the caller's promise.
    let Unpacked::Native(native) = (unsafe { value_of(constant) }).unpack() else { return None };
    let (info, is_method) = raw::native(iso, native.number());
    (!is_method).then(|| KnownNative {
        info: std::ptr::from_ref(info).expose_provenance() as u64,
        required: info.required,
        params: info.params,
        intrinsic: info.intrinsic,
    })
}

/// The row at an address that [`native`] gave.
///
/// # Safety
/// It did, for this isolate.
pub(crate) unsafe fn native_info<'h>(address: u64) -> &'h NativeInfo {
    // SAFETY: rows live as long as the isolate.
    unsafe { &*std::ptr::with_exposed_provenance(address as usize) }
}

/// Makes the slots of a native's frame roots.
///
/// # Safety
/// The frame lies on the stack, within what is usable.
pub(crate) unsafe fn native_frame(iso: &Isolate, base: Base, count: usize) -> Args {
    // SAFETY: the caller's promise.
    unsafe { set_top(iso, base.add(count)) };
    Args { first: index(iso, base), count }
}

/// Makes the texts of arguments flat, where the memory limit can be told.
///
/// # Safety
/// There are so many values.
pub(crate) unsafe fn flatten(base: Base, count: usize) -> Result<(), Fault> {
    for index in 0..count {
        // SAFETY: the caller's promise.
        if let Some(text) = unsafe { value_of(*base.add(index)) }.as_str() {
            text.flat()?;
        }
    }
    Ok(())
}

/// What a native pushed; nil if nothing.
///
/// # Safety
/// As [`native_frame`].
pub(crate) unsafe fn result(iso: &Isolate, base: Base, count: usize) -> u64 {
    let stack = iso.stack();
    if stack.len() > index(iso, base) + count { word_of(stack.top()) } else { raw::NIL }
}

/// A new instance of a class.
///
/// # Safety
/// The word is a live class of the isolate.
pub(crate) unsafe fn new_instance(iso: &Isolate, class: u64) -> Result<u64, Fault> {
    // SAFETY: the caller's promise.
    let instance = unsafe { raw::new_instance(iso, RawValue(class).cast())? };
    Ok(RawValue::from_object(instance).0)
}

/// The method all instances of the receiver's shape, or all values of its kind, have under a name:
/// what a cache may keep.
pub(crate) fn is_cacheable_method<'h>(
    iso: &'h Isolate,
    receiver: Value<'h>,
    name: Str<'h>,
) -> bool {
    match receiver.unpack() {
        Unpacked::Instance(instance) => raw::method_of(iso, instance, name).is_some(),
        Unpacked::String(_) | Unpacked::Array(_) => true,
        _ => false,
    }
}

/// `Stack overflow.`
pub(crate) fn stack_overflow() -> Fault {
    Fault::stack_overflow()
}

/// A cell as a reference.
///
/// # Safety
/// The word is a live cell.
#[inline(always)]
pub(crate) unsafe fn cell_value(word: u64) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { NonNull::as_ref(&RawValue(word).cast::<CellObject>()).value.get() }
}

/// The slots of an instance.
///
/// # Safety
/// The word is a live instance.
#[inline(always)]
pub(crate) unsafe fn fields(instance: u64) -> *mut u64 {
    // SAFETY: the caller's promise.
    unsafe { (*object_at::<raw::InstanceObject>(instance)).slots.get() }
}

/// To be called when a value was stored into an object.
///
/// # Safety
/// Both are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn stored(object: u64, value: u64) {
    // SAFETY: the caller's promise.
    unsafe { raw::write_barrier(RawValue(object).cast(), RawValue(value)) }
}

/// Whether [`stored`] would have something to note. Handlers whose slow path stores too go there if so,
/// which is rare: a call in the handler itself makes the compiler save registers, sometimes before it
/// is known whether there will be one.
///
/// # Safety
/// Both are live values, the first of them an object.
#[inline(always)]
pub(crate) unsafe fn needs_barrier(object: u64, value: u64) -> bool {
    // SAFETY: every object begins with a header.
    raw::is_object(value)
        && unsafe { (*object_at::<raw::Header>(object)).flags.get() } & raw::flags::OLD != 0
}

/// What a cache keeps of a field: shape in the lower half, slot in the upper.
///
/// # Safety
/// The words are a live object and an interned name of the isolate.
#[inline]
pub(crate) unsafe fn field_cell(iso: &Isolate, object: u64, name: u64) -> Option<u64> {
    // SAFETY: the caller's promise.
    unsafe {
        let shape = shape(object);
        if shape < raw::FIRST_SHAPE {
            return None;
        }
        let Unpacked::Instance(instance) = value_of(object).unpack() else { return None };
        let slot = raw::field_slot(iso, instance, str_of(name))?;
        Some(u64::from(shape) | u64::from(slot) << 32)
    }
}

/// The value of a table's entry.
///
/// # Safety
/// The words are a live object and an interned name of one isolate.
#[inline]
pub(crate) unsafe fn entry(object: u64, name: u64) -> Option<u64> {
    // SAFETY: the caller's promise; tables are told by their shape.
    unsafe {
        if shape(object) != TABLE_SHAPE {
            return None;
        }
        raw::table_get(RawValue(object).cast(), RawValue(name)).map(|value| value.0)
    }
}

/// What an index gives in a table, or, if that takes no more than a look, in a string.
///
/// # Safety
/// Both words are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn indexed(object: u64, index: u64) -> Option<u64> {
    if !raw::is_object(object) {
        return None;
    }
    // SAFETY: the caller's promise; tables and strings are told by their shapes.
    unsafe {
        match shape(object) {
            TABLE_SHAPE => {
                let value = raw::table_get(RawValue(object).cast(), RawValue(index));
                Some(value.map_or(raw::NIL, |value| value.0))
            }
            STRING_SHAPE => {
                let character = raw::character_at(RawValue(object).cast(), RawValue(index));
                character.map(|value| value.0)
            }
            _ => None,
        }
    }
}

/// Sets the value of a key, if the object is a table.
///
/// # Safety
/// All words are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn set_entry(object: u64, key: u64, value: u64) -> Option<Result<(), Fault>> {
    // SAFETY: the caller's promise; tables are told by their shape.
    unsafe {
        if !raw::is_object(object) || shape(object) != TABLE_SHAPE {
            return None;
        }
        Some(raw::table_set(RawValue(object).cast(), RawValue(key), RawValue(value)))
    }
}

/// `a + b` of strings; `None` if one of them is something else.
///
/// # Safety
/// Both words are live values of the isolate.
#[inline(always)]
pub(crate) unsafe fn join(iso: &Isolate, a: u64, b: u64) -> Option<Result<u64, Fault>> {
    // SAFETY: the caller's promise.
    unsafe { raw::join(iso, RawValue(a), RawValue(b)) }.map(|joined| joined.map(|text| text.0))
}

/// What a cache keeps of a field that is set: shape and slot, and the shape with the field and its
/// number if it is new to instances of the shape.
pub(crate) fn set_field_cells<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    name: Str<'h>,
) -> Option<[u64; 3]> {
    let Unpacked::Instance(instance) = object.unpack() else { return None };
    // SAFETY: both are alive; names of units are interned.
    if let Some(cell) = unsafe { field_cell(iso, word_of(object), word_of(name.into())) } {
        return Some([cell, 0, 0]);
    }
    let added = raw::added_slot(iso, instance, name).ok()??;
    // SAFETY: the instance is alive.
    let shape = u64::from(unsafe { shape(word_of(object)) });
    let cell = shape | u64::from(added.slot) << 32;
    Some([cell, added.shape.expose_provenance().get() as u64, added.number.into()])
}

/// Adds a field to an instance, unless it has no room for it.
///
/// # Safety
/// [`set_field_cells`] gave the cells for an instance of this one's shape; the value is alive,
/// of the same isolate.
#[inline(always)]
pub(crate) unsafe fn add_field(object: u64, cells: [u64; 3], value: u64) -> bool {
    let slot = (cells[0] >> 32) as u32;
    // SAFETY: the caller's promise; the new shape is alive because the old one is.
    unsafe {
        let instance: NonNull<raw::InstanceObject> = RawValue(object).cast();
        if slot >= u32::from(instance.as_ref().header.aux.get()) {
            return false;
        }
        *fields(object).add(slot as usize) = value;
        let shape = std::ptr::with_exposed_provenance_mut(cells[1] as usize);
        let shape = NonNull::new_unchecked(shape);
        raw::set_shape(instance, raw::AddedField { slot, number: cells[2] as u32, shape });
        stored(object, value);
        true
    }
}

/// The topmost slot in use.
pub(crate) fn last_slot(iso: &Isolate) -> Base {
    slot(iso, iso.stack().len() - 1)
}
