//! The layouts of objects on the heap.
//!
//! Every object begins with a [`Header`] of 8 bytes. Fields that change are cells, so any number of
//! shared references to an object may exist. Fields behind the fixed part (captures, inline items,
//! inline text) are reached with raw pointers only.

use crate::bits;
use crate::fault::TraceFrame;
use crate::heap::Heap;
use crate::pointer_map::PointerMap;
use crate::strings::{Buffer, CharIndex};
use crate::table::Store;
use std::cell::{Cell, OnceCell, RefCell};
use std::ptr::NonNull;

/// What an object is: the `kind` byte of its header.
pub mod kind {
    /// A free cell.
    pub const FREE: u8 = 0;
    /// A string.
    pub const STRING: u8 = 1;
    /// An array.
    pub const ARRAY: u8 = 2;
    /// A table.
    pub const TABLE: u8 = 3;
    /// A class.
    pub const CLASS: u8 = 4;
    /// An instance.
    pub const INSTANCE: u8 = 5;
    /// A function with its captures.
    pub const CLOSURE: u8 = 6;
    /// A method with its receiver.
    pub const BOUND_METHOD: u8 = 7;
    /// A native function.
    pub const NATIVE: u8 = 8;
    /// An error object or the wrapper of a thrown value.
    pub const ERROR: u8 = 9;
    /// A captured variable that is assigned.
    pub const CELL: u8 = 10;
    /// The deferred closures of a frame.
    pub const DEFER_LIST: u8 = 11;
    /// The names of an instance's fields.
    pub const SHAPE: u8 = 12;
    /// Fields of an instance that outgrew its cell.
    pub const SLOTS: u8 = 13;
    /// Freed memory under [`crate::Config::gc_stress`].
    pub const POISON: u8 = 0xDB;
}

/// The first 8 bytes of every object.
#[repr(C)]
pub struct Header {
    /// One of [`kind`].
    pub kind: Cell<u8>,
    /// Meaning depends on the kind; see [`flags`].
    pub flags: Cell<u8>,
    /// Instances: how many fields fit in their present slots.
    pub aux: Cell<u16>,
    /// Instances: the number of their shape, [`FIRST_SHAPE`] or more, never given twice. Other
    /// objects: their kind. So one compare tells both kind and layout.
    pub shape: Cell<u32>,
}

/// [`Header::shape`] of an array that shows the items of another ([`flags::VIEW`]): code that looks for
/// arrays by their shape does not find it, so it is only changed with care.
pub const VIEW_SHAPE: u32 = 200;

/// The smallest number of an instance's shape.
pub const FIRST_SHAPE: u32 = 256;

/// Bits of [`Header::flags`].
pub mod flags {
    /// Strings: in the table of interned strings, so equal text means equal pointer.
    pub const INTERNED: u8 = 1;
    /// Strings: a rope that was not flattened yet.
    pub const ROPE: u8 = 2;
    /// Strings: the text is inside the object.
    pub const INLINE: u8 = 4;
    /// Strings: every character is one byte.
    pub const ASCII: u8 = 8;
    /// Arrays, tables: perhaps held in several places, so changed by copying it first (PohLang).
    pub const SHARED: u8 = 1;
    /// Arrays: the items are those of another array, whose bits stand behind the object.
    pub const VIEW: u8 = 2;
    /// The object survived a collection, and is not in the collector's remembered set: storing a
    /// reference into it puts it there. (Not kept for objects that are never stored into.)
    pub const OLD: u8 = 128;
}

impl Header {
    pub(crate) fn new(kind: u8, flags: u8) -> Header {
        Header {
            kind: Cell::new(kind),
            flags: Cell::new(flags),
            aux: Cell::new(0),
            shape: Cell::new(kind as u32),
        }
    }
}

/// An object's layout.
///
/// # Safety
/// The type is `repr(C)` with a [`Header`] first, and the header's kind tells its layout.
pub(crate) unsafe trait Object: Sized {
    /// Whether the collector must look at dead objects of the kind, because they own memory.
    const FINALIZE: bool;
}

macro_rules! objects { ($($name:ident $finalize:literal;)*) => { $(
    // SAFETY: the structures below are `repr(C)` and begin with a header; a kind is only given to
    // objects of one layout.
    unsafe impl Object for $name {
        const FINALIZE: bool = $finalize;
    }
)* } }
objects! {
    StringObject true;
    ArrayObject true;
    TableObject true;
    ClassObject true;
    InstanceObject false;
    ClosureObject false;
    BoundMethodObject false;
    NativeObject false;
    ErrorObject true;
    CellObject false;
    ShapeObject true;
}

/// A string: inline, flat or a rope; told by the flags.
#[repr(C)]
pub struct StringObject {
    /// The header.
    pub header: Header,
    /// Bytes.
    pub length: u32,
    /// 0: not computed yet.
    pub hash: Cell<u32>,
    /// Characters.
    pub chars: u32,
    pub(crate) _padding: u32,
    /// The bytes; a rope: its left part, a `StringObject`.
    pub data: Cell<*const u8>,
}

/// What follows a [`StringObject`] that is not inline.
#[repr(C)]
pub(crate) struct StringTail {
    /// The buffer the bytes are in; a rope: its right part, a `StringObject`.
    pub(crate) buffer: Cell<*mut Buffer>,
    /// Where every so many characters begin; made when first needed, null before.
    pub(crate) index: Cell<*mut CharIndex>,
}

/// An array, or a defer list.
#[repr(C)]
pub struct ArrayObject {
    /// The header.
    pub header: Header,
    /// Elements.
    pub length: Cell<u32>,
    /// Elements that fit.
    pub capacity: Cell<u32>,
    /// `capacity` values, the first `length` of them meaningful: behind the object or in a buffer.
    pub items: Cell<*mut u64>,
}

/// A table.
#[repr(C)]
pub struct TableObject {
    /// The header.
    pub header: Header,
    pub(crate) store: Store,
}

/// A class.
#[repr(C)]
pub struct ClassObject {
    /// The header.
    pub header: Header,
    pub(crate) name: NonNull<StringObject>,
    pub(crate) superclass: Cell<Option<NonNull<ClassObject>>>,
    /// The shape of an instance without fields.
    pub(crate) root_shape: Cell<Option<NonNull<ShapeObject>>>,
    /// The shape of instances with too many fields for shapes.
    pub(crate) dictionary_shape: Cell<Option<NonNull<ShapeObject>>>,
    /// The most fields an instance had so far, up to a bound.
    pub(crate) fields_seen: Cell<u32>,
    /// Own and inherited methods by interned name.
    pub(crate) methods: RefCell<PointerMap>,
    /// Bytes charged for `methods`.
    pub(crate) charged: Cell<usize>,
}

/// The names of the fields of an instance, in order of creation.
#[repr(C)]
pub struct ShapeObject {
    /// The header.
    pub header: Header,
    pub(crate) number: u32,
    pub(crate) count: u32,
    pub(crate) class: NonNull<ClassObject>,
    /// The fields are in a table, which is slot 0.
    pub(crate) dictionary: bool,
    pub(crate) names: Box<[NonNull<StringObject>]>,
    /// Name → slot, made when there are many names.
    pub(crate) lookup: OnceCell<PointerMap>,
    /// Name → the shape with that name added.
    pub(crate) transitions: RefCell<PointerMap>,
    pub(crate) charged: Cell<usize>,
}

/// An instance.
#[repr(C)]
pub struct InstanceObject {
    /// The header.
    pub header: Header,
    pub(crate) shape: Cell<NonNull<ShapeObject>>,
    /// The fields: behind the object, or in a `SlotsObject`.
    pub slots: Cell<*mut u64>,
}

/// The fields of an instance that outgrew its cell: `Header::aux` values behind the header.
#[repr(C)]
pub(crate) struct SlotsObject {
    pub(crate) header: Header,
}

/// A function with its captures.
#[repr(C)]
pub struct ClosureObject {
    /// The header.
    pub header: Header,
    /// Number in the isolate's registry.
    pub function: u32,
    /// Captures behind the object.
    pub count: u32,
}

/// A method with its receiver.
#[repr(C)]
pub struct BoundMethodObject {
    /// The header.
    pub header: Header,
    /// What the method is called on.
    pub receiver: u64,
    /// A closure or a native.
    pub method: u64,
}

/// A native function.
#[repr(C)]
pub struct NativeObject {
    /// The header.
    pub header: Header,
    /// Number in the isolate's registry.
    pub number: u32,
}

/// A captured variable that is assigned.
#[repr(C)]
pub struct CellObject {
    /// The header.
    pub header: Header,
    /// Its present value.
    pub value: Cell<u64>,
}

/// An error object, or the wrapper of another thrown value.
#[repr(C)]
pub(crate) struct ErrorObject {
    pub(crate) header: Header,
    pub(crate) kind: NonNull<StringObject>,
    pub(crate) message: NonNull<StringObject>,
    /// What PohLang says; the message itself if that is no more than its translation.
    pub(crate) plain: NonNull<StringObject>,
    /// The runtime or the library made it, and not the program.
    pub(crate) built_in: bool,
    /// The wrapped value; unset in error objects.
    pub(crate) thrown: u64,
    /// `frames` of them in a buffer, dangling if there are none.
    pub(crate) trace: NonNull<TraceFrame>,
    pub(crate) frames: usize,
}

/// Offset of the items behind an array, the slots behind an instance, the captures behind a closure.
pub(crate) const ARRAY_INLINE: usize = size_of::<ArrayObject>();
pub(crate) const INSTANCE_INLINE: usize = size_of::<InstanceObject>();
pub(crate) const CLOSURE_INLINE: usize = size_of::<ClosureObject>();
pub(crate) const STRING_INLINE: usize = size_of::<StringObject>();

const _: () = {
    assert!(size_of::<Header>() == 8);
    assert!(size_of::<StringObject>() == 32);
    assert!(size_of::<ArrayObject>() == 24);
    assert!(size_of::<InstanceObject>() == 24);
    assert!(size_of::<ClosureObject>() == 16);
    assert!(size_of::<CellObject>() == 16);
    assert!(std::mem::offset_of!(Header, shape) == 4);
};

impl StringObject {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.header.flags.get() & flag != 0
    }
}

/// The object behind the bits of a value that is one.
#[inline(always)]
pub(crate) fn object_at(bits: u64) -> NonNull<Header> {
    debug_assert!(bits::is_object(bits));
    let object = std::ptr::with_exposed_provenance_mut(bits::address(bits));
    // SAFETY: no object is at address 0.
    unsafe { NonNull::new_unchecked(object) }
}

/// The header behind the bits of an object.
///
/// # Safety
/// The bits are those of an object that is alive.
#[inline(always)]
pub(crate) unsafe fn header_of<'a>(bits: u64) -> &'a Header {
    // SAFETY: the caller's promise; addresses in values are exposed when the value is made.
    unsafe { &*std::ptr::with_exposed_provenance::<Header>(bits::address(bits)) }
}

/// The heap an object is in.
///
/// # Safety
/// The object is alive.
#[inline(always)]
pub(crate) unsafe fn heap_of<'a, T>(object: NonNull<T>) -> &'a Heap {
    // SAFETY: every object lies in a block, aligned to its size, whose header names its heap; the
    // heap outlives its objects.
    unsafe { crate::heap::block_of(object.cast()).as_ref().heap.as_ref() }
}

/// The bits of the value that is this object.
#[inline(always)]
pub(crate) fn object_bits<T>(object: NonNull<T>) -> u64 {
    object.as_ptr().expose_provenance() as u64 ^ bits::TAG
}
