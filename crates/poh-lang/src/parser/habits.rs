//! What people write who know how it is said elsewhere, or expect a little more of English: the sentence
//! that was meant, for messages.

use super::expressions::{JOINING, is_joining, literal_word};
use super::slips::{calculation, said_elsewhere};
use super::statements::is_statement;
use super::{Parse, Parser, Reported};
use crate::ast::{BinaryOp, Expr, ExprKind, Name};
use crate::codes;
use crate::token::{Token, TokenKind};
use sox_diagnostics::Span;

/// Names instead of words that cannot be one.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("at", "place"),
    ("from", "start"),
    ("to", "goal"),
    ("by", "step"),
    ("in", "inside"),
    ("of", "part"),
    ("as", "role"),
    ("with", "partner"),
    ("times", "turns"),
    ("is", "state"),
];

impl Parser<'_> {
    /// The word here joins the parts of sentences, and stands where a name gets a value. If the sentence
    /// goes on as behind a name, it was meant to be one, and is taken for one from here on, so that there
    /// is one message; else the name was forgotten.
    pub(super) fn joining_name(&mut self, example: &str) -> Parse<Name> {
        let token = self.peek();
        let next = self.ahead(1);
        let goes_on = match next.kind {
            TokenKind::Word => is_joining(self.word_of(next)) || self.is_word(1, "set"),
            TokenKind::Number | TokenKind::Text | TokenKind::Open => false,
            _ => true,
        };
        if !goes_on {
            return Err(self.missing("a name", example));
        }
        let word = self.word_of(token).to_ascii_lowercase();
        let what = self.describe(token);
        let message = format!("{what} joins the parts of sentences, so it cannot be a name.");
        let own = OTHER_NAMES.iter().find(|(joining, _)| *joining == word);
        let other = own.map_or_else(|| format!("my_{word}"), |(_, other)| other.to_string());
        let is_first = self.misnamed.is_empty();
        let report = self.reports.error(&codes::NAME, token.span, message);
        report.help.push(format!("choose another name, such as {other}"));
        report.help.push(format!("for example: {example}"));
        if is_first {
            report.help.push(format!("these words are no names: {}", JOINING.join(", ")));
        }
        self.bump();
        self.misnamed.insert(word);
        Ok(self.mention(token))
    }

    /// Whether something in this file makes a function of this name.
    pub(super) fn is_function(&self, name: Token) -> bool {
        let made = self.made.get_or_init(|| {
            let makes = |word: &str| {
                word.eq_ignore_ascii_case("make") || word.eq_ignore_ascii_case("function")
            };
            let pairs = self.tokens.windows(2).filter(|pair| makes(self.word_of(pair[0])));
            pairs.map(|pair| self.word_of(pair[1]).to_string()).collect()
        });
        let name = self.word_of(name);
        !name.is_empty() && made.contains(name)
    }

    /// Whether the words stand in this line, before this place.
    fn line_has(&self, words: &str) -> bool {
        let words: Vec<&str> = words.split(' ').collect();
        let mut begin = self.at;
        while begin > 0 && self.tokens[begin - 1].kind != TokenKind::Newline {
            begin -= 1;
        }
        self.tokens[begin..self.at].windows(words.len()).any(|tokens| {
            let pairs = tokens.iter().zip(&words);
            pairs.into_iter().all(|(token, word)| self.word_of(*token).eq_ignore_ascii_case(word))
        })
    }

    /// What to write, where a complete sentence is followed by this token.
    pub(super) fn usual_mistake(&self, token: Token) -> Option<String> {
        let before = self.at.checked_sub(1).map(|at| self.tokens[at])?;
        let first = self.first_of_line();
        let (name, here) = (self.word_of(before), self.slice(token.span));
        let begins_with = |word: &str| self.word_of(first).eq_ignore_ascii_case(word);
        let is_value = matches!(token.kind, TokenKind::Number | TokenKind::Text | TokenKind::Word);
        if is_value && self.is_function(before) {
            return Some(format!(
                "with stands before what a function is given: {name} with {here}"
            ));
        }
        if is_value && name.eq_ignore_ascii_case("add") {
            return Some(
                "to put something into a list: Set names to append \"Ada\" to names".into(),
            );
        }
        if self.is_article(before) && token.kind == TokenKind::Word {
            return Some(format!("leave out {name}: {here}"));
        }
        let in_list =
            self.line_has("list of") && matches!(before.kind, TokenKind::Text | TokenKind::Number);
        if in_list && is_value {
            return Some("put a comma between the items: Make a list of 1, 2 and 3".into());
        }
        if !self.line_has("with")
            && let Some(help) = self.number_in_parts(before, token)
        {
            return Some(help);
        }
        let after_text = before.kind == TokenKind::Text;
        let help = match token.kind {
            TokenKind::Text if begins_with("ask") => {
                "the question stands behind with: Ask for name with \"Your name? \""
            }
            TokenKind::Number | TokenKind::Text if self.line_has("with") => {
                "put a comma between what a function is given: add with 1, 2"
            }
            TokenKind::Number if ["item", "element"].contains(&&*name.to_ascii_lowercase()) => {
                "an item is taken out like this, the first one with 0: names[0]"
            }
            TokenKind::Text => "join texts with plus: Write \"Hello \" plus name",
            TokenKind::Number if after_text => "join texts with plus: Write \"Points: \" plus 5",
            TokenKind::Number => "join numbers with plus, minus, times or divided by",
            TokenKind::Close => "there is no ( for this )",
            TokenKind::OpenBracket | TokenKind::CloseBracket => {
                "an item is taken out like this: names[0]"
            }
            TokenKind::Comma if begins_with("write") => {
                "join what is written with plus: Write \"Hello \" plus name"
            }
            TokenKind::Comma if begins_with("set") && self.is_word(2, "to") => {
                "each name has a Set of its own, on a line of its own"
            }
            TokenKind::Comma => "several values make a list: Make a list of 1, 2 and 3",
            TokenKind::Colon => "a colon is not needed here",
            TokenKind::Dot => "sentences end without a point: take it away",
            TokenKind::Word => return self.usual_word(before, token),
            _ => return None,
        };
        Some(help.into())
    }

    /// What PohLang says instead of the words around this place.
    pub(super) fn other_words(&self, token: Token) -> Option<&'static str> {
        let before = self.at.checked_sub(1).map(|at| self.tokens[at])?;
        let pair = [before, token].map(|token| self.word_of(token).to_ascii_lowercase());
        if before.span != self.first_of_line().span
            && let Some(help) = said_elsewhere(&pair[0], &pair[1], token)
        {
            return Some(help);
        }
        Some(match [&*pair[0], &*pair[1]] {
            ["length" | "len" | "amount", "of"] => "write count of: Write count of names",
            ["random", "number"] => "write: random number from 1 to 6",
            ["sum", "of"] => "write total of: Write total of numbers",
            ["a", "list"] | ["list", "of"] => "write Make before it: Make a list of 1, 2 and 3",
            ["square", "root"] => {
                "write: Write sqrt(9), and as the first line: Import system \"math\" as m exposing sqrt"
            }
            ["maximum" | "max" | "biggest" | "highest", "of" | "in"] => {
                "write largest in: Write largest in numbers"
            }
            ["minimum" | "min" | "lowest", "of" | "in"] => {
                "write smallest in: Write smallest in numbers"
            }
            ["upper", "case"] => "write make uppercase: Write make uppercase name",
            ["lower", "case"] => "write make lowercase: Write make lowercase name",
            ["has" | "includes", _] | [_, "has" | "includes" | "contains"] => {
                "write contains first: If contains \"Ada\" in names Write \"yes\""
            }
            _ => return None,
        })
    }

    /// A sentence that ends like one of English.
    pub(super) fn point_at_the_end(&mut self) -> Option<Reported> {
        let is_point = self.at > 0 && self.tokens[self.at - 1].kind == TokenKind::Dot;
        if !is_point || !self.at_line_end() {
            return None;
        }
        let end = self.last_end();
        let message = "A sentence of PohLang ends without a point.".into();
        let span = Span::new(end.saturating_sub(1), end);
        let report = self.error(&codes::UNEXPECTED, span, message);
        report.help.push("take it away".into());
        Some(Reported)
    }

    fn usual_word(&self, before: Token, token: Token) -> Option<String> {
        let after_text = before.kind == TokenKind::Text;
        let help = match self.word_of(token).to_ascii_lowercase().as_str() {
            "greater" | "less" | "at" | "more" => "write is before it: If a is greater than b",
            "than" => "write is before greater than or less than: If a is greater than b",
            "divided" => "write divided by: 6 divided by 2",
            "mod" => "write modulo: 7 modulo 2",
            "x" if before.kind == TokenKind::Number => "write times: 6 times 7",
            "of" | "in" | "from" => "look whether the phrase before it is spelt right",
            "with" if after_text => {
                "only functions are used with something: Use greet with \"Ada\""
            }
            "to" => return self.name_of_several_words(),
            "with" => "inside a list or phrase, call a function with parentheses: f(1, 2)",
            // The quote in 'It's late'.
            _ if after_text && before.span.end == token.span.start => {
                match self.slice(before.span).starts_with('"') {
                    true => "this quote ended the text; write a text with \" in it between ' and '",
                    false => {
                        "this quote ended the text; write a text with ' in it between \" and \""
                    }
                }
            }
            word if is_statement(word) || is_joining(word) => return None,
            _ if after_text => "join texts with plus: Write \"Hello \" plus name",
            _ => return self.two_words(before, token),
        };
        Some(help.into())
    }

    /// `Set first name` before `to`
    fn name_of_several_words(&self) -> Option<String> {
        let line = self.tokens[..self.at].iter().rev();
        let words: Vec<&str> = line
            .take_while(|token| token.kind == TokenKind::Word)
            .map(|token| self.word_of(*token))
            .collect();
        let (first, name) = words.split_last()?;
        let fits = first.eq_ignore_ascii_case("set") && name.len() > 1;
        let is_plain = |word: &&&str| !is_joining(word) && !is_statement(word);
        if !fits || !name.iter().all(|word| is_plain(&word)) {
            return None;
        }
        let name: Vec<&str> = name.iter().rev().copied().collect();
        if let [article, name] = name[..]
            && ["the", "a", "an"].iter().any(|it| article.eq_ignore_ascii_case(it))
        {
            return Some(format!("leave out {article}: Set {name} to"));
        }
        Some(format!("a name is one word: Set {} to", name.join("_")))
    }

    /// `first name`, where one word was meant to be a name.
    fn two_words(&self, before: Token, token: Token) -> Option<String> {
        let word = self.word_of(before);
        let is_name = !word.is_empty()
            && before.span != self.first_of_line().span
            && !is_joining(word)
            && literal_word(word).is_none()
            && !["each", "list", "a", "an", "the"].iter().any(|it| word.eq_ignore_ascii_case(it));
        let second = self.word_of(token);
        is_name.then(|| format!("a name is one word: {word}_{second}"))
    }

    /// The line begins with a word that is no statement, and something stands behind it.
    pub(super) fn unknown_statement(&mut self, first: Token) {
        let begin = self.slice(first.span).to_string();
        let message = format!("This line begins with \"{begin}\", which is no statement.");
        let rest = self.slice(self.peek().span).to_string();
        let is_function = self.is_function(first);
        let word = begin.to_ascii_lowercase();
        if matches!(&*word, "start" | "begin") {
            let begun = self.tokens.first().is_some_and(|token| token.span != first.span);
            let report = self.error(&codes::UNEXPECTED, first.span, message);
            report.help.push(match begun {
                true => "a program has one Start Program, and that is its first line".into(),
                false => "the first line of a program is: Start Program".into(),
            });
            return;
        }
        let report = self.error(&codes::UNEXPECTED, first.span, message);
        if is_function {
            report.help.push(format!("a function is used like this: Use {begin} with {rest}"));
        } else if begin.eq_ignore_ascii_case("add") {
            report
                .help
                .push("to put something into a list: Set names to append \"Ada\" to names".into());
            report.help.push("to add to a number: Increase count by 1".into());
        } else if let Some(help) = calculation(&word) {
            report.help.push(help.into());
        } else {
            let words = "Write, Set, Ask, Increase, If, While, Repeat, For each, Make or Use";
            report.help.push(format!("lines begin with words such as {words}"));
        }
    }

    /// A loop whose body stands behind its head.
    pub(super) fn one_line_loop(&mut self, name: &str) -> Reported {
        let span = self.peek().span;
        let message = format!("What a {name} does stands on lines of its own.");
        let statement: String = self.rest_of_line().chars().take(40).collect();
        let report = self.error(&codes::UNEXPECTED, span, message);
        report
            .help
            .push(format!("write {statement} on the next line, and End on the line after it"));
        Reported
    }

    fn rest_of_line(&self) -> &str {
        let start = self.peek().span.start as usize;
        let line = &self.text[start..];
        line.split(['\n', '\r']).next().unwrap_or(line).trim_end()
    }

    /// `Repeat until`, `Repeat while`, `Repeat forever`
    pub(super) fn repeat_otherwise(&mut self) -> Option<Reported> {
        let help = match self.word_of(self.peek()).to_ascii_lowercase().as_str() {
            "until" | "while" => "to go on while something is so: While count is less than 10",
            "forever" | "always" => "to repeat without an end: While True",
            _ => return None,
        };
        let next = self.ahead(1).kind;
        if self.is_word(1, "times") || matches!(next, TokenKind::OpenBracket | TokenKind::Open) {
            return None;
        }
        let span = self.peek().span;
        let message = "Repeat must be told how many times.".into();
        let report = self.error(&codes::MISSING, span, message);
        report.help.push("for example: Repeat 3 times".into());
        report.help.push(help.into());
        Some(Reported)
    }

    /// `Set name to Ask for name`
    pub(super) fn ask_in_a_sentence(&mut self) -> Reported {
        let span = self.peek().span;
        let message = "Ask is a sentence of its own: it gives the answer its name.".into();
        let report = self.error(&codes::UNEXPECTED, span, message);
        report.help.push("for example: Ask for name with \"Your name? \"".into());
        Reported
    }

    /// `x is 1 or 2`: warns that the right side is compared with nothing.
    pub(super) fn lone_value(&mut self, left: &Expr, right: &Expr, joined: &str) {
        // Of `x is 1 or 2 or 3` the comparison is further left.
        let mut left = left;
        while let ExprKind::Or(inner, _) | ExprKind::And(inner, _) = &left.kind {
            left = inner;
        }
        let ExprKind::Binary(op, compared, to) = &left.kind else { return };
        let compares = !matches!(
            op,
            BinaryOp::Plus
                | BinaryOp::Minus
                | BinaryOp::Times
                | BinaryOp::Divide
                | BinaryOp::Modulo
        );
        if !compares || !matches!(right.kind, ExprKind::Number(_) | ExprKind::Text(_)) {
            return;
        }
        let value = self.slice(right.span);
        let message = format!("{value} is compared with nothing here.");
        // The words from the left side of the comparison to its right side.
        let begin = self.slice(Span::new(compared.span.start, to.span.start)).trim_end();
        let help = format!("write: {joined} {begin} {value}");
        self.reports.warning(&codes::LONE_VALUE, right.span, message).help.push(help);
    }

    /// `is between 5 and 10`
    pub(super) fn between(&mut self) -> Option<Reported> {
        let next = self.ahead(2);
        let word = self.word_of(next);
        let has_value = match next.kind {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Word => !is_joining(word) && !is_statement(word),
            _ => false,
        };
        if !self.at_words("is between") || !has_value {
            return None;
        }
        let span = self.ahead(1).span;
        let message = "Two values are compared at a time, and between needs three.".into();
        let report = self.error(&codes::COMPARISON, span, message);
        report.help.push("write: If age is at least 5 and age is at most 10".into());
        Some(Reported)
    }

    /// The head `Make greet(name)` or `Make greet name`, where `with` is missing.
    pub(super) fn parameters_without_with(&mut self, name: &Name) -> Option<Reported> {
        let next = self.peek();
        let adjacent = next.span.start == name.span.end;
        let bare = next.kind == TokenKind::Word
            && !is_statement(self.word_of(next))
            && !is_joining(self.word_of(next))
            && matches!(
                self.ahead(1).kind,
                TokenKind::Newline | TokenKind::End | TokenKind::Comma | TokenKind::Colon
            );
        if !(bare || next.kind == TokenKind::Open && adjacent) {
            return None;
        }
        let function = self.slice(name.span).to_string();
        let given = self.rest_of_line();
        let given = given.split(['#', ':']).next().unwrap_or(given).trim();
        let given = given.trim_start_matches('(').trim_end_matches(')').to_string();
        let message = "The names of what a function is given stand behind with.".into();
        let report = self.error(&codes::MISSING, next.span, message);
        report.help.push(match given.is_empty() {
            true => format!("it is given nothing: Make {function}"),
            false => format!("write: Make {function} with {given}"),
        });
        self.skip_line();
        Some(Reported)
    }
}
