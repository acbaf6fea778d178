//! The whole program: its tables, and each function in turn.

use crate::CompileError;
use crate::code::Code;
use crate::constants::Constants;
use crate::function::FunctionCompiler;
use sox_bytecode::{
    BuiltinId, FunctionId, Global, GlobalId, Module, ModuleId, ModuleInfo, NameId, Source,
};
use sox_diagnostics::{SourceFile, SourceMap};
use sox_program::Program;

/// Compiles a program.
///
/// Walks its trees recursively: on the stack that [`sox_program::MAX_HEIGHT`] asks for.
///
/// # Errors
/// If a function passes a limit of the bytecode.
///
/// # Panics
/// If the program has no entry module, or names something that is not there.
pub fn compile(program: &Program, sources: &SourceMap) -> Result<Module, CompileError> {
    let mut constants = Constants::new(&program.names);
    let (mut code, mut uses) = (Code::default(), Vec::new());
    let mut functions = Vec::with_capacity(program.functions.len());
    for function in &program.functions {
        let compiler =
            FunctionCompiler::new(program, function, &mut constants, &mut code, &mut uses);
        functions.push(compiler.compile()?);
    }
    let entry = program.entry.expect("a program to compile has an entry module");
    Ok(Module {
        functions,
        modules: modules(program, &mut constants),
        globals: globals(program, &mut constants),
        builtins: program.builtins.iter().map(|&name| constants.name(name)).collect(),
        sources: sources.files().map(|(_, file)| source(file)).collect(),
        entry: ModuleId(entry.0),
        first_new_module: program.first_new_module,
        main: program.main.map(|global| GlobalId(global.0)),
        tests: named(&program.tests, &mut constants),
        benches: named(&program.benches, &mut constants),
        constants: constants.finish(),
    })
}

fn modules(program: &Program, constants: &mut Constants<'_>) -> Vec<ModuleInfo> {
    let compile = |module: &sox_program::Module| ModuleInfo {
        name: constants.name(module.name),
        source: module.source,
        body: FunctionId(module.body.0),
        globals: module.globals.iter().map(|global| GlobalId(global.0)).collect(),
        library: module.library,
        external: None,
    };
    program.modules.iter().map(compile).collect()
}

fn globals(program: &Program, constants: &mut Constants<'_>) -> Vec<Global> {
    let compile = |global: &sox_program::Global| Global {
        name: constants.name(global.name),
        module: ModuleId(global.module.0),
        builtin: global.builtin.map(|builtin| BuiltinId(builtin.0)),
    };
    program.globals.iter().map(compile).collect()
}

fn named(
    list: &[(sox_program::Symbol, sox_program::GlobalId)],
    constants: &mut Constants<'_>,
) -> Vec<(NameId, GlobalId)> {
    list.iter().map(|&(name, global)| (constants.name(name), GlobalId(global.0))).collect()
}

fn source(file: &SourceFile) -> Source {
    Source { name: (&*file.name).into(), line_starts: file.line_starts().to_vec() }
}
