//! Lowering expressions.

use super::Lowering;
use crate::ast::{self, ExprId};
use crate::resolver::Use;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, Expr, ExprKind, Place, Symbol};

/// An operand.
fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

impl Lowering<'_> {
    /// Any expression. Chains that grow to the left are walked down, then built upwards by a loop.
    pub(super) fn expr(&mut self, id: ExprId) -> Expr {
        let ast = self.ast;
        let base = self.spine.len();
        let mut leftmost = id;
        while let Some(left) = ast.expr(leftmost).kind.left_operand() {
            self.spine.push(leftmost);
            leftmost = left;
        }
        let mut result = self.leaf(leftmost);
        while self.spine.len() > base {
            let outer = self.spine.pop().expect("longer than its base");
            result = self.around(outer, result);
        }
        result
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Vec<Expr> {
        ids.iter().map(|&id| self.expr(id)).collect()
    }

    fn optional(&mut self, id: Option<ExprId>) -> Option<Box<Expr>> {
        id.map(|id| boxed(self.expr(id)))
    }

    /// An expression; if it is a function, it gets this name.
    pub(super) fn named_expr(&mut self, id: ExprId, name: Symbol) -> Expr {
        let expr = self.ast.ungrouped(id);
        match &expr.kind {
            ast::ExprKind::Function(function) => {
                let function = self.plain_function(function, name);
                Expr { kind: ExprKind::Closure(function), span: expr.span }
            }
            _ => self.expr(id),
        }
    }

    /// An expression that is no chain.
    fn leaf(&mut self, id: ExprId) -> Expr {
        let ast = self.ast;
        let expr = ast.expr(id);
        let span = expr.span;
        let kind = match &expr.kind {
            ast::ExprKind::Nil => ExprKind::Nil,
            &ast::ExprKind::Bool(value) => ExprKind::Bool(value),
            &ast::ExprKind::Number(value) => ExprKind::Number(value),
            &ast::ExprKind::String(text) => ExprKind::String(text),
            ast::ExprKind::Interpolation(parts) => ExprKind::Interpolate(self.exprs(parts)),
            &ast::ExprKind::Name(name) => self.get(id, name),
            ast::ExprKind::This => self.get(id, self.common.hidden),
            &ast::ExprKind::Super(name) => self.super_get(id, name),
            &ast::ExprKind::Unary(op, operand) => ExprKind::Unary(op, boxed(self.expr(operand))),
            &ast::ExprKind::Conditional(condition, yes, no) => ExprKind::Conditional(
                boxed(self.expr(condition)),
                boxed(self.expr(yes)),
                boxed(self.expr(no)),
            ),
            &ast::ExprKind::Assign { target, op, value } => self.assign(target, op, value, span),
            ast::ExprKind::Array(items) => ExprKind::Array(self.exprs(items)),
            ast::ExprKind::Table(entries) => self.table(entries),
            ast::ExprKind::Function(function) => {
                ExprKind::Closure(self.plain_function(function, self.common.anonymous))
            }
            _ => unreachable!("the other expressions have a left operand"),
        };
        Expr { kind, span }
    }

    fn table(&mut self, entries: &[(ExprId, ExprId)]) -> ExprKind {
        ExprKind::Table(
            entries.iter().map(|&(key, value)| (self.expr(key), self.expr(value))).collect(),
        )
    }

    /// The expression `id`, whose left operand is lowered already.
    fn around(&mut self, id: ExprId, left: Expr) -> Expr {
        let ast = self.ast;
        let expr = ast.expr(id);
        let left = match &expr.kind {
            ast::ExprKind::Group(_) => return left,
            ast::ExprKind::Call(callee, args) => return self.call(*callee, left, args, expr.span),
            // The object of a method call: the call takes it from here.
            ast::ExprKind::Field(..) if self.is_called(id) => return left,
            _ => boxed(left),
        };
        let kind = match expr.kind {
            ast::ExprKind::Binary(op, _, right) => {
                ExprKind::Binary(op, left, boxed(self.expr(right)))
            }
            ast::ExprKind::And(_, right) => ExprKind::And(left, boxed(self.expr(right))),
            ast::ExprKind::Or(_, right) => ExprKind::Or(left, boxed(self.expr(right))),
            ast::ExprKind::Field(_, name) => ExprKind::GetField(left, name),
            ast::ExprKind::Index(_, index) => ExprKind::GetIndex(left, boxed(self.expr(index))),
            ast::ExprKind::Slice(_, from, to) => {
                let from = self.optional(from);
                ExprKind::Slice(left, from, self.optional(to))
            }
            _ => unreachable!("only these expressions have a left operand"),
        };
        Expr { kind, span: expr.span }
    }

    /// Whether the expression around this one on the spine calls it.
    fn is_called(&self, id: ExprId) -> bool {
        self.spine.last().is_some_and(|&outer| {
            matches!(self.ast.expr(outer).kind, ast::ExprKind::Call(callee, _) if callee == id)
        })
    }

    /// A call. `left` is the callee, or the object if the callee is a member.
    fn call(&mut self, callee: ExprId, left: Expr, args: &[ExprId], span: Span) -> Expr {
        let args = self.exprs(args);
        let kind = match (&self.ast.expr(callee).kind, left.kind) {
            (ast::ExprKind::Super(_), ExprKind::SuperGet { this, superclass, name }) => {
                ExprKind::SuperInvoke { this, superclass, name, args }
            }
            (&ast::ExprKind::Field(_, name), kind) => {
                ExprKind::Invoke(boxed(Expr { kind, span: left.span }), name, args)
            }
            (_, kind) => ExprKind::Call(boxed(Expr { kind, span: left.span }), args),
        };
        Expr { kind, span }
    }
}

// Names and assignments.
impl Lowering<'_> {
    fn get(&mut self, id: ExprId, name: Symbol) -> ExprKind {
        match self.resolution.meaning(id) {
            Use::Local(variable) => ExprKind::Get(self.place(variable)),
            Use::Global(global) => ExprKind::Get(Place::Global(global)),
            Use::Builtin(builtin) => ExprKind::Builtin(builtin),
            _ => ExprKind::Undefined(name),
        }
    }

    fn super_get(&mut self, id: ExprId, name: Symbol) -> ExprKind {
        match self.resolution.meaning(id) {
            Use::Super { this, superclass } => {
                let this = self.place(this);
                ExprKind::SuperGet { this, superclass: self.place(superclass), name }
            }
            _ => ExprKind::Undefined(name),
        }
    }

    fn assign(
        &mut self,
        target: ExprId,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
    ) -> ExprKind {
        let ast = self.ast;
        match ast.expr(target).kind {
            ast::ExprKind::Name(name) => self.assign_name(target, name, op, value, span),
            ast::ExprKind::Field(object, name) => {
                let object = boxed(self.expr(object));
                match op {
                    None => ExprKind::SetField(object, name, boxed(self.expr(value))),
                    Some(op) => ExprKind::UpdateField(object, name, op, boxed(self.expr(value))),
                }
            }
            ast::ExprKind::Index(object, index) => {
                let (object, index) = (boxed(self.expr(object)), boxed(self.expr(index)));
                let value = boxed(self.expr(value));
                match op {
                    None => ExprKind::SetIndex(object, index, value),
                    Some(op) => ExprKind::UpdateIndex(object, index, op, value),
                }
            }
            _ => unreachable!("the parser allows no other target"),
        }
    }

    fn assign_name(
        &mut self,
        target: ExprId,
        name: Symbol,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
    ) -> ExprKind {
        let value = match op {
            None => self.expr(value),
            Some(op) => {
                let kind = self.get(target, name);
                let old = Expr { kind, span: self.ast.expr(target).span };
                let kind = ExprKind::Binary(op, boxed(old), boxed(self.expr(value)));
                Expr { kind, span }
            }
        };
        match self.resolution.meaning(target) {
            Use::Local(variable) => ExprKind::Assign(self.place(variable), boxed(value)),
            Use::Global(global) => ExprKind::Assign(Place::Global(global), boxed(value)),
            _ => ExprKind::AssignUndefined(name, boxed(value)),
        }
    }
}
