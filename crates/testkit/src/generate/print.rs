//! From trees to readable source.

use super::tree::{Node, Part};

/// A block with one short statement is printed on one line up to this width.
const INLINE_WIDTH: usize = 60;

/// The source of a program.
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
            Part::Line => self.indented(Self::line),
            Part::Expression(level, node) => self.bracketed(node, node.level < *level),
            Part::Condition(node) => {
                let text = source(std::slice::from_ref(node));
                self.bracketed(node, text.contains('{') || text.starts_with('('));
            }
            Part::List { items, spread } => self.list(items, *spread),
            Part::Block(items) => self.block(items),
            Part::Statement(node) => self.node(node),
            Part::Optional(node) => node.iter().for_each(|node| self.node(node)),
        }
    }

    fn indented(&mut self, print: impl FnOnce(&mut Self)) {
        self.indent += 1;
        print(self);
        self.indent -= 1;
    }

    fn bracketed(&mut self, node: &Node, brackets: bool) {
        if brackets {
            self.text.push('(');
        }
        self.node(node);
        if brackets {
            self.text.push(')');
        }
    }

    fn list(&mut self, items: &[Node], spread: bool) {
        self.indent += 1;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            if spread {
                self.line();
            } else if index > 0 {
                self.text.push(' ');
            }
            self.node(item);
        }
        self.indent -= 1;
    }

    fn block(&mut self, items: &[Node]) {
        if let [item] = items {
            let text = source(std::slice::from_ref(item));
            let text = text.trim_end_matches('\n');
            if text.len() <= INLINE_WIDTH && !text.contains('\n') {
                self.text.extend(["{ ", text, " }"]);
                return;
            }
        }
        self.text.push('{');
        self.indent += 1;
        for item in items {
            self.line();
            self.node(item);
        }
        self.indent -= 1;
        if !items.is_empty() {
            self.line();
        }
        self.text.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::tree::{Level, parts};

    fn name(text: &str) -> Node {
        Node::text(Level::Primary, text)
    }

    #[test]
    fn parentheses_only_where_needed() {
        let sum = Node::expression(Level::Sum, "@+ + @*", parts![name("a"), name("b")]);
        let product = Node::expression(Level::Product, "@* * @-", parts![sum.clone(), name("c")]);
        let print = Node::statement("print @=", parts![product]);
        assert_eq!(source(&[print]), "print (a + b) * c\n");
        assert_eq!(source(&[Node::statement("print @=", parts![sum])]), "print a + b\n");
    }

    #[test]
    fn blocks_are_indented_and_conditions_kept_from_the_body() {
        let table = Node::expression(Level::Primary, "{@,}", parts![Vec::<Node>::new()]);
        let body = vec![Node::statement("print 1", vec![]), Node::statement("print 2", vec![])];
        let node = Node::statement("if @! @{", parts![table, body]);
        assert_eq!(source(&[node]), "if ({}) {\n  print 1\n  print 2\n}\n");
    }
}
