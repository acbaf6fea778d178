//! Random Sox programs, for comparing engines.
//!
//! A program comes from a seed and from nothing else. It is well-formed, comes to an end, prints a
//! lot and depends on nothing outside (no clock, chance, files). Most statements succeed: the
//! generator keeps track of the kinds of its variables. What fails on purpose mostly stands inside
//! `try`, and what was caught is printed with its kind, line and trace.
//!
//! How it ends for certain: loops count up to a small bound in a variable nothing else assigns,
//! recursion counts down a parameter, functions call only what stands before them, and an estimate
//! of the steps (`Context::cost`) keeps loops and calls from multiplying. What may still escape this
//! (a callback that calls itself through a field) is for the step limit of the run.
//!
//! | module | makes |
//! |---|---|
//! | `expressions`, `strings`, `collections`, `calls` | expressions, by kind of value |
//! | `statements`, `mutation`, `loops` | statements |
//! | `jumps` | `try`, `throw`, `defer`, jumps, provoked errors |
//! | `functions`, `classes` | declarations |
//! | `large` | scenes with long strings, big tables, many locals … |
//! | `scenes` | what caches and collectors may get wrong |
//! | `modules` | what `std/` has |
//! | `tree`, `print` | the tree they make, and its source |
//! | `poh` | programs in PohLang, from the same kind of tree |

mod calls;
mod classes;
mod collections;
mod expressions;
mod functions;
mod jumps;
mod large;
mod loops;
mod modules;
mod mutation;
pub mod poh;
mod print;
mod scenes;
mod scope;
mod statements;
mod strings;
mod tree;

pub use tree::{Fill, Level, Node, Part};

use crate::random::Random;
use scope::{Class, Context, Type, Variable};
use tree::parts;

/// The source of a program.
pub fn source(program: &[Node]) -> String {
    print::source::<print::Braces>(program)
}

/// Steps a program should stay below, estimated.
const MAX_COST: u64 = 6_000;

/// What the search and the shrinker need to know of a language.
#[derive(Debug)]
pub struct Dialect {
    /// What its files are called.
    pub extension: &'static str,
    /// Begins a comment.
    pub comment: &'static str,
    /// The language to the driver.
    pub language: sox_driver::Language,
    /// The program of a seed.
    pub program: fn(u64) -> Vec<Node>,
    /// Its text.
    pub source: fn(&[Node]) -> String,
    /// Expressions that every other may be replaced by.
    pub literals: [&'static str; 4],
    /// A statement that does nothing but to hold others, as a template.
    pub block: &'static str,
}

/// Sox.
pub static SOX: Dialect = Dialect {
    extension: "sox",
    comment: "//",
    language: sox_driver::Language::Sox,
    program,
    source,
    literals: ["nil", "1", "\"\"", "[]"],
    block: "@{",
};

/// PohLang.
pub static POH: Dialect = Dialect {
    extension: "poh",
    comment: "#",
    language: sox_driver::Language::PohLang,
    program: poh::program,
    source: poh::source,
    literals: ["None", "1", "\"\"", "(Make an empty list)"],
    block: "If True@{End",
};

/// The program of a seed.
pub fn program(seed: u64) -> Vec<Node> {
    let mut generator = Generator::new(seed);
    let size = generator.random.between(40, 260);
    generator.program(size as isize)
}

/// Makes one program.
struct Generator {
    random: Random,
    /// Variables in scope, innermost last.
    variables: Vec<Variable>,
    classes: Vec<Class>,
    /// Modules of the library and the names they have here.
    imported: Vec<(&'static str, String)>,
    context: Context,
    /// The blocks around, innermost last, by number.
    blocks: Vec<usize>,
    block_count: usize,
    name_count: usize,
    /// Constructs still to be made; below 0 only the simplest ones are.
    fuel: isize,
}

impl Generator {
    fn new(seed: u64) -> Generator {
        Generator {
            random: Random::new(seed),
            variables: Vec::new(),
            classes: Vec::new(),
            imported: Vec::new(),
            context: Context::top(),
            blocks: vec![0],
            block_count: 0,
            name_count: 0,
            fuel: 0,
        }
    }

    fn program(&mut self, size: isize) -> Vec<Node> {
        let mut program = prelude();
        self.imports(&mut program);
        let chunks = self.random.between(2, 6) as isize;
        for _ in 0..chunks {
            self.fuel = size / chunks;
            while self.fuel > 0 {
                self.top_level(&mut program);
            }
        }
        self.ending(&mut program);
        program
    }

    /// A declaration or statement of the top level. What was declared is put to use.
    fn top_level(&mut self, program: &mut Vec<Node>) {
        let known = self.variables.len();
        match self.random.below(10) {
            0..2 => self.function_declaration(program),
            2 => self.class_declaration(program),
            3..5 => self.variable_declaration(program),
            5..7 => self.guarded_statement(program),
            _ => self.statement(program),
        }
        for at in known..self.variables.len() {
            let variable = self.variables[at].clone();
            if self.random.percent(75) {
                self.use_of(&variable, program);
            }
        }
    }

    /// Calls a function just declared, or makes an instance of a class and calls its methods.
    fn use_of(&mut self, variable: &Variable, program: &mut Vec<Node>) {
        let mut body = Vec::new();
        self.context.guarded += 1;
        match &variable.kind {
            Type::Function(signature) if self.spend(signature.cost) => {
                let arguments = self.arguments(&signature.params, signature.required, 2);
                let template = format!("print {}(@,)", variable.name);
                body.push(Node::statement(&template, parts![arguments]));
            }
            Type::Class(class) if self.spend(10) => self.use_of_class(variable, *class, &mut body),
            _ => {}
        }
        self.context.guarded -= 1;
        if !body.is_empty() {
            let handler = vec![Node::statement("report(e)", vec![])];
            program.push(Node::statement("try @{ catch (e) @{", parts![body, handler]));
        }
    }

    fn use_of_class(&mut self, variable: &Variable, class: usize, body: &mut Vec<Node>) {
        let params = self.classes[class].init.clone();
        let arguments = self.arguments(&params, params.len(), 1);
        let (object, methods) = (self.fresh("o"), self.classes[class].methods.clone());
        let template = format!("var {object} = {}(@,)", variable.name);
        body.push(Node::statement(&template, parts![arguments]));
        body.push(Node::statement(&format!("print {object}"), vec![]));
        for (rank, signature) in methods {
            if self.spend(signature.cost) {
                let arguments = self.arguments(&signature.params, signature.required, 1);
                let template = format!("print {object}.m{rank}(@,)");
                body.push(Node::statement(&template, parts![arguments]));
            }
        }
        for (field, _) in self.classes[class].fields.clone() {
            body.push(Node::statement(&format!("print {object}.{field}"), vec![]));
        }
    }

    /// Prints what the variables of the top level hold after all that happened.
    fn final_state(&mut self, program: &mut Vec<Node>) {
        let names: Vec<String> =
            self.visible(|_| true).iter().map(|found| found.name.clone()).collect();
        for name in names.iter().rev() {
            program.push(Node::statement(&format!("print \"{name} ${{{name}}}\""), vec![]));
        }
    }

    /// Sometimes `main`, an exit handler, or an error nobody catches.
    fn ending(&mut self, program: &mut Vec<Node>) {
        self.final_state(program);
        self.fuel = 15;
        if self.random.percent(10) {
            let body = self.deferred_body();
            program.push(Node::statement("sysOnExit(fn() @{)", parts![body]));
        }
        if self.random.percent(15) {
            self.main_function(program);
        }
        match self.random.below(10) {
            0 | 1 => {
                self.context.guarded += 1;
                let statement = self.provocation();
                program.push(statement);
                self.context.guarded -= 1;
            }
            2 => {
                let value = self.expression(&Type::Number, 1);
                program.push(Node::statement("sysExit(@=)", parts![value]));
            }
            _ => {}
        }
        program.push(Node::statement("print \"end\"", vec![]));
    }

    /// A name not used before.
    fn fresh(&mut self, prefix: &str) -> String {
        self.name_count += 1;
        format!("{prefix}{}", self.name_count)
    }

    /// Declares a variable in the innermost block.
    fn declare(&mut self, name: &str, kind: Type, fixed: bool) {
        let block = self.blocks[self.blocks.len() - 1];
        self.variables.push(Variable { name: name.into(), kind, fixed, block });
    }

    /// Makes statements with `make` in a block of their own.
    fn in_block<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let variables = self.variables.len();
        self.block_count += 1;
        self.blocks.push(self.block_count);
        self.context.nesting += 1;
        let made = make(self);
        self.context.nesting -= 1;
        self.blocks.pop();
        self.variables.truncate(variables);
        made
    }

    /// Makes code of another function in its context; gives it and the cost of one call.
    fn in_context<T>(&mut self, context: Context, make: impl FnOnce(&mut Self) -> T) -> (T, u64) {
        let outer = std::mem::replace(&mut self.context, context);
        let made = self.in_block(make);
        let inner = std::mem::replace(&mut self.context, outer);
        (made, inner.cost.max(1))
    }

    /// Whether something that costs so many steps may still stand here; if so it is counted.
    fn spend(&mut self, steps: u64) -> bool {
        let cost = steps.saturating_mul(self.context.weight);
        let fits = self.context.cost.saturating_add(cost) <= MAX_COST;
        if fits {
            self.context.cost += cost;
        }
        fits
    }

    /// Variables that can be seen (not hidden behind a later one of the same name) and that fit.
    fn visible(&self, fits: impl Fn(&Variable) -> bool) -> Vec<&Variable> {
        let mut found = Vec::new();
        for (at, variable) in self.variables.iter().enumerate().rev() {
            let hidden = self.variables[at + 1..].iter().any(|later| later.name == variable.name);
            if !hidden && fits(variable) {
                found.push(variable);
            }
        }
        found
    }

    /// The name of a variable that fits, if there is one; inner ones are more likely.
    fn variable(&mut self, fits: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let found: Vec<Variable> = self.visible(fits).into_iter().cloned().collect();
        if found.is_empty() {
            return None;
        }
        let reach = self.random.between(1, found.len());
        Some(found[self.random.below(reach)].clone())
    }
}

/// A variable's name as an expression.
fn name(name: &str) -> Node {
    Node::text(Level::Primary, name)
}

/// What every program begins with: showing what was caught.
fn prelude() -> Vec<Node> {
    let lines = |lines: &[&str]| lines.iter().map(|line| Node::statement(line, vec![])).collect();
    let kind: Vec<Node> = lines(&["print e.kind + \" on line \" + e.line", "print e.trace"]);
    let body = vec![
        Node::statement("print \"caught \" + e", vec![]),
        Node::statement("if type(e) == type(error(\"\")) @{", parts![kind]),
    ];
    vec![Node::statement("fn report(e) @{", parts![body])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_program() {
        for seed in 0..20 {
            assert_eq!(source(&program(seed)), source(&program(seed)));
        }
        assert_ne!(source(&program(1)), source(&program(2)));
    }

    #[test]
    fn programs_are_neither_tiny_nor_huge() {
        for seed in 0..200 {
            let size: usize = program(seed).iter().map(Node::size).sum();
            assert!((20..6000).contains(&size), "seed {seed}: {size} constructs");
        }
    }
}
