//! Resolving expressions.

use super::{Resolver, Use};
use crate::ast::{ExprId, ExprKind, MentionId, VariableId};
use crate::codes;
use sox_diagnostics::Span;
use sox_program::Symbol;

impl Resolver<'_> {
    /// Resolves the names in an expression, from left to right.
    pub(super) fn expression(&mut self, id: ExprId) {
        let ast = self.ast;
        match ast.expr(id).kind {
            ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
            ExprKind::Name(name, mention) => {
                let meaning = self.mention_name(id, name);
                self.set(mention, meaning);
            }
            ExprKind::This(mention) => self.this(id, mention),
            ExprKind::Super(_, mention) => self.super_member(id, mention),
            ExprKind::Assign { target, value, .. } => {
                self.assigned(target);
                self.expression(value);
            }
            ExprKind::Function(function) => self.plain_function(function),
            ExprKind::Group(inner) | ExprKind::Unary(_, inner) | ExprKind::Field(inner, _) => {
                self.expression(inner);
            }
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Index(left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Call(items)
            | ExprKind::Interpolation(items)
            | ExprKind::Array(items)
            | ExprKind::Table(items) => {
                ast.list(items).iter().for_each(|&item| self.expression(item));
            }
            kind @ (ExprKind::Conditional(_) | ExprKind::Slice(..)) => {
                ast.for_each_operand(kind, |operand| self.expression(operand));
            }
        }
    }

    pub(super) fn set(&mut self, mention: MentionId, meaning: Use) {
        self.result.uses[mention.0 as usize] = meaning;
    }

    /// What a name means here; notes the mention.
    fn mention_name(&mut self, id: ExprId, name: Symbol) -> Use {
        let meaning = match self.scopes.meaning(name) {
            Some(meaning) => meaning,
            None => self.unresolved(id, name),
        };
        if let Use::Local(variable) = meaning
            && !self.mention(variable)
        {
            self.error_own_initializer(id, variable);
        }
        meaning
    }

    fn error_own_initializer(&mut self, id: ExprId, variable: VariableId) {
        let (span, declared) = (self.ast.expr(id).span, self.ast.declared(variable).span);
        let message = "Can't read local variable in its own initializer.";
        let report = self.reports.error(&codes::OWN_INITIALIZER, span, message);
        if declared != span {
            report.secondary.push((declared, "declared here".into()));
        }
    }

    /// The target of an assignment.
    fn assigned(&mut self, target: ExprId) {
        let ExprKind::Name(name, mention) = self.ast.expr(target).kind else {
            return self.expression(target);
        };
        if let Use::Declares(_) = self.result.uses[mention.0 as usize] {
            return;
        }
        let span = self.ast.expr(target).span;
        let meaning = match self.mention_name(target, name) {
            Use::Local(variable) => {
                self.note_assigned(variable);
                let declared = self.ast.declared(variable);
                if declared.constant {
                    self.error_constant(name, span, Some(declared.span));
                }
                Use::Local(variable)
            }
            Use::Builtin(builtin) => Use::Global(self.promote(builtin, name)),
            other => {
                if let Some(declared) = self.constant_global(name) {
                    self.error_constant(name, span, declared);
                }
                other
            }
        };
        self.set(mention, meaning);
    }

    fn error_constant(&mut self, name: Symbol, span: Span, declared: Option<Span>) {
        let message = format!("Can't assign to constant '{}'.", self.text(name));
        let report = self.reports.error(&codes::ASSIGN_CONSTANT, span, message);
        if let Some(declared) = declared {
            report.secondary.push((declared, "declared as a constant here".into()));
        }
    }

    fn this(&mut self, id: ExprId, mention: MentionId) {
        let this = self.function().this;
        match this {
            Some(this) => {
                self.mention(this);
                self.set(mention, Use::Local(this));
            }
            None if self.reports.is_torn() => {}
            None => {
                let span = self.ast.expr(id).span;
                let message = "Can't use 'this' outside of a class.";
                self.reports.error(&codes::THIS_OUTSIDE, span, message);
            }
        }
    }

    fn super_member(&mut self, id: ExprId, mention: MentionId) {
        let span = self.ast.expr(id).span;
        let this = self.function().this;
        match (this, self.classes.last().map(|class| class.superclass)) {
            (Some(this), Some(Some(superclass))) => {
                self.mention(this);
                self.mention(superclass);
                self.set(mention, Use::Super(self.result.supers.len() as u32));
                self.result.supers.push((this, superclass));
            }
            (Some(_), Some(None)) => {
                let message = "Can't use 'super' in a class with no superclass.";
                self.reports.error(&codes::SUPER_ALONE, span, message);
            }
            _ if self.reports.is_torn() => {}
            _ => {
                let message = "Can't use 'super' outside of a class.";
                self.reports.error(&codes::SUPER_OUTSIDE, span, message);
            }
        }
    }
}
