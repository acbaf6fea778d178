//! The library's modules in bytecode, compiled when this crate was.
//!
//! Part of the library is written in Sox: methods that call functions of the program, and most of the
//! modules under `std/`. What runs verified bytecode takes them from here, verified each time as any
//! other file, and needs no compiler for them. Traces leave their frames out; profiles show them: with the
//! feature `places` they have names and places, but no texts.
#![forbid(unsafe_code)]

use sox_bytecode::{VerifiedModule, container, verify};
use sox_runtime::{Fault, Isolate};
use sox_vm::{UnitId, Vm};
use std::sync::Arc;

/// Names and bytecode files; the first is the prelude.
const MODULES: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// Loads and runs the prelude.
///
/// # Errors
/// The memory limit.
pub fn install_prelude(iso: &mut Isolate, vm: &mut Vm) -> Result<(), Fault> {
    let (_, bytes) = MODULES[0];
    let unit = load(iso, vm, bytes)?;
    sox_library::install_prelude(iso, |iso| vm.run_entry(iso, unit))
}

/// Gives the machine the modules of the library that `module` imports, and those that they import.
/// A name that is none of the library's is left to the machine, which refuses it.
///
/// # Errors
/// The memory limit.
pub fn provide(iso: &mut Isolate, vm: &mut Vm, module: &VerifiedModule) -> Result<(), Fault> {
    let imports = module.modules.iter().filter_map(|info| info.external);
    for path in imports.map(|path| module.name(path)) {
        let found = MODULES[1..].iter().find(|(name, _)| *name == path);
        let Some((_, bytes)) = found.filter(|_| !vm.provides(path)) else { continue };
        let unit = load(iso, vm, bytes)?;
        vm.provide(path, unit);
    }
    Ok(())
}

fn load(iso: &mut Isolate, vm: &mut Vm, bytes: &[u8]) -> Result<UnitId, Fault> {
    let mut module = container::read(bytes).expect("the library is as it was built").module;
    for info in module.modules.iter_mut().filter(|info| info.external.is_none()) {
        info.library = true;
    }
    let module = Arc::new(verify(module).expect("the library verifies"));
    provide(iso, vm, &module)?;
    vm.load(iso, module)
}
