//! Printed forms.
//!
//! Written iteratively: what is left to print is a list of steps, so depth costs memory only. A
//! container that is printed inside itself is cut short. Instances with a `toString` need a call,
//! which is a safepoint; so they are collected first (in order, each once) and called, and then
//! everything is written with the results.

use crate::value::{Array, Class, Instance, Str, Table, Unpacked, Value};
use crate::{Cx, Fault, Isolate, Limit, StringBuilder};
use sox_semantics::NumberText;
use std::collections::{HashMap, HashSet};

/// Rounds of collecting instances, before those that a `toString` keeps making print plainly.
const MOST_ROUNDS: usize = 8;

/// Where text goes: into a string, or nowhere (when only instances are collected).
enum Sink<'h> {
    Builder(StringBuilder<'h>),
    /// Bytes, so that walking is bounded as writing is.
    Length(usize),
}

/// What is left to print.
enum Step<'h> {
    /// A value; strings quoted in tables.
    Value(Value<'h>, bool),
    Text(&'static str),
    /// The elements from an index on.
    Array(Array<'h>, usize),
    /// The entries from a position on.
    Table(Table<'h>, usize),
}

/// What to do with an instance that has a `toString`.
enum Found<'h> {
    /// This is its printed form.
    Text(Str<'h>),
    /// Print it as if it had none.
    Plain,
    /// Give up printing.
    Stop,
}

/// Printing was given up.
struct Stopped;

struct Printer<'h, F> {
    iso: &'h Isolate,
    sink: Sink<'h>,
    steps: Vec<Step<'h>>,
    /// The containers that are being printed.
    path: HashSet<u64>,
    on_instance: F,
}

impl<'h, F: FnMut(Instance<'h>) -> Result<Found<'h>, Fault>> Printer<'h, F> {
    fn new(iso: &'h Isolate, sink: Sink<'h>, on_instance: F) -> Self {
        Printer { iso, sink, steps: Vec::new(), path: HashSet::new(), on_instance }
    }

    fn push(&mut self, text: &str) -> Result<(), Fault> {
        match &mut self.sink {
            Sink::Builder(builder) => builder.push_str(text),
            Sink::Length(length) => {
                *length += text.len();
                match *length > self.iso.heap().max_length {
                    true => Err(crate::strings::too_long(self.iso.heap())),
                    false => Ok(()),
                }
            }
        }
    }

    fn later(&mut self, step: Step<'h>) -> Result<(), Fault> {
        if self.steps.len() == self.steps.capacity() {
            // The list will double, and the set of the path with it.
            self.iso.check_memory(self.steps.len() * 3 * size_of::<Step<'h>>())?;
        }
        self.steps.push(step);
        Ok(())
    }

    /// Prints a value.
    fn run(&mut self, value: Value<'h>) -> Result<Result<(), Stopped>, Fault> {
        let mut ticks = 0u32;
        self.later(Step::Value(value, false))?;
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Value(value, quoted) => {
                    if let Err(stopped) = self.value(value, quoted)? {
                        return Ok(Err(stopped));
                    }
                }
                Step::Text(text) => self.push(text)?,
                Step::Array(array, at) => match array.get(at) {
                    Some(item) => {
                        if at > 0 {
                            self.push(",")?;
                        }
                        self.later(Step::Array(array, at + 1))?;
                        self.later(Step::Value(item, false))?;
                    }
                    None => {
                        self.path.remove(&array.bits());
                        self.push("]")?;
                    }
                },
                Step::Table(table, position) => match table.entry(position) {
                    Some((next, key, value)) => {
                        self.push(if position == 0 { "{" } else { "},{" })?;
                        self.later(Step::Table(table, next))?;
                        self.later(Step::Value(value, true))?;
                        self.later(Step::Text(":"))?;
                        self.later(Step::Value(key, true))?;
                    }
                    None => {
                        self.path.remove(&table.bits());
                        self.push(if position == 0 { "}" } else { "}}" })?;
                    }
                },
            }
            ticks = ticks.wrapping_add(1);
            if ticks.is_multiple_of(4096) && self.iso.heap().attention.is_interrupted() {
                return Err(Fault::Limit(Limit::Interrupted));
            }
        }
        Ok(Ok(()))
    }

    fn value(&mut self, value: Value<'h>, quoted: bool) -> Result<Result<(), Stopped>, Fault> {
        match value.unpack() {
            Unpacked::Nil => self.push("nil")?,
            Unpacked::Unset => self.push("<unset>")?,
            Unpacked::Bool(true) => self.push("true")?,
            Unpacked::Bool(false) => self.push("false")?,
            Unpacked::Number(number) => {
                self.push(NumberText::new(number).as_str())?;
            }
            Unpacked::String(string) if quoted => self.quote(string.flat()?)?,
            Unpacked::String(string) => self.push(string.flat()?)?,
            Unpacked::Array(array) => {
                if !self.path.insert(array.bits()) {
                    self.push("[...]")?;
                } else {
                    self.push("[")?;
                    self.later(Step::Array(array, 0))?;
                }
            }
            Unpacked::Table(table) => {
                if !self.path.insert(table.bits()) {
                    self.push("<table>{...}")?;
                } else {
                    self.push("<table>{")?;
                    self.later(Step::Table(table, 0))?;
                }
            }
            Unpacked::Class(class) => self.named("<class: ", class.name().flat()?)?,
            Unpacked::Instance(instance) => {
                let found = match to_string_method(self.iso, instance.class())? {
                    Some(_) => (self.on_instance)(instance)?,
                    None => Found::Plain,
                };
                match found {
                    Found::Text(text) => self.push(text.flat()?)?,
                    Found::Plain => self.named("<instance: ", instance.class().name().flat()?)?,
                    Found::Stop => return Ok(Err(Stopped)),
                }
            }
            Unpacked::Closure(closure) => {
                self.named("<fn ", &self.iso.function_info(closure.function()).name)?;
            }
            Unpacked::BoundMethod(bound) => match bound.method().unpack() {
                Unpacked::Closure(closure) => {
                    self.named("<fn ", &self.iso.function_info(closure.function()).name)?;
                }
                _ => self.push("<native fn>")?,
            },
            Unpacked::Native(_) => self.push("<native fn>")?,
            Unpacked::Error(error) if error.is_plain() => {
                self.later(Step::Value(error.thrown(), quoted))?;
            }
            Unpacked::Error(error) => {
                self.push("error: ")?;
                self.push(error.message().flat()?)?;
            }
            Unpacked::Cell(_) => self.push("<cell>")?,
            Unpacked::DeferList(_) => self.push("<defer list>")?,
        }
        Ok(Ok(()))
    }

    fn named(&mut self, before: &str, name: &str) -> Result<(), Fault> {
        self.push(before)?;
        self.push(name)?;
        self.push(">")
    }

    /// A string as a literal would spell it.
    fn quote(&mut self, text: &str) -> Result<(), Fault> {
        self.push("\"")?;
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let control;
            let escape = match character {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\0' => "\\0",
                '\x01'..='\x1F' | '\x7F' => {
                    let digit = |value: u8| b"0123456789abcdef"[value as usize & 15];
                    let code = character as u8;
                    control = [b'\\', b'x', digit(code >> 4), digit(code)];
                    std::str::from_utf8(&control).unwrap_or_default()
                }
                _ => continue,
            };
            self.push(&text[plain..at])?;
            self.push(escape)?;
            plain = at + character.len_utf8();
        }
        self.push(&text[plain..])?;
        self.push("\"")
    }
}

/// The `toString` method of a class.
fn to_string_method<'h>(iso: &'h Isolate, class: Class<'h>) -> Result<Option<Value<'h>>, Fault> {
    Ok(class.method(iso.intern("toString")?).map(|method| method.value()))
}

/// Prints a value into a string. `None`: given up.
fn print_with<'h>(
    iso: &'h Isolate,
    value: Value<'h>,
    on_instance: impl FnMut(Instance<'h>) -> Result<Found<'h>, Fault>,
) -> Result<Option<Str<'h>>, Fault> {
    let mut printer = Printer::new(iso, Sink::Builder(iso.string_builder()), on_instance);
    let outcome = printer.run(value)?;
    match (outcome, printer.sink) {
        (Ok(()), Sink::Builder(builder)) => builder.finish().map(Some),
        _ => Ok(None),
    }
}

impl Isolate {
    /// The printed form, if no `toString` of an instance inside needs to be called. Iterative; cycles
    /// print as `[...]` and `<table>{...}`.
    pub fn text_of<'h>(&'h self, value: Value<'h>) -> Result<Option<Str<'h>>, Fault> {
        match value.unpack() {
            Unpacked::String(string) => Ok(Some(string)),
            Unpacked::Number(number) => self.string(NumberText::new(number).as_str()).map(Some),
            _ => print_with(self, value, |_| Ok(Found::Stop)),
        }
    }

    /// The printed form without calling any `toString`.
    pub fn plain_text_of<'h>(&'h self, value: Value<'h>) -> Result<Str<'h>, Fault> {
        match print_with(self, value, |_| Ok(Found::Plain))? {
            Some(text) => Ok(text),
            None => self.string(""),
        }
    }
}

impl Cx<'_> {
    /// Replaces the top of the stack by its printed form, calling `toString` where instances have one.
    /// A safepoint.
    pub fn to_text(&mut self) -> Result<(), Fault> {
        {
            let iso = &*self.iso;
            let stack = iso.stack();
            if let Some(text) = iso.text_of(stack.top())? {
                stack.set(stack.len() - 1, text.value());
                return Ok(());
            }
        }
        self.print_with_calls()
    }

    /// [`Cx::to_text`] where instances with a `toString` are inside.
    #[inline(never)]
    fn print_with_calls(&mut self) -> Result<(), Fault> {
        self.iso.stack().reserve(4)?;
        let at = self.iso.stack().len() - 1;
        // The instances found so far, and the results of their `toString`: rooted on the stack.
        let (found_at, texts_at) = (at + 1, at + 2);
        for _ in 0..2 {
            let array = self.iso.array(0)?;
            self.iso.stack().push(array.value());
        }
        let mut called = 0;
        for _ in 0..MOST_ROUNDS {
            if !collect_instances(self.iso, at, found_at)? {
                break;
            }
            while let Some(instance) = element(self.iso, found_at, called) {
                let class = match instance.unpack() {
                    Unpacked::Instance(instance) => instance.class(),
                    _ => break,
                };
                let Some(method) = to_string_method(self.iso, class)? else { break };
                let method = self.iso.bound_method(instance, method)?;
                self.iso.stack().push(method.value());
                self.call(0)?;
                let iso = &*self.iso;
                let text = match iso.stack().top().unpack() {
                    Unpacked::String(text) => text,
                    // What a `toString` gives besides strings is not asked again.
                    _ => iso.plain_text_of(iso.stack().top())?,
                };
                if let Unpacked::Array(texts) = iso.stack().get(texts_at).unpack() {
                    texts.push(iso, text.value())?;
                }
                iso.stack().pop();
                called += 1;
            }
        }
        let iso = &*self.iso;
        let stack = iso.stack();
        if let (Unpacked::Array(found), Unpacked::Array(texts)) =
            (stack.get(found_at).unpack(), stack.get(texts_at).unpack())
        {
            let pairs = found.iter().zip(texts.iter());
            let known: HashMap<u64, Value<'_>> =
                pairs.map(|(instance, text)| (instance.bits(), text)).collect();
            let text = print_with(iso, stack.get(at), |instance| {
                let text = known.get(&instance.bits()).and_then(|text| text.as_str());
                Ok(text.map_or(Found::Plain, Found::Text))
            })?;
            stack.set(at, text.map_or(Value::nil(), |text| text.value()));
        }
        stack.truncate(at + 1);
        self.iso.safepoint()
    }

    /// Pops and writes the printed form and a newline. A safepoint.
    pub fn print(&mut self) -> Result<(), Fault> {
        self.to_text()?;
        let iso = &*self.iso;
        if let Some(text) = iso.stack().top().as_str() {
            iso.write_output(text.flat()?.as_bytes())?;
            iso.write_output(b"\n")?;
        }
        iso.stack().pop();
        self.iso.safepoint()
    }
}

/// An element of the array in a stack slot.
fn element(iso: &Isolate, slot: usize, index: usize) -> Option<Value<'_>> {
    match iso.stack().get(slot).unpack() {
        Unpacked::Array(array) => array.get(index),
        _ => None,
    }
}

/// Adds the instances with a `toString` in a value that are not in the array yet, in order. Whether
/// there were any.
fn collect_instances(iso: &Isolate, value: usize, found: usize) -> Result<bool, Fault> {
    let Unpacked::Array(found) = iso.stack().get(found).unpack() else { return Ok(false) };
    let mut known: HashSet<u64> = found.iter().map(|instance| instance.bits()).collect();
    let before = found.len();
    let mut printer = Printer::new(iso, Sink::Length(0), |instance| {
        if known.insert(instance.bits()) {
            found.push(iso, instance.value())?;
        }
        Ok(Found::Plain)
    });
    let _ = printer.run(iso.stack().get(value))?;
    Ok(found.len() > before)
}
