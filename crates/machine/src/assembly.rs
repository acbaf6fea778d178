//! Objects as assembly text, which llvm-mc assembles to the same object.
//!
//! What is common to all instruction sets is here: sections, symbols, data. How instructions read is
//! told by [`Instructions`]. Jumps within a function go to labels `.L` with the offset in the
//! section; whatever waits for a symbol names it.

use sox_objfile::object::{Object, Reloc, Section, SectionKind, Symbol};
use std::fmt::Write;

/// Instructions of an instruction set.
pub(crate) trait Instructions {
    /// Bytes and text of the instruction at the beginning of the code; with a symbol for the operand
    /// that one could stand for.
    fn read(&self, code: &[u8], symbol: Option<&str>) -> (usize, String);

    /// How far away that operand is, if it tells a distance.
    fn distance(&self, code: &[u8]) -> Option<i64>;

    /// Whether a name would be taken for a register.
    fn is_register(&self, name: &str) -> bool;
}

/// Bytes in a line of data.
const LINE: usize = 16;

/// Writes an object.
pub(crate) fn assembly(object: &Object, instructions: &impl Instructions) -> String {
    let mut writer = Writer { object, instructions, text: String::new() };
    for kind in SectionKind::ALL {
        let section = object.section(kind);
        if section.size() > 0 {
            writer.section(kind, section);
        }
    }
    writer.text
}

struct Writer<'a, I> {
    object: &'a Object,
    instructions: &'a I,
    text: String,
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
    fn reference(&self, reloc: &Reloc) -> String {
        let name = self.name(self.object.symbol(reloc.symbol));
        match reloc.addend {
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
        let code = |at: u64| &section.bytes[at as usize..end as usize];
        let target = |at: u64, distance: i64| {
            at.checked_add_signed(distance).filter(|to| (start..end).contains(to))
        };
        let mut lengths = Vec::new();
        let mut labels = Vec::new();
        let mut at = start;
        while at < end {
            lengths.push(at);
            let waits = self.reloc_at(section, at).is_some();
            let distance = self.instructions.distance(code(at)).filter(|_| !waits);
            labels.extend(distance.and_then(|distance| target(at, distance)));
            at += self.instructions.read(code(at), None).0 as u64;
        }
        labels.retain(|label| lengths.binary_search(label).is_ok());
        labels.sort_unstable();
        labels.dedup();
        for at in lengths {
            if labels.binary_search(&at).is_ok() {
                self.line(&format!(".L{at}:"));
            }
            let symbol = match self.reloc_at(section, at) {
                Some(reloc) => Some(self.reference(reloc)),
                None => self
                    .instructions
                    .distance(code(at))
                    .and_then(|distance| target(at, distance))
                    .filter(|to| labels.binary_search(to).is_ok())
                    .map(|to| format!(".L{to}")),
            };
            let (_, text) = self.instructions.read(code(at), symbol.as_deref());
            self.line(&format!("    {text}"));
        }
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
                let reference = self.reference(reloc);
                self.line(&format!("    .xword {reference}"));
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
            let list: Vec<String> = bytes.iter().map(|byte| byte.to_string()).collect();
            self.line(&format!("    .byte {}", list.join(", ")));
            at += bytes.len() as u64;
        }
        if at < end {
            self.line(&format!("    .zero {}", end - at));
        }
    }
}
