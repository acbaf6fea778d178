//! Slips: numbers, articles, signs and single words that stand differently elsewhere, and what PohLang
//! says instead.

use super::{Parser, Reported};
use crate::ast::Name;
use crate::codes;
use crate::token::{Token, TokenKind};
use sox_diagnostics::Span;

impl Parser<'_> {
    /// `1,5` and `1 000`
    pub(super) fn number_in_parts(&self, before: Token, token: Token) -> Option<String> {
        if before.kind != TokenKind::Number {
            return None;
        }
        let (whole, next) = (self.slice(before.span), self.ahead(1));
        let apart = token.span.start - before.span.end;
        if token.kind == TokenKind::Comma && next.kind == TokenKind::Number {
            let adjacent = apart == 0 && next.span.start == token.span.end;
            let part = self.slice(next.span);
            return adjacent.then(|| format!("fractions are written with a point: {whole}.{part}"));
        }
        let part = self.slice(token.span);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let thousands = token.kind == TokenKind::Number
            && apart == 1
            && part.len() == 3
            && digits(whole)
            && digits(part);
        thousands.then(|| format!("numbers are written without spaces: {whole}{part}"))
    }

    /// `the` and `an`, or `a` where no value has that name.
    pub(super) fn is_article(&self, token: Token) -> bool {
        let is = |word: &str| self.word_of(token).eq_ignore_ascii_case(word);
        is("the") || is("an") || is("a") && !self.has_name_a()
    }

    /// Whether something in this file gets the name `a`.
    fn has_name_a(&self) -> bool {
        let named = |pair: &[Token]| {
            let by = self.word_of(pair[0]).to_ascii_lowercase();
            let names = ["set", "each", "with", "for", "and", "as"].contains(&&*by);
            (names || pair[0].kind == TokenKind::Comma)
                && self.word_of(pair[1]).eq_ignore_ascii_case("a")
        };
        *self.name_a.get_or_init(|| self.tokens.windows(2).any(named))
    }

    /// Whether the line begins with this word.
    pub(super) fn first_is(&self, word: &str) -> bool {
        self.word_of(self.first_of_line()).eq_ignore_ascii_case(word)
    }

    /// Whether the program begins with `Start` or `Begin` instead of `Start Program`.
    pub(super) fn begins_with_start_alone(&self) -> bool {
        let mut tokens = self.tokens.iter().skip_while(|token| token.kind == TokenKind::Newline);
        let word = tokens.next().map_or("", |first| self.word_of(*first));
        let alone = tokens.next().is_none_or(|second| second.kind == TokenKind::Newline);
        alone && ["start", "begin"].contains(&&*word.to_ascii_lowercase())
    }

    /// `Set ages.Ada to 36`
    pub(super) fn key_behind_a_point(&mut self, name: &Name) -> Option<Reported> {
        let next = self.ahead(1);
        if self.kind() != TokenKind::Dot || next.kind != TokenKind::Word {
            return None;
        }
        let (of, key) = (self.slice(name.span).to_string(), self.slice(next.span).to_string());
        let span = self.peek().span;
        let message = "What is in a dictionary is named between [ ].".into();
        let report = self.error(&codes::UNEXPECTED, span, message);
        report.help.push(format!("write: Set {of}[\"{key}\"] to 36"));
        Some(Reported)
    }

    /// Whether a line from this place on says `Endif` or the like in one word, for a block that ends
    /// with one of these words.
    pub(super) fn end_in_one_word(&self, from: Span, words: &[&str]) -> Option<String> {
        /// Many blocks of a long file may be open, and each is looked through.
        const MOST: usize = 10_000;
        let tokens = self.tokens[..self.at].iter().rev().take(MOST);
        let mut tokens = tokens.take_while(|token| token.span.start > from.start);
        tokens.find_map(|token| {
            let word = self.word_of(*token);
            let rest = word.get(3..).filter(|_| word[..3].eq_ignore_ascii_case("end"))?;
            let fits = words.iter().any(|it| rest.eq_ignore_ascii_case(it));
            fits.then(|| format!("{word} is two words: {} {rest}", &word[..3]))
        })
    }
}

/// What PohLang says instead of the words around a place: the one before it, and the one there, both
/// in small letters and empty where there is no word.
pub(super) fn said_elsewhere(before: &str, here: &str, token: Token) -> Option<&'static str> {
    let is_value = matches!(token.kind, TokenKind::Number | TokenKind::Text | TokenKind::Word);
    Some(match [before, here] {
        ["use" | "call" | "run", _] if is_value => {
            "a function has its value without that word: Set sum to add with 1, 2"
        }
        ["greater", _] if is_value && here != "than" => "write: If a is greater than b",
        ["less", _] if is_value && here != "than" => "write: If a is less than b",
        ["equal", _] if is_value && here != "to" => "write: If a is b",
        [_, "equal" | "equals"] | ["same", "as"] => "write: If a is b",
        [_, "isn"] => "write: If a is not b",
        ["count" | "size", _] if is_value && here != "of" => "write: count of names",
        ["upper" | "uppercase" | "capitalize" | "make", _] if token.kind == TokenKind::Text => {
            "write: make uppercase \"text\", or: make lowercase \"TEXT\""
        }
        ["lower" | "lowercase", _] if token.kind == TokenKind::Text => {
            "write: make lowercase \"TEXT\""
        }
        ["random", "from"] => "write: random number from 1 to 6",
        ["number", "of"] => {
            "for how many there are: count of names; for an answer that is a number: Ask for age \
             expect Number"
        }
        ["convert", _] => {
            "an answer that must be a number is asked for like this: Ask for age expect Number"
        }
        ["function", _] if is_value => "functions are made like this: Make greet with name",
        _ => return None,
    })
}

/// What PohLang says instead of lines that begin with this word: calculations, mostly.
pub(super) fn calculation(word: &str) -> Option<&'static str> {
    Some(match word {
        "subtract" | "substract" => "to take away from a number: Decrease count by 1",
        "increment" => "write: Increase count by 1",
        "decrement" => "write: Decrease count by 1",
        "multiply" => "write: Set count to count times 2",
        "rem" | "note" | "comment" => "comments begin with #",
        "divide" => "write: Set count to count divided by 2",
        _ => return None,
    })
}
