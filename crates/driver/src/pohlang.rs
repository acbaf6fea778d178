//! PohLang files as parts of a program.

use crate::imports::Imports;
use sox_diagnostics::SourceId;
use sox_lang::{Assembly, Lowered, Unit};
use sox_poh_lang::{ImportError, Surroundings, TopLevel, Use};
use sox_program::{BuiltinId, Function, FunctionId, Global, GlobalId, Interner, ModuleId, Tree};
use std::sync::Arc;

/// Lowers a PohLang file, and those it imports, into a module of the program.
pub(crate) fn lower(
    imports: &mut Imports,
    assembly: &mut Assembly<'_>,
    source: SourceId,
    module: ModuleId,
    unit: Unit,
) -> Lowered {
    let used_as = match unit {
        Unit::Script | Unit::Fragment => Use::Script,
        Unit::Module | Unit::Library => Use::Module,
        Unit::ReplEntry => Use::Entry,
    };
    // An entry that fails leaves the session's names as they were.
    let mut top_level = match unit {
        Unit::ReplEntry => imports.poh_top_level.clone(),
        _ => TopLevel::default(),
    };
    let mut site = Site { imports, assembly };
    let outcome = sox_poh_lang::lower(&mut site, source, module, used_as, &mut top_level);
    if unit == Unit::ReplEntry && !outcome.failed {
        imports.poh_top_level = top_level;
    }
    Lowered { diagnostics: outcome.diagnostics, import_missing: outcome.import_missing }
}

/// Where a file is lowered.
struct Site<'s, 'a> {
    imports: &'s mut Imports,
    assembly: &'s mut Assembly<'a>,
}

impl Site<'_, '_> {
    fn find(&mut self, importer: SourceId, path: &str) -> Result<sox_lang::Imported, ImportError> {
        let found = self.imports.import_file(self.assembly.sources(), importer, path);
        found.map_err(|error| {
            let sox_lang::ImportError { mut message, mut help, missing } = error;
            if missing {
                message = format!("There is no file \"{path}\" that could be imported.");
                help.push("for example: Import \"helpers.poh\"".into());
            }
            ImportError { message, help, missing }
        })
    }
}

/// The error of a module that is not built in.
fn no_system_module(name: &str, error: sox_lang::ImportError) -> ImportError {
    let help = error.help.iter().map(|help| help.replace("std/", "")).collect();
    let message = format!("There is no system module \"{name}\".");
    ImportError { message, help, missing: error.missing }
}

impl Surroundings for Site<'_, '_> {
    fn text(&mut self, source: SourceId) -> Arc<String> {
        self.assembly.sources().file(source).text.clone()
    }

    fn names(&mut self) -> &mut Interner {
        self.assembly.names()
    }

    fn tree(&mut self) -> &mut Tree {
        self.assembly.tree()
    }

    fn add_function(&mut self, function: Function) -> FunctionId {
        self.assembly.add_function(function)
    }

    fn add_global(&mut self, global: Global) -> GlobalId {
        self.assembly.add_global(global)
    }

    fn builtin(&mut self, name: &str) -> BuiltinId {
        self.assembly.builtin(name)
    }

    fn include(&mut self, importer: SourceId, path: &str) -> Result<SourceId, ImportError> {
        let path = if path.ends_with(".poh") { path.into() } else { format!("{path}.poh") };
        let found = self.find(importer, &path)?;
        // What is imported as PohLang is PohLang, whatever it is called.
        self.imports.add_poh(found.source);
        Ok(found.source)
    }

    fn add_module(&mut self, source: SourceId) -> ModuleId {
        self.assembly.add_module(source, false)
    }

    fn import(
        &mut self,
        importer: SourceId,
        path: &str,
        system: bool,
    ) -> Result<ModuleId, ImportError> {
        let built_in = path.strip_prefix("std/").or(system.then_some(path));
        let imported = match built_in {
            Some(name) => {
                let path = format!("std/{name}");
                let found = self.imports.import_std(self.assembly.sources(), &path);
                found.map_err(|error| no_system_module(name, error))?
            }
            None => self.find(importer, path)?,
        };
        Ok(self.assembly.import(imported))
    }

    fn finish_module(&mut self, module: ModuleId, body: FunctionId, globals: Vec<GlobalId>) {
        self.assembly.finish_module(module, body, globals);
    }
}

#[cfg(test)]
mod tests {
    /// What phrases and statements stand for, the library must have.
    #[test]
    fn every_phrase_has_its_function() {
        let names = sox_poh_lang::phrases::NATIVES.iter().map(|native| native.name);
        for name in names.chain(["poh.unset", "poh.to_sox"]) {
            assert!(sox_library::is_builtin(name), "{name}");
        }
    }
}
