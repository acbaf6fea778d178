//! Mach-O: structure and signature, judged by a checker of its own that first has to accept what
//! other linkers make.

mod common;

use common::{Scratch, bytecode_payload, full_payload, have, linker, macho_check, read, run};
use common::{tiny_elf, tiny_macho};
use macho_check::{check_signed, check_structure};
use object::{Architecture, Object, ObjectSection};
use sox_objfile::{Error, Options, Refusal, RegionKind, find_in_file, inject, macho, parts};
use std::process::Command;

fn options(identifier: &str) -> Options {
    Options { identifier: identifier.into(), ..Options::default() }
}

/// Stubs made by hand and by lld, for both architectures, unsigned and signed.
fn stubs() -> Vec<Vec<u8>> {
    let mut stubs = vec![tiny_macho::arm64(), tiny_macho::x64()];
    for architecture in [Architecture::Aarch64, Architecture::X86_64] {
        for sign in [false, true] {
            stubs.extend(linker::macho(architecture, 0x400, sign));
        }
    }
    stubs
}

#[test]
fn the_checker_accepts_what_linkers_make() {
    for architecture in [Architecture::Aarch64, Architecture::X86_64] {
        if let Some(file) = linker::macho(architecture, 0x400, true) {
            let facts = check_signed(&file).expect("lld's file is right");
            assert_eq!(facts.flags, 0x2_0002, "ad hoc, signed by the linker");
        }
        if let Some(file) = linker::macho(architecture, 0x400, false) {
            check_structure(&file).expect("lld's file is right");
            check_signed(&file).expect_err("it is not signed");
        }
    }
}

#[test]
fn the_checker_accepts_what_zig_makes() {
    for target in ["aarch64-macos", "x86_64-macos"] {
        let Some(file) = zig_program(target) else { return };
        let facts = check_structure(&file).unwrap_or_else(|fault| panic!("{target}: {fault}"));
        if facts.signature.is_some() {
            check_signed(&file).unwrap_or_else(|fault| panic!("{target}: {fault}"));
        }
        let built = inject(&file, &full_payload(), &options("hello")).expect("a good stub");
        check_signed(&built).unwrap_or_else(|fault| panic!("{target}: {fault}"));
    }
}

/// A program with imports, fixups and data, if zig is installed as a Python package.
fn zig_program(target: &str) -> Option<Vec<u8>> {
    let version = Command::new("python3").args(["-m", "ziglang", "version"]).output();
    if !version.is_ok_and(|output| output.status.success()) {
        eprintln!(
            "SKIPPED: zig (Python package ziglang) is not installed: its files are not tested"
        );
        return None;
    }
    let scratch = Scratch::new();
    let text = "#include <stdio.h>\nstatic const char *name = \"zig\";\n\
                int main(void) { return puts(name) < 0; }\n";
    let source = scratch.write("main.c", text);
    let output = scratch.path("program");
    let mut zig = Command::new("python3");
    zig.args(["-m", "ziglang", "cc", "-target", target, "-Wl,-headerpad,0x400", "-o"]);
    run(zig.arg(&output).arg(source));
    Some(read(&output))
}

#[test]
fn every_region_is_found_again_in_a_signed_file() {
    let payload = full_payload();
    for stub in stubs() {
        let file = inject(&stub, &payload, &options("hello")).expect("a good stub");
        let facts = check_signed(&file).expect("a good file");
        assert_eq!((facts.identifier.as_str(), facts.flags), ("hello", 2));
        let names: Vec<&str> = facts.segments.iter().map(|segment| segment.0.as_str()).collect();
        assert!(names.ends_with(&["__SOX", "__SOX_CODE", "__SOX_DATA", "__LINKEDIT"]), "{names:?}");
        let view = find_in_file(&file).expect("an intact payload");
        view.check_content().expect("an intact payload");
        for kind in RegionKind::ALL {
            assert_eq!(view.region(kind), payload.region(kind), "{kind:?}");
        }
        assert_eq!(inject(&stub, &payload, &options("hello")).as_ref(), Ok(&file));
        let headers = macho::headers_size(&file[..32]).expect("a Mach-O header");
        assert_eq!(parts(&file[..headers]).map(|parts| parts.len()), Ok(3));
    }
}

#[test]
fn an_independent_reader_sees_sections_and_symbols() {
    for stub in stubs() {
        let before = object::File::parse(&*stub).expect("well-formed");
        let bytes = inject(&stub, &full_payload(), &Options::default()).expect("a good stub");
        let file = object::File::parse(&*bytes).expect("well-formed");
        let section = file.section_by_name("__program").expect("the payload's section");
        let data = section.data().expect("it lies in the file");
        assert!(data.starts_with(&sox_objfile::payload::MAGIC));
        let symbols = |file: &object::File<'_>| -> Vec<(u64, String)> {
            use object::ObjectSymbol;
            let named = |symbol: object::Symbol<'_, '_>| {
                (symbol.address(), symbol.name().expect("a name").to_string())
            };
            file.symbols().map(named).collect()
        };
        assert_eq!(symbols(&before), symbols(&file), "the symbol table moved whole");
        let text = |file: &object::File<'_>| {
            let section = file.section_by_name("__text").expect("code");
            (section.address(), section.data().map(<[u8]>::to_vec))
        };
        assert_eq!(text(&before), text(&file), "code stays where it was");
    }
}

#[test]
fn programs_have_identities_of_their_own() {
    let uuid = |bytes: &[u8]| {
        let file = object::File::parse(bytes).expect("well-formed");
        file.mach_uuid().expect("well-formed").expect("there is one")
    };
    let stub = tiny_macho::arm64();
    let full = inject(&stub, &full_payload(), &Options::default()).expect("a good stub");
    let small = inject(&stub, &bytecode_payload(), &Options::default()).expect("a good stub");
    assert_ne!(uuid(&full), uuid(&stub));
    assert_ne!(uuid(&full), uuid(&small));
    assert_eq!(uuid(&full)[6] >> 4, 8);
}

#[test]
fn signing_again_replaces_the_signature() {
    for stub in stubs() {
        let once = macho::sign(&stub, "name").expect("a good file");
        check_signed(&once).expect("signed");
        assert_eq!(macho::sign(&once, "name").as_ref(), Ok(&once));
        let renamed = macho::sign(&once, "another.name").expect("a good file");
        assert_eq!(check_signed(&renamed).expect("signed").identifier, "another.name");
        assert_eq!(macho::sign(&renamed, "name").as_ref(), Ok(&once), "nothing is left behind");
    }
}

#[test]
fn an_independent_signer_replaces_ours() {
    if !have("rcodesign", "signing by another tool") {
        return;
    }
    let scratch = Scratch::new();
    for stub in [tiny_macho::arm64(), tiny_macho::x64()] {
        let file = inject(&stub, &full_payload(), &Options::default()).expect("a good stub");
        let path = scratch.write("signed", file);
        run(Command::new("rcodesign").arg("sign").arg(&path));
        let file = read(&path);
        check_structure(&file).expect("still right");
        assert!(find_in_file(&file).is_ok(), "the payload is where it was");
    }
}

#[test]
fn what_cannot_be_a_stub_is_refused() {
    let payload = bytecode_payload();
    let put = |stub: &[u8]| inject(stub, &payload, &Options::default());
    let built = put(&tiny_macho::arm64()).expect("a good stub");
    assert_eq!(put(&built), Err(Error::AlreadyAttached));
    assert_eq!(find_in_file(&tiny_macho::arm64()).err(), Some(Refusal::Missing));
    if let Some(tight) = linker::macho(Architecture::Aarch64, 0, false) {
        assert!(matches!(put(&tight), Err(Error::NoRoom { .. })), "{:?}", put(&tight));
    }
    let mut longer = tiny_macho::x64();
    longer.push(0);
    assert!(matches!(put(&longer), Err(Error::Malformed(_))));
    let mut unknown = tiny_macho::x64();
    let at = unknown.windows(4).position(|bytes| bytes == 0x1bu32.to_le_bytes());
    unknown[at.expect("LC_UUID")] = 0x77;
    assert!(matches!(put(&unknown), Err(Error::Unsupported(_))));
    assert!(matches!(put(&[0xca, 0xfe, 0xba, 0xbe, 0, 0]), Err(Error::Unsupported(_))));
    for identifier in ["", "a\0b"] {
        let refused = inject(&tiny_macho::x64(), &payload, &options(identifier));
        assert!(matches!(refused, Err(Error::Text { .. })));
    }
    // The identifier is for Mach-O alone.
    assert!(inject(&tiny_elf::x64(), &payload, &options("")).is_ok());
}

/// Changes of a good file that a system would not run.
type Mutation = (&'static str, fn(&mut Vec<u8>, &macho_check::Facts));

const MUTATIONS: [Mutation; 16] = [
    ("a byte of code", |file, _| file[tiny_macho::ENTRY as usize] ^= 1),
    ("a byte of the payload", |file, facts| file[segment(facts, "__SOX").0 + 200] ^= 0x80),
    ("a byte of a load command", |file, _| file[40] ^= 1),
    ("the last byte before the signature", |file, facts| file[start(facts) - 1] ^= 1),
    ("a page's hash", |file, facts| file[facts.hashes + 40] ^= 1),
    ("the code limit", |file, facts| *file_at(file, facts, 35) -= 1),
    ("the number of hashes", |file, facts| *file_at(file, facts, 31) -= 1),
    ("the hash type", |file, facts| *file_at(file, facts, 37) = 1),
    ("the ad-hoc flag", |file, facts| *file_at(file, facts, 15) = 0),
    ("the exec segment's size", |file, facts| *file_at(file, facts, 78) ^= 1),
    ("the exec segment's flags", |file, facts| *file_at(file, facts, 87) = 0),
    ("the version", |file, facts| *file_at(file, facts, 10) = 3),
    ("the superblob's magic", |file, facts| file[start(facts)] = 0),
    ("the requirements' hash", |file, facts| file[facts.hashes - 40] ^= 1),
    ("a truncated tail", |file, _| file.truncate(file.len() - 1)),
    ("an appended byte", |file, _| file.push(0)),
];

/// Changes that the structure alone betrays, each with the file signed anew.
const MISLAID: [Mutation; 7] = [
    ("writable code", |file, facts| file[command(facts, "__SOX_CODE") + 60] = 7),
    ("a writable payload", |file, facts| file[command(facts, "__SOX") + 60] = 3),
    ("maxprot below initprot", |file, facts| file[command(facts, "__SOX_DATA") + 56] = 1),
    ("a segment within a page", |file, facts| file[command(facts, "__SOX_DATA") + 24] = 1),
    ("overlapping segments", |file, facts| {
        let (from, to) = (command(facts, "__SOX"), command(facts, "__SOX_CODE"));
        file.copy_within(from + 24..from + 32, to + 24);
    }),
    ("__LINKEDIT too short", |file, facts| file[command(facts, "__LINKEDIT") + 48] ^= 16),
    ("a section beyond its segment", |file, facts| file[command(facts, "__SOX") + 72 + 42] = 1),
];

fn start(facts: &macho_check::Facts) -> usize {
    facts.signature.expect("signed").0
}

fn file_at<'a>(file: &'a mut [u8], facts: &macho_check::Facts, at: usize) -> &'a mut u8 {
    &mut file[facts.directory + at]
}

fn segment(facts: &macho_check::Facts, name: &str) -> (usize, usize) {
    let index = facts.segments.iter().position(|segment| segment.0 == name).expect("it is there");
    (facts.segments[index].1 as usize, facts.segment_commands[index])
}

fn command(facts: &macho_check::Facts, name: &str) -> usize {
    segment(facts, name).1
}

#[test]
fn the_checker_rejects_every_mutation() {
    for stub in [tiny_macho::arm64(), tiny_macho::x64()] {
        let file = inject(&stub, &full_payload(), &options("hello")).expect("a good stub");
        let facts = check_signed(&file).expect("a good file");
        for (what, change) in MUTATIONS {
            let mut changed = file.clone();
            change(&mut changed, &facts);
            assert!(check_signed(&changed).is_err(), "accepted with {what} changed");
        }
        for (what, change) in MISLAID {
            let mut changed = file.clone();
            change(&mut changed, &facts);
            assert!(check_structure(&changed).is_err(), "accepted with {what}");
        }
    }
}
