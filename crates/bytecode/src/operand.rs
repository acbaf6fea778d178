//! Operands: what may stand in an instruction beside its name.
//!
//! Each kind is a type of its own, so that a slot cannot be mistaken for a count. [`Operand`] is
//! any of them, for code that treats all instructions alike.

use std::fmt;

/// What the kinds of operand have in common; used by the code derived from the instruction table.
pub(crate) trait OperandType: Copy + Into<Operand> {
    /// The kind.
    const KIND: OperandKind;

    /// The operand, if it is a jump target.
    fn as_target(self) -> Option<Target> {
        None
    }

    /// Changes a jump target; other operands stay as they are.
    fn map_target(self, _map: &mut impl FnMut(Target) -> Target) -> Self {
        self
    }
}

macro_rules! operand_kinds {
    ($(#[doc = $doc:literal] $kind:ident $name:ident ( $raw:ty ) $({ $($extra:tt)* })?)*) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(pub $raw);

            impl $name {
                /// The operand that the bytes begin with, and the rest.
                #[inline]
                pub(crate) fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
                    let (raw, rest) = bytes.split_first_chunk()?;
                    Some((Self(<$raw>::from_le_bytes(*raw)), rest))
                }

                /// The number, as an index into a table or a plain count.
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }

            impl From<$name> for Operand {
                fn from(operand: $name) -> Operand {
                    Operand::$kind(operand)
                }
            }

            impl OperandType for $name {
                const KIND: OperandKind = OperandKind::$kind;
                $($($extra)*)?
            }
        )*

        /// The kinds of operand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OperandKind {
            $(#[doc = $doc] $kind,)*
        }

        impl OperandKind {
            /// How many bytes it has in files.
            pub const fn width(self) -> usize {
                match self {
                    $(OperandKind::$kind => size_of::<$raw>(),)*
                }
            }

            /// What the operand is, in words.
            pub const fn doc(self) -> &'static str {
                match self {
                    $(OperandKind::$kind => $doc.trim_ascii(),)*
                }
            }
        }

        impl fmt::Display for OperandKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
        }

        /// An operand of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operand {
            $(#[doc = $doc] $kind($name),)*
        }

        impl Operand {
            /// Its kind.
            pub const fn kind(self) -> OperandKind {
                match self {
                    $(Operand::$kind(_) => OperandKind::$kind,)*
                }
            }

            /// The bare number.
            pub const fn raw(self) -> u32 {
                match self {
                    $(Operand::$kind(operand) => operand.0 as u32,)*
                }
            }
        }
    };
}

operand_kinds! {
    /// Index into the constants of the module.
    Const ConstId(u32)
    /// Index of a constant that must be a string.
    Name NameId(u32)
    /// A local slot of the frame.
    Local Local(u16)
    /// Index into the captures of the running function.
    Capture CaptureId(u16)
    /// Index into the globals of the module.
    Global GlobalId(u32)
    /// Index into the builtins of the module.
    Builtin BuiltinId(u32)
    /// Index into the functions of the module.
    Function FunctionId(u32)
    /// Index into the source modules of the module.
    Module ModuleId(u32)
    /// Number of an instruction in the same function.
    Target Target(u32) {
        fn as_target(self) -> Option<Target> {
            Some(self)
        }

        fn map_target(self, map: &mut impl FnMut(Target) -> Target) -> Self {
            map(self)
        }
    }
    /// A count of values.
    Count Count(u16)
    /// Which ends a slice has: bit 0 the first, bit 1 the last.
    Ends Ends(u8)
}

impl Ends {
    /// The slice says where it begins.
    pub const fn has_first(self) -> bool {
        self.0 & 1 != 0
    }

    /// The slice says where it ends.
    pub const fn has_last(self) -> bool {
        self.0 & 2 != 0
    }
}
