//! Sources to programs: imports, and what a session remembers between entries.

use crate::assembly::{Assembly, Job, Lowered};
use crate::ast::Ast;
use crate::codes;
use crate::lexer::lex;
use crate::lowering::{self, Entry, File, Output};
use crate::memory;
use crate::parser::parse;
use crate::report::Reports;
use crate::resolver::{Builtins, GlobalScope, World, resolve};
use sox_diagnostics::{Diagnostic, Severity, SourceId, SourceMap};
use sox_program::{BuiltinId, Global, GlobalId, Interner, Module, ModuleId, Program, Symbol};
use std::collections::HashMap;
use std::sync::Arc;

/// What a source text is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The file of `sox run`: no `return` at its top level; its `main` is called.
    Script,
    /// An imported file: its top level may return its value.
    Module,
    /// A module of the standard library: its names may begin with `@`.
    Library,
    /// One entry of an interactive session: sees what the entries before declared, and its value is
    /// that of its last statement, if that is an expression.
    ReplEntry,
    /// Code given on the command line.
    Fragment,
}

/// What the front end asks of its surroundings.
pub trait Host {
    /// Whether the engine has a builtin of this name.
    fn is_builtin(&self, name: &str) -> bool;

    /// All builtins, for did-you-mean.
    fn builtin_names(&self) -> Vec<String>;

    /// Finds and reads an imported module.
    ///
    /// # Errors
    /// The module is not there or cannot be read.
    fn import(
        &mut self,
        sources: &mut SourceMap,
        importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError>;

    /// Whether a source is written in another language; then with the name of the builtin through
    /// which Sox gets the value of such a module.
    fn other_language(&self, _source: SourceId) -> Option<&'static str> {
        None
    }

    /// Lowers a module that is written in another language.
    fn lower_other(
        &mut self,
        _assembly: &mut Assembly<'_>,
        _source: SourceId,
        _module: ModuleId,
        _unit: Unit,
    ) -> Lowered {
        Lowered::default()
    }

    /// Told when a stage begins, for each source. Nothing needs it but measurements.
    fn enter_stage(&mut self, _stage: Stage) {}
}

/// The stages a source goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Text to tokens.
    Lex,
    /// Tokens to the syntax tree.
    Parse,
    /// Finding its imports, and what its names mean.
    Resolve,
    /// Syntax tree to resolved tree.
    Lower,
    /// The syntax tree is given back, and what is known of all sources put together.
    Finish,
}

/// A module that was found.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Identifies the module, for example by its canonical path: each key is loaded once.
    pub key: String,
    /// Its text; added to the sources only if the key is new. A module whose source is one that is
    /// loaded already, like the entry's own, is that one whatever its key.
    pub source: SourceId,
    /// It belongs to the standard library.
    pub library: bool,
}

/// Why a module was not found.
#[derive(Clone, Debug)]
pub struct ImportError {
    /// One sentence.
    pub message: String,
    /// Lines of help, for example where it was looked for.
    pub help: Vec<String>,
    /// There is no such file, or it cannot be read; other errors are those of its contents.
    pub missing: bool,
}

/// What lowering gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The program, if there were no errors.
    pub program: Option<Program>,
    /// Errors and warnings: those of the entry first, then those of imported modules in the order
    /// they were loaded; for each source in the order of its text.
    pub diagnostics: Vec<Diagnostic>,
    /// An imported module was not found or cannot be read.
    pub import_missing: bool,
}

/// Names, globals and modules known so far.
///
/// A program of files has a session of its own. An interactive session keeps one for all its entries:
/// the program of each entry has all globals, modules and builtins so far, with the numbers they had
/// before, but only its own functions (see [`Program::first_new_module`]). An entry with errors
/// leaves the session as it was.
#[derive(Clone, Debug, Default)]
pub struct Session {
    pub(crate) names: Interner,
    pub(crate) globals: Vec<Global>,
    pub(crate) modules: Vec<Module>,
    pub(crate) builtins: Builtins,
    /// Top-level names of all entries.
    entries: GlobalScope,
    pub(crate) modules_by_key: HashMap<String, ModuleId>,
    pub(crate) modules_by_source: HashMap<SourceId, ModuleId>,
}

impl Session {
    /// Lowers a source and everything it imports.
    ///
    /// Every error is reported, also those of imported modules. After a unit other than
    /// [`Unit::ReplEntry`] the session is empty again: its tables went into the program.
    ///
    /// Nested code is walked recursively: call it on a thread with 64 MiB of stack.
    pub fn lower(
        &mut self,
        sources: &mut SourceMap,
        entry: SourceId,
        unit: Unit,
        host: &mut dyn Host,
    ) -> Outcome {
        let mut session = match unit {
            Unit::ReplEntry => self.clone(),
            _ => std::mem::take(self),
        };
        let first_new_module = session.modules.len() as u32;
        let assembly = Assembly::new(&mut session, sources);
        let mut loading = Loading { assembly, host, outcome: Outcome::default() };
        let entry_module = loading.assembly.queue_module(entry, unit);
        let mut found = None;
        while let Some(job) = loading.assembly.jobs.pop_front() {
            let entry = match loading.host.other_language(job.source) {
                Some(_) => loading.other_module(&job),
                None => loading.module(&job),
            };
            found.get_or_insert(entry);
        }
        let Loading { assembly: Assembly { output, .. }, mut outcome, .. } = loading;
        let failed = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if outcome.diagnostics.iter().any(failed) {
            return outcome;
        }
        if unit == Unit::ReplEntry {
            self.clone_from(&session);
        }
        let program = session.into_program(output, entry_module, first_new_module, found);
        debug_assert_eq!(sox_program::check::check(&program), Ok(()));
        outcome.program = Some(program);
        outcome
    }

    fn into_program(
        self,
        output: Output,
        entry: ModuleId,
        first_new_module: u32,
        found: Option<Entry>,
    ) -> Program {
        let Entry { main, tests, benches } = found.unwrap_or_default();
        Program {
            names: self.names,
            tree: output.tree,
            functions: output.functions,
            modules: self.modules,
            globals: self.globals,
            builtins: self.builtins.names,
            entry: Some(entry),
            first_new_module,
            main,
            tests,
            benches,
        }
    }
}

/// A program being put together.
struct Loading<'a> {
    assembly: Assembly<'a>,
    host: &'a mut dyn Host,
    outcome: Outcome,
}

impl Loading<'_> {
    /// Parses, resolves and lowers a module, queueing those it imports.
    fn module(&mut self, job: &Job) -> Entry {
        let text: Arc<String> = self.assembly.sources.file(job.source).text.clone();
        let mut reports = Reports::new(job.source);
        let library = job.unit == Unit::Library;
        self.host.enter_stage(Stage::Lex);
        memory::expect_text(text.len());
        let lexed = lex(&text, library, &mut reports);
        self.host.enter_stage(Stage::Parse);
        let ast = parse(&text, lexed, &mut self.assembly.session.names, &mut reports);
        self.host.enter_stage(Stage::Resolve);
        let imports = self.imports(&ast, job.source, &mut reports);

        let foreign = self.foreign(&imports);
        let Session { names, globals, builtins, entries, .. } = &mut *self.assembly.session;
        let mut own = GlobalScope::default();
        let scope = if job.unit == Unit::ReplEntry { entries } else { &mut own };
        scope.begin_entry();
        let (unit, module) = (job.unit, job.module);
        let host = &*self.host;
        let world = World { unit, module, names, globals, scope, builtins, host };
        let resolution = resolve(&ast, world, &mut reports);
        let entry = lowering::find_entry(&ast, &resolution, unit, names);
        self.host.enter_stage(Stage::Lower);
        if !reports.has_errors() {
            let name = self.body_name(job);
            let length = text.len() as u32;
            let file = File { unit, module, name, imports: &imports, foreign: &foreign, length };
            let Assembly { session, output, .. } = &mut self.assembly;
            let names = &mut session.names;
            let body = lowering::lower(&ast, &resolution, &file, names, output, &mut reports);
            // An entry may declare again what an earlier one owns.
            let globals = &session.globals;
            let own = |id: &GlobalId| globals[id.0 as usize].module == module;
            let globals = resolution.globals.into_iter().filter(own).collect();
            self.assembly.finish_module(module, body, globals);
        }
        self.host.enter_stage(Stage::Finish);
        self.outcome.diagnostics.extend(reports.into_sorted());
        entry
    }

    /// Has a module of another language lowered.
    fn other_module(&mut self, job: &Job) -> Entry {
        let &Job { module, source, unit } = job;
        let lowered = self.host.lower_other(&mut self.assembly, source, module, unit);
        self.outcome.diagnostics.extend(lowered.diagnostics);
        self.outcome.import_missing |= lowered.import_missing;
        Entry::default()
    }

    /// For each import, the builtin that the value of a module of another language goes through.
    fn foreign(&mut self, imports: &[ModuleId]) -> Vec<Option<BuiltinId>> {
        let builtin = |&module: &ModuleId| {
            let source = self.assembly.session.modules.get(module.0 as usize)?.source;
            let name = self.host.other_language(source)?;
            Some(self.assembly.builtin(name))
        };
        imports.iter().map(builtin).collect()
    }

    /// The name of a module's body in traces.
    fn body_name(&mut self, job: &Job) -> Symbol {
        match job.unit {
            Unit::Script | Unit::ReplEntry | Unit::Fragment => {
                self.assembly.session.names.intern("script")
            }
            Unit::Module | Unit::Library => {
                self.assembly.session.modules[job.module.0 as usize].name
            }
        }
    }

    /// The modules of a file's imports; what is not found is reported, with some number in its
    /// place.
    fn imports(&mut self, ast: &Ast, importer: SourceId, reports: &mut Reports) -> Vec<ModuleId> {
        let mut modules = Vec::with_capacity(ast.imports.len());
        for import in &ast.imports {
            let path = self.assembly.session.names.text(import.path);
            let found = self.host.import(self.assembly.sources, importer, path);
            modules.push(match found {
                Ok(imported) => self.assembly.import(imported),
                Err(error) => {
                    self.outcome.import_missing |= error.missing;
                    let report = reports.error(&codes::IMPORT_FAILED, import.span, error.message);
                    report.help = error.help;
                    ModuleId(u32::MAX)
                }
            });
        }
        modules
    }
}
