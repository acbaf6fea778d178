//! From a parsed command line to an exit status.

use crate::args::{CheckArgs, Cli, Command, CommonArgs, ExplainArgs, RunArgs};
use crate::output::{Reporter, eprint, print};
use crate::run::input_of;
use crate::{args, bench, build, bytecode, cache, keygen, native, repl, run, test};
use sox_driver::{Options, Unit, check, codes, explain, on_big_stack, on_big_stack_while, status};
use sox_execution::interrupt;
use std::io::IsTerminal;

/// Does what the command line says.
pub(crate) fn execute(cli: Cli) -> i32 {
    let common = cli.common;
    match cli.command {
        None if cli.run.program.is_empty()
            && cli.run.e.is_none()
            && std::io::stdin().is_terminal() =>
        {
            repl::repl(&cli.run.engine, &common)
        }
        None => run_to_the_end(cli.run, &common),
        Some(Command::Run(args)) => {
            if args.program.is_empty() && args.e.is_none() {
                Reporter::new(&common)
                    .error("sox run needs a file, `-` for standard input, or -e CODE");
                return status::USAGE;
            }
            run_to_the_end(args, &common)
        }
        Some(Command::Repl(args)) => repl::repl(&args.engine, &common),
        Some(Command::Check(args)) => on_big_stack(|| check_files(&args, &common)),
        Some(Command::Test(args)) => on_big_stack(|| test::test(&args, &common)),
        Some(Command::Bench(args)) => on_big_stack(|| bench::bench(&args, &common)),
        Some(Command::Build(args)) => on_big_stack(|| build::build(&args, &common)),
        Some(Command::Targets) => build::targets(),
        Some(Command::Bytecode(args)) => on_big_stack(|| bytecode::compile(&args, &common)),
        Some(Command::Disasm(args)) => on_big_stack(|| bytecode::disasm(&args, &common)),
        Some(Command::Asm(args)) => bytecode::asm(&args, &common),
        Some(Command::Verify(args)) => bytecode::verify(&args, &common),
        Some(Command::Native(args)) => native::native(&args, &common),
        Some(Command::Keygen { name }) => keygen::keygen(&name, &common),
        Some(Command::Cache { what }) => cache::cache(what, &common),
        Some(Command::Poh { args }) => sox_pohlang::run(vec!["sox".into(), "poh".into()], args),
        Some(Command::Explain(args)) => explain_code(&args),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Manual) => manual(),
    }
}

/// Runs a program and ends the process with its status, from the thread it ran on: a short program
/// is over before Ctrl-C is watched for.
fn run_to_the_end(args: RunArgs, common: &CommonArgs) -> i32 {
    let work = || std::process::exit(run::run(args, common) & 0xff);
    on_big_stack_while(work, interrupt::watch)
}

fn check_files(args: &CheckArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let options = Options { module_paths: args.module_path.clone(), ..Options::default() };
    let unit = if args.module { Unit::Module } else { Unit::Script };
    let (mut worst, mut errors) = (status::OK, 0);
    for file in &args.files {
        let status = match check(&input_of(file), unit, &options) {
            Ok(Ok(checked)) => {
                reporter.list(&checked.diagnostics, &checked.sources);
                status::OK
            }
            Ok(Err(rejected)) => {
                errors += reporter.list(&rejected.diagnostics, &rejected.sources);
                rejected.status
            }
            Err(error) => {
                errors += 1;
                reporter.input_error(&error);
                error.status
            }
        };
        worst = worst.max(status);
    }
    reporter.count(errors, "");
    worst
}

fn explain_code(args: &ExplainArgs) -> i32 {
    let Some(id) = &args.code else {
        return print(
            &codes()
                .iter()
                .map(|code| format!("{}  {}\n", code.id, code.title))
                .collect::<String>(),
        );
    };
    match explain(id) {
        Ok(code) => print(&format!("{}: {}\n\n{}\n", code.id, code.title, code.explanation.trim())),
        Err(close) => {
            let hint = match close {
                Some(code) => format!("did you mean {}?", code.id),
                None => "`sox explain` lists all codes".into(),
            };
            eprint(&format!("error: there is no diagnostic code '{id}'\nhelp: {hint}\n"));
            status::USAGE
        }
    }
}

fn completions(shell: clap_complete::Shell) -> i32 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "sox", &mut script);
    print(&String::from_utf8_lossy(&script))
}

fn manual() -> i32 {
    let mut page = Vec::new();
    match clap_mangen::Man::new(args::command()).render(&mut page) {
        Ok(()) => print(&String::from_utf8_lossy(&page)),
        Err(error) => {
            eprint(&format!("error: {error}\n"));
            status::CANNOT_WRITE
        }
    }
}
