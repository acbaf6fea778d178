//! Primary expressions: literals, names, parentheses, arrays and tables.

use super::{Abandoned, Parse, Parser};
use crate::ast::{ExprId, ExprKind, Number};
use crate::codes;
use crate::lexer::{contents, decode, parse_number};
use crate::token::{Token, TokenKind};
use sox_program::Symbol;

impl Parser<'_> {
    /// A literal, name or something in brackets.
    pub(super) fn primary(&mut self) -> Parse<ExprId> {
        if let Some(operand) = self.simple_operand() {
            return Ok(operand);
        }
        match self.kind() {
            TokenKind::StringStart => self.interpolation(),
            TokenKind::LeftParen => self.group(),
            TokenKind::LeftBracket => self.array(),
            TokenKind::LeftBrace if self.at == self.array_brace => self.braces(Braces::Array),
            TokenKind::LeftBrace if !self.body_follows => self.braces(Braces::Any),
            TokenKind::Fn => self.function_expression(),
            TokenKind::Super => self.super_member(),
            _ => Err(self.error_no_expression()),
        }
    }

    /// A literal or name, if one token is all of it.
    pub(super) fn simple_operand(&mut self) -> Option<ExprId> {
        let token = self.current();
        let kind = match token.kind {
            TokenKind::Nil => ExprKind::Nil,
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::This => ExprKind::This(self.ast.mention()),
            TokenKind::Number => ExprKind::Number(Number(parse_number(self.text_of(token)))),
            TokenKind::Identifier => ExprKind::Name(self.symbol(token), self.ast.mention()),
            TokenKind::String => ExprKind::String(self.decoded(token)),
            _ => return None,
        };
        self.at += 1;
        Some(self.leaf(kind, token.span))
    }

    /// Reports that no expression begins here.
    fn error_no_expression(&mut self) -> Abandoned {
        let token = self.current();
        let next_plus = self.kind_ahead(1) == TokenKind::Plus;
        if token.kind == TokenKind::Plus && next_plus {
            self.advance();
            return self.error_update_operator(token);
        }
        if let Some(error) = self.error_foreign_operator() {
            return error;
        }
        let help = match token.kind {
            TokenKind::LeftBrace => {
                "a `{` here begins the body; a table or array in braces needs parentheses: `({…})`"
            }
            TokenKind::Else => "there is no `if` before this `else`",
            TokenKind::Catch | TokenKind::Finally => "there is no `try { … }` before this",
            TokenKind::Case | TokenKind::Default => "this belongs in a `switch value { … }`",
            TokenKind::In => "loops over the elements are written `for x in list { … }`",
            TokenKind::Dot => "the digits on both sides of the point are needed: 0.5",
            TokenKind::Print => "`print` is a statement and has no value",
            TokenKind::Plus => "there is no unary `+`",
            TokenKind::Equal => "`==` compares",
            TokenKind::Extern => return self.error_extern(),
            _ => "",
        };
        self.report(&codes::EXPECT_EXPRESSION, "Expect expression.", |report| {
            if !help.is_empty() {
                report.help.push(help.into());
            }
        });
        Abandoned
    }

    /// Reports an operator that Sox does not have and that was read as two: the second half is
    /// current, or both halves are to come.
    fn error_foreign_operator(&mut self) -> Option<Abandoned> {
        let current = self.current();
        let pair_at = |second: usize| {
            let (first, second) = (self.tokens[second - 1], *self.tokens.get(second)?);
            let text = &self.text[first.span.start as usize..second.span.end as usize];
            let found = FOREIGN_OPERATORS.iter().find(|(operator, _)| *operator == text)?;
            Some((first.span.to(second.span), found))
        };
        let before = if self.at > 0 { pair_at(self.at) } else { None };
        let (span, &(operator, help)) = before.or_else(|| pair_at(self.at + 1))?;
        if self.stopped || current.kind == TokenKind::Eof {
            return None;
        }
        let message = format!("There is no operator '{operator}'.");
        self.reports.error(&codes::UNKNOWN_OPERATOR, span, message).help.push(help.into());
        Some(Abandoned)
    }

    /// The value of a string token, interned.
    pub(super) fn decoded(&mut self, token: Token) -> Symbol {
        let place = contents(&token);
        let raw = &self.text[place.clone()];
        if raw.as_bytes().contains(&b'\\') {
            return self.names.intern(&decode(raw));
        }
        self.names.intern_part(self.text, place)
    }

    fn string_piece(&mut self, token: Token) {
        let text = self.decoded(token);
        if !self.names.text(text).is_empty() {
            let piece = self.leaf(ExprKind::String(text), token.span);
            self.items.push(piece);
        }
    }

    /// `"text${expression}text"`
    fn interpolation(&mut self) -> Parse<ExprId> {
        let (start, first) = (self.at, self.current());
        let parts = self.bracketed(|parser| {
            let begin = parser.items.len();
            loop {
                let piece = parser.advance();
                parser.string_piece(piece);
                let part = parser.expression()?;
                parser.items.push(part);
                if parser.check(TokenKind::StringEnd) {
                    let end = parser.advance();
                    parser.string_piece(end);
                    return Ok(parser.list(begin));
                }
                if !parser.check(TokenKind::StringMiddle) {
                    return Err(parser.error_expected("Expect '}' after interpolated expression."));
                }
            }
        })?;
        let span = self.blame_whole(start, first.span);
        self.node(ExprKind::Interpolation(parts), span)
    }

    fn group(&mut self) -> Parse<ExprId> {
        let (opener, first) = (self.at, self.current());
        let inner = self.bracketed(|parser| {
            parser.advance();
            let inner = parser.expression()?;
            let message = "Expect ')' after expression.";
            parser.expect_closer(TokenKind::RightParen, opener, message)?;
            Ok(inner)
        })?;
        let may_begin_body =
            matches!(self.kind(), TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::Minus);
        if opener == self.condition_paren && may_begin_body {
            self.body_at = self.at;
        }
        let span = self.blame_whole(opener, first.span);
        self.node(ExprKind::Group(inner), span)
    }

    fn array(&mut self) -> Parse<ExprId> {
        let (opener, first) = (self.at, self.current());
        let items = self.bracketed(|parser| {
            let begin = parser.items.len();
            parser.advance();
            while !parser.check(TokenKind::RightBracket) {
                let item = parser.expression()?;
                parser.items.push(item);
                if !parser.take(TokenKind::Comma) {
                    break;
                }
            }
            let message = "Expect ']' after array elements.";
            parser.expect_list_closer(TokenKind::RightBracket, opener, message)?;
            Ok(parser.list(begin))
        })?;
        let span = self.blame_whole(opener, first.span);
        self.node(ExprKind::Array(items), span)
    }

    /// `super.name`
    fn super_member(&mut self) -> Parse<ExprId> {
        let (start, keyword) = (self.at, self.advance());
        self.expect(TokenKind::Dot, "Expect '.' after 'super'.")?;
        let (_, name) = self.property_name("Expect superclass method name.")?;
        let span = self.blame_whole(start, keyword.span);
        let mention = self.ast.mention();
        Ok(self.leaf(ExprKind::Super(name, mention), span))
    }
}

/// Operators of other languages that are read as two tokens, and what to write.
const FOREIGN_OPERATORS: &[(&str, &str)] = &[
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("<>", "write `!=`"),
    ("=>", "a function is written `fn(x) { return … }`"),
    ("->", "a function is written `fn(x) { return … }`"),
    (":=", "write `var x = …`"),
    ("::", "write `.`"),
    ("?.", "compare with nil first: `x == nil ? nil : x.y`"),
    ("??", "`a or b` is b if a is nil or false"),
    ("**", "`mathPow(x, y)` is the power"),
    ("<<", "`shl` of std/bit shifts bits"),
    (">>", "`shr` and `sar` of std/bit shift bits"),
    ("*/", "no comment is open here"),
];

/// What braces may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    /// A table, or an array if the first entry has no key; empty ones are a table.
    Any,
    /// An array: the initialiser of `var a[]`.
    Array,
}

/// What was found in braces: keys and values in turn, or items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entries {
    None,
    Items,
    Pairs,
}

// Tables and arrays in braces.
impl Parser<'_> {
    /// `{…}`; at the `{`.
    pub(super) fn braces(&mut self, allowed: Braces) -> Parse<ExprId> {
        let (opener, first) = (self.at, self.current());
        let kind = self.bracketed(|parser| {
            let begin = parser.items.len();
            let mut entries = Entries::None;
            parser.advance();
            while !parser.check(TokenKind::RightBrace) {
                parser.entry(&mut entries, allowed)?;
                if !parser.take(TokenKind::Comma) {
                    break;
                }
            }
            let is_array = entries == Entries::Items || allowed == Braces::Array;
            let message = if is_array {
                "Expect '}' after array elements."
            } else {
                "Expect '}' after table entries."
            };
            let help = parser.missing_separator(begin);
            parser.expect_closer_or(TokenKind::RightBrace, opener, message, help)?;
            let list = parser.list(begin);
            Ok(if is_array { ExprKind::Array(list) } else { ExprKind::Table(list) })
        })?;
        let span = self.blame_whole(opener, first.span);
        self.node(kind, span)
    }

    /// What may be missing after the entries from item `begin` on: a lone name or string in braces may
    /// have been meant as a key.
    fn missing_separator(&self, begin: usize) -> &'static str {
        let is_key =
            |item| matches!(self.ast.expr(item).kind, ExprKind::Name(..) | ExprKind::String(_));
        match self.items[begin..] {
            [item] if is_key(item) => "is a `:` missing here, or a `,` if this is an array?",
            _ => "is a `,` missing here?",
        }
    }

    /// `key: value` or an item.
    fn entry(&mut self, entries: &mut Entries, allowed: Braces) -> Parse<()> {
        let start = self.at;
        let named = self.kind().is_word() && self.kind_ahead(1) == TokenKind::Colon;
        let first = if named {
            let token = self.advance();
            let name = self.symbol(token);
            self.leaf(ExprKind::String(name), token.span)
        } else {
            self.expression()?
        };
        if !self.check(TokenKind::Colon) {
            if *entries == Entries::Pairs {
                return Err(self.error_entry(start, "Expect ':' after table key."));
            }
            *entries = Entries::Items;
            self.items.push(first);
            return Ok(());
        }
        let Some(key) = self.key(first) else {
            let message = "Expect a name, a string or '[expression]' as table key.";
            return Err(self.error_entry(start, message));
        };
        if allowed == Braces::Array || *entries == Entries::Items {
            return Err(self.error_entry(start, "Can't have keys in an array."));
        }
        self.advance();
        let value = self.expression()?;
        *entries = Entries::Pairs;
        self.items.extend([key, value]);
        Ok(())
    }

    /// The key that an expression before a `:` means: a string, or the only element of an array
    /// literal, which was a key in brackets.
    fn key(&self, first: ExprId) -> Option<ExprId> {
        match self.ast.expr(first).kind {
            ExprKind::String(_) | ExprKind::Interpolation(_) => Some(first),
            ExprKind::Array(items) if self.previous().kind == TokenKind::RightBracket => {
                match *self.ast.list(items) {
                    [key] => Some(key),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn error_entry(&mut self, start: usize, message: &str) -> Abandoned {
        let span = self.span_from(start);
        let report = self.reports.error(&codes::LITERAL_ENTRY, span, message);
        report.help.push(
            "tables are {name: value, \"text\": value, [expression]: value}, arrays {value, value}"
                .into(),
        );
        Abandoned
    }
}
