//! The example of a small compiler.

#[path = "../examples/toy.rs"]
mod toy;

use sox_native::machine::eval::{Machine, Stop};
use sox_native::machine::{Syntax, load};
use sox_native::{Options, Target, compile};

#[test]
fn its_programs_do_as_they_say() {
    let text = toy::translate("x = 6 * (3 + 4)\n\ny = x*x + 1\nprint x\nprint y + (2)\n").unwrap();
    let module = load(text.as_bytes(), Syntax::Nir).unwrap();
    let mut machine = Machine::new(&module, Default::default());
    assert_eq!(machine.run_main(&[]), Stop::Exit(0));
    assert_eq!(machine.stdout, b"42\n1767\n");
    for &target in Target::ALL {
        assert!(compile(&module, &Options::new(target)).unwrap().starts_with(b"\x7fELF"));
    }
}

#[test]
fn wrong_programs_are_told() {
    let wrong = [
        ("x = (1 + 2", "line 1: a ) is missing"),
        ("x = 1\nprint", "line 2: a value is missing"),
        ("x 1", "line 1: a = is missing"),
        ("3 = 4", "line 1: `3` is no name"),
        ("x = 1 2", "line 1: `2` is too much"),
        ("print 1 + )", "line 1: `)` is no name"),
    ];
    for (program, message) in wrong {
        assert_eq!(toy::translate(program).unwrap_err(), message);
    }
    let unset = toy::translate("print x").unwrap();
    let faults = load(unset.as_bytes(), Syntax::Nir).unwrap_err();
    assert!(faults[0].to_string().contains("`x`"), "{}", faults[0]);
}
