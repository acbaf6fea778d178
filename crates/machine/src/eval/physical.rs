//! Physical registers, as far as their contents are defined: a call leaves its result and the
//! callee-saved registers, and nothing is known of the others. System calls.

use super::{Machine, Result, Stop};
use crate::ir::{Format, Isa, Phys};

/// The general registers of an instruction set; none of a module that is tied to no set.
#[derive(Clone, Debug)]
pub(super) struct Registers {
    isa: Option<Isa>,
    values: Vec<Option<u64>>,
}

impl Registers {
    pub(super) fn new(isa: Option<Isa>) -> Registers {
        // As many as `Phys` numbers.
        let count = if isa.is_some() { 65 } else { 0 };
        Registers { isa, values: vec![None; count] }
    }

    pub(super) fn get(&self, phys: Phys) -> Result<u64> {
        match phys.name() {
            "xzr" => Ok(0),
            name if phys.is_stack() => Err(no_stack(name)),
            name => self.values[phys.0 as usize].ok_or_else(|| {
                Stop::Undefined(format!("reads {name}, which holds nothing that is defined here"))
            }),
        }
    }

    pub(super) fn set(&mut self, phys: Phys, value: u64) -> Result<()> {
        match phys.name() {
            "xzr" => {}
            name if phys.is_stack() => return Err(no_stack(name)),
            _ => self.values[phys.0 as usize] = Some(value),
        }
        Ok(())
    }

    fn forget_caller_saved(&mut self) {
        for (number, value) in (0..).zip(&mut self.values) {
            if !Phys(number).is_callee_saved() {
                *value = None;
            }
        }
    }

    /// At the beginning of a function: its first integer arguments are in registers.
    pub(super) fn enter(&mut self, arguments: impl Iterator<Item = u64>) {
        self.forget_caller_saved();
        for (&phys, value) in
            self.isa.iter().flat_map(|isa| isa.argument_registers()).zip(arguments)
        {
            self.values[phys.0 as usize] = Some(value);
        }
    }

    /// At a return: callee-saved registers are as they were before the call. The result is what
    /// the function returns, or what is in the result register.
    pub(super) fn leave(&mut self, before: &Registers, result: Option<u64>) {
        let result = result.or(self.result());
        self.values.clone_from(&before.values);
        self.forget_caller_saved();
        if let Some(isa) = self.isa {
            self.values[isa.result_register().0 as usize] = result;
        }
    }

    /// What is in the result register.
    pub(super) fn result(&self) -> Option<u64> {
        self.values[self.isa?.result_register().0 as usize]
    }

    /// The first arguments of a call.
    pub(super) fn arguments(&self, count: usize) -> Result<Vec<u64>> {
        let registers = self.isa.map_or(&[][..], |isa| isa.argument_registers());
        registers.iter().take(count).map(|&phys| self.get(phys)).collect()
    }

    fn named(&self, name: &str) -> Result<u64> {
        Phys::from_name(name.as_bytes()).map_or(Ok(0), |phys| self.get(phys))
    }
}

fn no_stack(name: &str) -> Stop {
    Stop::Refused(format!("{name}: the evaluator has no machine stack"))
}

/// System calls that the evaluator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Write,
    Exit,
    Map,
}

/// The meaning of a system call's number.
fn known_call(isa: Isa, format: Option<Format>, number: u64) -> Option<Call> {
    let [write, exit, exit_group, map] = match (format, isa) {
        (Some(Format::Pe), _) => return None,
        (Some(Format::Macho), Isa::X64) => [0x200_0004, 0x200_0001, 0x200_0001, 0x200_00c5],
        (Some(Format::Macho), Isa::Arm64) => [4, 1, 1, 197],
        (_, Isa::X64) => [1, 60, 231, 9],
        (_, Isa::Arm64) => [64, 93, 94, 222],
    };
    match number {
        _ if number == write => Some(Call::Write),
        _ if number == exit || number == exit_group => Some(Call::Exit),
        _ if number == map => Some(Call::Map),
        _ => None,
    }
}

impl Machine<'_> {
    /// Calls the system as the registers say.
    pub(super) fn system_call(&mut self) -> Result<()> {
        let Some(isa) = self.module.isa else { return Ok(()) };
        let (number, first, result) = match isa {
            Isa::X64 => ("rax", ["rdi", "rsi", "rdx"], "rax"),
            Isa::Arm64 if self.module.format == Some(Format::Macho) => {
                ("x16", ["x0", "x1", "x2"], "x0")
            }
            Isa::Arm64 => ("x8", ["x0", "x1", "x2"], "x0"),
        };
        let number = self.registers.named(number)?;
        let Some(call) = known_call(isa, self.module.format, number) else {
            return Err(Stop::Refused(format!("the system call {number}")));
        };
        let value = match call {
            Call::Exit => return Err(Stop::Exit(self.registers.named(first[0])? as u8)),
            Call::Write => {
                let [fd, address, size] = first.map(|name| self.registers.named(name));
                let (fd, size) = (fd?, size?);
                let bytes = self.memory.read(address?, size)?.to_vec();
                match fd {
                    1 => self.stdout.extend_from_slice(&bytes),
                    2 => self.stderr.extend_from_slice(&bytes),
                    _ => return Err(Stop::Refused(format!("writing to file {fd}"))),
                }
                size
            }
            Call::Map => {
                const PAGE: u64 = 4096;
                let size = self.registers.named(first[1])?.next_multiple_of(PAGE);
                // A failed mapping gives -12 (no memory), as Linux does.
                self.memory.allocate(size).unwrap_or(-12i64 as u64)
            }
        };
        for scratch in if isa == Isa::X64 { &["rcx", "r11"][..] } else { &[] } {
            let phys = Phys::from_name(scratch.as_bytes());
            self.registers.values[phys.map_or(0, |phys| phys.0 as usize)] = None;
        }
        let result = Phys::from_name(result.as_bytes()).map_or(0, |phys| phys.0 as usize);
        self.registers.values[result] = Some(value);
        Ok(())
    }
}
