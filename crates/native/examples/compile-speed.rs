//! How fast modules become objects: 20,000 functions of eight lines with a loop and a call, from text to
//! an ELF object.
//!
//! ```console
//! $ cargo run --release -p sox-native --example compile-speed -- [FUNCTIONS] [ROUNDS]
//! ```
//! `compile-speed FUNCTIONS 0` prints the text instead.

use sox_native::machine::codegen;
use sox_native::machine::{Syntax, load};
use sox_native::{Emit, Options, Target, compile};
use std::fmt::Write;
use std::time::{Duration, Instant};

fn module(functions: usize) -> String {
    let mut text = String::new();
    for number in 0..functions {
        let callee = number.saturating_sub(1 + number % 7);
        let _ = write!(
            text,
            "export function i64 $f{number}(i64 %n) {{\n    %s =i64 const {number}\n@loop\n    \
             %t =i64 mul %n, %s\n    %s =i64 add %s, %t\n    %s =i64 call $f{callee}(%s)\n    \
             %n =i64 sub %n, 1\n    jgt %n, 0, @loop\n    ret %s\n}}\n"
        );
    }
    text
}

fn main() {
    let numbers: Vec<usize> =
        std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let functions = numbers.first().copied().unwrap_or(20_000);
    let rounds = numbers.get(1).copied().unwrap_or(5);
    let text = module(functions);
    if rounds == 0 {
        return print!("{text}");
    }
    let codegen = codegen::Options { check: false, ..Default::default() };
    let options = Options { emit: Emit::Object, codegen, ..Options::new(Target::LinuxX64) };
    let mut best = [Duration::MAX; 2];
    let mut size = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let module = load(text.as_bytes(), Syntax::Nir).expect("it keeps all rules");
        let read = start.elapsed();
        size = compile(&module, &options).expect("it has everything it needs").len();
        for (best, time) in best.iter_mut().zip([read, start.elapsed()]) {
            *best = time.min(*best);
        }
    }
    let [read, all] = best;
    let rate = functions as f64 / all.as_secs_f64();
    println!(
        "{functions} functions, {size} bytes: read {read:.2?}, all {all:.2?}, {rate:.0} a second"
    );
}
