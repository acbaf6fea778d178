//! Rows of instructions, by families. A row's type tells its operands.

pub mod control;
pub mod float;
pub mod integer;

use super::operand::Kind;

/// Prefix, operand size and opcode.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// 66, F2 or F3.
    pub prefix: Option<u8>,
    /// REX.W: 64 bits.
    pub w: bool,
    /// The opcode with its escape bytes.
    pub opcode: &'static [u8],
}

macro_rules! row_types {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty),* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name {
                /// Mnemonic.
                pub name: &'static str,
                /// How it is encoded.
                pub code: Code,
                $($(#[doc = $field_doc])* pub $field: $type,)*
            }
        )*
    };
}

row_types! {
    #[doc = "`op reg, r/m`."]
    RegRm {
        #[doc = "Kind of the register."] reg: Kind,
        #[doc = "Kind of the other operand."] rm: Kind
    }
    #[doc = "`op reg, address`: the address itself is the operand."]
    RegMem { #[doc = "Kind of the register."] reg: Kind }
    #[doc = "`op r/m, reg`."]
    RmReg {
        #[doc = "Kind of the first operand."] rm: Kind,
        #[doc = "Kind of the register."] reg: Kind
    }
    #[doc = "`op r/m`."]
    RmOnly {
        #[doc = "The opcode's extension in ModRM."] ext: u8,
        #[doc = "Kind of the operand."] rm: Kind
    }
    #[doc = "`op r/m, imm`."]
    RmImm {
        #[doc = "The opcode's extension in ModRM."] ext: u8,
        #[doc = "Kind of the first operand."] rm: Kind,
        #[doc = "Bytes of the immediate, which is sign-extended."] imm: u8
    }
    #[doc = "`op reg, r/m, imm`."]
    RegRmImm {
        #[doc = "Kind of the register."] reg: Kind,
        #[doc = "Kind of the second operand."] rm: Kind,
        #[doc = "Bytes of the immediate, which is sign-extended."] imm: u8
    }
    #[doc = "`op reg`, with the register in the opcode."]
    OpReg { #[doc = "Kind of the register."] reg: Kind }
    #[doc = "`op reg, imm`, with the register in the opcode."]
    OpRegImm {
        #[doc = "Kind of the register."] reg: Kind,
        #[doc = "Bytes of the immediate."] imm: u8
    }
    #[doc = "No operand."]
    Plain {}
    #[doc = "A 32-bit distance to the target."]
    Rel {}
    #[doc = "An 8-bit distance to the target."]
    Rel8 {}
}

impl RegRm {
    /// The opcode of the same instruction with r/m as its first operand.
    pub(super) fn reversed(self) -> Option<&'static [u8]> {
        match self.code.opcode {
            [0x03] => Some(&[0x01]),
            [0x0b] => Some(&[0x09]),
            [0x23] => Some(&[0x21]),
            [0x2b] => Some(&[0x29]),
            [0x33] => Some(&[0x31]),
            [0x3b] => Some(&[0x39]),
            [0x8b] => Some(&[0x89]),
            _ => None,
        }
    }
}

impl RmImm {
    /// The opcode of a shift by one, which has no immediate.
    pub(super) fn by_one(self) -> Option<&'static [u8]> {
        (self.code.opcode == [0xc1]).then_some(&[0xd1])
    }

    /// The opcode of the same instruction for `rax`, without ModRM.
    pub(super) fn accumulator(self) -> Option<u8> {
        match self.code.opcode {
            [0x81] => Some(self.ext << 3 | 5),
            [0xf7] => Some(0xa9),
            _ => None,
        }
    }
}

/// Opcode of a row: `w` for REX.W, a prefix and `:`, then the bytes.
macro_rules! code {
    (w $prefix:literal : $($byte:literal)*) => {
        $crate::x64::insts::Code { prefix: Some($prefix), w: true, opcode: &[$($byte),*] }
    };
    ($prefix:literal : $($byte:literal)*) => {
        $crate::x64::insts::Code { prefix: Some($prefix), w: false, opcode: &[$($byte),*] }
    };
    (w $($byte:literal)*) => {
        $crate::x64::insts::Code { prefix: None, w: true, opcode: &[$($byte),*] }
    };
    ($($byte:literal)*) => {
        $crate::x64::insts::Code { prefix: None, w: false, opcode: &[$($byte),*] }
    };
}

/// Rows of one type: a constant each, and the list of all.
macro_rules! rows {
    ($list:ident: $type:ident; $($name:ident $text:literal [$($field:ident: $value:expr),*] ($($code:tt)*);)*) => {
        $(
            #[doc = concat!("`", $text, "`.")]
            pub const $name: $crate::x64::insts::$type = $crate::x64::insts::$type {
                name: $text,
                code: code!($($code)*),
                $($field: $value,)*
            };
        )*
        #[doc = concat!("All rows of the type `", stringify!($type), "` here.")]
        pub const $list: &[$crate::x64::insts::$type] = &[$($name),*];
    };
}

use {code, rows};
