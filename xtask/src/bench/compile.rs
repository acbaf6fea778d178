//! `cargo xtask bench --compile`: how many small functions the native back end compiles in a second,
//! from text to object, beside C compilers and Cranelift; and whether a large function takes as long
//! as many small ones.

use super::compile_texts::{Language, large, small};
use super::measure::Meter;
use super::options::Options;
use super::{grouped, record};
use crate::debian;
use crate::shell::{cargo, output, root, run, succeeds};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "<!-- Compiling: written by cargo xtask bench --compile -->";
const END: &str = "<!-- End of compiling -->";

/// How many small functions a text has.
const FUNCTIONS: u64 = 20_000;

/// Instructions of the large functions, and how many of all a text has.
const LARGE: [u64; 3] = [1_000, 10_000, 100_000];
const LARGE_TOTAL: u64 = 100_000;

/// Our levels, as the example takes them.
const LEVELS: [&str; 3] = ["0", "1", "2"];

/// A compiler from one of the texts to an object.
struct Compiler {
    name: String,
    version: String,
    language: Language,
    /// What comes before the names of input and output.
    words: Vec<String>,
    /// What stands between them.
    between: Option<&'static str>,
    seconds: Vec<f64>,
}

impl Compiler {
    fn command(&self, input: &Path, output: &Path) -> Vec<String> {
        let mut words = self.words.clone();
        words.push(input.display().to_string());
        words.extend(self.between.map(str::to_string));
        words.push(output.display().to_string());
        words
    }
}

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If a compiler cannot be built, or refuses its text.
pub(super) fn measure(options: &Options<'_>, meter: &Meter, target: &Path) -> Result<(), String> {
    let folder = target.join("bench/compile");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (mut compilers, missing) = compilers(options, target)?;
    let functions = if options.quick { FUNCTIONS / 20 } else { FUNCTIONS };
    for language in Language::ALL {
        write(
            &folder.join("small").with_extension(language.ending()),
            &small(language, functions),
        )?;
    }
    let object = folder.join("output.o");
    let before = record::load();
    let mut larges = LARGE.map(|size| (size, Vec::new()));
    for (size, _) in &larges {
        let copies = (LARGE_TOTAL / size) as usize;
        let text: String = (0..copies).map(|copy| renamed(&large(*size), copy)).collect();
        write(&folder.join(format!("large-{size}.nir")), &text)?;
    }
    for _ in 0..options.rounds {
        for compiler in &mut compilers {
            let input = folder.join("small").with_extension(compiler.language.ending());
            let sample = meter.run(&compiler.command(&input, &object))?;
            compiler.seconds.push(sample.cpu);
        }
        for (size, seconds) in &mut larges {
            let input = folder.join(format!("large-{size}.nir"));
            seconds.push(meter.run(&compilers[0].command(&input, &object))?.cpu);
        }
    }
    let load = |load: Option<String>| load.unwrap_or("unknown".into());
    let section = format!(
        "{}: {} rounds. {} Programs running at once on the machine: {} before, {} after.\n\n{}\n{}{}",
        record::date(),
        options.rounds,
        record::machine(),
        load(before),
        load(record::load()),
        table(&compilers, functions),
        linearity(&larges),
        missing,
    );
    println!("{section}");
    if options.whole() { record::replace(BEGIN, END, section.trim_end()) } else { Ok(()) }
}

/// The text with another name for its function, so that it can stand beside others.
fn renamed(text: &str, copy: usize) -> String {
    text.replace("$large(", &format!("$large{copy}("))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The compilers: our levels first; and what is missing.
fn compilers(options: &Options<'_>, target: &Path) -> Result<(Vec<Compiler>, String), String> {
    run(cargo().args(["build", "--release", "-p", "sox-native", "--example", "compile"]))?;
    let example = target.join("release/examples/compile").display().to_string();
    let mut compilers: Vec<Compiler> = LEVELS
        .iter()
        .map(|level| Compiler {
            name: format!("sox native -O{level}"),
            version: env!("CARGO_PKG_VERSION").to_string(),
            language: Language::Nir,
            words: vec![example.clone(), level.to_string()],
            between: None,
            seconds: Vec::new(),
        })
        .collect();
    let mut missing = String::new();
    for (name, words, package) in [
        ("tcc", &["tcc", "-c"][..], "tcc"),
        ("clang -O0", &["clang", "-O0", "-c"], "clang"),
        ("gcc -O0", &["gcc", "-O0", "-c"], "gcc"),
    ] {
        if !options.wants_peer(name) {
            continue;
        }
        match c_compiler(options, words, package) {
            Ok(version) => compilers.push(Compiler {
                name: name.to_string(),
                version,
                language: Language::C,
                words: words.iter().map(ToString::to_string).collect(),
                between: Some("-o"),
                seconds: Vec::new(),
            }),
            Err(reason) => missing += &format!("\n* missing {name}: {reason}"),
        }
    }
    if options.cranelift {
        let program = cranelift(target)?.display().to_string();
        for level in ["none", "speed"] {
            compilers.push(Compiler {
                name: format!("Cranelift, {level}"),
                version: "cranelift-codegen 0.135".to_string(),
                language: Language::Clif,
                words: vec![program.clone(), level.to_string()],
                between: None,
                seconds: Vec::new(),
            });
        }
    } else {
        missing += "\n* missing Cranelift: `--cranelift` builds it";
    }
    Ok((compilers, missing))
}

/// Installs a compiler if it is missing; its version.
fn c_compiler(options: &Options<'_>, words: &[&str], package: &str) -> Result<String, String> {
    let version = if words[0] == "tcc" { "-v" } else { "--version" };
    if !succeeds(Command::new(words[0]).arg(version)) {
        if !options.install {
            return Err("not installed".into());
        }
        debian::install(package)?;
    }
    let text = output(Command::new(words[0]).arg(version))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_string())
}

/// Builds Cranelift, which takes some minutes.
fn cranelift(target: &Path) -> Result<PathBuf, String> {
    let own = target.join("bench/cranelift");
    run(cargo()
        .current_dir(root().join("bench/cranelift"))
        .env("CARGO_TARGET_DIR", &own)
        .args(["build", "--release"]))?;
    Ok(own.join("release/cranelift-text"))
}

fn table(compilers: &[Compiler], functions: u64) -> String {
    let mut text = format!(
        "{} functions of eight lines:\n\n| | CPU ms | functions a second | version |\n\
         |---|--:|--:|---|\n",
        grouped(functions)
    );
    for Compiler { name, version, seconds, .. } in compilers {
        let seconds = median(seconds);
        let rate = grouped((functions as f64 / seconds) as u64);
        text += &format!("| {name} | {:.0} | {rate} | {version} |\n", seconds * 1e3);
    }
    text
}

fn linearity(larges: &[(u64, Vec<f64>)]) -> String {
    let mut text = format!(
        "`{}`, {} instructions in functions of this many:\n\n| instructions of a function | ns for an \
         instruction |\n|--:|--:|\n",
        "sox native -O0",
        grouped(LARGE_TOTAL)
    );
    for (size, seconds) in larges {
        let each = median(seconds) * 1e9 / LARGE_TOTAL as f64;
        text += &format!("| {} | {each:.0} |\n", grouped(*size));
    }
    text
}
