//! Functions that a module may call without defining or importing them: the runtime has them. One
//! that the module defines itself goes before.

/// What the runtime offers under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Prints a string.
    Print,
    /// Prints a string and a newline.
    Println,
    /// Prints a string to standard error.
    Eprint,
    /// Prints a string and a newline to standard error.
    Eprintln,
    /// Ends the program with the low 8 bits as its status.
    Exit,
    /// Prints a string and a newline to standard error, and ends the program with status 1.
    Panic,
    /// The decimal digits of an integer as a string.
    IntToString,
    /// The integer at the beginning of a string: an optional minus and digits, modulo 2^64.
    StringToInt,
    /// A copy of a string with ASCII letters in upper case.
    ToUpper,
    /// Square root of a double, both as bits in an integer.
    Sqrt,
}

impl Builtin {
    /// All names of builtins.
    pub(crate) const NAMES: [&'static str; 14] = [
        "print",
        "println",
        "eprint",
        "eprintln",
        "exit",
        "panic",
        "int__str",
        "i64__str",
        "int literal__str",
        "string__int",
        "atoi",
        "int",
        "string__to_upper",
        "sqrt",
    ];

    /// The builtin of a symbol.
    pub fn from_name(name: &[u8]) -> Option<Builtin> {
        Some(match name {
            b"print" => Builtin::Print,
            b"println" => Builtin::Println,
            b"eprint" => Builtin::Eprint,
            b"eprintln" => Builtin::Eprintln,
            b"exit" => Builtin::Exit,
            b"panic" => Builtin::Panic,
            b"int__str" | b"i64__str" | b"int literal__str" => Builtin::IntToString,
            b"string__int" | b"atoi" | b"int" => Builtin::StringToInt,
            b"string__to_upper" => Builtin::ToUpper,
            b"sqrt" => Builtin::Sqrt,
            _ => return None,
        })
    }

    /// How many `i64` results it has; each takes one `i64`.
    pub fn results(self) -> usize {
        use Builtin::{IntToString, Sqrt, StringToInt, ToUpper};
        usize::from(matches!(self, IntToString | StringToInt | ToUpper | Sqrt))
    }

    /// Whether it comes back to its caller.
    pub fn returns(self) -> bool {
        !matches!(self, Builtin::Exit | Builtin::Panic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_names_has_builtins_only() {
        let known = |name: &&str| Builtin::from_name(name.as_bytes()).is_some();
        assert_eq!(Builtin::NAMES.iter().find(|name| !known(name)), None);
    }
}
