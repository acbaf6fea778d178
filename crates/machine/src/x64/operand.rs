//! Registers and addresses.

use std::fmt;

/// What an operand is: which registers it may be, and how many bytes it has in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 8-bit general register.
    R8,
    /// 16-bit general register.
    R16,
    /// 32-bit general register.
    R32,
    /// 64-bit general register.
    R64,
    /// Vector register; 4 bytes in memory.
    X32,
    /// Vector register; 8 bytes in memory.
    X64,
    /// Vector register; 16 bytes in memory.
    X128,
}

/// A register by its number in encodings, 0 to 15; the row tells its [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct R(pub u8);

const NAMES: [[&str; 16]; 4] = [
    [
        "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b",
        "r13b", "r14b", "r15b",
    ],
    [
        "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w",
        "r13w", "r14w", "r15w",
    ],
    [
        "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d",
        "r12d", "r13d", "r14d", "r15d",
    ],
    [
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
        "r13", "r14", "r15",
    ],
];

impl R {
    /// The accumulator.
    pub const RAX: R = R(0);
    /// The stack pointer.
    pub const RSP: R = R(4);

    /// Its name as an operand of a kind.
    pub fn name(self, kind: Kind) -> String {
        let names = match kind {
            Kind::R8 => &NAMES[0],
            Kind::R16 => &NAMES[1],
            Kind::R32 => &NAMES[2],
            Kind::R64 => &NAMES[3],
            Kind::X32 | Kind::X64 | Kind::X128 => return format!("xmm{}", self.0),
        };
        names[self.0 as usize].to_string()
    }
}

/// What an address begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A register.
    Reg(R),
    /// The end of the instruction.
    Rip,
    /// Zero.
    None,
}

/// An address: base, index times 1, 2, 4 or 8, and a displacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mem {
    pub(super) base: Base,
    /// Register and logarithm of its factor.
    pub(super) index: Option<(R, u8)>,
    pub(super) disp: i32,
}

/// An index that cannot be encoded: the stack pointer, a factor above 8, or one beside `rip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadIndex;

impl Mem {
    /// Base and displacement.
    pub fn new(base: Base, disp: i32) -> Mem {
        Mem { base, index: None, disp }
    }

    /// Adds a register times `1 << scale`.
    ///
    /// # Errors
    /// If there is no encoding for it.
    pub fn index(mut self, reg: R, scale: u8) -> Result<Mem, BadIndex> {
        if reg == R::RSP || scale > 3 || self.base == Base::Rip {
            return Err(BadIndex);
        }
        self.index = Some((reg, scale));
        Ok(self)
    }
}

impl fmt::Display for Mem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.base {
            Base::Reg(reg) => parts.push(reg.name(Kind::R64)),
            Base::Rip => parts.push("rip".to_string()),
            Base::None => {}
        }
        if let Some((reg, scale)) = self.index {
            let name = reg.name(Kind::R64);
            // Without a base, the factor tells that it is an index.
            let plain = scale == 0 && self.base != Base::None;
            parts.push(if plain { name } else { format!("{}*{name}", 1 << scale) });
        }
        let disp = i64::from(self.disp);
        match parts.is_empty() {
            true => write!(f, "[{disp}]"),
            false => {
                write!(f, "[{}", parts.join(" + "))?;
                match disp {
                    0 => {}
                    1.. => write!(f, " + {disp}")?,
                    _ => write!(f, " - {}", -disp)?,
                }
                f.write_str("]")
            }
        }
    }
}

/// A register or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rm {
    /// A register.
    Reg(R),
    /// An address.
    Mem(Mem),
}

impl Rm {
    /// Its text as an operand of a kind.
    pub fn text(self, kind: Kind) -> String {
        let size = match kind {
            Kind::R8 => "byte",
            Kind::R16 => "word",
            Kind::R32 | Kind::X32 => "dword",
            Kind::R64 | Kind::X64 => "qword",
            Kind::X128 => "xmmword",
        };
        match self {
            Rm::Reg(reg) => reg.name(kind),
            Rm::Mem(mem) => format!("{size} ptr {mem}"),
        }
    }
}
