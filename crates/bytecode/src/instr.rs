//! What is derived from the instruction table: [`Instr`], [`Opcode`] and their [`Info`].

use crate::for_each_instr;
use crate::operand::{
    BuiltinId, CaptureId, ConstId, Count, Ends, FunctionId, GlobalId, Local, ModuleId, NameId,
    Operand, OperandKind, OperandType, Target,
};

/// An instruction has at most this many operands.
const MAX_OPERANDS: usize = 2;

/// What an instruction may do besides computing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// It may raise an error.
    pub throws: bool,
    /// It may run user code or a collection: it is a safepoint.
    pub calls: bool,
    /// It may allocate.
    pub allocates: bool,
    /// Its target lies at or before itself.
    pub back: bool,
    /// It never goes on to the next instruction.
    pub ends: bool,
}

impl Effects {
    const NONE: Effects =
        Effects { throws: false, calls: false, allocates: false, back: false, ends: false };
}

/// A row of the instruction table.
#[derive(Debug, PartialEq, Eq)]
pub struct Info {
    /// The byte that stands for it in files.
    pub byte: u8,
    /// The section the row stands in.
    pub section: &'static str,
    /// The instruction's name.
    pub name: &'static str,
    /// Names and kinds of the operands.
    pub operands: &'static [(&'static str, OperandKind)],
    /// How many values it takes, as written in the table; may name operands.
    pub takes: &'static str,
    /// How many values it leaves when it goes on.
    pub leaves: &'static str,
    /// How many values it leaves when it goes to its target, if that is another number.
    pub leaves_jumping: Option<&'static str>,
    /// What else it does.
    pub effects: Effects,
    /// What it does, in words.
    pub doc: &'static str,
}

impl Info {
    /// Whether it has a target.
    pub fn jumps(&self) -> bool {
        self.operands.iter().any(|(_, kind)| *kind == OperandKind::Target)
    }

    /// The words of [`Info::doc`] on one line.
    pub fn sentence(&self) -> String {
        self.doc.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What an instruction does to the operand stack, in one look at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackEffect {
    /// How many values it takes.
    pub takes: u32,
    /// How many it leaves when it goes on to the next instruction.
    pub leaves: u32,
    /// How many it leaves when it goes to its target.
    pub leaves_jumping: u32,
    /// It never goes on to the next instruction.
    pub ends: bool,
}

/// The same as the table of all opcodes has it.
#[derive(Clone, Copy)]
struct FixedEffect {
    /// Or [`DEPENDS`].
    takes: u8,
    leaves: u8,
    leaves_jumping: u8,
    ends: bool,
}

/// How many values an instruction takes depends on its operands.
const DEPENDS: u8 = u8::MAX;

/// What to note of an instruction that takes so many values with operands 0 and with operands 1.
const fn fixed(with_zeros: u32, with_ones: u32) -> u8 {
    if with_zeros == with_ones && with_zeros < DEPENDS as u32 { with_zeros as u8 } else { DEPENDS }
}

impl Opcode {
    /// How many values it leaves when it goes on to the next instruction, and when it goes to its target.
    pub(crate) const fn leaves(self) -> (u8, u8) {
        let FixedEffect { leaves, leaves_jumping, .. } = FIXED[self as usize];
        (leaves, leaves_jumping)
    }
}

/// Looks at instructions. What it does is compiled for each row of the table by itself if its methods
/// are inlined: which instruction it is and of what kinds its operands are is known there, and the
/// processor branches once.
pub trait Visitor {
    /// Why it has enough.
    type Error;

    /// Looks at an operand.
    ///
    /// # Errors
    /// If it has enough.
    fn operand(&mut self, operand: Operand) -> Result<(), Self::Error>;

    /// Looks at the instruction, after its operands.
    ///
    /// # Errors
    /// If it has enough.
    fn instruction(&mut self, instr: Instr) -> Result<(), Self::Error>;
}

/// Why bytes are no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They end too early.
    Cut,
    /// The first byte stands for no instruction.
    Unknown(u8),
}

/// The last of one or two expressions.
macro_rules! last {
    ($only:expr) => {
        $only
    };
    ($first:expr, $last:expr) => {
        $last
    };
}

/// `Some` of an expression, or `None` of nothing.
macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! derive_instructions {
    ($($section:literal { $(
        $(#[doc = $doc:literal])+
        $byte:literal $name:ident { $($operand:ident: $kind:ident),* }
        [$takes:expr => $leaves:expr $(, jumping $jumping:expr)?]
        { $($effect:ident),* }
    )* })*) => {
        /// An instruction with its operands. See [`crate::ops`] for the table it comes from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Instr {
            $($(
                $(#[doc = $doc])+
                $name {
                    $(
                        #[doc = concat!("Operand `", stringify!($operand), "`.")]
                        $operand: $kind,
                    )*
                },
            )*)*
        }

        /// The name of an instruction, without operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Opcode {
            $($(
                $(#[doc = $doc])+
                $name,
            )*)*
        }

        impl Opcode {
            /// All instructions, in the order of the table.
            pub const ALL: &'static [Opcode] = &[$($(Opcode::$name,)*)*];

            /// The row of the table.
            pub const fn info(self) -> &'static Info {
                &INFO[self as usize]
            }
        }

        /// By number of the opcode.
        static FIXED: [FixedEffect; Opcode::ALL.len()] = [$($(
            FixedEffect {
                takes: fixed(
                    Instr::$name { $($operand: $kind(0)),* }.counted_takes(),
                    Instr::$name { $($operand: $kind(1)),* }.counted_takes(),
                ),
                leaves: $leaves,
                leaves_jumping: last!($leaves $(, $jumping)?),
                ends: Effects { $($effect: true,)* ..Effects::NONE }.ends,
            },
        )*)*];

        const INFO: &[Info] = &[$($(
            Info {
                byte: $byte,
                section: $section,
                name: stringify!($name),
                operands: &[$((stringify!($operand), <$kind as OperandType>::KIND)),*],
                takes: stringify!($takes),
                leaves: stringify!($leaves),
                leaves_jumping: optional!($(stringify!($jumping))?),
                effects: Effects { $($effect: true,)* ..Effects::NONE },
                doc: concat!($($doc, "\n"),+),
            },
        )*)*];

        impl Instr {
            /// The name of the instruction.
            pub const fn opcode(self) -> Opcode {
                match self {
                    $($(Instr::$name { .. } => Opcode::$name,)*)*
                }
            }

            /// The operands, in the order of the table.
            pub fn operands(self) -> impl Iterator<Item = Operand> {
                let operands: [Option<Operand>; MAX_OPERANDS] = match self {
                    $($(
                        Instr::$name { $($operand),* } => padded([$($operand.into()),*]),
                    )*)*
                };
                operands.into_iter().flatten()
            }

            #[allow(unused_variables, reason = "most counts do not depend on operands")]
            #[inline]
            const fn counted_takes(self) -> u32 {
                match self {
                    $($(
                        Instr::$name { $($operand),* } => {
                            $(let $operand = $operand.0 as u32;)*
                            $takes
                        }
                    )*)*
                }
            }

            /// The same instruction with other numbers: `map` gives that of each operand.
            pub fn map_operands(self, mut map: impl FnMut(Operand) -> u32) -> Instr {
                match self {
                    $($(
                        Instr::$name { $($operand),* } => Instr::$name {
                            $($operand: $kind(map($operand.into()) as _)),*
                        },
                    )*)*
                }
            }

            /// Appends its byte and its operands, as files hold them.
            pub fn encode(self, out: &mut Vec<u8>) {
                match self {
                    $($(
                        Instr::$name { $($operand),* } => {
                            out.push($byte);
                            $(out.extend_from_slice(&$operand.0.to_le_bytes());)*
                        }
                    )*)*
                }
            }

            /// Reads the instruction that the bytes begin with, and gives the rest.
            ///
            /// # Errors
            /// If the byte stands for none, or operands are cut off.
            #[inline(always)]
            pub fn decode(bytes: &[u8]) -> Result<(Instr, &[u8]), DecodeError> {
                let (&byte, rest) = bytes.split_first().ok_or(DecodeError::Cut)?;
                match byte {
                    $($(
                        $byte => {
                            $(let ($operand, rest) = $kind::decode(rest).ok_or(DecodeError::Cut)?;)*
                            Ok((Instr::$name { $($operand),* }, rest))
                        }
                    )*)*
                    byte => Err(DecodeError::Unknown(byte)),
                }
            }

            /// Shows a visitor each operand, in the order of the table, and itself.
            ///
            /// # Errors
            /// What the visitor gives when it has enough.
            #[inline(always)]
            pub fn visit<V: Visitor>(self, visitor: &mut V) -> Result<(), V::Error> {
                match self {
                    $($(
                        Instr::$name { $($operand),* } => {
                            $(visitor.operand($operand.into())?;)*
                            visitor.instruction(Instr::$name { $($operand),* })
                        }
                    )*)*
                }
            }

            /// Shows a visitor the instruction that the bytes begin with: each operand, in the order of
            /// the table, and then the whole. Gives the rest of the bytes.
            ///
            /// # Errors
            /// What the visitor gives when it has enough.
            ///
            /// # Panics
            /// If the bytes do not begin with an instruction.
            #[inline(always)]
            pub fn visit_first<'b, V: Visitor>(
                bytes: &'b [u8],
                visitor: &mut V,
            ) -> Result<&'b [u8], V::Error> {
                let Some((&byte, rest)) = bytes.split_first() else { no_instruction() };
                match byte {
                    $($(
                        $byte => {
                            $(
                                let Some(($operand, rest)) = $kind::decode(rest) else {
                                    no_instruction()
                                };
                            )*
                            $(visitor.operand($operand.into())?;)*
                            visitor.instruction(Instr::$name { $($operand),* })?;
                            Ok(rest)
                        }
                    )*)*
                    _ => no_instruction(),
                }
            }

            /// Where it may go besides the next instruction.
            #[inline]
            pub fn target(self) -> Option<Target> {
                match self {
                    $($(
                        #[allow(unused_variables, reason = "most rows have no target")]
                        Instr::$name { $($operand),* } => {
                            let target = None;
                            $(let target = $operand.as_target().or(target);)*
                            target
                        }
                    )*)*
                }
            }

            /// The same instruction with another target; one without a target stays as it is.
            pub fn map_target(self, mut map: impl FnMut(Target) -> Target) -> Instr {
                match self {
                    $($(
                        Instr::$name { $($operand),* } => Instr::$name {
                            $($operand: $operand.map_target(&mut map)),*
                        },
                    )*)*
                }
            }
        }
    };
}

for_each_instr!(derive_instructions);

impl Instr {
    /// The row of the table.
    pub const fn info(self) -> &'static Info {
        self.opcode().info()
    }

    /// What it may do besides computing.
    pub const fn effects(self) -> Effects {
        self.info().effects
    }

    /// What it does to the operand stack.
    #[inline]
    pub fn stack_effect(self) -> StackEffect {
        let FixedEffect { takes, leaves, leaves_jumping, ends } = FIXED[self.opcode() as usize];
        StackEffect {
            takes: if takes == DEPENDS { self.counted_takes() } else { takes.into() },
            leaves: leaves.into(),
            leaves_jumping: leaves_jumping.into(),
            ends,
        }
    }

    /// How many values it takes from the operand stack.
    #[inline(always)]
    pub fn takes(self) -> u32 {
        match FIXED[self.opcode() as usize].takes {
            DEPENDS => self.counted_takes(),
            takes => takes.into(),
        }
    }

    /// How many values it leaves when it goes on to the next instruction.
    #[inline(always)]
    pub fn leaves(self) -> u32 {
        FIXED[self.opcode() as usize].leaves.into()
    }

    /// How many values it leaves when it goes to its target.
    #[inline(always)]
    pub fn leaves_jumping(self) -> u32 {
        FIXED[self.opcode() as usize].leaves_jumping.into()
    }
}

/// Bytes that were said to be instructions are none.
#[cold]
fn no_instruction() -> ! {
    panic!("bytes that are no instruction")
}

fn padded<const N: usize>(operands: [Operand; N]) -> [Option<Operand>; MAX_OPERANDS] {
    const { assert!(N <= MAX_OPERANDS) };
    std::array::from_fn(|index| operands.get(index).copied())
}

// Code is kept in memory as it is, so its size is worth a promise.
const _: () = assert!(size_of::<Instr>() <= 8);
