//! Everything that leaves the straight path: errors, handlers, deferred blocks, jumps.

use super::scope::Type;
use super::tree::{Fill, parts};
use super::{Generator, Level, Node};

impl Generator {
    /// `try` with `catch`, `finally` or both, with jumps in all of them.
    pub(super) fn try_statement(&mut self, out: &mut Vec<Node>) {
        let (catches, finally) =
            self.random.weighted(&[(6, (true, false)), (3, (true, true)), (2, (false, true))]);
        self.context.guarded += usize::from(catches);
        let mut body = self.statements(3);
        if catches && self.random.percent(75) {
            let provocation = self.provocation();
            let at = self.random.between(0, body.len());
            body.insert(at, provocation);
        }
        self.context.guarded -= usize::from(catches);
        let catch = catches.then(|| self.catch());
        let finally = finally.then(|| {
            let mut body = self.statements(2);
            self.sometimes_jump(15, &mut body);
            Node::statement(" finally @{", parts![body])
        });
        out.push(Node::statement("try @{@/@/", parts![body, catch, finally]));
    }

    fn catch(&mut self) -> Node {
        let variable = if self.random.percent(80) { "e".to_string() } else { self.fresh("e") };
        let mut body = self.in_block(|this| {
            this.declare(&variable, Type::Any, false);
            let mut body = Vec::new();
            for _ in 0..this.random.between(0, 2) {
                this.statement(&mut body);
            }
            body
        });
        if self.random.percent(10) {
            return Node::statement(" catch @{", parts![self.statements(1)]);
        }
        body.insert(0, Node::statement(&format!("report({variable})"), vec![]));
        if self.context.guarded > 0 && self.random.percent(12) {
            body.push(Node::statement(&format!("throw {variable}"), vec![]));
        }
        self.sometimes_jump(12, &mut body);
        Node::statement(&format!(" catch ({variable}) @{{"), parts![body])
    }

    /// A statement of the top level inside `try`, so that nothing ends the program early.
    pub(super) fn guarded_statement(&mut self, out: &mut Vec<Node>) {
        self.context.guarded += 1;
        let mut body = self.statements(4);
        if self.random.percent(60) {
            body.push(self.provocation());
        }
        self.context.guarded -= 1;
        let handler = vec![Node::statement("report(e)", vec![])];
        out.push(Node::statement("try @{ catch (e) @{", parts![body, handler]));
    }

    fn sometimes_jump(&mut self, percent: usize, body: &mut Vec<Node>) {
        if self.random.percent(percent) {
            self.jump(body);
        }
    }

    /// `break`, `continue`, `return` or `throw`, as far as the place allows, mostly on a condition.
    pub(super) fn jump(&mut self, out: &mut Vec<Node>) {
        let in_loop = self.context.loops > 0;
        let in_function = self.context.result.is_some();
        let jump = match self.random.below(6) {
            0 | 1 if in_loop => Node::statement("break", vec![]),
            2 | 3 if in_loop => Node::statement("continue", vec![]),
            4 if self.context.guarded > 0 => self.throw(),
            _ if in_function => self.return_statement(),
            _ if in_loop => Node::statement("break", vec![]),
            _ => return self.print(out),
        };
        if self.random.percent(20) {
            return out.push(Node::statement("@{", parts![vec![jump]]));
        }
        let condition = self.expression(&Type::Bool, 1);
        out.push(Node::statement("if @! @{", parts![condition, vec![jump]]));
    }

    /// `return` of what the function should give.
    pub(super) fn return_statement(&mut self) -> Node {
        let Some(result) = self.context.result.clone() else {
            return Node::statement("print nil", vec![]);
        };
        if self.context.initializer {
            return Node::statement("return;", vec![]);
        }
        let value = self.expression(&result, 2);
        Node::statement("return @=", parts![value])
    }

    fn throw(&mut self) -> Node {
        let value = match self.random.below(4) {
            0 => self.expression(&Type::Any, 1),
            1 => self.expression(&Type::String, 1),
            _ => {
                let message = self.expression(&Type::String, 1);
                let kind = self.random.pick(&[
                    "error(@=)",
                    "error(@=, \"Mine\")",
                    "error(@=, \"TypeError\")",
                ]);
                Node::expression(Level::Postfix, kind, parts![message])
            }
        };
        Node::statement("throw @=", parts![value])
    }

    /// `defer`, in one of its two forms.
    pub(super) fn defer(&mut self, out: &mut Vec<Node>) {
        let mut body = self.deferred_body();
        if self.context.guarded > 0 && self.random.percent(10) {
            body.push(self.throw());
        }
        let head = self.random.pick(&["defer @{", "defer () @{"]);
        out.push(Node::statement(head, parts![body]));
    }

    /// The body of a function that takes and gives nothing.
    pub(super) fn deferred_body(&mut self) -> Vec<Node> {
        let mut context = self.context.function(Type::Any);
        context.initializer = true;
        context.weight = self.context.weight;
        context.cost = self.context.cost;
        let (body, cost) = self.in_context(context, |this| {
            let mut body = Vec::new();
            for _ in 0..this.random.between(1, 2) {
                this.statement(&mut body);
            }
            body
        });
        self.context.cost = cost;
        body
    }

    /// A statement that fails, or is close to it.
    pub(super) fn provocation(&mut self) -> Node {
        const PLAIN: [&str; 26] = [
            "print undefined_name",
            "undefined_name()",
            "{ undefined_name = 1 }",
            "print nil.member",
            "print nil.method(1)",
            "nil.member = 1",
            "print \"text\".nothing",
            "print (1).nothing()",
            "print [1].nothing",
            "print ({}).nothing()",
            "print true()",
            "print \"text\"()",
            "print [1, 2](0)",
            "print nil - 1",
            "print -\"text\"",
            "print 1 < \"1\"",
            "print 1 + nil",
            "print nil == nil + 1",
            "print len(5)",
            "print [][0]",
            "[].pop()",
            "print [\"b\", 1].sort()",
            "class Bad < report { }",
            "assert(nil)",
            "print [1, 2, 3].map(fn(x) { return x - \"1\" })",
            "print fn(x) { return x }",
        ];
        const FILLED: [&str; 22] = [
            "print @* - \"one\"",
            "print nil * @-",
            "print @..nothing",
            "print @..nothing(1)",
            "print [1, 2, 3][@=]",
            "print \"text\"[@=]",
            "print [1, 2][@= + 1.5]",
            "[1, 2][@=] = 1",
            "[1, 2][@=] += 1",
            "print @.(1)",
            "print (fn(a, b) { return a })(@=)",
            "print (fn(a, b = 2) { return a + b })(@=, 1, 2)",
            "throw @=",
            "throw [@=]",
            "throw error(str(@=))",
            "assert(false, @=)",
            "print @+ + (fn() { throw \"inside\" })()",
            "print [3, 1, 2].sort(fn(a, b) { throw @= })",
            "for x in @! { print x }",
            "print \"${@=} ${nil.x}\"",
            "print [@=, nil[0]]",
            "print ({a: @=}).a.b.c",
        ];
        if self.random.percent(30) {
            return self.deep_provocation();
        }
        if self.random.percent(45) {
            let template = self.random.pick(&PLAIN);
            return Node::statement(template, vec![]);
        }
        let template = self.random.pick(&FILLED);
        let value =
            if self.random.percent(50) { self.plain() } else { self.expression(&Type::Any, 1) };
        Node::statement(template, vec![Fill::One(value)])
    }

    /// An error some calls further down, on a line of its own.
    fn deep_provocation(&mut self) -> Node {
        let (function, depth) = (self.fresh("deep"), self.random.between(0, 4));
        let bottom = if self.random.percent(50) {
            self.throw()
        } else {
            let plain =
                ["print nil.x", "print 1 - \"1\"", "print [0][9]", "assert(false, \"deep\")"];
            Node::statement(self.random.pick(&plain), vec![])
        };
        let again = Node::statement(&format!("return {function}(d - 1) + 1"), vec![]);
        let mut body = vec![Node::statement("if d > 0 @{", parts![vec![again]]), bottom];
        if self.random.percent(25) {
            let print = Node::statement("print \"leaving ${d}\"", vec![]);
            let around = self.random.pick(&["defer @{", "if d == 1 @{"]);
            body.insert(0, Node::statement(around, parts![vec![print]]));
        }
        if self.random.percent(25) {
            let (rest, print) = (body, Node::statement("print \"finally ${d}\"", vec![]));
            body = vec![Node::statement("try @{ finally @{", parts![rest, vec![print]])];
        }
        let declaration = Node::statement(&format!("fn {function}(d) @{{"), parts![body]);
        let call = Node::statement(&format!("print {function}({depth})"), vec![]);
        Node::statement("@{", parts![vec![declaration, call]])
    }
}
