//! Bytecode files that no compiler made: mutations of the suites' programs, files with a flipped bit,
//! and what fuzzers found.

use sox_driver::{Debug, OptLevel};
use sox_testkit::bytecode::{UNREPEATABLE, check_load, check_run, check_verify, mutate};
use sox_testkit::differ::Verdict;
use sox_testkit::suite::{EVERYTHING, compiled, root, scripts};
use std::panic::catch_unwind;

/// Mutations tried. The fuzz target `bytecode_run` tries others, without end.
const MUTATIONS: u64 = 3_000;

/// Longest file that is mutated on.
const MOST: usize = 1 << 16;

/// Files that bits are flipped in.
const FILES: usize = 500;

/// Bits flipped in each of them, one at a time, unless the environment variable `SOX_FLIPS` says how
/// many.
const FLIPS: usize = 8;

/// What is done with a file on its way, so that it comes out refused, or run.
///
/// # Panics
/// If it does what no program may; the file is kept then.
fn harmless(file: &[u8], name: &str) -> Option<Verdict> {
    let verdict = catch_unwind(|| check_verify(file).and_then(|_| check_run(file)));
    verdict.unwrap_or_else(|_| {
        let path = std::env::temp_dir().join(format!("sox-{name}.soxc"));
        std::fs::write(&path, file).expect("a writable folder");
        panic!("see {}", path.display());
    })
}

#[test]
fn mutated_files_do_no_harm() {
    let folders = [
        "tests/lang/errors",
        "tests/lang/defer",
        "tests/lang/closures",
        "tests/lang/control",
        "tests/lang/classes",
        "tests/lang/poh",
        "tests/run",
    ];
    let form = [(OptLevel::O1, Debug::Places)];
    let mut pool: Vec<Vec<u8>> =
        scripts(&folders).iter().filter_map(|it| compiled(it, &form)).flatten().collect();
    assert!(pool.len() > 300, "only {} scripts compile", pool.len());
    let (mut refused, mut ran, mut agreed) = (0, 0, 0);
    for seed in 0..MUTATIONS {
        let at = seed as usize % pool.len();
        let Some(file) = mutate(&pool[at], seed, MOST) else { continue };
        match harmless(&file, &format!("mutation-{seed}")) {
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
    assert!(refused > MUTATIONS / 10 && ran > MUTATIONS / 10, "{refused} refused, {ran} ran");
}

/// Files of programs spread over all suites, of all levels, with and without places.
fn files() -> Vec<Vec<u8>> {
    const FORMS: [(OptLevel, Debug); 4] = [
        (OptLevel::O0, Debug::Places),
        (OptLevel::O1, Debug::Places),
        (OptLevel::O2, Debug::Places),
        (OptLevel::O1, Debug::Stripped),
    ];
    let scripts = scripts(&EVERYTHING);
    let numbered = scripts.iter().enumerate();
    let files = numbered.filter_map(|(at, it)| compiled(it, &FORMS[at % 4..][..1])).flatten();
    let has = |file: &[u8], word: &str| file.windows(word.len()).any(|it| it == word.as_bytes());
    // Those that are run.
    let files: Vec<Vec<u8>> =
        files.filter(|file| !UNREPEATABLE.iter().any(|word| has(file, word))).collect();
    let count = files.len();
    assert!(count >= FILES, "only {count} files");
    (0..FILES).map(|at| files[at * count / FILES].clone()).collect()
}

#[test]
fn files_with_a_flipped_bit_do_no_harm() {
    let flips = std::env::var("SOX_FLIPS").ok();
    let flips = flips.map_or(FLIPS, |text| text.parse().expect("SOX_FLIPS is a number"));
    let (mut refused, mut ran, mut agreed) = (0, 0, 0);
    for (number, file) in files().iter().enumerate() {
        let bits = 8 * file.len();
        for flip in 0..flips {
            // Evenly over the file, each file's a little further on.
            let bit = (flip * bits / flips + number * 7919) % bits;
            let mut file = file.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            match harmless(&file, &format!("flip-{number}-{bit}")) {
                None => refused += 1,
                Some(verdict) => {
                    ran += 1;
                    agreed += u32::from(matches!(verdict, Verdict::Agreed(_)));
                }
            }
        }
    }
    println!("{FILES} files, {flips} bits each: {refused} refused, {ran} ran, {agreed} to an end");
    let all = FILES * flips;
    assert!(refused > all / 5 && ran > all / 5, "{refused} refused, {ran} ran");
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
