//! Passes by name, sets of them, levels, and the report of what they did.

use crate::Module;
use std::fmt;

macro_rules! passes {
    ($($pass:ident $name:literal $level:ident $sentence:literal)*) => {
        /// A part of the optimizer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Pass {
            $(#[doc = $sentence] $pass,)*
        }

        impl Pass {
            /// All passes, in the order of their first turn.
            pub const ALL: &'static [Pass] = &[$(Pass::$pass,)*];

            /// What it is called on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Pass::$pass => $name,)* }
            }

            /// What it does, as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Pass::$pass => $sentence,)* }
            }

            /// The lowest level that has it.
            pub const fn level(self) -> OptLevel {
                match self { $(Pass::$pass => OptLevel::$level,)* }
            }
        }
    };
}

passes! {
    Fold "fold" O1 "Computes what has constant operands and decides what has constant conditions."
    Fuse "fuse" O1 "Joins neighbouring instructions."
    Dead "dead" O1 "Drops what is computed for nothing, cannot be reached or cannot fail."
    Thread "thread" O1 "Leads jumps to where they end up."
    Locals "locals" O2 "Reads originals in place of copies and removes stores that are not read."
    Unused "unused" O2 "Removes functions that no code makes closures of."
    Dedupe "dedupe" O2 "Merges equal functions and removes constants that are not used."
}

impl Pass {
    /// Those that change functions.
    pub(super) const OF_FUNCTIONS: &'static [Pass] =
        &[Pass::Fold, Pass::Fuse, Pass::Dead, Pass::Thread, Pass::Locals];

    /// The pass of that name.
    pub fn named(name: &str) -> Option<Pass> {
        Pass::ALL.iter().copied().find(|pass| pass.name() == name)
    }
}

/// How much is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OptLevel {
    /// Nothing: the code is as the compiler emits it.
    O0,
    /// What is worth its time each time a program is started.
    #[default]
    O1,
    /// All there is, for programs that are kept.
    O2,
}

/// A set of passes.
///
/// ```
/// use sox_bytecode::optimize::{OptLevel, Pass, Passes};
/// let passes = Passes::of(OptLevel::O1).without(Pass::Fold);
/// assert!(!passes.has(Pass::Fold) && passes.has(Pass::Thread) && !passes.has(Pass::Locals));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes(u8);

impl Passes {
    /// No pass.
    pub const NONE: Passes = Passes(0);

    /// Those of a level.
    pub fn of(level: OptLevel) -> Passes {
        let passes = Pass::ALL.iter().filter(|pass| pass.level() <= level);
        passes.fold(Passes::NONE, |set, &pass| set.with(pass))
    }

    /// The same and this one.
    pub const fn with(self, pass: Pass) -> Passes {
        Passes(self.0 | 1 << pass as u8)
    }

    /// The same but for this one.
    pub const fn without(self, pass: Pass) -> Passes {
        Passes(self.0 & !(1 << pass as u8))
    }

    /// Whether the pass is in it.
    pub const fn has(self, pass: Pass) -> bool {
        self.0 & 1 << pass as u8 != 0
    }

    /// Whether it has no pass.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn any(self, passes: &[Pass]) -> bool {
        passes.iter().any(|&pass| self.has(pass))
    }
}

impl Default for Passes {
    fn default() -> Passes {
        Passes::of(OptLevel::default())
    }
}

/// Changes, by pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally([usize; Pass::ALL.len()]);

impl Tally {
    pub(super) fn count(&mut self, pass: Pass) {
        self.add(pass, 1);
    }

    pub(super) fn add(&mut self, pass: Pass, changes: usize) {
        self.0[pass as usize] += changes;
    }

    pub(super) fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

/// How large a module is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Functions.
    pub functions: usize,
    /// Instructions of all functions.
    pub instructions: usize,
    /// Constants.
    pub constants: usize,
}

/// What the optimizer did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The size of the module before.
    pub before: Size,
    /// And after.
    pub after: Size,
    tally: Tally,
}

impl Report {
    /// Of a module with so many functions and constants; instructions are not counted yet.
    pub(super) fn begin(functions: usize, constants: usize) -> Report {
        let before = Size { functions, constants, ..Size::default() };
        Report { before, ..Report::default() }
    }

    /// With the module as it is now; instructions were counted, unless functions were removed.
    pub(super) fn end(mut self, module: &Module, tally: Tally) -> Report {
        self.tally = tally;
        self.after.constants = module.constants.len();
        self.after.functions = module.functions.len();
        if self.after.functions != self.before.functions {
            let lengths = module.functions.iter().map(|function| function.code.len());
            self.after.instructions = lengths.sum();
        }
        self
    }

    /// How often a pass changed something.
    pub fn changes(&self, pass: Pass) -> usize {
        self.tally.0[pass as usize]
    }

    /// Adds what was done to another module.
    pub fn add(&mut self, other: &Report) {
        for (mine, theirs) in [(&mut self.before, &other.before), (&mut self.after, &other.after)] {
            mine.functions += theirs.functions;
            mine.instructions += theirs.instructions;
            mine.constants += theirs.constants;
        }
        for &pass in Pass::ALL {
            self.tally.add(pass, other.changes(pass));
        }
    }
}

/// `120 -> 100 instructions, 9 -> 8 functions (fold 3, thread 2)`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (&self.before, &self.after);
        let sizes = [
            ("instructions", before.instructions, after.instructions),
            ("functions", before.functions, after.functions),
            ("constants", before.constants, after.constants),
        ];
        for (index, (what, before, after)) in sizes.into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            match before == after {
                true => write!(f, "{comma}{before} {what}")?,
                false => write!(f, "{comma}{before} -> {after} {what}")?,
            }
        }
        let busy = Pass::ALL.iter().filter(|&&pass| self.changes(pass) > 0);
        for (index, &pass) in busy.enumerate() {
            let before = if index > 0 { ", " } else { " (" };
            write!(f, "{before}{} {}", pass.name(), self.changes(pass))?;
        }
        if self.tally.total() > 0 { f.write_str(")") } else { Ok(()) }
    }
}
