//! Running a checked program: an isolate, an engine, the library, and the order of events
//! (top level, `main`, exit handlers).

use crate::engine::{LoadFault, Machine, UnitId};
use crate::profile::Clock;
use crate::{Bytecode, BytecodeStatistics, Checked, Ending, ErrorReport, Options};
use sox_bytecode::container::Language;
use sox_bytecode::{Constant, VerifiedModule};
use sox_diagnostics::SourceMap;
use sox_library::Words;
use sox_program::{GlobalId, Program};
use sox_runtime::{Config, Cx, Fault, InterruptHandle, Isolate, Statistics};
use sox_vm::{Executed, Profile, VmStatistics};
use std::io::Write;
use std::sync::Arc;

/// One isolate with the library installed, ready for programs.
pub struct Runner {
    pub(crate) iso: Isolate,
    pub(crate) machine: Machine,
    pub(crate) sources: SourceMap,
    /// The library's prelude is loaded.
    prelude: bool,
    /// Ticks while a profile is made.
    clock: Option<Clock>,
    /// The language of programs whose files do not say theirs.
    pub(crate) language: Language,
}

/// A program in a runner.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub(crate) unit: UnitId,
    pub(crate) main: Option<GlobalId>,
}

impl Runner {
    /// A fresh isolate that writes its output to `output`.
    pub fn new(options: &Options, output: Box<dyn Write + Send>) -> Runner {
        let defaults = Config::default();
        let config = Config {
            max_memory: options.max_memory,
            max_steps: options.max_steps,
            max_frames: options.max_stack.unwrap_or(defaults.max_frames),
            gc_stress: options.gc_stress,
            copy_always: options.copy_always,
            hash_seed: options.hash_seed,
            ..defaults
        };
        let mut iso = Isolate::new(config);
        if options.suppress_print {
            iso.set_output(Box::new(std::io::sink()));
        } else {
            iso.set_output(output);
        }
        let host = sox_library::Host::new(options.permissions, options.argv.clone());
        let host = host.with_assets(options.assets.for_host());
        sox_library::install(&mut iso, host);
        let machine = Machine::new(options.engine, options.form, options.passes);
        let (sources, language) = (SourceMap::default(), options.language.unwrap_or_default());
        let mut runner = Runner { iso, machine, sources, prelude: false, clock: None, language };
        runner.speak(language);
        runner
    }

    /// Takes in a program.
    ///
    /// # Errors
    /// How the run ends without having begun: the program exceeds a limit.
    pub fn load(&mut self, checked: Checked) -> Result<Loaded, Ending> {
        self.speak(checked.language);
        let program = checked.program;
        let loaded = self.load_unit(&program, &checked.sources, None);
        self.sources = checked.sources;
        match loaded {
            Ok(unit) => Ok(Loaded { unit, main: program.main }),
            Err(LoadFault::TooLarge(message)) => Err(Ending::TooLarge(message)),
            Err(LoadFault::Fault(fault)) => Err(self.ending(Err(fault))),
        }
    }

    /// Takes in a program from a file of bytecode.
    ///
    /// # Errors
    /// How the run ends without having begun: the program exceeds a limit.
    ///
    /// # Panics
    /// If the engine is not the virtual machine.
    pub fn load_bytecode(&mut self, bytecode: Bytecode) -> Result<Loaded, Ending> {
        self.sources = bytecode.sources;
        self.speak(bytecode.language);
        match self.load_verified(bytecode.module) {
            Ok(loaded) => Ok(loaded),
            Err(LoadFault::TooLarge(message)) => Err(Ending::TooLarge(message)),
            Err(LoadFault::Fault(fault)) => Err(self.ending(Err(fault))),
        }
    }

    /// Reports errors in a language's words from now on.
    pub(crate) fn speak(&mut self, language: Language) {
        let host: &sox_library::Host = self.iso.host().expect("the library is installed");
        host.set_words(match language {
            Language::Sox => Words::Sox,
            Language::PohLang => Words::PohLang,
        });
    }

    fn load_verified(&mut self, module: Arc<VerifiedModule>) -> Result<Loaded, LoadFault> {
        let strings = module.constants.iter().filter_map(|constant| match constant {
            Constant::String(text) => Some(&**text),
            _ => None,
        });
        if !self.prelude && strings.clone().any(|text| sox_library::PRELUDE_NAMES.contains(&text)) {
            self.machine.install_prelude(&mut self.iso)?;
            self.prelude = true;
        }
        let main = module.main.map(|id| GlobalId(id.0));
        let unit = self.machine.load_module(&mut self.iso, module)?;
        Ok(Loaded { unit, main })
    }

    /// Loads a program whose sources are known, after the prelude if the program may use it.
    pub(crate) fn load_unit(
        &mut self,
        program: &Arc<Program>,
        sources: &SourceMap,
        before: Option<UnitId>,
    ) -> Result<UnitId, LoadFault> {
        let mentions = |name: &&str| program.names.find(name).is_some();
        if !self.prelude && sox_library::PRELUDE_NAMES.iter().any(mentions) {
            self.machine.install_prelude(&mut self.iso)?;
            self.prelude = true;
        }
        self.machine.load(&mut self.iso, program, sources, before)
    }

    /// Runs a program to its end: top level, `main`, exit handlers; then flushes the output.
    pub fn run(&mut self, loaded: &Loaded) -> Ending {
        let result = self.run_top_level(loaded).and_then(|()| self.run_main(loaded));
        self.finish(result)
    }

    /// Ends a run that gave `result`: runs the exit handlers and flushes the output.
    pub(crate) fn finish(&mut self, result: Result<i32, Fault>) -> Ending {
        let mut cx = Cx { iso: &mut self.iso, engine: self.machine.engine() };
        sox_execution::finish(&mut cx, &self.sources, result)
    }

    /// Counters of the isolate.
    pub fn statistics(&self) -> Statistics {
        self.iso.statistics()
    }

    /// Counters of the virtual machine, if that is the engine.
    pub fn vm_statistics(&self) -> Option<VmStatistics> {
        self.machine.statistics()
    }

    /// From now on notes at each [`crate::TICK`] which functions run.
    ///
    /// # Errors
    /// If this engine cannot, or the system has no thread for the clock: says so in a sentence.
    pub fn start_profile(&mut self) -> Result<(), String> {
        let Machine::Vm(vm, _) = &mut self.machine else {
            return Err("only the virtual machine makes profiles; leave out --engine ast".into());
        };
        let clock = Clock::start(self.iso.interrupt_handle())
            .map_err(|error| format!("no thread for the profiler's clock: {error}"))?;
        vm.start_profile();
        self.clock = Some(clock);
        Ok(())
    }

    /// Ends the profile and gives it; `None` if none was begun.
    pub fn finish_profile(&mut self) -> Option<Profile> {
        self.clock = None;
        match &mut self.machine {
            Machine::Ast(_) => None,
            Machine::Vm(vm, _) => vm.finish_profile(),
        }
    }

    /// From now on counts the instructions of the virtual machine that run, and with `triples`
    /// which run after which; `false` if this engine cannot.
    pub fn count_instructions(&mut self, triples: bool) -> bool {
        match &mut self.machine {
            Machine::Ast(_) => false,
            Machine::Vm(vm, _) => vm.count_instructions(triples),
        }
    }

    /// What ran, if [`Runner::count_instructions`] was told to count just that.
    pub fn executed(&self) -> Option<Executed> {
        match &self.machine {
            Machine::Ast(_) => None,
            Machine::Vm(vm, _) => vm.executed(),
        }
    }

    /// Triples of instructions and how often each ran: see [`Runner::count_instructions`].
    pub fn instruction_counts(&self) -> Vec<([&'static str; 3], u64)> {
        match &self.machine {
            Machine::Ast(_) => Vec::new(),
            Machine::Vm(vm, _) => vm.instruction_counts(),
        }
    }

    /// What making bytecode took, if the engine runs bytecode.
    pub fn bytecode_statistics(&self) -> Option<BytecodeStatistics> {
        self.machine.bytecode_statistics()
    }

    /// All sources loaded so far.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Makes the program end at its next safepoint; works from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.iso.interrupt_handle()
    }

    pub(crate) fn cx(&mut self) -> Cx<'_> {
        Cx { iso: &mut self.iso, engine: self.machine.engine() }
    }

    /// Takes in a copy of a checked program and runs its top level: where tests and benchmarks begin.
    pub(crate) fn load_and_run_top_level(&mut self, checked: &Checked) -> Result<Loaded, Fault> {
        let checked = Checked {
            program: checked.program.clone(),
            sources: checked.sources.clone(),
            diagnostics: Vec::new(),
            language: checked.language,
        };
        let loaded =
            self.load(checked).map_err(|_| Fault::value_error("The program exceeds a limit."))?;
        self.run_top_level(&loaded)?;
        Ok(loaded)
    }

    /// Runs the top level and drops its result.
    pub(crate) fn run_top_level(&mut self, loaded: &Loaded) -> Result<(), Fault> {
        let base = self.iso.stack().len();
        self.machine.run_entry(&mut self.iso, loaded.unit)?;
        self.iso.stack().truncate(base);
        Ok(())
    }

    /// Calls the program's `main`, if it has one, for its exit status.
    fn run_main(&mut self, loaded: &Loaded) -> Result<i32, Fault> {
        let Some(main) = loaded.main else { return Ok(0) };
        let slot = self.machine.global_slot(loaded.unit, main);
        sox_execution::call_main(&mut self.cx(), slot)
    }

    fn ending(&mut self, result: Result<i32, Fault>) -> Ending {
        let mut cx = Cx { iso: &mut self.iso, engine: self.machine.engine() };
        sox_execution::ending(&mut cx, &self.sources, result)
    }

    /// Describes the pending error and clears it.
    pub(crate) fn report(&mut self) -> ErrorReport {
        let mut cx = Cx { iso: &mut self.iso, engine: self.machine.engine() };
        sox_execution::report(&mut cx, &self.sources)
    }

    /// Pops the top of the stack as text; if its `toString` fails, the default form of its kind.
    pub(crate) fn pop_text(&mut self) -> String {
        sox_execution::pop_text(&mut self.cx())
    }
}
