//! Things in large numbers, where engines and the runtime change their ways: long strings, big
//! tables, many fields, many locals and elements, deep calls. What is printed stays short.

use super::scope::Type;
use super::{Generator, Node};

fn line(text: impl AsRef<str>) -> Node {
    Node::statement(text.as_ref(), vec![])
}

fn block(head: impl AsRef<str>, body: Vec<Node>) -> Node {
    Node::statement(&format!("{} @{{", head.as_ref()), super::parts![body])
}

impl Generator {
    /// One scene with something large in it; not inside loops.
    pub(super) fn large(&mut self, out: &mut Vec<Node>) {
        if self.context.weight > 1 || !self.spend(700) {
            return self.print(out);
        }
        match self.random.below(8) {
            0 => self.long_string(out),
            1 => self.joined_string(out),
            2 => self.big_table(out),
            3 => self.big_array(out),
            4 => self.many_fields(out),
            5 => self.many_locals(out),
            6 => self.many_elements(out),
            _ => self.deep_calls(out),
        }
    }

    fn count(&mut self) -> usize {
        self.random.pick(&[20, 60, 130, 260, 400])
    }

    fn long_string(&mut self, out: &mut Vec<Node>) {
        let (text, count) = (self.fresh("s"), self.count());
        let piece = self.random.pick(&["abc", "ä", "a😀b", "日本 ", "x,y"]);
        out.push(line(format!("var {text} = \"{piece}\".repeat({count})")));
        for at in [0, self.random.below(count), count - 1, 2 * count] {
            out.push(line(format!(
                "print {text}.slice({at}, {}) + {text}[{at}:{}]",
                at + 2,
                at + 1
            )));
        }
        let template = self.random.pick(&[
            "print len(S) + S.byteLength()",
            "print S.indexOf(\"b\") + S.split(\"b\").length()",
            "print len(S.replace(\"a\", \"ßß\"))",
            "print S == S.slice(0, 3) + S.slice(3, 9999)",
            "print S.chars().reverse().join(\"\").slice(0, 5)",
            "print len(S.upper() + S.trim())",
        ]);
        out.push(line(template.replace('S', &text)));
        out.push(line(format!("{text} = {text}.slice(0, 5)")));
        self.declare(&text, Type::String, false);
    }

    /// A string made of many pieces, looked at while it grows.
    fn joined_string(&mut self, out: &mut Vec<Node>) {
        let (text, index, count) = (self.fresh("s"), self.fresh("i"), self.count());
        let piece = self.random.pick(&["\"ab\"", "index", "\"é\" + index", "\"${index},\""]);
        let add = self.random.pick(&["S += P", "S = S + P", "S = P + S"]);
        let add = add.replace('P', piece).replace('S', &text).replace("index", &index);
        let mut body = vec![line(add)];
        if self.random.percent(50) {
            let look = format!("print len({text}) + {text}[{index}:{index}]");
            body.push(block(format!("if {index} % 50 == 7"), vec![line(look)]));
        }
        out.push(line(format!("var {text} = \"\"")));
        out.push(block(format!("for var {index} = 0; {index} < {count}; {index} += 1"), body));
        out.push(line(format!(
            "print len({text}) + {text}.slice(10, 20) + ({text} == {text} + \"\")"
        )));
        out.push(line(format!("{text} = {text}[:4]")));
        self.declare(&text, Type::String, false);
    }

    fn big_table(&mut self, out: &mut Vec<Node>) {
        let (table, index, sum) = (self.fresh("t"), self.fresh("i"), self.fresh("n"));
        let count = self.count();
        let key = self.random.pick(&["\"k\" + I", "I", "I / 2", "\"k${I % 40}\"", "-I"]);
        let key = key.replace('I', &index);
        let head = format!("for var {index} = 0; {index} < {count}; {index} += 1");
        out.push(line(format!("var {table} = {{}}")));
        out.push(block(&head, vec![line(format!("{table}[{key}] = {index}"))]));
        if self.random.percent(70) {
            let step = self.random.between(2, 4);
            let remove = vec![line(format!("{table}.remove({key})"))];
            let choose = block(format!("if {index} % {step} == 0"), remove);
            out.push(block(&head, vec![choose]));
        }
        if self.random.percent(40) {
            out.push(block(&head, vec![line(format!("{table}[{key}] = {index} + 0.5"))]));
        }
        out.push(line(format!("var {sum} = 0")));
        let add = line(format!("{sum} = {sum} * 3 % 1000003 + v"));
        out.push(block(format!("foreach var k, v in {table}"), vec![add]));
        out.push(line(format!("print \"${{{sum}}} ${{len({table})}} ${{{table}.keys()[0:4]}}\"")));
        out.push(line(format!("print {table}.has(7) or {table}.has(\"k7\")")));
        self.declare(&sum, Type::Number, false);
    }

    fn big_array(&mut self, out: &mut Vec<Node>) {
        let (array, count) = (self.fresh("a"), self.count());
        let make = self.random.pick(&[
            "var A = range(N).map(fn(x) { return x * 7919 % 263 })",
            "var A = range(N).map(fn(x) { return \"s\" + x * 31 % 97 })",
            "var A = []\nfor i in range(N) { A.insert(len(A) / 2, i) }",
        ]);
        out.push(line(make.replace('A', &array).replace('N', &count.to_string())));
        let uses = [
            "A.sort()\nprint A[0:5]",
            "A.sort(fn(a, b) { return a == b ? 0 : a < b ? 1 : -1 })\nprint A[0:5]",
            "print A.indexOf(A[len(A) - 1])",
            "print A.slice(5, 300).reverse()[0:4]",
            "print len(A.concat(A)) + A.join(\"\").length()",
            "while len(A) > 10 { A.pop() }\nprint A",
            "print A.filter(fn(x) { return x != A[3] }).length()",
            "print A.reduce(fn(s, x) { return s + x }, \"\").slice(0, 30)",
        ];
        for _ in 0..3 {
            out.push(line(self.random.pick(&uses).replace('A', &array)));
        }
    }

    /// An instance with more fields than fit comfortably, set in differing orders.
    fn many_fields(&mut self, out: &mut Vec<Node>) {
        let (class, count) = (self.fresh("C"), self.random.between(5, 70));
        let (first, second) = (self.fresh("o"), self.fresh("o"));
        out.push(block(
            format!("class {class}"),
            vec![line("sum(a) { return this.y1 + this.y4 + a }")],
        ));
        out.push(line(format!("var {first}, {second} = {class}(), {class}()")));
        for at in 0..count {
            out.push(line(format!("{first}.y{at} = {at}")));
        }
        for at in (0..count).rev() {
            out.push(line(format!("{second}.y{at} = {at} * 2")));
        }
        let at = self.random.below(count);
        out.push(line(format!("print {first}.y{at} + {second}.y{at} + {second}.y{}", count - 1)));
        let body = vec![line("print o.sum(1) + o.y3")];
        out.push(block(format!("for o in [{first}, {second}, {first}]"), body));
    }

    fn many_locals(&mut self, out: &mut Vec<Node>) {
        let (function, count) =
            (self.fresh("f"), self.random.pick(&[40, 200, 254, 255, 256, 300, 520]));
        let mut body: Vec<Node> =
            (0..count).map(|at| line(format!("var l{at} = x + {at}"))).collect();
        let (low, high) = (self.random.below(count), count - 1);
        body.push(line(format!("var f = fn() {{ l{high} += 1; return l{high} + l{low} }}")));
        body.push(line(format!("l{low} *= f() - l{high}")));
        body.push(line(format!(
            "if l{low} < l{high} {{ print [l{high}, l{low}].map(fn(y) {{ return y + l0 }}) }}"
        )));
        body.push(line(format!("return \"${{l{high}}} ${{l{low}}}\" + l{high} + f()")));
        out.push(block(format!("fn {function}(x)"), body));
        out.push(line(format!("print {function}(1) + {function}(2)")));
    }

    fn many_elements(&mut self, out: &mut Vec<Node>) {
        let (array, table, count) =
            (self.fresh("a"), self.fresh("t"), self.random.pick(&[40, 254, 255, 256, 300]));
        let items: Vec<String> = (0..count).map(|at| format!("{at}.5")).collect();
        let entries: Vec<String> = (0..count).map(|at| format!("e{at}: {at}")).collect();
        out.push(line(format!("var {array} = [{}]", items.join(", "))));
        out.push(line(format!("var {table} = {{{}}}", entries.join(", "))));
        let at = self.random.below(count);
        out.push(line(format!(
            "print {array}[{at}] + {table}.e{at} + len({array}) + len({table})"
        )));
        let most = count.min(255);
        let (params, args): (Vec<String>, Vec<String>) =
            (0..most).map(|at| (format!("q{at}"), format!("{array}[{at}]"))).unzip();
        let function = self.fresh("f");
        let last = format!("return q0 + q{} * q{}", at % most, most - 1);
        out.push(block(format!("fn {function}({})", params.join(", ")), vec![line(last)]));
        out.push(line(format!("print {function}({})", args.join(", "))));
    }

    /// Calls some hundred levels deep, which come back in one of several ways.
    fn deep_calls(&mut self, out: &mut Vec<Node>) {
        let (function, depth) = (self.fresh("down"), self.random.pick(&[50, 150, 600]));
        let bottom = self.random.pick(&[
            "return 0",
            "return nil.x",
            "throw \"bottom\"",
            "return [n][n + 1]",
        ]);
        let again = self
            .random
            .pick(&["return D(n - 1) + 1", "return [n].map(fn(m) { return D(m - 1) })[0]"]);
        let again = again.replace('D', &function);
        let mut body = vec![block("if n == 0", vec![line(bottom)]), line(again)];
        match self.random.below(4) {
            // Without an end: the error for that must leave everything in order.
            0 if self.random.percent(20) => body[0] = line("n += 1"),
            0 => body.insert(0, line("defer { if n % 100 == 0 { print n } }")),
            1 => {
                let around = std::mem::take(&mut body);
                body.push(Node::statement(
                    "try @{ finally @{",
                    super::parts![around, vec![line("if n % 64 == 1 { print n }")]],
                ));
            }
            _ => {}
        }
        out.push(block(format!("fn {function}(n)"), body));
        let attempt = vec![line(format!("print {function}({depth})"))];
        let handler =
            vec![line("print type(e) == \"String\" ? e : e.message + e.trace[0:5] + len(e.trace)")];
        out.push(Node::statement("try @{ catch (e) @{", super::parts![attempt, handler]));
    }
}
