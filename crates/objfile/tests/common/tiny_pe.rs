//! A PE program of two sections, made by hand from the PE/COFF specification: code that returns
//! 42, and a resource (a manifest) that must survive edits.

const X64: &[u8] = &[0xb8, 42, 0, 0, 0, 0xc3];
const ARM64: &[u8] = &[0x40, 5, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6];
pub(crate) const MANIFEST: &[u8] = b"<assembly/>";

/// Bytes of headers: room for seven more sections.
const HEADERS: u32 = 0x400;

pub(crate) fn x64() -> Vec<u8> {
    build(0x8664, X64)
}

pub(crate) fn arm64() -> Vec<u8> {
    build(0xaa64, ARM64)
}

/// A tree of three levels with one leaf of type 24, named `APP`.
fn resources(address: u32) -> Vec<u8> {
    let table = |named: u16, numbers: u16, name: u32, place: u32| {
        let mut out = vec![0; 12];
        out.extend([named, numbers].map(u16::to_le_bytes).concat());
        out.extend([name, place].map(u32::to_le_bytes).concat());
        out
    };
    let (names, data) = (72 + 16, 72 + 16 + 8);
    let mut out = table(0, 1, 24, 0x8000_0018);
    out.extend(table(1, 0, 0x8000_0000 | names, 0x8000_0030));
    out.extend(table(0, 1, 0x0407, 72));
    out.extend([address + data, MANIFEST.len() as u32, 65001, 0].map(u32::to_le_bytes).concat());
    out.extend([3u16, 65, 80, 80].map(u16::to_le_bytes).concat());
    out.extend(MANIFEST);
    out
}

fn build(machine: u16, code: &[u8]) -> Vec<u8> {
    let rsrc = resources(0x2000);
    let mut out = b"MZ".to_vec();
    out.resize(0x3c, 0);
    out.extend(0x40u32.to_le_bytes());
    out.extend(b"PE\0\0");
    out.extend([machine, 2].map(u16::to_le_bytes).concat());
    out.extend([0u32; 3].map(u32::to_le_bytes).concat());
    out.extend([240u16, 0x22].map(u16::to_le_bytes).concat());
    // The optional header.
    out.extend([0x20b, 0u16].map(u16::to_le_bytes).concat());
    out.extend([0x200u32, 0x200, 0, 0x1000, 0x1000].map(u32::to_le_bytes).concat());
    out.extend(0x1_4000_0000u64.to_le_bytes());
    out.extend([0x1000u32, 0x200].map(u32::to_le_bytes).concat());
    out.extend([6u16, 0, 0, 0, 6, 0].map(u16::to_le_bytes).concat());
    out.extend([0u32, 0x3000, HEADERS, 0].map(u32::to_le_bytes).concat());
    out.extend([3u16, 0x8160].map(u16::to_le_bytes).concat());
    out.extend([0x10_0000u64, 0x1000, 0x10_0000, 0x1000].map(u64::to_le_bytes).concat());
    out.extend([0u32, 16].map(u32::to_le_bytes).concat());
    let mut directories = [0u32; 32];
    directories[4] = 0x2000;
    directories[5] = rsrc.len() as u32;
    out.extend(directories.map(u32::to_le_bytes).concat());
    let mut section = |name: &[u8; 8], size: usize, address: u32, offset: u32, bits: u32| {
        out.extend(name);
        let fields = [size as u32, address, 0x200, offset, 0, 0, 0, bits];
        out.extend(fields.map(u32::to_le_bytes).concat());
    };
    section(b".text\0\0\0", code.len(), 0x1000, HEADERS, 0x6000_0020);
    section(b".rsrc\0\0\0", rsrc.len(), 0x2000, HEADERS + 0x200, 0x4000_0040);
    out.resize(HEADERS as usize, 0);
    out.extend(code);
    out.resize(HEADERS as usize + 0x200, 0);
    out.extend(rsrc);
    out.resize(HEADERS as usize + 0x400, 0);
    out
}
