//! Calling conventions as data, and the one function that assigns places by them.

use crate::ir::Class;
use crate::regalloc::{PReg, RegSet};

/// How the arguments after `...` differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variadic {
    /// As others; a register holds the number of float registers in use.
    CountIn(PReg),
    /// Floats in registers stand in the integer register of their position too.
    FloatsInBoth,
    /// As others.
    Same,
    /// All of them on the stack.
    OnStack,
}

/// A calling convention. Integers and floats are passed by value in 8 bytes each.
#[derive(Debug)]
pub struct Convention {
    /// Its name.
    pub name: &'static str,
    /// Registers of the first arguments, by bank.
    pub arguments: [&'static [PReg]; 2],
    /// Registers of the results, by bank.
    pub results: [&'static [PReg]; 2],
    /// Whether the n-th argument takes the n-th register of its bank, whatever came before.
    pub by_position: bool,
    /// Registers that a function leaves as they were.
    pub preserved: RegSet,
    /// A register for the address of a tail call: neither preserved nor an argument's.
    pub tail_callee: PReg,
    /// Bytes below the stack arguments that belong to the callee.
    pub home: u32,
    /// How variadic arguments differ.
    pub variadic: Variadic,
}

/// Where an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgPlace {
    /// In a register.
    Reg(PReg),
    /// In a float register and in an integer register.
    Both(PReg, PReg),
    /// On the stack, that many bytes above the stack pointer at the call.
    Stack(u32),
}

/// The places of a call's arguments.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// One each.
    pub places: Vec<ArgPlace>,
    /// Bytes on the stack, a multiple of 16.
    pub stack: u32,
    /// How many float registers are taken.
    pub floats: u32,
}

/// Bytes of an argument on the stack.
const WORD: u32 = 8;

/// What the stack pointer is a multiple of at every call.
pub const STACK_ALIGN: u32 = 16;

impl Convention {
    /// Assigns places to arguments of these classes, of which those from `fixed` on are variadic. The
    /// answer is cleared first.
    pub fn assign(&self, classes: &[Class], fixed: usize, out: &mut Arguments) {
        out.places.clear();
        let mut taken = [0usize; 2];
        let mut stack = self.home;
        for (number, class) in classes.iter().enumerate() {
            let bank = usize::from(class.is_float());
            let variadic = number >= fixed;
            let at = if self.by_position { number } else { taken[bank] };
            let register = self.arguments[bank].get(at).copied();
            let register = register.filter(|_| !(variadic && self.variadic == Variadic::OnStack));
            taken[bank] += usize::from(register.is_some());
            let twin = self.arguments[0].get(at).copied();
            out.places.push(match (register, twin) {
                (Some(float), Some(int))
                    if bank == 1 && variadic && self.variadic == Variadic::FloatsInBoth =>
                {
                    ArgPlace::Both(float, int)
                }
                (Some(reg), _) => ArgPlace::Reg(reg),
                (None, _) => {
                    stack += WORD;
                    ArgPlace::Stack(stack - WORD)
                }
            });
        }
        out.stack = stack.next_multiple_of(STACK_ALIGN);
        out.floats = taken[1] as u32;
    }

    /// The registers of results of these classes; nothing for one that has none.
    pub fn result_places(&self, classes: &[Class]) -> impl Iterator<Item = Option<PReg>> {
        let mut taken = [0usize; 2];
        classes.iter().map(move |class| {
            let bank = usize::from(class.is_float());
            taken[bank] += 1;
            self.results[bank].get(taken[bank] - 1).copied()
        })
    }
}

/// Where arguments go of which so many are not variadic, and the bytes they take on the stack.
#[cfg(test)]
pub(crate) fn places(
    convention: &Convention,
    classes: &[Class],
    fixed: usize,
) -> (Vec<ArgPlace>, u32) {
    let mut arguments = Arguments::default();
    convention.assign(classes, fixed, &mut arguments);
    (arguments.places, arguments.stack)
}
