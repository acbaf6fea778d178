//! Fields, elements, slices, and calls of members.

use crate::frames::Activation;
use sox_diagnostics::Span;
use sox_program::{Expr, Place, Symbol};
use sox_runtime::ops::{self, Member};
use sox_runtime::{Fault, Unpacked, Value};

impl Activation<'_> {
    /// Puts the field of the topmost operand in the place of the topmost `replaced`: 1 to take the
    /// object, 0 to keep it.
    pub(crate) fn get_field(&self, replaced: usize, name: Symbol) -> Result<(), Fault> {
        let value = ops::get_field(self.iso, self.peek(0), self.string(name))?;
        self.replace(replaced, value);
        Ok(())
    }

    /// Object, value: sets the field, leaves the value.
    pub(crate) fn set_field(&self, name: Symbol) -> Result<(), Fault> {
        let value = self.peek(0);
        ops::set_field(self.iso, self.peek(1), self.string(name), value)?;
        self.replace(2, value);
        Ok(())
    }

    /// Object, index: the element takes the place of the topmost `replaced`.
    pub(crate) fn get_index(&self, replaced: usize) -> Result<(), Fault> {
        let value = ops::get_index(self.iso, self.peek(1), self.peek(0))?;
        self.replace(replaced, value);
        Ok(())
    }

    /// Object, index, value: sets the element, leaves the value.
    pub(crate) fn set_index(&self) -> Result<(), Fault> {
        let value = self.peek(0);
        ops::set_index(self.iso, self.peek(2), self.peek(1), value)?;
        self.replace(3, value);
        Ok(())
    }

    /// `object[from:to]`; the object first, then the ends that are there.
    pub(crate) fn slice(
        &mut self,
        object: &Expr,
        from: Option<&Expr>,
        to: Option<&Expr>,
    ) -> Result<(), Fault> {
        let height = self.height();
        for part in [Some(object), from, to].into_iter().flatten() {
            self.expression(part)?;
        }
        let operand = |depth: usize| self.iso.stack().get(height + depth);
        let first = from.map(|_| operand(1));
        let last = to.map(|_| operand(1 + usize::from(from.is_some())));
        let part = ops::slice(self.iso, operand(0), first, last)?;
        self.replace(self.height() - height, part);
        Ok(())
    }

    /// Array, item: appends the item, leaves the array.
    pub(crate) fn append(&self) -> Result<(), Fault> {
        let Unpacked::Array(array) = self.peek(1).unpack() else {
            unreachable!("an array literal")
        };
        array.push(self.iso, self.pop())
    }

    /// Table, key, value: sets the entry, leaves the table. A key that is there already keeps its
    /// place.
    pub(crate) fn insert(&self) -> Result<(), Fault> {
        let Unpacked::Table(table) = self.peek(2).unpack() else { unreachable!("a table literal") };
        table.set(self.iso, self.peek(1), self.peek(0))?;
        self.cut(self.height() - 2);
        Ok(())
    }

    /// `object.name(args)`. The member is looked up when the arguments are there.
    ///
    /// Below the object a place is kept for a method, whose first argument the object then is. A
    /// member that is a plain value takes the object's place, and is called without it.
    pub(crate) fn invoke(
        &mut self,
        object: &Expr,
        name: Symbol,
        args: &[Expr],
        span: Span,
    ) -> Result<(), Fault> {
        let callee = self.height();
        self.push(Value::nil());
        self.expression(object)?;
        self.arguments(args)?;
        self.at(span);
        let stack = self.iso.stack();
        match ops::find_member(self.iso, stack.get(callee + 1), self.string(name))? {
            Member::Method(method) => {
                stack.set(callee, method);
                self.engine.call_method(self.iso, args.len() + 1)
            }
            Member::Value(value) => {
                stack.set(callee + 1, value);
                self.engine.call_value(self.iso, args.len())?;
                self.replace(2, self.peek(0));
                Ok(())
            }
        }
    }

    /// `super.name(args)`: the superclass's method on `this`, looked up when the arguments are there.
    pub(crate) fn super_invoke(
        &mut self,
        this: Place,
        superclass: Place,
        name: Symbol,
        args: &[Expr],
        span: Span,
    ) -> Result<(), Fault> {
        let callee = self.height();
        self.push(Value::nil());
        self.push(self.read(this)?);
        self.arguments(args)?;
        self.at(span);
        let stack = self.iso.stack();
        let (receiver, superclass) = (stack.get(callee + 1), self.read(superclass)?);
        let bound = ops::get_super(self.iso, receiver, superclass, self.string(name))?;
        let Unpacked::BoundMethod(bound) = bound.unpack() else {
            unreachable!("a superclass has only methods")
        };
        stack.set(callee, bound.method());
        self.engine.call_method(self.iso, args.len() + 1)
    }
}
