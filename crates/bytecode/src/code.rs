//! The instructions of a function.
//!
//! Most functions of a program are not called in a run of it, and spread out their instructions are
//! twice as large as in a file, in a piece of memory for each function. So a function that was read from
//! a file keeps its instructions as the file has them, in a [`Code`], until somebody asks. The verifier
//! does not: it looks at the bytes, by the [`Form`] that the first of them tells.

use crate::operand::{OperandKind, Target};
use crate::{DecodeError, Instr, Opcode, Visitor};
use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, OnceLock};

/// A list of instructions, which it can be used as; unpacked when it first is.
#[derive(Clone, Default)]
pub struct Code {
    unpacked: OnceLock<Box<Unpacked>>,
    /// What it is unpacked from; without it there are none.
    packed: Option<Packed>,
}

/// Instructions as they are used. The pointer to them makes a [`Code`] smaller, of which a program that
/// was read has many that are not used.
#[derive(Clone)]
struct Unpacked(Vec<Instr>);

/// Instructions in a file that was read: each of them has its form.
#[derive(Clone)]
struct Packed {
    file: Arc<Vec<u8>>,
    start: usize,
    /// How many bytes they have.
    size: u32,
    /// How many there are.
    count: u32,
}

impl Packed {
    fn bytes(&self) -> &[u8] {
        &self.file[self.start..][..self.size as usize]
    }
}

impl Code {
    /// Some bytes of a file, to be unpacked when somebody asks.
    ///
    /// # Errors
    /// What keeps them from being instructions, and the byte of the first that is none.
    pub(crate) fn packed(file: &Arc<Vec<u8>>, range: Range<usize>) -> Result<Code, NotCode> {
        let bytes = &file[range.clone()];
        let count = count(bytes)?;
        let (start, size) = (range.start, bytes.len() as u32);
        let packed = Some(Packed { file: file.clone(), start, size, count });
        Ok(Code { unpacked: OnceLock::new(), packed })
    }

    /// The instructions as a file has them, if that is where they are from.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.packed.as_ref().map(Packed::bytes)
    }

    /// How many instructions there are; that is known without unpacking them.
    pub fn len(&self) -> usize {
        match &self.packed {
            Some(packed) => packed.count as usize,
            None => self.unpacked.get().map_or(0, |unpacked| unpacked.0.len()),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn unpack(&self) -> Box<Unpacked> {
        let Some(packed) = &self.packed else { return Box::new(Unpacked(Vec::new())) };
        let mut instrs = Vec::with_capacity(packed.count as usize);
        let mut bytes = packed.bytes();
        while !bytes.is_empty() {
            let (instr, rest) = Instr::decode(bytes).expect("each has its form");
            instrs.push(instr);
            bytes = rest;
        }
        Box::new(Unpacked(instrs))
    }
}

impl Deref for Code {
    type Target = Vec<Instr>;

    #[inline]
    fn deref(&self) -> &Vec<Instr> {
        &self.unpacked.get_or_init(|| self.unpack()).0
    }
}

impl DerefMut for Code {
    fn deref_mut(&mut self) -> &mut Vec<Instr> {
        if self.unpacked.get().is_none() {
            self.unpacked = self.unpack().into();
        }
        self.packed = None;
        &mut self.unpacked.get_mut().expect("they were just unpacked").0
    }
}

impl From<Vec<Instr>> for Code {
    fn from(instrs: Vec<Instr>) -> Code {
        Code { unpacked: Box::new(Unpacked(instrs)).into(), packed: None }
    }
}

impl<'c> IntoIterator for &'c Code {
    type Item = &'c Instr;
    type IntoIter = std::slice::Iter<'c, Instr>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'c> IntoIterator for &'c mut Code {
    type Item = &'c mut Instr;
    type IntoIter = std::slice::IterMut<'c, Instr>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// Equal if the instructions are, in whatever form.
impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        match (self.bytes(), other.bytes()) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => **self == **other,
        }
    }
}

impl<T> PartialEq<T> for Code
where
    Vec<Instr>: PartialEq<T>,
{
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// What of an instruction is known by its first byte, as far as it is asked without decoding it.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(crate) struct Form {
    /// Bytes of it, those of its operands included; 0 if the byte stands for no instruction.
    pub(crate) size: u8,
    /// Where its target is; 0 if it has none.
    target: u8,
    /// How many values it leaves when it goes on to the next instruction.
    pub(crate) leaves: u8,
    /// How many it leaves when it goes to its target.
    pub(crate) leaves_jumping: u8,
    /// What follows it begins a basic block: it has a target, or never goes on.
    pub(crate) ends_block: bool,
    /// Its target lies at or before itself.
    pub(crate) back: bool,
    /// It never goes on to the next instruction.
    pub(crate) ends: bool,
    /// It is `JumpIfGiven`: a local is known to be a value at its target.
    pub(crate) sets_given: bool,
}

static FORMS: [Form; 256] = {
    let none = Form {
        size: 0,
        target: 0,
        leaves: 0,
        leaves_jumping: 0,
        ends_block: false,
        back: false,
        ends: false,
        sets_given: false,
    };
    let mut forms = [none; 256];
    let mut number = 0;
    while number < Opcode::ALL.len() {
        let opcode = Opcode::ALL[number];
        let info = opcode.info();
        let (leaves, leaves_jumping) = opcode.leaves();
        let (mut size, mut target, mut operand) = (1, 0, 0);
        while operand < info.operands.len() {
            let kind = info.operands[operand].1;
            if matches!(kind, OperandKind::Target) {
                target = size;
            }
            size += kind.width() as u8;
            operand += 1;
        }
        let (back, ends) = (info.effects.back, info.effects.ends);
        let ends_block = ends || target != 0;
        let sets_given = matches!(opcode, Opcode::JumpIfGiven);
        forms[info.byte as usize] =
            Form { size, target, leaves, leaves_jumping, ends_block, back, ends, sets_given };
        number += 1;
    }
    forms
};

impl Form {
    /// The form of an instruction that begins with a byte.
    #[inline(always)]
    pub(crate) fn of(byte: u8) -> Form {
        FORMS[byte as usize]
    }

    /// Where an instruction of this form may go besides the next one; it is what the bytes begin with.
    #[inline]
    pub(crate) fn target(self, bytes: &[u8]) -> Option<Target> {
        if self.target == 0 {
            return None;
        }
        let number = bytes.get(self.target.into()..)?.first_chunk()?;
        Some(Target(u32::from_le_bytes(*number)))
    }
}

/// A place before an instruction, and all code behind it: in bytes as a file has them, or spread out.
pub(crate) trait Place: Copy {
    /// What the first byte of the instruction tells.
    fn form(self) -> Form;

    fn instr(self) -> Instr;

    /// Where the instruction may go besides the next one.
    fn target(self) -> Option<Target>;

    /// How far the next place is from here, if the instruction has this form.
    fn length(form: Form) -> u32;

    /// The place so far behind this one.
    fn behind(self, length: u32) -> Self;

    /// Shows a visitor the instruction; gives the next place.
    fn visit<V: Visitor>(self, visitor: &mut V) -> Result<Self, V::Error>;
}

impl Place for &[u8] {
    #[inline(always)]
    fn form(self) -> Form {
        Form::of(self[0])
    }

    fn instr(self) -> Instr {
        Instr::decode(self).expect("each has its form").0
    }

    #[inline(always)]
    fn target(self) -> Option<Target> {
        self.form().target(self)
    }

    #[inline(always)]
    fn length(form: Form) -> u32 {
        form.size.into()
    }

    #[inline(always)]
    fn behind(self, length: u32) -> Self {
        &self[length as usize..]
    }

    #[inline(always)]
    fn visit<V: Visitor>(self, visitor: &mut V) -> Result<Self, V::Error> {
        Instr::visit_first(self, visitor)
    }
}

impl Place for &[Instr] {
    #[inline(always)]
    fn form(self) -> Form {
        Form::of(self[0].info().byte)
    }

    fn instr(self) -> Instr {
        self[0]
    }

    #[inline(always)]
    fn target(self) -> Option<Target> {
        self[0].target()
    }

    #[inline(always)]
    fn length(_: Form) -> u32 {
        1
    }

    #[inline(always)]
    fn behind(self, length: u32) -> Self {
        &self[length as usize..]
    }

    #[inline(always)]
    fn visit<V: Visitor>(self, visitor: &mut V) -> Result<Self, V::Error> {
        self[0].visit(visitor)?;
        Ok(&self[1..])
    }
}

/// Why bytes are no instructions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotCode {
    /// Where the first begins that is none.
    pub(crate) at: usize,
    pub(crate) error: DecodeError,
}

/// How many instructions there are in some bytes, if they are instructions.
fn count(bytes: &[u8]) -> Result<u32, NotCode> {
    let (mut count, mut at) = (0, 0);
    let mut last = 0;
    while let Some(&byte) = bytes.get(at) {
        let Form { size, .. } = Form::of(byte);
        if size == 0 {
            return Err(NotCode { at, error: DecodeError::Unknown(byte) });
        }
        last = at;
        at += usize::from(size);
        count += 1;
    }
    if at > bytes.len() {
        return Err(NotCode { at: last, error: DecodeError::Cut });
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_tells_what_the_instruction_does() {
        for &opcode in Opcode::ALL {
            let info = opcode.info();
            let mut bytes = vec![info.byte];
            let operands: usize = info.operands.iter().map(|(_, kind)| kind.width()).sum();
            bytes.extend((1..=operands as u8).rev());
            let (instr, rest) = Instr::decode(&bytes).expect("an instruction");
            assert!(rest.is_empty() && instr.opcode() == opcode);
            let form = Form::of(info.byte);
            assert_eq!(usize::from(form.size), bytes.len(), "{instr:?}");
            assert_eq!(form.target(&bytes), instr.target(), "{instr:?}");
            let effect = instr.stack_effect();
            assert_eq!(u32::from(form.leaves), effect.leaves, "{instr:?}");
            assert_eq!(u32::from(form.leaves_jumping), effect.leaves_jumping, "{instr:?}");
            assert_eq!((form.back, form.ends), (instr.effects().back, effect.ends), "{instr:?}");
            for cut in 1..bytes.len() {
                let not_code = NotCode { at: 0, error: DecodeError::Cut };
                assert_eq!(count(&bytes[..cut]), Err(not_code));
            }
        }
        let known = |byte: &u8| Opcode::ALL.iter().any(|opcode| opcode.info().byte == *byte);
        assert!((0..=u8::MAX).all(|byte| (Form::of(byte).size > 0) == known(&byte)));
    }

    #[test]
    fn code_in_a_file_is_unpacked_when_it_is_used() {
        let instrs = vec![Instr::Nil {}, Instr::Jump { target: Target(2) }, Instr::Return {}];
        let mut file = vec![0xff; 3];
        instrs.iter().for_each(|instr| instr.encode(&mut file));
        let (file, range) = (Arc::new(file.clone()), 3..file.len());
        let packed = || Code::packed(&file, range.clone()).expect("instructions");
        let code = packed();
        assert_eq!((code.len(), code.unpacked.get().is_none()), (3, true));
        assert_eq!(code.bytes(), Some(&file[3..]));
        assert_eq!(code, instrs);
        assert_eq!(code, Code::from(instrs));
        let mut changed = packed();
        changed.remove(1);
        assert_eq!((changed.len(), changed.bytes()), (2, None));
        assert_ne!(changed, packed());
        assert!(!changed.is_empty() && Code::default().is_empty());
    }
}
