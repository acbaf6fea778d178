//! The resolved tree: what both source languages lower into and what every engine starts from.
//!
//! Syntax is gone here. Each mention of a variable says where the variable lives ([`Place`]), loops
//! have one form, `switch` is a chain of tests, interpolation is a list of parts, imports are module
//! numbers. The evaluator runs this tree as it stands; the compiler turns it into bytecode. Neither
//! needs to know which language the text was written in.
//!
//! # Invariants (checked by [`check::check`] in tests and debug builds)
//! * Local slots are below `Function::locals`. In methods slot 0 is `this` and the parameters
//!   follow; in other functions the parameters are the first slots.
//! * A variable that is captured *and* assigned after the capture could happen lives in a heap cell:
//!   its slot is only mentioned as [`Place::Cell`], and it is declared by [`StmtKind::Declare`]
//!   with `cell: true`, which makes a fresh cell each time it runs.
//! * The height of every tree is at most [`MAX_HEIGHT`], so walking it recursively is safe on a
//!   stack of 64 MiB.
#![forbid(unsafe_code)]

pub mod check;
mod dump;
mod names;
mod nodes;
mod tree;

pub use dump::dump;
pub use names::{Interner, Symbol};
pub use nodes::{
    Arm, BinaryOp, Catch, Class, Expr, ExprKind, Finally, Foreach, Stmt, StmtKind, Super, Try,
    UnaryOp,
};
use sox_diagnostics::{SourceId, Span};
pub use tree::{Arms, Block, ClassId, ExprId, Exprs, ForeachId, SuperId, Tree, TryId};

/// Greatest height of an expression or statement tree.
pub const MAX_HEIGHT: u32 = 10_000;

/// Number of a function in [`Program::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Number of a module in [`Program::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

/// Number of a module-level variable in [`Program::globals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalId(pub u32);

/// Number of a local slot in its function's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// Number of a builtin name in [`Program::builtins`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BuiltinId(pub u32);

/// A whole program: the entry module and everything it imports.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Every name and string of the tree, by [`Symbol`].
    pub names: Interner,
    /// The expressions and statements of all functions.
    pub tree: Tree,
    /// Functions of all modules; bodies of modules are functions too.
    pub functions: Vec<Function>,
    /// Modules; an import names one of them.
    pub modules: Vec<Module>,
    /// Module-level variables of all modules, numbered through.
    pub globals: Vec<Global>,
    /// Names of the builtins the program mentions; the engine binds them when it loads the program.
    pub builtins: Vec<Symbol>,
    /// The module that runs first.
    pub entry: Option<ModuleId>,
    /// Modules below this number were given to the engine by earlier programs of the same interactive
    /// session, and keep their values; their `body` is no function of this program. 0 otherwise.
    pub first_new_module: u32,
    /// The global called `main` of the entry module, if it has one: called after its top level ran.
    pub main: Option<GlobalId>,
    /// Functions marked `#[test]`, in source order: the global that holds each.
    pub tests: Vec<(Symbol, GlobalId)>,
    /// Functions marked `#[bench]` or named `Benchmark…`, in source order.
    pub benches: Vec<(Symbol, GlobalId)>,
}

/// One source file (or one REPL entry).
#[derive(Clone, Debug)]
pub struct Module {
    /// The last part of its path without extension: what an import binds and a trace shows.
    pub name: Symbol,
    /// The file it came from.
    pub source: SourceId,
    /// Its top level, as a function without parameters. Its result is the module's value.
    pub body: FunctionId,
    /// Its variables in order of declaration, for the table that stands for a module without `return`.
    pub globals: Vec<GlobalId>,
    /// Part of the standard library: its frames do not appear in traces.
    pub library: bool,
}

/// A module-level variable.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name.
    pub name: Symbol,
    /// The module it belongs to.
    pub module: ModuleId,
    /// It also names a builtin, whose value it has until it is assigned.
    pub builtin: Option<BuiltinId>,
}

/// What a function is, as far as running it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// A module's top level.
    Module,
    /// `fn`, function expression or deferred block.
    Plain,
    /// A method; slot 0 is `this`.
    Method,
    /// `init`: like a method, and always returns `this` (the lowering writes that `return` out).
    Initializer,
}

/// A function, method, deferred block or module top level.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name in traces and when printed: `anonymous`, `defer`, `script`, a module's name …
    pub name: Symbol,
    /// What it is.
    pub kind: FunctionKind,
    /// The module it stands in.
    pub module: ModuleId,
    /// Parameters, `this` not counted; they are the slots from [`Function::first_param`] on.
    pub params: u32,
    /// Parameters that must be given; the rest have defaults.
    pub required: u32,
    /// Slots of the frame: `this`, parameters, and all locals (slots are reused between scopes).
    pub locals: u32,
    /// Name of the variable first living in each slot, for listings; empty for hidden ones.
    pub local_names: Vec<Symbol>,
    /// What a closure of this function takes from the function around it.
    pub captures: Vec<Capture>,
    /// The body has a `defer` statement in it.
    pub has_defer: bool,
    /// What it does. First, for each parameter in order, come its default ([`StmtKind::Default`]) and,
    /// if it needs one, its cell ([`StmtKind::BoxParam`]): a later default may mention an earlier
    /// parameter in its final place. Falling off the end gives nil.
    pub body: Block,
    /// The whole function in the source.
    pub span: Span,
}

impl Function {
    /// The slot of the first parameter: 1 where slot 0 is `this`, else 0.
    pub fn first_param(&self) -> u32 {
        match self.kind {
            FunctionKind::Method | FunctionKind::Initializer => 1,
            FunctionKind::Module | FunctionKind::Plain => 0,
        }
    }
}

/// One captured variable, seen from the function that makes the closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Where the maker of the closure has it. Never `Global`.
    /// `Local`/`Capture`: the value is copied. `Cell`/`CaptureCell`: the cell is shared.
    pub from: Place,
    /// The variable's name, for listings.
    pub name: Symbol,
}

/// Where a variable lives, seen from the function that mentions it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a slot of the frame.
    Local(Slot),
    /// In a heap cell that a slot of the frame holds.
    Cell(Slot),
    /// A copied value in the running closure: never assigned.
    Capture(u32),
    /// In a heap cell that the running closure holds.
    CaptureCell(u32),
    /// A module-level variable. Reading or assigning it before its declaration ran is the error
    /// `Undefined variable 'x'.`
    Global(GlobalId),
}

impl Program {
    /// The function with this number.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The module with this number.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// The text of a name.
    pub fn name(&self, symbol: Symbol) -> &str {
        self.names.text(symbol)
    }
}
