//! Bytecode files through the real command: made, run, piped, refused.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder for one test, and `sox` run in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// With a program `app.sox`, compiled to `app.soxc`.
    fn with_app(text: &str) -> Folder {
        let folder = Folder::new();
        fs::write(folder.path("app.sox"), text).unwrap();
        assert_eq!(folder.sox("bytecode app.sox -o app.soxc").stderr, "");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.env("SOX_CACHE", "off");
        command.current_dir(self.0.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command.args(args.split_whitespace());
        command
    }

    fn sox(&self, args: &str) -> Finished {
        Finished::new(self.command(args).output().unwrap())
    }

    /// Runs it with a file as standard input.
    fn sox_from(&self, args: &str, input: &str) -> Finished {
        let input = File::open(self.path(input)).unwrap();
        Finished::new(self.command(args).stdin(input).output().unwrap())
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}

#[derive(Debug, PartialEq)]
struct Finished {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Finished {
    fn new(output: Output) -> Finished {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Finished { status: output.status.code(), stdout, stderr }
    }
}

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

/// Whatever is done with a file that is refused, nothing runs, and one line says why.
#[track_caller]
fn refused(folder: &Folder, file: &str, because: &str) {
    for command in ["", "run ", "verify ", "disasm "] {
        let finished = folder.sox(&format!("{command}{file}"));
        assert_eq!((finished.status, &*finished.stdout), (Some(65), ""), "{command}: {finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{command}: {finished:?}");
        assert!(finished.stderr.starts_with("error: '"), "{finished:?}");
        assert!(finished.stderr.contains(because), "{command}: {finished:?}");
    }
}

#[test]
fn damaged_files_are_refused() {
    let folder = Folder::with_app("print \"never\"\n");
    let good = folder.read("app.soxc");
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        fs::write(folder.path("bad.soxc"), bytes).unwrap();
    };
    let put = |at: usize, with: &[u8]| {
        let with = with.to_vec();
        move |bytes: &mut Vec<u8>| bytes[at..at + with.len()].copy_from_slice(&with)
    };
    with(&put(4, &[9, 0, 0, 0]));
    refused(&folder, "bad.soxc", "offset 4, format version: 9 is of a newer sox");
    with(&|bytes| bytes.truncate(bytes.len() / 2));
    refused(&folder, "bad.soxc", "bytes are needed and");
    with(&|bytes| bytes.truncate(4));
    refused(&folder, "bad.soxc", "offset 4, format version: 4 bytes are needed and 0 are left");
    with(&|bytes| bytes.push(0));
    refused(&folder, "bad.soxc", "out of order");
    with(&put(8, &[0xff; 4]));
    refused(&folder, "bad.soxc", "number of constants: 4294967295 bytes are needed");
    with(&put(13, &[0, 0, 0, 0x80]));
    refused(&folder, "bad.soxc", "string: 2147483648 bytes are needed");
}

#[test]
fn other_files_are_no_bytecode() {
    let folder = Folder::new();
    let because = "offset 0, magic number: this is not bytecode";
    for (name, bytes) in [("empty.soxc", ""), ("empty.pbc", ""), ("source.soxc", "print 1\n")] {
        fs::write(folder.path(name), bytes).unwrap();
        refused(&folder, name, because);
    }
    let verified = folder.sox_from("verify -", "source.soxc");
    assert_eq!(verified.status, Some(65), "{verified:?}");
    assert_eq!(folder.sox_from("run -", "source.soxc").stdout, "1\n");
    fs::write(folder.path("binary"), b"SOXD\0\0\xff\xff").unwrap();
    let binary = folder.sox("binary");
    assert_eq!(binary.status, Some(65));
    assert!(binary.stderr.contains("is a binary file"), "{binary:?}");
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

const FIB: &str =
    "fn fib(n) {\n  if n < 2 { return n }\n  return fib(n - 1) + fib(n - 2)\n}\nprint fib(10)\n";

#[test]
fn a_listing_is_assembled_to_the_same_file() {
    let folder = Folder::with_app(FIB);
    for flags in ["", "--strip", "--debug", "-O2"] {
        folder.sox(&format!("bytecode {flags} app.sox -o app.soxc"));
        let listing = folder.sox("disasm app.soxc");
        assert_eq!((listing.status, &*listing.stderr), (Some(0), ""), "{listing:?}");
        fs::write(folder.path("app.soxs"), &listing.stdout).unwrap();
        let assembled = folder.sox("asm app.soxs -o again.soxc");
        assert_eq!(assembled.status, Some(0), "{assembled:?}");
        assert_eq!(folder.read("again.soxc"), folder.read("app.soxc"), "{flags}");
    }
    let piped = folder.sox_from("asm - -o again.soxc", "app.soxs");
    assert_eq!(piped.status, Some(0), "{piped:?}");
    // The program and its file are listed alike.
    folder.sox("bytecode app.sox -o app.soxc");
    let uncommented = |listing: Finished| -> Vec<String> {
        let lines = listing.stdout.lines();
        lines.map(|line| line.split(" ;").next().unwrap().trim_end().to_string()).collect()
    };
    let (source, file) = (folder.sox("disasm app.sox"), folder.sox("disasm app.soxc"));
    assert!(source.stdout.contains("; return fib(n - 1) + fib(n - 2)\n"), "{source:?}");
    assert!(!file.stdout.contains("; return fib"), "{file:?}");
    assert_eq!(folder.sox("disasm --source app.soxc"), source);
    assert_eq!(uncommented(source), uncommented(file));
}

#[test]
fn the_documented_listing_is_what_is_printed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bytecode-format.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```text\n  fn fib").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let folder = Folder::with_app(FIB);
    let printed = folder.sox("disasm app.sox").stdout;
    assert!(printed.contains(&format!("  fn fib{example}")), "{printed}");
}

#[test]
fn tools_read_the_listing_as_json() {
    let folder = Folder::with_app(FIB);
    let printed = folder.sox("disasm --json app.soxc").stdout;
    let value: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let fib = &value["functions"][1];
    assert_eq!((&fib["name"], &fib["params"]), (&"fib".into(), &1.into()), "{fib}");
    let first = &fib["code"][0];
    let expected = serde_json::json!({
        "at": 0, "line": 2, "depth": 0, "op": "GetLocal", "operands": [{ "local": 0, "name": "n" }],
    });
    assert_eq!(*first, expected);
}

#[test]
fn what_is_no_listing_is_refused_with_its_line() {
    let folder = Folder::with_app(FIB);
    let good = folder.sox("disasm app.soxc").stdout;
    let refused = |from: &str, to: &str, because: &str| {
        let at = good.find(from).unwrap_or_else(|| panic!("{from} is not in {good}"));
        let line = good[..at].matches('\n').count() + 1;
        fs::write(folder.path("bad.soxs"), good.replacen(from, to, 1)).unwrap();
        let finished = folder.sox("asm bad.soxs -o bad.soxc");
        assert_eq!(finished.status, Some(65), "{to}: {finished:?}");
        let expected = format!("error: bad.soxs:{line}: {because}\n");
        assert_eq!(finished.stderr, expected, "{to}");
        assert!(!folder.path("bad.soxc").exists());
    };
    refused("sox bytecode 1", "sox bytecode 2", "this sox assembles version 1, not 2");
    refused(
        "sox bytecode 1",
        "fox bytecode 1",
        "the first line is 'sox bytecode 1' or 'poh bytecode 1'",
    );
    refused("GetLocal", "GetLocl", "there is no instruction GetLocl; did you mean GetLocal?");
    refused("GetLocal            n", "GetLocal m", "there is no local m");
    refused("GetLocal            n", "GetLocal", "something is missing at the end");
    refused("GetLocal            n", "GetLocal n, n", "there is too much in this line");
    refused("GetLocal            n", "GetLocal #70000", "70000 is too large for GetLocal");
    refused("JumpIfFalse         L1", "JumpIfFalse L9", "there is no label L9 in this function");
    refused("2:6-11", "99:6-11", "'99:6-11' is no place of the source");
    refused("  Less", "  ~", "there is no instruction ~");
    refused("constant #0", "constant #7", "this is constant #0");
    refused("constant #0 \"script\"", "constant #0 \"script", "a text has no end");
    refused("fn fib(n) #1", "fn fib(n) #0", "function #0 is there twice");
    refused(", 1 local,", ", 99999 locals,", "'99999' is no number that fits here");
}

/// Programs that no compiler makes: they assemble, and the verifier refuses them.
#[test]
fn programs_that_break_a_rule_are_refused_before_anything_runs() {
    let folder = Folder::with_app("var x = 1\nprint \"never\"\nfn f() { return x }\n");
    let good = folder.sox("disasm app.soxc").stdout;
    let body = good.find("fn f()").unwrap();
    let code = body + good[body..].find('\n').unwrap() + 1;
    let end = code + good[code..].find("\n\n").unwrap();
    let with = |locals: &str, body_code: &str| {
        let text = format!("{}{body_code}{}", &good[..code], &good[end..]);
        let text = text.replace("fn f() #1, 0 locals", &format!("fn f() #1, {locals}"));
        fs::write(folder.path("bad.soxs"), text).unwrap();
        let assembled = folder.sox("asm bad.soxs -o bad.soxc");
        assert_eq!(assembled.status, Some(0), "{assembled:?}");
    };
    with("0 locals", "Nil\nReturn");
    assert_eq!(folder.sox("verify bad.soxc").status, Some(0));
    let cell = "Nil\nNewCell #0\nGetLocal #0\nReturn";
    with("1 local", cell);
    refused(
        &folder,
        "bad.soxc",
        "function 1 'f', instruction 2: GetLocal: local 0 holds a cell (rule 22",
    );
    with("0 locals", "NewClass x\nReturn");
    refused(&folder, "bad.soxc", "Return takes an unfinished class (rule 20");
    with("0 locals", "Return");
    refused(&folder, "bad.soxc", "Return takes 1 of 0 operands (rule 17");
    with("0 locals", "L1:\nJump L1");
    refused(&folder, "bad.soxc", "Jump goes to 0 (rule 12");
    with("0 locals", "Nil");
    refused(&folder, "bad.soxc", "the last instruction goes on (rule 10");
    let overlap = "errors from L1 to L3 go to L5, keeping 0 operands\n\
        errors from L2 to L4 go to L5, keeping 0 operands\n\
        L1:\nNil\nL2:\nPop\nL3:\nNil\nL4:\nReturn\nL5:\nThrow";
    with("0 locals", overlap);
    refused(&folder, "bad.soxc", "handlers 1 and 0 (rule 14");
    with("0 locals", "GetLocal #5\nReturn");
    refused(&folder, "bad.soxc", "local 5 of 0 (rule 1");
}

#[test]
fn numbers_that_look_like_pointers_are_refused() {
    let folder = Folder::with_app("print 0.5\n");
    let mut bytes = folder.read("app.soxc");
    let half = 0.5_f64.to_le_bytes();
    let at = bytes.windows(8).position(|window| window == half).unwrap();
    for bits in [0xfffc_0000_0000_1000, 0xfffa_0000_0000_0000, 0x7ff8_0000_0000_0001_u64] {
        bytes[at..at + 8].copy_from_slice(&bits.to_le_bytes());
        fs::write(folder.path("bad.soxc"), &bytes).unwrap();
        refused(&folder, "bad.soxc", &format!("bits {bits:#x} (rule 3"));
    }
}

#[test]
fn only_files_signed_by_the_right_key_run() {
    let folder = Folder::with_app("print \"runs\"\n");
    for name in ["mine", "other"] {
        let made = folder.sox(&format!("keygen {name}"));
        assert_eq!(made.status, Some(0), "{made:?}");
    }
    let signed = folder.sox("bytecode --sign mine.key app.sox -o signed.soxc");
    assert_eq!((signed.status, &*signed.stderr), (Some(0), ""));
    let public = String::from_utf8(folder.read("mine.pub")).unwrap();
    let digits = public.split_whitespace().nth(1).unwrap();
    let verdict = folder.sox("verify signed.soxc").stdout;
    assert!(verdict.ends_with(&format!(", signed by {digits}\n")), "{verdict}");
    // The unsigned file is the beginning of the signed one.
    assert!(folder.read("signed.soxc").starts_with(&folder.read("app.soxc")));

    let run = |key: &str, file: &str| folder.sox(&format!("run --require-signature {key} {file}"));
    for key in ["mine.pub", digits] {
        assert_eq!(run(key, "signed.soxc").stdout, "runs\n", "{key}");
    }
    let both = "other.pub --require-signature mine.pub";
    assert_eq!(run(both, "signed.soxc").stdout, "runs\n");
    assert_eq!(folder.sox("signed.soxc").stdout, "runs\n");
    let refused = |key: &str, file: &str, because: &str| {
        let finished = run(key, file);
        assert_eq!((finished.status, &*finished.stdout), (Some(65), ""), "{finished:?}");
        assert!(finished.stderr.contains(because), "{finished:?}");
    };
    refused("other.pub", "signed.soxc", "--require-signature does not name");
    refused("mine.pub", "app.soxc", "'app.soxc' is not signed");
    refused("mine.pub", "app.sox", "'app.sox' is no bytecode");
    refused("mine.key", "signed.soxc", "'mine.key' is no public key file");
    // Changed by one bit, of the program or of the signature.
    let good = folder.read("signed.soxc");
    let text = good.windows(4).position(|window| window == b"runs").unwrap();
    for at in [text, good.len() - 1, good.len() - 70] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        fs::write(folder.path("bad.soxc"), bytes).unwrap();
        refused("mine.pub", "bad.soxc", "has a signature that is not of this file");
        assert_eq!(folder.sox("verify bad.soxc").status, Some(65));
    }
}

#[test]
fn keys_are_made_once_and_read_with_care() {
    let folder = Folder::with_app("print 1\n");
    folder.sox("keygen mine");
    let before = folder.read("mine.key");
    let again = folder.sox("keygen mine");
    assert_eq!(again.status, Some(73), "{again:?}");
    assert_eq!(folder.read("mine.key"), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path("mine.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let signed = folder.sox("bytecode --sign mine.pub app.sox -o signed.soxc");
    assert_eq!(signed.status, Some(65), "{signed:?}");
    assert!(signed.stderr.contains("'mine.pub' is no secret key file"), "{signed:?}");
    assert!(!folder.path("signed.soxc").exists());
    assert_eq!(folder.sox("bytecode --sign no.key app.sox -o signed.soxc").status, Some(66));
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
