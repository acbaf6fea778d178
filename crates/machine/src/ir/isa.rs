//! Instruction sets as far as the IR's text knows them: the names of physical registers and what the
//! bare form of a call means.

use super::Phys;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// x86-64.
    X64,
    /// AArch64.
    Arm64,
}

/// General registers of x86-64 by their number in encodings.
const X64: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
];

/// General registers of AArch64 by their number in encodings; `sp` and `xzr` share one there.
const ARM64: [&str; 33] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
    "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",
    "x28", "x29", "x30", "sp", "xzr",
];

/// The first [`Phys`] of AArch64; those below are x86-64's.
const ARM64_FIRST: u8 = 32;

impl Isa {
    /// Both.
    pub const ALL: [Isa; 2] = [Isa::X64, Isa::Arm64];

    /// The one that this program itself runs on, if it is one of them.
    pub const HOST: Option<Isa> = if cfg!(target_arch = "x86_64") {
        Some(Isa::X64)
    } else if cfg!(target_arch = "aarch64") {
        Some(Isa::Arm64)
    } else {
        None
    };

    /// Its name in both syntaxes.
    pub fn name(self) -> &'static str {
        match self {
            Isa::X64 => "x86_64",
            Isa::Arm64 => "arm64",
        }
    }

    /// The instruction set of that name.
    pub fn from_name(name: &[u8]) -> Option<Isa> {
        Self::ALL.into_iter().find(|isa| isa.name().as_bytes() == name)
    }

    fn names(self) -> (&'static [&'static str], u8) {
        match self {
            Isa::X64 => (&X64, 0),
            Isa::Arm64 => (&ARM64, ARM64_FIRST),
        }
    }

    /// Registers that hold the first integer arguments of a call, on systems other than Windows.
    pub fn argument_registers(self) -> &'static [Phys] {
        const X64: [Phys; 6] = [Phys(7), Phys(6), Phys(2), Phys(1), Phys(8), Phys(9)];
        const ARM64: [Phys; 8] =
            [Phys(32), Phys(33), Phys(34), Phys(35), Phys(36), Phys(37), Phys(38), Phys(39)];
        match self {
            Isa::X64 => &X64,
            Isa::Arm64 => &ARM64,
        }
    }

    /// The register that holds a call's integer result.
    pub fn result_register(self) -> Phys {
        Phys(self.names().1)
    }
}

impl Phys {
    /// The register of that name, of either instruction set.
    pub fn from_name(name: &[u8]) -> Option<Phys> {
        Isa::ALL.into_iter().find_map(|isa| {
            let (names, first) = isa.names();
            let at = names.iter().position(|known| known.as_bytes() == name)?;
            Some(Phys(first + at as u8))
        })
    }

    /// The instruction set it belongs to.
    pub fn isa(self) -> Isa {
        if self.0 < ARM64_FIRST { Isa::X64 } else { Isa::Arm64 }
    }

    /// Its name; empty for a number that no register has.
    pub fn name(self) -> &'static str {
        let (names, first) = self.isa().names();
        names.get((self.0 - first) as usize).copied().unwrap_or("")
    }

    /// Its number in encodings.
    pub fn number(self) -> u8 {
        let (_, first) = self.isa().names();
        (self.0 - first) & 31
    }

    /// Whether it is AArch64's register that is always zero.
    pub fn is_zero(self) -> bool {
        self.name() == "xzr"
    }

    /// Whether it is a stack pointer or the frame pointer.
    pub fn is_stack(self) -> bool {
        ["rsp", "rbp", "sp", "x29"].contains(&self.name())
    }

    /// Whether a function must leave it as it was, on systems other than Windows.
    pub fn is_callee_saved(self) -> bool {
        match self.isa() {
            Isa::X64 => ["rbx", "rsp", "rbp", "r12", "r13", "r14", "r15"].contains(&self.name()),
            Isa::Arm64 => {
                let number = self.0 - ARM64_FIRST;
                (19..=29).contains(&number) || self.name() == "sp"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_is_found_by_its_name() {
        for isa in Isa::ALL {
            let (names, first) = isa.names();
            for (name, number) in names.iter().zip(first..) {
                let phys = Phys::from_name(name.as_bytes()).unwrap();
                assert_eq!((phys, phys.isa(), phys.name()), (Phys(number), isa, *name));
            }
        }
        assert_eq!(Phys::from_name(b"eax"), None);
    }

    #[test]
    fn conventions_name_the_registers_they_mean() {
        let names =
            |isa: Isa| isa.argument_registers().iter().map(|r| r.name()).collect::<Vec<_>>();
        assert_eq!(names(Isa::X64), ["rdi", "rsi", "rdx", "rcx", "r8", "r9"]);
        assert_eq!(names(Isa::Arm64), ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"]);
        assert_eq!(Isa::X64.result_register().name(), "rax");
        assert_eq!(Isa::Arm64.result_register().name(), "x0");
    }
}
