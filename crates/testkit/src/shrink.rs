//! Making a program that shows something as small as possible.
//!
//! Greedy: a change that makes the program smaller and keeps what it shows is taken, until no change
//! is or the time is over. Large changes are tried first: whole runs of statements, then optional
//! parts and single items, then constructs are replaced by what they contain, expressions by
//! literals.

use crate::generate::{Dialect, Fill, Level, Node, Part};
use std::time::{Duration, Instant};

/// Shrinks a program while `shows` stays true, for about `time` at most.
pub fn shrink(
    dialect: &Dialect,
    program: Vec<Node>,
    time: Duration,
    mut shows: impl FnMut(&[Node]) -> bool,
) -> Vec<Node> {
    let mut shrinking =
        Shrinking { dialect, program, deadline: Instant::now() + time, shows: &mut shows };
    loop {
        let before = shrinking.program.clone();
        shrinking.drop_runs();
        shrinking.each(drop_part);
        shrinking.each(hoist);
        shrinking.each(replace_expression);
        if shrinking.program == before || shrinking.is_late() {
            return shrinking.program;
        }
    }
}

struct Shrinking<'a> {
    dialect: &'a Dialect,
    program: Vec<Node>,
    deadline: Instant,
    shows: &'a mut dyn FnMut(&[Node]) -> bool,
}

/// A kind of change: applies the `number`th variant to the node, if there are so many.
type Change = fn(&Dialect, &mut Node, usize) -> Option<()>;

impl Shrinking<'_> {
    fn is_late(&self) -> bool {
        Instant::now() > self.deadline
    }

    /// Takes the candidate if it still shows what is looked for.
    fn attempt(&mut self, candidate: Vec<Node>) -> bool {
        let taken = candidate != self.program && (self.shows)(&candidate);
        if taken {
            self.program = candidate;
        }
        taken
    }

    /// Removes runs of statements from every sequence: all of it, halves, quarters … single ones.
    fn drop_runs(&mut self) {
        let mut sequence = 0;
        while let Some(length) =
            sequences(&mut self.program.clone(), sequence, &mut |items| items.len())
        {
            let mut size = length;
            while size > 0 {
                let mut from = 0;
                while let Some(length) =
                    sequences(&mut self.program.clone(), sequence, &mut |items| items.len())
                    && from < length
                {
                    if self.is_late() {
                        return;
                    }
                    let mut candidate = self.program.clone();
                    let _ = sequences(&mut candidate, sequence, &mut |items| {
                        items.drain(from..(from + size).min(items.len()));
                        0
                    });
                    if !self.attempt(candidate) {
                        from += size;
                    }
                }
                size /= 2;
            }
            sequence += 1;
        }
    }

    /// Tries every variant of a change at every node.
    fn each(&mut self, change: Change) {
        let mut at = 0;
        loop {
            let mut variant = 0;
            loop {
                if self.is_late() {
                    return;
                }
                let mut candidate = self.program.clone();
                let mut left = at;
                let done = nodes(&mut candidate, &mut left, &mut |node| {
                    change(self.dialect, node, variant)
                });
                match done {
                    // There is no such node.
                    None => return,
                    // There is no such variant.
                    Some(None) => break,
                    Some(Some(())) => {
                        if !self.attempt(candidate) {
                            variant += 1;
                        }
                    }
                }
            }
            at += 1;
        }
    }
}

/// The sequences of nodes directly in a part.
fn children(part: &mut Part) -> &mut [Node] {
    match part {
        Part::Text(_) | Part::Line | Part::Optional(None) => &mut [],
        Part::Expression(_, node)
        | Part::Condition(node)
        | Part::Statement(node)
        | Part::Optional(Some(node)) => std::slice::from_mut(node),
        Part::List { items, .. } | Part::Block(items) => items,
    }
}

/// Applies `visit` to the node number `left`, in the order of the text.
fn nodes<T>(
    within: &mut [Node],
    left: &mut usize,
    visit: &mut dyn FnMut(&mut Node) -> T,
) -> Option<T> {
    for node in within {
        if *left == 0 {
            return Some(visit(node));
        }
        *left -= 1;
        for part in &mut node.parts {
            if let Some(found) = nodes(children(part), left, visit) {
                return Some(found);
            }
        }
    }
    None
}

/// Applies `visit` to the sequence with this number: 0 is the program, then blocks and lists in the
/// order of the text.
fn sequences(
    program: &mut Vec<Node>,
    number: usize,
    visit: &mut dyn FnMut(&mut Vec<Node>) -> usize,
) -> Option<usize> {
    fn within(
        nodes: &mut [Node],
        left: &mut usize,
        visit: &mut dyn FnMut(&mut Vec<Node>) -> usize,
    ) -> Option<usize> {
        for part in nodes.iter_mut().flat_map(|node| &mut node.parts) {
            if let Part::List { items, .. } | Part::Block(items) = part {
                if *left == 0 {
                    return Some(visit(items));
                }
                *left -= 1;
            }
            if let Some(found) = within(children(part), left, visit) {
                return Some(found);
            }
        }
        None
    }
    if number == 0 {
        return Some(visit(program));
    }
    within(program, &mut (number - 1), visit)
}

/// Leaves out an optional part, a line break, or the spreading of a list.
fn drop_part(_: &Dialect, node: &mut Node, number: usize) -> Option<()> {
    let droppable = |part: &&mut Part| {
        matches!(part, Part::Optional(Some(_)) | Part::Line | Part::List { spread: true, .. })
    };
    let part = node.parts.iter_mut().filter(droppable).nth(number)?;
    match part {
        Part::List { spread, .. } => *spread = false,
        Part::Line => *part = Part::Text(String::new()),
        _ => *part = Part::Optional(None),
    }
    Some(())
}

/// Replaces a statement by the statements of one of its blocks, in a block of their own.
fn hoist(dialect: &Dialect, node: &mut Node, number: usize) -> Option<()> {
    if node.level != Level::Statement {
        return None;
    }
    fn blocks(node: &Node) -> Vec<&Vec<Node>> {
        let mut found = Vec::new();
        for part in &node.parts {
            match part {
                Part::Block(items) => found.push(items),
                Part::Optional(Some(node)) | Part::Statement(node) => found.extend(blocks(node)),
                _ => {}
            }
        }
        found
    }
    let body = blocks(node).into_iter().nth(number)?.clone();
    let block = |body: Vec<Node>| Node::statement(dialect.block, vec![Fill::from(body)]);
    let bare = *node == block(body.clone());
    *node = match <[Node; 1]>::try_from(body) {
        Ok([only]) => only,
        Err(_) if bare => return None,
        Err(body) => block(body),
    };
    Some(())
}

/// Replaces an expression by one inside it, or by a literal.
fn replace_expression(dialect: &Dialect, node: &mut Node, number: usize) -> Option<()> {
    let literals = dialect.literals;
    let text = |text: &str| Node::text(Level::Primary, text);
    let known = node.parts.len() == 1 && literals.iter().any(|literal| *node == text(literal));
    if node.level == Level::Statement || known {
        return None;
    }
    let mut inner = node.parts.iter_mut().flat_map(|part| children(part).iter().cloned());
    let found = inner.by_ref().nth(number);
    drop(inner);
    *node = match found {
        Some(inner) if inner.level != Level::Statement => inner,
        Some(_) => text(literals[0]),
        None => {
            let count: usize = node.parts.iter_mut().map(|part| children(part).len()).sum();
            text(literals.get(number - count)?)
        }
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{SOX, program, source};

    /// What the differ does with a disagreement, with "the text contains a division" in its place.
    #[test]
    fn shrinks_to_what_matters() {
        let mut shrunk = 0;
        for seed in 0..40 {
            let whole = program(seed);
            let shows = |nodes: &[Node]| source(nodes).contains(" / ");
            if !shows(&whole) {
                continue;
            }
            let small = shrink(&SOX, whole, Duration::from_secs(10), shows);
            let text = source(&small);
            assert!(shows(&small), "seed {seed}: {text}");
            assert!(text.lines().count() <= 2, "seed {seed}: {text}");
            shrunk += 1;
        }
        assert!(shrunk > 10, "only {shrunk} programs divide");
    }

    #[test]
    fn keeps_two_distant_things() {
        let shows = |nodes: &[Node]| {
            let text = source(nodes);
            text.contains("finally") && text.contains("class ")
        };
        let whole =
            (0..500).map(program).find(|program| shows(program)).expect("some program has both");
        let small = shrink(&SOX, whole, Duration::from_secs(10), shows);
        let size: usize = small.iter().map(Node::size).sum();
        assert!(size <= 12, "{}", source(&small));
    }
}
