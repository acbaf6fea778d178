//! Programs as trees of text with holes.
//!
//! The generator knows the language; the printer and the shrinker need only know which parts of a
//! construct may be left out, replaced or taken apart. So a construct is its text, cut at the holes:
//!
//! ```text
//! Node::expression(Level::Postfix, "@..slice(@=, @=)", parts![array, from, to])
//! Node::statement("if @! @{@/", parts![condition, body, otherwise])
//! ```
//!
//! | hole | filled with |
//! |---|---|
//! | `@=` `@?` `@\|` `@&` `@~` `@<` `@+` `@*` `@-` `@.` | an expression, in parentheses if it binds less tightly than the hole asks (assignment, conditional, or, and, equality, comparison, sum, product, unary, postfix) |
//! | `@!` | an expression where a brace would begin a body: conditions |
//! | `@,` | expressions, separated by commas |
//! | `@{` | a block of statements in braces |
//! | `@;` | one statement without braces |
//! | `@/` | a part that may be absent (such as `else`) |
//! | `@n` | nothing: a line break |

/// How tightly an expression binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not an expression.
    Statement,
    /// `a = b`
    Assignment,
    /// `a ? b : c`, and function expressions, so that they are called in parentheses.
    Conditional,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Equality,
    /// `a < b`
    Comparison,
    /// `a + b`
    Sum,
    /// `a * b`
    Product,
    /// `-a`
    Unary,
    /// `a.b`, `a()`, `a[b]`
    Postfix,
    /// Names and literals.
    Primary,
}

/// A construct.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// How tightly it binds.
    pub level: Level,
    /// Its text and holes in order.
    pub parts: Vec<Part>,
}

/// A piece of a construct.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, printed as it is.
    Text(String),
    /// A line break.
    Line,
    /// An expression that must bind at least this tightly.
    Expression(Level, Node),
    /// An expression before a body.
    Condition(Node),
    /// Expressions with commas between.
    List {
        /// The expressions.
        items: Vec<Node>,
        /// Each stands on its own line.
        spread: bool,
    },
    /// Statements in braces.
    Block(Vec<Node>),
    /// A statement without braces.
    Statement(Node),
    /// A part that may be absent.
    Optional(Option<Node>),
}

/// What a hole is filled with.
#[derive(Clone, Debug)]
pub enum Fill {
    /// One construct.
    One(Node),
    /// A block or a list.
    Many(Vec<Node>),
    /// An optional part.
    Maybe(Option<Node>),
}

impl From<Node> for Fill {
    fn from(node: Node) -> Fill {
        Fill::One(node)
    }
}

impl From<Vec<Node>> for Fill {
    fn from(nodes: Vec<Node>) -> Fill {
        Fill::Many(nodes)
    }
}

impl From<Option<Node>> for Fill {
    fn from(node: Option<Node>) -> Fill {
        Fill::Maybe(node)
    }
}

/// What fills the holes of a construct, in order.
macro_rules! parts {
    ($($part:expr),* $(,)?) => { vec![$($crate::generate::tree::Fill::from($part)),*] };
}
pub(super) use parts;

impl Node {
    /// An expression that is just text: a name or a literal.
    pub fn text(level: Level, text: impl Into<String>) -> Node {
        Node { level, parts: vec![Part::Text(text.into())] }
    }

    /// An expression with holes.
    pub fn expression(level: Level, template: &str, fills: Vec<Fill>) -> Node {
        Node { level, parts: fill(template, fills) }
    }

    /// A statement, or another construct that is no expression.
    pub fn statement(template: &str, fills: Vec<Fill>) -> Node {
        Node { level: Level::Statement, parts: fill(template, fills) }
    }

    /// The number of constructs in the tree.
    pub fn size(&self) -> usize {
        let all = |nodes: &[Node]| nodes.iter().map(Node::size).sum();
        let of_part = |part: &Part| match part {
            Part::Text(_) | Part::Line | Part::Optional(None) => 0,
            Part::Expression(_, node)
            | Part::Condition(node)
            | Part::Statement(node)
            | Part::Optional(Some(node)) => node.size(),
            Part::List { items, .. } | Part::Block(items) => all(items),
        };
        1 + self.parts.iter().map(of_part).sum::<usize>()
    }
}

/// Cuts a template at its holes.
///
/// # Panics
/// If the holes and what fills them do not match: a mistake in the generator.
fn fill(template: &str, fills: Vec<Fill>) -> Vec<Part> {
    let mut fills = fills.into_iter();
    let mut pieces = template.split('@');
    let mut parts = Vec::new();
    let text = |text: &str, parts: &mut Vec<Part>| {
        if !text.is_empty() {
            parts.push(Part::Text(text.to_string()));
        }
    };
    text(pieces.next().unwrap_or_default(), &mut parts);
    for piece in pieces {
        let (hole, rest) = piece.split_at(1);
        parts.push(if hole == "n" {
            Part::Line
        } else {
            let fill = fills.next().unwrap_or_else(|| panic!("too few parts for {template}"));
            part(hole, fill).unwrap_or_else(|| panic!("a wrong part for @{hole} in {template}"))
        });
        text(rest, &mut parts);
    }
    assert!(fills.next().is_none(), "too many parts for {template}");
    parts
}

fn part(hole: &str, fill: Fill) -> Option<Part> {
    let level = match hole {
        "=" => Level::Assignment,
        "?" => Level::Conditional,
        "|" => Level::Or,
        "&" => Level::And,
        "~" => Level::Equality,
        "<" => Level::Comparison,
        "+" => Level::Sum,
        "*" => Level::Product,
        "-" => Level::Unary,
        "." => Level::Postfix,
        _ => Level::Statement,
    };
    Some(match (hole, fill) {
        ("!", Fill::One(node)) => Part::Condition(node),
        (";", Fill::One(node)) => Part::Statement(node),
        ("/", Fill::Maybe(node)) => Part::Optional(node),
        (",", Fill::Many(items)) => Part::List { items, spread: false },
        ("{", Fill::Many(items)) => Part::Block(items),
        (_, Fill::One(node)) if level > Level::Statement => Part::Expression(level, node),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_cut_at_their_holes() {
        let name = |name: &str| Node::text(Level::Primary, name);
        let node = Node::expression(
            Level::Postfix,
            "@..slice(@=, @=)",
            parts![name("a"), name("b"), name("c")],
        );
        assert_eq!(node.parts.len(), 6);
        assert_eq!(node.size(), 4);
        assert_eq!(node.parts[0], Part::Expression(Level::Postfix, name("a")));
        assert_eq!(node.parts[1], Part::Text(".slice(".into()));
    }
}
