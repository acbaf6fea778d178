//! Conditions: an expression of which only the truth is wanted becomes jumps.
//!
//! `and`, `or` and `not` vanish into the way control takes; each leaf is tested once.

use crate::code::Label;
use crate::function::FunctionCompiler;
use sox_bytecode::Instr;
use sox_program::{Expr, ExprId, ExprKind, UnaryOp};

/// Where the label of a condition lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    /// The body of a loop: going there is a step.
    Back,
}

impl FunctionCompiler<'_, '_> {
    /// Goes forward to the label if the condition's truth is `truth`, else goes on.
    pub(crate) fn jump_if(&mut self, condition: ExprId, truth: bool, label: Label) {
        self.branch(condition, truth, label, Direction::Forward);
    }

    /// Goes back to the body of a loop if the condition is true, else goes on. At least one jump is
    /// made, whatever the condition.
    pub(crate) fn loop_if(&mut self, condition: ExprId, body: Label) {
        self.branch(condition, true, body, Direction::Back);
    }

    fn branch(&mut self, condition: ExprId, truth: bool, label: Label, direction: Direction) {
        match self.expr(condition).kind {
            ExprKind::Unary(UnaryOp::Not, operand) => {
                self.branch(operand, !truth, label, direction);
            }
            ExprKind::And(left, right) => {
                self.branch_both(left, right, false, truth, label, direction);
            }
            ExprKind::Or(left, right) => {
                self.branch_both(left, right, true, truth, label, direction);
            }
            _ => self.branch_on_value(condition, truth, label, direction),
        }
    }

    /// `and` is decided by a false left side, `or` by a true one.
    fn branch_both(
        &mut self,
        left: ExprId,
        right: ExprId,
        decided_by: bool,
        truth: bool,
        label: Label,
        direction: Direction,
    ) {
        if truth == decided_by {
            self.branch(left, truth, label, direction);
            self.branch(right, truth, label, direction);
        } else {
            let skip = self.code.label();
            self.branch(left, decided_by, skip, Direction::Forward);
            self.branch(right, truth, label, direction);
            self.code.bind(skip);
        }
    }

    fn branch_on_value(&mut self, condition: ExprId, truth: bool, label: Label, way: Direction) {
        self.value(condition);
        let span = self.expr(condition).span;
        if (way, truth) == (Direction::Back, false) {
            self.code.emit(span, Instr::Not {});
        }
        self.code.jump(span, label, |target| match (way, truth) {
            (Direction::Forward, true) => Instr::JumpIfTrue { target },
            (Direction::Forward, false) => Instr::JumpIfFalse { target },
            (Direction::Back, _) => Instr::LoopIfTrue { target },
        });
    }
}

/// The truth of a literal.
pub(crate) fn literal_truth(expr: &Expr) -> Option<bool> {
    match expr.kind {
        ExprKind::Nil => Some(false),
        ExprKind::Bool(value) => Some(value),
        ExprKind::Number(_) | ExprKind::String(_) => Some(true),
        _ => None,
    }
}
