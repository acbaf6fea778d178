//! Conditions, loops, `switch` and `try`.

use super::{Abandoned, Parse, Parser};
use crate::ast::{
    Arm, Block, ExprId, ExprKind, For, Foreach, Id, Run, Stmt, StmtKind, SwitchArm, Try, VariableId,
};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The expression in the head of a statement: a `{` after it begins the body. If it begins with
    /// `(`, then `(`, `[` and `-` right after the matching `)` begin the body too.
    fn condition(&mut self) -> Parse<ExprId> {
        if self.check(TokenKind::LeftParen) {
            self.condition_paren = self.at;
        }
        let body_follows = std::mem::replace(&mut self.body_follows, true);
        let condition = self.expression()?;
        self.body_follows = body_follows;
        Ok(condition)
    }

    /// A condition; after an error in it the body is still read.
    fn condition_head(&mut self) -> Parse<ExprId> {
        match self.head(Self::condition)? {
            Some(condition) => Ok(condition),
            None => Ok(self.leaf(ExprKind::Nil, self.current().span)),
        }
    }

    /// `if … else if … else …`: the chain is one statement.
    pub(super) fn if_statement(&mut self) -> Parse<StmtKind> {
        let mut arms = Vec::new();
        loop {
            self.advance();
            let condition = self.condition_head()?;
            let body = self.body()?;
            arms.push(Arm { condition, body });
            if !self.take(TokenKind::Else) {
                return Ok(self.if_of(arms, Block::default()));
            }
            if !self.check(TokenKind::If) {
                let otherwise = self.body()?;
                return Ok(self.if_of(arms, otherwise));
            }
        }
    }

    fn if_of(&mut self, arms: Vec<Arm>, otherwise: Block) -> StmtKind {
        StmtKind::If { arms: Run::add(&mut self.ast.arms, arms), otherwise }
    }

    pub(super) fn while_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let condition = self.condition_head()?;
        Ok(StmtKind::While(condition, self.body()?))
    }

    /// `for x in e`, `for init; condition; step`, with or without parentheses.
    pub(super) fn for_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let head = self.head(|parser| {
            if parser.check(TokenKind::LeftParen) {
                let opener = parser.at;
                return parser.bracketed(|parser| {
                    parser.advance();
                    let head = parser.for_head(true)?;
                    let missing = "Expect ')' after for clauses.";
                    parser.expect_closer(TokenKind::RightParen, opener, missing)?;
                    Ok(head)
                });
            }
            let body_follows = std::mem::replace(&mut parser.body_follows, true);
            let head = parser.for_head(false)?;
            parser.body_follows = body_follows;
            Ok(head)
        })?;
        let body = self.body()?;
        Ok(match head {
            Some(ForHead::Each { key, value, iterable }) => {
                self.foreach_of(Foreach { key, value, iterable, body })
            }
            Some(ForHead::Clauses { init, condition, step }) => {
                self.for_of(For { init, condition, step, body })
            }
            None => self.for_of(For { init: Block::default(), condition: None, step: None, body }),
        })
    }

    fn for_of(&mut self, parts: For) -> StmtKind {
        StmtKind::For(Id::add(&mut self.ast.fors, parts))
    }

    fn foreach_of(&mut self, parts: Foreach) -> StmtKind {
        StmtKind::Foreach(Id::add(&mut self.ast.foreachs, parts))
    }

    fn for_head(&mut self, in_parens: bool) -> Parse<ForHead> {
        let name = usize::from(self.check(TokenKind::Var));
        let is_each = self.kind_ahead(name) == TokenKind::Identifier
            && match self.kind_ahead(name + 1) {
                TokenKind::In => true,
                TokenKind::Comma => self.kind_ahead(name + 3) == TokenKind::In,
                _ => false,
            };
        if is_each {
            return self.each_head();
        }
        let start = self.at;
        let kind = match self.kind() {
            TokenKind::Semicolon => StmtKind::Empty,
            TokenKind::Var | TokenKind::Const => self.variable_list()?,
            _ => StmtKind::Expr(self.expression()?),
        };
        let init = Stmt { kind, span: self.span_from(start) };
        let init = Run::add(&mut self.ast.stmts, [init]);
        self.expect(TokenKind::Semicolon, "Expect ';' after loop initializer.")?;
        let no_condition = self.check(TokenKind::Semicolon);
        let condition = if no_condition { None } else { Some(self.expression()?) };
        self.expect(TokenKind::Semicolon, "Expect ';' after loop condition.")?;
        let end = if in_parens { TokenKind::RightParen } else { TokenKind::LeftBrace };
        let step = if self.check(end) { None } else { Some(self.expression()?) };
        Ok(ForHead::Clauses { init, condition, step })
    }

    /// `var i, v in e`: `var` may be left out.
    fn each_head(&mut self) -> Parse<ForHead> {
        self.take(TokenKind::Var);
        let mut value = self.variable_name()?;
        let mut key = None;
        if self.take(TokenKind::Comma) {
            key = Some(std::mem::replace(&mut value, self.variable_name()?));
        }
        self.expect(TokenKind::In, "Expect 'in' after loop variables.")?;
        let iterable = if self.body_follows { self.condition()? } else { self.expression()? };
        Ok(ForHead::Each { key, value, iterable })
    }

    fn variable_name(&mut self) -> Parse<VariableId> {
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect variable name."));
        }
        let token = self.advance();
        Ok(self.declare(token, false))
    }

    pub(super) fn foreach_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let head = self.head(|parser| {
            if parser.check(TokenKind::LeftParen) {
                let opener = parser.at;
                return parser.bracketed(|parser| {
                    parser.advance();
                    let head = parser.each_head()?;
                    let missing = "Expect ')' after foreach clauses.";
                    parser.expect_closer(TokenKind::RightParen, opener, missing)?;
                    Ok(head)
                });
            }
            let body_follows = std::mem::replace(&mut parser.body_follows, true);
            let head = parser.each_head()?;
            parser.body_follows = body_follows;
            Ok(head)
        })?;
        let body = self.body()?;
        Ok(match head {
            Some(ForHead::Each { key, value, iterable }) => {
                self.foreach_of(Foreach { key, value, iterable, body })
            }
            // The head was wrong; keep the body inside of a loop.
            _ => {
                let forever = self.leaf(ExprKind::Bool(true), self.previous().span);
                StmtKind::While(forever, body)
            }
        })
    }

    pub(super) fn switch_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        let subject = self.condition_head()?;
        let opener = self.at;
        if !self.take(TokenKind::LeftBrace) {
            return Err(self.error_switch_brace()?);
        }
        self.enter()?;
        self.statement_levels += 1;
        let mut arms: Vec<SwitchArm> = Vec::new();
        let mut has_default = false;
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::Eof) {
            let checkpoint = self.checkpoint();
            match self.switch_arm(&mut has_default) {
                Ok(arm) => arms.push(arm),
                Err(Abandoned) => self.recover_arm(&checkpoint),
            }
        }
        self.expect_closer(TokenKind::RightBrace, opener, "Expect '}' after switch cases.")?;
        self.statement_levels -= 1;
        self.leave();
        let arms = Run::add(&mut self.ast.switch_arms, arms);
        Ok(StmtKind::Switch { subject, arms })
    }

    /// Reports that the `{` of a `switch` is missing. Its arms are read, so that they are no errors.
    fn error_switch_brace(&mut self) -> Parse<Abandoned> {
        let error = self.error_expected("Expect '{' after switch value.");
        let mut has_default = false;
        while matches!(self.kind(), TokenKind::Case | TokenKind::Default) {
            self.switch_arm(&mut has_default)?;
        }
        Ok(error)
    }

    /// `case`s or `default`, with the block they share.
    fn switch_arm(&mut self, has_default: &mut bool) -> Parse<SwitchArm> {
        let begin = self.items.len();
        let mut is_default = false;
        let body = self.switch_cases(begin, &mut is_default, has_default)?;
        Ok(SwitchArm { cases: self.list(begin), is_default, body })
    }

    /// `case`s or `default`, collected from item `begin` on, and their block.
    fn switch_cases(
        &mut self,
        begin: usize,
        is_default: &mut bool,
        has_default: &mut bool,
    ) -> Parse<Block> {
        loop {
            self.statement_start = self.at;
            match self.kind() {
                TokenKind::Case => {
                    self.advance();
                    let case = self.condition()?;
                    self.items.push(case);
                }
                TokenKind::Default => {
                    if std::mem::replace(has_default, true) {
                        let span = self.current().span;
                        let message = "A switch can't have two 'default' parts.";
                        self.reports.error(&codes::SWITCH_ARM, span, message);
                    }
                    self.advance();
                    *is_default = true;
                }
                // A last `case` without a block: nothing to do.
                TokenKind::RightBrace if self.items.len() > begin => return Ok(Block::default()),
                _ => return Err(self.error_arm("Expect 'case' or 'default'.")),
            }
            match self.kind() {
                TokenKind::LeftBrace => {
                    return self.plain_block();
                }
                TokenKind::Case | TokenKind::Default | TokenKind::RightBrace => {}
                _ if *is_default => return Err(self.error_arm("Expect '{' after 'default'.")),
                _ => return Err(self.error_arm("Expect '{' after case value.")),
            }
            if self.check(TokenKind::RightBrace) {
                return Ok(Block::default());
            }
        }
    }

    fn error_arm(&mut self, message: &str) -> Abandoned {
        let colon = self.check(TokenKind::Colon);
        self.report(&codes::SWITCH_ARM, message, |report| {
            if colon {
                report.help.push("a case has a block instead of a colon: `case 1 { … }`".into());
            }
        });
        Abandoned
    }

    pub(super) fn try_statement(&mut self) -> Parse<StmtKind> {
        let keyword = self.advance();
        let body = self.block("Expect '{' after 'try'.", "Expect '}' after block.")?;
        let mut catch = None;
        if self.take(TokenKind::Catch) {
            let variable = self.head(Self::catch_variable)?.flatten();
            let body = self.block("Expect '{' after 'catch'.", "Expect '}' after block.")?;
            catch = Some((variable, body));
        }
        let mut finally = None;
        if self.take(TokenKind::Finally) {
            finally = Some(self.block("Expect '{' after 'finally'.", "Expect '}' after block.")?);
        }
        if catch.is_none() && finally.is_none() && !self.stopped {
            let message = "Expect 'catch' or 'finally' after try block.";
            self.reports.error(&codes::TRY_ALONE, keyword.span, message);
        }
        Ok(StmtKind::Try(Id::add(&mut self.ast.tries, Try { body, catch, finally })))
    }

    /// `(e)`, which may be absent.
    fn catch_variable(&mut self) -> Parse<Option<VariableId>> {
        match self.kind() {
            TokenKind::LeftParen => {
                let opener = self.at;
                self.bracketed(|parser| {
                    parser.advance();
                    let variable = parser.variable_name()?;
                    let missing = "Expect ')' after variable name.";
                    parser.expect_closer(TokenKind::RightParen, opener, missing)?;
                    Ok(Some(variable))
                })
            }
            TokenKind::Identifier => self.variable_name().map(Some),
            _ => Ok(None),
        }
    }
}

/// What stands between `for` and the body.
enum ForHead {
    Each { key: Option<VariableId>, value: VariableId, iterable: ExprId },
    Clauses { init: Block, condition: Option<ExprId>, step: Option<ExprId> },
}
