//! Expressions, by precedence.
//!
//! From low to high: `or`, `and`, `not`, comparison (one), `plus minus`, `times divided by modulo`,
//! unary minus, `to the power of`, `[ ]` and calls. Words and signs are the same operators.

use super::{Parse, Parser, Reported};
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::codes;
use crate::phrases::POWER;
use crate::token::TokenKind;

/// Most operations one above the other in an expression: what walks the tree is recursive.
const MAX_HEIGHT: u32 = 2_000;

/// What ends an expression besides a token that cannot continue it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// `f with a, b` is a call here, and does not belong to a phrase or list around it.
    pub(super) with: bool,
    /// `and` is the operator here, and not what separates arguments or items.
    pub(super) and: bool,
}

/// The context between parentheses, and at the beginning of a statement.
pub(super) const FREE: Context = Context { with: true, and: true };

/// The words that join the parts of sentences, so that no value begins with one.
pub(super) const JOINING: [&str; 23] = [
    "and", "as", "at", "by", "divided", "equals", "expect", "exposing", "from", "in", "into", "is",
    "minus", "modulo", "not", "of", "or", "plus", "than", "then", "times", "to", "with",
];

/// Whether a word is one of them.
pub(super) fn is_joining(word: &str) -> bool {
    JOINING.iter().any(|joining| word.eq_ignore_ascii_case(joining))
}

/// The value that a word always stands for.
pub(super) fn literal_word(word: &str) -> Option<ExprKind> {
    let is = |literal: &str| word.eq_ignore_ascii_case(literal);
    match () {
        () if is("true") => Some(ExprKind::Bool(true)),
        () if is("false") => Some(ExprKind::Bool(false)),
        () if is("null") || is("nothing") || is("none") => Some(ExprKind::Null),
        () => None,
    }
}

/// The comparisons in words behind `is`, the longer ones first.
const COMPARISONS: [(&str, BinaryOp); 8] = [
    ("greater than or equal to", BinaryOp::GreaterEqual),
    ("less than or equal to", BinaryOp::LessEqual),
    ("greater than", BinaryOp::Greater),
    ("less than", BinaryOp::Less),
    ("equal to", BinaryOp::Is),
    ("at least", BinaryOp::GreaterEqual),
    ("at most", BinaryOp::LessEqual),
    ("more than", BinaryOp::Greater),
];

fn opposite(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Is => BinaryOp::IsNot,
        BinaryOp::GreaterEqual => BinaryOp::Less,
        BinaryOp::LessEqual => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::LessEqual,
        BinaryOp::Less => BinaryOp::GreaterEqual,
        other => other,
    }
}

impl Parser<'_> {
    /// An expression that goes as far as it can.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.expression_in(FREE)
    }

    /// An expression between brackets.
    pub(super) fn enclosed(&mut self) -> Parse<Expr> {
        self.expression_in(FREE)
    }

    pub(super) fn expression_in(&mut self, context: Context) -> Parse<Expr> {
        self.deeper(|parser| parser.or(context))
    }

    /// An expression node of parts.
    pub(super) fn node(&mut self, start: u32, below: u32, kind: ExprKind) -> Parse<Expr> {
        let span = self.since(start);
        if below >= MAX_HEIGHT {
            if !self.stopped {
                let message =
                    format!("This line is too long: {MAX_HEIGHT} operations are the most.");
                let report = self.error(&codes::TOO_DEEP, span, message);
                report.help.push("make it in several steps, with Set".into());
            }
            self.stopped = true;
            return Err(Reported);
        }
        Ok(Expr { kind, span, height: below + 1 })
    }

    fn pair(
        &mut self,
        left: Expr,
        right: Expr,
        make: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Parse<Expr> {
        let (start, below) = (left.span.start, left.height.max(right.height));
        self.node(start, below, make(Box::new(left), Box::new(right)))
    }

    fn or(&mut self, context: Context) -> Parse<Expr> {
        let mut left = self.and(context)?;
        while self.eat_words("or") {
            let right = self.and(context)?;
            self.lone_value(&left, &right, "or");
            left = self.pair(left, right, ExprKind::Or)?;
        }
        Ok(left)
    }

    fn and(&mut self, context: Context) -> Parse<Expr> {
        let mut left = self.not(context)?;
        while context.and && self.eat_words("and") {
            let right = self.not(context)?;
            self.lone_value(&left, &right, "and");
            left = self.pair(left, right, ExprKind::And)?;
        }
        Ok(left)
    }

    fn not(&mut self, context: Context) -> Parse<Expr> {
        let start = self.peek().span.start;
        if self.eat_words("not") {
            let operand = self.deeper(|parser| parser.not(context))?;
            return self.node(start, operand.height, ExprKind::Not(Box::new(operand)));
        }
        self.comparison(context)
    }

    fn comparison(&mut self, context: Context) -> Parse<Expr> {
        let left = self.sum(context)?;
        if let Some(reported) = self.between() {
            return Err(reported);
        }
        let Some(op) = self.comparison_sign() else { return Ok(left) };
        let right = self.sum(context)?;
        let whole = self.pair(left, right, |a, b| ExprKind::Binary(op, a, b))?;
        let next = self.peek();
        if self.comparison_sign().is_some() {
            let message = "Only two values can be compared at a time.".into();
            let report = self.error(&codes::COMPARISON, next.span, message);
            report.help.push("join comparisons with and: If 1 < x and x < 10".into());
            return Err(Reported);
        }
        Ok(whole)
    }

    /// Takes the sign or the words of a comparison.
    fn comparison_sign(&mut self) -> Option<BinaryOp> {
        let sign = match self.kind() {
            TokenKind::Equal => Some(BinaryOp::Is),
            TokenKind::NotEqual => Some(BinaryOp::IsNot),
            TokenKind::Less => Some(BinaryOp::Less),
            TokenKind::LessEqual => Some(BinaryOp::LessEqual),
            TokenKind::Greater => Some(BinaryOp::Greater),
            TokenKind::GreaterEqual => Some(BinaryOp::GreaterEqual),
            _ => None,
        };
        if sign.is_some() {
            self.bump();
            return sign;
        }
        if self.eat_words("equals") {
            return Some(BinaryOp::Is);
        }
        if !self.eat_words("is") {
            return None;
        }
        let not = self.eat_words("not");
        let found = COMPARISONS.iter().find(|(words, _)| self.at_words(words));
        let op = found.map_or(BinaryOp::Is, |&(words, op)| {
            self.eat_words(words);
            op
        });
        Some(if not { opposite(op) } else { op })
    }

    fn sum(&mut self, context: Context) -> Parse<Expr> {
        let mut left = self.product(context)?;
        loop {
            let op = match self.kind() {
                TokenKind::Plus => BinaryOp::Plus,
                TokenKind::Minus => BinaryOp::Minus,
                _ if self.is_word(0, "plus") => BinaryOp::Plus,
                _ if self.is_word(0, "minus") => BinaryOp::Minus,
                _ => return Ok(left),
            };
            self.bump();
            let right = self.product(context)?;
            left = self.pair(left, right, |a, b| ExprKind::Binary(op, a, b))?;
        }
    }

    fn product(&mut self, context: Context) -> Parse<Expr> {
        let mut left = self.unary(context)?;
        loop {
            let op = match self.kind() {
                TokenKind::Star => BinaryOp::Times,
                TokenKind::Slash => BinaryOp::Divide,
                TokenKind::Percent => BinaryOp::Modulo,
                _ if self.is_word(0, "times") => BinaryOp::Times,
                _ if self.is_word(0, "modulo") => BinaryOp::Modulo,
                _ if self.at_words("divided by") => {
                    self.bump();
                    BinaryOp::Divide
                }
                _ => return Ok(left),
            };
            self.bump();
            let right = self.unary(context)?;
            left = self.pair(left, right, |a, b| ExprKind::Binary(op, a, b))?;
        }
    }

    fn unary(&mut self, context: Context) -> Parse<Expr> {
        let start = self.peek().span.start;
        if self.eat(TokenKind::Minus) {
            let operand = self.deeper(|parser| parser.unary(context))?;
            return self.minus(start, operand);
        }
        if self.kind() == TokenKind::Plus {
            self.bump();
            return self.deeper(|parser| parser.unary(context));
        }
        self.power(context)
    }

    fn minus(&mut self, start: u32, operand: Expr) -> Parse<Expr> {
        if let ExprKind::Number(number) = operand.kind {
            return self.node(start, 0, ExprKind::Number(-number));
        }
        self.node(start, operand.height, ExprKind::Minus(Box::new(operand)))
    }

    /// `a to the power of b`, from the right.
    fn power(&mut self, context: Context) -> Parse<Expr> {
        let base = self.postfix(context)?;
        if !self.eat_words("to the power of") {
            return Ok(base);
        }
        let exponent = self.deeper(|parser| parser.unary(context))?;
        let (start, below) = (base.span.start, base.height.max(exponent.height));
        self.node(start, below, ExprKind::Phrase(&POWER, vec![base, exponent]))
    }

    /// The last part of a phrase: a value with what stands behind it, perhaps with a minus.
    pub(super) fn operand(&mut self, context: Context) -> Parse<Expr> {
        let start = self.peek().span.start;
        if self.eat(TokenKind::Minus) {
            let operand = self.deeper(|parser| parser.operand(context))?;
            return self.minus(start, operand);
        }
        self.deeper(|parser| parser.postfix(Context { with: false, ..context }))
    }

    /// A value with its elements, members and calls.
    fn postfix(&mut self, context: Context) -> Parse<Expr> {
        let start = self.peek().span.start;
        let mut value = self.primary(context)?;
        loop {
            value = match self.kind() {
                TokenKind::OpenBracket => {
                    self.bump();
                    let index = self.enclosed()?;
                    self.close(TokenKind::CloseBracket)?;
                    let below = value.height.max(index.height);
                    self.node(start, below, ExprKind::Item(Box::new(value), Box::new(index)))?
                }
                TokenKind::Open if is_callable(&value) => {
                    let args = self.parenthesised()?;
                    self.call_of(start, value, args)?
                }
                TokenKind::DoubleColon | TokenKind::Dot => {
                    self.bump();
                    let token = self.peek();
                    if let Some(reported) = self.point_at_the_end() {
                        return Err(reported);
                    }
                    if token.kind == TokenKind::Text {
                        let example = "\"Hello \" plus name";
                        return Err(self.missing("the word \"plus\"", example));
                    }
                    if token.kind != TokenKind::Word {
                        return Err(
                            self.missing("the name of something in the module", "m::sqrt(2)")
                        );
                    }
                    self.bump();
                    let span = token.span;
                    let symbol =
                        self.names.intern(&self.text[span.start as usize..span.end as usize]);
                    self.node(start, value.height, ExprKind::Member(Box::new(value), symbol))?
                }
                _ if context.with && is_callable(&value) && self.is_word(0, "with") => {
                    self.bump();
                    let args = self.with_arguments()?;
                    self.call_of(start, value, args)?
                }
                _ => return Ok(value),
            };
        }
    }

    fn call_of(&mut self, start: u32, callee: Expr, args: Vec<Expr>) -> Parse<Expr> {
        let below = args.iter().map(|arg| arg.height).max().unwrap_or(0).max(callee.height);
        self.node(start, below, ExprKind::Call(Box::new(callee), args))
    }

    /// `(a, b)`
    pub(super) fn parenthesised(&mut self) -> Parse<Vec<Expr>> {
        self.bump();
        let mut args = Vec::new();
        if self.eat(TokenKind::Close) {
            return Ok(args);
        }
        loop {
            args.push(self.enclosed()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::Close)?;
        self.check_count(args)
    }

    /// The arguments of a call phrase: everything to the right, `and` and commas between them.
    fn with_arguments(&mut self) -> Parse<Vec<Expr>> {
        if self.at_line_end() {
            return Err(self.missing("a value", "greet with \"Ada\""));
        }
        let mut args = Vec::new();
        loop {
            args.push(self.expression_in(Context { with: true, and: false })?);
            if !self.eat(TokenKind::Comma) && !self.is_word(0, "and") {
                return self.check_count(args);
            }
            self.eat_words("and");
        }
    }

    fn check_count(&mut self, args: Vec<Expr>) -> Parse<Vec<Expr>> {
        if args.len() <= 255 {
            return Ok(args);
        }
        let span = args[255].span;
        let message = "A function can be given 255 values at most.".into();
        let report = self.error(&codes::TOO_DEEP, span, message);
        report.help.push("give it a list instead: Make a list of 1, 2, 3".into());
        Err(Reported)
    }

    /// The bracket that closes.
    pub(super) fn close(&mut self, kind: TokenKind) -> Parse<()> {
        if self.eat(kind) {
            return Ok(());
        }
        let sign = if kind == TokenKind::Close { ")" } else { "]" };
        let example = if kind == TokenKind::Close { "(1 plus 2) times 3" } else { "names[0]" };
        Err(self.missing(&format!("the closing {sign}"), example))
    }

    fn primary(&mut self, context: Context) -> Parse<Expr> {
        let token = self.peek();
        let start = token.span.start;
        match token.kind {
            TokenKind::Number => {
                self.bump();
                self.node(start, 0, ExprKind::Number(token.value))
            }
            TokenKind::Text => {
                self.bump();
                let symbol = self.text_symbol(token);
                self.node(start, 0, ExprKind::Text(symbol))
            }
            TokenKind::Open => {
                self.bump();
                let inner = self.enclosed()?;
                self.close(TokenKind::Close)?;
                // An operator's error shows its parts; the parentheses belong to them.
                Ok(Expr { span: self.since(start), ..inner })
            }
            TokenKind::Word => self.word(context),
            TokenKind::OpenBracket | TokenKind::Brace => Err(self.bracket_literal()),
            TokenKind::Invalid => Err(Reported),
            _ => Err(self.no_value()),
        }
    }

    /// A value that begins with a word.
    fn word(&mut self, context: Context) -> Parse<Expr> {
        let token = self.peek();
        let start = token.span.start;
        if let Some(literal) = literal_word(self.word_of(token)) {
            self.bump();
            return self.node(start, 0, literal);
        }
        if let Some(phrase) = self.phrase_or_literal(context)? {
            return Ok(phrase);
        }
        let word = self.word_of(token);
        if is_joining(word) && !self.misnamed.contains(&word.to_ascii_lowercase()) {
            return Err(self.no_value());
        }
        self.bump();
        let name = self.mention(token);
        self.node(start, 0, ExprKind::Name(name))
    }
}

/// Whether `f with …` and `f(…)` may be a call of this.
fn is_callable(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Call(..) | ExprKind::Item(..)
    )
}
