//! Profiles: what is noted at which tick, with the ticks made by the program itself.

mod support;

use sox_vm::{Form, Profile};
use support::{World, compiled, plain, stressed};

/// The profile of a script, in every form of the interpreter.
fn profiles(text: &str) -> Vec<Profile> {
    let mut profiles = Vec::new();
    for &form in Form::AVAILABLE {
        for config in [plain(), stressed()] {
            let mut world = World::in_form(config, form);
            world.vm.start_profile();
            world.run(compiled(text, &[])).expect("no error");
            profiles.push(world.vm.finish_profile().expect("a profile was begun"));
            assert_eq!(world.vm.finish_profile(), None);
        }
    }
    profiles
}

#[track_caller]
fn folded(text: &str, expected: &str) {
    for profile in profiles(text) {
        assert_eq!(profile.folded(), expected);
    }
}

#[test]
fn a_tick_counts_where_the_next_step_is() {
    folded("fn f() { tick() for var i = 0; i < 3; i += 1 { } } f()", "script;f 1\n");
    // The function that calls, not the one that is entered.
    folded("fn g() { } fn f() { tick() g() } f()", "script;f 1\n");
    folded("class A { init() { } m() { tick() this.n() } n() { } } A().m()", "script;m 1\n");
    folded("fn f() { } twice(fn() { tick() f() })", "script;anonymous 2\n");
}

#[test]
fn a_function_that_returns_soon_counts_for_itself() {
    if !Form::AVAILABLE.contains(&Form::Threaded) {
        return;
    }
    folded("fn g() { tick() } fn f() { g() g() } f()", "script;f;g 2\n");
    folded("fn g() { tick() return 1 } fn f(x) { return g() + x } f(1)", "script;f;g 1\n");
    folded(
        "fn g() { return 1 } fn f(x) { return g() + half(tick() == nil ? x : 0) } f(1)",
        "script;f 1\n",
    );
    folded("class A { init() { tick() } } A()", "script;init 1\n");
}

#[test]
fn ticks_between_two_steps_are_all_counted() {
    folded("fn f() { } fn g() { tick() tick() tick() f() tick() f() } g()", "script;g 4\n");
}

#[test]
fn a_tick_before_there_is_a_frame_counts_for_none() {
    for &form in Form::AVAILABLE {
        let mut world = World::in_form(plain(), form);
        let unit = world.run(compiled("fn f() { }", &[])).expect("no error");
        world.vm.start_profile();
        world.iso.interrupt_handle().tick();
        world.call(unit, 0).expect("no error");
        assert_eq!(world.vm.finish_profile().expect("a profile was begun").folded(), "");
    }
}

#[test]
fn a_function_that_calls_itself_counts_once() {
    let text = "fn f(n) {\n if n == 0 { tick() }\n if n >= 0 { f(n - 1) }\n}\nf(3)";
    for profile in profiles(text) {
        assert_eq!(profile.folded(), "script;f;f;f;f 1\n");
        let rows: Vec<_> = profile.by_function();
        let rows: Vec<_> =
            rows.iter().map(|row| (&*row.0.name, row.0.line, row.1, row.2)).collect();
        assert_eq!(rows, [("f", 1, 1, 1), ("script", 1, 0, 1)]);
    }
}

#[test]
fn of_deep_calls_the_innermost_are_kept() {
    let text = "fn f(n) { if n == 0 { tick() } if n >= 0 { f(n - 1) } } f(1000)";
    for profile in profiles(text) {
        let folded = profile.folded();
        assert!(folded.starts_with("...;f;f;") && folded.ends_with(";f 1\n"), "{folded}");
        assert_eq!(folded.matches('f').count(), 256);
        assert_eq!(profile.by_function().len(), 1);
    }
}
