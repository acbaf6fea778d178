//! Archives: the bytes of GNU ar, read back, and members found by their symbols.

mod common;

use common::objects::{outside, sample};
use common::{Scratch, have, read, run};
use sox_objfile::archive::{Archive, NewMember, archive, is_archive};
use sox_objfile::elf::relocatable;
use sox_objfile::link::{add_members, executable};
use sox_objfile::object::{Arch, Definition, Object, SectionKind};
use std::process::Command;

fn member(name: &str, bytes: impl Into<Vec<u8>>) -> NewMember {
    NewMember { name: name.into(), bytes: bytes.into() }
}

/// An object that defines one function and may use another one.
fn function(name: &str, used: Option<&str>) -> Vec<u8> {
    use sox_objfile::object::{Reloc, RelocKind};
    let mut object = Object::new(Arch::X64);
    let own = object.add_symbol(name.as_bytes(), true, true);
    let offset = object.append(SectionKind::Text, 16, &[0x90; 8]);
    object.define(own, Definition { section: SectionKind::Text, offset, size: 8 });
    if let Some(used) = used {
        let symbol = object.add_symbol(used.as_bytes(), true, true);
        let reloc = Reloc { at: offset + 4, kind: RelocKind::Call32, symbol, addend: -4 };
        object.section_mut(SectionKind::Text).relocs.push(reloc);
    }
    relocatable(&object).expect("it has a form in files")
}

fn samples() -> Vec<NewMember> {
    let object = |object: &Object| relocatable(object).expect("it has a form in files");
    vec![
        member("main.o", object(&sample(Arch::X64))),
        member("text", b"odd".to_vec()),
        member("the_length_is_16.o", object(&outside(Arch::X64))),
        member("fifteen_bytes.o", function("a", None)),
        member("a member with a long name.o", function("b", Some("a"))),
        member("nothing", Vec::new()),
    ]
}

#[test]
fn what_was_written_is_read() {
    let members = samples();
    let file = archive(&members).unwrap();
    assert!(is_archive(&file) && !is_archive(b"\x7fELF"));
    let again = Archive::read(&file).unwrap();
    let found = again.members().map(|m| member(std::str::from_utf8(m.name).unwrap(), m.bytes));
    assert_eq!(found.collect::<Vec<_>>(), members);
    let symbols: Vec<(&[u8], usize)> = again.symbols().collect();
    let expected: [(&[u8], usize); 5] =
        [(b"main", 0), (b"words", 0), (b"outside", 2), (b"a", 3), (b"b", 4)];
    assert_eq!(symbols, expected);
    assert!(Archive::read(&archive(&[]).unwrap()).unwrap().member(0).is_none());
    for name in ["", "a/b", "a\n"] {
        let error = archive(&[member(name, b"x".to_vec())]).unwrap_err().to_string();
        assert!(error.starts_with("the name of an archive's member must be free of"), "{error}");
    }
}

/// Every run of the samples is the same to the byte as what `ar` makes of it.
#[test]
fn archives_are_those_of_gnu_ar() {
    if !have("ar", "that archives are those of GNU ar") {
        return;
    }
    let (scratch, members) = (Scratch::new(), samples());
    let name = |member: &NewMember| String::from_utf8(member.name.clone()).unwrap();
    let files: Vec<_> = members.iter().map(|m| scratch.write(&name(m), &m.bytes)).collect();
    for start in 0..members.len() {
        for end in start..=members.len() {
            let library = scratch.path(&format!("{start}-{end}.a"));
            run(Command::new("ar").arg("rcsD").arg(&library).args(&files[start..end]));
            assert!(read(&library) == archive(&members[start..end]).unwrap(), "{start}..{end}");
        }
    }
}

#[test]
fn other_tools_read_archives() {
    let scratch = Scratch::new();
    let library = scratch.write("library.a", archive(&samples()).unwrap());
    if have("ar", "that ar lists members") {
        let list = run(Command::new("ar").arg("t").arg(&library)).stdout;
        let names: Vec<Vec<u8>> = samples().into_iter().map(|member| member.name).collect();
        assert_eq!(list, [names.join(&b'\n'), b"\n".to_vec()].concat());
    }
    if have("nm", "that nm lists symbols") {
        let list = Command::new("nm").arg("-s").arg(&library).output().unwrap().stdout;
        let list = String::from_utf8_lossy(&list);
        for line in ["main in main.o", "outside in the_length_is_16.o", "b in a member with"] {
            assert!(list.contains(line), "{list}");
        }
    }
}

/// Archives as BSD's tools and those of large systems write them, made by hand.
#[test]
fn other_forms_are_read() {
    let header = |name: &str, size: usize| {
        format!("{name:<16}0           0     0     644     {size:<10}`\n")
    };
    let object = function("f", None);
    // BSD: the name before the content, and an index of another form.
    let mut bsd = b"!<arch>\n".to_vec();
    bsd.extend(header("__.SYMDEF SORTED", 8).bytes().chain([0; 8]));
    bsd.extend(header("#1/8", 8 + object.len()).bytes().chain(*b"long.o\0\0"));
    bsd.extend(&object);
    let archive = Archive::read(&bsd).unwrap();
    assert_eq!(archive.member(0).unwrap().name, b"long.o");
    assert_eq!(archive.member(0).unwrap().bytes, object);
    assert_eq!(archive.symbols().collect::<Vec<_>>(), [(&b"f"[..], 0)]);
    // An index with numbers of 64 bits.
    let mut large = b"!<arch>\n".to_vec();
    large.extend(header("/SYM64/", 18).bytes());
    large.extend(1u64.to_be_bytes().into_iter().chain((8u64 + 60 + 18).to_be_bytes()));
    large.extend(b"f\0");
    large.extend(header("f.o/", object.len()).bytes());
    large.extend(&object);
    let archive = Archive::read(&large).unwrap();
    assert_eq!(archive.symbols().collect::<Vec<_>>(), [(&b"f"[..], 0)]);
    let refused = |bytes: &[u8]| Archive::read(bytes).unwrap_err().to_string();
    assert_eq!(refused(b"!<thin>\n"), "a thin archive is not supported");
    let help = Archive::read(b"!<thin>\n").unwrap_err().help();
    assert!(help.is_some_and(|help| help.contains("ar rcs")));
    let mut astray = large.clone();
    astray[8 + 60 + 15] += 2;
    let message = "the file is malformed: the archive's index leads to no member";
    assert_eq!(refused(&astray), message);
    let cut = "the file is cut off: member of the archive at offset 0x92 is not inside it";
    assert_eq!(refused(&large[..large.len() - 1]), cut);
}

#[test]
fn nothing_panics_on_any_bit() {
    let file = archive(&samples()[2..]).unwrap();
    for at in 0..file.len() {
        let _cut = Archive::read(&file[..at]);
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            let Ok(library) = Archive::read(&changed) else { continue };
            let root = sox_objfile::elf::read_relocatable(&function("start", Some("b"))).unwrap();
            let mut objects = vec![root];
            let _added = add_members(&mut objects, &[], &[("l.a".to_string(), library)]);
        }
    }
}

#[test]
fn members_are_taken_as_they_are_needed() {
    let library = |members: &[(&str, &str, Option<&str>)]| {
        let members: Vec<NewMember> =
            members.iter().map(|(file, name, used)| member(file, function(name, *used))).collect();
        Archive::read(&archive(&members).unwrap()).unwrap()
    };
    let read = |bytes: &[u8]| sox_objfile::elf::read_relocatable(bytes).unwrap();
    // Back and forth between two archives, whatever their order.
    let first =
        library(&[("a.o", "a", Some("b")), ("c.o", "c", Some("start")), ("u.o", "u", None)]);
    let second = library(&[("b.o", "b", Some("c")), ("a.o", "a", None)]);
    let mut archives = vec![("1.a".to_string(), first), ("2.a".to_string(), second)];
    for expected in [["", "1.a(a.o)", "2.a(b.o)", "1.a(c.o)"].as_slice(), &["", "2.a(a.o)"]] {
        let mut objects = vec![read(&function("start", Some("a")))];
        add_members(&mut objects, &[], &archives).unwrap();
        let origins: Vec<&str> = objects.iter().map(|object| &*object.origin).collect();
        assert_eq!(origins, expected);
        let objects: Vec<&Object> = objects.iter().collect();
        assert!(executable(&objects, b"start", true).is_ok());
        archives.reverse();
    }
    // A member that is taken for one symbol may define another one again.
    let mut objects = vec![read(&function("start", Some("a"))), read(&function("b", None))];
    let both = archive(&[member("ab.o", {
        let mut object = read(&function("a", None));
        let b = object.add_symbol(b"b", true, true);
        object.define(b, Definition { section: SectionKind::Text, offset: 0, size: 1 });
        relocatable(&object).unwrap()
    })]);
    let both = Archive::read(&both.unwrap()).unwrap();
    add_members(&mut objects, &[], &[("ab.a".to_string(), both)]).unwrap();
    objects[1].origin = "b.o".to_string();
    let objects: Vec<&Object> = objects.iter().collect();
    let errors = executable(&objects, b"start", true).unwrap_err();
    assert_eq!(errors[0].to_string(), "`b` is defined twice: in b.o and in ab.a(ab.o)");
    // An index that tells a lie.
    let mut file = archive(&[member("a.o", function("a", None))]).unwrap();
    let name = 8 + 60 + 8;
    assert_eq!(&file[name..name + 2], b"a\0");
    file[name] = b'z';
    let lie = [("lie.a".to_string(), Archive::read(&file).unwrap())];
    let mut objects = vec![read(&function("start", Some("z")))];
    let (origin, error) = add_members(&mut objects, &[], &lie).unwrap_err();
    assert!(origin == "lie.a(a.o)" && error.to_string().contains("ranlib"), "{origin}: {error}");
}
