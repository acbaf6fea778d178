//! JSON (RFC 8259). Both directions keep their own stack, so nesting may be as deep as memory
//! allows, and the order of keys is kept.

mod parse;
mod write;

pub(crate) use parse::parse;
pub(crate) use write::write;

use crate::row::{Row, rows};

pub(crate) const GLOBALS: &[Row] = rows! {
    "@json_parse" (1, 1) leaf parse::parse;
    "@json_stringify" (1, 2) leaf write::stringify;
};
