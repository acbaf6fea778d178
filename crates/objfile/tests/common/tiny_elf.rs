//! A static ELF executable of a few hundred bytes, made by hand from the gABI, with the three
//! reserved notes of a stub. It exits with status 42.

/// x86-64: `mov edi, 42; mov eax, 60; syscall`.
const X64: &[u8] = &[0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];
/// ARM64: `mov x0, #42; mov x8, #93; svc #0`.
const ARM64: &[u8] = &[0x40, 5, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 1, 0, 0, 0xd4];

const BASE: u64 = 0x40_0000;
const NAMES: &[u8] = b"\0.text\0.note.sox\0.note.sox.code\0.note.sox.data\0.shstrtab\0";

pub(crate) fn x64() -> Vec<u8> {
    build(62, 0x1000, X64, true)
}

pub(crate) fn arm64() -> Vec<u8> {
    build(183, 0x1_0000, ARM64, true)
}

pub(crate) fn without_notes() -> Vec<u8> {
    build(62, 0x1000, X64, false)
}

fn build(machine: u16, page: u64, code: &[u8], notes: bool) -> Vec<u8> {
    let note_count = if notes { 3u64 } else { 0 };
    let text = 64 + 56 * (1 + note_count);
    // Note: name size, content size, type, name, content.
    let note = [4u32, 4, 1, u32::from_le_bytes(*b"Sox\0"), 0].map(u32::to_le_bytes).concat();
    let note_at = |index: u64| (text + code.len() as u64).next_multiple_of(64) + 64 * index;
    let names_at = note_at(note_count);
    let table = (names_at + NAMES.len() as u64).next_multiple_of(8);
    let loaded = names_at;

    let mut out = b"\x7fELF\x02\x01\x01".to_vec();
    out.resize(16, 0);
    out.extend([2u16, machine].map(u16::to_le_bytes).concat());
    out.extend(1u32.to_le_bytes());
    out.extend([BASE + text, 64, table].map(u64::to_le_bytes).concat());
    out.extend(0u32.to_le_bytes());
    let sections = 3 + note_count as u16;
    let counts = [64, 56, 1 + note_count as u16, 64, sections, sections - 1];
    out.extend(counts.map(u16::to_le_bytes).concat());
    let mut segment = |kind: u32, flags: u32, offset: u64, size: u64, align: u64| {
        out.extend([kind, flags].map(u32::to_le_bytes).concat());
        let fields = [offset, BASE + offset, BASE + offset, size, size, align];
        out.extend(fields.map(u64::to_le_bytes).concat());
    };
    segment(1, 5, 0, loaded, page);
    (0..note_count).for_each(|index| segment(4, 4, note_at(index), note.len() as u64, 16));
    out.extend(code);
    for index in 0..note_count {
        out.resize(note_at(index) as usize, 0);
        out.extend(&note);
    }
    out.resize(names_at as usize, 0);
    out.extend(NAMES);
    out.resize(table as usize, 0);
    let mut section = |name: &str, kind: u32, flags: u64, place: [u64; 3], align: u64| {
        let name = find(name);
        let [address, offset, size] = place;
        out.extend([name, kind].map(u32::to_le_bytes).concat());
        out.extend([flags, address, offset, size, 0, align, 0].map(u64::to_le_bytes).concat());
    };
    section("", 0, 0, [0, 0, 0], 0);
    section(".text", 1, 6, [BASE + text, text, code.len() as u64], 4);
    for (index, name) in (0..note_count).zip([".note.sox", ".note.sox.code", ".note.sox.data"]) {
        let at = note_at(index);
        section(name, 7, 2, [BASE + at, at, note.len() as u64], 16);
    }
    section(".shstrtab", 3, 0, [0, names_at, NAMES.len() as u64], 1);
    out
}

/// Where a name begins in the section of names.
fn find(name: &str) -> u32 {
    let with_zeros = format!("\0{name}\0");
    if name.is_empty() {
        return 0;
    }
    let names = std::str::from_utf8(NAMES).expect("ASCII");
    names.find(&with_zeros).expect("a listed name") as u32 + 1
}
