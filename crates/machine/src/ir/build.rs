//! Making functions, register by register and instruction by instruction.

use super::module::ResultClasses;
use super::{Class, FuncId, Function, Inst, Label, Module, Name, Operand, Reg, RegInfo};

/// Finds a function's registers and labels by name, without a table to clear for each function:
/// what an older function left is known by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    regs: Vec<(u32, u32)>,
    labels: Vec<(u32, u32)>,
}

/// Adds a function to a module. What is added is part of the module when [`finish`] is called.
///
/// ```
/// use sox_machine::ir::{Class, FunctionBuilder, Inst, Module, Op, Operand, Pair};
///
/// let mut module = Module::default();
/// let name = module.names.intern(b"double");
/// let mut function = FunctionBuilder::new(&mut module, name);
/// let x = function.param(b"x", Class::I64);
/// let y = function.fresh(Class::I64);
/// function.push(Inst::new(Op::Add, &[Operand::Reg(y), Operand::Reg(x), Operand::Reg(x)]));
/// let result = function.list(&[Operand::Reg(y)]);
/// function.push(Inst::new(Op::Ret, &[result]));
/// function.results(Pair::new(&[Class::I64]).unwrap());
/// function.finish();
/// assert_eq!(
///     sox_machine::nir::print(&module),
///     "function i64 $double(i64 %x) {\n    %1 =i64 add %x, %x\n    ret %1\n}\n"
/// );
/// ```
///
/// [`finish`]: FunctionBuilder::finish
#[derive(Debug)]
pub struct FunctionBuilder<'m> {
    module: &'m mut Module,
    function: Function,
    /// One more than the function's number: what marks its entries in the scratch tables.
    mark: u32,
}

impl<'m> FunctionBuilder<'m> {
    /// Begins a function that is not exported and has no results.
    pub fn new(module: &'m mut Module, name: Name) -> Self {
        let at = |length: usize| length as u32..length as u32;
        let function = Function {
            name,
            exported: false,
            offset: super::NO_OFFSET,
            results: ResultClasses::default(),
            damaged: false,
            params: at(module.params.len()),
            regs: at(module.regs.len()),
            labels: at(module.labels.len()),
            insts: at(module.insts.len()),
        };
        let mark = module.functions.len() as u32 + 1;
        FunctionBuilder { module, function, mark }
    }

    /// The module it becomes part of.
    pub fn module(&mut self) -> &mut Module {
        self.module
    }

    /// Says whether other modules see it.
    pub fn exported(&mut self, exported: bool) {
        self.function.exported = exported;
    }

    /// Sets the place it has in the text.
    pub fn offset(&mut self, offset: u32) {
        self.function.offset = offset;
    }

    /// Sets the classes of the results.
    pub fn results(&mut self, results: ResultClasses) {
        self.function.results = results;
    }

    /// Adds a parameter, which is a register. It gets its class if it is a new one.
    pub fn param(&mut self, name: &[u8], class: Class) -> Reg {
        let name = self.module.names.intern(name);
        self.param_named(name, class)
    }

    /// The same for a name of the module.
    pub(crate) fn param_named(&mut self, name: Name, class: Class) -> Reg {
        let reg = self.reg(name, class);
        self.module.params.push(reg);
        reg
    }

    /// The parameters so far.
    pub fn params(&self) -> &[Reg] {
        &self.module.params[self.function.params.start as usize..]
    }

    /// The register of that name; if it is new, it gets this class.
    pub fn reg(&mut self, name: Name, class: Class) -> Reg {
        let table = &mut self.module.scratch.regs;
        if name.0 as usize >= table.len() {
            table.resize(self.module.names.len(), (0, 0));
        }
        let entry = &mut table[name.0 as usize];
        if entry.0 != self.mark {
            let number = self.module.regs.len() as u32 - self.function.regs.start;
            *entry = (self.mark, number);
            self.module.regs.push(RegInfo { class, name });
        }
        Reg(entry.1)
    }

    /// A new register, whose name is a number.
    pub fn fresh(&mut self, class: Class) -> Reg {
        let mut number = self.module.regs.len() as u32 - self.function.regs.start;
        loop {
            let name = self.module.names.intern(number.to_string().as_bytes());
            let before = self.module.regs.len();
            let reg = self.reg(name, class);
            if self.module.regs.len() > before {
                return reg;
            }
            number += 1;
        }
    }

    /// What is known of a register.
    pub fn info(&mut self, reg: Reg) -> &mut RegInfo {
        &mut self.module.regs[(self.function.regs.start + reg.0) as usize]
    }

    /// The label of that name.
    pub fn label(&mut self, name: Name) -> Label {
        let table = &mut self.module.scratch.labels;
        if name.0 as usize >= table.len() {
            table.resize(self.module.names.len(), (0, 0));
        }
        let entry = &mut table[name.0 as usize];
        if entry.0 != self.mark {
            let number = self.module.labels.len() as u32 - self.function.labels.start;
            *entry = (self.mark, number);
            self.module.labels.push(name);
        }
        Label(entry.1)
    }

    /// A list operand.
    pub fn list(&mut self, elements: &[Operand]) -> Operand {
        self.module.new_list(elements)
    }

    /// A number operand.
    pub fn number(&mut self, value: i64) -> Operand {
        self.module.number(value)
    }

    /// Adds an instruction that comes from no text.
    pub fn push(&mut self, inst: Inst) {
        self.push_at(inst, super::NO_OFFSET);
    }

    /// Adds an instruction with its byte offset in the text.
    pub fn push_at(&mut self, inst: Inst, offset: u32) {
        self.module.insts.push(inst);
        self.module.offsets.push(offset);
    }

    /// Says that something of it could not be read, so that rules that need the whole body are not
    /// applied to it.
    pub(crate) fn damage(&mut self) {
        self.function.damaged = true;
    }

    /// How many instructions it has so far.
    pub fn len(&self) -> u32 {
        self.module.insts.len() as u32 - self.function.insts.start
    }

    /// Whether it has no instruction yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes the function part of its module.
    pub fn finish(mut self) -> FuncId {
        self.function.params.end = self.module.params.len() as u32;
        self.function.regs.end = self.module.regs.len() as u32;
        self.function.labels.end = self.module.labels.len() as u32;
        self.function.insts.end = self.module.insts.len() as u32;
        self.module.functions.push(self.function);
        FuncId(self.module.functions.len() as u32 - 1)
    }
}
