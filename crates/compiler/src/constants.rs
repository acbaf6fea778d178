//! The constants of a module, each once, numbered in the order of their first use.

use sox_bytecode::{ConstId, Constant, NameId};
use sox_program::{Interner, Symbol};
use std::collections::HashMap;

/// The place of a string that is no constant yet.
const NEW: NameId = NameId(u32::MAX);

/// Collects constants.
pub(crate) struct Constants<'p> {
    names: &'p Interner,
    list: Vec<Constant>,
    /// By bits, so that `0` and `-0` stay apart.
    numbers: HashMap<u64, ConstId, foldhash::fast::RandomState>,
    /// By the number of the symbol; [`NEW`] until the first use.
    strings: Vec<NameId>,
}

impl<'p> Constants<'p> {
    pub(crate) fn new(names: &'p Interner) -> Self {
        let strings = vec![NEW; names.len()];
        Self { names, list: Vec::new(), numbers: HashMap::default(), strings }
    }

    pub(crate) fn number(&mut self, number: f64) -> ConstId {
        let number = if number.is_nan() { f64::NAN } else { number };
        *self.numbers.entry(number.to_bits()).or_insert_with(|| {
            self.list.push(Constant::Number(number));
            ConstId(self.list.len() as u32 - 1)
        })
    }

    pub(crate) fn name(&mut self, symbol: Symbol) -> NameId {
        let known = &mut self.strings[symbol.0 as usize];
        if *known == NEW {
            *known = NameId(self.list.len() as u32);
            self.list.push(Constant::String(self.names.text(symbol).into()));
        }
        *known
    }

    pub(crate) fn string(&mut self, symbol: Symbol) -> ConstId {
        ConstId(self.name(symbol).0)
    }

    pub(crate) fn finish(self) -> Vec<Constant> {
        self.list
    }
}
