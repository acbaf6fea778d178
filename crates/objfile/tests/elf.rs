//! ELF: what is written is read by others, survives `strip` and `objcopy`, and runs.

mod common;

use common::{Scratch, bytecode_payload, full_payload, have, llvm, read, run, tiny_elf};
use object::{Object, ObjectSection, ObjectSegment, SegmentFlags};
use sox_objfile::{
    Error, Options, Payload, Protection, Refusal, RegionKind, elf, find_in_file, inject, parts,
};
use std::path::Path;
use std::process::Command;

#[test]
fn every_region_is_found_again() {
    for stub in [tiny_elf::x64(), tiny_elf::arm64()] {
        let payload = full_payload();
        let file = inject(&stub, &payload, &Options::default()).expect("a good stub");
        let view = find_in_file(&file).expect("an intact file");
        view.check_content().expect("an intact file");
        assert_eq!(view.flags(), payload.flags);
        for kind in RegionKind::ALL {
            assert_eq!(view.region(kind), payload.region(kind), "{kind:?}");
        }
        let assets = view.assets().expect("intact").expect("there are some");
        assert_eq!(assets.get("a.txt").expect("it is there").bytes().as_deref(), Ok(&b"alpha"[..]));
        assert_eq!(
            inject(&stub, &payload, &Options::default()).as_ref(),
            Ok(&file),
            "equal input, equal bytes"
        );
    }
}

#[test]
fn packed_bytecode_is_unpacked_and_judged() {
    let text = b"again and again ".repeat(500);
    let mut payload = Payload::default();
    payload.set_packed(RegionKind::Bytecode, text.clone());
    let mut file = inject(&tiny_elf::x64(), &payload, &Options::default()).expect("a good stub");
    let view = find_in_file(&file).expect("intact");
    view.check_content().expect("intact");
    assert!(view.region(RegionKind::Bytecode).expect("it was set").len() < text.len() / 10);
    assert_eq!(view.content(RegionKind::Bytecode), Ok(Some(text.clone().into())));
    assert_eq!(view.content(RegionKind::Code), Ok(None));
    let end = file.len();
    file[end - 20] ^= 1;
    assert_eq!(find_in_file(&file).err(), Some(Refusal::Altered));
    // What cannot be fewer bytes is stored as it is.
    payload.set_packed(RegionKind::Bytecode, b"xyz".to_vec());
    assert_eq!(payload.region(RegionKind::Bytecode), Some(&b"xyz"[..]));
}

#[test]
fn an_independent_reader_sees_the_segments() {
    for (stub, page) in [(tiny_elf::x64(), 0x1000), (tiny_elf::arm64(), 0x1_0000)] {
        let bytes = inject(&stub, &full_payload(), &Options::default()).expect("a good stub");
        let file = object::File::parse(&*bytes).expect("a well-formed file");
        let rights: Vec<u32> = file
            .segments()
            .map(|segment| {
                assert_eq!(segment.align(), page);
                let (offset, _) = segment.file_range();
                assert_eq!(offset % page, segment.address() % page);
                match segment.flags() {
                    SegmentFlags::Elf { p_flags, .. } => p_flags.0,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(rights, [5, 4, 5, 6], "the stub's own, then R, R-X, RW");
        let section = file.section_by_name(".note.sox").expect("it keeps its name");
        let data = section.data().expect("it lies in the file");
        assert!(data.starts_with(&sox_objfile::payload::MAGIC));
        assert!(data.ends_with(&sox_objfile::payload::END_MARK));
    }
}

#[test]
fn reading_and_writing_changes_nothing() {
    for stub in [tiny_elf::x64(), tiny_elf::arm64(), tiny_elf::without_notes()] {
        assert_eq!(elf::ElfFile::read(&stub).and_then(|file| file.write()).as_ref(), Ok(&stub));
    }
}

#[test]
fn what_cannot_be_a_stub_is_refused() {
    let payload = bytecode_payload();
    assert_eq!(
        inject(&tiny_elf::without_notes(), &payload, &Options::default()),
        Err(Error::NoReservedNote(".note.sox"))
    );
    let built = inject(&tiny_elf::x64(), &payload, &Options::default()).expect("a good stub");
    assert_eq!(inject(&built, &payload, &Options::default()), Err(Error::AlreadyAttached));
    assert_eq!(find_in_file(&tiny_elf::x64()).err(), Some(Refusal::Missing));

    // A note that a linker merged with another one: its segment is larger than the section.
    let mut merged = elf::ElfFile::read(&tiny_elf::x64()).expect("well-formed");
    merged.segments[1].file_size += 4;
    let merged = merged.write().expect("as large as before");
    assert_eq!(
        inject(&merged, &payload, &Options::default()),
        Err(Error::NoReservedNote(".note.sox"))
    );

    let mut writable = elf::ElfFile::read(&tiny_elf::x64()).expect("well-formed");
    writable.segments[0].flags |= elf::raw::PF_W;
    let writable = writable.write().expect("as large as before");
    assert_eq!(inject(&writable, &payload, &Options::default()), Err(Error::WritableCode));

    let mut machine = tiny_elf::x64();
    machine[18] = 8;
    assert!(matches!(inject(&machine, &payload, &Options::default()), Err(Error::Unsupported(_))));
    assert_eq!(inject(b"#!/bin/sh", &payload, &Options::default()), Err(Error::UnknownFormat));
    assert!(matches!(
        inject(b"\x7fELF\x02\x01\x01", &payload, &Options::default()),
        Err(Error::Truncated { .. })
    ));
    let nothing = sox_objfile::Payload::default();
    assert!(matches!(
        inject(&tiny_elf::x64(), &nothing, &Options::default()),
        Err(Error::Payload(_))
    ));
}

#[test]
fn the_mapped_headers_lead_to_the_payload() {
    let file = inject(&tiny_elf::x64(), &full_payload(), &Options::default()).expect("a good stub");
    let size = elf::headers_size(&file[..64]).expect("an ELF header");
    let found = parts(&file[..size]).expect("whole headers");
    let rights: Vec<Protection> = found.iter().map(|part| part.protection).collect();
    use Protection::{Read, ReadExecute, ReadWrite};
    assert_eq!(rights, [ReadExecute, Read, ReadExecute, ReadWrite]);
    assert!(parts(&file[..size - 1]).is_err());
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_tiny_executable_runs_with_its_payload() {
    let scratch = Scratch::new();
    let bytes =
        inject(&tiny_elf::x64(), &full_payload(), &Options::default()).expect("a good stub");
    let path = scratch.write_executable("tiny", &bytes);
    let status = Command::new(path).status().expect("it starts");
    assert_eq!(status.code(), Some(42));
}

/// Tools that lay a file out anew, and what they are asked for.
const TOOLS: [(&str, &[&str]); 6] = [
    ("strip", &[]),
    ("strip", &["--strip-debug"]),
    ("objcopy", &["-g"]),
    ("objcopy", &["--strip-all"]),
    ("llvm-strip", &["--strip-all"]),
    ("llvm-objcopy", &["--strip-debug"]),
];

/// Prints what it finds in its own mapped memory, in C, from the documentation of `payload`.
const C_STUB: &str = r#"
#include <elf.h>
#include <stdio.h>
#include <string.h>
#define NOTE(section, alignment) \
    __asm__(".section " section ",\"a\",@note\n.balign " alignment "\n.long 4, 4, 1\n" \
            ".ascii \"Sox\\0\"\n.long 0\n.previous");
NOTE(".note.sox", "16")
NOTE(".note.sox.code", "32")
NOTE(".note.sox.data", "64")
extern const char __ehdr_start[];
int main(void) {
    const Elf64_Ehdr *header = (const void *)__ehdr_start;
    const Elf64_Phdr *segment = (const void *)(__ehdr_start + header->e_phoff);
    unsigned long first = ~0ul;
    for (int i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD && first == ~0ul) first = segment[i].p_vaddr;
    for (int i = 0; i < header->e_phnum; i++) {
        const char *start = __ehdr_start + (segment[i].p_vaddr - first);
        if (segment[i].p_type != PT_LOAD || memcmp(start, "\x7fSOXRUN\n", 8)) continue;
        unsigned count = *(unsigned *)(start + 24);
        for (unsigned n = 0; n < count; n++) {
            const char *entry = start + 80 + 40 * n;
            unsigned kind = *(unsigned *)entry;
            const char *bytes = start + *(unsigned long *)(entry + 8);
            unsigned long size = *(unsigned long *)(entry + 16);
            if (kind == 2) printf("bytecode %.*s\n", (int)size, bytes);
            if (kind == 4) { ((void (*)(void))bytes)(); puts("code ran"); }
            if (kind == 5) { ((char *)bytes)[0] = 1; puts("data written"); }
        }
    }
    FILE *maps = fopen("/proc/self/maps", "r");
    for (char line[999]; fgets(line, sizeof line, maps);)
        if (strstr(line, " rwx")) puts(line);
    return 0;
}
"#;

const C_OUTPUT: &str = "bytecode the bytecode of a program\ncode ran\ndata written\n";

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_real_program_finds_its_payload_before_and_after_strip() {
    if !have("cc", "a real program with a payload") {
        return;
    }
    let scratch = Scratch::new();
    let source = scratch.write("stub.c", C_STUB);
    for flags in [&["-static", "-no-pie"][..], &["-static-pie"], &["-pie", "-g"]] {
        let stub = scratch.path("stub");
        run(Command::new("cc").args(flags).arg("-o").arg(&stub).arg(&source));
        assert_eq!(printed(&stub), "", "the bare stub finds nothing");
        let bytes = inject(&read(&stub), &full_payload(), &Options::default())
            .expect("the stub has its notes");
        let built = scratch.write_executable("built", &bytes);
        assert_eq!(printed(&built), C_OUTPUT, "{flags:?}");
        for (tool, arguments) in TOOLS {
            let tool = &if tool.starts_with("llvm") { llvm(tool) } else { tool.to_string() };
            if have(tool, "a payload that it leaves alone") && edits(&stub, tool, arguments) {
                let copy = scratch.write_executable("copy", &bytes);
                run(Command::new(tool).args(arguments).arg(&copy));
                assert_eq!(printed(&copy), C_OUTPUT, "{flags:?} {tool} {arguments:?}");
                let view = read(&copy);
                find_in_file(&view).and_then(|view| view.check_content()).expect("it is intact");
            }
        }
    }
}

/// Whether a tool edits the bare stub. (llvm-strip does not take static files of glibc.)
fn edits(stub: &Path, tool: &str, arguments: &[&str]) -> bool {
    let copy = stub.with_extension("copy");
    std::fs::copy(stub, &copy).expect("a copy");
    let output = Command::new(tool).args(arguments).arg(&copy).output().expect("it starts");
    if !output.status.success() {
        eprintln!("SKIPPED: {tool}: {}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

fn printed(program: &Path) -> String {
    String::from_utf8(run(&mut Command::new(program)).stdout).expect("UTF-8")
}
