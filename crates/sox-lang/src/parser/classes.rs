//! Classes.

use super::{Abandoned, Parse, Parser};
use crate::ast::{Class, ExprId, ExprKind, Method, StmtKind, VariableId};
use crate::codes;
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    /// `class Name < Super { … }`; at the `class`.
    pub(super) fn class(&mut self) -> Parse<StmtKind> {
        self.advance();
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect class name."));
        }
        let name = self.advance();
        let variable = self.declare(name, false);
        let superclass = self.head(Self::superclass)?.flatten();
        let opener = self.at;
        self.expect(TokenKind::LeftBrace, "Expect '{' before class body.")?;
        self.enter()?;
        let mut methods = Vec::new();
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::Eof) {
            let checkpoint = self.checkpoint();
            match self.method() {
                Ok(method) => methods.extend(method),
                Err(Abandoned) => self.recover_member(&checkpoint),
            }
        }
        self.expect_closer(TokenKind::RightBrace, opener, "Expect '}' after class body.")?;
        self.leave();
        Ok(StmtKind::Class(Box::new(Class { variable, superclass, methods })))
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
        let mut superclass = self.node(ExprKind::Name(name), token.span)?;
        while self.take(TokenKind::Dot) {
            let (token, name) = self.property_name("Expect property name after '.'.")?;
            let span = self.blame_whole(start, token, token.span);
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
