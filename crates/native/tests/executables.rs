//! Executables and objects as files: run by the system, linked by the system's compiler.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "../../machine/tests/common/modules.rs"]
mod modules;

use modules::modules;
use sox_machine::ir::Isa;
use sox_machine::nir::{Expect, Run, runs};
use sox_machine::{Syntax, Verified, codegen, load, opt};
use sox_native::{BuildError, Emit, Options, Target, compile};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SIGILL: i32 = 4;
/// "Text file busy": another thread forked while the file was open for writing.
const ETXTBSY: i32 = 26;

fn nir(text: &str) -> Verified {
    load(text.as_bytes(), Syntax::Nir).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn options(emit: Emit) -> Options {
    Options { emit, ..Options::new(Target::LinuxX64) }
}

fn write_executable(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("program");
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Runs a program; the first argument is the name it is called by.
fn run(bytes: &[u8], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = write_executable(folder.path(), bytes);
    loop {
        let mut command = Command::new(&path);
        if let [name, rest @ ..] = arguments {
            command.arg0(name).args(rest);
        }
        match command.output() {
            Err(error) if error.raw_os_error() == Some(ETXTBSY) => continue,
            output => return output.unwrap(),
        }
    }
}

#[test]
fn programs_run_as_they_say() {
    let mut count = 0;
    for (path, syntax) in modules("tests/native") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mains: Vec<Run> =
            runs(&text).unwrap().into_iter().filter(|run| run.function == b"main").collect();
        if mains.is_empty() {
            continue;
        }
        let module = load(text.as_bytes(), syntax).unwrap();
        if module.module().isa == Some(Isa::Arm64) {
            let error = compile(&module, &options(Emit::Executable)).unwrap_err();
            assert!(error.to_string().contains("its target is arm64"), "{error}");
            continue;
        }
        let program = compile(&module, &options(Emit::Executable))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for expected in mains {
            let arguments: Vec<&str> =
                expected.arguments.iter().map(|text| text.trim_matches('"')).collect();
            let output = run(&program, &arguments);
            let Expect { exit, stdout, stderr, trap, .. } = &expected.expect;
            let place = format!("{}:{}", path.display(), expected.line);
            assert_eq!(output.stdout, *stdout, "{place}");
            assert_eq!(output.stderr, *stderr, "{place}");
            assert_eq!(output.status.code(), exit.map(i32::from), "{place}");
            assert_eq!(output.status.signal() == Some(SIGILL), *trap, "{place}");
            count += 1;
        }
    }
    assert!(count >= 4, "only {count} programs");
}

#[test]
fn hello_is_small() {
    let text = "function i64 $main() {\n    %s =i64 string \"hello, world\"\n    \
        call $println(%s)\n    ret 0\n}\n";
    for level in 0..=opt::Options::MAX_LEVEL {
        let mut options = Options { strip: true, ..options(Emit::Executable) };
        options.codegen.optimize = opt::Options::level(level);
        let program = compile(&nir(text), &options).unwrap();
        let output = run(&program, &["hello"]);
        assert_eq!((&output.stdout[..], output.status.code()), (&b"hello, world\n"[..], Some(0)));
        assert!(program.len() <= 1024, "{} bytes at -O{level}", program.len());
    }
}

#[test]
fn a_trap_is_a_signal_and_a_failure_a_status() {
    let output = run(
        &compile(&nir("function $main() {\n    trap\n}\n"), &options(Emit::Executable)).unwrap(),
        &["t"],
    );
    assert_eq!(output.status.signal(), Some(SIGILL));
    let text = "function i64 $main(i64 %n) {\n    %z =i64 sub %n, 1\n    %r =i64 sdiv 1, %z\n    ret %r\n}\n";
    let output = run(&compile(&nir(text), &options(Emit::Executable)).unwrap(), &["t"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"error: division by zero\n");
}

#[test]
fn the_heap_and_zeroed_data_are_as_large_as_they_must_be() {
    let text = "bss $large align 4096 size 100000000\n\
        function i64 $main() {\n    %i =i64 const 0\n@loop\n    %p =i64 struct_new 4000\n    \
        field_set %p, 3992, %i\n    %i =i64 add %i, 1\n    jlt %i, 5000, @loop\n    \
        store8 [$large + 99999999], 7\n    %v =i64 load8u [$large + 99999999]\n    \
        %a =i64 addr $large\n    %a =i64 and %a, 4095\n    %v =i64 add %v, %a\n    ret %v\n}\n";
    let program = compile(&nir(text), &options(Emit::Executable)).unwrap();
    assert!(program.len() < 1 << 16, "{} bytes", program.len());
    assert_eq!(run(&program, &["t"]).status.code(), Some(7));
}

/// Numbers of elements whose bytes are few modulo 2^64, or negative for who takes them as signed.
#[test]
fn the_runtime_believes_no_size() {
    for (call, argument) in [
        ("rt.array_new(8, %n)", "0x2000000000000000"),
        ("rt.array_new(8, %n)", "0x2000000000000001"),
        ("rt.array_new(16, %n)", "-1"),
        ("rt.alloc(%n)", "-1"),
        ("rt.alloc(%n)", "-16"),
        ("rt.alloc(%n)", "0x7fffffffffffffff"),
        ("rt.alloc(%n)", "0x8000000000000000"),
    ] {
        let text = format!(
            "import $rt.array_new(2)\nimport $rt.alloc(1)\nfunction i64 $main() {{\n    \
             %first =i64 struct_new 8\n    %n =i64 const {argument}\n    \
             %r =i64 call ${call}\n    ret 0\n}}\n"
        );
        let output = run(&compile(&nir(&text), &options(Emit::Executable)).unwrap(), &["t"]);
        assert_eq!(output.status.code(), Some(2), "{call} with {argument}: {output:?}");
        assert_eq!(output.stderr, b"error: out of memory\n");
    }
}

#[test]
fn what_is_missing_is_named() {
    let missing = |text: &str| match compile(&nir(text), &options(Emit::Executable)) {
        Err(BuildError::Link(errors)) => errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let text = "import $puts(1)\nfunction i64 $main() {\n    %p =i64 addr $main\n    \
        call $puts(%p)\n    ret 0\n}\n";
    assert_eq!(missing(text), ["`puts` is not defined; `main` uses it"]);
    let no_main = compile(&nir("function $f() {\n    ret\n}\n"), &options(Emit::Executable));
    assert!(matches!(no_main, Err(BuildError::NoMain)), "{no_main:?}");
    for head in
        ["$main(f64 %x)", "$main(i64 %a, i64 %b, i64 %c)", "i64, i64 $main()", "f64 $main()"]
    {
        let text = format!("function {head} {{\n@again\n    jmp @again\n}}\n");
        let module = nir(&text);
        let program = compile(&module, &options(Emit::Executable));
        assert!(matches!(program, Err(BuildError::MainSignature)), "{head}: {program:?}");
        // In an object it is a function like others.
        assert!(compile(&module, &options(Emit::Object)).is_ok(), "{head}");
    }
    let errors =
        missing("export function $sys.exit() {\n    ret\n}\nfunction $main() {\n    ret\n}\n");
    assert_eq!(errors, ["`sys.exit` is defined twice"]);
    // No name stands for something that only looks as if it were there.
    for name in ["log", "f", "new", "now", "error", "gs", "intn", "sleep", "thread__wait"] {
        let text = format!("function i64 $main() {{\n    call ${name}(1)\n    ret 0\n}}\n");
        let faults = load(text.as_bytes(), Syntax::Nir).unwrap_err();
        assert!(faults[0].to_string().contains(name), "{}", faults[0]);
    }
}

/// Sections, symbols and segments as another reader of the format has them.
#[test]
fn files_are_sound_for_other_tools() {
    let text = "data $words align 8 { i64 $main, i64 7 }\nbss $room align 64 size 100\n\
        function i64 $main() {\n    %s =i64 string \"x\"\n    print_str %s\n    %v =i64 load [$words + 8]\n    \
        store [$room], %v\n    ret %v\n}\n";
    let module = nir(text);
    for emit in [Emit::Executable, Emit::Object] {
        let bytes = compile(&module, &options(emit)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = write_executable(folder.path(), &bytes);
        let tools = ["llvm-readobj-19", "llvm-readobj"];
        let output = tools.iter().find_map(|tool| {
            let flags = ["--sections", "--symbols", "--segments", "--relocations"];
            Command::new(tool).args(flags).arg(&path).output().ok()
        });
        let Some(output) = output else { continue };
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(text.contains("Name: main") && text.contains("Name: .bss"), "{text}");
        assert!(!text.contains("warning"), "{text}");
        if emit == Emit::Executable {
            assert_eq!(run(&bytes, &["t"]).status.code(), Some(7));
            let stack = text.split("PT_GNU_STACK").nth(1).unwrap();
            assert!(!stack.split('}').next().unwrap().contains("PF_X"), "{text}");
        }
    }
}

/// The system's C compiler, or one for another system with what runs its programs.
struct C {
    target: Target,
    compiler: &'static str,
    flags: &'static [&'static [&'static str]],
    runner: &'static [&'static str],
}

/// Calls both ways with many arguments of both kinds, variadic calls, callbacks, preserved registers.
#[test]
fn objects_link_with_c() {
    links_with_c(&C {
        target: Target::LinuxX64,
        compiler: "cc",
        flags: &[&["-O1", "-no-pie"], &["-O2", "-pie", "-fPIE"]],
        runner: &[],
    });
}

#[test]
fn arm64_objects_link_with_c() {
    links_with_c(&C {
        target: Target::LinuxArm64,
        compiler: "aarch64-linux-gnu-gcc",
        flags: &[&["-O1", "-static"], &["-O2", "-static-pie", "-fPIE"]],
        runner: &["qemu-aarch64-static"],
    });
}

fn links_with_c(c: &C) {
    for tool in [c.compiler].iter().chain(c.runner) {
        if Command::new(tool).arg("--version").output().is_err() {
            eprintln!("SKIPPED: objects for {} and C ({tool} is not installed)", c.target.name());
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, program) = (folder.path().join("native.o"), folder.path().join("program"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/harness.c");
    for level in 0..=opt::Options::MAX_LEVEL {
        let codegen =
            codegen::Options { optimize: opt::Options::level(level), ..Default::default() };
        let options = Options { emit: Emit::Object, codegen, ..Options::new(c.target) };
        let object = compile(&nir(include_str!("c/native.nir")), &options).unwrap();
        std::fs::write(&ours, object).unwrap();
        for flags in c.flags {
            let built = Command::new(c.compiler)
                .args(*flags)
                .args([&source, &ours])
                .arg("-o")
                .arg(&program)
                .output()
                .unwrap();
            let complaints = String::from_utf8_lossy(&built.stderr);
            assert!(built.status.success() && complaints.is_empty(), "{complaints}");
            let mut words: Vec<&std::ffi::OsStr> = c.runner.iter().map(AsRef::as_ref).collect();
            words.push(program.as_os_str());
            let output = Command::new(words[0]).args(&words[1..]).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(0), "-O{level}, {flags:?}: {text}");
            assert_eq!(text, include_str!("c/expected.txt"), "-O{level}, {flags:?}");
        }
    }
}
