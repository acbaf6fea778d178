//! `.nir` from a module.

use super::is_plain;
use crate::ir::{Class, CondKind, Data, Func, Inst, Kind, Label, Module, Name, Op, Operand, Reg};
use crate::text::{Run, float_text, quote, runs};
use std::fmt::Write;

/// The whole module as text.
pub fn print(module: &Module) -> String {
    let mut out = String::new();
    let mut printer = Printer { module, out: &mut out };
    printer.header();
    for import in &module.imports {
        printer.import(import);
    }
    for data in &module.data {
        printer.data(data);
    }
    for bss in &module.bss {
        let export = if bss.exported { "export " } else { "" };
        printer.text(export).text("bss ").name('$', bss.name);
        printer.text(&format!(" align {} size {}\n", bss.align, bss.size));
    }
    for function in module.funcs() {
        if !printer.out.is_empty() {
            printer.text("\n");
        }
        printer.function(function);
    }
    out
}

/// One function as text.
pub fn print_function(function: Func<'_>) -> String {
    let mut out = String::new();
    Printer { module: function.module, out: &mut out }.function(function);
    out
}

/// One instruction as text, without indentation and line end.
pub fn print_inst(function: Func<'_>, inst: &Inst) -> String {
    let mut out = String::new();
    Printer { module: function.module, out: &mut out }.inst(function, inst);
    out
}

struct Printer<'a> {
    module: &'a Module,
    out: &'a mut String,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    fn name(&mut self, sigil: char, name: Name) -> &mut Self {
        self.out.push(sigil);
        let text = self.module.name(name);
        match std::str::from_utf8(text) {
            Ok(plain) if is_plain(text) => self.out.push_str(plain),
            _ => quote(self.out, text),
        }
        self
    }

    fn header(&mut self) {
        if let Some(isa) = self.module.isa {
            self.text("target ").text(isa.name()).text("\n");
        }
        if let Some(format) = self.module.format {
            self.text("format ").text(format.name()).text("\n");
        }
        if self.module.allow_stubs {
            self.text("allow_stubs\n");
        }
    }

    fn import(&mut self, import: &crate::ir::Import) {
        self.text("import ").name('$', import.name);
        if let Some(arity) = import.arity {
            self.text(&format!("({arity})"));
        }
        if let Some(library) = import.library {
            self.text(" from ");
            quote(self.out, self.module.name(library));
        }
        self.text("\n");
    }

    fn data(&mut self, data: &Data) {
        let export = if data.exported { "export " } else { "" };
        self.text(export).text("data ").name('$', data.name);
        self.text(&format!(" align {} {{", data.align));
        let bytes = self.module.data_bytes(data);
        let mut at = 0;
        let mut first = true;
        for reloc in self.module.data_relocs(data) {
            self.data_bytes(&bytes[at..reloc.at as usize], &mut first);
            self.item(&mut first).text("i64 ").name('$', reloc.symbol);
            self.addend(reloc.addend);
            at = reloc.at as usize + 8;
        }
        self.data_bytes(&bytes[at..], &mut first);
        self.text(" }\n");
    }

    fn item(&mut self, first: &mut bool) -> &mut Self {
        let separator = if std::mem::take(first) { " " } else { ", " };
        self.text(separator)
    }

    /// Bytes as text, long runs of zeros as such.
    fn data_bytes(&mut self, bytes: &[u8], first: &mut bool) {
        for run in runs(bytes) {
            match run {
                Run::Zeros(count) => {
                    self.item(first).text(&format!("z {count}"));
                }
                Run::Bytes(bytes) => {
                    self.item(first).text("b ");
                    quote(self.out, bytes);
                }
            }
        }
    }

    fn addend(&mut self, addend: i64) {
        match addend {
            0 => {}
            1.. => self.out.push_str(&format!(" + {addend}")),
            _ => self.out.push_str(&format!(" - {}", addend.unsigned_abs())),
        }
    }

    fn function(&mut self, function: Func<'_>) {
        if function.function.exported {
            self.text("export ");
        }
        self.text("function ");
        for (number, class) in function.function.results.iter().enumerate() {
            let last = number + 1 == function.function.results.len();
            self.text(class.name()).text(if last { " " } else { ", " });
        }
        self.name('$', function.function.name).text("(");
        for (number, &param) in function.params().iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " });
            self.text(function.class(param).name()).text(" ");
            self.reg(function, param);
        }
        self.text(") {\n");
        for inst in function.insts() {
            if inst.op != Op::Label {
                self.text("    ");
            }
            self.inst(function, inst);
            self.text("\n");
        }
        self.text("}\n");
    }

    fn reg(&mut self, function: Func<'_>, reg: Reg) {
        let info = function.regs()[reg.0 as usize];
        match info.slot(self.module) {
            Some(slot) => {
                self.text(&format!("^{slot}"));
            }
            None => {
                self.name('%', info.name);
            }
        }
    }

    fn label(&mut self, function: Func<'_>, label: Label) {
        self.name('@', function.labels()[label.0 as usize]);
    }

    fn inst(&mut self, function: Func<'_>, inst: &Inst) {
        if let (Op::Label, Operand::Label(label)) = (inst.op, inst.operands[0]) {
            return self.label(function, label);
        }
        let info = inst.op.info();
        let class = self.results(function, inst, info.kinds);
        self.text(info.nir);
        if info.cond != CondKind::None {
            self.text(inst.cond.name());
        }
        let mut separator = " ";
        for (&kind, &operand) in info.kinds.iter().zip(&inst.operands) {
            let skipped = kind.is_def()
                || matches!(kind, Kind::Index | Kind::Off | Kind::Addend)
                || (kind == Kind::Vals && self.module.list(operand).is_empty());
            if skipped {
                continue;
            }
            if !(kind == Kind::Args && inst.op != Op::MethodCall) {
                self.text(separator);
            }
            separator = ", ";
            match (kind, operand) {
                (Kind::Base, _) => self.memory(function, inst),
                (Kind::Const, _) => self.constant(operand, class),
                (Kind::Args, _) => self.list(function, operand, ("(", ")")),
                (Kind::Labels, _) => self.list(function, operand, ("[", "]")),
                (Kind::Vals, _) => self.list(function, operand, ("", "")),
                (Kind::Sym, _) => {
                    self.operand(function, operand);
                    if inst.op == Op::Addr {
                        let addend = self.module.imm(inst.operands[2]).unwrap_or(0);
                        self.addend(addend);
                    }
                }
                _ => self.operand(function, operand),
            }
        }
    }

    /// What stands before the mnemonic; returns the class of the first result.
    fn results(&mut self, function: Func<'_>, inst: &Inst, kinds: &[Kind]) -> Class {
        let first = inst.operands[0];
        let defs: &[Operand] = match kinds.first() {
            Some(Kind::Defs) => self.module.list(first),
            Some(kind) if kind.is_def() => &[first],
            _ => &[],
        };
        if defs.is_empty() {
            return Class::I64;
        }
        let class_of = |operand: &Operand| operand.reg().map_or(Class::I64, |r| function.class(r));
        for (number, &def) in defs.iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " });
            self.operand(function, def);
        }
        self.text(" =");
        let classes: Vec<&str> = defs.iter().map(|def| class_of(def).name()).collect();
        self.text(&classes.join(", ")).text(" ");
        class_of(&defs[0])
    }

    fn memory(&mut self, function: Func<'_>, inst: &Inst) {
        let kinds = inst.op.info().kinds;
        let base = kinds.iter().position(|&kind| kind == Kind::Base).unwrap_or(0);
        self.text("[");
        self.operand(function, inst.operands[base]);
        if inst.operands[base + 1] != Operand::None {
            self.text(" + ");
            self.operand(function, inst.operands[base + 1]);
            if inst.scale != 0 {
                self.text(&format!("*{}", 1 << inst.scale));
            }
        }
        let offset = self.module.imm(inst.operands[base + 2]).unwrap_or(0);
        self.addend(offset);
        self.text("]");
    }

    fn constant(&mut self, operand: Operand, class: Class) {
        let bits = self.module.imm(operand).unwrap_or(0);
        let text = constant_text(bits, class);
        self.text(&text);
    }

    fn list(&mut self, function: Func<'_>, operand: Operand, (open, close): (&str, &str)) {
        self.text(open);
        for (number, &element) in self.module.list(operand).iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " });
            self.operand(function, element);
        }
        self.text(close);
    }

    fn operand(&mut self, function: Func<'_>, operand: Operand) {
        match operand {
            Operand::Reg(reg) => self.reg(function, reg),
            Operand::Phys(phys) => {
                self.text("!").text(phys.name());
            }
            Operand::Imm(_) | Operand::Wide(_) => {
                let value = self.module.imm(operand).unwrap_or(0);
                write!(self.out, "{value}").expect("writing to a string");
            }
            Operand::Sym(name) => {
                self.name('$', name);
            }
            Operand::Label(label) => self.label(function, label),
            Operand::Bytes(bytes) => quote(self.out, self.module.name(bytes)),
            Operand::Variadic => {
                self.text("...");
            }
            Operand::None | Operand::List(_) => {}
        }
    }
}

/// A constant: a number, or in hexadecimal the bits of a float that is not finite.
fn constant_text(bits: i64, class: Class) -> String {
    match class {
        Class::I64 => bits.to_string(),
        Class::F64 => match f64::from_bits(bits as u64) {
            value if value.is_finite() => float_text(format!("{value:?}")),
            _ => format!("{:#x}", bits as u64),
        },
        Class::F32 => match f32::from_bits(bits as u32) {
            value if value.is_finite() => float_text(format!("{value:?}")),
            _ => format!("{:#x}", bits as u32),
        },
    }
}
