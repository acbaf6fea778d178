//! Phrases, lists and dictionaries.

use super::expressions::{Context, FREE, is_joining};
use super::{Parse, Parser};
use crate::ast::{Expr, ExprKind};
use crate::phrases::{
    APPEND_FILE, NEW_ARRAY, NEW_OBJECT, PHRASES, Phrase, Piece, READ_LINES, WRITE_FILE, form,
};
use crate::token::TokenKind;

impl Parser<'_> {
    /// The phrase, list or dictionary that begins here, if one does.
    pub(super) fn phrase_or_literal(&mut self, context: Context) -> Parse<Option<Expr>> {
        let start = self.peek().span.start;
        if self.is_word(0, "make") {
            if self.eat_words("make a list of") || self.eat_words("make list of") {
                return self.list(start, context).map(Some);
            }
            if self.eat_words("make a dictionary with") || self.eat_words("make dictionary with") {
                return self.dictionary(start).map(Some);
            }
            for (words, of, example) in [
                ("make a list", "of", "Make a list of 1, 2 and 3"),
                ("make a dictionary", "with", "Make a dictionary with \"name\" as \"Ada\""),
            ] {
                if self.eat_words(words) {
                    return Err(self.missing(&format!("the word \"{of}\""), example));
                }
            }
        }
        if self.at_words("ask for") {
            return Err(self.ask_in_a_sentence());
        }
        let Some(head) = self.longest_head() else { return Ok(None) };
        if !self.begins_phrase(head) {
            return Ok(None);
        }
        self.at += head.split(' ').count();
        let candidates = PHRASES.iter().filter(|phrase| phrase.head == head).collect();
        self.parts(start, candidates, context).map(Some)
    }

    /// The longest beginning of a phrase that stands here.
    fn longest_head(&self) -> Option<&'static str> {
        let first = self.word_of(self.peek()).bytes().next()?.to_ascii_lowercase();
        let heads = PHRASES.iter().map(|phrase| phrase.head);
        heads
            .filter(|head| head.as_bytes()[0] == first && self.at_words(head))
            .max_by_key(|head| head.len())
    }

    /// Whether the words here are a phrase, and not the name of a variable or function.
    fn begins_phrase(&self, head: &'static str) -> bool {
        let words = head.split(' ').count();
        let takes_parts =
            PHRASES.iter().any(|phrase| phrase.head == head && phrase.pattern != head);
        if words > 1 || !takes_parts {
            return true;
        }
        let next = self.ahead(1);
        match next.kind {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Word => !is_joining(self.word_of(next)) && !self.is_word(1, "otherwise"),
            // `round -2.5` is the phrase, `round - 2` takes something from a variable.
            TokenKind::Minus => next.spaced && !self.ahead(2).spaced,
            TokenKind::Open => !self.is_function_form(head),
            _ => false,
        }
    }

    /// Whether `head(` begins a call: with no or several arguments, or where one is all the phrase
    /// takes. The commas behind `Make a list of` are the list's, those of `(f with 1, 2)` the call's.
    fn is_function_form(&self, head: &str) -> bool {
        let one_part = PHRASES
            .iter()
            .filter(|phrase| phrase.head == head)
            .all(|phrase| !phrase.pattern.contains('#'));
        if one_part {
            return form(head).is_some();
        }
        let of_call = self.is_word(3, "with");
        let (mut depth, mut at) = (0, self.at + 1);
        loop {
            match self.tokens[at].kind {
                TokenKind::Open | TokenKind::OpenBracket => depth += 1,
                TokenKind::Close | TokenKind::CloseBracket => {
                    depth -= 1;
                    if depth == 0 {
                        return at == self.at + 2;
                    }
                }
                TokenKind::Comma if depth == 1 && !of_call => return true,
                TokenKind::Word if depth == 1 && self.is_word(at - self.at, "make") => {
                    return false;
                }
                TokenKind::Newline | TokenKind::End => return false,
                _ => {}
            }
            at += 1;
        }
    }

    /// The rest of a phrase, of which the first words were read: those of all candidates.
    fn parts(
        &mut self,
        start: u32,
        mut candidates: Vec<&'static Phrase>,
        context: Context,
    ) -> Parse<Expr> {
        let mut args = Vec::new();
        let mut position = candidates[0].head.split(' ').count();
        loop {
            let piece = |phrase: &Phrase, at: usize| phrase.pieces().nth(at);
            match piece(candidates[0], position) {
                None => return self.complete(start, candidates[0], args),
                Some(last @ (Piece::Last | Piece::Rest)) => {
                    if self.at_line_end() {
                        return Err(self.missing("a value", candidates[0].example));
                    }
                    args.push(match last {
                        Piece::Rest => self.expression_in(context)?,
                        _ => self.operand(context)?,
                    });
                    position += 1;
                }
                Some(Piece::Part) => {
                    if self.at_line_end() {
                        return Err(self.missing("a value", candidates[0].example));
                    }
                    let before_with = candidates
                        .iter()
                        .any(|phrase| piece(phrase, position + 1) == Some(Piece::Word("with")));
                    args.push(self.expression_in(Context { with: !before_with, ..FREE })?);
                    position += 1;
                }
                Some(Piece::Word(_)) => {
                    // The candidate whose next words are the most of those that stand here.
                    let fitting = candidates.iter().filter_map(|phrase| {
                        let words: Vec<&str> = phrase
                            .pieces()
                            .skip(position)
                            .map_while(|piece| match piece {
                                Piece::Word(word) => Some(word),
                                _ => None,
                            })
                            .collect();
                        self.at_words(&words.join(" ")).then_some((words.len(), *phrase))
                    });
                    let Some((words, phrase)) = fitting.max_by_key(|&(words, _)| words) else {
                        return Err(self.missing_word(&candidates, position));
                    };
                    self.at += words;
                    position += words;
                    candidates = vec![phrase];
                }
            }
        }
    }

    /// A phrase whose parts were read. Files come first among arguments.
    fn complete(
        &mut self,
        start: u32,
        phrase: &'static Phrase,
        mut args: Vec<Expr>,
    ) -> Parse<Expr> {
        let native = phrase.native;
        if *native == NEW_ARRAY {
            return self.node(start, 0, ExprKind::List(Vec::new()));
        }
        if *native == NEW_OBJECT {
            return self.node(start, 0, ExprKind::Dictionary(Vec::new()));
        }
        if *native == WRITE_FILE || *native == APPEND_FILE {
            args.reverse();
        }
        debug_assert!(*native != READ_LINES || args.len() == 1);
        let below = args.iter().map(|arg| arg.height).max().unwrap_or(0);
        self.node(start, below, ExprKind::Phrase(native, args))
    }

    /// The items of `Make a list of`, separated by commas and `and`.
    ///
    /// In a list that is itself an item, a comma before another `Make a` ends it: so rows of a table
    /// can be written one after the other.
    fn list(&mut self, start: u32, context: Context) -> Parse<Expr> {
        let example = "Make a list of 1, 2 and 3";
        let nested = !context.and && !context.with;
        let mut items = Vec::new();
        loop {
            if self.at_line_end() {
                return Err(self.missing("an item", example));
            }
            items.push(self.expression_in(ITEM)?);
            if nested && self.next_row() {
                break;
            }
            if !self.separator() {
                break;
            }
        }
        let below = items.iter().map(|item| item.height).max().unwrap_or(0);
        self.node(start, below, ExprKind::List(items))
    }

    /// Whether a separator and another list or dictionary come next.
    fn next_row(&self) -> bool {
        let comma = self.kind() == TokenKind::Comma;
        let mut distance = usize::from(comma);
        if self.is_word(distance, "and") {
            distance += 1;
        }
        distance > 0 && self.is_word(distance, "make")
    }

    /// Takes `,`, `and` or both.
    fn separator(&mut self) -> bool {
        let comma = self.eat(TokenKind::Comma);
        let and = self.eat_words("and");
        comma || and
    }

    /// The entries of `Make a dictionary with`.
    fn dictionary(&mut self, start: u32) -> Parse<Expr> {
        let example = "Make a dictionary with \"name\" as \"Ada\" and \"age\" as 36";
        let mut entries = Vec::new();
        loop {
            if self.at_line_end() {
                return Err(self.missing("a key", example));
            }
            let key = self.expression_in(ITEM)?;
            if !self.eat_words("as") && !self.eat_words("set to") && !self.eat(TokenKind::Colon) {
                return Err(self.missing("the word \"as\" and a value", example));
            }
            if self.at_line_end() {
                return Err(self.missing("a value", example));
            }
            let value = self.expression_in(ITEM)?;
            entries.push((key, value));
            if !self.separator() {
                break;
            }
        }
        let below = entries.iter().map(|(key, value)| key.height.max(value.height)).max();
        self.node(start, below.unwrap_or(0), ExprKind::Dictionary(entries))
    }
}

/// Among items a comma or `and` ends an expression, and calls need parentheses.
const ITEM: Context = Context { with: false, and: false };
