//! What each pass of the optimizer does alone: each `passes/<pass>.sox` has its listings before and
//! after beside it. And all scripts of the repository's suites, by each pass alone and at each
//! level, still verify.
//!
//! With `SOX_UPDATE=1` in the environment the listings are written instead of compared.

mod support;

use sox_bytecode::optimize::{OptLevel, Pass, Passes, optimize};
use sox_bytecode::{Module, VerifiedModule, listing, verify};
use std::path::Path;

fn optimized(module: &VerifiedModule, passes: Passes) -> VerifiedModule {
    let mut module = Module::clone(module);
    optimize(&mut module, passes);
    verify(module).expect("good bytecode stays good")
}

#[test]
fn listings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let update = std::env::var_os("SOX_UPDATE").is_some();
    for &pass in Pass::ALL {
        let script = folder.join(pass.name()).with_extension("sox");
        let text = std::fs::read_to_string(&script).expect("a script for each pass");
        let (before, sources) = support::verified(&script, &text).expect("a script without errors");
        let after = optimized(&before, Passes::NONE.with(pass));
        let show = |module| listing(module, Some(&sources));
        let listings = format!(
            "==== before\n\n{}==== after {}\n\n{}",
            show(&before),
            pass.name(),
            show(&after)
        );
        let expected = script.with_extension("txt");
        if update {
            std::fs::write(&expected, &listings).expect("a writable folder");
        }
        let expected = std::fs::read_to_string(expected).unwrap_or_default();
        assert!(listings == expected, "{}:\n{listings}", script.display());
    }
}

#[test]
fn optimized_scripts_verify() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scripts = ["tests", "examples"].map(|folder| support::scripts(&repository.join(folder)));
    let alone = Pass::ALL.iter().map(|&pass| Passes::NONE.with(pass));
    let sets: Vec<_> = alone.chain([OptLevel::O1, OptLevel::O2].map(Passes::of)).collect();
    let mut compiled = 0;
    for script in scripts.iter().flatten() {
        let Ok(text) = std::fs::read_to_string(script) else { continue };
        if let Ok((module, _)) = support::verified(script, &text) {
            sets.iter().for_each(|&passes| drop(optimized(&module, passes)));
            compiled += 1;
        }
    }
    assert!(compiled > 100, "only {compiled} scripts compile");
}
