//! Units: modules bound to an isolate.
//!
//! A module numbers its functions, constants, globals and source modules from zero. A unit maps
//! these numbers to the isolate's, so that several modules (the library, a script, the entries of a
//! session) live side by side, and so that running looks up nothing by name.

use crate::access;
use crate::vm::{FunctionEntry, Vm};
use sox_bytecode::{Constant, FunctionId, GlobalId, ModuleId, VerifiedModule};
use sox_runtime::{ErrorKind, Fault, FunctionInfo, FunctionRef, Isolate};
use std::sync::Arc;

/// Number of a loaded module, given by [`Vm::load`] and [`Vm::extend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitId(pub(crate) u32);

/// A loaded module. The tables give the isolate's number for each of the module's.
pub(crate) struct Unit {
    pub(crate) module: Arc<VerifiedModule>,
    /// Functions in the isolate's registry.
    pub(crate) functions: Vec<FunctionRef>,
    /// Constants as the words of values, which the isolate keeps alive.
    pub(crate) constants: Vec<u64>,
    /// Builtins, likewise; none if the isolate has no such builtin.
    pub(crate) builtins: Vec<Option<u64>>,
    /// Module-level variables.
    pub(crate) globals: Vec<u32>,
    /// Source modules in [`Vm::modules`].
    pub(crate) modules: Vec<usize>,
}

/// How far a source module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    NotLoaded,
    /// Its top level runs.
    Loading,
    Loaded,
}

/// A source module, as imports see it.
pub(crate) struct ModuleState {
    pub(crate) name: Box<str>,
    /// Its top level.
    pub(crate) body: FunctionRef,
    /// The isolate's global that holds its value once it is loaded.
    pub(crate) value: u32,
    pub(crate) progress: Progress,
}

impl Vm {
    /// Makes a module ready to run: its functions, constants, globals and source modules get their
    /// numbers in the isolate, its builtins are bound. Nothing of it runs.
    ///
    /// # Errors
    /// The memory limit, or an external module that was not provided ([`Vm::provide`]).
    pub fn load(
        &mut self,
        iso: &mut Isolate,
        module: Arc<VerifiedModule>,
    ) -> Result<UnitId, Fault> {
        self.bind(iso, module, None)
    }

    /// Like [`Vm::load`], for the next entry of a session: the tables of globals and source modules
    /// begin with those of the `earlier` unit, and those are shared with it.
    ///
    /// # Errors
    /// The memory limit.
    pub fn extend(
        &mut self,
        iso: &mut Isolate,
        earlier: UnitId,
        module: Arc<VerifiedModule>,
    ) -> Result<UnitId, Fault> {
        self.bind(iso, module, Some(earlier))
    }

    /// Makes the entry module of a unit known under a name: what programs loaded from now on mean by
    /// an external module of that name. It runs when it is first imported.
    pub fn provide(&mut self, name: &str, unit: UnitId) {
        let unit = &self.units[unit.0 as usize];
        self.provided.insert(name.into(), unit.modules[unit.module.entry.index()]);
    }

    /// Whether [`Vm::provide`] was given this name.
    pub fn provides(&self, name: &str) -> bool {
        self.provided.contains_key(name)
    }

    /// Runs the top level of the unit's entry module and pushes what it returned: nil if it ran to
    /// its end. Does not call `main`.
    ///
    /// # Errors
    /// What the program did not catch; the stack is then as it was before.
    pub fn run_entry(&mut self, iso: &mut Isolate, unit: UnitId) -> Result<(), Fault> {
        let loaded = &self.units[unit.0 as usize];
        let number = loaded.modules[loaded.module.entry.index()];
        let body = self.modules[number].body;
        let height = iso.stack().len();
        let closure = iso.closure(body, &[])?;
        iso.stack().push(closure.into());
        iso.stack().push(sox_runtime::Value::nil());
        self.modules[number].progress = Progress::Loading;
        self.loading.push(number);
        // SAFETY: closure and room for the return word were just pushed.
        let outcome = unsafe { self.call_window(iso, access::slot(iso, height), 0, false) };
        self.module_ended(number);
        match outcome {
            Ok(()) => {
                let result = iso.stack().get(height);
                // Who imports the entry later, from `main` for instance, gets what any module gives.
                let value = match result.is_nil() {
                    true => {
                        let unit = &self.units[unit.0 as usize];
                        let table = self.module_table(iso, unit, unit.module.entry)?;
                        // SAFETY: the word is a table just made.
                        unsafe { access::value_of(table) }
                    }
                    false => result,
                };
                iso.set_global(self.modules[number].value as usize, value);
                self.modules[number].progress = Progress::Loaded;
                Ok(())
            }
            Err(fault) => Err(iso.raise(fault, || self.frames(iso))),
        }
    }

    /// The number in the isolate ([`Isolate::global`]) of a module-level variable of a unit.
    pub fn global_slot(&self, unit: UnitId, global: GlobalId) -> usize {
        self.units[unit.0 as usize].globals[global.index()] as usize
    }

    /// The module of a unit: its `main`, tests and benchmarks are there.
    pub fn module(&self, unit: UnitId) -> &Arc<VerifiedModule> {
        &self.units[unit.0 as usize].module
    }

    /// The register code of those functions of a unit that were called, for people.
    pub fn listing(&self, unit: UnitId) -> String {
        let unit = &self.units[unit.0 as usize];
        let mut text = String::new();
        for (reference, function) in unit.functions.iter().zip(&unit.module.functions) {
            if let Some(code) = &self.functions[reference.0 as usize].code {
                let name = unit.module.name(function.name);
                text += &format!("{name}:\n{}", crate::translate::listing(code));
            }
        }
        text
    }

    /// A module's top level does not run any more; unless it succeeded, it is not loaded.
    pub(crate) fn module_ended(&mut self, number: usize) {
        if self.modules[number].progress == Progress::Loading {
            self.modules[number].progress = Progress::NotLoaded;
        }
        self.loading.retain(|&other| other != number);
    }

    /// A table of the variables of a source module that are declared by now.
    pub(crate) fn module_table(
        &self,
        iso: &Isolate,
        unit: &Unit,
        module: ModuleId,
    ) -> Result<u64, Fault> {
        let plain = &unit.module;
        let table = iso.table()?;
        for &id in &plain.module(module).globals {
            let value = iso.global(unit.globals[id.index()] as usize);
            if !value.is_unset() {
                let name = unit.constants[plain.globals[id.index()].name.index()];
                // SAFETY: the word is a constant of the unit.
                table.set(iso, unsafe { access::value_of(name) }, value)?;
            }
        }
        Ok(access::word_of(table.into()))
    }

    fn bind(
        &mut self,
        iso: &mut Isolate,
        module: Arc<VerifiedModule>,
        earlier: Option<UnitId>,
    ) -> Result<UnitId, Fault> {
        let id = UnitId(u32::try_from(self.units.len()).expect("fewer than 2^32 units"));
        self.init_name = text_constant(iso, "init")?;
        let plain = module.clone();
        let constants = plain.constants.iter().map(|constant| match constant {
            Constant::Nil => Ok(access::bits::NIL),
            Constant::Bool(false) => Ok(access::bits::FALSE),
            Constant::Bool(true) => Ok(access::bits::TRUE),
            Constant::Number(number) => Ok(access::bits::number(*number)),
            Constant::String(text) => text_constant(iso, text),
        });
        let constants = constants.collect::<Result<Vec<u64>, Fault>>()?;
        let builtins = plain.builtins.iter().map(|&name| {
            let value = iso.builtin(plain.name(name))?;
            iso.add_constant(value);
            Some(access::word_of(value))
        });
        let builtins = builtins.collect();
        self.check_externals(&module)?;
        let functions = self.bind_functions(iso, &module, id);
        let earlier = earlier.map(|unit| &self.units[unit.0 as usize]);
        let globals = earlier.map_or(Vec::new(), |unit| unit.globals.clone());
        let modules = earlier.map_or(Vec::new(), |unit| unit.modules.clone());
        let mut unit = Unit { module, functions, constants, builtins, globals, modules };
        bind_globals(iso, &mut unit);
        self.bind_modules(iso, &mut unit);
        self.units.push(unit);
        Ok(id)
    }

    fn bind_functions(
        &mut self,
        iso: &mut Isolate,
        module: &VerifiedModule,
        unit: UnitId,
    ) -> Vec<FunctionRef> {
        let count = module.functions.len();
        let mut functions = Vec::with_capacity(count);
        iso.reserve_functions(count);
        self.functions.reserve(count);
        for id in (0..count as u32).map(FunctionId) {
            let info = info(module, id);
            let function = module.function(id);
            let entry = FunctionEntry {
                required: function.required,
                params: function.params,
                method: function.is_method(),
                library: info.library,
                origin: Some((unit.0, id)),
                ..FunctionEntry::foreign()
            };
            let reference = iso.register_function(info);
            let index = reference.0 as usize;
            while self.functions.len() < index {
                self.functions.push(FunctionEntry::foreign());
            }
            debug_assert_eq!(self.functions.len(), index, "the registry only grows");
            self.functions.push(entry);
            functions.push(reference);
        }
        functions
    }

    fn check_externals(&self, module: &VerifiedModule) -> Result<(), Fault> {
        let names = module.modules.iter().filter_map(|info| info.external);
        match names.map(|name| module.name(name)).find(|name| !self.provides(name)) {
            None => Ok(()),
            Some(name) => {
                let message = format!("There is no module \"{name}\".");
                Err(Fault::error(ErrorKind::ImportError, message))
            }
        }
    }

    fn bind_modules(&mut self, iso: &mut Isolate, unit: &mut Unit) {
        let module = unit.module.clone();
        let new = &module.modules[unit.modules.len()..];
        let first = iso.add_globals(new.len());
        for (module_info, value) in new.iter().zip(first..) {
            if let Some(name) = module_info.external {
                unit.modules.push(self.provided[module.name(name)]);
                continue;
            }
            unit.modules.push(self.modules.len());
            self.modules.push(ModuleState {
                name: module.name(module_info.name).into(),
                body: unit.functions[module_info.body.index()],
                value: value as u32,
                progress: Progress::NotLoaded,
            });
        }
    }
}

/// The constant of a text: the interner has each text once, whatever units mention it.
fn text_constant(iso: &Isolate, text: &str) -> Result<u64, Fault> {
    let value = iso.intern(text)?.into();
    iso.add_constant(value);
    Ok(access::word_of(value))
}

/// What the runtime is told of a function.
fn info(module: &VerifiedModule, id: FunctionId) -> FunctionInfo {
    let function = module.function(id);
    let source_module = module.module(function.module);
    FunctionInfo {
        name: module.name(function.name).into(),
        required: function.required.into(),
        params: function.params.into(),
        method: function.is_method(),
        script: module.module(module.entry).body == id,
        library: source_module.library,
        source: source_module.source,
    }
}

/// Numbers the unit's globals beyond those it shares. One that also names a builtin begins with its
/// value; others are unset until declared.
fn bind_globals(iso: &mut Isolate, unit: &mut Unit) {
    let module = unit.module.clone();
    let new = &module.globals[unit.globals.len()..];
    let first = iso.add_globals(new.len());
    for (global, number) in new.iter().zip(first..) {
        let builtin = global.builtin.and_then(|builtin| unit.builtins[builtin.index()]);
        if let Some(word) = builtin {
            // SAFETY: the word is a builtin of this isolate, kept alive as a constant.
            iso.set_global(number, unsafe { access::value_of(word) });
        }
        unit.globals.push(number as u32);
    }
}
