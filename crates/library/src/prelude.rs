//! Methods that call user functions: written in Sox, so that no native re-enters an engine.

use sox_runtime::{Fault, Isolate, Kind, Unpacked};

/// The members the prelude defines. A program that mentions none of them has no use for it.
pub const PRELUDE_NAMES: [&str; 9] =
    ["map", "filter", "reduce", "forEach", "find", "findIndex", "every", "some", "sort"];

/// Name and text of the prelude: a library module that is run before the first program that mentions
/// one of [`PRELUDE_NAMES`]. Its value is a table of the tables `string`, `array`, `table`, `number`
/// (methods, whose first parameter is the receiver) and `globals`; each may be missing.
pub fn prelude_source() -> (&'static str, &'static str) {
    ("prelude", include_str!("sox/prelude.sox"))
}

/// Has the prelude run, which leaves its table on the stack, and defines the methods and builtins of
/// that. The steps do not count: whether a program needs the prelude does not show in its own.
///
/// # Errors
/// Those of running it: the memory limit.
///
/// # Panics
/// If there is no such table: the prelude is part of this crate.
pub fn install_prelude(
    iso: &mut Isolate,
    run: impl FnOnce(&mut Isolate) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (base, steps) = (iso.stack().len(), iso.statistics().steps);
    run(iso)?;
    iso.restart_steps();
    iso.add_steps(steps);
    define_members(iso, base);
    iso.stack().truncate(base);
    Ok(())
}

/// Defines what is in the table in this slot of the stack.
fn define_members(iso: &mut Isolate, stack_index: usize) {
    let kinds = [
        ("string", Some(Kind::String)),
        ("array", Some(Kind::Array)),
        ("table", Some(Kind::Table)),
        ("number", Some(Kind::Number)),
        ("globals", None),
    ];
    let base = iso.stack().len();
    for (name, kind) in kinds {
        let mut position = 0;
        while let Some((next, member)) = push_member(iso, stack_index, name, position) {
            match kind {
                Some(kind) => iso.define_method(kind, &member, base),
                None => iso.define_builtin(&member, base),
            }
            iso.stack().truncate(base);
            position = next;
        }
    }
}

/// Pushes the entry at a position of one of the prelude's tables; gives the position after it and
/// the entry's name.
fn push_member(
    iso: &Isolate,
    stack_index: usize,
    name: &str,
    position: usize,
) -> Option<(usize, String)> {
    let Unpacked::Table(all) = iso.stack().get(stack_index).unpack() else {
        panic!("the prelude gives a table");
    };
    let Unpacked::Table(members) = all.get_str(name)?.unpack() else {
        panic!("the prelude's `{name}` is a table");
    };
    let (next, key, value) = members.entry(position)?;
    iso.stack().push(value);
    Some((next, key.as_str().expect("members have names").text().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_table() {
        let (_, text) = prelude_source();
        let table = text.rsplit_once("return {").expect("the prelude returns a table").1;
        let mut entries: Vec<&str> = table
            .split(['{', '}', ',', '\n'])
            .filter_map(|entry| Some(entry.split_once(": ")?.0.trim()))
            .filter(|name| *name != "array")
            .collect();
        entries.sort_unstable();
        let mut names = PRELUDE_NAMES;
        names.sort_unstable();
        assert_eq!(entries, names);
    }
}
