//! `Set`, `Increase`, `Decrease`: giving values to variables and to elements.
//!
//! A variable's container is changed in place if nothing else holds it. A function that is called
//! for the new value may give it a second holder, or change the variable itself; so does the new value
//! if it is a container of which the changed one is a part. So such a value is worked out first and
//! kept, and the container is read afterwards.

use super::{Lowering, stmt};
use crate::ast::{self, Target};
use crate::phrases::APPEND;
use crate::resolver::types::Type;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, ExprId, ExprKind, Place, Stmt, StmtKind, UnaryOp};

impl Lowering<'_, '_> {
    pub(super) fn set(&mut self, span: Span, target: &Target, value: &ast::Expr) -> Stmt {
        let (new, appends) = match appended_to(target, value) {
            Some(item) => (item, Some(value.span)),
            None => (value, None),
        };
        let containers = target.indices.len() + usize::from(appends.is_some());
        let calls = self.calls(new) || target.indices.iter().any(|index| self.calls(index));
        if containers > 0 && calls || containers > 1 && self.may_hold(new, &target.name) {
            return self.worked_out_first(
                span,
                |lowering| lowering.stored(new),
                |lowering, kept| lowering.assign(span, target, appends, |_| kept),
            );
        }
        self.assign(span, target, appends, |lowering| lowering.stored(new))
    }

    /// A value kept in a hidden variable, and a statement that uses it.
    fn worked_out_first(
        &mut self,
        span: Span,
        value: impl FnOnce(&mut Self) -> ExprId,
        statement: impl FnOnce(&mut Self, ExprId) -> Stmt,
    ) -> Stmt {
        self.scoped(|lowering| {
            let value = value(lowering);
            let mut parts = Vec::new();
            let kept = lowering.once(value, &mut parts);
            parts.push(statement(lowering, kept));
            lowering.several(span, parts)
        })
    }

    /// Stores a new value or, if there is a place of an `append v to …`, the target's own list with
    /// the value at its end.
    fn assign(
        &mut self,
        span: Span,
        target: &Target,
        appends: Option<Span>,
        new: impl FnOnce(&mut Self) -> ExprId,
    ) -> Stmt {
        if !target.indices.is_empty() {
            return self.set_item(span, target, |lowering, path| match appends {
                Some(at) => {
                    let list = lowering.read(path, at);
                    let item = new(lowering);
                    lowering.pair(at, BinaryOp::Append, list, item)
                }
                None => new(lowering),
            });
        }
        let id = self.variable_of(&target.name);
        let value = match appends {
            Some(at) => {
                let list = self.expr(&named(target));
                let item = new(self);
                self.pair(at, BinaryOp::Append, list, item)
            }
            None => new(self),
        };
        self.store(span, id, value)
    }

    /// Sets an element. The containers on the way to it are changed, or copied if they have other
    /// holders: `x = with(x, i, with(x[i], j, v))`.
    fn set_item(
        &mut self,
        span: Span,
        target: &Target,
        value: impl FnOnce(&mut Self, &Path) -> ExprId,
    ) -> Stmt {
        let variable = self.resolution().variable_of(self.file, &target.name);
        self.scoped(|lowering| {
            let mut before = Vec::new();
            // Each index but the last is needed twice, each if the value mentions the element.
            let mut indices = Vec::new();
            for index in &target.indices {
                let lowered = lowering.expr(index);
                indices.push(lowering.once(lowered, &mut before));
            }
            let base = lowering.expr(&named(target));
            let path = Path { base, indices };
            let mut value = value(lowering, &path);
            for depth in (0..path.indices.len()).rev() {
                let object = lowering.object(&path, depth, target.span);
                let kind = ExprKind::WithItem(object, path.indices[depth], value);
                value = lowering.node(target.span, kind);
            }
            let store = match variable {
                Some(id) => lowering.store(span, id, value),
                // A name without a value, or a phrase: reading it, or its element, is an error.
                None => stmt(span, StmtKind::Expr(value)),
            };
            if before.is_empty() {
                return store;
            }
            before.push(store);
            lowering.several(span, before)
        })
    }

    /// An expression that can be evaluated several times: kept in a hidden variable unless it is
    /// simple.
    fn once(&mut self, value: ExprId, before: &mut Vec<Stmt>) -> ExprId {
        let sox_program::Expr { kind, span } = self.common.surroundings.tree()[value];
        let simple = matches!(
            kind,
            ExprKind::Number(_)
                | ExprKind::String(_)
                | ExprKind::Bool(_)
                | ExprKind::Get(Place::Local(_))
        );
        if simple {
            return value;
        }
        let slot = self.hidden_slot();
        let kind = StmtKind::Declare { slot, cell: false, value: Some(value) };
        before.push(stmt(span, kind));
        self.node(span, ExprKind::Get(Place::Local(slot)))
    }

    /// The container of index `depth` of a path.
    fn object(&mut self, path: &Path, depth: usize, span: Span) -> ExprId {
        path.indices[..depth].iter().fold(path.base, |object, &index| {
            self.pair(span, BinaryOp::ItemToChange, object, index)
        })
    }

    /// The element of a path.
    fn read(&mut self, path: &Path, span: Span) -> ExprId {
        self.object(path, path.indices.len(), span)
    }

    /// `Increase x by e`, `Decrease x by e`; by 1 if nothing else is said.
    pub(super) fn change(
        &mut self,
        span: Span,
        target: &Target,
        amount: Option<&ast::Expr>,
        up: bool,
    ) -> Stmt {
        if target.indices.is_empty() && self.is_number_for_certain(target, amount) {
            return self.add(span, target, amount, up);
        }
        if amount.is_some_and(|it| self.calls(it)) || target.indices.iter().any(|it| self.calls(it))
        {
            return self.worked_out_first(
                span,
                |lowering| lowering.taken_away(span, amount, up),
                |lowering, kept| lowering.subtract(span, target, kept),
            );
        }
        let amount = self.taken_away(span, amount, up);
        self.subtract(span, target, amount)
    }

    /// Whether working out an expression calls a function of the program, which may set variables.
    fn calls(&self, source: &ast::Expr) -> bool {
        self.any_call(source, &|_| true)
    }

    fn is_number_for_certain(&self, target: &Target, amount: Option<&ast::Expr>) -> bool {
        let is_number = |source: &ast::Expr| self.type_of(source) == Type::Number;
        is_number(&named(target)) && amount.is_none_or(is_number)
    }

    /// A change of a variable that holds a number, by a number.
    fn add(&mut self, span: Span, target: &Target, amount: Option<&ast::Expr>, up: bool) -> Stmt {
        let op = if up { BinaryOp::Add } else { BinaryOp::Subtract };
        let make = |lowering: &mut Self, amount: ExprId| {
            let old = lowering.expr(&named(target));
            let id = lowering.variable_of(&target.name);
            let new = lowering.pair(span, op, old, amount);
            lowering.store(span, id, new)
        };
        match amount {
            Some(amount) if self.calls(amount) => {
                self.worked_out_first(span, |lowering| lowering.expr(amount), make)
            }
            Some(amount) => {
                let amount = self.expr(amount);
                make(self, amount)
            }
            None => {
                let one = self.node(span, ExprKind::Number(1.0));
                make(self, one)
            }
        }
    }

    /// What a change subtracts. Adding would join texts; subtracting the negative takes numbers only.
    fn taken_away(&mut self, span: Span, amount: Option<&ast::Expr>, up: bool) -> ExprId {
        let Some(amount) = amount else {
            return self.node(span, ExprKind::Number(if up { -1.0 } else { 1.0 }));
        };
        match (&amount.kind, up) {
            (ast::ExprKind::Number(number), true) => {
                self.node(amount.span, ExprKind::Number(-number))
            }
            (_, true) => {
                let lowered = self.expr(amount);
                self.node(amount.span, ExprKind::Unary(UnaryOp::Negate, lowered))
            }
            (_, false) => self.expr(amount),
        }
    }

    fn subtract(&mut self, span: Span, target: &Target, amount: ExprId) -> Stmt {
        if !target.indices.is_empty() {
            return self.set_item(span, target, |lowering, path| {
                let old = lowering.read(path, target.span);
                lowering.pair(span, BinaryOp::Subtract, old, amount)
            });
        }
        let old = self.expr(&named(target));
        let new = self.pair(span, BinaryOp::Subtract, old, amount);
        match self.resolution().variable_of(self.file, &target.name) {
            Some(id) => self.store(span, id, new),
            // A name without a value: reading it is an error.
            None => stmt(span, StmtKind::Expr(new)),
        }
    }
}

/// The place of an element that was lowered.
struct Path {
    base: ExprId,
    indices: Vec<ExprId>,
}

/// The variable of a target, read.
fn named(target: &Target) -> ast::Expr {
    let kind = ast::ExprKind::Name(target.name);
    ast::Expr { kind, span: target.name.span, height: 1 }
}

/// What `Set xs to append v to xs` and `Set d[k] to append v to d[k]` append to the target itself.
pub(super) fn appended_to<'e>(target: &Target, value: &'e ast::Expr) -> Option<&'e ast::Expr> {
    let ast::ExprKind::Phrase(native, args) = &value.kind else { return None };
    let [item, list] = &args[..] else { return None };
    (**native == APPEND && is_target(target, list)).then_some(item)
}

/// Whether an expression is the target, as far as can be seen.
fn is_target(target: &Target, mut other: &ast::Expr) -> bool {
    for index in target.indices.iter().rev() {
        let ast::ExprKind::Item(object, own) = &other.kind else { return false };
        let same = match (&index.kind, &own.kind) {
            (ast::ExprKind::Number(a), ast::ExprKind::Number(b)) => a == b,
            (ast::ExprKind::Text(a), ast::ExprKind::Text(b)) => a == b,
            (ast::ExprKind::Name(a), ast::ExprKind::Name(b)) => a.symbol == b.symbol,
            _ => false,
        };
        if !same {
            return false;
        }
        other = object;
    }
    matches!(&other.kind, ast::ExprKind::Name(name) if name.symbol == target.name.symbol)
}
