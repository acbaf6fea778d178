//! Instructions of `.ir`, read by the rows of the operation table.

use super::reader::{Result, count, fault_at, name, number};
use super::tree::{Term, TermId, Terms};
use crate::fault::{Fault, Rule};
use crate::ir::{Class, Cond, CondKind, FunctionBuilder, Inst, Kind, Names, Op, Operand, Phys};
use crate::nir::float_bits;
use std::sync::OnceLock;

/// Operations of a tag: more than one differ in their number of elements.
fn tagged(tag: &[u8]) -> &'static [Op] {
    struct Table {
        tags: Names,
        ops: Vec<Vec<Op>>,
    }
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = Table { tags: Names::default(), ops: Vec::new() };
        let mut add = |tag: &str, op| {
            let name = table.tags.intern(tag.as_bytes());
            table.ops.resize(table.tags.len(), Vec::new());
            table.ops[name.0 as usize].push(op);
        };
        for &op in Op::ALL {
            add(op.info().term, op);
        }
        add(CALL_INDIRECT, Op::BareCall);
        table
    });
    table.tags.lookup(tag).map_or(&[], |name| &table.ops[name.0 as usize])
}

/// The tag of a bare call through a register.
pub(super) const CALL_INDIRECT: &str = "call_indirect";

/// Reads the instructions of one function.
pub(super) struct Body<'t> {
    terms: &'t Terms,
    list: Vec<Operand>,
}

impl<'t> Body<'t> {
    pub(super) fn new(terms: &'t Terms) -> Self {
        Body { terms, list: Vec::new() }
    }

    fn fault(&self, id: TermId, rule: Rule, message: &str, hint: &str) -> Fault {
        fault_at(self.terms, id, rule, message, hint)
    }

    /// A parameter: a register that becomes one.
    pub(super) fn param(&mut self, builder: &mut FunctionBuilder<'_>, id: TermId) -> Result<()> {
        match self.register(builder, id)? {
            Some(Operand::Reg(reg)) => {
                let info = *builder.info(reg);
                let text = builder.module().name(info.name).to_vec();
                builder.param(&text, info.class);
                Ok(())
            }
            _ => Err(self.fault(id, Rule::Syntax, "this is not a parameter", "{vreg, 0}")),
        }
    }

    /// One instruction: an atom or a tuple.
    pub(super) fn instruction(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        id: TermId,
    ) -> Result<Inst> {
        let alone = [id];
        let items = self.terms.tuple(id).unwrap_or(&alone);
        let tag = items.first().and_then(|&tag| self.terms.atom(tag));
        let Some(tag) = tag else {
            let hint = "an instruction is an atom or a tuple that begins with one";
            return Err(self.fault(id, Rule::Syntax, "this is not an instruction", hint));
        };
        let candidates = tagged(tag);
        let text = String::from_utf8_lossy(tag);
        if candidates.is_empty() {
            let hint =
                match sox_diagnostics::closest(&text, Op::ALL.iter().map(|op| op.info().term)) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "docs/native-ir.md lists the operations".to_string(),
                };
            let message = format!("there is no operation `{text}`");
            return Err(self.fault(id, Rule::UnknownOperation, &message, &hint));
        }
        let elements = &items[1..];
        let op = self.pick(candidates, elements, id)?;
        let (cond, elements) = self.condition(op, elements, id)?;
        let mut inst = Inst::with_cond(op, cond, &[]);
        let mut rest = elements;
        for (at, &kind) in op.info().kinds.iter().enumerate() {
            let optional = match kind {
                Kind::Index => !rest.first().is_some_and(|&id| self.has_tag(id, b"index")),
                Kind::Addend | Kind::Vals => rest.is_empty(),
                _ => false,
            };
            if optional {
                inst.operands[at] = match kind {
                    Kind::Addend => Operand::Imm(0),
                    Kind::Vals => builder.list(&[]),
                    _ => Operand::None,
                };
                continue;
            }
            let Some((&first, others)) = rest.split_first() else {
                return Err(self.wrong_count(op, id));
            };
            rest = others;
            inst.operands[at] = self.operand(builder, kind, first, &mut inst)?;
        }
        if rest.is_empty() { Ok(inst) } else { Err(self.wrong_count(op, id)) }
    }

    fn wrong_count(&self, op: Op, id: TermId) -> Fault {
        let info = op.info();
        let mut form: Vec<String> = vec![info.term.to_string()];
        if info.cond != CondKind::None {
            form.push("Cond".into());
        }
        form.extend(
            info.kinds.iter().filter(|&&k| k != Kind::Index).map(|kind| format!("{kind:?}")),
        );
        let message = format!("`{}` has another number of operands", info.term);
        self.fault(
            id,
            Rule::OperandCount,
            &message,
            &format!("its form is {{{}}}", form.join(", ")),
        )
    }

    /// Of the operations of one tag, the one with so many elements.
    fn pick(&self, candidates: &[Op], elements: &[TermId], id: TermId) -> Result<Op> {
        if let [op] = candidates {
            return Ok(*op);
        }
        let found = candidates.iter().find(|op| op.info().kinds.len() == elements.len());
        let Some(&op) = found else { return Err(self.wrong_count(candidates[0], id)) };
        if op == Op::StringBytes && self.has_tag(elements[1], b"data_ref") {
            let message = "a string needs its length";
            let hint = "{string_lit, D, {data_ref, Name}, Length}; for the bare address use lea";
            return Err(self.fault(id, Rule::OperandCount, message, hint));
        }
        Ok(op)
    }

    fn condition<'e>(
        &self,
        op: Op,
        elements: &'e [TermId],
        id: TermId,
    ) -> Result<(Cond, &'e [TermId])> {
        let conds = match op.info().cond {
            CondKind::None => return Ok((Cond::default(), elements)),
            CondKind::Int => Cond::INT,
            CondKind::Float => Cond::FLOAT,
        };
        let (&first, rest) = elements.split_first().ok_or_else(|| self.wrong_count(op, id))?;
        let text = self.terms.atom(first).unwrap_or(b"");
        match conds.iter().find(|cond| cond.name().as_bytes() == text) {
            Some(&cond) => Ok((cond, rest)),
            None => {
                let names: Vec<&str> = conds.iter().map(|cond| cond.name()).collect();
                let message = "this is not a condition";
                Err(self.fault(first, Rule::OperandKind, message, &names.join(" ")))
            }
        }
    }

    fn has_tag(&self, id: TermId, tag: &[u8]) -> bool {
        let items = self.terms.tuple(id).unwrap_or(&[]);
        items.first().is_some_and(|&first| self.terms.atom(first) == Some(tag))
    }

    fn operand(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        kind: Kind,
        id: TermId,
        inst: &mut Inst,
    ) -> Result<Operand> {
        let wrong = |body: &Self, what: &str, hint: &str| {
            let message = format!("expected {what}");
            Err(body.fault(id, Rule::OperandKind, &message, hint))
        };
        match kind {
            Kind::Val | Kind::Any => match self.value(builder, id)? {
                Some(operand) => Ok(operand),
                None => {
                    wrong(self, "a register or an immediate", "{vreg, N}, {preg, R} or {imm, V}")
                }
            },
            Kind::Imm => match self.value(builder, id)? {
                Some(operand @ (Operand::Imm(_) | Operand::Wide(_))) => Ok(operand),
                _ => wrong(self, "an immediate", "{imm, V}"),
            },
            Kind::Base if self.symbol(id).is_some() => {
                Ok(Operand::Sym(name(self.terms, self.symbol(id).unwrap_or(id), builder.module())?))
            }
            Kind::Callee if self.has_tag(id, b"sym") => {
                Ok(Operand::Sym(name(self.terms, self.symbol(id).unwrap_or(id), builder.module())?))
            }
            Kind::Sym => match self.symbol(id) {
                Some(symbol) => Ok(Operand::Sym(name(self.terms, symbol, builder.module())?)),
                None => {
                    wrong(self, "the symbol of data or of a function", "{data_ref, <<\"name\">>}")
                }
            },
            Kind::Index => self.index(builder, id, inst),
            Kind::Off | Kind::Addend => Ok(builder.number(number(self.terms, id)?)),
            Kind::Count => Ok(builder.number(count(self.terms, id)?)),
            Kind::Const => {
                let class = match inst.operands[0] {
                    Operand::Reg(reg) => builder.info(reg).class,
                    _ => Class::I64,
                };
                Ok(builder.number(self.constant(id, class)?))
            }
            Kind::Label => Ok(Operand::Label(self.label(builder, id)?)),
            Kind::Bytes => Ok(Operand::Bytes(name(self.terms, id, builder.module())?)),
            Kind::Labels => self.elements(builder, id, |body, builder, id| {
                Ok(Operand::Label(body.label(builder, id)?))
            }),
            Kind::Args => self.elements(builder, id, |body, builder, id| {
                if body.terms.atom(id) == Some(b"...") {
                    return Ok(Operand::Variadic);
                }
                body.element(builder, id)
            }),
            Kind::Vals => self.elements(builder, id, Self::element),
            Kind::Defs => match self.register(builder, id)? {
                Some(single) => Ok(builder.list(&[single])),
                None => self.elements(builder, id, |body, builder, id| {
                    let hint = "{vreg, N}, or a list of registers";
                    let fault = body.fault(id, Rule::OperandKind, "expected a register", hint);
                    body.register(builder, id)?.ok_or(fault)
                }),
            },
            _ => match self.register(builder, id)? {
                Some(operand) => Ok(operand),
                None => wrong(self, "a register", "{vreg, N} or {preg, R}"),
            },
        }
    }

    fn element(&mut self, builder: &mut FunctionBuilder<'_>, id: TermId) -> Result<Operand> {
        let hint = "{vreg, N}, {preg, R} or {imm, V}";
        let fault = self.fault(id, Rule::OperandKind, "expected a register or an immediate", hint);
        self.value(builder, id)?.ok_or(fault)
    }

    fn elements(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        id: TermId,
        element: fn(&mut Self, &mut FunctionBuilder<'_>, TermId) -> Result<Operand>,
    ) -> Result<Operand> {
        let terms = self.terms;
        let Some(items) = terms.list(id) else {
            return Err(self.fault(id, Rule::OperandKind, "expected a list", "write [ … ]"));
        };
        self.list.clear();
        for &item in items {
            let operand = element(self, builder, item)?;
            self.list.push(operand);
        }
        Ok(builder.list(&self.list))
    }

    /// The name in `{data_ref, Name}` or `{sym, Name}`.
    fn symbol(&self, id: TermId) -> Option<TermId> {
        let known = self.has_tag(id, b"data_ref") || self.has_tag(id, b"sym");
        match *self.terms.tuple(id)? {
            [_, symbol] if known => Some(symbol),
            _ => None,
        }
    }

    /// `{index, R, Scale}`.
    fn index(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        id: TermId,
        inst: &mut Inst,
    ) -> Result<Operand> {
        let hint = "{index, {vreg, N}, 8}; scales are 1, 2, 4 and 8";
        let fault = self.fault(id, Rule::OperandKind, "this is not an index", hint);
        let &[_, reg, scale] = self.terms.tuple(id).unwrap_or(&[]) else { return Err(fault) };
        inst.scale = match number(self.terms, scale)? {
            1 => 0,
            2 => 1,
            4 => 2,
            8 => 3,
            _ => return Err(fault),
        };
        self.register(builder, reg)?.ok_or(fault)
    }

    fn label(&self, builder: &mut FunctionBuilder<'_>, id: TermId) -> Result<crate::ir::Label> {
        let Some(text) = self.terms.binary(id) else {
            let hint = "labels are binaries: <<\"loop\">>";
            return Err(self.fault(id, Rule::OperandKind, "expected a label", hint));
        };
        let name = builder.module().names.intern(text);
        Ok(builder.label(name))
    }

    /// A constant of a class; floats are numbers or `{bits, N}`.
    fn constant(&self, id: TermId, class: Class) -> Result<i64> {
        if class == Class::I64 {
            return number(self.terms, id);
        }
        let bits = match self.terms.get(id) {
            Term::Float(text) => {
                let text = String::from_utf8_lossy(self.terms.bytes(text));
                float_bits(&text, class)
            }
            Term::Int(negative, magnitude) => {
                let sign = if *negative { "-" } else { "" };
                float_bits(&format!("{sign}{magnitude}"), class)
            }
            Term::Tuple(items) => match *self.terms.items(items) {
                [tag, bits] if self.terms.atom(tag) == Some(b"bits") => {
                    let bits = number(self.terms, bits)?;
                    (class == Class::F64 || bits as u64 >> 32 == 0).then_some(bits)
                }
                _ => None,
            },
            _ => None,
        };
        bits.ok_or_else(|| {
            let hint = "write a number, or {bits, N} for NaN and the infinities";
            self.fault(id, Rule::OperandKind, "this is not a float of that class", hint)
        })
    }

    /// A register or an immediate; nothing if it is neither.
    fn value(&mut self, builder: &mut FunctionBuilder<'_>, id: TermId) -> Result<Option<Operand>> {
        if self.has_tag(id, b"imm")
            && let Some(&[_, value]) = self.terms.tuple(id)
        {
            return Ok(Some(builder.number(number(self.terms, value)?)));
        }
        self.register(builder, id)
    }

    /// A register; nothing if it is something else.
    fn register(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        id: TermId,
    ) -> Result<Option<Operand>> {
        let Some(&[tag, value]) = self.terms.tuple(id) else { return Ok(None) };
        let class = match self.terms.atom(tag) {
            Some(b"vreg") => Class::I64,
            Some(b"f64") => Class::F64,
            Some(b"f32") => Class::F32,
            Some(b"stack") => {
                let slot = format!("^{}", self.register_number(value)?);
                let name = builder.module().names.intern(slot.as_bytes());
                return Ok(Some(Operand::Reg(builder.reg(name, Class::I64))));
            }
            Some(b"preg") => {
                let text = self.terms.atom(value).unwrap_or(b"");
                return match Phys::from_name(text) {
                    Some(phys) => Ok(Some(Operand::Phys(phys))),
                    None => {
                        let message = "there is no such physical register";
                        let hint =
                            "general registers of x86-64 (rax …) and AArch64 (x0 …, sp, xzr)";
                        Err(self.fault(value, Rule::ForeignRegister, message, hint))
                    }
                };
            }
            _ => return Ok(None),
        };
        let name = match self.terms.binary(value) {
            Some(text) => builder.module().names.intern(text),
            None => {
                let number = self.register_number(value)?;
                builder.module().names.intern(decimal(number, &mut [0; 10]))
            }
        };
        let reg = builder.reg(name, class);
        let before = builder.info(reg).class;
        if before != class {
            let message = format!("this register is {} elsewhere", before.name());
            let hint = "a register has one class; use another one";
            return Err(self.fault(id, Rule::Class, &message, hint));
        }
        Ok(Some(Operand::Reg(reg)))
    }

    fn register_number(&self, id: TermId) -> Result<u32> {
        u32::try_from(count(self.terms, id)?)
            .map_err(|_| self.fault(id, Rule::Immediate, "registers are numbered below 2^32", ""))
    }
}

/// The decimal digits of a number.
fn decimal(mut number: u32, buffer: &mut [u8; 10]) -> &[u8] {
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &buffer[at..];
        }
    }
}
