//! Random programs and the kept findings, on every engine: the same bytes, endings and steps.

use sox_testkit::differ::{Aspect, Bounds, Verdict, WAYS, compare};
use sox_testkit::generate::{program, source};
use std::path::Path;

const PROGRAMS: u64 = 300;

/// Programs of fixed seeds. `cargo xtask fuzz-diff` runs others, and shrinks what it finds.
#[test]
fn engines_agree_on_random_programs() {
    let mut agreed = 0;
    for seed in 0..PROGRAMS {
        let ways = if seed % 10 == 0 { &WAYS[..] } else { &WAYS[..6] };
        let text = source(&program(seed));
        match compare(&text, ways, Bounds::default()) {
            Verdict::Agreed(_) => agreed += 1,
            Verdict::Inconclusive(_) => {}
            Verdict::Rejected(message) => panic!("seed {seed} does not compile: {message}\n{text}"),
            Verdict::Disagreed(found) => panic!("seed {seed}: {found}\n{text}"),
        }
    }
    assert!(agreed > PROGRAMS * 9 / 10, "only {agreed} of {PROGRAMS} programs tell anything");
}

/// What was found once stays right: every file of tests/fuzz.
#[test]
fn engines_agree_on_earlier_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz");
    let mut wrong = String::new();
    for entry in std::fs::read_dir(folder).expect("tests/fuzz is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "sox") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        match compare(&text, &WAYS, Bounds::default()) {
            Verdict::Agreed(_) | Verdict::Inconclusive(_) => {}
            verdict => wrong += &format!("{}: {verdict:?}\n", path.display()),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The programs do what they are for: they print much, catch errors, and mostly end well.
#[test]
fn random_programs_get_far() {
    let (mut lines, mut caught, mut ended) = (0, 0, 0);
    for seed in 0..100 {
        if let Verdict::Agreed(run) =
            compare(&source(&program(seed)), &WAYS[..1], Bounds::default())
        {
            let text = String::from_utf8_lossy(&run.stdout).into_owned();
            lines += text.lines().count();
            caught += text.matches("caught ").count();
            ended += usize::from(text.lines().any(|line| line == "end"));
        }
    }
    assert!(
        lines > 2000 && caught > 100 && ended > 60,
        "{lines} lines, {caught} caught, {ended} ends"
    );
}

/// Something wrong is noticed: a program whose output depends on how it is run cannot be written,
/// so the runs of two programs stand for two engines.
#[test]
fn a_wrong_result_is_noticed() {
    let run = |text: &str| match compare(text, &WAYS[..2], Bounds::default()) {
        Verdict::Agreed(run) => run,
        verdict => panic!("{verdict:?}"),
    };
    let right = run("fn f(n) { return n + 1 }\nprint f(1)\nprint nil.x");
    let differ =
        |text: &str| sox_testkit::differ::difference(&right, &run(text)).map(|(aspect, _)| aspect);
    assert_eq!(differ("fn f(n) { return n + 1 }\nprint f(1)\nprint nil.x"), None);
    assert_eq!(differ("fn f(n) { return n + 2 }\nprint f(1)\nprint nil.x"), Some(Aspect::Output));
    assert_eq!(differ("fn f(n) { return n + 1 }\nprint f(1)"), Some(Aspect::Ending));
    assert_eq!(differ("fn f(n) { return n + 1 }\nprint f(1)\nprint 1 - nil"), Some(Aspect::Ending));
    assert_eq!(differ("fn f(n) { return n + 1 }\nprint f(1)\n\nprint nil.x"), Some(Aspect::Trace));
    assert_eq!(differ("fn f(n) { return n + 1 }\nprint f(1) \nprint nil.x"), Some(Aspect::Place));
    assert_eq!(
        differ("fn f(n) { return n + 1 }\nprint f(1)\nprint nil.x\ndefer { f(f(1)) }"),
        None,
        "a defer after the error is never reached"
    );
}

/// Whatever programs ask for, they run without permissions.
#[test]
fn programs_run_in_a_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("written");
    let text = format!("import \"std/file\"\nfile.write({path:?}, \"x\")");
    match compare(&text, &WAYS, Bounds::default()) {
        Verdict::Agreed(run) => {
            assert!(format!("{:?}", run.ending).contains("--deny fs"), "{run:?}")
        }
        verdict => panic!("{verdict:?}"),
    }
    assert!(!path.exists());
}
