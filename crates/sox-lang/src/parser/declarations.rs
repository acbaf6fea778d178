//! Declarations of variables, functions and imports.

use super::{Abandoned, Parse, Parser};
use crate::ast::{ExprId, ExprKind, Import, Mark, Run, StmtKind, VariableId};
use crate::codes;
use crate::token::{Token, TokenKind};
use sox_program::Symbol;

impl Parser<'_> {
    pub(super) fn variables(&mut self) -> Parse<StmtKind> {
        let kind = self.variable_list()?;
        self.take(TokenKind::Semicolon);
        Ok(kind)
    }

    /// `var a, b = 1, 2`, `const c = 3`, `var d[] = {1, 2}`, without a `;`.
    pub(super) fn variable_list(&mut self) -> Parse<StmtKind> {
        let constant = self.advance().kind == TokenKind::Const;
        let first = self.ast.variables.len();
        self.declared_name(constant)?;
        let bracket = self.current();
        if bracket.kind == TokenKind::LeftBracket && !bracket.newline {
            let names = Run::since(&self.ast.variables, first);
            let value = self.array_declaration()?;
            return Ok(StmtKind::Var { names, values: Run::add(&mut self.ast.items, [value]) });
        }
        while self.take(TokenKind::Comma) {
            self.declared_name(constant)?;
        }
        let names = Run::since(&self.ast.variables, first);
        if !self.check(TokenKind::Equal) {
            if constant {
                return Err(self.error_expected("Expect '=' after constant name."));
            }
            return Ok(StmtKind::Var { names, values: Run::default() });
        }
        self.advance();
        let (start, begin) = (self.at, self.items.len());
        loop {
            let value = self.expression()?;
            self.items.push(value);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        let values = self.list(begin);
        // Of a `for` whose clauses are separated by commas the missing `;` is told.
        let in_for = self.body_follows && self.check(TokenKind::LeftBrace);
        if names.len() != values.len() && !in_for {
            let (span, expected, got) = (self.span_from(start), names.len(), values.len());
            let message = format!("Expect {expected} values for {expected} names but got {got}.");
            let message =
                if expected == 1 { format!("Expect 1 value but got {got}.") } else { message };
            self.reports.error(&codes::VALUE_COUNT, span, message);
        }
        let count = names.len().min(values.len());
        Ok(StmtKind::Var { names: names.first(count), values: values.first(count) })
    }

    fn declared_name(&mut self, constant: bool) -> Parse<VariableId> {
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect variable name."));
        }
        let token = self.advance();
        Ok(self.declare(token, constant))
    }

    /// `[]` and perhaps ` = {…}`; at the `[`.
    fn array_declaration(&mut self) -> Parse<ExprId> {
        let opener = self.at;
        self.advance();
        self.expect_closer(TokenKind::RightBracket, opener, "Expect ']' after '['.")?;
        let span = self.span_from(opener);
        if !self.take(TokenKind::Equal) {
            return Ok(self.leaf(ExprKind::Array(Run::default()), span));
        }
        self.array_brace = self.at;
        self.expression()
    }

    /// `fn name(…) {…}`; at the `fn`.
    pub(super) fn function_declaration(&mut self, marked: Option<Mark>) -> Parse<StmtKind> {
        let start = self.at;
        self.advance();
        if !self.check(TokenKind::Identifier) {
            return Err(self.error_name("Expect function name."));
        }
        let token = self.advance();
        let variable = self.declare(token, false);
        let function = self.function(start, "Expect '(' after function name.")?;
        Ok(StmtKind::Function { variable, function, marked })
    }

    /// `#[test] fn …` or `#[bench] fn …`; at the `#`.
    pub(super) fn marked_function(&mut self) -> Parse<StmtKind> {
        let start = self.at;
        self.advance();
        let opener = self.at;
        if !self.take(TokenKind::LeftBracket) {
            self.report(&codes::EXPECT_TOKEN, "Expect '[' after '#'.", |report| {
                report.help.push("a comment begins with `//`, an attribute is `#[test]`".into());
            });
            return Err(Abandoned);
        }
        let (token, _) = self.property_name("Expect attribute name.")?;
        let mark = match self.text_of(token) {
            "test" => Some(Mark::Test),
            "bench" => Some(Mark::Bench),
            _ => None,
        };
        if mark.is_none() {
            let message = format!("Unknown attribute '{}'.", self.text_of(token));
            let report = self.reports.error(&codes::BAD_ATTRIBUTE, token.span, message);
            report.help.push("there are `#[test]` and `#[bench]`".into());
        }
        self.expect_closer(TokenKind::RightBracket, opener, "Expect ']' after attribute.")?;
        let names_function = self.kind_ahead(1) == TokenKind::Identifier;
        if self.check(TokenKind::Fn) && names_function {
            return self.function_declaration(mark);
        }
        let span = self.span_from(start);
        let message = "An attribute must stand before a function declaration.";
        self.reports.error(&codes::BAD_ATTRIBUTE, span, message);
        Ok(StmtKind::Empty)
    }
}

// Imports.
impl Parser<'_> {
    /// `import "path"`, `import name "path"`, `import ("path" name "path")`
    pub(super) fn import(&mut self) -> Parse<StmtKind> {
        self.advance();
        let begin = self.ast.imports.len();
        if !self.check(TokenKind::LeftParen) {
            self.import_item()?;
            self.take(TokenKind::Semicolon);
            return Ok(StmtKind::Import(Run::since(&self.ast.imports, begin)));
        }
        let opener = self.at;
        self.bracketed(|parser| {
            parser.advance();
            while !matches!(parser.kind(), TokenKind::RightParen | TokenKind::Eof) {
                parser.import_item()?;
                if !parser.take(TokenKind::Comma) {
                    parser.take(TokenKind::Semicolon);
                }
            }
            parser.expect_closer(TokenKind::RightParen, opener, "Expect ')' after imports.")
        })?;
        self.take(TokenKind::Semicolon);
        Ok(StmtKind::Import(Run::since(&self.ast.imports, begin)))
    }

    /// A path with or without a name before it.
    fn import_item(&mut self) -> Parse<()> {
        let named = self.check(TokenKind::Identifier).then(|| self.advance());
        if self.check(TokenKind::StringStart) {
            return Err(self.error_import_path());
        }
        if !self.check(TokenKind::String) {
            self.report(&codes::EXPECT_TOKEN, "Expect a path after 'import'.", |report| {
                report.help.push("for example: import \"std/math\"".into());
            });
            return Err(Abandoned);
        }
        let token = self.advance();
        let path = self.decoded(token);
        let named = named.or_else(|| self.name_behind(token));
        let variable = match named {
            Some(name) => Some(self.declare(name, false)),
            None => self.name_from_path(path, token),
        };
        // Without a possible name it is not looked for: one error is enough.
        self.ast.imports.extend(variable.map(|variable| Import {
            variable,
            path,
            span: token.span,
        }));
        Ok(())
    }

    /// The name in `import "…" as name`, which other languages write so.
    fn name_behind(&mut self, path: Token) -> Option<Token> {
        let [word, name] = self.tokens.get(self.at..self.at + 2)? else { return None };
        let (word, name) = (*word, *name);
        let is_alias = self.text_of(word) == "as" && !word.newline && !name.newline;
        if !is_alias || name.kind != TokenKind::Identifier {
            return None;
        }
        let help = format!("import {} {}", self.text_of(name), self.text_of(path));
        let message = "The name of an import stands before its path.";
        self.report(&codes::EXPECT_TOKEN, message, |report| report.help.push(help));
        self.at += 2;
        Some(name)
    }

    /// The variable named as the last part of a path.
    fn name_from_path(&mut self, path: Symbol, token: Token) -> Option<VariableId> {
        let name = module_name(self.names.text(path)).to_owned();
        let mut letters = name.bytes();
        let begins_well =
            letters.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_name =
            begins_well && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && TokenKind::of_word(&name) == TokenKind::Identifier {
            let name = self.names.intern(&name);
            return Some(self.declare_named(name, token.span, false));
        }
        let message = format!("'{name}' is not a possible name for the import.");
        let report = self.reports.error(&codes::IMPORT_NAME, token.span, message);
        report.help.push("give it one: `import name \"…\"`".into());
        None
    }

    fn error_import_path(&mut self) -> Abandoned {
        let message = "The path of an import must be a string without interpolation.";
        self.report(&codes::IMPORT_PATH, message, |_| {});
        Abandoned
    }
}

/// The last part of a path, without the extension of a source or compiled module.
pub(crate) fn module_name(path: &str) -> &str {
    let last = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let extensions = [".sox", ".soxc"];
    extensions.iter().find_map(|extension| last.strip_suffix(extension)).unwrap_or(last)
}
