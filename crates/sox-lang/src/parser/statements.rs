//! Statements, blocks, and the simple statements.

use super::{Abandoned, Parse, Parser};
use crate::ast::{Block, ExprId, ExprKind, Function, Run, Stmt, StmtKind};
use crate::codes;
use crate::token::{TokenKind, keywords};
use sox_diagnostics::closest;

impl Parser<'_> {
    /// The whole text.
    pub(super) fn script(&mut self) -> Block {
        loop {
            self.statements();
            if !self.check(TokenKind::RightBrace) {
                return self.collected(0);
            }
            // After another error this brace may well close what was given up.
            if !self.reports.has_errors() {
                let span = self.current().span;
                let message = "Unexpected '}'.";
                self.reports.error(&codes::EXPECT_EXPRESSION, span, message).label =
                    "this brace closes nothing".into();
            }
            self.advance();
        }
    }

    /// Statements up to a `}` or the end of the text.
    fn statements(&mut self) {
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::Eof) {
            let checkpoint = self.checkpoint();
            match self.statement() {
                Ok(Stmt { kind: StmtKind::Empty, .. }) => {}
                Ok(statement) => self.stmts.push(statement),
                Err(Abandoned) => self.recover_statement(&checkpoint),
            }
        }
    }

    /// `{ … }`
    pub(super) fn block(&mut self, missing: &str, unclosed: &str) -> Parse<Block> {
        if !self.check(TokenKind::LeftBrace) {
            return Err(self.error_expected(missing));
        }
        self.enter()?;
        self.statement_levels += 1;
        let opener = self.at;
        self.advance();
        let begin = self.stmts.len();
        self.statements();
        self.expect_closer(TokenKind::RightBrace, opener, unclosed)?;
        self.statement_levels -= 1;
        self.leave();
        Ok(self.collected(begin))
    }

    /// One statement or declaration.
    pub(super) fn statement(&mut self) -> Parse<Stmt> {
        self.statement_start = self.at;
        let start = self.at;
        let kind = match self.kind() {
            TokenKind::Semicolon => {
                self.advance();
                StmtKind::Empty
            }
            TokenKind::Var | TokenKind::Const => self.variables()?,
            TokenKind::Fn if self.kind_ahead(1) != TokenKind::LeftParen => {
                self.function_declaration(None)?
            }
            TokenKind::Hash => self.marked_function()?,
            TokenKind::Class => self.class()?,
            TokenKind::Import => self.import()?,
            TokenKind::LeftBrace => StmtKind::Block(self.plain_block()?),
            TokenKind::Print => self.print()?,
            TokenKind::Assert => self.assert()?,
            TokenKind::If => self.if_statement()?,
            TokenKind::While => self.while_statement()?,
            TokenKind::For => self.for_statement()?,
            TokenKind::Foreach => self.foreach_statement()?,
            TokenKind::Switch => self.switch_statement()?,
            TokenKind::Break => self.keyword_alone(StmtKind::Break),
            TokenKind::Continue => self.keyword_alone(StmtKind::Continue),
            TokenKind::Return => self.return_statement()?,
            TokenKind::Throw => self.throw_statement()?,
            TokenKind::Try => self.try_statement()?,
            TokenKind::Defer => self.defer()?,
            TokenKind::Extern => return Err(self.error_extern()),
            _ => self.expression_statement()?,
        };
        Ok(Stmt { kind, span: self.span_from(start) })
    }

    /// A block that is a statement or the body of one.
    pub(super) fn plain_block(&mut self) -> Parse<Block> {
        self.block("Expect '{'.", "Expect '}' after block.")
    }

    /// The body of `if`, `while` and the like: a block or any statement that declares nothing.
    pub(super) fn body(&mut self) -> Parse<Block> {
        if self.check(TokenKind::LeftBrace) {
            return self.plain_block();
        }
        let declares = match self.kind() {
            TokenKind::Var | TokenKind::Const | TokenKind::Class | TokenKind::Import => true,
            TokenKind::Hash => true,
            TokenKind::Fn => self.kind_ahead(1) == TokenKind::Identifier,
            _ => false,
        };
        if declares {
            let span = self.current().span;
            let message = "A declaration can't be the body of a statement; it needs a block.";
            let report = self.reports.error(&codes::DECLARATION_AS_BODY, span, message);
            report.help.push("put it in braces: `{ … }`".into());
        }
        self.enter()?;
        self.statement_levels += 1;
        let statement = self.statement()?;
        self.statement_levels -= 1;
        self.leave();
        Ok(Run::add(&mut self.ast.stmts, [statement]))
    }

    fn keyword_alone(&mut self, kind: StmtKind) -> StmtKind {
        self.advance();
        self.take(TokenKind::Semicolon);
        kind
    }

    fn print(&mut self) -> Parse<StmtKind> {
        self.advance();
        let value = self.expression()?;
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Print(value))
    }

    /// `assert(condition, message?)`
    fn assert(&mut self) -> Parse<StmtKind> {
        self.advance();
        if !self.check(TokenKind::LeftParen) {
            return Err(self.error_expected("Expect '(' after 'assert'."));
        }
        let opener = self.at;
        let (condition, message) = self.bracketed(|parser| {
            parser.advance();
            let condition = parser.expression()?;
            let mut message = None;
            if parser.take(TokenKind::Comma) && !parser.check(TokenKind::RightParen) {
                message = Some(parser.expression()?);
                parser.take(TokenKind::Comma);
            }
            let missing = "Expect ')' after assert arguments.";
            parser.expect_closer(TokenKind::RightParen, opener, missing)?;
            Ok((condition, message))
        })?;
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Assert(condition, message))
    }

    /// `return`, with a value if one begins on the same line.
    fn return_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let token = self.current();
        let ends =
            matches!(token.kind, TokenKind::Semicolon | TokenKind::RightBrace | TokenKind::Eof);
        // `if done return else …`, `case 1 …`: no value begins with such a keyword.
        let other = matches!(token.kind, TokenKind::Else | TokenKind::Case | TokenKind::Default);
        let value = if ends || other || token.newline { None } else { Some(self.expression()?) };
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Return(value))
    }

    fn throw_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let value = self.expression()?;
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Throw(value))
    }

    /// `defer { … }` or `defer () { … }`
    fn defer(&mut self) -> Parse<StmtKind> {
        let start = self.at;
        self.advance();
        if self.take(TokenKind::LeftParen) {
            let opener = self.at - 1;
            self.expect_closer(TokenKind::RightParen, opener, "Expect ')' after '(' of 'defer'.")?;
        }
        let body = self.function_body("Expect '{' after 'defer'.")?;
        let span = self.span_from(start);
        let function = self.add_function(Function { params: Run::default(), body, span });
        Ok(StmtKind::Defer(function))
    }

    fn expression_statement(&mut self) -> Parse<StmtKind> {
        let start = self.at;
        let value = self.expression()?;
        if self.is_misspelt_keyword(start, value) {
            return self.misspelt_keyword(start);
        }
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Expr(value))
    }

    /// Reports `extern` and skips its declaration.
    pub(super) fn error_extern(&mut self) -> Abandoned {
        let message = "'extern' is reserved for C functions, which this version does not have.";
        self.report(&codes::RESERVED_WORD, message, |_| {});
        Abandoned
    }
}

/// Words of other languages and what Sox has for them.
const FOREIGN_WORDS: &[(&str, &str)] = &[
    ("function", "fn"),
    ("func", "fn"),
    ("def", "fn"),
    ("let", "var"),
    ("local", "var"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("except", "catch"),
    ("raise", "throw"),
    ("require", "import"),
    ("include", "import"),
    ("echo", "print"),
    ("match", "switch"),
];

// Misspelt keywords.
impl Parser<'_> {
    /// Whether the statement from token `start` on is only a name, with more after it on its line:
    /// such a statement means nothing, so perhaps the name should have been a keyword.
    fn is_misspelt_keyword(&self, start: usize, value: ExprId) -> bool {
        let next = self.current();
        matches!(self.ast.expr(value).kind, ExprKind::Name(..))
            && self.at == start + 1
            && !next.newline
            && match self.meant_keyword(start) {
                Some("for" | "foreach") if next.kind == TokenKind::Var => true,
                Some(_) => next.kind.begins_operand(),
                None => false,
            }
    }

    fn meant_keyword(&self, at: usize) -> Option<&'static str> {
        let word = self.text_of(self.tokens[at]);
        let foreign = FOREIGN_WORDS.iter().find(|(foreign, _)| *foreign == word);
        foreign.map(|&(_, keyword)| keyword).or_else(|| {
            closest(word, keywords().iter().copied().chain(["function"]))
                .map(|keyword| if keyword == "function" { "fn" } else { keyword })
        })
    }

    /// Reports the misspelt keyword at token `start` and reads the statement it was meant to begin.
    fn misspelt_keyword(&mut self, start: usize) -> Parse<StmtKind> {
        let token = self.tokens[start];
        let meant = self.meant_keyword(start).expect("the caller found one");
        let word = self.text_of(token).to_owned();
        let message = format!("Unknown word '{word}'; did you mean '{meant}'?");
        self.reports.error(&codes::MISSPELT_KEYWORD, token.span, message);
        let kind = TokenKind::of_word(meant.rsplit(' ').next().unwrap_or(meant));
        if kind.begins_statement() || kind == TokenKind::Fn {
            self.tokens[start].kind = kind;
            self.at = start;
        }
        self.enter()?;
        let statement = self.statement()?;
        self.leave();
        Ok(statement.kind)
    }
}
