//! Expressions.

use super::Lowering;
use crate::ast::{self, BinaryOp};
use crate::phrases::{GET_JSON, Native, UNDEFINED};
use crate::resolver::types::{Type, type_of};
use crate::resolver::{Meaning, VarId};
use sox_diagnostics::Span;
use sox_program::{BinaryOp as Op, ExprId, ExprKind, UnaryOp};

impl Lowering<'_, '_> {
    pub(super) fn type_of(&self, source: &ast::Expr) -> Type {
        type_of(self.resolution(), self.file, source)
    }

    pub(super) fn unary(&mut self, span: Span, op: UnaryOp, operand: ExprId) -> ExprId {
        self.node(span, ExprKind::Unary(op, operand))
    }

    pub(super) fn pair(&mut self, span: Span, op: Op, a: ExprId, b: ExprId) -> ExprId {
        self.node(span, ExprKind::Binary(op, a, b))
    }

    /// An expression whose value is looked at and not kept.
    pub(super) fn expr(&mut self, source: &ast::Expr) -> ExprId {
        let span = source.span;
        let kind = match &source.kind {
            ast::ExprKind::Null | ast::ExprKind::Invalid => ExprKind::Nil,
            ast::ExprKind::Bool(value) => ExprKind::Bool(*value),
            ast::ExprKind::Number(value) => ExprKind::Number(*value),
            ast::ExprKind::Text(symbol) => ExprKind::String(*symbol),
            ast::ExprKind::Name(name) => return self.name(name),
            ast::ExprKind::Not(operand) => ExprKind::Unary(UnaryOp::Not, self.condition(operand)),
            ast::ExprKind::Minus(operand) => ExprKind::Unary(UnaryOp::Negate, self.expr(operand)),
            ast::ExprKind::Binary(op, a, b) => return self.binary(span, *op, a, b),
            ast::ExprKind::And(a, b) => ExprKind::And(self.condition(a), self.condition(b)),
            ast::ExprKind::Or(a, b) => ExprKind::Or(self.condition(a), self.condition(b)),
            ast::ExprKind::Item(object, index) => {
                let object = self.before(object, self.may_change(index));
                ExprKind::Binary(Op::Item, object, self.expr(index))
            }
            ast::ExprKind::Member(object, name) => {
                let object = self.expr(object);
                let name = self.node(span, ExprKind::String(*name));
                ExprKind::Binary(Op::Item, object, name)
            }
            ast::ExprKind::Call(callee, args) => return self.call(span, callee, args),
            ast::ExprKind::Phrase(native, args) => {
                let args = self.all_before(args);
                return self.phrase(span, native, &args);
            }
            ast::ExprKind::List(items) => {
                let items: Vec<ExprId> = items.iter().map(|item| self.stored(item)).collect();
                ExprKind::Array(self.list(&items))
            }
            ast::ExprKind::Dictionary(entries) => {
                let mut parts = Vec::with_capacity(2 * entries.len());
                for (key, value) in entries {
                    parts.push(self.expr(key));
                    parts.push(self.stored(value));
                }
                ExprKind::Table(self.list(&parts))
            }
        };
        self.node(span, kind)
    }

    fn phrase(&mut self, span: Span, native: &Native, args: &[ExprId]) -> ExprId {
        match args {
            [key, object] if *native == GET_JSON => self.pair(span, Op::Item, *object, *key),
            _ => self.native(span, native, args),
        }
    }

    /// The truth of an expression, as a boolean.
    pub(super) fn condition(&mut self, source: &ast::Expr) -> ExprId {
        let lowered = self.expr(source);
        match self.type_of(source) {
            Type::Bool => lowered,
            _ => self.unary(source.span, UnaryOp::Truth, lowered),
        }
    }

    /// An expression that must give a number.
    pub(super) fn number(&mut self, source: &ast::Expr) -> ExprId {
        let lowered = self.expr(source);
        match self.type_of(source) {
            Type::Number => lowered,
            _ => self.unary(source.span, UnaryOp::Number, lowered),
        }
    }

    fn name(&mut self, name: &ast::Name) -> ExprId {
        let span = name.span;
        match self.meaning(name) {
            Meaning::Variable(id) => self.get(span, *id),
            Meaning::Perhaps(id) => self.get_if_set(span, *id),
            Meaning::Form(native) => self.builtin(span, native.name),
            Meaning::Text => self.node(span, ExprKind::String(name.symbol)),
            Meaning::Undefined(suggestion) => {
                let mut args = vec![self.node(span, ExprKind::String(name.symbol))];
                if let Some(suggestion) = suggestion {
                    args.push(self.text(span, suggestion));
                }
                self.native(span, &UNDEFINED, &args)
            }
            Meaning::Unknown => unreachable!("every mention is looked at"),
        }
    }

    pub(super) fn get(&mut self, span: Span, id: VarId) -> ExprId {
        let place = self.place(id);
        self.node(span, ExprKind::Get(place))
    }

    /// A variable of a function that may not have been set yet.
    fn get_if_set(&mut self, span: Span, id: VarId) -> ExprId {
        let symbol = self.resolution().variable(id).symbol;
        let (tested, value, unset) = (self.get(span, id), self.get(span, id), self.unset(span));
        let is_unset = self.pair(span, Op::Equal, tested, unset);
        let error = self.node(span, ExprKind::Undefined(symbol));
        self.node(span, ExprKind::Conditional(is_unset, error, value))
    }

    fn call(&mut self, span: Span, callee: &ast::Expr, args: &[ast::Expr]) -> ExprId {
        let function = self.expr(callee);
        let args = match &callee.kind {
            // A function of the library keeps nothing.
            ast::ExprKind::Name(name) if matches!(self.meaning(name), Meaning::Form(_)) => {
                self.all_before(args)
            }
            _ => self.arguments(callee, args),
        };
        let args = self.list(&args);
        self.node(span, ExprKind::Call(function, args))
    }

    fn binary(&mut self, span: Span, op: BinaryOp, a: &ast::Expr, b: &ast::Expr) -> ExprId {
        let (type_a, type_b) = (self.type_of(a), self.type_of(b));
        if op == BinaryOp::Plus
            && let Some(text) = self.text_of_several(span, a, b)
        {
            return text;
        }
        let both_numbers = type_a == Type::Number && type_b == Type::Number;
        let left = self.before(a, self.may_change(b));
        let op = match op {
            BinaryOp::Plus if both_numbers => Op::Add,
            BinaryOp::Plus => Op::Join,
            BinaryOp::Minus => Op::Subtract,
            BinaryOp::Times => Op::Multiply,
            BinaryOp::Divide | BinaryOp::Modulo => {
                let right = self.divisor(b);
                let op = if op == BinaryOp::Divide { Op::Divide } else { Op::Remainder };
                return self.pair(span, op, left, right);
            }
            // Values that are no containers are the same if they are equal.
            BinaryOp::Is if type_a.is_scalar() || type_b.is_scalar() => Op::Equal,
            BinaryOp::IsNot if type_a.is_scalar() || type_b.is_scalar() => Op::NotEqual,
            BinaryOp::Is => Op::Same,
            BinaryOp::IsNot => {
                let right = self.expr(b);
                let same = self.pair(span, Op::Same, left, right);
                return self.unary(span, UnaryOp::Not, same);
            }
            BinaryOp::Less => Op::Less,
            BinaryOp::LessEqual => Op::LessEqual,
            BinaryOp::Greater => Op::Greater,
            BinaryOp::GreaterEqual => Op::GreaterEqual,
        };
        let ordered = matches!(op, Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual);
        // Sox compares texts too. With one side a number for certain, the other is looked at anyway.
        let right = if ordered && type_a != Type::Number { self.number(b) } else { self.expr(b) };
        self.pair(span, op, left, right)
    }

    /// `1 plus ": " plus word plus …` as one text, in place of a text for each `plus`. A text that grows
    /// would stand first: that is appended to piece by piece, which copies nothing.
    fn text_of_several(&mut self, span: Span, a: &ast::Expr, b: &ast::Expr) -> Option<ExprId> {
        // Each `plus` of the chain, the outermost first.
        let mut chain = vec![(a, b)];
        let mut left = a;
        while let ast::ExprKind::Binary(BinaryOp::Plus, a, b) = &left.kind {
            chain.push((a, b));
            left = a;
        }
        let is_text = |part: &ast::Expr| self.type_of(part) == Type::Text;
        // From the first that is certainly text on, all are.
        let begin = match is_text(left) {
            true => chain.len() - 1,
            false => chain.iter().rposition(|(_, right)| is_text(right))?,
        };
        let first = chain[begin].0;
        let begins_new =
            matches!(first.kind, ast::ExprKind::Text(_)) || self.type_of(first) == Type::Number;
        if begin == 0 || !begins_new {
            return None;
        }
        let mut parts: Vec<&ast::Expr> = chain[..=begin].iter().map(|(_, right)| *right).collect();
        parts.push(first);
        let texts: Vec<ExprId> = parts.into_iter().rev().map(|part| self.text_part(part)).collect();
        let texts = self.list(&texts);
        Some(self.node(span, ExprKind::Interpolate(texts)))
    }

    /// A value that Sox prints as PohLang would.
    fn text_part(&mut self, source: &ast::Expr) -> ExprId {
        let span = source.span;
        if let ast::ExprKind::Number(number) = source.kind {
            return self.node(span, ExprKind::Number(number + 0.0));
        }
        let value = self.expr(source);
        match self.type_of(source) {
            Type::Text => value,
            // There is no -0.
            Type::Number => {
                let zero = self.node(span, ExprKind::Number(0.0));
                self.pair(span, Op::Add, value, zero)
            }
            _ => {
                let nothing = self.text(span, "");
                self.pair(span, Op::Join, nothing, value)
            }
        }
    }

    /// What is divided by.
    fn divisor(&mut self, source: &ast::Expr) -> ExprId {
        let lowered = self.expr(source);
        match source.kind {
            ast::ExprKind::Number(number) if number != 0.0 => lowered,
            _ => self.unary(source.span, UnaryOp::Divisor, lowered),
        }
    }
}
