//! Data of `.nir`, and constants.

use super::lexer::{Tok, Token};
use super::parser::alignment;
use super::source::{Result, Source};
use crate::fault::Rule;
use crate::ir::{Class, Module, Reloc};
use crate::parsed::MAX_DATA;
use crate::text::digits;

/// A data object; `data` has been read.
pub(super) fn data(
    source: &mut Source<'_>,
    module: &mut Module,
    exported: bool,
    start: Token<'_>,
) -> Result<()> {
    let name = source.name(Tok::Sym, "a symbol", module)?;
    let align = alignment(source)?;
    source.require(b'{')?;
    let (mut bytes, mut relocs) = (Vec::new(), Vec::new());
    loop {
        while source.token.kind == Tok::Line {
            source.advance();
        }
        if source.eat(b'}') {
            break;
        }
        data_item(source, module, &mut bytes, &mut relocs)?;
        while source.token.kind == Tok::Line {
            source.advance();
        }
        if !source.is(b'}') {
            source.require(b',')?;
        }
    }
    module.add_data((name, exported), align, &bytes, &relocs, start.start);
    Ok(())
}

fn data_item(
    source: &mut Source<'_>,
    module: &mut Module,
    bytes: &mut Vec<u8>,
    relocs: &mut Vec<Reloc>,
) -> Result<()> {
    let word = source.token;
    if word.kind != Tok::Word {
        let hint = "b \"text\", z 16, i8 1 2 3, i16, i32, i64, f32, f64, i64 $symbol + 8";
        return Err(source.expected(Rule::Syntax, "a data item", hint));
    }
    source.advance();
    match word.text {
        b"b" => {
            if source.token.kind != Tok::Text {
                let hint = "a text ends on the line it begins on: b \"text\"";
                return Err(source.expected(Rule::Syntax, "a text in quotes", hint));
            }
            let token = source.advance();
            bytes.extend_from_slice(source.bytes(token)?);
            Ok(())
        }
        b"z" => {
            let at = source.token;
            let zeros = source.count()? as u64;
            if bytes.len() as u64 + zeros > MAX_DATA {
                let message = "initialised data may have at most 2^28 bytes".to_string();
                return Err(source.fault(Rule::TooLarge, at, message, "use bss"));
            }
            bytes.resize(bytes.len() + zeros as usize, 0);
            Ok(())
        }
        b"i64" if source.token.kind == Tok::Sym => {
            let symbol = source.name(Tok::Sym, "a symbol", module)?;
            let addend = addend(source)?;
            relocs.push(Reloc { at: bytes.len() as u64, symbol, addend });
            bytes.extend_from_slice(&[0; 8]);
            Ok(())
        }
        b"i8" | b"i16" | b"i32" | b"i64" | b"f32" | b"f64" => data_words(source, word, bytes),
        _ => {
            let message = format!("there is no data item `{}`", String::from_utf8_lossy(word.text));
            Err(source.fault(Rule::Syntax, word, message, "b, z, i8, i16, i32, i64, f32 or f64"))
        }
    }
}

/// One or more numbers of a type.
fn data_words(source: &mut Source<'_>, word: Token<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    loop {
        match word.text {
            b"f32" => {
                bytes.extend_from_slice(&(constant(source, Class::F32)? as u32).to_le_bytes())
            }
            b"f64" => bytes.extend_from_slice(&constant(source, Class::F64)?.to_le_bytes()),
            name => {
                let width: u32 = match name {
                    b"i8" => 8,
                    b"i16" => 16,
                    b"i32" => 32,
                    _ => 64,
                };
                let at = source.token;
                let negative = source.is(b'-');
                let value = source.integer()?;
                let fits = width == 64
                    || if negative {
                        value >= -(1 << (width - 1))
                    } else {
                        (0..1 << width).contains(&value)
                    };
                if !fits {
                    let message = format!("this number does not fit {width} bits");
                    return Err(source.fault(Rule::Immediate, at, message, ""));
                }
                bytes.extend_from_slice(&value.to_le_bytes()[..width as usize / 8]);
            }
        }
        let more = matches!(source.token.kind, Tok::Int | Tok::Hex | Tok::Float | Tok::Punct(b'-'));
        if !more {
            return Ok(());
        }
    }
}

/// `+ N` or `- N`, or nothing.
pub(super) fn addend(source: &mut Source<'_>) -> Result<i64> {
    if source.is(b'-') || source.eat(b'+') { source.integer() } else { Ok(0) }
}

/// A constant of a class: a number, or the bits of a float in hexadecimal.
pub(super) fn constant(source: &mut Source<'_>, class: Class) -> Result<i64> {
    if class == Class::I64 {
        return source.integer();
    }
    let negative = source.eat(b'-');
    let token = source.token;
    let text = || String::from_utf8_lossy(token.text).into_owned();
    let bits = match token.kind {
        Tok::Hex if !negative => {
            let bits = digits(token.text, 16);
            let width = if class == Class::F32 { 32 } else { 64 };
            bits.filter(|bits| bits >> width == 0).map(|bits| bits as i64)
        }
        Tok::Int | Tok::Float => {
            let plain: String = text().replace('_', "");
            let sign = if negative { "-" } else { "" };
            float_bits(&format!("{sign}{plain}"), class)
        }
        _ => None,
    };
    match bits {
        Some(bits) => {
            source.advance();
            Ok(bits)
        }
        None => Err(source.expected(
            Rule::OperandKind,
            "a float",
            "write a number, or its bits in hexadecimal for NaN and the infinities",
        )),
    }
}

/// The bits of a decimal number as a float of a class; none if it is not a finite number.
pub(crate) fn float_bits(text: &str, class: Class) -> Option<i64> {
    match class {
        Class::F32 => {
            text.parse::<f32>().ok().filter(|v| v.is_finite()).map(|v| i64::from(v.to_bits()))
        }
        _ => text.parse::<f64>().ok().filter(|v| v.is_finite()).map(|v| v.to_bits() as i64),
    }
}
