//! Expressions of numbers, truth values and anything.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node, name};

const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "4", "5", "7", "10", "0.5", "0.1", "1.5", "100", "42", "12"];

const EDGE_NUMBERS: [&str; 22] = [
    "1e21",
    "1e-7",
    "123456789",
    "9007199254740992",
    "9007199254740993",
    "2147483647",
    "2147483648",
    "4294967296",
    "1.7976931348623157e308",
    "5e-324",
    "0x1F",
    "0b101",
    "1_000",
    "2.5e+7",
    "0.000001",
    "999999999999999900000",
    "1E-3",
    "65535",
    "1073741824",
    "0.30000000000000004",
    "1e300",
    "255",
];

impl Generator {
    /// An expression that gives a value of this kind.
    pub(super) fn expression(&mut self, kind: &Type, depth: usize) -> Node {
        self.fuel -= 1;
        let depth = if self.fuel > 0 { depth } else { 0 };
        if self.random.percent(if self.context.guarded > 0 { 2 } else { 0 }) {
            return self.wrong_value();
        }
        if depth > 0
            && self.random.percent(12)
            && let Some(call) = self.call_giving(kind, depth - 1)
        {
            return call;
        }
        if depth > 0
            && self.random.percent(6)
            && let Some(call) = self.library_call(kind, depth - 1)
        {
            return call;
        }
        if depth > 0 && self.random.percent(4) {
            let condition = self.expression(&Type::Bool, depth - 1);
            let (a, b) = (self.expression(kind, depth - 1), self.expression(kind, depth - 1));
            return Node::expression(Level::Conditional, "@| ? @? : @?", parts![condition, a, b]);
        }
        if self.random.percent(if depth == 0 { 60 } else { 25 })
            && let Some(variable) = self.value_of(kind)
        {
            return variable;
        }
        match kind {
            Type::Number => self.number(depth),
            Type::String => self.string(depth),
            Type::Bool => self.truth(depth),
            Type::Numbers => self.numbers(depth),
            Type::Strings => self.strings(depth),
            Type::Mixed => self.mixed(depth),
            Type::Table => self.table(depth),
            Type::Function(signature) => self.function_value(&signature.clone()),
            Type::Class(class) => name(&self.classes[*class].name.clone()),
            Type::Instance(class) => self.instance(*class, depth),
            Type::Any => self.anything(depth),
        }
    }

    /// A variable or field that holds such a value.
    fn value_of(&mut self, kind: &Type) -> Option<Node> {
        if let Some(class) = self.context.class
            && self.random.percent(40)
        {
            let fields = self.classes[class].fields.clone();
            let fits: Vec<_> = fields.iter().filter(|(_, of)| of == kind).collect();
            if !fits.is_empty() {
                let field = &self.random.pick(&fits).0;
                return Some(Node::text(Level::Postfix, format!("this.{field}")));
            }
        }
        let kind = kind.clone();
        self.variable(|variable| variable.kind == kind).map(|variable| name(&variable.name))
    }

    /// A value of a kind nobody here expects.
    fn wrong_value(&mut self) -> Node {
        let kinds = [Type::Number, Type::String, Type::Bool, Type::Mixed, Type::Table];
        if self.random.percent(40) {
            return name("nil");
        }
        let kind = self.random.pick(&kinds);
        self.expression(&kind, 0)
    }

    fn number(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.number_literal();
        }
        let depth = depth - 1;
        match self.random.below(24) {
            0..9 => {
                let (level, template) = self.random.pick(&[
                    (Level::Sum, "@+ + @*"),
                    (Level::Sum, "@+ + @*"),
                    (Level::Sum, "@+ - @*"),
                    (Level::Product, "@* * @-"),
                    (Level::Product, "@* / @-"),
                    (Level::Product, "@* % @-"),
                    (Level::Sum, "@+@n + @*"),
                ]);
                let left = self.expression(&Type::Number, depth);
                let right = self.expression(&Type::Number, depth);
                Node::expression(level, template, parts![left, right])
            }
            9 => {
                let operand = self.expression(&Type::Number, depth);
                Node::expression(Level::Unary, "-@.", parts![operand])
            }
            10..12 => {
                let kinds = [Type::String, Type::Numbers, Type::Strings, Type::Mixed, Type::Table];
                let kind = self.random.pick(&kinds);
                let template = self.random.pick(&["len(@=)", "@..length()"]);
                let of = self.expression(&kind, depth);
                Node::expression(Level::Postfix, template, parts![of])
            }
            12 => {
                let template = self.random.pick(&[
                    "@..floor()",
                    "@..ceil()",
                    "@..round()",
                    "@..abs()",
                    "mathFloor(@=)",
                    "mathSqrt(@=)",
                    "mathRound(@=)",
                    "mathSin(@=)",
                    "@..sqrt()",
                ]);
                let operand = self.expression(&Type::Number, depth);
                Node::expression(Level::Postfix, template, parts![operand])
            }
            13 => {
                let (a, b) =
                    (self.expression(&Type::Number, depth), self.expression(&Type::Number, 0));
                Node::expression(Level::Postfix, "mathPow(@=, @=)", parts![a, b])
            }
            14 | 15 => self.element_of_numbers(depth),
            16 | 17 => self.reduced(depth),
            18 => {
                let template = self.random.pick(&["@..indexOf(@=)", "stringIndexOf(@=, @=)"]);
                let (a, b) =
                    (self.expression(&Type::String, depth), self.expression(&Type::String, 0));
                Node::expression(Level::Postfix, template, parts![a, b])
            }
            19 => {
                let (a, b) =
                    (self.expression(&Type::Numbers, depth), self.expression(&Type::Number, 0));
                Node::expression(Level::Postfix, "@..indexOf(@=)", parts![a, b])
            }
            20 => {
                let text = self.expression(&Type::String, depth);
                let number = Node::expression(Level::Postfix, "num(@=)", parts![text]);
                let other = self.number_literal();
                Node::expression(Level::Or, "@| or @&", parts![number, other])
            }
            21 => self.assignment_expression(&Type::Number, depth),
            _ => self.number_literal(),
        }
    }

    /// A number as it is written.
    pub(super) fn number_literal(&mut self) -> Node {
        match self.random.below(12) {
            0 | 1 => name(self.random.pick(&EDGE_NUMBERS)),
            2 => Node::text(Level::Unary, format!("-{}", self.random.pick(&NUMBERS))),
            3 if self.random.percent(20) => {
                Node::text(Level::Product, self.random.pick(&["0 / 0", "1 / 0", "-1 / 0"]))
            }
            _ => name(self.random.pick(&NUMBERS)),
        }
    }

    /// A small whole number.
    pub(super) fn small(&mut self, high: usize) -> Node {
        name(&self.random.between(0, high).to_string())
    }

    fn truth(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return name(self.random.pick(&["true", "false"]));
        }
        let depth = depth - 1;
        match self.random.below(20) {
            0..7 => {
                let kind = if self.random.percent(75) { Type::Number } else { Type::String };
                let template = self.random.pick(&["@< < @+", "@< <= @+", "@< > @+", "@< >= @+"]);
                let (a, b) = (self.expression(&kind, depth), self.expression(&kind, depth));
                Node::expression(Level::Comparison, template, parts![a, b])
            }
            7..11 => {
                let kinds = [Type::Number, Type::String, Type::Any];
                let kind = self.random.pick(&kinds);
                let template = self.random.pick(&["@~ == @<", "@~ != @<"]);
                let (a, b) = (self.expression(&kind, depth), self.expression(&kind, depth));
                Node::expression(Level::Equality, template, parts![a, b])
            }
            11 | 12 => {
                let operand = self.expression(&Type::Any, depth);
                Node::expression(Level::Unary, "!@-", parts![operand])
            }
            13..16 => {
                let (level, template) =
                    self.random.pick(&[(Level::And, "@& and @~"), (Level::Or, "@| or @&")]);
                let left = self.expression(&Type::Bool, depth);
                let right = self.expression(&Type::Bool, depth);
                Node::expression(level, template, parts![left, right])
            }
            16 => {
                let template = self.random.pick(&[
                    "@..contains(@=)",
                    "@..startsWith(@=)",
                    "@..endsWith(@=)",
                    "stringStartsWith(@=, @=)",
                ]);
                let (a, b) =
                    (self.expression(&Type::String, depth), self.expression(&Type::String, 0));
                Node::expression(Level::Postfix, template, parts![a, b])
            }
            17 => self.questioned(depth),
            18 => {
                let template = self.random.pick(&["@..isInteger()", "@..isNaN()"]);
                let operand = self.expression(&Type::Number, depth);
                Node::expression(Level::Postfix, template, parts![operand])
            }
            _ => self.instance_question(depth),
        }
    }

    /// `x = e` and its like inside an expression.
    fn assignment_expression(&mut self, kind: &Type, depth: usize) -> Node {
        let wanted = kind.clone();
        let found = self.variable(|variable| variable.kind == wanted && !variable.fixed);
        let value = self.expression(kind, depth);
        let Some(variable) = found else { return value };
        let template = self.random.pick(&["@. = @=", "@. += @=", "@. -= @="]);
        Node::expression(Level::Assignment, template, parts![name(&variable.name), value])
    }

    fn anything(&mut self, depth: usize) -> Node {
        let class =
            self.variable(|variable| matches!(variable.kind, Type::Instance(_) | Type::Class(_)));
        // Instances inside `toString` would print themselves without end.
        let class = class.filter(|_| self.context.rank > 0);
        match self.random.below(24) {
            0..5 => self.expression(&Type::Number, depth),
            5..10 => self.expression(&Type::String, depth),
            10 | 11 => self.expression(&Type::Bool, depth),
            12 => name("nil"),
            13 => self.expression(&Type::Numbers, depth),
            14 => self.expression(&Type::Strings, depth),
            15 | 16 => self.expression(&Type::Mixed, depth),
            17 => self.expression(&Type::Table, depth),
            18..20 if class.is_some() => name(&class.expect("is some").name),
            20 if depth > 0 => {
                let (level, template) =
                    self.random.pick(&[(Level::And, "@& and @~"), (Level::Or, "@| or @&")]);
                let (a, b) = (self.anything(depth - 1), self.anything(depth - 1));
                Node::expression(level, template, parts![a, b])
            }
            21 => {
                let found = self.variable(|variable| matches!(variable.kind, Type::Function(_)));
                found.map_or_else(|| name("len"), |variable| name(&variable.name))
            }
            22 if depth > 0 => self.any_element(depth - 1),
            _ => self.expression(&Type::Number, depth),
        }
    }
}
