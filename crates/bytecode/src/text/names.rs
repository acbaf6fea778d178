//! How the entries of a table are called in a listing, and found again.

use super::token::Token;
use std::collections::HashMap;

/// The names of a table. An entry whose name is not its alone is called `name#3`, one without a name
/// `#3`.
pub(super) struct Names {
    /// What the entries are, for messages.
    what: &'static str,
    shown: Vec<String>,
    /// By what it is called, quotes included: the only entry of that name, or none.
    by_name: HashMap<String, Option<u32>>,
}

impl Names {
    /// Takes the names as they stand in a listing.
    pub(super) fn new(
        what: &'static str,
        names: impl IntoIterator<Item = Option<String>>,
    ) -> Names {
        let mut shown: Vec<String> = names.into_iter().map(Option::unwrap_or_default).collect();
        let mut by_name: HashMap<String, Option<u32>> = HashMap::new();
        for (number, name) in (0..).zip(&shown) {
            let known = by_name.entry(name.clone());
            known.and_modify(|known| *known = None).or_insert(Some(number));
        }
        by_name.remove("");
        for (number, name) in shown.iter_mut().enumerate() {
            if by_name.get(name).is_none_or(Option::is_none) {
                *name = format!("{name}#{number}");
            }
        }
        Names { what, shown, by_name }
    }

    /// What an entry is called.
    ///
    /// # Panics
    /// If there is no entry with this number.
    pub(super) fn shown(&self, number: u32) -> &str {
        &self.shown[number as usize]
    }

    /// The number of an entry that is called so.
    pub(super) fn find(&self, token: &Token) -> Result<u32, String> {
        let (name, number) = match token {
            Token::Word(word, number) => (word.clone(), *number),
            Token::Text(text, number) => (super::token::name(text), *number),
            Token::Sign(sign) => return Err(format!("a {} is wanted, not '{sign}'", self.what)),
        };
        self.find_name(name, number)
    }

    /// The number of the entry of this name or, if given, of this number.
    pub(super) fn find_name(&self, name: String, number: Option<u32>) -> Result<u32, String> {
        match (number, self.by_name.get(&name)) {
            (Some(number), _) => Ok(number),
            (None, Some(Some(number))) => Ok(*number),
            (None, Some(None)) => Err(format!(
                "{} is the name of several: say which {}, as in {name}#0",
                name, self.what
            )),
            (None, None) => Err(format!("there is no {} {name}", self.what)),
        }
    }
}
