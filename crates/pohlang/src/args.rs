//! The command line.

use crate::status;
use clap::error::ErrorKind;
use clap::{ArgGroup, Parser, ValueEnum};
use sox_driver::EngineKind;
use std::ffi::OsString;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  pohlang hello.poh                 run a program
  pohlang --run hello.poh --watch   run it again whenever it is changed
  pohlang --compile hello.poh       make hello.pbc, which needs no source
  pohlang --run-bytecode hello.pbc  run what --compile made
  pohlang repl                      try things out, line by line

Exit status: 0 all went well, 1 the program is wrong or failed, 2 wrong command line, 130 Ctrl-C.";

/// Run programs written in plain English.
#[derive(Debug, Parser)]
#[command(name = "pohlang", version, after_help = AFTER_HELP, disable_version_flag = true)]
#[command(override_usage = "pohlang [OPTIONS] FILE\n       pohlang [OPTIONS] repl")]
#[command(group(ArgGroup::new("task").args(["run", "compile", "run_bytecode", "bytecode", "disassemble"])))]
struct Flags {
    /// The program to run, `-` for standard input; `repl` to try things out line by line
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// What the program gets as arguments
    #[arg(value_name = "ARGS", hide = true)]
    rest: Vec<OsString>,
    /// Run a program, as a FILE alone does
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// Run it again whenever one of its files is changed
    #[arg(long)]
    watch: bool,
    /// Compile a program to a bytecode file
    #[arg(long, value_name = "FILE")]
    compile: Option<PathBuf>,
    /// The file that --compile makes; by default the program's name with .pbc
    #[arg(short, value_name = "F.pbc")]
    output: Option<PathBuf>,
    /// Run a bytecode file
    #[arg(long, value_name = "F.pbc")]
    run_bytecode: Option<PathBuf>,
    /// Compile a program, keep the bytecode for next time, run it, and say so
    #[arg(long, value_name = "FILE")]
    bytecode: Option<PathBuf>,
    /// Show what is in a bytecode file
    #[arg(long, value_name = "F.pbc")]
    disassemble: Option<PathBuf>,
    /// What executes: the virtual machine, or the tree walker
    #[arg(long, value_name = "ENGINE", default_value = "vm")]
    engine: EngineName,
    /// Say afterwards how long it took and what it needed
    #[arg(long)]
    stats: bool,
    /// Collect garbage at every safepoint (finds bugs in the collector)
    #[arg(long, hide = true)]
    gc_stress: bool,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum EngineName {
    Ast,
    Vm,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    Run(PathBuf),
    Compile(PathBuf),
    RunBytecode(PathBuf),
    Bytecode(PathBuf),
    Disassemble(PathBuf),
    Repl,
}

/// The command line, understood.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) task: Task,
    pub(crate) watch: bool,
    pub(crate) output: Option<PathBuf>,
    pub(crate) engine: EngineKind,
    pub(crate) stats: bool,
    pub(crate) gc_stress: bool,
    /// `argv`: the command, the program, its arguments.
    pub(crate) argv: Vec<String>,
    /// The arguments of the program as they are.
    pub(crate) rest: Vec<OsString>,
}

/// Parses the command line. On a usage error, help or version the text is printed and the exit status
/// returned.
pub(crate) fn parse(program: &[OsString], args: Vec<OsString>) -> Result<Args, i32> {
    let flags = read(program, args)?;
    let Flags { run, compile, run_bytecode, bytecode, disassemble, .. } = flags;
    let named = [
        (run, Task::Run as fn(PathBuf) -> Task),
        (compile, Task::Compile),
        (run_bytecode, Task::RunBytecode),
        (bytecode, Task::Bytecode),
        (disassemble, Task::Disassemble),
    ];
    let named = named.into_iter().find_map(|(file, task)| Some(task(file?)));
    // Behind a task with its file, all that stands free is the program's.
    let (task, free) = match (named, flags.file) {
        (Some(task), file) => (task, file.map(OsString::from)),
        (None, Some(file)) if file.as_os_str() == "repl" => (Task::Repl, None),
        (None, Some(file)) => (Task::Run(file), None),
        (None, None) => return Err(usage("name a program to run, as in: pohlang hello.poh")),
    };
    if flags.watch && !matches!(&task, Task::Run(file) if file.as_os_str() != "-") {
        return Err(usage(
            "--watch goes with the file of a program, as in: pohlang --run hello.poh --watch",
        ));
    }
    if flags.output.is_some() && !matches!(task, Task::Compile(_)) {
        return Err(usage(
            "-o names the file that --compile makes, as in: pohlang --compile hello.poh -o hello.pbc",
        ));
    }
    let runs = matches!(task, Task::Run(_) | Task::RunBytecode(_) | Task::Bytecode(_));
    if flags.stats && !runs {
        return Err(usage(
            "--stats goes with a program that is run, as in: pohlang --stats hello.poh",
        ));
    }
    let engine = match flags.engine {
        EngineName::Ast => EngineKind::Ast,
        EngineName::Vm => EngineKind::Vm,
    };
    if engine == EngineKind::Ast && matches!(task, Task::RunBytecode(_) | Task::Bytecode(_)) {
        return Err(usage("bytecode runs on the virtual machine only; leave out --engine ast"));
    }
    let rest: Vec<OsString> = free.into_iter().chain(flags.rest).collect();
    let mut argv = vec!["pohlang".to_string()];
    let file = match &task {
        Task::Run(file) | Task::RunBytecode(file) | Task::Bytecode(file) => Some(file.as_os_str()),
        _ if !rest.is_empty() => {
            return Err(usage(&format!("{:?} stands where nothing is expected", rest[0])));
        }
        _ => None,
    };
    for arg in file.into_iter().chain(rest.iter().map(|arg| &**arg)) {
        match arg.to_str() {
            Some(text) => argv.push(text.into()),
            None if Some(arg) == file => argv.push(arg.to_string_lossy().into()),
            None => return Err(usage("the arguments of a program must be Unicode text")),
        }
    }
    let Flags { watch, output, stats, gc_stress, .. } = flags;
    Ok(Args { task, watch, output, engine, stats, gc_stress, argv, rest })
}

/// The flags as they are; help, version and mistakes are printed.
fn read(program: &[OsString], args: Vec<OsString>) -> Result<Flags, i32> {
    // As help and messages call it.
    let name: OsString = if program.len() > 1 { "sox poh".into() } else { "pohlang".into() };
    Flags::try_parse_from(std::iter::once(name).chain(args)).map_err(|error| {
        // A reader that went away is no reason to fail.
        let _ = error.print();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => status::OK,
            _ => status::USAGE,
        }
    })
}

fn usage(message: &str) -> i32 {
    crate::report::print(&format!("error: {message}\n\nFor more information, try '--help'.\n"));
    status::USAGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Flags::command().debug_assert();
    }

    #[test]
    fn tasks_exclude_each_other() {
        let parse = |line: &str| {
            let mut words = line.split_whitespace().map(OsString::from);
            parse(&[words.next().unwrap()], words.collect())
        };
        assert!(matches!(parse("pohlang a.poh x").unwrap().task, Task::Run(_)));
        assert_eq!(parse("pohlang --run a.poh x -- --y").unwrap().rest, ["x", "--y"]);
        assert_eq!(parse("pohlang a.poh x -- --y").unwrap().argv, ["pohlang", "a.poh", "x", "--y"]);
        assert!(matches!(parse("pohlang repl").unwrap().task, Task::Repl));
        assert!(parse("pohlang --run a.poh --watch").unwrap().watch);
        assert!(parse("pohlang a.poh --watch").unwrap().watch);
        for line in [
            "pohlang",
            "pohlang --nope",
            "pohlang a.poh --nope",
            "pohlang --run a --compile b",
            "pohlang repl --watch",
            "pohlang a.poh -o b.pbc",
            "pohlang --run a.poh -o b.pbc",
            "pohlang --bytecode a.poh -o b.pbc",
            "pohlang --compile a.poh --stats",
            "pohlang repl --stats",
            "pohlang --compile a.poh b.poh",
            "pohlang --run-bytecode a.pbc --engine ast",
        ] {
            assert!(matches!(parse(line), Err(status::USAGE)), "{line}");
        }
    }
}
