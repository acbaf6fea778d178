//! Calls: what a value does when it is called, and whether the arguments fit.

use crate::Evaluator;
use crate::frames::Activation;
use sox_diagnostics::Span;
use sox_program::{ExprId, Exprs, FunctionKind};
use sox_runtime::ops::{self, Callable};
use sox_runtime::{Cx, Fault, FunctionRef, Isolate, Unpacked};

impl Activation<'_> {
    /// `callee(args)`
    pub(crate) fn call(&mut self, callee: ExprId, args: Exprs, span: Span) -> Result<(), Fault> {
        self.expression(callee)?;
        let args = self.arguments(args)?;
        self.at(span);
        self.engine.call_value(self.iso, args)
    }

    /// Pushes the arguments of a call; says how many.
    pub(crate) fn arguments(&mut self, args: Exprs) -> Result<usize, Fault> {
        let args = &self.tree[args];
        args.iter().try_for_each(|&arg| self.expression(arg))?;
        Ok(args.len())
    }
}

impl Evaluator {
    /// Calls the value under the `args` topmost operands; the result replaces it and them.
    pub(crate) fn call_value(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let stack = iso.stack();
        let callee = stack.len() - args - 1;
        match ops::callable(stack.get(callee))? {
            Callable::Closure(closure) => {
                let function = closure.function();
                self.call_closure(iso, function, args, false)
            }
            Callable::Method(receiver, method) => {
                stack.insert(callee + 1, receiver);
                stack.set(callee, method);
                self.call_method(iso, args + 1)
            }
            Callable::Native(_) => Cx { iso, engine: self }.call_native(args),
            Callable::Class(_) => self.instantiate(iso, args),
        }
    }

    /// Calls the method, a closure or native, under the `args` topmost operands, of which the first
    /// is the receiver.
    pub(crate) fn call_method(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let method = iso.stack().get(iso.stack().len() - args - 1);
        if let Unpacked::Closure(closure) = method.unpack() {
            let function = closure.function();
            self.call_closure(iso, function, args, true)
        } else {
            Cx { iso, engine: self }.call_native(args)
        }
    }

    /// Calls a closure with `args` arguments, of which the first may be a receiver.
    ///
    /// The receiver is not counted where arguments are: it is `this` of a method, and the first
    /// parameter of a library function that serves as method of a built-in kind.
    fn call_closure(
        &mut self,
        iso: &mut Isolate,
        function: FunctionRef,
        args: usize,
        receiver: bool,
    ) -> Result<(), Fault> {
        let (unit, id) = self.function(function);
        let callee = self.unit(unit).program.function(id);
        let method = matches!(callee.kind, FunctionKind::Method | FunctionKind::Initializer);
        let given = args - usize::from(receiver || method);
        let hidden = u32::from(receiver && !method);
        let (required, params) = (callee.required - hidden, callee.params - hidden);
        ops::check_arity(required, params, given)?;
        self.enter(iso, function, args).map(|_| ())
    }
}
