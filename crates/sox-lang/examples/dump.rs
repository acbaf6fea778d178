//! Prints the diagnostics and the resolved tree of the files given: `cargo run --example dump -- a.sox`
//!
//! Imports and builtins are not looked for: every import is an empty module, every unknown name a
//! builtin.

use sox_diagnostics::{SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Session, Unit};
use std::time::Instant;

struct NoHost;

impl Host for NoHost {
    fn is_builtin(&self, _: &str) -> bool {
        true
    }

    fn builtin_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        Ok(Imported { key: path.to_owned(), source: sources.add(path, ""), library: false })
    }
}

fn dump(path: &str, quiet: bool) {
    let mut sources = SourceMap::default();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return eprintln!("{path}: {error}"),
    };
    let entry = sources.add(path, text);
    let begin = Instant::now();
    let outcome = Session::default().lower(&mut sources, entry, Unit::Script, &mut NoHost);
    let elapsed = begin.elapsed();
    for diagnostic in &outcome.diagnostics {
        let (line, column) = sources.file(diagnostic.source).line_column(diagnostic.span.start);
        println!("{path}:{line}:{column}: {}: {}", diagnostic.code.id, diagnostic.message);
    }
    if quiet {
        println!("{} lines in {elapsed:?}", sources.file(entry).line_count());
    } else if let Some(program) = &outcome.program {
        println!("{}", sox_program::dump(program));
    }
}

fn main() {
    let work = || {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let quiet = args.iter().any(|arg| arg == "--time");
        args.iter().filter(|arg| *arg != "--time").for_each(|path| dump(path, quiet));
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
    thread.expect("a thread can be started").join().expect("the work does not panic");
}
