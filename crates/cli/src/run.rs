//! `sox FILE`, `sox run`: check, run, report.

use crate::args::{CommonArgs, EngineArgs, RightArgs, RunArgs, Statistics};
use crate::output::{Reporter, eprint, replaces};
use crate::watch::watch;
use crate::{cache, profile, statistics};
use sox_driver::{
    EngineKind, Input, Kept, Options, ProgramAssets, PublicKey, Ready, Runner, open, status,
};
use sox_execution::interrupt;
use sox_library::Permissions;
use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Bytes of output held back when nobody looks on.
const OUTPUT_BUFFER: usize = 1 << 16;

/// Runs a program to its exit status.
pub(crate) fn run(args: RunArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let (input, argv) = match input_and_argv(&args) {
        Ok(both) => both,
        Err(message) => {
            reporter.error(&message);
            return status::USAGE;
        }
    };
    let signers: Result<Vec<_>, _> =
        args.require_signature.iter().map(|key| PublicKey::parse(key)).collect();
    let signers = match signers {
        Ok(signers) => signers,
        Err(error) => {
            reporter.input_error(&error);
            return error.status;
        }
    };
    let assets = match ProgramAssets::of(&input, &args.include) {
        Ok(assets) => assets,
        Err(error) => {
            reporter.build_error(&error);
            return error.status();
        }
    };
    let options = Options {
        argv,
        signers,
        assets,
        suppress_print: args.suppress_print,
        cache: cache::caching(&args),
        ..options(&args.engine)
    };
    if args.watch {
        return watch(&input, &options, reporter);
    }
    let start = Instant::now();
    let ready = match open(&input, input.unit(), &options) {
        Ok(Ok(ready)) => ready,
        Ok(Err(rejected)) => {
            reporter.diagnostics(&rejected.diagnostics, &rejected.sources);
            return rejected.status;
        }
        Err(error) => {
            reporter.input_error(&error);
            return if suggest_command(&input) { status::USAGE } else { error.status };
        }
    };
    match &ready {
        Ready::Source(checked) => reporter.diagnostics(&checked.diagnostics, &checked.sources),
        Ready::Bytecode(_) if options.engine == EngineKind::Ast => {
            reporter.error("bytecode runs on the virtual machine only; leave out --engine ast");
            return status::USAGE;
        }
        Ready::Bytecode(it) => {
            reporter.diagnostics(&it.diagnostics, &it.sources);
            // Of the cache nobody has asked for anything.
            if let (true, Some(Kept::Not(why))) = (args.serialise, &it.kept) {
                reporter.warning(&format!("the compiled program is not kept: {why}"));
            }
        }
    }
    if let Some(profile) = &args.profile
        && replaces(&reporter, profile.as_os_str(), sources(&input, &ready))
    {
        return status::USAGE;
    }
    let compile_time = start.elapsed();
    let wanted = Wanted {
        stats: args.stats.map(|_| compile_time),
        counts: args.stats == Some(Statistics::Full),
        profile: args.profile,
        instructions: args.count_instructions,
    };
    execute(ready, &options, reporter, wanted)
}

/// The files that a program is read from, and those it was made of.
fn sources<'a>(input: &'a Input, ready: &'a Ready) -> impl Iterator<Item = &'a Path> {
    let sources = match ready {
        Ready::Source(checked) => &checked.sources,
        Ready::Bytecode(bytecode) => &bytecode.sources,
    };
    let entry = match input {
        Input::File(path) => Some(&**path),
        Input::Stdin | Input::Code(_) => None,
    };
    entry.into_iter().chain(sources.files().map(|(_, file)| Path::new(&*file.name)))
}

/// What is printed after the run.
struct Wanted {
    /// Counters; the time the check took is one of them.
    stats: Option<Duration>,
    /// Those of what was executed too, if the engine can tell.
    counts: bool,
    /// Where the time went: the file that gets it.
    profile: Option<PathBuf>,
    /// Which instructions of the machine ran after which.
    instructions: bool,
}

/// Runs a program.
fn execute(ready: Ready, options: &Options, reporter: Reporter, wanted: Wanted) -> i32 {
    let mut runner = Runner::new(options, program_output());
    if (wanted.counts || wanted.instructions) && !runner.count_instructions(wanted.instructions) {
        reporter.error("only the threaded form of the virtual machine counts instructions");
        return status::USAGE;
    }
    interrupt::ends(runner.interrupt_handle());
    let loaded = match ready {
        Ready::Source(checked) => runner.load(checked),
        Ready::Bytecode(bytecode) => runner.load_bytecode(bytecode),
    };
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(ending) => {
            reporter.ending(&ending, runner.sources());
            return ending.status();
        }
    };
    if wanted.profile.is_some()
        && let Err(message) = runner.start_profile()
    {
        reporter.error(&message);
        return status::USAGE;
    }
    let start = std::time::Instant::now();
    let ending = runner.run(&loaded);
    let run_time = start.elapsed();
    let profile = runner.finish_profile();
    reporter.ending(&ending, runner.sources());
    if let Some(check_time) = wanted.stats {
        // The virtual machine counts steps only if they are limited.
        let steps = options.max_steps.is_some() || options.engine == EngineKind::Ast;
        eprint(&statistics::table(&runner, check_time, run_time, steps));
    }
    if wanted.instructions {
        eprint(&statistics::instructions(&runner));
    }
    let mut exit = ending.status();
    if let (Some(profile), Some(file)) = (profile, wanted.profile)
        && let Err(message) = profile::report(&profile, &file)
    {
        reporter.error(&message);
        exit = if exit == status::OK { status::CANNOT_WRITE } else { exit };
    }
    // Everything is flushed, and the process ends: taking the heap apart would only cost time.
    std::mem::forget(runner);
    exit
}

/// Standard output: by lines on a terminal, else in large pieces.
fn program_output() -> Box<dyn Write + Send> {
    let stdout = std::io::stdout();
    match stdout.is_terminal() {
        true => Box::new(stdout),
        false => Box::new(BufWriter::with_capacity(OUTPUT_BUFFER, stdout)),
    }
}

/// The settings the flags ask for.
pub(crate) fn options(args: &EngineArgs) -> Options {
    Options {
        engine: args.engine(),
        form: args.dispatch,
        max_memory: args.limits.max_memory,
        max_steps: args.limits.max_steps,
        max_stack: args.limits.max_stack,
        gc_stress: args.gc_stress,
        passes: args.optimizer.passes(),
        permissions: permissions(&args.rights),
        module_paths: args.module_path.clone(),
        ..Options::default()
    }
}

fn permissions(args: &RightArgs) -> Permissions {
    if args.sandbox {
        return Permissions::sandbox();
    }
    let mut permissions = Permissions::default();
    args.denied().for_each(|permission| permissions.deny(permission));
    permissions
}

/// The input of a path on the command line; `-` is standard input.
pub(crate) fn input_of(path: &OsString) -> Input {
    if path == "-" { Input::Stdin } else { Input::File(PathBuf::from(path)) }
}

/// Where the program comes from, and its `argv`: the sox program, the script, its arguments.
fn input_and_argv(args: &RunArgs) -> Result<(Input, Vec<String>), String> {
    let program = std::env::args_os().next().unwrap_or_else(|| "sox".into());
    let (input, script, rest) = match (&args.e, args.program.split_first()) {
        (Some(code), _) => (Input::Code(code.clone()), OsString::from("-e"), &args.program[..]),
        (None, Some((file, rest))) => (input_of(file), file.clone(), rest),
        (None, None) => (Input::Stdin, OsString::from("-"), &args.program[..]),
    };
    let mut argv = Vec::new();
    for text in [&program, &script].into_iter().chain(rest) {
        let text = text.to_str().ok_or_else(|| {
            format!("the argument {text:?} is not Unicode text, and programs get their arguments as text")
        })?;
        argv.push(text.to_string());
    }
    Ok((input, argv))
}

/// A missing file whose name looks like a command was perhaps meant as one: says so.
fn suggest_command(input: &Input) -> bool {
    let Input::File(path) = input else { return false };
    let Some(name) = path.to_str().filter(|name| !name.contains(['.', '/', '\\'])) else {
        return false;
    };
    if path.exists() {
        return false;
    }
    let command = crate::args::command();
    let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
    let known = sox_diagnostics::closest(name, names);
    if let Some(known) = known {
        eprint(&format!("help: there is a command with a similar name: sox {known}\n"));
    }
    known.is_some()
}
