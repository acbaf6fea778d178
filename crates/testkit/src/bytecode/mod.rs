//! What must hold of every file of bytecode, whoever made it: for fuzzers and for the findings they
//! left in tests/fuzz.

mod edit;
mod mutate;
mod snippets;

pub use mutate::mutate;

use crate::differ::{Bounds, Verdict, compare_bytecode};
use sox_bytecode::container::{self, Bundle};
use sox_bytecode::optimize::{OptLevel, Passes, optimize};
use sox_bytecode::{Constant, Module, VerifiedModule, listing, verify};
use sox_driver::Bytecode;

/// Words of names that two runs may rightly do differently with (chance, clocks), or that take real
/// time or read outside input: programs with them are not run.
pub const UNREPEATABLE: [&str; 14] = [
    "andom",
    "clock",
    "std/time",
    "leep",
    "input",
    "std/io",
    "std/test",
    "std/process",
    "std/file",
    "std/http",
    "std/ffi",
    "std/sys",
    "poh.ask",
    "poh.now",
];

/// How far bytecode is run.
pub const BOUNDS: Bounds = Bounds { max_steps: 2_000, max_stack: 4_000, max_memory: 16 << 20 };

/// Reads a file, if it is one.
pub fn read(file: &[u8]) -> Option<Bundle> {
    container::read(file).ok()
}

/// Reads and verifies a file, if it is good.
pub fn verified(file: &[u8]) -> Option<VerifiedModule> {
    verify(read(file)?.module).ok()
}

/// Reads a file. What is read can be written, and is the same when it is read again.
///
/// # Panics
/// If that does not hold.
pub fn check_load(file: &[u8]) -> Option<Bundle> {
    let bundle = read(file)?;
    let written = container::write(&bundle);
    let again = container::read(&written).expect("what is written can be read");
    assert!(again == bundle, "what is read again is the same");
    assert!(container::write(&again) == written, "what is written again is the same");
    Some(bundle)
}

/// Reads and verifies a file. What is accepted can be listed, and optimized to what is accepted.
///
/// # Panics
/// If that does not hold.
pub fn check_verify(file: &[u8]) -> Option<VerifiedModule> {
    let module = check_load(file)?.module;
    let mut optimized = module.clone();
    optimize(&mut optimized, Passes::of(OptLevel::O2));
    match verify(module) {
        Ok(module) => {
            listing(&module, None);
            verify(optimized).expect("good bytecode stays good");
            Some(module)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Reads, verifies and runs a file in a sandbox, within [`BOUNDS`]: as it is and optimized, with a
/// collection at every safepoint, and without bounds if it ends. Tells what came of it, if it runs.
///
/// # Panics
/// If two runs differ, or one does.
pub fn check_run(file: &[u8]) -> Option<Verdict> {
    let bytecode = Bytecode::read("it", file).ok()?;
    if !is_repeatable(&bytecode.module) {
        return None;
    }
    match compare_bytecode(&bytecode, BOUNDS) {
        Verdict::Disagreed(found) => panic!("{found}"),
        verdict => Some(verdict),
    }
}

fn is_repeatable(module: &Module) -> bool {
    let mut texts = module.constants.iter().filter_map(|constant| match constant {
        Constant::String(text) => Some(text),
        _ => None,
    });
    !texts.any(|text| UNREPEATABLE.iter().any(|word| text.contains(word)))
}
