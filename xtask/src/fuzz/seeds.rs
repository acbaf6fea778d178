//! What fuzzers begin with: the scripts of the suites, as text and as bytecode, and objects.

use crate::shell::{cargo, root, run, target_folder};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Copies every script of the suites into the corpus of its language's target.
///
/// # Errors
/// If a file cannot be read or written.
pub(super) fn texts() -> Result<(), String> {
    for (extension, target) in [("sox", "source"), ("poh", "poh")] {
        let corpus = root().join("fuzz/corpus").join(target);
        let attempt = || -> io::Result<usize> {
            std::fs::create_dir_all(&corpus)?;
            let scripts = scripts(extension)?;
            for script in &scripts {
                std::fs::copy(script, corpus.join(name(script)))?;
            }
            Ok(scripts.len())
        };
        let count = attempt().map_err(|error| format!("fuzz corpus: {error}"))?;
        eprintln!("{count} scripts in {}", corpus.display());
    }
    Ok(())
}

/// Compiles every script that compiles into a folder, each as a compiler leaves it, optimized, or
/// without debug information, and adds the findings of earlier runs. Gives the folder.
///
/// # Errors
/// If Sox cannot be built, or a file cannot be read or written.
pub(super) fn bytecode() -> Result<PathBuf, String> {
    const FORMS: [&[&str]; 3] = [&["-O0"], &["-O2"], &["-O1", "--strip"]];
    let sox = sox()?;
    let folder = root().join("fuzz/corpus/bytecode");
    let attempt = || -> io::Result<usize> {
        std::fs::create_dir_all(&folder)?;
        let mut count = 0;
        let scripts = [scripts("sox")?, scripts("poh")?].concat();
        for (number, script) in scripts.iter().enumerate() {
            let file = folder.join(format!("{}c", name(script)));
            let mut command = Command::new(&sox);
            command.args(["bytecode", "--quiet", "-o"]).arg(file);
            command.args(FORMS[number % FORMS.len()]).arg(script);
            // Some scripts are about compile errors.
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
            count += usize::from(status.success());
        }
        for entry in std::fs::read_dir(root().join("tests/fuzz"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "soxc") {
                std::fs::copy(&path, folder.join(name(&path)))?;
            }
        }
        Ok(count)
    };
    let count = attempt().map_err(|error| format!("{}: {error}", folder.display()))?;
    eprintln!("{count} bytecode files in {}", folder.display());
    Ok(folder)
}

/// Compiles every module of the native IR that compiles into the corpus of objects: for both
/// machines, as an object and as an archive in turn.
///
/// # Errors
/// If Sox cannot be built, or a file cannot be read or written.
pub(super) fn objects() -> Result<(), String> {
    let sox = sox()?;
    let corpus = root().join("fuzz/corpus/objects");
    let attempt = || -> io::Result<usize> {
        std::fs::create_dir_all(&corpus)?;
        let mut modules = Vec::new();
        collect(&root().join("tests/native"), "nir", &mut modules)?;
        modules.sort();
        let mut count = 0;
        for (number, module) in modules.iter().enumerate() {
            let emit = if number % 4 == 3 { "archive" } else { "obj" };
            let target = if number % 2 == 0 { "linux-x64" } else { "linux-arm64" };
            let mut command = Command::new(&sox);
            command.args(["native", "--quiet", "-O2", "--emit", emit, "--target", target, "-o"]);
            command.arg(corpus.join(name(module))).arg(module);
            // Some modules are about faults.
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
            count += usize::from(status.success());
        }
        Ok(count)
    };
    let count = attempt().map_err(|error| format!("{}: {error}", corpus.display()))?;
    eprintln!("{count} objects and archives in {}", corpus.display());
    Ok(())
}

/// Builds the `sox` command and tells where it is.
fn sox() -> Result<PathBuf, String> {
    run(cargo().args(["build", "--release", "--quiet", "--package", "sox-cli"]))?;
    Ok(target_folder()?.join("release/sox"))
}

/// The scripts of the suites in a language, in order.
fn scripts(extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    for folder in ["tests/lang", "tests/run", "tests/fuzz"] {
        collect(&root().join(folder), extension, &mut scripts)?;
    }
    scripts.sort();
    Ok(scripts)
}

/// A name for a copy of a file, with its folders in it.
fn name(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.display().to_string().replace(['/', '\\'], "-")
}

/// All scripts with this extension below a folder.
fn collect(folder: &Path, wanted: &str, scripts: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, wanted, scripts)?;
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            scripts.push(path);
        }
    }
    Ok(())
}
