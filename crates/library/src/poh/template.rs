//! `render template t with d`.
//!
//! `{{name}}` and `{{a.b}}` stand for values, written with the signs of HTML escaped; `{{{raw}}}` is not
//! escaped. `{{#each xs}}…{{/each}}` repeats its inside for the items of a list, which is `{{this}}`
//! there, and whose keys are names if it is a dictionary. `{{#if c}}…{{else}}…{{/if}}` writes one of two
//! parts. A name that is not there is empty, as web pages want it.

use super::{needs, runtime_error};
use crate::call::{Call, Out};
use crate::limit::{Builder, too_long};
use crate::row::{Row, rows};
use sox_runtime::{Fault, Unpacked, Value, poh};

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.render" (2, 2) leaf render;
};

/// Deepest nesting of blocks.
const MOST_NESTED: usize = 100;

/// A piece of a template.
enum Piece<'t> {
    Text(&'t str),
    Value { path: &'t str, raw: bool },
    Each { path: &'t str, body: Vec<Piece<'t>> },
    If { path: &'t str, yes: Vec<Piece<'t>>, no: Vec<Piece<'t>> },
}

/// What ended a sequence of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Text,
    Else,
    Each,
    If,
}

fn render(c: Call<'_>) -> Out<'_> {
    let template = super::text(c, 0, "render template")?;
    if !matches!(c.get(1).unpack(), Unpacked::Table(_)) {
        return Err(needs("render template", "a dictionary after with", c.get(1)));
    }
    let mut rest = template;
    let (pieces, end) = parse(&mut rest, 0)?;
    if end != End::Text {
        return Err(runtime_error(format!(
            "The template ends a block ({end:?}) that it did not begin."
        )));
    }
    let mut renderer = Renderer { call: c, out: Builder::new(c.iso), scopes: vec![c.get(1)] };
    renderer.pieces(&pieces)?;
    c.new_string(renderer.out.finish())
}

/// Pieces up to the end of the text or of a block.
fn parse<'t>(rest: &mut &'t str, depth: usize) -> Result<(Vec<Piece<'t>>, End), Fault> {
    if depth > MOST_NESTED {
        return Err(runtime_error("The template has too many blocks inside each other."));
    }
    let mut pieces = Vec::new();
    loop {
        let Some(at) = rest.find("{{") else {
            pieces.push(Piece::Text(rest));
            *rest = "";
            return Ok((pieces, End::Text));
        };
        pieces.push(Piece::Text(&rest[..at]));
        *rest = &rest[at + 2..];
        let raw = rest.starts_with('{');
        let (open, close) = if raw { (1, "}}}") } else { (0, "}}") };
        let Some(end) = rest.find(close) else {
            return Err(runtime_error("The template has a {{ without its }}."));
        };
        let tag = rest[open..end].trim();
        *rest = &rest[end + close.len()..];
        let mut words = tag.split_whitespace();
        match (words.next().unwrap_or(""), words.next()) {
            ("#each", Some(path)) => {
                let (body, end) = parse(rest, depth + 1)?;
                expect_end(end, End::Each, "{{/each}}")?;
                pieces.push(Piece::Each { path, body });
            }
            ("#if", Some(path)) => {
                let (yes, end) = parse(rest, depth + 1)?;
                let no = match end {
                    End::Else => {
                        let (no, end) = parse(rest, depth + 1)?;
                        expect_end(end, End::If, "{{/if}}")?;
                        no
                    }
                    other => {
                        expect_end(other, End::If, "{{/if}}")?;
                        Vec::new()
                    }
                };
                pieces.push(Piece::If { path, yes, no });
            }
            ("else", None) => return Ok((pieces, End::Else)),
            ("/each", None) => return Ok((pieces, End::Each)),
            ("/if", None) => return Ok((pieces, End::If)),
            (path, None) if !path.is_empty() && !path.starts_with(['#', '/']) => {
                pieces.push(Piece::Value { path, raw });
            }
            _ => {
                return Err(runtime_error(format!(
                    "The template has {{{{{tag}}}}}, which is neither a name nor a block."
                )));
            }
        }
    }
}

fn expect_end(found: End, wanted: End, written: &str) -> Result<(), Fault> {
    if found == wanted {
        return Ok(());
    }
    Err(runtime_error(format!("A block of the template lacks its {written}.")))
}

struct Renderer<'h> {
    call: Call<'h>,
    out: Builder,
    /// The data, and the items of the blocks around, innermost last.
    scopes: Vec<Value<'h>>,
}

impl<'h> Renderer<'h> {
    fn pieces(&mut self, pieces: &[Piece<'_>]) -> Result<(), Fault> {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.put(text)?,
                Piece::Value { path, raw } => {
                    let value = self.value(path);
                    if !value.is_nil() {
                        let text = poh::text_of(self.call.iso, value)?.flat()?;
                        if *raw { self.put(text)? } else { self.escaped(text)? }
                    }
                }
                Piece::Each { path, body } => self.each(path, body)?,
                Piece::If { path, yes, no } => {
                    let branch = if poh::truth(self.value(path)) { yes } else { no };
                    self.pieces(branch)?;
                }
            }
        }
        Ok(())
    }

    fn each(&mut self, path: &str, body: &[Piece<'_>]) -> Result<(), Fault> {
        let items: Vec<Value<'h>> = match self.value(path).unpack() {
            Unpacked::Array(list) => list.iter().collect(),
            Unpacked::Table(dictionary) => dictionary.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        for item in items {
            self.scopes.push(item);
            let result = self.pieces(body);
            self.scopes.pop();
            result?;
        }
        Ok(())
    }

    /// What a path such as `a.b` names, seen from the innermost scope that has its first part.
    fn value(&self, path: &str) -> Value<'h> {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let start = match first {
            "this" => self.scopes.last().copied(),
            name => self.scopes.iter().rev().find_map(|scope| member(*scope, name)),
        };
        let found = parts.try_fold(start.unwrap_or(Value::nil()), member);
        found.unwrap_or(Value::nil())
    }

    fn put(&mut self, text: &str) -> Result<(), Fault> {
        if self.out.push(text) { Ok(()) } else { Err(too_long(self.call)) }
    }

    fn escaped(&mut self, text: &str) -> Result<(), Fault> {
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let escape = match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => continue,
            };
            self.put(&text[plain..at])?;
            self.put(escape)?;
            plain = at + 1;
        }
        self.put(&text[plain..])
    }
}

/// The value of a key, or the item at a position.
fn member<'h>(value: Value<'h>, name: &str) -> Option<Value<'h>> {
    match value.unpack() {
        Unpacked::Table(dictionary) => dictionary.get_str(name),
        Unpacked::Array(list) => list.get(name.parse().ok()?),
        _ => None,
    }
}
