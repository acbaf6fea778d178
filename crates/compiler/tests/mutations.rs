//! Damaged bytecode: whatever is done to a compiled module, optimizer and verifier answer, and what
//! the verifier accepts can be listed, and optimized to what it accepts.

mod support;

use sox_bytecode::optimize::{OptLevel, Passes, optimize};
use sox_bytecode::{FunctionKind, Local, Module, Target, listing, verify};
use std::path::Path;

/// Mutated modules for each script.
const ROUNDS: u32 = 2_000;

#[test]
fn damage_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut refused) = (0, 0);
    for script in support::scripts(&folder) {
        let text = std::fs::read_to_string(&script).expect("a readable script");
        let Ok((module, sources)) = support::verified(&script, &text) else { continue };
        for _ in 0..ROUNDS {
            let mut damaged = Module::clone(&module);
            (0..=random.below(2)).for_each(|_| damage(&mut damaged, &mut random));
            let mut optimized = damaged.clone();
            optimize(&mut optimized, Passes::of(OptLevel::O2));
            match verify(damaged) {
                Ok(module) => {
                    listing(&module, Some(&sources));
                    verify(optimized).expect("good bytecode stays good");
                    accepted += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

/// Changes one thing in one function.
fn damage(module: &mut Module, random: &mut Random) {
    let number = random.below(module.functions.len());
    let donor = random.below(module.functions.len());
    let donated = module.functions[donor].code[random.below(module.functions[donor].code.len())];
    let function = &mut module.functions[number];
    let len = function.code.len();
    let at = random.below(len);
    match random.below(10) {
        0 => function.code[at] = donated,
        1 => function.code.insert(at, donated),
        2 if len > 1 => drop(function.code.remove(at)),
        3 => function.code.swap(at, random.below(len)),
        4 => {
            let target = Target(random.below(len + 1) as u32);
            function.code[at] = function.code[at].map_target(|_| target);
        }
        5 => function.locals = random.below(12) as u16,
        6 => function.required = random.below(3) as u16,
        7 => {
            let kinds = [FunctionKind::Plain, FunctionKind::Method, FunctionKind::Initializer];
            function.kind = kinds[random.below(kinds.len())];
        }
        8 => {
            if let Some(capture) = function.captures.first_mut() {
                let slot = Local(random.below(4) as u16);
                let kinds = [sox_bytecode::Capture::Local, sox_bytecode::Capture::Cell];
                *capture = kinds[random.below(2)](slot);
            }
        }
        _ => {
            if let Some(handler) = function.handlers.first_mut() {
                handler.start = random.below(len + 1) as u32;
                handler.end = random.below(len + 1) as u32;
                handler.depth = random.below(3) as u16;
            }
        }
    }
}

/// Numbers that look random, the same in every run (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
