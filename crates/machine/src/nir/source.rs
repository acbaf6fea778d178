//! What all parts of the `.nir` parser stand on: the present token, faults, and the small pieces of
//! the grammar.

use super::lexer::{Lexer, Tok, Token};
use crate::fault::{Fault, Rule};
use crate::ir::{Class, Module, Name, Pair};
use crate::text::{digits, fit, unescape};

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// The tokens, and the faults so far.
pub(super) struct Source<'t> {
    lexer: Lexer<'t>,
    pub(super) token: Token<'t>,
    pub(super) faults: Vec<Fault>,
    /// Where we are, for faults: the function's name, if we are in one.
    in_function: bool,
    function: Vec<u8>,
    pub(super) instruction: u32,
    unescaped: Vec<u8>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut lexer = Lexer::new(text);
        let token = lexer.next();
        Source {
            lexer,
            token,
            faults: Vec::new(),
            in_function: false,
            function: Vec::new(),
            instruction: 0,
            unescaped: Vec::new(),
        }
    }

    /// Says that what follows is in a function of that name.
    pub(super) fn enter(&mut self, function: &[u8]) {
        self.in_function = true;
        self.function.clear();
        self.function.extend_from_slice(function);
        self.instruction = 0;
    }

    /// Says that the function has ended.
    pub(super) fn leave(&mut self) {
        self.in_function = false;
    }

    pub(super) fn advance(&mut self) -> Token<'t> {
        std::mem::replace(&mut self.token, self.lexer.next())
    }

    /// A fault at a token.
    pub(super) fn fault(&self, rule: Rule, at: Token<'_>, message: String, hint: &str) -> Fault {
        let fault = Fault::new(rule, message, hint).at(at.start, at.end);
        match self.in_function {
            true => fault.within(&self.function, Some(self.instruction)),
            false => fault,
        }
    }

    /// A fault at the present token: something else was expected.
    pub(super) fn expected(&self, rule: Rule, what: &str, hint: &str) -> Fault {
        if self.token.kind == Tok::Bad && self.token.quoted {
            let message = "this quote is not closed on its line".to_string();
            return self.fault(
                Rule::Syntax,
                self.token,
                message,
                "write \\n for the end of a line",
            );
        }
        let found = match self.token.kind {
            Tok::Line | Tok::End => "the line ends".to_string(),
            Tok::Bad if self.token.text.is_empty() => "something else stands".to_string(),
            _ => format!("`{}` stands", String::from_utf8_lossy(self.token.text)),
        };
        self.fault(rule, self.token, format!("expected {what}, but {found} here"), hint)
    }

    pub(super) fn is(&self, punct: u8) -> bool {
        self.token.kind == Tok::Punct(punct)
    }

    /// Takes a character if it is there.
    pub(super) fn eat(&mut self, punct: u8) -> bool {
        let there = self.is(punct);
        if there {
            self.advance();
        }
        there
    }

    pub(super) fn require(&mut self, punct: u8) -> Result<()> {
        if self.eat(punct) {
            return Ok(());
        }
        Err(self.expected(Rule::Syntax, &format!("`{}`", punct as char), ""))
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let there = self.token.kind == Tok::Word && self.token.text == word.as_bytes();
        if there {
            self.advance();
        }
        there
    }

    /// The bytes of a name or of quoted text.
    pub(super) fn bytes(&mut self, token: Token<'t>) -> Result<&[u8]> {
        if !token.quoted {
            return Ok(token.text);
        }
        self.unescaped.clear();
        match unescape(token.text, &mut self.unescaped) {
            Ok(()) => Ok(&self.unescaped),
            Err(at) => Err(self
                .fault(
                    Rule::Syntax,
                    token,
                    "there is no such escape".into(),
                    "escapes are \\n \\r \\t \\0 \\\\ \\\" \\xHH",
                )
                .at(token.start + at as u32 + 1, token.end)),
        }
    }

    /// A name with the sigil of this kind.
    pub(super) fn name(&mut self, kind: Tok, what: &str, module: &mut Module) -> Result<Name> {
        if self.token.kind != kind {
            return Err(self.expected(Rule::Syntax, what, ""));
        }
        let token = self.advance();
        Ok(module.names.intern(self.bytes(token)?))
    }

    /// A number with an optional sign.
    pub(super) fn integer(&mut self) -> Result<i64> {
        let start = self.token;
        let negative = self.eat(b'-');
        let base = match self.token.kind {
            Tok::Int => 10,
            Tok::Hex => 16,
            _ => return Err(self.expected(Rule::OperandKind, "a whole number", "")),
        };
        let token = self.advance();
        let Some(value) = digits(token.text, base) else {
            return Err(self.fault(
                Rule::Syntax,
                token,
                "a number with other characters in it".into(),
                "",
            ));
        };
        fit(negative, value).ok_or_else(|| {
            let whole = Token { end: token.end, ..start };
            let message = "this number does not fit 64 bits".to_string();
            self.fault(Rule::Immediate, whole, message, "numbers go from -2^63 to 2^64-1")
        })
    }

    /// A number that is not negative.
    pub(super) fn count(&mut self) -> Result<i64> {
        let token = self.token;
        match self.integer()? {
            value @ 0.. => Ok(value),
            _ => {
                let message = "this number may not be negative or above 2^63-1".to_string();
                Err(self.fault(Rule::Immediate, token, message, ""))
            }
        }
    }

    pub(super) fn class(&mut self) -> Result<Class> {
        let class = Class::from_name(self.token.text).filter(|_| self.token.kind == Tok::Word);
        match class {
            Some(class) => {
                self.advance();
                Ok(class)
            }
            None => Err(self.expected(Rule::Syntax, "a class", "i64, f32 or f64")),
        }
    }

    /// Classes with commas between them.
    pub(super) fn classes(&mut self) -> Result<Pair<Class>> {
        let start = self.token;
        let mut classes = [Class::I64; 2];
        classes[0] = self.class()?;
        let mut count = 1;
        while self.eat(b',') {
            let class = self.class()?;
            if let Some(place) = classes.get_mut(count) {
                *place = class;
            }
            count += 1;
        }
        classes.get(..count).and_then(Pair::new).ok_or_else(|| {
            let hint = "more results go through memory";
            self.fault(Rule::Arity, start, "there may be at most two results".into(), hint)
        })
    }

    /// Whether the line of the present token ends with an opening brace, from this token on or just
    /// before it. The line is read to its end.
    pub(super) fn opens_body(&mut self) -> bool {
        let before = &self.lexer.text[..self.token.start as usize];
        let mut opens = before.trim_ascii_end().ends_with(b"{");
        while !matches!(self.token.kind, Tok::Line | Tok::End) {
            opens = self.is(b'{');
            self.advance();
        }
        opens
    }

    /// Keeps a fault, if there is one, and goes to the next line.
    pub(super) fn end_line(&mut self, result: Result<()>) {
        let ends = matches!(self.token.kind, Tok::Line | Tok::End);
        if let Err(fault) = result {
            self.faults.push(fault);
        } else if !ends {
            self.faults.push(self.expected(Rule::Syntax, "the end of the line", ""));
        }
        while !matches!(self.token.kind, Tok::Line | Tok::End) {
            self.advance();
        }
        self.advance();
    }
}
