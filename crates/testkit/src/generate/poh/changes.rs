//! Statements that change something: variables, and lists and dictionaries in them.

use super::{Generator, Kind, Node, Variable};
use crate::generate::tree::parts;

impl Generator {
    /// `Set` of a new variable.
    pub(super) fn new_variable(&mut self, kind: Kind, out: &mut Vec<Node>) {
        let value = self.expression(kind, 2);
        let prefix = match kind {
            Kind::Number => "n",
            Kind::Text => "t",
            Kind::Bool => "b",
            Kind::List => "xs",
            Kind::Grid => "rows",
            Kind::Dictionary => "d",
            Kind::Any => "v",
        };
        let name = self.fresh(prefix);
        let template = match self.random.below(5) {
            0 => format!("Set {name} @="),
            _ => format!("Set {name} to @="),
        };
        // Without `to`, only what begins with a name or a number is told from a sentence.
        let plain = matches!(kind, Kind::Number) && value.parts.len() == 1;
        let template = if plain { template } else { format!("Set {name} to @=") };
        out.push(Node::statement(&template, parts![value]));
        self.declare(&name, kind, false);
    }

    pub(super) fn variable_statement(&mut self, out: &mut Vec<Node>) {
        let kind = self.kind();
        self.new_variable(kind, out);
    }

    /// `Set` of a variable that is there, to a value of the same kind.
    pub(super) fn assignment(&mut self, out: &mut Vec<Node>) {
        let Some(variable) = self.variable(|variable| !variable.fixed) else {
            return self.write(out);
        };
        let value = self.expression(variable.kind, 2);
        self.changed(&variable);
        out.push(Node::statement(&format!("Set {} to @=", variable.name), parts![value]));
    }

    fn changed(&mut self, variable: &Variable) {
        self.context.changes |= variable.global;
    }

    /// Changes an element of a container in a variable, or appends to it.
    pub(super) fn change(&mut self, out: &mut Vec<Node>) {
        let Some(variable) = self.variable(|variable| variable.kind.is_container()) else {
            return self.write(out);
        };
        self.changed(&variable);
        self.change_of(&variable.name, variable.kind, out);
    }

    /// Changes what is in the variable of this name.
    pub(super) fn change_of(&mut self, name: &str, kind: Kind, out: &mut Vec<Node>) {
        let (place, item) = match kind {
            Kind::Grid if self.random.percent(50) => ("[@=]", Kind::List),
            Kind::Grid => ("[@=][@=]", Kind::Number),
            Kind::Dictionary => {
                ("[@=]", if self.random.percent(50) { Kind::List } else { Kind::Any })
            }
            _ => ("[@=]", Kind::Number),
        };
        let first = match kind {
            Kind::Dictionary => self.key(1),
            _ => self.position(1),
        };
        let mut fills = parts![first];
        if place.len() > 4 {
            fills.extend(parts![self.position(1)]);
        }
        let template = match self.random.below(10) {
            // The element of an inner list, or a list in a list: appended to in its place.
            0..2 if kind != Kind::List && place.len() == 4 => {
                let item = self.expression(Kind::Number, 1);
                // The same place on both sides: what was made must be text that can be repeated.
                let key = if kind == Kind::Dictionary { "\"a\"" } else { "0" };
                fills = parts![item];
                format!("Set {name}[{key}] to append @. to {name}[{key}]")
            }
            0..3 if kind != Kind::Dictionary => {
                let item = if kind == Kind::Grid { Kind::List } else { Kind::Number };
                let item = self.expression(item, 2);
                fills = parts![item];
                format!("Set {name} to append @. to {name}")
            }
            3..5 if item == Kind::Number || kind == Kind::List => {
                let amount = self.expression(Kind::Number, 2);
                fills.extend(parts![amount]);
                let word = self.random.pick(&["Increase", "Decrease"]);
                format!("{word} {name}{place} by @=")
            }
            5 if item == Kind::Number => format!("Increase {name}{place}"),
            _ => {
                let value = self.expression(item, 2);
                fills.extend(parts![value]);
                format!("Set {name}{place} to @=")
            }
        };
        // Lists that grow in loops must not grow without end.
        let again = self.context.loops > 0 || self.context.result.is_some();
        let guard = format!("If count of {name} is less than 9 ");
        let grows = again && template.contains("append");
        let template = if grows { guard + &template } else { template };
        out.push(Node::statement(&template, fills));
    }

    /// `Increase` and `Decrease` of a variable.
    pub(super) fn increase(&mut self, out: &mut Vec<Node>) {
        let Some(variable) =
            self.variable(|variable| variable.kind == Kind::Number && !variable.fixed)
        else {
            return self.change(out);
        };
        self.changed(&variable);
        let word = self.random.pick(&["Increase", "Decrease"]);
        if self.random.percent(30) {
            return out.push(Node::statement(&format!("{word} {}", variable.name), vec![]));
        }
        let amount = self.expression(Kind::Number, 2);
        out.push(Node::statement(&format!("{word} {} by @=", variable.name), parts![amount]));
    }

    /// A second name for a container, changes through both, and what both hold then.
    pub(super) fn alias(&mut self, out: &mut Vec<Node>) {
        let Some(variable) = self.variable(|variable| variable.kind.is_container()) else {
            return self.variable_statement(out);
        };
        let other = self.fresh("other");
        out.push(Node::statement(&format!("Set {other} to {}", variable.name), vec![]));
        self.declare(&other, variable.kind, false);
        for _ in 0..self.random.between(1, 3) {
            let changed = if self.random.percent(50) { &other } else { &variable.name };
            if *changed == variable.name {
                self.changed(&variable);
            }
            self.change_of(changed, variable.kind, out);
        }
        let text = format!("Write {other} plus \" \" plus {}", variable.name);
        out.push(Node::statement(&text, vec![]));
    }
}
