//! The texts of the `std/` modules.

/// Names and texts, in alphabetical order.
macro_rules! modules { ($($name:literal = $file:literal;)*) => {
    const NAMES: &[&str] = &[$($name),*];

    /// The source text of the built-in module `std/name`.
    ///
    /// ```
    /// assert!(sox_library::std_source("math").is_some_and(|text| text.contains("pi")));
    /// assert!(sox_library::std_source("maths").is_none());
    /// ```
    pub fn std_source(name: &str) -> Option<&'static str> {
        match name {
            $($name => Some(include_str!(concat!("sox/std/", $file, ".sox"))),)*
            _ => None,
        }
    }
} }

modules! {
    "array" = "array";
    "bit" = "bit";
    "file" = "file";
    "io" = "io";
    "json" = "json";
    "math" = "math";
    "path" = "path";
    "process" = "process";
    "random" = "random";
    "regex" = "regex";
    "string" = "string";
    "string_utils" = "string";
    "sys" = "sys";
    "table" = "table";
    "test" = "test";
    "time" = "time";
}

/// The names of the built-in modules, without `std/`, in alphabetical order.
pub fn std_names() -> &'static [&'static str] {
    NAMES
}
