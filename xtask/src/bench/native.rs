//! `cargo xtask bench --native`: the kernels of `bench/native` as our back end compiles them, at each
//! of its levels, beside the same algorithms in C.

use super::measure::Meter;
use super::options::Options;
use super::record;
use super::table::{Cell, Row, Table};
use crate::shell::{output, root, run};
use sox_native::machine::{Syntax, Verified, codegen, load, opt};
use sox_native::{Target, compile};
use std::fs;
use std::path::Path;
use std::process::Command;

const BEGIN: &str = "<!-- Native: written by cargo xtask bench --native -->";
const END: &str = "<!-- End of the native kernels -->";

/// The column that the others are compared with.
const BASE: &str = "gcc -O1";

/// The levels of our back end: the column's name, and how code is generated.
fn levels() -> Vec<(&'static str, codegen::Options)> {
    let level =
        |level| codegen::Options { optimize: opt::Options::level(level), ..Default::default() };
    vec![("sox -O0", level(0)), ("sox -O1", level(1)), ("sox -O2", level(2))]
}

/// The columns of C: name and flag.
const GCC: [(&str, &str); 3] = [("gcc -O0", "-O0"), ("gcc -O1", "-O1"), ("gcc -O2", "-O2")];

/// A program in both languages, which takes its size as its first argument.
struct Kernel {
    /// The stem of its files.
    name: &'static str,
    size: u64,
    /// Its size with `--quick`.
    quick: u64,
    /// What it prints for `size`, as words.
    prints: &'static str,
}

const fn kernel(name: &'static str, size: u64, quick: u64, prints: &'static str) -> Kernel {
    Kernel { name, size, quick, prints }
}

const KERNELS: [Kernel; 8] = [
    kernel("fib", 38, 25, "39088169"),
    kernel("sieve", 1_000, 10, "9592"),
    kernel("matmul", 500, 50, "-725125"),
    kernel("nbody", 2_000_000, 10_000, "-169075163 -169026285"),
    kernel("mandelbrot", 1_500, 100, "894105 54915755"),
    kernel("quicksort", 2_000_000, 10_000, "2147403394142289"),
    kernel("crc32", 1_000, 10, "2326312653"),
    kernel("hash", 4_000_000, 100_000, "32768 488479393"),
];

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If a kernel cannot be built, fails, or prints something else than it should.
pub(super) fn measure(options: &Options<'_>, meter: &Meter, target: &Path) -> Result<(), String> {
    let folder = target.join("bench/native");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let levels = levels();
    let columns: Vec<&str> =
        levels.iter().map(|level| level.0).chain(GCC.iter().map(|gcc| gcc.0)).collect();
    let before = record::load();
    let mut rows = Vec::new();
    for kernel in KERNELS.iter().filter(|kernel| options.wants(kernel.name)) {
        let programs = kernel.build(&levels, &folder)?;
        rows.push(kernel.measure(&columns, &programs, options, meter)?);
    }
    let table = Table { columns, rows };
    let load = |load: Option<String>| load.unwrap_or("unknown".into());
    let section = format!(
        "{}: {} rounds. {} Programs running at once on the machine: {} before, {} after.\n\n\
         Versions: sox {}; {}.\n\nCPU seconds (ratio to {BASE}):\n\n{}",
        record::date(),
        options.rounds,
        record::machine(),
        load(before),
        load(record::load()),
        env!("CARGO_PKG_VERSION"),
        output(Command::new("gcc").arg("--version"))?.lines().next().unwrap_or("gcc"),
        table.seconds(BASE),
    );
    println!("{section}");
    if options.whole() { record::replace(BEGIN, END, section.trim_end()) } else { Ok(()) }
}

impl Kernel {
    /// Builds it for all columns, and gives the paths of the programs.
    fn build(
        &self,
        levels: &[(&str, codegen::Options)],
        folder: &Path,
    ) -> Result<Vec<String>, String> {
        let source = root().join("bench/native").join(self.name);
        let module = self.module(&source.with_extension("nir"))?;
        let mut programs = Vec::new();
        for &(level, codegen) in levels {
            let path = folder.join(format!("{}-{}", self.name, level.replace(' ', "")));
            let options =
                sox_native::Options { codegen, ..sox_native::Options::new(Target::LinuxX64) };
            let bytes = compile(&module, &options)
                .map_err(|error| format!("{} at {level}: {error}", self.name))?;
            write_program(&path, &bytes)?;
            programs.push(path.display().to_string());
        }
        for (_, flag) in GCC {
            let path = folder.join(format!("{}-gcc{flag}", self.name));
            run(Command::new("gcc")
                .args([flag, "-o"])
                .arg(&path)
                .arg(source.with_extension("c"))
                .arg("-lm"))?;
            programs.push(path.display().to_string());
        }
        Ok(programs)
    }

    fn module(&self, path: &Path) -> Result<Verified, String> {
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        load(&text, Syntax::Nir).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            format!("{}: {}", path.display(), lines.join("; "))
        })
    }

    /// Runs all programs in turns.
    fn measure(
        &self,
        columns: &[&str],
        programs: &[String],
        options: &Options<'_>,
        meter: &Meter,
    ) -> Result<Row, String> {
        let size = if options.quick { self.quick } else { self.size };
        let mut wanted = (!options.quick).then(|| self.prints.to_string());
        let mut cells: Vec<Cell> = programs.iter().map(|_| Cell::default()).collect();
        eprint!("{} {size}:", self.name);
        for _ in 0..options.rounds {
            for ((column, program), cell) in columns.iter().zip(programs).zip(&mut cells) {
                let sample = meter.run(&[program.clone(), size.to_string()])?;
                let words: Vec<&str> = sample.output.split_whitespace().collect();
                let (found, name) = (words.join(" "), self.name);
                let wanted = wanted.get_or_insert_with(|| found.clone());
                if found != *wanted {
                    return Err(format!("{name} {size}, {column}: printed {found}, not {wanted}"));
                }
                cell.add(&sample);
                if cell.runs() == 1 {
                    eprint!(" {column} {:.3}", sample.cpu);
                }
            }
        }
        eprintln!();
        Ok(Row { name: format!("{} {}", self.name, super::grouped(size)), cells })
    }
}

#[cfg(unix)]
fn write_program(path: &Path, bytes: &[u8]) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let written = fs::write(path, bytes)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o755)));
    written.map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(not(unix))]
fn write_program(_: &Path, _: &[u8]) -> Result<(), String> {
    Err("the kernels are programs for Linux".into())
}
