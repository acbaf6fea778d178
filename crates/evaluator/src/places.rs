//! Variables: reading, assigning and declaring the places they live in.
//!
//! A variable is a slot of the frame, a module-level number, or something a closure took with it.
//! One that a closure captures and something assigns lives in a heap cell, so that all who know it
//! see the same value; the slot then holds the cell, and a closure takes the cell.

use crate::frames::Activation;
use sox_program::{BuiltinId, Place, Slot, Symbol};
use sox_runtime::{CellRef, Fault, Unpacked, Value, ops};

impl Activation<'_> {
    /// The value of a variable.
    pub(crate) fn read(&self, place: Place) -> Result<Value<'_>, Fault> {
        match place {
            Place::Local(_) | Place::Capture(_) => Ok(self.captured(place)),
            Place::Cell(_) | Place::CaptureCell(_) => Ok(cell(self.captured(place)).get()),
            Place::Global(id) => {
                let value = self.iso.global(self.unit.globals[id.0 as usize]);
                if value.is_unset() {
                    return Err(
                        self.undefined_variable(self.unit.program.globals[id.0 as usize].name)
                    );
                }
                Ok(value)
            }
        }
    }

    /// Gives a variable that exists another value.
    pub(crate) fn assign(&self, place: Place, value: Value<'_>) -> Result<(), Fault> {
        match place {
            Place::Global(_) => {
                self.read(place)?;
                self.define(place, value);
            }
            _ => self.define(place, value),
        }
        Ok(())
    }

    /// Gives a variable a value whether or not it had one: a module-level one so exists.
    pub(crate) fn define(&self, place: Place, value: Value<'_>) {
        match place {
            Place::Local(slot) => self.iso.stack().set(self.index(slot), value),
            Place::Cell(_) | Place::CaptureCell(_) => cell(self.captured(place)).set(value),
            Place::Global(id) => self.iso.set_global(self.unit.globals[id.0 as usize], value),
            Place::Capture(_) => unreachable!("a copied capture is never assigned"),
        }
    }

    /// Begins the life of a local variable: in a fresh cell, or in the slot itself.
    pub(crate) fn declare(&self, slot: Slot, in_cell: bool, value: Value<'_>) -> Result<(), Fault> {
        let index = self.index(slot);
        if in_cell {
            self.iso.stack().set(index, self.iso.cell(value)?.into());
        } else {
            self.iso.stack().set(index, value);
        }
        Ok(())
    }

    /// What a place holds as a closure would take it: the value, or the cell with the value in it.
    pub(crate) fn captured(&self, place: Place) -> Value<'_> {
        match place {
            Place::Local(slot) | Place::Cell(slot) => self.iso.stack().get(self.index(slot)),
            Place::Capture(index) | Place::CaptureCell(index) => match self.callee().unpack() {
                Unpacked::Closure(closure) => closure.capture(index as usize),
                _ => unreachable!("only a closure has captures"),
            },
            Place::Global(_) => unreachable!("a module-level variable is not captured"),
        }
    }

    /// The value of a builtin.
    pub(crate) fn builtin(&self, builtin: BuiltinId) -> Result<Value<'_>, Fault> {
        match self.unit.builtins[builtin.0 as usize] {
            Some(constant) => Ok(self.iso.constant(constant)),
            None => Err(self.undefined_variable(self.unit.program.builtins[builtin.0 as usize])),
        }
    }

    /// The error of a name that nothing stands behind.
    pub(crate) fn undefined_variable(&self, name: Symbol) -> Fault {
        ops::undefined_variable(self.unit.program.name(name))
    }
}

fn cell(value: Value<'_>) -> CellRef<'_> {
    match value.unpack() {
        Unpacked::Cell(cell) => cell,
        _ => unreachable!("the place holds a cell"),
    }
}
