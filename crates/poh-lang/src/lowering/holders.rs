//! When a value gets a second holder, and when two holders are as good as one.
//!
//! A container in a variable that is stored in another place is marked as shared. It need not be where
//! the second holder only looks at it and the first is not changed meanwhile: while an expression is
//! worked out, in the parameter of a function, and in a loop that walks through it. What that takes
//! is explained in [`crate::resolver::effects`].

use super::Lowering;
use super::assignment::appended_to;
use crate::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::resolver::{Meaning, Origin, VarId};
use sox_program::{ExprId, UnaryOp};

impl Lowering<'_, '_> {
    /// An expression whose value gets another holder: a container in a variable or in another
    /// container is marked.
    pub(super) fn stored(&mut self, source: &Expr) -> ExprId {
        let lowered = self.expr(source);
        if source.has_holder() && self.type_of(source).wants_mark() {
            return self.unary(source.span, UnaryOp::Share, lowered);
        }
        lowered
    }

    /// An expression whose value is looked at after something else was worked out, which perhaps calls
    /// functions that change variables.
    pub(super) fn before(&mut self, source: &Expr, changes: bool) -> ExprId {
        let reached = changes && !self.is_out_of_reach(source);
        if reached { self.stored(source) } else { self.expr(source) }
    }

    /// Expressions that are worked out one after the other and then looked at.
    pub(super) fn all_before(&mut self, sources: &[Expr]) -> Vec<ExprId> {
        let last = sources.iter().rposition(|source| self.may_change(source)).unwrap_or(0);
        let each = sources.iter().enumerate();
        each.map(|(at, source)| self.before(source, at < last)).collect()
    }

    /// The arguments of a call of a function of the program.
    pub(super) fn arguments(&mut self, callee: &Expr, args: &[Expr]) -> Vec<ExprId> {
        let last = args.iter().rposition(|arg| self.may_change(arg)).unwrap_or(0);
        let function = self.function_of(callee);
        let each = args.iter().enumerate();
        each.map(|(at, arg)| {
            let only_looks = function.is_some_and(|it| self.resolution().only_looks(it, at));
            let safe = || {
                let harmless = function.is_some_and(|it| self.resolution().is_harmless(it));
                self.is_out_of_reach(arg) || harmless && at >= last
            };
            if only_looks && safe() { self.expr(arg) } else { self.stored(arg) }
        })
        .collect()
    }

    /// What a loop walks through. The loop holds it, so that changes in its body do not change its
    /// course.
    pub(super) fn walked(&mut self, list: &Expr, body: &[Stmt]) -> ExprId {
        let Some(root) = self.root(list) else { return self.stored(list) };
        let changed = body.iter().any(|statement| self.changes(statement, root));
        if changed { self.stored(list) } else { self.expr(list) }
    }

    /// The variable a value comes from, directly or as an element.
    fn root(&self, mut source: &Expr) -> Option<VarId> {
        loop {
            match &source.kind {
                ExprKind::Name(name) => return self.resolution().variable_of(self.file, name),
                ExprKind::Item(object, _) | ExprKind::Member(object, _) => source = object,
                _ => return None,
            }
        }
    }

    /// Whether the variable is one that no other function reaches.
    fn is_private(&self, id: VarId) -> bool {
        let variable = self.resolution().variable(id);
        variable.origin != Origin::Global && !variable.captured
    }

    /// Whether a value comes from a variable that no other function reaches.
    fn is_out_of_reach(&self, source: &Expr) -> bool {
        self.root(source).is_some_and(|id| self.is_private(id))
    }

    /// The function that is called, if it is known.
    fn function_of(&self, callee: &Expr) -> Option<usize> {
        let ExprKind::Name(name) = &callee.kind else { return None };
        let id = self.resolution().variable_of(self.file, name)?;
        self.resolution().known_function(id)
    }

    /// Whether an expression is a call of a function that certainly gives nothing back.
    pub(super) fn gives_nothing(&self, source: &Expr) -> bool {
        let ExprKind::Call(callee, _) = &source.kind else { return false };
        let function = self.function_of(callee);
        function.is_some_and(|function| !self.resolution().functions[function].returns)
    }

    /// Whether working out an expression may change contents of variables.
    pub(super) fn may_change(&self, source: &Expr) -> bool {
        self.any_call(source, &|callee| {
            let function = self.function_of(callee);
            !function.is_some_and(|function| self.resolution().is_harmless(function))
        })
    }

    /// Whether working out an expression calls a function, not of the library, of which this is true.
    pub(super) fn any_call(&self, source: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        let any = |parts: &[Expr]| parts.iter().any(|part| self.any_call(part, wanted));
        match &source.kind {
            ExprKind::Call(callee, args) => {
                let of_library = match &callee.kind {
                    ExprKind::Name(name) => matches!(self.meaning(name), Meaning::Form(_)),
                    _ => false,
                };
                !of_library && wanted(callee) || self.any_call(callee, wanted) || any(args)
            }
            ExprKind::Not(a) | ExprKind::Minus(a) | ExprKind::Member(a, _) => {
                self.any_call(a, wanted)
            }
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Item(a, b) => self.any_call(a, wanted) || self.any_call(b, wanted),
            ExprKind::Phrase(_, parts) | ExprKind::List(parts) => any(parts),
            ExprKind::Dictionary(entries) => entries
                .iter()
                .any(|(key, value)| self.any_call(key, wanted) || self.any_call(value, wanted)),
            _ => false,
        }
    }

    /// Whether the value of an expression may be what a variable holds, or a part of it, or hold it.
    pub(super) fn may_hold(&self, source: &Expr, name: &ast::Name) -> bool {
        let any = |parts: &[Expr]| parts.iter().any(|part| self.may_hold(part, name));
        match &source.kind {
            ExprKind::Name(other) => {
                let variable = |name| self.resolution().variable_of(self.file, name);
                variable(other) == variable(name)
            }
            ExprKind::Item(object, _) => self.may_hold(object, name),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                self.may_hold(a, name) || self.may_hold(b, name)
            }
            ExprKind::Call(_, parts) | ExprKind::Phrase(_, parts) | ExprKind::List(parts) => {
                any(parts)
            }
            ExprKind::Dictionary(entries) => {
                entries.iter().any(|(_, value)| self.may_hold(value, name))
            }
            _ => false,
        }
    }

    /// Whether a statement may change contents of a variable. Functions made in it do so when they
    /// are called.
    fn changes(&self, statement: &Stmt, id: VarId) -> bool {
        let any = |body: &[Stmt]| body.iter().any(|statement| self.changes(statement, id));
        let calls = |source: &Expr| !self.is_private(id) && self.may_change(source);
        let is = |name: &ast::Name| self.resolution().variable_of(self.file, name) == Some(id);
        match &statement.kind {
            StmtKind::Write(value)
            | StmtKind::Expr(value)
            | StmtKind::Use(value)
            | StmtKind::Throw(value) => calls(value),
            StmtKind::Ask { prompt, .. } => prompt.as_ref().is_some_and(calls),
            StmtKind::Return(value) => value.as_ref().is_some_and(calls),
            StmtKind::Set(target, value) => {
                let inside = !target.indices.is_empty() || appended_to(target, value).is_some();
                inside && is(&target.name) || calls(value) || target.indices.iter().any(calls)
            }
            StmtKind::Change { target, amount, .. } => {
                !target.indices.is_empty() && is(&target.name)
                    || amount.as_ref().is_some_and(calls)
                    || target.indices.iter().any(calls)
            }
            StmtKind::If { arms, otherwise } => {
                arms.iter().any(|(condition, body)| calls(condition) || any(body)) || any(otherwise)
            }
            StmtKind::While(value, body) | StmtKind::Repeat(value, body) => {
                calls(value) || any(body)
            }
            StmtKind::ForEach(_, value, body) => calls(value) || any(body),
            StmtKind::Try(parts) => {
                any(&parts.body)
                    || parts.handlers.iter().any(|handler| any(&handler.body))
                    || parts.finally.as_ref().is_some_and(|body| any(body))
            }
            StmtKind::Import(_) => !self.is_private(id),
            StmtKind::Stop | StmtKind::Skip | StmtKind::Make(..) => false,
        }
    }
}
