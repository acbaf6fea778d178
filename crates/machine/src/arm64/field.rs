//! The engine: where each class of operand stands in a word, and how its values become bits.

use super::bitmask;
use super::misfit::Misfit;
use super::operand::{Cond, Extend, R, Shift, V, Value};

/// A kind of operand: which values it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// General register, 64 bits; 31 is the zero register.
    X,
    /// General register, 32 bits; 31 is the zero register.
    W,
    /// General register, 64 bits; 31 is the stack pointer.
    Xsp,
    /// General register, 32 bits; 31 is the stack pointer.
    Wsp,
    /// Float register, 8 bits.
    B,
    /// Float register, 32 bits.
    S,
    /// Float register, 64 bits.
    D,
    /// Float register, 128 bits.
    Q,
    /// Float register as 8 bytes.
    V8B,
    /// Float register as 16 bytes.
    V16B,
    /// Number without sign, of that many bits.
    Unsigned(u8),
    /// Shift of a wide move: a multiple of 16 below the register's width.
    Half(u8),
    /// Below 4096, or a multiple of it below 2^24.
    Imm12,
    /// Repeated run of ones in a register of that width.
    Bitmask(u8),
    /// Amount of a shift to the left in a register of that width, as a bitfield move.
    Left(u8),
    /// Number of a bit, 0 to 63.
    Bit,
    /// Float with three bits of exponent and four of mantissa.
    Float,
    /// Condition.
    Cond,
    /// Condition whose opposite is encoded.
    CondNot,
    /// Shift of a register of that width; without rotation.
    Shifted(u8),
    /// Shift of a register of that width; with rotation.
    Rotated(u8),
    /// Extension of a 32-bit register, with a shift of up to 4.
    ExtendW,
    /// Extension of a 64-bit register, with a shift of up to 4.
    ExtendX,
    /// Extension of a 64-bit index, with that shift or none.
    IndexX(u8),
    /// Extension of a 32-bit index, with that shift or none.
    IndexW(u8),
    /// Offset without sign: 12 bits, in units of 1 shifted so.
    Scaled(u8),
    /// Offset from -256 to 255.
    Unscaled,
    /// Like that, added to the base register.
    Step,
    /// Offset of a pair: 7 bits with sign, in units of 1 shifted so.
    PairOffset(u8),
    /// Like that, added to the base register.
    PairStep(u8),
    /// Distance of a jump, of that many bits, in units of 4.
    Jump(u8),
    /// Distance of an address: 21 bits.
    Adr,
    /// Distance of an address's page: 21 bits, in units of 4096.
    Adrp,
}

/// A class with the lowest bit where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The class.
    pub class: Class,
    /// The lowest bit.
    pub at: u8,
}

/// The number in the lowest bits.
const fn ones(bits: u8) -> u32 {
    (1 << bits) - 1
}

/// Bits of an amount of shifting within a width.
const fn amount_bits(width: u8) -> u8 {
    if width == 64 { 6 } else { 5 }
}

impl Field {
    /// The bits of the word that are its own.
    pub const fn mask(self) -> u32 {
        let bits = match self.class {
            Class::X | Class::W | Class::Xsp | Class::Wsp => ones(5),
            Class::B | Class::S | Class::D | Class::Q | Class::V8B | Class::V16B => ones(5),
            Class::Unsigned(bits) | Class::Jump(bits) => ones(bits),
            Class::Half(width) => ones(amount_bits(width) - 4),
            Class::Imm12 => ones(13),
            Class::Bitmask(width) => ones(amount_bits(width) + 7) & !(ones(1) << 12) | wide(width),
            Class::Left(width) => ones(amount_bits(width)) | ones(amount_bits(width)) << 6,
            Class::Bit => ones(5) | 1 << 12,
            Class::Float => ones(8),
            Class::Cond | Class::CondNot => ones(4),
            Class::Shifted(width) | Class::Rotated(width) => ones(amount_bits(width)) | 0b11 << 12,
            Class::ExtendW | Class::ExtendX => ones(6),
            Class::IndexX(_) | Class::IndexW(_) => ones(4),
            Class::Scaled(_) => ones(12),
            Class::Unscaled | Class::Step => ones(9),
            Class::PairOffset(_) | Class::PairStep(_) => ones(7),
            Class::Adr | Class::Adrp => ones(19) | ones(2) << 24,
        };
        bits << self.at
    }

    /// The bits of the word for a value.
    ///
    /// # Errors
    /// If the class has no such value.
    #[inline]
    pub fn encode(self, value: Value) -> Result<u32, Misfit> {
        let bits = match value {
            Value::R(reg) => self.class.general(reg)?,
            Value::V(reg) => self.class.float_register(reg)?,
            Value::Imm(number) => self.class.number(number)?,
            Value::Bits(pattern) => self.class.pattern(pattern)?,
            Value::Float(float) if self.class == Class::Float => {
                float_bits(float).ok_or(Misfit::Float(float))?
            }
            Value::Cond(cond) => self.class.condition(cond)?,
            Value::Shift(shift, amount) => self.class.shift(shift, amount)?,
            Value::Extend(extend, amount) => self.class.extend(extend, amount)?,
            Value::Float(_) => return Err(Misfit::Kind),
        };
        Ok(bits << self.at)
    }

    /// The value in a word; nothing if the class has no value for the bits there, or another encoding
    /// for what they mean.
    pub fn decode(self, word: u32) -> Option<Value> {
        let bits = (word & self.mask()) >> self.at;
        let value = self.class.value(bits)?;
        (self.encode(value) == Ok(bits << self.at)).then_some(value)
    }
}

/// `N`, the highest bit of a bitmask for 64 bits.
const fn wide(width: u8) -> u32 {
    if width == 64 { 1 << 12 } else { 0 }
}

impl Class {
    fn general(self, reg: R) -> Result<u32, Misfit> {
        match (self, reg) {
            (Class::X | Class::W, R::ZR) | (Class::Xsp | Class::Wsp, R::SP) => Ok(31),
            (Class::X | Class::W | Class::Xsp | Class::Wsp, R(0..=30)) => Ok(reg.0.into()),
            (Class::X | Class::W | Class::Xsp | Class::Wsp, _) => Err(Misfit::Register(reg)),
            _ => Err(Misfit::Kind),
        }
    }

    fn float_register(self, reg: V) -> Result<u32, Misfit> {
        match self {
            Class::B | Class::S | Class::D | Class::Q | Class::V8B | Class::V16B => match reg.0 {
                0..=31 => Ok(reg.0.into()),
                _ => Err(Misfit::FloatRegister(reg)),
            },
            _ => Err(Misfit::Kind),
        }
    }

    fn number(self, value: i64) -> Result<u32, Misfit> {
        match self {
            Class::Unsigned(bits) => unsigned(value, bits, 0),
            Class::Half(width) => unsigned(value, amount_bits(width) - 4, 4),
            Class::Imm12 => match value {
                0..=0xfff => Ok(value as u32),
                0x1000..=0xff_ffff if value & 0xfff == 0 => Ok(1 << 12 | (value >> 12) as u32),
                _ => Err(Misfit::Imm12(value)),
            },
            Class::Left(width) => {
                let amount = unsigned(value, amount_bits(width), 0)?;
                let most = u32::from(width) - 1;
                Ok((amount.wrapping_neg() & most) << 6 | (most - amount))
            }
            Class::Bit => {
                let bit = unsigned(value, 6, 0)?;
                Ok(bit & 0x1f | bit >> 5 << 12)
            }
            Class::Scaled(scale) => unsigned(value, 12, scale),
            Class::Unscaled | Class::Step => signed(value, 9, 0),
            Class::PairOffset(scale) | Class::PairStep(scale) => signed(value, 7, scale),
            Class::Jump(bits) => signed(value, bits, 2),
            Class::Adr => Ok(split(signed(value, 21, 0)?)),
            Class::Adrp => Ok(split(signed(value, 21, 12)?)),
            _ => Err(Misfit::Kind),
        }
    }

    fn pattern(self, pattern: u64) -> Result<u32, Misfit> {
        let repeated = match self {
            Class::Bitmask(64) => pattern,
            Class::Bitmask(_) if pattern >> 32 == 0 => pattern << 32 | pattern,
            Class::Bitmask(_) => return Err(Misfit::Bitmask(pattern)),
            _ => return Err(Misfit::Kind),
        };
        bitmask::encode(repeated).ok_or(Misfit::Bitmask(pattern))
    }

    fn condition(self, cond: Cond) -> Result<u32, Misfit> {
        match self {
            Class::Cond => Ok(cond as u32),
            Class::CondNot => Ok(cond.inverted().ok_or(Misfit::Condition(cond))? as u32),
            _ => Err(Misfit::Kind),
        }
    }

    fn shift(self, shift: Shift, amount: u8) -> Result<u32, Misfit> {
        let (width, rotates) = match self {
            Class::Shifted(width) => (width, false),
            Class::Rotated(width) => (width, true),
            _ => return Err(Misfit::Kind),
        };
        if amount >= width || shift == Shift::Ror && !rotates {
            return Err(Misfit::Shift(shift, amount));
        }
        Ok((shift as u32) << 12 | u32::from(amount))
    }

    fn extend(self, extend: Extend, amount: u8) -> Result<u32, Misfit> {
        let (whole, fits, bits) = match self {
            Class::ExtendW => (false, amount <= 4, u32::from(amount)),
            Class::ExtendX => (true, amount <= 4, u32::from(amount)),
            Class::IndexW(scale) => (false, amount == 0 || amount == scale, u32::from(amount != 0)),
            Class::IndexX(scale) => (true, amount == 0 || amount == scale, u32::from(amount != 0)),
            _ => return Err(Misfit::Kind),
        };
        // An index has at least 32 bits.
        let indexes = matches!(self, Class::IndexW(_) | Class::IndexX(_));
        let known = !indexes || extend as u32 & 0b010 != 0;
        if extend.is_whole() != whole || !fits || !known {
            return Err(Misfit::Extend(extend, amount));
        }
        Ok((extend as u32) << if indexes { 1 } else { 3 } | bits)
    }

    /// What bits mean, if they mean anything.
    fn value(self, bits: u32) -> Option<Value> {
        let number = i64::from(bits);
        Some(match self {
            Class::X | Class::W if bits == 31 => Value::R(R::ZR),
            Class::X | Class::W | Class::Xsp | Class::Wsp => Value::R(R(bits as u8)),
            Class::B | Class::S | Class::D | Class::Q | Class::V8B | Class::V16B => {
                Value::V(V(bits as u8))
            }
            Class::Unsigned(_) => Value::Imm(number),
            Class::Half(_) => Value::Imm(number << 4),
            Class::Imm12 => Value::Imm((number & 0xfff) << (12 * (number >> 12))),
            Class::Bitmask(width) => {
                Value::Bits(bitmask::decode(bits)? & (u64::MAX >> (64 - width)))
            }
            Class::Left(width) => Value::Imm(i64::from(width) - 1 - (number & 0x3f)),
            Class::Bit => Value::Imm(number & 0x1f | number >> 12 << 5),
            Class::Float => Value::Float(float_value(bits)),
            Class::Cond => Value::Cond(Cond::from_bits(bits)?),
            Class::CondNot => Value::Cond(Cond::from_bits(bits ^ 1)?),
            Class::Shifted(_) | Class::Rotated(_) => {
                Value::Shift(Shift::from_bits(bits >> 12)?, (bits & 0x3f) as u8)
            }
            Class::ExtendW | Class::ExtendX => {
                Value::Extend(Extend::from_bits(bits >> 3)?, (bits & 0b111) as u8)
            }
            Class::IndexX(scale) | Class::IndexW(scale) => {
                Value::Extend(Extend::from_bits(bits >> 1)?, (bits & 1) as u8 * scale)
            }
            Class::Scaled(scale) => Value::Imm(number << scale),
            Class::Unscaled | Class::Step => Value::Imm(sign_extended(bits, 9)),
            Class::PairOffset(scale) | Class::PairStep(scale) => {
                Value::Imm(sign_extended(bits, 7) << scale)
            }
            Class::Jump(width) => Value::Imm(sign_extended(bits, width) << 2),
            Class::Adr => Value::Imm(sign_extended(joined(bits), 21)),
            Class::Adrp => Value::Imm(sign_extended(joined(bits), 21) << 12),
        })
    }
}

fn unsigned(value: i64, bits: u8, scale: u8) -> Result<u32, Misfit> {
    in_range(value, (0, i64::from(ones(bits))), bits, scale)
}

fn signed(value: i64, bits: u8, scale: u8) -> Result<u32, Misfit> {
    let half = 1 << (bits - 1);
    in_range(value, (-half, half - 1), bits, scale)
}

/// A multiple of `1 << scale` within bounds, which are counted in those units.
fn in_range(value: i64, (min, max): (i64, i64), bits: u8, scale: u8) -> Result<u32, Misfit> {
    let units = value >> scale;
    if units < min || units > max {
        return Err(Misfit::Range { value, min: min << scale, max: max << scale });
    }
    if units << scale != value {
        return Err(Misfit::Multiple { value, of: 1 << scale });
    }
    Ok(units as u32 & ones(bits))
}

fn sign_extended(bits: u32, width: u8) -> i64 {
    let unused = 64 - u32::from(width);
    i64::from(bits) << unused >> unused
}

/// 21 bits as an address has them: the low two stand far above the others.
fn split(bits: u32) -> u32 {
    bits >> 2 | (bits & 0b11) << 24
}

fn joined(bits: u32) -> u32 {
    (bits & ones(19)) << 2 | bits >> 24
}

/// Sign, three bits of exponent, four of mantissa (Arm manual, `VFPExpandImm`).
fn float_value(bits: u32) -> f64 {
    let (sign, exponent, mantissa) = (bits >> 7, bits >> 4 & 0b111, bits & 0xf);
    // The highest bit of the exponent is inverted: 4 to 7 stand for -3 to 0, 0 to 3 for 1 to 4.
    let exponent = (exponent ^ 0b100) as i32 - 3;
    let value = f64::from(16 + mantissa) / 16.0 * 2f64.powi(exponent);
    if sign == 1 { -value } else { value }
}

fn float_bits(float: f64) -> Option<u32> {
    let all = float.to_bits();
    let bits = (all >> 63 << 7 | (all >> 61 & 1) << 6 | all >> 48 & 0x3f) as u32;
    (float_value(bits).to_bits() == all).then_some(bits)
}
