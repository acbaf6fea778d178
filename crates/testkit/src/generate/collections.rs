//! Expressions of arrays and tables, and what is read from them.

use super::scope::Type;
use super::tree::parts;
use super::{Generator, Level, Node, name};

/// Keys of tables, as written in a literal and as expressions.
const KEYS: [(&str, &str); 7] = [
    ("a", "\"a\""),
    ("b", "\"b\""),
    ("\"k 1\"", "\"k 1\""),
    ("[1]", "1"),
    ("[true]", "true"),
    ("class", "\"class\""),
    ("[0.5]", "0.5"),
];

/// About how many elements an array has.
const ELEMENTS: u64 = 5;

impl Generator {
    fn array_of(&mut self, element: &Type, depth: usize) -> Node {
        let count = self.random.weighted(&[(1, 0), (2, 1), (3, 2), (4, 3), (2, 5)]);
        let items: Vec<Node> = (0..count).map(|_| self.expression(element, depth)).collect();
        let braces = count > 0 && self.random.percent(15);
        let node =
            Node::expression(Level::Primary, if braces { "{@,}" } else { "[@,]" }, parts![items]);
        self.spread(node)
    }

    pub(super) fn numbers(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.array_of(&Type::Number, 0);
        }
        let depth = depth - 1;
        match self.random.below(12) {
            0..4 => self.array_of(&Type::Number, depth),
            4 => {
                let end = self.small(6);
                Node::expression(Level::Postfix, "range(@=)", parts![end])
            }
            5 => Node::text(
                Level::Postfix,
                self.random.pick(&["range(2, 6)", "range(5, 0, -2)", "range(0, 1, 0.25)"]),
            ),
            6 | 7 => self.mapped(&Type::Number, depth),
            _ => self.derived(&Type::Numbers, &Type::Number, depth),
        }
    }

    pub(super) fn strings(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.array_of(&Type::String, 0);
        }
        let depth = depth - 1;
        match self.random.below(10) {
            0..3 => self.array_of(&Type::String, depth),
            3 | 4 => {
                let template = self.random.pick(&["@..split(@=)", "stringSplit(@=, @=)"]);
                let text = self.expression(&Type::String, depth);
                let separator =
                    Node::text(Level::Primary, self.random.pick(&["\",\"", "\" \"", "\"l\""]));
                Node::expression(Level::Postfix, template, parts![text, separator])
            }
            5 => {
                let text = self.expression(&Type::String, depth);
                Node::expression(Level::Postfix, "@..chars()", parts![text])
            }
            6 => self.mapped(&Type::String, depth),
            _ => self.derived(&Type::Strings, &Type::String, depth),
        }
    }

    pub(super) fn mixed(&mut self, depth: usize) -> Node {
        if depth == 0 {
            return self.array_of(&Type::Number, 0);
        }
        match self.random.below(8) {
            0..4 => self.array_of_scalars(depth - 1),
            4 | 5 => {
                let template = self.random.pick(&["@..keys()", "@..values()"]);
                let table = self.expression(&Type::Table, depth - 1);
                Node::expression(Level::Postfix, template, parts![table])
            }
            6 => self.mapped(&Type::Any, depth - 1),
            _ => self.derived(&Type::Mixed, &Type::Any, depth - 1),
        }
    }

    /// What stands in containers of anything: no variable that holds a container, so that nothing
    /// doubles in a loop.
    pub(super) fn element(&mut self, depth: usize) -> Node {
        match self.random.below(9) {
            0..3 => self.expression(&Type::Number, depth),
            3..6 => self.expression(&Type::String, depth),
            6 => self.expression(&Type::Bool, depth),
            7 => name("nil"),
            _ => self.array_of(&Type::Number, 0),
        }
    }

    fn array_of_scalars(&mut self, depth: usize) -> Node {
        let count = self.random.between(0, 4);
        let items: Vec<Node> = (0..count).map(|_| self.element(depth)).collect();
        let node = Node::expression(Level::Primary, "[@,]", parts![items]);
        self.spread(node)
    }

    /// An array made from another of its kind.
    fn derived(&mut self, array: &Type, element: &Type, depth: usize) -> Node {
        let of = self.expression(array, depth);
        let (from, to) = (self.bound(), self.bound());
        match self.random.below(12) {
            0 => Node::expression(Level::Postfix, "@..copy()", parts![of]),
            1 => Node::expression(Level::Postfix, "@.[@=:@=]", parts![of, from, to]),
            2 => Node::expression(Level::Postfix, "@.[@=:]", parts![of, from]),
            3 => Node::expression(Level::Postfix, "@..slice(@=, @=)", parts![of, from, to]),
            4 => {
                let other = self.expression(array, 0);
                Node::expression(Level::Postfix, "@..concat(@=)", parts![of, other])
            }
            5 => Node::expression(Level::Postfix, "@..copy().reverse()", parts![of]),
            6 => Node::expression(Level::Postfix, "arrayReverse(@=)", parts![of]),
            7 if *array != Type::Mixed => {
                Node::expression(Level::Postfix, "@..copy().sort()", parts![of])
            }
            8 if *array == Type::Numbers => {
                let compare =
                    self.lambda(&[Type::Number, Type::Number], &Type::Number, 4 * ELEMENTS);
                Node::expression(Level::Postfix, "@..copy().sort(@=)", parts![of, compare])
            }
            9 => Node::expression(Level::Postfix, "arraySlice(@=, @=, @=)", parts![of, from, to]),
            _ => {
                let keep = self.lambda(std::slice::from_ref(element), &Type::Bool, ELEMENTS);
                Node::expression(Level::Postfix, "@..filter(@=)", parts![of, keep])
            }
        }
    }

    fn mapped(&mut self, to: &Type, depth: usize) -> Node {
        let (array, element) = self.some_array();
        let of = self.expression(&array, depth);
        let change = self.lambda(&[element], to, ELEMENTS);
        Node::expression(Level::Postfix, "@..map(@=)", parts![of, change])
    }

    fn some_array(&mut self) -> (Type, Type) {
        match self.random.below(5) {
            0..3 => (Type::Numbers, Type::Number),
            3 => (Type::Strings, Type::String),
            _ => (Type::Mixed, Type::Any),
        }
    }

    pub(super) fn reduced(&mut self, depth: usize) -> Node {
        let (array, element) = self.some_array();
        let of = self.expression(&array, depth);
        match self.random.below(3) {
            0 | 1 => {
                let join = self.lambda(&[Type::Number, element], &Type::Number, ELEMENTS);
                let start = self.expression(&Type::Number, 0);
                Node::expression(Level::Postfix, "@..reduce(@=, @=)", parts![of, join, start])
            }
            _ => {
                let test = self.lambda(&[element], &Type::Bool, ELEMENTS);
                Node::expression(Level::Postfix, "@..findIndex(@=)", parts![of, test])
            }
        }
    }

    /// A truth value from a container.
    pub(super) fn questioned(&mut self, depth: usize) -> Node {
        let (array, element) = self.some_array();
        match self.random.below(4) {
            0 => {
                let (table, key) = (self.expression(&Type::Table, depth), self.key());
                Node::expression(Level::Postfix, "@..has(@=)", parts![table, key])
            }
            1 => {
                let template = self.random.pick(&["@..contains(@=)", "arrayContains(@=, @=)"]);
                let (of, item) = (self.expression(&array, depth), self.expression(&element, 0));
                Node::expression(Level::Postfix, template, parts![of, item])
            }
            _ => {
                let template = self.random.pick(&["@..every(@=)", "@..some(@=)"]);
                let of = self.expression(&array, depth);
                let test = self.lambda(&[element], &Type::Bool, ELEMENTS);
                Node::expression(Level::Postfix, template, parts![of, test])
            }
        }
    }

    /// An element by its index, which mostly exists.
    pub(super) fn element_of_numbers(&mut self, depth: usize) -> Node {
        let risky = if self.context.guarded > 0 { 30 } else { 2 };
        if self.random.percent(risky) {
            let (of, index) = (self.expression(&Type::Numbers, depth), self.small(3));
            return Node::expression(Level::Postfix, "@.[@=]", parts![of, index]);
        }
        if let Some(array) = self.variable(|variable| variable.kind == Type::Numbers) {
            let array = &array.name;
            let template = format!("len({array}) > @+ ? {array}[@=] : @?");
            let other = self.expression(&Type::Number, 0);
            let index = |text: usize| name(&text.to_string());
            let at = self.random.between(0, 2);
            return Node::expression(
                Level::Conditional,
                &template,
                parts![index(at), index(at), other],
            );
        }
        let mut items = vec![self.number_literal(), self.number_literal()];
        items.push(self.expression(&Type::Number, depth));
        let index = self.small(2);
        Node::expression(Level::Postfix, "[@,][@=]", parts![items, index])
    }

    /// Something out of a table or an array of anything.
    pub(super) fn any_element(&mut self, depth: usize) -> Node {
        if self.random.percent(30) {
            let of = self.expression(&Type::Mixed, depth);
            let test = self.lambda(&[Type::Any], &Type::Bool, ELEMENTS);
            return Node::expression(Level::Postfix, "@..find(@=)", parts![of, test]);
        }
        let table = self.expression(&Type::Table, depth);
        if self.random.percent(40) {
            return Node::expression(Level::Postfix, "@..a", parts![table]);
        }
        let key = self.key();
        Node::expression(Level::Postfix, "@.[@=]", parts![table, key])
    }

    /// A key of a table.
    pub(super) fn key(&mut self) -> Node {
        if self.random.percent(15) {
            return self.expression(&Type::String, 1);
        }
        name(self.random.pick(&KEYS).1)
    }

    pub(super) fn table(&mut self, depth: usize) -> Node {
        let count = if depth == 0 { self.random.between(0, 1) } else { self.random.between(0, 4) };
        let mut entries = Vec::new();
        for _ in 0..count {
            let key = self.random.pick(&KEYS).0;
            let value = match self.random.below(8) {
                0 if depth > 1 => self.table(depth - 2),
                1 if depth > 1 => self.lambda(&[Type::Number], &Type::Number, 1),
                _ => self.element(depth.saturating_sub(1)),
            };
            entries.push(Node::statement(&format!("{key}: @="), parts![value]));
        }
        if entries.is_empty() && self.random.percent(30) {
            return Node::text(Level::Postfix, "Table()");
        }
        let node = Node::expression(Level::Primary, "{@,}", parts![entries]);
        self.spread(node)
    }
}
