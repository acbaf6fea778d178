//! The relocations of ELF: a row each with its number, its name, and what it is here, if it is known.
//!
//! Sources: System V ABI, AMD64 supplement, tables 4.9 to 4.11; ELF for the Arm 64-bit Architecture,
//! section 5.7. The names of those that are not supported stand here for messages.

use crate::object::{Arch, RelocKind};

struct Row {
    number: u32,
    name: &'static str,
    kind: Option<RelocKind>,
}

macro_rules! kind {
    () => {
        None
    };
    ($kind:ident) => {
        Some(RelocKind::$kind)
    };
}

macro_rules! rows {
    ($($number:literal $name:literal $($kind:ident)?;)*) => {
        &[$(Row { number: $number, name: $name, kind: kind!($($kind)?) },)*]
    };
}

const X64: &[Row] = rows! {
    0 "NONE";
    1 "64" Abs64;
    2 "PC32" Rel32;
    3 "GOT32";
    4 "PLT32" Call32;
    5 "COPY";
    6 "GLOB_DAT";
    7 "JUMP_SLOT";
    8 "RELATIVE";
    9 "GOTPCREL";
    10 "32" Abs32;
    11 "32S" Abs32Signed;
    12 "16";
    13 "PC16";
    14 "8";
    15 "PC8";
    16 "DTPMOD64";
    17 "DTPOFF64";
    18 "TPOFF64";
    19 "TLSGD";
    20 "TLSLD";
    21 "DTPOFF32";
    22 "GOTTPOFF";
    23 "TPOFF32";
    24 "PC64";
    25 "GOTOFF64";
    26 "GOTPC32";
    27 "GOT64";
    28 "GOTPCREL64";
    29 "GOTPC64";
    30 "GOTPLT64";
    31 "PLTOFF64";
    32 "SIZE32";
    33 "SIZE64";
    34 "GOTPC32_TLSDESC";
    35 "TLSDESC_CALL";
    36 "TLSDESC";
    37 "IRELATIVE";
    41 "GOTPCRELX";
    42 "REX_GOTPCRELX";
};

const ARM64: &[Row] = rows! {
    0 "NONE";
    256 "NONE";
    257 "ABS64" Abs64;
    258 "ABS32";
    259 "ABS16";
    260 "PREL64";
    261 "PREL32" Rel32;
    262 "PREL16";
    263 "MOVW_UABS_G0";
    264 "MOVW_UABS_G0_NC";
    265 "MOVW_UABS_G1";
    266 "MOVW_UABS_G1_NC";
    267 "MOVW_UABS_G2";
    268 "MOVW_UABS_G2_NC";
    269 "MOVW_UABS_G3";
    270 "MOVW_SABS_G0";
    271 "MOVW_SABS_G1";
    272 "MOVW_SABS_G2";
    273 "LD_PREL_LO19" Literal19;
    274 "ADR_PREL_LO21" Adr21;
    275 "ADR_PREL_PG_HI21" Page21;
    276 "ADR_PREL_PG_HI21_NC";
    277 "ADD_ABS_LO12_NC" PageOffset12;
    278 "LDST8_ABS_LO12_NC" PageOffset12Load8;
    279 "TSTBR14" Branch14;
    280 "CONDBR19" Branch19;
    282 "JUMP26" Jump26;
    283 "CALL26" Call26;
    284 "LDST16_ABS_LO12_NC" PageOffset12Load16;
    285 "LDST32_ABS_LO12_NC" PageOffset12Load32;
    286 "LDST64_ABS_LO12_NC" PageOffset12Load64;
    299 "LDST128_ABS_LO12_NC" PageOffset12Load128;
    309 "GOT_LD_PREL19";
    311 "ADR_GOT_PAGE";
    312 "LD64_GOT_LO12_NC";
    313 "LD64_GOTPAGE_LO15";
    513 "TLSGD_ADR_PAGE21";
    514 "TLSGD_ADD_LO12_NC";
    541 "TLSIE_ADR_GOTTPREL_PAGE21";
    542 "TLSIE_LD64_GOTTPREL_LO12_NC";
    549 "TLSLE_ADD_TPREL_HI12";
    550 "TLSLE_ADD_TPREL_LO12";
    551 "TLSLE_ADD_TPREL_LO12_NC";
    562 "TLSDESC_ADR_PAGE21";
    563 "TLSDESC_LD64_LO12";
    564 "TLSDESC_ADD_LO12";
    569 "TLSDESC_CALL";
};

/// The rows of a machine and what their names begin with.
fn table(arch: Arch) -> (&'static [Row], &'static str) {
    match arch {
        Arch::X64 => (X64, "R_X86_64_"),
        Arch::Arm64 => (ARM64, "R_AARCH64_"),
    }
}

/// The number that a relocation has in files for a machine, if it is one of that machine.
pub fn relocation_number(kind: RelocKind, arch: Arch) -> Option<u32> {
    let (rows, _) = table(arch);
    rows.iter().find(|row| row.kind == Some(kind)).map(|row| row.number)
}

/// The kind of a relocation, or the name of one that is not supported.
pub(super) fn kind(number: u32, arch: Arch) -> Result<RelocKind, String> {
    let (rows, prefix) = table(arch);
    match rows.iter().find(|row| row.number == number) {
        Some(Row { kind: Some(kind), .. }) => Ok(*kind),
        Some(row) => Err(format!("{prefix}{}", row.name)),
        None => Err(format!("number {number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_once_and_come_back() {
        for arch in [Arch::X64, Arch::Arm64] {
            let (rows, prefix) = table(arch);
            for row in rows {
                assert_eq!(rows.iter().filter(|other| other.number == row.number).count(), 1);
                match kind(row.number, arch) {
                    Ok(known) => {
                        let written =
                            relocation_number(known, arch).and_then(|n| kind(n, arch).ok());
                        assert_eq!(written, Some(known));
                        assert!(RelocKind::ALL.contains(&known));
                    }
                    Err(name) => assert_eq!(name, format!("{prefix}{}", row.name)),
                }
            }
            assert_eq!(kind(9999, arch), Err("number 9999".to_string()));
        }
        assert_eq!(relocation_number(RelocKind::Call26, Arch::Arm64), Some(283));
        assert_eq!(relocation_number(RelocKind::Call26, Arch::X64), None);
    }
}
