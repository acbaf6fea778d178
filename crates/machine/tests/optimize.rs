//! What the optimizer makes of small functions, to the letter.

use sox_machine::opt::{Options, Pass, optimize};
use sox_machine::{Syntax, load, nir};

#[track_caller]
fn becomes(options: Options, before: &str, after: &str) {
    let mut module = load(before.as_bytes(), Syntax::Nir).unwrap();
    optimize(&mut module, options);
    let found = nir::print(module.module());
    assert!(found.ends_with(after), "{found}");
}

#[test]
fn a_counter_needs_no_copy() {
    let text = "function i64 $f(i64 %n) {\n    %s =i64 const 0\n    %i =i64 const 0\n@loop\n    \
        jge %i, %n, @done\n    %s =i64 add %s, %i\n    %i =i64 add %i, 1\n    jmp @loop\n@done\n    \
        ret %s\n}\n";
    let wanted = "function i64 $f(i64 %n) {\n    %s =i64 const 0\n    %i =i64 const 0\n@0\n    \
        jge %i, %n, @1\n    %s =i64 add %s, %i\n    %i =i64 add %i, 1\n    jmp @0\n@1\n    ret %s\n}\n";
    becomes(Options::level(1).without(Pass::Rotate), text, wanted);
}

#[test]
fn a_loop_tests_at_its_end_and_addresses_are_fused() {
    let text = "function $f(i64 %p, i64 %n, i64 %a, i64 %b) {\n    %i =i64 const 0\n@loop\n    \
        jge %i, %n, @done\n    %x =i64 mul %a, %b\n    %o =i64 mul %i, 8\n    %q =i64 add %p, %o\n    \
        store [%q + 16], %x\n    %i =i64 add %i, 1\n    jmp @loop\n@done\n    ret\n}\n";
    let wanted = "    jle %n, 0, @1\n    %x =i64 mul %a, %b\n    %i =i64 const 0\n@0\n    \
        store [%p + %i*8 + 16], %x\n    %i =i64 add %i, 1\n    jlt %i, %n, @0\n@1\n    ret\n}\n";
    becomes(Options::level(2), text, wanted);
}

/// The question that begins a turn stands behind the end of the turn before; if there is nothing to do, it
/// jumps back to that end.
#[test]
fn a_turn_with_nothing_to_do_takes_one_jump() {
    let text = "function $f(i64 %p, i64 %i) {\n@loop\n    %x =i64 load8u [%p + %i]\n    \
        jeq %x, 0, @next\n    store8 [%p + %i], 7\n    store8 [%p], 7\n@next\n    \
        %i =i64 sub %i, 1\n    jgt %i, 0, @loop\n    ret\n}\n";
    let wanted = "    jmp @2\n@0\n    store8 [%p + %i], 7\n    store8 [%p], 7\n@1\n    \
        %i =i64 add %i, -1\n    jle %i, 0, @3\n@2\n    %x =i64 load8u [%p + %i]\n    \
        jeq %x, 0, @1\n    jmp @0\n@3\n    ret\n}\n";
    becomes(Options::level(2), text, wanted);
}

#[test]
fn loads_are_forwarded_but_not_across_what_may_write() {
    let text = "bss $a align 8 size 8\nbss $b align 8 size 8\n\
        function i64 $f(i64 %p, i64 %x) {\n    store [$a], %x\n    store [$b], 1\n    \
        %y =i64 load [$a]\n    store [%p], 2\n    %z =i64 load [$a]\n    %r =i64 add %y, %z\n    \
        ret %r\n}\n";
    let wanted = "    store [$a], %x\n    store [$b], 1\n    store [%p], 2\n    \
        %z =i64 load [$a]\n    %r =i64 add %x, %z\n    ret %r\n}\n";
    becomes(Options::level(1), text, wanted);
}

#[test]
fn imports_may_be_two_names_of_one_object() {
    let text = "import $environ\nimport $__environ\n\
        function i64 $f() {\n    %x =i64 load [$environ]\n    store [$__environ], 0\n    \
        %y =i64 load [$environ]\n    %r =i64 add %x, %y\n    ret %r\n}\n";
    let wanted = "    %x =i64 load [$environ]\n    store [$__environ], 0\n    \
        %y =i64 load [$environ]\n    %r =i64 add %x, %y\n    ret %r\n}\n";
    becomes(Options::level(2), text, wanted);
}

#[test]
fn places_in_the_source_are_kept() {
    let text = "function i64 $g(i64 %x) {\n    loc \"b\", 1, 1\n    %x =i64 add %x, 1\n    ret %x\n}\n\
        function i64 $f(i64 %x) {\n    loc \"a\", 10, 1\n    %x =i64 call $g(%x)\n    \
        %x =i64 mul %x, 3\n    ret %x\n}\n";
    let wanted = "function i64 $f(i64 %x) {\n    loc \"b\", 1, 1\n    %0 =i64 add %x, 1\n    \
        loc \"a\", 10, 1\n    %1 =i64 mul %0, 3\n    ret %1\n}\n";
    becomes(Options::level(2), text, wanted);
}

#[test]
fn passes_are_switched_off_one_by_one() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/native/optimize/loops.nir"
    ))
    .unwrap();
    for &pass in Pass::ALL {
        // Debug builds verify what comes out.
        for options in [Options::level(2).without(pass), Options::level(2).until(pass)] {
            let mut module = load(text.as_bytes(), Syntax::Nir).unwrap();
            optimize(&mut module, options);
            assert!(options.has(pass) == (options == Options::level(2).until(pass)));
        }
    }
    assert!(!Options::level(0).any() && !Options::level(2).without(Pass::Ssa).any());
}
