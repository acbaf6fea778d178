//! Every module under `tests/native` and `bench/native` as code in an image: it runs as it says.
//! `cargo xtask test` builds this for AArch64 too and runs it under qemu.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use common::{bits, many_values, modules};
use sox_image::{Outcome, Program};
use sox_machine::codegen::Options;
use sox_machine::ir::{Class, FuncId, Isa, Op};
use sox_machine::nir::{Expect, Run, runs};
use sox_machine::{Syntax, Verified, load, opt};
use sox_native::{entry_symbol, image};

const HEAP: u64 = 1 << 28;
const HOST: Isa = Isa::HOST.expect("tests of images run on these alone");

#[test]
fn modules_run_as_they_say() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (path, syntax) in ["tests/native", "bench/native"].into_iter().flat_map(modules) {
        let text = std::fs::read_to_string(&path).unwrap();
        let runs = runs(&text).unwrap();
        if runs.is_empty() {
            continue;
        }
        let module = load(text.as_bytes(), syntax).unwrap();
        let mut funcs = module.module().funcs();
        let foreign = module.module().isa.is_some_and(|isa| isa != HOST);
        let physical = module.module().funcs().any(|func| func.is_physical());
        // A system call that ends the program would end this thread.
        let calls_system = funcs.any(|func| func.insts().iter().any(|inst| inst.op == Op::Syscall));
        if (foreign && physical) || calls_system {
            continue;
        }
        for run in &runs {
            for level in 0..=opt::Options::MAX_LEVEL {
                if let Err(message) = check(&module, run, level) {
                    let place = format!("{}:{}", path.display(), run.line);
                    wrong.push(format!("{place} at -O{level}: {message}"));
                }
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 100, "only {count} runs");
}

#[test]
fn slots_reach_over_32_kilobytes() {
    let text = many_values();
    let module = load(text.as_bytes(), Syntax::Nir).unwrap();
    let found: Result<(), String> =
        runs(&text).unwrap().iter().try_for_each(|run| check(&module, run, 0));
    assert_eq!(found, Ok(()));
}

fn check(module: &Verified, run: &Run, level: u8) -> Result<(), String> {
    let id: FuncId = module.function(&run.function).ok_or("there is no such function")?;
    let func = module.module().func(id);
    let params: Vec<Class> = func.params().iter().map(|&param| func.class(param)).collect();
    let main = run.function == b"main";
    let strings: Vec<Vec<u8>> = run
        .arguments
        .iter()
        .map(|text| [text.trim_matches('"').as_bytes(), b"\0"].concat())
        .collect();
    let vector: Vec<u64> =
        strings.iter().map(|text| text.as_ptr().expose_provenance() as u64).chain([0]).collect();
    let arguments = if main {
        vec![strings.len() as u64, vector.as_ptr().expose_provenance() as u64]
    } else {
        bits(&run.arguments, &params)?
    };
    let options = Options { optimize: opt::Options::level(level), ..Options::default() };
    let image = image(module.module().clone(), &[id], &Program::IMPORTS, HOST, options)
        .map_err(|error| error.to_string())?;
    let entry = image.symbol(&entry_symbol(&run.function)).ok_or("there is no entry")?;
    let mut program = Program::load(&image, HEAP).map_err(|error| error.to_string())?;
    let mut results = [0; 2];
    // SAFETY: the wrapper at the entry takes addresses of arguments and results. The evaluator has run
    // the same (in the tests of `sox-machine`) and found nothing that is not defined.
    let outcome = unsafe { program.run(entry, &arguments, &mut results) };
    let (stdout, stderr) = program.printed();
    let Expect { results: wanted, exit, trap, .. } = &run.expect;
    let classes = &*func.function.results;
    let good = match (outcome, wanted) {
        (Outcome::Returned, Some(wanted)) => {
            let wanted = bits(wanted, classes)?;
            if results[..wanted.len()] != wanted {
                return Err(format!("returns {results:x?}, not {wanted:x?}"));
            }
            true
        }
        (Outcome::Returned, None) => main && exit.is_some_and(|status| status == results[0] as u8),
        (Outcome::Exit(status), _) => *exit == Some(status),
        (Outcome::Trap, _) => *trap,
    };
    if !good {
        return Err(format!("it ends with {outcome:?}, {results:x?}"));
    }
    for (found, wanted) in [(stdout, &run.expect.stdout), (stderr, &run.expect.stderr)] {
        if found != *wanted {
            let (found, wanted) = (found.escape_ascii(), wanted.escape_ascii());
            return Err(format!("it prints \"{found}\", not \"{wanted}\""));
        }
    }
    Ok(())
}
