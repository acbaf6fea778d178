//! The syntax tree: what the parser makes and the resolver and the lowering read.
//!
//! Expressions live in one list and name each other by number, so chains of any height cost no
//! stack to build or drop. Statements own each other: they nest at most
//! [`crate::parser::MAX_NESTING`] deep.
//!
//! Every name that is declared has a number too ([`VariableId`]), in the order of the text. What the
//! resolver finds out about variables and mentions stands in tables beside the tree.

use sox_diagnostics::Span;
use sox_program::{BinaryOp, Symbol, UnaryOp};

/// Number of an expression in [`Ast::exprs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExprId(pub(crate) u32);

/// Number of a declared name in [`Ast::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VariableId(pub(crate) u32);

/// A whole source file.
#[derive(Default)]
pub(crate) struct Ast {
    pub(crate) exprs: Vec<Expr>,
    pub(crate) variables: Vec<Declared>,
    /// Every import of the file, wherever it stands.
    pub(crate) imports: Vec<ImportPath>,
    pub(crate) body: Vec<Stmt>,
}

/// A name where it is declared.
pub(crate) struct Declared {
    pub(crate) name: Symbol,
    pub(crate) span: Span,
    pub(crate) constant: bool,
}

/// The path of an import.
pub(crate) struct ImportPath {
    pub(crate) path: Symbol,
    pub(crate) span: Span,
}

pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    /// What an error in it underlines; see [`sox_program::Expr::span`].
    pub(crate) span: Span,
    /// Height of the tree below it, this node included.
    pub(crate) height: u16,
}

pub(crate) enum ExprKind {
    Nil,
    Bool(bool),
    Number(f64),
    String(Symbol),
    Interpolation(Box<[ExprId]>),
    Name(Symbol),
    This,
    Super(Symbol),
    /// `(inner)`
    Group(ExprId),
    Unary(UnaryOp, ExprId),
    Binary(BinaryOp, ExprId, ExprId),
    And(ExprId, ExprId),
    Or(ExprId, ExprId),
    Conditional(ExprId, ExprId, ExprId),
    /// The target is a `Name`, `Field` or `Index`.
    Assign {
        target: ExprId,
        op: Option<BinaryOp>,
        value: ExprId,
    },
    Call(ExprId, Box<[ExprId]>),
    Field(ExprId, Symbol),
    Index(ExprId, ExprId),
    Slice(ExprId, Option<ExprId>, Option<ExprId>),
    Array(Box<[ExprId]>),
    Table(Box<[(ExprId, ExprId)]>),
    Function(Box<Function>),
}

/// A function's parts; its name is given by what it stands in.
pub(crate) struct Function {
    pub(crate) params: Vec<Param>,
    pub(crate) body: Vec<Stmt>,
    pub(crate) span: Span,
}

pub(crate) struct Param {
    pub(crate) variable: VariableId,
    pub(crate) default: Option<ExprId>,
}

pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

pub(crate) enum StmtKind {
    /// `;`, or what was left out because of an error.
    Empty,
    Expr(ExprId),
    Print(ExprId),
    Assert(ExprId, Option<ExprId>),
    /// `var` and `const`: no values, or one for each name.
    Var {
        names: Vec<VariableId>,
        values: Vec<ExprId>,
    },
    Function {
        variable: VariableId,
        function: Box<Function>,
        marked: Option<Mark>,
    },
    Class(Box<Class>),
    /// Names with the number of their path in [`Ast::imports`].
    Import(Vec<(VariableId, usize)>),
    Block(Vec<Stmt>),
    If {
        arms: Vec<(ExprId, Vec<Stmt>)>,
        otherwise: Vec<Stmt>,
    },
    While(ExprId, Vec<Stmt>),
    For(Box<For>),
    Foreach(Box<Foreach>),
    Switch {
        subject: ExprId,
        arms: Vec<SwitchArm>,
    },
    Break,
    Continue,
    Return(Option<ExprId>),
    Throw(ExprId),
    Try(Box<Try>),
    Defer(Box<Function>),
}

/// `#[test]` or `#[bench]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Test,
    Bench,
}

pub(crate) struct Class {
    pub(crate) variable: VariableId,
    /// The superclass, and the hidden variable that keeps it for `super`.
    pub(crate) superclass: Option<(ExprId, VariableId)>,
    pub(crate) methods: Vec<Method>,
}

pub(crate) struct Method {
    pub(crate) name: Symbol,
    /// The hidden variable `this`.
    pub(crate) this: VariableId,
    pub(crate) function: Function,
}

pub(crate) struct For {
    pub(crate) init: Stmt,
    pub(crate) condition: Option<ExprId>,
    pub(crate) step: Option<ExprId>,
    pub(crate) body: Vec<Stmt>,
}

pub(crate) struct Foreach {
    pub(crate) key: Option<VariableId>,
    pub(crate) value: VariableId,
    pub(crate) iterable: ExprId,
    pub(crate) body: Vec<Stmt>,
}

/// The `case`s, or `default`, that share a block.
pub(crate) struct SwitchArm {
    pub(crate) cases: Vec<ExprId>,
    pub(crate) is_default: bool,
    pub(crate) body: Vec<Stmt>,
}

pub(crate) struct Try {
    pub(crate) body: Vec<Stmt>,
    pub(crate) catch: Option<(Option<VariableId>, Vec<Stmt>)>,
    pub(crate) finally: Option<Vec<Stmt>>,
}

impl Ast {
    /// The expression with this number.
    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The declared name with this number.
    pub(crate) fn declared(&self, id: VariableId) -> &Declared {
        &self.variables[id.0 as usize]
    }

    /// The expression inside any parentheses.
    pub(crate) fn ungrouped(&self, mut id: ExprId) -> &Expr {
        while let ExprKind::Group(inner) = self.expr(id).kind {
            id = inner;
        }
        self.expr(id)
    }
}

impl ExprKind {
    /// The operand this expression begins with, if it is one of a chain that grows to the left:
    /// operators, calls, members.
    pub(crate) fn left_operand(&self) -> Option<ExprId> {
        match *self {
            ExprKind::Binary(_, left, _)
            | ExprKind::And(left, _)
            | ExprKind::Or(left, _)
            | ExprKind::Group(left)
            | ExprKind::Call(left, _)
            | ExprKind::Field(left, _)
            | ExprKind::Index(left, _)
            | ExprKind::Slice(left, _, _) => Some(left),
            _ => None,
        }
    }

    /// Calls `visit` with every operand.
    pub(crate) fn for_each_operand(&self, mut visit: impl FnMut(ExprId)) {
        match self {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Name(_)
            | ExprKind::This
            | ExprKind::Super(_)
            | ExprKind::Function(_) => {}
            &ExprKind::Group(inner) | &ExprKind::Unary(_, inner) | &ExprKind::Field(inner, _) => {
                visit(inner);
            }
            &ExprKind::Binary(_, left, right)
            | &ExprKind::And(left, right)
            | &ExprKind::Or(left, right)
            | &ExprKind::Assign { target: left, value: right, .. }
            | &ExprKind::Index(left, right) => {
                visit(left);
                visit(right);
            }
            &ExprKind::Conditional(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(visit);
            }
            &ExprKind::Slice(object, from, to) => {
                [Some(object), from, to].into_iter().flatten().for_each(visit);
            }
            ExprKind::Call(callee, args) => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            ExprKind::Interpolation(items) | ExprKind::Array(items) => {
                items.iter().copied().for_each(visit);
            }
            ExprKind::Table(entries) => {
                for &(key, value) in entries {
                    visit(key);
                    visit(value);
                }
            }
        }
    }
}
