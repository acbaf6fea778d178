//! `--watch`, in both languages: a changed file, an import that comes later, a mistake.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_secs(60);

/// A command that watches; ends with the test.
struct Watching {
    child: Child,
    output: Receiver<String>,
    errors: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, args: &[&str]) -> Watching {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.args(args).current_dir(folder).env("SOX_CACHE", "off").env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let output = lines(child.stdout.take().expect("piped"));
        let errors = lines(child.stderr.take().expect("piped"));
        Watching { child, output, errors }
    }

    /// The next line that is printed.
    fn line(&self) -> String {
        self.output.recv_timeout(BOUND).expect("it runs again")
    }

    /// Waits for a complaint with these words.
    fn complaint(&self, words: &str) {
        while !self.errors.recv_timeout(BOUND).expect("it complains").contains(words) {}
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It ended by itself if the test has failed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more when the test is over.
            let _ = send.send(line);
        }
    });
    lines
}

#[test]
fn a_sox_program_runs_again_when_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.sox", "import word \"part\"\nprint word + argv[2] + argv[3]\n");
    let watching = Watching::start(folder.path(), &["run", "--watch", "a.sox", "!", "--watch"]);
    watching.complaint("Cannot find module \"part\"");
    write("part.sox", "return \"first\"\n");
    assert_eq!(watching.line(), "first!--watch");
    // A mistake does not end it.
    write("part.sox", "return return\n");
    watching.complaint("part.sox:1");
    write("part.sox", "return \"second\"\n");
    assert_eq!(watching.line(), "second!--watch");
    // Nor does a program that runs on.
    write("part.sox", "import file \"std/file\" file.write(\"third\", \"\") while true { }\n");
    let begun = Instant::now();
    while !folder.path().join("third").exists() {
        assert!(begun.elapsed() < BOUND, "it runs again");
        std::thread::sleep(Duration::from_millis(20));
    }
    write("part.sox", "return \"fourth\"\n");
    assert_eq!(watching.line(), "fourth!--watch");
}

#[test]
fn a_pohlang_program_runs_again_when_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.poh", "Import \"part.poh\"\nWrite word\n");
    let watching = Watching::start(folder.path(), &["poh", "--run", "a.poh", "--watch"]);
    watching.complaint("There is no file \"part.poh\"");
    let mut line = String::new();
    for word in ["first", "second"] {
        write("part.poh", &format!("Set word to \"{word}\"\n"));
        while line != word {
            line = watching.line();
        }
        write("part.poh", "Set word to\n\n");
        watching.complaint("part.poh");
    }
}

#[test]
fn only_files_are_watched() {
    for args in [&["--watch"][..], &["--watch", "-"], &["--watch", "-e", "print 1"]] {
        let mut watching = Watching::start(Path::new("."), args);
        watching.complaint("--watch");
        assert_eq!(watching.child.wait().unwrap().code(), Some(64), "{args:?}");
    }
}
