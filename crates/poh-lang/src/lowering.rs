//! The syntax tree to the resolved tree.
//!
//! Slots are numbered here: parameters first, then the variables of the function, then those of blocks,
//! whose slots are used again. A variable that a closure captures and something sets lives in a cell.

mod assignment;
mod expressions;
mod functions;
mod holders;
mod statements;

use crate::ast::{Ast, Name};
use crate::phrases::Native;
use crate::resolver::{Meaning, Origin, Resolution, VarId};
use crate::session::{Surroundings, TopLevel};
use functions::FunctionState;
use sox_diagnostics::Span;
use sox_program::{
    Block, ExprId, ExprKind, Function, FunctionKind, GlobalId, ModuleId, Place, Slot, Stmt,
    StmtKind, Symbol,
};
use std::collections::HashSet;

/// A module that an import names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imported {
    pub(crate) module: ModuleId,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The program.
    Script,
    /// The first file of a module that Sox imports.
    Module,
    /// An entry of a session.
    Entry,
    /// A file that another imports.
    Part,
}

/// What the files of a program have in common.
pub(crate) struct Common<'a> {
    pub(crate) surroundings: &'a mut dyn Surroundings,
    resolution: &'a Resolution,
    /// The module that has the variables of the top level.
    root: ModuleId,
    top_level: &'a mut TopLevel,
    /// The slot of each local variable, once it has one.
    slots: Vec<Slot>,
    globals: Vec<Option<GlobalId>>,
    /// Globals that did not exist before.
    own: Vec<GlobalId>,
    hidden: Symbol,
    /// Variables of functions that are read where they were perhaps not set.
    marked: HashSet<VarId>,
}

impl<'a> Common<'a> {
    pub(crate) fn new(
        surroundings: &'a mut dyn Surroundings,
        resolution: &'a Resolution,
        root: ModuleId,
        top_level: &'a mut TopLevel,
    ) -> Self {
        let hidden = surroundings.names().intern("");
        let count = resolution.variables.len();
        let perhaps = |meaning: &Meaning| match meaning {
            Meaning::Perhaps(id) => Some(*id),
            _ => None,
        };
        let marked = resolution.meanings.iter().flatten().filter_map(perhaps).collect();
        let mut common = Common {
            surroundings,
            resolution,
            root,
            top_level,
            slots: vec![Slot(u32::MAX); count],
            globals: vec![None; count],
            own: Vec::new(),
            hidden,
            marked,
        };
        for (number, variable) in resolution.variables.iter().enumerate() {
            if variable.origin == Origin::Global {
                let (id, new) = common.top_level.global(common.surroundings, variable.symbol, root);
                common.globals[number] = Some(id);
                common.own.extend(new.then_some(id));
            }
        }
        common
    }
}

/// Lowers the file with this number.
pub(crate) fn lower(
    common: &mut Common<'_>,
    ast: &Ast,
    file: usize,
    module: ModuleId,
    kind: Kind,
    imports: &[Imported],
    length: u32,
) {
    let name = match kind {
        Kind::Script | Kind::Entry => "script",
        Kind::Module | Kind::Part => "import",
    };
    let name = common.surroundings.names().intern(name);
    let function = common.resolution.bodies[file];
    let mut lowering = Lowering { common, file, module, imports, states: Vec::new(), finallies: 0 };
    lowering.states.push(FunctionState::new(function));
    let mut body = Vec::new();
    lowering.declare_owned(function, Span::new(0, 0), &mut body);
    body.extend(lowering.statements(&ast.body));
    if kind == Kind::Entry {
        lowering.show_last(&ast.body, &mut body);
    }
    let body = lowering.blocked(body);
    let state = lowering.states.pop().expect("pushed above");
    let function = Function {
        name,
        kind: FunctionKind::Module,
        module,
        params: 0,
        required: 0,
        locals: state.slots(),
        local_names: state.local_names,
        captures: Vec::new(),
        has_defer: false,
        body,
        span: Span::new(0, length),
    };
    let body = common.surroundings.add_function(function);
    let own = if module == common.root { common.own.clone() } else { Vec::new() };
    common.surroundings.finish_module(module, body, own);
}

pub(crate) struct Lowering<'l, 'a> {
    common: &'l mut Common<'a>,
    file: usize,
    module: ModuleId,
    imports: &'l [Imported],
    /// The functions being lowered, the file's top level first.
    states: Vec<FunctionState>,
    /// Parts of a `try` with a `finally` around this place.
    finallies: u32,
}

pub(crate) fn stmt(span: Span, kind: StmtKind) -> Stmt {
    Stmt { kind, span }
}

impl<'a> Lowering<'_, 'a> {
    fn resolution(&self) -> &'a Resolution {
        self.common.resolution
    }

    fn meaning(&self, name: &Name) -> &'a Meaning {
        self.resolution().meaning(self.file, name)
    }

    fn variable_of(&self, name: &Name) -> VarId {
        self.resolution().variable_of(self.file, name).expect("names that are set are variables")
    }

    fn state(&mut self) -> &mut FunctionState {
        self.states.last_mut().expect("the file's top level is always there")
    }

    /// Makes an expression.
    fn node(&mut self, span: Span, kind: ExprKind) -> ExprId {
        self.common.surroundings.tree().expr(kind, span)
    }

    /// Makes a list of arguments or items.
    fn list(&mut self, items: &[ExprId]) -> sox_program::Exprs {
        self.common.surroundings.tree().list(items)
    }

    /// Makes a block.
    fn blocked(&mut self, statements: Vec<Stmt>) -> Block {
        self.common.surroundings.tree().block(statements)
    }

    fn symbol(&mut self, text: &str) -> Symbol {
        self.common.surroundings.names().intern(text)
    }

    /// A call of a function of the library.
    fn native(&mut self, span: Span, native: &Native, args: &[ExprId]) -> ExprId {
        let callee = self.builtin(span, native.name);
        let args = self.list(args);
        self.node(span, ExprKind::Call(callee, args))
    }

    fn builtin(&mut self, span: Span, name: &str) -> ExprId {
        let builtin = self.common.surroundings.builtin(name);
        self.node(span, ExprKind::Builtin(builtin))
    }

    fn text(&mut self, span: Span, text: &str) -> ExprId {
        let symbol = self.symbol(text);
        self.node(span, ExprKind::String(symbol))
    }

    // Variables.

    /// Whether a variable lives in a cell.
    fn needs_cell(&self, id: VarId) -> bool {
        let variable = self.resolution().variable(id);
        // A variable of a function is there before it is set.
        let set = variable.set || variable.changed || variable.origin == Origin::Local;
        variable.captured && set && variable.origin != Origin::Global
    }

    /// Gives a variable a slot; says also whether it holds a cell.
    fn declare(&mut self, id: VarId) -> (Slot, bool) {
        let symbol = self.resolution().variable(id).symbol;
        let slot = self.state().take_slot(symbol);
        self.common.slots[id.index()] = slot;
        (slot, self.needs_cell(id))
    }

    fn hidden_slot(&mut self) -> Slot {
        let hidden = self.common.hidden;
        self.state().take_slot(hidden)
    }

    /// Runs `inner` and frees the slots it took.
    fn scoped<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let begin = self.state().next_slot;
        let result = inner(self);
        self.state().next_slot = begin;
        result
    }

    /// Where a variable is, seen from the function being lowered.
    fn place(&mut self, id: VarId) -> Place {
        if let Some(global) = self.common.globals[id.index()] {
            return Place::Global(global);
        }
        self.place_at(self.states.len() - 1, id)
    }

    fn place_at(&mut self, depth: usize, id: VarId) -> Place {
        let cell = self.needs_cell(id);
        if self.states[depth].function == self.resolution().variable(id).function {
            let slot = self.common.slots[id.index()];
            return if cell { Place::Cell(slot) } else { Place::Local(slot) };
        }
        let index = self.capture(depth, id);
        if cell { Place::CaptureCell(index) } else { Place::Capture(index) }
    }

    /// The number of a captured variable in the function at `depth`. The functions between it and
    /// the variable capture it too, outermost first.
    fn capture(&mut self, depth: usize, id: VarId) -> u32 {
        if let Some(index) = self.states[depth].find_capture(id) {
            return index;
        }
        let from = self.place_at(depth - 1, id);
        let name = self.resolution().variable(id).symbol;
        self.states[depth].add_capture(id, sox_program::Capture { from, name })
    }

    /// Stores a value in a variable.
    fn store(&mut self, span: Span, id: VarId, value: ExprId) -> Stmt {
        match self.place(id) {
            Place::Global(global) => stmt(span, StmtKind::DefineGlobal(global, value)),
            place => {
                let assign = self.node(span, ExprKind::Assign(place, value));
                stmt(span, StmtKind::Expr(assign))
            }
        }
    }
}
