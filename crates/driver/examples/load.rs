//! Measures how fast a bytecode file becomes a program: `load FOLDER LINES [FILE]`.
//!
//! The file is made of the text that `corpus` makes of the programs in a folder, with its debug
//! information. Printed are lines with the size of the file, its instructions, and the CPU time in
//! seconds that reading and verifying took, each the median over the rounds. With FILE, the text is
//! written there instead, for other commands to start; it ends at once.

#[path = "corpus/clock.rs"]
mod clock;
#[path = "corpus/mod.rs"]
mod corpus;

use clock::now;
use corpus::{concatenated, programs};
use sox_driver::{Debug, Input, Options, Unit, check, compile, on_big_stack};
use std::path::Path;
use std::process::ExitCode;

const ROUNDS: usize = 15;

fn report(folder: &str, lines: &str, file: Option<&str>) -> Result<(), String> {
    let lines: usize = lines.parse().map_err(|_| "the number of lines is no number")?;
    let programs = programs(Path::new(folder))?;
    let text = concatenated(&programs, lines);
    if let Some(file) = file {
        let text = format!("exit(0)\n{text}");
        return std::fs::write(file, text).map_err(|error| format!("{file}: {error}"));
    }
    let lines = text.lines().count();
    let checked = check(&Input::Code(text), Unit::Script, &Options::default());
    let checked = checked.map_err(|error| error.message)?.map_err(|_| "the text has errors")?;
    let bytes = compile(&checked, &Options::default(), Debug::Places)?;
    drop(checked);
    let (mut reading, mut verifying) = (Vec::new(), Vec::new());
    let mut instructions = 0;
    for _ in 0..ROUNDS {
        let start = now();
        let bundle = sox_bytecode::container::read(&bytes).map_err(|error| error.to_string())?;
        let read = now();
        let module = sox_bytecode::verify(bundle.module).map_err(|error| error.to_string())?;
        let verified = now();
        reading.push(read - start);
        verifying.push(verified - read);
        instructions = module.functions.iter().map(|function| function.code.len()).sum();
    }
    println!("lines {lines}");
    println!("bytes {}", bytes.len());
    println!("instructions {instructions}");
    println!("read {:.6}", median(&mut reading));
    println!("verify {:.6}", median(&mut verifying));
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (folder, lines, file) = match args.as_slice() {
        [folder, lines] => (folder, lines, None),
        [folder, lines, file] => (folder, lines, Some(&**file)),
        _ => {
            eprintln!("usage: load FOLDER LINES [FILE]");
            return ExitCode::from(64);
        }
    };
    match on_big_stack(move || report(folder, lines, file)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
