//! Objects as assembly text: llvm-mc makes the same bytes and relocations of it.

#[path = "common/modules.rs"]
mod modules;
mod oracle;

use modules::modules;
use oracle::{Assembled, LlvmMc};
use sox_machine::arm64::{Arm64, assembly};
use sox_machine::codegen::{Options, compile};
use sox_machine::ir::Isa;
use sox_machine::load;
use sox_objfile::object::{Object, RelocKind, Section, SectionKind};

#[test]
fn the_text_of_an_object_assembles_to_it() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    let mut instructions = 0;
    let folders = ["tests/native", "crates/native/runtime"];
    for (path, syntax) in folders.into_iter().flat_map(modules) {
        // Some have faults, and some are of the other instruction set.
        let Ok(module) = load(&std::fs::read(&path).unwrap(), syntax) else { continue };
        if module.module().isa == Some(Isa::X64) && module.module().funcs().any(|f| f.is_physical())
        {
            continue;
        }
        let object = compile(&module, &Arm64::aapcs64(), Options::default()).unwrap();
        let text = assembly(&object);
        let file = llvm.object(text.clone());
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
        instructions += object.section(SectionKind::Text).bytes.len() / 4;
    }
    eprintln!("arm64: {instructions} instructions of objects reassembled");
    assert!(instructions > 3000, "only {instructions} instructions");
}

/// Compares a section; where they differ is told. What we leave to the linker, an assembler may have
/// done: references within the section.
fn same(object: &Object, kind: SectionKind, own: &Section, theirs: &Assembled) -> Result<(), u64> {
    let mut bytes = own.bytes.clone();
    let mut relocations = theirs.relocations.iter().copied().peekable();
    for reloc in &own.relocs {
        if relocations.peek().is_some_and(|&(at, _)| at == reloc.at) {
            let (_, number) = relocations.next().unwrap();
            if number != elf_number(reloc.kind, &own.bytes[reloc.at as usize..]) {
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
    if let Some((at, _)) = relocations.next() {
        return Err(at);
    }
    let differs = bytes.iter().zip(&theirs.code).position(|(own, theirs)| own != theirs);
    match differs {
        Some(at) => Err(at as u64),
        None if bytes.len() != theirs.code.len() => Err(bytes.len() as u64),
        None => Ok(()),
    }
}

/// "ELF for the Arm 64-bit Architecture", section 5.7. `b` and `bl` share a kind.
fn elf_number(kind: RelocKind, code: &[u8]) -> u32 {
    match kind {
        RelocKind::Abs64 => 257,
        RelocKind::Page21 => 275,
        RelocKind::PageOffset12 => 277,
        RelocKind::Call26 if code[3] & 0x80 == 0 => 282,
        RelocKind::Call26 => 283,
        other => panic!("{other:?} on AArch64"),
    }
}
