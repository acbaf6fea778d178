//! A program being put together, and what front ends of other languages may add to it.

use crate::lowering::Output;
use crate::parser::module_name;
use crate::session::{Imported, Session, Unit};
use sox_diagnostics::{Diagnostic, SourceId, SourceMap};
use sox_program::{
    BuiltinId, Function, FunctionId, Global, GlobalId, Interner, Module, ModuleId, Tree,
};
use std::collections::VecDeque;

/// A module to be lowered.
pub(crate) struct Job {
    pub(crate) module: ModuleId,
    pub(crate) source: SourceId,
    pub(crate) unit: Unit,
}

/// A program being put together.
pub struct Assembly<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) sources: &'a mut SourceMap,
    pub(crate) output: Output,
    pub(crate) jobs: VecDeque<Job>,
}

/// What a front end of another language says of a module it was given.
#[derive(Debug, Default)]
pub struct Lowered {
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// An imported module was not found or cannot be read.
    pub import_missing: bool,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(session: &'a mut Session, sources: &'a mut SourceMap) -> Self {
        Assembly { session, sources, output: Output::default(), jobs: VecDeque::new() }
    }

    /// The program's sources.
    pub fn sources(&mut self) -> &mut SourceMap {
        self.sources
    }

    /// The program's names.
    pub fn names(&mut self) -> &mut Interner {
        &mut self.session.names
    }

    /// The program's nodes.
    pub fn tree(&mut self) -> &mut Tree {
        &mut self.output.tree
    }

    /// Adds a function.
    pub fn add_function(&mut self, function: Function) -> FunctionId {
        self.output.functions.push(function);
        FunctionId(self.output.functions.len() as u32 - 1)
    }

    /// Adds a module-level variable.
    pub fn add_global(&mut self, global: Global) -> GlobalId {
        self.session.globals.push(global);
        GlobalId(self.session.globals.len() as u32 - 1)
    }

    /// The number of a builtin, which the engine has.
    pub fn builtin(&mut self, name: &str) -> BuiltinId {
        let name = self.session.names.intern(name);
        self.session.builtins.number(name)
    }

    /// Adds a module that whoever adds it lowers, and completes with [`Assembly::finish_module`].
    pub fn add_module(&mut self, source: SourceId, library: bool) -> ModuleId {
        let id = ModuleId(self.session.modules.len() as u32);
        let name = self.session.names.intern(module_name(&self.sources.file(source).name));
        let (body, globals) = (FunctionId(u32::MAX), Vec::new());
        self.session.modules.push(Module { name, source, body, globals, library });
        id
    }

    /// Numbers a module and queues it.
    pub(crate) fn queue_module(&mut self, source: SourceId, unit: Unit) -> ModuleId {
        let module = self.add_module(source, unit == Unit::Library);
        self.session.modules_by_source.insert(source, module);
        self.jobs.push_back(Job { module, source, unit });
        module
    }

    /// Completes a module.
    pub fn finish_module(&mut self, module: ModuleId, body: FunctionId, globals: Vec<GlobalId>) {
        let module = &mut self.session.modules[module.0 as usize];
        module.body = body;
        module.globals = globals;
    }

    /// The number of an imported module, new or known; a new one is lowered later.
    pub fn import(&mut self, imported: Imported) -> ModuleId {
        let Imported { key, source, library } = imported;
        let by_key = self.session.modules_by_key.get(&key);
        let known = by_key.or_else(|| self.session.modules_by_source.get(&source)).copied();
        let module = known.unwrap_or_else(|| {
            let unit = if library { Unit::Library } else { Unit::Module };
            self.queue_module(source, unit)
        });
        self.session.modules_by_key.insert(key, module);
        module
    }
}
