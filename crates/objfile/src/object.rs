//! Relocatable code and data, before any file format: sections, symbols, relocations.
//!
//! Compilers fill an [`Object`]; the ELF writer makes a `.o` file of it, the reader makes one of
//! such a file, and [`link`](crate::link) puts several together into an executable or an image.
//!
//! In what a compiler fills, the bytes of each symbol are a piece of their own. A file does not say
//! where its pieces are: distances within a section may be written already. So each section of a
//! file becomes a symbol that the symbols in it are [`within`](Symbol::within).

mod reloc;

pub use reloc::{Overflow, RelocKind};

use std::ops::Range;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// x86-64.
    X64,
    /// AArch64.
    Arm64,
}

impl Arch {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Arch::X64 => "x86-64",
            Arch::Arm64 => "arm64",
        }
    }
}

/// What a section holds, and how it is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SectionKind {
    /// Instructions, not writable.
    Text,
    /// Constants.
    ReadOnly,
    /// Initialised data.
    Data,
    /// Data that is zero at the start.
    Zero,
}

impl SectionKind {
    /// All of them, in the order in which they stand in memory.
    pub const ALL: [SectionKind; 4] =
        [SectionKind::Text, SectionKind::ReadOnly, SectionKind::Data, SectionKind::Zero];
}

/// A section.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its content; empty for [`SectionKind::Zero`].
    pub bytes: Vec<u8>,
    /// Its size in memory, if that is more than `bytes`.
    pub zeros: u64,
    /// A power of two; 0 counts as 1.
    pub align: u64,
    /// In order of their places.
    pub relocs: Vec<Reloc>,
    /// What of a section of instructions is none, in order.
    pub inlays: Vec<Inlay>,
}

/// Bytes among instructions that are no instructions of this compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inlay {
    /// Where they are in the section.
    pub range: Range<u64>,
    /// Whether they are words of 32 bits, each the distance of a label from the first.
    pub distances: bool,
}

impl Section {
    /// Its size in memory.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64 + self.zeros
    }

    /// Raises the alignment.
    pub fn need_align(&mut self, align: u64) {
        self.align = self.align.max(align);
    }
}

/// Number of a symbol in its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(pub u32);

/// A place in the object's sections that depends on a symbol's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reloc {
    /// Offset of the field in its section.
    pub at: u64,
    /// Which field, and what goes into it.
    pub kind: RelocKind,
    /// The symbol.
    pub symbol: SymbolId,
    /// Added to the symbol's address.
    pub addend: i64,
}

/// Where a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its section.
    pub section: SectionKind,
    /// Its offset there.
    pub offset: u64,
    /// Its bytes. The linker keeps or drops them together.
    pub size: u64,
}

/// A symbol.
#[derive(Clone, Debug)]
pub struct Symbol {
    name: Range<u32>,
    /// Where it is, if it is here.
    pub definition: Option<Definition>,
    /// Whether other objects see it. Symbols without a definition are looked for there.
    pub global: bool,
    /// Whether it is a function.
    pub function: bool,
    /// Whether it stands for a section of a file, whose name it has.
    pub section: bool,
    /// The symbol in whose bytes it lies, if the linker must not take the two apart.
    pub within: Option<SymbolId>,
}

/// A relocatable object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its instruction set.
    pub arch: Arch,
    /// Its sections, by [`SectionKind`].
    pub sections: [Section; 4],
    /// Its symbols.
    pub symbols: Vec<Symbol>,
    /// What it is called in messages: its file. May be empty.
    pub origin: String,
    names: Vec<u8>,
}

impl Object {
    /// An empty object.
    pub fn new(arch: Arch) -> Object {
        let (sections, symbols, names) = Default::default();
        Object { arch, sections, symbols, origin: String::new(), names }
    }

    /// A section.
    pub fn section(&self, kind: SectionKind) -> &Section {
        &self.sections[kind as usize]
    }

    /// A section, to be filled.
    pub fn section_mut(&mut self, kind: SectionKind) -> &mut Section {
        &mut self.sections[kind as usize]
    }

    /// Adds a symbol without definition.
    pub fn add_symbol(&mut self, name: &[u8], global: bool, function: bool) -> SymbolId {
        let start = self.names.len() as u32;
        self.names.extend_from_slice(name);
        let name = start..self.names.len() as u32;
        let (definition, section, within) = (None, false, None);
        self.symbols.push(Symbol { name, definition, global, function, section, within });
        SymbolId(self.symbols.len() as u32 - 1)
    }

    /// Says where a symbol is.
    pub fn define(&mut self, symbol: SymbolId, definition: Definition) {
        self.symbols[symbol.0 as usize].definition = Some(definition);
    }

    /// A symbol.
    pub fn symbol(&self, id: SymbolId) -> &Symbol {
        &self.symbols[id.0 as usize]
    }

    /// A symbol's name.
    pub fn name(&self, symbol: &Symbol) -> &[u8] {
        &self.names[symbol.name.start as usize..symbol.name.end as usize]
    }

    /// The symbol of that name that others see.
    pub fn find(&self, name: &[u8]) -> Option<SymbolId> {
        let at = self.symbols.iter().position(|s| s.global && self.name(s) == name)?;
        Some(SymbolId(at as u32))
    }

    /// Adds bytes with an alignment to a section and returns their offset.
    pub fn append(&mut self, kind: SectionKind, align: u64, bytes: &[u8]) -> u64 {
        let section = self.section_mut(kind);
        section.need_align(align);
        let offset = section.bytes.len().next_multiple_of(align.max(1) as usize);
        section.bytes.resize(offset, 0);
        section.bytes.extend_from_slice(bytes);
        offset as u64
    }

    /// Reserves zeros with an alignment and returns their offset.
    pub fn reserve(&mut self, align: u64, size: u64) -> u64 {
        let section = self.section_mut(SectionKind::Zero);
        section.need_align(align);
        let offset = section.zeros.next_multiple_of(align.max(1));
        section.zeros = offset.saturating_add(size);
        offset
    }
}
