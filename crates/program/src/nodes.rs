//! The kinds of nodes of the tree.
//!
//! Nodes name each other by number, and what few of them have stands in tables of its own: so they
//! are small (an assertion at the end of this file says how small).

use crate::tree::{Arms, Block, ClassId, ExprId, Exprs, ForeachId, SuperId, TryId};
use crate::{BuiltinId, FunctionId, GlobalId, ModuleId, Place, Slot, Symbol};
use sox_diagnostics::Span;

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// What an error in this expression underlines; the line its start is on is the line of the
    /// error and of a call frame. (For a binary operator over several lines that is the operator,
    /// for a call the name being called and its arguments.)
    pub span: Span,
}

/// The expressions.
#[derive(Clone, Copy, Debug)]
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
    Assign(Place, ExprId),
    /// Evaluates, then the error of assigning a name nothing declares.
    AssignUndefined(Symbol, ExprId),
    /// An operator with one operand.
    Unary(UnaryOp, ExprId),
    /// An operator with two operands, evaluated from left to right.
    Binary(BinaryOp, ExprId, ExprId),
    /// The left value if it is false, else the right one.
    And(ExprId, ExprId),
    /// The left value if it is true, else the right one.
    Or(ExprId, ExprId),
    /// `c ? a : b`
    Conditional(ExprId, ExprId, ExprId),
    /// Callee first, then arguments from left to right, then the call.
    Call(ExprId, Exprs),
    /// `object.name(args)`: looks the member up after the arguments were evaluated.
    Invoke(ExprId, Symbol, Exprs),
    /// `object.name`
    GetField(ExprId, Symbol),
    /// `object.name = value`
    SetField(ExprId, Symbol, ExprId),
    /// `object.name op= value`: object once, read, value, operate, write.
    UpdateField(ExprId, Symbol, BinaryOp, ExprId),
    /// `object[index]`
    GetIndex(ExprId, ExprId),
    /// `object[index] = value`
    SetIndex(ExprId, ExprId, ExprId),
    /// `object[index] op= value`: object and index once, read, value, operate, write.
    UpdateIndex(ExprId, ExprId, BinaryOp, ExprId),
    /// Object, index, value: the object with that element, for languages whose containers are
    /// values. The object itself is changed if nothing else holds it, else a copy of it.
    WithItem(ExprId, ExprId, ExprId),
    /// `object[from:to]`, both ends included; a missing end is open.
    Slice(ExprId, Option<ExprId>, Option<ExprId>),
    /// `super.name` as a bound method.
    SuperGet(SuperId, Symbol),
    /// `super.name(args)`
    SuperInvoke(SuperId, Symbol, Exprs),
    /// A new array of these items.
    Array(Exprs),
    /// Keys and values in turn, evaluated and inserted in order.
    Table(Exprs),
    /// The printed forms of the parts, joined.
    Interpolate(Exprs),
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
    /// PohLang's truth of a value, as a boolean: `0`, empty text, list and dictionary are false too.
    Truth,
    /// The value itself, which must be a number: else the error `Operands must be numbers.`
    Number,
    /// The value itself, which must be a number other than 0: what PohLang divides by.
    Divisor,
    /// The value itself, about to be held in a second place: a container is then changed by copying
    /// it first. See [`ExprKind::WithItem`].
    Share,
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
    /// PohLang's `plus`: adds two numbers, joins PohLang's texts of anything else.
    Join,
    /// PohLang's `is`: same type and value, containers by what is in them.
    Same,
    /// PohLang's `a[b]`: counts from the end below zero; a missing element is an error.
    Item,
    /// The same, of an element that is about to be changed: it is marked as shared if `a` is.
    ItemToChange,
    /// The list `a` with `b` at its end: `a` itself if nothing else holds it, else a new list.
    Append,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// The whole statement in the source.
    pub span: Span,
}

/// The statements.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind {
    /// Evaluates and drops.
    Expr(ExprId),
    /// Writes the printed form and a newline.
    Print(ExprId),
    /// If the condition is false: the error `Assertion failed: message`. The message is evaluated
    /// only then.
    Assert(ExprId, Option<ExprId>),
    /// Begins the life of a local variable. With `cell` the slot gets a fresh heap cell holding
    /// the value, otherwise the value. Without an expression the value is nil.
    Declare {
        /// Its slot.
        slot: Slot,
        /// It lives in a cell.
        cell: bool,
        /// Its first value.
        value: Option<ExprId>,
    },
    /// Begins the life of a module-level variable.
    DefineGlobal(GlobalId, ExprId),
    /// Default of the parameter in `slot`: evaluated and stored if the call gave no value for it.
    Default {
        /// The parameter.
        slot: Slot,
        /// Evaluated for each call that needs it.
        value: ExprId,
    },
    /// Moves the parameter in `slot` into a fresh cell in the same slot.
    BoxParam(Slot),
    /// Statements whose locals end with it.
    Block(Block),
    /// Tests in order; the first true one's block runs, else the last block.
    If {
        /// Tests with their blocks.
        arms: Arms,
        /// The last block; empty if there is no `else`.
        otherwise: Block,
    },
    /// `while`, `for`: tests (absent is true), runs the body, runs `step`, again. `continue` goes
    /// to `step`. Entering the body counts as one step for `--max-steps` and is a safepoint.
    Loop {
        /// Tested before each turn.
        condition: Option<ExprId>,
        /// Evaluated after each turn.
        step: Option<ExprId>,
        /// One turn.
        body: Block,
    },
    /// A walk over something.
    Foreach(ForeachId),
    /// Leaves the innermost loop of the function.
    Break,
    /// Begins the next turn of the innermost loop of the function.
    Continue,
    /// Leaves the function with a value, or nil.
    Return(Option<ExprId>),
    /// Throws a value.
    Throw(ExprId),
    /// `try` with its `catch` and `finally`.
    Try(TryId),
    /// Pushes the closure on the function's list, which runs last-in-first-out at every exit.
    Defer(FunctionId),
    /// Makes a class and assigns it to `place` (declared before).
    Class(ClassId),
}

/// One of the tests of an `if`.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// The test.
    pub condition: ExprId,
    /// What runs if it is true.
    pub body: Block,
}

/// Walks an array, string (index, element) or table (key, value); the length is read again each
/// turn. `state` and the slot after it are hidden. Each turn declares the variables afresh.
/// Entering the body counts as one step and is a safepoint.
#[derive(Clone, Copy, Debug)]
pub struct Foreach {
    /// First of two hidden slots: what is walked, and how far.
    pub state: Slot,
    /// Index or key: its slot, and whether the variable lives in a cell.
    pub key: Option<(Slot, bool)>,
    /// Element or value.
    pub value: Option<(Slot, bool)>,
    /// What is walked; evaluated once.
    pub iterable: ExprId,
    /// One turn.
    pub body: Block,
}

/// `try`: at least one of `catch` and `finally` is there.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// Runs if the body throws.
    pub catch: Option<Catch>,
    /// Runs at every exit of body and handler.
    pub finally: Option<Finally>,
}

/// What `super` stands for in a method.
#[derive(Clone, Copy, Debug)]
pub struct Super {
    /// The method's `this`.
    pub this: Place,
    /// The slot or capture that keeps the superclass.
    pub superclass: Place,
}

/// The handler of a `try`.
#[derive(Clone, Copy, Debug)]
pub struct Catch {
    /// The variable bound to what was thrown, and whether it lives in a cell.
    pub variable: Option<(Slot, bool)>,
    /// What it does.
    pub body: Block,
}

/// The last part of a `try`: runs at every exit of the parts before it.
#[derive(Clone, Copy, Debug)]
pub struct Finally {
    /// First of two hidden slots: how the parts before were left, and with what value.
    pub state: Slot,
    /// What it does.
    pub body: Block,
}

/// A class statement.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name, as it is printed.
    pub name: Symbol,
    /// The superclass and the slot its value is kept in for `super` (captured by methods).
    pub superclass: Option<(ExprId, Slot)>,
    /// Methods in order, `init` among them.
    pub methods: Vec<(Symbol, FunctionId)>,
    /// Where the class goes. A `Global` is defined by it; a local was declared before.
    pub place: Place,
}

// A program has several nodes a line: memory is the most of what they cost.
const _: () = assert!(size_of::<Expr>() <= 24 && size_of::<Stmt>() <= 28);
