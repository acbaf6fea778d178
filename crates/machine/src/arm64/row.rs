//! Rows: what an instruction looks like in text and in bits.
//!
//! A [`Row`] has the types of its operands, so that [`Encoder::emit`](super::Encoder::emit) takes
//! values of the right kinds only. A [`Form`] is the same row without types, for those who go through
//! all of them.

use super::field::{Class, Field};
use super::insts::FAMILIES;
use super::misfit::Misfit;
use super::operand::{Cond, Extend, R, Shift, V, Value};
use std::fmt;
use std::marker::PhantomData;

/// An operand of a row, as a type.
pub trait Operand {
    /// What values it takes.
    type Value: Into<Value> + Copy;
    /// Where it stands.
    const FIELD: Field;
}

/// The operands of a row, as a tuple of types.
pub trait Operands {
    /// A tuple of values.
    type Values: Copy;
    /// The fields, in the order of the text.
    const FIELDS: &'static [Field];

    /// Their bits.
    ///
    /// # Errors
    /// If one of the values does not fit.
    fn encode(values: Self::Values) -> Result<u32, Misfit>;
}

macro_rules! operands {
    ($($type:ident $value:ident),*) => {
        impl<$($type: Operand),*> Operands for ($($type,)*) {
            type Values = ($($type::Value,)*);
            const FIELDS: &'static [Field] = &[$($type::FIELD),*];

            #[inline]
            fn encode(($($value,)*): Self::Values) -> Result<u32, Misfit> {
                Ok(0 $(| $type::FIELD.encode($value.into())?)*)
            }
        }
    };
}

operands!();
operands!(A a);
operands!(A a, B b);
operands!(A a, B b, C c);
operands!(A a, B b, C c, D d);

/// An instruction: its text, with `{}` for each operand, and its fixed bits.
pub struct Row<O> {
    /// The text.
    pub syntax: &'static str,
    /// The fixed bits.
    pub bits: u32,
    operands: PhantomData<fn(O)>,
}

impl<O> Clone for Row<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Row<O> {}

impl<O> fmt::Debug for Row<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.syntax)
    }
}

/// A row without types.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The text, with `{}` for each operand.
    pub syntax: &'static str,
    /// The fixed bits.
    pub bits: u32,
    /// All bits that are no operand's.
    pub mask: u32,
    /// The operands.
    pub fields: &'static [Field],
}

impl<O: Operands> Row<O> {
    /// A row.
    pub(super) const fn new(syntax: &'static str, bits: u32) -> Row<O> {
        Row { syntax, bits, operands: PhantomData }
    }

    /// The word with these operands.
    ///
    /// # Errors
    /// If one of them does not fit, or two that must differ do not.
    #[inline]
    pub fn encode(self, values: O::Values) -> Result<u32, Misfit> {
        let word = self.bits | O::encode(values)?;
        if const { may_clash(O::FIELDS) } && clashes(O::FIELDS, word) {
            return Err(Misfit::SameRegister);
        }
        Ok(word)
    }

    /// The row without types.
    pub const fn form(self) -> Form {
        let mut mask = 0;
        let mut number = 0;
        while number < O::FIELDS.len() {
            mask |= O::FIELDS[number].mask();
            number += 1;
        }
        Form { syntax: self.syntax, bits: self.bits, mask: !mask, fields: O::FIELDS }
    }
}

impl Form {
    /// The word with these operands.
    ///
    /// # Errors
    /// If one of them does not fit; [`Misfit::Kind`] also if there are too many or too few.
    pub fn encode(&self, values: &[Value]) -> Result<u32, Misfit> {
        if values.len() != self.fields.len() {
            return Err(Misfit::Kind);
        }
        let mut encoded = self.fields.iter().zip(values).map(|(field, &value)| field.encode(value));
        let word = encoded.try_fold(self.bits, |word, bits| Ok(word | bits?))?;
        if clashes(self.fields, word) { Err(Misfit::SameRegister) } else { Ok(word) }
    }

    /// The operands, if a word is of this form.
    pub fn decode(&self, word: u32) -> Option<Vec<Value>> {
        if word & self.mask != self.bits || clashes(self.fields, word) {
            return None;
        }
        self.fields.iter().map(|field| field.decode(word)).collect()
    }
}

/// Whether a row has registers that must differ.
const fn may_clash(fields: &[Field]) -> bool {
    let mut number = 0;
    while number < fields.len() {
        if let Class::Step | Class::PairStep(_) | Class::PairOffset(_) = fields[number].class {
            return true;
        }
        number += 1;
    }
    false
}

/// Whether registers that must differ are the same, so that processors may do what they like: the base
/// that is moved and the register that is loaded or stored, or two that are loaded at once.
fn clashes(fields: &[Field], word: u32) -> bool {
    const LOAD: u32 = 1 << 22;
    let number = |at: u8| word >> at & 0x1f;
    let pair = |field: &Field| matches!(field.class, Class::PairStep(_) | Class::PairOffset(_));
    let step = |field: &Field| matches!(field.class, Class::PairStep(_) | Class::Step);
    // A base has a class of its own, and the number 31 means another register there.
    let is_base = |field: &Field| {
        matches!(field.class, Class::X | Class::W) && number(field.at) == number(RN)
    };
    let moved = fields.iter().any(step) && number(RN) != 31 && fields.iter().any(is_base);
    moved || fields.iter().any(pair) && word & LOAD != 0 && number(RD) == number(RA)
}

/// The first row that a word is of, with its operands. Where one instruction has several names, the
/// families list the narrowest meaning first.
pub fn decode(word: u32) -> Option<(&'static Form, Vec<Value>)> {
    let mut forms = FAMILIES.iter().flat_map(|family| family.iter());
    forms.find_map(|form| Some((form, form.decode(word)?)))
}

/// Types for operands that stand at bits of the row's choice, or at their only place.
macro_rules! types {
    ($($name:ident<$at:ident>: $value:ty = $class:expr;)*) => {
        $(
            #[doc = concat!("`", stringify!($class), "` at that bit.")]
            pub struct $name<const $at: u8>;

            impl<const $at: u8> Operand for $name<$at> {
                type Value = $value;
                const FIELD: Field = Field { class: $class, at: $at };
            }
        )*
    };
    ($($name:ident: $value:ty = $class:expr, $at:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($class), "` at bit ", $at, ".")]
            pub struct $name;

            impl Operand for $name {
                type Value = $value;
                const FIELD: Field = Field { class: $class, at: $at };
            }
        )*
    };
    ($($name:ident($of:ident): $value:ty = $class:ident, $at:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($class), "` of that width or scale, at bit ", $at, ".")]
            pub struct $name<const $of: u8>;

            impl<const $of: u8> Operand for $name<$of> {
                type Value = $value;
                const FIELD: Field = Field { class: Class::$class($of), at: $at };
            }
        )*
    };
}

/// Where registers stand: the first of an instruction.
pub(super) const RD: u8 = 0;
/// The second, or the base of an address.
pub(super) const RN: u8 = 5;
/// The third, or the index of an address.
pub(super) const RM: u8 = 16;
/// The fourth, or the second of a pair.
pub(super) const RA: u8 = 10;

types! {
    X<AT>: R = Class::X;
    W<AT>: R = Class::W;
    Xsp<AT>: R = Class::Xsp;
    Wsp<AT>: R = Class::Wsp;
    B<AT>: V = Class::B;
    S<AT>: V = Class::S;
    D<AT>: V = Class::D;
    Q<AT>: V = Class::Q;
    V8B<AT>: V = Class::V8B;
    V16B<AT>: V = Class::V16B;
    Flags<AT>: i64 = Class::Unsigned(4);
    Imm5<AT>: i64 = Class::Unsigned(5);
    Imm6<AT>: i64 = Class::Unsigned(6);
    Imm7<AT>: i64 = Class::Unsigned(7);
    Imm16<AT>: i64 = Class::Unsigned(16);
    When<AT>: Cond = Class::Cond;
    Unless<AT>: Cond = Class::CondNot;
}

types! {
    Imm12: i64 = Class::Imm12, 10;
    Bit: i64 = Class::Bit, 19;
    Float: f64 = Class::Float, 13;
    ExtendW: (Extend, u8) = Class::ExtendW, 10;
    ExtendX: (Extend, u8) = Class::ExtendX, 10;
    Unscaled: i64 = Class::Unscaled, 12;
    Step: i64 = Class::Step, 12;
    Jump26: i64 = Class::Jump(26), 0;
    Jump19: i64 = Class::Jump(19), 5;
    Jump14: i64 = Class::Jump(14), 5;
    Adr: i64 = Class::Adr, 5;
    Adrp: i64 = Class::Adrp, 5;
}

types! {
    Half(WIDTH): i64 = Half, 21;
    Bitmask(WIDTH): u64 = Bitmask, 10;
    Left(WIDTH): i64 = Left, 10;
    Shifted(WIDTH): (Shift, u8) = Shifted, 10;
    Rotated(WIDTH): (Shift, u8) = Rotated, 10;
    IndexX(SCALE): (Extend, u8) = IndexX, 12;
    IndexW(SCALE): (Extend, u8) = IndexW, 12;
    Scaled(SCALE): i64 = Scaled, 10;
    PairOffset(SCALE): i64 = PairOffset, 15;
    PairStep(SCALE): i64 = PairStep, 15;
}
