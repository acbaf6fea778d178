//! Measures how fast a bytecode file becomes a program: `load FOLDER LINES [FILE]`.
//!
//! The file is made of the text that `corpus` makes of the programs in a folder, with its debug
//! information. Printed are lines with the size of the file, its instructions, and the CPU time in
//! seconds that reading and verifying took, each the median over the rounds. With FILE, a program for
//! other commands to start is written there instead: the same text, each program in a function that
//! nobody calls.

#[path = "corpus/clock.rs"]
mod clock;
#[path = "corpus/mod.rs"]
mod corpus;

use clock::now;
use corpus::{append_renamed, concatenated, programs};
use sox_driver::{Debug, Input, Options, Unit, check, compile, on_big_stack};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

const ROUNDS: usize = 15;

fn report(folder: &str, lines: &str, file: Option<&str>) -> Result<(), String> {
    let lines: usize = lines.parse().map_err(|_| "the number of lines is no number")?;
    let programs = programs(Path::new(folder))?;
    if let Some(file) = file {
        return std::fs::write(file, in_functions(&programs, lines))
            .map_err(|error| format!("{file}: {error}"));
    }
    let text = concatenated(&programs, lines);
    let lines = text.lines().count();
    let checked = check(&Input::Code(text), Unit::Script, &Options::default());
    let checked = checked.map_err(|error| error.message)?.map_err(|_| "the text has errors")?;
    let bytes = compile(&checked, &Options::default(), Debug::Places);
    let bytes = bytes.map_err(|error| error.message)?;
    drop(checked);
    let file = Arc::new(bytes);
    let (mut reading, mut verifying) = (Vec::new(), Vec::new());
    let mut instructions = 0;
    for _ in 0..ROUNDS {
        let start = now();
        let contents =
            sox_bytecode::container::read_shared(&file).map_err(|error| error.to_string())?;
        let read = now();
        let module =
            sox_bytecode::verify(contents.bundle.module).map_err(|error| error.to_string())?;
        let verified = now();
        reading.push(read - start);
        verifying.push(verified - read);
        instructions = module.functions.iter().map(|function| function.code.len()).sum();
    }
    println!("lines {lines}");
    println!("bytes {}", file.len());
    println!("instructions {instructions}");
    println!("read {:.6}", median(&mut reading));
    println!("verify {:.6}", median(&mut verifying));
    Ok(())
}

/// Programs up to this many lines, each in a function; their imports come first.
fn in_functions(programs: &[String], lines: usize) -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    let mut count = 0;
    for (copy, program) in programs.iter().cycle().enumerate() {
        let length = program.lines().count() + 3;
        if count > 0 && count + length > lines {
            break;
        }
        let mut renamed = String::new();
        append_renamed(program, copy, &mut renamed);
        functions += &format!("fn program_{copy}() {{\n");
        for line in renamed.lines() {
            let into = if line.starts_with("import ") { &mut imports } else { &mut functions };
            *into += line;
            *into += "\n";
        }
        functions += "}\n\n";
        count += length;
    }
    imports + &functions
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
