//! The syntax tree.

use crate::phrases::{GET_JSON, Native};
use sox_diagnostics::Span;
use sox_program::Symbol;

/// A mention of a name. Each has a number of its own, under which the resolver notes what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) symbol: Symbol,
    pub(crate) span: Span,
    pub(crate) mention: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    /// Levels of the tree from here down.
    pub(crate) height: u32,
}

impl Expr {
    /// Whether its value is in a variable, or in a container.
    pub(crate) fn has_holder(&self) -> bool {
        match &self.kind {
            ExprKind::Name(_) | ExprKind::Item(..) | ExprKind::Member(..) => true,
            ExprKind::Phrase(native, _) => **native == GET_JSON,
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Null,
    Bool(bool),
    Number(f64),
    Text(Symbol),
    Name(Name),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `e[i]`
    Item(Box<Expr>, Box<Expr>),
    /// `m::f`, `m.f`
    Member(Box<Expr>, Symbol),
    Call(Box<Expr>, Vec<Expr>),
    /// A phrase, or the function form of one.
    Phrase(&'static Native, Vec<Expr>),
    List(Vec<Expr>),
    Dictionary(Vec<(Expr, Expr)>),
    /// What stands here was reported.
    Invalid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Is,
    IsNot,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

pub(crate) type Block = Vec<Stmt>;

/// What `Set`, `Increase` and `Decrease` change: a variable, or an element of what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: Name,
    pub(crate) indices: Vec<Expr>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum StmtKind {
    Write(Expr),
    /// A phrase or call for its effect.
    Expr(Expr),
    Ask {
        name: Name,
        prompt: Option<Expr>,
        number: bool,
    },
    Set(Target, Expr),
    /// Adds the amount to the target, or takes it away.
    Change {
        target: Target,
        amount: Option<Expr>,
        up: bool,
    },
    If {
        arms: Vec<(Expr, Block)>,
        otherwise: Block,
    },
    While(Expr, Block),
    Repeat(Expr, Block),
    ForEach(Name, Expr, Block),
    Stop,
    Skip,
    Make(Name, Box<Function>),
    Return(Option<Expr>),
    /// Calls, and writes the result if there is one.
    Use(Expr),
    Throw(Expr),
    Try(Box<Try>),
    Import(Box<Import>),
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) params: Vec<Param>,
    pub(crate) body: Block,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Try {
    pub(crate) body: Block,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) finally: Option<Block>,
}

#[derive(Clone, Debug)]
pub(crate) struct Handler {
    /// The type it is for; none is for all.
    pub(crate) of_type: Option<(Symbol, Span)>,
    pub(crate) name: Option<Name>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) path: Symbol,
    pub(crate) path_span: Span,
    /// `Import system`: a module that is built in.
    pub(crate) system: bool,
    /// What the module is called; none for PohLang files, whose names need nothing before them.
    pub(crate) alias: Option<Name>,
    pub(crate) exposing: Vec<Name>,
    /// The number of this import in its file.
    pub(crate) number: u32,
}

/// A whole file.
#[derive(Debug)]
pub(crate) struct Ast {
    pub(crate) body: Block,
    /// How many mentions of names there are, all below this number.
    pub(crate) mentions: u32,
    /// How many imports there are.
    pub(crate) imports: u32,
}
