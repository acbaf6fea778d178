//! Where the nodes of a program are.
//!
//! A program of a hundred thousand lines has half a million nodes. Each in memory of its own would
//! cost more than everything else a front end does: to allocate, to find, to give back one by one.
//! So all nodes of a kind stand in one table, in the order in which they were made, and name each
//! other by number. Making a node is appending to a table, and dropping a tree is dropping its tables.
//!
//! Parts of a node come before it, since their numbers are needed to make it; that is why there are no
//! cycles. The statements of a block stand side by side, and so do the numbers in a list.

use crate::{Arm, Class, Expr, ExprKind, Foreach, Stmt, Super, Try};
use sox_diagnostics::Span;
use std::num::NonZeroU32;
use std::ops::Index;

/// Number of an expression in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(NonZeroU32);

impl ExprId {
    /// From the index of the expression; kept plus one, so that an `Option<ExprId>` is as small.
    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        ExprId(number.expect("fewer than 2^32 expressions"))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A list of expressions in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exprs(u32);

/// Statements in their [`Tree`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    start: u32,
    len: u32,
}

impl Block {
    /// Whether there are no statements.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Tests with their blocks in their [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arms {
    start: u32,
    len: u32,
}

/// Number of a `super` in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuperId(u32);

/// Number of a `foreach` in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeachId(u32);

/// Number of a `try` in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryId(u32);

/// Number of a class in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassId(u32);

/// The nodes of a program. What is made with one tree means nothing in another.
///
/// ```
/// use sox_program::{BinaryOp, ExprKind, StmtKind, Stmt, Tree};
/// let (mut tree, span) = (Tree::default(), Default::default());
/// let one = tree.expr(ExprKind::Number(1.0), span);
/// let sum = tree.expr(ExprKind::Binary(BinaryOp::Add, one, one), span);
/// let block = tree.block([Stmt { kind: StmtKind::Print(sum), span }]);
/// assert!(matches!(tree[block], [Stmt { kind: StmtKind::Print(printed), .. }] if printed == sum));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tree {
    exprs: Vec<Expr>,
    /// Each list begins with its length, kept like the number of an expression.
    lists: Vec<ExprId>,
    stmts: Vec<Stmt>,
    arms: Vec<Arm>,
    supers: Vec<Super>,
    foreachs: Vec<Foreach>,
    tries: Vec<Try>,
    classes: Vec<Class>,
}

/// The place after the last of a table.
fn end<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).expect("fewer than 2^32 nodes")
}

impl Tree {
    /// Makes room for so many more expressions, numbers in lists, and statements.
    pub fn reserve(&mut self, exprs: usize, listed: usize, statements: usize) {
        self.exprs.reserve(exprs);
        self.lists.reserve(listed);
        self.stmts.reserve(statements + statements / 8);
    }

    /// Adds an expression.
    pub fn expr(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, span });
        ExprId::new(self.exprs.len() - 1)
    }

    /// Adds a list of expressions.
    pub fn list(&mut self, items: &[ExprId]) -> Exprs {
        let start = end(&self.lists);
        self.lists.push(ExprId::new(items.len()));
        self.lists.extend_from_slice(items);
        Exprs(start)
    }

    /// Adds the statements of a block.
    pub fn block(&mut self, statements: impl IntoIterator<Item = Stmt>) -> Block {
        let start = end(&self.stmts);
        self.stmts.extend(statements);
        Block { start, len: end(&self.stmts) - start }
    }

    /// Adds the tests of an `if`.
    pub fn arms(&mut self, arms: impl IntoIterator<Item = Arm>) -> Arms {
        let start = end(&self.arms);
        self.arms.extend(arms);
        Arms { start, len: end(&self.arms) - start }
    }

    /// Adds what `super` stands for.
    pub fn super_of(&mut self, node: Super) -> SuperId {
        self.supers.push(node);
        SuperId(end(&self.supers) - 1)
    }

    /// Adds a `foreach`.
    pub fn foreach(&mut self, node: Foreach) -> ForeachId {
        self.foreachs.push(node);
        ForeachId(end(&self.foreachs) - 1)
    }

    /// Adds a `try`.
    pub fn try_of(&mut self, node: Try) -> TryId {
        self.tries.push(node);
        TryId(end(&self.tries) - 1)
    }

    /// Adds a class.
    pub fn class(&mut self, node: Class) -> ClassId {
        self.classes.push(node);
        ClassId(end(&self.classes) - 1)
    }
}

impl Index<ExprId> for Tree {
    type Output = Expr;

    #[inline]
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
}

impl Index<Exprs> for Tree {
    type Output = [ExprId];

    #[inline]
    fn index(&self, list: Exprs) -> &[ExprId] {
        let start = list.0 as usize;
        let len = self.lists[start].index();
        &self.lists[start + 1..start + 1 + len]
    }
}

impl Index<Block> for Tree {
    type Output = [Stmt];

    #[inline]
    fn index(&self, block: Block) -> &[Stmt] {
        &self.stmts[block.start as usize..][..block.len as usize]
    }
}

impl Index<Arms> for Tree {
    type Output = [Arm];

    #[inline]
    fn index(&self, arms: Arms) -> &[Arm] {
        &self.arms[arms.start as usize..][..arms.len as usize]
    }
}

impl Index<SuperId> for Tree {
    type Output = Super;

    fn index(&self, id: SuperId) -> &Super {
        &self.supers[id.0 as usize]
    }
}

impl Index<ForeachId> for Tree {
    type Output = Foreach;

    fn index(&self, id: ForeachId) -> &Foreach {
        &self.foreachs[id.0 as usize]
    }
}

impl Index<TryId> for Tree {
    type Output = Try;

    fn index(&self, id: TryId) -> &Try {
        &self.tries[id.0 as usize]
    }
}

impl Index<ClassId> for Tree {
    type Output = Class;

    fn index(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }
}
