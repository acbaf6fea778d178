//! From the tree to verified bytecode: compiled, optimized, verified.

use sox_bytecode::VerifiedModule;
use sox_bytecode::optimize::{Passes, Report, optimize};
use sox_compiler::CompileError;
use sox_diagnostics::{Diagnostic, SourceMap, Span};
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
    ) -> Result<Arc<VerifiedModule>, Box<Diagnostic>> {
        let statistics = &mut self.statistics;
        let start = Instant::now();
        let mut module = sox_compiler::compile(program, sources)
            .map_err(|error| Box::new(too_large(&error, sources)))?;
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

/// What there is to say of a function that exceeds a limit, with the carets under its first line.
fn too_large(error: &CompileError, sources: &SourceMap) -> Diagnostic {
    let code = crate::codes().iter().find(|code| code.id == "E0044").expect("the table has it");
    let Span { start, end } = error.span;
    let text = sources.file(error.source).text.get(start as usize..end as usize);
    let line = text.and_then(|text| text.lines().next()).unwrap_or_default();
    let span = Span { start, end: start + line.len() as u32 };
    let mut found = Diagnostic::error(code, error.source, span, error.to_string());
    found.help.push("divide it, or put values into an array or table".to_string());
    found
}
