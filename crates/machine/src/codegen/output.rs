//! The object being made: symbols by the names of the module, functions of the runtime, constants.

use crate::builtins::Builtin;
use crate::ir::{Module, Name};
use crate::verify::{Symbol, Verified};
use sox_objfile::object::{Arch, Definition, Object, Reloc, RelocKind, SectionKind, SymbolId};

macro_rules! runtime {
    ($($name:ident $symbol:literal;)*) => {
        /// Functions of the runtime that generated code calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Runtime { $($name,)* }

        impl Runtime {
            const SYMBOLS: &'static [&'static str] = &[$($symbol,)*];
        }
    };
}

runtime! {
    Alloc "rt.alloc";
    StringNew "rt.string_new";
    StringCopy "rt.string_copy";
    StringCmp "rt.string_cmp";
    StringConcat "rt.string_concat";
    IntToStr "rt.int_to_str";
    FloatToStr "rt.float_to_str";
    Float32ToStr "rt.float32_to_str";
    PrintInt "rt.print_int";
    PrintFloat "rt.print_float";
    PrintFloat32 "rt.print_float32";
    Print "rt.print";
    Println "rt.println";
    Eprint "rt.eprint";
    Eprintln "rt.eprintln";
    Exit "rt.exit";
    Panic "rt.panic";
    StringToInt "rt.string_to_int";
    ToUpper "rt.to_upper";
    Sqrt "rt.sqrt";
    ArrayNew "rt.array_new";
    ArrayAppend "rt.array_append";
    MapNew "rt.map_new";
    MapGet "rt.map_get";
    MapPut "rt.map_put";
    MapDelete "rt.map_delete";
    Memcpy "rt.memcpy";
    Memset "rt.memset";
    Floor "rt.floor";
    Ceil "rt.ceil";
    Trunc "rt.trunc";
    Round "rt.round";
    UnsignedToFloat "rt.unsigned_to_float";
    UnsignedToFloat32 "rt.unsigned_to_float32";
    FloatToUnsigned "rt.float_to_unsigned";
    FailDivision "rt.fail_division";
    FailBounds "rt.fail_bounds";
    Trap "rt.trap";
}

/// The function of the runtime that a builtin is.
fn of_builtin(builtin: Builtin) -> Runtime {
    match builtin {
        Builtin::Print => Runtime::Print,
        Builtin::Println => Runtime::Println,
        Builtin::Eprint => Runtime::Eprint,
        Builtin::Eprintln => Runtime::Eprintln,
        Builtin::Exit => Runtime::Exit,
        Builtin::Panic => Runtime::Panic,
        Builtin::IntToString => Runtime::IntToStr,
        Builtin::StringToInt => Runtime::StringToInt,
        Builtin::ToUpper => Runtime::ToUpper,
        Builtin::Sqrt => Runtime::Sqrt,
    }
}

/// The object, and which of its symbols stands for which name.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) object: Object,
    /// By name: number of the symbol plus one, or 0.
    symbols: Vec<u32>,
    constants: Vec<u32>,
    runtime: Vec<Option<SymbolId>>,
}

impl Output {
    /// Takes the data of a module.
    pub(super) fn new(arch: Arch, verified: &Verified) -> Output {
        let names = verified.module().names.len();
        let mut output = Output {
            object: Object::new(arch),
            symbols: vec![0; names],
            constants: vec![0; names],
            runtime: vec![None; Runtime::SYMBOLS.len()],
        };
        output.data(verified);
        output
    }

    fn data(&mut self, verified: &Verified) {
        let module = verified.module();
        for data in &module.data {
            let symbol = self.symbol(verified, data.name);
            let bytes = module.data_bytes(data);
            let offset = self.object.append(SectionKind::Data, data.align, bytes);
            let size = bytes.len() as u64;
            self.object.define(symbol, Definition { section: SectionKind::Data, offset, size });
            for reloc in module.data_relocs(data) {
                let symbol = self.symbol(verified, reloc.symbol);
                let (at, kind, addend) = (offset + reloc.at, RelocKind::Abs64, reloc.addend);
                let relocs = &mut self.object.section_mut(SectionKind::Data).relocs;
                relocs.push(Reloc { at, kind, symbol, addend });
            }
        }
        for bss in &module.bss {
            let symbol = self.symbol(verified, bss.name);
            let offset = self.object.reserve(bss.align, bss.size);
            let definition = Definition { section: SectionKind::Zero, offset, size: bss.size };
            self.object.define(symbol, definition);
        }
    }

    /// The symbol of a name of the module.
    pub(super) fn symbol(&mut self, verified: &Verified, name: Name) -> SymbolId {
        if let Some(known) = self.symbols[name.0 as usize].checked_sub(1) {
            return SymbolId(known);
        }
        let module = verified.module();
        let text = module.name(name);
        let id = match verified.symbol(name) {
            Some(Symbol::Builtin(builtin)) => self.runtime(of_builtin(builtin)),
            Some(Symbol::Function(id)) => {
                let exported = module.functions[id.0 as usize].exported || text == b"main";
                self.object.add_symbol(text, exported, true)
            }
            Some(Symbol::Data(id)) => {
                self.object.add_symbol(text, module.data[id.0 as usize].exported, false)
            }
            Some(Symbol::Bss(id)) => {
                self.object.add_symbol(text, module.bss[id as usize].exported, false)
            }
            Some(Symbol::Stub) => self.object.add_symbol(text, false, true),
            Some(Symbol::Import(_)) | None => self.object.add_symbol(text, true, true),
        };
        self.symbols[name.0 as usize] = id.0 + 1;
        id
    }

    /// The symbol of a method.
    pub(super) fn method(&mut self, verified: &Verified, ty: Name, method: Name) -> SymbolId {
        // The verifier has seen to it that the name exists.
        let name = verified.method_name(ty, method).unwrap_or(method);
        self.symbol(verified, name)
    }

    /// The symbol of a function of the runtime.
    pub(super) fn runtime(&mut self, function: Runtime) -> SymbolId {
        let index = function as usize;
        if let Some(id) = self.runtime[index] {
            return id;
        }
        let id = self.object.add_symbol(Runtime::SYMBOLS[index].as_bytes(), true, true);
        self.runtime[index] = Some(id);
        id
    }

    /// A constant with the bytes of a name.
    pub(super) fn constant(&mut self, module: &Module, name: Name) -> SymbolId {
        if let Some(known) = self.constants[name.0 as usize].checked_sub(1) {
            return SymbolId(known);
        }
        let bytes = module.name(name);
        let id = self.object.add_symbol(format!("bytes.{}", name.0).as_bytes(), false, false);
        let offset = self.object.append(SectionKind::ReadOnly, 1, bytes);
        let (section, size) = (SectionKind::ReadOnly, bytes.len() as u64);
        self.object.define(id, Definition { section, offset, size });
        self.constants[name.0 as usize] = id.0 + 1;
        id
    }
}
