//! Ways out: `return`, `break`, `continue` and errors, through `finally` and `defer`.
//!
//! The body of a `finally` is compiled once. Whoever comes to it says in two hidden locals how the
//! parts before were left and with what value; after the body the code goes on from there:
//!
//! ```text
//!            0 → completion, nil → value
//!   start:   …body, with catch…
//!   end:     Jump finally
//!            handler of start..end:  error → value, 1 → completion
//!   finally: …body of the finally…
//!            if completion = 1: Rethrow value
//!            if completion = 2: return value
//!            if completion = 3: jump …
//! ```
//!
//! `return` inside puts its value and 2 there and jumps to `finally`; so does each `break` or
//! `continue` that leads out, with a number of its own. When the `finally` itself stands in another,
//! going on means coming to the outer one in the same way. Leaving the body of the `finally` by
//! another way simply never comes to the tests, so that way wins.
//!
//! A function with `defer` is such a `finally` around its whole body, whose own body calls the
//! deferred closures; an error in one takes the place of the completion, and the next is called.

use crate::code::Label;
use crate::function::FunctionCompiler;
use sox_bytecode::{Count, Instr, Local};
use sox_diagnostics::Span;
use sox_program::{Block, Catch, Slot, Stmt, StmtKind, Try};

/// Completion: fell off the end.
const NORMAL: u32 = 0;
/// Completion: an error, to be thrown on.
const THROW: u32 = 1;
/// Completion: `return`.
const RETURN: u32 = 2;
/// Completion: the first of the jumps.
const FIRST_JUMP: u32 = 3;

/// What an exit may have to pass on its way out.
pub(crate) enum Scope {
    /// A loop: where `continue` and `break` go.
    Loop { next: Label, end: Label },
    /// A `finally`.
    Finally(Protected),
}

/// The parts before a `finally`, while they are compiled.
pub(crate) struct Protected {
    completion: Local,
    value: Local,
    /// Where the body of the `finally` begins.
    entry: Label,
    /// First covered instruction.
    start: u32,
    /// Something returns through it.
    returns: bool,
    /// The other exits through it, by number from [`FIRST_JUMP`].
    jumps: Vec<Exit>,
}

/// A way out that is no error. Loops are named by their index among the scopes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// `return`; the value is on the stack.
    Return,
    Break(usize),
    Continue(usize),
}

/// How the code goes on after a `finally`.
#[derive(Clone, Copy)]
enum Resume {
    Rethrow,
    Exit(Exit),
}

impl FunctionCompiler<'_, '_> {
    /// `break` or `continue` of the innermost loop.
    pub(crate) fn leave_turn(&mut self, span: Span, exit: impl FnOnce(usize) -> Exit) {
        let is_loop = |scope: &Scope| matches!(scope, Scope::Loop { .. });
        let index = self.scopes.iter().rposition(is_loop).expect("break and continue are in loops");
        self.leave(span, exit(index));
    }

    /// Where these statements go, if all they do is to break or continue a loop with no `finally` on
    /// the way.
    pub(crate) fn mere_jump(&self, block: Block) -> Option<Label> {
        match (self.stmts(block), self.scopes.last()?) {
            ([Stmt { kind: StmtKind::Break, .. }], Scope::Loop { end, .. }) => Some(*end),
            ([Stmt { kind: StmtKind::Continue, .. }], Scope::Loop { next, .. }) => Some(*next),
            _ => None,
        }
    }

    /// Leaves by an exit: through the innermost `finally` on the way if there is one.
    pub(crate) fn leave(&mut self, span: Span, exit: Exit) {
        let outermost = match exit {
            Exit::Return => 0,
            Exit::Break(index) | Exit::Continue(index) => index,
        };
        let on_the_way = self.scopes[outermost..].iter_mut().rev();
        let innermost = on_the_way.filter_map(Scope::protected).next();
        if let Some(protected) = innermost {
            let (completion, value, entry) =
                (protected.completion, protected.value, protected.entry);
            let number = protected.number(exit);
            if exit == Exit::Return {
                self.code.emit(span, Instr::SetLocal { slot: value });
            }
            self.set_completion(span, completion, number);
            return self.code.jump(span, entry, |target| Instr::Jump { target });
        }
        match exit {
            Exit::Return => self.return_top(span),
            Exit::Break(index) | Exit::Continue(index) => {
                let Scope::Loop { next, end } = self.scopes[index] else {
                    unreachable!("the index of a loop")
                };
                let label = if exit == Exit::Break(index) { end } else { next };
                self.code.jump(span, label, |target| Instr::Jump { target });
            }
        }
    }

    /// Returns, with nothing more on the way.
    fn return_top(&mut self, span: Span) {
        if let Some(module) = self.own_module() {
            self.code.emit(span, Instr::ModuleLoaded { module });
        }
        self.code.emit(span, Instr::Return {});
    }

    pub(crate) fn try_statement(&mut self, span: Span, parts: &Try) {
        let Try { body, catch, finally } = *parts;
        if let Some(finally) = finally {
            let slots = [finally.state, Slot(finally.state.0 + 1)];
            slots.into_iter().for_each(|slot| self.use_slot(slot));
            let [completion, value] = slots.map(|slot| self.local(slot));
            self.protect(span, completion, value);
        }
        match catch {
            None => self.block(body),
            Some(catch) => self.body_with_catch(span, body, catch),
        }
        if let Some(finally) = finally {
            let protected = self.unprotect();
            let normal = self.code.reachable();
            self.code.jump(span, protected.entry, |target| Instr::Jump { target });
            let thrown = self.complete_with_error(span, &protected);
            self.code.bind(protected.entry);
            self.block(finally.body);
            self.resume(span, &protected, thrown, normal);
        }
    }

    fn body_with_catch(&mut self, span: Span, body: Block, catch: Catch) {
        let start = self.code.here();
        self.block(body);
        let covered = self.code.here();
        let end = self.code.label();
        self.code.jump(span, end, |target| Instr::Jump { target });
        self.code.handle(start, covered);
        match catch.variable {
            Some((slot, cell)) => {
                self.code.emit(span, Instr::Caught {});
                self.declare(span, slot, cell);
            }
            None => self.code.emit(span, Instr::Pop {}),
        }
        self.block(catch.body);
        self.code.bind(end);
    }

    /// The body of a function that has `defer` in it, and the calls of what was deferred.
    pub(crate) fn body_with_defers(&mut self) {
        let span = self.function.span;
        let [defers, completion, value] = [(); 3].map(|()| self.hidden_local());
        self.defers = Some(defers);
        self.code.emit(span, Instr::NewDefers { slot: defers });
        self.protect(span, completion, value);
        self.block(self.function.body);
        let protected = self.unprotect();
        let normal = self.code.reachable();
        let (next, call) = (protected.entry, self.code.label());
        self.code.jump(span, next, |target| Instr::Jump { target });
        self.code.bind_loop(call, 1);
        self.code.emit(span, Instr::Call { args: Count(0) });
        self.code.emit(span, Instr::Pop {});
        self.code.jump(span, next, |target| Instr::Jump { target });
        let thrown = self.complete_with_error(span, &protected);
        self.code.bind(next);
        self.code.jump(span, call, |target| Instr::DeferNext { slot: defers, target });
        self.resume(span, &protected, thrown, normal);
    }

    /// Begins the parts before a `finally`.
    fn protect(&mut self, span: Span, completion: Local, value: Local) {
        self.set_completion(span, completion, NORMAL);
        self.code.emit(span, Instr::Nil {});
        self.code.emit(span, Instr::SetLocal { slot: value });
        let (entry, start) = (self.code.label(), self.code.here());
        let (returns, jumps) = (false, Vec::new());
        let protected = Protected { completion, value, entry, start, returns, jumps };
        self.scopes.push(Scope::Finally(protected));
    }

    /// Ends the parts before a `finally`.
    fn unprotect(&mut self) -> Protected {
        match self.scopes.pop() {
            Some(Scope::Finally(protected)) => protected,
            _ => unreachable!("scopes nest"),
        }
    }

    /// The handler of all code since the start of the protected parts. Tells whether an error can
    /// come to it.
    fn complete_with_error(&mut self, span: Span, protected: &Protected) -> bool {
        self.code.handle(protected.start, self.code.here());
        let thrown = self.code.reachable();
        self.code.emit(span, Instr::SetLocal { slot: protected.value });
        self.set_completion(span, protected.completion, THROW);
        thrown
    }

    fn set_completion(&mut self, span: Span, completion: Local, number: u32) {
        self.number(span, f64::from(number));
        self.code.emit(span, Instr::SetLocal { slot: completion });
    }

    /// Goes on as the completion says. Without a normal completion the last way needs no test.
    fn resume(&mut self, span: Span, protected: &Protected, thrown: bool, normal: bool) {
        let ways = protected.ways(thrown);
        let (last, tested) = match ways.split_last() {
            Some((last, rest)) if !normal => (Some(last), rest),
            _ => (None, &ways[..]),
        };
        for &(number, way) in tested {
            let skip = self.code.label();
            self.code.emit(span, Instr::GetLocal { slot: protected.completion });
            self.number(span, f64::from(number));
            self.code.emit(span, Instr::Equal {});
            self.code.jump(span, skip, |target| Instr::JumpIfFalse { target });
            self.go_on(span, protected, way);
            self.code.bind(skip);
        }
        if let Some(&(_, way)) = last {
            self.go_on(span, protected, way);
        }
    }

    fn go_on(&mut self, span: Span, protected: &Protected, way: Resume) {
        match way {
            Resume::Rethrow => {
                self.code.emit(span, Instr::GetLocal { slot: protected.value });
                self.code.emit(span, Instr::Rethrow {});
            }
            Resume::Exit(exit) => {
                if exit == Exit::Return {
                    self.code.emit(span, Instr::GetLocal { slot: protected.value });
                    // The local may hold an error as well, as far as the verifier can tell.
                    self.code.emit(span, Instr::Caught {});
                }
                self.leave(span, exit);
            }
        }
    }
}

impl Scope {
    fn protected(&mut self) -> Option<&mut Protected> {
        match self {
            Scope::Loop { .. } => None,
            Scope::Finally(protected) => Some(protected),
        }
    }
}

impl Protected {
    /// The completion number of an exit.
    fn number(&mut self, exit: Exit) -> u32 {
        if exit == Exit::Return {
            self.returns = true;
            return RETURN;
        }
        let index = self.jumps.iter().position(|&known| known == exit).unwrap_or_else(|| {
            self.jumps.push(exit);
            self.jumps.len() - 1
        });
        FIRST_JUMP + index as u32
    }

    /// The completions besides the normal one that occur, and what each leads to.
    fn ways(&self, thrown: bool) -> Vec<(u32, Resume)> {
        let rethrow = thrown.then_some((THROW, Resume::Rethrow));
        let returned = self.returns.then_some((RETURN, Resume::Exit(Exit::Return)));
        let jumps = (FIRST_JUMP..).zip(self.jumps.iter().map(|&exit| Resume::Exit(exit)));
        rethrow.into_iter().chain(returned).chain(jumps).collect()
    }
}
