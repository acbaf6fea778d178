//! `--watch`: a program that runs again whenever one of its files is changed.

use crate::args::Args;
use crate::program::{input, options};
use crate::{report, status};
use sox_driver::{EngineKind, Unit, check, on_big_stack};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the program in a process of its own, again and again, until Ctrl-C ends this one.
pub(crate) fn watch(program: &[OsString], file: &Path, args: &Args) -> i32 {
    let executable = match std::env::current_exe() {
        Ok(executable) => executable,
        Err(error) => {
            report::error(&format!("The command cannot find itself: {error}"));
            return status::FAILED;
        }
    };
    loop {
        let files = files_of(file, args);
        let seen = times(&files);
        let mut command = Command::new(&executable);
        command.args(program.iter().skip(1)).arg("--engine");
        command.arg(if args.engine == EngineKind::Ast { "ast" } else { "vm" });
        command.args(args.stats.then_some("--stats"));
        command.arg("--run").arg(file).arg("--").args(&args.rest);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                report::error(&format!("The program cannot be started: {error}"));
                return status::FAILED;
            }
        };
        while times(&files) == seen {
            std::thread::sleep(PAUSE);
        }
        end(&mut child);
        report::print("\nChanged: running again\n");
    }
}

/// Ends the program if it still runs.
fn end(child: &mut Child) {
    // One that has ended already cannot be ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// The files of the program; if it is wrong, those found so far.
fn files_of(file: &Path, args: &Args) -> Vec<PathBuf> {
    let input = input(file);
    let checked = on_big_stack(|| check(&input, Unit::Script, &options(args, Some(file))));
    let (sources, mut files) = match checked {
        Ok(Ok(checked)) => (checked.sources, Vec::new()),
        // An import that is not there yet may come.
        Ok(Err(rejected)) => (rejected.sources, rejected.absent),
        Err(_) => return vec![file.into()],
    };
    files.extend(sources.files().map(|(_, file)| PathBuf::from(&*file.name)));
    files.push(file.into());
    files
}

/// When each file was changed and how long it is; two changes may fall into one tick of the clock.
fn times(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let state = |file: &PathBuf| {
        let data = std::fs::metadata(file).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    files.iter().map(state).collect()
}
