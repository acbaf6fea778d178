//! `sox native` with wrong flags, files and texts: one clear message, the documented status, no panic,
//! and no file is made or changed.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const GOOD: &str = "function i64 $main() {\n    ret 7\n}\n";
const TERMS: &str = "#{target => any, format => any, functions => [#{name => <<\"main\">>, arity => 0,\n\
    results => [i64], body => [{ret,[{imm,7}]}]}], data => [], bss => [], imports => []}.\n";

fn native(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sox"))
        .arg("native")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A folder with these files, a good module, and a folder in it.
fn folder(texts: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("good.nir", GOOD.as_bytes())].iter().chain(texts) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::create_dir(folder.path().join("folder.nir")).unwrap();
    folder
}

/// Runs commands that must fail; each has its status and what it says.
fn refused(folder: &Path, cases: &[(&[&str], i32, &[&str])]) {
    let before = files(folder);
    for (arguments, status, messages) in cases {
        let made = native(folder, arguments, "");
        let stderr = String::from_utf8_lossy(&made.stderr);
        assert_eq!(made.status.code(), Some(*status), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error") && made.stdout.is_empty(), "{arguments:?}: {made:?}");
        for message in *messages {
            assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        }
        assert!(!stderr.contains("os error") && !stderr.contains("panicked"), "{stderr}");
        assert_eq!(files(folder), before, "{arguments:?}");
    }
}

#[test]
fn wrong_flags_are_told() {
    let levels = "[possible values: 0, 1, 2]";
    let folder = folder(&[]);
    refused(
        folder.path(),
        &[
            (&[], 64, &["<FILE>", "--output"]),
            (&["good.nir"], 64, &["--output <FILE>"]),
            (&["good.nir", "-o", "x", "-O", "5"], 64, &["invalid value '5'", levels]),
            (&["good.nir", "-o", "x", "-O3"], 64, &["invalid value '3'", levels]),
            (&["good.nir", "-o", "x", "-O", "fast"], 64, &["invalid value 'fast'", levels]),
            (
                &["good.nir", "-o", "x", "--without", "magic"],
                64,
                &["'magic'", "the passes are ssa, "],
            ),
            (&["good.nir", "-o", "x", "--without", "gvn,"], 64, &["the passes are ssa, "]),
            (&["good.nir", "-o", "-", "--dump", "magic"], 64, &["'magic'", "the passes are ssa, "]),
            (&["good.nir", "-o", "x", "--dump"], 64, &["a value is required for '--dump <PASS>'"]),
            (
                &["good.nir", "-o", "x", "--emit", "asmm"],
                64,
                &["'asmm'", "a similar value exists: 'asm'"],
            ),
            (
                &["good.nir", "-o", "x", "--target", "sparc"],
                64,
                &["'sparc'", "linux-x64, linux-arm64"],
            ),
            (&["good.nir", "-o", "x", "--fast"], 64, &["unexpected argument '--fast'"]),
        ],
    );
}

#[test]
fn wrong_files_are_told() {
    let folder = folder(&[("good.txt", GOOD.as_bytes())]);
    let unreadable = "check the path and its permissions";
    refused(
        folder.path(),
        &[
            (
                &["missing.nir", "-o", "x"],
                66,
                &["cannot read 'missing.nir': No such file", unreadable],
            ),
            (&["missing/good.nir", "-o", "x"], 66, &["cannot read 'missing/good.nir'", unreadable]),
            (&["folder.nir", "-o", "x"], 66, &["'folder.nir' is a directory, not a module"]),
            (&["good.txt", "-o", "x"], 64, &["'good.txt' is neither a .nir nor an .ir file"]),
            (&["good.nir", "-o", "missing/x"], 73, &["cannot write 'missing/x': No such file"]),
            (&["good.nir", "-o", "folder.nir"], 73, &["cannot write 'folder.nir': Is a directory"]),
            (&["good.nir", "-o", ""], 73, &["cannot write ''"]),
            (&["good.nir", "-o", "good.nir"], 64, &["'good.nir' would be overwritten"]),
            (
                &["good.nir", "-o", "./folder.nir/../good.nir", "--emit", "nir"],
                64,
                &["overwritten"],
            ),
            (&["good.nir", "-o", "/dev/full"], 73, &["cannot write '/dev/full': No space left"]),
        ],
    );
}

#[test]
fn wrong_texts_are_told_with_all_that_is_wrong() {
    let two = "function i64 $f() {\n    %a =i64 ad 1, 2\n    ret %b\n}\nfunction $g() {\n    \
               jmp @nowhere\n}\n";
    let terms = TERMS.replace("{ret,", "{frob,{vreg,0}}, {ad,{vreg,0},{imm,1}}, {ret,");
    let deep = "[".repeat(1_000_000);
    let macho = TERMS.replace("any, format => any", "arm64, format => macho");
    let folder = folder(&[
        ("two.nir", two.as_bytes()),
        ("two.ir", terms.as_bytes()),
        ("empty.nir", b""),
        ("empty.ir", b""),
        ("bytes.nir", b"\xff\xfe\0function"),
        ("bytes.ir", b"\xff\xfe\0#{}"),
        ("cut.nir", &GOOD.as_bytes()[..GOOD.len() - 2]),
        ("cut.ir", &TERMS.as_bytes()[..90]),
        ("open.nir", b"data $x { b \"abc\n}\n"),
        ("deep.ir", deep.as_bytes()),
        ("macho.ir", macho.as_bytes()),
        ("alone.nir", b"function $main() {\n    call $nobody()\n    ret\n}\n"),
        ("calls.nir", b"import $main(0)\nfunction $f() {\n    call $main()\n    ret\n}\n"),
    ]);
    let no_main = "there is no function `main`, where a program begins";
    refused(
        folder.path(),
        &[
            (
                &["two.nir", "-o", "x"],
                65,
                &["`ad`", "two.nir:2:13", "add", "two.nir:6:5", "2 errors"],
            ),
            (
                &["two.ir", "-o", "x"],
                65,
                &["`frob`", "`ad`", "two.ir:2:", "did you mean", "2 errors"],
            ),
            (&["empty.nir", "-o", "x"], 65, &[no_main]),
            (&["calls.nir", "-o", "x"], 65, &[no_main]),
            (&["empty.ir", "-o", "x"], 65, &["expected a term, but the text ends here", "1:1"]),
            (&["bytes.nir", "-o", "x"], 65, &["bytes.nir:1:1"]),
            (&["bytes.ir", "-o", "x"], 65, &["bytes.ir:1:1"]),
            (&["cut.nir", "-o", "x"], 65, &["expected `}` at the end of the function"]),
            (&["cut.ir", "-o", "x"], 65, &["cut.ir:"]),
            (
                &["open.nir", "-o", "x"],
                65,
                &["this quote is not closed on its line", "open.nir:1:13"],
            ),
            (&["deep.ir", "-o", "x"], 65, &["nested too deeply"]),
            (&["macho.ir", "-o", "x"], 65, &["arm64 and macho", "--target"]),
            (&["alone.nir", "-o", "x"], 65, &["nobody", "alone.nir:2:"]),
            (
                &["two.nir", "good.nir", "empty.ir", "-o", "x"],
                65,
                &["two.nir:2:13", "empty.ir:1:1"],
            ),
        ],
    );
}

/// Marks and line ends of editors change nothing; `-` reads and writes the standard streams.
#[test]
fn what_editors_and_pipes_make_of_a_text_is_read() {
    let mark = "\u{feff}";
    let lines = |text: &str| text.replace('\n', "\r\n");
    let folder = folder(&[
        ("mark.nir", (mark.to_string() + GOOD).as_bytes()),
        ("mark.ir", (mark.to_string() + TERMS).as_bytes()),
        ("lines.nir", lines(GOOD).as_bytes()),
        ("lines.ir", (mark.to_string() + &lines(TERMS)).as_bytes()),
        ("end.nir", GOOD.trim_end().as_bytes()),
    ]);
    for name in ["mark.nir", "mark.ir", "lines.nir", "lines.ir", "end.nir"] {
        let made = native(folder.path(), &[name, "-o", "-", "--emit", "nir"], "");
        assert!(made.status.success() && made.stderr.is_empty(), "{name}: {made:?}");
        assert_eq!(String::from_utf8_lossy(&made.stdout), GOOD, "{name}");
    }
    let made = native(folder.path(), &["-", "-o", "program"], GOOD);
    assert!(made.status.success() && made.stderr.is_empty(), "{made:?}");
    assert_eq!(Command::new(folder.path().join("program")).status().unwrap().code(), Some(7));
    let refused = native(folder.path(), &["-", "-o", "none"], "ret\n");
    assert_eq!(refused.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("standard input:1:1"), "{refused:?}");
}
