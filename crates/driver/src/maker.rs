//! From the tree to verified bytecode: compiled, optimized, verified.

use crate::engine::LoadFault;
use sox_bytecode::VerifiedModule;
use sox_bytecode::optimize::{Passes, Report, optimize};
use sox_diagnostics::SourceMap;
use sox_program::Program;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What making bytecode took, added up over all programs of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct BytecodeStatistics {
    /// What the optimizer did.
    pub optimizer: Report,
    /// Time from trees to bytecode.
    pub compile: Duration,
    /// Time of the optimizer.
    pub optimize: Duration,
    /// Time of the verifier.
    pub verify: Duration,
}

/// Makes bytecode of programs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BytecodeMaker {
    passes: Passes,
    pub(crate) statistics: BytecodeStatistics,
}

impl BytecodeMaker {
    /// A maker that optimizes by these passes.
    pub(crate) fn new(passes: Passes) -> Self {
        Self { passes, statistics: BytecodeStatistics::default() }
    }

    /// The verified bytecode of a program.
    ///
    /// # Errors
    /// If the program exceeds a limit of the bytecode.
    ///
    /// # Panics
    /// If what was made does not verify: a bug in compiler, optimizer or verifier.
    pub(crate) fn verified(
        &mut self,
        program: &Program,
        sources: &SourceMap,
    ) -> Result<Arc<VerifiedModule>, LoadFault> {
        let statistics = &mut self.statistics;
        let start = Instant::now();
        let mut module = sox_compiler::compile(program, sources)
            .map_err(|error| LoadFault::TooLarge(error.to_string()))?;
        let compiled = Instant::now();
        statistics.optimizer.add(&optimize(&mut module, self.passes));
        let optimized = Instant::now();
        let verified = sox_bytecode::verify(module);
        statistics.compile += compiled - start;
        statistics.optimize += optimized - compiled;
        statistics.verify += optimized.elapsed();
        match verified {
            Ok(module) => Ok(Arc::new(module)),
            Err(error) => panic!("the compiler made bytecode that does not verify: {error}"),
        }
    }
}
