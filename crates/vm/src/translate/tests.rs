//! Functions with very deep operand stacks and very many blocks: what the translator keeps, and looks
//! through for an instruction, does not grow with the product of the two.

use super::values::WINDOW;
use super::{Bindings, Translator};
use sox_bytecode::{
    Constant, Function, FunctionId, FunctionKind, Handler, Instr, Local, Module, ModuleInfo,
    NameId, Source, Target, verify,
};
use sox_diagnostics::SourceId;

const DEPTH: usize = 30_000;
const BLOCKS: usize = 40_000;

/// Translates a top level with one local and sees how much that takes.
fn is_linear(code: Vec<Instr>, handlers: Vec<Handler>) {
    let function = Function { locals: 1, handlers, ..Function::new(FunctionKind::Module, code) };
    let count = function.code.len();
    let info = ModuleInfo {
        name: NameId(0),
        source: SourceId(0),
        body: FunctionId(0),
        globals: Vec::new(),
        library: false,
        external: None,
    };
    let module = Module {
        constants: vec![Constant::String("name".into())],
        functions: vec![function],
        modules: vec![info],
        sources: vec![Source::default()],
        ..Module::default()
    };
    let module = verify(module).expect("a sound module");
    let (declared, native) = (|_| false, |_| None);
    let bindings = Bindings {
        constants: &[0],
        builtins: &[],
        globals: &[],
        declared: &declared,
        native: &native,
    };
    let mut translator = Translator::new(&module, FunctionId(0), &bindings, false);
    let size = translator.layout.size();
    assert!(size <= 5 * count, "{size} for {count} instructions");
    translator.function().expect("few registers");
    let most = translator.stack.capacity();
    assert!(most <= 4 * WINDOW, "{most} entries");
    let code = translator.finish().expect("short jumps");
    assert!(code.words.len() <= 5 * count, "{} words of {count} instructions", code.words.len());
    super::check::check(&code).expect("sound code");
}

#[test]
fn blocks_share_the_stack_they_begin_with() {
    let mut code = vec![Instr::Nil {}; DEPTH];
    for _ in 0..BLOCKS {
        let target = Target(code.len() as u32 + 3);
        code.extend([Instr::True {}, Instr::JumpIfTrue { target }, Instr::Jump { target }]);
    }
    code.push(Instr::Throw {});
    is_linear(code, Vec::new());
}

#[test]
fn handlers_share_what_they_keep() {
    for depth in [0, 1, DEPTH / 2 + 1, DEPTH] {
        let mut code = vec![Instr::Nil {}; DEPTH];
        let target = Target((DEPTH + 4 * BLOCKS + 1) as u32);
        let handler = |block: usize| {
            let start = (DEPTH + 4 * block) as u32;
            Handler { start, end: start + 2, target, depth: depth as u16 }
        };
        let handlers = (0..BLOCKS).map(handler).collect();
        for _ in 0..BLOCKS {
            code.extend([Instr::Nil {}, Instr::Print {}, Instr::Nil {}, Instr::Print {}]);
        }
        code.extend([Instr::Throw {}, Instr::Rethrow {}]);
        is_linear(code, handlers);
    }
}

#[test]
fn an_instruction_looks_at_few_values() {
    let slot = Local(0);
    let mut code = vec![Instr::Nil {}, Instr::SetLocal { slot }];
    code.resize(DEPTH, Instr::GetLocal { slot });
    for _ in 0..BLOCKS {
        code.extend([Instr::Dup {}, Instr::Negate {}, Instr::SetLocal { slot }]);
    }
    code.push(Instr::Throw {});
    is_linear(code, Vec::new());
}
