//! The bytecode of a program, for reading.

use crate::Checked;
use crate::engine::{LoadFault, verified};

/// The listing of a program's bytecode.
///
/// # Errors
/// A sentence, if the program exceeds a limit of the bytecode.
pub fn disassemble(checked: &Checked) -> Result<String, String> {
    let module = verified(&checked.program, &checked.sources).map_err(|fault| match fault {
        LoadFault::TooLarge(message) => message,
        LoadFault::Fault(fault) => format!("{fault:?}"),
    })?;
    Ok(sox_bytecode::listing(&module, Some(&checked.sources)))
}
