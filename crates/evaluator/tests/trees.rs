//! Small trees made by hand: rules that source text cannot show, or cannot show exactly.

mod support;

use sox_program::{
    BinaryOp, BuiltinId, Capture, Class, ExprKind, FunctionId, FunctionKind, ModuleId, Place,
    Program, Slot, Stmt, StmtKind, Super, UnaryOp,
};
use sox_runtime::{Fault, Unpacked};
use std::sync::Arc;
use support::maker::*;
use support::{World, config};

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
    let assign = expr(ExprKind::Assign(Place::Global(x), number(2.0)));
    let print_effect = print(on_line(3, assign));
    let error = error_of(maker.script(0, vec![print_effect]));
    assert_eq!(
        error,
        ("NameError".into(), "Undefined variable 'x'.".into(), vec!["script:3".into()])
    );
    let mut maker = Maker::new();
    let x = maker.global("x", ModuleId(0));
    let assign = expr(ExprKind::Assign(Place::Global(x), number(2.0)));
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
    let assign = expr(ExprKind::Assign(Place::CaptureCell(0), add(counter, step)));
    maker.at(bump).captures = vec![
        Capture { from: Place::Cell(Slot(0)), name },
        Capture { from: Place::Local(Slot(1)), name },
    ];
    maker.at(bump).body = block(vec![give(assign)]);
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
fn a_wrong_number_of_arguments_is_the_callers_error() {
    let mut maker = Maker::new();
    let inner = maker.function("inner", 2, 2);
    maker.at(inner).required = 1;
    let outer = maker.function("outer", 0, 0);
    maker.at(outer).body = block(vec![run(on_line(5, call(closure(inner), vec![])))]);
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
    maker.at(f).body = block(vec![stmt(default), give(add(local(0), local(1)))]);
    let with_default = call(local(0), vec![number(1.0)]);
    let without = call(local(0), vec![number(1.0), number(10.0)]);
    let body = vec![declare(0, closure(f)), print(with_default), print(without)];
    assert_eq!(result_of(maker.script(1, body)).0, "3\n11\n");
}

#[test]
fn a_return_survives_returns_inside_a_finally() {
    // try { return "a" } finally { loop { try { return "b" } finally { break } } }
    let mut maker = Maker::new();
    let f = maker.function("f", 0, 4);
    let (a, b) = (maker.text("a"), maker.text("b"));
    let inner = try_finally(vec![give(b)], 2, vec![stmt(StmtKind::Break)]);
    maker.at(f).body = block(vec![try_finally(vec![give(a)], 0, vec![repeat(None, vec![inner])])]);
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
    maker.at(f).body = block(vec![try_finally(vec![throw(lost)], 0, vec![give(number(5.0))])]);
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
        maker.at(function).body = block(body);
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
    let assign = expr(ExprKind::Assign(Place::Global(x), number(2.0)));
    maker.at(deferred).body = block(vec![run(assign)]);
    let f = maker.function("f", 0, 0);
    maker.at(f).has_defer = true;
    maker.at(f).body = block(vec![stmt(StmtKind::Defer(deferred)), give(global(x))]);
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
    maker.at(body).body = block(vec![
        print(number(0.0)),
        stmt(StmtKind::DefineGlobal(first, number(1.0))),
        stmt(StmtKind::DefineGlobal(second, number(2.0))),
    ]);
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
        maker.at(body).body = block(importing(line, imported));
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
    let count = run(expr(ExprKind::Assign(Place::Global(attempts), more)));
    let early = binary(BinaryOp::Less, global(attempts), number(2.0));
    let fail = if_then(early, vec![throw(number(0.0))]);
    let body = maker.program.modules[1].body;
    maker.at(body).body = block(vec![count, fail, give(global(attempts))]);
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
    maker.at(get).body = block(vec![give(global(x))]);
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
    maker.program.functions[0].body = block(vec![
        stmt(StmtKind::DefineGlobal(y, number(40.0))),
        run(expr(ExprKind::Assign(Place::Global(x), number(2.0)))),
        give(add(global(y), call(global(f), vec![]))),
    ]);
    maker.program.tree = tree(|tree| tree.clone());
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
        block(vec![run(expr(ExprKind::Unary(UnaryOp::Negate, expr(ExprKind::Nil))))]);
    let body = vec![run(on_line(6, call(closure(helper), vec![])))];
    let (kind, message, trace) = error_of(maker.script(0, body));
    assert_eq!((&*kind, &*message), ("TypeError", "Operand must be a number."));
    assert_eq!(trace, ["script:6"]);
}

#[test]
fn a_class_takes_its_superclass_and_methods() {
    let mut maker = Maker::new();
    let [value, hello, base, derived] =
        ["value", "hello", "Base", "Derived"].map(|n| maker.name(n));
    let init_name = maker.name("init");
    let init = maker.function("init", 1, 2);
    maker.at(init).kind = FunctionKind::Initializer;
    maker.at(init).body =
        block(vec![run(expr(ExprKind::SetField(local(0), value, local(1)))), give(local(0))]);
    let base_hello = maker.function("hello", 1, 2);
    maker.at(base_hello).kind = FunctionKind::Method;
    let field = expr(ExprKind::GetField(local(0), value));
    maker.at(base_hello).body = block(vec![give(add(field, local(1)))]);
    let derived_hello = maker.function("hello", 1, 2);
    maker.at(derived_hello).kind = FunctionKind::Method;
    maker.at(derived_hello).captures = vec![Capture { from: Place::Local(Slot(0)), name: base }];
    let node = Super { this: Place::Local(Slot(0)), superclass: Place::Capture(0) };
    let node = tree(|tree| tree.super_of(node));
    let above = ExprKind::SuperInvoke(node, hello, list(vec![local(1)]));
    maker.at(derived_hello).body = block(vec![give(add(number(1000.0), expr(above)))]);
    let class_in = |name, superclass, methods, slot| {
        let place = Place::Local(Slot(slot));
        class(Class { name, superclass, methods, place })
    };
    let made = call(local(2), vec![number(20.0)]);
    let body = vec![
        declare(1, expr(ExprKind::Nil)),
        declare(2, expr(ExprKind::Nil)),
        class_in(base, None, vec![(init_name, init), (hello, base_hello)], 1),
        class_in(derived, Some((local(1), Slot(0))), vec![(hello, derived_hello)], 2),
        give(expr(ExprKind::Invoke(made, hello, list(vec![number(3.0)])))),
    ];
    assert_eq!(result_of(maker.script(3, body)).1, "1023");
}

#[test]
fn a_superclass_must_be_a_class() {
    let mut maker = Maker::new();
    let name = maker.name("A");
    let superclass = Some((on_line(8, number(1.0)), Slot(0)));
    let made = Class { name, superclass, methods: vec![], place: Place::Local(Slot(1)) };
    let body = vec![declare(1, expr(ExprKind::Nil)), class(made)];
    let (kind, message, trace) = error_of(maker.script(2, body));
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
    maker.at(function).body = block(vec![give(number(3.0))]);
    let program = maker.script(0, vec![stmt(StmtKind::DefineGlobal(main, closure(function)))]);
    let mut world = World::new(config());
    let unit = world.run(program, &sources()).unwrap();
    world.call(unit, main.0).unwrap();
    assert!(matches!(world.iso.stack().top().unpack(), Unpacked::Number(3.0)));
}
