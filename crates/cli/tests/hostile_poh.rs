//! PohLang programs that mean harm, or look like it: each must end with a plain sentence that names
//! the line, and the documented exit status, without a crash and within bounds.

use sox_testkit::command::{Finished, run};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

fn sox(folder: &Path, args: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off").env("NO_COLOR", "1").current_dir(folder);
    run(command.args(args), "", BOUND).expect("sox ends by itself")
}

/// Checks or runs a text.
fn program(args: &[&str], text: impl AsRef<[u8]>) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it.poh"), text).unwrap();
    sox(folder.path(), &[args, &["--error-format", "short", "it.poh"]].concat())
}

fn errors(finished: &Finished) -> Vec<&str> {
    finished.stderr.lines().filter(|line| line.contains("error[")).collect()
}

/// Each construct, as the text of one level: opening and closing part.
const NESTS: [(&str, &str, &str, &str); 26] = [
    ("ifs", "If 1\n", "Write 1\n", "End\n"),
    ("ifs on one line", "If 1 ", "Write 1", ""),
    ("otherwises", "If 1\nOtherwise\n", "Write 1\n", "End\n"),
    ("whiles", "While 0\n", "Write 1\n", "End\n"),
    ("repeats", "Repeat 1 times\n", "Write 1\n", "End\n"),
    ("for eachs", "For each x in \"a\"\n", "Write 1\n", "End\n"),
    ("functions", "Make f with a\n", "Write 1\n", "End\n"),
    ("tries", "try this:\n", "Write 1\n", "finally:\nend try\n"),
    ("handlers", "try this:\nif error as e\n", "Write 1\n", "end try\n"),
    ("finallies", "try this:\nfinally:\n", "Write 1\n", "end try\n"),
    ("parentheses", "(", "1", ")"),
    ("minus signs", "-", "x", ""),
    ("plus signs", "+", "1", ""),
    ("nots", "not ", "1", ""),
    ("powers", "2 to the power of ", "1", ""),
    ("lists", "(Make a list of ", "1", ")"),
    ("dictionaries", "(Make a dictionary with \"a\" as ", "1", ")"),
    ("positions", "f[", "1", "]"),
    ("calls", "f(", "1", ")"),
    ("call phrases", "f with ", "1", ""),
    ("counts", "count of ", "1", ""),
    ("rounds", "round down ", "1", ""),
    ("appends", "append 1 to ", "f", ""),
    ("appended", "append ", "1", " to f"),
    ("joins", "join f with ", "f", ""),
    ("sets in json", "set 1 in json f to ", "1", ""),
];

/// The text with so many levels. Expressions stand behind `Write`.
fn nested((_, open, middle, close): (&str, &str, &str, &str), depth: usize) -> String {
    let whole = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
    let statements = middle.contains("Write");
    if statements { whole } else { format!("Set f to 1\nSet x to 1\nWrite {whole}\n") }
}

#[test]
fn a_million_levels_of_any_construct_are_one_clean_error() {
    for nest in NESTS {
        let finished = program(&[], nested(nest, 1_000_000));
        let name = nest.0;
        assert_eq!(finished.status, Some(65), "{name}: {}", finished.stderr);
        let errors = errors(&finished);
        assert_eq!(errors.len(), 1, "{name}: {}", finished.stderr);
        let names_the_limit = errors[0].contains("deep") || errors[0].contains("too long");
        assert!(names_the_limit, "{name}: the limit is not named: {}", errors[0]);
        assert!(finished.stderr.len() < 2_000, "{name}: {}", finished.stderr.len());
    }
}

#[test]
fn blocks_that_never_end_are_reported_once_or_for_each_that_is_looked_at() {
    for nest in NESTS {
        let (name, open, middle, _) = nest;
        let finished = program(&[], nested((name, open, middle, ""), 1_000_000));
        assert_eq!(finished.status, Some(65), "{name}: {}", finished.stderr);
        assert!(errors(&finished).len() <= 100, "{name}: {}", finished.stderr.len());
    }
}

#[test]
fn some_levels_are_no_error() {
    for nest in NESTS {
        let finished = program(&["check"], nested(nest, 60));
        assert_eq!(errors(&finished), Vec::<&str>::new(), "{}", nest.0);
        assert_eq!(finished.status, Some(0), "{}: {}", nest.0, finished.stderr);
    }
}

#[test]
fn chains_of_many_links_end_cleanly() {
    for (name, first, link, last) in [
        ("sums", "Write 1", " plus 1", ""),
        ("ands", "Write 1", " and 1", ""),
        ("ors", "Write 1", " or 1", ""),
        ("comparisons", "Write 1", " is less than 1", ""),
        ("positions", "Write f", "[0]", ""),
        ("calls", "Write f", "(1)", ""),
        ("members", "Write f", "::a", ""),
        ("items", "Write Make a list of 1", ", 1", ""),
        ("entries", "Write Make a dictionary with 1 as 1", ", 1 as 1", ""),
        ("arguments", "Write f(1", ", 1", ")"),
        ("arguments of a phrase", "Write f with 1", " and 1", ""),
        ("otherwise ifs", "If 0\n", "Otherwise If 0\n", "End"),
        ("handlers", "try this:\n", "if error as e\n", "end try"),
        ("statements", "", "Write 1\n", ""),
        ("expressions", "", "1\n", ""),
        ("targets", "Set f", "[0]", " to 1"),
    ] {
        let text = format!("Set f to 1\n{first}{}{last}\n", link.repeat(300_000));
        let finished = program(&["check"], text);
        let (status, stderr) = (finished.status, &finished.stderr);
        assert!(matches!(status, Some(0 | 65)), "{name}: {status:?} {stderr}");
        assert!(errors(&finished).len() <= 1, "{name}: {stderr}");
        assert!(!stderr.contains("panicked"), "{name}: {stderr}");
    }
}

/// What cannot be a program is refused in a sentence, however long it is.
#[test]
fn odd_texts_get_one_sentence() {
    let unknown_phrase = format!("Write {}1\n", "frobnicate ".repeat(10_000));
    let long_name = format!("Write {}\n", "x".repeat(1_000_000));
    let cut_text = format!("Write \"{}\n", "x".repeat(1_000_000));
    let behind = format!("Write \"{}\" plus\n", "x".repeat(1_000_000));
    let many_words = format!("{}\n", "please ".repeat(150_000));
    let cases: [(&str, Vec<u8>, i32, &str); 11] = [
        ("an unknown phrase of 10,000 words", unknown_phrase.into_bytes(), 65, "it.poh:1:"),
        ("a name of a megabyte", long_name.into_bytes(), 70, "it.poh:1:"),
        ("a text without its end", cut_text.into_bytes(), 65, "it.poh:1:"),
        ("a megabyte and nothing behind plus", behind.into_bytes(), 65, "it.poh:1:"),
        ("a line of a megabyte", many_words.into_bytes(), 65, "it.poh:1:"),
        ("a NUL", b"Write 1\0\n".to_vec(), 65, "it.poh:1:8"),
        ("NULs", vec![0; 100_000], 65, ""),
        ("not UTF-8", b"Write \"\xe9\"\n".to_vec(), 65, "not UTF-8 text: byte 0xe9"),
        ("a binary file", b"\x7fELF\x02\x01\x01\0\0\0\xff".to_vec(), 65, "binary file"),
        ("a file that imports itself", b"Import \"it.poh\"\n".to_vec(), 65, "imports itself"),
        ("a file that is not there", b"Import \"nowhere\"\n".to_vec(), 66, "nowhere"),
    ];
    for (name, text, status, message) in cases {
        let finished = program(&[], text);
        let stderr = &finished.stderr;
        assert_eq!(finished.status, Some(status), "{name}: {stderr}");
        assert!(stderr.contains(message), "{name}: {stderr}");
        assert!(!stderr.contains("panicked"), "{name}: {stderr}");
        assert!(stderr.len() < 10_000, "{name}: {} bytes are written", stderr.len());
    }
}

#[test]
fn a_circle_of_imports_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("a", "b"), ("b", "c"), ("c", "a")] {
        let text = format!("Import \"{to}.poh\"\n");
        std::fs::write(folder.path().join(format!("{from}.poh")), text).unwrap();
    }
    let finished = sox(folder.path(), &["--error-format", "short", "a.poh"]);
    assert_eq!(finished.status, Some(65), "{}", finished.stderr);
    assert!(finished.stderr.contains("circle"), "{}", finished.stderr);
}

#[test]
fn large_programs_are_read() {
    let functions: String =
        (0..100_000).map(|at| format!("Make f{at} with a\nReturn a plus {at}\nEnd\n")).collect();
    let finished = program(&[], format!("{functions}Write f99999(1)\n"));
    assert_eq!((finished.status, &*finished.stdout), (Some(0), "100000\n"), "{}", finished.stderr);

    let text = format!("Write count of \"{}\"\n", "é".repeat(500_000));
    let finished = program(&[], text);
    assert_eq!((finished.status, &*finished.stdout), (Some(0), "500000\n"), "{}", finished.stderr);

    let misspelt: String = (0..20_000).map(|at| format!("Write nmae{at}\n")).collect();
    let finished = program(&["check"], format!("Set name to 1\n{misspelt}"));
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
}

#[test]
fn endless_programs_reach_their_limits() {
    for (text, message) in [
        ("Make f with n\nReturn f(n plus 1)\nEnd\nWrite f(1)\n", "too deeply"),
        (
            "Set xs to Make an empty list\nWhile True\nSet xs to append xs to xs\nEnd\n",
            "--max-memory",
        ),
        ("Set t to \"x\"\nWhile True\nSet t to t plus t\nEnd\n", "--max-memory"),
    ] {
        let finished = program(&["--max-memory", "64M"], text);
        assert_eq!(finished.status, Some(70), "{text}: {}", finished.stderr);
        assert!(finished.stderr.contains(message), "{text}: {}", finished.stderr);
    }
}
