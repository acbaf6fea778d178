//! Programs of `tests/` and `examples/`, built into executables by `sox build` and run.
//!
//! Left out of `tests/lang` are scripts that are about compile errors, warnings or flags of the
//! command: a built program has none of them.

mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use sox_testkit::command::Finished;
use sox_testkit::expectations::Expectations;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use support::{Release, scratch, start};

fn main() -> ExitCode {
    if let Some(status) = support::as_sox() {
        return status;
    }
    let arguments = Arguments::from_args();
    let release = Arc::new(Release::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout is there");
    let mut trials = Vec::new();
    for script in scripts(&root.join("tests/lang")) {
        trials.extend(lang(&release, &root, script));
    }
    for script in scripts(&root.join("tests/run")) {
        trials.push(program(&release, &root, script.clone(), script));
    }
    for script in scripts(&root.join("examples")) {
        let expected = root.join("examples/expected").join(script.file_name().expect("a file"));
        trials.push(program(&release, &root, script, expected));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The scripts below a folder, without folders that begin with `_` or are called `expected`.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !name.starts_with('_') && name != "expected" {
            found.extend(scripts(&path));
        } else if name.ends_with(".sox") || name.ends_with(".poh") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Builds a script in a folder.
fn build(release: &Release, script: &Path, folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join(format!("program{}", std::env::consts::EXE_SUFFIX));
    let mut sox = release.sox(folder);
    sox.args(["build", "--quiet", "-o"]).arg(&program).arg(script);
    let finished = start(&mut sox, "")?;
    match finished.status {
        Some(0) => Ok(program),
        status => Err(format!("sox build: {status:?}\n{}", finished.stderr)),
    }
}

fn name_of(root: &Path, script: &Path) -> String {
    script.strip_prefix(root).unwrap_or(script).with_extension("").display().to_string()
}

fn lang(release: &Arc<Release>, root: &Path, script: PathBuf) -> Option<Trial> {
    let name = name_of(root, &script);
    let text = std::fs::read_to_string(&script).ok()?;
    let expected = Expectations::parse(&text).ok()?;
    let of_the_command = !expected.flags.is_empty()
        || !expected.compile_errors.is_empty()
        || expected.exit == Some(65)
        // Programs in PohLang show where the error was, and not all calls.
        || (expected.trace.is_some() && script.extension()? == "poh")
        || !expected.warnings.is_empty();
    let (release, root) = (release.clone(), root.to_path_buf());
    (!of_the_command).then(|| {
        Trial::test(name, move || {
            let folder = scratch();
            let mut command = Command::new(build(&release, &script, folder.path())?);
            command.current_dir(&root).env("SOX_TEST_TMP", folder.path()).args(&expected.args);
            let finished = start(&mut command, &expected.stdin)?;
            let stderr = in_sox_form(&finished.stderr);
            Ok(expected.compare(&Finished { stderr, ..finished })?)
        })
    })
}

/// What a program in PohLang says of an error, with the words around it that expectations know.
fn in_sox_form(stderr: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("in line ") {
        Some(number) => format!("[line {number}] in script\n"),
        None => format!("{}\n", line.replace("Error: ", "error: ")),
    };
    stderr.lines().map(line).collect()
}

fn program(release: &Arc<Release>, root: &Path, script: PathBuf, expected: PathBuf) -> Trial {
    let release = release.clone();
    Trial::test(name_of(root, &script), move || {
        let beside = |extension| std::fs::read_to_string(expected.with_extension(extension));
        let folder = scratch();
        let mut command = Command::new(build(&release, &script, folder.path())?);
        let args = beside("args").unwrap_or_default();
        command.current_dir(folder.path()).env("SOX_TEST_TMP", folder.path());
        command.args(args.split_whitespace());
        let finished = start(&mut command, &beside("in").unwrap_or_default())?;
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
