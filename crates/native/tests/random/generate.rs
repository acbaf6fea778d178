//! Random modules. Every function ends, reads nothing that is not written, and shows no address: so
//! what it does is defined but for the bits of a NaN, which are not shown as an integer either.

use super::chance::Chance;
use super::edges::{EDGES, argument};
use std::fmt::Write;

/// A function's name and the classes of its parameters and results.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) params: Vec<&'static str>,
    pub(crate) results: Vec<&'static str>,
}

const CLASSES: [&str; 3] = ["i64", "f64", "f32"];

struct Maker<'a> {
    chance: &'a mut Chance,
    text: String,
    known: Vec<Signature>,
    /// How many registers of each class there are: `%i0`, `%x0`, `%y0` and so on.
    pools: [usize; 3],
    labels: usize,
    fuel: usize,
}

/// A module with some functions.
pub(crate) fn module(seed: u64, functions: usize) -> (String, Vec<Signature>) {
    let mut chance = Chance(seed);
    let mut maker = Maker {
        chance: &mut chance,
        text: String::from("bss $shared align 16 size 128\n"),
        known: Vec::new(),
        pools: [0; 3],
        labels: 0,
        fuel: 0,
    };
    (0..functions).for_each(|number| maker.function(number));
    (maker.text, maker.known)
}

impl Maker<'_> {
    fn classes(&mut self, most: usize) -> Vec<&'static str> {
        (0..self.chance.below(most + 1))
            .map(|_| if self.chance.one_in(2) { "i64" } else { self.chance.pick(&CLASSES) })
            .collect()
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "    {text}");
    }

    fn label(&mut self) -> String {
        self.labels += 1;
        format!("l{}", self.labels)
    }

    fn reg(&mut self, class: &str) -> String {
        let bank = CLASSES.iter().position(|known| *known == class).unwrap_or(0);
        format!("%{}{}", ["i", "x", "y"][bank], self.chance.below(self.pools[bank]))
    }

    fn int(&mut self) -> String {
        self.reg("i64")
    }

    /// A register or a number.
    fn value(&mut self) -> String {
        match self.chance.below(3) {
            0 => self.chance.pick(&EDGES).to_string(),
            _ => self.int(),
        }
    }

    fn float_class(&mut self) -> &'static str {
        if self.chance.one_in(3) { "f32" } else { "f64" }
    }

    fn function(&mut self, number: usize) {
        let many = if self.chance.one_in(4) { 14 } else { 4 };
        let (params, results) = (self.classes(many), self.classes(2));
        let wide = self.chance.one_in(3);
        self.pools = if wide { [18, 9, 9] } else { [5, 3, 2] };
        let mut taken = [0; 3];
        let mut list = Vec::new();
        for class in &params {
            let bank = CLASSES.iter().position(|known| known == class).unwrap_or(0);
            let prefix = ["i", "x", "y"][bank];
            list.push(format!("{class} %{prefix}{}", taken[bank]));
            taken[bank] += 1;
        }
        let name = format!("f{number}");
        let head = results.join(", ");
        let space = if head.is_empty() { "" } else { " " };
        let _ = writeln!(self.text, "\nfunction {head}{space}${name}({}) {{", list.join(", "));
        for (bank, &first) in taken.iter().enumerate() {
            self.pools[bank] = self.pools[bank].max(first);
            (first..self.pools[bank]).for_each(|index| self.initial(bank, index));
        }
        self.line("%m =i64 stack_addr 64, 16");
        self.line("memset %m, 0, 64");
        let align = self.chance.pick(&[8, 16, 64]);
        let size = if self.chance.one_in(20) { 9000 } else { 64 };
        self.line(&format!("%n =i64 stack_addr {size}, {align}"));
        self.line("memset %n, 0, 64");
        self.fuel = 4 + self.chance.below(30);
        let end = self.label();
        self.block(3, &end);
        self.finish(&results, &end);
        self.known.push(Signature { name, params, results });
    }

    fn initial(&mut self, bank: usize, index: usize) {
        let name = format!("%{}{index}", ["i", "x", "y"][bank]);
        let class = CLASSES[bank];
        let bits = argument(self.chance, class);
        let value = if bank == 0 { (bits as i64).to_string() } else { format!("{bits:#x}") };
        self.line(&format!("{name} ={class} const {value}"));
    }

    /// Ends a function, sometimes by a call in its place.
    fn finish(&mut self, results: &[&str], end: &str) {
        let _ = writeln!(self.text, "@{end}");
        let same: Vec<Signature> =
            self.known.iter().filter(|known| known.results == results).cloned().collect();
        if !same.is_empty() && self.chance.one_in(4) {
            let callee = &same[self.chance.below(same.len())];
            let arguments = self.arguments(&callee.params);
            self.line(&format!("tail ${}({arguments})", callee.name));
        } else {
            let values: Vec<String> = results.iter().map(|class| self.reg(class)).collect();
            self.line(&format!("ret {}", values.join(", ")));
        }
        self.text.push_str("}\n");
    }

    fn block(&mut self, depth: usize, end: &str) {
        let count = 1 + self.chance.below(8);
        for _ in 0..count {
            if self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            match self.chance.below(if depth > 0 { 24 } else { 18 }) {
                0..=5 => self.arithmetic(),
                6 | 7 => self.bits(),
                8..=10 => self.float(),
                11 | 12 => self.conversion(),
                13..=15 => self.memory(),
                16 => self.call(),
                17 => self.structure(),
                18 | 19 => self.choice(depth, end),
                20 | 21 => self.repeat(depth, end),
                22 => self.switch(depth, end),
                _ => self.overflow(depth, end),
            }
        }
    }

    fn arithmetic(&mut self) {
        let (d, a, b) = (self.int(), self.value(), self.value());
        match self.chance.below(14) {
            0 => {
                let op = self.chance.pick(&["sdiv", "srem", "udiv", "urem"]);
                // Mostly not by zero.
                if self.chance.one_in(8) {
                    return self.line(&format!("{d} =i64 {op} {a}, {b}"));
                }
                let mask = self.chance.pick(&[1, 4, -2]);
                self.line(&format!("%t =i64 or {b}, {mask}"));
                self.line(&format!("{d} =i64 {op} {a}, %t"));
            }
            1 => {
                let op = self.chance.pick(&["smulh", "umulh"]);
                self.line(&format!("{d} =i64 {op} {a}, {b}"));
            }
            2 | 3 => {
                let op = self.chance.pick(&["shl", "shr", "sar", "rotl", "rotr"]);
                self.line(&format!("{d} =i64 {op} {a}, {b}"));
            }
            4 => {
                let cond = self.cond();
                self.line(&format!("{d} =i64 set{cond} {a}, {b}"));
            }
            5 => {
                let test = self.value();
                self.line(&format!("{d} =i64 select {test}, {a}, {b}"));
            }
            6 => self.line(&format!("{d} =i64 copy {a}")),
            _ => {
                let op = self.chance.pick(&["add", "sub", "mul", "and", "or", "xor"]);
                self.line(&format!("{d} =i64 {op} {a}, {b}"));
            }
        }
    }

    fn cond(&mut self) -> &'static str {
        self.chance.pick(&["eq", "ne", "lt", "le", "gt", "ge", "ltu", "leu", "gtu", "geu"])
    }

    fn float_cond(&mut self) -> &'static str {
        const CONDS: [&str; 14] = [
            "oeq", "one", "olt", "ole", "ogt", "oge", "ord", "ueq", "une", "ult", "ule", "ugt",
            "uge", "uno",
        ];
        self.chance.pick(&CONDS)
    }

    fn bits(&mut self) {
        const OPS: [&str; 12] = [
            "neg", "not", "clz", "ctz", "popcnt", "bswap", "sext8", "sext16", "sext32", "zext8",
            "zext16", "zext32",
        ];
        let (d, a, op) = (self.int(), self.value(), self.chance.pick(&OPS));
        self.line(&format!("{d} =i64 {op} {a}"));
    }

    fn float(&mut self) {
        let class = self.float_class();
        let (d, a, b) = (self.reg(class), self.reg(class), self.reg(class));
        match self.chance.below(6) {
            0 => {
                const OPS: [&str; 7] =
                    ["fsqrt", "fneg", "fabs", "ffloor", "fceil", "ftrunc", "fround"];
                let op = self.chance.pick(&OPS);
                self.line(&format!("{d} ={class} {op} {a}"));
            }
            1 => {
                let test = self.value();
                self.line(&format!("{d} ={class} select {test}, {a}, {b}"));
            }
            2 => {
                let (i, cond) = (self.int(), self.float_cond());
                self.line(&format!("{i} =i64 fset{cond} {a}, {b}"));
            }
            _ => {
                let op = self.chance.pick(&["fadd", "fsub", "fmul", "fdiv"]);
                self.line(&format!("{d} ={class} {op} {a}, {b}"));
            }
        }
    }

    fn conversion(&mut self) {
        let class = self.float_class();
        let (f, i) = (self.reg(class), self.int());
        match self.chance.below(6) {
            0 => {
                let (op, a) = (self.chance.pick(&["itof", "utof"]), self.value());
                self.line(&format!("{f} ={class} {op} {a}"));
            }
            1 => {
                let op = self.chance.pick(&["ftoi", "ftou"]);
                self.line(&format!("{i} =i64 {op} {f}"));
            }
            2 => {
                let (x, y) = (self.reg("f64"), self.reg("f32"));
                self.line(&format!("{x} =f64 fpromote {y}"));
            }
            3 => {
                let (x, y) = (self.reg("f64"), self.reg("f32"));
                self.line(&format!("{y} =f32 fdemote {x}"));
            }
            4 => self.line(&format!("{f} ={class} bitcast {i}")),
            _ => {
                // Zero instead of a NaN.
                self.line(&format!("%u =i64 fsetord {f}, {f}"));
                self.line(&format!("%t =i64 bitcast {f}"));
                self.line(&format!("{i} =i64 select %u, %t, 0"));
            }
        }
    }

    /// Loads and stores within the frame's object and shared data; integers and floats apart.
    fn memory(&mut self) {
        let (size, suffix) = self.chance.pick(&[(1, "8"), (2, "16"), (4, "32"), (8, "")]);
        let scale = self.chance.pick(&[1, 2, 4, 8]);
        let index = self.int();
        // The index with its scale stays within 32 bytes, the offset within the rest.
        let most = 32 / scale - 1;
        self.line(&format!("%t =i64 and {index}, {most}"));
        let offset = self.chance.below(64 - 32 - size + 1);
        let base = self.chance.pick(&["%m", "$shared"]);
        let place = match self.chance.below(3) {
            0 => format!("[{base} + {}]", self.chance.below(64 - size + 1)),
            _ => format!("[{base} + %t*{scale} + {offset}]"),
        };
        match self.chance.below(5) {
            0 | 1 => {
                let value = self.value();
                self.line(&format!("store{suffix} {place}, {value}"));
            }
            2 | 3 => {
                let (d, signed) = (self.int(), self.chance.pick(&["u", "s"]));
                let signed = if size == 8 { "" } else { signed };
                self.line(&format!("{d} =i64 load{suffix}{signed} {place}"));
            }
            _ => {
                let class = self.float_class();
                let (from, to) = (self.reg(class), self.reg(class));
                let at = 8 * self.chance.below(8);
                let offset = if class == "f64" { at } else { at / 2 + 64 };
                // Doubles in the frame, single ones in shared data.
                let base = if class == "f64" { "%n" } else { "$shared" };
                self.line(&format!("store [{base} + {offset}], {from}"));
                self.line(&format!("{to} ={class} load [{base} + {offset}]"));
            }
        }
    }

    fn arguments(&mut self, params: &[&str]) -> String {
        let arguments: Vec<String> = params
            .iter()
            .map(|&class| if class == "i64" { self.value() } else { self.reg(class) })
            .collect();
        arguments.join(", ")
    }

    fn call(&mut self) {
        if self.known.is_empty() {
            return self.arithmetic();
        }
        let callee = self.known[self.chance.below(self.known.len())].clone();
        let arguments = self.arguments(&callee.params);
        let mut target = format!("${}", callee.name);
        if self.chance.one_in(4) {
            self.line(&format!("%t =i64 addr {target}"));
            target = "%t".into();
        }
        let mut results = callee.results.clone();
        results.truncate(self.chance.below(3));
        let registers: Vec<String> = results.iter().map(|class| self.reg(class)).collect();
        if registers.len() == 2 && registers[0] == registers[1] {
            return;
        }
        let head = match registers.len() {
            0 => String::new(),
            _ => format!("{} ={} ", registers.join(", "), results.join(", ")),
        };
        self.line(&format!("{head}call {target}({arguments})"));
    }

    /// Strings, arrays and maps.
    fn structure(&mut self) {
        let (d, a, b) = (self.int(), self.value(), self.value());
        match self.chance.below(5) {
            0 => {
                self.line(&format!("%s =i64 int_to_str {a}"));
                self.line(&format!("%t =i64 int_to_str {b}"));
                self.line("%s =i64 string_concat %s, %t");
                let op = self.chance.pick(&["string_cmp %s, %t", "string_len %s"]);
                self.line(&format!("{d} =i64 {op}"));
            }
            1 => self.line(&format!("print_int {a}")),
            2 => {
                let x = self.reg("f64");
                self.line(&format!("print_float {x}"));
            }
            3 => {
                self.line("%s =i64 array_new 8, 1");
                for _ in 0..self.chance.below(4) {
                    let value = self.value();
                    self.line(&format!("%s =i64 array_append %s, {value}, 8"));
                }
                self.line(&format!("%s =i64 array_append %s, {a}, 8"));
                let index = if self.chance.one_in(8) { "3" } else { "0" };
                self.line(&format!("array_set %s, {index}, {b}, 8"));
                self.line(&format!("{d} =i64 array_get %s, {index}, 8"));
            }
            _ if self.chance.one_in(3) => self.large_map(&d, &a),
            _ => {
                self.line("%s =i64 map_new");
                for _ in 0..self.chance.below(12) {
                    let (key, value) = (self.value(), self.value());
                    self.line(&format!("%s =i64 map_put %s, {key}, {value}"));
                }
                self.line(&format!("%s =i64 map_delete %s, {a}"));
                self.line(&format!("{d} =i64 map_get %s, {b}"));
            }
        }
    }

    /// A map that gets an index, loses some of its keys, and whose entries are read in their order.
    fn large_map(&mut self, d: &str, a: &str) {
        let labels = [self.label(), self.label(), self.label()];
        let [fill, remove, read] = &labels;
        let stride = self.chance.pick(&["1", "4096", "-24", "0x1000000000001"]);
        let count = 5 + self.chance.below(60);
        let (step, most) = (1 + self.chance.below(7), self.chance.below(count + 20));
        self.line(&format!("%s =i64 map_new\n    %t =i64 const 0\n@{fill}"));
        self.line(&format!("%u =i64 mul %t, {stride}\n    %s =i64 map_put %s, %u, %t"));
        self.line(&format!("%t =i64 add %t, 1\n    jlt %t, {count}, @{fill}"));
        self.line(&format!("%s =i64 map_put %s, {a}, 77\n    %t =i64 const 0\n@{remove}"));
        self.line(&format!("%u =i64 mul %t, {stride}\n    %s =i64 map_delete %s, %u"));
        self.line(&format!("%t =i64 add %t, {step}\n    jlt %t, {most}, @{remove}"));
        self.line(&format!("%u =i64 map_get %s, {a}\n    %s =i64 map_put %s, {stride}, 78"));
        self.line("%v =i64 load [%s + 8]\n    %s =i64 load [%s]");
        self.line(&format!("@{read}\n    %t =i64 load [%s]\n    %u =i64 mul %u, 31"));
        self.line("%u =i64 add %u, %t\n    %t =i64 load [%s + 8]\n    %u =i64 xor %u, %t");
        self.line("%s =i64 add %s, 16\n    %v =i64 sub %v, 1");
        self.line(&format!("jgt %v, 0, @{read}\n    {d} =i64 copy %u"));
    }

    fn jump_if(&mut self, label: &str) {
        if self.chance.one_in(3) {
            let (class, cond) = (self.float_class(), self.float_cond());
            let (a, b) = (self.reg(class), self.reg(class));
            return self.line(&format!("fj{cond} {a}, {b}, @{label}"));
        }
        let (cond, a, b) = (self.cond(), self.value(), self.value());
        if self.chance.one_in(4) {
            self.line(&format!("cmp {a}, {b}"));
            let (d, from) = (self.int(), self.int());
            self.line(&format!("{d} =i64 copy {from}"));
            self.line(&format!("if{cond} @{label}"));
        } else {
            self.line(&format!("j{cond} {a}, {b}, @{label}"));
        }
    }

    fn choice(&mut self, depth: usize, end: &str) {
        let (other, join) = (self.label(), self.label());
        self.jump_if(&other);
        self.block(depth - 1, end);
        self.line(&format!("jmp @{join}"));
        let _ = writeln!(self.text, "@{other}");
        self.block(depth - 1, end);
        let _ = writeln!(self.text, "@{join}");
    }

    fn repeat(&mut self, depth: usize, end: &str) {
        let (again, out) = (self.label(), self.label());
        let (counter, turns) = (format!("%c{again}"), 1 + self.chance.below(6));
        self.line(&format!("{counter} =i64 const 0"));
        let _ = writeln!(self.text, "@{again}");
        self.block(depth - 1, end);
        if self.chance.one_in(3) {
            let target = if self.chance.one_in(4) { end } else { &out };
            self.jump_if(target);
        }
        self.line(&format!("{counter} =i64 add {counter}, 1"));
        self.line(&format!("jlt {counter}, {turns}, @{again}"));
        let _ = writeln!(self.text, "@{out}");
    }

    fn switch(&mut self, depth: usize, end: &str) {
        let (index, join) = (self.int(), self.label());
        let labels: Vec<String> = (0..=self.chance.below(5)).map(|_| self.label()).collect();
        let listed: Vec<String> = (0..self.chance.below(9))
            .map(|_| format!("@{}", labels[self.chance.below(labels.len())]))
            .collect();
        self.line(&format!("%t =i64 and {index}, 7"));
        self.line(&format!("switch %t, [{}], @{}", listed.join(", "), labels[0]));
        for label in &labels {
            let _ = writeln!(self.text, "@{label}");
            self.block(depth - 1, end);
            if self.chance.one_in(2) {
                self.line(&format!("jmp @{join}"));
            }
        }
        let _ = writeln!(self.text, "@{join}");
    }

    fn overflow(&mut self, depth: usize, end: &str) {
        let (label, op) = (self.label(), self.chance.pick(&["addo", "subo", "mulo"]));
        let (d, a, b) = (self.int(), self.value(), self.value());
        self.line(&format!("{d} =i64 {op} {a}, {b}, @{label}"));
        self.block(depth - 1, end);
        let _ = writeln!(self.text, "@{label}");
    }
}
