//! Blocks: what begins them, what ends them.

use super::statements::is_statement;
use super::{Open, Parse, Parser, Reported};
use crate::ast::{Block, Expr, ExprKind, Handler, Stmt, StmtKind, Try};
use crate::codes;
use crate::token::TokenKind;
use sox_diagnostics::Span;

/// What kind of block it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    If,
    While,
    Repeat,
    ForEach,
    Make,
    Try,
}

impl Kind {
    /// The words that may follow `End`.
    fn words(self) -> &'static [&'static str] {
        match self {
            Kind::If => &["if"],
            Kind::While => &["while"],
            Kind::Repeat => &["repeat"],
            Kind::ForEach => &["for"],
            Kind::Make => &["make", "function", "define"],
            Kind::Try => &["try"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::If => "If",
            Kind::While => "While",
            Kind::Repeat => "Repeat",
            Kind::ForEach => "For each",
            Kind::Make => "function",
            Kind::Try => "try",
        }
    }
}

/// What a line is to the block around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Statement,
    End,
    Otherwise,
    Handler,
    Finally,
    ProgramEnd,
    TextEnd,
}

/// The type a handler is for, and the name it gives the error.
type HandlerHead = (Option<(sox_program::Symbol, Span)>, Option<crate::ast::Name>);

impl Parser<'_> {
    /// Skips `Start Program`.
    pub(super) fn start_program(&mut self) {
        self.skip_newlines();
        if self.at_words("start program") {
            self.at += 2;
            self.end_of_line();
        }
    }

    /// The statements up to `End Program` or the end of the text.
    pub(super) fn top_level(&mut self) -> Block {
        let mut body = Vec::new();
        loop {
            self.lines(&mut body);
            if self.stopped {
                return body;
            }
            match self.line() {
                Line::ProgramEnd => {
                    self.at += 2;
                    self.end_of_line();
                    self.after_program();
                    return body;
                }
                Line::TextEnd => return body,
                _ => self.stray(),
            }
        }
    }

    /// Only blank lines may follow the program.
    fn after_program(&mut self) {
        self.skip_newlines();
        if self.kind() != TokenKind::End {
            let span = self.peek().span;
            let message = "The program is over: nothing may follow End Program.".into();
            let report = self.error(&codes::STRAY, span, message);
            report.help.push("move End Program to the last line, or take this away".into());
        }
    }

    /// What the line is that begins here.
    fn line(&mut self) -> Line {
        self.skip_newlines();
        if self.kind() == TokenKind::End {
            return Line::TextEnd;
        }
        if self.at_words("end program") {
            return Line::ProgramEnd;
        }
        if self.is_word(0, "end") && self.is_end() {
            return Line::End;
        }
        if self.is_word(0, "otherwise") || self.is_word(0, "else") {
            return Line::Otherwise;
        }
        let in_try = self.open.last().is_some_and(|open| open.kind == Kind::Try);
        let certain = self.is_word(2, "as") || self.is_word(2, "of");
        if self.at_words("if error") && (certain || in_try) && self.is_handler() {
            return Line::Handler;
        }
        let after = self.ahead(1).kind;
        let alone = matches!(after, TokenKind::Colon | TokenKind::Newline | TokenKind::End);
        if self.is_word(0, "finally") && alone {
            return Line::Finally;
        }
        Line::Statement
    }

    /// Whether the word `end` here is one that ends something, and not a variable's name.
    fn is_end(&self) -> bool {
        matches!(self.ahead(1).kind, TokenKind::Newline | TokenKind::End | TokenKind::Word)
    }

    /// Whether `if error` here is a handler, and not a test of a variable called `error`.
    fn is_handler(&self) -> bool {
        let after = self.ahead(2);
        matches!(after.kind, TokenKind::Colon | TokenKind::Newline | TokenKind::End)
            || self.is_word(2, "as")
            || (self.is_word(2, "of") && self.is_word(3, "type"))
    }

    /// Adds the statements up to the next line that is none.
    fn lines(&mut self, body: &mut Block) {
        while !self.stopped && !self.reports.is_full() && self.line() == Line::Statement {
            let before = self.at;
            match self.statement() {
                Ok(statement) => {
                    body.push(statement);
                    self.end_of_line();
                }
                Err(Reported) => self.skip_line(),
            }
            if self.at == before {
                // Only a token that no statement can begin with leaves everything as it was.
                self.bump();
            }
        }
        if self.reports.is_full() {
            self.stopped = true;
        }
    }

    /// Reports what stands behind a complete statement.
    pub(super) fn end_of_line(&mut self) {
        // A block without End stops before the line that is none of its own.
        let at_line_start = self.at > 0 && self.tokens[self.at - 1].kind == TokenKind::Newline;
        if !self.at_line_end() && !at_line_start {
            self.leftover();
            self.skip_line();
        }
    }

    /// The body of a block, up to the line that ends or divides it.
    fn body(&mut self) -> Block {
        let mut body = Vec::new();
        self.lines(&mut body);
        body
    }

    /// Opens a block, whose head was read from `start` on, for as long as `inner` runs.
    pub(super) fn block<T>(
        &mut self,
        kind: Kind,
        start: u32,
        inner: impl FnOnce(&mut Self) -> T,
    ) -> Parse<T> {
        let head = self.since(start);
        if self.nesting >= super::MAX_NESTING {
            return Err(self.too_deep(head));
        }
        self.end_of_line();
        self.nesting += 1;
        self.open.push(Open { kind, head });
        let result = inner(self);
        self.open.pop();
        self.nesting -= 1;
        Ok(result)
    }

    /// The body of a block that nothing divides, and its `End`.
    pub(super) fn simple_block(&mut self, kind: Kind, start: u32) -> Parse<Block> {
        let is_loop = matches!(kind, Kind::While | Kind::Repeat | Kind::ForEach);
        if is_loop && is_statement(self.word_of(self.peek())) {
            return Err(self.one_line_loop(kind.name()));
        }
        self.block(kind, start, |parser| {
            let mut body = parser.body();
            loop {
                match parser.line() {
                    // The End of this block was forgotten before a part of the try around it.
                    Line::Finally | Line::Handler if parser.in_try() => break,
                    Line::Otherwise | Line::Finally | Line::Handler if !parser.stopped => {
                        parser.stray();
                        parser.lines(&mut body);
                    }
                    _ => break,
                }
            }
            parser.close_block();
            body
        })
    }

    /// Whether a `try` is open around this place.
    fn in_try(&self) -> bool {
        self.open.iter().any(|open| open.kind == Kind::Try)
    }

    /// The line that ends the innermost block; reports if it is not there.
    fn close_block(&mut self) {
        let Some(&Open { kind, head }) = self.open.last() else { return };
        if self.stopped {
            return;
        }
        if self.line() != Line::End {
            return self.no_end(kind, head);
        }
        let start = self.peek().span.start;
        self.bump();
        if self.at_line_end() {
            return;
        }
        let fits =
            |kind: Kind, parser: &Self| kind.words().iter().any(|word| parser.is_word(0, word));
        if fits(kind, self) {
            self.bump();
            // `End For each`, `End Make f` and the like say more than they need to.
            if matches!(kind, Kind::ForEach | Kind::Make) && self.kind() == TokenKind::Word {
                self.bump();
            }
            return;
        }
        let belongs_to_outer = self.open.iter().rev().skip(1).any(|open| fits(open.kind, self));
        if belongs_to_outer {
            // The End of this block was forgotten; this one is for a block around it.
            self.at -= 1;
            return self.no_end(kind, head);
        }
        let word = self.word_of(self.peek()).to_string();
        let span = Span::new(start, self.peek().span.end);
        self.bump();
        let line = self.line_of(head);
        let message = format!(
            "End {word} ends no block: the open block is the {} of line {line}.",
            kind.name()
        );
        let end = format!("End {}", kind.words()[0]);
        let report = self.error(&codes::STRAY, span, message);
        report.help.push(format!("write End, or {end}"));
    }

    fn no_end(&mut self, kind: Kind, head: Span) {
        let message = format!("This {} has no End.", kind.name());
        let in_one_word = self.end_in_one_word(head, kind.words());
        let report = self.error(&codes::NO_END, head, message);
        let other = "write End on a line of its own behind the last line of the block";
        report.help.push(in_one_word.unwrap_or_else(|| other.into()));
    }

    /// The line a place is on, from 1.
    pub(super) fn line_of(&self, span: Span) -> usize {
        let before = &self.text.as_bytes()[..span.start as usize];
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    /// A line that belongs to a block which is not there.
    pub(super) fn stray(&mut self) {
        let token = self.peek();
        let word = self.word_of(token).to_ascii_lowercase();
        let span = token.span;
        if self.lost > 0 {
            self.lost -= u32::from(word == "end");
            return self.skip_line();
        }
        let (message, help) = match &*word {
            "end" if self.begins_with_start_alone() => (
                "There is no open block that this End could end.",
                "a program begins with Start Program and ends with End Program",
            ),
            "end" => (
                "There is no open block that this End could end.",
                "take it away, or look whether a block above has one End too many",
            ),
            "otherwise" | "else" => (
                "Otherwise belongs to an If, and there is none that is open.",
                "for example: If age is 18 Write \"yes\" Otherwise Write \"no\"",
            ),
            "finally" => {
                ("finally belongs to a try, and none is open here.", "begin with: try this:")
            }
            _ => ("A handler belongs to a try, and none is open here.", "begin with: try this:"),
        };
        self.error(&codes::STRAY, span, message.into()).help.push(help.into());
        self.skip_line();
    }

    // The blocks with parts.

    /// `If` behind its word: on one line, or as a block.
    pub(super) fn if_statement(&mut self, start: u32) -> Parse<Stmt> {
        let condition = match self.expression() {
            Ok(condition) => condition,
            Err(Reported) => {
                let rest_is_statement = self.rest_has_statement();
                self.skip_line();
                if rest_is_statement {
                    return Err(Reported);
                }
                Expr { kind: ExprKind::Invalid, span: self.since(start), height: 1 }
            }
        };
        self.eat_words("then");
        self.eat(TokenKind::Colon);
        if !self.at_line_end() {
            return self.inline_if(start, condition);
        }
        self.block(Kind::If, start, |parser| {
            let mut arms = vec![(condition, parser.body())];
            let mut otherwise = None;
            while parser.line() == Line::Otherwise && !parser.stopped {
                if otherwise.is_some() {
                    parser.second_otherwise();
                    let body = parser.body();
                    otherwise.get_or_insert_with(Vec::new).extend(body);
                    continue;
                }
                parser.bump();
                parser.eat(TokenKind::Colon);
                if parser.is_word(0, "if") {
                    parser.bump();
                    let condition = parser.arm_condition();
                    arms.push((condition, parser.body()));
                } else {
                    let mut body = Vec::new();
                    if !parser.at_line_end() {
                        match parser.statement() {
                            Ok(statement) => body.push(statement),
                            Err(Reported) => parser.skip_line(),
                        }
                    }
                    parser.end_of_line();
                    parser.lines(&mut body);
                    otherwise = Some(body);
                }
            }
            parser.close_block();
            let kind = StmtKind::If { arms, otherwise: otherwise.unwrap_or_default() };
            Stmt { kind, span: parser.since(start) }
        })
    }

    /// The condition of an `Otherwise If` line.
    fn arm_condition(&mut self) -> Expr {
        let start = self.peek().span.start;
        let condition = self.expression();
        if condition.is_ok() {
            self.eat_words("then");
            self.eat(TokenKind::Colon);
            self.end_of_line();
        } else {
            self.skip_line();
        }
        condition.unwrap_or_else(|Reported| Expr {
            kind: ExprKind::Invalid,
            span: self.since(start),
            height: 1,
        })
    }

    fn second_otherwise(&mut self) {
        let span = self.peek().span;
        let message = "This If has an Otherwise already.".into();
        let report = self.error(&codes::STRAY, span, message);
        report.help.push("for more cases write: Otherwise If age is 20".into());
        self.skip_line();
    }

    /// `If c Write a Otherwise Write b`
    fn inline_if(&mut self, start: u32, condition: Expr) -> Parse<Stmt> {
        let yes = self.deeper(Self::statement)?;
        self.eat(TokenKind::Comma);
        let mut otherwise = Vec::new();
        if self.eat_words("otherwise") || self.eat_words("else") {
            self.eat(TokenKind::Colon);
            if self.at_line_end() {
                let example = "If age is 18 Write \"yes\" Otherwise Write \"no\"";
                return Err(self.missing("a statement", example));
            }
            otherwise.push(self.deeper(Self::statement)?);
        }
        let kind = StmtKind::If { arms: vec![(condition, vec![yes])], otherwise };
        Ok(Stmt { kind, span: self.since(start) })
    }

    /// `try` behind its word.
    pub(super) fn try_statement(&mut self, start: u32) -> Parse<Stmt> {
        self.eat_words("this");
        self.eat(TokenKind::Colon);
        self.block(Kind::Try, start, |parser| {
            let body = parser.body();
            let (mut handlers, mut finally) = (Vec::new(), None);
            while !parser.stopped {
                match parser.line() {
                    Line::Handler if finally.is_none() => handlers.extend(parser.handler()),
                    Line::Finally if finally.is_none() => {
                        parser.bump();
                        parser.eat(TokenKind::Colon);
                        parser.end_of_line();
                        finally = Some(parser.body());
                    }
                    Line::Otherwise | Line::Handler | Line::Finally => {
                        parser.stray_in_try(finally.is_some());
                        parser.body();
                    }
                    _ => break,
                }
            }
            let head = parser.since(start);
            parser.close_block();
            if handlers.is_empty() && finally.is_none() && !parser.stopped {
                let head = parser.open.last().map_or(head, |open| open.head);
                let message = "This try does nothing about errors.".into();
                let report = parser.error(&codes::MISSING, head, message);
                report.help.push("before its end try write: if error as e".into());
            }
            let kind = StmtKind::Try(Box::new(Try { body, handlers, finally }));
            Stmt { kind, span: parser.since(start) }
        })
    }

    fn stray_in_try(&mut self, after_finally: bool) {
        if !after_finally {
            return self.stray();
        }
        let span = self.peek().span;
        let message = "finally is the last part of a try.".into();
        let report = self.error(&codes::STRAY, span, message);
        report.help.push("put handlers (if error as e) before finally:".into());
        self.skip_line();
    }

    /// `if error [of type T] [as e]` and what it does.
    fn handler(&mut self) -> Option<Handler> {
        self.at += 2;
        let head = self.handler_head();
        match head {
            Ok(_) => self.end_of_line(),
            Err(Reported) => self.skip_line(),
        }
        let body = self.body();
        let (of_type, name) = head.ok()?;
        Some(Handler { of_type, name, body })
    }

    fn handler_head(&mut self) -> Parse<HandlerHead> {
        let example = "if error of type MathError as e";
        let mut of_type = None;
        if self.eat_words("of type") {
            let token = self.peek();
            let symbol = match token.kind {
                TokenKind::Text => self.text_symbol(token),
                TokenKind::Word => self
                    .names
                    .intern(&self.text[token.span.start as usize..token.span.end as usize]),
                _ => return Err(self.missing("the type of the error", example)),
            };
            self.bump();
            of_type = Some((symbol, token.span));
        }
        let name = if self.eat_words("as") { Some(self.name(example)?) } else { None };
        self.eat(TokenKind::Colon);
        Ok((of_type, name))
    }
}
