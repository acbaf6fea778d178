//! Relocations: one row a kind, and the one function that patches.
//!
//! In the formulas `S` is the symbol's address, `A` the addend and `P` the place of the field.
//! Sources: System V ABI, AMD64 supplement, table 4.9; ELF for the Arm 64-bit Architecture, section
//! 5.7.

/// A field and what goes into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelocKind {
    /// 64 bits: `S + A`.
    Abs64,
    /// 32 bits, zero-extended: `S + A`.
    Abs32,
    /// 32 bits, sign-extended: `S + A`.
    Abs32Signed,
    /// 32 bits, signed: `S + A - P`.
    Rel32,
    /// As [`RelocKind::Rel32`] in a call or jump, whose target may be reached through a stub.
    Call32,
    /// 26 bits of a `bl`: `S + A - P` in words; a stub may stand between.
    Call26,
    /// As [`RelocKind::Call26`] in a `b`.
    Jump26,
    /// 19 bits of a `b.cond`, `cbz` or `cbnz`: `S + A - P` in words.
    Branch19,
    /// 14 bits of a `tbz` or `tbnz`: `S + A - P` in words.
    Branch14,
    /// 19 bits of a load from a distance: `S + A - P` in words.
    Literal19,
    /// 21 bits of an `adr`: `S + A - P`.
    Adr21,
    /// 21 bits of an `adrp`: the distance of the pages of `S + A` and `P`.
    Page21,
    /// 12 bits of an `add`: `S + A` within its page.
    PageOffset12,
    /// 12 bits of a load or store of a byte: as above.
    PageOffset12Load8,
    /// Of 16 bits: in units of 2 bytes.
    PageOffset12Load16,
    /// Of 32 bits: in units of 4 bytes.
    PageOffset12Load32,
    /// Of 64 bits: in units of 8 bytes.
    PageOffset12Load64,
    /// Of 128 bits: in units of 16 bytes.
    PageOffset12Load128,
}

/// A value that its field cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

const PAGE: u64 = 0xfff;

impl RelocKind {
    /// All of them.
    pub const ALL: [RelocKind; 18] = [
        RelocKind::Abs64,
        RelocKind::Abs32,
        RelocKind::Abs32Signed,
        RelocKind::Rel32,
        RelocKind::Call32,
        RelocKind::Call26,
        RelocKind::Jump26,
        RelocKind::Branch19,
        RelocKind::Branch14,
        RelocKind::Literal19,
        RelocKind::Adr21,
        RelocKind::Page21,
        RelocKind::PageOffset12,
        RelocKind::PageOffset12Load8,
        RelocKind::PageOffset12Load16,
        RelocKind::PageOffset12Load32,
        RelocKind::PageOffset12Load64,
        RelocKind::PageOffset12Load128,
    ];

    /// Bytes of the field.
    pub fn size(self) -> usize {
        if self == RelocKind::Abs64 { 8 } else { 4 }
    }

    /// Whether only the distance to the symbol counts, so that the whole may be moved.
    pub fn is_relative(self) -> bool {
        !matches!(self, RelocKind::Abs64 | RelocKind::Abs32 | RelocKind::Abs32Signed)
    }

    /// Whether the target may be reached through a stub.
    pub fn is_call(self) -> bool {
        matches!(self, RelocKind::Call32 | RelocKind::Call26 | RelocKind::Jump26)
    }

    /// Whether it is a distance alone, which is known for a symbol of the same section. (That of pages
    /// is known once the section has its address.)
    pub fn is_distance(self) -> bool {
        use RelocKind::{Adr21, Branch14, Branch19, Literal19, Rel32};
        self.is_call() || matches!(self, Rel32 | Branch19 | Branch14 | Literal19 | Adr21)
    }

    /// Patches a field at the address `place` for a target at the address `target`, which is `S + A`.
    ///
    /// # Errors
    /// If the target is too far away, or not aligned as the field needs it.
    pub fn patch(self, field: &mut [u8], place: u64, target: u64) -> Result<(), Overflow> {
        let distance = target.wrapping_sub(place) as i64;
        match self {
            RelocKind::Abs64 => field.copy_from_slice(&target.to_le_bytes()),
            RelocKind::Abs32 => {
                let target = u32::try_from(target).map_err(|_| Overflow)?;
                field.copy_from_slice(&target.to_le_bytes());
            }
            RelocKind::Abs32Signed => {
                let target = i32::try_from(target as i64).map_err(|_| Overflow)?;
                field.copy_from_slice(&target.to_le_bytes());
            }
            RelocKind::Rel32 | RelocKind::Call32 => {
                let distance = i32::try_from(distance).map_err(|_| Overflow)?;
                field.copy_from_slice(&distance.to_le_bytes());
            }
            RelocKind::Call26 | RelocKind::Jump26 => {
                insert(field, fit(scaled(distance, 2)?, 26)?, 26, 0)?;
            }
            RelocKind::Branch19 | RelocKind::Literal19 => {
                insert(field, fit(scaled(distance, 2)?, 19)?, 19, 5)?;
            }
            RelocKind::Branch14 => insert(field, fit(scaled(distance, 2)?, 14)?, 14, 5)?,
            RelocKind::Adr21 => split21(field, distance)?,
            RelocKind::Page21 => {
                let pages = (target & !PAGE).wrapping_sub(place & !PAGE) as i64 >> 12;
                split21(field, pages)?;
            }
            RelocKind::PageOffset12 | RelocKind::PageOffset12Load8 => {
                insert(field, (target & PAGE) as u32, 12, 10)?;
            }
            RelocKind::PageOffset12Load16 => low12(field, target, 1)?,
            RelocKind::PageOffset12Load32 => low12(field, target, 2)?,
            RelocKind::PageOffset12Load64 => low12(field, target, 3)?,
            RelocKind::PageOffset12Load128 => low12(field, target, 4)?,
        }
        Ok(())
    }
}

/// The number of an `adr` or `adrp`, whose lowest bits stand apart.
fn split21(field: &mut [u8], value: i64) -> Result<(), Overflow> {
    let bits = fit(value, 21)?;
    insert(field, bits & 3, 2, 29)?;
    insert(field, bits >> 2, 19, 5)
}

fn low12(field: &mut [u8], target: u64, shift: u32) -> Result<(), Overflow> {
    let offset = scaled((target & PAGE) as i64, shift)?;
    insert(field, offset as u32, 12, 10)
}

/// A number in units of `1 << shift`.
fn scaled(value: i64, shift: u32) -> Result<i64, Overflow> {
    if value & ((1 << shift) - 1) == 0 { Ok(value >> shift) } else { Err(Overflow) }
}

/// The low bits of a signed number, if they hold it.
fn fit(value: i64, bits: u32) -> Result<u32, Overflow> {
    let limit = 1 << (bits - 1);
    if (-limit..limit).contains(&value) {
        Ok(value as u32 & ((1 << bits) - 1))
    } else {
        Err(Overflow)
    }
}

/// Puts bits into a 32-bit instruction.
fn insert(field: &mut [u8], value: u32, width: u32, at: u32) -> Result<(), Overflow> {
    let bytes: [u8; 4] = (&*field).try_into().map_err(|_| Overflow)?;
    let mask = ((1u32 << width) - 1) << at;
    let word = u32::from_le_bytes(bytes) & !mask | value << at & mask;
    field.copy_from_slice(&word.to_le_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(kind: RelocKind, word: u32, place: u64, target: u64) -> Option<u32> {
        let mut field = word.to_le_bytes();
        kind.patch(&mut field, place, target).ok()?;
        Some(u32::from_le_bytes(field))
    }

    #[test]
    fn distances_reach_as_far_as_their_fields() {
        use RelocKind::{
            Abs32, Abs32Signed, Abs64, Adr21, Branch14, Branch19, Call26, Call32, Page21,
            PageOffset12Load64, Rel32,
        };
        let base = 1u64 << 40;
        assert_eq!(patched(Rel32, 0, base, base + 0x7fff_ffff), Some(0x7fff_ffff));
        assert_eq!(patched(Rel32, 0, base, base + 0x8000_0000), None);
        assert_eq!(patched(Call32, 0, base, base - 0x8000_0000), Some(0x8000_0000));
        assert_eq!(patched(Call32, 0, base, base - 0x8000_0001), None);
        // `bl` over 128 MB, less one word forwards.
        assert_eq!(patched(Call26, 0x9400_0000, base, base + (128 << 20) - 4), Some(0x95ff_ffff));
        assert_eq!(patched(Call26, 0x9400_0000, base, base + (128 << 20)), None);
        assert_eq!(patched(Call26, 0x9400_0000, base, base - (128 << 20)), Some(0x9600_0000));
        assert_eq!(patched(Call26, 0x9400_0000, base, base + 2), None);
        // `adrp x0` to the next page but two, from anywhere in the page.
        assert_eq!(patched(Page21, 0x9000_0000, base + 0xffc, base + 0x3004), Some(0xf000_0000));
        assert_eq!(patched(Page21, 0x9000_0000, 0, 1 << 32), None);
        assert_eq!(patched(PageOffset12Load64, 0xf940_0000, 0, 0x5ff8), Some(0xf947_fc00));
        assert_eq!(patched(PageOffset12Load64, 0xf940_0000, 0, 0x5ffc), None);
        // `b.eq` over 1 MB, `tbz` over 32 KB, `adr` to an odd address.
        assert_eq!(patched(Branch19, 0x5400_0000, base, base - (1 << 20)), Some(0x5480_0000));
        assert_eq!(patched(Branch19, 0x5400_0000, base, base + (1 << 20)), None);
        assert_eq!(patched(Branch14, 0x3600_0000, base, base + (1 << 15) - 4), Some(0x3603_ffe0));
        assert_eq!(patched(Branch14, 0x3600_0000, base, base + (1 << 15)), None);
        assert_eq!(patched(Adr21, 0x1000_0000, base, base + 7), Some(0x7000_0020));
        assert_eq!(patched(Abs32, 0, 0, 0xffff_ffff), Some(u32::MAX));
        assert_eq!(patched(Abs32, 0, 0, 1 << 32), None);
        assert_eq!(patched(Abs32Signed, 0, 0, 0x7fff_ffff), Some(0x7fff_ffff));
        assert_eq!(patched(Abs32Signed, 0, 0, 0x8000_0000), None);
        assert_eq!(patched(Abs32Signed, 0, 0, u64::MAX), Some(u32::MAX));
        let mut word = [0; 8];
        assert_eq!(Abs64.patch(&mut word, 0, u64::MAX), Ok(()));
        assert_eq!(word, [0xff; 8]);
    }
}
