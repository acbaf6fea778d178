//! Functions with very deep operand stacks and very many blocks: what the translator keeps, and looks
//! through for an instruction, does not grow with the product of the two.

use super::values::WINDOW;
use super::{Bindings, Translator, translate};
use crate::code::Ins;
use crate::op::Op;
use sox_bytecode::{
    Constant, Function, FunctionId, FunctionKind, Global, GlobalId, Handler, Instr, Local, Module,
    ModuleId, ModuleInfo, NameId, Source, Target, VerifiedModule, verify,
};
use sox_diagnostics::SourceId;

const DEPTH: usize = 30_000;
const BLOCKS: usize = 40_000;

/// A module with nothing but a top level, which may use one global.
fn module(code: Vec<Instr>, handlers: Vec<Handler>) -> VerifiedModule {
    let function = Function { locals: 1, handlers, ..Function::new(FunctionKind::Module, code) };
    let info = ModuleInfo {
        name: NameId(0),
        source: SourceId(0),
        body: FunctionId(0),
        globals: vec![GlobalId(0)],
        library: false,
        external: None,
    };
    let module = Module {
        constants: vec![Constant::String("name".into())],
        globals: vec![Global { name: NameId(0), module: ModuleId(0), builtin: None }],
        functions: vec![function],
        modules: vec![info],
        sources: vec![Source::default()],
        ..Module::default()
    };
    verify(module).expect("a sound module")
}

/// Translates a top level with one local and sees how much that takes.
fn is_linear(code: Vec<Instr>, handlers: Vec<Handler>) {
    let count = code.len();
    let module = module(code, handlers);
    let (declared, native) = (|_| false, |_| None);
    let bindings = Bindings {
        constants: &[0],
        builtins: &[],
        globals: &[0],
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

/// The instructions of a top level whose global is declared and has this number in the isolate.
fn with_global(slot: u32, code: Vec<Instr>, handlers: Vec<Handler>) -> Vec<Op> {
    let (declared, native) = (|_| true, |_| None);
    let bindings = Bindings {
        constants: &[0],
        builtins: &[],
        globals: &[slot],
        declared: &declared,
        native: &native,
    };
    let code = translate(&module(code, handlers), FunctionId(0), &bindings).expect("few registers");
    let mut ops = Vec::new();
    let mut offset = 0;
    while offset < code.words.len() {
        ops.push(Ins(code.words[offset]).op());
        offset += ops[ops.len() - 1].size();
    }
    ops
}

const GET_GLOBAL: Instr = Instr::GetGlobal { global: GlobalId(0) };
const GET_LOCAL: Instr = Instr::GetLocal { slot: Local(0) };

/// Initializes the local, then does what is given and returns.
fn body(code: &[Instr]) -> Vec<Instr> {
    let before = [Instr::Nil {}, Instr::SetLocal { slot: Local(0) }];
    [&before, code, &[Instr::Nil {}, Instr::Return {}]].concat()
}

#[test]
fn an_item_of_a_global_is_read_by_one_instruction() {
    let ops = |slot| {
        let code = [GET_GLOBAL, GET_LOCAL, Instr::GetItem {}, Instr::Pop {}];
        with_global(slot, body(&code), Vec::new())
    };
    assert_eq!(ops(65_535), [Op::Constant, Op::GetGlobalItem, Op::ReturnK]);
    assert_eq!(ops(65_536), [Op::Constant, Op::GetDeclared, Op::GetItem, Op::ReturnK]);
}

#[test]
fn an_item_of_a_global_is_set_by_one_instruction_if_nothing_comes_between() {
    let set = Instr::DefineGlobal { global: GlobalId(0) };
    let with = [GET_GLOBAL, GET_LOCAL, GET_LOCAL, Instr::WithItem {}];
    let ops = |slot, code: &[Instr], handlers| with_global(slot, body(code), handlers);
    let all = [&with[..], &[set]].concat();
    assert_eq!(ops(0, &all, Vec::new()), [Op::Constant, Op::SetGlobalItem, Op::ReturnK]);
    let plain = [Op::Constant, Op::GetDeclared, Op::WithItem, Op::DefineGlobal, Op::ReturnK];
    assert_eq!(ops(65_536, &all, Vec::new()), plain);
    // What the container was is still wanted.
    let kept = [&[GET_GLOBAL], &all[..], &[Instr::Print {}]].concat();
    let kept_as = [Op::Constant, Op::GetDeclared, Op::SetGlobalItem, Op::Print, Op::ReturnK];
    assert_eq!(ops(0, &kept, Vec::new()), kept_as);
    // The changed container goes elsewhere too.
    let twice = [&with[..], &[Instr::Dup {}, set, Instr::Pop {}]].concat();
    assert_eq!(ops(0, &twice, Vec::new()), plain);
    // A handler of errors covers the change alone.
    let code = [&all[..], &[Instr::Jump { target: Target(9) }, Instr::Pop {}]].concat();
    let covered = ops(0, &code, vec![Handler { start: 5, end: 6, target: Target(8), depth: 0 }]);
    assert!(covered.contains(&Op::WithItem) && covered.contains(&Op::DefineGlobal), "{covered:?}");
    // Another way leads to the second of the two.
    let either = [&[GET_LOCAL, Instr::JumpIfTrueElsePop { target: Target(8) }], &all[..]].concat();
    let joined = ops(0, &either, Vec::new());
    assert!(joined.contains(&Op::WithItem) && joined.contains(&Op::DefineGlobal), "{joined:?}");
}
