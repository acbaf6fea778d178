//! Equality of modules: names count, the numbers given to them do not, nor do places in texts.

use super::{CondKind, Data, Func, Inst, Module, Name, Operand, Reg};

impl PartialEq for Module {
    fn eq(&self, other: &Module) -> bool {
        let same = |a: Name, b: Name| self.name(a) == other.name(b);
        let same_maybe = |a: Option<Name>, b: Option<Name>| match (a, b) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        (self.isa, self.format, self.allow_stubs) == (other.isa, other.format, other.allow_stubs)
            && all(&self.data, &other.data, |a, b| same_data(self, a, other, b))
            && all(&self.bss, &other.bss, |a, b| {
                (a.exported, a.align, a.size) == (b.exported, b.align, b.size)
                    && same(a.name, b.name)
            })
            && all(&self.imports, &other.imports, |a, b| {
                a.arity == b.arity && same(a.name, b.name) && same_maybe(a.library, b.library)
            })
            && self.functions.len() == other.functions.len()
            && self.funcs().zip(other.funcs()).all(|(a, b)| same_function(a, b))
    }
}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_data(left: &Module, a: &Data, right: &Module, b: &Data) -> bool {
    (a.exported, a.align) == (b.exported, b.align)
        && left.name(a.name) == right.name(b.name)
        && left.data_bytes(a) == right.data_bytes(b)
        && all(left.data_relocs(a), right.data_relocs(b), |a, b| {
            (a.at, a.addend) == (b.at, b.addend) && left.name(a.symbol) == right.name(b.symbol)
        })
}

fn same_function(a: Func<'_>, b: Func<'_>) -> bool {
    let (f, g) = (a.function, b.function);
    (f.exported, f.results) == (g.exported, g.results)
        && a.name() == b.name()
        && all(a.params(), b.params(), |&x, &y| same_reg(a, x, b, y))
        && all(a.insts(), b.insts(), |x, y| same_inst(a, x, b, y))
}

fn same_reg(a: Func<'_>, x: Reg, b: Func<'_>, y: Reg) -> bool {
    a.class(x) == b.class(y) && a.reg_name(x) == b.reg_name(y)
}

fn same_inst(a: Func<'_>, x: &Inst, b: Func<'_>, y: &Inst) -> bool {
    let conditional = x.op.info().cond != CondKind::None;
    (x.op, x.scale) == (y.op, y.scale)
        && (!conditional || x.cond == y.cond)
        && x.operands.iter().zip(&y.operands).all(|(&x, &y)| same_operand(a, x, b, y))
}

fn same_operand(a: Func<'_>, x: Operand, b: Func<'_>, y: Operand) -> bool {
    match (x, y) {
        (Operand::Reg(x), Operand::Reg(y)) => same_reg(a, x, b, y),
        (Operand::Label(x), Operand::Label(y)) => a.label_name(x) == b.label_name(y),
        (Operand::Sym(x), Operand::Sym(y)) | (Operand::Bytes(x), Operand::Bytes(y)) => {
            a.module.name(x) == b.module.name(y)
        }
        (Operand::List(_), Operand::List(_)) => {
            all(a.module.list(x), b.module.list(y), |&x, &y| same_operand(a, x, b, y))
        }
        (Operand::Wide(_), Operand::Wide(_)) => a.module.imm(x) == b.module.imm(y),
        (x, y) => x == y,
    }
}
