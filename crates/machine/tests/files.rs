//! Every module under `tests/native` and `bench/native`: it is refused with exactly the faults it names,
//! or it runs as it says, and does so too when printed in either syntax and read again.

#[path = "common/modules.rs"]
mod modules;

use modules::modules;
use sox_machine::eval::{Limits, Machine, Stop};
use sox_machine::ir::Class;
use sox_machine::nir::{Expect, Run, expected_faults, runs};
use sox_machine::{Fault, Syntax, Verified, load, nir, opt, term, verify};

#[test]
fn modules_run_as_they_say() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (path, syntax) in ["tests/native", "bench/native"].into_iter().flat_map(modules) {
        let text = std::fs::read_to_string(&path).unwrap();
        let runs = runs(&text).unwrap_or_else(|bad| panic!("{}: {bad:?}", path.display()));
        if runs.is_empty() {
            continue;
        }
        let module = load(text.as_bytes(), syntax)
            .unwrap_or_else(|faults| panic!("{}: {faults:#?}", path.display()));
        let as_nir = load(nir::print(module.module()).as_bytes(), Syntax::Nir).unwrap();
        let as_ir = term::print(module.module());
        let as_ir = load(as_ir.as_bytes(), Syntax::Ir { strict: true }).unwrap();
        let optimized: Vec<Verified> = (1..=opt::Options::MAX_LEVEL)
            .map(|level| {
                let mut module = verify(module.module().clone()).unwrap();
                opt::optimize(&mut module, opt::Options::level(level));
                module
            })
            .collect();
        for run in &runs {
            let forms = [("as written", &module), ("as .nir", &as_nir), ("as .ir", &as_ir)];
            let levels = ["at -O1", "at -O2"].into_iter().zip(&optimized);
            for (form, module) in forms.into_iter().chain(levels) {
                if let Err(message) = check(module, run) {
                    wrong.push(format!("{}:{} {form}: {message}", path.display(), run.line));
                }
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 100, "only {count} runs");
}

/// Runs a function and compares with what is expected.
fn check(module: &Verified, run: &Run) -> Result<(), String> {
    let limits = Limits { steps: 50_000_000, memory: 1 << 28, depth: 10_000 };
    let mut machine = Machine::new(module, limits);
    let Expect { results, exit, stdout, stderr, trap } = &run.expect;
    let stop = if run.function == b"main" {
        let arguments: Vec<&str> = run.arguments.iter().map(|a| a.trim_matches('"')).collect();
        machine.run_main(&arguments)
    } else {
        let id = module.function(&run.function).ok_or("there is no such function")?;
        let func = module.module().func(id);
        let classes: Vec<Class> = func.params().iter().map(|&param| func.class(param)).collect();
        let arguments = bits(&run.arguments, &classes)?;
        match machine.call(id, &arguments) {
            Ok(found) => {
                let wanted = results.as_ref().ok_or_else(|| format!("it returns {found:x?}"))?;
                let wanted = bits(wanted, &func.function.results)?;
                if found != wanted {
                    return Err(format!("returns {found:x?}, not {wanted:x?}"));
                }
                return printed(&machine, stdout, stderr);
            }
            Err(stop) => stop,
        }
    };
    let good = match stop {
        Stop::Exit(status) => *exit == Some(status),
        Stop::Trap => *trap,
        _ => false,
    };
    if !good {
        return Err(format!("it ends with {stop:?}"));
    }
    printed(&machine, stdout, stderr)
}

fn printed(machine: &Machine<'_>, stdout: &[u8], stderr: &[u8]) -> Result<(), String> {
    for (found, wanted) in [(&machine.stdout, stdout), (&machine.stderr, stderr)] {
        if found != wanted {
            let (found, wanted) = (found.escape_ascii(), wanted.escape_ascii());
            return Err(format!("it prints \"{found}\", not \"{wanted}\""));
        }
    }
    Ok(())
}

fn bits(texts: &[String], classes: &[Class]) -> Result<Vec<u64>, String> {
    if texts.len() != classes.len() {
        return Err(format!("{} values for {} places", texts.len(), classes.len()));
    }
    let pairs = texts.iter().zip(classes);
    pairs
        .map(|(text, &class)| Run::bits(text, class).ok_or_else(|| format!("{text} is no value")))
        .collect()
}

#[test]
fn modules_are_refused_with_the_faults_they_name() {
    let mut count = 0;
    for (path, syntax) in modules("tests/native") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut wanted = expected_faults(&text).unwrap();
        if wanted.is_empty() {
            continue;
        }
        count += wanted.len();
        let faults = load(text.as_bytes(), syntax).expect_err("it is refused");
        let mut found: Vec<(u32, String)> = faults
            .iter()
            .map(|fault| (fault.line(text.as_bytes()).unwrap_or(0), fault.rule.code().id.into()))
            .collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{}: {:#?}", path.display(), shown(&faults));
        for fault in &faults {
            assert!(!fault.message.is_empty());
            let outside = fault.function.is_none();
            assert!(outside || fault.to_string().contains(": "), "{fault}");
        }
    }
    assert!(count > 60, "only {count} faults");
}

/// The harness misses nothing: results, output and ending that differ are told.
#[test]
fn expectations_that_are_not_met_are_told() {
    let module = |expect: &str| {
        format!(
            "# run: f(3)\n{expect}\nfunction i64 $f(i64 %n) {{\n    print_int %n\n    ret %n\n}}\n"
        )
    };
    let verdict = |expect: &str| {
        let text = module(expect);
        check(&load(text.as_bytes(), Syntax::Nir).unwrap(), &runs(&text).unwrap()[0])
    };
    assert_eq!(verdict("# expect: 3\n# expect: stdout \"3\\n\""), Ok(()));
    let wrong = [
        ("# expect: 4\n# expect: stdout \"3\\n\"", "returns [3], not [4]"),
        ("# expect: 3", "it prints \"3\\n\", not \"\""),
        ("# expect: 3\n# expect: stdout \"3\"", "it prints \"3\\n\", not \"3\""),
        ("# expect: exit 3", "it returns [3]"),
        ("# expect: trap", "it returns [3]"),
        ("# expect: 3, 3", "2 values for 1 places"),
    ];
    for (expect, message) in wrong {
        assert_eq!(verdict(expect), Err(message.to_string()), "{expect}");
    }
}

fn shown(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{fault} [{}]", fault.hint)).collect()
}
