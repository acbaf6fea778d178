//! Programs of `tests/` and `examples/`, built into executables by `sox build` and run: on this
//! system, or on others that something here runs the programs of (see `system`).
//!
//! Left out of `tests/lang` are scripts that are about compile errors, warnings or flags of the
//! command: a built program has none of them.

mod readers;
#[path = "../support/mod.rs"]
mod support;
mod system;

use libtest_mimic::{Arguments, Failed, Trial};
use sox_testkit::command::Finished;
use sox_testkit::expectations::Expectations;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use support::{Release, scratch, start};
use system::System;

fn main() -> ExitCode {
    if let Some(status) = support::as_sox() {
        return status;
    }
    let arguments = Arguments::from_args();
    let release = Arc::new(Release::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout is there");
    let systems = system::wanted(&release).into_iter().map(Arc::new);
    let trials = systems.flat_map(|system| trials(&release, &root, &system)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(release: &Arc<Release>, root: &Path, system: &Arc<System>) -> Vec<Trial> {
    let suite =
        Suite { release: release.clone(), root: root.to_path_buf(), system: system.clone() };
    let mut trials = vec![suite.clone().platform()];
    if system.is_foreign() {
        trials.push(suite.clone().long_loop());
        trials.extend(readers::trials(&suite));
    }
    for script in scripts(&root.join("tests/lang")) {
        trials.extend(suite.clone().lang(script));
    }
    for script in scripts(&root.join("tests/run")) {
        trials.push(suite.clone().program(script.clone(), script));
    }
    for script in scripts(&root.join("examples")) {
        let expected = root.join("examples/expected").join(script.file_name().expect("a file"));
        trials.push(suite.clone().program(script, expected));
    }
    let (run, left) = trials.into_iter().partition::<Vec<_>, _>(|it| system.takes(it.name()));
    if !left.is_empty() {
        let limits = system.limits();
        eprintln!("SKIPPED: {}: {} programs that {limits}", system.prefix(), left.len());
    }
    run
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

/// What a program in PohLang says of an error, with the words around it that expectations know.
fn in_sox_form(stderr: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("in line ") {
        Some(number) => format!("[line {number}] in script\n"),
        None => format!("{}\n", line.replace("Error: ", "error: ")),
    };
    stderr.lines().map(line).collect()
}

/// What the tests of a system need.
#[derive(Clone)]
struct Suite {
    release: Arc<Release>,
    root: PathBuf,
    system: Arc<System>,
}

impl Suite {
    /// Builds a script in a folder, with flags.
    fn build(&self, script: &Path, folder: &Path, flags: &[&str]) -> Result<PathBuf, String> {
        let target = self.system.target;
        let program = folder.join(format!("program{}", target.suffix()));
        let mut sox = self.release.sox(folder);
        sox.args(["build", "--quiet", "--target", target.name(), "-o"]).arg(&program);
        let finished = start(sox.args(flags).arg(script), "")?;
        match finished.status {
            Some(0) => Ok(program),
            status => Err(format!("sox build: {status:?}\n{}", finished.stderr)),
        }
    }

    fn name_of(&self, script: &Path) -> String {
        let name = script.strip_prefix(&self.root).unwrap_or(script).with_extension("");
        format!("{}{}", self.system.prefix(), name.display())
    }

    /// `sysPlatform` tells the system that the program was built for.
    fn platform(self) -> Trial {
        Trial::test(format!("{}platform", self.system.prefix()), move || {
            let folder = scratch();
            let script = folder.path().join("platform.sox");
            std::fs::write(&script, "print sysPlatform()\n")?;
            let program = self.build(&script, folder.path(), &[])?;
            let finished = self.system.start(&mut self.system.command(&program), "")?;
            let expected = format!("{}\n", self.system.platform());
            if finished.stdout == expected && finished.status == Some(0) {
                return Ok(());
            }
            Err(Failed::from(format!("expected {expected}, found {finished:?}")))
        })
    }

    /// Instructions leave nothing on the native stack, however many there are: the calls that lead from
    /// one to the next are jumps in this build, too (see `dispatch::threaded` of the machine). If each
    /// left eight bytes, these would need more than the stack has.
    fn long_loop(self) -> Trial {
        Trial::test(format!("{}long_loop", self.system.prefix()), move || {
            let folder = scratch();
            let script = folder.path().join("loop.sox");
            let text = "fn next(n) { return n + 1 }\nvar i = 0\n\
                        while i < 10_000_000 { i = next(i) }\nprint i\n";
            std::fs::write(&script, text)?;
            let program = self.build(&script, folder.path(), &[])?;
            let finished = self.system.start(&mut self.system.command(&program), "")?;
            match (&*finished.stdout, finished.status) {
                ("10000000\n", Some(0)) => Ok(()),
                _ => Err(Failed::from(format!("{finished:?}"))),
            }
        })
    }

    fn lang(self, script: PathBuf) -> Option<Trial> {
        let text = std::fs::read_to_string(&script).ok()?;
        let expected = Expectations::parse(&text).ok()?;
        let of_the_command = !expected.flags.is_empty()
            || !expected.compile_errors.is_empty()
            || expected.exit == Some(65)
            // Programs in PohLang show where the error was, and not all calls.
            || (expected.trace.is_some() && script.extension()? == "poh")
            || !expected.warnings.is_empty();
        (!of_the_command).then(|| {
            Trial::test(self.name_of(&script), move || {
                let folder = scratch();
                let program = self.build(&script, folder.path(), &[])?;
                let mut command = self.system.command(&program);
                command.current_dir(&self.root).env("SOX_TEST_TMP", folder.path());
                let finished = self.system.start(command.args(&expected.args), &expected.stdin)?;
                let stderr = in_sox_form(&finished.stderr);
                Ok(expected.compare(&Finished { stderr, ..finished })?)
            })
        })
    }

    fn program(self, script: PathBuf, expected: PathBuf) -> Trial {
        Trial::test(self.name_of(&script), move || {
            let beside = |extension| std::fs::read_to_string(expected.with_extension(extension));
            let folder = scratch();
            let program = self.build(&script, folder.path(), &[])?;
            let mut command = self.system.command(&program);
            let args = beside("args").unwrap_or_default();
            command.current_dir(folder.path()).env("SOX_TEST_TMP", folder.path());
            command.args(args.split_whitespace());
            let finished = self.system.start(&mut command, &beside("in").unwrap_or_default())?;
            let status: i32 = beside("code").map_or(Ok(0), |text| text.trim().parse())?;
            let stdout =
                beside("out").map_err(|error| format!("{}: {error}", expected.display()))?;
            if finished.stdout != stdout || finished.status != Some(status) {
                return Err(Failed::from(format!(
                    "exit status {:?}, expected {status}\nstandard output:\n{}\nexpected:\n{stdout}\nstandard error:\n{}",
                    finished.status, finished.stdout, finished.stderr
                )));
            }
            Ok(())
        })
    }
}
