//! `--watch`: a program that runs again whenever one of its files is changed.

use crate::{Input, Options, check, on_big_stack};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs a program in a process of its own, again and again, ending it when a file of `file`'s
/// program changes; tells `changed` before each further run. Goes on until Ctrl-C ends this
/// process; the error is that the program cannot be started.
pub fn watch(
    file: &Path,
    options: &Options,
    mut command: Command,
    mut changed: impl FnMut(),
) -> io::Error {
    loop {
        let files = files_of(file, options);
        let seen = times(&files);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return error,
        };
        while times(&files) == seen {
            std::thread::sleep(PAUSE);
        }
        end(&mut child);
        changed();
    }
}

/// Ends the program if it still runs.
fn end(child: &mut Child) {
    // One that has ended already cannot be ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// The files of the program; if it is wrong, those found so far.
fn files_of(file: &Path, options: &Options) -> Vec<PathBuf> {
    let input = Input::File(file.into());
    let checked = on_big_stack(|| check(&input, input.unit(), options));
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
