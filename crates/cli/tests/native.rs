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
    for (target, line) in [("linux-x64", "    call rt.println\n"), ("linux-arm64", "    ret\n")] {
        let made = native(folder, &["hello.nir", "-o", "-", "--emit", "asm", "--target", target]);
        let text = String::from_utf8(made.stdout).unwrap();
        assert!(text.contains("\nmain:\n") && text.contains(line), "{text}");
    }
    // To the other syntax and back.
    assert!(native(folder, &["hello.nir", "-o", "hello.ir", "--emit", "ir"]).status.success());
    let back = native(folder, &["hello.ir", "-o", "-", "--emit", "nir", "--strict"]);
    assert_eq!(String::from_utf8_lossy(&back.stdout), HELLO);
}

#[test]
fn several_files_become_one_program() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let twice = "export function i64 $twice(i64 %n) {\n    %r =i64 add %n, %n\n    ret %r\n}\n";
    let main = "import $twice(1)\nfunction i64 $main() {\n    %r =i64 call $twice(21)\n    \
        ret %r\n}\n";
    std::fs::write(folder.join("twice.nir"), twice).unwrap();
    std::fs::write(folder.join("main.nir"), main).unwrap();
    // Objects are known by their first bytes, not by their names.
    let made = native(folder, &["twice.nir", "-o", "twice", "--emit", "obj"]);
    assert!(made.status.success(), "{made:?}");
    let made = native(folder, &["twice.nir", "-o", "libtwice.a", "--emit", "archive"]);
    assert!(made.status.success(), "{made:?}");
    for second in ["twice", "twice.nir", "libtwice.a"] {
        let made = native(folder, &["main.nir", second, "-o", "program"]);
        assert!(made.status.success() && made.stderr.is_empty(), "{made:?}");
        let output = Command::new(folder.join("program")).output().unwrap();
        assert_eq!(output.status.code(), Some(42));
    }
    std::fs::write(folder.join("cut.o"), b"\x7fELF\x02\x01\x01").unwrap();
    std::fs::write(folder.join("libcut.a"), b"!<arch>\n/").unwrap();
    std::fs::write(folder.join("notes"), main).unwrap();
    std::fs::write(folder.join("arm.nir"), format!("target arm64\n{main}")).unwrap();
    std::fs::write(folder.join("libthin.a"), b"!<thin>\n").unwrap();
    std::fs::write(folder.join("guard.nir"), main.replace("twice", "__stack_chk_fail")).unwrap();
    let cases: [(&[&str], i32, &str); 11] = [
        (&["main.nir"], 65, "`twice` is not defined; `main` uses it\nhelp: name the file"),
        (&["main.nir", "cut.o"], 65, "cut.o: the file is cut off: ELF header at offset 0x0"),
        (&["main.nir", "twice", "twice.nir"], 65, "defined twice: in twice and in twice.nir"),
        (&["arm.nir", "twice"], 65, "'arm.nir' is for linux-arm64, and 'twice' for linux-x64"),
        (&["main.nir", "twice", "--emit", "obj"], 64, "several files become an executable"),
        (&["twice", "--emit", "nir"], 64, "'twice' is compiled already"),
        (&["main.nir", "cut.o", "--emit", "archive"], 65, "cut.o: the file is cut off"),
        (&["main.nir", "libcut.a"], 65, "libcut.a: the file is cut off: header of a member"),
        (&["main.nir", "libthin.a"], 65, "is not supported\nhelp: make it with its members"),
        (&["guard.nir"], 65, "help: compile the C files with -fno-stack-protector"),
        (&["main.nir", "notes"], 64, "neither a .nir nor an .ir file, an object or an archive"),
    ];
    for (arguments, status, message) in cases {
        let made = native(folder, &[arguments, &["-o", "none"]].concat());
        let stderr = String::from_utf8_lossy(&made.stderr);
        assert_eq!(made.status.code(), Some(status), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
        assert!(!folder.join("none").exists());
    }
}

#[test]
fn levels_and_passes_are_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text =
        "function i64 $main() {\n    %x =i64 const 6\n    %y =i64 mul %x, 7\n    ret %y\n}\n";
    std::fs::write(folder.join("answer.nir"), text).unwrap();
    let print = |flags: &[&str]| {
        let made = native(folder, &[&["answer.nir", "-o", "-"], flags].concat());
        assert!(made.status.success(), "{made:?}");
        String::from_utf8(made.stdout).unwrap()
    };
    let folded = "function i64 $main() {\n    ret 42\n}\n";
    let product = "function i64 $main() {\n    %y =i64 mul 6, 7\n    ret %y\n}\n";
    assert_eq!(print(&["--emit", "nir"]), text);
    assert_eq!(print(&["--emit", "nir", "-O1"]), folded);
    assert_eq!(print(&["--dump", "ssa"]), product);
    assert_eq!(print(&["--emit", "nir", "-O2", "--without", "gvn,dce"]), product);
    for flags in [["--dump", "magic"], ["-O", "3"]] {
        let refused = native(folder, &["answer.nir", "-o", "x", flags[0], flags[1]]);
        assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    }
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
