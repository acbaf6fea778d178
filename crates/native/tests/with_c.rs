//! Objects and archives of C compilers linked by ours, and archives of ours linked by theirs.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use sox_machine::{Syntax, Verified, load};
use sox_native::{Content, Emit, Input, Options, Target, link};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

struct C {
    target: Target,
    compiler: &'static str,
    /// What runs programs, if not the system.
    runner: Option<&'static str>,
    /// How objects are compiled that are made of what the linker knows.
    flags: &'static [&'static [&'static str]],
}

const COMPILERS: [C; 3] = [
    C {
        target: Target::LinuxX64,
        compiler: "gcc",
        runner: None,
        flags: &[
            &["-O0", "-fno-pic"],
            &["-O1", "-fno-pic"],
            &["-O2", "-fPIE", "-g"],
            &["-Os", "-fno-pic", "-ffunction-sections", "-fdata-sections"],
        ],
    },
    C {
        target: Target::LinuxX64,
        compiler: "clang",
        runner: None,
        flags: &[&["-O1", "-fno-pic"], &["-O2", "-fno-pic", "-g"]],
    },
    C {
        target: Target::LinuxArm64,
        compiler: "aarch64-linux-gnu-gcc",
        runner: Some("qemu-aarch64-static"),
        flags: &[&["-O0", "-fno-pic"], &["-O1", "-fno-pic"], &["-O2", "-fno-pic", "-g"]],
    },
];

fn have(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").output().is_ok();
    if !there {
        eprintln!("SKIPPED: {tool} is not installed: linking with C is not tested with it");
    }
    there
}

fn shell(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{command:?}: {complaints}");
    output
}

fn partner() -> Verified {
    load(include_bytes!("c/partner.nir"), Syntax::Nir).unwrap()
}

fn input(path: &Path) -> Input {
    let content = Content::binary(&std::fs::read(path).unwrap()).unwrap().unwrap();
    Input { name: path.file_name().unwrap().to_string_lossy().into_owned(), content }
}

impl C {
    fn run(&self, program: &Path) -> (String, Option<i32>) {
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = match self.runner {
            Some(runner) => Command::new(runner),
            None => Command::new(program),
        };
        if self.runner.is_some() {
            command.arg(program);
        }
        let output = loop {
            const ETXTBSY: i32 = 26;
            match command.output() {
                Err(error) if error.raw_os_error() == Some(ETXTBSY) => continue,
                output => break output.unwrap(),
            }
        };
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
    }

    fn check(&self) {
        if !have(self.compiler) || !self.runner.is_none_or(have) {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/freestanding.c");
        let (object, program) = (folder.path().join("c.o"), folder.path().join("program"));
        let (ours, theirs) = (folder.path().join("ours.a"), folder.path().join("theirs.a"));
        let options = Options::new(self.target);
        let module = || {
            let content = Content::Module(partner());
            vec![Input { name: "partner.nir".to_string(), content }]
        };
        let archive = Options { emit: Emit::Archive, ..options };
        std::fs::write(&ours, link(module(), &archive).unwrap()).unwrap();
        // The compiler's own linker with the library of ours tells what is right.
        shell(
            Command::new(self.compiler)
                .args(["-O1", "-static", "-o"])
                .args([&program, &source, &ours]),
        );
        let right = self.run(&program);
        assert_eq!(right.0, "applied\n");
        for flags in self.flags {
            let compile = ["-ffreestanding", "-c", "-o"];
            shell(Command::new(self.compiler).args(*flags).args(compile).args([&object, &source]));
            let _old = std::fs::remove_file(&theirs);
            shell(Command::new("ar").arg("rcs").args([&theirs, &object]));
            for file in [&object, &theirs] {
                let inputs: Vec<Input> = module().into_iter().chain([input(file)]).collect();
                let linked = link(inputs, &options)
                    .unwrap_or_else(|error| panic!("{} {flags:?}: {error}", self.compiler));
                std::fs::write(&program, linked).unwrap();
                assert_eq!(self.run(&program), right, "{} {flags:?}", self.compiler);
                // Neither from modules: everything from files.
                let linked = link(vec![input(&ours), input(file)], &options).unwrap();
                std::fs::write(&program, linked).unwrap();
                assert_eq!(self.run(&program), right, "{} {flags:?}", self.compiler);
            }
        }
    }
}

#[test]
fn c_objects_are_linked() {
    if have("ar") {
        COMPILERS.iter().for_each(C::check);
    }
}
