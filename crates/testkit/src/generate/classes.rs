//! Classes: fields, methods, inheritance, `toString`.

use super::scope::{Class, Signature, Type};
use super::tree::parts;
use super::{Generator, Level, Node, name};
use std::rc::Rc;

impl Generator {
    pub(super) fn class_declaration(&mut self, out: &mut Vec<Node>) {
        let above = match self.random.below(5) {
            0 | 1 => None,
            _ => self.variable(|variable| matches!(variable.kind, Type::Class(_))),
        };
        let superclass = above.as_ref().and_then(|variable| match variable.kind {
            Type::Class(class) => Some(class),
            _ => None,
        });
        let inherited = superclass.map(|class| self.classes[class].clone());
        let (mut fields, methods, init) = match inherited {
            Some(above) => (above.fields, above.methods, above.init),
            None => Default::default(),
        };
        let class_name = self.fresh("C");
        let class = self.classes.len();
        let number = class_name.trim_start_matches('C').to_string();
        let own: Vec<(String, Type)> = (0..self.random.between(0, 2))
            .map(|at| {
                (
                    format!("x{number}_{at}"),
                    self.random.pick(&[Type::Number, Type::String, Type::Numbers]),
                )
            })
            .collect();
        fields.extend(own.clone());
        self.classes.push(Class { name: class_name.clone(), superclass, init, fields, methods });
        // Its methods may mention it.
        let index = self.variables.len();
        self.declare(&class_name, Type::Class(class), true);
        let hidden = self.variables.pop();

        let mut members = Vec::new();
        if superclass.is_none() || !own.is_empty() || self.random.percent(20) {
            members.push(self.initializer(class, &own));
        }
        let mut ranks: Vec<usize> = (1..6).filter(|_| self.random.percent(45)).collect();
        if self.fuel <= 0 {
            ranks.truncate(1);
        }
        for rank in ranks {
            members.push(self.method(class, rank));
        }
        if self.random.percent(35) {
            members.push(self.text_method(class));
        }
        self.variables.insert(index, hidden.expect("was just declared"));
        let template = match above {
            Some(above) => format!("class {class_name} < {} @{{", above.name),
            None => format!("class {class_name} @{{"),
        };
        out.push(Node::statement(&template, parts![members]));
    }

    /// The context of a method of this rank.
    fn method_context(&self, class: usize, rank: usize, result: Type) -> super::Context {
        let mut context = self.context.function(result);
        context.class = Some(class);
        context.rank = rank;
        context
    }

    /// `init` gives every field of the class a value and passes the rest upwards.
    fn initializer(&mut self, class: usize, own: &[(String, Type)]) -> Node {
        let superclass = self.classes[class].superclass;
        let mut context = self.method_context(class, 0, Type::Any);
        context.initializer = true;
        // Nothing may be read from `this` before the fields are there.
        context.class = None;
        let kinds: Vec<Type> = match superclass {
            Some(above) if self.random.percent(50) => self.classes[above].init.clone(),
            _ => (0..self.random.between(0, 2)).map(|_| self.value_type()).collect(),
        };
        let ((params, body), _) = self.in_context(context, |this| {
            let params: Vec<Node> = kinds.iter().map(|kind| this.parameter(kind.clone())).collect();
            let mut body = Vec::new();
            if let Some(above) = superclass {
                let wanted = this.classes[above].init.clone();
                let arguments: Vec<Node> =
                    wanted.iter().map(|kind| this.expression(kind, 1)).collect();
                body.push(Node::statement("super.init(@,)", parts![arguments]));
            }
            for (field, kind) in own {
                let value = this.expression(kind, 1);
                body.push(Node::statement(&format!("this.{field} = @="), parts![value]));
            }
            this.context.class = Some(class);
            if this.random.percent(30) {
                this.statement(&mut body);
            }
            (params, body)
        });
        self.classes[class].init = kinds;
        Node::statement("init(@,) @{", parts![params, body])
    }

    /// A method, which overrides the one of its rank if there is one.
    fn method(&mut self, class: usize, rank: usize) -> Node {
        let known = self.classes[class].methods.iter().find(|(of, _)| *of == rank).cloned();
        let result =
            known.as_ref().map_or_else(|| self.value_type(), |(_, known)| known.result.clone());
        let context = self.method_context(class, rank, result.clone());
        let ((params, body, kinds, required), cost) = self.in_context(context, |this| {
            let (params, kinds, required) = match &known {
                Some((_, known)) => {
                    let params = known.params.iter().map(|kind| this.parameter(kind.clone()));
                    (params.collect(), known.params.clone(), known.params.len())
                }
                None => this.parameters(),
            };
            let mut body = this.body(3);
            if known.is_some() && this.random.percent(50) {
                this.call_overridden(class, rank, &kinds, &mut body);
            }
            (params, body, kinds, required)
        });
        // Someone may call it through the class above, with fewer arguments than it asks: an error
        // like any other.
        let signature = match known {
            Some((_, known)) => Signature { cost: known.cost.max(cost), ..(*known).clone() },
            None => Signature { params: kinds, required, result, cost },
        };
        let methods = &mut self.classes[class].methods;
        methods.retain(|(of, _)| *of != rank);
        methods.push((rank, Rc::new(signature)));
        Node::statement(&format!("m{rank}(@,) @{{"), parts![params, body])
    }

    /// Prints what the overridden method gives, called directly or as a value.
    fn call_overridden(&mut self, class: usize, rank: usize, kinds: &[Type], body: &mut Vec<Node>) {
        if self.classes[class].superclass.is_none() {
            return;
        }
        let arguments: Vec<Node> = kinds.iter().map(|kind| self.expression(kind, 1)).collect();
        let template = if self.random.percent(70) {
            format!("print super.m{rank}(@,)")
        } else {
            let bound = self.fresh("bound");
            body.insert(0, Node::statement(&format!("var {bound} = super.m{rank}"), vec![]));
            format!("print {bound}(@,)")
        };
        let at = body.len() - 1;
        body.insert(at, Node::statement(&template, parts![arguments]));
    }

    /// Nothing in it may print `this`, nor any other instance.
    fn text_method(&mut self, class: usize) -> Node {
        let fields = self.classes[class].fields.clone();
        let text = Node::text(Level::Primary, format!("\"{}!\"", self.classes[class].name));
        let value = match fields.first() {
            Some((field, _)) if self.random.percent(70) => {
                Node::expression(Level::Sum, &format!("@+ + this.{field}"), parts![text])
            }
            _ if self.random.percent(20) => name("7"),
            _ => text,
        };
        let mut body = vec![Node::statement("return @=", parts![value])];
        match self.random.below(12) {
            0 => body.insert(0, Node::statement("print \"in toString\"", vec![])),
            1 => body.insert(
                0,
                Node::statement(
                    "if this.broken == true @{",
                    parts![vec![Node::statement("throw \"broken\"", vec![]),]],
                ),
            ),
            _ => {}
        }
        Node::statement("toString() @{", parts![body])
    }
}
