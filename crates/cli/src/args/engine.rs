//! Flags about what executes, how far it may go and what it may not do.

use crate::limits::{parse_form, parse_memory, parse_pass, parse_positive};
use clap::{Args, ValueEnum};
use sox_driver::{EngineKind, Form, OptLevel, Pass, Passes};
use sox_library::Permission;
use std::path::PathBuf;

#[derive(Clone, Debug, Args)]
pub(crate) struct EngineArgs {
    /// What executes: the virtual machine, or the tree walker (the reference)
    #[arg(long, value_name = "ENGINE", default_value = "vm")]
    engine: EngineName,
    /// The form of the virtual machine's interpreter: loop or threaded (for tests of the machine)
    #[arg(long, value_name = "FORM", hide = true, value_parser = parse_form)]
    pub(crate) dispatch: Option<Form>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) rights: RightArgs,
    /// Look for imported modules here too; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) module_path: Vec<PathBuf>,
    /// Collect garbage at every safepoint (slow; finds bugs in the collector)
    #[arg(long)]
    pub(crate) gc_stress: bool,
    #[command(flatten)]
    pub(crate) optimizer: OptimizerArgs,
}

/// How far a program may go.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LimitArgs {
    /// Stop after N calls and loop turns
    #[arg(long, value_name = "N", value_parser = parse_positive)]
    pub(crate) max_steps: Option<u64>,
    /// Stop when the program needs more memory; N may end in K, M or G
    #[arg(long, value_name = "N", value_parser = parse_memory)]
    pub(crate) max_memory: Option<usize>,
    /// Depth of the call stack, in frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(crate) max_stack: Option<u32>,
}

/// What a program may not do.
#[derive(Clone, Debug, Args)]
pub(crate) struct RightArgs {
    /// Take rights away: fs, net, env, run, ffi
    #[arg(long, value_name = "RIGHT", value_delimiter = ',')]
    pub(crate) deny: Vec<Right>,
    /// Take all rights away
    #[arg(long)]
    pub(crate) sandbox: bool,
}

impl RightArgs {
    /// What is denied one by one.
    pub(crate) fn denied(&self) -> impl Iterator<Item = Permission> {
        self.deny.iter().map(|right| match right {
            Right::Fs => Permission::Fs,
            Right::Net => Permission::Net,
            Right::Env => Permission::Env,
            Right::Run => Permission::Run,
            Right::Ffi => Permission::Ffi,
        })
    }
}

/// How bytecode is optimized.
#[derive(Clone, Debug, Args)]
pub(crate) struct OptimizerArgs {
    /// Optimize bytecode: 0 not at all, 1 what pays at every start, 2 all there is (`sox build` does
    /// so by default, the others stop at 1)
    #[arg(short = 'O', value_name = "LEVEL")]
    level: Option<Level>,
    /// Optimize by just these passes (to find out which one does what): fold, fuse, dead, thread,
    /// locals, unused, dedupe
    #[arg(long, value_name = "PASSES", value_delimiter = ',', value_parser = parse_pass)]
    opt_passes: Option<Vec<Pass>>,
}

impl OptimizerArgs {
    pub(crate) fn passes(&self) -> Passes {
        self.passes_or(OptLevel::O1)
    }

    /// The passes that are wanted; without a flag, those of a level.
    pub(crate) fn passes_or(&self, default: OptLevel) -> Passes {
        match &self.opt_passes {
            Some(passes) => passes.iter().fold(Passes::NONE, |set, &pass| set.with(pass)),
            None => Passes::of(match self.level {
                None => default,
                Some(Level::O0) => OptLevel::O0,
                Some(Level::O1) => OptLevel::O1,
                Some(Level::O2) => OptLevel::O2,
            }),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    #[value(name = "0")]
    O0,
    #[value(name = "1")]
    O1,
    #[value(name = "2")]
    O2,
}

impl EngineArgs {
    pub(crate) fn engine(&self) -> EngineKind {
        match self.engine {
            EngineName::Ast => EngineKind::Ast,
            EngineName::Vm => EngineKind::Vm,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    Ast,
    Vm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Right {
    Fs,
    Net,
    Env,
    Run,
    Ffi,
}
