//! Every module under `tests/native` and `bench/native` as a static executable for Linux on AArch64, run
//! by qemu: it does as it says. Where qemu is not installed, the executables are made and not run.

mod common;

use common::{bits, many_values, modules};
use sox_machine::arm64::Arm64;
use sox_machine::codegen::{Options, compile};
use sox_machine::ir::{Class, FunctionBuilder, Inst, Isa, Module, Op, Operand, Reg};
use sox_machine::nir::{Run, runs};
use sox_machine::{Syntax, Verified, load, opt, verify};
use sox_native::objfile::{link, object::Object};
use sox_native::{System, runtime};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

/// Calls the runs of a test and ends.
const START: &str = "import $test.runs(0)\nimport $sys.exit(1)\n\
    export function $test.start() {\n call $test.runs()\n call $sys.exit(0)\n ret\n}\n";

/// What a program must do.
#[derive(Default)]
struct Wanted {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    exit: u8,
    trap: bool,
}

struct Harness {
    /// Of optimization.
    level: u8,
    qemu: Option<&'static str>,
    folder: tempfile::TempDir,
    programs: usize,
    /// Of all programs.
    bytes: usize,
    wrong: Vec<String>,
}

#[test]
fn modules_run_as_they_say() {
    let mut harness = Harness::new();
    let mut count = 0;
    for (path, syntax) in ["tests/native", "bench/native"].into_iter().flat_map(modules) {
        let text = std::fs::read_to_string(&path).unwrap();
        let runs = runs(&text).unwrap();
        if runs.is_empty() {
            continue;
        }
        let module = load(text.as_bytes(), syntax);
        let module = module.unwrap();
        let foreign = module.module().isa.is_some_and(|isa| isa != Isa::Arm64);
        if foreign && module.module().funcs().any(|func| func.is_physical()) {
            continue;
        }
        count += runs.len();
        for level in 0..=opt::Options::MAX_LEVEL {
            harness.level = level;
            harness.file(&path, &module, &runs);
        }
    }
    eprintln!(
        "arm64: {count} runs in {} programs, {} wrong",
        harness.programs,
        harness.wrong.len()
    );
    assert!(harness.wrong.is_empty(), "{:#?}", harness.wrong);
    assert!(count > 100, "only {count} runs");
}

fn qemu() -> Option<&'static str> {
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let found = ["qemu-aarch64-static", "qemu-aarch64"].into_iter().find(runs);
    if found.is_none() {
        eprintln!("SKIPPED: code for AArch64 is not run (package qemu-user-static)");
    }
    found
}

/// A loop whose body is longer than the megabyte that a conditional branch reaches, forwards and back.
#[test]
fn branches_reach_over_a_megabyte() {
    // A constant of four instructions, and what is done with it.
    const STEPS: u64 = 58_000;
    let constant = |step: u64| (step << 48 | 0x1234_5678_9abd).wrapping_mul(step | 1) as i64;
    let (mut n, mut sum) = (3i64, 0i64);
    while n > 0 {
        sum = (0..STEPS).fold(sum.wrapping_add(n), |sum, step| match step % 2 {
            0 => sum ^ constant(step),
            _ => sum.wrapping_add(constant(step)),
        });
        n -= 1;
    }
    let mut text = format!("# run: long(3)\n# expect: {sum}\n# run: long(0)\n# expect: 0\n");
    text += "function i64 $long(i64 %n) {\n%s =i64 const 0\njeq %n, 0, @end\n@again\n";
    text += "%s =i64 add %s, %n\n";
    for step in 0..STEPS {
        let name = if step % 2 == 0 { "xor" } else { "add" };
        text += &format!("%s =i64 {name} %s, {}\n", constant(step));
    }
    text += "%n =i64 sub %n, 1\njgt %n, 0, @again\n@end\nret %s\n}\n";
    let module = load(text.as_bytes(), Syntax::Nir).unwrap();
    let mut harness = Harness::new();
    harness.file(Path::new("long"), &module, &runs(&text).unwrap());
    assert!(harness.wrong.is_empty(), "{:#?}", harness.wrong);
    assert!(harness.bytes > 1 << 20, "{} bytes", harness.bytes);
}

#[test]
fn slots_reach_over_32_kilobytes() {
    let text = many_values();
    let module = load(text.as_bytes(), Syntax::Nir).unwrap();
    let mut harness = Harness::new();
    harness.file(Path::new("many"), &module, &runs(&text).unwrap());
    assert!(harness.wrong.is_empty(), "{:#?}", harness.wrong);
}

impl Harness {
    fn new() -> Harness {
        Harness {
            level: 0,
            qemu: qemu(),
            folder: tempfile::tempdir().unwrap(),
            programs: 0,
            bytes: 0,
            wrong: Vec::new(),
        }
    }

    /// Runs that only return are all in one program; the others have one each.
    fn file(&mut self, path: &Path, module: &Verified, runs: &[Run]) {
        let plain = |run: &&Run| {
            let expect = &run.expect;
            expect.results.is_some() && expect.stdout.is_empty() && expect.stderr.is_empty()
        };
        let (plain, others): (Vec<&Run>, Vec<&Run>) = runs.iter().partition(plain);
        if !plain.is_empty() {
            self.calls(path, module, &plain);
        }
        for run in others {
            if run.function == b"main" {
                self.main(path, module, run);
            } else {
                self.calls(path, module, &[run]);
            }
        }
    }

    /// A program that makes these calls and prints their results, one number a line.
    fn calls(&mut self, path: &Path, module: &Verified, runs: &[&Run]) {
        let mut with_runs = module.module().clone();
        add_runs(&mut with_runs, runs);
        let with_runs = verify(with_runs).unwrap();
        let start = load(START.as_bytes(), Syntax::Nir).unwrap();
        let mut wanted = Wanted::default();
        for run in runs {
            let func = module.module().func(module.function(&run.function).unwrap());
            wanted.stdout.extend_from_slice(&run.expect.stdout);
            let results = run.expect.results.as_deref().unwrap_or_default();
            for bits in bits(results, &func.function.results).unwrap() {
                wanted.stdout.extend(format!("{}\n", bits as i64).bytes());
            }
            wanted.stderr.extend_from_slice(&run.expect.stderr);
            wanted.exit = run.expect.exit.unwrap_or(0);
            wanted.trap = run.expect.trap;
        }
        let place = format!("{}:{}", path.display(), runs[0].line);
        self.program(&place, &[&with_runs, &start], b"test.start", &[], &wanted);
    }

    fn main(&mut self, path: &Path, module: &Verified, run: &Run) {
        let expect = run.expect.clone();
        let wanted = Wanted {
            stdout: expect.stdout,
            stderr: expect.stderr,
            exit: expect.exit.unwrap_or(0),
            trap: expect.trap,
        };
        let arguments: Vec<&str> =
            run.arguments.iter().map(|text| text.trim_matches('"')).collect();
        let place = format!("{}:{}", path.display(), run.line);
        self.program(&place, &[module], b"sys.start", &arguments, &wanted);
    }

    /// Makes a program, runs it, and looks at what it did.
    fn program(
        &mut self,
        place: &str,
        modules: &[&Verified],
        entry: &[u8],
        arguments: &[&str],
        wanted: &Wanted,
    ) {
        self.programs += 1;
        let optimize = opt::Options::level(self.level);
        let options = Options { optimize, ..Options::default() };
        let own: Vec<Object> = modules
            .iter()
            .map(|module| compile(module, &Arm64::aapcs64(), options).unwrap())
            .collect();
        let objects: Vec<&Object> =
            own.iter().chain(runtime(System::LinuxArm64, optimize).unwrap()).collect();
        let file = match link::executable(&objects, entry, true) {
            Ok(file) => file,
            Err(errors) => return self.wrong.push(format!("{place}: {errors:?}")),
        };
        let path = self.folder.path().join(format!("program{}", self.programs));
        self.bytes += file.len();
        std::fs::write(&path, file).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let Some(qemu) = self.qemu else { return };
        // The first argument, usually a program's name, is one of them.
        let (first, others) = arguments.split_first().unwrap_or((&"program", &[]));
        let output =
            Command::new(qemu).args(["-0", first]).arg(&path).args(others).output().unwrap();
        if let Err(message) = compare(&output, wanted) {
            self.wrong.push(format!("{place} at -O{}: {message}", self.level));
        }
    }
}

fn compare(output: &Output, wanted: &Wanted) -> Result<(), String> {
    const SIGILL: i32 = 4;
    let ending = match wanted.trap {
        true => output.status.signal() == Some(SIGILL),
        false => output.status.code() == Some(wanted.exit.into()),
    };
    if !ending {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("it ends with {}: {stderr}", output.status));
    }
    for (found, wanted) in [(&output.stdout, &wanted.stdout), (&output.stderr, &wanted.stderr)] {
        if found != wanted && !(found.starts_with(b"qemu") && wanted.is_empty()) {
            let (found, wanted) = (found.escape_ascii(), wanted.escape_ascii());
            return Err(format!("it prints \"{found}\", not \"{wanted}\""));
        }
    }
    Ok(())
}

/// Adds the function `test.runs`.
fn add_runs(module: &mut Module, runs: &[&Run]) {
    let callees: Vec<_> = runs
        .iter()
        .map(|run| {
            let func = module.funcs().find(|func| func.name() == run.function).unwrap();
            let classes: Vec<Class> = func.params().iter().map(|&p| func.class(p)).collect();
            (func.function.name, classes, func.function.results.to_vec())
        })
        .collect();
    let name = module.names.intern(b"test.runs");
    let mut builder = FunctionBuilder::new(module, name);
    builder.exported(true);
    for (run, (callee, params, results)) in runs.iter().zip(callees) {
        let mut arguments = Vec::new();
        for (&class, bits) in params.iter().zip(bits(&run.arguments, &params).unwrap()) {
            let value = builder.fresh(class);
            let number = builder.number(bits as i64);
            builder.push(Inst::new(Op::Const, &[Operand::Reg(value), number]));
            arguments.push(Operand::Reg(value));
        }
        let taken: Vec<Reg> = results.iter().map(|&class| builder.fresh(class)).collect();
        let defs: Vec<Operand> = taken.iter().map(|&reg| Operand::Reg(reg)).collect();
        let (defs, arguments) = (builder.list(&defs), builder.list(&arguments));
        builder.push(Inst::new(Op::Call, &[defs, Operand::Sym(callee), arguments]));
        for (&value, &class) in taken.iter().zip(&results) {
            let mut shown = value;
            if class != Class::I64 {
                shown = builder.fresh(Class::I64);
                let cast = [Operand::Reg(shown), Operand::Reg(value)];
                builder.push(Inst::new(Op::Bitcast, &cast));
            }
            builder.push(Inst::new(Op::PrintInt, &[Operand::Reg(shown)]));
        }
    }
    let nothing = builder.list(&[]);
    builder.push(Inst::new(Op::Ret, &[nothing]));
    builder.finish();
}
