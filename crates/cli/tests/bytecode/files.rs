//! Making files and running them.

use crate::Folder;
use std::fs;
use std::path::Path;

const FAILING: &str = "fn f(a, b = 2) {\n  return a.x + b\n}\nprint \"before\"\nf(nil)\n";

#[test]
fn a_program_travels_in_one_file() {
    let folder = Folder::new();
    fs::create_dir(folder.path("lib")).unwrap();
    fs::write(
        folder.path("lib/area.sox"),
        "import \"std/math\"\nfn of(r) { return math.pi * r }\n",
    )
    .unwrap();
    fs::write(folder.path("app.sox"), "import \"lib/area\"\nprint area.of(2) > 6\nprint argv[2]\n")
        .unwrap();
    assert_eq!(folder.sox("bytecode app.sox -o app.soxc").status, Some(0));
    fs::remove_dir_all(folder.path("lib")).unwrap();
    fs::remove_file(folder.path("app.sox")).unwrap();
    fs::copy(folder.path("app.soxc"), folder.path("renamed.txt")).unwrap();
    for run in ["app.soxc", "run app.soxc", "renamed.txt"] {
        assert_eq!(folder.sox(&format!("{run} arg")).stdout, "true\narg\n", "{run}");
    }
    for run in ["- arg", "run - arg"] {
        assert_eq!(folder.sox_from(run, "app.soxc").stdout, "true\narg\n", "{run}");
    }
    assert_eq!(folder.sox_from("run --max-stack 50 - arg", "app.soxc").stdout, "true\narg\n");
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let folder = Folder::with_app(FAILING);
    folder.sox("bytecode app.sox -o again.soxc");
    assert_eq!(folder.read("app.soxc"), folder.read("again.soxc"));
    let piped = folder.command("bytecode app.sox -o -").output().unwrap();
    assert_eq!(piped.stdout, folder.read("app.soxc"));
}

#[test]
fn what_a_file_is_made_of_is_not_overwritten() {
    let folder = Folder::new();
    fs::write(folder.path("lib.sox"), "var word = 1\n").unwrap();
    fs::write(folder.path("app.sox"), "import \"lib\"\nprint lib.word\n").unwrap();
    folder.sox("bytecode app.sox -o app.soxc");
    folder.sox("keygen mine");
    fs::write(folder.path("app.txt"), folder.sox("disasm app.soxc").stdout).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("app.sox", folder.path("link.sox")).unwrap();
    let cases = [
        ("bytecode app.sox -o app.sox", "app.sox"),
        ("bytecode app.sox -o ./lib.sox", "lib.sox"),
        ("bytecode --sign mine.key app.sox -o mine.key", "mine.key"),
        ("asm app.txt -o app.txt", "app.txt"),
        #[cfg(unix)]
        ("bytecode app.sox -o link.sox", "app.sox"),
    ];
    for (command, input) in cases {
        let before = folder.read(input);
        let refused = folder.sox(command);
        let told = format!("'{input}' would be overwritten: give another name for the output\n");
        assert!(refused.stderr.ends_with(&told), "{command}: {refused:?}");
        assert_eq!(refused.status, Some(64), "{command}");
        assert_eq!(folder.read(input), before, "{command}");
    }
}

#[test]
fn traces_are_those_of_the_source() {
    let folder = Folder::with_app(FAILING);
    let source = folder.sox("app.sox");
    assert!(source.stderr.ends_with("[line 2] in f()\n[line 5] in script\n"), "{source:?}");
    folder.sox("bytecode --debug app.sox -o debug.soxc");
    assert_eq!(folder.sox("debug.soxc"), source);
    let plain = folder.sox("app.soxc");
    let message = "error: Only instances and tables have properties.\n";
    let trace = "[line 2] in f()\n[line 5] in script\n";
    assert_eq!((plain.stdout, plain.stderr), (source.stdout, format!("{message}{trace}")));
    folder.sox("bytecode --strip app.sox -o strip.soxc");
    let stripped = folder.sox("strip.soxc");
    let trace = "[line ?] in f()\n[line ?] in script\n";
    let note = "note: the bytecode was stripped of its line numbers (--strip)\n";
    assert_eq!((stripped.status, stripped.stderr), (Some(70), format!("{message}{trace}{note}")));
    let sizes = ["strip.soxc", "app.soxc", "debug.soxc"].map(|name| folder.read(name).len());
    assert!(sizes.is_sorted_by(|a, b| a < b), "{sizes:?}");
}

#[test]
fn the_example_of_the_format_is_what_is_written() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bytecode-format.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```hex\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let is_byte = |word: &&str| word.len() == 2 && u8::from_str_radix(word, 16).is_ok();
    let bytes = |line: &'_ str| -> Vec<u8> {
        let words = line.split_whitespace().take_while(is_byte);
        words.map(|word| u8::from_str_radix(word, 16).unwrap()).collect()
    };
    let documented: Vec<u8> = example.lines().flat_map(bytes).collect();
    let folder = Folder::new();
    fs::write(folder.path("hello.sox"), "print \"hello\"\n").unwrap();
    folder.sox("bytecode hello.sox -o hello.soxc");
    assert_eq!(folder.read("hello.soxc"), documented);
    assert_eq!(folder.sox("hello.soxc").stdout, "hello\n");
}

#[test]
fn sources_are_wanted_where_bytecode_has_no_use() {
    let folder = Folder::with_app("print 1\n");
    for command in ["check app.soxc", "test app.soxc", "bytecode app.soxc -o b.soxc"] {
        let finished = folder.sox(command);
        assert_eq!(finished.status, Some(65), "{command}: {finished:?}");
        assert!(finished.stderr.contains("'app.soxc' is bytecode"), "{command}: {finished:?}");
    }
    let walked = folder.sox("--engine ast app.soxc");
    assert_eq!((walked.status, &*walked.stdout), (Some(64), ""));
}

#[test]
fn output_is_whole_or_not_there() {
    let folder = Folder::with_app("print 1\n");
    let failed = folder.sox("bytecode app.sox -o missing/app.soxc");
    assert_eq!(failed.status, Some(73), "{failed:?}");
    fs::write(folder.path("wrong.sox"), "print (\n").unwrap();
    let failed = folder.sox("bytecode wrong.sox -o app.soxc");
    assert_eq!(failed.status, Some(65), "{failed:?}");
    assert_eq!(folder.sox("app.soxc").stdout, "1\n");
    let mut names: Vec<_> = fs::read_dir(folder.0.path()).unwrap().collect();
    names.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    assert_eq!(names.len(), 3, "{names:?}");
    let both = folder.sox("bytecode --strip --debug app.sox -o app.soxc");
    assert_eq!(both.status, Some(64), "{both:?}");
}

#[test]
fn sound_files_are_verified() {
    let folder = Folder::with_app("print 1\n");
    let finished = folder.sox("verify app.soxc");
    let size = folder.read("app.soxc").len();
    let verdict = format!("app.soxc: sound: {size} bytes, 1 functions, 4 instructions\n");
    assert_eq!((finished.status, finished.stdout), (Some(0), verdict));
    assert_eq!(folder.sox("verify --quiet app.soxc").stdout, "");
    assert_eq!(folder.sox("verify missing.soxc app.soxc").status, Some(66));
}

#[test]
fn functions_without_lines_are_told_apart_by_what_they_do() {
    let folder = Folder::with_app(
        "var f = [fn(x) { return x.y }, fn(x) { return x.y }]\nprint f[0]({y: 1}) + f[1]({y: 2})\n",
    );
    let functions = |flags: &str| {
        assert_eq!(folder.sox(&format!("bytecode {flags} app.sox -o small.soxc")).stderr, "");
        assert_eq!(folder.sox("small.soxc").stdout, "3\n");
        let verdict = folder.sox("verify small.soxc").stdout;
        let (before, _) = verdict.split_once(" functions").expect("a number of functions");
        before.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(functions("-O2"), 3);
    assert_eq!(functions("-O1 --strip"), 3);
    assert_eq!(functions("-O2 --strip"), 2);
}
