//! Small trees made by hand: rules that source text cannot show, or cannot show exactly.

mod support;

use sox_diagnostics::{SourceId, SourceMap, Span};
use sox_program::{
    BinaryOp, BuiltinId, Capture, Catch, Class, Expr, ExprKind, Finally, Function, FunctionId,
    FunctionKind, Global, GlobalId, Module, ModuleId, Place, Program, Slot, Stmt, StmtKind, Symbol,
    UnaryOp,
};
use sox_runtime::{Config, Fault, Limit, Unpacked};
use std::sync::Arc;
use support::{World, config, on_thread};

/// A program in the making. Its source is a text of empty lines, so that the byte offset of a place
/// is its line.
struct Maker {
    program: Program,
}

impl Maker {
    /// A program whose entry script, module 0 and function 0, is yet empty.
    fn new() -> Maker {
        let mut maker = Maker { program: Program::default() };
        maker.module("script");
        maker.program.entry = Some(ModuleId(0));
        maker
    }

    fn name(&mut self, text: &str) -> Symbol {
        self.program.names.intern(text)
    }

    fn module(&mut self, name: &str) -> ModuleId {
        let id = ModuleId(self.program.modules.len() as u32);
        let body = self.function(name, 0, 0);
        self.program.functions[body.0 as usize].kind = FunctionKind::Module;
        self.program.functions[body.0 as usize].module = id;
        let (name, source, globals) = (self.name(name), SourceId(0), Vec::new());
        self.program.modules.push(Module { name, source, body, globals, library: false });
        id
    }

    /// An empty function of module 0.
    fn function(&mut self, name: &str, params: u32, locals: u32) -> FunctionId {
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
            body: Vec::new(),
            span: Span::default(),
        });
        FunctionId(self.program.functions.len() as u32 - 1)
    }

    fn at(&mut self, function: FunctionId) -> &mut Function {
        &mut self.program.functions[function.0 as usize]
    }

    fn global(&mut self, name: &str, module: ModuleId) -> GlobalId {
        let id = GlobalId(self.program.globals.len() as u32);
        let name = self.name(name);
        self.program.globals.push(Global { name, module, builtin: None });
        self.program.modules[module.0 as usize].globals.push(id);
        id
    }

    fn text(&mut self, text: &str) -> Expr {
        expr(ExprKind::String(self.name(text)))
    }

    /// The program with this as the body of the entry script.
    fn script(mut self, locals: u32, body: Vec<Stmt>) -> Program {
        self.program.functions[0].body = body;
        self.program.functions[0].locals = locals;
        sox_program::check::check(&self.program).unwrap();
        self.program
    }
}

fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("made.sox", &"\n".repeat(100));
    sources
}

fn line(number: u32) -> Span {
    Span::new(number - 1, number)
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: line(1) }
}

fn on_line(number: u32, mut expr: Expr) -> Expr {
    expr.span = line(number);
    expr
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: line(1) }
}

fn number(value: f64) -> Expr {
    expr(ExprKind::Number(value))
}

fn local(slot: u32) -> Expr {
    expr(ExprKind::Get(Place::Local(Slot(slot))))
}

fn global(id: GlobalId) -> Expr {
    expr(ExprKind::Get(Place::Global(id)))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

fn add(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Add, left, right)
}

fn call(callee: Expr, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Call(Box::new(callee), args))
}

fn closure(function: FunctionId) -> Expr {
    expr(ExprKind::Closure(function))
}

fn run(expr: Expr) -> Stmt {
    stmt(StmtKind::Expr(expr))
}

fn print(expr: Expr) -> Stmt {
    stmt(StmtKind::Print(expr))
}

fn give(expr: Expr) -> Stmt {
    stmt(StmtKind::Return(Some(expr)))
}

fn throw(expr: Expr) -> Stmt {
    stmt(StmtKind::Throw(expr))
}

fn declare(slot: u32, value: Expr) -> Stmt {
    stmt(StmtKind::Declare { slot: Slot(slot), cell: false, value: Some(value) })
}

fn set(slot: u32, value: Expr) -> Stmt {
    run(expr(ExprKind::Assign(Place::Local(Slot(slot)), Box::new(value))))
}

fn repeat(condition: Option<Expr>, body: Vec<Stmt>) -> Stmt {
    stmt(StmtKind::Loop { condition, step: None, body })
}

fn try_catch(body: Vec<Stmt>, slot: u32, handler: Vec<Stmt>) -> Stmt {
    let catch = Catch { variable: Some((Slot(slot), false)), body: handler };
    stmt(StmtKind::Try { body, catch: Some(catch), finally: None })
}

fn try_finally(body: Vec<Stmt>, state: u32, last: Vec<Stmt>) -> Stmt {
    let finally = Finally { state: Slot(state), body: last };
    stmt(StmtKind::Try { body, catch: None, finally: Some(finally) })
}

/// Runs a script that must succeed; gives what it printed and the printed form of its result.
fn result_of(program: Program) -> (String, String) {
    let mut world = World::new(config());
    world.run(program, &sources()).expect("the script runs");
    assert_eq!(world.iso.stack().len(), 1, "the result and nothing else");
    let top = world.top();
    (world.printed(), top)
}

/// Runs a script that must throw: kind, message and trace of the error.
fn error_of(program: Program) -> (String, String, Vec<String>) {
    let mut world = World::new(config());
    let fault = world.run(program, &sources()).expect_err("the script fails");
    assert!(matches!(fault, Fault::Thrown), "{fault:?}");
    assert_eq!(world.iso.stack().len(), 0, "the stack is as it was before");
    world.error()
}

#[test]
fn a_script_gives_what_it_returns_and_nil_at_its_end() {
    let sum = add(number(1.0), binary(BinaryOp::Multiply, number(2.0), number(3.0)));
    let returned = result_of(Maker::new().script(0, vec![give(sum)]));
    assert_eq!(returned, (String::new(), "7".into()));
    let fallen = result_of(Maker::new().script(0, vec![print(number(1.0))]));
    assert_eq!(fallen, ("1\n".into(), "nil".into()));
}

#[test]
fn a_global_is_undefined_until_its_declaration_ran() {
    let mut maker = Maker::new();
    let x = maker.global("x", ModuleId(0));
    let assign = expr(ExprKind::Assign(Place::Global(x), Box::new(number(2.0))));
    let print_effect = print(on_line(3, assign));
    let error = error_of(maker.script(0, vec![print_effect]));
    assert_eq!(
        error,
        ("NameError".into(), "Undefined variable 'x'.".into(), vec!["script:3".into()])
    );
    let mut maker = Maker::new();
    let x = maker.global("x", ModuleId(0));
    let assign = expr(ExprKind::Assign(Place::Global(x), Box::new(number(2.0))));
    let body = vec![stmt(StmtKind::DefineGlobal(x, number(1.0))), run(assign), give(global(x))];
    assert_eq!(result_of(maker.script(0, body)).1, "2");
}

#[test]
fn closures_share_a_cell_and_copy_a_value() {
    let mut maker = Maker::new();
    let name = maker.name("n");
    let bump = maker.function("bump", 0, 0);
    let counter = expr(ExprKind::Get(Place::CaptureCell(0)));
    let step = expr(ExprKind::Get(Place::Capture(1)));
    let assign = expr(ExprKind::Assign(Place::CaptureCell(0), Box::new(add(counter, step))));
    maker.at(bump).captures = vec![
        Capture { from: Place::Cell(Slot(0)), name },
        Capture { from: Place::Local(Slot(1)), name },
    ];
    maker.at(bump).body = vec![give(assign)];
    let body = vec![
        stmt(StmtKind::Declare { slot: Slot(0), cell: true, value: Some(number(1.0)) }),
        declare(1, number(10.0)),
        declare(2, closure(bump)),
        set(1, number(99.0)),
        run(call(local(2), vec![])),
        run(call(local(2), vec![])),
        give(expr(ExprKind::Get(Place::Cell(Slot(0))))),
    ];
    assert_eq!(result_of(maker.script(3, body)).1, "21");
}

#[test]
fn steps_are_calls_and_turns() {
    let mut maker = Maker::new();
    let f = maker.function("f", 0, 0);
    let below = binary(BinaryOp::Less, local(0), number(3.0));
    let turn = vec![run(call(closure(f), vec![])), set(0, add(local(0), number(1.0)))];
    let body = vec![declare(0, number(0.0)), repeat(Some(below), turn)];
    let program = maker.script(1, body);
    let mut world = World::new(config());
    world.run(program, &sources()).unwrap();
    assert_eq!(world.iso.statistics().steps, 1 + 3 + 3);
}

#[test]
fn a_limit_runs_neither_handlers_nor_defers() {
    let mut maker = Maker::new();
    let deferred = maker.function("defer", 0, 0);
    maker.at(deferred).body = vec![print(number(1.0))];
    let endless = repeat(None, vec![]);
    let caught = try_catch(vec![endless], 0, vec![print(number(2.0))]);
    let body = vec![
        stmt(StmtKind::Defer(deferred)),
        try_finally(vec![caught], 1, vec![print(number(3.0))]),
    ];
    maker.at(FunctionId(0)).has_defer = true;
    let program = maker.script(3, body);
    let mut world = World::new(Config { max_steps: Some(50), ..config() });
    let fault = world.run(program, &sources()).expect_err("it never ends");
    assert!(matches!(fault, Fault::Limit(Limit::Steps(50))), "{fault:?}");
    assert_eq!(world.printed(), "");
    assert_eq!(world.iso.stack().len(), 0);
}

#[test]
fn a_wrong_number_of_arguments_is_the_callers_error() {
    let mut maker = Maker::new();
    let inner = maker.function("inner", 2, 2);
    maker.at(inner).required = 1;
    let outer = maker.function("outer", 0, 0);
    maker.at(outer).body = vec![run(on_line(5, call(closure(inner), vec![])))];
    let body = vec![run(on_line(9, call(closure(outer), vec![])))];
    let (kind, message, trace) = error_of(maker.script(0, body));
    assert_eq!(kind, "ArityError");
    assert_eq!(message, "Expected 1 to 2 arguments but got 0.");
    assert_eq!(trace, ["outer:5", "script:9"]);
}

#[test]
fn defaults_may_use_earlier_parameters() {
    let mut maker = Maker::new();
    let f = maker.function("f", 2, 2);
    let default = StmtKind::Default { slot: Slot(1), value: add(local(0), number(1.0)) };
    maker.at(f).required = 1;
    maker.at(f).body = vec![stmt(default), give(add(local(0), local(1)))];
    let with_default = call(closure(f), vec![number(1.0)]);
    let without = call(closure(f), vec![number(1.0), number(10.0)]);
    let body = vec![print(with_default), print(without)];
    assert_eq!(result_of(maker.script(0, body)).0, "3\n11\n");
}

#[test]
fn a_return_survives_returns_inside_a_finally() {
    // try { return "a" } finally { loop { try { return "b" } finally { break } } }
    let mut maker = Maker::new();
    let f = maker.function("f", 0, 4);
    let (a, b) = (maker.text("a"), maker.text("b"));
    let inner = try_finally(vec![give(b)], 2, vec![stmt(StmtKind::Break)]);
    maker.at(f).body = vec![try_finally(vec![give(a)], 0, vec![repeat(None, vec![inner])])];
    let body = vec![give(call(closure(f), vec![]))];
    assert_eq!(result_of(maker.script(0, body)).1, "a");
}

#[test]
fn an_error_survives_errors_caught_inside_a_finally() {
    let mut maker = Maker::new();
    let (first, second) = (maker.text("first"), maker.text("second"));
    let inner = try_catch(vec![throw(second)], 2, vec![print(local(2))]);
    let outer = try_finally(vec![throw(first)], 0, vec![inner]);
    let body = vec![try_catch(vec![outer], 3, vec![print(local(3))])];
    assert_eq!(result_of(maker.script(4, body)).0, "second\nfirst\n");
}

#[test]
fn a_finally_that_leaves_wins_over_an_error() {
    let mut maker = Maker::new();
    let f = maker.function("f", 0, 2);
    let lost = maker.text("lost");
    maker.at(f).body = vec![try_finally(vec![throw(lost)], 0, vec![give(number(5.0))])];
    let body = vec![give(call(closure(f), vec![]))];
    let mut world = World::new(config());
    world.run(maker.script(0, body), &sources()).unwrap();
    assert!(world.iso.pending().is_none(), "the error is forgotten");
    assert_eq!(world.top(), "5");
}

#[test]
fn deferred_closures_run_last_first_and_all_of_them() {
    let mut maker = Maker::new();
    let mut defer = |body: Vec<Stmt>| {
        let function = maker.function("defer", 0, 0);
        maker.at(function).body = body;
        stmt(StmtKind::Defer(function))
    };
    let body = vec![
        defer(vec![print(number(1.0))]),
        defer(vec![Stmt { kind: StmtKind::Throw(number(2.0)), span: line(20) }]),
        defer(vec![print(number(3.0))]),
        throw(number(4.0)),
    ];
    maker.at(FunctionId(0)).has_defer = true;
    maker.at(FunctionId(0)).span = line(7);
    let mut world = World::new(config());
    let fault = world.run(maker.script(0, body), &sources()).unwrap_err();
    assert!(matches!(fault, Fault::Thrown));
    assert_eq!(world.printed(), "3\n1\n");
    let error = world.iso.pending().unwrap();
    assert!(error.is_plain());
    assert_eq!(error.thrown().as_number(), Some(2.0), "the later error replaced the first");
    assert_eq!(world.error().2, ["defer:20", "script:7"]);
}

#[test]
fn a_returned_value_is_computed_before_the_deferred_closures_run() {
    let mut maker = Maker::new();
    let x = maker.global("x", ModuleId(0));
    let deferred = maker.function("defer", 0, 0);
    let assign = expr(ExprKind::Assign(Place::Global(x), Box::new(number(2.0))));
    maker.at(deferred).body = vec![run(assign)];
    let f = maker.function("f", 0, 0);
    maker.at(f).has_defer = true;
    maker.at(f).body = vec![stmt(StmtKind::Defer(deferred)), give(global(x))];
    let body = vec![
        stmt(StmtKind::DefineGlobal(x, number(1.0))),
        print(call(closure(f), vec![])),
        print(global(x)),
    ];
    assert_eq!(result_of(maker.script(0, body)).0, "1\n2\n");
}

#[test]
fn a_module_without_return_gives_a_table_of_its_variables() {
    let mut maker = Maker::new();
    let a = maker.module("a");
    let [second, first, never] = ["second", "first", "never"].map(|name| maker.global(name, a));
    let body = maker.program.modules[1].body;
    maker.at(body).body = vec![
        print(number(0.0)),
        stmt(StmtKind::DefineGlobal(first, number(1.0))),
        stmt(StmtKind::DefineGlobal(second, number(2.0))),
    ];
    let _ = never;
    let import = || expr(ExprKind::Import(a));
    let body = vec![print(import()), print(binary(BinaryOp::Equal, import(), import()))];
    let printed = result_of(maker.script(0, body)).0;
    assert_eq!(printed, "0\n<table>{{\"second\":2},{\"first\":1}}\ntrue\n");
}

#[test]
fn a_circular_import_names_the_circle() {
    let mut maker = Maker::new();
    let (a, b) = (maker.module("a"), maker.module("b"));
    let importing = |line, module| vec![run(on_line(line, expr(ExprKind::Import(module))))];
    for (module, line, imported) in [(a, 2, b), (b, 3, a)] {
        let body = maker.program.modules[module.0 as usize].body;
        maker.at(body).body = importing(line, imported);
    }
    let (kind, message, trace) = error_of(maker.script(0, importing(4, a)));
    assert_eq!(kind, "ImportError");
    assert_eq!(message, "Circular import: a -> b -> a");
    assert_eq!(trace, ["b:3", "a:2", "script:4"]);
}

#[test]
fn a_module_that_failed_is_run_again() {
    let mut maker = Maker::new();
    let a = maker.module("a");
    let attempts = maker.global("attempts", ModuleId(0));
    let more = add(global(attempts), number(1.0));
    let count = run(expr(ExprKind::Assign(Place::Global(attempts), Box::new(more))));
    let early = binary(BinaryOp::Less, global(attempts), number(2.0));
    let fail = StmtKind::If { arms: vec![(early, vec![throw(number(0.0))])], otherwise: vec![] };
    let body = maker.program.modules[1].body;
    maker.at(body).body = vec![count, stmt(fail), give(global(attempts))];
    let import = || expr(ExprKind::Import(a));
    let body = vec![
        stmt(StmtKind::DefineGlobal(attempts, number(0.0))),
        try_catch(vec![run(import())], 0, vec![]),
        print(import()),
        print(import()),
    ];
    assert_eq!(result_of(maker.script(1, body)).0, "2\n2\n");
}

#[test]
fn a_session_shares_its_variables_and_closures() {
    let mut maker = Maker::new();
    let x = maker.global("x", ModuleId(0));
    let get = maker.function("get", 0, 0);
    maker.at(get).body = vec![give(global(x))];
    let f = maker.global("f", ModuleId(0));
    let first = maker.script(
        0,
        vec![
            stmt(StmtKind::DefineGlobal(x, number(1.0))),
            stmt(StmtKind::DefineGlobal(f, closure(get))),
        ],
    );
    let mut maker = Maker { program: Program { functions: Vec::new(), ..first.clone() } };
    let entry = maker.module("script");
    maker.program.entry = Some(entry);
    maker.program.first_new_module = entry.0;
    let y = maker.global("y", entry);
    maker.program.functions[0].body = vec![
        stmt(StmtKind::DefineGlobal(y, number(40.0))),
        run(expr(ExprKind::Assign(Place::Global(x), Box::new(number(2.0))))),
        give(add(global(y), call(global(f), vec![]))),
    ];
    let mut world = World::new(config());
    let unit = world.run(first, &sources()).unwrap();
    let (engine, iso) = (&mut world.engine, &mut world.iso);
    let later = engine.extend(iso, unit, Arc::new(maker.program), &sources()).unwrap();
    engine.run_entry(iso, later).unwrap();
    assert_eq!(engine.global_slot(unit, x), engine.global_slot(later, x));
    assert_eq!(world.top(), "42");
}

#[test]
fn library_frames_are_hidden() {
    let mut maker = Maker::new();
    let library = maker.module("std");
    maker.program.modules[library.0 as usize].library = true;
    let helper = maker.function("helper", 0, 0);
    maker.at(helper).module = library;
    maker.at(helper).body =
        vec![run(expr(ExprKind::Unary(UnaryOp::Negate, Box::new(expr(ExprKind::Nil)))))];
    let body = vec![run(on_line(6, call(closure(helper), vec![])))];
    let (kind, message, trace) = error_of(maker.script(0, body));
    assert_eq!((&*kind, &*message), ("TypeError", "Operand must be a number."));
    assert_eq!(trace, ["script:6"]);
}

/// A function that calls itself with one more until the depth in its argument is reached, and then
/// throws.
fn descent(maker: &mut Maker, depth: f64) -> Vec<Stmt> {
    let f = maker.global("f", ModuleId(0));
    let descend = maker.function("f", 1, 1);
    let deep = binary(BinaryOp::GreaterEqual, local(0), number(depth));
    let stop = StmtKind::If { arms: vec![(deep, vec![throw(number(0.0))])], otherwise: vec![] };
    let further = add(call(global(f), vec![add(local(0), number(1.0))]), number(0.0));
    maker.at(descend).body = vec![stmt(stop), give(further)];
    vec![
        stmt(StmtKind::DefineGlobal(f, closure(descend))),
        run(on_line(2, call(global(f), vec![number(1.0)]))),
    ]
}

#[test]
fn a_long_trace_keeps_its_ends() {
    let mut maker = Maker::new();
    let body = descent(&mut maker, 100.0);
    let program = maker.script(0, body);
    let mut world = World::new(Config { trace_limit: 8, ..config() });
    world.run(program, &sources()).unwrap_err();
    let trace = world.error().2;
    assert_eq!(trace, [&["f:1"; 7][..], &["script:2"]].concat());
}

#[test]
fn ten_thousand_frames_fit_into_256_mib() {
    on_thread(256 << 20, || {
        let mut maker = Maker::new();
        let body = descent(&mut maker, 10_000.0);
        let caught = try_catch(body, 0, vec![give(local(0))]);
        let program = maker.script(1, vec![caught]);
        let mut world =
            World::with_native_stack(Config { gc_stress: false, ..config() }, 255 << 20);
        world.run(program, &sources()).unwrap();
        assert_eq!(world.top(), "0", "it came to the bottom");
    });
}

#[test]
fn both_ways_of_too_many_frames_can_be_caught() {
    for (max_frames, native_stack) in [(100, 64 << 20), (u32::MAX, 2 << 20)] {
        on_thread(80 << 20, move || {
            let mut maker = Maker::new();
            let kind = maker.name("kind");
            let body = descent(&mut maker, f64::INFINITY);
            let kind = expr(ExprKind::GetField(Box::new(local(0)), kind));
            let caught = try_catch(body, 0, vec![give(kind)]);
            let program = maker.script(1, vec![caught]);
            let config = Config { max_frames, gc_stress: false, ..config() };
            let mut world = World::with_native_stack(config, native_stack);
            world.run(program, &sources()).unwrap();
            assert_eq!(world.top(), "StackOverflow");
        });
    }
}

#[test]
fn the_highest_expression_runs_and_too_little_stack_is_an_error() {
    fn chain() -> Program {
        let height = sox_program::MAX_HEIGHT - 2;
        let sum = (0..height).fold(number(0.0), |sum, _| add(number(1.0), sum));
        Maker::new().script(0, vec![give(sum)])
    }
    on_thread(80 << 20, || {
        assert_eq!(result_of(chain()).1, "9998");
        let mut world = World::with_native_stack(config(), 1 << 20);
        world.run(chain(), &sources()).unwrap_err();
        assert_eq!(world.error().1, "Stack overflow.");
    });
}

#[test]
fn a_class_takes_its_superclass_and_methods() {
    let mut maker = Maker::new();
    let [value, hello, base, derived] =
        ["value", "hello", "Base", "Derived"].map(|n| maker.name(n));
    let init_name = maker.name("init");
    let init = maker.function("init", 1, 2);
    maker.at(init).kind = FunctionKind::Initializer;
    maker.at(init).body = vec![
        run(expr(ExprKind::SetField(Box::new(local(0)), value, Box::new(local(1))))),
        give(local(0)),
    ];
    let base_hello = maker.function("hello", 1, 2);
    maker.at(base_hello).kind = FunctionKind::Method;
    let field = expr(ExprKind::GetField(Box::new(local(0)), value));
    maker.at(base_hello).body = vec![give(add(field, local(1)))];
    let derived_hello = maker.function("hello", 1, 2);
    maker.at(derived_hello).kind = FunctionKind::Method;
    maker.at(derived_hello).captures = vec![Capture { from: Place::Local(Slot(0)), name: base }];
    let above = ExprKind::SuperInvoke {
        this: Place::Local(Slot(0)),
        superclass: Place::Capture(0),
        name: hello,
        args: vec![local(1)],
    };
    maker.at(derived_hello).body = vec![give(add(number(1000.0), expr(above)))];
    let class = |name, superclass, methods, slot| {
        let place = Place::Local(Slot(slot));
        stmt(StmtKind::Class(Box::new(Class { name, superclass, methods, place })))
    };
    let made = call(local(2), vec![number(20.0)]);
    let body = vec![
        class(base, None, vec![(init_name, init), (hello, base_hello)], 1),
        class(derived, Some((local(1), Slot(0))), vec![(hello, derived_hello)], 2),
        give(expr(ExprKind::Invoke(Box::new(made), hello, vec![number(3.0)]))),
    ];
    assert_eq!(result_of(maker.script(3, body)).1, "1023");
}

#[test]
fn a_superclass_must_be_a_class() {
    let mut maker = Maker::new();
    let name = maker.name("A");
    let superclass = Some((on_line(8, number(1.0)), Slot(0)));
    let class = Class { name, superclass, methods: vec![], place: Place::Local(Slot(1)) };
    let (kind, message, trace) =
        error_of(maker.script(2, vec![stmt(StmtKind::Class(Box::new(class)))]));
    assert_eq!((&*kind, &*message), ("TypeError", "Superclass must be a class."));
    assert_eq!(trace, ["script:8"]);
}

#[test]
fn a_builtin_the_isolate_lacks_is_undefined() {
    let mut maker = Maker::new();
    let name = maker.name("nothing");
    maker.program.builtins.push(name);
    let body = vec![run(expr(ExprKind::Builtin(BuiltinId(0))))];
    assert_eq!(error_of(maker.script(0, body)).1, "Undefined variable 'nothing'.");
}

#[test]
fn a_driver_can_call_what_the_script_left() {
    let mut maker = Maker::new();
    let main = maker.global("main", ModuleId(0));
    let function = maker.function("main", 0, 0);
    maker.at(function).body = vec![give(number(3.0))];
    let program = maker.script(0, vec![stmt(StmtKind::DefineGlobal(main, closure(function)))]);
    let mut world = World::new(config());
    let unit = world.run(program, &sources()).unwrap();
    world.call(unit, main.0).unwrap();
    assert!(matches!(world.iso.stack().top().unpack(), Unpacked::Number(3.0)));
}
