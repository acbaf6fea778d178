//! PE: sections, resources, subsystem and checksum, read back by others, and run under wine.

mod common;

use common::{Scratch, bytecode_payload, full_payload, have, linker, read, run, tiny_pe};
use object::read::pe::{PeFile64, ResourceDirectory, ResourceDirectoryEntryData, ResourceNameOrId};
use object::{Architecture, LittleEndian as LE, Object, ObjectSection};
use sox_objfile::pe::{self, Icon, PeOptions, Subsystem, VersionInfo};
use sox_objfile::{Error, Options, Refusal, RegionKind, find_in_file, inject, parts};
use std::ffi::OsStr;
use std::process::Command;

/// Stubs made by hand and by lld, for both architectures.
fn stubs() -> Vec<Vec<u8>> {
    let mut stubs = vec![tiny_pe::x64(), tiny_pe::arm64()];
    for architecture in [Architecture::X86_64, Architecture::Aarch64] {
        stubs.extend(linker::pe(architecture));
    }
    stubs
}

/// An icon file with two pictures.
fn icon_file() -> Vec<u8> {
    let pictures = [&b"\x89PNG\r\n\x1a\nsmall"[..], &b"\x89PNG\r\n\x1a\nlarger picture"[..]];
    let mut out = [0u16, 1, 2].map(u16::to_le_bytes).concat();
    let mut place = 6 + 2 * 16;
    for (picture, width) in pictures.iter().zip([16, 0]) {
        out.extend([width, width, 0, 0, 1, 0, 32, 0]);
        out.extend([picture.len() as u32, place].map(u32::to_le_bytes).concat());
        place += picture.len() as u32;
    }
    out.extend(pictures.concat());
    out
}

fn version() -> VersionInfo {
    VersionInfo {
        product_name: "Produkt Größe".into(),
        company_name: "Example Ltd".into(),
        description: "Shows things".into(),
        copyright: String::new(),
        version: "1.2.3".into(),
    }
}

fn dressed() -> Options {
    let icon = Some(Icon::read(&icon_file()).expect("an icon"));
    let (version, subsystem) = (Some(version()), Some(Subsystem::Gui));
    Options { pe: PeOptions { subsystem, icon, version }, ..Options::default() }
}

/// All resources: type, name, language and bytes.
fn resources(file: &PeFile64<'_>, bytes: &[u8]) -> Vec<(String, String, String, Vec<u8>)> {
    let sections = file.section_table();
    let directory: ResourceDirectory<'_> = file
        .data_directories()
        .resource_directory(bytes, &sections)
        .expect("well-formed")
        .expect("there are resources");
    let text = |name: ResourceNameOrId| match name {
        ResourceNameOrId::Id(number) => number.to_string(),
        ResourceNameOrId::Name(name) => name.to_string_lossy(directory).expect("UTF-16"),
    };
    let inner = |data| match data {
        ResourceDirectoryEntryData::Table(table) => table,
        ResourceDirectoryEntryData::Data(_) => panic!("data on an upper level"),
    };
    let mut found = Vec::new();
    for kind in directory.root().expect("a root").entries {
        let names = inner(kind.data(directory).expect("inside"));
        for name in names.entries {
            let languages = inner(name.data(directory).expect("inside"));
            for language in languages.entries {
                let ResourceDirectoryEntryData::Data(data) =
                    language.data(directory).expect("inside")
                else {
                    panic!("a fourth level")
                };
                let (address, size) = (data.offset_to_data.get(LE), data.size.get(LE));
                let content = sections.pe_data_at(bytes, address).expect("mapped");
                let path = [kind, name, language].map(|entry| text(entry.name_or_id()));
                let [kind, name, language] = path;
                found.push((kind, name, language, content[..size as usize].to_vec()));
            }
        }
    }
    found
}

#[test]
fn every_region_is_found_again() {
    let payload = full_payload();
    for stub in stubs() {
        let file = inject(&stub, &payload, &dressed()).expect("a good stub");
        let view = find_in_file(&file).expect("an intact file");
        view.check_content().expect("an intact file");
        for kind in RegionKind::ALL {
            assert_eq!(view.region(kind), payload.region(kind), "{kind:?}");
        }
        assert_eq!(inject(&stub, &payload, &dressed()).as_ref(), Ok(&file), "equal bytes");
        let size = pe::headers_size(&file[..0x400]).expect("PE headers");
        assert_eq!(parts(&file[..size]), parts(&file));
    }
}

#[test]
fn an_independent_reader_sees_sections_without_gaps() {
    for stub in stubs() {
        let bytes = inject(&stub, &full_payload(), &dressed()).expect("a good stub");
        let file = PeFile64::parse(&*bytes).expect("well-formed");
        let optional = &file.nt_headers().optional_header;
        let mut next = 0x1000;
        let mut rights = Vec::new();
        for section in file.section_table().iter() {
            let (address, size) = section.pe_address_range();
            assert_eq!(address, next, "the loader wants no gaps");
            next = (address + size).next_multiple_of(0x1000);
            let bits = section.characteristics.get(LE).0;
            assert!(bits & 0xa000_0000 != 0xa000_0000, "writable and executable");
            rights.push((String::from_utf8_lossy(section.raw_name()).into_owned(), bits));
        }
        assert_eq!(optional.size_of_image.get(LE), next);
        let added = &rights[rights.len() - 4..];
        let expected = [
            (".sox".to_string(), 0x4000_0040),
            (".soxcode".to_string(), 0x6000_0020),
            (".soxdata".to_string(), 0xc000_0040),
            (".rsrc".to_string(), 0x4000_0040),
        ];
        assert_eq!(added, expected);
        let section = file.section_by_name(".sox").expect("the payload's section");
        assert!(section.data().expect("inside").starts_with(&sox_objfile::payload::MAGIC));
    }
}

#[test]
fn icon_and_version_are_read_back_and_the_manifest_is_kept() {
    let bytes = inject(&tiny_pe::x64(), &bytecode_payload(), &dressed()).expect("a good stub");
    let file = PeFile64::parse(&*bytes).expect("well-formed");
    let subsystem = file.nt_headers().optional_header.subsystem.get(LE);
    assert_eq!(subsystem.0, 2, "windows of its own");
    let all = resources(&file, &bytes);
    let paths: Vec<[&str; 3]> =
        all.iter().map(|(kind, name, language, _)| [&**kind, &**name, &**language]).collect();
    let expected = [
        ["3", "1", "1033"],
        ["3", "2", "1033"],
        ["14", "1", "1033"],
        ["16", "1", "1033"],
        ["24", "APP", "1031"],
    ];
    assert_eq!(paths, expected);
    assert_eq!(all[0].3, b"\x89PNG\r\n\x1a\nsmall");
    let group = [
        &[0, 0, 1, 0, 2, 0, 16, 16, 0, 0, 1, 0, 32, 0, 13, 0, 0, 0, 1, 0][..],
        &[0, 0, 0, 0, 1, 0, 32, 0, 22, 0, 0, 0, 2, 0],
    ];
    assert_eq!(all[2].3, group.concat());
    assert_eq!(all[4].3, tiny_pe::MANIFEST);
    let strings = version_strings(&all[3].3);
    let expected = [
        ("CompanyName", "Example Ltd"),
        ("FileDescription", "Shows things"),
        ("FileVersion", "1.2.3"),
        ("ProductName", "Produkt Größe"),
        ("ProductVersion", "1.2.3"),
    ];
    let expected = expected.map(|(key, text)| (key.to_string(), text.to_string()));
    assert_eq!(strings, expected);
    let fixed = all[3].3.windows(4).position(|four| four == 0xfeef_04bdu32.to_le_bytes());
    let numbers = &all[3].3[fixed.expect("fixed information") + 8..][..8];
    assert_eq!(numbers, [2, 0, 1, 0, 0, 0, 3, 0]);
}

/// The texts of a version resource, by walking its blocks.
fn version_strings(bytes: &[u8]) -> Vec<(String, String)> {
    let word = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let text = |at: usize| {
        let units: Vec<u16> =
            (at..).step_by(2).map(|at| word(at) as u16).take_while(|&unit| unit != 0).collect();
        (
            String::from_utf16(&units).expect("UTF-16"),
            (at + 2 * units.len() + 2).next_multiple_of(4),
        )
    };
    let mut found = Vec::new();
    let mut open = vec![(0, bytes.len())];
    while let Some((at, limit)) = open.pop() {
        let (length, value, is_text) = (word(at), word(at + 2), word(at + 4) == 1);
        assert!(length >= 6 && at + length <= limit, "a block is larger than what it is in");
        let (key, after) = text(at + 6);
        let size = if is_text { value * 2 } else { value };
        if is_text && value != 0 {
            let (text, _) = text(after);
            assert_eq!(text.encode_utf16().count() + 1, value, "{key}: length");
            found.push((key, text));
        } else {
            let mut inner = (after + size).next_multiple_of(4);
            while inner < at + length {
                open.push((inner, at + length));
                inner = (inner + word(inner)).next_multiple_of(4);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn new_resources_replace_ours_and_without_any_none_are_touched() {
    let plain = inject(&tiny_pe::x64(), &bytecode_payload(), &Options::default());
    let plain = plain.expect("a good stub");
    let all = resources(&PeFile64::parse(&*plain).expect("well-formed"), &plain);
    assert_eq!(all.len(), 1, "the manifest alone");
    let mut file = pe::PeFile::read(&tiny_pe::x64()).expect("well-formed");
    let before = file.write().expect("it fits");
    file.optional.checksum = 0;
    assert_eq!(file.write().as_ref(), Ok(&before), "the checksum is computed on writing");
    let again = pe::PeFile::read(&before).and_then(|file| file.write());
    assert_eq!(again, Ok(before));
}

#[test]
fn the_checksum_is_the_one_that_linkers_compute() {
    // mingw's linker writes it; writing the file again must give the same.
    if !have("x86_64-w64-mingw32-gcc", "the checksum and programs for Windows") {
        return;
    }
    let scratch = Scratch::new();
    let source = scratch.write("main.c", "int main(void) { return 42; }\n");
    let path = scratch.path("main.exe");
    run(Command::new("x86_64-w64-mingw32-gcc").arg("-s").arg("-o").arg(&path).arg(source));
    let linked = read(&path);
    let mut file = pe::PeFile::read(&linked).expect("well-formed");
    let expected = file.optional.checksum;
    assert_ne!(expected, 0);
    file.optional.checksum = 0;
    let written = file.write().expect("it fits");
    assert_eq!(pe::PeFile::read(&written).expect("well-formed").optional.checksum, expected);
}

#[test]
fn programs_run_under_wine_before_and_after_strip() {
    if let Err(complaint) = wine(&["cmd", "/c", "exit"], 0) {
        return eprintln!("SKIPPED: programs for Windows are not run: {complaint}");
    }
    let scratch = Scratch::new();
    let mut programs = vec![tiny_pe::x64()];
    programs.extend(linker::pe(Architecture::X86_64));
    for stub in programs {
        let options = Options::default();
        let bytes = inject(&stub, &full_payload(), &options).expect("a good stub");
        let path = scratch.write_executable("program.exe", &bytes);
        wine(&[&path], 42).expect("it runs");
        if have("x86_64-w64-mingw32-strip", "a payload that it leaves alone") {
            run(Command::new("x86_64-w64-mingw32-strip").arg(&path));
            wine(&[&path], 42).expect("it runs after strip");
            let stripped = read(&path);
            find_in_file(&stripped).and_then(|view| view.check_content()).expect("intact");
        }
    }
}

/// Runs a program of Windows, which must end with `status`; if it does not, says what wine says.
///
/// Seldom (once in some thousand starts of wine 8) a program is ended with status 1 before it has done
/// anything, and wine says nothing. It is tried again then, twice at most.
fn wine(command: &[impl AsRef<OsStr>], status: i32) -> Result<(), String> {
    let run = || Command::new("wine").args(command).output().map_err(|error| error.to_string());
    let mut output = run()?;
    for _ in 0..2 {
        if output.status.code() == Some(1) && output.stdout.is_empty() {
            output = run()?;
        }
    }
    if output.status.code() == Some(status) {
        return Ok(());
    }
    Err(format!("wine: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn what_cannot_be_a_stub_is_refused() {
    let payload = bytecode_payload();
    let put = |stub: &[u8]| inject(stub, &payload, &Options::default());
    let built = put(&tiny_pe::x64()).expect("a good stub");
    assert_eq!(put(&built), Err(Error::AlreadyAttached));
    assert_eq!(find_in_file(&tiny_pe::x64()).err(), Some(Refusal::Missing));

    let edited = |edit: fn(&mut pe::PeFile)| {
        let mut file = pe::PeFile::read(&tiny_pe::x64()).expect("well-formed");
        edit(&mut file);
        file.write().expect("it fits")
    };
    let signed = edited(|file| file.directories[4].address = 1);
    assert_eq!(put(&signed), Err(Error::Signed));
    let writable = edited(|file| file.sections[0].characteristics |= 0x8000_0000);
    assert_eq!(put(&writable), Err(Error::WritableCode));
    let gap = edited(|file| file.sections[1].address = 0x1000);
    assert!(matches!(put(&gap), Err(Error::Malformed(_))));
    let full = edited(|file| file.optional.headers_size = 0x198);
    assert!(matches!(put(&full), Err(Error::NoRoom { .. })), "{:?}", put(&full));
    assert_eq!(
        put(b"MZ is no PE file"),
        Err(Error::Truncated { what: "place of the PE header", offset: 0x3c })
    );
    let mut version = dressed();
    version.pe.version = Some(VersionInfo { version: "one".into(), ..VersionInfo::default() });
    let refused = inject(&tiny_pe::x64(), &payload, &version);
    assert!(matches!(refused, Err(Error::Text { what: "the version", .. })));
}
