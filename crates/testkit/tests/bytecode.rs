//! Bytecode files that no compiler made: mutations of the suites' programs, and what fuzzers found.

use sox_driver::{Debug, Input, Options, Unit, check, compile, on_big_stack};
use sox_testkit::bytecode::{check_load, check_run, check_verify, mutate};
use sox_testkit::differ::Verdict;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Mutations tried. The fuzz target `bytecode_run` tries others, without end.
const FILES: u64 = 3_000;

/// Longest file that is mutated on.
const MOST: usize = 1 << 16;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The bytecode of the scripts in a folder that compile.
fn compiled(folder: &Path) -> Vec<Vec<u8>> {
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sox"))
        .collect();
    scripts.sort();
    let options = Options::default();
    let compile = |path: PathBuf| {
        let checked = check(&Input::File(path), Unit::Script, &options).ok()?.ok()?;
        compile(&checked, &options, Debug::Places).ok()
    };
    on_big_stack(|| scripts.into_iter().filter_map(compile).collect())
}

#[test]
fn mutated_files_do_no_harm() {
    let folders = [
        "tests/lang/errors",
        "tests/lang/defer",
        "tests/lang/closures",
        "tests/lang/control",
        "tests/lang/classes",
        "tests/run",
    ];
    let seeds: Vec<Vec<u8>> =
        folders.iter().flat_map(|folder| compiled(&root().join(folder))).collect();
    assert!(seeds.len() > 50, "only {} scripts compile", seeds.len());
    let mut pool = seeds;
    let (mut refused, mut ran, mut agreed) = (0, 0, 0);
    for seed in 0..FILES {
        let at = seed as usize % pool.len();
        let Some(file) = mutate(&pool[at], seed, MOST) else { continue };
        let verdict = catch_unwind(|| check_verify(&file).and_then(|_| check_run(&file)));
        let verdict = verdict.unwrap_or_else(|_| {
            let path = std::env::temp_dir().join(format!("sox-mutation-{seed}.soxc"));
            std::fs::write(&path, &file).expect("a writable folder");
            panic!("seed {seed}, see {}", path.display());
        });
        match verdict {
            None => refused += 1,
            Some(verdict) => {
                ran += 1;
                agreed += u32::from(matches!(verdict, Verdict::Agreed(_)));
                // Mutations of what was accepted get further from what compilers make.
                pool[at] = file;
            }
        }
    }
    println!("{refused} refused, {ran} ran, {agreed} to an end all ways");
    assert!(refused > FILES / 10 && ran > FILES / 10, "{refused} refused, {ran} ran");
}

/// Files of tests/fuzz: what fuzzers found once stays right.
#[test]
fn earlier_findings_stay_right() {
    for entry in std::fs::read_dir(root().join("tests/fuzz")).expect("tests/fuzz is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "soxc") {
            let file = std::fs::read(&path).expect("the file can be read");
            println!("{}", path.display());
            check_load(&file);
            check_verify(&file);
            check_run(&file);
        }
    }
}
