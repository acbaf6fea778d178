//! The threaded form of the interpreter does not use up the native stack: its calls are jumps.
//!
//! Where the build has no threaded form (without optimisation, on other targets, under Miri) there is
//! nothing to run here: the loop cannot use up the stack.

mod support;

use sox_vm::Form;
use support::{World, compiled, plain};

/// Two million turns of at least fifty instructions of all kinds that programs are made of, with every
/// way handlers go on: to the next, elsewhere, by a slow path, through calls and returns of functions,
/// methods, natives and classes, through errors.
const PROGRAM: &str = "
class Point {
    init(x) { this.x = x }
    shifted(by) { return this.x + by }
}
class Other < Point { shifted(by) { return super.shifted(by) - 1 } }
fn add(a, b = 2) { return a + b }
fn run(turns) {
    var points = [Point(1), Other(2)]
    var total = 0
    var text = \"\"
    var count = 0
    var bump = fn() { count += 1 return count }
    for var i = 0; i < turns; i += 1 {
        total = total * 0.5 + i % 7 - 1
        total += points[i % 2].shifted(i) / add(i) - add(1, i)
        points[1].x = half(points[0].x) + bump()
        if total > 10 and not (i == 3) or total != total { total = -total } else { total += 1 }
        foreach var point in points { total += point.x > 3 ? 1 : 0 }
        if i % 1000 == 0 {
            try { if i % 2000 == 0 { throw i } nil.x = 1 } catch (e) { text = \"${i} ${text[0:3]}\" }
        }
    }
    return [total, text, count]
}
fn few() { return run(2000) }
fn all() { return run(2000000) }
";

/// The last two functions, among the variables of the module.
const FEW: u32 = 4;
const ALL: u32 = 5;

/// Bytes of native stack the machine gets: each instruction that kept eight bytes would need
/// thousands of times as much.
const NATIVE_STACK: usize = 64 << 10;

#[test]
fn a_hundred_million_instructions_on_a_small_native_stack() {
    if !Form::AVAILABLE.contains(&Form::Threaded) {
        return;
    }
    let mut world = World::in_form(plain(), Form::Threaded);
    let unit = world.run(compiled(PROGRAM, &[])).expect("the script only declares");
    // Translation and the first errors need more stack than instructions do.
    world.call(unit, FEW).expect("no error");
    let run = move || {
        world.call(unit, ALL).expect("no error");
        world.vm.statistics().entries
    };
    let thread = std::thread::Builder::new().stack_size(NATIVE_STACK).spawn(run);
    // The script and two calls: nothing else entered the machine anew.
    assert_eq!(thread.expect("a thread").join().expect("no panic"), 3);
}
