//! Whether an entry of an interactive session needs more lines.

use crate::lexer::lex;
use crate::report::Reports;
use crate::token::TokenKind;
use sox_diagnostics::SourceId;

/// Whether a text ends inside of something: a bracket, string, comment or interpolation that is not
/// closed. Another line may then complete it.
///
/// ```
/// assert!(sox_lang::is_incomplete("fn twice(x) {"));
/// assert!(!sox_lang::is_incomplete("fn twice(x) { return x + x }"));
/// ```
pub fn is_incomplete(text: &str) -> bool {
    let lexed = lex(text, false, &mut Reports::new(SourceId(0)));
    if lexed.unterminated {
        return true;
    }
    let mut open = Vec::new();
    for token in &lexed.tokens {
        let opener = match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace => {
                open.push(token.kind);
                continue;
            }
            TokenKind::RightParen => TokenKind::LeftParen,
            TokenKind::RightBracket => TokenKind::LeftBracket,
            TokenKind::RightBrace => TokenKind::LeftBrace,
            _ => continue,
        };
        if open.pop() != Some(opener) {
            // A closer without its opener: more lines mend nothing.
            return false;
        }
    }
    !open.is_empty()
}
