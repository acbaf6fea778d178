//! Operands of single instructions: kinds, classes, registers of the right instruction set, sizes.

use super::{At, Checker, shown};
use crate::fault::Rule;
use crate::ir::{Class, Cond, CondKind, Func, Inst, Kind, Op, Operand};

/// Largest object in a frame, in bytes.
const MAX_OBJECT: i64 = 1 << 30;

/// Classes that the places of one instruction have in common.
#[derive(Default)]
struct Groups {
    float: Option<Class>,
    any: Option<Class>,
    result: Option<Class>,
}

impl Checker<'_> {
    /// Parameters are different registers.
    pub(super) fn parameters(&mut self, func: Func<'_>) {
        self.seen.clear();
        self.seen.resize(func.regs().len(), false);
        for &param in func.params() {
            if std::mem::replace(&mut self.seen[param.0 as usize], true) {
                let name = shown(func.reg_name(param));
                let message = format!("the parameter `{name}` is there twice");
                self.function_fault(func, Rule::Duplicate, message, "give each its own register");
            }
        }
    }

    pub(super) fn operands(&mut self, at: At<'_>, inst: &Inst) {
        let info = inst.op.info();
        let mut groups = Groups::default();
        for (&kind, &operand) in info.kinds.iter().zip(&inst.operands) {
            match kind {
                Kind::Defs | Kind::Args | Kind::Vals | Kind::Labels => {
                    for &element in at.func.module.list(operand) {
                        self.element(at, kind, element);
                    }
                }
                _ => self.operand(at, kind, operand, &mut groups),
            }
        }
        let conds = match info.cond {
            CondKind::None => true,
            CondKind::Int => Cond::INT.contains(&inst.cond),
            CondKind::Float => Cond::FLOAT.contains(&inst.cond),
        };
        if !conds || inst.scale > 3 {
            self.wrong(at, "another condition or scale");
        }
        if info.physical && at.func.module.isa.is_none() {
            let message = format!("`{}` needs an instruction set", info.term);
            self.fault(at, Rule::ForeignRegister, message, "name the module's target");
        }
        self.sizes(at, inst);
    }

    fn wrong(&mut self, at: At<'_>, what: &str) {
        let message = format!("`{}` takes {what}", at.inst().op.info().term);
        self.fault(at, Rule::OperandKind, message, "docs/native-ir.md has the forms");
    }

    fn class_of(&mut self, at: At<'_>, operand: Operand) -> Option<Class> {
        match operand {
            Operand::Reg(reg) => Some(at.func.class(reg)),
            Operand::Imm(_) | Operand::Wide(_) => Some(Class::I64),
            Operand::Phys(phys) => {
                let isa = at.func.module.isa;
                if isa != Some(phys.isa()) {
                    let name = phys.name();
                    let (message, hint) = match isa {
                        Some(isa) => (
                            format!("{name} is not a register of {}", isa.name()),
                            "a module with physical registers cannot change its target",
                        ),
                        None => {
                            let hint = "name the module's target";
                            (format!("the physical register {name} needs an instruction set"), hint)
                        }
                    };
                    self.fault(at, Rule::ForeignRegister, message, hint);
                }
                Some(Class::I64)
            }
            _ => None,
        }
    }

    /// An element of a list.
    fn element(&mut self, at: At<'_>, kind: Kind, element: Operand) {
        use Operand::{Imm, Label, Phys, Reg, Variadic, Wide};
        let fits = matches!(
            (kind, element),
            (Kind::Labels, Label(_))
                | (Kind::Args, Variadic)
                | (Kind::Args | Kind::Vals, Imm(_) | Wide(_))
                | (Kind::Args | Kind::Vals | Kind::Defs, Reg(_) | Phys(_))
        );
        if !fits {
            self.wrong(at, "other elements in its list");
        }
        self.class_of(at, element);
    }

    fn operand(&mut self, at: At<'_>, kind: Kind, operand: Operand, groups: &mut Groups) {
        use Operand::{Bytes, Imm, Label, None, Phys, Reg, Sym, Wide};
        let class = self.class_of(at, operand);
        let register = matches!(operand, Reg(_) | Phys(_));
        let number = matches!(operand, Imm(_) | Wide(_));
        let form = match kind {
            Kind::Val | Kind::Any => register || number,
            Kind::Base => register || matches!(operand, Sym(_)),
            Kind::Index => register || operand == None,
            Kind::Callee => register || matches!(operand, Sym(_)),
            Kind::Sym => matches!(operand, Sym(_)),
            Kind::Label => matches!(operand, Label(_)),
            Kind::Bytes => matches!(operand, Bytes(_)),
            Kind::Off | Kind::Addend | Kind::Imm | Kind::Count | Kind::Const => number,
            _ => register,
        };
        if !form {
            return self.wrong(at, "something else there");
        }
        let Some(class) = class else { return };
        let wanted = match kind {
            Kind::DefAny | Kind::Any => Some(*groups.any.get_or_insert(class)),
            Kind::DefFloat | Kind::Float => Some(*groups.float.get_or_insert(class)),
            Kind::DefF32 | Kind::F32 => Some(Class::F32),
            Kind::DefF64 | Kind::F64 => Some(Class::F64),
            Kind::DefBits => {
                groups.result = Some(class);
                return;
            }
            Kind::Bits => {
                let float = groups.result.is_some_and(Class::is_float);
                if float == class.is_float() {
                    let message = "a bit cast is between an integer and a float".to_string();
                    self.fault(
                        at,
                        Rule::Class,
                        message,
                        "to copy, use copy; to convert, fpromote or fdemote",
                    );
                }
                return;
            }
            Kind::Def | Kind::Reg | Kind::Val | Kind::Base | Kind::Index | Kind::Callee => {
                Some(Class::I64)
            }
            _ => return,
        };
        if let Some(wanted) = wanted.filter(|&wanted| wanted != class) {
            let what = match operand {
                Reg(reg) => {
                    format!("register `{}` is {}", shown(at.func.reg_name(reg)), class.name())
                }
                _ => format!("a number is {}", class.name()),
            };
            let hint = "convert it (itof, ftoi, bitcast …), or load a constant into a register";
            let message = format!("{what}, but {} is needed here", wanted.name());
            self.fault(at, Rule::Class, message, hint);
        }
    }

    /// Numbers that have further limits.
    fn sizes(&mut self, at: At<'_>, inst: &Inst) {
        let number = |place: usize| at.func.module.imm(inst.operands[place]).unwrap_or(0);
        let mut limit = |good: bool, rule: Rule, message: &str, hint: &str| {
            if !good {
                self.fault(at, rule, message.to_string(), hint);
            }
        };
        let element = |size: i64| size == 8;
        let only_8 = "elements of arrays have 8 bytes here";
        match inst.op {
            Op::StackAddr => {
                let (size, align) = (number(1), number(2));
                let hint = "allocate it elsewhere";
                limit(
                    size <= MAX_OBJECT,
                    Rule::TooLarge,
                    "an object of more than 2^30 bytes",
                    hint,
                );
                let good = (align as u64).is_power_of_two() && align <= 4096;
                let hint = "alignments in frames are powers of two up to 4096";
                limit(good, Rule::Alignment, &format!("the alignment {align} is impossible"), hint);
            }
            Op::ArrayNew => {
                let good = (1..=1 << 20).contains(&number(1)) && (0..=1 << 40).contains(&number(2));
                limit(
                    good,
                    Rule::Immediate,
                    "no array has this size",
                    "elements have 1 to 2^20 bytes, and there are up to 2^40",
                );
            }
            Op::ArrayGet => {
                limit(element(number(3)), Rule::Immediate, only_8, "write 8, or in .ir {imm, 8}")
            }
            Op::ArraySet | Op::ArrayAppend => {
                limit(element(number(3)), Rule::Immediate, only_8, "write 8, or in .ir {imm, 8}");
            }
            Op::StructNew => {
                let good = (0..=MAX_OBJECT).contains(&number(1));
                limit(good, Rule::Immediate, "no structure has this size", "0 to 2^30 bytes");
            }
            Op::FieldGet | Op::FieldSet => {
                let offset = number(if inst.op == Op::FieldGet { 2 } else { 1 });
                let good = (0..=MAX_OBJECT).contains(&offset);
                limit(good, Rule::Immediate, "no field has this offset", "0 to 2^30 bytes");
            }
            Op::Loc => {
                let good = number(1) <= u32::MAX.into() && number(2) <= u32::MAX.into();
                limit(good, Rule::Immediate, "lines and columns have 32 bits", "");
            }
            _ => {}
        }
    }
}
