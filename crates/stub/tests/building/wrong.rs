//! What is wrong is said in one message; what was there before is still there.

use crate::support::{Release, host};
use crate::{Folder, Test};
use sox_driver::Target;

pub(crate) const TESTS: &[Test] = &[
    ("bad_input_is_told_and_nothing_written", bad_input_is_told_and_nothing_written),
    ("missing_stubs_are_told", missing_stubs_are_told),
    ("damaged_and_foreign_stubs_are_told", damaged_and_foreign_stubs_are_told),
    ("a_check_that_fails_keeps_nothing", a_check_that_fails_keeps_nothing),
];

/// Builds with these words: the status, and a part of the message. The output of an earlier build
/// must be as it was, and nothing else be there.
fn refused(release: &Release, folder: &Folder, line: &str, status: i32, part: &str) {
    folder.write("app", "old");
    let before = folder.names();
    let finished = release.run(folder.path(), &format!("build {line}"));
    assert_eq!(finished.status, Some(status), "sox build {line}\n{}", finished.stderr);
    assert!(finished.stderr.contains(part), "sox build {line}\n{}\nlacks: {part}", finished.stderr);
    let errors = finished.stderr.lines().filter(|line| line.contains("error")).count();
    assert!(errors >= 1 && !finished.stderr.contains("panicked"), "{}", finished.stderr);
    assert_eq!(finished.stdout, "");
    assert_eq!(folder.read("app"), b"old", "sox build {line}");
    assert_eq!(folder.names(), before, "sox build {line}");
}

fn bad_input_is_told_and_nothing_written(release: &Release) {
    let folder = Folder::new(&[
        ("ok.sox", "print 1\n"),
        ("bad.sox", "print (\n"),
        ("lost.sox", "import \"nowhere\"\n"),
        ("plain", "print 1\n"),
        ("damaged.soxc", "SOXC\x01"),
        ("no.ico", "not an icon"),
        ("dir/x", ""),
    ]);
    let refused = |line, status, part| refused(release, &folder, line, status, part);
    refused("ok.sox -o app --target linux-x46", 64, "did you mean linux-x64?");
    refused("ok.sox -o app --target atari", 64, "there are linux-x64");
    refused("ok.sox -o app --nope", 64, "--nope");
    refused("- ", 64, "-o FILE");
    refused("bad.sox -o app", 65, "nothing was built");
    refused("lost.sox -o app", 66, "nowhere");
    refused("damaged.soxc -o app", 65, "is not a bytecode file");
    refused("missing.sox -o app", 66, "missing.sox': No such file");
    refused("dir -o app", 66, "is a directory, not a program");
    refused("plain -o plain", 73, "would replace 'plain'");
    refused("plain", 73, "would replace 'plain'");
    refused("ok.sox -o dir", 73, "name a file in it: -o dir/NAME");
    refused("ok.sox -o dir/no/app", 73, "cannot write 'dir/no/app': No such file or directory");
    refused("ok.sox -o ok.sox/app", 73, "cannot write 'ok.sox/app'");
    refused("ok.sox -o app --include dir/y*", 66, "matches no file below");
    refused("ok.sox -o app --include ../x", 64, "must not lead out of the program's folder");
    refused("ok.sox -o app --icon no.ico", 65, "it does not begin like one");
    refused("ok.sox -o app --icon lost.ico", 66, "cannot use 'lost.ico' as the icon: No such file");
    refused("ok.sox -o app --version-info 1.2.x", 64, "up to four numbers");
    refused("ok.sox -o app --max-steps 0", 64, "--max-steps");
    refused("ok.sox -o app --deny everything", 64, "--deny");
}

fn missing_stubs_are_told(_: &Release) {
    let release = Release::new();
    let folder = Folder::new(&[("ok.sox", "print 1\n")]);
    let other = Target::ALL.into_iter().find(|target| target.name() != host()).expect("six");
    let place = release.stubs().join(other.name()).join(format!("soxrt{}", other.suffix()));
    let place = place.canonicalize().unwrap_or(place).display().to_string();
    let line = format!("ok.sox -o app --target {other}");
    refused(&release, &folder, &line, 66, &format!("there is no runtime for {other}"));
    refused(&release, &folder, &line, 66, &place);
    refused(&release, &folder, &line, 66, &format!("cargo xtask dist --target {other}"));
    // One that is missing keeps the others from being made.
    refused(&release, &folder, &format!("{line} --target {}", host()), 66, "there is no runtime");
    let version = release.run(folder.path(), "--version").stdout;
    assert!(version.contains(&format!("\nbuilds for {} (stubs ", host())), "{version}");
    assert_eq!(release.run(folder.path(), "-V").stdout.lines().count(), 1);
    let listed = release.run(folder.path(), "targets");
    assert_eq!(listed.status, Some(0));
    assert_eq!(listed.stdout.matches("no runtime").count(), 5, "{}", listed.stdout);
    assert!(listed.stdout.contains("runs here"), "{}", listed.stdout);
    assert!(listed.stdout.contains(&place), "{}", listed.stdout);
}

fn damaged_and_foreign_stubs_are_told(_: &Release) {
    let release = Release::new();
    let folder = Folder::new(&[("ok.sox", "print 1\n")]);
    let target = Target::parse(host()).expect("the host");
    let good = crate::support::stub();
    let foreign = match target {
        Target::LinuxArm64 => crate::tiny_elf::x64(),
        _ => crate::tiny_elf::arm64(),
    };
    folder.write("main.sox", "print 1\n");
    release.build(folder.path(), "main.sox -o built");
    let built = folder.read("built");
    let mut other = good.to_vec();
    let mark = sox_execution::STUB_MARK;
    let at = other.windows(mark.len()).position(|bytes| bytes == mark.as_bytes());
    let changed = mark.replace(|letter: char| letter.is_ascii_digit(), "9");
    other[at.expect("every stub has it")..][..mark.len()].copy_from_slice(changed.as_bytes());
    std::fs::remove_file(folder.path().join("built")).expect("it was built");
    for (stub, part) in [
        (&b""[..], "not an ELF, Mach-O or PE file"),
        (b"#!/bin/sh\n", "not an ELF, Mach-O or PE file"),
        (&good[..100], "cut off"),
        (&good[..good.len() / 2], "cut off"),
        (&foreign, "it is a runtime for"),
        (&built, "already contains a program"),
        (&other, "it is of Sox 9.9.9, and this is Sox"),
    ] {
        release.put_stub(target, stub);
        refused(&release, &folder, "ok.sox -o app", 66, part);
        refused(&release, &folder, "ok.sox -o app", 66, "soxrt");
    }
}

fn a_check_that_fails_keeps_nothing(release: &Release) {
    let folder = Folder::new(&[
        ("throws.sox", "print 1\nthrow \"no luck\"\n"),
        ("seven.sox", "fn main() { return 7 }\n"),
    ]);
    refused(release, &folder, "throws.sox -o app --check", 70, "no luck");
    refused(release, &folder, "seven.sox -o app --check", 70, "ended with exit status 7");
    release.build(folder.path(), "seven.sox -o app");
    assert_eq!(folder.run("app").status, Some(7));
}
