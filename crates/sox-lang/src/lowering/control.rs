//! Lowering loops, `if`, `switch` and `try`.

use super::Lowering;
use crate::ast::{self, ExprId};
use sox_diagnostics::Span;
use sox_program::{BinaryOp, Catch, Expr, ExprKind, Finally, Place, Slot, Stmt, StmtKind, UnaryOp};

impl Lowering<'_> {
    pub(super) fn if_statement(
        &mut self,
        arms: &[(ExprId, Vec<ast::Stmt>)],
        otherwise: &[ast::Stmt],
    ) -> StmtKind {
        let lower = |(condition, body): &(ExprId, Vec<ast::Stmt>)| {
            (self.expr(*condition), self.block(body))
        };
        let arms = arms.iter().map(lower).collect();
        StmtKind::If { arms, otherwise: self.block(otherwise) }
    }

    pub(super) fn while_loop(&mut self, condition: ExprId, body: &[ast::Stmt]) -> StmtKind {
        let condition = Some(self.expr(condition));
        StmtKind::Loop { condition, step: None, body: self.block(body) }
    }

    /// The variable of the loop lives around it: one for all turns.
    pub(super) fn for_loop(&mut self, parts: &ast::For, span: Span) -> StmtKind {
        self.scoped(|lowering| {
            let mut block = Vec::with_capacity(2);
            lowering.statements(std::slice::from_ref(&parts.init), &mut block);
            let condition = parts.condition.map(|condition| lowering.expr(condition));
            let step = parts.step.map(|step| lowering.expr(step));
            let body = lowering.block(&parts.body);
            block.push(Stmt { kind: StmtKind::Loop { condition, step, body }, span });
            StmtKind::Block(block)
        })
    }

    pub(super) fn foreach_loop(&mut self, parts: &ast::Foreach, span: Span) -> StmtKind {
        let iterable = self.expr(parts.iterable);
        self.scoped(|lowering| {
            let state = lowering.new_hidden(span);
            lowering.new_hidden(span);
            let key = parts.key.map(|key| lowering.new_local(key));
            let value = Some(lowering.new_local(parts.value));
            let body = lowering.block(&parts.body);
            StmtKind::Foreach { state, key, value, iterable, body }
        })
    }

    pub(super) fn try_statement(&mut self, parts: &ast::Try, span: Span) -> StmtKind {
        self.scoped(|lowering| {
            // The state of `finally` is live while the parts before it run.
            let state = parts.finally.is_some().then(|| {
                let state = lowering.new_hidden(span);
                lowering.new_hidden(span);
                state
            });
            let body = lowering.block(&parts.body);
            let catch = parts.catch.as_ref().map(|(variable, body)| {
                lowering.scoped(|lowering| {
                    let variable = variable.map(|variable| lowering.new_local(variable));
                    Catch { variable, body: lowering.block(body) }
                })
            });
            let finally = state.zip(parts.finally.as_ref()).map(|(state, body)| {
                let body = lowering.block(body);
                Finally { state, body }
            });
            StmtKind::Try { body, catch, finally }
        })
    }
}

// Switch.
impl Lowering<'_> {
    /// A chain of tests of a hidden variable.
    pub(super) fn switch(
        &mut self,
        subject: ExprId,
        arms: &[ast::SwitchArm],
        span: Span,
    ) -> StmtKind {
        self.scoped(|lowering| {
            let value = Some(lowering.expr(subject));
            let slot = lowering.new_hidden(span);
            let declare = StmtKind::Declare { slot, cell: false, value };
            let mut block = vec![Stmt { kind: declare, span }];
            lowering.switch_tests(slot, arms, span, &mut block);
            StmtKind::Block(block)
        })
    }

    /// The tests. `default` may stand anywhere but its block comes last; cases that share it must
    /// still be tested in their turn, and if one matches, none of the later tests may run.
    fn switch_tests(
        &mut self,
        subject: Slot,
        arms: &[ast::SwitchArm],
        span: Span,
        block: &mut Vec<Stmt>,
    ) {
        let mut tests = Vec::with_capacity(arms.len());
        let mut otherwise = Vec::new();
        let mut to_default = None;
        for arm in arms {
            let condition = self.case_condition(subject, &arm.cases);
            if arm.is_default {
                otherwise = self.block(&arm.body);
                to_default = condition.map(|condition| self.default_case(condition, span, block));
            } else if let Some(mut condition) = condition {
                if let Some((found, test)) = &mut to_default {
                    condition = after_default(*found, test.take(), condition);
                }
                tests.push((condition, self.block(&arm.body)));
            }
        }
        // Cases of the default that no later arm has tested: for their side effects.
        if let Some((_, Some(test))) = to_default {
            let span = test.span;
            otherwise.insert(0, Stmt { kind: StmtKind::Expr(test), span });
        }
        block.push(Stmt { kind: StmtKind::If { arms: tests, otherwise }, span });
    }

    /// A hidden variable that says a case of the default has matched, and the test that sets it.
    fn default_case(
        &mut self,
        condition: Expr,
        span: Span,
        block: &mut Vec<Stmt>,
    ) -> (Slot, Option<Expr>) {
        let found = self.new_hidden(span);
        let value = Some(Expr { kind: ExprKind::Bool(false), span });
        block.push(Stmt { kind: StmtKind::Declare { slot: found, cell: false, value }, span });
        let test_span = condition.span;
        let kind = ExprKind::Assign(Place::Local(found), Box::new(condition));
        (found, Some(Expr { kind, span: test_span }))
    }

    /// Whether the subject equals one of the cases; none without cases.
    fn case_condition(&mut self, subject: Slot, cases: &[ExprId]) -> Option<Expr> {
        // A balanced tree of `or`s: as low as can be, and in order all the same.
        match cases {
            [] => None,
            [case] => {
                let span = self.ast.expr(*case).span;
                let subject = Expr { kind: ExprKind::Get(Place::Local(subject)), span };
                let case = self.expr(*case);
                let kind = ExprKind::Binary(BinaryOp::Equal, Box::new(subject), Box::new(case));
                Some(Expr { kind, span })
            }
            _ => {
                let (left, right) = cases.split_at(cases.len() / 2);
                let left = self.case_condition(subject, left)?;
                let right = self.case_condition(subject, right)?;
                let span = left.span;
                Some(Expr { kind: ExprKind::Or(Box::new(left), Box::new(right)), span })
            }
        }
    }
}

/// `condition`, unless a case of the default before it has matched. `test` finds that out first, if
/// it was not asked yet.
fn after_default(found: Slot, test: Option<Expr>, condition: Expr) -> Expr {
    let span = condition.span;
    let asked = test.unwrap_or(Expr { kind: ExprKind::Get(Place::Local(found)), span });
    let not = Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(asked)), span };
    Expr { kind: ExprKind::And(Box::new(not), Box::new(condition)), span }
}
