//! The rooted value stack.

use crate::Value;

/// Reserved address space, committed lazily, that never moves. Slots below the top are roots.
/// Works through `&self`: slots are cells.
pub struct Stack { _private: () }

impl Stack {
    /// Slots in use.
    pub fn len(&self) -> usize { todo!() }
    /// Pushes; there is always a red zone of some hundred slots beyond the limit.
    pub fn push(&self, _value: Value<'_>) { todo!() }
    /// Pushes, or `Stack overflow.` Use where the number of values is not bounded by the code.
    pub fn reserve(&self, _slots: usize) -> Result<(), crate::Fault> { todo!() }
    pub fn get<'h>(&'h self, _index: usize) -> Value<'h> { todo!() }
    pub fn set(&self, _index: usize, _value: Value<'_>) { todo!() }
    /// Drops everything from `len` on.
    pub fn truncate(&self, _len: usize) { todo!() }
}
