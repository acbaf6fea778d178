//! Functions: parameters and bodies.

use super::expressions::MAX_ARGUMENTS;
use super::{Parse, Parser};
use crate::ast::{Block, ExprId, ExprKind, Function, Id, Param, Run};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `fn (…) {…}`; at the `fn`.
    pub(super) fn function_expression(&mut self) -> Parse<ExprId> {
        let (start, keyword) = (self.at, self.advance());
        let function = self.function(start, "Expect '(' after 'fn'.")?;
        let span = self.blame_whole(start, keyword.span);
        Ok(self.leaf(ExprKind::Function(function), span))
    }

    /// Parameters and body of the function that begins at token `start`.
    pub(super) fn function(&mut self, start: usize, missing: &str) -> Parse<Id<Function>> {
        let params = self.head(|parser| {
            if !parser.check(TokenKind::LeftParen) {
                return Err(parser.error_expected(missing));
            }
            parser.bracketed(Self::parameters)
        })?;
        let body = self.function_body("Expect '{' before function body.")?;
        let (params, span) = (params.unwrap_or_default(), self.span_from(start));
        Ok(self.add_function(Function { params, body, span }))
    }

    /// `(a, b = default)`; at the `(`.
    fn parameters(&mut self) -> Parse<Run<Param>> {
        let opener = self.at;
        let mut params: Vec<Param> = Vec::new();
        self.advance();
        while !self.check(TokenKind::RightParen) {
            if !self.check(TokenKind::Identifier) {
                return Err(self.error_name("Expect parameter name."));
            }
            if params.len() == MAX_ARGUMENTS {
                let message = format!("Can't have more than {MAX_ARGUMENTS} parameters.");
                let span = self.current().span;
                self.reports.error(&codes::TOO_MANY_ARGUMENTS, span, message);
            }
            let defaults_began = params.last().is_some_and(|param| param.default.is_some());
            let param = self.parameter()?;
            if defaults_began && param.default.is_none() {
                let span = self.ast.declared(param.variable).span;
                let message =
                    "Expect '=' after parameter name: the parameter before has a default.";
                self.reports.error(&codes::DEFAULT_ORDER, span, message);
            }
            params.push(param);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.expect_list_closer(TokenKind::RightParen, opener, "Expect ')' after parameters.")?;
        Ok(Run::add(&mut self.ast.params, params))
    }

    fn parameter(&mut self) -> Parse<Param> {
        let token = self.advance();
        let variable = self.declare(token, false);
        let has_default = self.take(TokenKind::Equal);
        let default = if has_default { Some(self.expression()?) } else { None };
        Ok(Param { variable, default })
    }

    /// The block of a function: statements in it begin a tree of their own.
    pub(super) fn function_body(&mut self, missing: &str) -> Parse<Block> {
        let levels = std::mem::replace(&mut self.statement_levels, 0);
        let body_follows = std::mem::replace(&mut self.body_follows, false);
        let open_outside = std::mem::replace(&mut self.open_outside, self.open.len());
        let start = self.statement_start;
        if !self.check(TokenKind::LeftBrace) {
            self.reports.tear();
        }
        let body = self.block(missing, "Expect '}' after function body.")?;
        self.statement_levels = levels;
        self.body_follows = body_follows;
        self.statement_start = start;
        self.open_outside = open_outside;
        Ok(body)
    }
}
