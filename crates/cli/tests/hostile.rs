//! Programs and inputs that mean harm, or look like it: each must end with a clear message and the
//! documented exit status, without a crash and within bounds.

use sox_testkit::command::{Finished, run};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

fn sox(args: &[&str], stdin: &str) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    run(command.args(args).env("NO_COLOR", "1"), stdin, BOUND).expect("sox ends by itself")
}

fn sox_in(folder: &Path, args: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    run(command.args(args).current_dir(folder).env("NO_COLOR", "1"), "", BOUND)
        .expect("sox ends by itself")
}

/// Each construct, as the text of one level: opening and closing part.
const NESTS: [(&str, &str, &str, &str); 30] = [
    ("parentheses", "(", "1", ")"),
    ("minus signs", "-", "1", ""),
    ("nots", "!", "1", ""),
    ("arrays", "[", "1", "]"),
    ("brace arrays", "x = {", "1", "}"),
    ("tables", "({a: ", "1", "})"),
    ("table keys", "({[", "1", "]: 1})"),
    ("calls", "f(", "1", ")"),
    ("indices", "a[", "1", "]"),
    ("slices", "a[0:", "1", "]"),
    ("conditionals", "1 ? 1 : ", "1", ""),
    ("conditional middles", "1 ? ", "1", " : 1"),
    ("assignments", "a = ", "1", ""),
    ("compound assignments", "a += ", "1", ""),
    ("interpolations", "\"${", "1", "}\""),
    ("function expressions", "fn() { return ", "1", "}"),
    ("functions", "fn f() { ", "1", "}"),
    ("classes in methods", "class A { m() { ", "1", "} }"),
    ("blocks", "{ ", "1", "}"),
    ("ifs", "if 1 ", "1", ""),
    ("ifs in parentheses", "if (1) { ", "1", "}"),
    ("elses", "if 1 { } else { ", "1", "}"),
    ("whiles", "while 0 ", "1", ""),
    ("fors", "for ;; { ", "1", "}"),
    ("foreachs", "foreach var x in a { ", "1", "}"),
    ("switches", "switch 1 { case 1 { ", "1", "} }"),
    ("tries", "try { ", "1", "} finally { }"),
    ("catches", "try { } catch (e) { ", "1", "}"),
    ("defers", "defer { ", "1", "}"),
    ("comments", "/* ", "", " */"),
];

#[test]
fn a_million_levels_of_any_construct_are_one_clean_error() {
    let folder = tempfile::tempdir().unwrap();
    for (name, open, middle, close) in NESTS {
        let depth = 1_000_000;
        let text = format!("{}{middle}{}\n", open.repeat(depth), close.repeat(depth));
        std::fs::write(folder.path().join("deep.sox"), text).unwrap();
        let finished = sox_in(folder.path(), &["--error-format", "short", "deep.sox"]);
        if name == "comments" {
            // A lexer needs no stack for them.
            assert_eq!(finished.status, Some(0), "{name}: {}", finished.stderr);
            continue;
        }
        assert_eq!(finished.status, Some(65), "{name}: {}", finished.stderr);
        let errors: Vec<_> =
            finished.stderr.lines().filter(|line| line.contains("error[")).collect();
        assert_eq!(errors.len(), 1, "{name}: {}", finished.stderr);
        assert!(errors[0].contains("1000"), "{name}: the limit is not named: {}", errors[0]);
    }
}

#[test]
fn a_thousand_levels_are_no_error() {
    let folder = tempfile::tempdir().unwrap();
    for (name, open, middle, close) in NESTS {
        // Constructs that are two levels each (a class and its method) get half as many.
        let depth = 300;
        let text = format!("{}{middle}{}\n", open.repeat(depth), close.repeat(depth));
        std::fs::write(folder.path().join("deep.sox"), text).unwrap();
        let finished = sox_in(folder.path(), &["check", "--error-format", "short", "deep.sox"]);
        assert!(!finished.stderr.contains("error"), "{name}: {}", finished.stderr);
    }
}

#[test]
fn chains_of_a_million_links_end_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    for (name, first, link) in [
        ("sums", "1", " + 1"),
        ("ands", "1", " and 1"),
        ("ors", "1", " or 1"),
        ("comparisons", "1", " < 1"),
        ("members", "a", ".b"),
        ("calls", "f", "()"),
        ("indices", "a", "[0]"),
        ("else ifs", "if 0 { }", " else if 0 { }"),
        ("statements", "", "1;"),
        ("items", "[1", ",1"),
    ] {
        let end = if name == "items" { "]" } else { "" };
        let text = format!("var a = 1 fn f() {{ }}\n{first}{}{end}\n", link.repeat(1_000_000));
        std::fs::write(folder.path().join("long.sox"), text).unwrap();
        let finished = sox_in(folder.path(), &["check", "--error-format", "short", "long.sox"]);
        assert!(
            matches!(finished.status, Some(0 | 65)),
            "{name}: {:?} {}",
            finished.status,
            finished.stderr
        );
        let errors = finished.stderr.lines().filter(|line| line.contains("error[")).count();
        assert!(errors <= 1, "{name}: {}", finished.stderr);
    }
}

/// Programs that need as much memory as they can get.
const GREEDY: [&str; 24] = [
    "var s = \"x\" while true { s = s + s }",
    "var a = [] while true { a.push(1) }",
    "var t = {} var i = 0 while true { t[i] = i i += 1 }",
    "print \"x\".repeat(1000000000).length()",
    "print len(range(1000000000))",
    "var a = [] while true { a = [a] }",
    "var a = [] while true { var x = 1 a.push(fn() { x += 1 return x }) }",
    "class A { init() { this.a = 1 this.b = 2 } } var a = [] while true { a.push(A()) }",
    "var s = \"a,\".repeat(20000000) print len(s.split(\",\"))",
    "var a = [] while true { a.push(\"item number \" + len(a)) } ",
    "var a = [1] while true { a = a.concat(a) }",
    "import json \"std/json\" var a = [1] while true { a = [a, a] json.stringify(a) }",
    "print \"x\".padStart(1000000000, \"ab\").length()",
    "var s = \"a\" while true { s = s.replace(\"a\", \"aaaaaaaaaa\") }",
    "var a = [] while true { a.push({a: {b: {c: 1}}}) }",
    "class A { m() { } } var o = A() var a = [] while true { a.push(o.m) }",
    "var s = \"x\" while true { s = \"${s}${s}\" }",
    "var s = \"x\".repeat(1000000) var a = [] while true { a.push(s.upper()) }",
    "var b = range(1000) var a = [] while true { a.push(b.copy()) }",
    "print len(\"x\".repeat(60000000).chars())",
    "var a = [] while true { a.push(error(\"oops\")) }",
    "fn f() { while true { defer { } } } f()",
    "var a = [] for var i = 0; i < 60; i += 1 { a = [a, a] } print a",
    "fn f(n) { var a = range(100) f(n + 1) return a } f(0)",
];

#[test]
fn a_memory_limit_holds() {
    for program in GREEDY {
        let finished = sox(&["--max-memory", "64M", "--stats", "-e", program], "");
        assert_eq!(finished.status, Some(70), "{program}: {}", finished.stderr);
        let limit =
            finished.stderr.contains("--max-memory") || finished.stderr.contains("Stack overflow.");
        assert!(limit, "{program}: {}", finished.stderr);
        if let Some(peak) = resident_peak_mib(&finished.stderr) {
            assert!(peak <= 72.0, "{program}: {peak} MiB resident\n{}", finished.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn the_endless_output_of_another_program_meets_the_limit() {
    for shell in ["yes", "yes >&2", "yes & yes >&2"] {
        let program = format!("import p \"std/process\" p.run(\"sh\", [\"-c\", \"exec {shell}\"])");
        let finished = sox(&["--max-memory", "64M", "-e", &program], "");
        assert_eq!(finished.status, Some(70), "{shell}: {}", finished.stderr);
        assert!(finished.stderr.contains("--max-memory"), "{shell}: {}", finished.stderr);
    }
}

/// The line `resident  12.3 MiB` of `--stats`, where the system tells it.
fn resident_peak_mib(stats: &str) -> Option<f64> {
    let line = stats.lines().find_map(|line| line.strip_prefix("resident"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn deep_data_needs_no_deep_stack() {
    let program = "
        var a = [] for var i = 0; i < 1000000; i += 1 { a = [a] }
        var b = [] for var i = 0; i < 1000000; i += 1 { b = [b] }
        print str(a).length()
        print a == b
        var t = {} for var i = 0; i < 300000; i += 1 { t = {t: t} }
        print str(t).length() > 300000
        a = nil b = nil t = nil
        var junk = [] for var i = 0; i < 300000; i += 1 { junk.push([i]) }
        print len(junk)";
    for engine in ["ast", "vm"] {
        let finished = sox(&["--engine", engine, "-e", program], "");
        assert_eq!(
            finished.stdout, "2000002\nfalse\ntrue\n300000\n",
            "{engine}: {}",
            finished.stderr
        );
    }
}

#[test]
fn endless_recursion_is_a_catchable_error() {
    let program = "
        fn f(n) { return f(n + 1) + 1 }
        try { f(0) } catch (e) { print e.message print e.kind }
        class A { toString() { return \"${this}\" } }
        try { print A() } catch (e) { print e.message }
        class B { init() { B() } }
        try { B() } catch (e) { print e.message }
        try { [1].map(fn(x) { return f(x) }) } catch (e) { print e.message }
        print \"still here\"";
    let expected = "Stack overflow.\nStackOverflow\nStack overflow.\nStack overflow.\nStack overflow.\nstill here\n";
    for engine in ["ast", "vm"] {
        let finished = sox(&["--engine", engine, "-e", program], "");
        assert_eq!(finished.stdout, expected, "{engine}: {}", finished.stderr);
    }
}

#[test]
fn two_hundred_thousand_frames_are_allowed() {
    let program = "fn f(n) { if n == 0 { return 0 } return 1 + f(n - 1) } print f(199000)";
    let finished = sox(&["-e", program], "");
    assert_eq!(finished.stdout, "199000\n", "{}", finished.stderr);
    let program = "fn f(n) { if n == 0 { return 0 } return 1 + f(n - 1) } print f(9900)";
    let finished = sox(&["--engine", "ast", "-e", program], "");
    assert_eq!(finished.stdout, "9900\n", "{}", finished.stderr);
}

#[test]
fn odd_files_get_a_clear_message() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("with space.sox", b"print 1");
    write("bom.sox", b"\xef\xbb\xbfprint 2\r\nprint 3\r\n");
    write("empty.sox", b"");
    write("nul.sox", b"print 1\0");
    write("latin.sox", b"print \"\xe9\"");
    write("quote.sox", b"\"");
    write("elf", b"\x7fELF\x02\x01\x01\0\0\0\xff");
    write("self.sox", b"import \"self\"\nprint 1");
    write("broken.sox", b"var = 1");
    write("user.sox", b"import \"broken\"");
    write("lost.sox", b"import \"nowhere\"");
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (args, stdout, status, message) in [
        (&["with space.sox"][..], "1\n", 0, ""),
        (&["bom.sox"], "2\n3\n", 0, ""),
        (&["empty.sox"], "", 0, ""),
        (&["nul.sox"], "", 65, "nul.sox:1:8"),
        (&["latin.sox"], "", 65, "not UTF-8 text: byte 0xe9"),
        (&["quote.sox"], "", 65, "quote.sox:1:1"),
        (&["elf"], "", 65, "binary file"),
        (&["self.sox"], "", 70, "Circular import: self -> self"),
        (&["user.sox"], "", 65, "broken.sox:1:5"),
        (&["lost.sox"], "", 66, "Cannot find module \"nowhere\""),
        (&["folder"], "", 66, "is a directory"),
        (&["missing.sox"], "", 66, "cannot read 'missing.sox'"),
        (&["--max-memory", "lots", "empty.sox"], "", 64, "expected a size"),
        (&["--no-such-flag", "empty.sox"], "", 64, "--no-such-flag"),
        (&["--engine", "warp", "empty.sox"], "", 64, "warp"),
        (&["run"], "", 64, "needs a file"),
    ] {
        let finished = sox_in(folder.path(), &[&["--error-format", "short"][..], args].concat());
        assert_eq!(finished.status, Some(status), "{args:?}: {}", finished.stderr);
        assert_eq!(finished.stdout, stdout, "{args:?}: {}", finished.stderr);
        assert!(finished.stderr.contains(message), "{args:?}: {}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{args:?}: {}", finished.stderr);
    }
}

#[test]
fn large_sources_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("line.sox", format!("print \"{}\".length()", "é".repeat(500_000)));
    write("wrong.sox", format!("print \"{}\" +", "x".repeat(1_000_000)));
    write(
        "comment.sox",
        format!("{}\nprint 7", "// fifty megabytes of comments, line by line\n".repeat(1_200_000)),
    );
    let ok = sox_in(folder.path(), &["line.sox"]);
    assert_eq!((ok.status, &*ok.stdout), (Some(0), "500000\n"), "{}", ok.stderr);
    let wrong = sox_in(folder.path(), &["wrong.sox"]);
    assert_eq!(wrong.status, Some(65), "{}", wrong.stderr);
    assert!(wrong.stderr.len() < 4_000, "a long line is not shown whole");
    let comment = sox_in(folder.path(), &["comment.sox"]);
    assert_eq!((comment.status, &*comment.stdout), (Some(0), "7\n"), "{}", comment.stderr);
}

#[cfg(unix)]
#[test]
fn output_that_cannot_be_written_ends_the_program() {
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).env("SOX", env!("CARGO_BIN_EXE_sox"));
        run(&mut command, "", BOUND).expect("the shell ends")
    };
    // A reader that goes away is no error, and ends an endless program.
    let finished = shell("\"$SOX\" -e 'while true { print 1 }' | head -n 1");
    assert_eq!((&*finished.stdout, &*finished.stderr), ("1\n", ""));
    let closed = shell("\"$SOX\" -e 'print 1' >&-");
    assert!(closed.status == Some(0) || closed.status == Some(73), "{closed:?}");
    if Path::new("/dev/full").exists() {
        let full = shell("\"$SOX\" -e 'print 1' >/dev/full");
        assert_eq!(full.status, Some(73), "{}", full.stderr);
        assert!(full.stderr.contains("cannot write to standard output"), "{}", full.stderr);
    }
}

#[test]
fn the_repl_works_through_a_pipe() {
    let entries = "var x = 20\nfn double(n) {\n  return n * 2\n}\ndouble(x) + 2\nx = \nnil.name\nthrow \"oops\"\nx\n\"text\"\nnil\nx += 1";
    for engine in ["ast", "vm"] {
        let finished = sox(&["repl", "--engine", engine, "--error-format", "short"], entries);
        assert_eq!(finished.stdout, "42\n20\ntext\n21\n", "{engine}: {}", finished.stderr);
        assert_eq!(finished.status, Some(0), "{engine}");
        for message in
            ["Expect expression", "Only instances and tables have properties.", "Uncaught: oops"]
        {
            assert!(finished.stderr.contains(message), "{engine}: {message}: {}", finished.stderr);
        }
    }
    let again = "var x = 1\nvar x = 2\nfn f() { return x }\nfn f() { return x + 1 }\nf()\n";
    for engine in ["ast", "vm"] {
        let finished = sox(&["repl", "--engine", engine], again);
        assert_eq!((finished.status, &*finished.stdout), (Some(0), "3\n"), "{}", finished.stderr);
    }
    let stopped = sox(&["repl"], "print 1\nsysExit(3)\nprint 2\n");
    assert_eq!((stopped.status, &*stopped.stdout), (Some(3), "1\n"));
}
