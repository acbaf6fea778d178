//! Reading a program.

use super::cursor::Cursor;
use super::{
    Bundle, Language, Origin, Problem, ReadError, Signature, VERSION, debug, kind, origin,
    sections, signature, tag,
};
use crate::code::NotCode;
use crate::{
    Capture, CaptureId, Code, Constant, DecodeError, Function, FunctionKind, Local, Module,
    ModuleId, NameId, Source,
};
use std::sync::Arc;

type Read<T> = Result<T, ReadError>;

/// The program in a file, not verified.
///
/// # Errors
/// What is wrong, and where: the first thing that keeps the bytes from being a program.
pub fn read(bytes: &[u8]) -> Result<Bundle, ReadError> {
    read_all(bytes).map(|contents| contents.bundle)
}

/// Everything in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// The program.
    pub bundle: Bundle,
    /// What it was made from, if it says so.
    pub origin: Option<Origin>,
    /// Who is said to vouch for it.
    pub signature: Option<Signature>,
}

/// The program in a file, not verified, and what is said about it.
///
/// # Errors
/// As for [`read`].
pub fn read_all(bytes: &[u8]) -> Result<Contents, ReadError> {
    read_shared(&Arc::new(bytes.to_vec()))
}

/// The same for a file that is at hand as a whole: the program keeps it, with its code and what is known
/// of that for errors, and spreads out what is used.
///
/// # Errors
/// As for [`read`].
pub fn read_shared(file: &Arc<Vec<u8>>) -> Result<Contents, ReadError> {
    let bytes = &**file;
    let mut from = Cursor::new(bytes);
    let start = from;
    let not_bytecode = start.error("magic number", Problem::NotBytecode);
    let language = Language::of(bytes).ok_or(not_bytecode)?;
    from.bytes("magic number", language.magic().len())?;
    let at = from;
    match from.u32("format version")? {
        VERSION => {}
        other => return Err(at.error("format version", Problem::Version(other))),
    }
    let mut module = Module { sources: vec![Source::default()], ..Module::default() };
    read_constants(&mut from, file, &mut module)?;
    module.functions[0].code = read_code(&mut from, file, "size of the entry code")?;
    let Besides { texts, origin, signature } = read_sections(&mut from, file, &mut module)?;
    Ok(Contents { bundle: Bundle { language, module, texts }, origin, signature })
}

/// Bytes of a prototype without captures and code, its kind as a constant included.
const LEAST_PROTOTYPE: usize = 22;

/// Constants, then prototypes, which become functions from the second on.
fn read_constants(from: &mut Cursor<'_>, file: &Arc<Vec<u8>>, module: &mut Module) -> Read<()> {
    let count = from.count("number of constants", 1)?;
    module.functions.push(Function::new(FunctionKind::Module, Code::default()));
    for number in 0..count {
        let at = *from;
        let tag = from.u8("kind of a constant")?;
        if tag == tag::FUNCTION && module.functions.len() == 1 {
            // All that follow are functions, if they are as many as the file has room for.
            module.functions.reserve((count - number).min(from.rest().len() / LEAST_PROTOTYPE));
        }
        if tag != tag::FUNCTION && module.functions.len() > 1 {
            return Err(at.error("kind of a constant", Problem::AfterFunctions));
        }
        let constant = match tag {
            tag::NIL => Constant::Nil,
            tag::BOOL => match from.u8("boolean")? {
                value @ 0..=1 => Constant::Bool(value == 1),
                value => return Err(at.error("boolean", Problem::Unknown(value))),
            },
            tag::NUMBER => Constant::Number(from.f64("number")?),
            tag::STRING => Constant::String(from.text("string")?.into()),
            tag::FUNCTION => {
                module.functions.push(Function::new(FunctionKind::Module, Code::default()));
                let function = module.functions.last_mut().expect("one was just made");
                read_prototype(from, file, function)?;
                continue;
            }
            other => return Err(at.error("kind of a constant", Problem::Unknown(other))),
        };
        module.constants.push(constant);
    }
    Ok(())
}

fn read_prototype(from: &mut Cursor<'_>, file: &Arc<Vec<u8>>, function: &mut Function) -> Read<()> {
    function.name = NameId(from.u32("name of a function")?);
    function.params = from.u16("parameters of a function")?;
    let at = *from;
    let defaults = from.u16("parameters with a default")?;
    let too_many = || at.error("parameters with a default", Problem::Range(defaults.into()));
    function.required = function.params.checked_sub(defaults).ok_or_else(too_many)?;
    let at = *from;
    function.kind = match from.u8("kind of a function")? {
        0 => FunctionKind::Module,
        1 => FunctionKind::Plain,
        2 => FunctionKind::Method,
        3 => FunctionKind::Initializer,
        other => return Err(at.error("kind of a function", Problem::Unknown(other))),
    };
    function.module = ModuleId(from.u32("module of a function")?);
    function.locals = from.u16("locals of a function")?;
    let count = from.u16("number of captures")?;
    if count > 0 {
        function.captures = (0..count).map(|_| read_capture(from)).collect::<Read<_>>()?;
    }
    function.code = read_code(from, file, "size of a function's code")?;
    Ok(())
}

fn read_capture(from: &mut Cursor<'_>) -> Read<Capture> {
    let at = *from;
    let kind = from.u8("kind of a capture")?;
    let index = from.u16("index of a capture")?;
    Ok(match kind {
        0 => Capture::Local(Local(index)),
        1 => Capture::Cell(Local(index)),
        2 => Capture::Capture(CaptureId(index)),
        3 => Capture::CaptureCell(CaptureId(index)),
        other => return Err(at.error("kind of a capture", Problem::Unknown(other))),
    })
}

/// The instructions of a function, which stay where they are.
fn read_code(from: &mut Cursor<'_>, file: &Arc<Vec<u8>>, size: &'static str) -> Read<Code> {
    let count = from.count(size, 1)?;
    let part = from.part("code", count)?;
    let start = part.offset();
    Code::packed(file, start..start + count).map_err(|NotCode { at: place, error }| {
        let mut at = part;
        if let Err(error) = at.bytes("code", place) {
            return error;
        }
        let left = at.rest().len();
        let problem = match error {
            DecodeError::Cut => Problem::Cut { needed: left as u64 + 1, left },
            DecodeError::Unknown(byte) => Problem::Unknown(byte),
        };
        at.error("instruction", problem)
    })
}

/// What sections say that is not part of the module.
#[derive(Default)]
struct Besides {
    texts: Option<Vec<Box<str>>>,
    origin: Option<Origin>,
    signature: Option<Signature>,
}

fn read_sections(from: &mut Cursor<'_>, file: &Arc<Vec<u8>>, module: &mut Module) -> Read<Besides> {
    let mut besides = Besides::default();
    let mut last = 0;
    while !from.is_empty() {
        let at = *from;
        let number = from.u8("kind of a section")?;
        if number <= last {
            return Err(at.error("kind of a section", Problem::SectionOrder(number)));
        }
        if number > kind::MODULES && last == 0 {
            return Err(at.error("kind of a section", Problem::NoModules));
        }
        last = number;
        let size = from.count("size of a section", 1)?;
        let mut part = from.part("section", size)?;
        match number {
            kind::MODULES => sections::read_modules(&mut part, module)?,
            kind::GLOBALS => sections::read_globals(&mut part, module)?,
            kind::HANDLERS => sections::read_handlers(&mut part, &mut module.functions)?,
            kind::DEBUG => besides.texts = debug::read(&mut part, file, module)?,
            kind::ORIGIN => besides.origin = Some(origin::read(&mut part)?),
            kind::SIGNATURE => {
                besides.signature = Some(signature::read(&mut part, at.offset())?);
            }
            skipped if skipped >= kind::OPTIONAL => continue,
            unknown => {
                let problem = Problem::UnknownSection(unknown);
                return Err(at.error("kind of a section", problem));
            }
        }
        part.end("section")?;
    }
    match last {
        0 => Err(from.error("end of the file", Problem::NoModules)),
        _ => Ok(besides),
    }
}
