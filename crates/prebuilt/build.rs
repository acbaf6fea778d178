//! Compiles the prelude and the `std/` modules.

use sox_bytecode::container::{self, Bundle, Language};
use sox_bytecode::optimize::{OptLevel, Passes, optimize};
use sox_bytecode::{Module, ModuleId};
use sox_diagnostics::{SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Session, Unit};
use std::collections::HashMap;
use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut table = String::from("[\n");
    let std = sox_library::std_names().iter().map(|name| {
        let path = format!("std/{name}");
        (path, sox_library::std_source(name).expect("a listed module"))
    });
    let (prelude, text) = sox_library::prelude_source();
    for (number, (path, text)) in [(prelude.into(), text)].into_iter().chain(std).enumerate() {
        let file = folder.join(format!("{number}.soxc"));
        fs::write(&file, compiled(&path, text)).expect("OUT_DIR is writable");
        table += &format!("    ({path:?}, include_bytes!({:?})),\n", file.display().to_string());
    }
    table += "]\n";
    fs::write(folder.join("library.rs"), table).expect("OUT_DIR is writable");
}

/// The bytecode file of a module of the library. Modules it imports are external to it, like to
/// any program.
fn compiled(path: &str, text: &str) -> Vec<u8> {
    let mut sources = SourceMap::default();
    let entry = sources.add(path, text);
    let outcome =
        Session::default().lower(&mut sources, entry, Unit::Library, &mut Library::default());
    let program = outcome.program.expect("the library has no errors");
    let mut module: Module =
        sox_compiler::compile(&program, &sources).expect("the library is small");
    optimize(&mut module, Passes::of(OptLevel::O2));
    // Files cannot say that a module is of the library; who loads this one does.
    let ModuleId(entry) = module.entry;
    module.modules[entry as usize].library = false;
    let module = module.into_portable(env::var_os("CARGO_FEATURE_PLACES").is_some());
    container::write(&Bundle { language: Language::Sox, module, texts: None })
}

/// Imports among modules of the library.
#[derive(Default)]
struct Library(HashMap<String, SourceId>);

impl Host for Library {
    fn is_builtin(&self, name: &str) -> bool {
        sox_library::is_builtin(name)
    }

    fn builtin_names(&self) -> Vec<String> {
        sox_library::builtin_names().map(str::to_string).collect()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let text = path.strip_prefix("std/").and_then(sox_library::std_source);
        let text = text.expect("the library imports the library alone");
        let source = *self.0.entry(path.into()).or_insert_with(|| sources.add(path, text));
        Ok(Imported { key: path.into(), source, library: true })
    }
}
