//! Relocatable ELF files: what is written is read, what is not supported is refused by its name.

mod common;

use common::objects::{outside, sample};
use common::{Scratch, have, read, run};
use sox_objfile::elf::raw::*;
use sox_objfile::elf::{defined_symbols, read_relocatable, relocatable};
use sox_objfile::link::executable;
use sox_objfile::object::{Arch, Object, SectionKind};
use std::process::Command;

const ARCHES: [Arch; 2] = [Arch::X64, Arch::Arm64];

fn written(object: &Object) -> Vec<u8> {
    relocatable(object).expect("it has a form in files")
}

#[test]
fn what_was_written_is_read() {
    for arch in ARCHES {
        let (file, other) = (written(&sample(arch)), written(&outside(arch)));
        let (object, other) = (read_relocatable(&file).unwrap(), read_relocatable(&other).unwrap());
        assert_eq!(written(&object), file);
        assert_eq!(defined_symbols(&file).unwrap(), [&b"main"[..], b"words"]);
        assert_eq!(object.section(SectionKind::Data).relocs.len(), 3);
        // The sections are linked as wholes, the code of `local` with that of `main`.
        let program = executable(&[&object, &other], b"main", true).unwrap();
        assert!(program.windows(7).any(|name| name == b"\0local\0"));
        let errors = executable(&[&object], b"main", true).unwrap_err();
        assert_eq!(errors[0].to_string(), "`outside` is not defined; `main` uses it");
    }
}

/// An object and one that was read link to the same, as far as they can.
#[test]
fn linking_what_was_read_gives_the_same_sections() {
    for arch in ARCHES {
        let objects = [sample(arch), outside(arch)];
        let again = objects.clone().map(|object| read_relocatable(&written(&object)).unwrap());
        let linked = |objects: &[Object; 2]| {
            let objects: Vec<&Object> = objects.iter().collect();
            executable(&objects, b"main", false).unwrap()
        };
        assert_eq!(linked(&objects), linked(&again));
    }
}

/// The place of a section's header.
fn header_of(file: &[u8], name: &str) -> usize {
    let number = |at: usize, size: usize| {
        let bytes = file[at..at + size].iter().rev();
        bytes.fold(0usize, |value, &byte| value << 8 | usize::from(byte))
    };
    let (table, count, names) = (number(40, 8), number(60, 2), number(62, 2));
    let names = number(table + 64 * names + 24, 8);
    let found = (0..count).map(|index| table + 64 * index).find(|&at| {
        let wanted = [name.as_bytes(), b"\0"].concat();
        file[names + number(at, 4)..].starts_with(&wanted)
    });
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

/// The place of a section's content.
fn content_of(file: &[u8], name: &str) -> usize {
    let at = header_of(file, name) + 24;
    u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize
}

/// A sample with some bytes changed, and what is said of it.
fn refused(change: impl Fn(&mut Vec<u8>)) -> String {
    let mut file = written(&sample(Arch::X64));
    change(&mut file);
    read_relocatable(&file).expect_err("it is refused").to_string()
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

#[test]
fn files_of_other_kinds_are_named() {
    let cases: [(usize, &[u8], &str); 8] = [
        (0, b"\x7fELG", "not an ELF, Mach-O or PE file"),
        (4, &[1], "an ELF file of 32 bits is not supported"),
        (5, &[2], "a big-endian ELF file is not supported"),
        (6, &[2], "another version of ELF is not supported"),
        (16, &[2], "linking a finished executable is not supported"),
        (16, &[3], "linking a shared library or a finished executable is not supported"),
        (16, &[4], "linking an ELF file of type 4 is not supported"),
        (18, &[40], "ELF machine 40 is not supported"),
    ];
    for (at, bytes, message) in cases {
        assert_eq!(refused(|file| put(file, at, bytes)), message);
    }
}

#[test]
fn foreign_sections_symbols_and_relocations_are_named() {
    let in_header = |name: &'static str, at: usize, bytes: &'static [u8]| {
        refused(|file| {
            let header = header_of(file, name);
            put(file, header + at, bytes);
        })
    };
    let (kind, flags, align) = (4, 8, 48);
    let cases = [
        (in_header(".data", kind, &[14]), "(functions that run before or after `main`)"),
        (in_header(".data", flags, &[3, 4]), "(variables of which each thread has its own)"),
        (in_header(".data", flags, &[7]), "(instructions that can be written)"),
        (in_header(".data", flags, &[3, 0, 0x20]), "(flags 0x200000)"),
        (in_header(".data", kind, &[0x42]), "(type 0x42)"),
        (in_header(".data", align, &[0, 0, 2]), "(alignment 131072)"),
    ];
    for (message, why) in cases {
        assert_eq!(message, format!("section .data {why} is not supported"));
    }
    let stack = in_header(".note.GNU-stack", flags, &[4]);
    assert_eq!(stack, "section .note.GNU-stack (a stack that can be executed) is not supported");
    let rel = in_header(".rela.text", kind, &[9]);
    assert_eq!(rel, "section .rela.text (relocations without addends) is not supported");
    for (number, name) in [(9, "R_X86_64_GOTPCREL"), (23, "R_X86_64_TPOFF32"), (99, "number 99")] {
        let message = refused(|file| {
            let at = content_of(file, ".rela.text");
            put(file, at + 8, &[number]);
        });
        assert_eq!(message, format!("relocation {name} in .text is not supported"));
    }
    // The first global symbol, which is `main`: three local ones stand before it.
    let symbol = |at: usize, bytes: &'static [u8]| {
        refused(|file| {
            let table = content_of(file, ".symtab");
            put(file, table + 24 * 4 + at, bytes);
        })
    };
    let (info, section) = (4, 6);
    let cases = [
        (symbol(info, &[0x22]), "weak symbol"),
        (symbol(info, &[0x16]), "thread-local symbol"),
        (symbol(info, &[0x1a]), "symbol of unknown type"),
        (symbol(info, &[0xa2]), "symbol of unknown binding"),
        (symbol(section, &[0xf2, 0xff]), "common symbol"),
        (symbol(section, &[0xf1, 0xff]), "absolute symbol"),
        (symbol(section, &[0x01, 0xff]), "symbol of a special section"),
        (symbol(section, &[5, 0]), "symbol outside of code and data"),
    ];
    for (message, kind) in cases {
        assert_eq!(message, format!("{kind} `main` is not supported"));
    }
}

#[test]
fn broken_files_are_told() {
    let header = |name: &'static str, at: usize, bytes: &'static [u8]| {
        refused(|file| {
            let header = header_of(file, name);
            put(file, header + at, bytes);
        })
    };
    let entry = |name: &'static str, at: usize, bytes: &'static [u8]| {
        refused(|file| {
            let content = content_of(file, name);
            put(file, content + at, bytes);
        })
    };
    let (offset, size, link, info, align, entry_size) = (24, 32, 40, 44, 48, 56);
    let cases = [
        (header(".data", offset, &[0x44]), "sections overlap"),
        (header(".data", align, &[3]), "an alignment is no power of two"),
        (header(".symtab", link, &[99]), "symbols have no names"),
        (header(".symtab", link, &[1]), "names stand in a section that holds no strings"),
        (header(".symtab", entry_size, &[16]), "symbols have an unknown size"),
        (header(".symtab", size, &[1]), "symbols have an unknown size"),
        (header(".symtab", info, &[99]), "there are fewer symbols than local ones"),
        (header(".symtab", info, &[5]), "local symbols do not stand before the others"),
        (header(".rela.text", link, &[1]), "relocations have no symbols"),
        (header(".rela.text", info, &[99]), "relocations have no section"),
        (header(".rela.text", info, &[4]), "a relocation lies outside of its section"),
        (entry(".symtab", 0, &[1]), "the first symbol is not empty"),
        (entry(".symtab", 24 * 4, &[0xff, 0xff]), "a name does not end inside of its table"),
        (entry(".symtab", 24 * 4 + 6, &[99]), "a symbol is in a section that is not there"),
        (entry(".symtab", 24 * 4 + 8, &[0, 1]), "a symbol reaches out of its section"),
        (entry(".symtab", 24 + 6, &[0]), "a local symbol is not defined"),
        (entry(".rela.text", 0, &[0, 1]), "a relocation lies outside of its section"),
        (entry(".rela.text", 0, &[0xff; 8]), "a relocation lies outside of its section"),
        (entry(".rela.text", 24, &[1]), "relocations overlap"),
        (entry(".rela.text", 12, &[0]), "a relocation has no symbol"),
        (entry(".rela.text", 12, &[99]), "a relocation has no symbol"),
    ];
    for (message, what) in cases {
        assert_eq!(message, format!("the file is malformed: {what}"));
    }
    let cut = header(".text", offset, &[0xff, 0xff, 0xff]);
    assert_eq!(cut, "the file is cut off: section at offset 0xffffff is not inside it");
    let zeros = header(".bss", size, &[0xff; 8]);
    assert_eq!(zeros, "the result would be too large for its format");
}

/// Names that share their bytes do not make reading quadratic.
#[test]
fn names_are_bounded_together() {
    let mut object = Object::new(Arch::X64);
    object.add_symbol(&[b'a'; 60_000], true, true);
    for _ in 0..1000 {
        object.add_symbol(b"a", true, true);
    }
    let mut file = written(&object);
    assert!(read_relocatable(&file).is_ok());
    let symbols = content_of(&file, ".symtab");
    for number in 1..=1001 {
        let place = symbols + SymbolRecord::SIZE * number;
        put(&mut file, place, &1u32.to_le_bytes());
    }
    let error = read_relocatable(&file).unwrap_err().to_string();
    assert_eq!(error, "the file is malformed: a name does not end inside of its table");
}

#[test]
fn nothing_panics_on_any_bit() {
    for arch in ARCHES {
        let file = written(&sample(arch));
        let other = outside(arch);
        let mut good = 0;
        for at in 0..file.len() {
            assert!(read_relocatable(&file[..at]).is_err(), "cut off at {at}");
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                let _names = defined_symbols(&changed);
                if let Ok(object) = read_relocatable(&changed) {
                    // It may link or not.
                    let _linked = executable(&[&object, &other], b"main", true);
                    good += 1;
                }
            }
        }
        assert!(good > file.len(), "{good} of {} are objects", 8 * file.len());
    }
}

/// What a C compiler writes that is not supported, by its options.
#[test]
fn c_that_is_not_supported_is_refused_by_name() {
    if !have("gcc", "what C objects have that is not supported") {
        return;
    }
    let cases: [(&str, &str, &str); 8] = [
        (
            "extern int x; int f(void) { return x; }",
            "-fPIC",
            "relocation R_X86_64_REX_GOTPCRELX in .text",
        ),
        ("int x; int f(void) { return x; }", "-fcommon", "common symbol `x`"),
        ("int f(void) { return 1; }", "-flto", "common symbol `__gnu_lto_slim`"),
        (
            "_Thread_local int x; int f(void) { return x; }",
            "-O1",
            "section .tbss (variables of which",
        ),
        (
            "int f(void) __attribute__((weak)); int g(void) { return f(); }",
            "-O1",
            "weak symbol `f`",
        ),
        (
            "int x; __attribute__((constructor)) void f(void) { x = 1; }",
            "-O1",
            "section .init_array (functions that",
        ),
        (
            "__attribute__((section(\".ctors\"))) void *x = &x;",
            "-O1",
            "section .ctors (functions that",
        ),
        ("asm(\".globl x\\n.set x, 7\");", "-O1", "absolute symbol `x`"),
    ];
    let native = cfg!(target_arch = "x86_64");
    for (text, flag, message) in cases.into_iter().filter(|case| native || case.1 != "-fPIC") {
        let scratch = Scratch::new();
        let (source, output) = (scratch.write("x.c", text), scratch.path("x.o"));
        run(Command::new("gcc").arg(flag).arg("-c").arg(source).arg("-o").arg(&output));
        let error = read_relocatable(&read(&output)).unwrap_err();
        // It names the flag, or its opposite.
        let helps = ["-fPIC", "-fcommon", "-flto"].contains(&flag);
        let help = error.help().unwrap_or_default();
        assert_eq!(help.contains(&flag[2..]), helps, "{flag}: {help}");
        let error = error.to_string();
        assert!(error.starts_with(message) && error.ends_with(" is not supported"), "{error}");
    }
}
