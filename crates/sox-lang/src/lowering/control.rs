//! Lowering loops, `if`, `switch` and `try`.

use super::Lowering;
use crate::ast;
use sox_diagnostics::Span;
use sox_program::{
    Arm, BinaryOp, Block, Catch, ExprId, ExprKind, Finally, Foreach, Place, Slot, Stmt, StmtKind,
    Try, UnaryOp,
};

impl Lowering<'_> {
    pub(super) fn if_statement(
        &mut self,
        arms: ast::Run<ast::Arm>,
        otherwise: ast::Block,
    ) -> StmtKind {
        let begin = self.arms.len();
        for arm in arms.of(&self.ast.arms) {
            let (condition, body) = (self.expr(arm.condition), self.block(arm.body));
            self.arms.push(Arm { condition, body });
        }
        let otherwise = self.block(otherwise);
        self.if_of(begin, otherwise)
    }

    /// The `if` with the tests from `begin` on.
    fn if_of(&mut self, begin: usize, otherwise: Block) -> StmtKind {
        StmtKind::If { arms: self.tree.arms(self.arms.drain(begin..)), otherwise }
    }

    pub(super) fn while_loop(&mut self, condition: ast::ExprId, body: ast::Block) -> StmtKind {
        let condition = Some(self.expr(condition));
        StmtKind::Loop { condition, step: None, body: self.block(body) }
    }

    /// The variable of the loop lives around it: one for all turns.
    pub(super) fn for_loop(&mut self, parts: &ast::For, span: Span) -> StmtKind {
        StmtKind::Block(self.scoped(|lowering| {
            lowering.collected(|lowering| {
                lowering.statements(parts.init);
                let condition = parts.condition.map(|condition| lowering.expr(condition));
                let step = parts.step.map(|step| lowering.expr(step));
                let body = lowering.block(parts.body);
                lowering.push(StmtKind::Loop { condition, step, body }, span);
            })
        }))
    }

    pub(super) fn foreach_loop(&mut self, parts: &ast::Foreach, span: Span) -> StmtKind {
        let iterable = self.expr(parts.iterable);
        self.scoped(|lowering| {
            let state = lowering.new_hidden(span);
            lowering.new_hidden(span);
            let key = parts.key.map(|key| lowering.new_local(key));
            let value = Some(lowering.new_local(parts.value));
            let body = lowering.block(parts.body);
            let foreach = Foreach { state, key, value, iterable, body };
            StmtKind::Foreach(lowering.tree.foreach(foreach))
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
            let body = lowering.block(parts.body);
            let catch = parts.catch.map(|(variable, body)| {
                lowering.scoped(|lowering| {
                    let variable = variable.map(|variable| lowering.new_local(variable));
                    Catch { variable, body: lowering.block(body) }
                })
            });
            let finally = state.zip(parts.finally).map(|(state, body)| {
                let body = lowering.block(body);
                Finally { state, body }
            });
            StmtKind::Try(lowering.tree.try_of(Try { body, catch, finally }))
        })
    }
}

// Switch.
impl Lowering<'_> {
    /// A chain of tests of a hidden variable.
    pub(super) fn switch(
        &mut self,
        subject: ast::ExprId,
        arms: ast::Run<ast::SwitchArm>,
        span: Span,
    ) -> StmtKind {
        StmtKind::Block(self.scoped(|lowering| {
            lowering.collected(|lowering| {
                let value = Some(lowering.expr(subject));
                let slot = lowering.new_hidden(span);
                lowering.push(StmtKind::Declare { slot, cell: false, value }, span);
                lowering.switch_tests(slot, arms, span);
            })
        }))
    }

    /// The tests. `default` may stand anywhere but its block comes last; cases that share it must
    /// still be tested in their turn, and if one matches, none of the later tests may run.
    fn switch_tests(&mut self, subject: Slot, arms: ast::Run<ast::SwitchArm>, span: Span) {
        let begin = self.arms.len();
        let mut otherwise = Block::default();
        let mut to_default = None;
        for arm in arms.of(&self.ast.switch_arms) {
            let condition = self.case_condition(subject, self.ast.list(arm.cases));
            if arm.is_default {
                otherwise = self.block(arm.body);
                to_default = condition.map(|condition| self.default_case(condition, span));
            } else if let Some(mut condition) = condition {
                if let Some((found, test)) = &mut to_default {
                    condition = self.after_default(*found, test.take(), condition);
                }
                let body = self.block(arm.body);
                self.arms.push(Arm { condition, body });
            }
        }
        // Cases of the default that no later arm has tested: for their side effects.
        if let Some((_, Some(test))) = to_default {
            let (kind, span) = (StmtKind::Expr(test), self.tree[test].span);
            let body = self.tree[otherwise].to_vec();
            otherwise = self.tree.block([Stmt { kind, span }].into_iter().chain(body));
        }
        let kind = self.if_of(begin, otherwise);
        self.push(kind, span);
    }

    /// A hidden variable that says a case of the default has matched, and the test that sets it.
    fn default_case(&mut self, condition: ExprId, span: Span) -> (Slot, Option<ExprId>) {
        let found = self.new_hidden(span);
        let value = Some(self.node(ExprKind::Bool(false), span));
        self.push(StmtKind::Declare { slot: found, cell: false, value }, span);
        let test_span = self.tree[condition].span;
        let kind = ExprKind::Assign(Place::Local(found), condition);
        (found, Some(self.node(kind, test_span)))
    }

    /// Whether the subject equals one of the cases; none without cases.
    fn case_condition(&mut self, subject: Slot, cases: &[ast::ExprId]) -> Option<ExprId> {
        // A balanced tree of `or`s: as low as can be, and in order all the same.
        match cases {
            [] => None,
            [case] => {
                let span = self.ast.expr(*case).span;
                let subject = self.node(ExprKind::Get(Place::Local(subject)), span);
                let case = self.expr(*case);
                Some(self.node(ExprKind::Binary(BinaryOp::Equal, subject, case), span))
            }
            _ => {
                let (left, right) = cases.split_at(cases.len() / 2);
                let left = self.case_condition(subject, left)?;
                let right = self.case_condition(subject, right)?;
                let span = self.tree[left].span;
                Some(self.node(ExprKind::Or(left, right), span))
            }
        }
    }

    /// `condition`, unless a case of the default before it has matched. `test` finds that out first,
    /// if it was not asked yet.
    fn after_default(&mut self, found: Slot, test: Option<ExprId>, condition: ExprId) -> ExprId {
        let span = self.tree[condition].span;
        let asked = match test {
            Some(test) => test,
            None => self.node(ExprKind::Get(Place::Local(found)), span),
        };
        let not = self.node(ExprKind::Unary(UnaryOp::Not, asked), span);
        self.node(ExprKind::And(not, condition), span)
    }
}
