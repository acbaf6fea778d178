//! What runs the programs: Sox and its peers, and how they get onto the machine.

use super::suite::Benchmark;
use crate::debian;
use crate::shell::{cargo, output, root, run, succeeds};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A column of the table.
pub(super) struct Engine {
    pub(super) name: &'static str,
    /// What it says of its version.
    pub(super) version: String,
    /// The program and its flags; for C the flags of the compiler.
    pub(super) command: Vec<String>,
    /// Folder of its programs in `bench`, and their extension.
    folder: &'static str,
    extension: &'static str,
    /// Where compiled programs are put.
    compiled: Option<PathBuf>,
}

impl Engine {
    /// The command that runs a program, with its size. Programs in C are compiled here.
    pub(super) fn prepare(&self, benchmark: &str, size: u64) -> Result<Vec<String>, String> {
        let source = root().join("bench").join(self.folder);
        let source = source.join(format!("{benchmark}.{}", self.extension)).display().to_string();
        let mut command = match &self.compiled {
            None => [self.command.clone(), vec![source]].concat(),
            Some(folder) => {
                let program = folder.join(benchmark).display().to_string();
                let (compiler, flags) = self.command.split_first().expect("a compiler");
                let args = ["-o", &program, &source, "-lm"];
                output(Command::new(compiler).args(flags).args(args))?;
                vec![program]
            }
        };
        command.push(size.to_string());
        Ok(command)
    }

    /// The command as a person would type it in the root of the checkout.
    pub(super) fn typed(&self, benchmark: &Benchmark) -> String {
        let name = |path: &str| {
            let path = Path::new(path);
            path.file_name().unwrap_or_default().to_string_lossy().into_owned()
        };
        let words: Vec<String> = self.command.iter().map(|word| name(word)).collect();
        let source = format!("bench/{}/{}.{}", self.folder, benchmark.name, self.extension);
        let (words, size) = (words.join(" "), benchmark.size);
        match self.compiled {
            None => format!("{words} {source} {size}"),
            Some(_) => format!("{words} {source} -lm && ./a.out {size}"),
        }
    }
}

/// Sox itself.
pub(super) struct Sox {
    program: String,
    version: String,
}

impl Sox {
    /// Builds it, and copies it to a folder: builds while the benchmarks run do not change it.
    pub(super) fn build(folder: &Path) -> Result<Self, String> {
        run(cargo().args(["build", "--release", "--quiet", "--package", "sox-cli"]))?;
        let program = folder.join("sox");
        super::replace(&super::target_folder()?.join("release/sox"), &program)?;
        let program = program.display().to_string();
        let version = output(Command::new(&program).arg("--version"))?;
        let status = ["status", "--porcelain", "--untracked-files=no", "crates"];
        let version = match output(Command::new("git").args(status).current_dir(root())) {
            Ok(changes) if !changes.is_empty() => format!("{}, changed since", version.trim()),
            _ => version.trim().to_string(),
        };
        Ok(Self { program, version })
    }

    /// The command with these arguments.
    pub(super) fn command(&self, args: &[&str]) -> Vec<String> {
        let program = std::iter::once(self.program.as_str());
        program.chain(args.iter().copied()).map(String::from).collect()
    }

    /// A column for each engine.
    pub(super) fn columns(&self, engines: &[&str]) -> Result<Vec<Engine>, String> {
        let column = |engine: &&str| {
            let (name, flags, folder): (_, &[&str], _) = match *engine {
                "vm" => ("sox vm", &["--engine", "vm"], "sox"),
                "vm-O0" => ("sox -O0", &["-O0"], "sox"),
                "vm-O1" => ("sox -O1", &["-O1"], "sox"),
                "vm-O2" => ("sox -O2", &["-O2"], "sox"),
                "ast" => ("sox ast", &["--engine", "ast"], "sox"),
                "poh-vm" => ("pohlang vm", &["--engine", "vm"], "poh"),
                "poh-ast" => ("pohlang ast", &["--engine", "ast"], "poh"),
                other => {
                    let known = "ast, vm, vm-O0, vm-O1, vm-O2";
                    return Err(format!("no engine {other}: there are {known}"));
                }
            };
            let program = std::iter::once(self.program.as_str());
            Ok(Engine {
                name,
                version: self.version.clone(),
                command: program.chain(flags.iter().copied()).map(String::from).collect(),
                folder,
                extension: folder,
                compiled: None,
            })
        };
        engines.iter().map(column).collect()
    }
}

/// Another language.
struct Peer {
    /// Its column.
    name: &'static str,
    /// The command to look for, and its flags.
    program: &'static str,
    flags: &'static [&'static str],
    /// The flag with which it tells its version.
    version: &'static str,
    /// Debian packages that have it.
    package: &'static str,
    /// Its programs, as in `Engine`.
    folder: &'static str,
    extension: &'static str,
}

const PEERS: [Peer; 7] = [
    Peer {
        name: "lua5.4",
        program: "lua5.4",
        flags: &[],
        version: "-v",
        package: "lua5.4",
        folder: "lua",
        extension: "lua",
    },
    Peer {
        name: "luajit",
        program: "luajit",
        flags: &[],
        version: "-v",
        package: "luajit",
        folder: "lua",
        extension: "lua",
    },
    Peer {
        name: "luajit -joff",
        program: "luajit",
        flags: &["-joff"],
        version: "-v",
        package: "luajit",
        folder: "lua",
        extension: "lua",
    },
    Peer {
        name: "node",
        program: "node",
        flags: &[],
        version: "--version",
        package: "nodejs",
        folder: "js",
        extension: "js",
    },
    Peer {
        name: "bun",
        program: "bun",
        flags: &[],
        version: "--version",
        package: "",
        folder: "js",
        extension: "js",
    },
    Peer {
        name: "python3",
        program: "python3",
        flags: &[],
        version: "--version",
        package: "python3",
        folder: "python",
        extension: "py",
    },
    Peer {
        name: "gcc -O2",
        program: "gcc",
        flags: &["-O2", "-std=gnu11"],
        version: "--version",
        package: "gcc libc6-dev",
        folder: "c",
        extension: "c",
    },
];

/// The peers of this machine, and what is missing with the reason.
pub(super) fn peers(
    wanted: impl Fn(&str) -> bool,
    install: bool,
    folder: &Path,
) -> Result<(Vec<Engine>, Vec<String>), String> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for peer in PEERS.iter().filter(|peer| wanted(peer.name)) {
        match find(peer, install, folder) {
            Ok(engine) => found.push(engine),
            Err(reason) => missing.push(format!("{}: {reason}", peer.name)),
        }
    }
    Ok((found, missing))
}

fn find(peer: &Peer, install: bool, folder: &Path) -> Result<Engine, String> {
    let mut program = peer.program.to_string();
    if !succeeds(Command::new(&program).arg(peer.version)) {
        match (install, peer.name) {
            (false, _) => return Err("not installed".into()),
            (true, "bun") => program = install_bun(folder)?,
            (true, _) => debian::install(peer.package)?,
        }
    }
    if peer.name == "python3" {
        // The command may be a script that looks for the interpreter.
        let ask = ["-c", "import sys; print(sys.executable)"];
        program = output(Command::new(&program).args(ask))?.trim().to_string();
    }
    let version = output(Command::new(&program).arg(peer.version))?;
    let compiled = (peer.folder == "c").then(|| folder.join("c"));
    if let Some(folder) = &compiled {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let flags = peer.flags.iter().map(ToString::to_string);
    Ok(Engine {
        name: peer.name,
        version: version.lines().next().unwrap_or_default().trim().to_string(),
        command: std::iter::once(program).chain(flags).collect(),
        folder: peer.folder,
        extension: peer.extension,
        compiled,
    })
}

/// Installs Bun from its npm package into the target folder; gives its program.
fn install_bun(folder: &Path) -> Result<String, String> {
    let home = folder.join("bun");
    let program = home.join("node_modules/.bin/bun").display().to_string();
    if !succeeds(Command::new(&program).arg("--version")) {
        std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        if !succeeds(Command::new("npm").arg("--version")) {
            return Err("not installed, and there is no npm to install it with".into());
        }
        run(Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&home).arg("bun"))?;
    }
    Ok(program)
}
