//! Every program in README.md and docs/ runs, with the output its comments promise.
//!
//! A block that begins with ```` ```sox ```` or ```` ```poh ```` is run in a folder of its own document's
//! files. More words on that line change what is done:
//!
//! * `ignore-run`: it is only checked, as a module (it would wait for input, or never end).
//! * `file=NAME`: it is written to a file, which later blocks of the document may import.
//!
//! Expectations stand in comments, as in the scripts (`sox_testkit::expectations`). A block without
//! any must end without an error or a warning.

use libtest_mimic::{Arguments, Failed, Trial};
use sox_testkit::command::run;
use sox_testkit::expectations::Expectations;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

/// A fenced block of Sox or PohLang.
struct Block {
    /// `sox` or `poh`, which is also how files in that language end.
    language: String,
    /// The words after it.
    words: Vec<String>,
    /// Line of the document where its text begins, from 1.
    line: usize,
    text: String,
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout is there");
    let trials = documents(&root).iter().flat_map(|document| trials(&root, document)).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let folder = root.join("docs");
    let mut found: Vec<_> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    found.push(root.join("README.md"));
    found.sort();
    found
}

fn trials(root: &Path, document: &Path) -> Vec<Trial> {
    let name = document.strip_prefix(root).unwrap_or(document).display().to_string();
    let text = std::fs::read_to_string(document).expect("documents are readable text");
    let (files, programs): (Vec<_>, Vec<_>) =
        blocks(&text).into_iter().partition(|block| file_name(block).is_some());
    let files = Arc::new(files);
    let trial = |block: Block| {
        let files = files.clone();
        Trial::test(format!("{name}:{}", block.line), move || check(&block, &files))
    };
    programs.into_iter().map(trial).collect()
}

fn file_name(block: &Block) -> Option<&str> {
    block.words.iter().find_map(|word| word.strip_prefix("file="))
}

/// The blocks fenced with ```` ```sox ```` and ```` ```poh ````.
fn blocks(document: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(document.lines()) {
        let fence = line.trim_start().strip_prefix("```");
        match (inside, fence) {
            (false, Some(info)) => {
                let mut words = info.split_whitespace().map(str::to_string);
                let language = words.next().unwrap_or_default();
                let (line, words) = (number + 1, words.collect());
                found.push(Block { language, words, line, text: String::new() });
                inside = true;
            }
            (true, Some(_)) => inside = false,
            (true, None) => {
                let block = found.last_mut().expect("a block was begun");
                block.text += line;
                block.text.push('\n');
            }
            (false, None) => {}
        }
    }
    // Those in other languages were needed to find where they end.
    found.retain(|block| ["sox", "poh"].contains(&&*block.language));
    found
}

fn check(block: &Block, files: &[Block]) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for file in files {
        let path = folder.path().join(file_name(file).expect("it is a file"));
        std::fs::create_dir_all(path.parent().expect("it is in a folder"))?;
        std::fs::write(path, &file.text)?;
    }
    let example = format!("example.{}", block.language);
    std::fs::write(folder.path().join(&example), &block.text)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.current_dir(folder.path()).env("NO_COLOR", "1").args(["--error-format", "short"]);
    if block.words.iter().any(|word| word == "ignore-run") {
        command.args(["check", "--module", &example]);
        let finished = run(&mut command, "", BOUND)?;
        return silent(&finished.stderr, finished.status);
    }
    let expected = Expectations::parse(&block.text).ok();
    let (flags, args, stdin) = expected
        .as_ref()
        .map(|expected| (&expected.flags[..], &expected.args[..], &*expected.stdin))
        .unwrap_or_default();
    let finished = run(command.args(flags).arg(&example).args(args), stdin, BOUND)?;
    match &expected {
        Some(expected) => Ok(expected.compare(&finished)?),
        None => silent(&finished.stderr, finished.status),
    }
}

fn silent(stderr: &str, status: Option<i32>) -> Result<(), Failed> {
    if stderr.is_empty() && status == Some(0) {
        return Ok(());
    }
    Err(format!("exit status {status:?}, standard error:\n{stderr}").into())
}
