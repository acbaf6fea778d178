//! The handlers: what each register instruction does.

pub(crate) mod arithmetic;
pub(crate) mod branches;
pub(crate) mod calls;
pub(crate) mod compare;
pub(crate) mod errors;
pub(crate) mod foreach;
pub(crate) mod fused;
pub(crate) mod members;
pub(crate) mod modules;
pub(crate) mod moves;
pub(crate) mod natives;
pub(crate) mod repeat;
pub(crate) mod things;
pub(crate) mod values;
pub(crate) mod variables;

/// What every file of handlers needs.
pub(crate) mod prelude {
    pub(crate) use crate::access::{bits, is_false, truth, word_of};
    pub(crate) use crate::code::Ins;
    pub(crate) use crate::dispatch::{Base, Ctx, Dispatch, Next, Pc};
    pub(crate) use crate::frame::Frame;
}
