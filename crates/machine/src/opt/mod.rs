//! The optimizer: from a verified module to one that does the same in less time.
//!
//! It works on the IR: what comes out is an ordinary module, which can be printed, verified, run on
//! the evaluator, and compiled for any target. Function by function, the body becomes static
//! single assignment form ([`ssa`]), the passes change that, and it becomes a body again. Functions
//! that name physical registers are left as they are.
//!
//! Every result is exact: what the evaluator gives for the module before, it gives after. Registers
//! of the text keep their names where they can, and each instruction its `loc`.
//!
//! ```
//! use sox_machine::{Syntax, load, nir, opt};
//! let text = b"function i64 $f(i64 %x) {\n    %y =i64 mul %x, 1\n    %y =i64 sub %y, -3\n    ret %y\n}\n";
//! let mut module = load(text, Syntax::Nir).unwrap();
//! opt::optimize(&mut module, opt::Options::level(1));
//! let wanted = "function i64 $f(i64 %x) {\n    %y =i64 add %x, 3\n    ret %y\n}\n";
//! assert_eq!(nir::print(module.module()), wanted);
//! ```

mod blocks;
mod constants;
mod dce;
mod gvn;
mod memory;
mod passes;
mod simplify;
mod ssa;

pub use passes::{Options, Pass};

use crate::ir::{Func, FuncId, Module, Op};
use crate::verify::Verified;
use blocks::Blocks;
use constants::Constants;
use dce::Dce;
use gvn::Gvn;
use ssa::{Builder, Cfg, Leaver, Loops, Ssa};

/// Optimizes every function of a module.
pub fn optimize(verified: &mut Verified, options: Options) {
    if !options.any() {
        return;
    }
    verified.rewrite(|module, _| {
        let mut optimizer = Optimizer { options, ..Optimizer::default() };
        for id in 0..module.functions.len() as u32 {
            optimizer.function(module, FuncId(id));
        }
    });
}

/// State that functions leave for the next one.
#[derive(Debug, Default)]
struct Optimizer {
    options: Options,
    ssa: Ssa,
    cfg: Cfg,
    loops: Loops,
    builder: Builder,
    gvn: Gvn,
    dce: Dce,
    blocks: Blocks,
    constants: Constants,
    leaver: Leaver,
}

impl Optimizer {
    fn function(&mut self, module: &mut Module, id: FuncId) {
        let func = module.func(id);
        if func.is_physical() || fills_arrays(func) {
            return;
        }
        self.builder.run(func, &mut self.ssa, &mut self.cfg);
        self.passes();
        self.loops.build(&self.ssa, &self.cfg);
        self.constants.run(&mut self.ssa, &self.cfg, &self.loops);
        let Optimizer { ssa, cfg, loops, leaver, .. } = self;
        leaver.run(ssa, cfg, loops, &cfg.order, (module, id));
    }

    fn passes(&mut self) {
        let Optimizer { options, ssa, cfg, .. } = self;
        if options.has(Pass::Gvn) && self.gvn.run(ssa, cfg) {
            cfg.build(ssa);
        }
        if options.has(Pass::Dce) {
            self.dce.run(ssa, cfg);
        }
        if options.has(Pass::Blocks) {
            while self.blocks.run(ssa, cfg) {
                cfg.build(ssa);
            }
        }
    }
}

/// Whether it has an `array_set` that may be one that fills a fresh array; what these are depends on
/// the order of the text.
fn fills_arrays(func: Func<'_>) -> bool {
    let has = |op: Op| func.insts().iter().any(|inst| inst.op == op);
    has(Op::ArraySet) && has(Op::ArrayNew)
}
