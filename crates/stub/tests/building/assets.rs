//! Assets: the same files, found the same way, run and built.

use crate::support::Release;
use crate::{Folder, Test};

pub(crate) const TESTS: &[Test] = &[
    ("assets_are_read_wherever_the_program_runs", assets_are_read_wherever_the_program_runs),
    ("assets_are_the_programs_own", assets_are_the_programs_own),
    ("a_damaged_asset_is_told_when_it_is_used", a_damaged_asset_is_told_when_it_is_used),
    ("an_earlier_executable_is_no_asset", an_earlier_executable_is_no_asset),
];

const READER: &str = r#"
import "std/file"
import "std/path"
fn attempt(what) {
    try { print what() } catch (e) { print e.kind + " " + e.message }
}
print file.read("asset:/data/a.txt")
print file.lines("asset:/data/deep/b.txt")
print file.read(path.join("asset:/data", "deep", "b.txt")) == file.read("asset:/data/deep/b.txt")
print [file.exists("asset:/data/a.txt"), file.exists("asset:/data"), file.exists("asset:/no")]
print [file.isDir("asset:/data"), file.isDir("asset:/data/a.txt"), file.isDir("asset:/")]
print [file.list("asset:/data"), file.list("asset:/data/deep"), file.size("asset:/data/a.txt")]
print path.absolute("asset:/data/a.txt")
attempt(fn() { return file.read("asset:/no") })
attempt(fn() { return file.read("asset:/data") })
attempt(fn() { return file.read("asset:/data/../reader.sox") })
attempt(fn() { return file.list("asset:/data/a.txt") })
attempt(fn() { return file.write("asset:/data/a.txt", "x") })
attempt(fn() { return file.append("asset:/data/a.txt", "x") })
attempt(fn() { return file.remove("asset:/data/a.txt") })
attempt(fn() { return file.mkdir("asset:/new") })
attempt(fn() { return file.rename("asset:/data/a.txt", "b.txt") })
"#;

const READ: &str = r#"alpha
[one,two]
true
[true,true,false]
[true,false,true]
[[a.txt,deep],[b.txt],5]
asset:/data/a.txt
IOError file.read: cannot read "asset:/no": no such file or directory.
IOError file.read: cannot read "asset:/data": it is a directory.
IOError file.read: cannot read "asset:/data/../reader.sox": the path is not valid.
IOError file.list: cannot list "asset:/data/a.txt": a part of the path is not a directory.
IOError file.write: cannot write "asset:/data/a.txt": assets can only be read.
IOError file.append: cannot write "asset:/data/a.txt": assets can only be read.
IOError file.remove: cannot remove "asset:/data/a.txt": assets can only be read.
IOError file.mkdir: cannot make "asset:/new": assets can only be read.
IOError file.rename: cannot rename "asset:/data/a.txt": assets can only be read.
"#;

fn folder() -> Folder {
    Folder::new(&[
        ("app/reader.sox", READER),
        ("app/data/a.txt", "alpha"),
        ("app/data/deep/b.txt", "one\ntwo\n"),
        ("app/data/.secret", "no asset unless it is named"),
        ("elsewhere/x", ""),
    ])
}

fn assets_are_read_wherever_the_program_runs(release: &Release) {
    let folder = folder();
    let elsewhere = folder.path().join("elsewhere");
    release.build(folder.path(), "app/reader.sox -o built --include data/**");
    let built = folder.run("built");
    assert_eq!((&*built.stdout, built.status), (READ, Some(0)), "{}", built.stderr);
    for line in ["../app/reader.sox", "run --include data ../app/reader.sox"] {
        let run = release.run(&elsewhere, line);
        // Beside the program there is more than the pattern takes, which a list shows.
        let stdout = run.stdout.replace("[.secret,", "[");
        assert_eq!((&*stdout, run.status), (READ, Some(0)), "{line}: {}", run.stderr);
    }
    let poh = "Set words to read file at \"asset:/data/a.txt\"\nWrite words\n";
    folder.write("app/reader.poh", poh);
    release.build(folder.path(), "app/reader.poh -o poh --include data/a.txt --sandbox");
    assert_eq!(folder.run("poh").stdout, "alpha\n");
}

/// A program may always read what is a part of it, and beside it only if it may read files at all.
fn assets_are_the_programs_own(release: &Release) {
    let folder = folder();
    let source = "import \"std/file\"\nprint file.read(\"asset:/data/a.txt\")\n\
                  print file.read(\"app/data/a.txt\")\n";
    folder.write("app/both.sox", source);
    release.build(folder.path(), "app/both.sox -o built --include data --sandbox");
    let built = folder.run("built");
    assert_eq!(built.stdout, "alpha\n");
    assert!(built.stderr.contains("(sox build --sandbox)"), "{}", built.stderr);
    let run = release.run(folder.path(), "run --include data --deny fs app/both.sox");
    assert_eq!(run.stdout, "alpha\n");
    assert!(run.stderr.contains("(--deny fs)"), "{}", run.stderr);
    let run = release.run(folder.path(), "run --deny fs app/both.sox");
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("(--deny fs)"), "{}", run.stderr);
}

fn a_damaged_asset_is_told_when_it_is_used(release: &Release) {
    let source = "import \"std/file\"\nprint 1\nprint file.read(\"asset:/a.txt\")\n";
    let folder = Folder::new(&[("main.sox", source), ("a.txt", "findable bytes")]);
    release.build(folder.path(), "main.sox -o built --include a.txt");
    let mut bytes = folder.read("built");
    let at = bytes.windows(8).rposition(|eight| eight == b"findable").expect("it is in there");
    bytes[at] ^= 1;
    // Over the file, which keeps its rights.
    folder.write("built", &bytes);
    let finished = folder.run("built");
    assert_eq!((&*finished.stdout, finished.status), ("1\n", Some(70)));
    assert!(finished.stderr.contains("altered or damaged"), "{}", finished.stderr);
}

fn an_earlier_executable_is_no_asset(release: &Release) {
    let folder = Folder::new(&[("main.sox", "print 1\n"), ("a.txt", "a")]);
    release.build(folder.path(), "main.sox -o built --include **");
    let first = folder.read("built");
    release.build(folder.path(), "main.sox -o built --include **");
    assert!(first == folder.read("built"), "the second build has the first in it");
}
