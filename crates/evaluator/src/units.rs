//! Units: programs bound to an isolate.
//!
//! A program numbers its functions, names, variables and modules from zero. A unit maps these
//! numbers to the isolate's, so that several programs (the library, a script, the entries of a
//! session) live side by side, and so that running looks up nothing by name.

use crate::modules::{ModuleState, Progress};
use crate::{Evaluator, UnitId};
use sox_diagnostics::SourceMap;
use sox_program::{Function, FunctionId, FunctionKind, ModuleId, Program, Symbol};
use sox_runtime::{Fault, FunctionInfo, FunctionRef, Isolate, Str};
use std::sync::Arc;

/// A loaded program. The tables give the isolate's number for each of the program's.
pub(crate) struct Unit {
    pub(crate) program: Arc<Program>,
    pub(crate) sources: SourceMap,
    /// Functions in the isolate's registry.
    pub(crate) functions: Vec<FunctionRef>,
    /// The constant of each name and string.
    pub(crate) names: Vec<usize>,
    /// The constant of each builtin; none if the isolate has no such builtin.
    pub(crate) builtins: Vec<Option<usize>>,
    /// Module-level variables.
    pub(crate) globals: Vec<usize>,
    /// Modules in [`Evaluator::modules`].
    pub(crate) modules: Vec<usize>,
}

impl Evaluator {
    /// Loads a program. With an earlier unit of the same session, the globals and modules that unit
    /// has are shared.
    pub(crate) fn bind(
        &mut self,
        iso: &mut Isolate,
        program: Arc<Program>,
        sources: &SourceMap,
        earlier: Option<&Unit>,
    ) -> Result<UnitId, Fault> {
        let id = UnitId(u32::try_from(self.units.len()).expect("fewer than 2^32 units"));
        let names = self.bind_names(iso, &program)?;
        let builtins = bind_builtins(iso, &program);
        let functions = self.bind_functions(iso, &program, id);
        let known = earlier.map_or(&[][..], |unit| &unit.globals);
        let globals = bind_globals(iso, &program, known, &builtins);
        let modules = earlier.map_or(Vec::new(), |unit| unit.modules.clone());
        let sources = sources.clone();
        let mut unit = Unit { program, sources, functions, names, builtins, globals, modules };
        self.bind_modules(&mut unit);
        self.units.push(Arc::new(unit));
        Ok(id)
    }

    /// The unit with this number.
    pub(crate) fn unit(&self, id: UnitId) -> &Arc<Unit> {
        &self.units[id.0 as usize]
    }

    /// Where a function of the isolate's registry is.
    pub(crate) fn function(&self, function: FunctionRef) -> (UnitId, FunctionId) {
        let known = self.functions.get(function.0 as usize).copied().flatten();
        known.expect("closures that run here come from units loaded here")
    }

    /// The name of initializers.
    pub(crate) fn init_name<'h>(&self, iso: &'h Isolate) -> Str<'h> {
        iso.constant(self.constants["init"]).as_str().expect("names are bound to strings")
    }

    fn bind_names(&mut self, iso: &Isolate, program: &Program) -> Result<Vec<usize>, Fault> {
        self.constant(iso, "init")?;
        (0..program.names.len() as u32)
            .map(|symbol| self.constant(iso, program.name(Symbol(symbol))))
            .collect()
    }

    /// The constant of a text, the same for all units.
    fn constant(&mut self, iso: &Isolate, text: &str) -> Result<usize, Fault> {
        if let Some(&known) = self.constants.get(text) {
            return Ok(known);
        }
        let constant = iso.add_constant(iso.intern(text)?.into());
        self.constants.insert(text.into(), constant);
        Ok(constant)
    }

    fn bind_functions(
        &mut self,
        iso: &mut Isolate,
        program: &Program,
        unit: UnitId,
    ) -> Vec<FunctionRef> {
        let mut functions = Vec::with_capacity(program.functions.len());
        for (number, function) in program.functions.iter().enumerate() {
            let id = FunctionId(number as u32);
            let reference = iso.register_function(info(program, id, function));
            let index = reference.0 as usize;
            if self.functions.len() <= index {
                self.functions.resize(index + 1, None);
            }
            self.functions[index] = Some((unit, id));
            functions.push(reference);
        }
        functions
    }

    fn bind_modules(&mut self, unit: &mut Unit) {
        debug_assert_eq!(unit.modules.len(), unit.program.first_new_module as usize);
        for module in &unit.program.modules[unit.modules.len()..] {
            unit.modules.push(self.modules.len());
            let globals = module.globals.iter().map(|id| {
                let name = unit.program.globals[id.0 as usize].name;
                (unit.names[name.0 as usize], unit.globals[id.0 as usize])
            });
            self.modules.push(ModuleState {
                name: unit.program.name(module.name).into(),
                body: unit.functions[module.body.0 as usize],
                globals: globals.collect(),
                progress: Progress::NotLoaded,
            });
        }
    }
}

/// What the runtime is told of a function.
fn info(program: &Program, id: FunctionId, function: &Function) -> FunctionInfo {
    let module = program.module(function.module);
    let is_entry = |entry: ModuleId| program.module(entry).body == id;
    FunctionInfo {
        name: program.name(function.name).into(),
        required: function.required,
        params: function.params,
        method: matches!(function.kind, FunctionKind::Method | FunctionKind::Initializer),
        script: program.entry.is_some_and(is_entry),
        library: module.library,
        source: module.source,
    }
}

fn bind_builtins(iso: &Isolate, program: &Program) -> Vec<Option<usize>> {
    let bind = |&name: &Symbol| Some(iso.add_constant(iso.builtin(program.name(name))?));
    program.builtins.iter().map(bind).collect()
}

/// The isolate's numbers of the program's globals, the first of which are `known` already. A new
/// one that also names a builtin begins with its value; others are unset until declared.
fn bind_globals(
    iso: &mut Isolate,
    program: &Program,
    known: &[usize],
    builtins: &[Option<usize>],
) -> Vec<usize> {
    let new = &program.globals[known.len()..];
    let first = iso.add_globals(new.len());
    for (number, global) in (first..).zip(new) {
        if let Some(constant) = global.builtin.and_then(|builtin| builtins[builtin.0 as usize]) {
            iso.set_global(number, iso.constant(constant));
        }
    }
    known.iter().copied().chain(first..first + new.len()).collect()
}
