//! Objects as assembly text: llvm-mc makes the same bytes and relocations of it.

#[path = "common/modules.rs"]
mod modules;
mod oracle;

use modules::modules;
use oracle::{Assembled, LlvmMc};
use sox_machine::arm64::{self, Arm64};
use sox_machine::codegen::{Options, compile};
use sox_machine::ir::{Isa, Op};
use sox_machine::x64::{self, X64};
use sox_machine::{load, opt};
use sox_objfile::elf::relocation_number;
use sox_objfile::object::{Object, Reloc, Section, SectionKind};

#[test]
fn the_text_of_an_arm64_object_assembles_to_it() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    let target = Arm64::aapcs64();
    let bytes = reassemble(&llvm, Isa::Arm64, |module, options| {
        let object = compile(module, &target, options).unwrap();
        let text = arm64::assembly(&object);
        (object, text)
    });
    assert!(bytes > 10_000, "only {bytes} bytes");
}

#[test]
fn the_text_of_an_x64_object_assembles_to_it() {
    let Some(llvm) = LlvmMc::find(&["--triple=x86_64"]) else { return };
    let target = X64::system_v();
    let bytes = reassemble(&llvm, Isa::X64, |module, options| {
        let object = compile(module, &target, options).unwrap();
        let text = x64::assembly(&object);
        (object, text)
    });
    assert!(bytes > 10_000, "only {bytes} bytes");
}

/// All modules for an instruction set as text, and back again; how many bytes of code they have.
fn reassemble(
    llvm: &LlvmMc,
    isa: Isa,
    write: impl Fn(&sox_machine::Verified, Options) -> (Object, String),
) -> usize {
    let mut total = 0;
    let folders = ["tests/native", "crates/native/runtime"];
    let files: Vec<_> = folders.into_iter().flat_map(modules).collect();
    for ((path, syntax), level) in files.iter().flat_map(|file| [0, 2].map(|level| (file, level))) {
        // Some have faults, and some are of the other instruction set.
        let Ok(module) = load(&std::fs::read(path).unwrap(), *syntax) else { continue };
        let physical = module.module().funcs().any(|func| func.is_physical());
        if physical && module.module().isa.is_some_and(|own| own != isa) {
            continue;
        }
        let optimize = opt::Options::level(level);
        let (object, text) = write(&module, Options { optimize, ..Options::default() });
        // Everything is read as an instruction, but for what the text had as bytes.
        let code =
            text.split("    .section").next().and_then(|text| text.split("    .data").next());
        let bytes = code.map_or(0, |text| text.matches(".byte").count());
        let raw = module.module().funcs().flat_map(|func| func.insts());
        let raw = raw.filter(|inst| inst.op == Op::Raw).count();
        assert!(bytes <= raw, "{}: {bytes} lines of bytes:\n{text}", path.display());
        let file = llvm.object(text.clone());
        let stack = Assembled::of(&file, ".note.GNU-stack");
        assert!(stack.code.is_empty() && stack.relocations.is_empty());
        let kinds = [
            (SectionKind::Text, ".text"),
            (SectionKind::ReadOnly, ".rodata"),
            (SectionKind::Data, ".data"),
        ];
        for (kind, name) in kinds {
            let own = object.section(kind);
            if !own.bytes.is_empty() {
                let theirs = Assembled::of(&file, name);
                same(&object, kind, own, &theirs).unwrap_or_else(|place| {
                    panic!("{}: {name} differs at {place}:\n{text}", path.display())
                });
            }
        }
        total += object.section(SectionKind::Text).bytes.len();
    }
    eprintln!("{isa:?}: {total} bytes of code reassembled");
    total
}

/// Compares a section; where they differ is told. What we leave to the linker, an assembler may have
/// done: references within the section.
fn same(object: &Object, kind: SectionKind, own: &Section, theirs: &Assembled) -> Result<(), u64> {
    let mut bytes = own.bytes.clone();
    let mut relocations = theirs.relocations.iter().copied().zip(&theirs.targets).peekable();
    for reloc in &own.relocs {
        if let Some(((_, number), (place, offset))) =
            relocations.next_if(|((at, _), _)| *at == reloc.at)
        {
            let symbol = object.symbol(reloc.symbol);
            let start = symbol.definition.map_or(0, |definition| definition.offset as i64);
            let alike = relocation_number(reloc.kind, object.arch) == Some(number)
                && *offset == start + reloc.addend
                && *place == place_of(object, reloc);
            if !alike {
                return Err(reloc.at);
            }
            continue;
        }
        let target = object.symbol(reloc.symbol).definition.ok_or(reloc.at)?;
        if target.section != kind {
            return Err(reloc.at);
        }
        let field = &mut bytes[reloc.at as usize..][..reloc.kind.size()];
        let target = target.offset.wrapping_add_signed(reloc.addend);
        reloc.kind.patch(field, reloc.at, target).map_err(|_| reloc.at)?;
    }
    if let Some(((at, _), _)) = relocations.next() {
        return Err(at);
    }
    let differs = bytes.iter().zip(&theirs.code).position(|(own, theirs)| own != theirs);
    match differs {
        Some(at) => Err(at as u64),
        None if bytes.len() != theirs.code.len() => Err(bytes.len() as u64),
        None => Ok(()),
    }
}

/// The section of the symbol, or the name of one that is elsewhere.
fn place_of(object: &Object, reloc: &Reloc) -> String {
    let symbol = object.symbol(reloc.symbol);
    match symbol.definition.map(|definition| definition.section) {
        Some(SectionKind::Text) => ".text".to_string(),
        Some(SectionKind::ReadOnly) => ".rodata".to_string(),
        Some(SectionKind::Data) => ".data".to_string(),
        Some(SectionKind::Zero) => ".bss".to_string(),
        None => String::from_utf8_lossy(object.name(symbol)).into_owned(),
    }
}
