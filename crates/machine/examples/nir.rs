//! Checks a module, prints it in a syntax, or runs it on the evaluator.
//!
//! ```text
//! cargo run -p sox-machine --example nir -- check FILE
//! cargo run -p sox-machine --example nir -- nir FILE        # or: ir
//! cargo run -p sox-machine --example nir -- run FILE ARG…
//! ```

use sox_machine::eval::{Machine, Stop};
use sox_machine::{Syntax, load, nir, term};
use std::process::ExitCode;

/// A module that is refused (`EX_DATAERR`).
const REFUSED: u8 = 65;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [action, file, rest @ ..] = &arguments[..] else {
        eprintln!("usage: nir check|nir|ir|run FILE");
        return ExitCode::from(64);
    };
    let (text, syntax) = match (std::fs::read(file), Syntax::of_file(file)) {
        (Ok(text), Some(syntax)) => (text, syntax),
        (Err(error), _) => {
            eprintln!("{file}: {error}");
            return ExitCode::from(66);
        }
        (_, None) => {
            eprintln!("{file}: neither .ir nor .nir");
            return ExitCode::from(64);
        }
    };
    let module = match load(&text, syntax) {
        Ok(module) => module,
        Err(faults) => {
            for fault in faults {
                let line = fault.line(&text).unwrap_or(0);
                let code = fault.rule.code().id;
                eprintln!("{file}:{line}: error[{code}]: {fault}\n  help: {}", fault.hint);
            }
            return ExitCode::from(REFUSED);
        }
    };
    match &action[..] {
        "nir" => print!("{}", nir::print(module.module())),
        "ir" => print!("{}", term::print(module.module())),
        "run" => {
            let arguments: Vec<&str> = rest.iter().map(|argument| &**argument).collect();
            let mut machine = Machine::new(&module, Default::default());
            let stop = machine.run_main(&arguments);
            print!("{}", String::from_utf8_lossy(&machine.stdout));
            eprint!("{}", String::from_utf8_lossy(&machine.stderr));
            match stop {
                Stop::Exit(status) => return ExitCode::from(status),
                other => eprintln!("{file}: {other:?}"),
            }
            return ExitCode::FAILURE;
        }
        _ => {}
    }
    ExitCode::SUCCESS
}
