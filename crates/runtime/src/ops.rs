//! The operations of the language on values: slow paths of the engines, and their common meaning.
//! Each gives the error the specification names.

use crate::{Cx, Fault, Isolate, Str, Value};

/// The outcome of an operation that may have to call user code.
pub enum Outcome<'h> {
    /// Done.
    Value(Value<'h>),
    /// A `toString` must be called: use the `Cx` form of the operation.
    NeedsCall,
}

/// `a + b` unless a `toString` is needed.
pub fn add<'h>(_iso: &'h Isolate, _a: Value<'h>, _b: Value<'h>) -> Result<Outcome<'h>, Fault> { todo!() }
/// `-`, `*`, `/`, `%` of values that are not both numbers always fail: the fault.
pub fn operands_must_be_numbers() -> Fault { todo!() }
pub fn equal(_a: Value<'_>, _b: Value<'_>) -> bool { todo!() }
/// `<` and the like; `Operands must be numbers.` unless two numbers or two strings. `None`: unordered (NaN).
pub fn compare(_a: Value<'_>, _b: Value<'_>) -> Result<Option<std::cmp::Ordering>, Fault> { todo!() }
/// `object.name` read.
pub fn get_field<'h>(_iso: &'h Isolate, _object: Value<'h>, _name: Str<'h>) -> Result<Value<'h>, Fault> { todo!() }
pub fn set_field<'h>(_iso: &'h Isolate, _object: Value<'h>, _name: Str<'h>, _value: Value<'h>) -> Result<(), Fault> { todo!() }
pub fn get_index<'h>(_iso: &'h Isolate, _object: Value<'h>, _index: Value<'h>) -> Result<Value<'h>, Fault> { todo!() }
pub fn set_index<'h>(_iso: &'h Isolate, _object: Value<'h>, _index: Value<'h>, _value: Value<'h>) -> Result<(), Fault> { todo!() }
/// Both ends included, clamped.
pub fn slice<'h>(_iso: &'h Isolate, _object: Value<'h>, _from: Option<Value<'h>>, _to: Option<Value<'h>>) -> Result<Value<'h>, Fault> { todo!() }
/// `super.name`, bound.
pub fn get_super<'h>(_iso: &'h Isolate, _this: Value<'h>, _superclass: Value<'h>, _name: Str<'h>) -> Result<Value<'h>, Fault> { todo!() }

/// What calling `object.name(…)` calls.
pub enum Member<'h> {
    /// Call this with the receiver as `this` (a method) or as argument 0 (native method of a kind).
    Method(Value<'h>),
    /// Call this without receiver: a field or table entry.
    Value(Value<'h>),
}
pub fn find_member<'h>(_iso: &'h Isolate, _object: Value<'h>, _name: Str<'h>) -> Result<Member<'h>, Fault> { todo!() }

/// What calling a value comes down to.
pub enum Callable<'h> {
    Closure(crate::Closure<'h>),
    /// With the receiver to put in front.
    Method(Value<'h>, Value<'h>),
    Native(crate::Native<'h>),
    /// Make an instance, then call `init` on it if there is one.
    Class(crate::Class<'h>),
}
/// `Can only call functions and classes.` for anything else.
pub fn callable<'h>(_value: Value<'h>) -> Result<Callable<'h>, Fault> { todo!() }
/// `Expected N arguments but got M.` and its form with defaults.
pub fn arity_error(_required: u32, _params: u32, _got: usize) -> Fault { todo!() }

/// Position of a fresh iterator; fails if the value cannot be walked.
pub fn foreach_start(_iterable: Value<'_>) -> Result<Value<'_>, Fault> { todo!() }
/// The next key and value, and the position after them.
pub fn foreach_next<'h>(_iso: &'h Isolate, _iterable: Value<'h>, _position: Value<'h>) -> Result<Option<(Value<'h>, Value<'h>, Value<'h>)>, Fault> { todo!() }

impl Cx<'_> {
    /// Replaces the two topmost values by their sum or joined text. A safepoint.
    pub fn add(&mut self) -> Result<(), Fault> { todo!() }
    /// Replaces the `count` topmost values by their joined printed forms. A safepoint.
    pub fn interpolate(&mut self, _count: usize) -> Result<(), Fault> { todo!() }
    /// Pops and writes the printed form and a newline. A safepoint.
    pub fn print(&mut self) -> Result<(), Fault> { todo!() }
    /// Runs the native whose arguments are on top of the stack; its result replaces callee and arguments.
    pub fn call_native(&mut self, _args: usize) -> Result<(), Fault> { todo!() }
}
