//! Steps, frames and native stack: how they are counted, and what happens when they run out.

mod support;

use sox_program::{BinaryOp, ExprKind, FunctionId, ModuleId, Program, Stmt, StmtKind};
use sox_runtime::{Config, Fault, Limit};
use support::maker::*;
use support::{World, config, on_thread};

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
    maker.at(deferred).body = block(vec![print(number(1.0))]);
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

/// A function that calls itself with one more until the depth in its argument is reached, and then
/// throws.
fn descent(maker: &mut Maker, depth: f64) -> Vec<Stmt> {
    let f = maker.global("f", ModuleId(0));
    let descend = maker.function("f", 1, 1);
    let deep = binary(BinaryOp::GreaterEqual, local(0), number(depth));
    let stop = if_then(deep, vec![throw(number(0.0))]);
    let further = add(call(global(f), vec![add(local(0), number(1.0))]), number(0.0));
    maker.at(descend).body = block(vec![stop, give(further)]);
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
    for (max_frames, native_stack) in [(100, 64 << 20), (1 << 20, 2 << 20)] {
        on_thread(80 << 20, move || {
            let mut maker = Maker::new();
            let kind = maker.name("kind");
            let body = descent(&mut maker, f64::INFINITY);
            let kind = expr(ExprKind::GetField(local(0), kind));
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
