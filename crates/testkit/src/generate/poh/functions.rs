//! Functions, their calls, and scenes of several functions.

use super::{Function, Generator, Kind, Level, Node, text};
use crate::generate::tree::{Fill, parts};

impl Generator {
    /// A function, and mostly a call of it.
    pub(super) fn function(&mut self, out: &mut Vec<Node>) {
        if self.context.nesting > 3 {
            return self.write(out);
        }
        let name = self.fresh("f");
        let result = self.kind();
        let count = self.random.below(4);
        let params: Vec<(String, Kind)> =
            (0..count).map(|_| (self.fresh("p"), self.kind())).collect();
        let required = self.random.between(count.saturating_sub(1), count);
        let mut defaults = Vec::new();
        let mut head = format!("Make {name}");
        for (at, (param, kind)) in params.iter().enumerate() {
            head += if at == 0 { " with " } else { ", " };
            head += param;
            if at >= required {
                head += " set to @+";
                defaults.push(Fill::from(self.expression(*kind, 1)));
            }
        }
        let (body, context) = self.in_function(result, |generator| {
            for (param, kind) in &params {
                generator.declare(param, *kind, false);
            }
            let mut body = Vec::new();
            if generator.random.percent(50)
                && let Some((param, kind)) = params.iter().find(|(_, kind)| kind.is_container())
            {
                generator.change_of(param, *kind, &mut body);
            }
            generator.statements(&mut body);
            let value = generator.result(result, &params);
            if let Some(value) = value {
                body.push(Node::statement("Return @=", parts![value]));
            }
            body
        });
        head += "@{End";
        defaults.push(Fill::from(body));
        out.push(Node::statement(&head, defaults));
        self.functions.push(Function {
            name,
            params: params.into_iter().map(|(_, kind)| kind).collect(),
            required,
            result,
            cost: context.cost.max(1),
            changes: context.changes,
        });
        // Functions inside functions are known there only.
        if self.context.result.is_some() {
            let call = self.call(result, 1);
            self.functions.pop();
            out.extend(call.map(|call| Node::statement("Write @=", parts![call])));
        } else if self.random.percent(80)
            && let Some(call) = self.call(result, 2)
        {
            self.guarded(out, |_, body| body.push(Node::statement("Write @=", parts![call])));
        }
    }

    /// What a function gives back: often a parameter, or a variable of the program.
    fn result(&mut self, kind: Kind, params: &[(String, Kind)]) -> Option<Node> {
        match self.random.below(10) {
            0 => None,
            1..5 => {
                let fit: Vec<_> = params.iter().filter(|(_, known)| *known == kind).collect();
                match fit.is_empty() {
                    true => Some(self.expression(kind, 2)),
                    false => Some(text(self.random.pick(&fit).0.clone())),
                }
            }
            _ => Some(self.expression(kind, 2)),
        }
    }

    /// A call of a function with this result; functions that change variables of the program are
    /// the more interesting ones.
    pub(super) fn call(&mut self, kind: Kind, depth: usize) -> Option<Node> {
        let fits: Vec<usize> = (0..self.functions.len())
            .filter(|&at| kind == Kind::Any || self.functions[at].result == kind)
            .collect();
        if fits.is_empty() {
            return None;
        }
        let mut function = self.functions[self.random.pick(&fits)].clone();
        if !function.changes && self.random.percent(50) {
            function = self.functions[self.random.pick(&fits)].clone();
        }
        if !self.spend(function.cost) {
            return None;
        }
        self.context.changes |= function.changes;
        let arguments = self.arguments(&function, depth);
        Some(Node::expression(
            Level::Postfix,
            &format!("{}(@,)", function.name),
            vec![Fill::from(arguments)],
        ))
    }

    fn arguments(&mut self, function: &Function, depth: usize) -> Vec<Node> {
        let count = self.random.between(function.required, function.params.len());
        let kinds = function.params[..count].to_vec();
        kinds.into_iter().map(|kind| self.expression(kind, depth.min(2))).collect()
    }

    /// `Use`, or a call for its effect.
    pub(super) fn call_statement(&mut self, out: &mut Vec<Node>) {
        let Some(function) = self.functions.last().cloned().filter(|_| self.random.percent(30))
        else {
            return match self.call(Kind::Any, 2) {
                Some(call) => out.push(Node::statement("@.", parts![call])),
                None => self.write(out),
            };
        };
        if !self.spend(function.cost) {
            return self.write(out);
        }
        self.context.changes |= function.changes;
        let arguments = self.arguments(&function, 2);
        out.push(match arguments.is_empty() {
            true => Node::statement(&format!("Call {}", function.name), vec![]),
            false => {
                let template = format!("Use {} with @,", function.name);
                Node::statement(&template, vec![Fill::from(arguments)])
            }
        });
    }

    /// Several functions that belong together: what a list shared in some way may be got wrong by.
    pub(super) fn scene(&mut self, out: &mut Vec<Node>) {
        match self.random.below(3) {
            0 => self.closure_scene(out),
            1 => self.recursion_scene(out),
            _ => self.reader_scene(out),
        }
    }

    /// A closure that keeps a list and gives it away.
    fn closure_scene(&mut self, out: &mut Vec<Node>) {
        let (maker, held, inner) = (self.fresh("maker"), self.fresh("held"), self.fresh("inner"));
        let first = self.expression(Kind::List, 1);
        let mut step = vec![Node::statement(&format!("Set {held} to append x to {held}"), vec![])];
        if self.random.percent(50) {
            let change = format!("Increase {held}[0] by count of {held}");
            step.push(Node::statement(&change, vec![]));
        }
        step.push(Node::statement(&format!("Return {held}"), vec![]));
        let body = vec![
            Node::statement(&format!("Set {held} to start"), vec![]),
            Node::statement(&format!("Make {inner} with x@{{End"), parts![step]),
            Node::statement(&format!("Return {inner}"), vec![]),
        ];
        out.push(Node::statement(&format!("Make {maker} with start@{{End"), parts![body]));
        let (made, got) = (self.fresh("made"), self.fresh("got"));
        self.guarded(out, |generator, body| {
            body.push(Node::statement(&format!("Set {made} to {maker}(@+)"), parts![first]));
            for number in 0..generator.random.between(1, 2) {
                body.push(Node::statement(&format!("Set {got} to {made}({number})"), vec![]));
                generator.change_of(&got, Kind::List, body);
                let text = format!("Write {got} plus \" \" plus {made}(7)");
                body.push(Node::statement(&text, vec![]));
            }
        });
    }

    /// A function that calls itself with a list it has changed.
    fn recursion_scene(&mut self, out: &mut Vec<Node>) {
        let f = self.fresh("f");
        let mut body = vec![Node::statement("If left is at most 0 Return list", vec![])];
        self.change_of("list", Kind::List, &mut body);
        let call = format!("Set deeper to {f}(list, left minus 1)");
        body.push(Node::statement(&call, vec![]));
        let changed = self.random.pick(&["deeper", "list"]);
        self.change_of(changed, Kind::List, &mut body);
        body.push(Node::statement("Write list plus \" \" plus deeper", vec![]));
        let result = self.random.pick(&["list", "deeper"]);
        body.push(Node::statement(&format!("Return {result}"), vec![]));
        out.push(Node::statement(&format!("Make {f} with list, left@{{End"), parts![body]));
        let list = self.expression(Kind::List, 1);
        self.guarded(out, |_, body| {
            body.push(Node::statement(&format!("Write {f}(@+, 3)"), parts![list]));
        });
    }

    /// A helper that only reads a list, while something else changes it.
    fn reader_scene(&mut self, out: &mut Vec<Node>) {
        let Some(list) = self.variable(|variable| variable.global && variable.kind == Kind::List)
        else {
            return self.write(out);
        };
        let (reader, changer) = (self.fresh("reader"), self.fresh("changer"));
        let mut change = Vec::new();
        self.change_of(&list.name, Kind::List, &mut change);
        change.push(Node::statement("Return 1", vec![]));
        out.push(Node::statement(&format!("Make {changer}@{{End"), parts![change]));
        let mut read = vec![
            Node::statement(&format!("Write {changer}()"), vec![]),
            Node::statement(&format!("Write given plus \" \" plus {}", list.name), vec![]),
        ];
        if self.random.percent(40) {
            read.remove(0);
        }
        let result =
            self.random.pick(&["given", "given[0]", "count of given", "append 1 to given"]);
        read.push(Node::statement(&format!("Return {result}"), vec![]));
        out.push(Node::statement(&format!("Make {reader} with given, more@{{End"), parts![read]));
        let kept = self.fresh("kept");
        self.guarded(out, |generator, body| {
            let (value, name) = (generator.random.pick(&["0", "1"]), &list.name);
            let more = generator.random.pick(&[format!("{changer}()"), value.to_string()]);
            let first = format!("Set {kept} to {reader}({name}, {more})");
            body.push(Node::statement(&first, vec![]));
            generator.change_of(name, Kind::List, body);
            body.push(Node::statement(&format!("Write {kept} plus \" \" plus {name}"), vec![]));
            let read = format!("Write {name}[{changer}() minus 1] plus \" \" plus {name}");
            body.push(Node::statement(&read, vec![]));
            let joined = format!("Write {name} plus {changer}() plus {name}");
            body.push(Node::statement(&joined, vec![]));
        });
    }
}
