//! Calls, function expressions, instances.

use super::scope::{Signature, Type};
use super::tree::parts;
use super::{Generator, Level, Node, name};
use std::rc::Rc;

impl Generator {
    /// Arguments for the parameters; those with a default may be missing.
    pub(super) fn arguments(
        &mut self,
        params: &[Type],
        required: usize,
        depth: usize,
    ) -> Vec<Node> {
        let count = self.random.between(required, params.len());
        params[..count].iter().map(|kind| self.expression(kind, depth)).collect()
    }

    /// A call of a function or method in reach that gives such a value.
    pub(super) fn call_giving(&mut self, kind: &Type, depth: usize) -> Option<Node> {
        if self.random.percent(35)
            && let Some(call) = self.method_call(kind, depth)
        {
            return Some(call);
        }
        if !self.context.calls {
            return None;
        }
        let fits = |of: &Type| matches!(of, Type::Function(signature) if *kind == Type::Any || signature.result == *kind);
        let function = self.variable(|variable| fits(&variable.kind))?;
        let Type::Function(signature) = &function.kind else { return None };
        if !self.spend(signature.cost + 1) {
            return None;
        }
        let mut arguments = self.arguments(&signature.params, signature.required, depth);
        if self.context.guarded > 0 && self.random.percent(3) {
            arguments.push(name("nil"));
        }
        let call =
            Node::expression(Level::Postfix, "@.(@,)", parts![name(&function.name), arguments]);
        Some(self.spread(call))
    }

    /// A method of an instance, of `this` or of `super`.
    fn method_call(&mut self, kind: &Type, depth: usize) -> Option<Node> {
        let (receiver, class) = self.receiver()?;
        let methods = self.classes[class].methods.clone();
        let rank = self.context.rank;
        let fits: Vec<_> = methods
            .into_iter()
            .filter(|(of, signature)| {
                *of < rank && (*kind == Type::Any || signature.result == *kind)
            })
            .collect();
        if fits.is_empty() {
            return None;
        }
        let (rank, signature) = self.random.pick(&fits);
        if !self.spend(signature.cost + 1) {
            return None;
        }
        let arguments = self.arguments(&signature.params, signature.required, depth);
        let template = format!("@..m{rank}(@,)");
        Some(Node::expression(Level::Postfix, &template, parts![receiver, arguments]))
    }

    /// An expression that gives an instance, and its class.
    fn receiver(&mut self) -> Option<(Node, usize)> {
        if let Some(class) = self.context.class
            && self.random.percent(60)
        {
            return Some(match self.classes[class].superclass {
                Some(above) if self.random.percent(30) => (name("super"), above),
                _ => (name("this"), class),
            });
        }
        let variable = self.variable(|variable| matches!(variable.kind, Type::Instance(_)))?;
        match variable.kind {
            Type::Instance(class) => Some((name(&variable.name), class)),
            _ => None,
        }
    }

    /// A value that can be called so.
    pub(super) fn function_value(&mut self, signature: &Rc<Signature>) -> Node {
        let wanted = Type::Function(signature.clone());
        if self.context.calls
            && self.random.percent(30)
            && let Some(variable) = self.variable(|variable| variable.kind == wanted)
        {
            return name(&variable.name);
        }
        self.lambda(&signature.params.clone(), &signature.result.clone(), 1)
    }

    /// A function expression that takes and gives such values and will be called so many times.
    pub(super) fn lambda(&mut self, params: &[Type], result: &Type, times: u64) -> Node {
        if let Some(existing) = self.ready_callback(params, result, times) {
            return existing;
        }
        // What the callback does counts here as often as it is called.
        let mut context = self.context.function(result.clone());
        context.weight = self.context.weight.saturating_mul(times.max(1));
        context.cost = self.context.cost.saturating_add(context.weight);
        let simple = self.fuel <= 0 || self.context.nesting > 4 || self.random.percent(70);
        let ((names, body), cost) = self.in_context(context, |this| {
            let names: Vec<Node> = params.iter().map(|kind| this.parameter(kind.clone())).collect();
            let body = if simple {
                let value = this.expression(result, 1);
                vec![Node::statement("return @=", parts![value])]
            } else {
                this.body(2)
            };
            (names, body)
        });
        self.context.cost = cost;
        Node::expression(Level::Conditional, "fn(@,) @{", parts![names, body])
    }

    /// A bound method or known function that will do as a callback.
    fn ready_callback(&mut self, params: &[Type], result: &Type, times: u64) -> Option<Node> {
        if !self.context.calls || !self.random.percent(25) {
            return None;
        }
        let fits = |signature: &Signature| {
            signature.params == params
                && signature.required == params.len()
                && signature.result == *result
        };
        if self.random.percent(50)
            && let Some((receiver, class)) = self.receiver()
        {
            let rank = self.context.rank;
            let methods = self.classes[class].methods.clone();
            let mut methods =
                methods.iter().filter(|(of, signature)| *of < rank && fits(signature));
            if let Some((rank, signature)) = methods.next()
                && self.spend(signature.cost * times)
            {
                return Some(Node::expression(
                    Level::Postfix,
                    &format!("@..m{rank}"),
                    parts![receiver],
                ));
            }
        }
        let found = self.variable(
            |variable| matches!(&variable.kind, Type::Function(signature) if fits(signature)),
        )?;
        let Type::Function(signature) = &found.kind else { return None };
        self.spend(signature.cost * times).then(|| name(&found.name))
    }

    /// Declares a parameter.
    pub(super) fn parameter(&mut self, kind: Type) -> Node {
        let parameter = self.fresh("p");
        self.declare(&parameter, kind, false);
        name(&parameter)
    }

    /// An instance of the class or of one below it.
    pub(super) fn instance(&mut self, class: usize, depth: usize) -> Node {
        if self.context.class == Some(class) && self.random.percent(30) {
            return name("this");
        }
        let below: Vec<usize> =
            (0..self.classes.len()).filter(|&other| self.is_below(other, class)).collect();
        let found = self.variable(|variable| {
            matches!(variable.kind, Type::Class(of) | Type::Instance(of) if below.contains(&of))
        });
        let Some(found) = found else { return name("nil") };
        let Type::Class(class) = found.kind else { return name(&found.name) };
        if !self.spend(5) {
            return name("nil");
        }
        let params = self.classes[class].init.clone();
        let arguments = self.arguments(&params, params.len(), depth.saturating_sub(1));
        Node::expression(Level::Postfix, "@.(@,)", parts![name(&found.name), arguments])
    }

    /// Whether a class is the other or inherits from it.
    pub(super) fn is_below(&self, class: usize, above: usize) -> bool {
        let mut at = Some(class);
        while let Some(class) = at {
            if class == above {
                return true;
            }
            at = self.classes[class].superclass;
        }
        false
    }

    /// `isInstance(x, C)`, or a plain literal without classes.
    pub(super) fn instance_question(&mut self, depth: usize) -> Node {
        let class = self.variable(|variable| matches!(variable.kind, Type::Class(_)));
        let Some(class) = class else { return name("true") };
        let value = self.variable(|variable| matches!(variable.kind, Type::Instance(_)));
        let value = match value {
            Some(value) => name(&value.name),
            None => self.expression(&Type::Any, depth),
        };
        Node::expression(Level::Postfix, "isInstance(@=, @=)", parts![value, name(&class.name)])
    }
}
