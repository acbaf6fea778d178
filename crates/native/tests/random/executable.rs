//! Random modules on the evaluator and as code for AArch64: many of them make one executable, which
//! prints what their calls return and is run by qemu.
//!
//! A call that does not return would end the program, so calls are made up to the first such one of
//! each module.

use super::generate::Signature;
use super::{Case, Difference, LIMITS, canonical};
use sox_machine::arm64::Arm64;
use sox_machine::codegen::{self, Options};
use sox_machine::eval::Machine;
use sox_machine::{Syntax, Verified, load, opt};
use sox_native::objfile::link;
use sox_native::objfile::object::Object;
use sox_native::{System, runtime};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// A module with a function that makes its calls, and what that prints.
struct Part {
    module: Verified,
    calls: usize,
    prints: Vec<u8>,
}

/// Runs the calls of cases on both; tells how many were compared, or the number of the case that
/// differs.
pub(crate) fn compare(cases: &[Case], qemu: &str) -> Result<usize, (usize, Difference)> {
    let mut parts = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        parts.push(part(number, case).map_err(|message| (number, broken(message)))?);
    }
    let output = program(cases, &parts)
        .and_then(|program| run(&program, qemu))
        .map_err(|message| (0, broken(message)))?;
    let mut rest = &output[..];
    for (number, part) in parts.iter().enumerate() {
        let Some(after) = rest.strip_prefix(&part.prints[..]) else {
            let found = &rest[..rest.len().min(part.prints.len())];
            let (wanted, found) = (part.prints.escape_ascii(), found.escape_ascii());
            let message = format!("prints\n{found}\ninstead of\n{wanted}");
            return Err((number, broken(message)));
        };
        rest = after;
    }
    Ok(parts.iter().map(|part| part.calls).sum())
}

fn broken(message: String) -> Difference {
    Difference { message, call: usize::MAX }
}

fn part(number: usize, case: &Case) -> Result<Part, String> {
    let module = read(&case.text)?;
    let mut machine = Machine::new(&module, LIMITS);
    let (mut prints, mut calls) = (Vec::new(), 0);
    let mut text = format!("{}\nexport function $run{number}() {{\n", case.text);
    for (signature, arguments) in &case.calls {
        let Some(id) = module.function(signature.name.as_bytes()) else { continue };
        let Ok(results) = machine.call(id, arguments) else { break };
        prints.append(&mut machine.stdout);
        for (&bits, class) in results.iter().zip(&signature.results) {
            let _ = writeln!(Text(&mut prints), "{}", shown(bits, class));
        }
        call(&mut text, calls, signature, arguments);
        calls += 1;
    }
    text.push_str("    ret\n}\n");
    Ok(Part { module: read(&text)?, calls, prints })
}

/// Bytes as something to write text to.
struct Text<'a>(&'a mut Vec<u8>);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn read(text: &str) -> Result<Verified, String> {
    load(text.as_bytes(), Syntax::Nir).map_err(|faults| format!("{:?}: {text}", faults.first()))
}

/// What a result is printed as: its bits, or 0 for a NaN.
fn shown(bits: u64, class: &str) -> i64 {
    let nan = class != "i64" && canonical(bits, class) == canonical(u64::MAX, class);
    if nan { 0 } else { bits as i64 }
}

/// A call that prints its results.
fn call(text: &mut String, number: usize, signature: &Signature, arguments: &[u64]) {
    let mut list = Vec::new();
    for (at, (class, &bits)) in signature.params.iter().zip(arguments).enumerate() {
        let name = format!("%a{number}.{at}");
        let value = if *class == "i64" { (bits as i64).to_string() } else { format!("{bits:#x}") };
        let _ = writeln!(text, "    {name} ={class} const {value}");
        list.push(name);
    }
    let results: Vec<String> =
        (0..signature.results.len()).map(|at| format!("%r{number}.{at}")).collect();
    let head = match results.is_empty() {
        true => String::new(),
        false => format!("{} ={} ", results.join(", "), signature.results.join(", ")),
    };
    let _ = writeln!(text, "    {head}call ${}({})", signature.name, list.join(", "));
    for (name, class) in results.iter().zip(&signature.results) {
        if *class == "i64" {
            let _ = writeln!(text, "    print_int {name}");
            continue;
        }
        let _ = write!(
            text,
            "    %u =i64 fsetord {name}, {name}\n    %t =i64 bitcast {name}\n    \
             %t =i64 select %u, %t, 0\n    print_int %t\n"
        );
    }
}

fn program(cases: &[Case], parts: &[Part]) -> Result<Vec<u8>, String> {
    let mut start = String::from("import $sys.exit(1)\n");
    for number in 0..parts.len() {
        let _ = writeln!(start, "import $run{number}(0)");
    }
    start.push_str("export function $test.start() {\n");
    for number in 0..parts.len() {
        let _ = writeln!(start, "    call $run{number}()");
    }
    start.push_str("    call $sys.exit(0)\n    ret\n}\n");
    let start = read(&start)?;
    let level = cases.first().map_or(0, |case| case.level);
    let options =
        Options { check: true, optimize: opt::Options::level(level), ..Options::default() };
    let modules = parts.iter().map(|part| &part.module).chain([&start]);
    let own: Vec<Object> = modules
        .map(|module| codegen::compile(module, &Arm64::aapcs64(), options))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let runtime =
        runtime(System::LinuxArm64, options.optimize).map_err(|error| error.to_string())?;
    let objects: Vec<&Object> = own.iter().chain(runtime).collect();
    link::executable(&objects, b"test.start", true).map_err(|errors| errors[0].to_string())
}

fn run(program: &[u8], qemu: &str) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("program");
    let written = std::fs::write(&path, program).and_then(|()| executable(&path));
    written.map_err(|error| error.to_string())?;
    let output = Command::new(qemu).arg(&path).output().map_err(|error| error.to_string())?;
    // What it printed until it failed shows where.
    if !output.status.success() {
        eprintln!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}
