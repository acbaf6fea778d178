//! The optimizer: from a verified module to one that does the same in less time.
//!
//! It works on the IR: what comes out is an ordinary module, which can be printed, verified, run on
//! the evaluator, and compiled for any target. Function by function, the body becomes static
//! single assignment form (module `ssa`), the passes change that, and it becomes a body again. Functions
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
mod body;
mod constants;
mod dce;
mod expand;
mod fuse;
mod gvn;
mod ifconv;
mod inline;
mod layout;
mod licm;
mod memory;
mod passes;
mod rotate;
mod simplify;
mod ssa;
mod strength;

pub use passes::{Options, Pass};

use crate::ir::{FuncId, Module, Name};
use crate::verify::{Symbol, Verified};
use blocks::Blocks;
use body::Body;
use constants::Constants;
use dce::Dce;
use fuse::Fuse;
use gvn::Gvn;
use ifconv::IfConv;
use inline::Inline;
use layout::Layout;
use licm::Licm;
use rotate::Rotate;
use ssa::{Builder, Cfg, Leaver, Loops, Ssa};

/// Optimizes every function of a module.
pub fn optimize(verified: &mut Verified, options: Options) {
    if !options.any() {
        return;
    }
    verified.rewrite(|module, symbol| {
        let mut optimizer = Optimizer { options, ..Optimizer::default() };
        let imports = &mut optimizer.ssa.imports;
        imports.extend(module.imports.iter().map(|import| import.name));
        imports.sort_unstable();
        let order = match options.has(Pass::Inline) {
            true => inline::order(module, symbol),
            false => (0..module.functions.len() as u32).map(FuncId).collect(),
        };
        optimizer.inline.begin(module.functions.len());
        for id in order {
            let func = module.func(id);
            if func.is_physical() || (!options.has(Pass::Expand) && expand::wanted(func)) {
                continue;
            }
            optimizer.function(module, id, symbol);
            if options.has(Pass::Inline) {
                optimizer.inline.finished(module.func(id), id);
            }
        }
    });
}

/// State that functions leave for the next one.
#[derive(Debug, Default)]
struct Optimizer {
    options: Options,
    body: Body,
    inline: Inline,
    rotate: Rotate,
    ssa: Ssa,
    cfg: Cfg,
    loops: Loops,
    builder: Builder,
    gvn: Gvn,
    licm: Licm,
    ifconv: IfConv,
    fuse: Fuse,
    dce: Dce,
    blocks: Blocks,
    constants: Constants,
    layout: Layout,
    leaver: Leaver,
}

impl Optimizer {
    fn function(
        &mut self,
        module: &mut Module,
        id: FuncId,
        symbol: &dyn Fn(Name) -> Option<Symbol>,
    ) {
        let mark = module.mark();
        self.rewrite(module, id, symbol);
        self.builder.run(module.func(id), &mut self.ssa, &mut self.cfg);
        module.restore(mark);
        self.passes();
        let Optimizer { ssa, cfg, loops, leaver, layout, .. } = self;
        loops.build(ssa, cfg);
        self.constants.run(ssa, cfg, loops);
        match self.options.has(Pass::Layout) {
            true => layout.run(ssa, loops),
            false => layout.plain(cfg),
        }
        leaver.run(ssa, cfg, loops, &layout.order, (module, id));
    }

    /// Rewrites the body as it stands in the text.
    fn rewrite(
        &mut self,
        module: &mut Module,
        id: FuncId,
        symbol: &dyn Fn(Name) -> Option<Symbol>,
    ) {
        let Optimizer { options, body, .. } = self;
        let mut loaded = false;
        if options.has(Pass::Inline) && self.inline.wanted(module.func(id), symbol) {
            body.load(module.func(id));
            self.inline.run(body, module, symbol);
            body.store(module, id);
            loaded = true;
        }
        let func = module.func(id);
        if options.has(Pass::Expand) && expand::wanted(func) {
            body.load(func);
            expand::run(body, func);
            loaded = true;
        }
        if options.has(Pass::Rotate) {
            loaded |= self.rotate.run(body, loaded, func);
        }
        if loaded {
            body.store(module, id);
        }
    }

    fn passes(&mut self) {
        let Optimizer { options, ssa, cfg, loops, .. } = self;
        if options.has(Pass::Strength) {
            strength::run(ssa, cfg);
        }
        if options.has(Pass::Gvn) && self.gvn.run(ssa, cfg) {
            cfg.build(ssa);
        }
        if options.has(Pass::Licm) {
            let moved = self.licm.run(ssa, cfg, loops);
            // What left different places may be the same.
            if moved && options.has(Pass::Gvn) && self.gvn.run(ssa, cfg) {
                cfg.build(ssa);
            }
        }
        if options.has(Pass::IfConv) {
            loops.build(ssa, cfg);
            if self.ifconv.run(ssa, cfg, loops) {
                cfg.build(ssa);
            }
        }
        if options.has(Pass::Fuse) {
            loops.build(ssa, cfg);
            self.fuse.run(ssa, cfg, loops);
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
