//! Statements that change variables, fields and containers.
//!
//! What is assigned in a loop must not grow with every turn: strings and arrays are cut short.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node, Variable, name};

/// Arrays are filled up to this length.
const MAX_LENGTH: usize = 8;

fn assignable(kind: &Type) -> bool {
    !matches!(kind, Type::Class(_) | Type::Function(_))
}

/// The expression, cut to a length that does not grow from turn to turn.
fn cut_short(kind: &Type, value: Node) -> Node {
    let most = match kind {
        Type::String => 24,
        Type::Numbers | Type::Strings | Type::Mixed => MAX_LENGTH,
        _ => return value,
    };
    Node::expression(Level::Postfix, &format!("@..slice(0, {most})"), parts![value])
}

impl Generator {
    pub(super) fn assignment(&mut self, out: &mut Vec<Node>) {
        let found = self.variable(|variable| !variable.fixed && assignable(&variable.kind));
        let Some(variable) = found else { return self.print(out) };
        let node = self.assign(&variable.name, &variable.kind);
        out.push(self.simple(node));
    }

    /// Assigns a new value of its kind to a place.
    fn assign(&mut self, place: &str, kind: &Type) -> Node {
        if *kind == Type::Number && self.random.percent(50) {
            let operator = self.random.pick(&["+=", "-=", "*=", "/=", "%=", "+="]);
            let value = self.expression(kind, 2);
            return Node::statement(&format!("{place} {operator} @="), parts![value]);
        }
        if *kind == Type::String && self.context.loops == 0 && self.random.percent(30) {
            let value = self.string_literal();
            return Node::statement(&format!("{place} += @="), parts![value]);
        }
        let value = self.expression(kind, 2);
        Node::statement(&format!("{place} = @="), parts![cut_short(kind, value)])
    }

    /// Assigns to a field of `this` or of an instance, or to an element.
    pub(super) fn member_assignment(&mut self, out: &mut Vec<Node>) {
        let owner = match self.context.class {
            Some(class) if self.random.percent(70) => Some(("this".to_string(), class)),
            _ => {
                let found = self.variable(|variable| matches!(variable.kind, Type::Instance(_)));
                found.and_then(|variable| match variable.kind {
                    Type::Instance(class) => Some((variable.name, class)),
                    _ => None,
                })
            }
        };
        let Some((owner, class)) = owner else { return self.element_assignment(out) };
        let fields = self.classes[class].fields.clone();
        if fields.is_empty() {
            return self.element_assignment(out);
        }
        if self.random.percent(5) && !self.classes[class].methods.is_empty() {
            return self.shadow_method(&owner, class, out);
        }
        let (field, kind) = self.random.pick(&fields);
        let node = self.assign(&format!("{owner}.{field}"), &kind);
        out.push(node);
    }

    /// Hides a method behind a field that can be called.
    fn shadow_method(&mut self, owner: &str, class: usize, out: &mut Vec<Node>) {
        let methods = self.classes[class].methods.clone();
        let (rank, signature) = self.random.pick(&methods);
        let calls = std::mem::replace(&mut self.context.calls, false);
        let rank_before = std::mem::replace(&mut self.context.rank, 0);
        let value = self.lambda(&signature.params, &signature.result, 1);
        self.context.calls = calls;
        self.context.rank = rank_before;
        out.push(Node::statement(&format!("{owner}.m{rank} = @="), parts![value]));
    }

    fn element_assignment(&mut self, out: &mut Vec<Node>) {
        let container = |variable: &Variable| matches!(variable.kind, Type::Table | Type::Numbers);
        let Some(variable) = self.variable(container) else { return self.print(out) };
        let place = &variable.name;
        if variable.kind == Type::Table {
            let (key, value) = (self.key(), self.element(1));
            let node = match self.random.below(5) {
                0 => Node::statement(&format!("{place}.a = @="), parts![value]),
                1 => {
                    let number = self.expression(&Type::Number, 1);
                    out.push(Node::statement(&format!("{place}.n = @="), parts![number]));
                    Node::statement(&format!("{place}.n += 1"), vec![])
                }
                2 => {
                    let number = self.expression(&Type::Number, 1);
                    out.push(Node::statement(
                        &format!("{place}[@=] = @="),
                        parts![key.clone(), number],
                    ));
                    Node::statement(&format!("{place}[@=] -= 0.5"), parts![key])
                }
                _ => Node::statement(&format!("{place}[@=] = @="), parts![key, value]),
            };
            return out.push(node);
        }
        let index = self.small(2);
        let value = self.expression(&Type::Number, 2);
        let operator = self.random.pick(&["=", "=", "+=", "*="]);
        let node =
            Node::statement(&format!("{place}[@=] {operator} @="), parts![index.clone(), value]);
        let sure = Node::statement(
            &format!("if len({place}) > @= @{{"),
            parts![index, vec![node.clone()]],
        );
        out.push(if self.context.guarded > 0 && self.random.percent(25) { node } else { sure });
    }

    /// Changes an array or table in place.
    pub(super) fn mutation(&mut self, out: &mut Vec<Node>) {
        let container = |variable: &Variable| {
            matches!(variable.kind, Type::Table | Type::Numbers | Type::Strings | Type::Mixed)
        };
        let Some(variable) = self.variable(container) else { return self.assignment(out) };
        match variable.kind {
            Type::Table => self.table_mutation(&variable.name, out),
            kind => self.array_mutation(&variable.name, &kind, out),
        }
    }

    fn array_mutation(&mut self, array: &str, kind: &Type, out: &mut Vec<Node>) {
        let value = match kind {
            Type::Numbers => self.expression(&Type::Number, 2),
            Type::Strings => self.expression(&Type::String, 1),
            _ => self.element(1),
        };
        let room = format!("if len({array}) < {MAX_LENGTH} @{{");
        let any = format!("if len({array}) > 0 @{{");
        let text = |template: String| Node::statement(&template, vec![]);
        let one = |head: &str, node: Node| Node::statement(head, parts![vec![node]]);
        let node = match self.random.below(14) {
            0..4 => one(&room, Node::statement(&format!("{array}.push(@=)"), parts![value])),
            4 => one(&room, Node::statement(&format!("push({array}, @=)"), parts![value])),
            5 => one(&room, Node::statement(&format!("{array}.insert(0, @=)"), parts![value])),
            6 | 7 => one(&any, text(format!("print {array}.pop()"))),
            8 => one(&any, text(format!("{array}.remove(0)"))),
            9 => text(format!("{array}.reverse()")),
            10 if *kind != Type::Mixed => text(format!("print {array}.sort()")),
            11 if self.context.walks == 0 => text(format!("{array}.clear()")),
            12 if *kind == Type::Mixed => {
                // An array within itself is printed and taken apart again.
                out.push(text(format!("{array}.push({array})")));
                out.push(text(format!("print {array}")));
                text(format!("{array}.pop()"))
            }
            _ => text(format!("print {array}")),
        };
        out.push(node);
    }

    fn table_mutation(&mut self, table: &str, out: &mut Vec<Node>) {
        let key = self.key();
        let node = match self.random.below(8) {
            // What is removed and put back during a walk comes again at the end: no end.
            0..2 if self.context.walks == 0 => {
                Node::statement(&format!("print {table}.remove(@=)"), parts![key])
            }
            0..2 => Node::statement(&format!("print {table}[@=]"), parts![key]),
            2..5 => {
                let value = self.element(1);
                Node::statement(&format!("{table}[@=] = @="), parts![key, value])
            }
            5 => Node::statement(&format!("print {table}.keys()"), vec![]),
            6 => {
                let value = self.lambda(&[], &Type::Number, 1);
                out.push(Node::statement(&format!("{table}.call = @="), parts![value]));
                Node::statement(&format!("print {table}.call()"), vec![])
            }
            _ => Node::statement(&format!("print {table}"), vec![]),
        };
        out.push(node);
    }

    /// A bare variable or literal, for what must not have effects.
    pub(super) fn plain(&mut self) -> Node {
        let found = self.variable(|variable| matches!(variable.kind, Type::Number | Type::String));
        found.map_or_else(|| self.number_literal(), |variable| name(&variable.name))
    }
}
