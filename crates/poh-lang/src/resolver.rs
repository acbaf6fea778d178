//! What names mean.
//!
//! `Set` changes the nearest variable outward: of the function, of the functions around it, of the top
//! level; if there is none it makes one in the function. Which that is follows from the text alone: a
//! name is a variable of a function if something in the function sets it and nothing around the
//! function has a variable of that name. The top level is that of all files of a program together.
//!
//! Along the way it is found out which variables closures capture, where a variable may be read before
//! it was set, which of the top level need not outlive it ([`homes`]), and what types variables can
//! have ([`types`]).

mod collect;
mod effects;
mod functions;
mod handled;
mod homes;
mod tables;
pub(crate) mod types;

use crate::ast::*;
use crate::phrases::{self, ERROR, RANGE};
use crate::report::Reports;
use collect::assigned;
use functions::Functions;
use sox_diagnostics::{Span, closest};
use sox_program::{Interner, Symbol};
use std::collections::{HashMap, HashSet};
pub(crate) use tables::{FunctionScope, Meaning, Origin, Resolution, VarId, Variable};
use tables::{NUMBER, Thrown};
use types::Type;

/// Names that get a suggestion in one file: looking for one takes time.
const MOST_SUGGESTIONS: usize = 100;

/// Names that are looked at for suggestions, in all files together.
const MOST_COMPARED: usize = 1_000_000;

/// PohLang's own types of errors.
pub(crate) const ERROR_TYPES: [&str; 7] = [
    "RuntimeError",
    "TypeError",
    "MathError",
    "FileError",
    "JsonError",
    "NetworkError",
    "ValidationError",
];

/// A value that is stored in a variable, or stored there in ways that tell nothing of it.
pub(crate) type Stored<'a> = (VarId, usize, Option<&'a Expr>);

/// The files of a program that share their top level.
pub(crate) struct Files<'a> {
    pub(crate) asts: &'a [Ast],
    /// Names of the top level that earlier entries of a session set.
    pub(crate) known: &'a [Symbol],
    /// Later entries may set globals too, so nothing is known of what they hold.
    pub(crate) open: bool,
    /// Nobody else reaches the top level, or calls its functions.
    pub(crate) closed: bool,
}

/// Resolves all files.
pub(crate) fn resolve(files: &Files<'_>, names: &Interner, reports: &mut [Reports]) -> Resolution {
    let mut resolver = Resolver {
        names,
        answers: Resolution::default(),
        bindings: HashMap::new(),
        file: 0,
        function: 0,
        given: HashSet::new(),
        trail: Vec::new(),
        stored: Vec::new(),
        functions: Functions::default(),
        suggestions: 0,
        compared: 0,
        thrown: Thrown::default(),
        handled: Vec::new(),
    };
    resolver.globals(files);
    for (file, ast) in files.asts.iter().enumerate() {
        resolver.file(file, ast);
    }
    resolver.check_handled(reports);
    let Resolver { mut answers, stored, functions, .. } = resolver;
    if files.closed {
        answers.find_homes();
    }
    let values = functions.values(&mut answers, stored, files);
    types::infer(&mut answers, &values, files.open);
    answers.find_harmless();
    answers
}

struct Resolver<'a> {
    names: &'a Interner,
    answers: Resolution,
    /// The variables a name stands for, the innermost last.
    bindings: HashMap<Symbol, Vec<VarId>>,
    file: usize,
    /// The function being walked.
    function: usize,
    /// Variables that certainly were set, on the way taken here.
    given: HashSet<VarId>,
    /// The same in the order they were set.
    trail: Vec<VarId>,
    stored: Vec<Stored<'a>>,
    functions: Functions<'a>,
    suggestions: usize,
    /// Names looked at for suggestions.
    compared: usize,
    thrown: Thrown,
    /// Types that handlers wait for: file, place.
    handled: Vec<(usize, Symbol, Span)>,
}

/// How a block is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By its end, at least perhaps.
    End,
    /// Never by its end.
    Never,
}

impl<'a> Resolver<'a> {
    fn globals(&mut self, files: &Files<'a>) {
        for &symbol in files.known {
            self.global(symbol);
        }
        for ast in files.asts {
            for (symbol, _) in assigned(&ast.body) {
                self.global(symbol);
            }
        }
    }

    fn global(&mut self, symbol: Symbol) {
        if !self.bindings.contains_key(&symbol) {
            self.bind(symbol, Origin::Global);
        }
    }

    fn bind(&mut self, symbol: Symbol, origin: Origin) -> VarId {
        let id = VarId(self.answers.variables.len() as u32);
        self.answers.variables.push(Variable {
            symbol,
            origin,
            function: self.function,
            captured: false,
            user: None,
            elsewhere: false,
            escapes: false,
            set: false,
            changed: false,
            of_type: Type::Nothing,
        });
        self.bindings.entry(symbol).or_default().push(id);
        id
    }

    fn unbind(&mut self, symbol: Symbol) {
        if let Some(stack) = self.bindings.get_mut(&symbol) {
            stack.pop();
        }
    }

    fn new_function(&mut self) -> usize {
        self.answers.functions.push(FunctionScope::default());
        self.answers.functions.len() - 1
    }

    fn file(&mut self, file: usize, ast: &'a Ast) {
        self.file = file;
        self.suggestions = 0;
        self.answers.meanings.push(vec![Meaning::Unknown; ast.mentions as usize]);
        self.function = self.new_function();
        self.answers.bodies.push(self.function);
        self.block(&ast.body);
    }

    fn find(&self, symbol: Symbol) -> Option<VarId> {
        self.bindings.get(&symbol).and_then(|stack| stack.last().copied())
    }

    fn note(&mut self, name: &Name, meaning: Meaning) {
        self.answers.meanings[self.file][name.mention as usize] = meaning;
    }

    /// A mention that reads the name.
    fn read(&mut self, name: &Name) {
        let meaning = match self.find(name.symbol) {
            Some(id) => {
                let given = self.given.contains(&id);
                match self.used(id).origin {
                    Origin::Local if !given => Meaning::Perhaps(id),
                    Origin::Global => {
                        // One that may not be set yet is looked at when it is read.
                        self.answers.variables[id.index()].elsewhere |= !given;
                        Meaning::Variable(id)
                    }
                    _ => Meaning::Variable(id),
                }
            }
            None => match phrases::form(self.names.text(name.symbol)) {
                Some(native) => Meaning::Form(native),
                None => Meaning::Undefined(self.suggestion(name.symbol, false)),
            },
        };
        self.note(name, meaning);
    }

    /// A mention that sets the name: to the value, or to something unknown.
    fn set(&mut self, name: &Name, value: Option<&'a Expr>) {
        let Some(id) = self.find(name.symbol) else { return };
        self.note(name, Meaning::Variable(id));
        let function = self.function;
        let variable = self.used(id);
        variable.set = true;
        let certain = match variable.origin {
            Origin::Local => variable.function == function,
            Origin::Global => variable.user == Some(function),
            Origin::Parameter | Origin::Block => false,
        };
        if certain {
            self.give(id);
        }
        self.stored.push((id, self.file, value));
    }

    fn give(&mut self, id: VarId) {
        if self.given.insert(id) {
            self.trail.push(id);
        }
    }

    /// Something of a name's contents is set.
    fn change(&mut self, name: &Name) {
        self.read(name);
        if let Some(id) = self.answers.variable_of(self.file, name) {
            self.answers.note_change(id, self.function);
        }
    }

    /// The name that was perhaps meant.
    fn suggestion(&mut self, symbol: Symbol, statement: bool) -> Option<String> {
        self.suggestions += 1;
        self.compared += self.bindings.len();
        if self.suggestions > MOST_SUGGESTIONS || self.compared > MOST_COMPARED {
            return None;
        }
        let bound = self.bindings.iter().filter(|(_, stack)| !stack.is_empty());
        let mut known: Vec<&str> = bound.map(|(&symbol, _)| self.names.text(symbol)).collect();
        known.sort_unstable();
        let forms = phrases::FORMS.iter().map(|&(form, _)| form);
        let statements = ["Stop", "Skip", "Return", "End"].into_iter().filter(|_| statement);
        let name = self.names.text(symbol);
        closest(name, known.into_iter().chain(statements).chain(forms)).map(str::to_string)
    }

    // Blocks.

    fn block(&mut self, block: &'a [Stmt]) -> Way {
        let mut way = Way::End;
        for statement in block {
            if self.statement(statement) == Way::Never {
                way = Way::Never;
            }
        }
        way
    }

    /// A block that perhaps does not run. What it certainly sets is given back, and forgotten.
    fn branch(&mut self, inner: impl FnOnce(&mut Self) -> Way) -> (Vec<VarId>, Way) {
        let mark = self.trail.len();
        let way = inner(self);
        let set = self.trail.split_off(mark);
        for id in &set {
            self.given.remove(id);
        }
        (set, way)
    }

    /// Takes in what all of these branches set, of which one runs.
    fn join(&mut self, branches: &[(Vec<VarId>, Way)]) -> Way {
        let mut open = branches.iter().filter(|(_, way)| *way == Way::End).map(|(set, _)| set);
        let Some(first) = open.next() else { return Way::Never };
        let mut common: Vec<VarId> = first.clone();
        for set in open {
            let set: HashSet<_> = set.iter().collect();
            common.retain(|id| set.contains(id));
        }
        common.into_iter().for_each(|id| self.give(id));
        Way::End
    }

    fn statement(&mut self, statement: &'a Stmt) -> Way {
        match &statement.kind {
            StmtKind::Expr(value) => {
                self.expr(value);
                if let ExprKind::Name(name) = &value.kind
                    && let Meaning::Undefined(_) = self.answers.meaning(self.file, name)
                {
                    let suggestion = self.suggestion(name.symbol, true);
                    self.note(name, Meaning::Undefined(suggestion));
                }
            }
            StmtKind::Write(value) | StmtKind::Use(value) => self.expr(value),
            StmtKind::Ask { name, prompt, .. } => {
                prompt.iter().for_each(|prompt| self.expr(prompt));
                self.set(name, None);
            }
            StmtKind::Set(target, value) => self.set_statement(target, value),
            StmtKind::Change { target, amount, .. } => {
                amount.iter().for_each(|amount| self.expr(amount));
                target.indices.iter().for_each(|index| self.expr(index));
                if target.indices.is_empty() {
                    self.read(&target.name);
                    let reading = match self.answers.meaning(self.file, &target.name) {
                        // Whoever increases a count means no phrase.
                        Meaning::Form(_) => Meaning::Undefined(None),
                        reading => reading.clone(),
                    };
                    self.set(&target.name, Some(&NUMBER));
                    self.note(&target.name, reading);
                } else {
                    self.change(&target.name);
                }
            }
            StmtKind::If { arms, otherwise } => return self.if_statement(arms, otherwise),
            StmtKind::While(condition, body) => {
                self.expr(condition);
                self.branch(|resolver| resolver.block(body));
            }
            StmtKind::Repeat(count, body) => {
                self.expr(count);
                self.branch(|resolver| resolver.block(body));
            }
            StmtKind::ForEach(name, list, body) => {
                self.expr(list);
                let is_range =
                    matches!(&list.kind, ExprKind::Phrase(native, _) if **native == RANGE);
                let item = is_range.then_some(&NUMBER);
                self.branch(|resolver| resolver.in_block_of(name, item, body));
            }
            StmtKind::Stop | StmtKind::Skip => return Way::Never,
            StmtKind::Make(name, function) => self.make(name, function),
            StmtKind::Return(value) => {
                self.returns(value.as_ref());
                return Way::Never;
            }
            StmtKind::Throw(value) => {
                self.expr(value);
                return Way::Never;
            }
            StmtKind::Try(parts) => return self.try_statement(parts),
            StmtKind::Import(import) => {
                self.thrown.others |= import.alias.is_some();
                self.answers.note_call(None, self.function);
                for name in import.alias.iter().chain(&import.exposing) {
                    self.set(name, None);
                }
            }
        }
        Way::End
    }

    fn set_statement(&mut self, target: &'a Target, value: &'a Expr) {
        target.indices.iter().for_each(|index| self.expr(index));
        self.expr(value);
        if !target.indices.is_empty() {
            return self.change(&target.name);
        }
        if let ExprKind::Phrase(native, args) = &value.kind
            && **native == phrases::APPEND
            && matches!(&args[1].kind, ExprKind::Name(list) if list.symbol == target.name.symbol)
            && let Some(id) = self.find(target.name.symbol)
        {
            self.answers.note_change(id, self.function);
        }
        self.set(&target.name, Some(value));
    }

    fn if_statement(&mut self, arms: &'a [(Expr, Block)], otherwise: &'a [Stmt]) -> Way {
        let mut branches = Vec::with_capacity(arms.len() + 1);
        for (condition, body) in arms {
            // Conditions of later arms run only if the ones before are false, and set nothing.
            self.expr(condition);
            branches.push(self.branch(|resolver| resolver.block(body)));
        }
        branches.push(self.branch(|resolver| resolver.block(otherwise)));
        self.join(&branches)
    }

    fn try_statement(&mut self, parts: &'a Try) -> Way {
        let mut branches = vec![self.branch(|resolver| resolver.block(&parts.body))];
        for handler in &parts.handlers {
            if let Some((symbol, span)) = handler.of_type {
                self.handled.push((self.file, symbol, span));
            }
            branches.push(self.branch(|resolver| match &handler.name {
                Some(name) => resolver.in_block_of(name, None, &handler.body),
                None => resolver.block(&handler.body),
            }));
        }
        let way = self.join(&branches);
        match &parts.finally {
            Some(finally) if self.block(finally) == Way::Never => Way::Never,
            _ => way,
        }
    }

    /// A block with a variable of its own, which begins with the value or with something unknown.
    fn in_block_of(&mut self, name: &'a Name, value: Option<&'a Expr>, body: &'a [Stmt]) -> Way {
        let id = self.bind(name.symbol, Origin::Block);
        self.note(name, Meaning::Variable(id));
        self.stored.push((id, self.file, value));
        let way = self.block(body);
        self.unbind(name.symbol);
        way
    }

    // Expressions.

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.read(name);
                if let Some(id) = self.answers.variable_of(self.file, name) {
                    self.answers.variables[id.index()].escapes = true;
                }
            }
            ExprKind::Not(operand) | ExprKind::Minus(operand) | ExprKind::Member(operand, _) => {
                self.expr(operand);
            }
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Item(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Call(callee, args) => self.call(callee, args),
            ExprKind::Phrase(native, args) => {
                args.iter().for_each(|arg| self.expr(arg));
                if **native == ERROR {
                    self.makes_error(&args[0]);
                }
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Dictionary(entries) => {
                for (key, value) in entries {
                    self.expr(key);
                    self.expr(value);
                }
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Invalid => {}
        }
    }
}
