//! The process: arguments, environment, platform.

use crate::call::{Call, Out};
use crate::host::{Permission, permit};
use crate::row::{Row, rows};
use sox_runtime::{Array, Fault, Isolate, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "sysArgs" (0, 0) leaf args;
    "sysGetenv" (1, 1) leaf getenv;
    "sysPlatform" (0, 0) leaf platform;
    "@sys_userArgs" (0, 0) leaf user_args;
};

/// An array of strings.
pub(crate) fn array_of_texts<'h, T: AsRef<str>>(
    iso: &'h Isolate,
    texts: &[T],
) -> Result<Array<'h>, Fault> {
    let array = iso.array(texts.len())?;
    for text in texts {
        array.push(iso, iso.string(text.as_ref())?.into())?;
    }
    Ok(array)
}

fn args(c: Call<'_>) -> Out<'_> {
    Ok(array_of_texts(c.iso, &c.host().args)?.into())
}

/// Without program and script.
fn user_args(c: Call<'_>) -> Out<'_> {
    Ok(array_of_texts(c.iso, c.host().args.get(2..).unwrap_or_default())?.into())
}

/// The variable's value, or nil. What of it is not Unicode is replaced.
fn getenv(c: Call<'_>) -> Out<'_> {
    let name = c.text(0)?;
    permit(c.iso, Permission::Env)?;
    match std::env::var_os(name) {
        Some(value) => c.copy_string(&value.to_string_lossy()),
        None => Ok(Value::nil()),
    }
}

fn platform(c: Call<'_>) -> Out<'_> {
    c.copy_string(match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    })
}
