//! Class statements, and what calling a class does.

use crate::Evaluator;
use crate::frames::Activation;
use sox_program::{Class, ExprId, Slot};
use sox_runtime::{Fault, Isolate, Unpacked, ops};

impl Activation<'_> {
    /// Makes a class: its superclass first, then its methods in order; the variable comes last.
    pub(crate) fn class(&mut self, class: &Class) -> Result<(), Fault> {
        if let Some((superclass, slot)) = class.superclass {
            self.superclass(superclass, slot)?;
        }
        self.push(self.iso.class(self.string(class.name))?.into());
        if let Some((_, slot)) = class.superclass {
            let superclass = self.iso.stack().get(self.index(slot)).unpack();
            if let (Unpacked::Class(class), Unpacked::Class(superclass)) =
                (self.peek(0).unpack(), superclass)
            {
                class.inherit(superclass);
            }
        }
        for &(name, function) in &class.methods {
            self.closure(function)?;
            if let (Unpacked::Class(class), Unpacked::Closure(method)) =
                (self.peek(1).unpack(), self.pop().unpack())
            {
                class.add_method(self.iso, self.string(name), method)?;
            }
        }
        self.define(class.place, self.pop());
        Ok(())
    }

    /// Evaluates a superclass into the slot where methods find it for `super`.
    fn superclass(&mut self, expr: ExprId, slot: Slot) -> Result<(), Fault> {
        self.expression(expr)?;
        let superclass = self.pop();
        if !matches!(superclass.unpack(), Unpacked::Class(_)) {
            return Err(self.raise(ops::superclass_must_be_a_class(), self.tree[expr].span));
        }
        self.iso.stack().set(self.index(slot), superclass);
        Ok(())
    }
}

impl Evaluator {
    /// Calls the class under the `args` topmost operands: makes an instance and calls `init` on it,
    /// which gives the instance. Without `init` there is nothing to take arguments.
    pub(crate) fn instantiate(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let stack = iso.stack();
        let callee = stack.len() - args - 1;
        let Unpacked::Class(class) = stack.get(callee).unpack() else { unreachable!("a class") };
        let instance = iso.instance(class)?.into();
        match class.method(self.init_name(iso)) {
            Some(init) => {
                stack.insert(callee + 1, instance);
                stack.set(callee, init.into());
                self.call_method(iso, args + 1)
            }
            None if args > 0 => Err(ops::arity_error(0, 0, args)),
            None => {
                stack.set(callee, instance);
                Ok(())
            }
        }
    }
}
