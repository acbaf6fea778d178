//! Operators.

use crate::value::{Str, Unpacked, Value};
use crate::{Cx, Fault, Isolate, poh, strings};
use sox_semantics::NumberText;
use std::cmp::Ordering;

/// The outcome of an operation that may have to call user code.
pub enum Outcome<'h> {
    /// Done.
    Value(Value<'h>),
    /// A `toString` must be called: use the `Cx` form of the operation.
    NeedsCall,
}

/// `a + b` unless a `toString` is needed.
pub fn add<'h>(iso: &'h Isolate, a: Value<'h>, b: Value<'h>) -> Result<Outcome<'h>, Fault> {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return Ok(Outcome::Value(Value::number(x + y)));
    }
    let (left, right) = match (a.as_str(), b.as_str()) {
        (Some(left), Some(right)) => (Some(left), Some(right)),
        (Some(string), None) if b.as_number().is_some() => {
            return add_number(iso, string, b.as_number().unwrap_or(0.0), true).map(Outcome::Value);
        }
        (None, Some(string)) if a.as_number().is_some() => {
            return add_number(iso, string, a.as_number().unwrap_or(0.0), false)
                .map(Outcome::Value);
        }
        (Some(left), None) => (Some(left), iso.text_of(b)?),
        (None, Some(right)) => (iso.text_of(a)?, Some(right)),
        (None, None) => {
            return Err(Fault::type_error("Operands must be two numbers or involve a string."));
        }
    };
    match (left, right) {
        (Some(left), Some(right)) => Ok(Outcome::Value(iso.concat(left, right)?.value())),
        _ => Ok(Outcome::NeedsCall),
    }
}

/// A string and the text of a number.
pub(crate) fn add_number<'h>(
    iso: &'h Isolate,
    string: Str<'h>,
    number: f64,
    string_first: bool,
) -> Result<Value<'h>, Fault> {
    let text = NumberText::new(number);
    let text = text.as_str();
    iso.heap().check_own(string.bits());
    // SAFETY: the string is alive, and of this isolate.
    unsafe {
        let short = strings::concat_short(iso.heap(), string.object(), text, string_first)?;
        if let Some(joined) = short {
            return Ok(Str::from_object(joined).value());
        }
    }
    let text = iso.string(text)?;
    let (left, right) = if string_first { (string, text) } else { (text, string) };
    Ok(iso.concat(left, right)?.value())
}

/// `-`, `*`, `/`, `%` of values that are not both numbers always fail: the fault.
#[cold]
pub fn operands_must_be_numbers(a: Value<'_>, b: Value<'_>) -> Fault {
    let culprit = if a.as_number().is_some() { b } else { a };
    let about = poh::about(culprit, "a number");
    let plain = format!("This works with numbers only, and {about}.");
    Fault::type_error_in_both("Operands must be numbers.", plain)
}

/// Unary `-` of anything else always fails: the fault.
#[cold]
pub fn operand_must_be_a_number(operand: Value<'_>) -> Fault {
    let about = poh::about(operand, "a number");
    let plain = format!("A minus sign needs a number behind it, and {about}.");
    Fault::type_error_in_both("Operand must be a number.", plain)
}

/// `a == b`: numbers as IEEE says, strings by text, everything else by identity.
#[inline]
pub fn equal(a: Value<'_>, b: Value<'_>) -> bool {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return x == y;
    }
    if a.same(b) {
        return true;
    }
    match (a.as_str(), b.as_str()) {
        // SAFETY: the strings of values are alive.
        (Some(x), Some(y)) => unsafe { strings::equal(x.object(), y.object()) },
        _ => false,
    }
}

/// `<` and the like; `Operands must be numbers.` unless two numbers or two strings. `None`:
/// unordered (NaN).
#[inline]
pub fn compare(a: Value<'_>, b: Value<'_>) -> Result<Option<Ordering>, Fault> {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return Ok(x.partial_cmp(&y));
    }
    match (a.as_str(), b.as_str()) {
        // UTF-8 sorts by bytes as by code points.
        (Some(x), Some(y)) => Ok(Some(x.flat()?.as_bytes().cmp(y.flat()?.as_bytes()))),
        _ => Err(operands_must_be_numbers(a, b)),
    }
}

/// The joined printed forms of values on the stack, if they are short and need no calls.
fn short_text(iso: &Isolate, first: usize, count: usize) -> Result<Option<Str<'_>>, Fault> {
    let mut text = strings::ShortText::new();
    for at in first..first + count {
        let fits = match iso.stack().get(at).unpack() {
            Unpacked::String(part) => part.byte_len() <= text.room() && text.push(part.flat()?),
            Unpacked::Number(number) => text.push(NumberText::new(number).as_str()),
            Unpacked::Bool(true) => text.push("true"),
            Unpacked::Bool(false) => text.push("false"),
            Unpacked::Nil => text.push("nil"),
            _ => false,
        };
        if !fits {
            return Ok(None);
        }
    }
    iso.string(text.as_str()).map(Some)
}

/// Parts of interpolated texts with more bytes are not copied.
const MOST_COPIED: usize = 1024;

/// Joins texts some of which are long. Those are joined as [`add`] does it, so that a text that grows
/// by `text = "${text}${more}"` takes linear time too.
fn join_long<'h>(iso: &'h Isolate, texts: impl Iterator<Item = Str<'h>>) -> Result<Str<'h>, Fault> {
    let mut joined = iso.string("")?;
    let mut short = iso.string_builder();
    for text in texts {
        if text.byte_len() <= MOST_COPIED {
            short.push_str(text.flat()?)?;
            continue;
        }
        let before = std::mem::replace(&mut short, iso.string_builder()).finish()?;
        joined = iso.concat(iso.concat(joined, before)?, text)?;
    }
    iso.concat(joined, short.finish()?)
}

impl Cx<'_> {
    /// Replaces the two topmost values by their sum or joined text. A safepoint.
    pub fn add(&mut self) -> Result<(), Fault> {
        let iso = &*self.iso;
        let stack = iso.stack();
        let first = stack.len() - 2;
        let (a, b) = (stack.get(first), stack.get(first + 1));
        match add(iso, a, b)? {
            Outcome::Value(sum) => stack.set(first, sum),
            Outcome::NeedsCall => {
                // One of them is a string, so only the other one is converted.
                if b.as_str().is_some() {
                    stack.push(a);
                    self.to_text()?;
                    let stack = self.iso.stack();
                    stack.set(first, stack.pop());
                } else {
                    self.to_text()?;
                }
                let iso = &*self.iso;
                let stack = iso.stack();
                if let (Unpacked::String(a), Unpacked::String(b)) =
                    (stack.get(first).unpack(), stack.get(first + 1).unpack())
                {
                    stack.set(first, iso.concat(a, b)?.value());
                }
            }
        }
        self.iso.stack().truncate(first + 1);
        self.iso.safepoint()
    }

    /// Replaces the `count` topmost values by their joined printed forms. A safepoint.
    pub fn interpolate(&mut self, count: usize) -> Result<(), Fault> {
        let first = self.iso.stack().len() - count;
        if let Some(text) = short_text(self.iso, first, count)? {
            let stack = self.iso.stack();
            stack.truncate(first);
            stack.push(text.value());
            return self.iso.safepoint();
        }
        for at in first..first + count {
            let stack = self.iso.stack();
            if stack.get(at).as_str().is_none() {
                stack.push(stack.get(at));
                self.to_text()?;
                let stack = self.iso.stack();
                stack.set(at, stack.pop());
            }
        }
        {
            let iso = &*self.iso;
            let stack = iso.stack();
            let texts = || (first..first + count).filter_map(|at| stack.get(at).as_str());
            let text = match texts().any(|text| text.byte_len() > MOST_COPIED) {
                true => join_long(iso, texts())?,
                false => {
                    let mut builder = iso.string_builder();
                    builder.reserve(texts().map(|text| text.byte_len()).sum())?;
                    for text in texts() {
                        builder.push_str(text.flat()?)?;
                    }
                    builder.finish()?
                }
            };
            stack.truncate(first);
            stack.push(text.value());
        }
        self.iso.safepoint()
    }
}
