//! Programs of `tests/` and `examples/`, built into an executable and run.
//!
//! Left out of `tests/lang` are scripts that are about compile errors, warnings or flags of the
//! command: a built program has none of them.

use libtest_mimic::{Arguments, Failed, Trial};
use sox_driver::{Debug, Input, Options, check, compile};
use sox_objfile::{Options as FileOptions, Payload, RegionKind, inject};
use sox_testkit::command::{Finished, run};
use sox_testkit::expectations::Expectations;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout is there");
    let mut trials = Vec::new();
    for script in scripts(&root.join("tests/lang")) {
        trials.extend(lang(&root, script));
    }
    for script in scripts(&root.join("tests/run")) {
        trials.push(program(&root, script.clone(), script));
    }
    for script in scripts(&root.join("examples")) {
        let expected = root.join("examples/expected").join(script.file_name().expect("a file"));
        trials.push(program(&root, script, expected));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The scripts below a folder, without folders that begin with `_` or are called `expected`.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !name.starts_with('_') && name != "expected" {
            found.extend(scripts(&path));
        } else if name.ends_with(".sox") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Puts a script into a copy of the stub, in this folder.
fn build(script: &Path, folder: &Path) -> Result<PathBuf, String> {
    let input = Input::File(script.to_path_buf());
    let checked = check(&input, input.unit(), &Options::default()).map_err(|e| e.message)?;
    let checked = checked.map_err(|rejected| format!("{:?}", rejected.diagnostics))?;
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, compile(&checked, &Options::default(), Debug::Places)?);
    let bytes = inject(stub(), &payload, &FileOptions::default()).map_err(|e| e.to_string())?;
    let path = folder.join("program");
    write_executable(&path, &bytes).map_err(|error| error.to_string())?;
    Ok(path)
}

/// The stub without its debug information, if there is a `strip`: it is copied often.
fn stub() -> &'static [u8] {
    static STUB: OnceLock<Vec<u8>> = OnceLock::new();
    STUB.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let copy = folder.path().join("soxrt");
        std::fs::copy(env!("CARGO_BIN_EXE_soxrt"), &copy).expect("the stub was built");
        // Without it tests take longer, and that is all.
        let _ = Command::new("strip").arg(&copy).status();
        std::fs::read(&copy).expect("the copy")
    })
}

/// Starts a program that was just written. While another thread starts a process, that one holds
/// the file open for a moment, and the system does not run what is open for writing.
fn start(command: &mut Command, stdin: &str) -> Result<Finished, String> {
    for _ in 0..100 {
        match run(command, stdin, BOUND) {
            Err(error) if error.contains("Text file busy") => {
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
    run(command, stdin, BOUND)
}

fn write_executable(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn name_of(root: &Path, script: &Path) -> String {
    script.strip_prefix(root).unwrap_or(script).with_extension("").display().to_string()
}

fn lang(root: &Path, script: PathBuf) -> Option<Trial> {
    let name = name_of(root, &script);
    let text = std::fs::read_to_string(&script).ok()?;
    let expected = Expectations::parse(&text).ok()?;
    let of_the_command = !expected.flags.is_empty()
        || !expected.compile_errors.is_empty()
        || expected.exit == Some(65)
        || !expected.warnings.is_empty();
    let root = root.to_path_buf();
    (!of_the_command).then(|| {
        Trial::test(name, move || {
            let folder = tempfile::tempdir()?;
            let mut command = Command::new(build(&script, folder.path())?);
            command.current_dir(&root).env("SOX_TEST_TMP", folder.path()).args(&expected.args);
            let finished = start(&mut command, &expected.stdin)?;
            Ok(expected.compare(&finished)?)
        })
    })
}

fn program(root: &Path, script: PathBuf, expected: PathBuf) -> Trial {
    Trial::test(name_of(root, &script), move || {
        let beside = |extension| std::fs::read_to_string(expected.with_extension(extension));
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(build(&script, folder.path())?);
        let args = beside("args").unwrap_or_default();
        command.current_dir(folder.path()).env("SOX_TEST_TMP", folder.path());
        command.args(args.split_whitespace());
        let finished = start(&mut command, &beside("in").unwrap_or_default())?;
        let status: i32 = beside("code").map_or(Ok(0), |text| text.trim().parse())?;
        let stdout = beside("out").map_err(|error| format!("{}: {error}", expected.display()))?;
        if finished.stdout != stdout || finished.status != Some(status) {
            return Err(Failed::from(format!(
                "exit status {:?}, expected {status}\nstandard output:\n{}\nexpected:\n{stdout}\nstandard error:\n{}",
                finished.status, finished.stdout, finished.stderr
            )));
        }
        Ok(())
    })
}
