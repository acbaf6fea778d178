//! `try`, `catch`, `finally`, `defer`: code that runs on the way out.
//!
//! A block is left in one of many ways: by its end, by `break`, `continue`, by `return` with a value
//! in the result slot, or by an error that is pending in the isolate. Code that runs in between, a
//! `finally` part or a deferred closure, may itself return values and throw and catch errors; so
//! before it runs, the value or error that goes with the [`Exit`] is *parked* in a slot of its own,
//! and *unparked* after it.
//!
//! Reached limits and `sysExit` are not errors of the program: they leave at once, and nothing of
//! the program runs on their way.

use crate::frames::{Activation, Flow};
use sox_program::{Catch, Finally, FunctionId, Try};
use sox_runtime::{Fault, Unpacked, Value};

/// How a block was left.
type Exit = Result<Flow, Fault>;

/// Whether an exit lets code of the program run on its way.
fn stoppable(exit: &Exit) -> bool {
    !matches!(exit, Err(Fault::Limit(_) | Fault::Exit(_)))
}

impl Activation<'_> {
    pub(crate) fn try_statement(&mut self, parts: &Try) -> Exit {
        let Try { body, catch, finally } = parts;
        let height = self.height();
        let mut exit = self.block(*body);
        if let Some(catch) = catch
            && matches!(exit, Err(Fault::Thrown))
        {
            self.cut(height);
            exit = self.handle(catch);
        }
        match finally {
            Some(finally) if stoppable(&exit) => {
                self.cut(height);
                self.finish(finally, exit)
            }
            _ => exit,
        }
    }

    /// Runs a handler: the pending error becomes the value of its variable.
    fn handle(&mut self, catch: &Catch) -> Exit {
        if let Some((slot, cell)) = catch.variable {
            self.declare(slot, cell, self.thrown())?;
        }
        self.iso.set_pending(None);
        self.block(catch.body)
    }

    /// What `catch` binds of the pending error.
    fn thrown(&self) -> Value<'_> {
        self.iso.pending().map_or(Value::nil(), |error| error.thrown())
    }

    /// Runs a `finally` part after the parts before it were left by `exit`. If it is left by its end
    /// that exit goes on; otherwise its own exit wins.
    fn finish(&mut self, finally: &Finally, exit: Exit) -> Exit {
        let parked = self.index(finally.state) + 1;
        self.park(&exit, parked);
        match self.block(finally.body)? {
            Flow::Normal => {
                self.unpark(&exit, parked);
                exit
            }
            own => Ok(own),
        }
    }

    /// Adds a closure to those that run when the function is left.
    pub(crate) fn defer(&mut self, function: FunctionId) -> Result<(), Fault> {
        self.closure(function)?;
        let Unpacked::DeferList(defers) = self.iso.stack().get(self.defers_index()).unpack() else {
            unreachable!("a function with a defer statement has a list for it")
        };
        defers.push(self.iso, self.pop())
    }

    /// Runs what the function deferred, last first, after its body was left by `exit`. An error in
    /// one of them is how the function is left from then on; the others run all the same.
    pub(crate) fn run_deferred(&mut self, mut exit: Exit) -> Exit {
        if !stoppable(&exit) {
            return exit;
        }
        let parked = self.result_index();
        self.cut(self.defers_index() + 1);
        self.at(self.function.span);
        self.park(&exit, parked);
        while self.push_deferred() {
            if let Err(fault) = self.engine.call_value(self.iso, 0) {
                exit = Err(self.raise(fault, self.function.span));
                if !stoppable(&exit) {
                    return exit;
                }
                self.park(&exit, parked);
            }
            self.cut(self.defers_index() + 1);
        }
        self.unpark(&exit, parked);
        exit
    }

    /// Takes the last deferred closure from the list and pushes it, if there is one.
    fn push_deferred(&self) -> bool {
        let Unpacked::DeferList(defers) = self.iso.stack().get(self.defers_index()).unpack() else {
            unreachable!("a function with a defer statement has a list for it")
        };
        let closure = defers.pop();
        if let Some(closure) = closure {
            self.push(closure);
        }
        closure.is_some()
    }

    /// Puts what goes with an exit into a stack slot: the returned value or the pending error.
    fn park(&self, exit: &Exit, index: usize) {
        let stack = self.iso.stack();
        match exit {
            Ok(Flow::Return) => stack.set(index, stack.get(self.result_index())),
            Err(_) => {
                stack.set(index, self.iso.pending().map_or(Value::nil(), Value::from));
                self.iso.set_pending(None);
            }
            Ok(_) => {}
        }
    }

    /// Takes back what [`Activation::park`] put into the slot.
    fn unpark(&self, exit: &Exit, index: usize) {
        let value = self.iso.stack().get(index);
        match exit {
            Ok(Flow::Return) => self.iso.stack().set(self.result_index(), value),
            Err(_) => {
                if let Unpacked::Error(error) = value.unpack() {
                    self.iso.set_pending(Some(error));
                }
            }
            Ok(_) => {}
        }
    }
}
