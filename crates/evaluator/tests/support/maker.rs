//! Making trees by hand.
#![allow(dead_code, reason = "each test file uses a part")]

use super::{World, config};
use sox_diagnostics::{SourceId, SourceMap, Span};
use sox_program::{
    Arm, BinaryOp, Block, Catch, Class, ExprId, ExprKind, Exprs, Finally, Function, FunctionId,
    FunctionKind, Global, GlobalId, Module, ModuleId, Place, Program, Slot, Stmt, StmtKind, Symbol,
    Tree, Try,
};
use sox_runtime::Fault;
use std::cell::RefCell;

thread_local! {
    /// The nodes that the running test makes: all its programs have all of them.
    static TREE: RefCell<Tree> = RefCell::default();
}

/// Adds nodes.
pub(crate) fn tree<T>(make: impl FnOnce(&mut Tree) -> T) -> T {
    TREE.with_borrow_mut(make)
}

/// A program in the making. Its source is a text of empty lines, so that the byte offset of a place
/// is its line.
pub(crate) struct Maker {
    pub(crate) program: Program,
}

impl Maker {
    /// A program whose entry script, module 0 and function 0, is yet empty.
    pub(crate) fn new() -> Maker {
        let mut maker = Maker { program: Program::default() };
        maker.module("script");
        maker.program.entry = Some(ModuleId(0));
        maker
    }

    pub(crate) fn name(&mut self, text: &str) -> Symbol {
        self.program.names.intern(text)
    }

    pub(crate) fn module(&mut self, name: &str) -> ModuleId {
        let id = ModuleId(self.program.modules.len() as u32);
        let body = self.function(name, 0, 0);
        self.program.functions[body.0 as usize].kind = FunctionKind::Module;
        self.program.functions[body.0 as usize].module = id;
        let (name, source, globals) = (self.name(name), SourceId(0), Vec::new());
        self.program.modules.push(Module { name, source, body, globals, library: false });
        id
    }

    /// An empty function of module 0.
    pub(crate) fn function(&mut self, name: &str, params: u32, locals: u32) -> FunctionId {
        let name = self.name(name);
        self.program.functions.push(Function {
            name,
            kind: FunctionKind::Plain,
            module: ModuleId(0),
            params,
            required: params,
            locals,
            local_names: vec![name; locals as usize],
            captures: Vec::new(),
            has_defer: false,
            body: Block::default(),
            span: Span::default(),
        });
        FunctionId(self.program.functions.len() as u32 - 1)
    }

    pub(crate) fn at(&mut self, function: FunctionId) -> &mut Function {
        &mut self.program.functions[function.0 as usize]
    }

    pub(crate) fn global(&mut self, name: &str, module: ModuleId) -> GlobalId {
        let id = GlobalId(self.program.globals.len() as u32);
        let name = self.name(name);
        self.program.globals.push(Global { name, module, builtin: None });
        self.program.modules[module.0 as usize].globals.push(id);
        id
    }

    pub(crate) fn text(&mut self, text: &str) -> ExprId {
        expr(ExprKind::String(self.name(text)))
    }

    /// The program with this as the body of the entry script.
    pub(crate) fn script(mut self, locals: u32, body: Vec<Stmt>) -> Program {
        let script = &mut self.program.functions[0];
        script.body = block(body);
        script.locals = locals;
        script.local_names = vec![script.name; locals as usize];
        self.program.tree = tree(|tree| tree.clone());
        sox_program::check::check(&self.program).unwrap();
        self.program
    }
}

pub(crate) fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("made.sox", "\n".repeat(100));
    sources
}

pub(crate) fn line(number: u32) -> Span {
    Span::new(number - 1, number)
}

pub(crate) fn expr(kind: ExprKind) -> ExprId {
    tree(|tree| tree.expr(kind, line(1)))
}

pub(crate) fn on_line(number: u32, expr: ExprId) -> ExprId {
    tree(|tree| tree.expr(tree[expr].kind, line(number)))
}

pub(crate) fn block(statements: Vec<Stmt>) -> Block {
    tree(|tree| tree.block(statements))
}

pub(crate) fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: line(1) }
}

pub(crate) fn number(value: f64) -> ExprId {
    expr(ExprKind::Number(value))
}

pub(crate) fn local(slot: u32) -> ExprId {
    expr(ExprKind::Get(Place::Local(Slot(slot))))
}

pub(crate) fn global(id: GlobalId) -> ExprId {
    expr(ExprKind::Get(Place::Global(id)))
}

pub(crate) fn binary(op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
    expr(ExprKind::Binary(op, left, right))
}

pub(crate) fn add(left: ExprId, right: ExprId) -> ExprId {
    binary(BinaryOp::Add, left, right)
}

pub(crate) fn call(callee: ExprId, args: Vec<ExprId>) -> ExprId {
    expr(ExprKind::Call(callee, list(args)))
}

pub(crate) fn closure(function: FunctionId) -> ExprId {
    expr(ExprKind::Closure(function))
}

pub(crate) fn run(expr: ExprId) -> Stmt {
    stmt(StmtKind::Expr(expr))
}

pub(crate) fn print(expr: ExprId) -> Stmt {
    stmt(StmtKind::Print(expr))
}

pub(crate) fn give(expr: ExprId) -> Stmt {
    stmt(StmtKind::Return(Some(expr)))
}

pub(crate) fn throw(expr: ExprId) -> Stmt {
    stmt(StmtKind::Throw(expr))
}

pub(crate) fn declare(slot: u32, value: ExprId) -> Stmt {
    stmt(StmtKind::Declare { slot: Slot(slot), cell: false, value: Some(value) })
}

pub(crate) fn set(slot: u32, value: ExprId) -> Stmt {
    run(expr(ExprKind::Assign(Place::Local(Slot(slot)), value)))
}

pub(crate) fn repeat(condition: Option<ExprId>, body: Vec<Stmt>) -> Stmt {
    stmt(StmtKind::Loop { condition, step: None, body: block(body) })
}

pub(crate) fn try_catch(body: Vec<Stmt>, slot: u32, handler: Vec<Stmt>) -> Stmt {
    let catch = Catch { variable: Some((Slot(slot), false)), body: block(handler) };
    try_of(Try { body: block(body), catch: Some(catch), finally: None })
}

pub(crate) fn try_finally(body: Vec<Stmt>, state: u32, last: Vec<Stmt>) -> Stmt {
    let finally = Finally { state: Slot(state), body: block(last) };
    try_of(Try { body: block(body), catch: None, finally: Some(finally) })
}

/// A list of expressions.
pub(crate) fn list(items: Vec<ExprId>) -> Exprs {
    tree(|tree| tree.list(&items))
}

pub(crate) fn class(class: Class) -> Stmt {
    stmt(StmtKind::Class(tree(|tree| tree.class(class))))
}

fn try_of(parts: Try) -> Stmt {
    stmt(StmtKind::Try(tree(|tree| tree.try_of(parts))))
}

pub(crate) fn if_then(condition: ExprId, body: Vec<Stmt>) -> Stmt {
    let arm = Arm { condition, body: block(body) };
    let arms = tree(|tree| tree.arms([arm]));
    stmt(StmtKind::If { arms, otherwise: Block::default() })
}

/// Runs a script that must succeed; gives what it printed and the printed form of its result.
pub(crate) fn result_of(program: Program) -> (String, String) {
    let mut world = World::new(config());
    world.run(program, &sources()).expect("the script runs");
    assert_eq!(world.iso.stack().len(), 1, "the result and nothing else");
    let top = world.top();
    (world.printed(), top)
}

/// Runs a script that must throw: kind, message and trace of the error.
pub(crate) fn error_of(program: Program) -> (String, String, Vec<String>) {
    let mut world = World::new(config());
    let fault = world.run(program, &sources()).expect_err("the script fails");
    assert!(matches!(fault, Fault::Thrown), "{fault:?}");
    assert_eq!(world.iso.stack().len(), 0, "the stack is as it was before");
    world.error()
}
