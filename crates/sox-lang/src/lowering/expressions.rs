//! Lowering expressions.

use super::Lowering;
use crate::ast::{self, MentionId};
use crate::resolver::Use;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, ExprId, ExprKind, Exprs, Place, Super, SuperId, Symbol};

impl Lowering<'_> {
    /// Any expression. Chains that grow to the left are walked down, then built upwards by a loop.
    pub(super) fn expr(&mut self, id: ast::ExprId) -> ExprId {
        let ast = self.ast;
        let base = self.spine.len();
        let mut leftmost = id;
        while let Some(left) = ast.left_operand(leftmost) {
            self.spine.push(leftmost);
            leftmost = left;
        }
        let mut result = match ast.expr(leftmost).kind {
            ast::ExprKind::Super(name, mention) if self.is_called(leftmost) => {
                let call = self.spine.pop().expect("the call is there");
                self.super_call(mention, name, call)
            }
            _ => self.leaf(leftmost),
        };
        while self.spine.len() > base {
            let outer = self.spine.pop().expect("longer than its base");
            result = self.around(outer, result);
        }
        result
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

    /// An expression that is no chain.
    fn leaf(&mut self, id: ast::ExprId) -> ExprId {
        let ast = self.ast;
        let expr = ast.expr(id);
        let span = expr.span;
        let kind = match expr.kind {
            ast::ExprKind::Nil => ExprKind::Nil,
            ast::ExprKind::Bool(value) => ExprKind::Bool(value),
            ast::ExprKind::Number(value) => ExprKind::Number(value.0),
            ast::ExprKind::String(text) => ExprKind::String(text),
            ast::ExprKind::Interpolation(parts) => ExprKind::Interpolate(self.exprs(parts)),
            ast::ExprKind::Name(name, mention) => self.get(mention, name),
            ast::ExprKind::This(mention) => self.get(mention, self.common.hidden),
            ast::ExprKind::Super(name, mention) => ExprKind::SuperGet(self.super_of(mention), name),
            ast::ExprKind::Unary(op, operand) => ExprKind::Unary(op, self.expr(operand)),
            ast::ExprKind::Conditional(parts) => {
                let &ast::Conditional { condition, yes, no } = parts.of(&ast.conditionals);
                ExprKind::Conditional(self.expr(condition), self.expr(yes), self.expr(no))
            }
            ast::ExprKind::Assign { target, op, value } => self.assign(target, op, value, span),
            ast::ExprKind::Array(items) => ExprKind::Array(self.exprs(items)),
            ast::ExprKind::Table(entries) => ExprKind::Table(self.exprs(entries)),
            ast::ExprKind::Function(function) => {
                ExprKind::Closure(self.plain_function(function, self.common.anonymous))
            }
            _ => unreachable!("the other expressions have a left operand"),
        };
        self.node(kind, span)
    }

    /// The expression `id`, whose left operand is lowered already.
    fn around(&mut self, id: ast::ExprId, left: ExprId) -> ExprId {
        let ast = self.ast;
        let expr = ast.expr(id);
        let kind = match expr.kind {
            ast::ExprKind::Group(_) => return left,
            // The object of a method call: the call takes it from here.
            ast::ExprKind::Field(..) if self.is_called(id) => return left,
            ast::ExprKind::Call(call) => {
                let args = self.exprs(call.rest());
                match ast.expr(ast.callee(call)).kind {
                    ast::ExprKind::Field(_, name) => ExprKind::Invoke(left, name, args),
                    _ => ExprKind::Call(left, args),
                }
            }
            ast::ExprKind::Binary(op, _, right) => ExprKind::Binary(op, left, self.expr(right)),
            ast::ExprKind::And(_, right) => ExprKind::And(left, self.expr(right)),
            ast::ExprKind::Or(_, right) => ExprKind::Or(left, self.expr(right)),
            ast::ExprKind::Field(_, name) => ExprKind::GetField(left, name),
            ast::ExprKind::Index(_, index) => ExprKind::GetIndex(left, self.expr(index)),
            ast::ExprKind::Slice(_, ends) => {
                let &ast::Slice { from, to } = ends.of(&ast.slices);
                let from = from.map(|from| self.expr(from));
                ExprKind::Slice(left, from, to.map(|to| self.expr(to)))
            }
            _ => unreachable!("only these expressions have a left operand"),
        };
        self.node(kind, expr.span)
    }

    /// Whether the expression around this one on the spine calls it.
    fn is_called(&self, id: ast::ExprId) -> bool {
        self.spine.last().is_some_and(|&outer| {
            let outer = self.ast.expr(outer).kind;
            matches!(outer, ast::ExprKind::Call(call) if self.ast.callee(call) == id)
        })
    }

    /// `super.name(args)`.
    fn super_call(&mut self, mention: MentionId, name: Symbol, call: ast::ExprId) -> ExprId {
        let ast = self.ast;
        let ast::Expr { kind: ast::ExprKind::Call(call), span } = *ast.expr(call) else {
            unreachable!("the caller has seen the call");
        };
        let node = self.super_of(mention);
        let args = self.exprs(call.rest());
        self.node(ExprKind::SuperInvoke(node, name, args), span)
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
