//! Random modules on the evaluator and as machine code: what they do must be the same.

#[path = "../../../machine/tests/common/chance.rs"]
mod chance;
mod edges;
#[cfg_attr(target_arch = "aarch64", allow(dead_code, reason = "for hosts that have qemu"))]
pub(crate) mod executable;
mod generate;

use chance::Chance;
use edges::argument;
use generate::Signature;
use sox_image::{Outcome, Program};
use sox_machine::codegen::Options;
use sox_machine::eval::{Limits, Machine, Stop};
use sox_machine::ir::{FuncId, Isa};
use sox_machine::{Syntax, load, opt};
use sox_native::{entry_symbol, image};

/// Functions in a module, and calls of each.
pub(crate) const FUNCTIONS: usize = 12;
const CALLS: usize = 3;
const HEAP: u64 = 1 << 26;
const HOST: Isa = Isa::HOST.expect("tests of images run on these alone");
const LIMITS: Limits = Limits { steps: 300_000, memory: HEAP, depth: 200 };

/// A module of a seed and the calls that are made of it.
pub(crate) struct Case {
    pub(crate) text: String,
    /// Of optimization.
    level: u8,
    calls: Vec<(Signature, Vec<u64>)>,
}

/// A call that differs.
#[derive(Debug)]
pub(crate) struct Difference {
    /// What was called and what came of it, on both sides.
    pub(crate) message: String,
    /// Its number among the calls.
    call: usize,
}

/// Everything that is seen of a call.
#[derive(Debug, PartialEq)]
struct Seen {
    outcome: Outcome,
    results: Vec<u64>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

pub(crate) fn case(seed: u64, level: u8) -> Case {
    let (text, functions) = generate::module(seed, FUNCTIONS);
    let mut chance = Chance(!seed);
    let mut calls = Vec::new();
    for signature in functions {
        for _ in 0..CALLS {
            let arguments = signature.params.iter().map(|class| argument(&mut chance, class));
            calls.push((signature.clone(), arguments.collect()));
        }
    }
    Case { text, level, calls }
}

/// All NaNs are one.
fn canonical(bits: u64, class: &str) -> u64 {
    match class {
        "f64" if f64::from_bits(bits).is_nan() => f64::NAN.to_bits(),
        "f32" if f32::from_bits(bits as u32).is_nan() => f32::NAN.to_bits().into(),
        _ => bits,
    }
}

/// Runs the calls of a case on both; tells how many were compared.
pub(crate) fn compare(case: &Case) -> Result<usize, Difference> {
    let broken = |message: String| Difference { message, call: usize::MAX };
    let module = load(case.text.as_bytes(), Syntax::Nir)
        .map_err(|faults| broken(format!("the generator made {faults:#?}")))?;
    let called = case.calls.iter().filter_map(|(s, _)| module.function(s.name.as_bytes()));
    let mut functions: Vec<FuncId> = called.collect();
    functions.dedup();
    let optimize = opt::Options::level(case.level);
    let options = Options { check: true, optimize, ..Options::default() };
    let image = image(module.module().clone(), &functions, &Program::IMPORTS, HOST, options)
        .map_err(|error| broken(error.to_string()))?;
    let mut program = Program::load(&image, HEAP).map_err(|error| broken(error.to_string()))?;
    let mut compared = 0;
    let mut machine = Machine::new(&module, LIMITS);
    for (number, (signature, arguments)) in case.calls.iter().enumerate() {
        let Some(id) = module.function(signature.name.as_bytes()) else { continue };
        let stop = machine.call(id, arguments);
        let (outcome, results) = match stop {
            Ok(results) => (Outcome::Returned, results),
            Err(Stop::Exit(status)) => (Outcome::Exit(status), vec![]),
            Err(Stop::Trap) => (Outcome::Trap, vec![]),
            // Nothing is known of the rest; nor of the calls after it, which see its data.
            Err(_) => break,
        };
        let stdout = std::mem::take(&mut machine.stdout);
        let expected =
            Seen { outcome, results, stdout, stderr: std::mem::take(&mut machine.stderr) };
        let found = run(&mut program, &image, signature, arguments, &expected);
        let mut expected = expected;
        normalise(&mut expected.results, signature);
        if found != expected {
            let name = &signature.name;
            let message = format!(
                "{name}({arguments:x?})\n evaluator: {expected:x?}\n      code: {found:x?}"
            );
            return Err(Difference { message, call: number });
        }
        compared += 1;
    }
    Ok(compared)
}

fn normalise(results: &mut [u64], signature: &Signature) {
    for (bits, class) in results.iter_mut().zip(&signature.results) {
        *bits = canonical(*bits, class);
    }
}

fn run(
    program: &mut Program,
    image: &sox_native::objfile::link::Image,
    signature: &Signature,
    arguments: &[u64],
    expected: &Seen,
) -> Seen {
    let entry = image.symbol(&entry_symbol(signature.name.as_bytes())).unwrap_or(0);
    let mut results = [0; 2];
    // SAFETY: the entry is the wrapper of this function, which takes addresses of so many arguments and
    // up to two results. The evaluator has just made the same call and found it defined.
    let outcome = unsafe { program.run(entry, arguments, &mut results) };
    let (stdout, stderr) = program.printed();
    let count = if outcome == Outcome::Returned { expected.results.len() } else { 0 };
    let mut results = results[..count.min(2)].to_vec();
    normalise(&mut results, signature);
    Seen { outcome, results, stdout, stderr }
}

/// Takes lines out of a case as long as it still differs.
pub(crate) fn shrink(case: Case, difference: &Difference, differs: impl Fn(&Case) -> bool) -> Case {
    let mut best = case;
    if let Some(call) = best.calls.get(difference.call).cloned() {
        let calls = vec![call];
        let alone = Case { text: best.text.clone(), level: best.level, calls };
        if differs(&alone) {
            best = alone;
        }
    }
    let mut size = 64;
    while size > 0 {
        let mut at = 0;
        loop {
            let lines: Vec<&str> = best.text.lines().collect();
            if at >= lines.len() {
                break;
            }
            let end = (at + size).min(lines.len());
            let text = [&lines[..at], &lines[end..]].concat().join("\n") + "\n";
            let smaller = Case { text, level: best.level, calls: best.calls.clone() };
            let sound = load(smaller.text.as_bytes(), Syntax::Nir).is_ok();
            if sound && differs(&smaller) {
                best = smaller;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    best
}
