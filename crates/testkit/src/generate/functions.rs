//! Function declarations, and functions made for what they show about variables.

use super::scope::{Signature, Type};
use super::tree::parts;
use super::{Generator, Level, Node, name};
use std::rc::Rc;

impl Generator {
    /// A kind of value that functions take and give.
    pub(super) fn value_type(&mut self) -> Type {
        match self.random.below(14) {
            0..5 => Type::Number,
            5..8 => Type::String,
            8 => Type::Bool,
            9 => Type::Numbers,
            10 => Type::Strings,
            11 => Type::Mixed,
            12 => Type::Table,
            _ => Type::Function(Rc::new(Signature {
                params: vec![Type::Number],
                required: 1,
                result: Type::Number,
                cost: 20,
            })),
        }
    }

    /// Parameters with their kinds, the last ones perhaps with defaults. Declares them.
    pub(super) fn parameters(&mut self) -> (Vec<Node>, Vec<Type>, usize) {
        let count = self.random.weighted(&[(2, 0), (4, 1), (4, 2), (2, 3)]);
        let optional = if self.random.percent(25) { self.random.between(0, count) } else { 0 };
        let mut nodes = Vec::new();
        let mut kinds = Vec::new();
        for at in 0..count {
            let kind = self.value_type();
            if at + optional >= count {
                let default = self.expression(&kind, 1);
                let parameter = self.parameter(kind.clone());
                nodes.push(Node::statement("@= = @=", parts![parameter, default]));
            } else {
                nodes.push(self.parameter(kind.clone()));
            }
            kinds.push(kind);
        }
        (nodes, kinds, count - optional)
    }

    /// The statements of a function that returns what its context asks.
    pub(super) fn body(&mut self, most: usize) -> Vec<Node> {
        let mut body = Vec::new();
        for _ in 0..self.random.between(0, most) {
            self.statement(&mut body);
        }
        body.push(self.return_statement());
        body
    }

    /// `fn f(…) { … }`, sometimes one that calls itself.
    pub(super) fn function_declaration(&mut self, out: &mut Vec<Node>) {
        match self.random.below(10) {
            0 | 1 => self.recursive_function(out),
            2 => self.counter_maker(out),
            _ => self.plain_function(out),
        }
    }

    fn plain_function(&mut self, out: &mut Vec<Node>) {
        let result = self.value_type();
        let function = self.fresh("f");
        let context = self.context.function(result.clone());
        let ((params, body, kinds, required), cost) = self.in_context(context, |this| {
            let (params, kinds, required) = this.parameters();
            (params, this.body(6), kinds, required)
        });
        let keyword = if self.random.percent(85) { "fn" } else { "fun" };
        let template = format!("{keyword} {function}(@,) @{{");
        out.push(Node::statement(&template, parts![params, body]));
        let signature = Signature { params: kinds, required, result, cost };
        self.declare(&function, Type::Function(Rc::new(signature)), true);
    }

    /// A function that calls itself with a smaller number.
    fn recursive_function(&mut self, out: &mut Vec<Node>) {
        let result = self.random.pick(&[Type::Number, Type::String]);
        let function = self.fresh("r");
        let context = self.context.function(result.clone());
        let twice = self.random.percent(25);
        let ((body, count), cost) = self.in_context(context, |this| {
            let count = this.parameter(Type::Number);
            let variables = this.variables.len() - 1;
            this.variables[variables].fixed = true;
            let base = this.expression(&result, 1);
            let stop = vec![Node::statement("return @=", parts![base])];
            let mut body = vec![Node::statement("if @! @{", parts![below_one(&count), stop])];
            for _ in 0..this.random.between(0, 2) {
                this.statement(&mut body);
            }
            let again = Node::expression(
                Level::Postfix,
                &format!("{function}(@+ - 1)"),
                parts![count.clone()],
            );
            let other = if twice {
                Node::expression(
                    Level::Postfix,
                    &format!("{function}(@+ - 2)"),
                    parts![count.clone()],
                )
            } else {
                this.expression(&result, 1)
            };
            let value = Node::expression(Level::Sum, "@+ + @*", parts![other, again]);
            body.push(Node::statement("return @=", parts![value]));
            (body, count)
        });
        let depth = self.random.between(1, if twice { 4 } else { 8 });
        let deep = if twice { 10 } else { depth as u64 };
        if self.random.percent(30) {
            let template = format!("var {function} = fn(@=) @{{");
            let forward = Node::statement(&format!("var {function}"), vec![]);
            // Only a variable declared before can be captured by its own value.
            out.push(forward);
            out.push(Node::statement(&template.replacen("var ", "", 1), parts![count, body]));
        } else {
            out.push(Node::statement(&format!("fn {function}(@=) @{{"), parts![count, body]));
        }
        // Seen from outside it is a function without parameters, so that the number stays small.
        let entry = self.fresh("f");
        let call = Node::text(Level::Postfix, format!("{function}({depth})"));
        let entry_body = vec![Node::statement("return @=", parts![call])];
        out.push(Node::statement(&format!("fn {entry}() @{{"), parts![entry_body]));
        let signature =
            Signature { params: vec![], required: 0, result, cost: (cost + 1) * (deep + 1) };
        self.declare(&entry, Type::Function(Rc::new(signature)), true);
    }

    /// A function whose results share a variable.
    fn counter_maker(&mut self, out: &mut Vec<Node>) {
        let (maker, cell, step) = (self.fresh("make"), self.fresh("n"), self.fresh("step"));
        let start = self.number_literal();
        let change = self.random.pick(&["+= 1", "*= 2", "-= 0.5"]);
        let lines = [
            format!("fn {maker}({step}) @{{"),
            format!("var {cell} = @="),
            format!("{cell} {change}"),
            format!("return {cell} + {step}"),
        ];
        let up = vec![Node::statement(&lines[2], vec![]), Node::statement(&lines[3], vec![])];
        let look = vec![Node::statement(&format!("return {cell}"), vec![])];
        let up = Node::expression(Level::Conditional, "fn() @{", parts![up]);
        let look = Node::expression(Level::Conditional, "fn() @{", parts![look]);
        let pair = Node::statement("return [@=, @=]", parts![up, look]);
        out.push(Node::statement(
            &lines[0],
            parts![vec![Node::statement(&lines[1], parts![start]), pair]],
        ));
        let (first, second) = (self.fresh("c"), self.fresh("c"));
        out.push(Node::statement(
            &format!("var {first}, {second} = {maker}(1), {maker}(2)"),
            vec![],
        ));
        out.push(Node::statement(
            &format!(
                "print \"${{{first}[0]()}} ${{{first}[0]()}} ${{{second}[0]()}} ${{{first}[1]()}}\""
            ),
            vec![],
        ));
        let up = self.fresh("f");
        out.push(Node::statement(&format!("var {up} = {first}[0]"), vec![]));
        let signature = Signature { params: vec![], required: 0, result: Type::Number, cost: 2 };
        self.declare(&up, Type::Function(Rc::new(signature)), true);
    }

    /// Functions made in a loop, each with its own or the shared loop variable.
    pub(super) fn collected_closures(&mut self, out: &mut Vec<Node>) {
        let (list, index) = (self.fresh("fs"), self.fresh("i"));
        let value = self.expression(&Type::Number, 1);
        let value = Node::expression(Level::Sum, &format!("@+ + {index}"), parts![value]);
        let mut inner = vec![Node::statement("return @=", parts![value])];
        if self.random.percent(40) {
            inner.insert(0, Node::statement(&format!("{index} += 10"), vec![]));
        }
        let push = Node::statement(&format!("{list}.push(fn() @{{)"), parts![inner]);
        let count = self.random.between(1, 3);
        let head = match self.random.below(3) {
            0 => format!("for var {index} = 0; {index} < {count}; {index} += 1 @{{"),
            1 => format!("for {index} in range({count}) @{{"),
            _ => format!("foreach var {index}, v in [5, 6] @{{"),
        };
        out.push(Node::statement(&format!("var {list} = []"), vec![]));
        out.push(Node::statement(&head, parts![vec![push]]));
        let call = Node::statement("print f()", vec![]);
        out.push(Node::statement(&format!("foreach var f in {list} @{{"), parts![vec![call]]));
        if self.random.percent(30) {
            out.push(Node::statement(&format!("print {list}[0]() + {list}[0]()"), vec![]));
        }
    }

    /// `fn main(…)`.
    pub(super) fn main_function(&mut self, out: &mut Vec<Node>) {
        let context = self.context.function(Type::Number);
        let (body, _) = self.in_context(context, |this| this.body(4));
        let head = self.random.pick(&["fn main() @{", "fn main(argc, argv) @{"]);
        out.push(Node::statement(head, parts![body]));
    }
}

fn below_one(count: &Node) -> Node {
    Node::expression(Level::Comparison, "@< < @+", parts![count.clone(), name("1")])
}
