//! What a built program does with arguments, settings, its environment, and a damaged payload.
#![cfg(unix)]

use sox_driver::{Debug, Input, Options, check, compile};
use sox_execution::BuiltSettings;
use sox_library::Permission;
use sox_objfile::{Options as FileOptions, Payload, RegionKind, find_in_file, inject};
use sox_testkit::command::{Finished, run};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn stub() -> Vec<u8> {
    std::fs::read(env!("CARGO_BIN_EXE_soxrt")).expect("the stub was built")
}

fn payload(source: &str, settings: BuiltSettings) -> Payload {
    payload_of("program.sox", source, settings, Debug::Places)
}

fn payload_of(name: &str, source: &str, settings: BuiltSettings, debug: Debug) -> Payload {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join(name);
    std::fs::write(&path, source).expect("a scratch file");
    let input = Input::File(path);
    let checked = check(&input, input.unit(), &Options::default()).expect("it can be read");
    let checked = checked.expect("it has no errors");
    let mut payload = Payload::default();
    payload.flags = settings.flags();
    if let Some(limits) = settings.region() {
        payload.set(RegionKind::Settings, limits);
    }
    let bytecode = compile(&checked, &Options::default(), debug).expect("it is small");
    payload.set(RegionKind::Bytecode, bytecode);
    payload
}

fn built(source: &str, settings: BuiltSettings) -> Vec<u8> {
    inject(&stub(), &payload(source, settings), &FileOptions::default()).expect("a good stub")
}

/// Runs a file of these bytes in `folder`.
fn run_in(folder: &Path, bytes: &[u8], configure: impl Fn(&mut Command)) -> Finished {
    let path = folder.join("built program");
    std::fs::write(&path, bytes).expect("a scratch file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("rights");
    loop {
        let mut command = Command::new(&path);
        command.current_dir(folder);
        configure(&mut command);
        match run(&mut command, "", Duration::from_secs(60)) {
            // Another test is just starting a process: see tests/programs.rs.
            Err(error) if error.contains("Text file busy") => std::thread::yield_now(),
            finished => return finished.expect("it starts and ends"),
        }
    }
}

fn run_bytes(bytes: &[u8]) -> Finished {
    let folder = tempfile::tempdir().expect("a scratch folder");
    run_in(folder.path(), bytes, |_| {})
}

#[test]
fn arguments_arrive_as_they_are() {
    let bytes = built("foreach var a in argv { print a }", BuiltSettings::default());
    let folder = tempfile::tempdir().expect("a scratch folder");
    let arguments = ["--version", "--help", "-e", "", "a b", "ü", "--", "--engine=ast"];
    let finished = run_in(folder.path(), &bytes, |command| {
        command.args(arguments);
    });
    let program = folder.path().join("built program").display().to_string();
    let expected: Vec<&str> = [&*program, &*program].into_iter().chain(arguments).collect();
    assert_eq!(finished.stdout.lines().collect::<Vec<_>>(), expected);
    assert_eq!((finished.status, &*finished.stderr), (Some(0), ""));
}

#[test]
fn an_uncaught_error_has_lines_and_status_70() {
    let source = "fn f(x) {\n  throw \"bad \" + x\n}\nf(\"luck\")\n";
    let finished = run_bytes(&built(source, BuiltSettings::default()));
    assert_eq!(finished.stderr, "error: Uncaught: bad luck\n[line 2] in f()\n[line 4] in script\n");
    assert_eq!(finished.status, Some(70));
}

#[test]
fn what_was_denied_when_it_was_built_is_denied() {
    let source = "import \"std/file\"\nprint file.read(\"/etc/hostname\")\n";
    let denied = BuiltSettings::default().deny(Permission::Fs);
    let finished = run_bytes(&built(source, denied));
    assert!(finished.stderr.contains("(sox build --deny fs)"), "{}", finished.stderr);
    let finished = run_bytes(&built(source, BuiltSettings::default().sandbox()));
    assert!(finished.stderr.contains("(sox build --sandbox)"), "{}", finished.stderr);
    assert_eq!(finished.status, Some(70));
}

#[test]
fn the_environment_and_the_working_directory_have_no_say() {
    let bytes = built("print [3, 1, 2].map(fn(x) { return x * 2 })", BuiltSettings::default());
    let folder = tempfile::tempdir().expect("a scratch folder");
    for name in [".env", "sox.toml", "sox.json", ".soxrc", "std", "prelude.sox", "program.sox"] {
        std::fs::write(folder.path().join(name), "print \"planted\"\n").expect("a scratch file");
    }
    let finished = run_in(folder.path(), &bytes, |command| {
        for name in ["SOX_ENGINE", "SOX_MODULE_PATH", "SOX_STUB", "SOX_DENY", "SOX_HOME"] {
            command.env(name, "planted");
        }
    });
    assert_eq!((&*finished.stdout, &*finished.stderr), ("[6,2,4]\n", ""));
    let count = std::fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(count, 8, "nothing was written");
}

#[test]
fn a_stub_alone_says_what_it_is() {
    let finished = run_bytes(&stub());
    assert_eq!(finished.status, Some(65));
    assert!(finished.stderr.contains("bare Sox runtime"), "{}", finished.stderr);
}

/// Where the payload begins.
fn payload_start(bytes: &[u8]) -> usize {
    // The stub's code has the magic too; the payload is the last.
    let magic = sox_objfile::payload::MAGIC;
    bytes.windows(8).rposition(|eight| eight == magic).expect("it is in the file")
}

#[test]
fn a_changed_byte_is_refused() {
    let bytes = built("print 1", BuiltSettings::default());
    let start = payload_start(&bytes);
    for at in [start, start + 20, start + 85, start + 130, start + 200, bytes.len() - 20] {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let finished = run_bytes(&changed);
        assert_eq!(finished.status, Some(65), "byte {at:#x}");
        assert!(finished.stderr.contains("altered or damaged"), "{}", finished.stderr);
        assert_eq!(finished.stdout, "");
    }
    let mut newer = bytes.clone();
    newer[start + 8] = 200;
    let finished = run_bytes(&newer);
    assert_eq!(finished.status, Some(65));
    assert!(finished.stderr.contains("has format 200"), "{}", finished.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_was_cut_off_is_refused_without_a_signal() {
    let source = format!("print {:?}", "long ".repeat(10_000));
    let bytes = built(&source, BuiltSettings::default());
    let start = payload_start(&bytes);
    for end in [start, start + 1, start + 4096, bytes.len() - 5000, bytes.len() - 2] {
        let finished = run_bytes(&bytes[..end]);
        assert_eq!(finished.status, Some(65), "{end:#x} of {:#x} bytes", bytes.len());
        let message = &finished.stderr;
        assert!(message.contains("cut off") || message.contains("bare"), "{message}");
    }
}

#[test]
fn a_payload_for_another_runtime_is_refused() {
    let mut foreign = payload("print 1", BuiltSettings::default());
    foreign.flags = 1 << 60;
    let with = |payload: &Payload| {
        let bytes = inject(&stub(), payload, &FileOptions::default()).expect("a good stub");
        run_bytes(&bytes)
    };
    let mut code = Payload::default();
    code.set(RegionKind::Settings, b"?".to_vec());
    let mut text = Payload::default();
    text.set(RegionKind::Bytecode, b"print 1".to_vec());
    for payload in [&foreign, &code, &text] {
        let finished = with(payload);
        assert_eq!(finished.status, Some(65));
        assert!(finished.stderr.contains("not for this runtime"), "{}", finished.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn it_survives_strip_and_objcopy() {
    let bytes = built("print \"still here\"", BuiltSettings::default());
    let folder = tempfile::tempdir().expect("a scratch folder");
    for tool in ["strip", "strip -g", "objcopy -g", "llvm-strip", "llvm-strip-19"] {
        let tool: Vec<&str> = tool.split(' ').collect();
        let path = folder.path().join("copy");
        std::fs::write(&path, &bytes).expect("a scratch file");
        match Command::new(tool[0]).args(&tool[1..]).arg(&path).status() {
            Err(_) => eprintln!("SKIPPED: {} is not installed", tool[0]),
            Ok(status) => {
                assert!(status.success(), "{tool:?}");
                let copy = std::fs::read(&path).expect("it is there");
                assert!(copy.len() < bytes.len());
                find_in_file(&copy).expect("its payload is intact");
                assert_eq!(run_bytes(&copy).stdout, "still here\n", "{tool:?}");
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn no_memory_is_writable_and_executable() {
    let source =
        "import \"std/file\"\nforeach var l in file.lines(\"/proc/self/maps\") { print l }";
    let finished = run_bytes(&built(source, BuiltSettings::default()));
    assert!(finished.stdout.contains("r-xp"), "{} {}", finished.stdout, finished.stderr);
    assert!(!finished.stdout.contains("rwx"), "{}", finished.stdout);
}

#[test]
fn programs_in_pohlang_speak_its_words() {
    let source = "Make half with n\n  Return n divided by 0\nEnd\nWrite half(\"1\" plus 1)\n";
    let said = |debug| {
        let payload = payload_of("half.poh", source, BuiltSettings::default(), debug);
        let bytes = inject(&stub(), &payload, &FileOptions::default()).expect("a good stub");
        let finished = run_bytes(&bytes);
        assert_eq!((finished.status, &*finished.stdout), (Some(70), ""));
        finished.stderr
    };
    let rest = "  while it used the function half\n  \
                Hint: test the number first: If n is not 0 Write 10 divided by n\n";
    let error = "Error: A number cannot be divided by zero.\n  in ";
    assert_eq!(said(Debug::Places), format!("{error}line 2\n{rest}"));
    // With the texts built in, the line is shown.
    let whole = said(Debug::Texts);
    let shown = format!("half.poh, line 2\n    Return n divided by 0\n{rest}");
    assert!(whole.starts_with(&format!("{error}file: ")) && whole.ends_with(&shown), "{whole}");
}
