//! Random PohLang programs, for comparing engines and ways to keep lists apart.
//!
//! As in the module above, a program comes from its seed alone, comes to an end, prints a lot and
//! depends on nothing outside. What it is after most is what only PohLang has: lists and
//! dictionaries that are copied when they get a second holder. So it stores them everywhere, changes
//! them at once through all their names, also in the middle of expressions that have just read them
//! (by calling a function that changes a variable of the program), and shows all that are in sight.
//!
//! Which of its two kinds of names an expression needs is told by `Kind`; a list's length is not
//! known, so positions may be wrong, which mostly stands inside `try`.
//!
//! | module | makes |
//! |---|---|
//! | `expressions` | expressions, by kind of value |
//! | `containers` | lists and dictionaries |
//! | `statements`, `changes` | statements; those that change something |
//! | `functions` | functions and their calls |

mod changes;
mod containers;
mod expressions;
mod functions;
mod statements;

use super::tree::{Node, parts};
use super::{Level, name, print};
use crate::random::Random;

/// The text of a program.
pub fn source(program: &[Node]) -> String {
    print::source::<print::Sentences>(program)
}

/// Steps a program should stay below, estimated.
const MAX_COST: u64 = 1_500;

/// The kind of value an expression gives, as far as the generator plans it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bool,
    /// A list of numbers, perhaps with something else among them.
    List,
    /// A list of lists of numbers.
    Grid,
    /// Texts, with numbers or lists of numbers.
    Dictionary,
    /// Whatever there is.
    Any,
}

impl Kind {
    const VALUES: [Kind; 6] =
        [Kind::Number, Kind::Text, Kind::Bool, Kind::List, Kind::Grid, Kind::Dictionary];

    fn is_container(self) -> bool {
        matches!(self, Kind::List | Kind::Grid | Kind::Dictionary)
    }
}

/// A variable in scope.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    kind: Kind,
    /// A counter that nothing else may set.
    fixed: bool,
    /// Of the program, so that functions may change it.
    global: bool,
}

/// A function that may be called.
#[derive(Clone, Debug)]
struct Function {
    name: String,
    params: Vec<Kind>,
    /// Parameters without a default.
    required: usize,
    result: Kind,
    /// About how many steps a call takes.
    cost: u64,
    /// Changes variables of the program.
    changes: bool,
}

/// What is around the place where code is being made.
#[derive(Clone, Debug)]
struct Context {
    loops: usize,
    /// What the function should return; none at the top level.
    result: Option<Kind>,
    /// `try` statements with a handler for all errors around the place.
    guarded: usize,
    /// How often the place may be reached in one call of the function.
    weight: u64,
    /// Steps of one call of the function so far.
    cost: u64,
    nesting: usize,
    /// Something of the program was changed.
    changes: bool,
}

impl Context {
    fn new(result: Option<Kind>, nesting: usize) -> Context {
        let cost = u64::from(result.is_some());
        Context { loops: 0, result, guarded: 0, weight: 1, cost, nesting, changes: false }
    }
}

struct Generator {
    random: Random,
    variables: Vec<Variable>,
    functions: Vec<Function>,
    context: Context,
    name_count: usize,
    /// Constructs still to be made; below 0 only the simplest ones are.
    fuel: isize,
}

/// The program of a seed.
pub fn program(seed: u64) -> Vec<Node> {
    let mut generator = Generator {
        // Not the numbers of the Sox program of the same seed.
        random: Random::new(seed ^ 0x9e37_0001_79b9_7f4b),
        variables: Vec::new(),
        functions: Vec::new(),
        context: Context::new(None, 0),
        name_count: 0,
        fuel: 0,
    };
    let size = generator.random.between(40, 220) as isize;
    generator.program(size)
}

impl Generator {
    fn program(&mut self, size: isize) -> Vec<Node> {
        let mut program = vec![Node::statement("Start Program", vec![])];
        for kind in [Kind::List, Kind::Grid, Kind::Dictionary, Kind::Number] {
            self.fuel = 8;
            self.new_variable(kind, &mut program);
        }
        let chunks = self.random.between(2, 5) as isize;
        for _ in 0..chunks {
            self.fuel = size / chunks;
            while self.fuel > 0 {
                match self.random.below(10) {
                    0..3 => self.function(&mut program),
                    3 => self.scene(&mut program),
                    4..7 => self.guarded(&mut program, Self::statement),
                    _ => self.statement(&mut program),
                }
            }
            self.show_all(&mut program);
        }
        if self.random.percent(20) {
            self.fuel = 6;
            self.provocation(&mut program);
        }
        program.push(Node::statement("Write \"end\"", vec![]));
        program.push(Node::statement("End Program", vec![]));
        program
    }

    /// Writes what the variables in sight hold.
    fn show_all(&mut self, out: &mut Vec<Node>) {
        for variable in self.variables.clone() {
            let text = format!("Write \"{} \" plus {}", variable.name, variable.name);
            out.push(Node::statement(&text, vec![]));
        }
    }

    /// Statements inside a `try` that writes what it caught.
    fn guarded(&mut self, out: &mut Vec<Node>, make: impl FnOnce(&mut Self, &mut Vec<Node>)) {
        self.context.guarded += 1;
        let body = self.block(make);
        self.context.guarded -= 1;
        let handler = report();
        out.push(Node::statement("try this:@{if error as e@{end try", parts![body, handler]));
    }

    /// Statements in a block of their own; variables that begin there are not used afterwards, for they
    /// may not have been set.
    fn block(&mut self, make: impl FnOnce(&mut Self, &mut Vec<Node>)) -> Vec<Node> {
        let known = (self.variables.len(), self.functions.len());
        self.context.nesting += 1;
        let mut body = Vec::new();
        make(self, &mut body);
        self.context.nesting -= 1;
        self.variables.truncate(known.0);
        self.functions.truncate(known.1);
        body
    }

    /// Makes code of a function in its context; gives it, and the context as it became.
    fn in_function<T>(&mut self, result: Kind, make: impl FnOnce(&mut Self) -> T) -> (T, Context) {
        let context = Context::new(Some(result), self.context.nesting + 1);
        let outer = std::mem::replace(&mut self.context, context);
        let known = self.variables.len();
        let made = make(self);
        self.variables.truncate(known);
        (made, std::mem::replace(&mut self.context, outer))
    }

    /// A name not used before.
    fn fresh(&mut self, prefix: &str) -> String {
        self.name_count += 1;
        format!("{prefix}{}", self.name_count)
    }

    fn declare(&mut self, name: &str, kind: Kind, fixed: bool) {
        let global = self.context.result.is_none();
        self.variables.push(Variable { name: name.into(), kind, fixed, global });
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

    /// A variable that fits, if there is one; later ones are more likely.
    fn variable(&mut self, fits: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let found: Vec<&Variable> = self.variables.iter().rev().filter(|v| fits(v)).collect();
        if found.is_empty() {
            return None;
        }
        let reach = self.random.between(1, found.len());
        Some(found[self.random.below(reach)].clone())
    }

    fn variable_of(&mut self, kind: Kind) -> Option<Variable> {
        self.variable(|variable| variable.kind == kind)
    }

    /// The name of a variable, as an expression.
    fn name_of(&mut self, kind: Kind) -> Option<Node> {
        self.variable_of(kind).map(|variable| name(&variable.name))
    }

    fn kind(&mut self) -> Kind {
        let kinds = [
            (5, Kind::Number),
            (2, Kind::Text),
            (1, Kind::Bool),
            (6, Kind::List),
            (4, Kind::Grid),
            (3, Kind::Dictionary),
        ];
        self.random.weighted(&kinds)
    }
}

/// What a handler does: tells the type and message of the error.
fn report() -> Vec<Node> {
    let text = "Write \"caught \" plus error type of e plus \": \" plus error message of e";
    vec![Node::statement(text, vec![])]
}

/// A literal or name that needs no parentheses anywhere.
fn text(text: impl Into<String>) -> Node {
    Node::text(Level::Primary, text)
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
