//! What the generator knows about the program so far: kinds of values, variables, functions, classes.

use std::rc::Rc;

/// The kind of value an expression gives, as far as the generator plans it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Number,
    String,
    Bool,
    /// An array of numbers.
    Numbers,
    /// An array of strings.
    Strings,
    /// An array of anything.
    Mixed,
    /// A table with keys and values of any kind.
    Table,
    /// A callable value.
    Function(Rc<Signature>),
    /// A class, by its number.
    Class(usize),
    /// An instance of the class or of one below it.
    Instance(usize),
    /// Whatever there is.
    Any,
}

/// What a callable takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Signature {
    pub(super) params: Vec<Type>,
    /// Parameters without a default.
    pub(super) required: usize,
    pub(super) result: Type,
    /// About how many steps one call takes.
    pub(super) cost: u64,
}

/// A variable in scope.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Type,
    /// Not to be assigned: `const`, and counters that must not be disturbed.
    pub(super) fixed: bool,
    /// Number of the block it was declared in; 0 is the top level.
    pub(super) block: usize,
}

/// A class and its members. Names of methods have a rank, and a method calls only methods of lower
/// rank, so that overriding cannot make calls go round in a circle.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) superclass: Option<usize>,
    /// Parameters of `init`.
    pub(super) init: Vec<Type>,
    /// All fields, inherited ones too.
    pub(super) fields: Vec<(String, Type)>,
    /// All methods by rank, inherited ones too.
    pub(super) methods: Vec<(usize, Rc<Signature>)>,
}

/// What is around the place where code is being made.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// Loops of this function around the place.
    pub(super) loops: usize,
    /// Loops over tables and arrays around the place: there things are added with a bound only.
    pub(super) walks: usize,
    /// What the function should return; `None` at the top level.
    pub(super) result: Option<Type>,
    /// `init` returns no value.
    pub(super) initializer: bool,
    /// The class around, for `this` and `super`.
    pub(super) class: Option<usize>,
    /// Methods below this rank may be called.
    pub(super) rank: usize,
    /// Functions held in variables may be called.
    pub(super) calls: bool,
    /// `try` statements with a `catch` around the place: there it may throw.
    pub(super) guarded: usize,
    /// How often the place may be reached in one call of the function.
    pub(super) weight: u64,
    /// Steps of one call of the function so far.
    pub(super) cost: u64,
    /// Blocks and functions around the place.
    pub(super) nesting: usize,
}

impl Context {
    /// The top level of a script.
    pub(super) fn top() -> Context {
        Context {
            loops: 0,
            walks: 0,
            result: None,
            initializer: false,
            class: None,
            rank: usize::MAX,
            calls: true,
            guarded: 0,
            weight: 1,
            cost: 0,
            nesting: 0,
        }
    }

    /// A function here that gives a `result`.
    pub(super) fn function(&self, result: Type) -> Context {
        Context {
            loops: 0,
            walks: 0,
            result: Some(result),
            initializer: false,
            class: self.class,
            rank: self.rank,
            calls: self.calls,
            guarded: 0,
            weight: 1,
            cost: 1,
            nesting: self.nesting + 1,
        }
    }
}
