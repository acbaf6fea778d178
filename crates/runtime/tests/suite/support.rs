//! What the tests share: a small engine whose functions are Rust closures, and random numbers.

use sox_diagnostics::{SourceId, Span};
use sox_runtime::*;

/// SplitMix64: the same numbers in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// A body: gets the receiver's or callee's slot; what it leaves on top is the result.
pub(crate) type Body = fn(&mut Cx<'_>, usize) -> Result<(), Fault>;

/// Runs functions that are written in Rust.
#[derive(Clone, Default)]
pub(crate) struct Bodies(pub(crate) Vec<Body>);

impl Engine for Bodies {
    fn call(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        let at = iso.stack().len() - args - 1;
        let function = match ops::callable(iso.stack().get(at))? {
            ops::Callable::Closure(closure) => Some(closure.function()),
            ops::Callable::Method(receiver, method) => match method.unpack() {
                Unpacked::Closure(closure) => {
                    let function = closure.function();
                    iso.stack().set(at, receiver);
                    Some(function)
                }
                _ => None,
            },
            _ => None,
        };
        let Some(FunctionRef(number)) = function else {
            return Cx { iso, engine: self }.call_native(args);
        };
        let body = self.0[number as usize];
        iso.safepoint()?;
        let result = body(&mut Cx { iso, engine: self }, at);
        match result {
            Ok(()) => {
                iso.stack().set(at, iso.stack().top());
                iso.stack().truncate(at + 1);
                Ok(())
            }
            Err(fault) => {
                iso.stack().truncate(at);
                Err(fault)
            }
        }
    }

    fn trace(&self, _: &Isolate) -> Vec<TraceFrame> {
        Vec::new()
    }
}

pub(crate) fn function(name: &str) -> FunctionInfo {
    FunctionInfo {
        name: name.into(),
        required: 0,
        params: 0,
        method: false,
        script: name == "script",
        library: false,
        source: SourceId(0),
    }
}

pub(crate) fn frame(function: u32, line: u32) -> TraceFrame {
    TraceFrame { function: FunctionRef(function), span: Span::new(0, 0), line }
}

/// A small isolate that collects at every safepoint.
pub(crate) fn stressed() -> Isolate {
    Isolate::new(Config { gc_stress: true, max_frames: 100, ..Config::default() })
}

/// An isolate with this limit of memory.
pub(crate) fn limited(bytes: usize) -> Isolate {
    Isolate::new(Config { max_memory: Some(bytes), max_frames: 1000, ..Config::default() })
}

/// The kind and message of a built-in error.
pub(crate) fn error<T>(result: Result<T, Fault>) -> (ErrorKind, String) {
    match result {
        Err(Fault::Error(kind, message)) => (kind, message.to_string()),
        Err(other) => panic!("not an error: {other:?}"),
        Ok(_) => panic!("no error"),
    }
}

/// Whether a limit of memory was told.
pub(crate) fn is_memory<T>(result: &Result<T, Fault>) -> bool {
    matches!(result, Err(Fault::Limit(Limit::Memory(_))))
}

/// The printed form of the top of the stack, which is popped.
pub(crate) fn printed(iso: &mut Isolate, engine: &mut Bodies) -> String {
    Cx { iso, engine }.to_text().unwrap();
    let text = iso.stack().top().as_str().unwrap().text().to_string();
    iso.stack().pop();
    text
}

/// The array in a stack slot.
pub(crate) fn array_at(iso: &Isolate, slot: usize) -> Array<'_> {
    match iso.stack().get(slot).unpack() {
        Unpacked::Array(array) => array,
        _ => panic!("no array"),
    }
}

/// The table in a stack slot.
pub(crate) fn table_at(iso: &Isolate, slot: usize) -> Table<'_> {
    match iso.stack().get(slot).unpack() {
        Unpacked::Table(table) => table,
        _ => panic!("no table"),
    }
}

/// The string in a stack slot.
pub(crate) fn string_at(iso: &Isolate, slot: usize) -> Str<'_> {
    iso.stack().get(slot).as_str().expect("no string")
}

/// More under the real machine, less under Miri.
pub(crate) const fn size(real: usize, miri: usize) -> usize {
    if cfg!(miri) { miri } else { real }
}
