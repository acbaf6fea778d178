//! What is wrong with a module: one value per fault, and the table of rules that can be broken.

use sox_diagnostics::{Code, Diagnostic, SourceId, Span};
use std::fmt;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident $id:literal;)*) => {
        /// A rule that a module may break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[doc = $doc])+ $name,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)*];

            /// Number, title and explanation.
            pub fn code(self) -> &'static Code {
                match self {
                    $(Rule::$name => {
                        static CODE: Code =
                            Code { id: $id, title: stringify!($name), explanation: concat!($($doc, "\n"),+) };
                        &CODE
                    })*
                }
            }
        }
    };
}

rules! {
    /// The text is not of the syntax's form.
    Syntax "N0001";
    /// There is no operation of that name.
    UnknownOperation "N0002";
    /// A required key is missing, or an unknown one is there and `--strict` was given.
    Key "N0003";
    /// An operation has too few or too many operands.
    OperandCount "N0004";
    /// Something else stands where a register, an immediate, a label … belongs.
    OperandKind "N0005";
    /// A number is too large for its place.
    Immediate "N0006";
    /// Registers hold 64-bit integers (`i64`) or floats (`f32`, `f64`); an operand is of another
    /// class than the operation takes, or a register is defined with two classes.
    Class "N0007";
    /// Two functions, data objects, parameters or labels of a function have one name.
    Duplicate "N0008";
    /// A function or data object is named that is neither defined nor imported.
    UndefinedSymbol "N0009";
    /// A jump goes to a label that its function does not have.
    UndefinedLabel "N0010";
    /// On some path a register is read before anything was written to it.
    UseBeforeDefinition "N0011";
    /// Control reaches the end of a body without `ret`, a jump or another instruction that ends it.
    FallsOff "N0012";
    /// A call gives another number of arguments, or takes other results, than the function has.
    Arity "N0013";
    /// An alignment is not a power of two, or an address in data is not aligned.
    Alignment "N0014";
    /// A physical register belongs to another instruction set than the module, or the module names
    /// none.
    ForeignRegister "N0015";
    /// A jump on flags does not directly follow a `cmp`.
    Flags "N0016";
    /// Something is larger than this implementation takes.
    TooLarge "N0017";
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule that is broken.
    pub rule: Rule,
    /// The function, if it is in one.
    pub function: Option<String>,
    /// The instruction, counted from 0 in its function.
    pub instruction: Option<u32>,
    /// Bytes of the text that are meant; none if the module came from no text.
    pub span: Option<(u32, u32)>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Fault {
    /// A fault at no particular place.
    pub fn new(rule: Rule, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (function, instruction, span) = (None, None, None);
        Fault { rule, function, instruction, span, message: message.into(), hint: hint.into() }
    }

    /// Where it is.
    pub fn at(mut self, start: u32, end: u32) -> Self {
        if start != crate::ir::NO_OFFSET {
            self.span = Some((start, end));
        }
        self
    }

    /// Which function and instruction it is in.
    pub fn within(mut self, function: &[u8], instruction: Option<u32>) -> Self {
        self.function = Some(String::from_utf8_lossy(function).into_owned());
        self.instruction = instruction;
        self
    }

    /// Its line in the text it came from, counted from 1.
    pub fn line(&self, text: &[u8]) -> Option<u32> {
        let (start, _) = self.span?;
        let before = &text[..(start as usize).min(text.len())];
        Some(before.iter().filter(|&&byte| byte == b'\n').count() as u32 + 1)
    }

    /// The fault as a diagnostic of a source.
    pub fn diagnostic(&self, source: SourceId) -> Diagnostic {
        let (start, end) = self.span.unwrap_or_default();
        let diagnostic =
            Diagnostic::error(self.rule.code(), source, Span::new(start, end), self.to_string());
        if self.hint.is_empty() { diagnostic } else { diagnostic.with_help(self.hint.clone()) }
    }
}

/// Place within the module, and what is wrong.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.function, self.instruction) {
            (Some(function), Some(index)) => write!(f, "{function}, instruction {index}: ")?,
            (Some(function), None) => write!(f, "{function}: ")?,
            (None, _) => {}
        }
        f.write_str(&self.message)
    }
}

/// How many faults are kept; a text with more is not of the kind that one mends by reading them.
pub const MAX_FAULTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_different_codes() {
        let ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.code().id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    }
}
