//! Expressions whose values are no containers.

use super::{Generator, Kind, Level, Node, text};
use crate::generate::tree::parts;

/// Texts that tell encodings and quoting apart.
const TEXTS: [&str; 8] =
    ["\"\"", "\"a\"", "\"key\"", "'it''s'", "\"äß€\"", "\"x, y\"", "\"7\"", "\"two words\""];

impl Generator {
    /// An expression of this kind, at most so deep.
    pub(super) fn expression(&mut self, kind: Kind, depth: usize) -> Node {
        self.fuel -= 1;
        let depth = if self.fuel <= 0 { 0 } else { depth };
        if depth > 0
            && self.random.percent(12)
            && let Some(call) = self.call(kind, depth - 1)
        {
            return call;
        }
        match kind {
            Kind::Number => self.number(depth),
            Kind::Text => self.text(depth),
            Kind::Bool => self.bool(depth),
            Kind::List => self.list(depth),
            Kind::Grid => self.grid(depth),
            Kind::Dictionary => self.dictionary(depth),
            Kind::Any => {
                let kind = self.random.pick(&Kind::VALUES);
                self.expression(kind, depth)
            }
        }
    }

    /// A variable of this kind, or else the simplest literal.
    fn plain(&mut self, kind: Kind) -> Node {
        if self.random.percent(60)
            && let Some(name) = self.name_of(kind)
        {
            return name;
        }
        match kind {
            Kind::Number => self.number_literal(),
            Kind::Text => text(self.text_literal()),
            _ => text(self.random.pick(&["True", "False", "None"])),
        }
    }

    fn number_literal(&mut self) -> Node {
        match self.random.below(12) {
            0 => Node::text(Level::Unary, "-1"),
            1 => text("0.5"),
            2 => text("1000000"),
            _ => text(self.random.below(6).to_string()),
        }
    }

    fn text_literal(&mut self) -> &'static str {
        // Two quotes inside single ones are two texts: an escape is needed.
        match self.random.pick(&TEXTS) {
            "'it''s'" => "'it\\'s'",
            other => other,
        }
    }

    fn number(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.plain(Kind::Number);
        }
        let below = depth - 1;
        match self.random.below(16) {
            0..5 => self.arithmetic(below),
            5..9 => self.element(below),
            9 => {
                let container = self.container(below);
                let phrase = self.random.pick(&["count of @.", "size of @."]);
                Node::expression(Level::Unary, phrase, parts![container])
            }
            10 => {
                let list = self.expression(Kind::List, below);
                let phrases = ["total of @.", "smallest in @.", "largest in @.", "first in @."];
                Node::expression(Level::Unary, self.random.pick(&phrases), parts![list])
            }
            11 => {
                let number = self.expression(Kind::Number, below);
                let phrases = ["round @.", "round down @.", "absolute value of @."];
                Node::expression(Level::Unary, self.random.pick(&phrases), parts![number])
            }
            12 => {
                let number = self.expression(Kind::Number, below);
                Node::expression(Level::Unary, "-@-", parts![number])
            }
            _ => self.plain(Kind::Number),
        }
    }

    fn arithmetic(&mut self, depth: usize) -> Node {
        let (a, b) = (self.expression(Kind::Number, depth), self.expression(Kind::Number, depth));
        match self.random.below(12) {
            0..4 => Node::expression(Level::Sum, "@+ plus @*", parts![a, b]),
            4..6 => Node::expression(Level::Sum, "@+ minus @*", parts![a, b]),
            6..8 => Node::expression(Level::Product, "@* times @-", parts![a, b]),
            8 => Node::expression(Level::Product, "@* modulo @-", parts![a, text("7")]),
            9 => Node::expression(Level::Product, "@* divided by @-", parts![a, b]),
            10 => Node::expression(Level::Sum, "@+ + @*", parts![a, b]),
            _ => Node::expression(Level::Unary, "@. to the power of @-", parts![a, text("2")]),
        }
    }

    /// An element of a list, or of a list in another container.
    fn element(&mut self, depth: usize) -> Node {
        let position = self.position(depth);
        match self.random.below(6) {
            0 => {
                let other = self.position(0);
                let grid = self.expression(Kind::Grid, depth);
                Node::expression(Level::Postfix, "@.[@=][@=]", parts![grid, other, position])
            }
            1 => {
                let dictionary = self.expression(Kind::Dictionary, depth);
                let key = self.key(0);
                Node::expression(Level::Postfix, "@.[@=]", parts![dictionary, key])
            }
            _ => {
                let list = self.expression(Kind::List, depth);
                Node::expression(Level::Postfix, "@.[@=]", parts![list, position])
            }
        }
    }

    /// A position in a list; mostly one that is there.
    pub(super) fn position(&mut self, depth: usize) -> Node {
        match self.random.below(12) {
            0..5 => text("0"),
            5..7 => Node::text(Level::Unary, "-1"),
            7..9 => text("1"),
            9 => text("2"),
            10 if depth > 0 => self.expression(Kind::Number, depth - 1),
            _ => self.plain(Kind::Number),
        }
    }

    /// A key of a dictionary; mostly one that is there.
    pub(super) fn key(&mut self, depth: usize) -> Node {
        match self.random.below(10) {
            0..4 => text("\"a\""),
            4..7 => text("\"b\""),
            7 => text("\"c\""),
            8 if depth > 0 => self.expression(Kind::Text, depth - 1),
            _ => self.plain(Kind::Text),
        }
    }

    fn text(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.plain(Kind::Text);
        }
        let below = depth - 1;
        match self.random.below(10) {
            0..4 => {
                let (a, b) =
                    (self.expression(Kind::Text, below), self.expression(Kind::Any, below));
                let (a, b) = if self.random.percent(70) { (a, b) } else { (b, a) };
                Node::expression(Level::Sum, "@+ plus @*", parts![a, b])
            }
            4 => {
                let list = self.expression(Kind::List, below);
                Node::expression(Level::Unary, "join @. with \"-\"", parts![list])
            }
            5 => {
                let value = self.expression(Kind::Any, below);
                Node::expression(Level::Unary, "convert to json @.", parts![value])
            }
            6 => {
                let value = self.expression(Kind::Text, below);
                let phrases = ["make uppercase @.", "trim spaces from @.", "reverse of @."];
                Node::expression(Level::Unary, self.random.pick(&phrases), parts![value])
            }
            7 => {
                let value = self.expression(Kind::Text, below);
                Node::expression(Level::Postfix, "@.[0]", parts![value])
            }
            _ => self.plain(Kind::Text),
        }
    }

    fn bool(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.plain(Kind::Bool);
        }
        let below = depth - 1;
        match self.random.below(12) {
            0..3 => {
                let (a, b) =
                    (self.expression(Kind::Number, below), self.expression(Kind::Number, below));
                const ORDERS: [&str; 6] = [
                    "@+ is greater than @+",
                    "@+ is less than @+",
                    "@+ is at least @+",
                    "@+ is at most @+",
                    "@+ < @+",
                    "@+ >= @+",
                ];
                Node::expression(Level::Comparison, self.random.pick(&ORDERS), parts![a, b])
            }
            3..7 => {
                // Equality works across kinds.
                let kind = self.random.pick(&Kind::VALUES);
                let other = if self.random.percent(70) { kind } else { Kind::Any };
                let (a, b) = (self.expression(kind, below), self.expression(other, below));
                const EQUALITIES: [&str; 5] =
                    ["@+ is @+", "@+ is not @+", "@+ equals @+", "@+ = @+", "@+ != @+"];
                Node::expression(Level::Comparison, self.random.pick(&EQUALITIES), parts![a, b])
            }
            7 => {
                let (a, b) =
                    (self.expression(Kind::Any, below), self.expression(Kind::Bool, below));
                Node::expression(Level::And, "@& and @~", parts![a, b])
            }
            8 => {
                let (a, b) =
                    (self.expression(Kind::Bool, below), self.expression(Kind::Any, below));
                Node::expression(Level::Or, "@| or @&", parts![a, b])
            }
            9 => {
                let value = self.expression(Kind::Any, below);
                Node::expression(Level::Equality, "not @~", parts![value])
            }
            10 => {
                let (value, list) = (self.expression(Kind::Any, below), self.container(below));
                Node::expression(Level::Unary, "contains @. in @.", parts![value, list])
            }
            _ => self.plain(Kind::Bool),
        }
    }
}
