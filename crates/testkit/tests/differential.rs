//! Random programs and the kept findings, on every engine: the same bytes, endings and steps.

use sox_bytecode::listing;
use sox_driver::{Debug, Input, Language, Options, Unit, check, compile};
use sox_testkit::bytecode::verified;
use sox_testkit::differ::{Aspect, Bounds, Verdict, WAYS, compare, compare_in, ways};
use sox_testkit::generate::{POH, program, source};
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
        let language = match path.extension() {
            Some(extension) if extension == "sox" => Language::Sox,
            Some(extension) if extension == "poh" => Language::PohLang,
            _ => continue,
        };
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        match compare_in(language, &text, &ways(language), Bounds::default()) {
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

const POH_PROGRAMS: u64 = 200;

/// The same with PohLang, also from files, and copying lists where it would not have to.
#[test]
fn engines_agree_on_random_pohlang_programs() {
    let (mut agreed, mut lines, mut caught) = (0, 0, 0);
    for seed in 0..POH_PROGRAMS {
        let mut ways = ways(Language::PohLang);
        if seed % 10 != 0 {
            ways.retain(|way| !way.gc_stress());
        }
        let text = (POH.source)(&(POH.program)(seed));
        match compare_in(Language::PohLang, &text, &ways, Bounds::default()) {
            Verdict::Agreed(run) => {
                agreed += 1;
                let printed = String::from_utf8_lossy(&run.stdout).into_owned();
                lines += printed.lines().count();
                caught += printed.matches("caught ").count();
            }
            Verdict::Inconclusive(_) => {}
            Verdict::Rejected(message) => panic!("seed {seed} does not compile: {message}\n{text}"),
            Verdict::Disagreed(found) => panic!("seed {seed}: {found}\n{text}"),
        }
    }
    assert!(agreed > POH_PROGRAMS * 9 / 10, "only {agreed} of {POH_PROGRAMS} tell anything");
    assert!(lines > 2000 && caught > 200, "{lines} lines, {caught} caught");
}

/// How often a program marks a list as held in several places, seen in its bytecode.
fn marks(text: &str) -> usize {
    let options = Options { language: Some(Language::PohLang), ..Options::default() };
    let checked = check(&Input::Code(text.into()), Unit::Script, &options);
    let checked = checked.expect("it is text").expect("it compiles");
    let file = compile(&checked, &options, Debug::Stripped).expect("it is small");
    let module = verified(&file).expect("it is good");
    listing(&module, None).lines().filter(|line| line.trim_end().ends_with(" Share")).count()
}

/// A list that is marked is copied when it changes next, so turns of changing a list and letting
/// something look at it must not mark it: they would take quadratic time.
#[test]
fn what_only_looks_at_a_list_marks_nothing() {
    let helper = "Make largest_of with list\n\
                  Set best to 0\n\
                  For each x in list\nIf x is greater than best Set best to x\nEnd\n\
                  Return best\nEnd\n\
                  Set xs to range(3)\n";
    let shows = "Set shown to 0\nMake show with list\nIncrease shown\nWrite list[0]\nEnd\n";
    let changes = "Make change with list\nSet xs[0] to 1\nReturn list[0]\nEnd\n";
    let keeps = "Make keep with list\nSet kept to list\nReturn 1\nEnd\n";
    let with = |rest: &str| marks(&format!("{helper}{shows}{changes}{keeps}{rest}"));
    let none = with("");
    for (rest, more) in [
        // Read while the function runs, and by a function that changes other things.
        ("Set xs[0] to largest_of(xs)", 0),
        ("Write largest_of(xs) plus largest_of(xs)", 0),
        ("Use show with xs", 0),
        ("Write xs[largest_of(xs)]", 0),
        ("Write xs[count(xs) minus 1]", 0),
        ("For each x in xs\nWrite x plus largest_of(xs)\nEnd", 0),
        // The function changes the list it is given through another name.
        ("Write change(xs)", 1),
        ("Write largest_of(xs, change(1))", 1),
        ("Write xs plus change(1)", 1),
        ("For each x in xs\nSet xs[0] to 1\nEnd", 1),
        ("For each x in xs\nWrite change(1)\nEnd", 1),
        // The parameter is changed, or nothing is known of the function.
        ("Make grow with list\nSet list to append 1 to list\nReturn list\nEnd\nWrite grow(xs)", 1),
        ("Set f to largest_of\nWrite f(xs)", 1),
    ] {
        assert_eq!(with(rest) - none, more, "{rest}");
    }
    // What is kept is marked where it is stored.
    let (without, whole) =
        (format!("{helper}{shows}{changes}"), format!("{helper}{shows}{changes}{keeps}"));
    assert_eq!(marks(&whole) - marks(&without), 1);
    assert_eq!(with("Write keep(xs)"), none);
}
