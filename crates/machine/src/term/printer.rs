//! `.ir` from a module.

use super::operands::CALL_INDIRECT;
use crate::ir::{Class, CondKind, Data, Func, Inst, Kind, Module, Name, Op, Operand, Reg};
use crate::text::{Run, float_text, quote_ascii, runs};
use std::fmt::Write;

/// The whole module as one term.
pub fn print(module: &Module) -> String {
    let mut printer = Printer { module, out: String::new() };
    printer.module();
    printer.out
}

struct Printer<'a> {
    module: &'a Module,
    out: String,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    fn number(&mut self, value: impl std::fmt::Display) -> &mut Self {
        write!(self.out, "{value}").expect("writing to a string");
        self
    }

    /// A binary; long runs of zeros are written as such.
    fn binary(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.push_str("<<");
        let mut first = true;
        for run in runs(bytes) {
            self.text(if std::mem::take(&mut first) { "" } else { "," });
            match run {
                Run::Zeros(count) => {
                    self.text("0:").number(count * 8);
                }
                Run::Bytes(bytes) => quote_ascii(&mut self.out, bytes),
            }
        }
        self.out.push_str(">>");
        self
    }

    fn name(&mut self, name: Name) -> &mut Self {
        let module = self.module;
        self.binary(module.name(name))
    }

    /// Items with commas between them.
    fn each<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) -> &mut Self {
        for (number, item) in items.iter().enumerate() {
            self.text(if number == 0 { "" } else { ", " });
            print(self, item);
        }
        self
    }

    fn module(&mut self) {
        let module = self.module;
        self.text("#{target => ").text(module.isa.map_or("any", |isa| isa.name()));
        self.text(", format => ").text(module.format.map_or("any", |format| format.name()));
        if module.allow_stubs {
            self.text(", allow_stubs => true");
        }
        self.text(",\n  functions => [");
        for (number, function) in module.funcs().enumerate() {
            self.text(if number == 0 { "\n" } else { ",\n" });
            self.function(function);
        }
        self.text("],\n  data => [");
        self.each(&module.data, |printer, data| printer.data(data));
        self.text("],\n  bss => [");
        self.each(&module.bss, |printer, bss| {
            printer.text("{").name(bss.name).text(", ").number(bss.align).text(", ");
            printer.number(bss.size).text(exported(bss.exported)).text("}");
        });
        self.text("],\n  imports => [");
        self.each(&module.imports, |printer, import| {
            printer.text("{");
            if let Some(library) = import.library {
                printer.name(library).text(", ");
            }
            printer.name(import.name).text(", ");
            match import.arity {
                Some(arity) => printer.number(arity),
                None => printer.text("any"),
            };
            printer.text("}");
        });
        self.text("]}.\n");
    }

    fn data(&mut self, data: &Data) {
        self.text("{").name(data.name).text(", ").number(data.align).text(", ");
        let bytes = self.module.data_bytes(data);
        let relocs = self.module.data_relocs(data);
        if relocs.is_empty() {
            self.binary(bytes);
        } else {
            self.text("[");
            let mut at = 0;
            for reloc in relocs {
                if reloc.at as usize > at {
                    self.binary(&bytes[at..reloc.at as usize]).text(", ");
                }
                at = reloc.at as usize + 8;
                self.text("{data_ref, ").name(reloc.symbol);
                if reloc.addend != 0 {
                    self.text(", ").number(reloc.addend);
                }
                self.text(if at < bytes.len() { "}, " } else { "}" });
            }
            if at < bytes.len() {
                self.binary(&bytes[at..]);
            }
            self.text("]");
        }
        self.text(exported(data.exported)).text("}");
    }

    fn function(&mut self, function: Func<'_>) {
        self.text("    #{name => ").name(function.function.name);
        self.text(", arity => ").number(function.params().len());
        self.text(", exported => ").number(function.function.exported);
        self.text(", params => [");
        self.each(function.params(), |printer, &param| printer.reg(function, param));
        self.text("], locals => ").number(function.regs().len());
        if !function.function.results.is_empty() {
            self.text(", results => [");
            self.each(&function.function.results, |printer, class| {
                printer.text(class.name());
            });
            self.text("]");
        }
        self.text(",\n      body => [");
        for (number, inst) in function.insts().iter().enumerate() {
            self.text(if number == 0 { "\n        " } else { ",\n        " });
            self.inst(function, inst);
        }
        self.text("]}");
    }

    fn reg(&mut self, function: Func<'_>, reg: Reg) {
        let info = function.regs()[reg.0 as usize];
        if let Some(slot) = info.slot(self.module) {
            self.text("{stack,").number(slot).text("}");
            return;
        }
        let tag = if info.class == Class::I64 { "vreg" } else { info.class.name() };
        self.text("{").text(tag).text(",");
        match info.number(self.module) {
            Some(number) => self.number(number),
            None => self.name(info.name),
        };
        self.text("}");
    }

    fn inst(&mut self, function: Func<'_>, inst: &Inst) {
        let info = inst.op.info();
        let indirect = inst.op == Op::BareCall && !matches!(inst.operands[0], Operand::Sym(_));
        let tag = if indirect { CALL_INDIRECT } else { info.term };
        let bare_return = inst.op == Op::Ret && self.module.list(inst.operands[0]).is_empty();
        if info.kinds.is_empty() || bare_return {
            self.text(tag);
            return;
        }
        self.text("{").text(tag);
        if info.cond != CondKind::None {
            self.text(",").text(inst.cond.name());
        }
        for (&kind, &operand) in info.kinds.iter().zip(&inst.operands) {
            let absent = match kind {
                Kind::Index => operand == Operand::None,
                Kind::Addend => operand == Operand::Imm(0),
                _ => false,
            };
            if absent {
                continue;
            }
            self.text(",");
            match kind {
                Kind::Index => {
                    self.text("{index,");
                    self.operand(function, kind, operand);
                    self.text(",").number(1 << inst.scale).text("}");
                }
                Kind::Const => self.constant(function, inst),
                Kind::Defs if self.module.list(operand).len() == 1 => {
                    self.operand(function, kind, self.module.list(operand)[0]);
                }
                Kind::Defs | Kind::Args | Kind::Vals | Kind::Labels => {
                    let module = self.module;
                    self.text("[");
                    self.each(module.list(operand), |printer, &element| {
                        printer.operand(function, kind, element);
                    });
                    self.text("]");
                }
                _ => self.operand(function, kind, operand),
            }
        }
        self.text("}");
    }

    fn constant(&mut self, function: Func<'_>, inst: &Inst) {
        let bits = self.module.imm(inst.operands[1]).unwrap_or(0);
        let class = inst.operands[0].reg().map_or(Class::I64, |reg| function.class(reg));
        let text = match class {
            Class::I64 => None,
            Class::F32 => {
                let value = f32::from_bits(bits as u32);
                value.is_finite().then(|| float_text(format!("{value:?}")))
            }
            Class::F64 => {
                let value = f64::from_bits(bits as u64);
                value.is_finite().then(|| float_text(format!("{value:?}")))
            }
        };
        match text {
            Some(text) => self.text(&text),
            None if class == Class::I64 => self.number(bits),
            None => self.text("{bits,").number(bits).text("}"),
        };
    }

    fn operand(&mut self, function: Func<'_>, kind: Kind, operand: Operand) {
        match operand {
            Operand::Reg(reg) => self.reg(function, reg),
            Operand::Phys(phys) => {
                self.text("{preg,").text(phys.name()).text("}");
            }
            Operand::Imm(_) | Operand::Wide(_) => {
                let value = self.module.imm(operand).unwrap_or(0);
                let plain = matches!(kind, Kind::Off | Kind::Addend | Kind::Count);
                if plain {
                    self.number(value);
                } else {
                    self.text("{imm,").number(value).text("}");
                }
            }
            Operand::Sym(name) => {
                let tag = if kind == Kind::Callee { "{sym," } else { "{data_ref," };
                self.text(tag).name(name).text("}");
            }
            Operand::Label(label) => {
                self.name(function.labels()[label.0 as usize]);
            }
            Operand::Bytes(bytes) => {
                self.name(bytes);
            }
            Operand::Variadic => {
                self.text("'...'");
            }
            Operand::None | Operand::List(_) => {}
        }
    }
}

fn exported(exported: bool) -> &'static str {
    if exported { ", exported" } else { "" }
}
