//! PohLang source text to the resolved tree.
//!
//! ```text
//! text ─ lexer ─ tokens ─ parser ─ syntax tree ─ resolver ─ tables beside it ─ lowering ─ program
//! ```
//!
//! [`lower`] runs these stages for a file and the PohLang files it imports, which share its top level.
//! What it needs of the program and of the file system it asks of its [`Surroundings`]; so Sox modules
//! may be imported without this crate knowing that language. Everything found wrong becomes a
//! [`sox_diagnostics::Diagnostic`] with one of the [`codes`].
//!
//! # What becomes of the language
//! Both languages have the same tree and the same engines. Where PohLang's meaning is another one
//! there are operations of its own in the tree ([`sox_program::BinaryOp::Join`] and its neighbours,
//! [`sox_program::ExprKind::WithItem`]), whose meaning is that of `sox_runtime::poh`:
//!
//! | PohLang | tree |
//! |---|---|
//! | `plus` | `Join`; `Add` if both sides are certainly numbers |
//! | `is` | `Same`; `Equal` if a side is certainly no list or dictionary |
//! | `<` and the like | as in Sox, the right side checked to be a number unless the left one is |
//! | `divided by` | as in Sox, the right side checked not to be 0 |
//! | a condition | `Truth`, unless it is certainly a boolean |
//! | `xs[i]` | `Item` |
//! | `Set xs[i] to v` | `xs = WithItem(xs, i, v)` |
//! | `Set xs to append v to xs` | `xs = Append(xs, v)` |
//! | a list that gets a second holder | `Share` around the expression |
//! | `For each` over a dictionary | `Foreach` over the list of its keys, which the library makes |
//! | `Use f` | the result is given to a function of the library that writes it, if there is one |
//! | phrases, `Write`, `Ask` | calls of functions of the library, named `poh.…` |
//! | handlers | one `Catch` with a chain of tests, and the error thrown on |
//!
//! Limits: 500 levels of nesting, 2,000 operations in an expression, 255 parameters and arguments.
#![forbid(unsafe_code)]

mod ast;
mod codes;
mod incomplete;
mod lexer;
mod lowering;
mod parser;
pub mod phrases;
mod report;
mod resolver;
mod session;
mod token;

pub use codes::codes;
pub use incomplete::is_incomplete;
pub use session::{ImportError, Outcome, Surroundings, TopLevel, Use, lower};
