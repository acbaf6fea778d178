//! Strings, arrays, structures and maps, in memory as the runtime of targets has them: a string is
//! `{bytes, length}`, an array `{elements, length, capacity}`, a map `{entries, length, capacity}` with
//! entries `{key, value}`; each word has 8 bytes.

use super::arith::float_text;
use super::{Machine, Result, Stop};
use crate::ir::{Func, Inst, Op, Operand};

const WORD: u64 = 8;
/// Capacity of a new map, in entries.
const MAP_CAPACITY: u64 = 8;

impl Machine<'_> {
    fn word(&mut self, base: u64, index: u64) -> Result<u64> {
        self.memory.load(base.wrapping_add(index.wrapping_mul(WORD)), WORD)
    }

    fn set_word(&mut self, base: u64, index: u64, value: u64) -> Result<()> {
        self.memory.store(base.wrapping_add(index.wrapping_mul(WORD)), WORD, value)
    }

    /// The bytes of a string.
    pub(super) fn string(&mut self, header: u64) -> Result<Vec<u8>> {
        let (bytes, length) = (self.word(header, 0)?, self.word(header, 1)?);
        Ok(self.memory.read(bytes, length)?.to_vec())
    }

    fn header(&mut self, words: &[u64]) -> Result<u64> {
        let header = self.allocate(WORD * words.len() as u64)?;
        for (index, &word) in (0..).zip(words) {
            self.set_word(header, index, word)?;
        }
        Ok(header)
    }

    pub(super) fn new_string(&mut self, text: &[u8]) -> Result<u64> {
        let bytes = self.allocate(text.len() as u64)?;
        self.memory.write(bytes, text)?;
        self.header(&[bytes, text.len() as u64])
    }

    pub(super) fn print(&mut self, string: u64, to_stderr: bool, end: &str) -> Result<()> {
        let text = self.string(string)?;
        let out = if to_stderr { &mut self.stderr } else { &mut self.stdout };
        out.extend_from_slice(&text);
        out.extend_from_slice(end.as_bytes());
        Ok(())
    }

    /// An operation on one of the structures, or on memory as a whole.
    pub(super) fn structure(&mut self, func: Func<'_>, inst: &Inst) -> Result<()> {
        let [def, a, b, _] = inst.operands;
        let result = match inst.op {
            Op::Memcpy | Op::Memset => return self.fill_or_copy(inst),
            Op::PrintInt => {
                let text = format!("{}\n", self.value(def)? as i64);
                self.stdout.extend_from_slice(text.as_bytes());
                return Ok(());
            }
            Op::PrintFloat => {
                let text = float_text(self.class(func, def), self.value(def)?);
                self.stdout.extend_from_slice(format!("{text}\n").as_bytes());
                return Ok(());
            }
            Op::PrintStr => {
                let string = self.value(def)?;
                return self.print(string, false, "");
            }
            Op::StringLit => {
                let (bytes, length) = (self.value(a)?, self.value(b)?);
                self.header(&[bytes, length])?
            }
            Op::StringBytes => {
                let Operand::Bytes(bytes) = a else { return Ok(()) };
                let text = self.module.name(bytes);
                self.new_string(text)?
            }
            Op::StringLen => {
                let string = self.value(a)?;
                self.word(string, 1)?
            }
            Op::StringCmp => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let (a, b) = (self.string(a)?, self.string(b)?);
                a.cmp(&b) as i64 as u64
            }
            Op::StringConcat => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let text = [self.string(a)?, self.string(b)?].concat();
                self.new_string(&text)?
            }
            Op::IntToStr => {
                let text = (self.value(a)? as i64).to_string();
                self.new_string(text.as_bytes())?
            }
            Op::FloatToStr => {
                let text = float_text(self.class(func, a), self.value(a)?);
                self.new_string(text.as_bytes())?
            }
            _ => return self.collection(inst),
        };
        self.set(def, result)
    }

    fn fill_or_copy(&mut self, inst: &Inst) -> Result<()> {
        let [to, from, size, _] = inst.operands;
        let (to, from, size) = (self.value(to)?, self.value(from)?, self.value(size)?);
        if inst.op == Op::Memcpy {
            let bytes = self.memory.read(from, size)?.to_vec();
            return self.memory.write(to, &bytes);
        }
        // No object is as large as the limit, so nothing larger is asked for.
        if size > self.limits.memory.max(1 << 30) {
            return Err(Stop::Undefined(format!("fills {size} bytes at {to:#x}")));
        }
        self.memory.write(to, &vec![from as u8; size as usize])
    }

    /// An operation on an array, a structure or a map.
    fn collection(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, fourth] = inst.operands;
        let result = match inst.op {
            Op::ArrayNew => {
                let (size, capacity) = (self.value(second)?, self.value(third)?);
                let elements = self.allocate(size.saturating_mul(capacity))?;
                self.header(&[elements, 0, capacity])?
            }
            Op::ArrayGet => {
                let (array, index) = (self.value(second)?, self.value(third)?);
                let length = self.word(array, 1)?;
                self.check(index, length)?;
                let elements = self.word(array, 0)?;
                self.word(elements, index)?
            }
            Op::ArraySet => {
                let (array, index) = (self.value(first)?, self.value(second)?);
                let filling = &self.filling[self.frame().func.0 as usize];
                let filling = filling.binary_search(&(self.frame().at - 1)).is_ok();
                let bound = self.word(array, if filling { 2 } else { 1 })?;
                self.check(index, bound)?;
                let (elements, value) = (self.word(array, 0)?, self.value(third)?);
                return self.set_word(elements, index, value);
            }
            Op::ArrayLen => {
                let array = self.value(second)?;
                self.word(array, 1)?
            }
            Op::ArrayAppend => {
                let (array, value) = (self.value(second)?, self.value(third)?);
                let length = self.word(array, 1)?;
                let elements = self.room(array, length, WORD, 2)?;
                self.set_word(elements, length, value)?;
                self.set_word(array, 1, length + 1)?;
                array
            }
            Op::StructNew => {
                let size = self.value(second)?.next_multiple_of(WORD);
                self.allocate(size)?
            }
            Op::FieldGet => {
                let (base, offset) = (self.value(second)?, self.value(third)?);
                self.memory.load(base.wrapping_add(offset), WORD)?
            }
            Op::FieldSet => {
                let (base, offset) = (self.value(first)?, self.value(second)?);
                let value = self.value(third)?;
                return self.memory.store(base.wrapping_add(offset), WORD, value);
            }
            _ => {
                let map = self.value(second)?;
                self.map(inst.op, map, third, fourth)?
            }
        };
        self.set(first, result)
    }

    fn check(&mut self, index: u64, bound: u64) -> Result<()> {
        if index < bound { Ok(()) } else { self.fail("array index out of bounds") }
    }

    /// Makes room for one more element of that size; returns the address of the elements.
    fn room(&mut self, header: u64, length: u64, size: u64, least: u64) -> Result<u64> {
        let (elements, capacity) = (self.word(header, 0)?, self.word(header, 2)?);
        if length < capacity {
            return Ok(elements);
        }
        let larger = capacity.saturating_mul(2).max(least);
        let moved = self.allocate(larger.saturating_mul(size))?;
        let bytes = self.memory.read(elements, length.saturating_mul(size))?.to_vec();
        self.memory.write(moved, &bytes)?;
        self.set_word(header, 0, moved)?;
        self.set_word(header, 2, larger)?;
        Ok(moved)
    }

    fn map(&mut self, op: Op, map: u64, key: Operand, value: Operand) -> Result<u64> {
        if op == Op::MapNew {
            let entries = self.allocate(2 * WORD * MAP_CAPACITY)?;
            return self.header(&[entries, 0, MAP_CAPACITY]);
        }
        let (key, value) = (self.value(key)?, self.value(value)?);
        let (mut entries, length) = (self.word(map, 0)?, self.word(map, 1)?);
        let mut at = 0;
        while at < length && self.word(entries, 2 * at)? != key {
            at += 1;
        }
        let found = at < length;
        match op {
            Op::MapGet => return if found { self.word(entries, 2 * at + 1) } else { Ok(0) },
            Op::MapPut => {
                if !found {
                    entries = self.room(map, length, 2 * WORD, MAP_CAPACITY)?;
                    self.set_word(entries, 2 * at, key)?;
                    self.set_word(map, 1, length + 1)?;
                }
                self.set_word(entries, 2 * at + 1, value)?;
            }
            _ if found => {
                for word in 2 * at..2 * (length - 1) {
                    let next = self.word(entries, word + 2)?;
                    self.set_word(entries, word, next)?;
                }
                self.set_word(map, 1, length - 1)?;
            }
            _ => {}
        }
        Ok(map)
    }
}
