//! The rules, and what a broken one is reported as.

use crate::{FunctionId, Module};
use std::fmt;

macro_rules! rules {
    ($($number:literal $name:ident $sentence:literal)*) => {
        /// What verified bytecode keeps to. Numbers are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $sentence] $name = $number,)*
        }

        impl Rule {
            /// All rules, by number.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)*];

            /// The rule as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Rule::$name => $sentence,)*
                }
            }
        }
    };
}

rules! {
    // The tables of the module.
    1 IndexInRange "An index lies inside the table it is for."
    2 NameIsString "A name is a string constant."
    3 CanonicalNan "A constant that is not a number is the canonical one."
    4 ModuleBody "The top level of a source module is a function of that kind and that module, without parameters or captures; functions and entry are of modules that are there."
    5 OwnGlobals "A source module lists globals of its own; one that is not there has none."
    6 LineStarts "The lines of a source, if there are any, start at 0 and go up."
    7 DebugInOrder "Places in the source are given in the order of the code, names for slots and captures there are."
    // The form of a function.
    8 Parameters "A function has at most 255 parameters, requires no more than it has, and has a slot for each."
    9 FrameSize "Locals and operands of a frame are at most 65,535 together."
    10 CodeEnds "Code does not run off its end."
    11 TargetInside "A jump goes to an instruction of its function."
    12 Direction "Instructions that are for going back go back, all others go forward."
    13 HandlerRange "A handler covers instructions of its function and stands after all of them."
    14 HandlersNest "Of two handlers with instructions in common one covers all the other does, and comes later."
    15 Reachable "Every instruction can be reached."
    16 Counts "A call has at most 255 arguments, a slice no ends but two, an assertion at most one message."
    // Operands.
    17 Underflow "An instruction takes no more operands than there are."
    18 Join "Paths that meet bring as many operands, of the same kinds."
    19 HandlerDepth "Code covered by a handler leaves the operands below the handler's depth alone."
    20 OperandKinds "An instruction takes operands of the kinds it is for."
    21 ReturnAlone "A function returns with one operand left."
    // Locals and captures.
    22 LocalKind "A local holds what the instruction is for, however it was reached."
    23 CaptureKind "A captured value is read as a value, a captured cell as a cell."
    24 CaptureSource "Where a closure is made, what it captures is there and of the kind it captures."
    25 NotAClosure "No closure is made of the top level of a source module."
    26 OwnModule "A source module is marked loaded or failed, and its variables are listed, by its own top level only."
    // The verifier itself.
    27 Complexity "A module can be verified in a number of steps that its size sets."
    // What is not for programs.
    28 LibraryOnly "A builtin whose name begins with @ is for modules of the library."
}

/// Why a module was refused: a rule, and where it is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The rule.
    pub rule: Rule,
    /// The function it is broken in, with its name; none for the tables of the module.
    pub function: Option<(FunctionId, String)>,
    /// The instruction, if it is one.
    pub instruction: Option<u32>,
    /// What exactly is wrong.
    pub detail: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((id, name)) = &self.function {
            write!(f, "function {} '{name}'", id.0)?;
            if let Some(at) = self.instruction {
                write!(f, ", instruction {at}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{} (rule {}: {})", self.detail, self.rule as u8, self.rule.sentence())
    }
}

impl std::error::Error for VerifyError {}

/// A broken rule whose function is not known yet. It is rare, and a result that may be one is
/// handed on for each instruction: so it is a pointer.
#[derive(Debug)]
pub(super) struct Broken(Box<Place>);

#[derive(Debug)]
struct Place {
    rule: Rule,
    instruction: Option<u32>,
    detail: String,
}

impl Broken {
    /// The words are put together here, out of the way of what looks at instructions.
    #[cold]
    #[inline(never)]
    pub(super) fn new(rule: Rule, detail: impl FnOnce() -> String) -> Self {
        Self(Box::new(Place { rule, instruction: None, detail: detail() }))
    }

    /// Says which instruction it is, unless that is known.
    pub(super) fn at(mut self, instruction: usize) -> Self {
        self.0.instruction.get_or_insert(instruction as u32);
        self
    }

    /// As an error of the module's tables.
    pub(super) fn in_tables(self) -> VerifyError {
        let Place { rule, instruction, detail } = *self.0;
        VerifyError { rule, function: None, instruction, detail }
    }

    /// As an error of a function, whose name is only looked at with care.
    pub(super) fn in_function(self, module: &Module, id: FunctionId) -> VerifyError {
        let name = module.functions[id.index()].name;
        let name = match module.constants.get(name.index()) {
            Some(crate::Constant::String(text)) => text.to_string(),
            _ => "?".to_owned(),
        };
        VerifyError { function: Some((id, name)), ..self.in_tables() }
    }
}

/// Breaks a rule unless a condition holds. Every check of the verifier is one of these, so that
/// `cargo xtask verifier-mutants` finds them all.
macro_rules! ensure {
    ($condition:expr, $rule:ident, $($detail:tt)+) => {
        if !$condition && !$crate::verify::rules::is_off(file!(), line!()) {
            return Err(Broken::new(Rule::$rule, move || format!($($detail)+)));
        }
    };
}
pub(super) use ensure;

/// Whether the check at this place was taken away, to see that a test misses it.
#[cfg(feature = "mutants")]
#[cold]
pub(super) fn is_off(file: &str, line: u32) -> bool {
    let place = format!("{file}:{line}").replace('\\', "/");
    std::env::var("SOX_VERIFIER_OFF").is_ok_and(|off| place.ends_with(&off))
}

/// Checks cannot be taken away.
#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(super) fn is_off(_file: &str, _line: u32) -> bool {
    false
}
