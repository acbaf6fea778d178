//! Fields, elements, slices, and calls of members.

use crate::frames::Activation;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, ExprId, Exprs, Place, Symbol};
use sox_runtime::ops::{self, Member};
use sox_runtime::{Fault, Unpacked, Value, poh};

impl Activation<'_> {
    /// `object.name`
    pub(crate) fn get_field(&mut self, object: ExprId, name: Symbol) -> Result<(), Fault> {
        self.expression(object)?;
        let field = ops::get_field(self.iso, self.pop(), self.string(name))?;
        self.push(field);
        Ok(())
    }

    /// `object.name = value`
    pub(crate) fn set_field(
        &mut self,
        object: ExprId,
        name: Symbol,
        value: ExprId,
    ) -> Result<(), Fault> {
        self.expression(object)?;
        self.expression(value)?;
        self.store_field(name)
    }

    /// `object.name op= value`: the object once; the field is read before the value is evaluated.
    pub(crate) fn update_field(
        &mut self,
        object: ExprId,
        name: Symbol,
        operator: BinaryOp,
        value: ExprId,
        span: Span,
    ) -> Result<(), Fault> {
        self.expression(object)?;
        self.push(ops::get_field(self.iso, self.peek(0), self.string(name))?);
        self.expression(value)?;
        self.binary(operator, span)?;
        self.store_field(name)
    }

    /// Object, value: sets the field, leaves the value.
    fn store_field(&self, name: Symbol) -> Result<(), Fault> {
        let (value, object) = (self.pop(), self.pop());
        ops::set_field(self.iso, object, self.string(name), value)?;
        self.push(value);
        Ok(())
    }

    /// `object[index]`
    pub(crate) fn get_index(&mut self, object: ExprId, index: ExprId) -> Result<(), Fault> {
        self.expression(object)?;
        self.expression(index)?;
        let (index, object) = (self.pop(), self.pop());
        self.push(ops::get_index(self.iso, object, index)?);
        Ok(())
    }

    /// `object[index] = value`
    pub(crate) fn set_index(
        &mut self,
        object: ExprId,
        index: ExprId,
        value: ExprId,
    ) -> Result<(), Fault> {
        self.expression(object)?;
        self.expression(index)?;
        self.expression(value)?;
        self.store_index()
    }

    /// `object[index] op= value`: object and index once; the element is read before the value is
    /// evaluated.
    pub(crate) fn update_index(
        &mut self,
        object: ExprId,
        index: ExprId,
        operator: BinaryOp,
        value: ExprId,
        span: Span,
    ) -> Result<(), Fault> {
        self.expression(object)?;
        self.expression(index)?;
        self.push(ops::get_index(self.iso, self.peek(1), self.peek(0))?);
        self.expression(value)?;
        self.binary(operator, span)?;
        self.store_index()
    }

    /// Object, index, value: the object with that element.
    pub(crate) fn with_item(
        &mut self,
        object: ExprId,
        index: ExprId,
        value: ExprId,
    ) -> Result<(), Fault> {
        self.expression(object)?;
        self.expression(index)?;
        self.expression(value)?;
        let (value, index, object) = (self.pop(), self.pop(), self.pop());
        self.push(poh::with_item(self.iso, object, index, value)?);
        Ok(())
    }

    /// Object, index, value: sets the element, leaves the value.
    fn store_index(&self) -> Result<(), Fault> {
        let (value, index, object) = (self.pop(), self.pop(), self.pop());
        ops::set_index(self.iso, object, index, value)?;
        self.push(value);
        Ok(())
    }

    /// `object[from:to]`; the object first, then the ends that are there.
    pub(crate) fn slice(
        &mut self,
        object: ExprId,
        from: Option<ExprId>,
        to: Option<ExprId>,
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

    /// `object.name(args)`. The member is looked up when the arguments are there.
    ///
    /// Below the object a place is kept for a method, whose first argument the object then is. A
    /// member that is a plain value takes the object's place, and is called without it.
    pub(crate) fn invoke(
        &mut self,
        object: ExprId,
        name: Symbol,
        args: Exprs,
        span: Span,
    ) -> Result<(), Fault> {
        let callee = self.height();
        self.push(Value::nil());
        self.expression(object)?;
        let args = self.arguments(args)?;
        self.at(span);
        let stack = self.iso.stack();
        match ops::find_member(self.iso, stack.get(callee + 1), self.string(name))? {
            Member::Method(method) => {
                stack.set(callee, method);
                self.engine.call_method(self.iso, args + 1)
            }
            Member::Value(value) => {
                stack.set(callee + 1, value);
                self.engine.call_value(self.iso, args)?;
                self.replace(2, self.peek(0));
                Ok(())
            }
        }
    }

    /// `super.name`: the superclass's method, bound to `this`.
    pub(crate) fn super_get(
        &self,
        this: Place,
        superclass: Place,
        name: Symbol,
    ) -> Result<(), Fault> {
        let (this, superclass) = (self.read(this)?, self.read(superclass)?);
        self.push(ops::get_super(self.iso, this, superclass, self.string(name))?);
        Ok(())
    }

    /// `super.name(args)`: the superclass's method on `this`, looked up when the arguments are there.
    pub(crate) fn super_invoke(
        &mut self,
        this: Place,
        superclass: Place,
        name: Symbol,
        args: Exprs,
        span: Span,
    ) -> Result<(), Fault> {
        let callee = self.height();
        self.push(Value::nil());
        self.push(self.read(this)?);
        let args = self.arguments(args)?;
        self.at(span);
        let stack = self.iso.stack();
        let (receiver, superclass) = (stack.get(callee + 1), self.read(superclass)?);
        let bound = ops::get_super(self.iso, receiver, superclass, self.string(name))?;
        let Unpacked::BoundMethod(bound) = bound.unpack() else {
            unreachable!("a superclass has only methods")
        };
        stack.set(callee, bound.method());
        self.engine.call_method(self.iso, args + 1)
    }
}
