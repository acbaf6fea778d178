//! Printed forms.

use crate::{Cx, Fault, Isolate, Str, Value};

impl Isolate {
    /// The printed form, if no `toString` of an instance inside needs to be called. Iterative; cycles
    /// print as `[...]` and `<table>{...}`.
    pub fn text_of<'h>(&'h self, _value: Value<'h>) -> Result<Option<Str<'h>>, Fault> { todo!() }
}

impl Cx<'_> {
    /// Replaces the top of the stack by its printed form, calling `toString` where instances have one.
    /// A safepoint.
    pub fn to_text(&mut self) -> Result<(), Fault> { todo!() }
}
