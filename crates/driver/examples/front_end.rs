//! Measures the way from source text to bytecode: `front_end FOLDER LINES`.
//!
//! The text is made of the programs in a folder, see `corpus`.
//!
//! The text is compiled once: a process that compiles has cold caches and must be given its memory
//! by the system, and both belong to what is measured. (The first program is compiled before, to
//! have the code in memory.) Printed are a line per stage with its CPU time in seconds, and lines
//! for the number of lines, bytes, functions, instructions and page faults.

#[path = "corpus/clock.rs"]
mod clock;
#[path = "corpus/mod.rs"]
mod corpus;

use clock::now;
use corpus::{concatenated, programs};
use sox_bytecode::optimize::{Passes, optimize};
use sox_bytecode::verify;
use sox_diagnostics::{Severity, SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Outcome, Session, Stage, Unit};
use std::path::Path;
use std::process::ExitCode;

/// Page faults of this process that needed no reading.
#[cfg(unix)]
fn page_faults() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| usage.minor_page_faults())
}

#[cfg(not(unix))]
fn page_faults() -> i64 {
    0
}

/// The stages in order, with the time each took.
struct Clock {
    begun: f64,
    stages: Vec<(&'static str, f64)>,
}

impl Clock {
    /// Ends the stage that runs; `name` is that of the next.
    fn begin(&mut self, name: &'static str) {
        let now = now();
        if let Some(last) = self.stages.last_mut() {
            last.1 += now - self.begun;
        }
        if self.stages.last().is_none_or(|last| last.0 != name) {
            self.stages.push((name, 0.0));
        }
        self.begun = now;
    }
}

/// Knows the builtins and `std/`, and the time.
struct Measured {
    clock: Clock,
}

impl Host for Measured {
    fn is_builtin(&self, name: &str) -> bool {
        sox_library::is_builtin(name)
    }

    fn builtin_names(&self) -> Vec<String> {
        sox_library::builtin_names().map(str::to_string).collect()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let name = path.strip_prefix("std/").unwrap_or(path);
        let Some(text) = sox_library::std_source(name) else {
            let message = format!("There is no built-in module \"{path}\".");
            return Err(ImportError { message, help: Vec::new(), missing: true });
        };
        let known = sources.files().find(|(_, file)| *file.name == *path).map(|(id, _)| id);
        let source = known.unwrap_or_else(|| sources.add(path, text));
        Ok(Imported { key: path.into(), source, library: true })
    }

    fn enter_stage(&mut self, stage: Stage) {
        // The modules of the library are a few hundred lines: they count with the last stage.
        let is_entry = self.clock.stages.last().is_none_or(|last| last.0 != "finish");
        if is_entry {
            self.clock.begin(match stage {
                Stage::Lex => "lex",
                Stage::Parse => "parse",
                Stage::Resolve => "resolve",
                Stage::Lower => "lower",
                Stage::Finish => "finish",
            });
        }
    }
}

/// What a text was compiled to.
struct Compiled {
    stages: Vec<(&'static str, f64)>,
    functions: usize,
    instructions: usize,
}

fn compile(text: &str) -> Result<Compiled, String> {
    let mut sources = SourceMap::default();
    let entry = sources.add("all.sox", text);
    let mut host = Measured { clock: Clock { begun: 0.0, stages: Vec::new() } };
    let Outcome { program, diagnostics, .. } =
        Session::default().lower(&mut sources, entry, Unit::Script, &mut host);
    let Some(program) = program else {
        let error = diagnostics.iter().find(|found| found.severity == Severity::Error);
        return Err(error.map_or(String::new(), |error| error.message.clone()));
    };
    let mut clock = host.clock;
    clock.begin("compile");
    let mut module =
        sox_compiler::compile(&program, &sources).map_err(|error| error.to_string())?;
    clock.begin("optimize");
    optimize(&mut module, Passes::default());
    clock.begin("verify");
    let module = verify(module).map_err(|error| error.to_string())?;
    clock.begin("drop");
    let functions = module.functions.len();
    let instructions = module.functions.iter().map(|function| function.code.len()).sum();
    drop((program, module, diagnostics));
    clock.begin("");
    clock.stages.pop();
    Ok(Compiled { stages: clock.stages, functions, instructions })
}

fn report(folder: &str, lines: &str) -> Result<(), String> {
    let lines: usize = lines.parse().map_err(|_| "the number of lines is no number")?;
    let programs = programs(Path::new(folder))?;
    let first = programs.first().ok_or("there are no programs")?;
    compile(first)?;
    let text = concatenated(&programs, lines);
    let faults = page_faults();
    let compiled = compile(&text)?;
    for (name, seconds) in &compiled.stages {
        println!("{name} {seconds:.6}");
    }
    println!("lines {}", text.lines().count());
    println!("bytes {}", text.len());
    println!("functions {}", compiled.functions);
    println!("instructions {}", compiled.instructions);
    println!("faults {}", page_faults() - faults);
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, lines] = args.as_slice() else {
        eprintln!("usage: front_end FOLDER LINES");
        return ExitCode::from(64);
    };
    let (folder, lines) = (folder.clone(), lines.clone());
    match sox_driver::on_big_stack(move || report(&folder, &lines)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
