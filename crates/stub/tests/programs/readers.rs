//! Files built for other systems, read by tools that know nothing of ours: llvm-readobj,
//! llvm-objdump and lief; Mach-O also by our own checker, and signed again by another signer.

#[path = "../../../objfile/tests/common/macho_check.rs"]
#[allow(dead_code, reason = "not all facts are of interest here")]
mod macho_check;

use crate::Suite;
use crate::support::scratch;
use libtest_mimic::{Failed, Trial};
use macho_check::check_signed;
use sox_objfile::find_in_file;
use std::path::{Path, PathBuf};
use std::process::Command;

const LIEF: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator/read.py");

/// LLVM's tools, and what they are told. A warning is a fault too.
const TOOLS: [(&str, &[&str]); 2] = [
    ("llvm-readobj", &["--file-header", "--sections", "--program-headers", "--symbols"]),
    ("llvm-objdump", &["--private-headers", "--section-headers"]),
];

type Test = fn(&Suite, &Path) -> Result<(), Failed>;

pub(crate) fn trials(suite: &Suite) -> Vec<Trial> {
    let mut tests: Vec<(&str, Test)> = vec![("llvm", llvm), ("lief", lief)];
    if suite.system.is_macos() {
        tests.push(("our_checker", our_checker));
        tests.push(("another_signer", another_signer));
    }
    let trial = |(name, test): (&str, Test)| {
        let suite = suite.clone();
        Trial::test(format!("{}readers/{name}", suite.system.prefix()), move || {
            test(&suite, scratch().path())
        })
    };
    tests.into_iter().map(trial).collect()
}

/// A program for the system, with everything a file of its format can have.
fn dressed(suite: &Suite, folder: &Path) -> Result<PathBuf, Failed> {
    let script = folder.join("hello.sox");
    std::fs::write(&script, "print \"hello\"\n")?;
    std::fs::write(folder.join("hello.ico"), icon_file())?;
    let flags: &[&str] = match suite.system.target.is_windows() {
        true => &[
            "--gui",
            "--icon=hello.ico",
            "--company=Example Ltd",
            "--product-name=Größe",
            "--version-info=1.2.3",
        ],
        false => &[],
    };
    Ok(suite.build(&script, folder, flags)?)
}

/// An icon file with one picture of 16 pixels squared, which nobody looks at.
fn icon_file() -> Vec<u8> {
    let picture = b"\x89PNG\r\n\x1a\npicture";
    let mut out = [0u16, 1, 1].map(u16::to_le_bytes).concat();
    out.extend([16, 16, 0, 0, 1, 0, 32, 0]);
    out.extend([picture.len() as u32, 22].map(u32::to_le_bytes).concat());
    out.extend(picture);
    out
}

/// The command's name here: Debian's has the version in it.
fn tool(name: &str) -> Option<String> {
    let mut names = ["", "-22", "-19", "-16", "-15"].into_iter().map(|end| format!("{name}{end}"));
    names.find(|name| Command::new(name).arg("--version").output().is_ok())
}

fn run(command: &mut Command) -> Result<String, Failed> {
    let output = command.output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || stderr.contains("warning") {
        return Err(Failed::from(format!("{command:?}: {}\n{stderr}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn llvm(suite: &Suite, folder: &Path) -> Result<(), Failed> {
    let path = dressed(suite, folder)?;
    let section = if suite.system.is_macos() { "__SOX" } else { ".sox" };
    for (name, arguments) in TOOLS {
        let Some(tool) = tool(name) else {
            eprintln!("SKIPPED: {name} is not installed: it does not read what is built");
            continue;
        };
        let text = run(Command::new(tool).args(arguments).arg(&path))?;
        if !text.contains(section) && !text.contains(".note.sox") {
            return Err(Failed::from(format!("{name} shows no {section}:\n{text}")));
        }
    }
    Ok(())
}

fn lief(suite: &Suite, folder: &Path) -> Result<(), Failed> {
    let path = dressed(suite, folder)?;
    if run(Command::new("python3").args(["-c", "import lief"])).is_err() {
        eprintln!("SKIPPED: lief is not installed: it does not read what is built");
        return Ok(());
    }
    let text = run(Command::new("python3").arg(LIEF).arg(&path))?;
    let expected = match suite.system.platform() {
        "linux" => "format ELF\npayload R--\n",
        "darwin" => "format MACHO\npayload R--\nlayout right\nsigned\n",
        _ => {
            "format PE\npayload R--\nlayout right\nsubsystem GUI\nchecksum right\nicons 16x16\n\
             CompanyName: Example Ltd\nFileVersion: 1.2.3\nProductName: Größe\nProductVersion: 1.2.3\n"
        }
    };
    if text == expected {
        return Ok(());
    }
    Err(Failed::from(format!("lief says\n{text}\nexpected\n{expected}")))
}

/// It accepts the file, and misses no page that was changed.
fn our_checker(suite: &Suite, folder: &Path) -> Result<(), Failed> {
    let file = std::fs::read(dressed(suite, folder)?)?;
    let signature = check_signed(&file)?.signature.ok_or("there is no signature")?.0;
    for at in (0..signature).step_by(32 * 4096).map(|page| (page + 3000).min(signature - 1)) {
        let mut changed = file.clone();
        changed[at] ^= 0x20;
        if check_signed(&changed).is_ok() {
            return Err(Failed::from(format!("accepted with byte {at:#x} changed")));
        }
    }
    Ok(())
}

/// llvm-objcopy signs anew what was signed, with the file's name as the identifier.
fn another_signer(suite: &Suite, folder: &Path) -> Result<(), Failed> {
    let Some(tool) = tool("llvm-objcopy") else {
        eprintln!("SKIPPED: llvm-objcopy is not installed: nobody else signs what is built");
        return Ok(());
    };
    let (before, after) = (dressed(suite, folder)?, folder.join("signed by another"));
    run(Command::new(tool).arg(&before).arg(&after))?;
    let file = std::fs::read(&after)?;
    let identifier = check_signed(&file)?.identifier;
    if identifier != "signed by another" {
        return Err(Failed::from(format!("it is signed as {identifier}")));
    }
    find_in_file(&file)?.check_content()?;
    Ok(())
}
