//! Constants while functions are changed: those of the module, found by value, and what is known
//! of locals.

use crate::{ConstId, Constant, Instr};
use std::collections::HashMap;

/// The constants of a module, to read and to add to.
pub(super) struct Constants<'m> {
    list: &'m mut Vec<Constant>,
    /// Numbers by their bits, so that `0` and `-0` stay apart; made when the first is added.
    numbers: Option<HashMap<u64, ConstId>>,
    /// Texts, likewise.
    texts: Option<HashMap<Box<str>, ConstId>>,
    /// By local slot of the function at hand, the instruction that pushes the constant it always
    /// holds. Empty if nobody looked.
    locals: Vec<Option<Instr>>,
}

impl<'m> Constants<'m> {
    pub(super) fn new(list: &'m mut Vec<Constant>) -> Self {
        Self { list, numbers: None, texts: None, locals: Vec::new() }
    }

    pub(super) fn get(&self, id: ConstId) -> Option<&Constant> {
        self.list.get(id.index())
    }

    /// The number as a constant; NaN as the canonical one.
    pub(super) fn number(&mut self, number: f64) -> ConstId {
        let number = if number.is_nan() { f64::NAN } else { number };
        let next = ConstId(self.list.len() as u32);
        let numbers = self.numbers.get_or_insert_with(|| {
            let known = |(id, constant): (u32, &Constant)| match constant {
                Constant::Number(number) => Some((number.to_bits(), ConstId(id))),
                _ => None,
            };
            (0..).zip(&*self.list).filter_map(known).collect()
        });
        let id = *numbers.entry(number.to_bits()).or_insert(next);
        if id == next {
            self.list.push(Constant::Number(number));
        }
        id
    }

    /// The text as a constant.
    pub(super) fn text(&mut self, text: &str) -> ConstId {
        let next = ConstId(self.list.len() as u32);
        let texts = self.texts.get_or_insert_with(|| {
            let known = |(id, constant): (u32, &Constant)| match constant {
                Constant::String(text) => Some((text.clone(), ConstId(id))),
                _ => None,
            };
            (0..).zip(&*self.list).filter_map(known).collect()
        });
        if let Some(&id) = texts.get(text) {
            return id;
        }
        texts.insert(text.into(), next);
        self.list.push(Constant::String(text.into()));
        next
    }

    /// The truth of the constant that an instruction pushes, if it pushes one.
    pub(super) fn truth(&self, push: Instr) -> Option<bool> {
        match push {
            Instr::Nil {} | Instr::False {} => Some(false),
            Instr::True {} => Some(true),
            Instr::Const { value } => {
                Some(!matches!(self.get(value)?, Constant::Nil | Constant::Bool(false)))
            }
            _ => None,
        }
    }

    /// What always stands for a local in the function at hand: a push of the constant it holds.
    pub(super) fn of_local(&self, instr: Instr) -> Option<Instr> {
        match instr {
            Instr::GetLocal { slot } => *self.locals.get(slot.index())?,
            _ => None,
        }
    }

    /// Tells what constants the locals of the function at hand hold.
    pub(super) fn set_locals(&mut self, locals: impl IntoIterator<Item = Option<Instr>>) {
        self.locals.clear();
        self.locals.extend(locals);
    }
}
