//! What the tests share: running source text on the machine.
#![allow(dead_code, reason = "each test file uses a part")]

use sox_bytecode::{GlobalId, VerifiedModule};
use sox_diagnostics::{SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Session, Unit};
use sox_runtime::{Args, Config, Cx, Engine, Fault, Isolate, NativeFn, NativeInfo, Value};
use sox_vm::{Form, UnitId, Vm};
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Answers imports from a list of names and texts.
struct Modules<'a>(&'a [(&'a str, &'a str)]);

impl Host for Modules<'_> {
    fn is_builtin(&self, name: &str) -> bool {
        BUILTINS.contains(&name)
    }

    fn builtin_names(&self) -> Vec<String> {
        BUILTINS.map(String::from).to_vec()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let known = sources.files().find(|(_, file)| *file.name == *path).map(|(id, _)| id);
        let source = known.unwrap_or_else(|| {
            let (_, text) = self.0.iter().find(|(name, _)| *name == path).expect("a listed module");
            sources.add(path, *text)
        });
        Ok(Imported { key: path.to_owned(), source, library: path.starts_with("std/") })
    }
}

/// `half(x)` a leaf, `twice(f)` calls f two times, `push(array, x)`, `clock()`, `tick()`; `missing` is
/// known to the front end only.
const BUILTINS: [&str; 8] =
    ["half", "twice", "push", "clock", "steps", "missing", "collect", "tick"];

fn half<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
    match args.get(iso, 0).and_then(Value::as_number) {
        Some(number) => Ok(Value::number(number / 2.0)),
        None => Err(Fault::type_error("half of what?")),
    }
}

fn twice(cx: &mut Cx<'_>, args: Args) -> Result<(), Fault> {
    for _ in 0..2 {
        cx.iso.stack().truncate(args.first + args.count);
        cx.iso.stack().push(cx.iso.stack().get(args.first));
        cx.call(0)?;
    }
    Ok(())
}

fn push<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
    if let (Some(array), Some(value)) = (args.get(iso, 0), args.get(iso, 1))
        && let sox_runtime::Unpacked::Array(array) = array.unpack()
    {
        array.push(iso, value)?;
    }
    Ok(Value::nil())
}

fn clock<'h>(_: &'h Isolate, _: Args) -> Result<Value<'h>, Fault> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Ok(Value::number(now.map_or(0.0, |time| time.as_secs_f64())))
}

fn steps<'h>(iso: &'h Isolate, _: Args) -> Result<Value<'h>, Fault> {
    Ok(Value::number(iso.statistics().steps as f64))
}

/// A tick of a profiler's clock.
fn tick<'h>(iso: &'h Isolate, _: Args) -> Result<Value<'h>, Fault> {
    iso.interrupt_handle().tick();
    Ok(Value::nil())
}

fn collect(cx: &mut Cx<'_>, _: Args) -> Result<(), Fault> {
    cx.iso.collect();
    cx.iso.stack().push(Value::nil());
    Ok(())
}

fn install(iso: &mut Isolate) {
    let rows = [
        ("half", 1, 1, NativeFn::Leaf(half)),
        ("twice", 1, 1, NativeFn::Calling(twice)),
        ("push", 2, 2, NativeFn::Leaf(push)),
        ("clock", 0, 0, NativeFn::Leaf(clock)),
        ("steps", 0, 0, NativeFn::Leaf(steps)),
        ("collect", 0, 0, NativeFn::Calling(collect)),
        ("tick", 0, 0, NativeFn::Leaf(tick)),
    ];
    for (name, required, params, run) in rows {
        let native = iso.register_native(NativeInfo {
            name: name.into(),
            required,
            params,
            run,
            intrinsic: None,
        });
        let index = iso.stack().len();
        iso.stack().push(iso.native(native).into());
        iso.define_builtin(name, index);
        iso.stack().truncate(index);
    }
    let rows = [("length", 0, 0, NativeFn::Leaf(length)), ("add", 1, 2, NativeFn::Leaf(add))];
    for (name, required, params, run) in rows {
        let native = iso.register_native(NativeInfo {
            name: name.into(),
            required,
            params,
            run,
            intrinsic: None,
        });
        let index = iso.stack().len();
        iso.stack().push(iso.native(native).into());
        iso.define_method(sox_runtime::Kind::Array, name, index);
        iso.stack().truncate(index);
    }
}

/// `array.length()`
fn length<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
    match args.get(iso, 0).map(Value::unpack) {
        Some(sox_runtime::Unpacked::Array(array)) => Ok(Value::number(array.len() as f64)),
        _ => Err(Fault::type_error("no array")),
    }
}

/// `array.add(a, b?)`
fn add<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
    match args.get(iso, 0).map(Value::unpack) {
        Some(sox_runtime::Unpacked::Array(array)) => {
            for index in 1..args.count {
                array.push(iso, args.get(iso, index).unwrap_or(Value::nil()))?;
            }
            Ok(array.into())
        }
        _ => Err(Fault::type_error("no array")),
    }
}

#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An isolate, its machine, and what was printed.
pub(crate) struct World {
    pub(crate) iso: Isolate,
    pub(crate) vm: Vm,
    printed: Printed,
}

/// Everything that may go wrong with the collector goes wrong at once.
pub(crate) fn stressed() -> Config {
    Config { gc_stress: true, ..plain() }
}

/// Nothing is done at safepoints unless it must.
pub(crate) fn plain() -> Config {
    Config { hash_seed: Some(1), trace_limit: 64, ..Config::default() }
}

/// The verified bytecode of a script.
pub(crate) fn compiled(text: &str, modules: &[(&str, &str)]) -> Arc<VerifiedModule> {
    in_session(&mut Session::default(), &mut SourceMap::default(), text, Unit::Script, modules)
}

/// The verified bytecode of the next entry of a session.
pub(crate) fn in_session(
    session: &mut Session,
    sources: &mut SourceMap,
    text: &str,
    unit: Unit,
    modules: &[(&str, &str)],
) -> Arc<VerifiedModule> {
    let entry = sources.add("test.sox", text);
    let outcome = session.lower(sources, entry, unit, &mut Modules(modules));
    let program = outcome.program.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    let module = sox_compiler::compile(&program, sources).unwrap();
    Arc::new(sox_bytecode::verify(module).unwrap())
}

impl World {
    pub(crate) fn new(config: Config) -> World {
        World::in_form(config, Form::default())
    }

    pub(crate) fn in_form(config: Config, form: Form) -> World {
        let mut iso = Isolate::new(config);
        let printed = Printed::default();
        iso.set_output(Box::new(printed.clone()));
        install(&mut iso);
        World { iso, vm: Vm::new().with_form(form), printed }
    }

    /// Loads a module and runs its entry; the value it returned is on the stack then.
    pub(crate) fn run(&mut self, module: Arc<VerifiedModule>) -> Result<UnitId, Fault> {
        let unit = self.vm.load(&mut self.iso, module)?;
        self.vm.run_entry(&mut self.iso, unit)?;
        Ok(unit)
    }

    /// What was printed so far.
    pub(crate) fn printed(&self) -> String {
        self.iso.flush_output().unwrap();
        String::from_utf8(self.printed.0.lock().unwrap().clone()).unwrap()
    }

    /// Kind, message and trace (`name:line`, innermost first) of the pending error.
    pub(crate) fn error(&self) -> (String, String, Vec<String>) {
        let error = self.iso.pending().expect("an error is pending");
        let frame = |frame: sox_runtime::TraceFrame| {
            format!("{}:{}", self.iso.function_info(frame.function).name, frame.line)
        };
        let trace = error.trace().into_iter().map(frame).collect();
        let plain = || self.iso.text_of(error.thrown()).unwrap();
        let plain = if error.is_plain() { plain() } else { None };
        let message = plain.unwrap_or(error.message()).text().to_owned();
        (error.kind_name().text().to_owned(), message, trace)
    }

    /// Calls a global of a unit without arguments; the result is on the stack then.
    pub(crate) fn call(&mut self, unit: UnitId, global: u32) -> Result<(), Fault> {
        let slot = self.vm.global_slot(unit, GlobalId(global));
        self.iso.stack().push(self.iso.global(slot));
        self.vm.call(&mut self.iso, 0)
    }
}

/// Runs a script in every form of the interpreter and compares what it prints, line ends being
/// blanks.
#[track_caller]
pub(crate) fn prints_under(
    config: Config,
    modules: &[(&str, &str)],
    text: &str,
    expected: &str,
) -> World {
    let module = compiled(text, modules);
    let mut last = None;
    for &form in Form::AVAILABLE {
        let mut world = World::in_form(config.clone(), form);
        if let Err(fault) = world.run(module.clone()) {
            match fault {
                Fault::Thrown => panic!("after {:?}: {:?}", world.printed(), world.error()),
                other => panic!("after {:?}: {other:?}", world.printed()),
            }
        }
        assert_eq!(world.printed().trim_end().replace('\n', " "), expected);
        assert_eq!(world.iso.stack().len(), 1, "only the result is left");
        last = Some(world);
    }
    last.expect("there is a form")
}

/// The same with and without a collection at every safepoint.
#[track_caller]
pub(crate) fn prints_with(modules: &[(&str, &str)], text: &str, expected: &str) {
    prints_under(plain(), modules, text, expected);
    prints_under(stressed(), modules, text, expected);
}

#[track_caller]
pub(crate) fn prints(text: &str, expected: &str) {
    prints_with(&[], text, expected);
}

/// Runs a script that ends with an error of this message and trace.
#[track_caller]
pub(crate) fn fails(text: &str, message: &str, trace: &[&str]) {
    for config in [plain(), stressed()] {
        let mut world = World::new(config);
        let fault = world.run(compiled(text, &[])).expect_err("the script fails");
        assert!(matches!(fault, Fault::Thrown), "{fault:?}");
        let error = world.error();
        assert_eq!((&*error.1, error.2), (message, trace.iter().map(|&s| s.to_owned()).collect()));
        assert!(world.iso.stack().is_empty());
    }
}
