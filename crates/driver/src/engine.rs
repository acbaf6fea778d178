//! The two engines behind one face.

use crate::imports::Imports;
use crate::maker::{BytecodeMaker, BytecodeStatistics};
use sox_bytecode::VerifiedModule;
use sox_bytecode::optimize::Passes;
use sox_diagnostics::{Diagnostic, SourceMap};
use sox_evaluator::Evaluator;
use sox_lang::{Session, Unit};
use sox_program::{GlobalId, Program};
use sox_runtime::{Engine, Fault, Isolate};
use sox_vm::{Form, Vm, VmStatistics};
use std::sync::Arc;

/// What executes a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineKind {
    /// The tree-walking reference interpreter.
    Ast,
    /// The virtual machine.
    #[default]
    Vm,
}

/// An engine.
pub(crate) enum Machine {
    Ast(Box<Evaluator>),
    Vm(Box<Vm>, BytecodeMaker),
}

/// Why a program could not be loaded.
#[derive(Debug)]
pub(crate) enum LoadFault {
    /// It exceeds a limit of the bytecode, as this says.
    TooLarge(Box<Diagnostic>),
    /// The isolate has no room for it.
    Fault(Fault),
}

impl From<Box<Diagnostic>> for LoadFault {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        LoadFault::TooLarge(diagnostic)
    }
}

impl From<Fault> for LoadFault {
    fn from(fault: Fault) -> Self {
        LoadFault::Fault(fault)
    }
}

/// A program loaded into a machine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnitId {
    Ast(sox_evaluator::UnitId),
    Vm(sox_vm::UnitId),
}

impl Machine {
    pub(crate) fn new(kind: EngineKind, form: Option<Form>, passes: Passes) -> Machine {
        match kind {
            EngineKind::Ast => Machine::Ast(Box::new(Evaluator::new(sox_execution::STACK_BYTES))),
            EngineKind::Vm => {
                let vm = Vm::new().with_native_stack(sox_execution::STACK_BYTES);
                let vm = vm.with_form(form.unwrap_or_default());
                Machine::Vm(Box::new(vm), BytecodeMaker::new(passes))
            }
        }
    }

    /// Loads a program; with `before`, as the next entry of a session that shares its globals.
    ///
    /// # Errors
    /// If the program exceeds a limit of the bytecode, or the memory limit.
    pub(crate) fn load(
        &mut self,
        iso: &mut Isolate,
        program: &Arc<Program>,
        sources: &SourceMap,
        before: Option<UnitId>,
    ) -> Result<UnitId, LoadFault> {
        Ok(match (self, before) {
            (Machine::Ast(evaluator), Some(UnitId::Ast(unit))) => {
                UnitId::Ast(evaluator.extend(iso, unit, program.clone(), sources)?)
            }
            (Machine::Ast(evaluator), _) => {
                UnitId::Ast(evaluator.load(iso, program.clone(), sources)?)
            }
            (Machine::Vm(vm, maker), Some(UnitId::Vm(unit))) => {
                UnitId::Vm(vm.extend(iso, unit, maker.verified(program, sources)?)?)
            }
            (Machine::Vm(vm, maker), _) => {
                UnitId::Vm(vm.load(iso, maker.verified(program, sources)?)?)
            }
        })
    }

    /// Loads and runs the library's prelude: in bytecode that was made before, or as a tree.
    ///
    /// # Errors
    /// The memory limit.
    pub(crate) fn install_prelude(&mut self, iso: &mut Isolate) -> Result<(), Fault> {
        let evaluator = match self {
            Machine::Vm(vm, _) => return sox_prebuilt::install_prelude(iso, vm),
            Machine::Ast(evaluator) => evaluator,
        };
        let (name, text) = sox_library::prelude_source();
        let mut sources = SourceMap::default();
        let program = library_program(&mut sources, name, text);
        let unit = evaluator.load(iso, program, &sources)?;
        sox_library::install_prelude(iso, |iso| evaluator.run_entry(iso, unit))
    }

    /// Loads bytecode, and the modules of the library that it imports.
    ///
    /// # Errors
    /// The memory limit, or an external module that is not there.
    ///
    /// # Panics
    /// If this is not the virtual machine.
    pub(crate) fn load_module(
        &mut self,
        iso: &mut Isolate,
        module: Arc<VerifiedModule>,
    ) -> Result<UnitId, LoadFault> {
        let vm = self.vm();
        sox_prebuilt::provide(iso, vm, &module)?;
        Ok(UnitId::Vm(vm.load(iso, module)?))
    }

    fn vm(&mut self) -> &mut Vm {
        match self {
            Machine::Vm(vm, _) => vm,
            Machine::Ast(_) => panic!("bytecode runs on the virtual machine"),
        }
    }

    /// Runs the entry module and leaves its result on the stack.
    pub(crate) fn run_entry(&mut self, iso: &mut Isolate, unit: UnitId) -> Result<(), Fault> {
        match (self, unit) {
            (Machine::Ast(evaluator), UnitId::Ast(unit)) => evaluator.run_entry(iso, unit),
            (Machine::Vm(vm, _), UnitId::Vm(unit)) => vm.run_entry(iso, unit),
            _ => unreachable!("a unit is run by the machine it was loaded into"),
        }
    }

    /// The isolate's number of a module-level variable.
    pub(crate) fn global_slot(&self, unit: UnitId, global: GlobalId) -> usize {
        match (self, unit) {
            (Machine::Ast(evaluator), UnitId::Ast(unit)) => evaluator.global_slot(unit, global),
            (Machine::Vm(vm, _), UnitId::Vm(unit)) => {
                vm.global_slot(unit, sox_bytecode::GlobalId(global.0))
            }
            _ => unreachable!("a unit belongs to the machine it was loaded into"),
        }
    }

    /// Counters of the virtual machine, if that is what runs.
    pub(crate) fn statistics(&self) -> Option<VmStatistics> {
        match self {
            Machine::Ast(_) => None,
            Machine::Vm(vm, _) => Some(vm.statistics()),
        }
    }

    /// What making bytecode took, if that is what runs.
    pub(crate) fn bytecode_statistics(&self) -> Option<BytecodeStatistics> {
        match self {
            Machine::Ast(_) => None,
            Machine::Vm(_, maker) => Some(maker.statistics),
        }
    }

    pub(crate) fn engine(&mut self) -> &mut dyn Engine {
        match self {
            Machine::Ast(evaluator) => &mut **evaluator,
            Machine::Vm(vm, _) => &mut **vm,
        }
    }
}

/// The program of a text of the library.
///
/// # Panics
/// If it has errors.
pub(crate) fn library_program(sources: &mut SourceMap, name: &str, text: &str) -> Arc<Program> {
    let entry = sources.add(name, text);
    let mut imports = Imports::default();
    let outcome = Session::default().lower(sources, entry, Unit::Library, &mut imports);
    Arc::new(outcome.program.expect("the library has no errors"))
}
