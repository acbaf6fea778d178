//! Files to modules of a program.

use crate::ast::{Ast, Block, StmtKind};
use crate::codes;
use crate::lowering::{self, Imported, Kind};
use crate::parser::parse;
use crate::report::Reports;
use crate::resolver::{Files, resolve};
use sox_diagnostics::{Diagnostic, SourceId, Span};
use sox_program::{
    BuiltinId, Function, FunctionId, Global, GlobalId, Interner, ModuleId, Symbol, Tree,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Why an imported file was not found.
#[derive(Clone, Debug)]
pub struct ImportError {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Vec<String>,
    /// There is no such file, or it cannot be read.
    pub missing: bool,
}

/// The program that modules become parts of, and the files around it.
pub trait Surroundings {
    /// The text of a source.
    fn text(&mut self, source: SourceId) -> Arc<String>;
    /// The program's names.
    fn names(&mut self) -> &mut Interner;
    /// The program's nodes.
    fn tree(&mut self) -> &mut Tree;
    /// Adds a function.
    fn add_function(&mut self, function: Function) -> FunctionId;
    /// Adds a module-level variable.
    fn add_global(&mut self, global: Global) -> GlobalId;
    /// The number of a builtin.
    fn builtin(&mut self, name: &str) -> BuiltinId;
    /// Finds a PohLang file. The same file always has the same number.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn include(&mut self, importer: SourceId, path: &str) -> Result<SourceId, ImportError>;
    /// Adds a module for a file that [`Surroundings::include`] gave.
    fn add_module(&mut self, source: SourceId) -> ModuleId;
    /// Finds a module of Sox and adds it to the program; `system` modules are built in.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn import(
        &mut self,
        importer: SourceId,
        path: &str,
        system: bool,
    ) -> Result<ModuleId, ImportError>;
    /// Completes a module with its body and its variables.
    fn finish_module(&mut self, module: ModuleId, body: FunctionId, globals: Vec<GlobalId>);
}

/// What a text is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The file that is run.
    Script,
    /// A file that a Sox program imports.
    Module,
    /// One entry of an interactive session: its value is that of its last statement.
    Entry,
}

/// The variables of the entries of an interactive session. For anything else a fresh one.
#[derive(Clone, Debug, Default)]
pub struct TopLevel {
    /// In order of declaration.
    symbols: Vec<Symbol>,
    globals: HashMap<Symbol, GlobalId>,
}

/// What lowering gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Errors and warnings of each file, in the order of its text.
    pub diagnostics: Vec<Diagnostic>,
    /// There are errors: the module is not complete.
    pub failed: bool,
    /// An imported file was not found or cannot be read.
    pub import_missing: bool,
}

/// A file of the program and what was found in it.
struct File {
    source: SourceId,
    module: ModuleId,
    ast: Ast,
    imports: Vec<Imported>,
}

/// Lowers a file, with all PohLang files it imports, into a module of the program.
///
/// Nested code is walked recursively: call it on a thread with 64 MiB of stack.
pub fn lower(
    surroundings: &mut dyn Surroundings,
    source: SourceId,
    module: ModuleId,
    used_as: Use,
    top_level: &mut TopLevel,
) -> Outcome {
    let mut loading = Loading {
        surroundings,
        files: Vec::new(),
        reports: Vec::new(),
        known: HashMap::new(),
        missing: false,
    };
    loading.load(source, module, &mut Vec::new());
    let Loading { surroundings, files, mut reports, missing, .. } = loading;
    let (asts, rest): (Vec<Ast>, Vec<_>) = files
        .into_iter()
        .map(|File { source, module, ast, imports }| (ast, (source, module, imports)))
        .unzip();
    let known = top_level.symbols.clone();
    let (open, closed) = (used_as == Use::Entry, used_as == Use::Script);
    let files = Files { asts: &asts, known: &known, open, closed };
    let resolution = resolve(&files, surroundings.names(), &mut reports);
    let failed = reports.iter().any(Reports::has_errors);
    if !failed {
        let mut common = lowering::Common::new(surroundings, &resolution, module, top_level);
        for (number, (ast, (source, own, imports))) in asts.iter().zip(&rest).enumerate() {
            let kind = match used_as {
                _ if number > 0 => Kind::Part,
                Use::Script => Kind::Script,
                Use::Module => Kind::Module,
                Use::Entry => Kind::Entry,
            };
            let length = common.surroundings.text(*source).len() as u32;
            lowering::lower(&mut common, ast, number, *own, kind, imports, length);
        }
    }
    let diagnostics = reports.into_iter().flat_map(Reports::into_sorted).collect();
    Outcome { diagnostics, failed, import_missing: missing }
}

impl TopLevel {
    /// The variable of a name; if there was none, a new one of the module, and true.
    pub(crate) fn global(
        &mut self,
        surroundings: &mut dyn Surroundings,
        symbol: Symbol,
        module: ModuleId,
    ) -> (GlobalId, bool) {
        if let Some(&known) = self.globals.get(&symbol) {
            return (known, false);
        }
        let new = surroundings.add_global(Global { name: symbol, module, builtin: None });
        self.symbols.push(symbol);
        self.globals.insert(symbol, new);
        (new, true)
    }
}

struct Loading<'s> {
    surroundings: &'s mut dyn Surroundings,
    files: Vec<File>,
    reports: Vec<Reports>,
    /// The file of each source that was begun.
    known: HashMap<SourceId, ModuleId>,
    missing: bool,
}

impl Loading<'_> {
    /// Parses a file, and then those it imports. `path` is the files that led here.
    fn load(&mut self, source: SourceId, module: ModuleId, path: &mut Vec<SourceId>) {
        self.known.insert(source, module);
        let text = self.surroundings.text(source);
        let number = self.files.len();
        self.reports.push(Reports::new(source));
        let ast = parse(&text, self.surroundings.names(), &mut self.reports[number]);
        let mut wanted = Vec::new();
        find_imports(&ast.body, &mut wanted);
        let placeholder = Imported { module: ModuleId(u32::MAX) };
        let imports = vec![placeholder; ast.imports as usize];
        self.files.push(File { source, module, ast, imports });
        path.push(source);
        for Wanted { number: import, path: symbol, span, system, foreign } in wanted {
            let name = self.surroundings.names().text(symbol).to_string();
            let found = if foreign {
                self.surroundings.import(source, &name, system)
            } else {
                self.include(number, source, &name, span, path)
            };
            match found {
                Ok(module) => self.files[number].imports[import as usize] = Imported { module },
                Err(error) => {
                    self.missing |= error.missing;
                    let report =
                        self.reports[number].error(&codes::IMPORT_FAILED, span, error.message);
                    report.help = error.help;
                }
            }
        }
        path.pop();
    }

    /// A file that shares the top level.
    fn include(
        &mut self,
        importer: usize,
        source: SourceId,
        name: &str,
        span: Span,
        path: &mut Vec<SourceId>,
    ) -> Result<ModuleId, ImportError> {
        let found = self.surroundings.include(source, name)?;
        if path.contains(&found) {
            let message = if found == source {
                "This file imports itself.".to_string()
            } else {
                format!(
                    "{name} imports this file, directly or through others, so they go round in a circle."
                )
            };
            let help = vec!["put what both need into a third file, and import that in both".into()];
            return Err(ImportError { message, help, missing: false });
        }
        if path.len() > 200 {
            let message = "Files import each other more than 200 levels deep.".into();
            return Err(ImportError { message, help: Vec::new(), missing: false });
        }
        debug_assert!(importer < self.files.len() && span.start <= span.end);
        if let Some(&module) = self.known.get(&found) {
            return Ok(module);
        }
        let module = self.surroundings.add_module(found);
        self.load(found, module, path);
        Ok(module)
    }
}

/// An import that a file asks for.
struct Wanted {
    number: u32,
    path: Symbol,
    span: Span,
    system: bool,
    /// A module of Sox.
    foreign: bool,
}

fn find_imports(body: &Block, wanted: &mut Vec<Wanted>) {
    for statement in body {
        match &statement.kind {
            StmtKind::Import(import) => wanted.push(Wanted {
                number: import.number,
                path: import.path,
                span: import.path_span,
                system: import.system,
                foreign: import.alias.is_some(),
            }),
            StmtKind::If { arms, otherwise } => {
                arms.iter().for_each(|(_, body)| find_imports(body, wanted));
                find_imports(otherwise, wanted);
            }
            StmtKind::While(_, body)
            | StmtKind::Repeat(_, body)
            | StmtKind::ForEach(_, _, body) => {
                find_imports(body, wanted);
            }
            StmtKind::Make(_, function) => find_imports(&function.body, wanted),
            StmtKind::Try(parts) => {
                find_imports(&parts.body, wanted);
                parts.handlers.iter().for_each(|handler| find_imports(&handler.body, wanted));
                parts.finally.iter().for_each(|finally| find_imports(finally, wanted));
            }
            _ => {}
        }
    }
}
