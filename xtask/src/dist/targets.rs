//! The targets, and which toolchain at hand can build for each.
//!
//! A target that rustup installed is preferred. Otherwise a compiler with the library's sources
//! can build the library too (`-Zbuild-std`): Debian's `rustc-web` with `rust-web-src`. Mixing one's
//! compiler with the other's sources does not work, so each brings both. Linking for a foreign
//! system is done by zig (the Python package `ziglang`), which has the libraries of all of them, or
//! by mingw's gcc.

use crate::shell::{output, root, run, succeeds};
use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A system and processor that programs are built for.
pub(crate) struct Target {
    /// As `sox build --target` calls it.
    pub(crate) name: &'static str,
    /// As Rust calls it.
    triple: &'static str,
    /// As zig calls it.
    zig: &'static str,
    /// A linker that does without zig, if it is installed.
    linker: Option<&'static str>,
}

const fn target(name: &'static str, triple: &'static str, zig: &'static str) -> Target {
    Target { name, triple, zig, linker: None }
}

pub(crate) const TARGETS: [Target; 6] = [
    target("linux-x64", "x86_64-unknown-linux-musl", "x86_64-linux-musl"),
    target("linux-arm64", "aarch64-unknown-linux-musl", "aarch64-linux-musl"),
    Target {
        linker: Some("x86_64-w64-mingw32-gcc"),
        ..target("windows-x64", "x86_64-pc-windows-gnu", "x86_64-windows-gnu")
    },
    target("windows-arm64", "aarch64-pc-windows-gnullvm", "aarch64-windows-gnu"),
    target("macos-x64", "x86_64-apple-darwin", "x86_64-macos"),
    target("macos-arm64", "aarch64-apple-darwin", "aarch64-macos"),
];

/// The one that tests are built for: Debian has all that it takes.
pub(crate) const TESTED: Target = Target {
    linker: Some("aarch64-linux-gnu-gcc"),
    ..target("linux-arm64", "aarch64-unknown-linux-gnu", "aarch64-linux-gnu")
};

/// Packages of Debian with a compiler and the library's sources for it.
pub(crate) const DEBIAN_RUST: &str = "rustc-web cargo-web rust-web-src";
/// Where Debian puts them.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// What compiles and links for a target.
pub(crate) struct Toolchain {
    library: Library,
    linker: Linker,
}

enum Library {
    /// Compiled, by rustup.
    Installed,
    /// Compiled by us from the sources of Debian's compiler.
    FromSource,
}

enum Linker {
    Command(&'static str),
    Zig(&'static str),
}

impl Target {
    /// The toolchain to use.
    ///
    /// # Errors
    /// What to install.
    pub(crate) fn toolchain(&self) -> Result<Toolchain, String> {
        let library = if self.is_installed() {
            Library::Installed
        } else if debian_has_sources() {
            Library::FromSource
        } else {
            return Err(format!("no Rust library for it: `rustup target add {}`", self.triple));
        };
        let own = self.linker.filter(|linker| succeeds(Command::new(linker).arg("--version")));
        let linker = match own {
            Some(linker) => Linker::Command(linker),
            None if super::zig::is_installed() => Linker::Zig(self.zig),
            None => return Err("no linker for it: `pip install ziglang`".into()),
        };
        if self.name.starts_with("macos") && objcopy().is_none() {
            return Err("nothing strips it: install llvm-objcopy (package llvm)".into());
        }
        Ok(Toolchain { library, linker })
    }

    /// Whether rustup has the compiled library.
    fn is_installed(&self) -> bool {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", self.triple]);
        output(&mut rustc).is_ok_and(|path| Path::new(path.trim()).exists())
    }

    /// The environment variable by which cargo is told something about it.
    fn variable(&self, what: &str) -> String {
        format!("CARGO_TARGET_{}_{what}", self.triple.to_uppercase().replace('-', "_"))
    }

    /// Name of the stub's file.
    pub(crate) fn stub(&self) -> &'static str {
        if self.name.starts_with("windows") { "soxrt.exe" } else { "soxrt" }
    }
}

/// Whether Debian's compiler is there, with the sources, and new enough for us.
fn debian_has_sources() -> bool {
    let version = output(Command::new(DEBIAN_RUSTC).arg("--version"));
    let new_enough = version.is_ok_and(|text| {
        let version = text.split(' ').nth(1).and_then(minor);
        version.is_some_and(|version| version >= minor(env!("CARGO_PKG_RUST_VERSION")).unwrap_or(0))
    });
    let sysroot = output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]));
    new_enough
        && sysroot.is_ok_and(|path| {
            Path::new(path.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists()
        })
}

/// The part of a version 1.X.Y that grows.
fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

impl Toolchain {
    /// Builds the stub and gives its path.
    ///
    /// # Errors
    /// If the build fails.
    pub(crate) fn build(&self, target: &Target, folder: &Path) -> Result<PathBuf, String> {
        let folder = self.folder(folder);
        let mut cargo = self.cargo("panic_abort");
        if let Library::FromSource = self.library {
            // A stub has no symbols that a backtrace could name, and no use for their reader.
            cargo.arg("-Zbuild-std-features=backtrace-trace-only");
        }
        cargo.args(["build", "-p", "sox-stub", "--profile", "stub"]);
        self.aim(&mut cargo, target, &folder)?;
        let mut flags = remapped_paths();
        if let Linker::Command(_) = self.linker {
            // A file must not tell when it was made.
            flags.push("-Clink-arg=-Wl,--no-insert-timestamp".into());
        }
        if target.name.starts_with("macos") {
            // Debian's compiler has no tool that strips Mach-O: we do it.
            cargo.env("CARGO_PROFILE_STUB_STRIP", "false");
        }
        if !target.name.starts_with("windows") {
            // A panic ends the process, so nothing unwinds; the tables would be a tenth of the stub.
            // Windows wants them in any case.
            flags.push("-Cforce-unwind-tables=no".into());
        }
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        run(&mut cargo)?;
        let stub = folder.join(target.triple).join("stub").join(target.stub());
        if target.name.starts_with("macos") { stripped(&stub) } else { Ok(stub) }
    }

    /// Builds tests and has them run by `runner`.
    ///
    /// # Errors
    /// If the build or a test fails.
    pub(crate) fn test(
        &self,
        target: &Target,
        folder: &Path,
        runner: &str,
        tests: &[&str],
    ) -> Result<(), String> {
        let mut cargo = self.cargo("panic_unwind,test");
        cargo.arg("test").args(tests);
        self.aim(&mut cargo, target, &self.folder(folder))?;
        cargo.env(target.variable("RUNNER"), runner).env("CARGO_PROFILE_DEV_DEBUG", "0");
        // The emulator has no libraries of that system to load.
        cargo.env(target.variable("RUSTFLAGS"), "-Ctarget-feature=+crt-static");
        run(&mut cargo)
    }

    /// Each library has its own folder: their compilers do not mix.
    fn folder(&self, folder: &Path) -> PathBuf {
        folder.join(match self.library {
            Library::Installed => "installed",
            Library::FromSource => "from-source",
        })
    }

    /// Makes cargo build for a target.
    fn aim(&self, cargo: &mut Command, target: &Target, folder: &Path) -> Result<(), String> {
        cargo.current_dir(root()).args(["--locked", "--target", target.triple]);
        cargo.arg("--target-dir").arg(folder);
        match self.linker {
            Linker::Command(name) => cargo.env(target.variable("LINKER"), name),
            Linker::Zig(zig) => {
                let me = std::env::current_exe().map_err(|error| error.to_string())?;
                cargo.env(target.variable("LINKER"), me).env(super::zig::VARIABLE, zig)
            }
        };
        Ok(())
    }

    /// A cargo that builds `std` and other parts of the library, if it has to.
    fn cargo(&self, parts: &str) -> Command {
        match self.library {
            Library::Installed => {
                Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            }
            Library::FromSource => {
                let mut cargo = Command::new(DEBIAN_CARGO);
                cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                cargo.env_remove("RUSTUP_TOOLCHAIN").arg(format!("-Zbuild-std=std,{parts}"));
                cargo
            }
        }
    }
}

/// A copy of a Mach-O file without its symbols.
fn stripped(file: &Path) -> Result<PathBuf, String> {
    let copy = file.with_extension("stripped");
    let tool = objcopy().ok_or("there is no llvm-objcopy")?;
    run(Command::new(tool).arg("--strip-all").arg(file).arg(&copy))?;
    Ok(copy)
}

/// LLVM's objcopy: rustup's compiler has it, and systems under several names.
fn objcopy() -> Option<PathBuf> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir"]));
    let own = libraries.ok().and_then(|path| {
        let path = Path::new(path.trim()).parent()?.join("bin/rust-objcopy");
        path.exists().then_some(path)
    });
    own.or_else(|| {
        let mut names = ["", "-22", "-19", "-16", "-15"]
            .into_iter()
            .map(|end| PathBuf::from(format!("llvm-objcopy{end}")));
        names.find(|name| succeeds(Command::new(name).arg("--version")))
    })
}

/// Flags that keep paths of this machine out of stubs: they would make them differ from others.
pub(super) fn remapped_paths() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let mut paths = vec![(root(), "sox")];
    if let Some(registries) = home.map(|home| home.join("registry/src")) {
        // One folder for each registry, named after it.
        for registry in std::fs::read_dir(registries).into_iter().flatten().flatten() {
            paths.push((registry.path(), "crates"));
        }
    }
    let sysroot = output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]));
    if let Ok(sysroot) = sysroot {
        paths.push((Path::new(sysroot.trim()).join("lib/rustlib/src/rust"), "rust"));
    }
    let flag =
        |(path, name): &(PathBuf, &str)| format!("--remap-path-prefix={}={name}", path.display());
    paths.iter().map(flag).collect()
}

impl Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let library = match self.library {
            Library::Installed => "rustup's target",
            Library::FromSource => "the library built from Debian's sources",
        };
        match self.linker {
            Linker::Command(name) => write!(f, "{library}, linked by {name}"),
            Linker::Zig(_) => write!(f, "{library}, linked by zig"),
        }
    }
}
