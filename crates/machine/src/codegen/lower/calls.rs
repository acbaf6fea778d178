//! Calls and returns.

use super::{Lower, Result};
use crate::codegen::abi::{ArgPlace, Variadic};
use crate::codegen::legal::{Address, Base, Callee, Legal, Value, Width};
use crate::codegen::output::Runtime;
use crate::codegen::target::{Common, Target, callee_symbol};
use crate::ir::{Class, Inst, Op, Operand};
use crate::regalloc::{self, Constraint, PReg, RegSet, VReg};
use sox_objfile::object::SymbolId;

impl<T: Target> Lower<'_, T> {
    /// What a callee operand means.
    pub(super) fn callee(&mut self, operand: Operand) -> Result<Callee> {
        match operand {
            Operand::Sym(name) => Ok(Callee::Symbol(self.output.symbol(self.verified, name))),
            _ => self.reg(operand).map(Callee::Reg),
        }
    }

    pub(super) fn call_inst(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, fourth] = inst.operands;
        let module = self.func.module;
        let single = [first];
        let (callee, arguments, results) = match (inst.op, second, third) {
            (Op::MethodCall, Operand::Bytes(ty), Operand::Bytes(method)) => {
                let symbol = self.output.method(self.verified, ty, method);
                (Callee::Symbol(symbol), fourth, &single[..])
            }
            _ => (self.callee(second)?, third, module.list(first)),
        };
        let mut defs = [None; 2];
        for (place, &result) in defs.iter_mut().zip(results) {
            *place = Some(self.def(result)?);
        }
        let variadic = self.arguments(arguments)?;
        self.call(callee, variadic, &defs);
        Ok(())
    }

    /// Puts the arguments into registers; tells how many come before `...`, if that is there.
    fn arguments(&mut self, list: Operand) -> Result<Option<usize>> {
        let mut values = std::mem::take(&mut self.scratch.values);
        values.clear();
        let mut variadic = None;
        for &argument in self.func.module.list(list) {
            match argument {
                Operand::Variadic => variadic = Some(values.len()),
                _ => values.push(self.reg(argument)?),
            }
        }
        self.scratch.values = values;
        Ok(variadic)
    }

    /// Calls a function of the runtime.
    pub(super) fn call_runtime(&mut self, callee: Runtime, arguments: &[VReg], d: Option<VReg>) {
        self.scratch.values.clear();
        self.scratch.values.extend_from_slice(arguments);
        let symbol = self.output.runtime(callee);
        self.call(Callee::Symbol(symbol), None, &[d]);
    }

    fn assign(&mut self, variadic: Option<usize>) {
        let scratch = &mut *self.scratch;
        scratch.classes.clear();
        scratch.classes.extend(scratch.values.iter().map(|&value| self.out.class(value)));
        let fixed = variadic.unwrap_or(scratch.values.len());
        self.target.convention().assign(&scratch.classes, fixed, &mut scratch.arguments);
    }

    /// Calls with the values in `scratch`.
    fn call(&mut self, callee: Callee, variadic: Option<usize>, results: &[Option<VReg>]) {
        self.assign(variadic);
        let stack = self.scratch.arguments.stack;
        if self.pushes && stack > 0 {
            self.emit(Legal::AdjustStack { bytes: -(stack as i32) });
        }
        self.store_arguments(Base::Outgoing);
        self.scratch.operands.clear();
        if let Callee::Reg(reg) = callee {
            self.scratch.operands.push(regalloc::Operand::read(reg, Constraint::Any));
        }
        self.register_arguments(variadic.is_some());
        let mut classes = [Class::I64; 2];
        for (class, &result) in classes.iter_mut().zip(results.iter().flatten()) {
            *class = self.out.class(result);
        }
        let places = self.target.convention().result_places(&classes);
        for (&result, place) in results.iter().flatten().zip(places) {
            if let Some(reg) = place {
                let operand = regalloc::Operand::written(result, Constraint::Fixed(reg));
                self.scratch.operands.push(operand);
            }
        }
        self.finish_call(callee_symbol(callee), stack);
        if self.pushes && stack > 0 {
            self.emit(Legal::AdjustStack { bytes: stack as i32 });
        }
    }

    /// Adds a call whose operands are in `scratch`.
    pub(super) fn finish_call(&mut self, symbol: Option<SymbolId>, stack: u32) {
        self.needs.frame = true;
        if !self.pushes {
            self.needs.outgoing = self.needs.outgoing.max(stack);
        }
        let clobbers = self.not_preserved();
        let inst = self.target.common(Common::Call(symbol));
        self.out.push_clobbering(inst, &self.scratch.operands, clobbers);
    }

    fn not_preserved(&self) -> RegSet {
        let [ints, floats] = self.target.registers().order;
        let all: RegSet = ints.iter().chain(floats).copied().collect();
        all.without(self.target.convention().preserved)
    }

    fn store_arguments(&mut self, base: Base) {
        for number in 0..self.scratch.values.len() {
            if let ArgPlace::Stack(offset) = self.scratch.arguments.places[number] {
                let value = self.scratch.values[number];
                let width = Width::of(self.scratch.classes[number]);
                let address = Address::new(base, offset as i32);
                self.emit(Legal::Store { width, address, value: Value::Reg(value) });
            }
        }
    }

    /// Adds the arguments in registers to the operands.
    fn register_arguments(&mut self, variadic: bool) {
        for number in 0..self.scratch.values.len() {
            let value = self.scratch.values[number];
            match self.scratch.arguments.places[number] {
                ArgPlace::Reg(reg) => self.read_in(value, reg),
                ArgPlace::Both(float, int) => {
                    self.read_in(value, float);
                    let bits = self.temp();
                    let class = self.out.class(value);
                    self.emit(Legal::FromFloatBits { class, d: bits, a: value });
                    self.read_in(bits, int);
                }
                ArgPlace::Stack(_) => {}
            }
        }
        if let (true, Variadic::CountIn(reg)) = (variadic, self.target.convention().variadic) {
            let count = self.number_reg(self.scratch.arguments.floats.into());
            self.read_in(count, reg);
        }
    }

    fn read_in(&mut self, value: VReg, reg: PReg) {
        let operand = regalloc::Operand::read(value, Constraint::Fixed(reg));
        self.scratch.operands.push(operand);
    }

    /// A call in place of this frame, if its stack arguments fit where the own ones came, and its
    /// result is the own one; else a call and a return.
    pub(super) fn tail_call(&mut self, callee: Operand, arguments: Operand) -> Result<()> {
        let mut callee = self.callee(callee)?;
        let variadic = self.arguments(arguments)?;
        self.assign(variadic);
        if self.scratch.arguments.stack > self.incoming || self.is_silent_main() {
            return self.call_and_return(callee, variadic);
        }
        if self.scratch.arguments.places.iter().any(|place| matches!(place, ArgPlace::Stack(_))) {
            self.needs.frame = true;
        }
        self.store_arguments(Base::Incoming);
        self.scratch.operands.clear();
        if let Callee::Reg(reg) = &mut callee {
            let constraint = Constraint::Fixed(self.target.convention().tail_callee);
            self.scratch.operands.push(regalloc::Operand::read(*reg, constraint));
        }
        self.register_arguments(variadic.is_some());
        let inst = self.target.common(Common::TailCall(callee_symbol(callee)));
        self.out.push(inst, &self.scratch.operands);
        self.out.program.end_block(&[]);
        Ok(())
    }

    fn call_and_return(&mut self, callee: Callee, variadic: Option<usize>) -> Result<()> {
        let mut results = [None; 2];
        for (place, &class) in results.iter_mut().zip(&*self.func.function.results) {
            *place = Some(self.out.temp(class));
        }
        self.call(callee, variadic, &results);
        self.scratch.values.clear();
        self.scratch.values.extend(results.into_iter().flatten());
        self.status();
        self.return_values();
        Ok(())
    }

    /// Whether this is a `main` that returns nothing.
    fn is_silent_main(&self) -> bool {
        let silent = self.func.function.results.is_empty() && !self.func.is_physical();
        silent && self.func.name() == b"main"
    }

    /// Adds the status 0 to what a `main` that returns nothing returns: whatever starts the program,
    /// of ours or of another compiler, takes it.
    fn status(&mut self) {
        if self.is_silent_main() {
            let zero = self.number_reg(0);
            self.scratch.values.push(zero);
        }
    }

    pub(super) fn ret(&mut self, list: Operand) -> Result<()> {
        self.arguments(list)?;
        self.status();
        self.return_values();
        Ok(())
    }

    /// Returns the values in `scratch`.
    fn return_values(&mut self) {
        let scratch = &mut *self.scratch;
        scratch.classes.clear();
        scratch.classes.extend(scratch.values.iter().map(|&value| self.out.class(value)));
        scratch.operands.clear();
        let places = self.target.convention().result_places(&scratch.classes);
        for (&value, place) in scratch.values.iter().zip(places) {
            if let Some(reg) = place {
                let operand = regalloc::Operand::read(value, Constraint::Fixed(reg));
                scratch.operands.push(operand);
            }
        }
        if scratch.values.is_empty() {
            self.physical_result();
        }
        self.out.push(self.target.common(Common::Return), &self.scratch.operands);
        self.out.program.end_block(&[]);
    }
}
