//! Assembly text, from the same rows.

use super::field::{Class, Field};
use super::operand::{Extend, R, Shift, Value};
use super::row::{Form, decode};
use crate::assembly::{self, Instructions, list};
use sox_objfile::object::{Object, Reloc};

/// Assembly for an object of this instruction set. llvm-mc makes the same object of it, but that
/// bytes of names that assemblers cannot read are written as their codes.
pub fn assembly(object: &Object) -> String {
    assembly::assembly(object, &Words)
}

struct Words;

impl Instructions for Words {
    fn read(&self, code: &[u8], symbol: Option<&str>) -> (usize, String) {
        match code.first_chunk() {
            Some(&word) => (4, text(u32::from_le_bytes(word), symbol)),
            // The end of a byte string among the code.
            None => (code.len(), format!(".byte {}", list(code))),
        }
    }

    fn distance(&self, code: &[u8]) -> Option<i64> {
        let word = u32::from_le_bytes(*code.first_chunk()?);
        let (form, values) = found(word, true)?;
        let (field, _) = form.symbolic()?;
        let at = form.fields.iter().position(|&own| own == field)?;
        match (field.class, values[at]) {
            (Class::Jump(_) | Class::Adr, Value::Imm(distance)) => Some(distance),
            _ => None,
        }
    }

    fn addend(&self, reloc: &Reloc, _at: u64, _length: u64) -> i64 {
        reloc.addend
    }

    fn first_line(&self) -> &'static str {
        ""
    }

    fn is_register(&self, name: &str) -> bool {
        const OTHERS: [&str; 8] = ["sp", "wsp", "xzr", "wzr", "fp", "lr", "ip0", "ip1"];
        let number = name.trim_start_matches(['x', 'w', 'b', 'h', 's', 'd', 'q', 'v']);
        let numbered = number.len() + 1 == name.len() && number.parse::<u8>().is_ok();
        numbered || OTHERS.contains(&name)
    }
}

/// Assembly for a word, which assembles to the same word. A symbol's name (with what is added to it)
/// stands for the operand that it belongs to. A word that is of no row is a number.
///
/// ```
/// use sox_machine::arm64::text;
///
/// assert_eq!(text(0x8b02_0020, None), "add x0, x1, x2");
/// assert_eq!(text(0x9400_0000, Some("puts")), "bl puts");
/// assert_eq!(text(0x9100_0000, Some("table")), "add x0, x0, :lo12:table");
/// assert_eq!(text(0xffff_ffff, None), ".inst 0xffffffff");
/// ```
pub fn text(word: u32, symbol: Option<&str>) -> String {
    let Some((form, values)) = found(word, symbol.is_some()) else {
        return format!(".inst {word:#010x}");
    };
    form.text(&values, symbol)
}

/// The row that a word is of. With a symbol it must be one that can refer to it.
fn found(word: u32, symbolic: bool) -> Option<(&'static Form, Vec<Value>)> {
    if !symbolic {
        return decode(word);
    }
    let mut forms = super::insts::FAMILIES.iter().flat_map(|family| family.iter());
    forms.find_map(|form| form.reloc().and_then(|_| Some((form, form.decode(word)?))))
}

impl Form {
    /// The text with these operands, and with a symbol for the one that it belongs to.
    pub fn text(&self, values: &[Value], symbol: Option<&str>) -> String {
        let relocated = symbol.zip(self.symbolic());
        let mut pieces = self.syntax.split("{}");
        let mut text = pieces.next().unwrap_or("").to_string();
        for ((field, &value), piece) in self.fields.iter().zip(values).zip(pieces) {
            match relocated {
                Some((symbol, (symbolic, _))) if symbolic == *field => {
                    // The low bits of the symbol's address; an offset brings its own comma.
                    text += match field.class {
                        Class::Scaled(_) => ", :lo12:",
                        Class::Imm12 => ":lo12:",
                        _ => "",
                    };
                    text += symbol;
                }
                _ => text += &value_text(*field, value),
            }
            text += piece;
        }
        text
    }
}

/// An operand's text. What may be left out (a zero offset, a shift by nothing) is, with the comma before
/// it.
pub fn value_text(field: Field, value: Value) -> String {
    match value {
        Value::R(reg) => general_name(field.class, reg),
        Value::V(reg) => match field.class {
            Class::V8B => format!("v{}.8b", reg.0),
            Class::V16B => format!("v{}.16b", reg.0),
            Class::B => format!("b{}", reg.0),
            Class::S => format!("s{}", reg.0),
            Class::Q => format!("q{}", reg.0),
            _ => format!("d{}", reg.0),
        },
        Value::Imm(number) => match field.class {
            Class::Scaled(_) | Class::Unscaled | Class::PairOffset(_) if number == 0 => {
                String::new()
            }
            Class::Half(_) if number == 0 => String::new(),
            Class::Half(_) => format!(", lsl #{number}"),
            Class::Scaled(_) | Class::Unscaled | Class::PairOffset(_) => format!(", #{number}"),
            _ => format!("#{number}"),
        },
        Value::Bits(pattern) => format!("#{pattern:#x}"),
        Value::Float(float) => format!("#{float:?}"),
        Value::Cond(cond) => cond.to_string(),
        Value::Shift(Shift::Lsl, 0) => String::new(),
        Value::Shift(shift, amount) => format!(", {shift} #{amount}"),
        Value::Extend(extend, amount) => extend_text(field.class, extend, amount),
    }
}

fn general_name(class: Class, reg: R) -> String {
    match (class, reg) {
        (Class::Wsp, R::SP) => "wsp".to_string(),
        (_, R::SP) => "sp".to_string(),
        (Class::W, R::ZR) => "wzr".to_string(),
        (_, R::ZR) => "xzr".to_string(),
        (Class::W | Class::Wsp, R(number)) => format!("w{number}"),
        (_, R(number)) => format!("x{number}"),
    }
}

fn extend_text(class: Class, extend: Extend, amount: u8) -> String {
    // Of an index that is used as it is, only the shift is written.
    let name = match (class, extend) {
        (Class::IndexX(_), Extend::Uxtx) if amount == 0 => return String::new(),
        (Class::IndexX(_), Extend::Uxtx) => "lsl".to_string(),
        _ => extend.to_string(),
    };
    if amount == 0 { format!(", {name}") } else { format!(", {name} #{amount}") }
}
