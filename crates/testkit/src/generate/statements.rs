//! Statements: printing, declaring, choosing.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node, name};
use std::rc::Rc;

impl Generator {
    /// A statement of any kind; sometimes several that belong together.
    pub(super) fn statement(&mut self, out: &mut Vec<Node>) {
        self.fuel -= 2;
        let deep = self.context.nesting > 5 || self.fuel <= 0;
        if deep {
            return match self.random.below(4) {
                0 | 1 => self.print(out),
                2 => self.assignment(out),
                _ => self.mutation(out),
            };
        }
        let in_function = usize::from(self.context.result.is_some());
        let jumping = 5 * usize::from(self.context.loops > 0) + 3 * in_function;
        type Make = fn(&mut Generator, &mut Vec<Node>);
        let choices: [(usize, Make); 23] = [
            (16, Self::print),
            (12, Self::variable_declaration),
            (10, Self::assignment),
            (9, Self::mutation),
            (5, Self::member_assignment),
            (8, Self::if_statement),
            (3, Self::switch),
            (3, Self::while_loop),
            (4, Self::for_loop),
            (6, Self::foreach),
            (9, Self::try_statement),
            (3, Self::block),
            (5, Self::call_statement),
            (2, Self::assertion),
            (3 + 2 * in_function, Self::defer),
            (2, Self::function_declaration),
            (1, Self::class_declaration),
            (2, Self::collected_closures),
            (jumping, Self::jump),
            (1, Self::odd_declaration),
            (1, Self::large),
            (1, Self::inner_import),
            (6, Self::scene),
        ];
        let make = self.random.weighted(&choices);
        make(self, out);
    }

    /// A statement that ends perhaps with a semicolon.
    pub(super) fn simple(&mut self, node: Node) -> Node {
        if self.random.percent(15) { Node::statement("@;;", parts![node]) } else { node }
    }

    pub(super) fn print(&mut self, out: &mut Vec<Node>) {
        let value = self.expression(&Type::Any, 3);
        let print = Node::statement("print @=", parts![value]);
        out.push(self.simple(print));
    }

    pub(super) fn variable_declaration(&mut self, out: &mut Vec<Node>) {
        let kind = match self.random.below(10) {
            0 => self.instance_type().unwrap_or(Type::Number),
            _ => self.value_type(),
        };
        let value = self.expression(&kind, 3);
        let prefix = match kind {
            Type::Number => "n",
            Type::String => "s",
            Type::Numbers | Type::Strings | Type::Mixed => "a",
            Type::Table => "t",
            Type::Function(_) => "f",
            Type::Instance(_) => "o",
            _ => "x",
        };
        let text = super::source(std::slice::from_ref(&value));
        let variable = self.new_name(prefix, &text);
        let fixed = matches!(kind, Type::Function(_)) || self.random.percent(8);
        let keyword = if self.random.percent(8) && fixed { "const" } else { "var" };
        let is_array = matches!(kind, Type::Numbers | Type::Strings | Type::Mixed);
        let brackets =
            if is_array && keyword == "var" && !text.starts_with('{') && self.random.percent(15) {
                "[]"
            } else {
                ""
            };
        let node = Node::statement(&format!("{keyword} {variable}{brackets} = @="), parts![value]);
        out.push(self.simple(node));
        self.declare(&variable, kind, fixed);
    }

    /// A new name, or one that hides a variable of a block further out, which the initial value
    /// must not mention.
    fn new_name(&mut self, prefix: &str, value: &str) -> String {
        let block = self.blocks[self.blocks.len() - 1];
        if self.blocks.len() > 1 && self.random.percent(15) {
            let hides = |variable: &super::Variable| {
                variable.block != block && !variable.fixed && variable.name.starts_with(prefix)
            };
            if let Some(variable) = self.variable(hides) {
                let here =
                    |other: &super::Variable| other.name == variable.name && other.block == block;
                if self.visible(here).is_empty() && !value.contains(&variable.name) {
                    return variable.name;
                }
            }
        }
        self.fresh(prefix)
    }

    fn instance_type(&mut self) -> Option<Type> {
        let class = self.variable(|variable| matches!(variable.kind, Type::Class(_)))?;
        match class.kind {
            Type::Class(class) => Some(Type::Instance(class)),
            _ => None,
        }
    }

    /// Several names at once, none at all, a callable taken from an object.
    fn odd_declaration(&mut self, out: &mut Vec<Node>) {
        let (a, b) = (self.fresh("n"), self.fresh("s"));
        match self.random.below(3) {
            0 => {
                let (x, y) = (self.expression(&Type::Number, 2), self.expression(&Type::String, 2));
                out.push(Node::statement(&format!("var {a}, {b} = @=, @="), parts![x, y]));
                self.declare(&a, Type::Number, false);
                self.declare(&b, Type::String, false);
            }
            1 => {
                out.push(Node::statement(&format!("var {a}"), vec![]));
                out.push(Node::statement(&format!("print {a}"), vec![]));
                out.push(Node::statement(&format!("{a} = 1"), vec![]));
                self.declare(&a, Type::Number, false);
            }
            _ => {
                let signature = super::scope::Signature {
                    params: vec![Type::Number],
                    required: 1,
                    result: Type::Number,
                    cost: 20,
                };
                let signature = Rc::new(signature);
                let value = self.function_value(&signature);
                let holder = self.fresh("t");
                let table = format!("var {holder} = {{call: @=, n: 1}}");
                out.push(Node::statement(&table, parts![value]));
                let argument = self.expression(&Type::Number, 1);
                out.push(Node::statement(&format!("print {holder}.call(@=)"), parts![argument]));
                self.declare(&holder, Type::Table, false);
            }
        }
    }

    pub(super) fn call_statement(&mut self, out: &mut Vec<Node>) {
        match self.call_giving(&Type::Any, 2) {
            Some(call) => {
                let print = self.random.percent(60);
                let node = Node::statement(if print { "print @=" } else { "@=" }, parts![call]);
                out.push(node);
            }
            None => self.print(out),
        }
    }

    fn assertion(&mut self, out: &mut Vec<Node>) {
        let condition = self.expression(&Type::Bool, 1);
        let message = self.expression(&Type::String, 1);
        let condition = if self.context.guarded > 0 {
            condition
        } else {
            Node::expression(Level::Or, "@| or true", parts![condition])
        };
        out.push(Node::statement("assert(@=, @=)", parts![condition, message]));
    }

    /// Statements of a block.
    pub(super) fn statements(&mut self, most: usize) -> Vec<Node> {
        self.in_block(|this| {
            let mut body = Vec::new();
            for _ in 0..this.random.between(1, most) {
                this.statement(&mut body);
            }
            body
        })
    }

    fn block(&mut self, out: &mut Vec<Node>) {
        let body = self.statements(3);
        out.push(Node::statement("@{", parts![body]));
    }

    fn if_statement(&mut self, out: &mut Vec<Node>) {
        let condition = self.expression(&Type::Bool, 2);
        let body = self.statements(3);
        let otherwise = match self.random.below(6) {
            0 | 1 => Some(Node::statement(" else @{", parts![self.statements(3)])),
            2 => {
                let mut inner = Vec::new();
                self.if_statement(&mut inner);
                Some(Node::statement(" else @;", parts![inner.remove(0)]))
            }
            _ => None,
        };
        let short = self.random.percent(12) && otherwise.is_none();
        out.push(if short {
            let value = self.expression(&Type::Any, 1);
            Node::statement("if @! print @=", parts![condition, value])
        } else {
            Node::statement("if @! @{@/", parts![condition, body, otherwise])
        });
    }

    fn switch(&mut self, out: &mut Vec<Node>) {
        let (kind, literals): (_, &[&str]) = match self.random.below(3) {
            0 => (Type::String, &["\"a\"", "\"hello\"", "\"\"", "\"b\""]),
            _ => (Type::Number, &["0", "1", "2", "3", "5", "10"]),
        };
        let subject = if kind == Type::Number && self.random.percent(60) {
            let value = self.expression(&kind, 1);
            Node::expression(Level::Product, "@*.floor() % 4", parts![value])
        } else {
            self.expression(&kind, 2)
        };
        let mut cases = Vec::new();
        for _ in 0..self.random.between(0, 3) {
            let mut shared = vec![name(self.random.pick(literals))];
            if self.random.percent(25) {
                shared.push(self.expression(&kind, 1));
            }
            for value in shared.drain(..shared.len() - 1) {
                cases.push(Node::statement("case @!", parts![value]));
            }
            let value = shared.remove(0);
            let body = self.statements(2);
            cases.push(Node::statement("case @! @{", parts![value, body]));
        }
        if self.random.percent(60) {
            let body = self.statements(2);
            let whole = |case: &Node| case.parts.len() > 2;
            let places: Vec<usize> =
                (0..=cases.len()).filter(|&at| at == 0 || whole(&cases[at - 1])).collect();
            let at = self.random.pick(&places);
            cases.insert(at, Node::statement("default @{", parts![body]));
        }
        out.push(Node::statement("switch @! @{", parts![subject, cases]));
    }
}
