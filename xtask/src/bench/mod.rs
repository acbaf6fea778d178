//! `cargo xtask bench`: the programs in `bench`, in Sox and in other languages, side by side.
//!
//! Every program prints a result, which must be the same in all languages. What counts is the CPU
//! time of the whole process, start and end included, on one CPU; engines take turns.

mod compile;
mod compile_texts;
mod engines;
mod executables;
mod front_end;
mod levels;
mod load;
mod measure;
mod native;
mod options;
mod pairs;
mod poh;
mod record;
mod suite;
mod table;

pub(crate) use pairs::pairs;

use crate::shell::target_folder;
use engines::Engine;
use measure::Meter;
use options::Options;
use std::path::Path;
use suite::{Benchmark, EVALUATOR, SUITE};
use table::{Cell, Row, Table};

/// The column that the others are compared with.
const BASE: &str = "lua5.4";

/// Runs what the flags ask for.
///
/// # Errors
/// If a flag is wrong, Sox cannot be built, a program fails, or outputs differ.
pub(crate) fn run(flags: &[&str]) -> Result<(), String> {
    if let [measure::MEASURE, words @ ..] = flags {
        return measure::helper(words);
    }
    let options = Options::parse(flags)?;
    let target = target_folder()?;
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let meter = Meter::new(&folder)?;
    if options.front_end {
        return front_end::measure(&options, &meter, &target);
    }
    if options.load {
        return load::measure(&options, &meter, &target);
    }
    if options.native {
        return native::measure(&options, &meter, &target);
    }
    if options.compile {
        return compile::measure(&options, &meter, &target);
    }
    if options.executables {
        return executables::measure(&options, &meter, &target);
    }
    let sox = engines::Sox::build(&folder)?;
    if options.levels {
        let suite = Suite { options: &options, meter: &meter };
        return levels::measure(&suite, &sox.columns(&levels::ENGINES)?);
    }
    if options.poh {
        let suite = Suite { options: &options, meter: &meter };
        let python = |name: &str| name == "python3" && options.wants_peer(name);
        let (peers, missing) = engines::peers(python, options.install, &folder)?;
        for peer in &missing {
            eprintln!("MISSING {peer}");
        }
        let columns = sox.columns(&["poh-ast", "poh-vm", "vm"])?.into_iter().chain(peers);
        return poh::measure(&suite, &columns.collect::<Vec<_>>());
    }
    let (peers, missing) =
        engines::peers(|name| options.wants_peer(name), options.install, &folder)?;
    for peer in &missing {
        eprintln!("MISSING {peer}");
    }
    let engines: Vec<Engine> = sox.columns(&options.engines)?.into_iter().chain(peers).collect();
    let both = sox.columns(&["ast", "vm"])?;

    let mut problems = Vec::new();
    let before = record::load();
    let suite = Suite { options: &options, meter: &meter };
    let main = suite.measure(&SUITE, &engines, &mut problems);
    let evaluator = match options.evaluator {
        true => suite.measure(&EVALUATOR, &both, &mut problems),
        false => Table { columns: Vec::new(), rows: Vec::new() },
    };
    let report = record::Report {
        options: &options,
        engines: &engines,
        missing: &missing,
        loads: [before, record::load()],
        main: &main,
        evaluator: &evaluator,
    };
    println!("{}", report.tables());
    if options.whole() && problems.is_empty() {
        record::write(&report)?;
    }
    for peer in &missing {
        eprintln!("MISSING {peer}");
    }
    match problems.as_slice() {
        [] => Ok(()),
        _ => Err(problems.join("\n")),
    }
}

/// How a table is measured.
struct Suite<'a> {
    options: &'a Options<'a>,
    meter: &'a Meter,
}

impl Suite<'_> {
    fn measure(
        &self,
        benchmarks: &[Benchmark],
        engines: &[Engine],
        problems: &mut Vec<String>,
    ) -> Table {
        let columns = engines.iter().map(|engine| engine.name).collect();
        let mut rows = Vec::new();
        for benchmark in benchmarks.iter().filter(|one| self.options.wants(one.name)) {
            let size = if self.options.quick { benchmark.quick } else { benchmark.size };
            eprint!("{} {size}:", benchmark.name);
            rows.push(self.row(benchmark, size, engines, problems));
            eprintln!();
        }
        Table { columns, rows }
    }

    fn row(
        &self,
        benchmark: &Benchmark,
        size: u64,
        engines: &[Engine],
        problems: &mut Vec<String>,
    ) -> Row {
        let prepare = |engine: &Engine| engine.prepare(benchmark.name, size);
        let mut commands: Vec<_> = engines.iter().map(prepare).collect();
        let mut cells: Vec<Cell> = engines.iter().map(|_| Cell::default()).collect();
        let mut expected: Option<(&str, String)> = None;
        for round in 0..self.options.rounds {
            for ((engine, command), cell) in engines.iter().zip(&mut commands).zip(&mut cells) {
                let Ok(words) = command else { continue };
                // Long runs are less noisy, and would take the most of the time.
                if round >= 2 && cell.spent() > 8.0 {
                    continue;
                }
                let sample = match self.meter.run(words) {
                    Ok(sample) => sample,
                    Err(error) => {
                        *command = Err(error);
                        continue;
                    }
                };
                cell.add(&sample);
                let (first, output) =
                    expected.get_or_insert_with(|| (engine.name, sample.output.clone()));
                if sample.output != *output {
                    problems.push(format!(
                        "{} {size}: {} and {first} differ\n--- {}\n{}\n--- {first}\n{output}",
                        benchmark.name, engine.name, engine.name, sample.output
                    ));
                }
                if cell.runs() == 1 {
                    eprint!(" {} {:.3}", engine.name, sample.cpu);
                }
            }
        }
        for (engine, command) in engines.iter().zip(commands) {
            if let Err(error) = command {
                problems.push(format!("{} on {}: {error}", benchmark.name, engine.name));
            }
        }
        Row { name: format!("{} {}", benchmark.name, grouped(size)), cells }
    }
}

/// A number with its digits in groups.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Copies a program, which may just be running.
fn replace(from: &Path, to: &Path) -> Result<(), String> {
    let new = to.with_extension("new");
    let copied = std::fs::copy(from, &new).and_then(|_| std::fs::rename(&new, to));
    copied.map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}
