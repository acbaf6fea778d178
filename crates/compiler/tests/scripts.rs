//! Every script of the repository's suites compiles to bytecode that verifies, and that is the same
//! after it was written to a file or listed, and read back.

mod support;

use sox_bytecode::container::{self, Bundle, Language};
use sox_bytecode::{Listing, Module, assemble};
use std::path::Path;

#[test]
fn compiled_scripts_verify() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scripts = ["tests", "examples"].map(|folder| support::scripts(&repository.join(folder)));
    let mut compiled = 0;
    for script in scripts.iter().flatten() {
        // Some scripts are no text, or have errors: that is what they test.
        let Ok(text) = std::fs::read_to_string(script) else { continue };
        if let Ok((module, _)) = support::verified(script, &text) {
            written_and_read(&module.into_module());
            compiled += 1;
        }
    }
    assert!(compiled > 100, "only {compiled} scripts compile");
}

fn written_and_read(module: &Module) {
    for debug in [true, false] {
        let module = module.clone().into_portable(debug);
        let bundle = Bundle { language: Language::Sox, module, texts: None };
        let bytes = container::write(&bundle);
        assert_eq!(container::read(&bytes).as_ref(), Ok(&bundle));
        let module = sox_bytecode::verify(bundle.module).expect("as sound as before");
        let language = bundle.language;
        let listing = Listing { module: &module, language, texts: None, sources: None }.to_string();
        match assemble(&listing) {
            Ok(bundle) => assert_eq!(container::write(&bundle), bytes, "{listing}"),
            Err(error) => panic!("{error}\n{listing}"),
        }
    }
}

#[test]
fn the_same_program_gives_the_same_module() {
    let text = "var t = {a: 1, b: [2, 3]}\nfn f(x = nan) { return \"${x}\" + t.a }\nprint f()\n";
    let compile = || support::verified(Path::new("tests/script.sox"), text).expect("no errors").0;
    assert_eq!(*compile(), *compile());
}

#[test]
fn long_literals_need_small_frames() {
    let items = "1, ".repeat(1000);
    let pairs: String = (0..1000).map(|number| format!("k{number}: {number}, ")).collect();
    let text = format!("var a = [{items}]\nvar t = {{{pairs}}}\n");
    let (module, _) = support::verified(Path::new("tests/script.sox"), &text).expect("no errors");
    let body = module.module(module.entry).body;
    assert!(module.facts(body).max_stack <= 65, "{} operands", module.facts(body).max_stack);
}

#[test]
fn tall_expressions_compile() {
    let text = format!("print 1{}\n", " + 1".repeat(9_000));
    support::verified(Path::new("tests/script.sox"), &text).expect("no errors");
}

#[test]
fn a_frame_that_is_too_large_is_an_error() {
    let function = |locals: usize| {
        let declarations: String = (0..locals).map(|number| format!("var v{number}\n")).collect();
        format!("fn f() {{\n{declarations}}}\n")
    };
    let compile = |locals| support::verified(Path::new("tests/script.sox"), &function(locals));
    assert!(compile(65_534).is_ok());
    let error = compile(65_535).map(|_| ()).expect_err("one slot too many");
    let limit = "more than 65535 local variables and intermediate values";
    assert_eq!(error, format!("Function 'f' has {limit}."));
}
