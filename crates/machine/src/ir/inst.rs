//! Instructions and their operands.

use super::{Name, Op};

/// Class of a register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Class {
    /// 64-bit integer or address.
    #[default]
    I64,
    /// Single-precision float.
    F32,
    /// Double-precision float.
    F64,
}

impl Class {
    /// Its name in both syntaxes.
    pub fn name(self) -> &'static str {
        match self {
            Class::I64 => "i64",
            Class::F32 => "f32",
            Class::F64 => "f64",
        }
    }

    /// The class of that name.
    pub fn from_name(name: &[u8]) -> Option<Class> {
        [Class::I64, Class::F32, Class::F64].into_iter().find(|c| c.name().as_bytes() == name)
    }

    /// Whether it is one of the two float classes.
    pub fn is_float(self) -> bool {
        self != Class::I64
    }
}

/// A virtual register, numbered within its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u32);

/// A label, numbered within its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// A physical register: its instruction set and number are told by [`Isa`](super::Isa).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Phys(pub u8);

/// An operand. What may stand where is told by the operation's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operand {
    /// Absent: an index, or a place the row does not have.
    #[default]
    None,
    /// A virtual register.
    Reg(Reg),
    /// A physical register.
    Phys(Phys),
    /// A number of up to 32 bits, sign included.
    Imm(i32),
    /// A wider number: its index among the module's; see [`Module::imm`](super::Module::imm).
    Wide(u32),
    /// A symbol.
    Sym(Name),
    /// A label.
    Label(Label),
    /// Bytes.
    Bytes(Name),
    /// A list: where it starts in the module's pool; see [`Module::list`](super::Module::list).
    List(u32),
    /// In a list of arguments: the variadic ones follow.
    Variadic,
}

impl Operand {
    /// The virtual register, if it is one.
    #[inline]
    pub fn reg(self) -> Option<Reg> {
        match self {
            Operand::Reg(reg) => Some(reg),
            _ => None,
        }
    }
}

macro_rules! conds {
    ($($(#[doc = $doc:literal])? $name:ident $text:literal $inverse:ident $swapped:ident;)*) => {
        /// A condition between two operands.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are the usual ones")]
        pub enum Cond { #[default] $($(#[doc = $doc])? $name,)* }

        impl Cond {
            /// Every condition, integer ones first.
            pub const ALL: &'static [Cond] = &[$(Cond::$name,)*];

            /// Its name in both syntaxes.
            pub fn name(self) -> &'static str {
                match self { $(Cond::$name => $text,)* }
            }

            /// The condition that holds exactly where this does not.
            pub fn inverse(self) -> Cond {
                match self { $(Cond::$name => Cond::$inverse,)* }
            }

            /// The condition that says the same of exchanged operands.
            pub fn swapped(self) -> Cond {
                match self { $(Cond::$name => Cond::$swapped,)* }
            }
        }
    };
}

conds! {
    Eq "eq" Ne Eq; Ne "ne" Eq Ne;
    Lt "lt" Ge Gt; Le "le" Gt Ge; Gt "gt" Le Lt; Ge "ge" Lt Le;
    Ltu "ltu" Geu Gtu; Leu "leu" Gtu Geu; Gtu "gtu" Leu Ltu; Geu "geu" Ltu Leu;
    #[doc = "Float conditions: `O…` is false and `U…` true if an operand is NaN."]
    Oeq "oeq" Une Oeq; One "one" Ueq One;
    Olt "olt" Uge Ogt; Ole "ole" Ugt Oge; Ogt "ogt" Ule Olt; Oge "oge" Ult Ole;
    Ord "ord" Uno Ord;
    Ueq "ueq" One Ueq; Une "une" Oeq Une;
    Ult "ult" Oge Ugt; Ule "ule" Ogt Uge; Ugt "ugt" Ole Ult; Uge "uge" Olt Ule;
    Uno "uno" Ord Uno;
}

impl Cond {
    /// The integer condition that says of numbers without a sign what this one says of those with one.
    pub fn unsigned(self) -> Cond {
        match self {
            Cond::Lt => Cond::Ltu,
            Cond::Le => Cond::Leu,
            Cond::Gt => Cond::Gtu,
            Cond::Ge => Cond::Geu,
            other => other,
        }
    }

    /// The integer conditions.
    pub const INT: &'static [Cond] = Cond::ALL.split_at(10).0;
    /// The float conditions.
    pub const FLOAT: &'static [Cond] = Cond::ALL.split_at(10).1;

    /// Whether it holds between integers; float conditions hold between none.
    pub fn holds(self, a: i64, b: i64) -> bool {
        let (ua, ub) = (a as u64, b as u64);
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::Lt => a < b,
            Cond::Le => a <= b,
            Cond::Gt => a > b,
            Cond::Ge => a >= b,
            Cond::Ltu => ua < ub,
            Cond::Leu => ua <= ub,
            Cond::Gtu => ua > ub,
            Cond::Geu => ua >= ub,
            _ => false,
        }
    }

    /// Where this integer condition holds: whether another one then always holds, or never.
    pub fn implies(self, other: Cond) -> Option<bool> {
        // Where they hold: below, equal, above; and whether that is of numbers without sign.
        let places = |cond: Cond| {
            Some(match cond {
                Cond::Eq => (0b010, None),
                Cond::Ne => (0b101, None),
                Cond::Lt => (0b001, Some(false)),
                Cond::Le => (0b011, Some(false)),
                Cond::Gt => (0b100, Some(false)),
                Cond::Ge => (0b110, Some(false)),
                Cond::Ltu => (0b001, Some(true)),
                Cond::Leu => (0b011, Some(true)),
                Cond::Gtu => (0b100, Some(true)),
                Cond::Geu => (0b110, Some(true)),
                _ => return None,
            })
        };
        let ((own, signs), (others, other_signs)) = (places(self)?, places(other)?);
        if signs.is_some() && other_signs.is_some() && signs != other_signs {
            return None;
        }
        match own & others {
            0 => Some(false),
            both if both == own => Some(true),
            _ => None,
        }
    }

    /// Whether it holds between floats; integer conditions hold between none.
    pub fn holds_float(self, a: f64, b: f64) -> bool {
        let unordered = a.is_nan() || b.is_nan();
        match self {
            Cond::Oeq => a == b,
            Cond::One => !unordered && a != b,
            Cond::Olt => a < b,
            Cond::Ole => a <= b,
            Cond::Ogt => a > b,
            Cond::Oge => a >= b,
            Cond::Ord => !unordered,
            Cond::Ueq => unordered || a == b,
            Cond::Une => a != b,
            Cond::Ult => unordered || a < b,
            Cond::Ule => unordered || a <= b,
            Cond::Ugt => unordered || a > b,
            Cond::Uge => unordered || a >= b,
            Cond::Uno => unordered,
            _ => false,
        }
    }
}

/// One instruction: an operation with its operands in the order of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// The condition, for operations that carry one.
    pub cond: Cond,
    /// Logarithm of what an address's index is multiplied by: 0 to 3.
    pub scale: u8,
    /// The operands.
    pub operands: [Operand; 4],
}

impl Inst {
    /// An instruction without condition and scale.
    pub fn new(op: Op, operands: &[Operand]) -> Inst {
        Self::with_cond(op, Cond::default(), operands)
    }

    /// An instruction with a condition.
    pub fn with_cond(op: Op, cond: Cond, operands: &[Operand]) -> Inst {
        let mut all = [Operand::None; 4];
        all[..operands.len()].copy_from_slice(operands);
        Inst { op, cond, scale: 0, operands: all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_and_swapped_say_what_they_promise() {
        let numbers = [i64::MIN, -1, 0, 1, 7, i64::MAX];
        for &cond in Cond::INT {
            for a in numbers {
                for b in numbers {
                    assert_ne!(cond.holds(a, b), cond.inverse().holds(a, b), "{cond:?}");
                    assert_eq!(cond.holds(a, b), cond.swapped().holds(b, a), "{cond:?}");
                    for &other in Cond::INT.iter().filter(|_| cond.holds(a, b)) {
                        let holds = other.holds(a, b);
                        assert_ne!(cond.implies(other), Some(!holds), "{cond:?} {other:?}");
                    }
                }
            }
        }
        let floats = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 3.0, f64::NAN];
        for &cond in Cond::FLOAT {
            for a in floats {
                for b in floats {
                    assert_ne!(cond.holds_float(a, b), cond.inverse().holds_float(a, b));
                    assert_eq!(cond.holds_float(a, b), cond.swapped().holds_float(b, a));
                }
            }
        }
    }

    #[test]
    fn an_instruction_stays_small() {
        assert_eq!(size_of::<Operand>(), 8);
        assert!(size_of::<Inst>() <= 36);
    }
}
