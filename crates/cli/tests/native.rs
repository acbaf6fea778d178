//! `sox native`: files in, programs and other files out.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::path::Path;
use std::process::Command;

const HELLO: &str = "function i64 $main(i64 %count) {\n    %s =i64 string \"hello\"\n    \
    call $println(%s)\n    %r =i64 add %count, 40\n    ret %r\n}\n";

fn native(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let sox = env!("CARGO_BIN_EXE_sox");
    Command::new(sox).arg("native").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn a_module_becomes_a_program_an_object_and_other_text() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("hello.nir"), HELLO).unwrap();
    let made = native(folder, &["hello.nir", "-o", "hello", "--strip", "-O0"]);
    assert!(made.status.success() && made.stderr.is_empty(), "{made:?}");
    let output = Command::new(folder.join("hello")).arg("again").output().unwrap();
    assert_eq!((&output.stdout[..], output.status.code()), (&b"hello\n"[..], Some(42)));
    let made = native(folder, &["hello.nir", "-o", "hello.o", "--emit", "obj"]);
    assert!(made.status.success(), "{made:?}");
    assert!(std::fs::read(folder.join("hello.o")).unwrap().starts_with(b"\x7fELF"));
    // To the other syntax and back.
    assert!(native(folder, &["hello.nir", "-o", "hello.ir", "--emit", "ir"]).status.success());
    let back = native(folder, &["hello.ir", "-o", "-", "--emit", "nir", "--strict"]);
    assert_eq!(String::from_utf8_lossy(&back.stdout), HELLO);
}

#[test]
fn what_is_refused_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let missing = "import $puts(1)\nfunction $main() {\n    call $puts(0)\n    ret\n}\n";
    let foreign = "target arm64\nfunction $main() {\n    !x0 =i64 const 1\n    ret\n}\n";
    let cases = [("broken", "function {\n"), ("missing", missing), ("foreign", foreign)];
    for (name, text) in cases {
        let file = format!("{name}.nir");
        std::fs::write(folder.join(&file), text).unwrap();
        let made = native(folder, &[&file, "-o", name, "--target", "linux-x64"]);
        assert_eq!(made.status.code(), Some(65), "{made:?}");
        assert!(made.stderr.starts_with(b"error"), "{made:?}");
        assert!(!folder.join(name).exists());
    }
}
