//! The evaluator: runs a verified module exactly as it is written, slowly, as the measure of what
//! targets do.
//!
//! Everything has a defined result or is found: an access outside of every object, a read of
//! unwritten frame bytes, a read of a physical register that a call may have changed, and falling
//! off a body's end stop the run as [`Stop::Undefined`]. Machine code (`raw`) and the machine's stack
//! pointer are beyond it, and so are calls of imported functions.

pub mod arith;
mod calls;
mod exec;
mod memory;
mod physical;
mod runtime;

use crate::ir::{Class, Func, FuncId, Inst, Module, Name, Op, Operand, filling_sets};
use crate::verify::{Symbol, Verified};
use memory::Memory;
use physical::Registers;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The program ended with this status.
    Exit(u8),
    /// A `trap` was reached.
    Trap,
    /// The program did something whose result is not defined.
    Undefined(String),
    /// The module needs something that the evaluator does not have.
    Refused(String),
    /// A limit was reached.
    Limit(&'static str),
}

/// How much a run may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions.
    pub steps: u64,
    /// Bytes of heap; beyond it the program is out of memory, which is no limit but a defined end.
    pub memory: u64,
    /// Calls within each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: u64::MAX, memory: 1 << 28, depth: 100_000 }
    }
}

/// Exit status of a program that divides by zero, leaves an array's bounds or has no more memory.
pub const FAILURE: u8 = 2;

/// Where functions have their addresses, and how far these are apart. No object is there.
const CODE: u64 = 0x1000;
const CODE_STEP: u64 = 16;

/// A module being run.
#[derive(Debug)]
pub struct Machine<'m> {
    verified: &'m Verified,
    module: &'m Module,
    limits: Limits,
    /// What the program printed.
    pub stdout: Vec<u8>,
    /// What the program printed to standard error.
    pub stderr: Vec<u8>,
    memory: Memory,
    /// Address of each symbol that has one, by name.
    addresses: Vec<u64>,
    /// Functions by the order of their addresses.
    code: Vec<Name>,
    /// Index of each label's instruction, by function.
    labels: Vec<Vec<u32>>,
    filling: Vec<Vec<u32>>,
    frames: Vec<Frame>,
    /// Registers of all frames.
    values: Vec<u64>,
    pushed: Vec<u64>,
    /// Objects of frames: the instruction that made each, and its address.
    objects: Vec<(u32, u64)>,
    registers: Registers,
    flags: (i64, i64),
    steps: u64,
}

/// An active call.
#[derive(Clone, Debug)]
struct Frame {
    func: FuncId,
    /// The next instruction.
    at: u32,
    /// Where its registers begin.
    values: usize,
    pushed: usize,
    objects: usize,
    /// The physical registers as they were when it was called.
    saved: Registers,
}

type Result<T> = std::result::Result<T, Stop>;

impl<'m> Machine<'m> {
    /// A machine with the module's data in its memory.
    pub fn new(verified: &'m Verified, limits: Limits) -> Machine<'m> {
        let module = verified.module();
        let mut machine = Machine {
            verified,
            module,
            limits,
            stdout: Vec::new(),
            stderr: Vec::new(),
            memory: Memory::new(limits.memory),
            addresses: vec![0; module.names.len()],
            code: Vec::new(),
            labels: module.funcs().map(label_places).collect(),
            filling: module.funcs().map(filling_sets).collect(),
            frames: Vec::new(),
            values: Vec::new(),
            pushed: Vec::new(),
            objects: Vec::new(),
            registers: Registers::new(module.isa),
            flags: (0, 0),
            steps: 0,
        };
        machine.place_symbols();
        machine
    }

    fn place_symbols(&mut self) {
        let module = self.module;
        for number in 0..module.names.len() as u32 {
            let name = Name(number);
            let address = match self.verified.symbol(name) {
                None => continue,
                Some(Symbol::Data(id)) => {
                    let data = &module.data[id.0 as usize];
                    self.memory.add_data(module.data_bytes(data).to_vec(), data.align)
                }
                Some(Symbol::Bss(id)) => {
                    let bss = &module.bss[id as usize];
                    self.memory.add_data(vec![0; bss.size as usize], bss.align)
                }
                Some(_) => {
                    self.code.push(name);
                    CODE + CODE_STEP * (self.code.len() as u64 - 1)
                }
            };
            self.addresses[number as usize] = address;
        }
        for data in &module.data {
            let base = self.addresses[data.name.0 as usize];
            for reloc in module.data_relocs(data) {
                let address = self.addresses[reloc.symbol.0 as usize];
                let word = address.wrapping_add_signed(reloc.addend);
                let placed = self.memory.store(base + reloc.at, 8, word);
                debug_assert_eq!(placed, Ok(()), "the verifier has seen to it");
            }
        }
    }

    /// Runs `main` as a program: its result's low 8 bits are the exit status. It may take the number
    /// of arguments and the address of an array of their addresses, as in C.
    pub fn run_main(&mut self, arguments: &[&str]) -> Stop {
        let Some(main) = self.verified.function(b"main") else {
            return Stop::Refused("there is no function main".into());
        };
        let func = self.module.func(main);
        let wanted = func.params().len();
        let floats = func.params().iter().any(|&param| func.class(param).is_float());
        if wanted > 2 || floats {
            return Stop::Refused("main takes at most a count and an address".into());
        }
        let strings: Vec<u64> = arguments
            .iter()
            .map(|text| self.memory.add_data([text.as_bytes(), b"\0"].concat(), 1))
            .collect();
        let vector: Vec<u8> =
            strings.iter().chain(&[0]).flat_map(|address| address.to_le_bytes()).collect();
        let vector = self.memory.add_data(vector, 8);
        let all = [arguments.len() as u64, vector];
        match self.call(main, &all[..wanted]) {
            Ok(results) => Stop::Exit(results.first().copied().unwrap_or(0) as u8),
            Err(stop) => stop,
        }
    }

    /// Calls a function with the bits of its arguments and returns the bits of its results. A
    /// function that leaves its result in the physical result register gives that.
    ///
    /// # Errors
    /// Every other end than a return.
    pub fn call(&mut self, id: FuncId, arguments: &[u64]) -> Result<Vec<u64>> {
        let func = self.module.func(id);
        if arguments.len() != func.params().len() {
            let name = String::from_utf8_lossy(func.name());
            return Err(Stop::Refused(format!("{name} takes {} arguments", func.params().len())));
        }
        self.frames.clear();
        self.enter(id, arguments)?;
        self.run()
    }

    /// Runs until the outermost frame returns; gives its results.
    fn run(&mut self) -> Result<Vec<u64>> {
        loop {
            self.steps += 1;
            if self.steps > self.limits.steps {
                return Err(Stop::Limit("steps"));
            }
            let frame = self.frames.last_mut().expect("the outermost frame returns below");
            let func = self.module.func(frame.func);
            let Some(inst) = func.insts().get(frame.at as usize) else {
                return Err(Stop::Undefined("control reached the end of a body".into()));
            };
            frame.at += 1;
            if inst.op == Op::Ret {
                if let Some(results) = self.leave(func, inst.operands[0])? {
                    return Ok(results);
                }
            } else {
                self.step(func, inst)?;
            }
        }
    }

    fn frame(&self) -> &Frame {
        self.frames.last().expect("there is a frame while instructions run")
    }

    /// The bits of an operand.
    fn value(&self, operand: Operand) -> Result<u64> {
        match operand {
            Operand::Reg(reg) => Ok(self.values[self.frame().values + reg.0 as usize]),
            Operand::Phys(phys) => self.registers.get(phys),
            Operand::Sym(name) => Ok(self.addresses[name.0 as usize]),
            _ => Ok(self.module.imm(operand).unwrap_or(0) as u64),
        }
    }

    fn set(&mut self, operand: Operand, value: u64) -> Result<()> {
        match operand {
            Operand::Reg(reg) => {
                let at = self.frame().values + reg.0 as usize;
                self.values[at] = value;
            }
            Operand::Phys(phys) => self.registers.set(phys, value)?,
            _ => {}
        }
        Ok(())
    }

    /// Class of an operand; numbers and physical registers are `i64`.
    fn class(&self, func: Func<'_>, operand: Operand) -> Class {
        operand.reg().map_or(Class::I64, |reg| func.class(reg))
    }

    /// Goes to a label.
    fn jump(&mut self, label: Operand) {
        let Operand::Label(label) = label else { return };
        let frame = self.frames.last_mut().expect("there is a frame while instructions run");
        frame.at = self.labels[frame.func.0 as usize][label.0 as usize];
    }

    /// Ends the program for one of the reasons that have a message and a status.
    fn fail<T>(&mut self, reason: &str) -> Result<T> {
        self.stderr.extend_from_slice(format!("error: {reason}\n").as_bytes());
        Err(Stop::Exit(FAILURE))
    }

    fn allocate(&mut self, size: u64) -> Result<u64> {
        match self.memory.allocate(size) {
            Some(address) => Ok(address),
            None => self.fail("out of memory"),
        }
    }
}

/// Index of each label's instruction.
fn label_places(func: Func<'_>) -> Vec<u32> {
    let mut places = vec![0; func.labels().len()];
    for (index, Inst { op, operands, .. }) in (0..).zip(func.insts()) {
        if let (Op::Label, Operand::Label(label)) = (op, operands[0]) {
            places[label.0 as usize] = index;
        }
    }
    places
}
