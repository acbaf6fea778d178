//! Lowering expressions.

use super::Lowering;
use crate::ast::{self, MentionId};
use crate::resolver::Use;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, ExprId, ExprKind, Exprs, Place, Super, SuperId, Symbol};

impl Lowering<'_> {
    /// Any expression.
    pub(super) fn expr(&mut self, id: ast::ExprId) -> ExprId {
        let &ast::Expr { kind, span } = self.ast.expr(id);
        let kind = match kind {
            ast::ExprKind::Nil => ExprKind::Nil,
            ast::ExprKind::Bool(value) => ExprKind::Bool(value),
            ast::ExprKind::Number(value) => ExprKind::Number(value.0),
            ast::ExprKind::String(text) => ExprKind::String(text),
            ast::ExprKind::Interpolation(parts) => ExprKind::Interpolate(self.exprs(parts)),
            ast::ExprKind::Name(name, mention) => self.get(mention, name),
            ast::ExprKind::This(mention) => self.get(mention, self.common.hidden),
            ast::ExprKind::Super(name, mention) => ExprKind::SuperGet(self.super_of(mention), name),
            ast::ExprKind::Group(inner) => return self.expr(inner),
            ast::ExprKind::Unary(op, operand) => ExprKind::Unary(op, self.expr(operand)),
            ast::ExprKind::Binary(op, left, right) => {
                ExprKind::Binary(op, self.expr(left), self.expr(right))
            }
            ast::ExprKind::And(left, right) => ExprKind::And(self.expr(left), self.expr(right)),
            ast::ExprKind::Or(left, right) => ExprKind::Or(self.expr(left), self.expr(right)),
            ast::ExprKind::Conditional(parts) => self.conditional(parts),
            ast::ExprKind::Assign { target, op, value } => self.assign(target, op, value, span),
            ast::ExprKind::Call(call) => self.call(call),
            ast::ExprKind::Field(object, name) => ExprKind::GetField(self.expr(object), name),
            ast::ExprKind::Index(object, index) => {
                ExprKind::GetIndex(self.expr(object), self.expr(index))
            }
            ast::ExprKind::Slice(object, ends) => self.slice(object, ends),
            ast::ExprKind::Array(items) => ExprKind::Array(self.exprs(items)),
            ast::ExprKind::Table(entries) => ExprKind::Table(self.exprs(entries)),
            ast::ExprKind::Function(function) => {
                ExprKind::Closure(self.plain_function(function, self.common.anonymous))
            }
        };
        self.node(kind, span)
    }

    fn conditional(&mut self, parts: ast::Id<ast::Conditional>) -> ExprKind {
        let &ast::Conditional { condition, yes, no } = parts.of(&self.ast.conditionals);
        ExprKind::Conditional(self.expr(condition), self.expr(yes), self.expr(no))
    }

    fn slice(&mut self, object: ast::ExprId, ends: ast::Id<ast::Slice>) -> ExprKind {
        let &ast::Slice { from, to } = ends.of(&self.ast.slices);
        let object = self.expr(object);
        let from = from.map(|from| self.expr(from));
        ExprKind::Slice(object, from, to.map(|to| self.expr(to)))
    }

    /// A call: of a member of an object or of the superclass, it is one operation with finding that.
    fn call(&mut self, call: ast::Run<ast::ExprId>) -> ExprKind {
        let callee = self.ast.callee(call);
        match self.ast.expr(callee).kind {
            ast::ExprKind::Field(object, name) => {
                let object = self.expr(object);
                ExprKind::Invoke(object, name, self.exprs(call.rest()))
            }
            ast::ExprKind::Super(name, mention) => {
                let node = self.super_of(mention);
                ExprKind::SuperInvoke(node, name, self.exprs(call.rest()))
            }
            _ => {
                let callee = self.expr(callee);
                ExprKind::Call(callee, self.exprs(call.rest()))
            }
        }
    }

    fn exprs(&mut self, list: ast::Run<ast::ExprId>) -> Exprs {
        self.listed(|lowering| {
            for &id in lowering.ast.list(list) {
                let item = lowering.expr(id);
                lowering.items.push(item);
            }
        })
    }

    /// An expression; if it is a function, it gets this name.
    pub(super) fn named_expr(&mut self, id: ast::ExprId, name: Symbol) -> ExprId {
        let expr = self.ast.ungrouped(id);
        match expr.kind {
            ast::ExprKind::Function(function) => {
                let function = self.plain_function(function, name);
                self.node(ExprKind::Closure(function), expr.span)
            }
            _ => self.expr(id),
        }
    }
}

// Names and assignments.
impl Lowering<'_> {
    fn get(&mut self, mention: MentionId, name: Symbol) -> ExprKind {
        match self.resolution.meaning(mention) {
            Use::Local(variable) => ExprKind::Get(self.place(variable)),
            Use::Global(global) => ExprKind::Get(Place::Global(global)),
            Use::Builtin(builtin) => ExprKind::Builtin(builtin),
            _ => ExprKind::Undefined(name),
        }
    }

    /// What a mention of `super` stands for.
    fn super_of(&mut self, mention: MentionId) -> SuperId {
        let Use::Super(number) = self.resolution.meaning(mention) else {
            unreachable!("`super` outside of a class is an error of the resolver");
        };
        let (this, superclass) = self.resolution.supers[number as usize];
        let this = self.place(this);
        let superclass = self.place(superclass);
        self.tree.super_of(Super { this, superclass })
    }

    fn assign(
        &mut self,
        target: ast::ExprId,
        op: Option<BinaryOp>,
        value: ast::ExprId,
        span: Span,
    ) -> ExprKind {
        let ast = self.ast;
        match ast.expr(target).kind {
            ast::ExprKind::Name(name, mention) => {
                let value = match op {
                    None => self.expr(value),
                    Some(op) => {
                        let old = self.get(mention, name);
                        let old = self.node(old, ast.expr(target).span);
                        let kind = ExprKind::Binary(op, old, self.expr(value));
                        self.node(kind, span)
                    }
                };
                self.assign_name(mention, name, value)
            }
            ast::ExprKind::Field(object, name) => {
                let object = self.expr(object);
                match op {
                    None => ExprKind::SetField(object, name, self.expr(value)),
                    Some(op) => ExprKind::UpdateField(object, name, op, self.expr(value)),
                }
            }
            ast::ExprKind::Index(object, index) => {
                let (object, index) = (self.expr(object), self.expr(index));
                let value = self.expr(value);
                match op {
                    None => ExprKind::SetIndex(object, index, value),
                    Some(op) => ExprKind::UpdateIndex(object, index, op, value),
                }
            }
            _ => unreachable!("the parser allows no other target"),
        }
    }

    fn assign_name(&mut self, mention: MentionId, name: Symbol, value: ExprId) -> ExprKind {
        match self.resolution.meaning(mention) {
            Use::Local(variable) => ExprKind::Assign(self.place(variable), value),
            Use::Global(global) => ExprKind::Assign(Place::Global(global), value),
            _ => ExprKind::AssignUndefined(name, value),
        }
    }
}
