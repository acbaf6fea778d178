//! Arrays and defer lists: contiguous values.
//!
//! The items stand behind the object while they fit there, and in a buffer of their own once the
//! array outgrew that. Nothing hands out references to items, so growing may move them at any time.

use crate::bits;
use crate::heap::{Heap, good_size, write_barrier_for_many};
use crate::object::{
    ARRAY_INLINE, ArrayObject, Header, VIEW_SHAPE, flags, heap_of, kind, object_bits,
};
use crate::value::{Array, DeferList, Value};
use crate::{Fault, Isolate};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

/// Arrays made with up to this many items hold them inline.
const MOST_INLINE: usize = 32;

type Object = NonNull<ArrayObject>;

fn layout(capacity: usize) -> Layout {
    // Capacities are below 2^32, so this is a valid layout.
    Layout::array::<u64>(capacity).unwrap_or(Layout::new::<u64>())
}

fn too_large(heap: &Heap) -> Fault {
    Fault::value_error(format!("Array is too large. limit={}", heap.max_length))
}

fn inline_items(array: Object) -> *mut u64 {
    // SAFETY: the place behind the fixed part, in the same cell or at its end.
    unsafe { array.as_ptr().cast::<u8>().add(ARRAY_INLINE).cast() }
}

/// Whether the items are those of another array.
///
/// # Safety
/// The array is alive, or dead and not finalized yet.
pub(crate) unsafe fn is_view(array: Object) -> bool {
    // SAFETY: the caller's promise.
    unsafe { array.as_ref() }.header.flags.get() & flags::VIEW != 0
}

/// The bits of the array whose items a view shows.
///
/// # Safety
/// The array is a view, and alive.
pub(crate) unsafe fn owner(view: Object) -> u64 {
    // SAFETY: views keep it where others have inline items.
    unsafe { inline_items(view).read() }
}

/// A new array or defer list.
fn new_array(heap: &Heap, kind: u8, capacity: usize) -> Result<Object, Fault> {
    if capacity > heap.max_length {
        return Err(too_large(heap));
    }
    let inline = capacity <= MOST_INLINE;
    // An odd number of items fills the cell.
    let capacity = if inline { capacity | 1 } else { capacity };
    let items = match inline {
        true => std::ptr::null_mut(),
        false => heap.external_alloc(layout(capacity))?.as_ptr().cast::<u64>(),
    };
    let object = ArrayObject {
        header: Header::new(kind, heap.new_containers),
        length: Cell::new(0),
        capacity: Cell::new(capacity as u32),
        items: Cell::new(items),
    };
    let extra = if inline { capacity * size_of::<u64>() } else { 0 };
    match heap.make(object, extra) {
        Ok(array) => {
            if inline {
                // SAFETY: just made.
                unsafe { array.as_ref() }.items.set(inline_items(array));
            }
            Ok(array)
        }
        Err(fault) => {
            if let Some(items) = NonNull::new(items) {
                // SAFETY: allocated above.
                unsafe { heap.external_free(items.cast(), layout(capacity)) };
            }
            Err(fault)
        }
    }
}

/// Gives back what a dead array owns.
///
/// # Safety
/// The array is dead and not finalized yet.
pub(crate) unsafe fn finalize(heap: &Heap, array: Object) {
    // SAFETY: the caller's promise; items not inline are a buffer of that capacity.
    unsafe {
        let fields = array.as_ref();
        let items = fields.items.get();
        if items != inline_items(array) && !is_view(array) {
            let memory = NonNull::new_unchecked(items.cast());
            heap.external_free(memory, layout(fields.capacity.get() as usize));
        }
    }
}

/// The items in a place for about so many, and how many it is for.
///
/// # Safety
/// The array is alive, and has no more items.
unsafe fn resize(
    heap: &Heap,
    array: Object,
    wanted: usize,
) -> Result<(NonNull<u64>, usize), Fault> {
    let capacity = good_size(wanted * size_of::<u64>()) / size_of::<u64>();
    let capacity = capacity.min(heap.max_length);
    // SAFETY: the caller's promise; the items belong to the array alone.
    unsafe {
        let fields = array.as_ref();
        let items = NonNull::new_unchecked(fields.items.get());
        let moved = if items.as_ptr() == inline_items(array) || is_view(array) {
            let moved = heap.external_alloc(layout(capacity))?.cast::<u64>();
            moved.copy_from_nonoverlapping(items, fields.length.get() as usize);
            moved
        } else {
            let old = layout(fields.capacity.get() as usize);
            heap.external_resize(items.cast(), old, layout(capacity).size())?.cast()
        };
        Ok((moved, capacity))
    }
}

/// Makes room for so many items in all.
///
/// # Safety
/// The array is alive.
pub(crate) unsafe fn grow(heap: &Heap, array: Object, needed: usize) -> Result<(), Fault> {
    if needed > heap.max_length {
        return Err(too_large(heap));
    }
    // SAFETY: the caller's promise; the items belong to the array alone.
    unsafe {
        let fields = array.as_ref();
        let old = fields.capacity.get() as usize;
        if needed <= old {
            return Ok(());
        }
        let wanted = needed.max(old + old / 2).max(8).min(heap.max_length);
        let (moved, capacity) = match resize(heap, array, wanted) {
            // Near the limit of memory, little more than is needed.
            Err(_) => resize(heap, array, needed.max(old + old / 16).min(wanted))?,
            Ok(grown) => grown,
        };
        fields.items.set(moved.as_ptr());
        fields.capacity.set(capacity as u32);
        fields.header.flags.set(fields.header.flags.get() & !flags::VIEW);
        fields.header.shape.set(u32::from(fields.header.kind.get()));
        Ok(())
    }
}

/// Appends.
///
/// # Safety
/// The array is alive, and the value one of its isolate.
#[inline]
pub(crate) unsafe fn push(heap: &Heap, array: Object, value: u64) -> Result<(), Fault> {
    // SAFETY: the caller's promise; there is room for one more.
    unsafe {
        let fields = array.as_ref();
        let length = fields.length.get();
        if length == fields.capacity.get() {
            grow(heap, array, length as usize + 1)?;
        }
        fields.items.get().add(length as usize).write(value);
        fields.length.set(length + 1);
        heap.write_barrier(array, value);
        Ok(())
    }
}

/// Drops items from the end. A view never has room behind its items: those are its owner's.
///
/// # Safety
/// The array is alive, and has at least so many items.
unsafe fn set_length(array: Object, length: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        array.as_ref().length.set(length);
        if is_view(array) {
            array.as_ref().capacity.set(length);
        }
    }
}

/// Removes the last item.
///
/// # Safety
/// The array is alive.
unsafe fn pop(array: Object) -> Option<u64> {
    // SAFETY: the caller's promise; items below the length are initialised.
    unsafe {
        let fields = array.as_ref();
        let length = fields.length.get().checked_sub(1)?;
        set_length(array, length);
        Some(fields.items.get().add(length as usize).read())
    }
}

impl<'h> Array<'h> {
    /// How many elements there are.
    #[inline]
    pub fn len(self) -> usize {
        self.object_ref().length.get() as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn place(self, index: usize) -> *mut u64 {
        debug_assert!(index < self.len());
        self.object_ref().items.get().wrapping_add(index)
    }

    fn heap(self) -> &'h Heap {
        // SAFETY: the handle's array is alive for 'h.
        unsafe { heap_of(self.object()) }
    }

    /// The element at an index.
    #[inline]
    pub fn get(self, index: usize) -> Option<Value<'h>> {
        // SAFETY: the index is in range, and elements are values of the array's isolate.
        (index < self.len()).then(|| unsafe { Value::from_bits(self.place(index).read()) })
    }

    /// Replaces an element. False if the index is out of range.
    #[inline]
    pub fn set(self, index: usize, value: Value<'h>) -> bool {
        if index >= self.len() {
            return false;
        }
        self.heap().check_own(value.bits());
        // SAFETY: the index is in range.
        unsafe { self.place(index).write(value.bits()) };
        // The items of a view are its owner's.
        let holder = self.owner().unwrap_or(self);
        self.heap().write_barrier(holder.object(), value.bits());
        true
    }

    /// Appends an element.
    #[inline]
    pub fn push(self, iso: &'h Isolate, value: Value<'h>) -> Result<(), Fault> {
        iso.heap().check_own(self.bits());
        iso.heap().check_own(value.bits());
        // SAFETY: array and value are of this isolate and alive.
        unsafe { push(iso.heap(), self.object(), value.bits()) }
    }

    /// Makes room for so many elements more.
    pub fn reserve(self, iso: &'h Isolate, more: usize) -> Result<(), Fault> {
        iso.heap().check_own(self.bits());
        // SAFETY: the array is of this isolate and alive.
        unsafe { grow(iso.heap(), self.object(), self.len().saturating_add(more)) }
    }

    /// Removes the last element.
    pub fn pop(self) -> Option<Value<'h>> {
        // SAFETY: the array is alive, its elements values of its isolate.
        unsafe { pop(self.object()).map(|bits| Value::from_bits(bits)) }
    }

    /// Inserts before an index; at the end if the index is larger.
    pub fn insert(self, iso: &'h Isolate, index: usize, value: Value<'h>) -> Result<(), Fault> {
        self.push(iso, value)?;
        let last = self.len() - 1;
        if index < last {
            // SAFETY: both ranges are within the elements.
            unsafe {
                self.place(index + 1).copy_from(self.place(index), last - index);
                self.place(index).write(value.bits());
            }
        }
        Ok(())
    }

    /// Removes the element at an index.
    pub fn remove(self, index: usize) -> Option<Value<'h>> {
        let value = self.get(index)?;
        let after = self.len() - index - 1;
        // SAFETY: both ranges are within the elements.
        unsafe { self.place(index).copy_from(self.place(index).wrapping_add(1), after) };
        // SAFETY: the array is alive, and had an item more.
        unsafe { set_length(self.object(), self.len() as u32 - 1) };
        Some(value)
    }

    /// Drops the elements from `len` on.
    pub fn truncate(self, len: usize) {
        if len < self.len() {
            // SAFETY: the array is alive, and has so many items.
            unsafe { set_length(self.object(), len as u32) };
        }
    }

    /// Whether the items are those of another array: then they are not to be changed.
    pub(crate) fn is_view(self) -> bool {
        // SAFETY: the handle's array is alive.
        unsafe { is_view(self.object()) }
    }

    /// The array whose items this one shows.
    pub(crate) fn owner(self) -> Option<Array<'h>> {
        // SAFETY: the handle's array is alive; a view keeps its owner alive.
        self.is_view().then(|| unsafe { Array::from_bits(owner(self.object())) })
    }

    /// How many elements fit.
    pub(crate) fn capacity(self) -> usize {
        self.object_ref().capacity.get() as usize
    }

    /// Exchanges two elements.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn swap(self, a: usize, b: usize) {
        assert!(a < self.len() && b < self.len(), "array index out of range");
        // SAFETY: the indices are in range.
        unsafe { std::ptr::swap(self.place(a), self.place(b)) }
    }

    /// Appends part of an array, which may be this one; the range is cut to what there is.
    pub fn extend_from(
        self,
        iso: &'h Isolate,
        source: Array<'h>,
        range: std::ops::Range<usize>,
    ) -> Result<(), Fault> {
        iso.heap().check_own(source.bits());
        let end = range.end.min(source.len());
        let start = range.start.min(end);
        self.reserve(iso, end - start)?;
        let length = self.len();
        if end > start {
            // SAFETY: the source range is within its elements, the target within the capacity and
            // behind all elements.
            unsafe {
                let target = self.object_ref().items.get().add(length);
                target.copy_from_nonoverlapping(source.place(start), end - start);
            }
            self.object_ref().length.set((length + end - start) as u32);
            // SAFETY: the array is alive.
            unsafe { write_barrier_for_many(self.object()) };
        }
        Ok(())
    }

    /// The elements, one after another; the length is read again each turn.
    pub fn iter(self) -> impl Iterator<Item = Value<'h>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let value = self.get(next)?;
            next += 1;
            Some(value)
        })
    }
}

impl<'h> DeferList<'h> {
    /// Adds a closure.
    pub fn push(self, iso: &'h Isolate, closure: Value<'h>) -> Result<(), Fault> {
        iso.heap().check_own(self.bits());
        iso.heap().check_own(closure.bits());
        // SAFETY: list and value are of this isolate and alive.
        unsafe { push(iso.heap(), self.object(), closure.bits()) }
    }

    /// Takes the closure added last.
    pub fn pop(self) -> Option<Value<'h>> {
        // SAFETY: the list is alive, its items values of its isolate.
        unsafe { pop(self.object()).map(|bits| Value::from_bits(bits)) }
    }
}

impl Isolate {
    /// An empty array with room for so many elements.
    pub fn array(&self, capacity: usize) -> Result<Array<'_>, Fault> {
        let array = new_array(self.heap(), kind::ARRAY, capacity)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { Array::from_object(array) })
    }

    /// An array that shows the first `length` items of another, the owner. Both see the same items,
    /// so neither may change those, and the owner may only be appended to within its capacity.
    pub(crate) fn array_view<'h>(
        &'h self,
        owner: Array<'h>,
        length: usize,
    ) -> Result<Array<'h>, Fault> {
        self.heap().check_own(owner.bits());
        debug_assert!(!owner.is_view() && length <= owner.len());
        let object = ArrayObject {
            header: Header::new(kind::ARRAY, flags::VIEW),
            length: Cell::new(length as u32),
            // Appending to it directly so finds no room, and gives it items of its own.
            capacity: Cell::new(length as u32),
            items: Cell::new(owner.object_ref().items.get()),
        };
        object.header.shape.set(VIEW_SHAPE);
        let view = self.heap().make(object, size_of::<u64>())?;
        // SAFETY: room for a word behind the object was asked for; a new object of this heap.
        unsafe {
            inline_items(view).write(object_bits(owner.object()));
            Ok(Array::from_object(view))
        }
    }

    /// An array of these elements.
    pub fn array_from<'h>(&'h self, items: &[Value<'h>]) -> Result<Array<'h>, Fault> {
        items.iter().for_each(|item| self.heap().check_own(item.bits()));
        let array = self.array(items.len())?;
        let place = array.object_ref().items.get();
        // SAFETY: room for the items was made; `Value` is its bits.
        unsafe { place.copy_from_nonoverlapping(items.as_ptr().cast::<u64>(), items.len()) };
        array.object_ref().length.set(items.len() as u32);
        Ok(array)
    }

    /// An empty list of deferred closures.
    pub fn defer_list(&self) -> Result<DeferList<'_>, Fault> {
        let list = new_array(self.heap(), kind::DEFER_LIST, 2)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { DeferList::from_object(list) })
    }
}

const _: () = assert!(bits::is_number(0), "fresh memory must be a valid value");
