//! `cargo xtask pairs`: which instructions of the virtual machine run after which, over the
//! programs of the suite; with `--poh`, over those in PohLang. What is worth fusing into one
//! instruction is read off its tables.
//!
//! Each program counts alike, however long it runs: a figure is the share of the instructions a
//! program executes, averaged over the programs.

use super::suite::{Benchmark, POH, SUITE};
use crate::shell::{cargo, root, run};
use std::collections::HashMap;
use std::process::{Command, Stdio};

/// Lines of a table.
const SHOWN: usize = 40;

/// Per cent of what a program ran, and the program.
type Share<'a> = (f64, &'a str);

/// How often sequences of instructions ran in a program: the names and a count.
type Counts = HashMap<String, u64>;

/// Counts and prints.
///
/// # Errors
/// If Sox cannot be built, or a program fails.
pub(crate) fn pairs(flags: &[&str]) -> Result<(), String> {
    let (language, suite, flags): (_, &[Benchmark], _) = match flags {
        ["--poh", rest @ ..] => ("poh", &POH, rest),
        _ => ("sox", &SUITE, flags),
    };
    let filter = match flags {
        [] => "",
        ["--filter", name] => name,
        _ => return Err("the flags are --poh, then --filter NAME".into()),
    };
    run(cargo().args(["build", "--release", "--quiet", "--package", "sox-cli"]))?;
    let mut programs = Vec::new();
    for benchmark in suite.iter().filter(|benchmark| benchmark.name.contains(filter)) {
        programs.push((benchmark.name, triples(benchmark, language)?));
    }
    if programs.is_empty() {
        return Err(format!("no program has {filter} in its name"));
    }
    for (title, length) in [("Instructions", 1), ("Pairs", 2), ("Triples", 3)] {
        println!("{title}, per cent of all that ran, and the programs with most:\n");
        print!("{}", table(&programs, length));
        println!();
    }
    Ok(())
}

/// The counts of a small run of a program.
fn triples(benchmark: &Benchmark, language: &str) -> Result<Counts, String> {
    let program = super::target_folder()?.join("release/sox");
    let source = root().join(format!("bench/{language}/{}.{language}", benchmark.name));
    let mut command = Command::new(program);
    command.args(["--dispatch", "threaded", "--count-instructions"]).arg(source);
    command.arg(benchmark.quick.to_string()).stdout(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = |line: &str| {
        let (count, names) = line.split_once(' ')?;
        Some((names.to_string(), count.parse().ok()?))
    };
    let counts: Option<Counts> = text.lines().map(line).collect();
    counts.filter(|_| output.status.success()).ok_or(format!("{}: {text}", benchmark.name))
}

/// The most frequent ends of the triples of so many instructions.
fn table(programs: &[(&str, Counts)], length: usize) -> String {
    let mut shares: HashMap<String, Vec<Share<'_>>> = HashMap::new();
    for (program, triples) in programs {
        let mut counts = Counts::new();
        for (names, count) in triples {
            let names: Vec<&str> = names.split(' ').skip(3 - length).collect();
            *counts.entry(names.join(" ")).or_default() += count;
        }
        let all: u64 = counts.values().sum();
        for (names, count) in counts {
            let share = 100.0 * count as f64 / all as f64;
            shares.entry(names).or_default().push((share, program));
        }
    }
    let average = |shares: &[Share<'_>]| {
        shares.iter().map(|(share, _)| share).sum::<f64>() / programs.len() as f64
    };
    let mut lines: Vec<(f64, String, Vec<Share<'_>>)> =
        shares.into_iter().map(|(names, shares)| (average(&shares), names, shares)).collect();
    lines.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut text = String::new();
    for (average, names, mut shares) in lines.into_iter().take(SHOWN) {
        shares.sort_by(|a, b| b.0.total_cmp(&a.0));
        let most: Vec<String> =
            shares.iter().take(3).map(|(share, name)| format!("{name} {share:.0}")).collect();
        text += &format!("{average:6.2}  {names:<50}  {}\n", most.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_counts_alike() {
        let counts = |lines: &[(&str, u64)]| {
            lines.iter().map(|&(names, count)| (names.to_string(), count)).collect::<Counts>()
        };
        let long = counts(&[("A B C", 3000), ("B C A", 1000)]);
        let short = counts(&[("B B C", 1), ("A C C", 1)]);
        let programs = [("long", long), ("short", short)];
        assert_eq!(
            table(&programs, 1),
            format!(" 87.50  {:<50}  short 100, long 75\n 12.50  {:<50}  long 25\n", "C", "A")
        );
        assert!(
            table(&programs, 2).starts_with(&format!(" 62.50  {:<50}  long 75, short 50", "B C"))
        );
    }
}
