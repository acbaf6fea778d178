//! Values and handles.

use crate::{Fault, Isolate};
use std::marker::PhantomData;

/// A Sox value: 64 bits (NaN-boxed), valid until the isolate's next safepoint.
#[derive(Clone, Copy)]
pub struct Value<'h>(u64, PhantomData<&'h Isolate>);

/// What a value is, as `type(x)` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind { Nil, Bool, Number, String, Array, Table, Class, Instance, Closure, BoundMethod, Native, Error, Cell, DeferList }

/// A value taken apart.
#[derive(Clone, Copy)]
pub enum Unpacked<'h> {
    Nil,
    Bool(bool),
    Number(f64),
    String(Str<'h>),
    Array(Array<'h>),
    Table(Table<'h>),
    Class(Class<'h>),
    Instance(Instance<'h>),
    Closure(Closure<'h>),
    BoundMethod(BoundMethod<'h>),
    Native(Native<'h>),
    Error(ErrorRef<'h>),
    /// Never seen by programs.
    Cell(CellRef<'h>),
    /// Never seen by programs.
    DeferList(DeferList<'h>),
    /// A parameter not given, a global not declared. Never seen by programs.
    Unset,
}

impl<'h> Value<'h> {
    pub const fn nil() -> Self { todo!() }
    /// The mark of a parameter not given or a global not declared.
    pub const fn unset() -> Self { todo!() }
    pub fn bool(_value: bool) -> Self { todo!() }
    pub fn number(_value: f64) -> Self { todo!() }
    pub fn unpack(self) -> Unpacked<'h> { todo!() }
    pub fn kind(self) -> Kind { todo!() }
    pub fn is_nil(self) -> bool { todo!() }
    pub fn is_unset(self) -> bool { todo!() }
    /// Only nil and false are false.
    pub fn is_truthy(self) -> bool { todo!() }
    pub fn as_number(self) -> Option<f64> { todo!() }
    pub fn as_str(self) -> Option<Str<'h>> { todo!() }
    /// The same bits: identity for objects.
    pub fn same(self, _other: Value<'_>) -> bool { todo!() }
}

/// Makes the handle types: each is a pointer that borrows the isolate.
macro_rules! handles { ($($(#[$doc:meta])* $name:ident)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy)]
    pub struct $name<'h>(u64, PhantomData<&'h Isolate>);
    impl<'h> From<$name<'h>> for Value<'h> { fn from(_handle: $name<'h>) -> Value<'h> { todo!() } }
)* } }
handles! {
    /// An immutable UTF-8 string.
    Str
    /// An array.
    Array
    /// An insertion-ordered table.
    Table
    /// A class.
    Class
    /// An instance of a class.
    Instance
    /// A function with its captures.
    Closure
    /// A method with its receiver.
    BoundMethod
    /// A native function.
    Native
    /// An error object, or the wrapper of another thrown value (see [`ErrorRef::thrown`]).
    ErrorRef
    /// A heap cell: a captured variable that is assigned.
    CellRef
    /// The deferred closures of one frame.
    DeferList
}

impl<'h> Str<'h> {
    /// The text. Ropes are flattened (iteratively) on first use.
    pub fn text(self) -> &'h str { todo!() }
    pub fn byte_len(self) -> usize { todo!() }
    /// Characters; cached.
    pub fn char_len(self) -> usize { todo!() }
    /// The byte offset of a character position (O(1) for ASCII, sparse index otherwise).
    pub fn byte_offset(self, _char_index: usize) -> Option<usize> { todo!() }
}
impl<'h> Array<'h> {
    pub fn len(self) -> usize { todo!() }
    pub fn get(self, _index: usize) -> Option<Value<'h>> { todo!() }
    /// False if the index is out of range.
    pub fn set(self, _index: usize, _value: Value<'h>) -> bool { todo!() }
    pub fn push(self, _iso: &'h Isolate, _value: Value<'h>) -> Result<(), Fault> { todo!() }
    pub fn pop(self) -> Option<Value<'h>> { todo!() }
    pub fn insert(self, _iso: &'h Isolate, _index: usize, _value: Value<'h>) -> Result<(), Fault> { todo!() }
    pub fn remove(self, _index: usize) -> Option<Value<'h>> { todo!() }
    pub fn truncate(self, _len: usize) { todo!() }
    pub fn swap(self, _a: usize, _b: usize) { todo!() }
    pub fn iter(self) -> impl Iterator<Item = Value<'h>> { std::iter::empty() }
}
impl<'h> Table<'h> {
    /// Entries.
    pub fn len(self) -> usize { todo!() }
    pub fn get(self, _key: Value<'h>) -> Option<Value<'h>> { todo!() }
    pub fn get_str(self, _key: &str) -> Option<Value<'h>> { todo!() }
    /// Fails for nil and NaN keys (a `Fault::Error`).
    pub fn set(self, _iso: &'h Isolate, _key: Value<'h>, _value: Value<'h>) -> Result<(), Fault> { todo!() }
    pub fn set_str(self, _iso: &'h Isolate, _key: &str, _value: Value<'h>) -> Result<(), Fault> { todo!() }
    pub fn remove(self, _key: Value<'h>) -> Option<Value<'h>> { todo!() }
    /// The first entry at or after position `from`, with the position after it. Positions survive
    /// growth and removal. `None` at the end.
    pub fn entry(self, _from: usize) -> Option<(usize, Value<'h>, Value<'h>)> { todo!() }
    pub fn iter(self) -> impl Iterator<Item = (Value<'h>, Value<'h>)> { std::iter::empty() }
}
impl<'h> Class<'h> {
    pub fn name(self) -> Str<'h> { todo!() }
    pub fn superclass(self) -> Option<Class<'h>> { todo!() }
    /// Own or inherited.
    pub fn method(self, _name: Str<'h>) -> Option<Closure<'h>> { todo!() }
    pub fn inherit(self, _superclass: Class<'h>) { todo!() }
    pub fn add_method(self, _iso: &'h Isolate, _name: Str<'h>, _method: Closure<'h>) -> Result<(), Fault> { todo!() }
}
impl<'h> Instance<'h> {
    pub fn class(self) -> Class<'h> { todo!() }
    pub fn field(self, _name: Str<'h>) -> Option<Value<'h>> { todo!() }
    pub fn set_field(self, _iso: &'h Isolate, _name: Str<'h>, _value: Value<'h>) -> Result<(), Fault> { todo!() }
    /// Names and values in order of creation.
    pub fn fields(self) -> impl Iterator<Item = (Str<'h>, Value<'h>)> { std::iter::empty() }
}
impl<'h> Closure<'h> {
    pub fn function(self) -> crate::FunctionRef { todo!() }
    pub fn capture(self, _index: usize) -> Value<'h> { todo!() }
}
impl<'h> BoundMethod<'h> {
    pub fn receiver(self) -> Value<'h> { todo!() }
    /// A closure, or the native method of a built-in kind.
    pub fn method(self) -> Value<'h> { todo!() }
}
impl<'h> CellRef<'h> {
    pub fn get(self) -> Value<'h> { todo!() }
    pub fn set(self, _value: Value<'h>) { todo!() }
}
impl<'h> DeferList<'h> {
    pub fn push(self, _iso: &'h Isolate, _closure: Value<'h>) -> Result<(), Fault> { todo!() }
    pub fn pop(self) -> Option<Value<'h>> { todo!() }
}
impl<'h> ErrorRef<'h> {
    /// What `catch (e)` binds: the error object itself, or the plain value this wraps.
    pub fn thrown(self) -> Value<'h> { todo!() }
    /// True for the wrapper of a thrown value that is not an error object.
    pub fn is_plain(self) -> bool { todo!() }
    pub fn kind_name(self) -> Str<'h> { todo!() }
    pub fn message(self) -> Str<'h> { todo!() }
    /// Where it was made, innermost first.
    pub fn trace(self) -> Vec<crate::fault::TraceFrame> { todo!() }
}
