//! From trees to text: a line for each statement, blocks indented.

use crate::generate::tree::{Level, Node, Part};

/// The text of a program.
pub fn source(program: &[Node]) -> String {
    let mut printer = Printer { text: String::new(), indent: 0 };
    for node in program {
        printer.node(node);
        printer.text.push('\n');
    }
    printer.text
}

struct Printer {
    text: String,
    indent: usize,
}

impl Printer {
    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.indent));
    }

    fn node(&mut self, node: &Node) {
        for part in &node.parts {
            self.part(part);
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(text) => self.text.push_str(text),
            Part::Line => self.line(),
            Part::Expression(level, node) => self.bracketed(node, *level),
            Part::Condition(node) => self.bracketed(node, Level::Or),
            Part::List { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    // `and` separates items too, and lists take in all that follows.
                    self.bracketed(item, Level::Sum);
                }
            }
            Part::Block(items) => {
                self.indent += 1;
                for item in items {
                    self.line();
                    self.node(item);
                }
                self.indent -= 1;
                self.line();
            }
            Part::Statement(node) => self.node(node),
            Part::Optional(node) => node.iter().for_each(|node| self.node(node)),
        }
    }

    fn bracketed(&mut self, node: &Node, level: Level) {
        let brackets = node.level < level;
        if brackets {
            self.text.push('(');
        }
        self.node(node);
        if brackets {
            self.text.push(')');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::tree::parts;

    #[test]
    fn blocks_are_lines() {
        let name = |text: &str| Node::text(Level::Primary, text);
        let sum = Node::expression(Level::Sum, "@+ plus @*", parts![name("a"), name("b")]);
        let product = Node::expression(Level::Product, "@* times @-", parts![sum, name("c")]);
        let body =
            vec![Node::statement("Write @=", parts![product]), Node::statement("Stop", vec![])];
        let node = Node::statement("While @!@{End", parts![name("a"), body]);
        assert_eq!(source(&[node]), "While a\n  Write (a plus b) times c\n  Stop\nEnd\n");
    }
}
