//! Modules: functions, data and imports in flat vectors.

use super::{Class, Inst, Isa, Label, Name, Names, Operand, Reg};
use std::ops::Range;

/// Executable format that a module asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ELF, for Linux.
    Elf64,
    /// Mach-O, for macOS.
    Macho,
    /// PE: a UEFI application, unless a Windows target is asked for.
    Pe,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Elf64, Format::Macho, Format::Pe];

    /// Its name in both syntaxes.
    pub fn name(self) -> &'static str {
        match self {
            Format::Elf64 => "elf64",
            Format::Macho => "macho",
            Format::Pe => "pe",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &[u8]) -> Option<Format> {
        Self::ALL.into_iter().find(|format| format.name().as_bytes() == name)
    }
}

/// Number of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncId(pub u32);

/// Number of a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataId(pub u32);

/// The offset of what did not come from a text.
pub const NO_OFFSET: u32 = u32::MAX;

/// What is known of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegInfo {
    /// Its class.
    pub class: Class,
    /// Its name; one that begins with `^` is a stack slot of the `.ir` form.
    pub name: Name,
}

impl RegInfo {
    /// The number of the stack slot that it is, if it is one.
    pub fn slot(&self, module: &Module) -> Option<u32> {
        canonical_number(module.name(self.name).strip_prefix(b"^")?)
    }

    /// Its name as a number, if it is one that is written as numbers are.
    pub fn number(&self, module: &Module) -> Option<u32> {
        canonical_number(module.name(self.name))
    }
}

/// The number that is printed so.
fn canonical_number(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// A function: ranges in the module's vectors.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its symbol.
    pub name: Name,
    /// Whether other modules see it.
    pub exported: bool,
    /// Byte offset of its beginning in the text.
    pub offset: u32,
    /// Its results, up to two. A function without any that names physical registers leaves its
    /// result in the physical result register.
    pub results: ResultClasses,
    /// Whether something of it could not be read.
    pub(crate) damaged: bool,
    /// The registers that get the arguments.
    pub(super) params: Range<u32>,
    pub(super) regs: Range<u32>,
    pub(super) labels: Range<u32>,
    pub(super) insts: Range<u32>,
}

/// Classes of up to two results.
pub(super) type ResultClasses = crate::small::Pair<Class>;

/// Initialised data.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its symbol.
    pub name: Name,
    /// Whether other modules see it.
    pub exported: bool,
    /// Alignment in bytes, as written.
    pub align: u64,
    /// Byte offset of its beginning in the text.
    pub offset: u32,
    pub(super) bytes: Range<usize>,
    pub(super) relocs: Range<u32>,
}

/// A word of data that is the address of a symbol plus a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reloc {
    /// Where the 8-byte word stands, counted from the beginning of its data.
    pub at: u64,
    /// The symbol.
    pub symbol: Name,
    /// What is added to its address.
    pub addend: i64,
}

/// Data that is zero at the start.
#[derive(Clone, Debug)]
pub struct Bss {
    /// Its symbol.
    pub name: Name,
    /// Whether other modules see it.
    pub exported: bool,
    /// Alignment in bytes, as written.
    pub align: u64,
    /// Size in bytes.
    pub size: u64,
    /// Byte offset of its beginning in the text.
    pub offset: u32,
}

/// A symbol that is defined elsewhere.
#[derive(Clone, Debug)]
pub struct Import {
    /// The symbol.
    pub name: Name,
    /// The library that has it, if it is to be found when the program is loaded.
    pub library: Option<Name>,
    /// How many fixed parameters it has, if that is known.
    pub arity: Option<u32>,
    /// Byte offset of its beginning in the text.
    pub offset: u32,
}

/// See [`Module::mark`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark([usize; 4]);

/// A whole module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The instruction set it is tied to, or that it asks for.
    pub isa: Option<Isa>,
    /// The format it asks for.
    pub format: Option<Format>,
    /// Whether an undefined function becomes one that returns 0.
    pub allow_stubs: bool,
    /// Every name and byte string.
    pub names: Names,
    /// The functions, in order.
    pub functions: Vec<Function>,
    /// Initialised data, in order.
    pub data: Vec<Data>,
    /// Data that is zero at the start, in order.
    pub bss: Vec<Bss>,
    /// Imports, in order.
    pub imports: Vec<Import>,
    pub(super) params: Vec<Reg>,
    pub(super) regs: Vec<RegInfo>,
    pub(super) labels: Vec<Name>,
    pub(super) insts: Vec<Inst>,
    pub(super) offsets: Vec<u32>,
    /// Lists: a length, as an immediate, then the elements.
    pub(super) pool: Vec<Operand>,
    pub(super) wides: Vec<i64>,
    pub(super) bytes: Vec<u8>,
    pub(super) relocs: Vec<Reloc>,
    pub(super) scratch: super::build::Scratch,
}

impl Module {
    /// A view of a function.
    #[inline]
    pub fn func(&self, id: FuncId) -> Func<'_> {
        Func { module: self, function: &self.functions[id.0 as usize] }
    }

    /// Views of all functions.
    pub fn funcs(&self) -> impl Iterator<Item = Func<'_>> {
        self.functions.iter().map(move |function| Func { module: self, function })
    }

    /// The text of a name.
    #[inline]
    pub fn name(&self, name: Name) -> &[u8] {
        self.names.get(name)
    }

    /// The number that an operand is, if it is one.
    #[inline]
    pub fn imm(&self, operand: Operand) -> Option<i64> {
        match operand {
            Operand::Imm(value) => Some(value.into()),
            Operand::Wide(index) => Some(self.wides[index as usize]),
            _ => None,
        }
    }

    /// The elements of a list operand; none of any other.
    #[inline]
    pub fn list(&self, operand: Operand) -> &[Operand] {
        let Operand::List(start) = operand else { return &[] };
        let Operand::Imm(length) = self.pool[start as usize] else { return &[] };
        &self.pool[start as usize + 1..][..length as usize]
    }

    /// The initial bytes of data; words that are addresses are zero.
    pub fn data_bytes(&self, data: &Data) -> &[u8] {
        &self.bytes[data.bytes.clone()]
    }

    /// The words of data that are addresses, in order.
    pub fn data_relocs(&self, data: &Data) -> &[Reloc] {
        &self.relocs[data.relocs.start as usize..data.relocs.end as usize]
    }

    /// An operand that is this number.
    pub fn number(&mut self, value: i64) -> Operand {
        if let Ok(small) = i32::try_from(value) {
            return Operand::Imm(small);
        }
        self.wides.push(value);
        Operand::Wide(self.wides.len() as u32 - 1)
    }

    /// An operand that is a list.
    pub fn new_list(&mut self, elements: &[Operand]) -> Operand {
        let start = self.pool.len() as u32;
        self.pool.push(Operand::Imm(elements.len() as i32));
        self.pool.extend_from_slice(elements);
        Operand::List(start)
    }

    /// Gives a function other parameters, registers and labels; its instructions come with
    /// [`set_insts`](Module::set_insts).
    pub(crate) fn set_body(
        &mut self,
        id: FuncId,
        params: &[Reg],
        regs: &[RegInfo],
        labels: &[Name],
    ) {
        let at = |start: usize, len: usize| start as u32..(start + len) as u32;
        let function = &mut self.functions[id.0 as usize];
        function.params = at(self.params.len(), params.len());
        function.regs = at(self.regs.len(), regs.len());
        function.labels = at(self.labels.len(), labels.len());
        self.params.extend_from_slice(params);
        self.regs.extend_from_slice(regs);
        self.labels.extend_from_slice(labels);
    }

    /// Gives a function other instructions, with their offsets in the text.
    pub(crate) fn set_insts(&mut self, id: FuncId, insts: &[Inst], offsets: &[u32]) {
        let start = self.insts.len() as u32;
        self.insts.extend_from_slice(insts);
        self.offsets.extend_from_slice(offsets);
        self.functions[id.0 as usize].insts = start..self.insts.len() as u32;
    }

    /// How long the vectors of bodies are.
    pub(crate) fn mark(&self) -> Mark {
        Mark([self.params.len(), self.regs.len(), self.labels.len(), self.insts.len()])
    }

    /// Forgets the bodies that were set since a mark.
    pub(crate) fn restore(&mut self, Mark([params, regs, labels, insts]): Mark) {
        self.params.truncate(params);
        self.regs.truncate(regs);
        self.labels.truncate(labels);
        self.insts.truncate(insts);
        self.offsets.truncate(insts);
    }

    /// Gives the labels of a list other numbers.
    pub(crate) fn relabel(&mut self, list: Operand, numbers: &[u32]) {
        let Operand::List(start) = list else { return };
        let Operand::Imm(length) = self.pool[start as usize] else { return };
        for element in &mut self.pool[start as usize + 1..][..length as usize] {
            if let Operand::Label(label) = element {
                *label = Label(numbers[label.0 as usize]);
            }
        }
    }

    /// Adds data; the relocations are in order and their words lie within the bytes.
    pub fn add_data(
        &mut self,
        (name, exported): (Name, bool),
        align: u64,
        bytes: &[u8],
        relocs: &[Reloc],
        offset: u32,
    ) {
        let (start, first) = (self.bytes.len(), self.relocs.len() as u32);
        self.bytes.extend_from_slice(bytes);
        self.relocs.extend_from_slice(relocs);
        self.data.push(Data {
            name,
            exported,
            align,
            offset,
            bytes: start..self.bytes.len(),
            relocs: first..self.relocs.len() as u32,
        });
    }
}

/// A function read in its module.
#[derive(Clone, Copy, Debug)]
pub struct Func<'m> {
    /// The module.
    pub module: &'m Module,
    /// The function's own part.
    pub function: &'m Function,
}

fn slice<'a, T>(all: &'a [T], range: &Range<u32>) -> &'a [T] {
    &all[range.start as usize..range.end as usize]
}

impl<'m> Func<'m> {
    /// Its symbol's text.
    pub fn name(self) -> &'m [u8] {
        self.module.name(self.function.name)
    }

    /// The registers that get the arguments.
    pub fn params(self) -> &'m [Reg] {
        slice(&self.module.params, &self.function.params)
    }

    /// Its instructions.
    #[inline]
    pub fn insts(self) -> &'m [Inst] {
        slice(&self.module.insts, &self.function.insts)
    }

    /// Byte offset of each instruction in the text.
    pub fn offsets(self) -> &'m [u32] {
        slice(&self.module.offsets, &self.function.insts)
    }

    /// Its registers.
    #[inline]
    pub fn regs(self) -> &'m [RegInfo] {
        slice(&self.module.regs, &self.function.regs)
    }

    /// Class of a register.
    #[inline]
    pub fn class(self, reg: Reg) -> Class {
        self.regs()[reg.0 as usize].class
    }

    /// Names of its labels.
    pub fn labels(self) -> &'m [Name] {
        slice(&self.module.labels, &self.function.labels)
    }

    /// A register's name.
    pub fn reg_name(self, reg: Reg) -> &'m [u8] {
        self.module.name(self.regs()[reg.0 as usize].name)
    }

    /// A label's name.
    pub fn label_name(self, label: Label) -> &'m [u8] {
        self.module.name(self.labels()[label.0 as usize])
    }

    /// Whether it names physical registers or uses the machine directly, so that its meaning
    /// depends on the instruction set.
    pub fn is_physical(self) -> bool {
        self.insts().iter().any(|inst| {
            let listed = inst.operands.iter().flat_map(|&operand| self.module.list(operand));
            inst.op.info().physical
                || inst.operands.iter().chain(listed).any(|o| matches!(o, Operand::Phys(_)))
        })
    }
}
