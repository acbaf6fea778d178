//! The Erlang-term syntax, `.ir`: one map in the form that `file:consult/1` reads.

mod operands;
mod printer;
mod reader;
mod terms;
mod tree;

pub use printer::print;
pub use reader::parse;
