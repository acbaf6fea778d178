//! Lists, lists of lists, dictionaries.

use super::{Generator, Kind, Level, Node};
use crate::generate::tree::{Fill, parts};

impl Generator {
    /// A container of any kind.
    pub(super) fn container(&mut self, depth: usize) -> Node {
        let kind = self.random.pick(&[Kind::List, Kind::List, Kind::Grid, Kind::Dictionary]);
        self.expression(kind, depth)
    }

    pub(super) fn list(&mut self, depth: usize) -> Node {
        if self.random.percent(45)
            && let Some(name) = self.name_of(Kind::List)
        {
            return name;
        }
        if depth == 0 {
            return self.list_of(Kind::Number, 0);
        }
        let below = depth - 1;
        match self.random.below(12) {
            0..4 => self.list_of(Kind::Number, below),
            4..7 => {
                let (grid, position) = (self.expression(Kind::Grid, below), self.position(below));
                Node::expression(Level::Postfix, "@.[@=]", parts![grid, position])
            }
            7 => {
                let grid = self.expression(Kind::Grid, below);
                let phrase = self.random.pick(&["first in @.", "last in @."]);
                Node::expression(Level::Unary, phrase, parts![grid])
            }
            8 => {
                let last = self.random.between(1, 4);
                Node::text(Level::Postfix, format!("range({last})"))
            }
            _ => self.changed_list(Kind::List, below),
        }
    }

    pub(super) fn grid(&mut self, depth: usize) -> Node {
        if self.random.percent(55)
            && let Some(name) = self.name_of(Kind::Grid)
        {
            return name;
        }
        if depth == 0 {
            return self.list_of(Kind::List, 0);
        }
        match self.random.below(6) {
            0 => self.changed_list(Kind::Grid, depth - 1),
            _ => self.list_of(Kind::List, depth - 1),
        }
    }

    /// A literal; its items are often variables, which it then holds too.
    fn list_of(&mut self, item: Kind, depth: usize) -> Node {
        if self.random.percent(5) {
            return Node::text(Level::Unary, "Make an empty list");
        }
        let count = self.random.between(1, 3);
        let items: Vec<Node> = (0..count).map(|_| self.expression(item, depth)).collect();
        Node::expression(Level::Conditional, "Make a list of @,", parts![items])
    }

    /// A phrase that gives a changed copy of a list.
    fn changed_list(&mut self, kind: Kind, depth: usize) -> Node {
        let item = if kind == Kind::Grid { Kind::List } else { Kind::Number };
        let list = self.expression(kind, depth);
        match self.random.below(6) {
            0..3 => {
                let item = self.expression(item, depth);
                Node::expression(Level::Unary, "append @. to @.", parts![item, list])
            }
            3 => {
                let item = self.expression(item, depth);
                Node::expression(Level::Unary, "insert @. at 0 in @.", parts![item, list])
            }
            4 => Node::expression(Level::Unary, "reverse of @.", parts![list]),
            _ => {
                let item = self.expression(item, depth);
                Node::expression(Level::Unary, "remove @. from @.", parts![item, list])
            }
        }
    }

    pub(super) fn dictionary(&mut self, depth: usize) -> Node {
        if self.random.percent(55)
            && let Some(name) = self.name_of(Kind::Dictionary)
        {
            return name;
        }
        if depth > 0 && self.random.percent(20) {
            let dictionary = self.expression(Kind::Dictionary, depth - 1);
            let value = self.expression(Kind::List, depth - 1);
            return match self.random.below(3) {
                0 => Node::expression(Level::Unary, "remove \"c\" from @.", parts![dictionary]),
                1 => {
                    let template = "parse json from (convert to json @.)";
                    Node::expression(Level::Unary, template, parts![dictionary])
                }
                _ => {
                    let template = "set \"c\" in json @. to @=";
                    Node::expression(Level::Conditional, template, parts![dictionary, value])
                }
            };
        }
        let mut template = String::from("Make a dictionary with \"a\" as @+");
        let mut values: Vec<Fill> = vec![self.expression(Kind::List, depth.min(1)).into()];
        for key in ["b", "c"].iter().take(self.random.between(0, 2)) {
            template += &format!(", \"{key}\" set to @+");
            let kind = self.random.pick(&[Kind::Number, Kind::List, Kind::Dictionary]);
            values.push(self.expression(kind, depth.saturating_sub(1)).into());
        }
        Node::expression(Level::Conditional, &template, values)
    }
}
