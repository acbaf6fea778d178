//! A compiler for a toy language on top of the native back end: assignments and `print`, with sums,
//! products and parentheses. It writes `.nir` text as it reads; everything else is done by the back end.
//!
//! ```console
//! $ echo 'x = 6 * (3 + 4)
//! print x' | cargo run -q -p sox-native --example toy -- answer
//! $ ./answer
//! 42
//! ```

use sox_native::machine::{Syntax, load};
use sox_native::{Options, Target, compile};
use std::error::Error;
use std::io::Read;

/// A line, and the instructions so far.
#[derive(Default)]
struct Toy {
    tokens: Vec<String>,
    at: usize,
    code: String,
    temporaries: usize,
}

impl Toy {
    fn accept(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|next| next == token);
        self.at += usize::from(found);
        found
    }

    /// `variable = sum` or `print sum`.
    fn line(&mut self) -> Result<(), String> {
        if self.accept("print") {
            let value = self.sum()?;
            self.code += &format!("    print_int {value}\n");
        } else if !self.tokens.is_empty() {
            let name = self.name()?;
            let value = if self.accept("=") { self.sum()? } else { Err("a = is missing")? };
            self.code += &format!("    {name} =i64 copy {value}\n");
        }
        self.tokens.get(self.at).map_or(Ok(()), |rest| Err(format!("`{rest}` is too much")))
    }

    fn sum(&mut self) -> Result<String, String> {
        self.chain("+", "add", |toy| toy.chain("*", "mul", Toy::primary))
    }

    /// Operands with a sign between them; gives the register or number that is the result.
    fn chain(
        &mut self,
        sign: &str,
        operation: &str,
        operand: impl Fn(&mut Toy) -> Result<String, String>,
    ) -> Result<String, String> {
        let mut left = operand(self)?;
        while self.accept(sign) {
            let right = operand(self)?;
            self.temporaries += 1;
            let result = format!("%{}", self.temporaries);
            self.code += &format!("    {result} =i64 {operation} {left}, {right}\n");
            left = result;
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<String, String> {
        if self.accept("(") {
            let value = self.sum()?;
            return if self.accept(")") { Ok(value) } else { Err("a ) is missing".into()) };
        }
        match self.tokens.get(self.at) {
            Some(number) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
                self.at += 1;
                Ok(number.clone())
            }
            _ => self.name(),
        }
    }

    /// A variable, as a register of that name.
    fn name(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).ok_or("a value is missing")?;
        self.at += 1;
        let good = token.bytes().all(|byte| byte.is_ascii_alphabetic());
        if good { Ok(format!("%{token}")) } else { Err(format!("`{token}` is no name")) }
    }
}

/// The `.nir` text of a program.
pub(crate) fn translate(program: &str) -> Result<String, String> {
    let mut toy = Toy::default();
    for (number, line) in program.lines().enumerate() {
        let apart = |text: String, sign: &str| text.replace(sign, &format!(" {sign} "));
        let spaced = ["+", "*", "(", ")", "="].into_iter().fold(line.to_string(), apart);
        (toy.tokens, toy.at) = (spaced.split_whitespace().map(String::from).collect(), 0);
        toy.line().map_err(|message| format!("line {}: {message}", number + 1))?;
    }
    Ok(format!("function $main() {{\n{}    ret\n}}\n", toy.code))
}

#[allow(dead_code, reason = "a test includes this file, and calls the rest itself")]
fn main() -> Result<(), Box<dyn Error>> {
    let output = std::env::args().nth(1).ok_or("the name of the program to make is missing")?;
    let mut program = String::new();
    std::io::stdin().read_to_string(&mut program)?;
    // A variable that is read before it is written is found here.
    let module = load(translate(&program)?.as_bytes(), Syntax::Nir)
        .map_err(|faults| faults.iter().map(|fault| format!("{fault}\n")).collect::<String>())?;
    std::fs::write(&output, compile(&module, &Options::new(Target::LinuxX64))?)?;
    #[cfg(unix)]
    std::fs::set_permissions(&output, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
