//! Small scenes that put values where only one thing keeps them alive, or many classes where one
//! call sees them all: what collectors and caches get wrong.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node};

fn line(text: impl AsRef<str>) -> Node {
    Node::statement(text.as_ref(), vec![])
}

/// Statements that make garbage, so that memory given back too early is used again.
const CHURN: [&str; 5] = [
    "range(3).map(fn(y) { return \"g\" + y })",
    "for y in range(2) { [y, \"h\" + y, {k: y}] }",
    "\"x\".repeat(9).upper().chars()",
    "(fn(y) { return [[y], {y: [y]}, \"${y}!\"] })(1)",
    "({a: [1, 2], b: \"q\" + 1}).keys()",
];

impl Generator {
    pub(super) fn scene(&mut self, out: &mut Vec<Node>) {
        if !self.spend(40) {
            return self.print(out);
        }
        match self.random.below(9) {
            0..2 => self.mixed_classes(out),
            2 | 3 => self.bound_to_nothing_else(out),
            4 => self.left_through_finally(out),
            5 => self.walk_of_a_temporary(out),
            6 => self.arguments_in_the_making(out),
            7 => self.odd_keys(out),
            _ => self.captured_only(out),
        }
    }

    fn churn(&mut self) -> Node {
        let churn = self.random.pick(&CHURN);
        // An expression statement may not begin with a parenthesis or brace.
        line(if churn.starts_with("for") { churn.into() } else { format!("print {churn}") })
    }

    /// A string or container that nothing else refers to; it mentions `n`.
    fn fresh_value(&mut self) -> &'static str {
        self.random.pick(&[
            "\"a\" + n",
            "[n, \"b\" + n]",
            "{k: \"v\" + n}",
            "fn() { return \"c\" + n }",
            "[[n], [\"d\" + n]]",
            "error(\"m\" + n)",
            "\"${n}-${n}\"",
            "({f: fn(x) { return x + n }}).f",
        ])
    }

    /// One call, one read and one write that see instances of several classes in turn.
    fn mixed_classes(&mut self, out: &mut Vec<Node>) {
        let classes: Vec<(String, usize)> = self
            .visible(|variable| matches!(variable.kind, Type::Class(_)))
            .iter()
            .filter_map(|variable| match variable.kind {
                Type::Class(class) => Some((variable.name.clone(), class)),
                _ => None,
            })
            .collect();
        if classes.is_empty() {
            return self.class_declaration(out);
        }
        let mut items = Vec::new();
        for _ in 0..self.random.between(2, 6) {
            let (class_name, class) = self.random.pick(&classes);
            let params = self.classes[class].init.clone();
            let arguments = self.arguments(&params, params.len(), 1);
            let template = format!("{class_name}(@,)");
            items.push(Node::expression(Level::Postfix, &template, parts![arguments]));
        }
        let with_methods: Vec<usize> = classes
            .iter()
            .map(|(_, class)| *class)
            .filter(|&class| !self.classes[class].methods.is_empty())
            .collect();
        let object = self.fresh("o");
        let mut body = Vec::new();
        if !with_methods.is_empty() {
            let class = self.random.pick(&with_methods);
            let (rank, signature) = self.random.pick(&self.classes[class].methods.clone());
            if rank < self.context.rank && self.spend(signature.cost.saturating_mul(6)) {
                let arguments = self.arguments(&signature.params, signature.required, 1);
                let call =
                    Node::statement(&format!("print {object}.m{rank}(@,)"), parts![arguments]);
                body.push(call);
            }
        }
        let field = self.random.pick(&["z1", "z2"]);
        body.push(line(format!("{object}.{field} = 1")));
        body.push(line(format!("{object}.{field} += 2")));
        body.push(line(format!("print {object}.{field} + {object}")));
        let handler = vec![line("report(e)")];
        let attempt = Node::statement("try @{ catch (e) @{", parts![body, handler]);
        let walk = format!("for {object} in [@,] @{{");
        out.push(Node::statement(&walk, parts![items, vec![attempt]]));
    }

    /// Methods of instances and containers that only the bound method knows.
    fn bound_to_nothing_else(&mut self, out: &mut Vec<Node>) {
        let (bound, other) = (self.fresh("f"), self.fresh("f"));
        out.push(line(format!("var {bound} = (fn(n) {{ return [n, \"e\" + n] }})(5).concat")));
        if let Some(variable) = self.variable(|variable| matches!(variable.kind, Type::Class(_)))
            && let Type::Class(class) = variable.kind
            && !self.classes[class].methods.is_empty()
        {
            let params = self.classes[class].init.clone();
            let arguments = self.arguments(&params, params.len(), 1);
            let (rank, signature) = self.random.pick(&self.classes[class].methods.clone());
            if rank < self.context.rank && self.spend(signature.cost) {
                let values = self.arguments(&signature.params, signature.required, 1);
                let template = format!("var {other} = {}(@,).m{rank}", variable.name);
                let handler = vec![line("report(e)")];
                let body = vec![
                    Node::statement(&template, parts![arguments]),
                    self.churn(),
                    Node::statement(&format!("print {other}(@,)"), parts![values]),
                ];
                out.push(Node::statement("try @{ catch (e) @{", parts![body, handler]));
            }
        }
        out.push(self.churn());
        out.push(line(format!("print {bound}([1])")));
    }

    /// A value returned or thrown while `finally` and deferred blocks make garbage.
    fn left_through_finally(&mut self, out: &mut Vec<Node>) {
        let (function, value) = (self.fresh("f"), self.fresh_value());
        let leave = self.random.pick(&["return", "throw", "return"]);
        let mut body = vec![line(format!("{leave} {value}"))];
        let churn = vec![self.churn()];
        body = vec![Node::statement("try @{ finally @{", parts![body, churn])];
        if self.random.percent(50) {
            let churn = vec![self.churn(), line("print n")];
            body.insert(0, Node::statement("defer @{", parts![churn]));
        }
        out.push(Node::statement(&format!("fn {function}(n) @{{"), parts![body]));
        let show = vec![line(format!("print {function}(7)")), line(format!("print {function}(8)"))];
        let churn = self.churn();
        let handler = vec![churn, line("print e")];
        out.push(Node::statement("try @{ catch (e) @{", parts![show, handler]));
    }

    /// A loop over a container that only the loop knows.
    fn walk_of_a_temporary(&mut self, out: &mut Vec<Node>) {
        let function = self.fresh("f");
        let made = self.random.pick(&[
            "[\"p\" + n, [n], \"q\" + n]",
            "{a: \"p\" + n, b: [n], [\"c\" + n]: n}",
            "\"wx${n}\"",
            "range(3).map(fn(x) { return \"r\" + x + n })",
        ]);
        let churn = self.churn();
        let body = vec![churn, line("print x")];
        let walk = Node::statement(&format!("for x in ({made}) @{{"), parts![body]);
        out.push(Node::statement(&format!("fn {function}(n) @{{"), parts![vec![walk]]));
        out.push(line(format!("{function}(3)")));
    }

    /// Arguments, elements and operands that wait while later ones make garbage.
    fn arguments_in_the_making(&mut self, out: &mut Vec<Node>) {
        let (function, noise) = (self.fresh("f"), self.fresh("f"));
        let churn = self.churn();
        out.push(Node::statement(
            &format!("fn {noise}(n) @{{"),
            parts![vec![churn, line("return \"t\" + n")]],
        ));
        let (a, b) = (self.fresh_value(), self.fresh_value());
        let uses = [
            format!("print [{a}, {noise}(n), {b}, {noise}(1)]"),
            format!("print \"${{{a}}} ${{{noise}(n)}} ${{{b}}}\""),
            format!("print ({{k: {a}, [{noise}(n)]: {b}}})"),
            format!("print (fn(x, y, z) {{ return [z, y, x] }})({a}, {noise}(n), {b})"),
            format!("print [{a}, {b}].map(fn(x) {{ {noise}(1); return x }})"),
            format!("print \"s\" + n + ({a}) + {noise}(n)"),
            format!("{{ var t = [0]; t[0] = ({a}); t[0] += {noise}(n); print t }}"),
            "print [\"b\" + n, \"a\" + n, \"c\"].sort(fn(x, y) { range(2).map(str); return ord(x) - ord(y) })".into(),
        ];
        let body: Vec<Node> = (0..2).map(|_| line(self.random.pick(&uses))).collect();
        let handler = vec![line("report(e)")];
        let attempt = Node::statement("try @{ catch (e) @{", parts![body, handler]);
        out.push(Node::statement(&format!("fn {function}(n) @{{"), parts![vec![attempt]]));
        out.push(line(format!("{function}(4)")));
    }

    /// Keys by identity, and keys that are numbers in several spellings.
    fn odd_keys(&mut self, out: &mut Vec<Node>) {
        let (table, key) = (self.fresh("t"), self.fresh("a"));
        out.push(line(format!("var {table}, {key} = {{}}, [1]")));
        for _ in 0..self.random.between(2, 5) {
            let store = self.random.pick(&[
                "T[[2]] = \"array\"",
                "T[K] = \"mine\"",
                "T[fn() { }] = 1",
                "T[0] = \"zero\"",
                "T[-0] = \"also zero\"",
                "T[1e3] = \"thousand\"",
                "T[1000] = \"again\"",
                "T[\"1\"] = 1",
                "T[1] = \"one\"",
                "T[true] = T",
                "T[\"a\" + \"b\"] = T.ab == nil",
                "T.remove(0)",
            ]);
            out.push(line(store.replace('T', &table).replace('K', &key)));
        }
        out.push(self.churn());
        out.push(line(format!("print {table}[{key}] + {table}[0] + {table}.ab + {table}[1000]")));
        out.push(line(format!("print {table}")));
        if self.random.percent(30) {
            let handler = vec![line("report(e)")];
            let bad = self.random.pick(&["[nil]", "[0 / 0]"]);
            let attempt = vec![line(format!("{table}{bad} = 1"))];
            out.push(Node::statement("try @{ catch (e) @{", parts![attempt, handler]));
        }
    }

    /// Values that only a captured variable of a finished function keeps.
    fn captured_only(&mut self, out: &mut Vec<Node>) {
        let (maker, getter) = (self.fresh("make"), self.fresh("f"));
        let value = self.fresh_value();
        let change = self.random.pick(&["", "n += 1", "kept = [kept, n]"]);
        let mut inner = vec![line("return [kept, n]")];
        if !change.is_empty() {
            inner.insert(0, line(change));
        }
        let nested = self.random.percent(40);
        let function = if nested {
            let inside = Node::expression(Level::Conditional, "fn() @{", parts![inner]);
            let back = vec![Node::statement("return @=", parts![inside])];
            Node::expression(Level::Conditional, "fn() @{", parts![back])
        } else {
            Node::expression(Level::Conditional, "fn() @{", parts![inner])
        };
        let body = vec![
            line(format!("var kept = {value}")),
            Node::statement("return @=", parts![function]),
        ];
        out.push(Node::statement(&format!("fn {maker}(n) @{{"), parts![body]));
        let call = if nested { "()" } else { "" };
        out.push(line(format!("var {getter} = {maker}(6){call}")));
        out.push(self.churn());
        out.push(line(format!("print {getter}()")));
        out.push(line(format!("print {getter}()")));
    }
}
