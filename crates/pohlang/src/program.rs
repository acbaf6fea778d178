//! Running programs.

use crate::args::Args;
use crate::{report, stats, status};
use sox_driver::{
    CacheFolder, Caching, Form, Input, Language, Options, ProgramAssets, Ready, Runner, Unit,
    on_big_stack_while, open,
};
use sox_execution::interrupt;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

/// Bytes of output held back when nobody looks on.
const OUTPUT_BUFFER: usize = 1 << 16;

/// Does the work on a thread with much stack, and ends the process with its status.
pub(crate) fn to_the_end(work: impl FnOnce() -> i32 + Send) -> i32 {
    on_big_stack_while(|| std::process::exit(work() & 0xff), interrupt::watch)
}

/// The settings the flags ask for.
pub(crate) fn options(args: &Args, file: Option<&Path>) -> Options {
    let is_sox = file.is_some_and(|file| file.extension().is_some_and(|name| name == "sox"));
    // Only that form counts instructions.
    let counts = args.stats && Form::AVAILABLE.contains(&Form::Threaded);
    Options {
        engine: args.engine,
        form: counts.then_some(Form::Threaded),
        gc_stress: args.gc_stress,
        argv: args.argv.clone(),
        assets: file.map_or(ProgramAssets::None, ProgramAssets::beside),
        language: Some(if is_sox { Language::Sox } else { Language::PohLang }),
        ..Options::default()
    }
}

/// The input of a path on the command line; `-` is standard input.
pub(crate) fn input(path: &Path) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.into()) }
}

/// Runs the program in a file.
pub(crate) fn run(file: &Path, args: &Args) -> i32 {
    let start = Instant::now();
    let cache = match args.stats {
        // The time it takes to compile is one of the counters.
        true => Caching::Off,
        false => CacheFolder::wanted().map_or(Caching::Off, Caching::In),
    };
    let options = Options { cache, ..options(args, Some(file)) };
    match report::accepted(open(&input(file), Unit::Script, &options), file) {
        Ok(ready) => execute(ready, &options, args, start),
        Err(status) => status,
    }
}

/// Runs a program that is ready; its check began at `start`.
pub(crate) fn execute(ready: Ready, options: &Options, args: &Args, start: Instant) -> i32 {
    let mut runner = Runner::new(options, program_output());
    if args.stats {
        // The tree walker has no instructions.
        runner.count_instructions(false);
    }
    interrupt::ends(runner.interrupt_handle());
    let checked_in = start.elapsed();
    let loaded = match ready {
        Ready::Source(checked) => {
            report::diagnostics(&checked.diagnostics, &checked.sources);
            runner.load(checked)
        }
        Ready::Bytecode(bytecode) if options.engine == sox_driver::EngineKind::Ast => {
            drop(bytecode);
            report::error("Bytecode runs on the virtual machine only; leave out --engine ast.");
            return status::USAGE;
        }
        Ready::Bytecode(bytecode) => {
            report::diagnostics(&bytecode.diagnostics, &bytecode.sources);
            runner.load_bytecode(bytecode)
        }
    };
    let ran_from = Instant::now();
    let ending = match loaded {
        Ok(loaded) => runner.run(&loaded),
        Err(ending) => ending,
    };
    let ran_in = ran_from.elapsed();
    let status = report::ending(&ending, runner.sources());
    if args.stats {
        report::print(&stats::table(&runner, checked_in, ran_in));
    }
    // Everything is flushed, and the process ends.
    std::mem::forget(runner);
    status
}

/// Standard output: by lines on a terminal, else in large pieces.
fn program_output() -> Box<dyn Write + Send> {
    let stdout = std::io::stdout();
    match stdout.is_terminal() {
        true => Box::new(stdout),
        false => Box::new(BufWriter::with_capacity(OUTPUT_BUFFER, stdout)),
    }
}
