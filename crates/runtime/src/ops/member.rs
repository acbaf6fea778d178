//! Properties: fields, methods, entries.

use crate::value::{Class, Instance, Kind, Str, Unpacked, Value};
use crate::{Fault, Isolate};

/// `Undefined property 'p'.`
#[cold]
pub fn undefined_property(name: Str<'_>) -> Fault {
    Fault::name_error(format!("Undefined property '{}'.", name.text()))
}

/// `Undefined variable 'x'.`
#[cold]
pub fn undefined_variable(name: &str) -> Fault {
    Fault::name_error(format!("Undefined variable '{name}'."))
}

/// `Superclass must be a class.`
#[cold]
pub fn superclass_must_be_a_class() -> Fault {
    Fault::type_error("Superclass must be a class.")
}

#[cold]
fn no_properties() -> Fault {
    Fault::type_error("Only instances and tables have properties.")
}

/// What calling `object.name(…)` calls.
pub enum Member<'h> {
    /// Call this with the receiver as `this` (a method) or as argument 0 (native method of a kind).
    Method(Value<'h>),
    /// Call this without receiver: a field or table entry.
    Value(Value<'h>),
}

/// What calling `object.name(…)` calls.
pub fn find_member<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    name: Str<'h>,
) -> Result<Member<'h>, Fault> {
    let kind = match object.unpack() {
        Unpacked::Instance(instance) => return instance_member(instance, name),
        Unpacked::Table(table) => match table.get(name.value()) {
            Some(value) => return Ok(Member::Value(value)),
            None => Kind::Table,
        },
        Unpacked::String(_) => Kind::String,
        Unpacked::Array(_) => Kind::Array,
        Unpacked::Number(_) => Kind::Number,
        Unpacked::Error(_) => return get_field(iso, object, name).map(Member::Value),
        _ => return Err(no_properties()),
    };
    match iso.method(kind, name) {
        Some(method) => Ok(Member::Method(method)),
        None => Err(undefined_property(name)),
    }
}

fn instance_member<'h>(instance: Instance<'h>, name: Str<'h>) -> Result<Member<'h>, Fault> {
    if let Some(value) = instance.field(name) {
        return Ok(Member::Value(value));
    }
    match instance.class().method(name) {
        Some(method) => Ok(Member::Method(method.value())),
        None => Err(undefined_property(name)),
    }
}

/// `object.name` read. Methods are bound.
pub fn get_field<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    name: Str<'h>,
) -> Result<Value<'h>, Fault> {
    let bind = |method: Value<'h>| Ok(iso.bound_method(object, method)?.value());
    let of_kind = |kind: Kind| match iso.method(kind, name) {
        Some(method) => bind(method),
        None => Err(undefined_property(name)),
    };
    match object.unpack() {
        Unpacked::Instance(instance) => match instance_member(instance, name)? {
            Member::Value(value) => Ok(value),
            Member::Method(method) => bind(method),
        },
        // As `table["name"]`, except that a member of tables is found behind the entries.
        Unpacked::Table(table) => match table.get(name.value()) {
            Some(value) => Ok(value),
            None => iso.method(Kind::Table, name).map_or(Ok(Value::nil()), bind),
        },
        Unpacked::String(_) => of_kind(Kind::String),
        Unpacked::Array(_) => of_kind(Kind::Array),
        Unpacked::Number(_) => of_kind(Kind::Number),
        Unpacked::Error(error) => match name.text() {
            "message" => Ok(error.message().value()),
            "kind" => Ok(error.kind_name().value()),
            "line" => Ok(Value::number(error.line() as f64)),
            "trace" => {
                let trace = error.trace();
                let lines = iso.array(trace.len())?;
                for frame in trace {
                    let function = iso.function_info(frame.function);
                    let name = if function.script { "script" } else { &*function.name };
                    let line = iso.string(&format!("{name}:{}", frame.line))?;
                    lines.push(iso, line.value())?;
                }
                Ok(lines.value())
            }
            _ => Err(undefined_property(name)),
        },
        _ => Err(no_properties()),
    }
}

/// `object.name = value`.
pub fn set_field<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    name: Str<'h>,
    value: Value<'h>,
) -> Result<(), Fault> {
    match object.unpack() {
        Unpacked::Instance(instance) => instance.set_field(iso, name, value),
        Unpacked::Table(table) => table.set(iso, name.value(), value),
        _ => Err(Fault::type_error("Only instances and tables have fields.")),
    }
}

/// `super.name`, bound.
pub fn get_super<'h>(
    iso: &'h Isolate,
    this: Value<'h>,
    superclass: Value<'h>,
    name: Str<'h>,
) -> Result<Value<'h>, Fault> {
    let Unpacked::Class(superclass) = superclass.unpack() else {
        return Err(superclass_must_be_a_class());
    };
    let method = super_method(superclass, name)?;
    Ok(iso.bound_method(this, method)?.value())
}

fn super_method<'h>(superclass: Class<'h>, name: Str<'h>) -> Result<Value<'h>, Fault> {
    superclass.method(name).map(|method| method.value()).ok_or_else(|| undefined_property(name))
}
