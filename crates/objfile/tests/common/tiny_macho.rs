//! A Mach-O program of three segments, made by hand from `<mach-o/loader.h>`, with padding behind
//! its load commands.

/// `mov w0, #42; ret` and `mov eax, 42; ret`.
const ARM64: &[u8] = &[0x40, 5, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6];
const X64: &[u8] = &[0xb8, 42, 0, 0, 0, 0xc3];

pub(crate) const ENTRY: u64 = 0x800;

pub(crate) fn arm64() -> Vec<u8> {
    build(0x0100_000c, 0, 0x4000, ARM64)
}

pub(crate) fn x64() -> Vec<u8> {
    build(0x0100_0007, 3, 0x1000, X64)
}

fn name(text: &str) -> Vec<u8> {
    let mut field = text.as_bytes().to_vec();
    field.resize(16, 0);
    field
}

fn segment(label: &str, place: [u64; 4], protection: u32, sections: &[Vec<u8>]) -> Vec<u8> {
    let size = 72 + 80 * sections.len() as u32;
    let mut out = [0x19u32, size].map(u32::to_le_bytes).concat();
    out.extend(name(label));
    out.extend(place.map(u64::to_le_bytes).concat());
    let rest = [protection, protection, sections.len() as u32, 0];
    out.extend(rest.map(u32::to_le_bytes).concat());
    out.extend(sections.concat());
    out
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn build(cpu: u32, variant: u32, page: u64, code: &[u8]) -> Vec<u8> {
    let base = 0x1_0000_0000u64;
    let mut section = [name("__text"), name("__TEXT")].concat();
    section.extend([base + ENTRY, code.len() as u64].map(u64::to_le_bytes).concat());
    section.extend(words(&[ENTRY as u32, 2, 0, 0, 0x8000_0400, 0, 0, 0]));

    // `__LINKEDIT`: function starts, one symbol, its name.
    let start = page as u32;
    let functions = [0x80, 0x10, 0, 0, 0, 0, 0, 0];
    let mut symbol = words(&[2]);
    symbol.extend([0x0f, 1, 0, 0]);
    symbol.extend((base + ENTRY).to_le_bytes());
    let names = b" \0_main\0\0\0\0\0\0\0\0\0";
    let linkedit = [&functions[..], &symbol, names].concat();

    let mut dylinker = words(&[0xe, 32, 12]);
    dylinker.extend(b"/usr/lib/dyld\0\0\0\0\0\0\0");
    let mut library = words(&[0xc, 56, 24, 2, 0x1_0000, 0x1_0000]);
    library.extend(b"/usr/lib/libSystem.B.dylib\0\0\0\0\0\0");
    let mut uuid = words(&[0x1b, 24]);
    uuid.extend([0x11; 16]);
    let mut main = words(&[0x8000_0028, 24]);
    main.extend([ENTRY, 0].map(u64::to_le_bytes).concat());
    let mut dynamic = words(&[0xb, 80, 0, 0, 0, 1, 1, 0]);
    dynamic.resize(80, 0);
    let commands = [
        segment("__PAGEZERO", [0, base, 0, 0], 0, &[]),
        segment("__TEXT", [base, page, 0, page], 5, &[section]),
        segment("__LINKEDIT", [base + page, page, page, linkedit.len() as u64], 1, &[]),
        words(&[0x26, 16, start, 8]),
        words(&[2, 24, start + 8, 1, start + 24, names.len() as u32]),
        dynamic,
        dylinker,
        uuid,
        words(&[0x32, 24, 1, 0x000c_0000, 0x000c_0000, 0]),
        main,
        library,
    ];
    let size = commands.iter().map(Vec::len).sum::<usize>() as u32;
    let mut out = words(&[0xfeed_facf, cpu, variant, 2, commands.len() as u32, size, 0x20_0085, 0]);
    out.extend(commands.concat());
    out.resize(ENTRY as usize, 0);
    out.extend(code);
    out.resize(page as usize, 0);
    out.extend(linkedit);
    out
}
