//! Loops: each has a bound of its own that the body cannot disturb.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node, name};

/// Loops inside loops, at most.
const MAX_LOOPS: usize = 2;

impl Generator {
    /// Makes the body of a loop with so many turns; `declare` makes its variables known.
    fn loop_body(&mut self, turns: u64, walk: bool, declare: impl FnOnce(&mut Self)) -> Vec<Node> {
        let weight = self.context.weight;
        self.context.weight = weight.saturating_mul(turns.max(1));
        self.context.cost = self.context.cost.saturating_add(self.context.weight);
        self.context.loops += 1;
        self.context.walks += usize::from(walk);
        let body = self.in_block(|this| {
            declare(this);
            let mut body = Vec::new();
            for _ in 0..this.random.between(1, 3) {
                this.statement(&mut body);
            }
            body
        });
        self.context.walks -= usize::from(walk);
        self.context.loops -= 1;
        self.context.weight = weight;
        body
    }

    fn may_loop(&self) -> bool {
        self.context.loops < MAX_LOOPS
            && self.context.weight < 200
            && self.context.cost < super::MAX_COST
    }

    pub(super) fn while_loop(&mut self, out: &mut Vec<Node>) {
        if !self.may_loop() {
            return self.print(out);
        }
        let counter = self.fresh("w");
        let turns = self.random.between(0, 4);
        out.push(Node::statement(&format!("var {counter} = 0"), vec![]));
        self.declare(&counter, Type::Number, true);
        let more = self.random.percent(30).then(|| self.expression(&Type::Bool, 1));
        let mut body = self.loop_body(turns as u64, false, |_| {});
        body.insert(0, Node::statement(&format!("{counter} += 1"), vec![]));
        out.push(match more {
            Some(more) => {
                let bound = Node::text(Level::Comparison, format!("{counter} < {turns}"));
                let both = Node::expression(Level::And, "@& and @~", parts![bound, more]);
                Node::statement("while @! @{", parts![both, body])
            }
            None => Node::statement(&format!("while {counter} < {turns} @{{"), parts![body]),
        });
    }

    pub(super) fn for_loop(&mut self, out: &mut Vec<Node>) {
        if !self.may_loop() {
            return self.print(out);
        }
        let index = self.fresh("i");
        let array = self.variable(|variable| variable.kind == Type::Numbers);
        if let Some(array) = array
            && self.random.percent(35)
        {
            return self.index_loop(&index, &array.name, out);
        }
        let turns = self.random.between(0, 5);
        let body =
            self.loop_body(turns as u64, false, |this| this.declare(&index, Type::Number, true));
        let (open, close) = if self.random.percent(50) { ("(", ")") } else { ("", "") };
        let clauses = match self.random.below(4) {
            0 => format!("var {index} = {turns}; {index} > 0; {index} -= 1"),
            1 => format!("var {index} = 0; {index} <= {turns} - 1; {index} = {index} + 1"),
            _ => format!("var {index} = 0; {index} < {turns}; {index} += 1"),
        };
        out.push(Node::statement(&format!("for {open}{clauses}{close} @{{"), parts![body]));
    }

    /// Walks an array by index. The bound is taken anew each turn, and the body may change it.
    fn index_loop(&mut self, index: &str, array: &str, out: &mut Vec<Node>) {
        let element = self.fresh("n");
        let mut body = self.loop_body(6, true, |this| {
            this.declare(index, Type::Number, true);
            this.declare(&element, Type::Number, false);
        });
        body.insert(0, Node::statement(&format!("var {element} = {array}[{index}]"), vec![]));
        let head = format!(
            "for var {index} = 0; {index} < len({array}) and {index} < 9; {index} += 1 @{{"
        );
        out.push(Node::statement(&head, parts![body]));
    }

    pub(super) fn foreach(&mut self, out: &mut Vec<Node>) {
        if !self.may_loop() {
            return self.print(out);
        }
        let (of, key, value) = match self.random.below(8) {
            0..3 => (Type::Numbers, Type::Number, Type::Number),
            3 => (Type::Strings, Type::Number, Type::String),
            4 => (Type::String, Type::Number, Type::String),
            5 => (Type::Mixed, Type::Number, Type::Any),
            _ => (Type::Table, Type::Any, Type::Any),
        };
        let wanted = of.clone();
        let variable = self.variable(|variable| variable.kind == wanted);
        let (walked, changing) = match variable {
            Some(variable) if self.random.percent(70) => (name(&variable.name), true),
            _ => (self.expression(&of, 2), false),
        };
        let (first, second) = (self.fresh("k"), self.fresh("v"));
        let form = self.random.below(4);
        let mut body = self.loop_body(6, true, |this| {
            if form < 2 {
                this.declare(&first, key, false);
            }
            this.declare(&second, value, false);
        });
        if changing && self.random.percent(25) {
            self.changing_walk(&of, &walked, &mut body, out);
        }
        let head = match form {
            0 | 1 => format!("foreach var {first}, {second} in @! @{{"),
            2 => format!("foreach var {second} in @! @{{"),
            _ => format!("for {second} in @! @{{"),
        };
        out.push(Node::statement(&head, parts![walked, body]));
    }

    /// Adds to what is being walked over, or takes away from it, a bounded number of times.
    fn changing_walk(
        &mut self,
        of: &Type,
        walked: &Node,
        body: &mut Vec<Node>,
        out: &mut Vec<Node>,
    ) {
        let counter = self.fresh("w");
        let changes: &[&str] = match of {
            Type::Numbers | Type::Mixed => {
                &["@..push(7)", "@..pop()", "@..insert(0, 8)", "@..remove(0)", "@..clear()"]
            }
            Type::Table => &["@..remove(\"a\")", "@.[\"new\"] = 1", "@..remove(1)", "@..b = nil"],
            _ => return,
        };
        let count = Node::statement(&format!("{counter} += 1"), vec![]);
        let change = Node::statement(self.random.pick(changes), parts![walked.clone()]);
        let attempt = Node::statement("try @{ catch @{", parts![vec![change], Vec::<Node>::new()]);
        let bound = Node::statement(&format!("if {counter} < 4 @{{"), parts![vec![count, attempt]]);
        out.push(Node::statement(&format!("var {counter} = 0"), vec![]));
        body.insert(self.random.between(0, body.len()), bound);
    }
}
