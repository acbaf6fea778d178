//! Modules of the standard library: importing them and calling what they have.

use super::scope::Type;
use super::tree::{Fill, parts};
use super::{Generator, Level, Node};

/// Modules whose results depend on their arguments alone.
const MODULES: [&str; 6] = ["math", "string", "array", "table", "json", "bit"];

/// Members: module, call, kinds of its arguments, what it gives.
type Row = (&'static str, &'static str, &'static [Type], Type);

const ROWS: [Row; 38] = [
    ("math", "max(@=, @=)", &[Type::Number, Type::Number], Type::Number),
    ("math", "min(@=, @=)", &[Type::Number, Type::Number], Type::Number),
    ("math", "clamp(@=, 0, 10)", &[Type::Number], Type::Number),
    ("math", "lerp(@=, @=, 0.5)", &[Type::Number, Type::Number], Type::Number),
    ("math", "sign(@=)", &[Type::Number], Type::Number),
    ("math", "trunc(@=)", &[Type::Number], Type::Number),
    ("math", "hypot(@=, @=)", &[Type::Number, Type::Number], Type::Number),
    ("math", "log(@=)", &[Type::Number], Type::Number),
    ("math", "exp(@=)", &[Type::Number], Type::Number),
    ("math", "isEven(@=)", &[Type::Number], Type::Bool),
    ("math", "isNaN(@=)", &[Type::Number], Type::Bool),
    ("string", "reverse(@=)", &[Type::String], Type::String),
    ("string", "repeat(@=, 2)", &[Type::String], Type::String),
    ("string", "replaceAll(@=, \"l\", @=)", &[Type::String, Type::String], Type::String),
    ("string", "join(@=, \"-\")", &[Type::Mixed], Type::String),
    ("string", "slice(@=, 1, 3)", &[Type::String], Type::String),
    ("string", "byteLength(@=)", &[Type::String], Type::Number),
    ("string", "chars(@=)", &[Type::String], Type::Strings),
    ("string", "contains(@=, @=)", &[Type::String, Type::String], Type::Bool),
    ("array", "take(@=, 2)", &[Type::Numbers], Type::Numbers),
    ("array", "drop(@=, 1)", &[Type::Numbers], Type::Numbers),
    ("array", "flatten(@=)", &[Type::Mixed], Type::Mixed),
    ("array", "concat(@=, @=)", &[Type::Numbers, Type::Numbers], Type::Numbers),
    ("array", "first(@=)", &[Type::Mixed], Type::Any),
    ("array", "last(@=)", &[Type::Mixed], Type::Any),
    ("table", "keys(@=)", &[Type::Table], Type::Mixed),
    ("table", "merge(@=, @=)", &[Type::Table, Type::Table], Type::Table),
    ("table", "copy(@=)", &[Type::Table], Type::Table),
    ("table", "length(@=)", &[Type::Table], Type::Number),
    ("json", "stringify(@=)", &[Type::Numbers], Type::String),
    ("json", "stringify(@=, 1)", &[Type::Strings], Type::String),
    ("json", "parse(str(@=))", &[Type::Number], Type::Any),
    ("json", "parse(\"[1, {\\\"a\\\": 2.5}]\")", &[], Type::Mixed),
    ("bit", "band(@=, 255)", &[Type::Number], Type::Number),
    ("bit", "bxor(@=, @=)", &[Type::Number, Type::Number], Type::Number),
    ("bit", "shl(@=, 3)", &[Type::Number], Type::Number),
    ("bit", "sar(@=, 1)", &[Type::Number], Type::Number),
    ("bit", "bnot(@=)", &[Type::Number], Type::Number),
];

impl Generator {
    /// Imports at the top of the program, under their own or another name.
    pub(super) fn imports(&mut self, out: &mut Vec<Node>) {
        if self.random.percent(50) {
            return;
        }
        for module in MODULES {
            if self.random.percent(35) {
                let (name, node) = match self.random.below(3) {
                    0 => {
                        let name = self.fresh("lib");
                        let node = format!("import {name} \"std/{module}\"");
                        (name, node)
                    }
                    1 => (module.to_string(), format!("import (\"std/{module}\")")),
                    _ => (module.to_string(), format!("import \"std/{module}\"")),
                };
                out.push(Node::statement(&node, vec![]));
                self.imported.push((module, name));
            }
        }
    }

    /// A call of a member of an imported module that gives such a value.
    pub(super) fn library_call(&mut self, kind: &Type, depth: usize) -> Option<Node> {
        let mut fits: Vec<(String, &Row)> = Vec::new();
        for (module, name) in &self.imported {
            let members = ROWS.iter().filter(|row| row.0 == *module && row.3 == *kind);
            fits.extend(members.map(|row| (name.clone(), row)));
        }
        if fits.is_empty() {
            return None;
        }
        let (module, row) = self.random.pick(&fits);
        let arguments: Vec<Fill> =
            row.2.iter().map(|kind| Fill::One(self.expression(kind, depth))).collect();
        Some(Node::expression(Level::Postfix, &format!("{module}.{}", row.1), arguments))
    }

    /// An import inside a function, and its value used at once.
    pub(super) fn inner_import(&mut self, out: &mut Vec<Node>) {
        let module = self.random.pick(&["math", "bit"]);
        let (function, name) = (self.fresh("f"), self.fresh("lib"));
        let import = Node::statement(&format!("import {name} \"std/{module}\""), vec![]);
        let member = if module == "math" { "max" } else { "bor" };
        let (a, b) = (self.expression(&Type::Number, 1), self.small(9));
        let call = Node::statement(&format!("return {name}.{member}(@=, @=)"), parts![a, b]);
        out.push(Node::statement(&format!("fn {function}() @{{"), parts![vec![import, call]]));
        out.push(Node::statement(&format!("print {function}()"), vec![]));
    }
}
