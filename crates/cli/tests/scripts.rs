//! Every script under `tests/` and `examples/`, on every engine, through the real command.
//!
//! * `tests/lang/<feature>/*.sox`, `.poh`: expectations stand in the script (see
//!   `sox_testkit::expectations`).
//! * `tests/run/*.sox`, `.poh`: real programs; standard output in `.out`, input in `.in`, arguments in
//!   `.args`, exit status in `.code`.
//! * `examples/*.sox`, `examples/poh/*.poh`: the same, with those files under `examples/expected/`.
//! * `tests/errors/*`: what is printed, to the letter; `SOX_BLESS=1` writes it anew.
//!
//! Folders whose name begins with `_` hold files for others.

use libtest_mimic::{Arguments, Failed, Trial};
use sox_driver::{Form, Pass};
use sox_testkit::command::{Finished, run};
use sox_testkit::expectations::Expectations;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

/// A way to run scripts.
#[derive(Clone, Copy)]
struct Mode {
    name: &'static str,
    flags: &'static [&'static str],
    /// Compiled to a bytecode file first; the flags are those of `sox bytecode` then.
    compiled: bool,
}

impl Mode {
    const fn new(name: &'static str, flags: &'static [&'static str]) -> Mode {
        Mode { name, flags, compiled: false }
    }
}

/// The engines and modes each script runs on.
const MODES: [Mode; 9] = [
    Mode::new("ast", &["--engine", "ast"]),
    Mode::new("vm", &["--engine", "vm", "--dispatch", "loop"]),
    Mode::new("vm-threaded", &["--engine", "vm", "--dispatch", "threaded"]),
    Mode::new("vm-O0", &["--engine", "vm", "-O0"]),
    Mode::new("vm-O2", &["--engine", "vm", "-O2"]),
    // Each collection looks at the whole stack, so the stack is kept small.
    Mode::new("vm-gc-stress", &["--engine", "vm", "--gc-stress", "--max-stack", "2000"]),
    Mode { compiled: true, ..Mode::new("soxc-O0", &["-O0"]) },
    Mode { compiled: true, ..Mode::new("soxc-O1", &[]) },
    Mode { compiled: true, ..Mode::new("soxc-O2", &["-O2"]) },
];

/// Real programs run with each pass of the optimizer alone, too.
const PASSES: [Mode; Pass::ALL.len()] = [
    Mode::new("fold", &["--opt-passes", "fold"]),
    Mode::new("fuse", &["--opt-passes", "fuse"]),
    Mode::new("dead", &["--opt-passes", "dead"]),
    Mode::new("thread", &["--opt-passes", "thread"]),
    Mode::new("locals", &["--opt-passes", "locals"]),
    Mode::new("unused", &["--opt-passes", "unused"]),
    Mode::new("dedupe", &["--opt-passes", "dedupe"]),
];

/// Those of the modes that this build has.
fn modes() -> impl Iterator<Item = Mode> {
    let has_threads = Form::AVAILABLE.contains(&Form::Threaded);
    MODES.into_iter().filter(move |mode| has_threads || mode.name != "vm-threaded")
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout is there");
    let mut trials = Vec::new();
    for script in scripts(&root.join("tests/lang")) {
        trials.extend(modes().map(|mode| lang(&root, script.clone(), mode)));
    }
    for script in scripts(&root.join("tests/run")) {
        let modes = modes().chain(PASSES);
        trials.extend(modes.map(|mode| program(&root, script.clone(), script.clone(), mode)));
    }
    for script in scripts(&root.join("examples")) {
        let expected = root.join("examples/expected").join(script.file_name().expect("a file"));
        trials.extend(modes().map(|mode| program(&root, script.clone(), expected.clone(), mode)));
    }
    trials.extend(cases(&root.join("tests/errors")).into_iter().map(|case| rendering(&root, case)));
    libtest_mimic::run(&arguments, trials).exit();
}

/// The scripts below a folder, sorted, without folders that begin with `_` or are called `expected`.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('_') && name != "expected" {
                folders.push(path);
            } else if name.ends_with(".sox") || name.ends_with(".poh") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name_of(root: &Path, script: &Path, mode: &str) -> String {
    let name = script.strip_prefix(root).unwrap_or(script).with_extension("");
    format!("{} ({mode})", name.display())
}

/// The command with a clean environment and a fresh folder for files.
fn sox(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.env("SOX_TEST_TMP", folder).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    command
}

/// Runs a script: in `current`, with these flags before it and arguments behind it.
fn run_script(
    mode: Mode,
    (folder, current): (&Path, &Path),
    flags: &[String],
    script: &Path,
    args: &[String],
    stdin: &str,
) -> Result<Finished, String> {
    let new = || {
        let mut command = sox(folder);
        command.current_dir(current).args(["--error-format", "short"]);
        command
    };
    let mut compiling = String::new();
    let mut script = script.to_path_buf();
    if mode.compiled {
        // Its name is all the same: the first bytes tell what it is.
        let file = folder.join("compiled.sox");
        let mut command = new();
        command.args(["bytecode", "--debug", "-o"]).arg(&file).args(mode.flags).arg(&script);
        let finished = run(&mut command, "", BOUND)?;
        if finished.status != Some(0) {
            return Ok(finished);
        }
        (compiling, script) = (finished.stderr, file);
    }
    let mut command = new();
    command.args(if mode.compiled { &[] } else { mode.flags }).args(flags).arg(script).args(args);
    let finished = run(&mut command, stdin, BOUND)?;
    Ok(Finished { stderr: compiling + &finished.stderr, ..finished })
}

fn lang(root: &Path, script: PathBuf, mode: Mode) -> Trial {
    let name = name_of(root, &script, mode.name);
    let root = root.to_path_buf();
    Trial::test(name, move || {
        let text = std::fs::read_to_string(&script)?;
        let expected = Expectations::parse(&text)?;
        let folder = tempfile::tempdir()?;
        let folders = (folder.path(), &*root);
        let Expectations { flags, args, stdin, .. } = &expected;
        let finished = run_script(mode, folders, flags, &script, args, stdin)?;
        Ok(expected.compare(&finished)?)
    })
}

fn program(root: &Path, script: PathBuf, expected: PathBuf, mode: Mode) -> Trial {
    let name = name_of(root, &script, mode.name);
    Trial::test(name, move || {
        let beside = |extension| std::fs::read_to_string(expected.with_extension(extension));
        let folder = tempfile::tempdir()?;
        let folders = (folder.path(), folder.path());
        let args = beside("args").unwrap_or_default();
        let args: Vec<_> = args.split_whitespace().map(str::to_string).collect();
        let stdin = beside("in").unwrap_or_default();
        let finished = run_script(mode, folders, &[], &script, &args, &stdin)?;
        let status: i32 = beside("code").map_or(Ok(0), |text| text.trim().parse())?;
        let stdout = beside("out").map_err(|error| format!("{}: {error}", expected.display()))?;
        if finished.stdout != stdout || finished.status != Some(status) {
            return Err(Failed::from(format!(
                "exit status {:?}, expected {status}\nstandard output:\n{}\nexpected:\n{stdout}\nstandard error:\n{}",
                finished.status, finished.stdout, finished.stderr
            )));
        }
        Ok(())
    })
}

/// The cases of `tests/errors`: scripts, and `.cmd` files that hold a command line.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            extension.is_some_and(|extension| ["sox", "poh", "cmd"].contains(&extension))
        })
        .collect();
    found.sort();
    found
}

/// Compares everything a command prints with `.stderr` (whose last line is the exit status; a
/// standard output that is not empty comes first, between marks).
fn rendering(root: &Path, case: PathBuf) -> Trial {
    let name = name_of(root, &case, "rendering");
    let root = root.to_path_buf();
    Trial::test(name, move || {
        let folder = tempfile::tempdir()?;
        let text = String::from_utf8_lossy(&std::fs::read(&case)?).into_owned();
        let file = case.file_name().expect("a file").to_string_lossy().into_owned();
        let mut command = sox(folder.path());
        command.current_dir(root.join("tests/errors"));
        let mut stdin = String::new();
        if file.ends_with(".cmd") {
            let (line, input) = text.split_once('\n').unwrap_or((&text, ""));
            command.args(line.split_whitespace());
            stdin += input;
        } else {
            let words = |name: &str| -> Vec<String> {
                // Sox's comments, and PohLang's.
                let comments = text.lines().filter_map(|line| {
                    line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))
                });
                let lines = comments.filter_map(|comment| comment.strip_prefix(name));
                lines.flat_map(|line| line.split_whitespace().map(str::to_string)).collect()
            };
            command.args(words("flags:")).arg(&file).args(words("args:"));
        }
        let shown = show(&run(&mut command, &stdin, BOUND)?);
        let expected = case.with_extension("stderr");
        if std::env::var_os("SOX_BLESS").is_some() {
            std::fs::write(&expected, &shown)?;
        }
        let expected = std::fs::read_to_string(&expected)
            .map_err(|error| format!("{}: {error}", expected.display()))?;
        if shown != expected {
            return Err(Failed::from(format!("printed:\n{shown}\nexpected:\n{expected}")));
        }
        Ok(())
    })
}

fn show(finished: &Finished) -> String {
    let mut text = String::new();
    if !finished.stdout.is_empty() {
        text += &format!("--- standard output\n{}--- standard error\n", finished.stdout);
    }
    text += &finished.stderr;
    match finished.status {
        Some(status) => text += &format!("exit status {status}\n"),
        None => text += "ended by a signal\n",
    }
    text
}
