//! `cargo xtask bench --executables`: what a program that prints a line becomes, for each target
//! that the release folder has a stub for: its size, how long building it takes, and how long its
//! start, beside a C program and what others build.

use super::engines::{self, Engine};
use super::measure::Meter;
use super::options::Options;
use super::record;
use crate::shell::{output, run, succeeds};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const BEGIN: &str = "<!-- Executables: written by cargo xtask bench --executables -->";
const END: &str = "<!-- End of the executables -->";

/// Starts of each program in a round; programs take turns.
const STARTS: usize = 20;

/// A built program for this machine.
struct Program {
    name: String,
    path: PathBuf,
    /// Seconds that building took, if it is of interest.
    built_in: Option<f64>,
    /// CPU seconds and wall-clock seconds of its runs.
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

/// Measures, prints, and records.
///
/// # Errors
/// If there is no release folder, or a program cannot be built or prints something else.
pub(super) fn measure(options: &Options<'_>, meter: &Meter, target: &Path) -> Result<(), String> {
    let folder = target.join("bench/executables");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let sox = released(&target.join("dist"))?;
    let stubs = sox.parent().expect("a file in a folder").join("stubs");
    let source = write(&folder, "hello.sox", "print \"hello\"\n")?;
    let mut table = String::from("| target | bytes | built in ms |\n|---|--:|--:|\n");
    let mut programs = vec![c_program(&folder)?];
    for name in names(&stubs)? {
        let suffix = if name.starts_with("windows") { ".exe" } else { "" };
        let path = folder.join(format!("hello-{name}{suffix}"));
        let mut build = Command::new(&sox);
        build.arg("build").arg(&source).args(["--target", &name, "-o"]).arg(&path);
        let seconds = (0..options.rounds.max(3)).map(|_| time(&mut build));
        let seconds = median(seconds.collect::<Result<Vec<_>, _>>()?);
        let size = size(&path)?;
        table += &format!("| {name} | {} | {:.1} |\n", super::grouped(size), seconds * 1e3);
        if name == "linux-x64" && cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            programs.push(Program::new("sox build", path, Some(seconds)));
        }
    }
    let mut missing = Vec::new();
    let peers: [(&str, Build); 3] =
        [("deno compile", deno), ("bun build --compile", bun), ("node, single executable", node)];
    for (name, build) in peers {
        match build(options, &folder) {
            Ok((path, seconds)) => programs.push(Program::new(name, path, Some(seconds))),
            Err(reason) => missing.push(format!("Missing is {name}: {reason}.\n\n")),
        }
    }
    let before = record::load();
    for _ in 0..options.rounds * STARTS {
        programs.iter_mut().try_for_each(|program| program.start(meter))?;
    }
    let load = |load: Option<String>| load.unwrap_or("unknown".into());
    let section = format!(
        "{}: {} builds and {} starts each. {} Programs running at once on the machine: {} before, \
         {} after.\n\n{table}\n{}\n{}Missing from the list of targets is what had no toolchain.",
        record::date(),
        options.rounds.max(3),
        options.rounds * STARTS,
        record::machine(),
        load(before),
        load(record::load()),
        starts(&programs)?,
        missing.concat(),
    );
    println!("{section}");
    if options.quick { Ok(()) } else { record::replace(BEGIN, END, &section) }
}

/// How another tool makes an executable: its path, and the seconds it took.
type Build = fn(&Options<'_>, &Path) -> Result<(PathBuf, f64), String>;

impl Program {
    fn new(name: &str, path: PathBuf, built_in: Option<f64>) -> Program {
        Program { name: name.into(), path, built_in, cpu: Vec::new(), wall: Vec::new() }
    }

    fn start(&mut self, meter: &Meter) -> Result<(), String> {
        let command = [self.path.display().to_string()];
        let sample = meter.run(&command)?;
        if sample.output != "hello" {
            return Err(format!("{} printed {:?}", self.name, sample.output));
        }
        self.cpu.push(sample.cpu);
        self.wall.push(time(Command::new(&self.path).stderr(Stdio::null()))?);
        Ok(())
    }
}

/// The table of starts.
fn starts(programs: &[Program]) -> Result<String, String> {
    let mut text = String::from(
        "| on this machine | bytes | built in ms | start, ms: median | least | CPU ms: median | least |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for program in programs {
        let built =
            program.built_in.map_or("–".into(), |seconds| format!("{:.1}", seconds * 1e3));
        text += &format!(
            "| {} | {} | {built} | {:.2} | {:.2} | {:.2} | {:.2} |\n",
            program.name,
            super::grouped(size(&program.path)?),
            median(program.wall.clone()) * 1e3,
            least(&program.wall) * 1e3,
            median(program.cpu.clone()) * 1e3,
            least(&program.cpu) * 1e3,
        );
    }
    Ok(text)
}

/// The command of the newest release folder.
fn released(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let commands = entries.map(|entry| entry.path().join("sox")).filter(|path| path.exists());
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|data| data.modified()).ok();
    commands.max_by_key(changed).ok_or("there is no release folder: `cargo xtask dist`".into())
}

/// The names of what is in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

fn size(path: &Path) -> Result<u64, String> {
    fs::metadata(path)
        .map(|data| data.len())
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Seconds that a command takes, which must succeed.
fn time(command: &mut Command) -> Result<f64, String> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status();
    let seconds = start.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Ok(seconds),
        Ok(status) => Err(format!("{command:?} failed: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}

/// What a start is measured by.
fn c_program(folder: &Path) -> Result<Program, String> {
    let text = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";
    let (source, path) = (write(folder, "hello.c", text)?, folder.join("hello-c"));
    run(Command::new("cc").args(["-O2", "-o"]).arg(&path).arg(source))?;
    Ok(Program::new("C, gcc -O2", path, None))
}

/// `deno compile` downloads the runtime that it puts programs into; from npm comes Deno alone.
fn deno(options: &Options<'_>, folder: &Path) -> Result<(PathBuf, f64), String> {
    let deno = folder.join("deno/node_modules/.bin/deno");
    if !deno.exists() {
        if !options.install || !succeeds(Command::new("npm").arg("--version")) {
            return Err("it is not installed".into());
        }
        let arguments = ["install", "--silent", "--prefix"];
        run(Command::new("npm").args(arguments).arg(folder.join("deno")).arg("deno"))?;
    }
    let source = write(folder, "hello.js", "console.log(\"hello\")\n")?;
    let path = folder.join("hello-deno");
    let mut build = Command::new(&deno);
    build.args(["compile", "--quiet", "--output"]).arg(&path).arg(source).stderr(Stdio::null());
    let seconds = time(&mut build)
        .map_err(|_| "it fails, as without a network, from which it takes its runtime")?;
    Ok((path, seconds))
}

fn bun(options: &Options<'_>, folder: &Path) -> Result<(PathBuf, f64), String> {
    let home = folder.parent().expect("a folder in a folder");
    let (engines, missing) = engines::peers(|name| name == "bun", options.install, home)?;
    let engine: &Engine = engines.first().ok_or(missing.concat())?;
    let source = write(folder, "hello.js", "console.log(\"hello\")\n")?;
    let path = folder.join("hello-bun");
    let mut build = Command::new(&engine.command[0]);
    build.args(["build", "--compile"]).arg(source).arg("--outfile").arg(&path);
    let seconds = time(&mut build)?;
    Ok((path, seconds))
}

/// Node's own way: a blob from its preparation, put into a copy of `node` by `postject`.
fn node(options: &Options<'_>, folder: &Path) -> Result<(PathBuf, f64), String> {
    let node = output(Command::new("node").args(["-p", "process.execPath"]))?;
    let postject = folder.join("node_modules/.bin/postject");
    if !postject.exists() {
        if !options.install || !succeeds(Command::new("npm").arg("--version")) {
            return Err("postject is not installed".into());
        }
        let arguments = ["install", "--silent", "--prefix"];
        run(Command::new("npm").args(arguments).arg(folder).arg("postject"))?;
    }
    write(folder, "hello.js", "console.log(\"hello\")\n")?;
    let config = "{ \"main\": \"hello.js\", \"output\": \"hello.blob\" }\n";
    write(folder, "sea.json", config)?;
    let (start, path) = (Instant::now(), folder.join("hello-node"));
    let prepare = ["--experimental-sea-config", "sea.json"];
    time(Command::new("node").args(prepare).current_dir(folder).stderr(Stdio::null()))?;
    fs::copy(node.trim(), &path).map_err(|error| format!("{}: {error}", path.display()))?;
    let fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
    let arguments = ["NODE_SEA_BLOB", "hello.blob", "--sentinel-fuse", fuse];
    let mut inject = Command::new(postject);
    inject.current_dir(folder).arg("hello-node").args(arguments).stderr(Stdio::null());
    time(&mut inject)?;
    Ok((path, start.elapsed().as_secs_f64()))
}
