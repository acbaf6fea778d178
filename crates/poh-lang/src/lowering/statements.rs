//! Statements.

use super::{Lowering, stmt};
use crate::ast;
use crate::phrases::{ASK, ERROR_IS, FROM_SOX, SHOW, THROWN, TIMES, WALK, WRITE, WRITE_RESULT};
use crate::resolver::Origin;
use crate::resolver::types::Type;
use sox_diagnostics::Span;
use sox_program::{
    Arm, BinaryOp, Block, Catch, ExprId, ExprKind, Finally, Foreach, Place, Slot, Stmt, StmtKind,
    Symbol, Try, UnaryOp,
};

impl Lowering<'_, '_> {
    /// A block in a scope of its own.
    pub(super) fn block(&mut self, body: &[ast::Stmt]) -> Block {
        let body = self.scoped(|lowering| lowering.statements(body));
        self.blocked(body)
    }

    pub(super) fn statements(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        body.iter().map(|statement| self.statement(statement)).collect()
    }

    /// Statements that follow each other in place of one.
    pub(super) fn several(&mut self, span: Span, statements: Vec<Stmt>) -> Stmt {
        let block = self.blocked(statements);
        stmt(span, StmtKind::Block(block))
    }

    fn statement(&mut self, statement: &ast::Stmt) -> Stmt {
        let span = statement.span;
        match &statement.kind {
            ast::StmtKind::Write(value) => {
                let value = self.expr(value);
                self.effect(span, &WRITE, &[value])
            }
            ast::StmtKind::Expr(value) => {
                let value = self.expr(value);
                stmt(span, StmtKind::Expr(value))
            }
            ast::StmtKind::Ask { name, prompt, number } => {
                let prompt = match prompt {
                    Some(prompt) => self.expr(prompt),
                    None => self.node(span, ExprKind::Nil),
                };
                let number = self.node(span, ExprKind::Bool(*number));
                let answer = self.native(span, &ASK, &[prompt, number]);
                let id = self.variable_of(name);
                self.store(span, id, answer)
            }
            ast::StmtKind::Set(target, value) => self.set(span, target, value),
            ast::StmtKind::Change { target, amount, up } => {
                self.change(span, target, amount.as_ref(), *up)
            }
            ast::StmtKind::If { arms, otherwise } => {
                let arms: Vec<Arm> = arms
                    .iter()
                    .map(|(condition, body)| {
                        let condition = self.condition(condition);
                        Arm { condition, body: self.block(body) }
                    })
                    .collect();
                let arms = self.common.surroundings.tree().arms(arms);
                let otherwise = self.block(otherwise);
                stmt(span, StmtKind::If { arms, otherwise })
            }
            ast::StmtKind::While(condition, body) => {
                let condition = Some(self.condition(condition));
                let body = self.block(body);
                stmt(span, StmtKind::Loop { condition, step: None, body })
            }
            ast::StmtKind::Repeat(count, body) => self.repeat(span, count, body),
            ast::StmtKind::ForEach(name, list, body) => self.for_each(span, name, list, body),
            ast::StmtKind::Stop => stmt(span, StmtKind::Break),
            ast::StmtKind::Skip => stmt(span, StmtKind::Continue),
            ast::StmtKind::Make(name, function) => self.make(span, name, function),
            ast::StmtKind::Return(value) => {
                let value = value.as_ref().map(|value| self.returned(value));
                stmt(span, StmtKind::Return(value))
            }
            ast::StmtKind::Use(call) => {
                let value = self.expr(call);
                if self.gives_nothing(call) {
                    return stmt(span, StmtKind::Expr(value));
                }
                self.effect(span, &WRITE_RESULT, &[value])
            }
            ast::StmtKind::Throw(value) => {
                let value = self.expr(value);
                let thrown = self.native(span, &THROWN, &[value]);
                stmt(span, StmtKind::Throw(thrown))
            }
            ast::StmtKind::Try(parts) => self.try_statement(span, parts),
            ast::StmtKind::Import(import) => self.import(span, import),
        }
    }

    /// A call of a function of the library for what it does.
    fn effect(&mut self, span: Span, native: &crate::phrases::Native, args: &[ExprId]) -> Stmt {
        let call = self.native(span, native, args);
        stmt(span, StmtKind::Expr(call))
    }

    /// What a function returns. A variable of the function ends with it, so that its list gets no
    /// second holder; unless something may still change the variable on the way out.
    fn returned(&mut self, value: &ast::Expr) -> ExprId {
        if let ast::ExprKind::Name(name) = &value.kind
            && let Some(id) = self.resolution().variable_of(self.file, name)
            && self.finallies == 0
        {
            let variable = self.resolution().variable(id);
            // What is in a parameter that is only looked at is perhaps still the caller's.
            let ends = match variable.origin {
                Origin::Local => true,
                Origin::Parameter => variable.changed,
                Origin::Global | Origin::Block => false,
            };
            if ends && !variable.captured {
                return self.expr(value);
            }
        }
        self.stored(value)
    }

    // Loops.

    /// `Repeat n times`: counts from 0 to n - 1.
    fn repeat(&mut self, span: Span, count: &ast::Expr, body: &[ast::Stmt]) -> Stmt {
        let at = count.span;
        let certain = self.type_of(count) == Type::Number;
        let mut turns = self.expr(count);
        if !certain {
            turns = self.native(at, &TIMES, &[turns]);
        }
        self.scoped(|lowering| {
            let (counter, last) = (lowering.hidden_slot(), lowering.hidden_slot());
            let limit = match count.kind {
                ast::ExprKind::Number(turns) => lowering.node(at, ExprKind::Number(turns - 1.0)),
                _ => {
                    let one = lowering.node(at, ExprKind::Number(1.0));
                    lowering.pair(at, BinaryOp::Subtract, turns, one)
                }
            };
            let zero = lowering.node(at, ExprKind::Number(0.0));
            let begin =
                |slot, value| stmt(at, StmtKind::Declare { slot, cell: false, value: Some(value) });
            let parts = vec![begin(last, limit), begin(counter, zero)];
            let get = |lowering: &mut Self, slot: Slot| {
                lowering.node(at, ExprKind::Get(Place::Local(slot)))
            };
            let (old, one) = (get(lowering, counter), lowering.node(at, ExprKind::Number(1.0)));
            let next = lowering.pair(at, BinaryOp::Add, old, one);
            let step = lowering.node(at, ExprKind::Assign(Place::Local(counter), next));
            let (left, right) = (get(lowering, counter), get(lowering, last));
            let condition = lowering.pair(at, BinaryOp::LessEqual, left, right);
            let body = lowering.block(body);
            let turns = StmtKind::Loop { condition: Some(condition), step: Some(step), body };
            let parts = [parts, vec![stmt(span, turns)]].concat();
            lowering.several(span, parts)
        })
    }

    fn for_each(
        &mut self,
        span: Span,
        name: &ast::Name,
        list: &ast::Expr,
        body: &[ast::Stmt],
    ) -> Stmt {
        let walked = self.walked(list, body);
        let iterable = match list.kind {
            ast::ExprKind::List(_) => walked,
            _ => self.native(list.span, &WALK, &[walked]),
        };
        self.scoped(|lowering| {
            let state = lowering.hidden_slot();
            lowering.hidden_slot();
            let id = lowering.variable_of(name);
            let variable = lowering.declare(id);
            let mut statements = Vec::new();
            if lowering.resolution().variable(id).changed {
                // The list that is walked through holds the element too.
                let element = lowering.get(name.span, id);
                let shared = lowering.node(name.span, ExprKind::Unary(UnaryOp::Share, element));
                statements.push(stmt(name.span, StmtKind::Expr(shared)));
            }
            statements.extend(lowering.statements(body));
            let body = lowering.blocked(statements);
            let foreach = Foreach { state, key: None, value: Some(variable), iterable, body };
            let foreach = lowering.common.surroundings.tree().foreach(foreach);
            stmt(span, StmtKind::Foreach(foreach))
        })
    }

    // Errors.

    fn try_statement(&mut self, span: Span, parts: &ast::Try) -> Stmt {
        self.scoped(|lowering| {
            let finally = parts.finally.as_ref().map(|body| {
                let state = lowering.hidden_slot();
                lowering.hidden_slot();
                (state, body)
            });
            lowering.finallies += u32::from(finally.is_some());
            let body = lowering.block(&parts.body);
            let catch = lowering.handlers(span, &parts.handlers);
            lowering.finallies -= u32::from(finally.is_some());
            let finally =
                finally.map(|(state, body)| Finally { state, body: lowering.block(body) });
            if catch.is_none() && finally.is_none() {
                return stmt(span, StmtKind::Block(body));
            }
            let parts = Try { body, catch, finally };
            let parts = lowering.common.surroundings.tree().try_of(parts);
            stmt(span, StmtKind::Try(parts))
        })
    }

    /// The handlers as one: the first whose type fits runs; if there is none the error goes on.
    fn handlers(&mut self, span: Span, handlers: &[ast::Handler]) -> Option<Catch> {
        if handlers.is_empty() {
            return None;
        }
        self.scoped(|lowering| {
            let slot = lowering.hidden_slot();
            let error = |lowering: &mut Self, span: Span| {
                lowering.node(span, ExprKind::Get(Place::Local(slot)))
            };
            let mut arms = Vec::new();
            let mut otherwise = None;
            for handler in handlers {
                let body = lowering.handler(handler, slot);
                match handler.of_type {
                    Some((symbol, at)) if !lowering.is_any_type(symbol) => {
                        let name = lowering.node(at, ExprKind::String(symbol));
                        let caught = error(lowering, at);
                        let condition = lowering.native(at, &ERROR_IS, &[caught, name]);
                        arms.push(Arm { condition, body });
                    }
                    _ => {
                        otherwise = Some(body);
                        break;
                    }
                }
            }
            let otherwise = match otherwise {
                Some(body) => body,
                None => {
                    let again = error(lowering, span);
                    lowering.blocked(vec![stmt(span, StmtKind::Throw(again))])
                }
            };
            let body = match arms.is_empty() {
                true => otherwise,
                false => {
                    let arms = lowering.common.surroundings.tree().arms(arms);
                    lowering.blocked(vec![stmt(span, StmtKind::If { arms, otherwise })])
                }
            };
            Some(Catch { variable: Some((slot, false)), body })
        })
    }

    fn handler(&mut self, handler: &ast::Handler, slot: Slot) -> Block {
        let body = self.scoped(|lowering| {
            let mut body = Vec::new();
            if let Some(name) = &handler.name {
                let id = lowering.variable_of(name);
                let (own, cell) = lowering.declare(id);
                let caught = lowering.node(name.span, ExprKind::Get(Place::Local(slot)));
                let value = Some(lowering.native(name.span, &THROWN, &[caught]));
                body.push(stmt(name.span, StmtKind::Declare { slot: own, cell, value }));
            }
            body.extend(lowering.statements(&handler.body));
            body
        });
        self.blocked(body)
    }

    /// Whether handlers of this type are for all errors.
    fn is_any_type(&mut self, symbol: Symbol) -> bool {
        self.common.surroundings.names().text(symbol) == "Error"
    }

    // Imports.

    fn import(&mut self, span: Span, import: &ast::Import) -> Stmt {
        let module = self.imports[import.number as usize].module;
        let value = self.node(span, ExprKind::Import(module));
        let Some(alias) = &import.alias else { return stmt(span, StmtKind::Expr(value)) };
        let members = self.native(span, &FROM_SOX, &[value]);
        let alias = self.variable_of(alias);
        let mut parts = vec![self.store(span, alias, members)];
        for name in &import.exposing {
            let object = self.get(name.span, alias);
            let key = self.node(name.span, ExprKind::String(name.symbol));
            let member = self.pair(name.span, BinaryOp::Item, object, key);
            let id = self.variable_of(name);
            parts.push(self.store(span, id, member));
        }
        self.several(span, parts)
    }

    /// The value of an entry of a session: that of its last statement, if that is an expression.
    pub(super) fn show_last(&mut self, source: &[ast::Stmt], body: &mut [Stmt]) {
        let (Some(source), Some(last)) = (source.last(), body.last_mut()) else { return };
        if let (ast::StmtKind::Expr(_), StmtKind::Expr(value)) = (&source.kind, last.kind) {
            let shown = self.native(last.span, &SHOW, &[value]);
            last.kind = StmtKind::Return(Some(shown));
        }
    }
}
