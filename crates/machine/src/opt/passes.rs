//! The passes by name.

macro_rules! passes {
    ($($(#[doc = $doc:literal])+ $pass:ident $name:literal $level:literal;)*) => {
        /// A pass of the optimizer, in the order in which they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Pass { $($(#[doc = $doc])+ $pass,)* }

        impl Pass {
            /// All of them, in their order.
            pub const ALL: &'static [Pass] = &[$(Pass::$pass,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Pass::$pass => $name,)* }
            }

            /// The lowest level at which it runs.
            pub fn level(self) -> u8 {
                match self { $(Pass::$pass => $level,)* }
            }

            /// What it does.
            pub fn doc(self) -> &'static str {
                match self { $(Pass::$pass => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

passes! {
    /// Static single assignment form, and with it the propagation of copies and numbers. Without it
    /// nothing runs.
    Ssa "ssa" 1;
    /// Small functions take the place of calls of them; callees first.
    Inline "inline" 2;
    /// Accesses of arrays become loads, stores and comparisons with the length.
    Expand "expand" 1;
    /// Loops test at their end: the test at the beginning is written there once more.
    Rotate "rotate" 1;
    /// Shifts and high products in place of products with, and quotients by, numbers.
    Strength "strength" 1;
    /// Value numbering, folding, known branches, and loads that need no memory.
    Gvn "gvn" 1;
    /// What a loop does not change moves out of it.
    Licm "licm" 2;
    /// Branches that only choose between values become selections.
    IfConv "ifconv" 2;
    /// Sums and shifts become part of addresses.
    Fuse "fuse" 1;
    /// Dead code goes.
    Dce "dce" 1;
    /// Empty blocks, and blocks that only follow one other, go.
    Blocks "blocks" 1;
    /// The likely way is the next block, loops are in one piece and take few jumps a turn, and failures
    /// stand at the end.
    Layout "layout" 1;
}

impl Pass {
    /// The pass of that name.
    pub fn from_name(name: &str) -> Option<Pass> {
        Pass::ALL.iter().copied().find(|pass| pass.name() == name)
    }
}

/// What the optimizer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A bit for each pass, by its number.
    passes: u32,
}

impl Default for Options {
    /// No optimization.
    fn default() -> Options {
        Options::level(0)
    }
}

impl Options {
    /// The highest level.
    pub const MAX_LEVEL: u8 = 2;

    /// The passes of a level: 0 has none, 1 those that cost little, 2 all.
    pub fn level(level: u8) -> Options {
        let on = Pass::ALL.iter().filter(|pass| pass.level() <= level);
        Options { passes: on.fold(0, |passes, &pass| passes | 1 << pass as u32) }
    }

    /// The lowest level that has all passes which run.
    pub fn lowest_level(self) -> u8 {
        let on = Pass::ALL.iter().filter(|&&pass| self.any() && self.has(pass));
        on.map(|pass| pass.level()).max().unwrap_or(0)
    }

    /// Whether anything runs: without the form, nothing does.
    pub fn any(self) -> bool {
        self.has(Pass::Ssa)
    }

    /// Whether a pass runs.
    pub fn has(self, pass: Pass) -> bool {
        self.passes >> (pass as u32) & 1 == 1
    }

    /// The same without a pass.
    #[must_use]
    pub fn without(self, pass: Pass) -> Options {
        Options { passes: self.passes & !(1 << pass as u32) }
    }

    /// The same without the passes that come after one.
    #[must_use]
    pub fn until(self, pass: Pass) -> Options {
        Options { passes: self.passes & ((2 << pass as u32) - 1) }
    }
}
