//! Code being written.

use super::misfit::Misfit;
use super::reloc::Fixup;
use super::row::{Operands, Row};

/// Code being written: words in little-endian order.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    /// The bytes so far.
    pub code: Vec<u8>,
}

impl Encoder {
    /// Writes an instruction.
    ///
    /// ```
    /// use sox_machine::arm64::{Encoder, R, insts::integer::ADD};
    ///
    /// let mut encoder = Encoder::default();
    /// encoder.emit(ADD, (R(0), R(1), R(2))).unwrap();
    /// assert_eq!(encoder.code, 0x8b02_0020_u32.to_le_bytes());
    /// assert!(encoder.emit(ADD, (R::SP, R(1), R(2))).is_err());
    /// ```
    ///
    /// # Errors
    /// If an operand does not fit; nothing is written then.
    #[inline]
    pub fn emit<O: Operands>(&mut self, row: Row<O>, values: O::Values) -> Result<(), Misfit> {
        let word = row.encode(values)?;
        self.code.extend_from_slice(&word.to_le_bytes());
        Ok(())
    }

    /// Writes an instruction whose distance or offset is that of a symbol: what it is given for it is
    /// a stand-in, usually 0. The fixup tells where it is, and how it is to be filled in.
    ///
    /// # Errors
    /// If an operand does not fit, or no operand could be a symbol's.
    pub fn emit_symbol<O: Operands>(
        &mut self,
        row: Row<O>,
        values: O::Values,
    ) -> Result<Fixup, Misfit> {
        let reloc = row.form().reloc().ok_or(Misfit::NoSymbol)?;
        let at = self.code.len();
        self.emit(row, values)?;
        Ok(Fixup { at, reloc })
    }
}
