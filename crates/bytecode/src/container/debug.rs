//! The debug section: sources, places, names of variables. Numbers are varints, places are told by
//! how far they are from the one before, so that most take a byte.

use super::cursor::Cursor;
use super::writer::Out;
use super::{Problem, ReadError};
use crate::debug::{DebugVisitor, Outline};
use crate::{DebugInfo, FunctionDebug, Module, NameId, Source};
use sox_diagnostics::{SourceId, Span};
use std::sync::Arc;

type Read<T> = Result<T, ReadError>;

/// Sources, the source of each module that is not external, and what is known of each function.
pub(super) fn write(out: &mut Out, module: &Module, texts: Option<&[Box<str>]>) {
    if !module.has_debug() && texts.is_none() {
        return;
    }
    out.u8(u8::from(texts.is_some()));
    out.varint(module.sources.len() as u32);
    for (number, source) in module.sources.iter().enumerate() {
        out.text(&source.name);
        match texts {
            Some(texts) => out.text(&texts[number]),
            None => {
                out.varint(source.line_starts.len() as u32);
                let mut last = 0;
                for &start in &source.line_starts {
                    out.varint(start - last);
                    last = start;
                }
            }
        }
    }
    for info in module.modules.iter().filter(|info| info.external.is_none()) {
        out.varint(info.source.0);
    }
    module.functions.iter().for_each(|function| write_function(out, &function.debug));
}

fn write_function(out: &mut Out, debug: &FunctionDebug) {
    let FunctionDebug { span, spans, locals, captures } = debug;
    out.varint(span.start);
    out.varint(span.end - span.start);
    out.varint(spans.len() as u32);
    let (mut at, mut start) = (0, span.start);
    for (next, span) in spans {
        out.varint(next - at);
        out.varint(zigzag(span.start.wrapping_sub(start) as i32));
        out.varint(span.end - span.start);
        (at, start) = (*next, span.start);
    }
    out.varint(locals.len() as u32);
    locals.iter().for_each(|name| out.varint(name.map_or(0, |name| name.0 + 1)));
    out.varint(captures.len() as u32);
    captures.iter().for_each(|name| out.varint(name.0));
}

/// Gives the texts, if there are any. What is known of functions stays where it is in the file.
pub(super) fn read(
    from: &mut Cursor<'_>,
    file: &Arc<Vec<u8>>,
    module: &mut Module,
) -> Read<Option<Vec<Box<str>>>> {
    let at = *from;
    let has_texts = match from.u8("whether sources are there")? {
        flag @ 0..=1 => flag == 1,
        flag => return Err(at.error("whether sources are there", Problem::Unknown(flag))),
    };
    let count = from.varint_count("number of sources", 5)?;
    let mut texts = Vec::new();
    module.sources = Vec::with_capacity(count);
    for _ in 0..count {
        let name = from.text("name of a source")?.into();
        let line_starts = if has_texts {
            let text = from.text("text of a source")?;
            texts.push(text.into());
            line_starts(text)
        } else {
            read_line_starts(from)?
        };
        module.sources.push(Source { name, line_starts });
    }
    for info in module.modules.iter_mut().filter(|info| info.external.is_none()) {
        info.source = SourceId(from.varint("source of a module")?);
    }
    for function in &mut module.functions {
        let at = from.offset();
        let mut outline = Outline::default();
        read_function_and_places(from, &mut outline)?;
        let names = (from.offset() - at) as u32;
        read_names(from, &mut ())?;
        function.debug = DebugInfo::packed(Packed { file: file.clone(), at, names, outline });
    }
    Ok(has_texts.then_some(texts))
}

/// What is known of a function, as a file has it: it was read once, without keeping anything.
#[derive(Clone)]
pub(crate) struct Packed {
    file: Arc<Vec<u8>>,
    /// Where what is known of this function begins.
    at: usize,
    /// How far behind that its names begin.
    names: u32,
    outline: Outline,
}

impl Packed {
    /// Shows a visitor everything.
    pub(crate) fn visit(&self, visitor: &mut impl DebugVisitor) {
        let mut from = Cursor::new(&self.file[self.at..]);
        read_function_and_places(&mut from, visitor).expect("it could be read before");
        self.visit_names(visitor);
    }

    /// Shows a visitor the names.
    pub(crate) fn visit_names(&self, visitor: &mut impl DebugVisitor) {
        let mut from = Cursor::new(&self.file[self.at + self.names as usize..]);
        read_names(&mut from, visitor).expect("it could be read before");
    }

    pub(crate) fn outline(&self) -> Outline {
        self.outline
    }
}

/// Where the lines of a text begin.
pub(crate) fn line_starts(text: &str) -> Vec<u32> {
    let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect()
}

fn read_line_starts(from: &mut Cursor<'_>) -> Read<Vec<u32>> {
    let count = from.varint_count("number of lines", 1)?;
    let mut starts = Vec::with_capacity(count);
    let mut last = 0_u32;
    while starts.len() < count {
        from.take_short(|[length]| {
            let next = (starts.len() < count).then(|| last.checked_add(length)).flatten();
            last = next.unwrap_or(last);
            starts.extend(next);
            next.is_some()
        });
        if starts.len() < count {
            last = plus(from, "length of a line", last)?;
            starts.push(last);
        }
    }
    Ok(starts)
}

fn read_function_and_places(from: &mut Cursor<'_>, visitor: &mut impl DebugVisitor) -> Read<()> {
    let start = from.varint("start of a function")?;
    visitor.function(Span::new(start, plus(from, "length of a function", start)?));
    let count = from.varint_count("number of places", 3)?;
    visitor.count(count);
    read_places(from, count, start, visitor)
}

fn read_names(from: &mut Cursor<'_>, visitor: &mut impl DebugVisitor) -> Read<()> {
    let count = from.varint_count("number of names of locals", 1)?;
    for _ in 0..count {
        visitor.local(from.varint("name of a local")?.checked_sub(1).map(NameId));
    }
    let count = from.varint_count("number of names of captures", 1)?;
    for _ in 0..count {
        visitor.capture(NameId(from.varint("name of a capture")?));
    }
    Ok(())
}

/// The places of a function that begins at `start`. There is about one for each instruction, so this
/// is where a large file is read fast or slowly.
#[inline(always)]
fn read_places(
    from: &mut Cursor<'_>,
    count: usize,
    start: u32,
    visitor: &mut impl DebugVisitor,
) -> Read<()> {
    let (mut at, mut start) = (0_u32, start);
    let mut left = count;
    while left > 0 {
        from.take_short(|[next, moved, length]| {
            let place = at.checked_add(next);
            let moved = start.wrapping_add_signed(unzigzag(moved));
            match (place, moved.checked_add(length)) {
                (Some(next), Some(end)) if left > 0 => {
                    (at, start) = (next, moved);
                    visitor.place(at, Span::new(start, end));
                    left -= 1;
                    true
                }
                _ => false,
            }
        });
        if left > 0 {
            at = plus(from, "instruction of a place", at)?;
            start = start.wrapping_add_signed(unzigzag(from.varint("start of a place")?));
            visitor.place(at, Span::new(start, plus(from, "length of a place", start)?));
            left -= 1;
        }
    }
    Ok(())
}

/// A place that is given by how far it is from another.
fn plus(from: &mut Cursor<'_>, field: &'static str, place: u32) -> Read<u32> {
    let at = *from;
    let distance = from.varint(field)?;
    let far = || at.error(field, Problem::Range(u64::from(place) + u64::from(distance)));
    place.checked_add(distance).ok_or_else(far)
}

/// Signed numbers as unsigned ones, small ones small: 0, -1, 1, -2 … as 0, 1, 2, 3 …
fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

fn unzigzag(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}
