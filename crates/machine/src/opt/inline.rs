//! Inlining: a small function's body takes the place of a call of it.
//!
//! Functions are optimized callees first, so that what is inlined is as small as it gets and has
//! inlined its own callees. A function that is not finished yet is not inlined: so recursion ends by
//! itself. A body grows by a bounded number of instructions.

use super::body::Body;
use crate::ir::{Func, FuncId, Inst, Kind, Label, Module, Name, Op, Operand, Reg, RegInfo};
use crate::verify::Symbol;

/// The largest function that is inlined, in instructions, of which a call counts as several.
const MOST: u32 = 20;
const CALL: u32 = 6;
/// How many instructions a body may grow by.
const GROWTH: u32 = 300;

/// A function too large or not fit to be inlined, or not finished.
const NEVER: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct Inline {
    /// Size of each function that is finished.
    sizes: Vec<u32>,
    insts: Vec<Inst>,
    regs: Vec<RegInfo>,
    params: Vec<Reg>,
    list: Vec<Operand>,
    args: Vec<Operand>,
    defs: Vec<Operand>,
}

/// All functions, callees before callers as far as calls are not recursive.
pub(super) fn order(module: &Module, symbol: &dyn Fn(Name) -> Option<Symbol>) -> Vec<FuncId> {
    let count = module.functions.len();
    let mut order = Vec::with_capacity(count);
    let mut visited = vec![false; count];
    // Function and the next of its instructions.
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for first in 0..count as u32 {
        if !std::mem::replace(&mut visited[first as usize], true) {
            stack.push((first, 0));
        }
        while let Some((function, next)) = stack.last_mut() {
            let insts = module.func(FuncId(*function)).insts();
            let mut found = None;
            while found.is_none() && *next < insts.len() {
                let inst = &insts[*next];
                *next += 1;
                if let (Op::Call, Operand::Sym(name)) = (inst.op, inst.operands[1])
                    && let Some(Symbol::Function(FuncId(callee))) = symbol(name)
                    && !std::mem::replace(&mut visited[callee as usize], true)
                {
                    found = Some(callee);
                }
            }
            match found {
                Some(callee) => stack.push((callee, 0)),
                None => {
                    order.push(FuncId(*function));
                    stack.pop();
                }
            }
        }
    }
    order
}

impl Inline {
    pub(super) fn begin(&mut self, functions: usize) {
        self.sizes.clear();
        self.sizes.resize(functions, NEVER);
    }

    /// Notes what a finished function would cost.
    pub(super) fn finished(&mut self, func: Func<'_>, id: FuncId) {
        let mut size = 0;
        for inst in func.insts() {
            size += match inst.op {
                Op::Label | Op::Loc | Op::Nop | Op::Comment => 0,
                Op::TailCall | Op::StackAddr => return,
                op if op.info().kinds.contains(&Kind::Callee) => CALL,
                _ => 1,
            };
            if size > MOST {
                return;
            }
        }
        self.sizes[id.0 as usize] = size;
    }

    /// The function that an instruction calls, if it is to be inlined.
    fn callee(&self, inst: &Inst, symbol: &dyn Fn(Name) -> Option<Symbol>) -> Option<FuncId> {
        let (Op::Call, Operand::Sym(name)) = (inst.op, inst.operands[1]) else { return None };
        match symbol(name) {
            Some(Symbol::Function(id)) if self.sizes[id.0 as usize] != NEVER => Some(id),
            _ => None,
        }
    }

    /// Whether a function calls anything that is to be inlined.
    pub(super) fn wanted(&self, func: Func<'_>, symbol: &dyn Fn(Name) -> Option<Symbol>) -> bool {
        func.insts().iter().any(|inst| self.callee(inst, symbol).is_some())
    }

    /// Inlines into a body.
    pub(super) fn run(
        &mut self,
        body: &mut Body,
        module: &mut Module,
        symbol: &dyn Fn(Name) -> Option<Symbol>,
    ) {
        let mut growth = 0;
        for at in 0..body.begin() {
            let inst = body.old(at);
            match self.callee(&inst, symbol) {
                Some(callee) if growth + self.sizes[callee.0 as usize] <= GROWTH => {
                    growth += self.sizes[callee.0 as usize];
                    self.call(body, module, &inst, callee);
                }
                _ => body.keep(at),
            }
        }
    }

    /// Writes the callee's body in place of a call.
    fn call(&mut self, body: &mut Body, module: &mut Module, call: &Inst, callee: FuncId) {
        let func = module.func(callee);
        self.insts.clear();
        self.insts.extend_from_slice(func.insts());
        self.regs.clear();
        self.regs.extend_from_slice(func.regs());
        self.params.clear();
        self.params.extend_from_slice(func.params());
        self.args.clear();
        self.args.extend_from_slice(module.list(call.operands[2]));
        self.defs.clear();
        self.defs.extend_from_slice(module.list(call.operands[0]));
        let first_reg = body.regs.len() as u32;
        body.regs.extend_from_slice(&self.regs);
        let first_label = body.labels.len() as u32;
        body.labels.extend_from_slice(module.func(callee).labels());
        let (after, loc) = (body.label(), body.loc());
        for (param, &arg) in self.params.iter().zip(&self.args) {
            let param = Operand::Reg(Reg(first_reg + param.0));
            body.push(Inst::new(Op::Mov, &[param, arg]));
        }
        let last = self.insts.len() - 1;
        for at in 0..self.insts.len() {
            let inst = self.insts[at];
            if inst.op == Op::Ret {
                self.list.clear();
                self.list.extend_from_slice(module.list(inst.operands[0]));
                for (&def, &result) in self.defs.iter().zip(&self.list) {
                    body.push(Inst::new(Op::Mov, &[def, renamed(result, first_reg, first_label)]));
                }
                if at != last {
                    body.push_jump(after);
                }
                continue;
            }
            let inst = self.renamed(module, inst, first_reg, first_label);
            body.push(inst);
        }
        body.push_label(after);
        body.restore_loc(loc);
    }

    /// An instruction with the caller's numbers for registers and labels.
    fn renamed(&mut self, module: &mut Module, mut inst: Inst, reg: u32, label: u32) -> Inst {
        for operand in &mut inst.operands {
            if let Operand::List(_) = operand {
                self.list.clear();
                let elements = module.list(*operand).iter();
                self.list.extend(elements.map(|&element| renamed(element, reg, label)));
                *operand = module.new_list(&self.list);
            } else {
                *operand = renamed(*operand, reg, label);
            }
        }
        inst
    }
}

fn renamed(operand: Operand, first_reg: u32, first_label: u32) -> Operand {
    match operand {
        Operand::Reg(reg) => Operand::Reg(Reg(first_reg + reg.0)),
        Operand::Label(label) => Operand::Label(Label(first_label + label.0)),
        other => other,
    }
}
