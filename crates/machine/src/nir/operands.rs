//! Operands of one line of `.nir`, read by the rows of the operation table.

use super::data::{addend, constant};
use super::lexer::{Tok, Token};
use super::source::{Result, Source};
use crate::fault::Rule;
use crate::ir::{
    Class, Cond, CondKind, FunctionBuilder, Inst, Kind, Names, Op, Operand, Pair, Phys, Reg,
};
use std::sync::OnceLock;

/// The operation of a mnemonic, with the condition that is part of it.
pub(super) fn mnemonic(word: &[u8]) -> Option<(Op, Cond)> {
    struct Table {
        words: Names,
        ops: Vec<(Op, Cond)>,
    }
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = Table { words: Names::default(), ops: Vec::new() };
        let mut add = |word: &str, op, cond| {
            table.words.intern(word.as_bytes());
            table.ops.push((op, cond));
        };
        for &op in Op::ALL {
            let info = op.info();
            let conds = match info.cond {
                CondKind::None => {
                    add(info.nir, op, Cond::default());
                    continue;
                }
                CondKind::Int => Cond::INT,
                CondKind::Float => Cond::FLOAT,
            };
            for &cond in conds {
                add(&format!("{}{}", info.nir, cond.name()), op, cond);
            }
        }
        table
    });
    table.words.lookup(word).map(|name| table.ops[name.0 as usize])
}

/// What is known while the lines of a function are read.
#[derive(Default)]
pub(super) struct Line {
    /// Registers whose class is known, because they have been defined.
    defined: Vec<bool>,
    /// Results of the present line, with their places.
    results: Vec<Operand>,
    classes: Pair<Class>,
    /// Elements of the list being read.
    list: Vec<Operand>,
}

impl Line {
    /// Forgets the function before.
    pub(super) fn clear(&mut self) {
        self.defined.clear();
    }

    /// Gives a register its class, or checks that it has it.
    pub(super) fn define(
        &mut self,
        source: &Source<'_>,
        builder: &mut FunctionBuilder<'_>,
        reg: Reg,
        class: Class,
        at: Token<'_>,
    ) -> Result<()> {
        if self.defined.len() <= reg.0 as usize {
            self.defined.resize(reg.0 as usize + 1, false);
        }
        let info = builder.info(reg);
        if !self.defined[reg.0 as usize] {
            info.class = class;
        } else if info.class != class {
            let (before, now) = (info.class.name(), class.name());
            let message = format!("this register is {before}, and defined as {now} here");
            let hint = "a register has one class; use another one";
            return Err(source.fault(Rule::Class, at, message, hint));
        }
        self.defined[reg.0 as usize] = true;
        Ok(())
    }

    /// What stands before the mnemonic: `%a, %b =i64, f64`.
    pub(super) fn results(
        &mut self,
        source: &mut Source<'_>,
        builder: &mut FunctionBuilder<'_>,
    ) -> Result<()> {
        self.results.clear();
        self.classes = Pair::default();
        if !matches!(source.token.kind, Tok::Reg | Tok::Phys | Tok::Slot) {
            return Ok(());
        }
        let first = source.token;
        // There are no more than two results, or the line is refused.
        let mut places = [first; 2];
        loop {
            if let Some(place) = places.get_mut(self.results.len()) {
                *place = source.token;
            }
            let operand = register(source, builder)?;
            self.results.push(operand);
            if !source.eat(b',') {
                break;
            }
        }
        source.require(b'=')?;
        self.classes = source.classes()?;
        if self.classes.len() != self.results.len() {
            let message =
                format!("{} results and {} classes", self.results.len(), self.classes.len());
            let hint = "each result has its class: %a, %b =i64, f64 call …";
            return Err(source.fault(Rule::Arity, first, message, hint));
        }
        for (number, place) in (0..self.results.len()).zip(places) {
            let (result, class) = (self.results[number], self.classes[number]);
            match result {
                Operand::Reg(reg) => self.define(source, builder, reg, class, place)?,
                _ if class != Class::I64 => {
                    let message = "physical registers are of class i64".to_string();
                    return Err(source.fault(Rule::Class, place, message, ""));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The operands of an operation whose mnemonic has been read.
    pub(super) fn operands(
        &mut self,
        source: &mut Source<'_>,
        builder: &mut FunctionBuilder<'_>,
        op: Op,
        cond: Cond,
        word: Token<'_>,
    ) -> Result<Inst> {
        let kinds = op.info().kinds;
        let takes = match kinds.first() {
            Some(Kind::Defs) => 0..=2,
            Some(kind) if kind.is_def() => 1..=1,
            _ => 0..=0,
        };
        if !takes.contains(&self.results.len()) {
            let name = op.info().nir;
            let (message, hint) = if self.results.is_empty() {
                (format!("`{name}` has a result"), format!("write: %x =i64 {name} …"))
            } else {
                (format!("`{name}` has not so many results"), String::new())
            };
            return Err(source.fault(Rule::OperandCount, word, message, &hint));
        }
        let mut inst = Inst::with_cond(op, cond, &[]);
        let mut first = true;
        for (at, &kind) in kinds.iter().enumerate() {
            if kind.is_def() {
                inst.operands[at] = match kind {
                    Kind::Defs => builder.list(&self.results),
                    _ => self.results[0],
                };
                continue;
            }
            if matches!(kind, Kind::Index | Kind::Off | Kind::Addend) {
                continue;
            }
            let absent = matches!(source.token.kind, Tok::Line | Tok::End);
            if absent && kind == Kind::Vals {
                inst.operands[at] = builder.list(&[]);
                continue;
            }
            // Arguments follow what is called without a comma.
            let joined = kind == Kind::Args && op != Op::MethodCall;
            if !first && !joined && !absent {
                source.require(b',')?;
            }
            first = false;
            if absent {
                let message = format!("`{}` lacks an operand", op.info().nir);
                return Err(source.fault(Rule::OperandCount, word, message, describe(kind)));
            }
            inst.operands[at] = self.operand(source, builder, kind, &mut inst, at)?;
        }
        Ok(inst)
    }

    fn operand(
        &mut self,
        source: &mut Source<'_>,
        builder: &mut FunctionBuilder<'_>,
        kind: Kind,
        inst: &mut Inst,
        at: usize,
    ) -> Result<Operand> {
        match kind {
            Kind::Reg | Kind::Float | Kind::F32 | Kind::F64 | Kind::Bits => {
                register(source, builder)
            }
            Kind::Val | Kind::Any => value(source, builder),
            Kind::Base => memory(source, builder, inst, at),
            Kind::Imm => Ok(integer(source, builder)?),
            Kind::Count => {
                let value = source.count()?;
                Ok(builder.number(value))
            }
            Kind::Const => {
                let bits = constant(source, self.classes.first().copied().unwrap_or_default())?;
                Ok(builder.number(bits))
            }
            Kind::Sym => {
                let symbol = symbol(source, builder)?;
                if inst.op == Op::Addr {
                    let addend = addend(source)?;
                    inst.operands[at + 1] = builder.number(addend);
                }
                Ok(symbol)
            }
            Kind::Callee => match source.token.kind {
                Tok::Sym => symbol(source, builder),
                _ => register(source, builder),
            },
            Kind::Label => label(source, builder),
            Kind::Bytes => {
                let what = "bytes in quotes";
                Ok(Operand::Bytes(source.name(Tok::Text, what, builder.module())?))
            }
            Kind::Labels => self.list(source, builder, (b'[', b']'), label),
            Kind::Args => self.list(source, builder, (b'(', b')'), argument),
            Kind::Vals => {
                self.list.clear();
                loop {
                    self.list.push(value(source, builder)?);
                    if !source.eat(b',') {
                        return Ok(builder.list(&self.list));
                    }
                }
            }
            _ => Ok(Operand::None),
        }
    }

    fn list(
        &mut self,
        source: &mut Source<'_>,
        builder: &mut FunctionBuilder<'_>,
        (open, close): (u8, u8),
        element: fn(&mut Source<'_>, &mut FunctionBuilder<'_>) -> Result<Operand>,
    ) -> Result<Operand> {
        self.list.clear();
        source.require(open)?;
        while !source.is(close) {
            self.list.push(element(source, builder)?);
            if !source.is(close) {
                source.require(b',')?;
            }
        }
        source.advance();
        Ok(builder.list(&self.list))
    }
}

/// What a missing operand would be.
fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Val | Kind::Any => "a register (%x) or a number is missing",
        Kind::Base => "an address is missing: [%base + %index*8 + 16]",
        Kind::Label => "a label is missing: @name",
        Kind::Sym | Kind::Callee => "a symbol is missing: $name",
        Kind::Bytes => "bytes in quotes are missing",
        Kind::Args => "arguments are missing: (%a, 1)",
        Kind::Labels => "labels are missing: [@a, @b]",
        Kind::Imm | Kind::Count | Kind::Const => "a number is missing",
        _ => "a register is missing: %x",
    }
}

fn register(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    match source.token.kind {
        Tok::Reg => {
            let name = source.name(Tok::Reg, "a register", builder.module())?;
            Ok(Operand::Reg(builder.reg(name, Class::I64)))
        }
        Tok::Slot => {
            let number = slot_number(source.token.text);
            let number = number.ok_or_else(|| {
                source.expected(Rule::Syntax, "a stack slot", "slots are numbered: ^0, ^1 …")
            })?;
            source.advance();
            let name = builder.module().names.intern(format!("^{number}").as_bytes());
            Ok(Operand::Reg(builder.reg(name, Class::I64)))
        }
        Tok::Phys => {
            let phys = Phys::from_name(source.token.text);
            let phys = phys.ok_or_else(|| {
                let hint = "physical registers are !rax … and !x0 …, sp, xzr";
                source.expected(Rule::ForeignRegister, "a physical register", hint)
            })?;
            source.advance();
            Ok(Operand::Phys(phys))
        }
        Tok::Int | Tok::Hex | Tok::Float | Tok::Punct(b'-') => Err(source.expected(
            Rule::OperandKind,
            "a register",
            "put the number into a register first: %x =i64 const …",
        )),
        _ => Err(source.expected(Rule::OperandKind, "a register", "registers are %name")),
    }
}

fn slot_number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn value(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    match source.token.kind {
        Tok::Int | Tok::Hex | Tok::Punct(b'-') => integer(source, builder),
        Tok::Reg | Tok::Slot | Tok::Phys => register(source, builder),
        Tok::Float => Err(source.expected(
            Rule::OperandKind,
            "a register or a whole number",
            "put the float into a register first: %x =f64 const …",
        )),
        _ => Err(source.expected(
            Rule::OperandKind,
            "a register or a number",
            "registers are %name; a symbol's address is made by addr",
        )),
    }
}

fn argument(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    if source.token.kind == Tok::Dots {
        source.advance();
        return Ok(Operand::Variadic);
    }
    value(source, builder)
}

fn integer(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    let value = source.integer()?;
    Ok(builder.number(value))
}

fn symbol(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    if source.token.kind != Tok::Sym {
        return Err(source.expected(Rule::OperandKind, "a symbol", "symbols are $name"));
    }
    Ok(Operand::Sym(source.name(Tok::Sym, "a symbol", builder.module())?))
}

fn label(source: &mut Source<'_>, builder: &mut FunctionBuilder<'_>) -> Result<Operand> {
    if source.token.kind != Tok::Label {
        return Err(source.expected(Rule::OperandKind, "a label", "labels are @name"));
    }
    let name = source.name(Tok::Label, "a label", builder.module())?;
    Ok(Operand::Label(builder.label(name)))
}

/// `[base + index*scale + offset]`: the base is returned, the rest put into the instruction.
fn memory(
    source: &mut Source<'_>,
    builder: &mut FunctionBuilder<'_>,
    inst: &mut Inst,
    at: usize,
) -> Result<Operand> {
    if !source.eat(b'[') {
        let hint = "addresses are [%base + %index*8 + 16]";
        return Err(source.expected(Rule::OperandKind, "an address", hint));
    }
    let base = match source.token.kind {
        Tok::Sym => symbol(source, builder)?,
        _ => register(source, builder)?,
    };
    if source.is(b'+') {
        source.advance();
        if matches!(source.token.kind, Tok::Reg | Tok::Slot | Tok::Phys) {
            inst.operands[at + 1] = register(source, builder)?;
            inst.scale = scale(source)?;
        } else {
            let offset = source.integer()?;
            inst.operands[at + 2] = builder.number(offset);
            source.require(b']')?;
            return Ok(base);
        }
    }
    let offset = addend(source)?;
    inst.operands[at + 2] = builder.number(offset);
    source.require(b']')?;
    Ok(base)
}

/// The logarithm of `*4`, or of nothing.
fn scale(source: &mut Source<'_>) -> Result<u8> {
    if !source.eat(b'*') {
        return Ok(0);
    }
    let token = source.token;
    match source.integer()? {
        1 => Ok(0),
        2 => Ok(1),
        4 => Ok(2),
        8 => Ok(3),
        _ => {
            let message = "an index is scaled by 1, 2, 4 or 8".to_string();
            Err(source.fault(Rule::OperandKind, token, message, "use mul or shl"))
        }
    }
}
