//! Messages about what is missing or misplaced: in words that beginners know, with an example.

use super::expressions::is_joining;
use super::statements::{STATEMENTS, is_statement};
use super::{Parser, Reported};
use crate::codes;
use crate::phrases::{PHRASES, Phrase, Piece};
use crate::token::{Token, TokenKind};
use sox_diagnostics::{Span, closest};

impl Parser<'_> {
    /// What a token is, for a message.
    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Newline | TokenKind::End => "the end of the line".into(),
            TokenKind::Text => "a text".into(),
            TokenKind::Number => self.shortened(token.span),
            _ => format!("\"{}\"", self.shortened(token.span)),
        }
    }

    fn shortened(&self, span: Span) -> String {
        const MOST: usize = 40;
        let text = self.slice(span);
        match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text.into(),
        }
    }

    /// Where something is missing: at the token, or behind the last one of the line.
    fn here(&self) -> Span {
        if self.at_line_end() {
            let end = self.last_end();
            return Span::new(end.saturating_sub(1), end);
        }
        self.peek().span
    }

    /// The error of something missing at this place.
    pub(super) fn missing(&mut self, what: &str, example: &str) -> Reported {
        let span = self.here();
        let message = if self.at_line_end() {
            format!("The line ends where {what} must come.")
        } else {
            format!("{} stands where {what} must come.", capital(&self.describe(self.peek())))
        };
        let at_end = self.at_line_end();
        let report = self.error(&codes::MISSING, span, message);
        if at_end {
            report.label = format!("behind this: {what}");
        }
        report.help.push(format!("for example: {example}"));
        Reported
    }

    /// A phrase lacks one of its words.
    pub(super) fn missing_word(
        &mut self,
        candidates: &[&'static Phrase],
        position: usize,
    ) -> Reported {
        let words: Vec<&str> = candidates[0]
            .pieces()
            .skip(position)
            .map_while(|piece| match piece {
                Piece::Word(word) => Some(word),
                _ => None,
            })
            .collect();
        let words = words.join(" ");
        let head = candidates[0].head;
        let what = match words.contains(' ') {
            true => format!("\"{words}\" of \"{head}\""),
            false => format!("the word \"{words}\" of \"{head}\""),
        };
        self.missing(&what, candidates[0].example)
    }

    /// No value begins here.
    pub(super) fn no_value(&mut self) -> Reported {
        let token = self.peek();
        if self.at_line_end() {
            let first = self.word_of(self.first_of_line());
            let known = STATEMENTS.iter().find(|(word, _)| word.eq_ignore_ascii_case(first));
            let head = known.filter(|(word, _)| ["If", "While", "Repeat"].contains(word));
            let example = head.map_or("Set total to price plus 5", |(_, example)| example);
            return self.missing("a value", example);
        }
        let message = format!("A value must come here, and {} is not one.", self.describe(token));
        let help = self.instead_of_a_value(token);
        self.error(&codes::UNEXPECTED, token.span, message).help.push(help.into());
        Reported
    }

    /// What to write where a value is missing before this token.
    fn instead_of_a_value(&self, token: Token) -> &'static str {
        let before =
            |back: usize| self.at.checked_sub(back).map_or("", |at| self.word_of(self.tokens[at]));
        let sign_before = |sign: &str| {
            self.at.checked_sub(1).is_some_and(|at| self.slice(self.tokens[at].span) == sign)
        };
        let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
        let begins_with = |word: &str| is(self.word_of(self.first_of_line()), word);
        match self.word_of(token).to_ascii_lowercase().as_str() {
            "than" if is(before(2), "and") || is(before(2), "or") => {
                "both sides are whole comparisons: If a is greater than 1 and a is less than 5"
            }
            "than" => "write: If a is greater than b",
            "then" => "then is not needed: If a is 1 Write a",
            "by" if is(before(1), "divisible") => "write: If a modulo 3 is 0",
            "by" => "write: a divided by b",
            "in" if is(before(1), "not") => "write: If not contains \"Ada\" in names",
            "in" if begins_with("if") || begins_with("while") => {
                "write: If contains \"Ada\" in names"
            }
            _ if token.kind == TokenKind::Slash && self.ahead(1).kind == TokenKind::Star => {
                "comments begin with #"
            }
            _ if token.kind == TokenKind::Greater && sign_before("=") => "write: If a >= b",
            _ if token.kind == TokenKind::Less && sign_before("=") => "write: If a <= b",
            _ if token.kind == TokenKind::Less && sign_before(">") => "write: If a is not b",
            _ if token.kind == TokenKind::Comma && begins_with("if") => {
                "no comma is needed: If a is 1 Write a"
            }
            _ => {
                "a value is a number, a text between quotes, a name, or a phrase such as count of names"
            }
        }
    }

    /// Whether what stands before this place ends a value.
    fn behind_a_value(&self) -> bool {
        self.at.checked_sub(1).map(|at| self.tokens[at]).is_some_and(|before| match before.kind {
            TokenKind::Word => !is_joining(self.word_of(before)),
            kind => matches!(
                kind,
                TokenKind::Number | TokenKind::Text | TokenKind::Close | TokenKind::CloseBracket
            ),
        })
    }

    /// `[1, 2]` and `{…}`
    pub(super) fn bracket_literal(&mut self) -> Reported {
        let token = self.peek();
        let is_brace = token.kind == TokenKind::Brace;
        let (message, help) = match self.slice(token.span) {
            _ if is_brace && self.behind_a_value() && !self.first_is("write") => (
                "Blocks are not written with { }.",
                "the lines of a block stand below its first one, and End on a line of its own closes it",
            ),
            "[" => (
                "Lists are not written with [ ].",
                "write: Make a list of 1, 2 and 3, or: Make an empty list",
            ),
            "]" => ("There is no [ for this ].", "an item is taken out like this: names[0]"),
            _ => (
                "Dictionaries are not written with { }.",
                "write: Make a dictionary with \"name\" as \"Ada\", or: Make an empty dictionary",
            ),
        };
        self.error(&codes::BRACKETS, token.span, message.into()).help.push(help.into());
        Reported
    }

    pub(super) fn web(&mut self, what: &str) -> Reported {
        let span = self.peek().span;
        let message =
            format!("{}: web servers are not part of this version of PohLang.", capital(what));
        let report = self.error(&codes::NOT_YET, span, message);
        report.help.push("everything else works: names, lists, functions, files, JSON".into());
        Reported
    }

    /// Whether a statement stands in the rest of the line. (`set to` gives a parameter its default.)
    pub(super) fn rest_has_statement(&self) -> bool {
        const STATEMENTS: [&str; 11] = [
            "write", "set", "return", "use", "call", "ask", "stop", "skip", "throw", "increase",
            "decrease",
        ];
        let rest = self.tokens[self.at..].iter();
        let rest = rest.take_while(|it| !matches!(it.kind, TokenKind::Newline | TokenKind::End));
        rest.enumerate().any(|(ahead, &token)| {
            let word = self.word_of(token);
            let of_default = word.eq_ignore_ascii_case("set") && self.is_word(ahead + 1, "to");
            !of_default && STATEMENTS.iter().any(|it| word.eq_ignore_ascii_case(it))
        })
    }

    /// Something stands behind a complete statement.
    pub(super) fn leftover(&mut self) {
        let token = self.peek();
        if token.kind == TokenKind::Invalid {
            return;
        }
        let what = self.describe(token);
        let mut help = Vec::new();
        let first = self.first_of_line();
        let misspelt_first = self.at > 0 && self.tokens[self.at - 1].span == first.span;
        let statement = self.misspelt_statement(first).filter(|_| misspelt_first);
        let forgotten = ["than", "greater", "less"].iter().any(|word| self.is_word(0, word));
        if let Some(meant) = self.other_words(token) {
            help.push(meant.into());
        } else if forgotten {
            help.extend(self.usual_mistake(token));
        } else if let Some((word, example)) = statement {
            return self.no_statement(first, word, example);
        } else if let Some((wrong, right, example)) = self.similar_phrase() {
            help.push(format!("did you mean \"{right}\" instead of \"{wrong}\"?"));
            help.push(format!("for example: {example}"));
        } else if let Some((word, example)) = self.similar_statement(first) {
            return self.no_statement(first, word, example);
        } else if misspelt_first
            && first.kind == TokenKind::Word
            && !is_statement(self.word_of(first))
        {
            return self.unknown_statement(first);
        }
        if help.is_empty() {
            help.extend(self.usual_mistake(token));
        }
        let begun =
            STATEMENTS.iter().find(|(word, _)| word.eq_ignore_ascii_case(self.word_of(first)));
        if let Some((_, example)) = begun.filter(|_| help.is_empty() && misspelt_first) {
            help.push(format!("for example: {example}"));
        }
        if help.is_empty() {
            help.push("each statement stands on a line of its own".into());
        }
        // `Define greet with name`, `Make a function called greet`
        let before = self.at.checked_sub(1).map_or("", |at| self.word_of(self.tokens[at]));
        let makes = misspelt_first && self.first_is("define")
            || self.first_is("make") && before.eq_ignore_ascii_case("function");
        if makes && !self.rest_has_statement() {
            self.lost += 1;
        }
        let message = format!("The sentence is complete before {what}: it cannot go on with that.");
        self.error(&codes::UNEXPECTED, token.span, message).help = help;
    }

    fn no_statement(&mut self, first: Token, word: &str, example: &str) {
        const BLOCKS: [&str; 6] = ["If", "While", "Repeat", "For", "Make", "try"];
        if BLOCKS.contains(&word) && !self.rest_has_statement() {
            self.lost += 1;
        }
        let begin = self.slice(first.span);
        let message = format!("This line begins with \"{begin}\", which is no statement.");
        let report = self.error(&codes::UNEXPECTED, first.span, message);
        report.help.push(format!("did you mean {word}?"));
        report.help.push(format!("for example: {example}"));
    }

    /// The first token of the line.
    pub(super) fn first_of_line(&self) -> Token {
        let mut at = self.at;
        while at > 0 && self.tokens[at - 1].kind != TokenKind::Newline {
            at -= 1;
        }
        self.tokens[at]
    }

    /// The statement a word at the beginning of the line is similar to, and an example.
    fn similar_statement(&self, first: Token) -> Option<(&'static str, &'static str)> {
        foreign_statement(self.word_of(first)).or_else(|| self.misspelt_statement(first))
    }

    /// The statement a word at the beginning of the line is spelt almost like.
    fn misspelt_statement(&self, first: Token) -> Option<(&'static str, &'static str)> {
        let word = self.word_of(first);
        if word.is_empty() || STATEMENTS.iter().any(|(known, _)| known.eq_ignore_ascii_case(word)) {
            return None;
        }
        let lower = word.to_ascii_lowercase();
        let known = closest(&lower, STATEMENTS.iter().map(|&(known, _)| known))?;
        STATEMENTS.iter().find(|&&(word, _)| word == known).copied()
    }

    /// A phrase similar to the words around this place: what stands there, what was perhaps meant,
    /// and an example.
    fn similar_phrase(&self) -> Option<(String, &'static str, &'static str)> {
        let heads = || {
            PHRASES.iter().map(|phrase| phrase.head).chain([
                "is greater than",
                "is less than",
                "divided by",
            ])
        };
        for back in 1..=3usize {
            let Some(begin) = self.at.checked_sub(back) else { continue };
            for length in (1..=4usize).rev() {
                let end = (begin + length).min(self.tokens.len());
                let tokens = &self.tokens[begin..end];
                if tokens.len() < length || tokens.iter().any(|token| token.kind != TokenKind::Word)
                {
                    continue;
                }
                let words: Vec<&str> = tokens.iter().map(|&token| self.word_of(token)).collect();
                let written = words.join(" ").to_ascii_lowercase();
                if written.len() < 5 || heads().any(|head| head == written) {
                    continue;
                }
                let same_count = heads().filter(|head| head.split(' ').count() == length);
                let Some(head) = closest(&written, same_count) else { continue };
                let example = PHRASES.iter().find(|phrase| phrase.head == head);
                let example =
                    example.map_or("If a is greater than b Write a", |phrase| phrase.example);
                let head = PHRASES.iter().map(|phrase| phrase.head).find(|known| *known == head);
                return Some((words.join(" "), head.unwrap_or("is greater than"), example));
            }
        }
        None
    }
}

/// Words that begin statements elsewhere.
fn foreign_statement(word: &str) -> Option<(&'static str, &'static str)> {
    let known = match word.to_ascii_lowercase().as_str() {
        "print" | "say" | "show" | "display" | "output" | "echo" | "puts" => "Write",
        "let" | "var" | "const" | "assign" | "change" | "put" => "Set",
        "input" | "read" | "get" => "Ask",
        "def" | "fn" | "func" | "function" | "create" => "Make",
        "run" | "execute" => "Use",
        "until" => "While",
        "elif" | "elseif" => "Otherwise",
        "loop" | "do" => "Repeat",
        "foreach" => "For",
        "break" => "Stop",
        "continue" => "Skip",
        "raise" => "throw",
        _ => return None,
    };
    STATEMENTS.iter().find(|&&(word, _)| word == known).copied()
}

/// The text with a capital letter.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.contains(' ') => first.to_uppercase().chain(characters).collect(),
        _ => text.into(),
    }
}
