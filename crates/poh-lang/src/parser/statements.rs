//! Statements.

use super::blocks::Kind;
use super::{Parse, Parser, Reported};
use crate::ast::{BinaryOp, Expr, ExprKind, Import, Name, Stmt, StmtKind};
use crate::codes;
use crate::phrases::{Native, WRITE_FILE};
use crate::token::TokenKind;
use sox_diagnostics::Span;

/// The words statements begin with, each with an example.
pub(super) const STATEMENTS: &[(&str, &str)] = &[
    ("Write", "Write \"Hello\""),
    ("Set", "Set age to 36"),
    ("Ask", "Ask for name with \"Your name? \""),
    ("Increase", "Increase count by 1"),
    ("Decrease", "Decrease count by 1"),
    ("If", "If age is 18 Write \"yes\" Otherwise Write \"no\""),
    ("Otherwise", "Otherwise If age is 20"),
    ("While", "While count is less than 10"),
    ("Repeat", "Repeat 3 times"),
    ("For", "For each name in names"),
    ("Make", "Make double with n Write n times 2"),
    ("Define", "Define function double with parameters n as n times 2"),
    ("Return", "Return total"),
    ("Use", "Use greet with \"Ada\""),
    ("Call", "Call greet with \"Ada\""),
    ("throw", "throw error of type \"AgeError\" with message \"too young\""),
    ("try", "try this:"),
    ("Import", "Import \"helpers.poh\""),
    ("Stop", "Stop"),
    ("Skip", "Skip"),
    ("Append", "Append line to file at \"notes.txt\""),
    ("Delete", "Delete file at \"notes.txt\""),
    ("End", "End"),
];

/// The first words of the statements of web servers.
const WEB: &[&str] =
    &["start server", "add route", "add middleware", "serve files", "start web server"];

/// Whether statements begin with this word.
pub(super) fn is_statement(word: &str) -> bool {
    STATEMENTS.iter().any(|(known, _)| known.eq_ignore_ascii_case(word))
}

impl Parser<'_> {
    /// One statement, up to the end of its line.
    pub(super) fn statement(&mut self) -> Parse<Stmt> {
        let token = self.peek();
        let start = token.span.start;
        let word = self.word_of(token).to_ascii_lowercase();
        if let Some(what) = WEB.iter().find(|words| self.at_words(words)) {
            return Err(self.web(what));
        }
        let kind = match &*word {
            "write" => self.write()?,
            "append" | "delete" => self.expression_statement()?,
            "ask" if self.is_word(1, "for") => self.ask()?,
            "ask" if self.value_follows() => {
                self.bump();
                let example = "Ask for name with \"Your name? \"";
                return Err(self.missing("the word \"for\" and a name", example));
            }
            "set" => self.set()?,
            "increase" | "decrease" if self.ahead(1).kind == TokenKind::Word => self.change()?,
            "increase" | "decrease" if self.value_follows() => {
                self.bump();
                return Err(self.missing("a name", "Increase count by 1"));
            }
            "if" => {
                self.bump();
                return self.deeper(|parser| parser.if_statement(start));
            }
            "while" => {
                self.bump();
                let condition = self.head_part();
                self.eat(TokenKind::Colon);
                let body = self.in_loop(|parser| parser.simple_block(Kind::While, start))?;
                StmtKind::While(condition, body)
            }
            "repeat" => self.repeat(start)?,
            "for" if self.ahead(1).kind == TokenKind::Word => self.for_each(start)?,
            "stop" if self.alone() => self.leave(StmtKind::Stop)?,
            "skip" if self.alone() => self.leave(StmtKind::Skip)?,
            "make" if self.makes_function() => return self.make(start),
            "define" if self.is_word(1, "function") => return self.define(start),
            "return" => self.return_statement()?,
            "use" | "call" if self.ahead(1).kind == TokenKind::Word => self.use_statement()?,
            "use" | "call" if self.alone() || self.value_follows() => {
                self.bump();
                return Err(self.missing("the name of a function", "Use greet with \"Ada\""));
            }
            "throw" => {
                self.bump();
                StmtKind::Throw(self.expression()?)
            }
            "try"
                if self.alone()
                    || self.is_word(1, "this")
                    || self.ahead(1).kind == TokenKind::Colon =>
            {
                self.bump();
                return self.try_statement(start);
            }
            "import" => self.import()?,
            _ => self.expression_statement()?,
        };
        Ok(Stmt { kind, span: self.since(start) })
    }

    /// Whether a number or text stands here.
    fn at_value(&self) -> bool {
        matches!(self.kind(), TokenKind::Number | TokenKind::Text)
    }

    /// Whether a number or text is behind the word here.
    fn value_follows(&self) -> bool {
        matches!(self.ahead(1).kind, TokenKind::Number | TokenKind::Text)
    }

    /// Whether the word here ends its statement.
    fn alone(&self) -> bool {
        matches!(self.ahead(1).kind, TokenKind::Newline | TokenKind::End)
            || self.is_word(1, "otherwise")
    }

    /// An expression in the head of a block, which begins whether or not the expression is right.
    fn head_part(&mut self) -> Expr {
        let start = self.peek().span.start;
        self.expression().unwrap_or_else(|Reported| {
            self.skip_line();
            Expr { kind: ExprKind::Invalid, span: self.since(start), height: 1 }
        })
    }

    fn in_loop<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.loops += 1;
        let result = inner(self);
        self.loops -= 1;
        result
    }

    fn phrase(&self, native: &'static Native, args: Vec<Expr>, start: u32) -> Expr {
        let height = 1 + args.iter().map(|arg| arg.height).max().unwrap_or(0);
        Expr { kind: ExprKind::Phrase(native, args), span: self.since(start), height }
    }

    /// `Write e`, `Write e to file at p`
    fn write(&mut self) -> Parse<StmtKind> {
        let start = self.bump().span.start;
        if self.at_line_end() {
            return Err(self.missing("what to write", "Write \"Hello\""));
        }
        let value = self.expression()?;
        for (words, native) in
            [("to file at", &WRITE_FILE), ("into file at", &WRITE_FILE), ("to file", &WRITE_FILE)]
        {
            if self.eat_words(words) {
                let path = self.expression()?;
                return Ok(StmtKind::Expr(self.phrase(native, vec![path, value], start)));
            }
        }
        Ok(StmtKind::Write(value))
    }

    /// `Ask for n with "prompt" expect Number`
    fn ask(&mut self) -> Parse<StmtKind> {
        let example = "Ask for age with \"Your age? \" expect Number";
        self.at += 2;
        let name = self.name(example)?;
        let (mut prompt, mut number) = (None, false);
        loop {
            if prompt.is_none() && self.eat_words("with") {
                prompt = Some(self.expression()?);
            } else if !number && (self.eat_words("expect") || self.eat_words("expecting")) {
                if !self.eat_words("number") && !self.eat_words("a number") {
                    return Err(self.missing("the word \"Number\"", example));
                }
                number = true;
            } else {
                return Ok(StmtKind::Ask { name, prompt, number });
            }
        }
    }

    /// `Set x to e`, `Set xs[i] to e`
    fn set(&mut self) -> Parse<StmtKind> {
        let example = "Set age to 36";
        if self.is_json_phrase() {
            return self.expression_statement();
        }
        self.bump();
        let target = self.target(example)?;
        if !self.eat_words("to") {
            self.eat(TokenKind::Equal);
        }
        if self.at_line_end() {
            return Err(self.missing("a value", example));
        }
        if self.at_words("create web server") {
            return Err(self.web("create web server"));
        }
        Ok(StmtKind::Set(target, self.expression()?))
    }

    /// Whether the line is `set k in json o to v`, a phrase, and not the statement.
    fn is_json_phrase(&self) -> bool {
        let line =
            self.tokens[self.at..].iter().take_while(|token| token.kind != TokenKind::Newline);
        let words: Vec<&str> = line.take(64).map(|&token| self.word_of(token)).collect();
        let to = words.iter().position(|word| word.eq_ignore_ascii_case("to"));
        words[..to.unwrap_or(0)]
            .windows(2)
            .any(|pair| pair[0].eq_ignore_ascii_case("in") && pair[1].eq_ignore_ascii_case("json"))
    }

    /// `Increase x by e`
    fn change(&mut self) -> Parse<StmtKind> {
        let up = self.is_word(0, "increase");
        let example = if up { "Increase count by 1" } else { "Decrease count by 1" };
        self.bump();
        if self.is_word(0, "by") && !self.is_word(1, "by") && !self.misnamed.contains("by") {
            return Err(self.missing("a name", example));
        }
        let target = self.target(example)?;
        let mut amount = None;
        if self.eat_words("by") {
            if self.at_line_end() {
                return Err(self.missing("a number", example));
            }
            amount = Some(self.expression()?);
        } else if self.is_word(0, "with") || self.is_word(0, "to") || self.at_value() {
            return Err(self.missing("the word \"by\"", example));
        }
        Ok(StmtKind::Change { target, amount, up })
    }

    /// `Repeat e times`: the last `times` of the line is the marker.
    fn repeat(&mut self, start: u32) -> Parse<StmtKind> {
        self.bump();
        let mut end = self.at;
        while !matches!(self.tokens[end].kind, TokenKind::Newline | TokenKind::End) {
            end += 1;
        }
        if end > self.at && self.tokens[end - 1].kind == TokenKind::Colon {
            end -= 1;
        }
        let marker = end.checked_sub(1).filter(|&at| at >= self.at);
        let marker =
            marker.filter(|&at| self.word_of(self.tokens[at]).eq_ignore_ascii_case("times"));
        let count = match marker {
            Some(marker) if marker == self.at => {
                _ = self.missing("a number", "Repeat 3 times");
                self.invalid()
            }
            Some(marker) => {
                // The expression must not take the marker for an operator.
                self.tokens[marker].kind = TokenKind::Newline;
                let count = self.head_part();
                if self.at < marker {
                    self.end_of_line();
                }
                self.tokens[marker].kind = TokenKind::Word;
                self.at = marker + 1;
                count
            }
            None if self.repeat_otherwise().is_some() => {
                self.skip_line();
                self.invalid()
            }
            None if self.inline_repeat() => {
                return Err(self.one_line_loop("Repeat"));
            }
            None => {
                let count = self.head_part();
                if self.at_line_end() && !matches!(count.kind, ExprKind::Invalid) {
                    _ = self.missing("the word \"times\"", "Repeat 3 times");
                }
                count
            }
        };
        self.eat(TokenKind::Colon);
        let body = self.in_loop(|parser| parser.simple_block(Kind::Repeat, start))?;
        Ok(StmtKind::Repeat(count, body))
    }

    /// Whether `times` and a statement stand in the rest of the line: goes to the statement then.
    fn inline_repeat(&mut self) -> bool {
        let line = self.tokens[self.at..]
            .windows(2)
            .take_while(|pair| !matches!(pair[0].kind, TokenKind::Newline | TokenKind::End));
        let times = line.enumerate().find(|(_, pair)| {
            let [word, next] = [self.word_of(pair[0]), self.word_of(pair[1])];
            word.eq_ignore_ascii_case("times") && is_statement(next)
        });
        let Some((distance, _)) = times else { return false };
        self.at += distance + 1;
        true
    }

    fn invalid(&self) -> Expr {
        Expr { kind: ExprKind::Invalid, span: self.peek().span, height: 1 }
    }

    fn for_each(&mut self, start: u32) -> Parse<StmtKind> {
        let example = "For each name in names";
        self.bump();
        let each = match self.eat_words("each") || self.eat_words("every") {
            true => Ok(()),
            false if self.is_word(1, "from") || self.ahead(1).kind == TokenKind::Equal => {
                Err(self.missing("the word \"each\"", "For each number in range(1, 11)"))
            }
            false => Err(self.missing("the word \"each\"", example)),
        };
        let head = each.and_then(|()| self.name(example)).and_then(|name| {
            if !self.eat_words("in") && !self.eat_words("of") {
                let example = match self.kind() {
                    TokenKind::Comma => "For each name in ages, and in the lines below ages[name]",
                    _ if self.is_word(0, "from") => "For each number in range(1, 11)",
                    _ => example,
                };
                return Err(self.missing("the word \"in\"", example));
            }
            Ok((name, self.expression()?))
        });
        if head.is_err() {
            self.skip_line();
        }
        self.eat(TokenKind::Colon);
        let body = self.in_loop(|parser| parser.simple_block(Kind::ForEach, start))?;
        let (name, list) = head?;
        Ok(StmtKind::ForEach(name, list, body))
    }

    /// `Stop`, `Skip`
    fn leave(&mut self, kind: StmtKind) -> Parse<StmtKind> {
        let token = self.bump();
        if self.loops == 0 && self.lost > 0 {
            return Err(Reported);
        }
        if self.loops == 0 {
            let word = self.slice(token.span).to_string();
            let message = format!("{word} belongs into a loop, and there is none around it.");
            let report = self.error(&codes::PLACE, token.span, message);
            report.help.push("loops are While, Repeat and For each".into());
            return Err(Reported);
        }
        Ok(kind)
    }

    fn return_statement(&mut self) -> Parse<StmtKind> {
        let token = self.bump();
        let ends = self.at_line_end() || self.is_word(0, "otherwise");
        let value = if ends { None } else { Some(self.expression()?) };
        if self.functions == 0 && self.lost > 0 {
            return Err(Reported);
        }
        if self.functions == 0 {
            let message = "Return belongs into a function, and there is none around it.".into();
            let report = self.error(&codes::PLACE, token.span, message);
            report
                .help
                .push("functions are made like this: Make double with n Return n times 2".into());
            return Err(Reported);
        }
        Ok(StmtKind::Return(value))
    }

    /// `Use f with a, b`
    fn use_statement(&mut self) -> Parse<StmtKind> {
        self.bump();
        let callee = self.expression()?;
        let span = callee.span;
        let call = match callee.kind {
            ExprKind::Call(..) | ExprKind::Phrase(..) => callee,
            _ => Expr {
                height: callee.height + 1,
                kind: ExprKind::Call(Box::new(callee), Vec::new()),
                span,
            },
        };
        Ok(StmtKind::Use(call))
    }

    /// `Import "lib.poh"`, `Import system "math" as m exposing a, b`
    fn import(&mut self) -> Parse<StmtKind> {
        let start = self.bump().span.start;
        let system = self.eat_words("system");
        let example = if system { "Import system \"math\" as m" } else { "Import \"helpers.poh\"" };
        let token = self.peek();
        if token.kind != TokenKind::Text {
            return Err(self.missing("the name of a file between quotes", example));
        }
        self.bump();
        let path = self.text_symbol(token);
        let text = self.names.text(path).to_string();
        let foreign = system || text.ends_with(".sox") || text.starts_with("std/");
        let mut alias = None;
        if self.eat_words("as") {
            alias = Some(self.name(example)?);
        } else if foreign {
            alias = Some(self.own_alias(&text, token.span));
        }
        let mut exposing: Vec<Name> = Vec::new();
        if self.eat_words("exposing") {
            loop {
                exposing.push(self.name("Import system \"math\" exposing sqrt, pi")?);
                if !self.eat(TokenKind::Comma) && !self.eat_words("and") {
                    break;
                }
            }
        }
        if !foreign && (alias.is_some() || !exposing.is_empty()) {
            let message =
                "The names of a PohLang file are known without a name before them.".into();
            let span = self.since(start);
            let report = self.error(&codes::UNEXPECTED, span, message);
            report.help.push(format!("write: Import \"{text}\""));
            return Err(Reported);
        }
        let number = self.imports;
        self.imports += 1;
        let import = Import { path, path_span: token.span, system, alias, exposing, number };
        Ok(StmtKind::Import(Box::new(import)))
    }

    /// The name of a module that is given none: the last part of its path.
    fn own_alias(&mut self, path: &str, span: Span) -> Name {
        let stem = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let stem = stem.strip_suffix(".sox").unwrap_or(stem);
        let symbol = self.names.intern(stem);
        self.mentions += 1;
        Name { symbol, span, mention: self.mentions - 1 }
    }

    /// A phrase or a call; anything else on a line of its own is evaluated too.
    fn expression_statement(&mut self) -> Parse<StmtKind> {
        let value = self.expression()?;
        match &value.kind {
            ExprKind::Phrase(native, args) if native.pure => {
                let kept = match args.last().map(|last| &last.kind) {
                    Some(ExprKind::Name(name)) => self.slice(name.span).to_string(),
                    _ => "names".into(),
                };
                let written = self.slice(value.span).to_string();
                let message = "This makes a changed copy, and nothing keeps it.";
                let report = self.reports.warning(&codes::UNUSED_RESULT, value.span, message);
                report.help.push(format!("keep it: Set {kept} to {written}"));
            }
            ExprKind::Binary(BinaryOp::Is, left, right) => {
                let (left, right) = (self.slice(left.span), self.slice(right.span));
                let help = format!("to give {left} a value, write: Set {left} to {right}");
                let message = "This compares two values, and nothing uses the answer.";
                let report = self.reports.warning(&codes::UNUSED_RESULT, value.span, message);
                report.help.push(help);
            }
            _ => {}
        }
        Ok(StmtKind::Expr(value))
    }
}
