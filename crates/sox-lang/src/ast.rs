//! The syntax tree: what the parser makes and the resolver and the lowering read.
//!
//! Nodes of a kind stand in one list and name each other by number ([`ExprId`], [`Id`], [`Run`]), so
//! dropping a tree is dropping some lists.
//! What stands side by side in a [`Run`] is collected elsewhere until all of it is there.
//!
//! Every name that is declared has a number too ([`VariableId`]), and so has every mention of one
//! ([`MentionId`]), both in the order of the text. What the resolver finds out about variables and
//! mentions stands in tables beside the tree.

use crate::pieces::Pieces;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, Symbol, UnaryOp};
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// Number of an expression in [`Ast::exprs`], plus one: so that an `Option` of it is as small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExprId(NonZeroU32);

/// Number of a declared name in [`Ast::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VariableId(pub(crate) u32);

/// Number of a mention of a variable: of a name, `this` or `super`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MentionId(pub(crate) u32);

/// Number of a node in the list of its kind.
pub(crate) struct Id<T>(u32, PhantomData<fn() -> T>);

/// Nodes that stand side by side in the list of their kind.
pub(crate) struct Run<T> {
    start: u32,
    len: u32,
    kind: PhantomData<fn() -> T>,
}

/// The statements of a block.
pub(crate) type Block = Run<Stmt>;

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> Id<T> {
    /// Adds a node to the list of its kind.
    pub(crate) fn add(list: &mut Vec<T>, node: T) -> Self {
        list.push(node);
        Id(list.len() as u32 - 1, PhantomData)
    }

    /// The node.
    pub(crate) fn of(self, list: &[T]) -> &T {
        &list[self.0 as usize]
    }
}

impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Run<T> {}

impl<T> Default for Run<T> {
    fn default() -> Self {
        Run { start: 0, len: 0, kind: PhantomData }
    }
}

impl<T> Run<T> {
    /// Adds nodes to the list of their kind.
    pub(crate) fn add(list: &mut Vec<T>, nodes: impl IntoIterator<Item = T>) -> Self {
        let start = list.len();
        list.extend(nodes);
        Self::since(list, start)
    }

    /// Moves what was collected since there were `begin` nodes to the list of their kind.
    pub(crate) fn take(list: &mut Vec<T>, collected: &mut Vec<T>, begin: usize) -> Self
    where
        T: Copy,
    {
        let start = list.len();
        list.extend_from_slice(&collected[begin..]);
        collected.truncate(begin);
        Self::since(list, start)
    }

    /// What was added to the list since it had `start` nodes.
    pub(crate) fn since(list: &[T], start: usize) -> Self {
        Run { start: start as u32, len: (list.len() - start) as u32, kind: PhantomData }
    }

    /// The nodes.
    pub(crate) fn of(self, list: &[T]) -> &[T] {
        &list[self.start as usize..][..self.len as usize]
    }

    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// The numbers of the nodes.
    pub(crate) fn numbers(self) -> impl Iterator<Item = u32> + Clone + use<T> {
        self.start..self.start + self.len
    }

    /// The nodes but for the first, which must be there.
    pub(crate) fn rest(self) -> Self {
        Run { start: self.start + 1, len: self.len - 1, ..self }
    }

    /// The first nodes, at most so many.
    pub(crate) fn first(self, count: usize) -> Self {
        Run { len: self.len.min(count as u32), ..self }
    }
}

/// A whole source file.
#[derive(Default)]
pub(crate) struct Ast {
    pub(crate) exprs: Pieces<Expr>,
    /// Callees with arguments, elements and the like.
    pub(crate) items: Vec<ExprId>,
    pub(crate) conditionals: Vec<Conditional>,
    pub(crate) slices: Vec<Slice>,
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) functions: Vec<Function>,
    pub(crate) params: Vec<Param>,
    pub(crate) classes: Vec<Class>,
    pub(crate) methods: Vec<Method>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) switch_arms: Vec<SwitchArm>,
    pub(crate) fors: Vec<For>,
    pub(crate) foreachs: Vec<Foreach>,
    pub(crate) tries: Vec<Try>,
    pub(crate) variables: Vec<Declared>,
    /// How many mentions there are.
    pub(crate) mentions: u32,
    /// Every import of the file, wherever it stands.
    pub(crate) imports: Vec<Import>,
    pub(crate) body: Block,
}

/// A name where it is declared.
pub(crate) struct Declared {
    pub(crate) name: Symbol,
    pub(crate) span: Span,
    pub(crate) constant: bool,
}

/// A path with the name it is imported under.
pub(crate) struct Import {
    pub(crate) variable: VariableId,
    pub(crate) path: Symbol,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    /// What an error in it underlines; see [`sox_program::Expr::span`].
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum ExprKind {
    Nil,
    Bool(bool),
    Number(Number),
    String(Symbol),
    Interpolation(Run<ExprId>),
    Name(Symbol, MentionId),
    This(MentionId),
    Super(Symbol, MentionId),
    /// `(inner)`
    Group(ExprId),
    Unary(UnaryOp, ExprId),
    Binary(BinaryOp, ExprId, ExprId),
    And(ExprId, ExprId),
    Or(ExprId, ExprId),
    Conditional(Id<Conditional>),
    /// The target is a `Name`, `Field` or `Index`.
    Assign {
        target: ExprId,
        op: Option<BinaryOp>,
        value: ExprId,
    },
    /// The callee, then the arguments.
    Call(Run<ExprId>),
    Field(ExprId, Symbol),
    Index(ExprId, ExprId),
    Slice(ExprId, Id<Slice>),
    Array(Run<ExprId>),
    /// Keys and values in turn.
    Table(Run<ExprId>),
    Function(Id<Function>),
}

/// A number, aligned no more than the numbers of nodes: that makes nodes smaller.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
pub(crate) struct Number(pub(crate) f64);

/// `condition ? yes : no`
#[derive(Clone, Copy)]
pub(crate) struct Conditional {
    pub(crate) condition: ExprId,
    pub(crate) yes: ExprId,
    pub(crate) no: ExprId,
}

/// The ends of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) from: Option<ExprId>,
    pub(crate) to: Option<ExprId>,
}

/// A function's parts; its name is given by what it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) params: Run<Param>,
    pub(crate) body: Block,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Param {
    pub(crate) variable: VariableId,
    pub(crate) default: Option<ExprId>,
}

#[derive(Clone, Copy)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum StmtKind {
    /// `;`, or what was left out because of an error.
    Empty,
    Expr(ExprId),
    Print(ExprId),
    Assert(ExprId, Option<ExprId>),
    /// `var` and `const`: no values, or one for each name.
    Var {
        names: Run<Declared>,
        values: Run<ExprId>,
    },
    Function {
        variable: VariableId,
        function: Id<Function>,
        marked: Option<Mark>,
    },
    Class(Id<Class>),
    Import(Run<Import>),
    Block(Block),
    If {
        arms: Run<Arm>,
        otherwise: Block,
    },
    While(ExprId, Block),
    For(Id<For>),
    Foreach(Id<Foreach>),
    Switch {
        subject: ExprId,
        arms: Run<SwitchArm>,
    },
    Break,
    Continue,
    Return(Option<ExprId>),
    Throw(ExprId),
    Try(Id<Try>),
    Defer(Id<Function>),
}

// A file has several nodes a line: memory is the most of what they cost.
const _: () = assert!(size_of::<Expr>() <= 20 && size_of::<Stmt>() <= 28);

/// `#[test]` or `#[bench]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Test,
    Bench,
}

#[derive(Clone, Copy)]
pub(crate) struct Class {
    pub(crate) variable: VariableId,
    /// The superclass, and the hidden variable that keeps it for `super`.
    pub(crate) superclass: Option<(ExprId, VariableId)>,
    pub(crate) methods: Run<Method>,
}

#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub(crate) name: Symbol,
    /// The hidden variable `this`.
    pub(crate) this: VariableId,
    pub(crate) function: Id<Function>,
}

/// One of the tests of an `if`.
#[derive(Clone, Copy)]
pub(crate) struct Arm {
    pub(crate) condition: ExprId,
    pub(crate) body: Block,
}

#[derive(Clone, Copy)]
pub(crate) struct For {
    /// One statement.
    pub(crate) init: Block,
    pub(crate) condition: Option<ExprId>,
    pub(crate) step: Option<ExprId>,
    pub(crate) body: Block,
}

#[derive(Clone, Copy)]
pub(crate) struct Foreach {
    pub(crate) key: Option<VariableId>,
    pub(crate) value: VariableId,
    pub(crate) iterable: ExprId,
    pub(crate) body: Block,
}

/// The `case`s, or `default`, that share a block.
#[derive(Clone, Copy)]
pub(crate) struct SwitchArm {
    pub(crate) cases: Run<ExprId>,
    pub(crate) is_default: bool,
    pub(crate) body: Block,
}

#[derive(Clone, Copy)]
pub(crate) struct Try {
    pub(crate) body: Block,
    pub(crate) catch: Option<(Option<VariableId>, Block)>,
    pub(crate) finally: Option<Block>,
}

impl ExprId {
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Run<Declared> {
    /// The variables.
    pub(crate) fn variables(self) -> impl Iterator<Item = VariableId> + Clone {
        self.numbers().map(VariableId)
    }
}

impl Ast {
    /// The expression with this number.
    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// Adds an expression.
    pub(crate) fn add(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, span });
        let number = u32::try_from(self.exprs.len()).ok().and_then(NonZeroU32::new);
        ExprId(number.expect("a text of 2^32 bytes has fewer expressions"))
    }

    /// Numbers a mention.
    pub(crate) fn mention(&mut self) -> MentionId {
        self.mentions += 1;
        MentionId(self.mentions - 1)
    }

    /// The expressions of a list.
    pub(crate) fn list(&self, list: Run<ExprId>) -> &[ExprId] {
        list.of(&self.items)
    }

    /// What is called, given the parts of a call.
    pub(crate) fn callee(&self, call: Run<ExprId>) -> ExprId {
        self.list(call)[0]
    }

    /// The statements of a block.
    pub(crate) fn block(&self, block: Block) -> &[Stmt] {
        block.of(&self.stmts)
    }

    /// The function with this number.
    pub(crate) fn function(&self, id: Id<Function>) -> &Function {
        id.of(&self.functions)
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

impl Ast {
    /// Calls `visit` with every operand of an expression.
    #[inline]
    pub(crate) fn for_each_operand(&self, kind: ExprKind, mut visit: impl FnMut(ExprId)) {
        match kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Name(..)
            | ExprKind::This(_)
            | ExprKind::Super(..)
            | ExprKind::Function(_) => {}
            ExprKind::Group(inner) | ExprKind::Unary(_, inner) | ExprKind::Field(inner, _) => {
                visit(inner);
            }
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Assign { target: left, value: right, .. }
            | ExprKind::Index(left, right) => {
                visit(left);
                visit(right);
            }
            ExprKind::Conditional(id) => {
                let Conditional { condition, yes, no } = *id.of(&self.conditionals);
                [condition, yes, no].into_iter().for_each(visit);
            }
            ExprKind::Slice(object, id) => {
                let Slice { from, to } = *id.of(&self.slices);
                [Some(object), from, to].into_iter().flatten().for_each(visit);
            }
            ExprKind::Call(items)
            | ExprKind::Interpolation(items)
            | ExprKind::Array(items)
            | ExprKind::Table(items) => {
                self.list(items).iter().copied().for_each(visit);
            }
        }
    }
}
