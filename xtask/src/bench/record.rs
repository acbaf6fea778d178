//! The figures for people: on the terminal and in docs/benchmarks.md.

use super::BASE;
use super::engines::Engine;
use super::options::Options;
use super::suite::SUITE;
use super::table::Table;
use crate::shell::{output, root};
use std::process::Command;

const DOCUMENT: &str = "docs/benchmarks.md";
/// What stands between these lines is written by the runner.
const BEGIN: &str = "<!-- Figures: written by cargo xtask bench -->";
const END: &str = "<!-- End of the figures -->";

/// What is known at the end of a run.
pub(super) struct Report<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) engines: &'a [Engine],
    pub(super) missing: &'a [String],
    /// Load of the machine before and after.
    pub(super) loads: [Option<String>; 2],
    pub(super) main: &'a Table,
    pub(super) evaluator: &'a Table,
}

impl Report<'_> {
    /// The figures.
    pub(super) fn tables(&self) -> String {
        let mut text = String::new();
        if !self.main.rows.is_empty() {
            let base = if self.main.columns.contains(&BASE) { BASE } else { self.main.columns[0] };
            text += &format!(
                "CPU seconds (ratio to {base}):\n\n{}\nPeak memory in MiB (ratio to {base}):\n\n{}",
                self.main.seconds(base),
                self.main.memory(base)
            );
        }
        if !self.evaluator.rows.is_empty() {
            text += &format!(
                "\nEvaluator against VM, CPU seconds (ratio to the VM):\n\n{}",
                self.evaluator.seconds("sox vm")
            );
        }
        text
    }

    /// The section of the document.
    fn section(&self) -> String {
        let mut text = format!(
            "{}: {} rounds. {}\n\n{}\n\nVersions:\n\n",
            date(),
            self.options.rounds,
            machine(),
            self.noise(),
        );
        for engine in self.engines {
            text += &format!("* {}: {}\n", engine.name, engine.version);
        }
        for missing in self.missing {
            text += &format!("* missing {missing}\n");
        }
        text += &format!(
            "\n{}\nCommands, for the row `{}`:\n\n```console\n",
            self.tables(),
            SUITE[0].name
        );
        for engine in self.engines {
            text += &format!("$ {}\n", engine.typed(&SUITE[0]));
        }
        text + "```"
    }

    fn noise(&self) -> String {
        match &self.loads {
            [Some(before), Some(after)] => format!(
                "Programs running at once on the machine, averaged over a minute: {before} when the run began \
                 and {after} when it ended. Other work makes single figures uncertain by some per cent."
            ),
            _ => {
                "Other work on the machine makes single figures uncertain by some per cent.".into()
            }
        }
    }
}

/// Puts the figures into the document.
///
/// # Errors
/// If it cannot be read or written, or has no place for them.
pub(super) fn write(report: &Report<'_>) -> Result<(), String> {
    replace(BEGIN, END, &report.section())
}

/// Puts a section between two lines of the document.
///
/// # Errors
/// If it cannot be read or written, or does not have the lines.
pub(super) fn replace(begin: &str, end: &str, section: &str) -> Result<(), String> {
    let path = root().join(DOCUMENT);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let parts = text.split_once(begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(end)?;
        Some((before, after))
    });
    let (before, after) = parts.ok_or(format!("{DOCUMENT} has no lines {begin} and {end}"))?;
    let text = format!("{before}{begin}\n\n{section}\n\n{end}{after}");
    std::fs::write(&path, text).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    eprintln!("recorded in {DOCUMENT}");
    Ok(())
}

/// Today.
pub(super) fn date() -> String {
    output(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default().trim().to_string()
}

/// Processes that run or want to, averaged over a minute.
pub(super) fn load() -> Option<String> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next().map(str::to_string)
}

/// The processor, memory and system.
pub(super) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_string())
    };
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field(&read("/proc/cpuinfo"), "model name").unwrap_or("CPU unknown".into());
    let kibibytes = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let memory = kibibytes.map_or(String::new(), |size| format!(", {} GiB of memory", size >> 20));
    let system = output(Command::new("uname").args(["-s", "-m"])).unwrap_or_default();
    format!("{model}, {cpus} CPUs{memory}, {}.", system.trim())
}
