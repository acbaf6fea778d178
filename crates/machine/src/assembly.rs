//! Objects as assembly text, which llvm-mc assembles to the same object.
//!
//! What is common to all instruction sets is here: sections, symbols, data. How instructions read is
//! told by [`Instructions`]. Jumps within a function go to labels `.L` with the offset in the
//! section; whatever waits for a symbol names it.

use sox_objfile::object::{Inlay, Object, Reloc, Section, SectionKind, Symbol};
use std::fmt::Write;

/// Instructions of an instruction set.
pub(crate) trait Instructions {
    /// Bytes and text of the instruction at the beginning of the code; with a symbol for the operand
    /// that one could stand for.
    fn read(&self, code: &[u8], symbol: Option<&str>) -> (usize, String);

    /// How far away that operand is, if it tells a distance, counted from the instruction's beginning.
    fn distance(&self, code: &[u8]) -> Option<i64>;

    /// What is added to the symbol by an instruction with this relocation, from whose beginning
    /// the field is `at` bytes away and which has `length` bytes.
    fn addend(&self, reloc: &Reloc, at: u64, length: u64) -> i64;

    /// What stands before everything else.
    fn first_line(&self) -> &'static str;

    /// Whether a name would be taken for a register.
    fn is_register(&self, name: &str) -> bool;
}

/// Bytes in a line of data.
const LINE: usize = 16;

/// Writes an object.
pub(crate) fn assembly(object: &Object, instructions: &impl Instructions) -> String {
    let mut writer = Writer { object, instructions, text: instructions.first_line().to_string() };
    for kind in SectionKind::ALL {
        let section = object.section(kind);
        if section.size() > 0 {
            writer.section(kind, section);
        }
    }
    // Without it linkers make the stack executable.
    writer.line("    .section .note.GNU-stack, \"\", %progbits");
    writer.text
}

struct Writer<'a, I> {
    object: &'a Object,
    instructions: &'a I,
    text: String,
}

/// An instruction, or bytes that are none.
struct Piece<'s> {
    at: u64,
    length: u64,
    /// Where it may lead to, within the function.
    targets: Vec<u64>,
    inlay: Option<&'s Inlay>,
    reloc: Option<&'s Reloc>,
}

impl<I: Instructions> Writer<'_, I> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, kind: SectionKind, section: &Section) {
        self.line(match kind {
            SectionKind::Text => "    .text",
            SectionKind::ReadOnly => "    .section .rodata, \"a\", %progbits",
            SectionKind::Data => "    .data",
            SectionKind::Zero => "    .bss",
        });
        self.line(&format!("    .p2align {}", section.align.max(1).trailing_zeros()));
        let mut symbols: Vec<(u64, u64, &Symbol)> = self
            .object
            .symbols
            .iter()
            .filter_map(|symbol| {
                let place = symbol.definition.filter(|place| place.section == kind)?;
                Some((place.offset, place.size, symbol))
            })
            .collect();
        symbols.sort_by_key(|&(offset, size, _)| (offset, size));
        let mut done = 0;
        for &(offset, size, symbol) in &symbols {
            self.bytes(section, done, offset);
            done = done.max(offset);
            self.symbol(symbol, size);
            // One that lies within another has its name there, and no text of its own.
            if offset == done {
                self.content(kind, section, offset, size);
                done = offset + size;
            }
        }
        self.bytes(section, done, section.size());
    }

    fn symbol(&mut self, symbol: &Symbol, size: u64) {
        let name = self.name(symbol);
        if symbol.global {
            self.line(&format!("    .globl {name}"));
        }
        let kind = if symbol.function { "function" } else { "object" };
        self.line(&format!("    .type {name}, %{kind}"));
        self.line(&format!("    .size {name}, {size}"));
        self.line(&format!("{name}:"));
    }

    /// A name as assemblers take it: what they cannot have in names is written as its code.
    fn name(&self, symbol: &Symbol) -> String {
        let mut name = String::new();
        for &byte in self.object.name(symbol) {
            match byte {
                b'"' | b'\\' | 0..b' ' | 0x7f.. => _ = write!(name, "_{byte:02x}"),
                _ => name.push(byte.into()),
            }
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$';
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if begins && name.chars().all(plain) && !self.instructions.is_register(&name) {
            name
        } else {
            format!("\"{name}\"")
        }
    }

    /// A symbol with what is added to it.
    fn reference(&self, reloc: &Reloc, addend: i64) -> String {
        let name = self.name(self.object.symbol(reloc.symbol));
        match addend {
            0 => name,
            addend => format!("{name}{addend:+}"),
        }
    }

    fn content(&mut self, kind: SectionKind, section: &Section, offset: u64, size: u64) {
        if kind == SectionKind::Text {
            self.code(section, offset, offset + size);
        } else {
            self.bytes(section, offset, offset + size);
        }
    }

    /// The instructions of a function.
    fn code(&mut self, section: &Section, start: u64, end: u64) {
        let pieces = self.pieces(section, start, end);
        let is_piece = |at: &u64| pieces.binary_search_by_key(at, |piece| piece.at).is_ok();
        let mut labels: Vec<u64> =
            pieces.iter().flat_map(|piece| &piece.targets).copied().collect();
        labels.retain(is_piece);
        labels.sort_unstable();
        labels.dedup();
        let label = |to: &u64| labels.binary_search(to).ok().map(|_| format!(".L{to}"));
        for Piece { at, length, targets, inlay, reloc } in &pieces {
            if let Some(name) = label(at) {
                self.line(&format!("{name}:"));
            }
            let code = &section.bytes[*at as usize..end as usize];
            match (inlay, reloc) {
                (Some(inlay), _) => {
                    let bytes = &code[..*length as usize];
                    let first = label(&inlay.range.start);
                    let names = targets.iter().map(label).collect::<Option<Vec<_>>>();
                    match (first, names) {
                        (Some(first), Some(names)) if inlay.distances => {
                            let words = names.iter().map(|name| format!("{name}-{first}"));
                            let words: Vec<String> = words.collect();
                            self.line(&format!("    .long {}", words.join(", ")));
                        }
                        _ => self.line(&format!("    .byte {}", list(bytes))),
                    }
                }
                (None, Some(reloc)) => {
                    let addend = self.instructions.addend(reloc, reloc.at - at, *length);
                    let reference = self.reference(reloc, addend);
                    let (_, text) = self.instructions.read(code, Some(&reference));
                    self.line(&format!("    {text}"));
                }
                (None, None) => {
                    let symbol = targets.first().and_then(label);
                    let (_, text) = self.instructions.read(code, symbol.as_deref());
                    self.line(&format!("    {text}"));
                }
            }
        }
    }

    /// The instructions of a function and what is among them.
    fn pieces<'s>(&self, section: &'s Section, start: u64, end: u64) -> Vec<Piece<'s>> {
        let mut pieces = Vec::new();
        let mut inlays =
            section.inlays.iter().skip_while(|inlay| inlay.range.start < start).peekable();
        let mut at = start;
        while at < end {
            if let Some(inlay) = inlays.next_if(|inlay| inlay.range.start == at) {
                let length = inlay.range.end.min(end) - at;
                let words = section.bytes[at as usize..][..length as usize].chunks_exact(4);
                let distance =
                    |word: &[u8]| i32::from_le_bytes(word.try_into().unwrap_or_default());
                let targets = words.filter(|_| inlay.distances).map(distance);
                let targets = targets.filter_map(|to| at.checked_add_signed(to.into())).collect();
                pieces.push(Piece { at, length, targets, inlay: Some(inlay), reloc: None });
                at += length;
                continue;
            }
            let limit = inlays.peek().map_or(end, |inlay| inlay.range.start.min(end));
            let code = &section.bytes[at as usize..limit as usize];
            let length = self.instructions.read(code, None).0 as u64;
            let reloc = section.relocs.get(section.relocs.partition_point(|reloc| reloc.at < at));
            let reloc = reloc.filter(|reloc| reloc.at < at + length);
            let distance = self.instructions.distance(code).filter(|_| reloc.is_none());
            let target = distance.and_then(|distance| at.checked_add_signed(distance));
            let targets = target.into_iter().filter(|to| (start..end).contains(to)).collect();
            pieces.push(Piece { at, length, targets, inlay: None, reloc });
            at += length;
        }
        pieces
    }

    fn reloc_at<'s>(&self, section: &'s Section, at: u64) -> Option<&'s Reloc> {
        let found = section.relocs.binary_search_by_key(&at, |reloc| reloc.at).ok()?;
        section.relocs.get(found)
    }

    /// Bytes from one offset up to another, with the addresses among them. The end of a section may be
    /// zeros that are not stored.
    fn bytes(&mut self, section: &Section, mut at: u64, end: u64) {
        const ADDRESS: u64 = 8;
        let stored = end.min(section.bytes.len() as u64);
        while at < stored {
            if let Some(reloc) = self.reloc_at(section, at) {
                let reference = self.reference(reloc, reloc.addend);
                self.line(&format!("    .quad {reference}"));
                at += ADDRESS;
                continue;
            }
            let next = section.relocs.partition_point(|reloc| reloc.at <= at);
            let limit = section.relocs.get(next).map_or(stored, |reloc| reloc.at.min(stored));
            let bytes = &section.bytes[at as usize..limit as usize];
            let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
            if zeros >= LINE || zeros == bytes.len() {
                self.line(&format!("    .zero {zeros}"));
                at += zeros as u64;
                continue;
            }
            let bytes = &bytes[..bytes.len().min(LINE)];
            self.line(&format!("    .byte {}", list(bytes)));
            at += bytes.len() as u64;
        }
        if at < end {
            self.line(&format!("    .zero {}", end - at));
        }
    }
}

/// Bytes as a directive lists them.
pub(crate) fn list(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}
