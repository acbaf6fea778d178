//! Functions.

use super::blocks::Kind;
use super::expressions::{Context, is_joining};
use super::{Parse, Parser, Reported};
use crate::ast::{Block, Function, Name, Param, Stmt, StmtKind};
use crate::codes;
use crate::token::TokenKind;

/// Most parameters of a function.
const MAX_PARAMETERS: usize = 255;

const EXAMPLE: &str = "Make add with a, b Return a plus b";

impl Parser<'_> {
    /// Whether `Make` here makes a function, and not a list or a text.
    pub(super) fn makes_function(&self) -> bool {
        let name = self.ahead(1);
        if name.kind != TokenKind::Word {
            return true;
        }
        let value = [
            "make a list",
            "make a dictionary",
            "make a list of",
            "make a dictionary with",
            "make list of",
            "make dictionary with",
        ]
        .iter()
        .any(|words| self.at_words(words))
            || self.at_words("make an empty list")
            || self.at_words("make an empty dictionary");
        let changes_case = self.at_words("make uppercase") || self.at_words("make lowercase");
        let ends = matches!(self.ahead(2).kind, TokenKind::Newline | TokenKind::End);
        let changes_case = changes_case && !ends && !self.is_word(2, "with");
        !value && !changes_case
    }

    /// `Make f with a, b set to 2`, and its body on the same line or as a block.
    pub(super) fn make(&mut self, start: u32) -> Parse<Stmt> {
        self.bump();
        let bare = self.at_line_end();
        let head = self.make_head();
        let (name, params) = match head {
            Ok(head) => head,
            Err(Reported) => {
                let inline = bare || self.rest_has_statement();
                self.skip_line();
                if !inline {
                    self.function_block(start)?;
                }
                return Err(Reported);
            }
        };
        self.eat(TokenKind::Colon);
        let body = if self.at_line_end() {
            self.function_block(start)?
        } else {
            let statement = self.in_function(|parser| parser.deeper(Self::statement))?;
            vec![value_of(statement)]
        };
        self.function(start, name, params, body)
    }

    fn make_head(&mut self) -> Parse<(Name, Vec<Param>)> {
        if self.eat_words("function") && self.at_line_end() {
            return Err(self.missing("a name", EXAMPLE));
        }
        let name = self.name(EXAMPLE)?;
        if let Some(reported) = self.parameters_without_with(&name) {
            return Err(reported);
        }
        let params = if self.eat_words("with") { self.parameters()? } else { Vec::new() };
        Ok((name, params))
    }

    /// `Define function f with parameters a, b as e`
    pub(super) fn define(&mut self, start: u32) -> Parse<Stmt> {
        let example = "Define function add with parameters a, b as a plus b";
        self.at += 2;
        let name = self.name(example)?;
        let mut params = Vec::new();
        if self.eat_words("with") {
            if !self.eat_words("parameters") {
                self.eat_words("parameter");
            }
            params = self.parameters()?;
        }
        if !self.eat_words("as") {
            if self.at_line_end() {
                let body = self.function_block(start)?;
                return self.function(start, name, params, body);
            }
            return Err(self.missing("the word \"as\" and a value", example));
        }
        let value_start = self.peek().span.start;
        if self.at_line_end() {
            return Err(self.missing("a value", example));
        }
        let value = self.expression()?;
        let statement = Stmt { kind: StmtKind::Return(Some(value)), span: self.since(value_start) };
        self.function(start, name, params, vec![statement])
    }

    fn function(&mut self, start: u32, name: Name, params: Vec<Param>, body: Block) -> Parse<Stmt> {
        let span = self.since(start);
        let function = Function { params, body, span };
        Ok(Stmt { kind: StmtKind::Make(name, Box::new(function)), span })
    }

    fn function_block(&mut self, start: u32) -> Parse<Block> {
        self.in_function(|parser| parser.simple_block(Kind::Make, start))
    }

    fn in_function<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        let loops = std::mem::take(&mut self.loops);
        self.functions += 1;
        let result = inner(self);
        self.functions -= 1;
        self.loops = loops;
        result
    }

    /// Names separated by commas and `and`, each perhaps with `set to` and a value.
    fn parameters(&mut self) -> Parse<Vec<Param>> {
        let mut params: Vec<Param> = Vec::new();
        loop {
            let name = self.name(EXAMPLE)?;
            let mut default = None;
            if self.at_words("set to") {
                self.at += 2;
                default = Some(self.expression_in(Context { with: true, and: false })?);
            }
            self.check_parameter(&params, &name, default.is_some())?;
            params.push(Param { name, default });
            let comma = self.eat(TokenKind::Comma);
            // `and` joins parameters only if a name follows.
            let and = self.is_word(0, "and")
                && self.ahead(1).kind == TokenKind::Word
                && !is_joining(self.word_of(self.ahead(1)));
            if and {
                self.bump();
            }
            if !comma && !and {
                return Ok(params);
            }
        }
    }

    fn check_parameter(&mut self, params: &[Param], name: &Name, default: bool) -> Parse<()> {
        let shown = self.slice(name.span).to_string();
        let (message, help) = if params.iter().any(|other| other.name.symbol == name.symbol) {
            (format!("There are two parameters called {shown}."), "give each a name of its own")
        } else if !default && params.last().is_some_and(|last| last.default.is_some()) {
            (
                format!("The parameter {shown} has no value of its own, and one before it has."),
                "put parameters with set to at the end: Make f with a, b set to 2",
            )
        } else if params.len() == MAX_PARAMETERS {
            (
                format!("A function has {MAX_PARAMETERS} parameters at most."),
                "give it a list instead",
            )
        } else {
            return Ok(());
        };
        self.error(&codes::PARAMETERS, name.span, message).help.push(help.into());
        Err(Reported)
    }
}

/// The body of a function on one line: what it would write is its value.
fn value_of(statement: Stmt) -> Stmt {
    match statement.kind {
        StmtKind::Write(value) => Stmt { kind: StmtKind::Return(Some(value)), ..statement },
        _ => statement,
    }
}
