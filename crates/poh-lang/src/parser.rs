//! Tokens to the syntax tree.
//!
//! A line is a statement. Expressions are parsed by precedence (Pratt), phrases as part of their
//! primaries. An error ends its line and the next one is read as if nothing was wrong; a line that
//! begins a block begins it however wrong the rest of the line is, so that each `End` finds its block.

mod blocks;
mod expressions;
mod functions;
mod habits;
mod mistakes;
mod phrases;
mod slips;
mod statements;

use crate::ast::{Ast, Name, Target};
use crate::codes;
use crate::lexer::{Lexed, lex};
use crate::report::Reports;
use crate::token::{Token, TokenKind};
use sox_diagnostics::{Diagnostic, Span};
use sox_program::{Interner, Symbol};
use std::cell::OnceCell;
use std::collections::HashSet;

/// Deepest nesting of blocks and expressions.
pub(crate) const MAX_NESTING: u32 = 500;

/// Most positions behind a name that is set: each is read on the way to the next.
const MOST_POSITIONS: usize = 50;

/// An error was reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported;

type Parse<T> = Result<T, Reported>;

/// Parses a file.
pub(crate) fn parse(text: &str, names: &mut Interner, reports: &mut Reports) -> Ast {
    let Lexed { tokens, texts } = lex(text, reports);
    let parser = Parser {
        text,
        tokens,
        texts,
        at: 0,
        names,
        reports,
        mentions: 0,
        imports: 0,
        nesting: 0,
        loops: 0,
        functions: 0,
        open: Vec::new(),
        misnamed: HashSet::new(),
        lost: 0,
        made: OnceCell::new(),
        name_a: OnceCell::new(),
        stopped: false,
    };
    parser.file()
}

/// A block that is open, and where its first line is.
#[derive(Clone, Copy, Debug)]
struct Open {
    kind: blocks::Kind,
    head: Span,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    texts: Vec<String>,
    at: usize,
    names: &'a mut Interner,
    reports: &'a mut Reports,
    mentions: u32,
    imports: u32,
    nesting: u32,
    /// Loops around this place, within the function.
    loops: u32,
    /// Functions around this place.
    functions: u32,
    open: Vec<Open>,
    /// Joining words that were reported as names, and pass as names since.
    misnamed: HashSet<String>,
    /// Blocks whose first line was not understood: their `End` is no second mistake.
    lost: u32,
    /// Names of the functions that the file makes, once a message asks for them.
    made: OnceCell<HashSet<String>>,
    /// Whether something gets the name `a`, once a message asks for it.
    name_a: OnceCell<bool>,
    /// Reading on helps nobody.
    stopped: bool,
}

impl Parser<'_> {
    fn file(mut self) -> Ast {
        self.start_program();
        let body = self.top_level();
        Ast { body, mentions: self.mentions, imports: self.imports }
    }

    // Tokens.

    fn peek(&self) -> Token {
        self.tokens[self.at]
    }

    /// The token so many places on; the last one beyond the end.
    fn ahead(&self, distance: usize) -> Token {
        self.tokens[(self.at + distance).min(self.tokens.len() - 1)]
    }

    fn kind(&self) -> TokenKind {
        self.peek().kind
    }

    fn bump(&mut self) -> Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let is = self.kind() == kind;
        if is {
            self.bump();
        }
        is
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The text of a word; empty for other tokens.
    fn word_of(&self, token: Token) -> &str {
        if token.kind == TokenKind::Word { self.slice(token.span) } else { "" }
    }

    /// Whether the token so many places on is this word, in any case.
    fn is_word(&self, distance: usize, word: &str) -> bool {
        self.word_of(self.ahead(distance)).eq_ignore_ascii_case(word)
    }

    /// Whether these words come next.
    fn at_words(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(distance, word)| self.is_word(distance, word))
    }

    /// Takes these words if they come next.
    fn eat_words(&mut self, words: &str) -> bool {
        let are = self.at_words(words);
        if are {
            self.at += words.split(' ').count();
        }
        are
    }

    fn at_line_end(&self) -> bool {
        matches!(self.kind(), TokenKind::Newline | TokenKind::End)
    }

    /// The end of the token before this one.
    fn last_end(&self) -> u32 {
        match self.at.checked_sub(1) {
            Some(before) => self.tokens[before].span.end,
            None => 0,
        }
    }

    /// From a place to the end of the last token.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.last_end().max(start))
    }

    fn skip_line(&mut self) {
        while !self.at_line_end() {
            self.bump();
        }
    }

    fn skip_newlines(&mut self) {
        while self.eat(TokenKind::Newline) {}
    }

    // Names.

    fn mention(&mut self, token: Token) -> Name {
        let symbol =
            self.names.intern(&self.text[token.span.start as usize..token.span.end as usize]);
        self.mentions += 1;
        Name { symbol, span: token.span, mention: self.mentions - 1 }
    }

    /// A name that gets a value.
    fn name(&mut self, example: &str) -> Parse<Name> {
        let token = self.peek();
        let word = self.word_of(token);
        let is_value = expressions::literal_word(word).is_some();
        if token.kind == TokenKind::Word && !is_value && !expressions::is_joining(word) {
            self.bump();
            return Ok(self.mention(token));
        }
        if self.at_line_end() {
            return Err(self.missing("a name", example));
        }
        if token.kind == TokenKind::Word && !is_value {
            return self.joining_name(example);
        }
        let what = self.describe(token);
        let message = match is_value {
            true => format!("{what} is always a value, so it cannot be a name."),
            false => format!("A name must stand here, and {what} is not one."),
        };
        let report = self.reports.error(&codes::NAME, token.span, message);
        report.help.push("a name is a word such as age, names or total_price".into());
        report.help.push(format!("for example: {example}"));
        Err(Reported)
    }

    fn text_symbol(&mut self, token: Token) -> Symbol {
        let text = &self.texts[token.index as usize];
        self.names.intern(text)
    }

    /// A name, perhaps with elements behind it.
    fn target(&mut self, example: &str) -> Parse<Target> {
        let start = self.peek().span.start;
        let name = self.name(example)?;
        let mut indices = Vec::new();
        while self.eat(TokenKind::OpenBracket) {
            indices.push(self.enclosed()?);
            if indices.len() > MOST_POSITIONS {
                let message = format!("{MOST_POSITIONS} positions behind a name are the most.");
                let report = self.error(&codes::TOO_DEEP, self.since(start), message);
                report.help.push("make it in several steps, with Set".into());
                return Err(Reported);
            }
            self.close(TokenKind::CloseBracket)?;
        }
        if let Some(reported) = self.key_behind_a_point(&name) {
            return Err(reported);
        }
        Ok(Target { name, indices, span: self.since(start) })
    }

    fn error(
        &mut self,
        code: &'static sox_diagnostics::Code,
        span: Span,
        message: String,
    ) -> &mut Diagnostic {
        self.reports.error(code, span, message)
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.nesting >= MAX_NESTING {
            let span = self.peek().span;
            return Err(self.too_deep(span));
        }
        self.nesting += 1;
        let result = inner(self);
        self.nesting -= 1;
        result
    }

    /// The error of nesting: what follows would be noise.
    fn too_deep(&mut self, span: Span) -> Reported {
        if !self.stopped {
            let message = format!("This is nested too deeply: {MAX_NESTING} levels are the most.");
            let report = self.error(&codes::TOO_DEEP, span, message);
            report
                .help
                .push("give the inner parts names with Set, or make functions of them".into());
        }
        self.stopped = true;
        Reported
    }
}
