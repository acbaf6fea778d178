//! Writing a program.

use super::{Bundle, Origin, VERSION, debug, kind, origin, sections, tag};
use crate::{Capture, Constant, Function, FunctionId, FunctionKind, Module};

/// The file of a program.
///
/// # Panics
/// If the module is not portable ([`Module::into_portable`]): its first function is not the entry's
/// top level, it has modules of the library or of an earlier session.
pub fn write(bundle: &Bundle) -> Vec<u8> {
    program(bundle).0
}

/// The file of a program that says what it was made from.
///
/// # Panics
/// If the module is not portable.
pub fn write_cached(bundle: &Bundle, origin: &Origin) -> Vec<u8> {
    let mut out = program(bundle);
    out.section(kind::ORIGIN, |out| origin::write(out, origin));
    out.0
}

fn program(bundle: &Bundle) -> Out {
    let module = &bundle.module;
    let entry = module.module(module.entry).body;
    assert!(entry == FunctionId(0) && module.first_new_module == 0, "a portable module");
    assert!(!module.modules.iter().any(|info| info.library), "a portable module");
    let mut out = Out(Vec::new());
    out.0.extend_from_slice(bundle.language.magic());
    out.u32(VERSION);
    constants(&mut out, module);
    out.code(&module.functions[0]);
    out.section(kind::MODULES, |out| sections::write_modules(out, module));
    out.section(kind::GLOBALS, |out| sections::write_globals(out, module));
    out.section(kind::HANDLERS, |out| sections::write_handlers(out, module));
    out.section(kind::DEBUG, |out| debug::write(out, module, bundle.texts.as_deref()));
    out
}

fn constants(out: &mut Out, module: &Module) {
    let prototypes = &module.functions[1..];
    out.count(module.constants.len() + prototypes.len());
    for constant in &module.constants {
        match constant {
            Constant::Nil => out.u8(tag::NIL),
            Constant::Bool(value) => {
                out.u8(tag::BOOL);
                out.u8(u8::from(*value));
            }
            Constant::Number(number) => {
                out.u8(tag::NUMBER);
                out.0.extend_from_slice(&number.to_le_bytes());
            }
            Constant::String(text) => {
                out.u8(tag::STRING);
                out.text(text);
            }
        }
    }
    prototypes.iter().for_each(|function| prototype(out, function));
}

fn prototype(out: &mut Out, function: &Function) {
    out.u8(tag::FUNCTION);
    out.u32(function.name.0);
    out.u16(function.params);
    out.u16(function.params - function.required);
    out.u8(kind_number(function.kind));
    out.u32(function.module.0);
    out.u16(function.locals);
    out.u16(function.captures.len() as u16);
    for &capture in &function.captures {
        let (kind, index) = match capture {
            Capture::Local(slot) => (0, slot.0),
            Capture::Cell(slot) => (1, slot.0),
            Capture::Capture(index) => (2, index.0),
            Capture::CaptureCell(index) => (3, index.0),
        };
        out.u8(kind);
        out.u16(index);
    }
    out.code(function);
}

fn kind_number(kind: FunctionKind) -> u8 {
    match kind {
        FunctionKind::Module => 0,
        FunctionKind::Plain => 1,
        FunctionKind::Method => 2,
        FunctionKind::Initializer => 3,
    }
}

/// The bytes so far.
pub(super) struct Out(pub(super) Vec<u8>);

impl Out {
    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("tables of a program have fewer than 2^32 entries"));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// See `Cursor::varint`.
    pub(super) fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn code(&mut self, function: &Function) {
        self.sized(|out| function.code.iter().for_each(|instr| instr.encode(&mut out.0)));
    }

    /// A section, unless it would be empty.
    fn section(&mut self, kind: u8, write: impl FnOnce(&mut Out)) {
        let start = self.0.len();
        self.u8(kind);
        self.sized(write);
        if self.0.len() == start + 5 {
            self.0.truncate(start);
        }
    }

    /// Something with its size before it.
    fn sized(&mut self, write: impl FnOnce(&mut Out)) {
        let start = self.0.len();
        self.u32(0);
        write(self);
        let size = u32::try_from(self.0.len() - start - 4).expect("a part of less than 4 GiB");
        self.0[start..start + 4].copy_from_slice(&size.to_le_bytes());
    }
}
