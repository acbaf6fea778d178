//! The invariants of the tree, checked: for tests and debug builds.

use crate::Program;

/// Checks the invariants named in the crate's documentation.
///
/// # Errors
/// A sentence naming the function and what is wrong in it.
pub fn check(program: &Program) -> Result<(), String> {
    for function in &program.functions {
        if function.first_param() + function.params > function.locals {
            return Err(format!("{}: parameters beyond the frame", program.name(function.name)));
        }
        if function.required > function.params {
            return Err(format!(
                "{}: more required parameters than there are",
                program.name(function.name)
            ));
        }
    }
    Ok(())
}
