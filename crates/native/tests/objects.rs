//! Objects that are written, read again and linked.

#[path = "../../machine/tests/common/modules.rs"]
mod modules;

use modules::modules;
use sox_machine::{Syntax, Verified, codegen, load, opt};
use sox_native::objfile::elf::{defined_symbols, read_relocatable, relocatable};
use sox_native::objfile::object::SectionKind;
use sox_native::{BuildError, Content, Emit, Input, Options, Target, compile, link};

fn nir(text: &str) -> Verified {
    load(text.as_bytes(), Syntax::Nir).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn options(target: Target, emit: Emit, level: u8) -> Options {
    let optimize = opt::Options::level(level);
    let codegen = codegen::Options { optimize, ..Default::default() };
    Options { emit, codegen, ..Options::new(target) }
}

/// A module as the bytes of an object.
fn object(module: &Verified, target: Target, level: u8) -> Vec<u8> {
    compile(module, &options(target, Emit::Object, level)).unwrap()
}

fn input(name: &str, bytes: &[u8]) -> Input {
    let content = Content::binary(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    Input { name: name.to_string(), content: content.expect("known by its first bytes") }
}

/// An archive of these modules, which are called `NAME.o` in it.
fn library(target: Target, modules: &[(&str, &str)]) -> Vec<u8> {
    let inputs = modules.iter().map(|(name, text)| module(&format!("{name}.nir"), text));
    link(inputs.collect(), &options(target, Emit::Archive, 1)).unwrap()
}

fn module(name: &str, text: &str) -> Input {
    Input { name: name.to_string(), content: Content::Module(nir(text)) }
}

/// What is wrong with what is linked.
fn errors(inputs: Vec<Input>) -> Vec<String> {
    match link(inputs, &Options::new(Target::LinuxX64)) {
        Err(BuildError::Link(errors)) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// Every module of the tests as an object of both machines at every level: reading loses nothing.
#[test]
fn what_is_read_is_what_was_written() {
    let (mut count, mut relocs) = (0, 0);
    for (path, syntax) in ["tests/native", "bench/native"].into_iter().flat_map(modules) {
        let text = std::fs::read(&path).unwrap();
        let Ok(module) = load(&text, syntax) else { continue };
        for &target in Target::ALL {
            for level in 0..=opt::Options::MAX_LEVEL {
                let Ok(file) = compile(&module, &options(target, Emit::Object, level)) else {
                    // It names registers of the other machine.
                    continue;
                };
                let place = format!("{} at -O{level}", path.display());
                let object = read_relocatable(&file).unwrap_or_else(|e| panic!("{place}: {e}"));
                assert!(relocatable(&object).unwrap() == file, "{place}");
                let globals = object.symbols.iter().filter(|s| s.global && s.definition.is_some());
                let globals: Vec<&[u8]> = globals.map(|symbol| object.name(symbol)).collect();
                assert_eq!(defined_symbols(&file).unwrap(), globals, "{place}");
                relocs += object.section(SectionKind::Text).relocs.len();
                count += 1;
            }
        }
    }
    assert!(count > 150 && relocs > 200, "{count} objects with {relocs} relocations");
}

const SIX: &str = "data $table align 8 { i64 $times, i64 6 }\n\
    function i64 $times(i64 %a, i64 %b) {\n    %r =i64 mul %a, %b\n    ret %r\n}\n\
    export function i64 $six_times(i64 %n) {\n    %f =i64 load [$table]\n    \
    %m =i64 load [$table + 8]\n    %r =i64 call %f(%n, %m)\n    ret %r\n}\n";

const MAIN: &str = "import $six_times(1)\nexport bss $count align 8 size 8\n\
    function i64 $main() {\n    %s =i64 string \"linked\"\n    call $println(%s)\n    \
    %r =i64 call $six_times(7)\n    ret %r\n}\n";

/// What it uses is nowhere, so that it can only be left out.
const UNUSED: &str = "import $nowhere(0)\nexport function $unused() {\n    call $nowhere()\n    \
    ret\n}\n";

#[test]
fn faults_of_several_files_name_them() {
    let object = |text: &str| object(&nir(text), Target::LinuxX64, 1);
    let twice = "export function i64 $six_times(i64 %n) {\n    ret 0\n}\n";
    let inputs =
        vec![module("main.nir", MAIN), input("a.o", &object(SIX)), input("b.o", &object(twice))];
    assert_eq!(errors(inputs), ["`six_times` is defined twice: in a.o and in b.o"]);
    // Of archives, the first one that has it counts.
    let archives = [SIX, twice].map(|text| library(Target::LinuxX64, &[("six", text)]));
    let inputs =
        vec![module("main.nir", MAIN), input("a.a", &archives[0]), input("b.a", &archives[1])];
    assert!(link(inputs, &Options::new(Target::LinuxX64)).is_ok());
    let inputs = vec![input("a.a", &archives[0]), module("b.nir", twice), module("m.nir", MAIN)];
    assert!(link(inputs, &Options::new(Target::LinuxX64)).is_ok());
    let missing = errors(vec![input("main.o", &object(MAIN))]);
    assert_eq!(missing, ["`six_times` is not defined; `main` in main.o uses it"]);
    let foreign =
        compile(&nir(SIX), &Options { emit: Emit::Object, ..Options::new(Target::LinuxArm64) });
    let mixed = errors(vec![module("main.nir", MAIN), input("a.o", &foreign.unwrap())]);
    assert_eq!(
        mixed,
        ["the objects are of different instruction sets: main.nir is for x86-64, a.o is for arm64"]
    );
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod run {
    use super::*;
    use sox_machine::nir::{Run, runs};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Output};

    /// Runs a program, on the system or by qemu. The first argument is the name it is called by.
    pub(super) fn run(target: Target, bytes: &[u8], arguments: &[&str]) -> Option<Output> {
        const ETXTBSY: i32 = 26;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let (name, arguments) = arguments.split_first().unwrap_or((&"program", &[]));
        loop {
            let mut command = match target {
                Target::LinuxX64 => Command::new(&path),
                Target::LinuxArm64 => Command::new("qemu-aarch64-static"),
            };
            match target {
                Target::LinuxX64 => command.arg0(name),
                Target::LinuxArm64 => command.args(["-0", name]).arg(&path),
            };
            match command.args(arguments).output() {
                // Another thread forked while the file was open for writing.
                Err(error) if error.raw_os_error() == Some(ETXTBSY) => continue,
                Err(_) if target == Target::LinuxArm64 => {
                    eprintln!("SKIPPED: code for AArch64 is not run (package qemu-user-static)");
                    return None;
                }
                output => return Some(output.unwrap()),
            }
        }
    }

    #[test]
    fn a_module_and_an_object_are_a_program() {
        for &target in Target::ALL {
            for level in 0..=opt::Options::MAX_LEVEL {
                let six = object(&nir(SIX), target, level);
                let main = object(&nir(MAIN), target, level);
                let libraries = [("six", SIX), ("main", MAIN)]
                    .map(|module| library(target, &[("unused", UNUSED), module]));
                for inputs in [
                    vec![module("main.nir", MAIN), input("six.o", &six)],
                    vec![input("six.o", &six), module("main.nir", MAIN)],
                    vec![input("main.o", &main), input("six.o", &six)],
                    vec![module("six.nir", SIX), module("main.nir", MAIN)],
                    vec![input("libsix.a", &libraries[0]), module("main.nir", MAIN)],
                    vec![input("libmain.a", &libraries[1]), input("libsix.a", &libraries[0])],
                ] {
                    let names: Vec<String> = inputs.iter().map(|i| i.name.clone()).collect();
                    let program = link(inputs, &options(target, Emit::Executable, level)).unwrap();
                    let Some(output) = run(target, &program, &[]) else { return };
                    let done = (&output.stdout[..], output.status.code());
                    assert_eq!(done, (&b"linked\n"[..], Some(42)), "{names:?} at -O{level}");
                }
            }
        }
    }

    /// A `main` that returns nothing has the status 0, in an object too, and if it ends in another call.
    #[test]
    fn a_main_without_result_has_the_status_0() {
        let noisy = "function i64 $noisy(i64 %n) {\n    %r =i64 add %n, 77\n    ret %r\n}\n\
            function $quiet(i64 %n) {\n    %r =i64 call $noisy(%n)\n    ret\n}\n";
        let ends = ["%r =i64 call $noisy(%n)\n    ret", "tail $quiet(%n)"];
        for &target in Target::ALL {
            for (end, level) in ends.into_iter().flat_map(|end| [(end, 0), (end, 2)]) {
                let text = format!("{noisy}function $main(i64 %n) {{\n    {end}\n}}\n");
                let file = object(&nir(&text), target, level);
                for main in [module("main.nir", &text), input("main.o", &file)] {
                    let program = link(vec![main], &options(target, Emit::Executable, level));
                    let Some(output) = run(target, &program.unwrap(), &[]) else { return };
                    assert_eq!(output.status.code(), Some(0), "{end} at -O{level}");
                }
            }
        }
    }

    /// Every program of the tests by way of an object that is read again.
    #[test]
    fn programs_from_objects_run_as_they_say() {
        let mut count = 0;
        for (path, syntax) in modules("tests/native") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mains: Vec<Run> =
                runs(&text).unwrap().into_iter().filter(|run| run.function == b"main").collect();
            let Ok(module) = load(text.as_bytes(), syntax) else { continue };
            for &target in Target::ALL {
                for run in mains.iter().filter(|run| run.expect.exit.is_some()) {
                    let Ok(file) = compile(&module, &options(target, Emit::Object, 2)) else {
                        continue;
                    };
                    let inputs = vec![input("main.o", &file)];
                    let program = link(inputs, &options(target, Emit::Executable, 2)).unwrap();
                    let arguments = run.arguments.iter().map(|text| text.trim_matches('"'));
                    let arguments: Vec<&str> = arguments.collect();
                    let Some(output) = self::run(target, &program, &arguments) else { continue };
                    let place = format!("{}:{} {target:?}", path.display(), run.line);
                    assert_eq!(output.stdout, run.expect.stdout, "{place}");
                    assert_eq!(output.status.code(), run.expect.exit.map(i32::from), "{place}");
                    count += 1;
                }
            }
        }
        assert!(count >= 4, "only {count} programs");
    }
}
