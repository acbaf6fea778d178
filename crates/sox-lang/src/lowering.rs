//! The syntax tree to the resolved tree.
//!
//! The lowering walks the syntax tree with the resolver's tables at hand. It numbers slots (reusing
//! those of closed scopes), chains captures through the functions between a variable and its mention,
//! and replaces sugar by the resolved tree's few forms. It reports nothing but the limit on local
//! variables: every other mistake was found before.

mod control;
mod expressions;
mod functions;
mod statements;

use crate::ast::{self, Ast, Mark, VariableId};
use crate::codes;
use crate::report::Reports;
use crate::resolver::{Resolution, Variable};
use crate::session::Unit;
use functions::FunctionState;
use sox_diagnostics::Span;
use sox_program::{
    Arm, Block, ExprId, ExprKind, Exprs, Function, FunctionId, GlobalId, Interner, ModuleId, Place,
    Slot, Stmt, StmtKind, Symbol, Tree,
};

/// Most locals of a function, and most captured variables.
const MAX_LOCALS: u32 = 65_535;

/// What the lowering needs to know about the file.
pub(crate) struct File<'a> {
    pub(crate) unit: Unit,
    pub(crate) module: ModuleId,
    /// Name of the body in traces.
    pub(crate) name: Symbol,
    /// The modules of [`Ast::imports`].
    pub(crate) imports: &'a [ModuleId],
    /// The builtins that the values of modules of other languages go through.
    pub(crate) foreign: &'a [Option<sox_program::BuiltinId>],
    /// Length of the source in bytes.
    pub(crate) length: u32,
}

/// What the entry's top level declares that is run by name.
#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) main: Option<GlobalId>,
    pub(crate) tests: Vec<(Symbol, GlobalId)>,
    pub(crate) benches: Vec<(Symbol, GlobalId)>,
}

/// Where a lowered file goes.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) tree: Tree,
    pub(crate) functions: Vec<Function>,
}

/// Lowers a file, adding its functions to `output`; gives the body's number.
pub(crate) fn lower(
    ast: &Ast,
    resolution: &Resolution,
    file: &File<'_>,
    names: &mut Interner,
    output: &mut Output,
    reports: &mut Reports,
) -> FunctionId {
    let common = CommonNames {
        anonymous: names.intern("anonymous"),
        defer: names.intern("defer"),
        hidden: names.intern(""),
    };
    let slots = vec![Slot(u32::MAX); ast.variables.len()];
    let Output { tree, functions } = output;
    tree.reserve(ast.exprs.len(), ast.items.len() + ast.exprs.len() / 8, ast.stmts.len());
    functions.reserve(ast.functions.len() + 1);
    Lowering {
        ast,
        resolution,
        file,
        names,
        common,
        tree,
        functions,
        reports,
        slots,
        states: Vec::new(),
        local_names: Vec::new(),
        items: Vec::new(),
        statements: Vec::new(),
        arms: Vec::new(),
    }
    .file()
}

/// Finds `main`, tests and benchmarks among the functions of the top level.
pub(crate) fn find_entry(
    ast: &Ast,
    resolution: &Resolution,
    unit: Unit,
    names: &Interner,
) -> Entry {
    let mut entry = Entry::default();
    for statement in ast.block(ast.body) {
        let ast::StmtKind::Function { variable, marked, .. } = statement.kind else { continue };
        let Some(global) = resolution.variable(variable).global else { continue };
        let name = ast.declared(variable).name;
        let text = names.text(name);
        let runs_main = matches!(unit, Unit::Script | Unit::Fragment);
        if text == "main" && runs_main {
            entry.main = Some(global);
        }
        if marked == Some(Mark::Test) {
            entry.tests.push((name, global));
        }
        if marked == Some(Mark::Bench) || (marked.is_none() && text.starts_with("Benchmark")) {
            entry.benches.push((name, global));
        }
    }
    entry
}

/// Names the lowering gives itself.
struct CommonNames {
    anonymous: Symbol,
    defer: Symbol,
    /// Of hidden slots.
    hidden: Symbol,
}

struct Lowering<'a> {
    ast: &'a Ast,
    resolution: &'a Resolution,
    file: &'a File<'a>,
    names: &'a Interner,
    common: CommonNames,
    tree: &'a mut Tree,
    functions: &'a mut Vec<Function>,
    reports: &'a mut Reports,
    /// The slot of each local variable, once it is declared.
    slots: Vec<Slot>,
    /// The functions being lowered, the file's body first.
    states: Vec<FunctionState>,
    /// The name of the variable first living in each slot of these functions, one after the other.
    local_names: Vec<Symbol>,
    /// Lists, blocks and tests that are not complete, those inside others behind them.
    items: Vec<ExprId>,
    statements: Vec<Stmt>,
    arms: Vec<Arm>,
}

impl Lowering<'_> {
    fn state(&mut self) -> &mut FunctionState {
        self.states.last_mut().expect("the file's body is always there")
    }

    /// Adds an expression.
    fn node(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.tree.expr(kind, span)
    }

    /// Adds a statement to the block being lowered.
    fn push(&mut self, kind: StmtKind, span: Span) {
        self.statements.push(Stmt { kind, span });
    }

    /// The block of the statements that `inner` adds.
    fn collected(&mut self, inner: impl FnOnce(&mut Self)) -> Block {
        let begin = self.statements.len();
        inner(self);
        let block = self.tree.block(self.statements[begin..].iter().copied());
        self.statements.truncate(begin);
        block
    }

    /// The list of what `inner` adds to [`Lowering::items`].
    fn listed(&mut self, inner: impl FnOnce(&mut Self)) -> Exprs {
        let begin = self.items.len();
        inner(self);
        let list = self.tree.list(&self.items[begin..]);
        self.items.truncate(begin);
        list
    }

    fn variable(&self, id: VariableId) -> &Variable {
        self.resolution.variable(id)
    }

    fn name_of(&self, id: VariableId) -> Symbol {
        self.ast.declared(id).name
    }

    /// A fresh slot for a variable; says also whether it holds a cell.
    fn new_local(&mut self, id: VariableId) -> (Slot, bool) {
        let declared = self.ast.declared(id);
        let slot = self.new_slot(declared.name, declared.span);
        self.slots[id.0 as usize] = slot;
        (slot, self.variable(id).needs_cell())
    }

    /// A fresh hidden slot.
    fn new_hidden(&mut self, span: Span) -> Slot {
        self.new_slot(self.common.hidden, span)
    }

    fn new_slot(&mut self, name: Symbol, span: Span) -> Slot {
        let state = self.states.last_mut().expect("the file's body is always there");
        let slot = state.take_slot(name, &mut self.local_names);
        if slot.0 == MAX_LOCALS {
            let message =
                format!("Too many local variables in one function; the limit is {MAX_LOCALS}.");
            self.reports.error(&codes::TOO_MANY_LOCALS, span, message);
        }
        slot
    }

    /// Runs `inner` and frees the slots it took.
    fn scoped<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let begin = self.state().next_slot;
        let result = inner(self);
        self.state().next_slot = begin;
        result
    }

    /// Where a local variable is, seen from the function being lowered.
    fn place(&mut self, id: VariableId) -> Place {
        self.place_at(self.states.len() - 1, id)
    }

    fn place_at(&mut self, depth: usize, id: VariableId) -> Place {
        let variable = *self.variable(id);
        if variable.depth as usize == depth {
            let slot = self.slots[id.0 as usize];
            return if variable.needs_cell() { Place::Cell(slot) } else { Place::Local(slot) };
        }
        let index = self.capture(depth, id);
        if variable.needs_cell() { Place::CaptureCell(index) } else { Place::Capture(index) }
    }

    /// The number of a captured variable in the function at `depth`. The functions between it and
    /// the variable capture it too, outermost first.
    fn capture(&mut self, depth: usize, id: VariableId) -> u32 {
        if let Some(index) = self.states[depth].find_capture(id) {
            return index;
        }
        let from = self.place_at(depth - 1, id);
        let (name, span) = (self.name_of(id), self.ast.declared(id).span);
        let index = self.states[depth].add_capture(id, sox_program::Capture { from, name });
        if index == MAX_LOCALS {
            let message = format!("Too many captured variables; the limit is {MAX_LOCALS}.");
            self.reports.error(&codes::TOO_MANY_LOCALS, span, message);
        }
        index
    }
}
