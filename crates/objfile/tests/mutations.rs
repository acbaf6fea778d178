//! No bytes make this crate panic, and no change of a payload goes unnoticed.

mod common;

use common::objects::{outside, sample};
use common::{bytecode_payload, full_payload, tiny_elf, tiny_macho, tiny_pe};
use proptest::prelude::*;
use proptest::sample::Index;
use sox_objfile::archive::{Archive, NewMember, archive};
use sox_objfile::elf::{read_relocatable, relocatable};
use sox_objfile::link::{add_members, executable};
use sox_objfile::object::{Arch, Object};
use sox_objfile::pe::VersionInfo;
use sox_objfile::{Options, Payload, Refusal, RegionKind, find_in_file, inject, parts};

/// The stubs of all formats.
fn stubs() -> Vec<Vec<u8>> {
    vec![tiny_elf::x64(), tiny_elf::arm64(), tiny_macho::x64(), tiny_macho::arm64(), tiny_pe::x64()]
}

/// With resources, so that a PE stub's are read.
fn options() -> Options {
    let mut options = Options::default();
    options.pe.version = Some(VersionInfo { version: "1".into(), ..VersionInfo::default() });
    options
}

fn built() -> Vec<Vec<u8>> {
    let payload = full_payload();
    stubs()
        .iter()
        .map(|stub| inject(stub, &payload, &Options::default()).expect("a good stub"))
        .collect()
}

/// Values that break careless arithmetic.
const EDGES: [u64; 8] =
    [0, 1, 0x7fff_ffff, 0xffff_ffff, 0x1_0000_0000, 1 << 63, u64::MAX - 1, u64::MAX];

#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    /// Some value over 1, 2, 4 or 8 bytes.
    Field(Index, usize, u64),
    CutOff(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let value = prop_oneof![prop::sample::select(&EDGES[..]), any::<u64>(), 0u64..0x2_0000];
    let width = prop::sample::select(&[1, 2, 4, 8][..]);
    prop_oneof![
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        6 => (any::<Index>(), width, value).prop_map(|(at, width, value)| {
            Change::Field(at, width, value)
        }),
        1 => any::<Index>().prop_map(Change::CutOff),
    ]
}

/// Applies a change within the first `reach` bytes: headers are worth more than content.
fn apply(bytes: &mut Vec<u8>, change: &Change, reach: usize) {
    let reach = reach.min(bytes.len());
    match change {
        _ if reach == 0 => {}
        Change::Byte(at, byte) => bytes[at.index(reach)] = *byte,
        Change::Field(at, width, value) => {
            let start = at.index(reach) / width * width;
            let end = (start + width).min(bytes.len());
            bytes[start..end].copy_from_slice(&value.to_le_bytes()[..end - start]);
        }
        Change::CutOff(at) => bytes.truncate(at.index(bytes.len())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_stub_gives_an_error_or_a_file(
        which in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let stubs = stubs();
        let mut stub = stubs[which.index(stubs.len())].clone();
        changes.iter().for_each(|change| apply(&mut stub, change, 1500));
        let options = options();
        if let Ok(file) = inject(&stub, &bytecode_payload(), &options) {
            prop_assert_eq!(inject(&stub, &bytecode_payload(), &options), Ok(file));
        }
        let _ = parts(&stub);
    }

    #[test]
    fn a_damaged_object_is_refused_or_the_same_when_written_and_read(
        changes in prop::collection::vec(change(), 1..6),
        arm64 in any::<bool>(),
    ) {
        let arch = if arm64 { Arch::Arm64 } else { Arch::X64 };
        let mut file = relocatable(&sample(arch)).expect("it has a form in files");
        changes.iter().for_each(|change| apply(&mut file, change, usize::MAX));
        if let Ok(object) = read_relocatable(&file) {
            let _linked = executable(&[&object, &outside(arch)], b"main", true);
            if let Ok(written) = relocatable(&object) {
                let again = read_relocatable(&written);
                prop_assert_eq!(again.and_then(|object| relocatable(&object)), Ok(written));
            }
        }
    }

    #[test]
    fn a_damaged_archive_is_refused_or_gives_members(
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let object = |object: &Object| relocatable(object).expect("it has a form in files");
        let members = [("outside.o", outside(Arch::X64)), ("a name of many bytes", sample(Arch::X64))]
            .map(|(name, of)| NewMember { name: name.into(), bytes: object(&of) });
        let mut file = archive(&members).expect("small");
        changes.iter().for_each(|change| apply(&mut file, change, usize::MAX));
        if let Ok(library) = Archive::read(&file) {
            let mut objects = vec![sample(Arch::X64)];
            let _added = add_members(&mut objects, &[], &[("library.a".into(), library)]);
            let objects: Vec<&Object> = objects.iter().collect();
            let _linked = executable(&objects, b"main", true);
        }
    }

    #[test]
    fn a_damaged_payload_is_refused_or_the_same(
        which in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let built = built();
        let mut file = built[which.index(built.len())].clone();
        changes.iter().for_each(|change| apply(&mut file, change, usize::MAX));
        if let Ok(view) = find_in_file(&file) {
            let payload = full_payload();
            prop_assert_eq!(view.flags(), payload.flags);
            for kind in RegionKind::ALL.into_iter().filter(|&kind| kind != RegionKind::Assets) {
                prop_assert_eq!(view.region(kind), payload.region(kind));
            }
            for asset in view.assets().into_iter().flatten().flat_map(|assets| assets.iter()) {
                let _ = asset.bytes();
            }
        }
    }
}

#[test]
fn every_flipped_bit_of_a_payload_is_noticed() {
    let payload: Payload = full_payload();
    for stub in stubs() {
        let file = inject(&stub, &payload, &Options::default()).expect("a good stub");
        let start = file
            .windows(8)
            .position(|bytes| bytes == sox_objfile::payload::MAGIC)
            .expect("it is in the file");
        let intact = find_in_file(&file).expect("intact").content_hash();
        let regions = RegionKind::ALL.len();
        for at in (start..start + 80 + 32 * regions).chain([file.len() - 1]) {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                let found = find_in_file(&changed).map(|view| view.content_hash());
                assert!(
                    matches!(
                        found,
                        Err(Refusal::Altered
                            | Refusal::Truncated
                            | Refusal::Newer { .. }
                            | Refusal::Older { .. })
                    ) || (at == file.len() - 1 && found == Ok(intact)),
                    "byte {at:#x}, bit {bit}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn a_cut_off_file_is_told_from_an_altered_one() {
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, vec![5; 10_000]);
    let file = inject(&tiny_elf::x64(), &payload, &Options::default()).expect("a good stub");
    assert_eq!(find_in_file(&file[..file.len() - 1]).err(), Some(Refusal::Truncated));
    // What a system maps behind the end of a file is zero.
    let mut zeros = file.clone();
    let end = file.len();
    zeros[end - 3000..].fill(0);
    assert_eq!(find_in_file(&zeros).err(), Some(Refusal::Truncated));
    let mut altered = file.clone();
    altered[end - 3000] ^= 1;
    assert_eq!(find_in_file(&altered).err(), Some(Refusal::Altered));
}

#[test]
fn a_payload_attached_twice_is_refused() {
    // Both notes of a stub turned into segments with the same payload.
    use sox_objfile::elf::ElfFile;
    let file =
        inject(&tiny_elf::x64(), &bytecode_payload(), &Options::default()).expect("a good stub");
    let mut twice = ElfFile::read(&file).expect("well-formed");
    let mut second = *twice.segments.iter().rfind(|segment| segment.kind == 1).expect("loaded");
    second.address += 0x10_0000;
    twice.segments.pop();
    twice.segments.insert(2, second);
    let twice = twice.write().expect("as large as before");
    assert_eq!(find_in_file(&twice).err(), Some(Refusal::AttachedTwice));
}

#[test]
fn a_newer_payload_is_refused_by_its_version() {
    let mut file =
        inject(&tiny_elf::x64(), &bytecode_payload(), &Options::default()).expect("a good stub");
    let start = file.windows(8).position(|bytes| bytes == sox_objfile::payload::MAGIC);
    let version = start.expect("it is in the file") + 8;
    let known = sox_objfile::payload::VERSION;
    file[version] = 1;
    assert_eq!(find_in_file(&file).err(), Some(Refusal::Older { found: 1, known }));
    file[version] = 9;
    let refusal = find_in_file(&file).expect_err("newer");
    assert_eq!(refusal, Refusal::Newer { found: 9, known });
    assert!(refusal.to_string().contains("format 9"));
}
