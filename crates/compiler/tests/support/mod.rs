//! From source text to verified bytecode, for the tests of this crate.

use sox_bytecode::VerifiedModule;
use sox_diagnostics::{SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Outcome, Session, Unit};
use std::path::{Path, PathBuf};

/// The stack that walking a tree of any height asks for.
const STACK: usize = 64 << 20;

/// Finds imported modules beside a folder, and knows a few builtins.
struct Folder(PathBuf);

impl Host for Folder {
    fn is_builtin(&self, name: &str) -> bool {
        ["len", "push", "str", "range"].contains(&name)
    }

    fn builtin_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let file = self.0.join(path).with_extension("sox");
        let missing = |error: std::io::Error| ImportError {
            message: error.to_string(),
            help: Vec::new(),
            missing: true,
        };
        let text = std::fs::read_to_string(file).map_err(missing)?;
        let source = sources.add(path, text);
        Ok(Imported { key: path.to_owned(), source, library: false })
    }
}

/// Compiles and verifies a script. It may have errors or import what is not there: then these are
/// given back, one in each line.
///
/// # Panics
/// If what the compiler makes does not verify.
pub(crate) fn verified(file: &Path, text: &str) -> Result<(VerifiedModule, SourceMap), String> {
    on_large_stack(|| {
        let mut sources = SourceMap::default();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let entry = sources.add(&name, text);
        let mut host = Folder(file.parent().unwrap_or(file).to_owned());
        let Outcome { program, diagnostics, .. } =
            Session::default().lower(&mut sources, entry, Unit::Script, &mut host);
        let Some(program) = program else {
            let messages = diagnostics.into_iter().map(|diagnostic| diagnostic.message + "\n");
            return Err(messages.collect());
        };
        let module = sox_compiler::compile(&program, &sources).map_err(|e| e.to_string())?;
        match sox_bytecode::verify(module) {
            Ok(module) => Ok((module, sources)),
            Err(error) => panic!("{}: {error}", file.display()),
        }
    })
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let thread = builder.spawn_scoped(scope, work).expect("a thread with a large stack");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// All scripts in a folder and the folders in it, in order.
pub(crate) fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sox") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
