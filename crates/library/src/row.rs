//! Tables of natives, and how they reach an isolate.

use crate::Host;
use sox_runtime::{Args, Cx, Fault, Intrinsic, Isolate, Kind, NativeFn, NativeInfo, Value};
use std::collections::HashSet;
use std::sync::OnceLock;

/// What a native that cannot reach a safepoint looks like.
pub(crate) type Leaf = for<'h> fn(&'h Isolate, Args) -> Result<Value<'h>, Fault>;
/// What a native that may call back looks like.
pub(crate) type Calling = fn(&mut Cx<'_>, Args) -> Result<(), Fault>;

/// The function of a row.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    Leaf(Leaf),
    Calling(Calling),
}

/// One native: name, arguments it needs and takes at most (the receiver of a method not counted),
/// and what it does.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) required: u32,
    pub(crate) params: u32,
    pub(crate) run: Run,
    /// What an engine may do itself: see [`Intrinsic`].
    pub(crate) intrinsic: Option<Intrinsic>,
}

impl Row {
    fn info(&self) -> NativeInfo {
        let run = match self.run {
            Run::Leaf(run) => NativeFn::Leaf(run),
            Run::Calling(run) => NativeFn::Calling(run),
        };
        NativeInfo {
            name: self.name.into(),
            required: self.required,
            params: self.params,
            run,
            intrinsic: self.intrinsic,
        }
    }
}

/// Most arguments of a call; the number of parameters of a native that takes any number.
pub(crate) const ANY: u32 = 255;

/// Writes a table of natives: `"name" (required, params) leaf function;` where the function takes a
/// [`Call`](crate::call::Call), or `calling function` with the engine's context before it;
/// `as` names what an engine may do itself ([`Intrinsic`]).
macro_rules! rows {
    ($($name:literal ($required:expr, $params:expr) $kind:ident $function:path
       $(as $intrinsic:ident)?;)*) => {
        &[$($crate::row::Row {
            name: $name,
            required: $required,
            params: $params,
            run: $crate::row::rows!(@ $kind $name $function),
            intrinsic: $crate::row::rows!(@ intrinsic $($intrinsic)?),
        }),*]
    };
    (@ leaf $name:literal $function:path) => {
        $crate::row::Run::Leaf(|iso, args| $function($crate::call::Call::new(iso, args, $name)))
    };
    (@ intrinsic) => { None };
    (@ intrinsic $intrinsic:ident) => { Some(sox_runtime::Intrinsic::$intrinsic) };
    (@ calling $name:literal $function:path) => {
        $crate::row::Run::Calling(|cx, args| $function(cx, $crate::call::Site { args, name: $name }))
    };
}
pub(crate) use rows;

/// Natives that are names everywhere, by topic.
const SOX_GLOBALS: &[&[Row]] = &[
    crate::globals::GLOBALS,
    crate::strings::GLOBALS,
    crate::arrays::GLOBALS,
    crate::tables::GLOBALS,
    crate::numbers::GLOBALS,
    crate::random::GLOBALS,
    crate::system::GLOBALS,
    crate::exit::GLOBALS,
    crate::time::GLOBALS,
    crate::bits::GLOBALS,
    crate::files::GLOBALS,
    crate::paths::GLOBALS,
    crate::json::GLOBALS,
    crate::io::GLOBALS,
    crate::process::GLOBALS,
    crate::regex::GLOBALS,
];

/// All of them: those of PohLang have names that no Sox program can spell.
fn globals() -> impl Iterator<Item = &'static Row> {
    SOX_GLOBALS.iter().chain(crate::poh::GLOBALS).copied().flatten()
}

/// Native methods of the built-in kinds.
const METHODS: &[(Kind, &[Row])] = &[
    (Kind::String, crate::strings::METHODS),
    (Kind::Array, crate::arrays::METHODS),
    (Kind::Table, crate::tables::METHODS),
    (Kind::Number, crate::numbers::METHODS),
];

/// Builtins that are values, not functions.
const VALUES: &[&str] = &["argc", "argv"];

/// Makes the natives known to an isolate and gives it its [`Host`]. The prelude is separate: see
/// [`crate::install_prelude`].
pub fn install(iso: &mut Isolate, host: Host) {
    let base = iso.stack().len();
    for row in globals() {
        let number = iso.register_native(row.info());
        iso.stack().push(iso.native(number).into());
        iso.define_builtin(row.name, base);
        iso.stack().truncate(base);
    }
    for &(kind, rows) in METHODS {
        for row in rows {
            let number = iso.register_native(row.info());
            iso.stack().push(iso.native(number).into());
            iso.define_method(kind, row.name, base);
            iso.stack().truncate(base);
        }
    }
    // Under a memory limit too small for these, the program's own first allocation reports it.
    if let Ok(argv) = crate::system::array_of_texts(iso, &host.args) {
        iso.stack().push(argv.into());
        iso.define_builtin("argv", base);
        iso.stack().truncate(base);
    }
    iso.stack().push(Value::number(host.args.len() as f64));
    iso.define_builtin("argc", base);
    iso.stack().truncate(base);
    // The functions given to `sysOnExit` live in an array that is a constant, hence a root.
    if let Ok(handlers) = iso.array(0) {
        host.exit_handlers.set(Some(iso.add_constant(handlers.into())));
    }
    iso.set_host(Box::new(host));
}

/// The names every program can mention: for "did you mean", completion and listings.
///
/// ```
/// assert!(sox_library::builtin_names().any(|name| name == "len"));
/// ```
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    all_names().filter(|name| !name.starts_with('@') && !name.starts_with("poh."))
}

/// Whether a name is a builtin. True for primitives (`@…`) too, which only the lexer of library
/// sources lets through.
///
/// ```
/// use sox_library::is_builtin;
/// assert!(is_builtin("push") && is_builtin("argv") && !is_builtin("pusch"));
/// ```
pub fn is_builtin(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| all_names().collect()).contains(name)
}

fn all_names() -> impl Iterator<Item = &'static str> {
    globals().map(|row| row.name).chain(VALUES.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut seen = HashSet::new();
        for name in all_names() {
            assert!(seen.insert(name), "{name} stands in two rows");
        }
    }

    #[test]
    fn rows_need_no_more_than_they_take() {
        for row in globals().chain(METHODS.iter().flat_map(|m| m.1)) {
            assert!(row.required <= row.params && row.params <= ANY, "{}", row.name);
        }
    }

    /// A primitive that a library source mentions must exist, and each must be mentioned.
    #[test]
    fn primitives_and_sources_agree() {
        let mut sources = String::from(crate::prelude_source().1);
        for name in crate::std_names() {
            sources += crate::std_source(name).unwrap();
        }
        let mut mentioned = HashSet::new();
        for part in sources.split('@').skip(1) {
            let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
            let name = format!("@{}", &part[..end]);
            assert!(is_builtin(&name), "{name} is mentioned but does not exist");
            mentioned.insert(name);
        }
        for name in all_names().filter(|name| name.starts_with('@')) {
            assert!(mentioned.contains(name), "{name} is never used");
        }
    }

    /// The reference must name every global, method and module member.
    #[test]
    fn the_reference_is_complete() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/library.md");
        let reference = std::fs::read_to_string(path).unwrap();
        let section = |title: &str| {
            let after = reference.split(&format!("\n{title}\n")).nth(1);
            let after = after.unwrap_or_else(|| panic!("no section {title}"));
            after.split("\n### ").next().unwrap_or_default().split("\n## ").next().unwrap()
        };
        let names = |text: &str, name: &str| {
            text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name)
        };
        for name in builtin_names() {
            assert!(names(&reference, name), "{name}");
        }
        for (kind, title) in [(Kind::String, "strings"), (Kind::Array, "arrays")] {
            let rows = METHODS.iter().find(|methods| methods.0 == kind).unwrap().1;
            let text = section(&format!("### Of {title}"));
            assert!(rows.iter().all(|row| names(text, row.name)), "{title}");
        }
        for module in crate::std_names().iter().filter(|&&name| name != "string_utils") {
            let text = section(&format!("### std/{module}"));
            let source = crate::std_source(module).unwrap();
            let members = source.rsplit("return {").next().unwrap();
            for member in members.split(',').filter_map(|part| part.split_once(':')) {
                let name = member.0.trim();
                assert!(names(text, name), "std/{module} {name}");
            }
        }
    }
}
