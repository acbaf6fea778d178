//! `fold`: operations whose operands are constants are done here, once, by the rules that engines
//! use; conditions that are constants become jumps or nothing.
//!
//! What would fail when it runs (`1 - "a"`) stays as it is, so that it fails there.

use super::constants::Constants;
use super::draft::Draft;
use super::walk::Window;
use crate::{Constant, Instr};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Bytes of the longest text that is made: constants would otherwise grow with each use of others.
const MAX_TEXT: usize = 256;

/// Parts of an interpolation that are looked at.
const MAX_PARTS: u16 = 8;

/// A value known when compiling.
#[derive(Clone, Debug, PartialEq)]
enum Value<'c> {
    Nil,
    Bool(bool),
    Number(f64),
    Text(Cow<'c, str>),
}

/// Whether this pass may have work where an instruction stands behind two others.
#[inline]
pub(super) fn may_begin([first, second]: [Instr; 2], instr: Instr) -> bool {
    if !is_constant(second) {
        return false;
    }
    match instr {
        Instr::Not {}
        | Instr::Negate {}
        | Instr::JumpIfFalse { .. }
        | Instr::JumpIfTrue { .. }
        | Instr::JumpIfFalseElsePop { .. }
        | Instr::JumpIfTrueElsePop { .. }
        | Instr::LoopIfTrue { .. } => true,
        Instr::Interpolate { parts } => parts.0 < 2 || is_constant(first),
        _ => is_constant(first) && is_binary(instr),
    }
}

/// Tries to do the last instruction of the window. Tells whether it did.
pub(super) fn step(draft: &mut Draft, window: &mut Window, constants: &mut Constants<'_>) -> bool {
    let Some((place, instr)) = window.last(draft, 0) else { return false };
    match instr {
        Instr::Jump { .. } | Instr::GetLocal { .. } | Instr::SetLocal { .. } => false,
        Instr::JumpIfFalse { target } => decide(draft, window, constants, |truth| {
            if truth { Decided::Nothing } else { Decided::Instead(Instr::Jump { target }) }
        }),
        Instr::JumpIfTrue { target } => decide(draft, window, constants, |truth| {
            if truth { Decided::Instead(Instr::Jump { target }) } else { Decided::Nothing }
        }),
        Instr::JumpIfFalseElsePop { target } => decide(draft, window, constants, |truth| {
            if truth { Decided::Nothing } else { Decided::Behind(Instr::Jump { target }) }
        }),
        Instr::JumpIfTrueElsePop { target } => decide(draft, window, constants, |truth| {
            if truth { Decided::Behind(Instr::Jump { target }) } else { Decided::Nothing }
        }),
        Instr::LoopIfTrue { target } => decide(draft, window, constants, |truth| {
            if truth { Decided::Instead(Instr::Loop { target }) } else { Decided::Nothing }
        }),
        _ => {
            let Some((operands, result)) = computed(draft, window, constants, instr) else {
                return false;
            };
            let push = match result {
                Value::Nil => Instr::Nil {},
                Value::Bool(true) => Instr::True {},
                Value::Bool(false) => Instr::False {},
                Value::Number(number) => Instr::Const { value: constants.number(number) },
                Value::Text(text) => Instr::Const { value: constants.text(&text) },
            };
            for _ in 0..=operands {
                window.delete_last(draft);
            }
            window.put(draft, place, push);
            true
        }
    }
}

/// What is left of a constant and a condition on it.
enum Decided {
    /// Neither.
    Nothing,
    /// This instead of both.
    Instead(Instr),
    /// The constant, and this.
    Behind(Instr),
}

fn decide(
    draft: &mut Draft,
    window: &mut Window,
    constants: &Constants<'_>,
    decision: impl FnOnce(bool) -> Decided,
) -> bool {
    let Some((place, _)) = window.last(draft, 0) else { return false };
    let Some(value) = operand(draft, window, constants, 1) else { return false };
    let truth = value.truth();
    match decision(truth) {
        Decided::Nothing => {
            window.delete_last(draft);
            window.delete_last(draft);
        }
        Decided::Instead(instr) => {
            window.delete_last(draft);
            window.delete_last(draft);
            window.put(draft, place, instr);
        }
        Decided::Behind(instr) => {
            window.delete_last(draft);
            window.put(draft, place, instr);
        }
    }
    true
}

/// The number of operands of an instruction and its result, if all operands are constants and it
/// does not fail.
fn computed(
    draft: &Draft,
    window: &Window,
    constants: &Constants<'_>,
    instr: Instr,
) -> Option<(u32, Value<'static>)> {
    let operand = |below| operand(draft, window, constants, below);
    match instr {
        Instr::Not {} => Some((1, Value::Bool(!operand(1)?.truth()))),
        Instr::Negate {} => match operand(1)? {
            Value::Number(number) => Some((1, Value::Number(-number))),
            _ => None,
        },
        Instr::Interpolate { parts } if (1..=MAX_PARTS).contains(&parts.0) => {
            let mut text = String::new();
            for below in (1..=u32::from(parts.0)).rev() {
                operand(below)?.write(&mut text);
            }
            (text.len() <= MAX_TEXT).then_some((parts.0.into(), Value::Text(text.into())))
        }
        _ if is_binary(instr) => {
            // The right one first: it is more often a constant.
            let right = operand(1)?;
            Some((2, binary(instr, operand(2)?, right)?))
        }
        _ => None,
    }
}

/// The constant that an instruction of the window pushes, so far from its end.
fn operand<'c>(
    draft: &Draft,
    window: &Window,
    constants: &'c Constants<'_>,
    below: u32,
) -> Option<Value<'c>> {
    let (_, push) = window.last(draft, below)?;
    let push = constants.of_local(push).unwrap_or(push);
    Some(match push {
        Instr::Nil {} => Value::Nil,
        Instr::True {} => Value::Bool(true),
        Instr::False {} => Value::Bool(false),
        Instr::Const { value } => match constants.get(value)? {
            Constant::Nil => Value::Nil,
            Constant::Bool(value) => Value::Bool(*value),
            Constant::Number(number) => Value::Number(*number),
            Constant::String(text) => Value::Text(Cow::Borrowed(text)),
        },
        _ => return None,
    })
}

/// Whether an instruction pushes a constant.
pub(super) fn is_constant(instr: Instr) -> bool {
    matches!(instr, Instr::Nil {} | Instr::True {} | Instr::False {} | Instr::Const { .. })
}

/// Whether an instruction computes something of two values.
pub(super) fn is_binary(instr: Instr) -> bool {
    matches!(
        instr,
        Instr::Add {}
            | Instr::Subtract {}
            | Instr::Multiply {}
            | Instr::Divide {}
            | Instr::Remainder {}
            | Instr::Equal {}
            | Instr::NotEqual {}
            | Instr::Less {}
            | Instr::LessEqual {}
            | Instr::Greater {}
            | Instr::GreaterEqual {}
    )
}

fn binary(instr: Instr, left: Value<'_>, right: Value<'_>) -> Option<Value<'static>> {
    Some(match (instr, &left, &right) {
        (Instr::Equal {}, ..) => Value::Bool(left.equals(&right)),
        (Instr::NotEqual {}, ..) => Value::Bool(!left.equals(&right)),
        (Instr::Add {}, Value::Number(a), Value::Number(b)) => Value::Number(a + b),
        (Instr::Add {}, Value::Text(_), _) | (Instr::Add {}, _, Value::Text(_)) => {
            let mut text = String::new();
            left.write(&mut text);
            right.write(&mut text);
            if text.len() > MAX_TEXT {
                return None;
            }
            Value::Text(text.into())
        }
        (Instr::Subtract {}, Value::Number(a), Value::Number(b)) => Value::Number(a - b),
        (Instr::Multiply {}, Value::Number(a), Value::Number(b)) => Value::Number(a * b),
        (Instr::Divide {}, Value::Number(a), Value::Number(b)) => Value::Number(a / b),
        (Instr::Remainder {}, Value::Number(a), Value::Number(b)) => {
            Value::Number(sox_semantics::remainder(*a, *b))
        }
        (Instr::Less {}, ..) => Value::Bool(left.compare(&right)? == Some(Ordering::Less)),
        (Instr::LessEqual {}, ..) => {
            let ordering = left.compare(&right)?;
            Value::Bool(ordering.is_some_and(Ordering::is_le))
        }
        (Instr::Greater {}, ..) => Value::Bool(left.compare(&right)? == Some(Ordering::Greater)),
        (Instr::GreaterEqual {}, ..) => {
            let ordering = left.compare(&right)?;
            Value::Bool(ordering.is_some_and(Ordering::is_ge))
        }
        _ => return None,
    })
}

impl Value<'_> {
    fn truth(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// `==`: numbers as IEEE says, so no NaN is equal to anything.
    fn equals(&self, other: &Value<'_>) -> bool {
        self == other
    }

    /// How two numbers or two texts compare; of other values, `None`: comparing them is an error.
    fn compare(&self, other: &Value<'_>) -> Option<Option<Ordering>> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => Some(a.partial_cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(Some(a.as_bytes().cmp(b.as_bytes()))),
            _ => None,
        }
    }

    /// Appends the printed form.
    fn write(&self, out: &mut String) {
        match self {
            Value::Nil => out.push_str("nil"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => sox_semantics::write_number(out, *number),
            Value::Text(text) => out.push_str(text),
        }
    }
}
