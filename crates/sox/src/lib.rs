//! Embed Sox: source in, values out.
//!
//! A [`Sox`] is one isolated interpreter. Programs given to it one after the other share their
//! module-level names. Values cross the border as copies ([`Value`]), so nothing here borrows from
//! the interpreter and no rooting is needed.
//!
//! ```
//! use sox::Sox;
//!
//! let mut sox = Sox::new();
//! sox.run("fn area(w, h) { return w * h }")?;
//! let area: f64 = sox.call("area", (6, 7))?.try_into()?;
//! assert_eq!(area, 42.0);
//! assert_eq!(sox.run("area(2, 3) + 1")?, 7.into());
//! # Ok::<(), sox::Error>(())
//! ```
//!
//! The host gives functions to scripts with [`Sox::register`]:
//!
//! ```
//! use sox::{Sox, Value};
//!
//! let mut sox = Sox::new();
//! sox.register("greet", 1, |args| Ok(Value::from(format!("Hello, {}!", args[0]))));
//! assert_eq!(sox.run(r#"greet("Ada")"#)?, "Hello, Ada!".into());
//! # Ok::<(), sox::Error>(())
//! ```
//!
//! Untrusted scripts get limits and no rights:
//!
//! ```
//! use sox::{Error, Sox};
//!
//! let mut sox = Sox::builder().max_steps(10_000).max_memory(16 << 20).sandbox().build();
//! assert!(matches!(sox.run("while true {}"), Err(Error::Limit(_))));
//! let error = sox.run(r#"import file "std/file" file.read("/etc/passwd")"#).unwrap_err();
//! assert!(error.to_string().contains("--sandbox"));
//! ```
#![forbid(unsafe_code)]

mod builder;
mod convert;
mod error;
mod interpreter;
mod value;

pub use builder::Builder;
pub use error::{Error, Trace};
pub use interpreter::Sox;
pub use sox_library::Permission;
pub use value::{Arguments, Value, WrongType};
