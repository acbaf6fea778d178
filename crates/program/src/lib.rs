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

pub use dump::dump;
pub use names::{Interner, Symbol};
use sox_diagnostics::{SourceId, Span};

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
    pub body: Vec<Stmt>,
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

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// What an error in this expression underlines; the line its start is on is the line of the
    /// error and of a call frame. (For a binary operator over several lines that is the operator,
    /// for a call the name being called and its arguments.)
    pub span: Span,
}

/// The expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string without interpolation.
    String(Symbol),
    /// The value of a variable.
    Get(Place),
    /// A builtin's value.
    Builtin(BuiltinId),
    /// A name nothing declares: the error `Undefined variable 'x'.`
    Undefined(Symbol),
    /// Assigns and gives the value.
    Assign(Place, Box<Expr>),
    /// Evaluates, then the error of assigning a name nothing declares.
    AssignUndefined(Symbol, Box<Expr>),
    /// An operator with one operand.
    Unary(UnaryOp, Box<Expr>),
    /// An operator with two operands, evaluated from left to right.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// The left value if it is false, else the right one.
    And(Box<Expr>, Box<Expr>),
    /// The left value if it is true, else the right one.
    Or(Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Callee first, then arguments from left to right, then the call.
    Call(Box<Expr>, Vec<Expr>),
    /// `object.name(args)`: looks the member up after the arguments were evaluated.
    Invoke(Box<Expr>, Symbol, Vec<Expr>),
    /// `object.name`
    GetField(Box<Expr>, Symbol),
    /// `object.name = value`
    SetField(Box<Expr>, Symbol, Box<Expr>),
    /// `object.name op= value`: object once, read, value, operate, write.
    UpdateField(Box<Expr>, Symbol, BinaryOp, Box<Expr>),
    /// `object[index]`
    GetIndex(Box<Expr>, Box<Expr>),
    /// `object[index] = value`
    SetIndex(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `object[index] op= value`: object and index once, read, value, operate, write.
    UpdateIndex(Box<Expr>, Box<Expr>, BinaryOp, Box<Expr>),
    /// `object[from:to]`, both ends included; a missing end is open.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `super.name` as a bound method.
    SuperGet {
        /// The method's `this`.
        this: Place,
        /// The slot or capture that keeps the superclass.
        superclass: Place,
        /// The method.
        name: Symbol,
    },
    /// `super.name(args)`
    SuperInvoke {
        /// The method's `this`.
        this: Place,
        /// The slot or capture that keeps the superclass.
        superclass: Place,
        /// The method.
        name: Symbol,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// A new array of these items.
    Array(Vec<Expr>),
    /// Keys and values, evaluated and inserted in order.
    Table(Vec<(Expr, Expr)>),
    /// The printed forms of the parts, joined.
    Interpolate(Vec<Expr>),
    /// A closure of the function.
    Closure(FunctionId),
    /// The module's value; runs the module the first time.
    Import(ModuleId),
}

/// The operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!x`
    Not,
    /// `-x`
    Negate,
}

/// The operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a % b`
    Remainder,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// The whole statement in the source.
    pub span: Span,
}

/// The statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Evaluates and drops.
    Expr(Expr),
    /// Writes the printed form and a newline.
    Print(Expr),
    /// If the condition is false: the error `Assertion failed: message`. The message is evaluated
    /// only then.
    Assert(Expr, Option<Expr>),
    /// Begins the life of a local variable. With `cell` the slot gets a fresh heap cell holding
    /// the value, otherwise the value. Without an expression the value is nil.
    Declare {
        /// Its slot.
        slot: Slot,
        /// It lives in a cell.
        cell: bool,
        /// Its first value.
        value: Option<Expr>,
    },
    /// Begins the life of a module-level variable.
    DefineGlobal(GlobalId, Expr),
    /// Default of the parameter in `slot`: evaluated and stored if the call gave no value for it.
    Default {
        /// The parameter.
        slot: Slot,
        /// Evaluated for each call that needs it.
        value: Expr,
    },
    /// Moves the parameter in `slot` into a fresh cell in the same slot.
    BoxParam(Slot),
    /// Statements whose locals end with it.
    Block(Vec<Stmt>),
    /// Tests in order; the first true one's block runs, else the last block.
    If {
        /// Tests with their blocks.
        arms: Vec<(Expr, Vec<Stmt>)>,
        /// The last block; empty if there is no `else`.
        otherwise: Vec<Stmt>,
    },
    /// `while`, `for`: tests (absent is true), runs the body, runs `step`, again. `continue` goes
    /// to `step`. Entering the body counts as one step for `--max-steps` and is a safepoint.
    Loop {
        /// Tested before each turn.
        condition: Option<Expr>,
        /// Evaluated after each turn.
        step: Option<Expr>,
        /// One turn.
        body: Vec<Stmt>,
    },
    /// Walks an array, string (index, element) or table (key, value); the length is read again each
    /// turn. `state` and the slot after it are hidden. Each turn declares the variables afresh.
    /// Entering the body counts as one step and is a safepoint.
    Foreach {
        /// First of two hidden slots: what is walked, and how far.
        state: Slot,
        /// Index or key: its slot, and whether the variable lives in a cell.
        key: Option<(Slot, bool)>,
        /// Element or value.
        value: Option<(Slot, bool)>,
        /// What is walked; evaluated once.
        iterable: Expr,
        /// One turn.
        body: Vec<Stmt>,
    },
    /// Leaves the innermost loop of the function.
    Break,
    /// Begins the next turn of the innermost loop of the function.
    Continue,
    /// Leaves the function with a value, or nil.
    Return(Option<Expr>),
    /// Throws a value.
    Throw(Expr),
    /// At least one of `catch` and `finally` is there.
    Try {
        /// What is tried.
        body: Vec<Stmt>,
        /// Runs if the body throws.
        catch: Option<Catch>,
        /// Runs at every exit of body and handler.
        finally: Option<Finally>,
    },
    /// Pushes the closure on the function's list, which runs last-in-first-out at every exit.
    Defer(FunctionId),
    /// Makes a class and assigns it to `place` (declared before).
    Class(Box<Class>),
}

/// The handler of a `try`.
#[derive(Clone, Debug)]
pub struct Catch {
    /// The variable bound to what was thrown, and whether it lives in a cell.
    pub variable: Option<(Slot, bool)>,
    /// What it does.
    pub body: Vec<Stmt>,
}

/// The last part of a `try`: runs at every exit of the parts before it.
#[derive(Clone, Debug)]
pub struct Finally {
    /// First of two hidden slots: how the parts before were left, and with what value.
    pub state: Slot,
    /// What it does.
    pub body: Vec<Stmt>,
}

/// A class statement.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name, as it is printed.
    pub name: Symbol,
    /// The superclass and the slot its value is kept in for `super` (captured by methods).
    pub superclass: Option<(Expr, Slot)>,
    /// Methods in order, `init` among them.
    pub methods: Vec<(Symbol, FunctionId)>,
    /// Where the class goes. A `Global` is defined by it; a local was declared before.
    pub place: Place,
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
