//! Expressions: precedence, operators, calls and members.

use super::{Abandoned, Parse, Parser};
use crate::ast::{Conditional, ExprId, ExprKind, Id, Run, Slice};
use crate::codes;
use crate::token::{Token, TokenKind};
use sox_diagnostics::Span;
use sox_program::{BinaryOp, UnaryOp};

/// Most arguments of a call and parameters of a function.
pub(super) const MAX_ARGUMENTS: usize = 255;

/// How tightly a binary operator binds; higher is tighter.
type Level = u8;

const OR: Level = 1;
const AND: Level = 2;
const EQUALITY: Level = 3;
const COMPARISON: Level = 4;
const TERM: Level = 5;
const FACTOR: Level = 6;

/// The operators with two operands that group to the left.
#[derive(Clone, Copy)]
enum Infix {
    And,
    Or,
    Binary(BinaryOp),
}

fn infix(kind: TokenKind) -> Option<(Infix, Level)> {
    Some(match kind {
        TokenKind::Or => (Infix::Or, OR),
        TokenKind::And => (Infix::And, AND),
        TokenKind::EqualEqual => (Infix::Binary(BinaryOp::Equal), EQUALITY),
        TokenKind::BangEqual => (Infix::Binary(BinaryOp::NotEqual), EQUALITY),
        TokenKind::Less => (Infix::Binary(BinaryOp::Less), COMPARISON),
        TokenKind::LessEqual => (Infix::Binary(BinaryOp::LessEqual), COMPARISON),
        TokenKind::Greater => (Infix::Binary(BinaryOp::Greater), COMPARISON),
        TokenKind::GreaterEqual => (Infix::Binary(BinaryOp::GreaterEqual), COMPARISON),
        TokenKind::Plus => (Infix::Binary(BinaryOp::Add), TERM),
        TokenKind::Minus => (Infix::Binary(BinaryOp::Subtract), TERM),
        TokenKind::Star => (Infix::Binary(BinaryOp::Multiply), FACTOR),
        TokenKind::Slash => (Infix::Binary(BinaryOp::Divide), FACTOR),
        TokenKind::Percent => (Infix::Binary(BinaryOp::Remainder), FACTOR),
        _ => return None,
    })
}

/// The operator of an assignment: none for `=`.
fn assignment(kind: TokenKind) -> Option<Option<BinaryOp>> {
    Some(match kind {
        TokenKind::Equal => None,
        TokenKind::PlusEqual => Some(BinaryOp::Add),
        TokenKind::MinusEqual => Some(BinaryOp::Subtract),
        TokenKind::StarEqual => Some(BinaryOp::Multiply),
        TokenKind::SlashEqual => Some(BinaryOp::Divide),
        TokenKind::PercentEqual => Some(BinaryOp::Remainder),
        _ => return None,
    })
}

impl Parser<'_> {
    /// Any expression: an assignment or what binds tighter.
    pub(super) fn expression(&mut self) -> Parse<ExprId> {
        if let Some(operand) = self.lone_operand() {
            return Ok(operand);
        }
        let start = self.at;
        let target = self.conditional()?;
        let Some(op) = assignment(self.kind()) else { return Ok(target) };
        let operator = self.advance();
        let is_target = matches!(
            self.ast.expr(target).kind,
            ExprKind::Name(..) | ExprKind::Field(..) | ExprKind::Index(..)
        );
        if !is_target {
            let span = self.ast.expr(target).span;
            self.reports.error(&codes::INVALID_TARGET, span, "Invalid assignment target.").label =
                "this is not a variable, field or element".into();
        }
        self.enter()?;
        let value = self.expression()?;
        self.leave();
        if !is_target {
            return Ok(value);
        }
        // A field or element that cannot be assigned is blamed on its own line.
        let culprit = match self.ast.expr(target).kind {
            ExprKind::Name(..) => operator.span,
            _ => self.ast.expr(target).span,
        };
        let span = self.blame_whole(start, culprit);
        self.node(ExprKind::Assign { target, op, value }, span)
    }

    /// A literal or name that is a whole expression, as half of all expressions are: it need not go
    /// through all that binds looser.
    #[inline]
    fn lone_operand(&mut self) -> Option<ExprId> {
        if self.kind_ahead(1).continues_operand() { None } else { self.simple_operand() }
    }

    /// `c ? a : b` or what binds tighter.
    fn conditional(&mut self) -> Parse<ExprId> {
        let start = self.at;
        let condition = self.operators(OR)?;
        if !self.check(TokenKind::Question) {
            return Ok(condition);
        }
        let operator = self.advance();
        self.enter()?;
        let yes = self.expression()?;
        self.expect(TokenKind::Colon, "Expect ':' after '?' branch of conditional expression.")?;
        let no = self.expression()?;
        self.leave();
        let span = self.blame_whole(start, operator.span);
        let parts = Conditional { condition, yes, no };
        let parts = Id::add(&mut self.ast.conditionals, parts);
        self.node(ExprKind::Conditional(parts), span)
    }

    /// Operands joined by operators of at least this level.
    fn operators(&mut self, least: Level) -> Parse<ExprId> {
        let start = self.at;
        let mut left = self.unary()?;
        while self.at != self.body_at {
            let operator = self.current();
            let Some((infix, level)) = infix(operator.kind) else { break };
            if level < least {
                break;
            }
            self.advance();
            self.check_operator(operator)?;
            let right = match self.lone_operand() {
                Some(operand) => operand,
                None => self.operators(level + 1)?,
            };
            let kind = match infix {
                Infix::Or => ExprKind::Or(left, right),
                Infix::And => ExprKind::And(left, right),
                Infix::Binary(op) => ExprKind::Binary(op, left, right),
            };
            let span = self.blame_whole(start, operator.span);
            left = self.node(kind, span)?;
        }
        Ok(left)
    }

    /// Warns of a `-` that begins a line, and recognises `++` and `--`.
    fn check_operator(&mut self, operator: Token) -> Parse<()> {
        if operator.kind == TokenKind::Minus
            && operator.newline
            && self.open.len() == self.open_outside
        {
            let message = "This '-' continues the expression on the line before.";
            let report = self.reports.warning(&codes::LEADING_MINUS, operator.span, message);
            report.help.push(
                "write the `-` at the end of that line, or end it with `;` if a new statement begins here".into(),
            );
        }
        let next = self.current();
        let doubled = next.kind == operator.kind && next.span.start == operator.span.end;
        let after = self.tokens[(self.at + 1).min(self.tokens.len() - 1)];
        let is_update = match next.kind {
            TokenKind::Plus => true,
            TokenKind::Minus => after.newline || !after.kind.begins_operand(),
            _ => false,
        };
        if doubled && is_update && after.kind != TokenKind::LeftParen {
            return Err(self.error_update_operator(operator));
        }
        Ok(())
    }

    /// Reports `++` or `--`, of which `first` is the first half.
    pub(super) fn error_update_operator(&mut self, first: Token) -> Abandoned {
        let sign = self.text_of(first).to_owned();
        let span = Span::new(first.span.start, first.span.end + 1);
        let message = format!("There is no operator '{sign}{sign}'.");
        let report = self.reports.error(&codes::UNKNOWN_OPERATOR, span, message);
        report.help.push(format!("write `x {sign}= 1`"));
        if self.kind() == first.kind {
            self.advance();
        }
        Abandoned
    }

    /// `!x`, `-x` or what binds tighter.
    fn unary(&mut self) -> Parse<ExprId> {
        let op = match self.kind() {
            TokenKind::Bang => UnaryOp::Not,
            TokenKind::Minus => UnaryOp::Negate,
            _ => return self.postfix(),
        };
        self.enter()?;
        let start = self.at;
        let operator = self.advance();
        let operand = self.unary()?;
        self.leave();
        let span = self.blame_whole(start, operator.span);
        self.node(ExprKind::Unary(op, operand), span)
    }

    /// A primary expression with calls, members and elements after it.
    fn postfix(&mut self) -> Parse<ExprId> {
        let start = self.at;
        let mut left = self.primary()?;
        while self.at != self.body_at {
            let token = self.current();
            left = match token.kind {
                TokenKind::LeftParen if !token.newline => self.call(start, left)?,
                TokenKind::LeftBracket if !token.newline => self.index(start, left)?,
                TokenKind::Dot => self.field(start, left)?,
                _ => break,
            };
        }
        Ok(left)
    }

    fn field(&mut self, start: usize, object: ExprId) -> Parse<ExprId> {
        self.advance();
        let (token, name) = self.property_name("Expect property name after '.'.")?;
        let span = self.blame_whole(start, token.span);
        self.node(ExprKind::Field(object, name), span)
    }

    /// A name or keyword.
    pub(super) fn property_name(&mut self, message: &str) -> Parse<(Token, sox_program::Symbol)> {
        if !self.kind().is_word() {
            return Err(self.error_name(message));
        }
        let token = self.advance();
        Ok((token, self.symbol(token)))
    }

    fn call(&mut self, start: usize, callee: ExprId) -> Parse<ExprId> {
        let name = self.previous();
        let call = self.bracketed(|parser| parser.arguments(callee))?;
        let span = self.blame_call(start, name);
        self.node(ExprKind::Call(call), span)
    }

    /// Arguments and the `)` after them; at the `(`. Gives them with the callee before them.
    fn arguments(&mut self, callee: ExprId) -> Parse<Run<ExprId>> {
        let (opener, begin) = (self.at, self.items.len());
        self.items.push(callee);
        self.advance();
        while !self.check(TokenKind::RightParen) {
            if self.items.len() - begin - 1 == MAX_ARGUMENTS {
                let message = format!("Can't have more than {MAX_ARGUMENTS} arguments.");
                let span = self.current().span;
                self.reports.error(&codes::TOO_MANY_ARGUMENTS, span, message);
            }
            let arg = self.expression()?;
            self.items.push(arg);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.expect_list_closer(TokenKind::RightParen, opener, "Expect ')' after arguments.")?;
        Ok(self.list(begin))
    }

    /// `[i]` or a slice; at the `[`.
    fn index(&mut self, start: usize, object: ExprId) -> Parse<ExprId> {
        let bracket = self.current();
        let kind = self.bracketed(|parser| parser.index_or_slice(object))?;
        let span = self.blame_whole(start, bracket.span);
        self.node(kind, span)
    }

    fn index_or_slice(&mut self, object: ExprId) -> Parse<ExprKind> {
        let opener = self.at;
        self.advance();
        let from = if self.check(TokenKind::Colon) { None } else { Some(self.expression()?) };
        let kind = match from {
            Some(index) if !self.check(TokenKind::Colon) => ExprKind::Index(object, index),
            _ => {
                self.expect(TokenKind::Colon, "Expect ':' in slice.")?;
                let open_end = self.check(TokenKind::RightBracket);
                let to = if open_end { None } else { Some(self.expression()?) };
                ExprKind::Slice(object, Id::add(&mut self.ast.slices, Slice { from, to }))
            }
        };
        self.expect_closer(TokenKind::RightBracket, opener, "Expect ']' after index.")?;
        Ok(kind)
    }

    /// Reads something in brackets, the opening one being current: nesting is counted, and braces
    /// inside are literals again.
    pub(super) fn bracketed<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.enter()?;
        self.open.push(self.at);
        let body_follows = std::mem::replace(&mut self.body_follows, false);
        let result = read(self)?;
        self.body_follows = body_follows;
        self.open.pop();
        self.leave();
        Ok(result)
    }
}

// What an error at run time underlines. The line it begins on must be that of the culprit.
impl Parser<'_> {
    /// Everything from token `start` on, if it is on one line, else `culprit`.
    pub(super) fn blame_whole(&self, start: usize, culprit: Span) -> Span {
        let (first, last) = (self.tokens[start], self.previous());
        if last.on_line_of(first) { first.span.to(last.span) } else { culprit }
    }

    /// What is called and its arguments, as far as they are on the line of `name`.
    pub(super) fn blame_call(&self, start: usize, name: Token) -> Span {
        let (first, last) = (self.tokens[start], self.previous());
        let from = if name.on_line_of(first) { first.span } else { name.span };
        let to = if last.on_line_of(name) { last.span } else { name.span };
        from.to(to)
    }
}
