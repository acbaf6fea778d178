//! A compiler for a toy language on top of the native back end: assignments and `print`, with sums,
//! products and parentheses.
//!
//! ```console
//! $ echo 'x = 6 * (3 + 4)
//! print x' | cargo run -q -p sox-native --example toy -- answer
//! $ ./answer
//! 42
//! ```

use sox_native::machine::ir::{Class, FunctionBuilder, Inst, Module, Op, Operand, Pair, Reg};
use sox_native::machine::verify;
use sox_native::{Options, Target, compile};
use std::io::Read;

/// A parser that makes instructions as it reads.
struct Toy<'m> {
    tokens: Vec<String>,
    at: usize,
    code: FunctionBuilder<'m>,
}

impl Toy<'_> {
    fn accept(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|next| next == token);
        self.at += usize::from(found);
        found
    }

    fn variable(&mut self, name: &str) -> Reg {
        let name = self.code.module().names.intern(name.as_bytes());
        self.code.reg(name, Class::I64)
    }

    fn sum(&mut self) -> Operand {
        let mut left = self.product();
        while self.accept("+") {
            let right = self.product();
            left = self.operation(Op::Add, left, right);
        }
        left
    }

    fn product(&mut self) -> Operand {
        let mut left = self.primary();
        while self.accept("*") {
            let right = self.primary();
            left = self.operation(Op::Mul, left, right);
        }
        left
    }

    fn operation(&mut self, op: Op, left: Operand, right: Operand) -> Operand {
        let result = Operand::Reg(self.code.fresh(Class::I64));
        self.code.push(Inst::new(op, &[result, left, right]));
        result
    }

    fn primary(&mut self) -> Operand {
        if self.accept("(") {
            let value = self.sum();
            assert!(self.accept(")"), "a ) is missing");
            return value;
        }
        let token = self.tokens.get(self.at).expect("something is missing").clone();
        self.at += 1;
        match token.parse() {
            Ok(number) => self.code.number(number),
            Err(_) => Operand::Reg(self.variable(&token)),
        }
    }
}

fn main() {
    let output = std::env::args().nth(1).expect("the name of the program to make");
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("a program on standard input");
    let mut module = Module::default();
    let main = module.names.intern(b"main");
    let mut toy = Toy { tokens: vec![], at: 0, code: FunctionBuilder::new(&mut module, main) };
    for line in text.lines() {
        let spaced = ["+", "*", "(", ")", "="]
            .iter()
            .fold(line.to_string(), |text, sign| text.replace(sign, &format!(" {sign} ")));
        (toy.tokens, toy.at) = (spaced.split_whitespace().map(String::from).collect(), 0);
        if toy.accept("print") {
            let value = toy.sum();
            toy.code.push(Inst::new(Op::PrintInt, &[value]));
        } else if let [name, ..] = &toy.tokens[..] {
            let name = toy.variable(&name.clone());
            toy.at = 1;
            assert!(toy.accept("="), "a = is missing");
            let value = toy.sum();
            toy.code.push(Inst::new(Op::Mov, &[Operand::Reg(name), value]));
        }
    }
    let nothing = toy.code.list(&[]);
    toy.code.push(Inst::new(Op::Ret, &[nothing]));
    toy.code.results(Pair::default());
    toy.code.finish();
    let module = verify(module).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let program = compile(&module, &Options::new(Target::LinuxX64)).expect("it is complete");
    std::fs::write(output, program).expect("the program can be written");
}
