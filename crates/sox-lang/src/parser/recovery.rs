//! Going on after an error.

use super::{Abandoned, Parse, Parser};
use crate::token::TokenKind;

/// What the parser must restore to go on after something was given up.
pub(super) struct Checkpoint {
    nesting: u32,
    statement_levels: u32,
    statement_start: usize,
    body_follows: bool,
    /// Brackets open around the construct that may be given up.
    open: usize,
    open_outside: usize,
    /// Items and statements collected.
    items: usize,
    stmts: usize,
    /// The token the construct begins with.
    pub(super) at: usize,
}

impl Parser<'_> {
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            nesting: self.nesting,
            statement_levels: self.statement_levels,
            statement_start: self.statement_start,
            body_follows: self.body_follows,
            open: self.open.len(),
            open_outside: self.open_outside,
            items: self.items.len(),
            stmts: self.stmts.len(),
            at: self.at,
        }
    }

    /// Restores the state of `checkpoint`; gives the brackets opened since then and not closed.
    fn restore(&mut self, checkpoint: &Checkpoint) -> Vec<TokenKind> {
        self.nesting = checkpoint.nesting;
        self.statement_levels = checkpoint.statement_levels;
        self.statement_start = checkpoint.statement_start;
        self.body_follows = checkpoint.body_follows;
        self.open_outside = checkpoint.open_outside;
        self.items.truncate(checkpoint.items);
        self.stmts.truncate(checkpoint.stmts);
        let open = self.open.drain(checkpoint.open..).map(|token| self.tokens[token].kind);
        open.collect()
    }

    /// After an error in a statement: skips to where the next one seems to begin. That is after a
    /// `;`, or at a token that begins a line outside of the brackets of the bad statement. A keyword
    /// that begins a statement and a line ends a bad statement also in brackets: then a closing one
    /// is missing.
    pub(super) fn recover_statement(&mut self, checkpoint: &Checkpoint) {
        self.recover(checkpoint, |_, outside, token| {
            token.newline && (outside || token.kind.begins_statement())
        });
    }

    /// After an error in an arm of a `switch`: skips to the next arm or the end of the switch.
    pub(super) fn recover_arm(&mut self, checkpoint: &Checkpoint) {
        self.recover(checkpoint, |_, _, token| {
            matches!(token.kind, TokenKind::Case | TokenKind::Default)
        });
    }

    /// After an error in a member of a class: skips to what looks like the next method.
    pub(super) fn recover_member(&mut self, checkpoint: &Checkpoint) {
        self.recover(checkpoint, |parser, outside, token| {
            outside
                && token.newline
                && token.kind.is_word()
                && parser.kind_ahead(1) == TokenKind::LeftParen
        });
    }

    /// Skips tokens, whole blocks at once, until `is_boundary` (which is told whether all brackets
    /// of the bad construct are closed), the end of the block around it, or the end of the text.
    fn recover(
        &mut self,
        checkpoint: &Checkpoint,
        is_boundary: fn(&Self, bool, super::Token) -> bool,
    ) {
        let mut open = self.restore(checkpoint);
        let mut blocks = 0u32;
        loop {
            let token = self.current();
            let progress = self.at > checkpoint.at;
            match token.kind {
                TokenKind::Eof => return,
                TokenKind::RightBrace if blocks > 0 => blocks -= 1,
                TokenKind::RightBrace if !close(&mut open, TokenKind::LeftBrace) => return,
                TokenKind::RightBrace => {}
                _ if blocks == 0 && progress && is_boundary(self, open.is_empty(), token) => return,
                TokenKind::LeftBrace => blocks += 1,
                _ if blocks > 0 => {}
                TokenKind::Semicolon if open.is_empty() => {
                    self.at += 1;
                    return;
                }
                TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::StringStart => {
                    open.push(token.kind);
                }
                TokenKind::RightParen => _ = close(&mut open, TokenKind::LeftParen),
                TokenKind::RightBracket => _ = close(&mut open, TokenKind::LeftBracket),
                TokenKind::StringEnd => _ = close(&mut open, TokenKind::StringStart),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Reads the head of a construct that has a block. After an error in the head goes on at the
    /// block, with nothing for the head, so that what is in the block is not torn out of it.
    pub(super) fn head<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let checkpoint = self.checkpoint();
        match read(self) {
            Ok(head) => Ok(Some(head)),
            Err(Abandoned) => self.skip_to_block(&checkpoint).map(|()| None),
        }
    }

    /// Skips to a `{` on the same line, if there is one.
    fn skip_to_block(&mut self, checkpoint: &Checkpoint) -> Parse<()> {
        let begin = self.at;
        while !self.stopped {
            let token = self.current();
            match token.kind {
                TokenKind::LeftBrace => {
                    self.restore(checkpoint);
                    return Ok(());
                }
                TokenKind::Eof | TokenKind::RightBrace => break,
                _ if token.newline && self.at > begin => break,
                _ => self.at += 1,
            }
        }
        self.at = if self.stopped { self.at } else { begin };
        Err(Abandoned)
    }
}

/// Closes the innermost bracket of a kind and what is open inside of it; false if there is none.
fn close(open: &mut Vec<TokenKind>, opener: TokenKind) -> bool {
    let found = open.iter().rposition(|&kind| kind == opener);
    if let Some(at) = found {
        open.truncate(at);
    }
    found.is_some()
}
