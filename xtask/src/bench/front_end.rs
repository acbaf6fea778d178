//! `cargo xtask bench --front-end`: how fast source text becomes bytecode, and whether twice the
//! text takes twice the time.
//!
//! The measuring is done by `crates/driver/examples/front_end.rs`, in a process of its own for each
//! figure. Here stand the sizes, the medians and the table.

use super::measure::Meter;
use super::options::Options;
use super::{grouped, record};
use crate::shell::{cargo, root, run};
use std::path::Path;

/// Lines of the texts; the second is the one a goal is set for.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

/// Stages as the example prints them. The verifier and giving everything back are no part of the
/// way from source to bytecode.
const STAGES: [&str; 6] = ["lex", "parse", "resolve", "lower", "finish", "compile"];
const BESIDES: [&str; 3] = ["optimize", "verify", "drop"];

const BEGIN: &str = "<!-- Front end: written by cargo xtask bench --front-end -->";
const END: &str = "<!-- End of the front end -->";

/// The figures of one size: names with the values of all rounds.
#[derive(Default)]
struct Figures(Vec<(String, Vec<f64>)>);

impl Figures {
    fn add(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name.into(), vec![value])),
        }
    }

    /// Adds what the example printed.
    fn read(&mut self, printed: &str) -> Result<(), String> {
        let mut total = 0.0;
        for line in printed.lines() {
            let parts = line.split_once(' ');
            let parts = parts.and_then(|(name, value)| Some((name, value.parse().ok()?)));
            let (name, value): (&str, f64) = parts.ok_or(format!("`{line}` is no figure"))?;
            total += if STAGES.contains(&name) { value } else { 0.0 };
            self.add(name, value);
        }
        self.add("total", total);
        Ok(())
    }

    fn median(&self, name: &str) -> f64 {
        let values = self.0.iter().find(|(known, _)| known == name).map(|(_, values)| values);
        let mut values = values.cloned().unwrap_or_default();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Lines a second, up to bytecode.
    fn speed(&self) -> f64 {
        self.median("lines") / self.median("total")
    }
}

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If the example cannot be built or fails, or the document has no place for the figures.
pub(super) fn measure(options: &Options<'_>, meter: &Meter, target: &Path) -> Result<(), String> {
    run(cargo().args(["build", "--release", "-p", "sox-driver", "--example", "front_end"]))?;
    let example = target.join("release/examples/front_end").display().to_string();
    let programs = root().join("tests/run").display().to_string();
    let mut columns = SIZES.map(|_| Figures::default());
    for _ in 0..options.rounds {
        for (size, figures) in SIZES.iter().zip(&mut columns) {
            let command = [example.clone(), programs.clone(), size.to_string()];
            figures.read(&meter.run(&command)?.output)?;
        }
    }
    let section = format!(
        "{}: {} rounds. {}\n\n{}",
        record::date(),
        options.rounds,
        record::machine(),
        table(&columns)
    );
    println!("{section}");
    if options.quick { Ok(()) } else { record::replace(BEGIN, END, &section) }
}

/// A row per stage: CPU microseconds for a thousand lines.
fn table(columns: &[Figures]) -> String {
    let row = |name: &str, cell: &dyn Fn(&Figures) -> String| {
        let cells: Vec<String> = columns.iter().map(cell).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    let stage = |name: &'static str| {
        row(name, &move |figures| {
            format!("{:.0}", figures.median(name) * 1e9 / figures.median("lines"))
        })
    };
    let mut text = row("µs for 1,000 lines, of", &|figures| {
        format!("{} lines", grouped(figures.median("lines") as u64))
    });
    text += &format!("|---|{}\n", "--:|".repeat(columns.len()));
    text.extend(STAGES.map(stage));
    text += &stage("total");
    text += &row("million lines a second", &|figures| format!("{:.2}", figures.speed() / 1e6));
    text.extend(BESIDES.map(stage));
    text += &row("page faults for 1,000 lines", &|figures| {
        format!("{:.0}", figures.median("faults") * 1e3 / figures.median("lines"))
    });
    let slope = columns[0].speed() / columns[columns.len() - 1].speed();
    text + &format!(
        "\nA line of the longest text takes {slope:.2} times as long as one of the shortest."
    )
}
