//! Sources to programs: imports, and what a session remembers between entries.

use crate::ast::Ast;
use crate::codes;
use crate::lexer::lex;
use crate::lowering::{self, Entry, File, Output};
use crate::parser::{module_name, parse};
use crate::report::Reports;
use crate::resolver::{Builtins, GlobalScope, World, resolve};
use sox_diagnostics::{Diagnostic, Severity, SourceId, SourceMap};
use sox_program::{FunctionId, Global, GlobalId, Interner, Module, ModuleId, Program, Symbol};
use std::collections::{HashMap, VecDeque};
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
    names: Interner,
    globals: Vec<Global>,
    modules: Vec<Module>,
    builtins: Builtins,
    /// Top-level names of all entries.
    entries: GlobalScope,
    modules_by_key: HashMap<String, ModuleId>,
    modules_by_source: HashMap<SourceId, ModuleId>,
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
        let mut loading = Loading {
            session: &mut session,
            sources,
            host,
            output: Output::default(),
            jobs: VecDeque::new(),
            outcome: Outcome::default(),
        };
        let entry_module = loading.add_module(entry, unit);
        let mut found = None;
        while let Some(job) = loading.jobs.pop_front() {
            let entry = loading.module(&job);
            found.get_or_insert(entry);
        }
        let Loading { output, mut outcome, .. } = loading;
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

/// A module to be lowered.
struct Job {
    module: ModuleId,
    source: SourceId,
    unit: Unit,
}

/// A program being put together.
struct Loading<'a> {
    session: &'a mut Session,
    sources: &'a mut SourceMap,
    host: &'a mut dyn Host,
    output: Output,
    jobs: VecDeque<Job>,
    outcome: Outcome,
}

impl Loading<'_> {
    /// Numbers a module and queues it.
    fn add_module(&mut self, source: SourceId, unit: Unit) -> ModuleId {
        let id = ModuleId(self.session.modules.len() as u32);
        let name = self.session.names.intern(module_name(&self.sources.file(source).name));
        let library = unit == Unit::Library;
        let (body, globals) = (FunctionId(u32::MAX), Vec::new());
        self.session.modules.push(Module { name, source, body, globals, library });
        self.session.modules_by_source.insert(source, id);
        self.jobs.push_back(Job { module: id, source, unit });
        id
    }

    /// Parses, resolves and lowers a module, queueing those it imports.
    fn module(&mut self, job: &Job) -> Entry {
        let text: Arc<str> = self.sources.file(job.source).text.clone();
        let mut reports = Reports::new(job.source);
        let library = job.unit == Unit::Library;
        self.host.enter_stage(Stage::Lex);
        let lexed = lex(&text, library, &mut reports);
        self.host.enter_stage(Stage::Parse);
        let ast = parse(&text, lexed, &mut self.session.names, &mut reports);
        self.host.enter_stage(Stage::Resolve);
        let imports = self.imports(&ast, job.source, &mut reports);

        let Session { names, globals, builtins, entries, .. } = &mut *self.session;
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
            let file = File { unit, module, name, imports: &imports, length };
            let (names, output) = (&mut self.session.names, &mut self.output);
            let body = lowering::lower(&ast, &resolution, &file, names, output, &mut reports);
            // An entry may declare again what an earlier one owns.
            let globals = &self.session.globals;
            let own = |id: &GlobalId| globals[id.0 as usize].module == module;
            let globals = resolution.globals.into_iter().filter(own).collect();
            let module = &mut self.session.modules[module.0 as usize];
            module.body = body;
            module.globals = globals;
        }
        self.host.enter_stage(Stage::Finish);
        self.outcome.diagnostics.extend(reports.into_sorted());
        entry
    }

    /// The name of a module's body in traces.
    fn body_name(&mut self, job: &Job) -> Symbol {
        match job.unit {
            Unit::Script | Unit::ReplEntry | Unit::Fragment => self.session.names.intern("script"),
            Unit::Module | Unit::Library => self.session.modules[job.module.0 as usize].name,
        }
    }

    /// The modules of a file's imports; what is not found is reported, with some number in its
    /// place.
    fn imports(&mut self, ast: &Ast, importer: SourceId, reports: &mut Reports) -> Vec<ModuleId> {
        let mut modules = Vec::with_capacity(ast.imports.len());
        for import in &ast.imports {
            let path = self.session.names.text(import.path);
            let found = self.host.import(self.sources, importer, path);
            modules.push(match found {
                Ok(imported) => self.imported(imported),
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

    /// The number of an imported module, new or known.
    fn imported(&mut self, imported: Imported) -> ModuleId {
        let Imported { key, source, library } = imported;
        let by_key = self.session.modules_by_key.get(&key);
        let known = by_key.or_else(|| self.session.modules_by_source.get(&source)).copied();
        let module = known.unwrap_or_else(|| {
            let unit = if library { Unit::Library } else { Unit::Module };
            self.add_module(source, unit)
        });
        self.session.modules_by_key.insert(key, module);
        module
    }
}
