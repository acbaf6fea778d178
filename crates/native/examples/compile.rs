//! From text to object and nothing else, for `cargo xtask bench --compile` and for profilers:
//!
//! ```console
//! $ cargo run --release -p sox-native --example compile -- LEVEL INPUT.nir OUTPUT.o
//! ```
//! One thread; the text is parsed and verified, the checker of allocations is off.

use sox_native::machine::{Syntax, codegen, load, opt};
use sox_native::{Emit, Options, Target, compile};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [level, input, output] => match run(level, input, output) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(message) => eprintln!("{message}"),
        },
        _ => eprintln!("usage: compile LEVEL INPUT.nir OUTPUT.o"),
    }
    ExitCode::FAILURE
}

fn run(level: &str, input: &str, output: &str) -> Result<(), String> {
    let level = level.parse().map_err(|_| format!("there is no level {level}"))?;
    let optimize = opt::Options::level(level);
    let codegen = codegen::Options { check: false, optimize, ..Default::default() };
    let text = std::fs::read(input).map_err(|error| format!("{input}: {error}"))?;
    let module = load(&text, Syntax::Nir).map_err(|faults| faults[0].to_string())?;
    let options = Options { emit: Emit::Object, codegen, ..Options::new(Target::LinuxX64) };
    let object = compile(&module, &options).map_err(|error| error.to_string())?;
    std::fs::write(output, object).map_err(|error| format!("{output}: {error}"))
}
