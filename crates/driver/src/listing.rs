//! The bytecode of a program, for reading.

use crate::engine::LoadFault;
use crate::maker::BytecodeMaker;
use crate::{Checked, Options};

/// The listing of a program's bytecode, optimized as the options say.
///
/// # Errors
/// A sentence, if the program exceeds a limit of the bytecode.
pub fn disassemble(checked: &Checked, options: &Options) -> Result<String, String> {
    let mut maker = BytecodeMaker::new(options.passes);
    let verified = maker.verified(&checked.program, &checked.sources);
    let module = verified.map_err(|fault| match fault {
        LoadFault::TooLarge(message) => message,
        LoadFault::Fault(fault) => format!("{fault:?}"),
    })?;
    Ok(sox_bytecode::listing(&module, Some(&checked.sources)))
}
