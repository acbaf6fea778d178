//! What can be called, and calling natives.

use crate::engine::{Args, NativeFn};
use crate::fault::ErrorKind;
use crate::value::{Class, Closure, Native, Unpacked, Value};
use crate::{Cx, Fault, poh};

/// What calling a value comes down to.
pub enum Callable<'h> {
    /// Run the function.
    Closure(Closure<'h>),
    /// With the receiver to put in front: receiver and method.
    Method(Value<'h>, Value<'h>),
    /// Run the native.
    Native(Native<'h>),
    /// Make an instance, then call `init` on it if there is one.
    Class(Class<'h>),
}

/// `Can only call functions and classes.` for anything else.
#[inline]
pub fn callable<'h>(value: Value<'h>) -> Result<Callable<'h>, Fault> {
    match value.unpack() {
        Unpacked::Closure(closure) => Ok(Callable::Closure(closure)),
        Unpacked::BoundMethod(bound) => Ok(Callable::Method(bound.receiver(), bound.method())),
        Unpacked::Native(native) => Ok(Callable::Native(native)),
        Unpacked::Class(class) => Ok(Callable::Class(class)),
        _ => Err(not_callable(value)),
    }
}

/// What is called is nothing that can be.
#[cold]
pub fn not_callable(value: Value<'_>) -> Fault {
    let about = poh::about(value, "a function");
    let plain = format!("Only a function can be used with values, and {about}.");
    Fault::type_error_in_both("Can only call functions and classes.", plain)
}

/// `Expected N arguments but got M.` and its form with defaults.
#[cold]
pub fn arity_error(required: u32, params: u32, got: usize) -> Fault {
    let message = if required == params {
        format!("Expected {params} arguments but got {got}.")
    } else if params == u32::MAX {
        format!("Expected at least {required} arguments but got {got}.")
    } else {
        format!("Expected {required} to {params} arguments but got {got}.")
    };
    Fault::error(ErrorKind::ArityError, message)
}

/// [`arity_error`] if the number of arguments is not allowed.
#[inline]
pub fn check_arity(required: u32, params: u32, got: usize) -> Result<(), Fault> {
    if got < required as usize || got > params as usize {
        return Err(arity_error(required, params, got));
    }
    Ok(())
}

impl Cx<'_> {
    /// Runs the native whose arguments are on top of the stack; its result replaces callee and
    /// arguments. The callee, below the arguments, is a native or a bound method of one (then the
    /// receiver is put in front of the arguments); for a method of a built-in kind that is called
    /// as such the receiver counts as an argument. A safepoint. On a fault the stack is cut to
    /// below the callee.
    pub fn call_native(&mut self, args: usize) -> Result<(), Fault> {
        let callee = self.iso.stack().len() - args - 1;
        let result = self.run_native(callee, args).and_then(|()| self.iso.safepoint());
        if result.is_err() {
            self.iso.stack().truncate(callee);
        }
        result
    }

    fn run_native(&mut self, callee: usize, mut args: usize) -> Result<(), Fault> {
        let iso = &*self.iso;
        let stack = iso.stack();
        let native = match stack.get(callee).unpack() {
            Unpacked::Native(native) => native,
            Unpacked::BoundMethod(bound) => match bound.method().unpack() {
                Unpacked::Native(native) => {
                    stack.insert(callee + 1, bound.receiver());
                    args += 1;
                    native
                }
                _ => return Err(not_callable(bound.method())),
            },
            _ => return Err(not_callable(stack.get(callee))),
        };
        let (info, method) = iso.natives.info(native.number());
        // SAFETY: descriptions live as long as the isolate, never move and are only read.
        let info = unsafe { info.as_ref() };
        check_arity(info.required, info.params, args - (method && args > 0) as usize)?;
        let window = Args { first: callee + 1, count: args };
        for at in window.first..window.first + args {
            // Natives want the text of their arguments; here the memory limit can be told.
            if let Some(string) = stack.get(at).as_str() {
                string.flat()?;
            }
        }
        match &info.run {
            NativeFn::Leaf(run) => stack.set(callee, run(iso, window)?),
            NativeFn::Calling(run) => {
                run(self, window)?;
                self.take_result(callee, args);
            }
            NativeFn::Host(run) => {
                run(self, window)?;
                self.take_result(callee, args);
            }
        }
        self.iso.stack().truncate(callee + 1);
        Ok(())
    }

    /// Puts what a native pushed in the place of the callee; nil if it pushed nothing.
    fn take_result(&mut self, callee: usize, args: usize) {
        let stack = self.iso.stack();
        let pushed = stack.len() > callee + 1 + args;
        stack.set(callee, if pushed { stack.top() } else { Value::nil() });
    }
}
