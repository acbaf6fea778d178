//! Running the payload.

use crate::assets::Packed;
use crate::output;
use sox_bytecode::container::{self, Language};
use sox_bytecode::{Constant, VerifiedModule, verify};
use sox_diagnostics::SourceMap;
use sox_execution::{BUILD_COMMAND, BuiltSettings, STACK_BYTES, interrupt, status};
use sox_library::{Assets, Host, PRELUDE_NAMES, Words};
use sox_objfile::{RegionKind, View};
use sox_runtime::{Cx, Fault, Isolate};
use sox_vm::{UnitId, Vm};
use std::sync::Arc;

/// What a payload holds.
struct Program {
    module: VerifiedModule,
    /// The language its errors are reported in.
    language: Language,
    /// Its sources; none if their texts were not built in.
    sources: SourceMap,
    settings: BuiltSettings,
    assets: Assets,
}

/// Runs the program of a payload to its exit status.
pub(crate) fn run(payload: &View<'static>) -> i32 {
    let Program { module, language, sources, settings, assets } = match read(payload) {
        Ok(program) => program,
        Err(message) => {
            output::error(&message);
            return status::DATA;
        }
    };
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(message) => {
            output::error(&message);
            return status::USAGE;
        }
    };
    let mut iso = Isolate::new(settings.config());
    iso.set_output(output::standard_output());
    let host = Host::new(settings.permissions(), arguments);
    let host = host.with_assets(assets).with_command(BUILD_COMMAND);
    host.set_words(match language {
        Language::Sox => Words::Sox,
        Language::PohLang => Words::PohLang,
    });
    sox_library::install(&mut iso, host);
    interrupt::ends(iso.interrupt_handle());
    let mut vm = Vm::new().with_native_stack(STACK_BYTES);
    let result = start(&mut iso, &mut vm, module);
    let mut cx = Cx { iso: &mut iso, engine: &mut vm };
    let ending = sox_execution::finish(&mut cx, &sources, result);
    output::ending(&ending, language, &sources);
    // Everything is flushed, and the process ends: taking the heap apart would only cost time.
    std::mem::forget((iso, vm));
    ending.status()
}

/// The program and how it is to be run.
fn read(payload: &View<'static>) -> Result<Program, String> {
    // The payload is as it was written, so whoever wrote it meant another runtime.
    let foreign = |why: &dyn std::fmt::Display| {
        format!("the program in this file is not for this runtime ({why}); build it again")
    };
    let settings = BuiltSettings::read(payload.flags(), payload.region(RegionKind::Settings))
        .ok_or_else(|| foreign(&"it has settings that are not known"))?;
    let bytes = payload.content(RegionKind::Bytecode).map_err(|refusal| refusal.to_string())?;
    let bytes = bytes.ok_or_else(|| foreign(&"it has no bytecode"))?;
    let bundle = container::read(&bytes).map_err(|error| foreign(&error))?;
    let mut sources = SourceMap::default();
    for (source, text) in bundle.module.sources.iter().zip(bundle.texts.into_iter().flatten()) {
        sources.add(&source.name, text);
    }
    let module = verify(bundle.module).map_err(|error| foreign(&error))?;
    let assets = match payload.assets().map_err(|refusal| refusal.to_string())? {
        Some(assets) => Assets::Files(Box::new(Packed(assets))),
        None => Assets::None,
    };
    Ok(Program { module, language: bundle.language, sources, settings, assets })
}

/// `argv`: both first entries are the executable.
fn arguments() -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for argument in std::env::args_os() {
        all.push(argument.into_string().map_err(|argument| {
            format!(
                "the argument {argument:?} is not Unicode text, and programs get their arguments as text"
            )
        })?);
    }
    let program = all.first().cloned().unwrap_or_default();
    all.insert(0, program);
    Ok(all)
}

/// Loads what the program needs and runs its top level and `main`.
fn start(iso: &mut Isolate, vm: &mut Vm, module: VerifiedModule) -> Result<i32, Fault> {
    if uses_prelude(&module) {
        sox_prebuilt::install_prelude(iso, vm)?;
    }
    sox_prebuilt::provide(iso, vm, &module)?;
    let main = module.main;
    let unit = vm.load(iso, Arc::new(module))?;
    run_top_level(iso, vm, unit)?;
    match main {
        Some(main) => {
            let global = vm.global_slot(unit, main);
            sox_execution::call_main(&mut Cx { iso, engine: vm }, global)
        }
        None => Ok(0),
    }
}

fn run_top_level(iso: &mut Isolate, vm: &mut Vm, unit: UnitId) -> Result<(), Fault> {
    let base = iso.stack().len();
    vm.run_entry(iso, unit)?;
    iso.stack().truncate(base);
    Ok(())
}

/// A program that mentions none of the prelude's names has no use for it.
fn uses_prelude(module: &VerifiedModule) -> bool {
    module.constants.iter().any(|constant| match constant {
        Constant::String(text) => PRELUDE_NAMES.contains(&&**text),
        _ => false,
    })
}
