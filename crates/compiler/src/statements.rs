//! Statements: each begins and ends with an empty operand stack.

use crate::exits::Exit;
use crate::function::FunctionCompiler;
use sox_bytecode::{Count, FunctionId, GlobalId, Instr};
use sox_diagnostics::Span;
use sox_program::{Arm, Arms, Block, ExprId, Place, Slot, Stmt, StmtKind};

impl FunctionCompiler<'_, '_> {
    pub(crate) fn block(&mut self, block: Block) {
        for statement in self.stmts(block) {
            // What follows a `return` or `break` has no code.
            if self.code.reachable() {
                self.statement(statement);
            }
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        let span = statement.span;
        match statement.kind {
            StmtKind::Expr(expr) => self.effect(expr),
            StmtKind::Print(value) => {
                self.value(value);
                self.code.emit(span, Instr::Print {});
            }
            StmtKind::Assert(condition, message) => self.assert(span, condition, message),
            StmtKind::Declare { slot, cell, value } => {
                self.value_or_nil(span, value);
                self.declare(span, slot, cell);
            }
            StmtKind::DefineGlobal(global, value) => {
                self.value(value);
                self.code.emit(span, Instr::DefineGlobal { global: GlobalId(global.0) });
            }
            StmtKind::Default { slot, value } => self.default(span, slot, value),
            StmtKind::BoxParam(slot) => {
                self.load(span, Place::Local(slot));
                self.declare(span, slot, true);
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::If { arms, otherwise } => self.if_statement(span, arms, otherwise),
            StmtKind::Loop { condition, step, body } => {
                self.loop_statement(span, condition, step, body);
            }
            StmtKind::Foreach(id) => self.foreach(span, &self.program.tree[id]),
            StmtKind::Break => self.leave_turn(span, Exit::Break),
            StmtKind::Continue => self.leave_turn(span, Exit::Continue),
            StmtKind::Return(value) => {
                self.value_or_nil(span, value);
                self.leave(span, Exit::Return);
            }
            StmtKind::Throw(value) => {
                self.value(value);
                self.code.emit(span, Instr::Throw {});
            }
            StmtKind::Try(id) => self.try_statement(span, &self.program.tree[id]),
            StmtKind::Defer(function) => {
                let slot = self.defers.expect("a function with `defer` says that it has one");
                self.code.emit(span, Instr::Closure { function: FunctionId(function.0) });
                self.code.emit(span, Instr::Defer { slot });
            }
            StmtKind::Class(id) => self.class(span, &self.program.tree[id]),
        }
    }

    fn value_or_nil(&mut self, span: Span, value: Option<ExprId>) {
        match value {
            Some(value) => self.value(value),
            None => self.code.emit(span, Instr::Nil {}),
        }
    }

    fn assert(&mut self, span: Span, condition: ExprId, message: Option<ExprId>) {
        let holds = self.code.label();
        self.jump_if(condition, true, holds);
        if let Some(message) = message {
            self.value(message);
        }
        let message = Count(u16::from(message.is_some()));
        self.code.emit(span, Instr::AssertFailed { message });
        self.code.bind(holds);
    }

    fn default(&mut self, span: Span, slot: Slot, value: ExprId) {
        let given = self.code.label();
        let local = self.local(slot);
        self.code.jump(span, given, |target| Instr::JumpIfGiven { slot: local, target });
        self.value(value);
        self.declare(span, slot, false);
        self.code.bind(given);
    }

    fn if_statement(&mut self, span: Span, arms: Arms, otherwise: Block) {
        let arms = &self.program.tree[arms];
        if let (&[Arm { condition, body }], true) = (arms, otherwise.is_empty())
            && let Some(label) = self.mere_jump(body)
        {
            return self.jump_if(condition, true, label);
        }
        let end = self.code.label();
        for (index, &Arm { condition, body }) in arms.iter().enumerate() {
            let next = self.code.label();
            self.jump_if(condition, false, next);
            self.block(body);
            if index + 1 < arms.len() || !otherwise.is_empty() {
                self.code.jump(span, end, |target| Instr::Jump { target });
            }
            self.code.bind(next);
        }
        self.block(otherwise);
        self.code.bind(end);
    }
}
