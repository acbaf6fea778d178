//! Classes.

use super::{Abandoned, Parse, Parser};
use crate::ast::{Class, ExprId, ExprKind, Id, Method, Run, StmtKind, VariableId};
use crate::codes;
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    /// `class Name < Super { … }`; at the `class`.
    pub(super) fn class(&mut self) -> Parse<StmtKind> {
        let keyword = self.advance();
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect class name."));
        }
        let name = self.advance();
        let variable = self.declare(name, false);
        let superclass = self.head(Self::superclass)?.flatten();
        let opener = self.at;
        self.class_body(opener)?;
        self.enter()?;
        let mut methods = Vec::new();
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::Eof) {
            if self.is_outdented(keyword) {
                break;
            }
            let checkpoint = self.checkpoint();
            match self.method() {
                Ok(method) => methods.extend(method),
                Err(Abandoned) => self.recover_member(&checkpoint),
            }
        }
        self.expect_closer(TokenKind::RightBrace, opener, "Expect '}' after class body.")?;
        self.leave();
        let methods = Run::add(&mut self.ast.methods, methods);
        let class = Class { variable, superclass, methods };
        Ok(StmtKind::Class(Id::add(&mut self.ast.classes, class)))
    }

    /// The `{` of a class, whose head ends before token `opener`.
    fn class_body(&mut self, opener: usize) -> Parse<()> {
        if self.take(TokenKind::LeftBrace) {
            return Ok(());
        }
        self.reports.tear();
        let word = self.text_of(self.tokens[opener]).to_owned();
        let superclass = matches!(&*word, ":" | "(" | "extends" | "inherits" | "is");
        self.report(&codes::EXPECT_TOKEN, "Expect '{' before class body.", |report| {
            if superclass {
                report.help.push("the superclass follows a `<`: `class B < A { … }`".into());
            } else if word == "," {
                report.help.push("a class has one superclass at most".into());
            }
        });
        Err(Abandoned)
    }

    /// Whether a statement begins here, no further right than the `class` around it: then the `}` of
    /// the class is missing.
    fn is_outdented(&self, class: Token) -> bool {
        let token = self.current();
        let column = |token: Token| {
            let before = &self.text[..token.span.start as usize];
            before.len() - before.rfind('\n').map_or(0, |at| at + 1)
        };
        let begins_statement = token.kind.begins_statement() || token.kind == TokenKind::Fn;
        token.newline && begins_statement && column(token) <= column(class)
    }

    /// `< name.name`, which may be absent.
    fn superclass(&mut self) -> Parse<Option<(ExprId, VariableId)>> {
        if !self.take(TokenKind::Less) {
            return Ok(None);
        }
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect superclass name."));
        }
        let (start, token) = (self.at, self.advance());
        let name = self.symbol(token);
        let name = ExprKind::Name(name, self.ast.mention());
        let mut superclass = self.leaf(name, token.span);
        while self.take(TokenKind::Dot) {
            let (token, name) = self.property_name("Expect property name after '.'.")?;
            let span = self.blame_whole(start, token.span);
            superclass = self.node(ExprKind::Field(superclass, name), span)?;
        }
        let hidden = self.hidden("super", token);
        Ok(Some((superclass, hidden)))
    }

    /// A variable that the language declares itself.
    fn hidden(&mut self, name: &str, at: Token) -> VariableId {
        let name = self.names.intern(name);
        self.declare_named(name, at.span, true)
    }

    /// One method; none for a stray `;`.
    fn method(&mut self) -> Parse<Option<Method>> {
        self.statement_start = self.at;
        if self.take(TokenKind::Semicolon) {
            return Ok(None);
        }
        let start = self.at;
        let is_method = self.kind().is_word() && self.kind_ahead(1) == TokenKind::LeftParen;
        if !is_method && self.kind() != TokenKind::Identifier {
            return Err(self.error_member());
        }
        let (token, name) = self.property_name("Expect method name.")?;
        let this = self.hidden("this", token);
        let function = self.function(start, "Expect '(' after method name.")?;
        Ok(Some(Method { name, this, function }))
    }

    fn error_member(&mut self) -> Abandoned {
        let help = match self.kind() {
            TokenKind::Fn => "methods are written without `fn`: `name() { … }`",
            TokenKind::Var | TokenKind::Const => "fields are assigned in `init`: `this.name = …`",
            _ => "",
        };
        self.report(&codes::CLASS_MEMBER, "Expect method name.", |report| {
            if !help.is_empty() {
                report.help.push(help.into());
            }
        });
        Abandoned
    }
}
