//! The invariants of the tree, checked: for tests and debug builds.
//!
//! The checker walks every function with the state of each slot (unset, a value, a cell) as it is at
//! that place of the text. It does not trust numbers, but for those of nodes, which only the tree itself
//! gives out: everything is looked up before it is used, so a broken program gives a sentence and not a
//! panic.

use crate::{
    Arm, Block, Class, ExprId, ExprKind, Exprs, Foreach, Function, FunctionId, FunctionKind,
    GlobalId, MAX_HEIGHT, ModuleId, Place, Program, Slot, Stmt, StmtKind, Super, Symbol, Try,
};

/// Checks the invariants named in the crate's documentation.
///
/// # Errors
/// A sentence naming the function and what is wrong in it.
pub fn check(program: &Program) -> Result<(), String> {
    check_tables(program)?;
    let mut makers = vec![0u32; program.functions.len()];
    for module in program.modules.iter().skip(program.first_new_module as usize) {
        let body = find(program, module.body)?;
        if body.kind != FunctionKind::Module || body.params != 0 || !body.captures.is_empty() {
            return Err(format!("{}: not the body of a module", program.name(body.name)));
        }
        makers[module.body.0 as usize] += 1;
    }
    for function in &program.functions {
        let mut checker = Checker::new(program, function, &mut makers);
        checker
            .function()
            .map_err(|problem| format!("{}: {problem}", program.name(function.name)))?;
    }
    match makers.iter().position(|&count| count != 1) {
        Some(id) => Err(format!("function {id} is made at {} places instead of 1", makers[id])),
        None => Ok(()),
    }
}

fn check_tables(program: &Program) -> Result<(), String> {
    let (modules, globals) = (program.modules.len(), program.globals.len());
    let global_ok = |id: GlobalId| (id.0 as usize) < globals;
    let entry_ok = program.entry.is_none_or(|entry| (entry.0 as usize) < modules);
    let by_name = program.tests.iter().chain(&program.benches).map(|&(_, id)| id);
    let named_ok = program.main.into_iter().chain(by_name).all(global_ok);
    let own_ok = program.modules.iter().all(|module| module.globals.iter().copied().all(global_ok));
    let globals_ok = program.globals.iter().all(|global| {
        let builtin_ok =
            global.builtin.is_none_or(|builtin| (builtin.0 as usize) < program.builtins.len());
        builtin_ok && (global.module.0 as usize) < modules
    });
    let checks = [
        (entry_ok, "the entry is no module"),
        (named_ok, "main, a test or a benchmark is no global"),
        (own_ok, "a module has a global that is none"),
        (globals_ok, "a global has a module or builtin that is none"),
    ];
    let broken = checks.iter().find(|(ok, _)| !ok);
    broken.map_or(Ok(()), |(_, problem)| Err((*problem).into()))
}

fn find(program: &Program, id: FunctionId) -> Result<&Function, String> {
    program.functions.get(id.0 as usize).ok_or_else(|| format!("there is no function {}", id.0))
}

/// What is in a slot at some place of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unset,
    Value,
    Cell,
}

struct Checker<'a> {
    program: &'a Program,
    function: &'a Function,
    /// How many places make each function.
    makers: &'a mut [u32],
    slots: Vec<State>,
    /// What slots held before the open scopes declared something in them.
    overwritten: Vec<(Slot, State)>,
    loops: u32,
    height: u32,
}

type Checked = Result<(), String>;

fn ensure(condition: bool, problem: &str) -> Checked {
    if condition { Ok(()) } else { Err(problem.into()) }
}

impl<'a> Checker<'a> {
    fn new(program: &'a Program, function: &'a Function, makers: &'a mut [u32]) -> Self {
        let slots = vec![State::Unset; function.locals as usize];
        Self { program, function, makers, slots, overwritten: Vec::new(), loops: 0, height: 0 }
    }

    fn function(&mut self) -> Checked {
        let function = self.function;
        let given = function.first_param().saturating_add(function.params);
        ensure(given <= function.locals, "parameters beyond the frame")?;
        ensure(function.required <= function.params, "more required parameters than there are")?;
        ensure(function.local_names.len() == function.locals as usize, "a name for each slot")?;
        ensure((function.module.0 as usize) < self.program.modules.len(), "no such module")?;
        self.slots[..given as usize].fill(State::Value);
        let body = &self.program.tree[function.body];
        let prologue = |statement: &Stmt| {
            matches!(statement.kind, StmtKind::Default { .. } | StmtKind::BoxParam(_))
        };
        let rest = body.iter().skip_while(|statement| prologue(statement));
        ensure(!rest.into_iter().any(prologue), "a default or cell after the beginning")?;
        let ends_well = function.kind != FunctionKind::Initializer
            || matches!(body.last(), Some(Stmt { kind: StmtKind::Return(Some(_)), .. }));
        ensure(ends_well, "an initializer that does not return `this`")?;
        self.statements(function.body)
    }

    /// Statements in the scope that is open.
    fn statements(&mut self, body: Block) -> Checked {
        let body = &self.program.tree[body];
        body.iter().try_for_each(|statement| self.level(|checker| checker.statement(statement)))
    }

    /// Statements in a scope of their own: slots declared in it are unset after it.
    fn block(&mut self, body: Block) -> Checked {
        self.scoped(|checker| checker.statements(body))
    }

    fn scoped(&mut self, inner: impl FnOnce(&mut Self) -> Checked) -> Checked {
        let begin = self.overwritten.len();
        inner(self)?;
        for (slot, state) in self.overwritten.drain(begin..).rev() {
            self.slots[slot.0 as usize] = state;
        }
        Ok(())
    }

    fn looped(&mut self, inner: impl FnOnce(&mut Self) -> Checked) -> Checked {
        self.loops += 1;
        inner(self)?;
        self.loops -= 1;
        Ok(())
    }

    /// Checks one level further down.
    fn level(&mut self, inner: impl FnOnce(&mut Self) -> Checked) -> Checked {
        self.height += 1;
        ensure(self.height <= MAX_HEIGHT, "higher than MAX_HEIGHT")?;
        inner(self)?;
        self.height -= 1;
        Ok(())
    }

    fn statement(&mut self, statement: &Stmt) -> Checked {
        match statement.kind {
            StmtKind::Expr(value) | StmtKind::Print(value) | StmtKind::Throw(value) => {
                self.expr(value)
            }
            StmtKind::Assert(condition, message) => {
                self.expr(condition)?;
                message.into_iter().try_for_each(|message| self.expr(message))
            }
            StmtKind::Declare { slot, cell, value } => {
                value.into_iter().try_for_each(|value| self.expr(value))?;
                self.declare(slot, cell)
            }
            StmtKind::DefineGlobal(global, value) => {
                self.global(global)?;
                self.expr(value)
            }
            StmtKind::Default { slot, value } => {
                let first = self.function.first_param();
                let optional = first + self.function.required..first + self.function.params;
                ensure(optional.contains(&slot.0), "a default for what is no optional parameter")?;
                self.expr(value)
            }
            StmtKind::BoxParam(slot) => {
                self.expect(slot, State::Value)?;
                self.declare(slot, true)
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::If { arms, otherwise } => {
                for &Arm { condition, body } in &self.program.tree[arms] {
                    self.expr(condition)?;
                    self.block(body)?;
                }
                self.block(otherwise)
            }
            StmtKind::Loop { condition, step, body } => {
                condition.into_iter().chain(step).try_for_each(|part| self.expr(part))?;
                self.looped(|checker| checker.block(body))
            }
            StmtKind::Foreach(id) => {
                let Foreach { state, key, value, iterable, body } = self.program.tree[id];
                self.expr(iterable)?;
                self.scoped(|checker| {
                    checker.hidden_pair(state)?;
                    for (slot, cell) in key.into_iter().chain(value) {
                        checker.declare(slot, cell)?;
                    }
                    checker.looped(|checker| checker.block(body))
                })
            }
            StmtKind::Break | StmtKind::Continue => {
                ensure(self.loops > 0, "a break or continue outside of a loop")
            }
            StmtKind::Return(value) => value.into_iter().try_for_each(|value| self.expr(value)),
            StmtKind::Try(id) => {
                let Try { body, catch, finally } = self.program.tree[id];
                ensure(catch.is_some() || finally.is_some(), "a try alone")?;
                self.scoped(|checker| {
                    if let Some(finally) = finally {
                        checker.hidden_pair(finally.state)?;
                    }
                    checker.block(body)?;
                    if let Some(catch) = catch {
                        checker.scoped(|checker| {
                            if let Some((slot, cell)) = catch.variable {
                                checker.declare(slot, cell)?;
                            }
                            checker.block(catch.body)
                        })?;
                    }
                    finally.iter().try_for_each(|finally| checker.block(finally.body))
                })
            }
            StmtKind::Defer(function) => {
                ensure(self.function.has_defer, "a defer that the function does not tell of")?;
                self.closure(function)
            }
            StmtKind::Class(id) => self.class(&self.program.tree[id]),
        }
    }

    fn class(&mut self, class: &Class) -> Checked {
        self.name(class.name)?;
        self.place(class.place)?;
        self.scoped(|checker| {
            if let Some((superclass, slot)) = class.superclass {
                checker.expr(superclass)?;
                checker.declare(slot, false)?;
            }
            for &(name, function) in &class.methods {
                checker.name(name)?;
                checker.closure(function)?;
            }
            Ok(())
        })
    }

    /// Puts a value or cell into a slot.
    fn declare(&mut self, slot: Slot, cell: bool) -> Checked {
        let state = self.slots.get_mut(slot.0 as usize).ok_or("a slot beyond the frame")?;
        let new = if cell { State::Cell } else { State::Value };
        self.overwritten.push((slot, std::mem::replace(state, new)));
        Ok(())
    }

    fn hidden_pair(&mut self, state: Slot) -> Checked {
        self.declare(state, false)?;
        self.declare(Slot(state.0.saturating_add(1)), false)
    }

    fn expect(&self, slot: Slot, state: State) -> Checked {
        let found = self.slots.get(slot.0 as usize).ok_or("a slot beyond the frame")?;
        ensure(*found != State::Unset, "a slot is mentioned before its declaration")?;
        ensure(*found == state, "a slot holds a cell here and a value there")
    }

    fn expr(&mut self, id: ExprId) -> Checked {
        self.level(|checker| checker.expr_kind(checker.program.tree[id].kind))
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = ExprId>) -> Checked {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    fn list(&mut self, list: Exprs) -> Checked {
        self.exprs(self.program.tree[list].iter().copied())
    }

    fn expr_kind(&mut self, kind: ExprKind) -> Checked {
        match kind {
            ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) => Ok(()),
            ExprKind::String(name) | ExprKind::Undefined(name) => self.name(name),
            ExprKind::Get(place) => self.place(place),
            ExprKind::Builtin(builtin) => {
                ensure((builtin.0 as usize) < self.program.builtins.len(), "no such builtin")
            }
            ExprKind::Assign(place, value) => {
                let copied = matches!(place, Place::Capture(_));
                ensure(!copied, "a copied variable is assigned")?;
                self.place(place)?;
                self.expr(value)
            }
            ExprKind::AssignUndefined(name, operand)
            | ExprKind::GetField(operand, name)
            | ExprKind::UpdateField(operand, name, _, _)
            | ExprKind::SetField(operand, name, _)
            | ExprKind::Invoke(operand, name, _) => {
                self.name(name)?;
                self.expr(operand)?;
                match kind {
                    ExprKind::SetField(_, _, value) | ExprKind::UpdateField(_, _, _, value) => {
                        self.expr(value)
                    }
                    ExprKind::Invoke(_, _, args) => self.list(args),
                    _ => Ok(()),
                }
            }
            ExprKind::Unary(_, operand) => self.expr(operand),
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::GetIndex(left, right) => self.exprs([left, right]),
            ExprKind::Conditional(a, b, c)
            | ExprKind::SetIndex(a, b, c)
            | ExprKind::WithItem(a, b, c)
            | ExprKind::UpdateIndex(a, b, _, c) => self.exprs([a, b, c]),
            ExprKind::Call(callee, args) => {
                self.expr(callee)?;
                self.list(args)
            }
            ExprKind::Slice(object, from, to) => {
                self.expr(object)?;
                self.exprs(from.into_iter().chain(to))
            }
            ExprKind::SuperGet(id, name) => self.super_member(self.program.tree[id], name),
            ExprKind::SuperInvoke(id, name, args) => {
                self.super_member(self.program.tree[id], name)?;
                self.list(args)
            }
            ExprKind::Array(items) | ExprKind::Table(items) | ExprKind::Interpolate(items) => {
                self.list(items)
            }
            ExprKind::Closure(function) => self.closure(function),
            ExprKind::Import(ModuleId(id)) => {
                ensure((id as usize) < self.program.modules.len(), "no such module")
            }
        }
    }

    fn super_member(&mut self, node: Super, name: Symbol) -> Checked {
        self.place(node.this)?;
        self.place(node.superclass)?;
        self.name(name)
    }

    fn name(&self, name: Symbol) -> Checked {
        ensure((name.0 as usize) < self.program.names.len(), "no such name")
    }

    fn global(&self, id: GlobalId) -> Checked {
        ensure((id.0 as usize) < self.program.globals.len(), "no such global")
    }

    /// A closure is made here: what it captures must be here.
    fn closure(&mut self, id: FunctionId) -> Checked {
        let function = find(self.program, id)?;
        self.makers[id.0 as usize] += 1;
        for capture in &function.captures {
            let global = matches!(capture.from, Place::Global(_));
            ensure(!global, "a global is captured")?;
            self.place(capture.from)?;
        }
        Ok(())
    }

    /// A variable is mentioned here.
    fn place(&self, place: Place) -> Checked {
        let shared = |index: u32| {
            let capture = self.function.captures.get(index as usize).ok_or("no such capture")?;
            Ok::<_, String>(matches!(capture.from, Place::Cell(_) | Place::CaptureCell(_)))
        };
        match place {
            Place::Local(slot) => self.expect(slot, State::Value),
            Place::Cell(slot) => self.expect(slot, State::Cell),
            Place::Capture(index) => ensure(!shared(index)?, "a captured cell is no copy"),
            Place::CaptureCell(index) => ensure(shared(index)?, "a captured copy is no cell"),
            Place::Global(global) => self.global(global),
        }
    }
}
