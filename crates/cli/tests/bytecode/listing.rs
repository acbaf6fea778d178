//! Bytecode as text and back.

use crate::{Finished, Folder};
use std::fs;
use std::path::Path;

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
    for (file, told) in [
        ("app.soxc", "error: 'app.soxc' is bytecode, not a listing of it\n"),
        ("junk", "error: 'junk' is not text, so it is no listing\n"),
        ("app.sox", "error: app.sox:1: the first line is "),
    ] {
        fs::write(folder.path("junk"), b"\xff\xfe\0").unwrap();
        let finished = folder.sox(&format!("asm {file} -o none.soxc"));
        assert!(finished.stderr.starts_with(told), "{finished:?}");
        assert!(finished.stderr.ends_with("\nhelp: listings are made by sox disasm\n"));
        assert_eq!(finished.status, Some(65));
    }
    let good = folder.sox("disasm app.soxc").stdout;
    let refused = |from: &str, to: &str, because: &str| {
        let at = good.find(from).unwrap_or_else(|| panic!("{from} is not in {good}"));
        let line = good[..at].matches('\n').count() + 1;
        fs::write(folder.path("bad.soxs"), good.replacen(from, to, 1)).unwrap();
        let finished = folder.sox("asm bad.soxs -o bad.soxc");
        assert_eq!(finished.status, Some(65), "{to}: {finished:?}");
        let expected = format!("error: bad.soxs:{line}: {because}\n");
        let told = finished.stderr.replace("help: listings are made by sox disasm\n", "");
        assert_eq!(told, expected, "{to}");
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
