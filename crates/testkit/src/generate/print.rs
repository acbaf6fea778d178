//! From trees to readable source, in the style of either language.

use super::tree::{Level, Node, Part};
use std::marker::PhantomData;

/// How a language writes what the two have in common.
pub(super) trait Style: Sized {
    /// A new line within a statement.
    fn line(printer: &mut Printer<Self>) {
        printer.line();
    }

    /// What an `if` or a loop asks.
    fn condition(printer: &mut Printer<Self>, node: &Node);

    /// Items after each other, each on its own line if they are to be spread.
    fn list(printer: &mut Printer<Self>, items: &[Node], spread: bool);

    /// Statements that belong to the one before them.
    fn block(printer: &mut Printer<Self>, items: &[Node]);
}

/// The source of a program.
pub(super) fn source<S: Style>(program: &[Node]) -> String {
    let mut printer = Printer { text: String::new(), indent: 0, style: PhantomData::<S> };
    for node in program {
        printer.node(node);
        printer.text.push('\n');
    }
    printer.text
}

/// Text being written.
pub(super) struct Printer<S> {
    text: String,
    indent: usize,
    style: PhantomData<S>,
}

impl<S: Style> Printer<S> {
    /// Writes a text.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Begins a line.
    pub(super) fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.indent));
    }

    /// Writes something one step further right.
    pub(super) fn indented(&mut self, print: impl FnOnce(&mut Self)) {
        self.indent += 1;
        print(self);
        self.indent -= 1;
    }

    /// Writes a node.
    pub(super) fn node(&mut self, node: &Node) {
        node.parts.iter().for_each(|part| self.part(part));
    }

    /// Writes a node, in parentheses if it binds less than a place of that level wants.
    pub(super) fn at_level(&mut self, node: &Node, level: Level) {
        self.bracketed(node, node.level < level);
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

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(text) => self.text(text),
            Part::Line => S::line(self),
            Part::Expression(level, node) => self.at_level(node, *level),
            Part::Condition(node) => S::condition(self, node),
            Part::List { items, spread } => S::list(self, items, *spread),
            Part::Block(items) => S::block(self, items),
            Part::Statement(node) => self.node(node),
            Part::Optional(node) => node.iter().for_each(|node| self.node(node)),
        }
    }
}

/// Sox: blocks in braces.
pub(super) struct Braces;

/// A block with one short statement is printed on one line up to this width.
const INLINE_WIDTH: usize = 60;

impl Style for Braces {
    fn line(printer: &mut Printer<Self>) {
        printer.indented(Printer::line);
    }

    fn condition(printer: &mut Printer<Self>, node: &Node) {
        let text = source::<Self>(std::slice::from_ref(node));
        printer.bracketed(node, text.contains('{') || text.starts_with('('));
    }

    fn list(printer: &mut Printer<Self>, items: &[Node], spread: bool) {
        printer.indented(|printer| {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    printer.text(",");
                }
                if spread {
                    printer.line();
                } else if index > 0 {
                    printer.text(" ");
                }
                printer.node(item);
            }
        });
    }

    fn block(printer: &mut Printer<Self>, items: &[Node]) {
        if let [item] = items {
            let text = source::<Self>(std::slice::from_ref(item));
            let text = text.trim_end_matches('\n');
            if text.len() <= INLINE_WIDTH && !text.contains('\n') {
                printer.text.extend(["{ ", text, " }"]);
                return;
            }
        }
        printer.text("{");
        printer.indented(|printer| {
            for item in items {
                printer.line();
                printer.node(item);
            }
        });
        if !items.is_empty() {
            printer.line();
        }
        printer.text("}");
    }
}

/// PohLang: a line for each statement, blocks indented.
pub(super) struct Sentences;

impl Style for Sentences {
    fn condition(printer: &mut Printer<Self>, node: &Node) {
        printer.at_level(node, Level::Or);
    }

    fn list(printer: &mut Printer<Self>, items: &[Node], _spread: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                printer.text(", ");
            }
            // `and` separates items too, and lists take in all that follows.
            printer.at_level(item, Level::Sum);
        }
    }

    fn block(printer: &mut Printer<Self>, items: &[Node]) {
        printer.indented(|printer| {
            for item in items {
                printer.line();
                printer.node(item);
            }
        });
        printer.line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::tree::parts;

    fn name(text: &str) -> Node {
        Node::text(Level::Primary, text)
    }

    #[test]
    fn parentheses_only_where_needed() {
        let sum = Node::expression(Level::Sum, "@+ + @*", parts![name("a"), name("b")]);
        let product = Node::expression(Level::Product, "@* * @-", parts![sum.clone(), name("c")]);
        let print = Node::statement("print @=", parts![product]);
        assert_eq!(source::<Braces>(&[print]), "print (a + b) * c\n");
        assert_eq!(source::<Braces>(&[Node::statement("print @=", parts![sum])]), "print a + b\n");
    }

    #[test]
    fn blocks_are_indented_and_conditions_kept_from_the_body() {
        let table = Node::expression(Level::Primary, "{@,}", parts![Vec::<Node>::new()]);
        let body = vec![Node::statement("print 1", vec![]), Node::statement("print 2", vec![])];
        let node = Node::statement("if @! @{", parts![table, body]);
        assert_eq!(source::<Braces>(&[node]), "if ({}) {\n  print 1\n  print 2\n}\n");
    }

    #[test]
    fn sentences_are_lines() {
        let sum = Node::expression(Level::Sum, "@+ plus @*", parts![name("a"), name("b")]);
        let product = Node::expression(Level::Product, "@* times @-", parts![sum, name("c")]);
        let body =
            vec![Node::statement("Write @=", parts![product]), Node::statement("Stop", vec![])];
        let node = Node::statement("While @!@{End", parts![name("a"), body]);
        let text = source::<Sentences>(&[node]);
        assert_eq!(text, "While a\n  Write (a plus b) times c\n  Stop\nEnd\n");
    }
}
