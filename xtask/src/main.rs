//! The project's own commands: `cargo xtask COMMAND`.
#![forbid(unsafe_code)]

mod bench;
mod debian;
mod dist;
mod fuzz;
mod mutants;
mod shell;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [--full]   run all tests; --full adds the long ones
  test --arm64    only those of images on AArch64, under qemu; they are among all tests too
  bench [--quick] [--filter NAME] [--engine ast|vm] [--levels] …
                  the programs in bench/ on Sox and its peers, side by side
  pairs [--poh] [--filter NAME]
                  which instructions of the machine run after which in those programs
  bench --front-end
                  how fast source text becomes bytecode
  bench --load    how fast bytecode files are read and verified, and programs started from the cache
  bench --compile [--cranelift]
                  how fast the native back end compiles, beside C compilers and Cranelift
  bench --executables
                  what `sox build` makes: size, time to build, time to start
  fuzz-diff [--seconds N] [--seed S] [--jobs J]
                  random programs on all engines; what differs goes to tests/fuzz
  fuzz-native [--seconds N] [--seed S] [-O LEVEL]
                  random modules of the native IR, evaluator against machine code; --functions N
                  instead of seconds, --isa arm64 under qemu
  fuzz [--seconds N] [--target NAME] [--jobs J]
                  the fuzz targets (needs nightly and cargo-fuzz); findings go to tests/fuzz
  fuzz-corpus     the first inputs of the fuzz targets, from the suites
  verifier-mutants
                  take away each check of the verifier: a test must miss it
  dist [--target T …] [--stubs]
                  stubs for all targets that a toolchain is installed for, and the release folder;
                  --stubs leaves the commands and the folder out
  tidy            check the house rules: floors, unsafe code, dead files, lengths, links
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(target) = dist::wanted_as_linker() {
        return dist::link_with_zig(&target, args);
    }
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test"] => test::run_and_report(test::Tier::Default),
        ["test", "--full"] => test::run_and_report(test::Tier::Full),
        ["test", "--arm64"] => test::arm64_and_report(),
        ["bench", flags @ ..] => bench::run(flags),
        ["pairs", flags @ ..] => bench::pairs(flags),
        ["fuzz", flags @ ..] => fuzz::targets(flags),
        ["fuzz-diff", flags @ ..] => fuzz::diff(flags),
        ["fuzz-native", flags @ ..] => fuzz::native(flags),
        ["fuzz-corpus"] => fuzz::corpus(),
        ["verifier-mutants"] => mutants::run(),
        ["dist", flags @ ..] => dist::run(flags),
        ["tidy"] => tidy::run(),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(64);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
