//! zig as a linker for rustc.
//!
//! rustc names the linker's program and hands it arguments for a gcc of the target. zig takes the same
//! ones, but brings start-up files and some libraries itself and does not know a few flags. So
//! rustc is told to call this very program, which passes on what is left.

use std::process::{Command, ExitCode};

/// The environment variable that makes this program a linker; its value is zig's name of the target.
pub(crate) const VARIABLE: &str = "SOX_XTASK_ZIG_TARGET";

/// Start-up files and libraries that zig adds by itself, by the end of their names.
const FILES: [&str; 8] = [
    "/rcrt1.o",
    "/crt1.o",
    "/crti.o",
    "/crtn.o",
    "/crtbegin.o",
    "/crtbeginS.o",
    "/crtend.o",
    "/crtendS.o",
];

/// Arguments that zig has no use for.
const FLAGS: [&str; 9] = [
    "-nostartfiles",
    "-nodefaultlibs",
    "-lgcc",
    "-lgcc_eh",
    "-l:libpthread.a",
    "-lmsvcrt",
    "-m64",
    "-Wl,--disable-auto-image-base",
    "-Wl,-melf_x86_64",
];

/// Beginnings of arguments that zig has no use for: it knows its target by another name.
const BEGINNINGS: [&str; 4] =
    ["--target=", "-march=", "-mmacosx-version-min=", "-Wl,-exported_symbols_list"];

/// Libraries of macOS that crates name though nothing of them is used: zig has but libSystem. If
/// something were, the linker would miss its names.
const UNUSED: [&str; 4] = ["-lobjc", "-liconv", "-framework", "Foundation"];

/// Whether this program was started as a linker.
pub(crate) fn wanted() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

/// Whether the Python package is there.
pub(crate) fn is_installed() -> bool {
    crate::shell::succeeds(Command::new("python3").args(["-m", "ziglang", "version"]))
}

/// Links for zig's `target` with rustc's arguments.
pub(crate) fn link(target: &str, arguments: Vec<String>) -> ExitCode {
    let mut zig = Command::new("python3");
    zig.args(["-m", "ziglang", "cc", "-target", target]);
    zig.args(arguments.into_iter().filter_map(adapted));
    match zig.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: python3 -m ziglang: {error}");
            ExitCode::FAILURE
        }
    }
}

/// An argument as zig takes it; `None` if it is better left out.
fn adapted(argument: String) -> Option<String> {
    let file = format!("/{argument}");
    let own = FILES.iter().any(|name| file.ends_with(name))
        || file.ends_with("rsbegin.o")
        || file.ends_with("rsend.o");
    let unknown = FLAGS.contains(&argument.as_str())
        || UNUSED.contains(&argument.as_str())
        || BEGINNINGS.iter().any(|beginning| argument.starts_with(beginning));
    match argument.as_str() {
        // Its unwinder has another name.
        "-lgcc_s" => Some("-lunwind".into()),
        _ => (!own && !unknown).then_some(argument),
    }
}

#[cfg(test)]
mod tests {
    use super::adapted;

    #[test]
    fn what_zig_adds_itself_is_left_out() {
        let given = [
            "/lib/crt1.o",
            "crti.o",
            "main.o",
            "-lgcc_s",
            "-lgcc",
            "-lc",
            "--target=x",
            "-framework",
            "Foundation",
            "-o",
            "out",
        ];
        let kept: Vec<_> = given.map(String::from).into_iter().filter_map(adapted).collect();
        assert_eq!(kept, ["main.o", "-lunwind", "-lc", "-o", "out"]);
    }
}
