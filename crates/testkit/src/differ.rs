//! One program on every engine: the same bytes, the same ending, the same trace, the same steps.
//!
//! The evaluator's run is what the others are compared with, being the readable one; the verdict
//! says only that two runs differ, not which is right. A panic is a finding too, and is caught.

use sox_bytecode::optimize::optimize;
use sox_bytecode::{Module, verify};
use sox_diagnostics::Severity;
use sox_driver::{
    Bytecode, Checked, Debug, Ending, EngineKind, Form, Input, Language, Loaded, OptLevel, Options,
    Passes, Runner, Unit, check, compile, on_big_stack,
};
use sox_runtime::Limit;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Write as _};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Once, PoisonError};

/// A way to run a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What to call it.
    pub name: &'static str,
    engine: EngineKind,
    /// Of the virtual machine; a build without it uses the one it has.
    form: Form,
    gc_stress: bool,
    /// Within [`Bounds`]. An engine that counts steps leaves its fast paths, so one way does not.
    bounded: bool,
    hash_seed: u64,
    level: OptLevel,
    /// Through a bytecode file.
    file: bool,
    /// PohLang copies every list and dictionary before it changes it.
    copy_always: bool,
    /// As an entry of a session, of whose variables nothing is known beforehand.
    entry: bool,
}

/// All ways, the one the others are compared with first. Seeds of hashes differ on purpose: no
/// program may notice.
pub const WAYS: [Way; 8] = [
    Way::new("evaluator", EngineKind::Ast, 1),
    Way { bounded: false, ..Way::new("vm", EngineKind::Vm, 2) },
    Way { bounded: false, form: Form::Loop, ..Way::new("vm in a loop", EngineKind::Vm, 6) },
    Way { form: Form::Loop, ..Way::new("vm within bounds", EngineKind::Vm, 3) },
    Way { level: OptLevel::O0, ..Way::new("vm -O0", EngineKind::Vm, 7) },
    Way { level: OptLevel::O2, ..Way::new("vm -O2", EngineKind::Vm, 8) },
    Way { gc_stress: true, ..Way::new("vm under gc stress", EngineKind::Vm, 4) },
    Way { gc_stress: true, ..Way::new("evaluator under gc stress", EngineKind::Ast, 5) },
];

/// More ways for PohLang. All engines run the same tree, so if that was wrong they would agree. Of the
/// last three, two tell whether what is copied when it gets a second holder is always told apart, one
/// whether what is found out about variables, where they can live and what they hold, is true.
const POH_WAYS: [Way; 6] = [
    Way { file: true, level: OptLevel::O0, ..Way::new("file -O0", EngineKind::Vm, 9) },
    Way { file: true, ..Way::new("file -O1", EngineKind::Vm, 10) },
    Way { file: true, level: OptLevel::O2, ..Way::new("file -O2", EngineKind::Vm, 11) },
    Way { copy_always: true, ..Way::new("vm, copying always", EngineKind::Vm, 12) },
    Way { copy_always: true, ..Way::new("evaluator, copying always", EngineKind::Ast, 13) },
    Way { entry: true, ..Way::new("entry of a session", EngineKind::Vm, 14) },
];

/// The ways to run programs of a language. The last one may be left out to save time.
pub fn ways(language: Language) -> Vec<Way> {
    match language {
        Language::Sox => WAYS.to_vec(),
        Language::PohLang => {
            let (first, last) = WAYS.split_at(WAYS.len() - 1);
            [first, &POH_WAYS, last].concat()
        }
    }
}

impl Way {
    /// Whether it collects at every safepoint, which takes long.
    pub fn gc_stress(&self) -> bool {
        self.gc_stress
    }

    const fn new(name: &'static str, engine: EngineKind, hash_seed: u64) -> Way {
        let (form, level) = (Form::Threaded, OptLevel::O1);
        Way {
            name,
            engine,
            form,
            gc_stress: false,
            bounded: true,
            hash_seed,
            level,
            file: false,
            copy_always: false,
            entry: false,
        }
    }
}

/// The ways to run verified bytecode: as it is, and as the optimizer makes it.
const BYTECODE_WAYS: [Way; 4] = [
    Way { form: Form::Loop, ..Way::new("vm within bounds", EngineKind::Vm, 3) },
    Way { level: OptLevel::O2, ..Way::new("vm, optimized", EngineKind::Vm, 8) },
    Way { bounded: false, ..Way::new("vm", EngineKind::Vm, 2) },
    Way { gc_stress: true, ..Way::new("vm under gc stress", EngineKind::Vm, 4) },
];

/// How far runs may go.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Calls and loop turns.
    pub max_steps: u64,
    /// Frames of the call stack.
    pub max_stack: u32,
    /// Bytes on the heap. Engines need different amounts, so reaching this settles nothing.
    pub max_memory: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { max_steps: 20_000, max_stack: 3_000, max_memory: 64 << 20 }
    }
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// What it printed.
    pub stdout: Vec<u8>,
    /// How it ended.
    pub ending: Ending,
    /// Steps counted.
    pub steps: u64,
    /// Stack overflows, caught or not.
    pub stack_overflows: u64,
}

/// What runs are compared by, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// One of them panicked.
    Panic,
    /// Bytes printed.
    Output,
    /// Kind of ending, exit status, message of an uncaught error, notes.
    Ending,
    /// Frames of the trace.
    Trace,
    /// What the report of the error underlines.
    Place,
    /// Number of steps.
    Steps,
}

/// Two runs of one program that are not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// In what they differ.
    pub aspect: Aspect,
    /// The way that is not like the first one, or that panicked.
    pub way: &'static str,
    /// Both sides, for a person to read.
    pub detail: String,
}

impl Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} differs: the first way and {}\n{}", self.aspect, self.way, self.detail)
    }
}

/// What came of comparing.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// All runs were the same.
    Agreed(Finished),
    /// Two were not.
    Disagreed(Disagreement),
    /// It does not compile; the first message.
    Rejected(String),
    /// A limit was reached that is not the same for all engines.
    Inconclusive(&'static str),
}

/// Runs the program in all the ways and compares. The first way must be one within bounds: it tells
/// whether the program ends.
pub fn compare(source: &str, ways: &[Way], bounds: Bounds) -> Verdict {
    compare_in(Language::Sox, source, ways, bounds)
}

/// The same with a program in any language.
pub fn compare_in(language: Language, source: &str, ways: &[Way], bounds: Bounds) -> Verdict {
    on_big_stack(|| compare_here(language, source, ways, bounds))
}

/// The same on this thread, whose stack must be large.
fn compare_here(language: Language, source: &str, ways: &[Way], bounds: Bounds) -> Verdict {
    let checked = match catch(|| front_end(language, source, Unit::Script)) {
        Ok(Ok(checked)) => checked,
        Ok(Err(message)) => return Verdict::Rejected(message),
        Err(panic) => return panicked("front end", panic),
    };
    compare_runs(ways, |way| {
        run(way, bounds, |runner| {
            if way.file {
                return runner.load_bytecode(through_file(&checked, way)?);
            }
            if way.entry {
                let entry = front_end(language, source, Unit::ReplEntry);
                return runner.load(entry.expect("what is a script is an entry too"));
            }
            runner.load(Checked {
                program: checked.program.clone(),
                sources: checked.sources.clone(),
                diagnostics: Vec::new(),
                language: checked.language,
            })
        })
    })
}

/// The bytecode of a program as it comes back from a file.
fn through_file(checked: &Checked, way: Way) -> Result<Bytecode, Ending> {
    let options = Options { passes: Passes::of(way.level), ..Options::default() };
    let file = compile(checked, &options, Debug::Texts).map_err(Ending::TooLarge)?;
    Ok(Bytecode::read("program", &file).expect("what is written can be read"))
}

/// Runs verified bytecode as it is and optimized, with and without bounds and stress, and compares.
pub fn compare_bytecode(bytecode: &Bytecode, bounds: Bounds) -> Verdict {
    let mut module = Module::clone(&bytecode.module);
    let made = catch(|| {
        optimize(&mut module, Passes::of(OptLevel::O2));
        verify(module).expect("good bytecode stays good")
    });
    let optimized = match made {
        Ok(module) => Bytecode { module: Arc::new(module), ..bytecode.clone() },
        Err(detail) => {
            return panicked("optimizer", detail);
        }
    };
    on_big_stack(|| {
        compare_runs(&BYTECODE_WAYS, |way| {
            let bytecode = if way.level == OptLevel::O2 { &optimized } else { bytecode };
            run(way, bounds, |runner| runner.load_bytecode(bytecode.clone()))
        })
    })
}

fn compare_runs(ways: &[Way], run: impl Fn(Way) -> Finished) -> Verdict {
    let mut first: Option<Finished> = None;
    let mut unsettled = None;
    for way in ways {
        // A program without an end needs the bound, and long runs take long under stress.
        let endless = first.as_ref().is_some_and(|first| is_endless(&first.ending));
        let demanding = !way.bounded || way.gc_stress;
        if (endless && demanding) || (unsettled.is_some() && !way.bounded) {
            continue;
        }
        let finished = match catch(|| run(*way)) {
            Ok(finished) => finished,
            Err(panic) => return panicked(way.name, panic),
        };
        // The other ways still run: they must not panic either.
        unsettled = unsettled.or(inconclusive(&finished));
        match &first {
            _ if unsettled.is_some() => {}
            None => first = Some(finished),
            Some(first) => {
                // Without a bound steps need not be counted.
                let steps = if way.bounded { finished.steps } else { first.steps };
                let finished = Finished { steps, ..finished };
                // Where a number is certain, another operand that is none is not underlined alone.
                let counts = |aspect| !(way.entry && aspect == Aspect::Place);
                if let Some((aspect, detail)) = difference(first, &finished)
                    && counts(aspect)
                {
                    return Verdict::Disagreed(Disagreement { aspect, way: way.name, detail });
                }
            }
        }
    }
    match (unsettled, first) {
        (Some(reason), _) => Verdict::Inconclusive(reason),
        (None, Some(first)) => Verdict::Agreed(first),
        (None, None) => Verdict::Inconclusive("no way to run it"),
    }
}

fn panicked(way: &'static str, detail: String) -> Verdict {
    Verdict::Disagreed(Disagreement { aspect: Aspect::Panic, way, detail })
}

fn options(way: Way, bounds: Bounds) -> Options {
    let mut options = Options {
        engine: way.engine,
        form: Some(way.form),
        gc_stress: way.gc_stress,
        passes: Passes::of(way.level),
        hash_seed: Some(way.hash_seed),
        copy_always: way.copy_always,
        max_stack: Some(bounds.max_stack),
        max_steps: way.bounded.then_some(bounds.max_steps),
        max_memory: way.bounded.then_some(bounds.max_memory),
        argv: vec!["sox".into(), "program.sox".into()],
        ..Options::default()
    };
    for permission in sox_library::Permission::ALL {
        options.permissions.deny(permission);
    }
    options
}

fn front_end(language: Language, source: &str, unit: Unit) -> Result<Checked, String> {
    let input = Input::Code(source.to_string());
    let options = Options { language: Some(language), ..Options::default() };
    let checked = check(&input, unit, &options).map_err(|error| error.message)?;
    checked.map_err(|rejected| {
        let first = rejected.diagnostics.iter().find(|found| found.severity == Severity::Error);
        first.map_or_else(|| "no reason given".into(), |diagnostic| diagnostic.message.clone())
    })
}

fn run(
    way: Way,
    bounds: Bounds,
    load: impl FnOnce(&mut Runner) -> Result<Loaded, Ending>,
) -> Finished {
    let output = Output::default();
    let mut runner = Runner::new(&options(way, bounds), Box::new(output.clone()));
    let ending = match load(&mut runner) {
        Ok(loaded) => runner.run(&loaded),
        Err(ending) => ending,
    };
    let statistics = runner.statistics();
    drop(runner);
    let (steps, stack_overflows) = (statistics.steps, statistics.stack_overflows);
    Finished { stdout: output.take(), ending, steps, stack_overflows }
}

fn is_endless(ending: &Ending) -> bool {
    matches!(ending, Ending::Limit(Limit::Steps(_)))
}

/// A program that prints more takes too long in all the ways.
const MOST_OUTPUT: usize = 8 << 20;

fn inconclusive(finished: &Finished) -> Option<&'static str> {
    if finished.stdout.len() > MOST_OUTPUT {
        return Some("more output than is compared");
    }
    match &finished.ending {
        Ending::Limit(Limit::Memory(_)) => Some("memory limit"),
        Ending::TooLarge(_) => Some("a limit of the bytecode"),
        // The depth at which it happens is up to the engine.
        _ if finished.stack_overflows > 0 => Some("stack overflow"),
        _ => None,
    }
}

/// In what two runs differ, if they do, and both sides for a person to read.
pub fn difference(a: &Finished, b: &Finished) -> Option<(Aspect, String)> {
    if a.stdout != b.stdout {
        return Some((Aspect::Output, output_difference(&a.stdout, &b.stdout)));
    }
    let both = |a: &dyn fmt::Debug, b: &dyn fmt::Debug| format!("{a:?}\n{b:?}");
    match (&a.ending, &b.ending) {
        (Ending::Uncaught(a), Ending::Uncaught(b)) => {
            if (&a.message, &a.notes) != (&b.message, &b.notes) {
                return Some((
                    Aspect::Ending,
                    both(&(&a.message, &a.notes), &(&b.message, &b.notes)),
                ));
            }
            if a.frames != b.frames {
                let text = |frames: &[sox_driver::ReportedFrame]| {
                    frames.iter().map(|frame| frame.to_string()).collect::<Vec<_>>().join(", ")
                };
                return Some((Aspect::Trace, format!("{}\n{}", text(&a.frames), text(&b.frames))));
            }
            if a.place != b.place {
                return Some((Aspect::Place, both(&a.place, &b.place)));
            }
        }
        (a, b) if a != b => return Some((Aspect::Ending, both(a, b))),
        _ => {}
    }
    (a.steps != b.steps).then(|| (Aspect::Steps, format!("{} steps\n{} steps", a.steps, b.steps)))
}

/// The first lines that differ, and the line before them.
fn output_difference(a: &[u8], b: &[u8]) -> String {
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let at = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    if at > 0 {
        let _ = writeln!(text, "after: {}", a[at - 1]);
    }
    let line = |lines: &[&str]| {
        lines.get(at).map_or("(end of the output)".into(), |line| line.to_string())
    };
    let _ = write!(text, "{}\n{}", line(&a), line(&b));
    text
}

/// A sink whose contents can be read after the run.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the work; a panic in it becomes its message and place, and nothing is printed.
fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                PANIC.set(info.to_string());
            } else {
                before(info);
            }
        }));
    });
    let outer = CATCHING.replace(true);
    // After a panic nothing of the runner is used again.
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    result.map_err(|_| PANIC.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(stdout: &str, ending: Ending, steps: u64) -> Finished {
        Finished { stdout: stdout.into(), ending, steps, stack_overflows: 0 }
    }

    #[test]
    fn every_aspect_is_noticed() {
        let report = |message: &str, line: u32| {
            Ending::Uncaught(sox_driver::ErrorReport {
                message: message.into(),
                frames: vec![sox_driver::ReportedFrame { name: None, line }],
                ..Default::default()
            })
        };
        let run = finished("1\n2\n", report("m", 1), 5);
        let differ = |other: Finished| difference(&run, &other).map(|(aspect, _)| aspect);
        assert_eq!(differ(run.clone()), None);
        assert_eq!(differ(finished("1\n3\n", report("m", 1), 5)), Some(Aspect::Output));
        assert_eq!(differ(finished("1\n2\n", report("n", 1), 5)), Some(Aspect::Ending));
        assert_eq!(differ(finished("1\n2\n", Ending::Exit(70), 5)), Some(Aspect::Ending));
        assert_eq!(differ(finished("1\n2\n", report("m", 2), 5)), Some(Aspect::Trace));
        assert_eq!(differ(finished("1\n2\n", report("m", 1), 6)), Some(Aspect::Steps));
    }

    #[test]
    fn a_panic_is_a_message() {
        let panic = catch(|| panic!("out of {}", "order")).unwrap_err();
        assert!(panic.contains("out of order") && panic.contains("differ.rs"), "{panic}");
        assert_eq!(catch(|| 1), Ok(1));
    }

    #[test]
    fn the_first_different_line_is_shown() {
        assert_eq!(output_difference(b"a\nb\nc\n", b"a\nx\nc\n"), "after: a\nb\nx");
        assert_eq!(output_difference(b"a\n", b"a\nb\n"), "after: a\n(end of the output)\nb");
    }
}
