//! Statements: each leaves the operands as it found them and says how it was left.

use crate::frames::{Activation, Flow};
use sox_program::{Arm, Block, ExprId, Foreach, Slot, Stmt, StmtKind};
use sox_runtime::{ErrorKind, Fault, Value, ops};

impl Activation<'_> {
    /// Runs statements in order, up to the first that leaves.
    pub(crate) fn block(&mut self, block: Block) -> Result<Flow, Fault> {
        for statement in &self.tree[block] {
            let flow = self.statement(statement)?;
            if flow != Flow::Normal {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    fn statement(&mut self, statement: &Stmt) -> Result<Flow, Fault> {
        self.guard()
            .and_then(|()| self.execute(statement))
            .map_err(|fault| self.raise(fault, statement.span))
    }

    /// [`Activation::statement`] without the care for errors.
    fn execute(&mut self, statement: &Stmt) -> Result<Flow, Fault> {
        match statement.kind {
            StmtKind::Expr(expr) => {
                self.expression(expr)?;
                self.pop();
            }
            StmtKind::Print(expr) => {
                self.expression(expr)?;
                self.at(statement.span);
                self.cx().print()?;
            }
            StmtKind::Assert(condition, message) => {
                if !self.condition(condition)? {
                    return Err(self.assertion_failed(message, statement)?);
                }
            }
            StmtKind::Declare { slot, cell, value } => {
                match value {
                    Some(value) => self.expression(value)?,
                    None => self.push(Value::nil()),
                }
                self.declare(slot, cell, self.peek(0))?;
                self.pop();
            }
            StmtKind::DefineGlobal(global, value) => {
                self.expression(value)?;
                self.define(sox_program::Place::Global(global), self.pop());
            }
            StmtKind::Default { slot, value } => {
                if self.iso.stack().get(self.index(slot)).is_unset() {
                    self.expression(value)?;
                    self.iso.stack().set(self.index(slot), self.pop());
                }
            }
            StmtKind::BoxParam(slot) => {
                self.declare(slot, true, self.iso.stack().get(self.index(slot)))?;
            }
            StmtKind::Block(statements) => return self.block(statements),
            StmtKind::If { arms, otherwise } => {
                for &Arm { condition, body } in &self.tree[arms] {
                    if self.condition(condition)? {
                        return self.block(body);
                    }
                }
                return self.block(otherwise);
            }
            StmtKind::Loop { condition, step, body } => {
                return self.repeat(condition, step, body);
            }
            StmtKind::Foreach(id) => return self.foreach(&self.tree[id]),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(value) => {
                match value {
                    Some(value) => self.expression(value)?,
                    None => self.push(Value::nil()),
                }
                self.iso.stack().set(self.result_index(), self.pop());
                return Ok(Flow::Return);
            }
            StmtKind::Throw(value) => {
                self.expression(value)?;
                self.at(statement.span);
                return Err(self.iso.throw(self.pop(), || self.trace()));
            }
            StmtKind::Try(id) => return self.try_statement(&self.tree[id]),
            StmtKind::Defer(function) => self.defer(function)?,
            StmtKind::Class(id) => self.class(&self.tree[id])?,
        }
        Ok(Flow::Normal)
    }

    /// The error of an assertion; its message is evaluated and printed only now, which may fail in
    /// its own way.
    fn assertion_failed(
        &mut self,
        message: Option<ExprId>,
        statement: &Stmt,
    ) -> Result<Fault, Fault> {
        let text = match message {
            None => "Assertion failed.".to_owned(),
            Some(message) => {
                self.expression(message)?;
                self.at(statement.span);
                self.cx().to_text()?;
                let text = self.pop().as_str().expect("a printed form is a string");
                format!("Assertion failed: {}", text.text())
            }
        };
        Ok(Fault::error(ErrorKind::AssertionError, text))
    }

    /// `while` and `for`. Entering the body is a step.
    fn repeat(
        &mut self,
        condition: Option<ExprId>,
        step: Option<ExprId>,
        body: Block,
    ) -> Result<Flow, Fault> {
        loop {
            if let Some(condition) = condition
                && !self.condition(condition)?
            {
                return Ok(Flow::Normal);
            }
            self.iso.step()?;
            match self.block(body)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Normal),
                Flow::Return => return Ok(Flow::Return),
            }
            if let Some(step) = step {
                self.expression(step)?;
                self.pop();
            }
        }
    }

    /// Walks a container. What is walked and how far it got are in the two hidden slots from `state`.
    /// Entering the body, with the variables of this turn in place, is a step.
    fn foreach(&mut self, parts: &Foreach) -> Result<Flow, Fault> {
        let Foreach { state, key, value, iterable, body } = *parts;
        self.expression(iterable)?;
        let walked = self.pop();
        let start = ops::foreach_start(walked);
        let start = match start {
            Ok(start) => start,
            Err(fault) => return Err(self.raise(fault, self.tree[iterable].span)),
        };
        self.iso.stack().set(self.index(state), walked);
        self.iso.stack().set(self.index(state) + 1, start);
        while self.next_turn(state, key, value)? {
            self.iso.step()?;
            match self.block(body)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Ok(Flow::Return),
            }
        }
        Ok(Flow::Normal)
    }

    /// Declares the variables of the next turn, unless there is none.
    fn next_turn(
        &self,
        state: Slot,
        key: Option<(Slot, bool)>,
        value: Option<(Slot, bool)>,
    ) -> Result<bool, Fault> {
        let (stack, index) = (self.iso.stack(), self.index(state));
        let next = ops::foreach_next(self.iso, stack.get(index), stack.get(index + 1))?;
        let Some((next_key, next_value, position)) = next else { return Ok(false) };
        stack.set(index + 1, position);
        for (variable, value) in [(key, next_key), (value, next_value)] {
            if let Some((slot, cell)) = variable {
                self.declare(slot, cell, value)?;
            }
        }
        Ok(true)
    }
}
