//! The command line, as data.

mod build;
mod engine;
mod native;

pub(crate) use build::BuildArgs;
pub(crate) use engine::{EngineArgs, LimitArgs, OptimizerArgs, RightArgs};
pub(crate) use native::{Emit, NativeArgs};

use crate::limits::parse_seconds;
use crate::output::eprint;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use sox_diagnostics::Format;
use sox_driver::status;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

const LONG_VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("SOX_COMMIT"), ", ", env!("SOX_TARGET"), ")");

const AFTER_HELP: &str = "\
Without a command, sox runs a program: `sox app.sox`. Without anything, it is a REPL on a terminal
and runs standard input otherwise.

Compiled programs of 8 KB and more are kept in a cache (`sox cache`); SOX_CACHE names another folder
for it, or is `off`.

Exit status: 0 ok, 1 failed tests or benchmarks, 64 wrong command line, 65 compile error, 66 missing
or unreadable file, 70 run-time error or limit, 73 output cannot be written, 130 Ctrl-C.";

/// Write a small dynamic language, run it fast.
#[derive(Debug, Parser)]
#[command(name = "sox", version, long_version = LONG_VERSION, after_help = AFTER_HELP)]
#[command(args_conflicts_with_subcommands = true, args_override_self = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Flags every command has.
#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    /// How diagnostics look
    #[arg(long, global = true, value_name = "FORM", default_value = "pretty")]
    pub(crate) error_format: ErrorFormat,
    /// Colours: by default on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Do not print warnings
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    Pretty,
    Short,
    Json,
}

impl From<ErrorFormat> for Format {
    fn from(format: ErrorFormat) -> Format {
        match format {
            ErrorFormat::Pretty => Format::Pretty,
            ErrorFormat::Short => Format::Short,
            ErrorFormat::Json => Format::Json,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a program (the same as `sox FILE`)
    Run(RunArgs),
    /// Try things out: each line is run and its value shown
    Repl(ReplArgs),
    /// Report errors and warnings without running anything
    Check(CheckArgs),
    /// Run the #[test] functions of *_test.sox files
    Test(TestArgs),
    /// Measure the #[bench] and Benchmark… functions of files
    Bench(BenchArgs),
    /// Make one executable of a program, for this or another system
    Build(BuildArgs),
    /// The systems that programs can be built for, and what is missing
    Targets,
    /// Compile a program to a bytecode file, its imports included
    Bytecode(BytecodeArgs),
    /// Show the bytecode of a program or a bytecode file
    Disasm(DisasmArgs),
    /// Make a bytecode file of a listing, as `sox disasm` prints it
    Asm(AsmArgs),
    /// Tell whether a bytecode file keeps to all rules
    Verify(VerifyArgs),
    /// Compile modules of the native IR and link them to an executable or an archive
    Native(NativeArgs),
    /// Make a pair of keys, to sign bytecode with and to check signatures with
    Keygen {
        /// NAME.key gets the secret key and NAME.pub the public one
        name: PathBuf,
    },
    /// The cache of compiled programs: where it is, clear it, turn it off or on
    Cache {
        /// What to do
        #[arg(value_enum)]
        what: CacheAction,
    },
    /// PohLang: programs in plain English (`sox poh --help`)
    #[command(disable_help_flag = true)]
    Poh {
        /// What the pohlang command gets
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Explain a diagnostic code, such as E0012
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Manual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CacheAction {
    /// Print its folder
    Dir,
    /// Delete what is in it
    Clear,
    /// Clear it and keep nothing from now on
    Off,
    /// Keep things again
    On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Statistics {
    Brief,
    Full,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// The program, and what it gets as arguments; `-` is standard input
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) program: Vec<OsString>,
    /// Run this text instead of a file
    #[arg(short, value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) e: Option<String>,
    /// Print counters afterwards, on standard error; with `full`, which makes the program slower,
    /// also of instructions, calls and caches
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true,
          default_missing_value = "brief")]
    pub(crate) stats: Option<Statistics>,
    /// Tell where the time goes: a table on standard error, and FILE for tools that draw flame graphs
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true,
          default_missing_value = "sox-profile.txt")]
    pub(crate) profile: Option<PathBuf>,
    /// Print which instructions of the machine ran after which (for work on the machine)
    #[arg(long, hide = true)]
    pub(crate) count_instructions: bool,
    /// Run it again whenever one of its files is changed, until Ctrl-C
    #[arg(long, conflicts_with = "e")]
    pub(crate) watch: bool,
    /// Drop what the program prints
    #[arg(long)]
    pub(crate) suppress_print: bool,
    /// Let the program find these files, and no others, under asset:/; patterns as for `sox build`
    #[arg(long, value_name = "PATTERN")]
    pub(crate) include: Vec<String>,
    /// Keep the compiled program in a .soxc file beside it, and use that if it is as new
    #[arg(long)]
    pub(crate) serialise: bool,
    /// Run the file only if it is signed by this key, a .pub file or its digits; may be repeated
    #[arg(long, value_name = "PUBKEY")]
    pub(crate) require_signature: Vec<String>,
    /// Compile, even if the compiled program is in the cache
    #[arg(long, conflicts_with = "serialise")]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReplArgs {
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The programs; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<OsString>,
    /// They are modules: a top-level `return` is what they export
    #[arg(long)]
    pub(crate) module: bool,
    /// Look for imported modules here too; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) module_path: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Files, or folders to look through for *_test.sox; the working directory by default
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Run only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Files, or folders to look through for *_bench.sox; the working directory by default
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Seconds that a measured call lasts, at least
    #[arg(long, value_name = "S", value_parser = parse_seconds, default_value = "0.5")]
    pub(crate) time: Duration,
    /// Run only benchmarks whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BytecodeArgs {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,
    /// Where to write it, usually a .soxc file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: OsString,
    /// Leave out names, lines and columns: traces have no lines then
    #[arg(long, conflicts_with = "debug")]
    pub(crate) strip: bool,
    /// Put the sources in, so that errors show the line they come from
    #[arg(long)]
    pub(crate) debug: bool,
    /// Sign the file with this key, as `sox keygen` makes them
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Look for imported modules here too; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) module_path: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) optimizer: OptimizerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The bytecode files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct DisasmArgs {
    /// The program or bytecode file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,
    /// One JSON object, for tools
    #[arg(long)]
    pub(crate) json: bool,
    /// Show lines of sources that are not in the file but still where they were
    #[arg(long)]
    pub(crate) source: bool,
    /// Look for imported modules here too; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) module_path: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) optimizer: OptimizerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AsmArgs {
    /// The listing, usually a .soxs file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,
    /// Where to write the bytecode, usually a .soxc file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: OsString,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code; without one, all are listed
    pub(crate) code: Option<String>,
}

/// Parses the command line. On a usage error, `--help` or `--version` the text is printed and the
/// exit status returned.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, i32> {
    let args = level_apart(command_first(args.into_iter().collect()));
    let cli = Cli::try_parse_from(&args).map_err(|error| {
        // A reader that went away is no reason to fail.
        let _ = error.print();
        if error.kind() == ErrorKind::DisplayVersion && args.iter().any(|arg| arg == "--version") {
            crate::build::print_stub_set();
        }
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => status::OK,
            _ => status::USAGE,
        }
    })?;
    match unknown_flag(&cli, &args) {
        None => Ok(cli),
        Some(flag) => {
            eprint(&unknown_flag_message(flag));
            Err(status::USAGE)
        }
    }
}

/// Puts a command that stands behind flags (`sox --quiet check app.sox`) before them: there it and
/// they are understood.
fn command_first(mut args: Vec<OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let at = behind_flags(&command, &args, 1);
    let is_command = |arg: &OsString| command.find_subcommand(arg).is_some();
    if at > 1 && args.get(at).is_some_and(is_command) {
        args[1..=at].rotate_right(1);
    }
    args
}

/// Sets the value of `-O2` apart from the flag. Before a program, whose own arguments may look as
/// they like, a short flag that is joined to its value would be taken for one of those.
fn level_apart(args: Vec<OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let is_command = args.get(1).is_some_and(|arg| command.find_subcommand(arg).is_some());
    let end = behind_flags(&command, &args, if is_command { 2 } else { 1 }).min(args.len());
    let mut rest = args;
    let behind = rest.split_off(end);
    let parts = rest.into_iter().flat_map(|arg| {
        let level = arg.to_str().and_then(|text| text.strip_prefix("-O"));
        match level.filter(|level| !level.is_empty()) {
            Some(level) => vec!["-O".into(), level.into()],
            None => vec![arg],
        }
    });
    parts.chain(behind).collect()
}

/// The first argument from `at` on that is no flag of ours nor the value of one.
fn behind_flags(command: &clap::Command, args: &[OsString], mut at: usize) -> usize {
    while let Some(flag) = args.get(at).and_then(|arg| arg.to_str()) {
        if flag == "-" || flag == "--" || flag.starts_with("-e") || !flag.starts_with('-') {
            break;
        }
        at += if takes_next(command, flag) { 2 } else { 1 };
    }
    at
}

/// Whether the argument after this flag is its value.
fn takes_next(command: &clap::Command, flag: &str) -> bool {
    let name = flag.trim_start_matches('-');
    let is_flag = |arg: &&clap::Arg| {
        let short = arg.get_short().map(String::from);
        arg.get_long() == Some(name) || short.as_deref() == Some(name)
    };
    let takes_next =
        |arg: &clap::Arg| arg.get_action().takes_values() && !arg.is_require_equals_set();
    command.get_arguments().find(is_flag).is_some_and(takes_next)
}

/// What stands for the program but looks like a flag, unless a `--` says that it is none. (The
/// program's own arguments may look as they like, so the parser lets all of them through.)
fn unknown_flag<'a>(cli: &'a Cli, args: &[OsString]) -> Option<&'a str> {
    let run = match &cli.command {
        None => &cli.run,
        Some(Command::Run(run)) => run,
        Some(_) => return None,
    };
    let first = run.program.first().filter(|_| run.e.is_none())?;
    let flag = first.to_str().filter(|text| text.len() > 1 && text.starts_with('-'))?;
    let before = args.iter().take_while(|arg| *arg != first);
    before.into_iter().all(|arg| arg != "--").then_some(flag)
}

fn unknown_flag_message(flag: &str) -> String {
    let name = flag.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    let command = Cli::command();
    let known = command.get_arguments().filter_map(clap::Arg::get_long);
    let tip = sox_diagnostics::closest(name, known).map_or(String::new(), |known| {
        format!("  tip: a similar argument exists: '--{known}'\n\n")
    });
    format!(
        "error: unexpected argument '{flag}' found\n\n{tip}For more information, try '--help'.\n"
    )
}

/// The command line as clap knows it, for completions and the manual page.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command, command, command_first, level_apart, unknown_flag};
    use clap::Parser;
    use sox_driver::Passes;
    use std::ffi::OsString;

    fn args(line: &str) -> Vec<OsString> {
        command_first(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn commands_may_stand_behind_flags() {
        assert_eq!(
            args("sox -q --color never check a.sox"),
            args("sox check -q --color never a.sox")
        );
        for line in
            ["sox -q a.sox check", "sox -e check check", "sox -- check", "sox --color check"]
        {
            let plain: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(args(line), plain);
        }
        assert_eq!(args("sox --profile run a.sox"), args("sox run --profile a.sox"));
        let cli = Cli::try_parse_from(args("sox --max-steps 9 run a.sox")).unwrap();
        assert!(
            matches!(cli.command, Some(Command::Run(run)) if run.engine.limits.max_steps == Some(9))
        );
    }

    #[test]
    fn levels_are_set_apart_before_the_program() {
        let parsed = |line: &str| {
            let words = line.split_whitespace().map(OsString::from).collect();
            Cli::try_parse_from(level_apart(command_first(words))).unwrap()
        };
        let none = Passes::NONE;
        assert!(parsed("sox -O0 --stats a.sox -O2").run.engine.optimizer.passes() == none);
        assert_eq!(parsed("sox -O0 a.sox -O2").run.program, ["a.sox", "-O2"]);
        for line in ["sox run -O0 a.sox", "sox -q -O 0 run a.sox"] {
            let Some(Command::Run(run)) = parsed(line).command else { panic!("{line}") };
            assert_eq!((run.engine.optimizer.passes(), run.program.len()), (none, 1), "{line}");
        }
    }

    #[test]
    fn flags_before_the_program_are_known_or_refused() {
        let unknown = |line: &str| {
            let args = args(line);
            let cli = Cli::try_parse_from(&args).unwrap();
            unknown_flag(&cli, &args).map(str::to_string)
        };
        assert_eq!(unknown("sox --nope a.sox"), Some("--nope".into()));
        assert_eq!(unknown("sox run -x a.sox"), Some("-x".into()));
        for line in ["sox a.sox --nope", "sox - -x", "sox -- --nope", "sox -e 1 --nope", "sox"] {
            assert_eq!(unknown(line), None, "{line}");
        }
    }
}
