//! Code generation: from a verified module to a relocatable object.
//!
//! For each function: the blocks are planned (`plan`), its instructions lowered to legal ones that
//! the target selects at once (`lower`, [`legal`]), registers assigned ([`crate::regalloc`]), the
//! frame laid out ([`frame`]), and the code written with branches of the right sizes ([`buffer`]).
//! Nothing here knows an instruction set: a [`Target`] is data and the rules for selecting and
//! writing instructions.

pub mod abi;
pub mod buffer;
mod emit;
pub mod frame;
pub mod legal;
mod lower;
pub mod machine;
mod output;
mod plan;
pub mod target;

use crate::ir::flow::Flow;
use crate::ir::{Class, Func, Isa};
use crate::opt;
use crate::regalloc::{self, Allocation, Allocator, Constraint, Effort};
use crate::verify::{Symbol, Verified};
use buffer::Buffer;
use frame::{Frame, Needs};
use legal::Legal;
use lower::{Lower, Parts, Scratch};
use machine::Machine;
use output::Output;
use plan::Plan;
use sox_objfile::object::{Definition, Object, SectionKind};
use std::fmt;
use target::{Common, Exits, Target};

/// What a target cannot do, or not with this module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The module names physical registers or machine code of another instruction set.
    TiedTo(Isa),
    /// The stack pointer or the frame pointer is used as a variable.
    StackRegister(&'static str),
    /// A frame is larger than 2^30 bytes.
    FrameTooLarge,
    /// The register allocator gave up or was refused by its checker: a fault of this crate.
    Internal(String),
}

/// Why a module has no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodegenError {
    /// The function.
    pub function: String,
    /// The instruction, counted from 0.
    pub instruction: Option<u32>,
    /// Its byte offset in the text.
    pub offset: Option<u32>,
    /// What is the matter.
    pub problem: Problem,
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        if let Some(instruction) = self.instruction {
            write!(f, ", instruction {instruction}")?;
        }
        f.write_str(": ")?;
        match &self.problem {
            Problem::TiedTo(isa) => {
                let name = isa.name();
                write!(f, "uses registers or machine code of {name}, so its target is {name}")
            }
            Problem::StackRegister(name) => {
                write!(f, "{name} belongs to the frame; use push, pop and stack_addr")
            }
            Problem::FrameTooLarge => write!(f, "the frame has more than 2^30 bytes"),
            Problem::Internal(what) => write!(f, "internal error of the code generator: {what}"),
        }
    }
}

impl std::error::Error for CodegenError {}

/// How code is generated.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Replay every allocation of registers on the checker.
    pub check: bool,
    /// `trap` calls the function `rt.trap`, for hosts that do not want a signal.
    pub call_traps: bool,
    /// What is done to the module before.
    pub optimize: opt::Options,
    /// Functions and loops begin wherever the code before them ends, which makes small programs.
    pub compact: bool,
}

impl Options {
    /// What is optimized is worth more time here, too.
    fn effort(&self) -> Effort {
        if self.optimize.any() { Effort::Thorough } else { Effort::Quick }
    }

    /// Alignment of functions, in bytes.
    fn function_align(&self) -> u64 {
        match self.effort() {
            _ if self.compact => COMPACT_ALIGN,
            Effort::Quick => FUNCTION_ALIGN,
            Effort::Thorough => LOOP_ALIGN.into(),
        }
    }

    /// Whether the beginnings of innermost loops are aligned.
    fn aligns_loops(&self) -> bool {
        self.effort() == Effort::Thorough && !self.compact
    }
}

impl Default for Options {
    fn default() -> Self {
        let optimize = opt::Options::default();
        Options { check: cfg!(debug_assertions), call_traps: false, optimize, compact: false }
    }
}

/// Alignment of functions of compact code, in bytes: an instruction of AArch64.
const COMPACT_ALIGN: u64 = 4;
/// Alignment of functions, in bytes. Without optimization, small is worth more than the start of a cache
/// line.
const FUNCTION_ALIGN: u64 = 8;
/// Alignment of functions and of the beginnings of their innermost loops where code is optimized: many
/// processors fetch instructions by such blocks.
const LOOP_ALIGN: u32 = 16;

/// Optimizes and compiles a module for a target.
///
/// # Errors
/// The first function that the target has no code for.
pub fn compile<T: Target>(
    verified: &Verified,
    target: &T,
    options: Options,
) -> Result<Object, CodegenError> {
    if !options.optimize.any() {
        return generate(verified, target, options);
    }
    let mut optimized = verified.clone();
    opt::optimize(&mut optimized, options.optimize);
    generate(&optimized, target, options)
}

fn generate<T: Target>(
    verified: &Verified,
    target: &T,
    options: Options,
) -> Result<Object, CodegenError> {
    let module = verified.module();
    if let Some(isa) = module.isa.filter(|&isa| isa != target.isa())
        && let Some(func) = module.funcs().find(|func| func.is_physical())
    {
        return Err(CodegenError {
            function: String::from_utf8_lossy(func.name()).into_owned(),
            instruction: None,
            offset: Some(func.function.offset),
            problem: Problem::TiedTo(isa),
        });
    }
    let mut compiler = Compiler {
        target,
        options,
        verified,
        output: Output::new(target.arch(), verified),
        flow: Flow::default(),
        plan: Plan::default(),
        machine: Machine::default(),
        needs: Needs::default(),
        scratch: Scratch::default(),
        allocator: Allocator::default(),
        allocation: Allocation::default(),
        frame: Frame::default(),
        buffer: Buffer::default(),
        exits: Exits::default(),
        aliases: Vec::new(),
        loop_ends: Vec::new(),
    };
    for func in module.funcs() {
        compiler.function(func)?;
    }
    for &name in verified.stubs() {
        compiler.stub(name)?;
    }
    Ok(compiler.output.object)
}

/// State that functions leave for the next one.
struct Compiler<'a, T: Target> {
    target: &'a T,
    options: Options,
    verified: &'a Verified,
    output: Output,
    flow: Flow,
    plan: Plan,
    machine: Machine<T::Inst>,
    needs: Needs,
    scratch: Scratch,
    allocator: Allocator,
    allocation: Allocation,
    frame: Frame,
    buffer: Buffer,
    exits: Exits,
    aliases: Vec<u32>,
    /// For each block, the last one that jumps back to it, or 0.
    loop_ends: Vec<u32>,
}

impl<T: Target> Compiler<'_, T> {
    fn function(&mut self, func: Func<'_>) -> Result<(), CodegenError> {
        self.flow.build(func);
        self.plan.build(&self.flow);
        self.machine.clear();
        self.needs.clear();
        let parts = Parts {
            target: self.target,
            verified: self.verified,
            func,
            flow: &self.flow,
            plan: &self.plan,
            out: &mut self.machine,
            needs: &mut self.needs,
            output: &mut self.output,
            scratch: &mut self.scratch,
            call_traps: self.options.call_traps,
            fold: self.options.optimize.any(),
        };
        Lower::new(parts).run()?;
        self.finish(func.function.name)
    }

    /// A missing function that returns 0.
    fn stub(&mut self, name: crate::ir::Name) -> Result<(), CodegenError> {
        debug_assert_eq!(self.verified.symbol(name), Some(Symbol::Stub));
        self.plan.clear();
        self.machine.clear();
        self.needs.clear();
        let zero = self.machine.temp(Class::I64);
        self.target.select(&Legal::Const { d: zero, value: 0 }, &mut self.machine);
        let result = Constraint::Fixed(self.target.convention().results[0][0]);
        let operands = [regalloc::Operand::read(zero, result)];
        self.machine.push(self.target.common(Common::Return), &operands);
        self.machine.program.end_block(&[]);
        self.finish(name)
    }

    /// Assigns registers and writes the code.
    fn finish(&mut self, name: crate::ir::Name) -> Result<(), CodegenError> {
        let failed = |problem| CodegenError {
            function: String::from_utf8_lossy(self.verified.module().name(name)).into_owned(),
            instruction: None,
            offset: None,
            problem,
        };
        let registers = self.target.registers();
        let program = &self.machine.program;
        let mut allocation = std::mem::take(&mut self.allocation);
        self.allocator
            .run_into(program, registers, self.options.effort(), &mut allocation)
            .map_err(|error| failed(Problem::Internal(format!("{error:?}"))))?;
        if self.options.check {
            regalloc::check(program, registers, &allocation)
                .map_err(|wrong| failed(Problem::Internal(format!("{wrong:?}"))))?;
        }
        self.frame
            .build(&self.needs, &allocation, self.target.convention())
            .map_err(|frame::TooLarge| failed(Problem::FrameTooLarge))?;
        self.write(&allocation);
        self.allocation = allocation;
        if let Some(why) = self.buffer.take_failure() {
            return Err(failed(Problem::Internal(why)));
        }
        let align = self.options.function_align();
        let (offset, size) = self.buffer.finish(self.target, align, &mut self.output.object);
        let symbol = self.output.symbol(self.verified, name);
        let definition = Definition { section: SectionKind::Text, offset, size };
        self.output.object.define(symbol, definition);
        Ok(())
    }
}
