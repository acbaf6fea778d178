//! A module from `.nir`: the top level and the lines of functions. Every fault is kept, and reading
//! goes on at the next line.

use super::data::data;
use super::lexer::{Tok, Token};
use super::operands::{Line, mnemonic};
use super::source::{Result, Source};
use crate::fault::{MAX_FAULTS, Rule};
use crate::ir::{Bss, Format, FunctionBuilder, Import, Inst, Isa, Module, Op, Operand, Pair};
use crate::parsed::Parsed;

/// Reads a module. What is wrong is told in the result, together with the rest of the module.
pub fn parse(text: &[u8]) -> Parsed {
    if let Some(refused) = crate::parsed::too_long(text) {
        return refused;
    }
    let mut module = Module::default();
    let mut source = Source::new(text);
    let mut line = Line::default();
    while source.token.kind != Tok::End && source.faults.len() < MAX_FAULTS {
        if source.token.kind == Tok::Line {
            source.advance();
            continue;
        }
        let result = item(&mut source, &mut module, &mut line);
        let lost = result.is_err() && source.opens_body();
        source.end_line(result);
        if lost {
            skip_body(&mut source);
        }
    }
    Parsed { module, faults: source.faults }
}

/// The words that lines of the top level begin with.
const ITEMS: [&[u8]; 8] =
    [b"function", b"data", b"bss", b"import", b"export", b"target", b"format", b"allow_stubs"];

/// Skips the lines of a body whose head is wrong: they are no faults of their own. A line of the top
/// level ends it, too.
fn skip_body(source: &mut Source<'_>) {
    while source.token.kind != Tok::End {
        let first = source.token;
        if first.kind == Tok::Word && ITEMS.contains(&first.text) {
            return;
        }
        let closes = source.eat(b'}');
        while !matches!(source.token.kind, Tok::Line | Tok::End) {
            source.advance();
        }
        source.advance();
        if closes {
            return;
        }
    }
}

/// One item of the top level.
fn item(source: &mut Source<'_>, module: &mut Module, line: &mut Line) -> Result<()> {
    let start = source.token;
    let exported = source.eat_word("export");
    let word = source.token;
    if word.kind != Tok::Word {
        return Err(source.expected(
            Rule::Syntax,
            "a function, data or import",
            "lines of the top level begin with function, data, bss, import, export, target or format",
        ));
    }
    source.advance();
    match word.text {
        b"function" => return function(source, module, line, (exported, start)),
        b"data" => return data(source, module, exported, start),
        b"bss" => return bss(source, module, exported, start),
        _ if exported => {
            let message = "only functions, data and bss can be exported".to_string();
            return Err(source.fault(Rule::Syntax, word, message, ""));
        }
        b"import" => return import(source, module, start),
        b"allow_stubs" => module.allow_stubs = true,
        b"target" => {
            let isa = Isa::from_name(source.token.text);
            let hint = "x86_64 or arm64";
            module.isa =
                Some(isa.ok_or_else(|| source.expected(Rule::Syntax, "an instruction set", hint))?);
            source.advance();
        }
        b"format" => {
            let format = Format::from_name(source.token.text);
            let hint = "elf64, macho or pe";
            module.format =
                Some(format.ok_or_else(|| source.expected(Rule::Syntax, "a format", hint))?);
            source.advance();
        }
        _ => {
            let message = format!("`{}` begins nothing", String::from_utf8_lossy(word.text));
            let known = ["function", "data", "bss", "import", "export", "target", "format"];
            let text = String::from_utf8_lossy(word.text);
            let hint = match sox_diagnostics::closest(&text, known) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "instructions stand inside of functions".to_string(),
            };
            return Err(source.fault(Rule::Syntax, word, message, &hint));
        }
    }
    Ok(())
}

fn import(source: &mut Source<'_>, module: &mut Module, start: Token<'_>) -> Result<()> {
    let name = source.name(Tok::Sym, "a symbol", module)?;
    let mut arity = None;
    if source.eat(b'(') {
        let at = source.token;
        let count = source.count()?;
        let small = u32::try_from(count).ok();
        arity = Some(small.ok_or_else(|| {
            source.fault(Rule::Immediate, at, "no function has so many parameters".into(), "")
        })?);
        source.require(b')')?;
    }
    let library = match source.eat_word("from") {
        true => Some(source.name(Tok::Text, "the library's name in quotes", module)?),
        false => None,
    };
    module.imports.push(Import { name, library, arity, offset: start.start });
    Ok(())
}

/// `align N`, or 1.
pub(super) fn alignment(source: &mut Source<'_>) -> Result<u64> {
    Ok(if source.eat_word("align") { source.count()? as u64 } else { 1 })
}

fn bss(
    source: &mut Source<'_>,
    module: &mut Module,
    exported: bool,
    start: Token<'_>,
) -> Result<()> {
    let name = source.name(Tok::Sym, "a symbol", module)?;
    let align = alignment(source)?;
    if !source.eat_word("size") {
        let hint = "write: bss $name align 8 size 64";
        return Err(source.expected(Rule::Syntax, "`size` and a number of bytes", hint));
    }
    let size = source.count()? as u64;
    module.bss.push(Bss { name, exported, align, size, offset: start.start });
    Ok(())
}

/// A function; `function` has been read.
fn function(
    source: &mut Source<'_>,
    module: &mut Module,
    line: &mut Line,
    (exported, start): (bool, Token<'_>),
) -> Result<()> {
    let results = match source.token.kind {
        Tok::Word => source.classes()?,
        _ => Pair::default(),
    };
    let name = source.name(Tok::Sym, "the function's name, as in $main", module)?;
    let mut builder = FunctionBuilder::new(module, name);
    builder.exported(exported);
    builder.results(results);
    builder.offset(start.start);
    source.enter(builder.module().name(name));
    line.clear();
    if let Err(mut fault) = params(source, &mut builder, line) {
        fault.instruction = None;
        source.faults.push(fault);
        builder.damage();
        while !matches!(source.token.kind, Tok::Line | Tok::End) {
            source.advance();
        }
    }
    body(source, &mut builder, line);
    source.leave();
    builder.finish();
    Ok(())
}

/// `(i64 %a, f64 %b) {`
fn params(
    source: &mut Source<'_>,
    builder: &mut FunctionBuilder<'_>,
    line: &mut Line,
) -> Result<()> {
    source.require(b'(')?;
    while !source.is(b')') {
        let class = source.class()?;
        let token = source.token;
        let name = source.name(Tok::Reg, "a parameter, as in %x", builder.module())?;
        let reg = builder.param_named(name, class);
        line.define(source, builder, reg, class, token)?;
        if !source.is(b')') {
            source.require(b',')?;
        }
    }
    source.advance();
    source.require(b'{')?;
    match source.token.kind {
        Tok::Line => Ok(()),
        _ => Err(source.expected(Rule::Syntax, "the end of the line", "")),
    }
}

/// Lines up to the closing brace.
fn body(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>, line: &mut Line) {
    loop {
        while source.token.kind == Tok::Line {
            source.advance();
        }
        if source.eat(b'}') {
            return;
        }
        if source.token.kind == Tok::End {
            source.faults.push(source.expected(Rule::Syntax, "`}` at the end of the function", ""));
            builder.damage();
            return;
        }
        if source.faults.len() >= MAX_FAULTS {
            return;
        }
        source.instruction = builder.len();
        let start = source.token.start;
        let faults = source.faults.len();
        let result = instruction(source, builder, line);
        let inst = match &result {
            Ok(inst) => *inst,
            Err(_) => Inst::new(Op::Nop, &[]),
        };
        builder.push_at(inst, start);
        source.end_line(result.map(|_| ()));
        if source.faults.len() > faults {
            builder.damage();
        }
    }
}

fn instruction(
    source: &mut Source<'_>,
    builder: &mut FunctionBuilder<'_>,
    line: &mut Line,
) -> Result<Inst> {
    if source.token.kind == Tok::Label {
        let name = source.name(Tok::Label, "a label", builder.module())?;
        return Ok(Inst::new(Op::Label, &[Operand::Label(builder.label(name))]));
    }
    line.results(source, builder)?;
    let word = source.token;
    if word.kind != Tok::Word {
        let hint = "a line of a function is a label (@name), or an operation with its operands";
        return Err(source.expected(Rule::Syntax, "an operation", hint));
    }
    let Some((op, cond)) = mnemonic(word.text) else {
        let text = String::from_utf8_lossy(word.text);
        let known = Op::ALL.iter().map(|op| op.info().nir);
        let hint = match sox_diagnostics::closest(&text, known) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "docs/native-ir.md lists the operations".to_string(),
        };
        let message = format!("there is no operation `{text}`");
        return Err(source.fault(Rule::UnknownOperation, word, message, &hint));
    };
    source.advance();
    line.operands(source, builder, op, cond, word)
}
