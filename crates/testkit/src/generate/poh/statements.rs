//! Statements: writing, choosing, repeating, errors.

use super::{Generator, Kind, Level, Node, report, text};
use crate::generate::tree::parts;

impl Generator {
    /// A statement of any kind; sometimes several that belong together.
    pub(super) fn statement(&mut self, out: &mut Vec<Node>) {
        self.fuel -= 2;
        if self.context.nesting > 5 || self.fuel <= 0 {
            return match self.random.below(4) {
                0 | 1 => self.write(out),
                2 => self.assignment(out),
                _ => self.change(out),
            };
        }
        let jumping = if self.context.loops > 0 { 4 } else { 0 };
        let returning = if self.context.result.is_some() { 4 } else { 0 };
        type Make = fn(&mut Generator, &mut Vec<Node>);
        let choices: [(usize, Make); 17] = [
            (14, Self::write),
            (10, Self::variable_statement),
            (9, Self::assignment),
            (16, Self::change),
            (4, Self::increase),
            (10, Self::alias),
            (7, Self::if_statement),
            (2, Self::inline_if),
            (4, Self::repeat),
            (3, Self::while_loop),
            (8, Self::for_each),
            (8, Self::try_statement),
            (5, Self::call_statement),
            (2, Self::function),
            (jumping, Self::jump),
            (returning, Self::return_early),
            (if self.context.guarded > 0 { 3 } else { 0 }, Self::provocation),
        ];
        let make = self.random.weighted(&choices);
        make(self, out);
    }

    /// Some statements.
    pub(super) fn statements(&mut self, out: &mut Vec<Node>) {
        for _ in 0..self.random.between(1, 3) {
            self.statement(out);
        }
    }

    pub(super) fn write(&mut self, out: &mut Vec<Node>) {
        let value = self.expression(Kind::Any, 3);
        out.push(Node::statement("Write @=", parts![value]));
    }

    fn condition(&mut self) -> Node {
        let kind = if self.random.percent(80) { Kind::Bool } else { Kind::Any };
        self.expression(kind, 2)
    }

    fn if_statement(&mut self, out: &mut Vec<Node>) {
        let condition = self.condition();
        let body = self.block(Self::statements);
        let other = self.random.percent(30).then(|| {
            let (condition, body) = (self.condition(), self.block(Self::statements));
            Node::statement("Otherwise If @!@{", parts![condition, body])
        });
        let otherwise = self.random.percent(50).then(|| {
            let body = self.block(Self::statements);
            Node::statement("Otherwise@{", parts![body])
        });
        let end = self.random.pick(&["End If", "End"]);
        let template = format!("If @!@{{@/@/{end}");
        out.push(Node::statement(&template, parts![condition, body, other, otherwise]));
    }

    fn inline_if(&mut self, out: &mut Vec<Node>) {
        let condition = self.condition();
        let mut simple = || {
            let value = self.expression(Kind::Any, 1);
            Node::statement("Write @|", parts![value])
        };
        let (yes, no) = (simple(), simple());
        out.push(match self.random.percent(50) {
            true => Node::statement("If @! @; Otherwise @;", parts![condition, yes, no]),
            false => Node::statement("If @! @;", parts![condition, yes]),
        });
    }

    /// The body of a loop with so many turns, if so many are allowed.
    fn looped(&mut self, turns: u64, before: impl FnOnce(&mut Self)) -> Option<Vec<Node>> {
        if self.context.weight > 12 || !self.spend(turns) {
            return None;
        }
        self.context.weight *= turns;
        self.context.loops += 1;
        let body = self.block(|generator, body| {
            before(generator);
            generator.statements(body);
        });
        self.context.loops -= 1;
        self.context.weight /= turns;
        Some(body)
    }

    fn repeat(&mut self, out: &mut Vec<Node>) {
        let turns = self.random.between(1, 4);
        let Some(body) = self.looped(turns as u64, |_| ()) else { return self.write(out) };
        let end = self.random.pick(&["End", "End Repeat"]);
        out.push(Node::statement(&format!("Repeat {turns} times@{{{end}"), parts![body]));
    }

    fn while_loop(&mut self, out: &mut Vec<Node>) {
        let (turns, counter) = (self.random.between(1, 4), self.fresh("i"));
        let begin = format!("Set {counter} to 0");
        let known = self.variables.len();
        self.declare(&counter, Kind::Number, true);
        let body = self.looped(turns as u64, |_| ());
        self.variables.truncate(known);
        let Some(mut body) = body else { return self.write(out) };
        body.insert(0, Node::statement(&format!("Increase {counter}"), vec![]));
        out.push(Node::statement(&begin, vec![]));
        let condition = text(format!("{counter} is less than {turns}"));
        let condition = Node { level: Level::Comparison, ..condition };
        out.push(Node::statement("While @!@{End While", parts![condition, body]));
    }

    /// Walks through something; the body often changes what is walked through, or its items.
    pub(super) fn for_each(&mut self, out: &mut Vec<Node>) {
        let kind = self.random.weighted(&[
            (4, Kind::List),
            (5, Kind::Grid),
            (2, Kind::Dictionary),
            (1, Kind::Text),
        ]);
        let item = match kind {
            Kind::List => Kind::Number,
            Kind::Grid => Kind::List,
            _ => Kind::Text,
        };
        let walked = self.variable_of(kind).filter(|_| self.random.percent(70));
        let list = match &walked {
            Some(variable) => text(variable.name.clone()),
            None => self.expression(kind, 2),
        };
        let each = self.fresh("each");
        let known = self.variables.len();
        let declared = each.clone();
        let body = self.looped(4, |generator| {
            generator.variables.push(super::Variable {
                name: declared,
                kind: item,
                fixed: false,
                global: false,
            });
        });
        self.variables.truncate(known);
        let Some(mut body) = body else { return self.write(out) };
        if item == Kind::List && self.random.percent(60) {
            self.change_of(&each, Kind::List, &mut body);
        }
        if let Some(variable) = walked.filter(|walked| walked.kind.is_container())
            && self.random.percent(40)
        {
            self.context.changes |= variable.global;
            self.change_of(&variable.name, variable.kind, &mut body);
        }
        // Lists that grow in the body must not grow without end.
        let guard = format!("If count of {each} is greater than 20 Stop");
        if item == Kind::List {
            body.insert(0, Node::statement(&guard, vec![]));
        }
        out.push(Node::statement(&format!("For each {each} in @=@{{End"), parts![list, body]));
    }

    fn jump(&mut self, out: &mut Vec<Node>) {
        let condition = self.condition();
        let word = self.random.pick(&["Stop", "Skip"]);
        out.push(Node::statement(&format!("If @! {word}"), parts![condition]));
    }

    fn return_early(&mut self, out: &mut Vec<Node>) {
        let condition = self.condition();
        let value = self.expression(self.context.result.unwrap_or(Kind::Any), 1);
        let body = vec![Node::statement("Return @=", parts![value])];
        out.push(Node::statement("If @!@{End", parts![condition, body]));
    }

    /// `try` with handlers of all sorts, and `finally`.
    fn try_statement(&mut self, out: &mut Vec<Node>) {
        let all = self.random.percent(70);
        self.context.guarded += usize::from(all);
        let mut body = self.block(Self::statements);
        if self.random.percent(50) {
            self.provocation(&mut body);
        }
        self.context.guarded -= usize::from(all);
        let of_type = self.random.percent(40).then(|| {
            let types = ["RuntimeError", "TypeError", "MathError", "JsonError", "ValidationError"];
            let head = format!("if error of type {} as e@{{", self.random.pick(&types));
            let mut body = report();
            if self.random.percent(20) {
                body.push(Node::statement("throw e", vec![]));
            }
            Node::statement(&head, parts![body])
        });
        let handler = all.then(|| {
            let mut body = report();
            if self.random.percent(30) {
                body.extend(self.block(Self::statements));
            }
            Node::statement("if error as e@{", parts![body])
        });
        let needed = of_type.is_none() && handler.is_none();
        let finally = (needed || self.random.percent(35)).then(|| {
            let body = self.block(Self::statements);
            Node::statement("finally:@{", parts![body])
        });
        out.push(Node::statement(
            "try this:@{@/@/@/end try",
            parts![body, of_type, handler, finally],
        ));
    }

    /// Something that fails.
    pub(super) fn provocation(&mut self, out: &mut Vec<Node>) {
        let value = self.expression(Kind::Any, 1);
        out.push(match self.random.below(9) {
            0 => Node::statement("throw @=", parts![value]),
            1 => {
                let template = "throw error of type ValidationError with message @=";
                Node::statement(template, parts![value])
            }
            2 => Node::statement("Write @* divided by 0", parts![value]),
            3 => Node::statement("Write @.[99]", parts![value]),
            4 => Node::statement("Write @* times \"x\"", parts![value]),
            5 => Node::statement("Write @+ is less than None", parts![value]),
            6 => Node::statement("Write parse json from @.", parts![value]),
            7 => Node::statement("Write @.[None]", parts![value]),
            _ => Node::statement("Repeat @. times@{End", parts![value, Vec::<Node>::new()]),
        });
    }
}
