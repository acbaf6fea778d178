//! Expressions of strings.

use super::scope::Type;
use super::tree::{Fill, parts};
use super::{Generator, Level, Node, Part};

const LITERALS: [&str; 22] = [
    r#""""#,
    r#""a""#,
    r#""b""#,
    r#""hello""#,
    r#""Hello, World""#,
    r#""ä""#,
    r#""日本語""#,
    r#""😀x""#,
    r#""a,b,c""#,
    r#""  pad ""#,
    r#""1.5""#,
    r#""-7""#,
    r#""\u{1F600}\x41""#,
    r#""tab\t\"q\"""#,
    r#""\$5 \\ \'""#,
    r#""z""#,
    r#""é""#,
    r#""xyzzy""#,
    r#""the quick brown fox""#,
    "\"two\nlines\"",
    r#""nil""#,
    r#""k1""#,
];

impl Generator {
    pub(super) fn string_literal(&mut self) -> Node {
        Node::text(Level::Primary, self.random.pick(&LITERALS))
    }

    pub(super) fn string(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.string_literal();
        }
        let depth = depth - 1;
        match self.random.below(22) {
            0..4 => {
                let (a, b) =
                    (self.expression(&Type::String, depth), self.expression(&Type::Any, depth));
                let (a, b) = if self.random.percent(75) { (a, b) } else { (b, a) };
                Node::expression(Level::Sum, "@+ + @*", parts![a, b])
            }
            4..9 => self.interpolation(depth),
            9..12 => {
                let template = self.random.pick(&[
                    "@..upper()",
                    "@..lower()",
                    "@..trim()",
                    "stringUpper(@=)",
                    "stringTrim(@=)",
                    "str(@=)",
                ]);
                let operand = self.expression(&Type::String, depth);
                Node::expression(Level::Postfix, template, parts![operand])
            }
            12 => {
                let text = self.expression(&Type::String, depth);
                let times = self.small(3);
                Node::expression(Level::Postfix, "@..repeat(@=)", parts![text, times])
            }
            13 | 14 => self.cut_string(depth),
            15 => {
                let template =
                    self.random.pick(&["@..replace(@=, @=)", "stringReplace(@=, @=, @=)"]);
                let text = self.expression(&Type::String, depth);
                let from =
                    Node::text(Level::Primary, self.random.pick(&[r#""l""#, r#""ä""#, r#"",""#]));
                let to = self.expression(&Type::String, 0);
                Node::expression(Level::Postfix, template, parts![text, from, to])
            }
            16 => {
                let template = self.random.pick(&["@..padStart(@=, @=)", "@..padEnd(@=, @=)"]);
                let text = self.expression(&Type::String, depth);
                let fill =
                    Node::text(Level::Primary, self.random.pick(&[r#""*""#, r#""ab""#, r#""é""#]));
                let width = self.small(9);
                Node::expression(Level::Postfix, template, parts![text, width, fill])
            }
            17 => {
                let template = self.random.pick(&["@..join(@=)", "arrayJoin(@=, @=)"]);
                let kinds = [Type::Numbers, Type::Strings, Type::Mixed];
                let kind = self.random.pick(&kinds);
                let array = self.expression(&kind, depth);
                let separator = self.expression(&Type::String, 0);
                Node::expression(Level::Postfix, template, parts![array, separator])
            }
            18 => {
                let template = self.random.pick(&["str(@=)", "type(@=)", "str(@=)"]);
                let value = self.expression(&Type::Any, depth);
                Node::expression(Level::Postfix, template, parts![value])
            }
            19 => {
                let value = self.expression(&Type::Number, depth);
                let digits = self.small(6);
                Node::expression(Level::Postfix, "@..toFixed(@=)", parts![value, digits])
            }
            20 => {
                let code = self.random.pick(&["65", "233", "0x1F600", "97", "10"]);
                Node::text(Level::Postfix, format!("chr({code})"))
            }
            _ => self.string_literal(),
        }
    }

    /// Pieces of a string: slices of both kinds, single characters.
    fn cut_string(&mut self, depth: usize) -> Node {
        let text = self.expression(&Type::String, depth);
        let (from, to) = (self.bound(), self.bound());
        match self.random.below(7) {
            0 | 1 => Node::expression(Level::Postfix, "@.[@=:@=]", parts![text, from, to]),
            2 => Node::expression(Level::Postfix, "@.[@=:]", parts![text, from]),
            3 => Node::expression(Level::Postfix, "@.[:@=]", parts![text, to]),
            4 | 5 => Node::expression(Level::Postfix, "@..slice(@=, @=)", parts![text, from, to]),
            _ => Node::expression(Level::Postfix, "(\"#\" + @*)[0]", parts![text]),
        }
    }

    /// An end of a slice: mostly small, at times out of range.
    pub(super) fn bound(&mut self) -> Node {
        match self.random.below(8) {
            0 => Node::text(Level::Unary, "-1"),
            1 => Node::text(Level::Primary, "99"),
            2 => Node::text(Level::Primary, "1.7"),
            _ => self.small(4),
        }
    }

    fn interpolation(&mut self, depth: usize) -> Node {
        let mut template = String::from("\"");
        let mut fills = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            template += self.random.pick(&["", "a ", "x=", "\\$", "ä", ": ", "{"]);
            template += "${@=}";
            fills.push(Fill::One(self.expression(&Type::Any, depth)));
        }
        template += self.random.pick(&["", ".", "}", "\\n"]);
        template.push('"');
        Node::expression(Level::Primary, &template, fills)
    }

    /// The same list, sometimes with every item on its own line.
    pub(super) fn spread(&mut self, mut node: Node) -> Node {
        if self.random.percent(8) {
            for part in &mut node.parts {
                if let Part::List { spread, .. } = part {
                    *spread = true;
                }
            }
        }
        node
    }
}
