//! The operations of the language on values: slow paths of the engines, and their common meaning.
//! Each gives the error the specification names.

mod arithmetic;
mod call;
mod index;
mod iterate;
mod member;

pub(crate) use arithmetic::add_number;
pub use arithmetic::{
    Outcome, add, compare, equal, operand_must_be_a_number, operands_must_be_numbers,
};
pub use call::{Callable, arity_error, callable, check_arity, not_callable};
pub use index::{get_index, set_index, slice};
pub use iterate::{foreach_next, foreach_start};
pub use member::{
    Member, find_member, get_field, get_super, set_field, superclass_must_be_a_class,
    undefined_property, undefined_variable,
};
