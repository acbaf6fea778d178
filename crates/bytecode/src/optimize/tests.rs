//! Each pass alone, on code made by hand: what compilers emit is in the compiler's tests.

use super::{OptLevel, Pass, Passes, optimize};
use crate::{
    BuiltinId, Capture, ConstId, Constant, Count, Function, FunctionId, FunctionKind, Global,
    GlobalId, Handler, Instr, Local, Module, ModuleId, ModuleInfo, NameId, Source, Target, verify,
};
use Instr::*;
use sox_diagnostics::{SourceId, Span};

const TEXT: Instr = Const { value: ConstId(0) };
const TWO: Instr = Const { value: ConstId(1) };
const THREE: Instr = Const { value: ConstId(2) };
const MINUS_ZERO: Instr = Const { value: ConstId(3) };
const NAN: Instr = Const { value: ConstId(4) };
/// May fail.
const READ: Instr = GetGlobal { global: GlobalId(0) };
const RETURN: Instr = Return {};

fn to(target: u32) -> Target {
    Target(target)
}

fn get(slot: u16) -> Instr {
    GetLocal { slot: Local(slot) }
}

fn set(slot: u16) -> Instr {
    SetLocal { slot: Local(slot) }
}

fn function(kind: FunctionKind, code: Vec<Instr>) -> Function {
    Function { locals: 4, ..Function::new(kind, code) }
}

/// A module whose top level is this code; each instruction is in a place of its own.
fn module(code: Vec<Instr>) -> Module {
    let mut body = function(FunctionKind::Module, code);
    body.debug.spans =
        (0..body.code.len() as u32).map(|at| (at, Span { start: at, end: at })).collect();
    Module {
        constants: vec![
            Constant::String("text".into()),
            Constant::Number(2.0),
            Constant::Number(3.0),
            Constant::Number(-0.0),
            Constant::Number(f64::NAN),
        ],
        functions: vec![body],
        modules: vec![ModuleInfo {
            name: NameId(0),
            source: SourceId(0),
            body: FunctionId(0),
            globals: vec![GlobalId(0)],
            library: false,
            external: None,
        }],
        globals: vec![Global { name: NameId(0), module: ModuleId(0), builtin: None }],
        builtins: vec![NameId(0)],
        sources: vec![Source { name: "text".into(), line_starts: vec![0] }],
        ..Module::default()
    }
}

fn handled(code: Vec<Instr>, handlers: &[(u32, u32, u32)]) -> Module {
    let mut module = module(code);
    let handlers = handlers.iter();
    module.functions[0].handlers = handlers
        .map(|&(start, end, target)| Handler { start, end, target: to(target), depth: 0 })
        .collect();
    module
}

/// Runs one pass; before and after it the module verifies.
#[track_caller]
fn improved(mut module: Module, pass: Pass) -> Module {
    verify(module.clone()).expect("a good module before");
    optimize(&mut module, Passes::NONE.with(pass));
    verify(module).expect("a good module after").into_module()
}

#[track_caller]
fn becomes(pass: Pass, before: &[Instr], after: &[Instr]) {
    let module = improved(module(before.to_vec()), pass);
    assert_eq!(module.functions[0].code, after);
}

#[track_caller]
fn stays(pass: Pass, code: &[Instr]) {
    becomes(pass, code, code);
}

/// The constant that this code leaves when it is folded.
#[track_caller]
fn folded(code: &[Instr]) -> Constant {
    let module = improved(module([code, &[RETURN]].concat()), Pass::Fold);
    match module.functions[0].code[..] {
        [Const { value }, Return {}] => module.constant(value).clone(),
        ref code => panic!("{code:?}"),
    }
}

#[test]
fn numbers_are_folded_exactly() {
    assert_eq!(folded(&[TWO, THREE, Divide {}]), Constant::Number(2.0 / 3.0));
    assert_eq!(folded(&[TWO, Negate {}, THREE, Remainder {}]), Constant::Number(-2.0));
    assert_eq!(folded(&[MINUS_ZERO, MINUS_ZERO, Add {}]), Constant::Number(-0.0));
    assert_eq!(folded(&[TWO, TWO, Subtract {}]), Constant::Number(0.0));
    assert_eq!(folded(&[TWO, MINUS_ZERO, Divide {}]), Constant::Number(f64::NEG_INFINITY));
    // Whatever NaN comes out, the constant is the canonical one.
    assert_eq!(folded(&[MINUS_ZERO, MINUS_ZERO, Divide {}]), Constant::Number(f64::NAN));
    assert_eq!(folded(&[NAN, Negate {}]), Constant::Number(f64::NAN));
}

#[test]
fn texts_are_folded() {
    assert_eq!(folded(&[TEXT, MINUS_ZERO, Add {}]), Constant::String("text-0".into()));
    let parts = Interpolate { parts: Count(3) };
    assert_eq!(folded(&[Nil {}, TEXT, True {}, parts]), Constant::String("niltexttrue".into()));
}

#[test]
fn truths_are_folded() {
    let is = |code: &[Instr], truth: bool| {
        let result = if truth { True {} } else { False {} };
        becomes(Pass::Fold, &[code, &[RETURN]].concat(), &[result, RETURN]);
    };
    is(&[NAN, NAN, Equal {}], false);
    is(&[NAN, NAN, NotEqual {}], true);
    is(&[NAN, TWO, LessEqual {}], false);
    is(&[TWO, THREE, Less {}], true);
    is(&[TEXT, TEXT, GreaterEqual {}], true);
    is(&[TEXT, TWO, Equal {}], false);
    is(&[Nil {}, False {}, Equal {}], false);
    is(&[MINUS_ZERO, Not {}], false);
}

#[test]
fn what_would_fail_is_not_folded() {
    for instr in [Subtract {}, Less {}, Remainder {}] {
        stays(Pass::Fold, &[TEXT, TWO, instr, RETURN]);
    }
    stays(Pass::Fold, &[TEXT, Negate {}, RETURN]);
    stays(Pass::Fold, &[Nil {}, TWO, Add {}, RETURN]);
}

#[test]
fn texts_do_not_grow_without_bound() {
    let mut module = module(vec![TEXT, TEXT, Add {}, RETURN]);
    module.constants[0] = Constant::String("x".repeat(200).into());
    assert_eq!(improved(module.clone(), Pass::Fold).functions, module.functions);
}

#[test]
fn constant_conditions_are_decided() {
    let code = |condition, jump| vec![condition, jump, TWO, RETURN, THREE, RETURN];
    becomes(Pass::Fold, &code(False {}, JumpIfTrue { target: to(4) }), &[TWO, RETURN]);
    becomes(
        Pass::Fold,
        &code(Nil {}, JumpIfFalse { target: to(4) }),
        &[Jump { target: to(1) }, THREE, RETURN],
    );
    let keeping = [TWO, JumpIfTrueElsePop { target: to(3) }, READ, RETURN];
    becomes(Pass::Fold, &keeping, &[TWO, Jump { target: to(2) }, RETURN]);
    let looping =
        [Jump { target: to(2) }, Print {}, TEXT, TWO, LoopIfTrue { target: to(1) }, Pop {}];
    let looping = [&looping[..], &[Nil {}, RETURN]].concat();
    becomes(
        Pass::Fold,
        &looping,
        &[Jump { target: to(2) }, Print {}, TEXT, Loop { target: to(1) }],
    );
}

#[test]
fn values_that_come_from_two_sides_are_not_constant() {
    // Where the two constants meet there is a label between them and the addition.
    let code = [
        READ,
        JumpIfFalse { target: to(4) },
        TWO,
        Jump { target: to(5) },
        THREE,
        TWO,
        Add {},
        RETURN,
    ];
    stays(Pass::Fold, &code);
}

#[test]
fn neighbours_are_joined() {
    becomes(
        Pass::Fuse,
        &[READ, READ, Equal {}, Not {}, RETURN],
        &[READ, READ, NotEqual {}, RETURN],
    );
    // Of NaN neither is true.
    stays(Pass::Fuse, &[READ, READ, Less {}, Not {}, RETURN]);
    becomes(
        Pass::Fuse,
        &[READ, READ, Less {}, Not {}, Not {}, RETURN],
        &[READ, READ, Less {}, RETURN],
    );
    stays(Pass::Fuse, &[READ, Not {}, Not {}, RETURN]);
    becomes(
        Pass::Fuse,
        &[READ, Not {}, JumpIfFalse { target: to(5) }, READ, Print {}, Nil {}, RETURN],
        &[READ, JumpIfTrue { target: to(4) }, READ, Print {}, Nil {}, RETURN],
    );
    becomes(Pass::Fuse, &[READ, Dup {}, set(0), Pop {}, get(0), RETURN], &[READ, RETURN]);
    becomes(
        Pass::Fuse,
        &[READ, set(0), get(0), set(0), READ, RETURN],
        &[READ, set(0), READ, RETURN],
    );
}

#[test]
fn dropped_work_is_not_done() {
    becomes(
        Pass::Dead,
        &[READ, set(0), get(0), Not {}, Pop {}, READ, RETURN],
        &[READ, set(0), READ, RETURN],
    );
    becomes(
        Pass::Dead,
        &[READ, READ, Equal {}, Pop {}, Nil {}, RETURN],
        &[READ, READ, Pop {}, Pop {}, Nil {}, RETURN],
    );
    // A builtin may be missing, which is an error.
    stays(Pass::Dead, &[GetBuiltin { builtin: BuiltinId(0) }, Pop {}, Nil {}, RETURN]);
    // Whether what it is appended to is used cannot be seen here.
    let append = AppendItems { items: Count(1) };
    stays(Pass::Dead, &[NewArray { items: Count(0) }, Dup {}, TWO, append, Pop {}, RETURN]);
}

#[test]
fn only_what_may_fail_needs_a_handler() {
    let code = vec![TWO, set(0), Jump { target: to(4) }, Pop {}, TWO, Pop {}, Nil {}, RETURN];
    let without = improved(handled(code, &[(0, 3, 3)]), Pass::Dead);
    assert!(without.functions[0].handlers.is_empty());
    let jump = Jump { target: to(3) };
    assert_eq!(without.functions[0].code, [TWO, set(0), jump, Nil {}, RETURN]);

    let code = vec![READ, Pop {}, Jump { target: to(4) }, Pop {}, TWO, Pop {}, Nil {}, RETURN];
    let with = improved(handled(code, &[(0, 3, 3)]), Pass::Dead);
    let jump = Jump { target: to(4) };
    assert_eq!(with.functions[0].code, [READ, Pop {}, jump, Pop {}, Nil {}, RETURN]);
    assert_eq!(with.functions[0].handlers.len(), 1);
}

#[test]
fn jumps_lead_to_where_they_end() {
    let chain = [
        READ,
        JumpIfFalse { target: to(4) },
        READ,
        RETURN,
        Jump { target: to(5) },
        Jump { target: to(6) },
        Nil {},
        RETURN,
    ];
    let short = [READ, JumpIfFalse { target: to(4) }, READ, RETURN, Nil {}, RETURN];
    becomes(Pass::Thread, &chain, &short);
    let both = [READ, JumpIfFalseElsePop { target: to(3) }, READ];
    let or = [JumpIfTrueElsePop { target: to(5) }, READ, RETURN];
    let direct = [READ, JumpIfFalse { target: to(4) }, READ];
    becomes(Pass::Thread, &[both, or].concat(), &[direct, or].concat());
}

#[test]
fn a_jump_to_the_end_of_a_loop_is_its_end() {
    let turns = [
        Jump { target: to(6) },
        READ,
        JumpIfFalse { target: to(4) },
        Jump { target: to(6) },
        READ,
        Print {},
        Loop { target: to(1) },
    ];
    let body = [READ, Print {}, Loop { target: to(1) }];
    let entry = [Jump { target: to(5) }, READ];
    let direct = [&entry[..], &[LoopIfTrue { target: to(1) }], &body].concat();
    becomes(Pass::Thread, &turns, &direct);
    // Not where another handler covers it: the loop may end with an error.
    let covered = handled([&turns[..], &[Rethrow {}]].concat(), &[(1, 4, 7)]);
    let skip = [JumpIfTrue { target: to(5) }];
    let code = [&entry[..], &skip, &body, &[Rethrow {}]].concat();
    assert_eq!(improved(covered, Pass::Thread).functions[0].code, code);
}

#[test]
fn tests_of_constants_on_the_way_are_decided() {
    let code = [
        READ,
        JumpIfFalse { target: to(4) },
        True {},
        Jump { target: to(5) },
        False {},
        JumpIfFalse { target: to(8) },
        READ,
        Print {},
        Nil {},
        RETURN,
    ];
    let decided = [
        READ,
        JumpIfTrue { target: to(4) },
        False {},
        JumpIfFalse { target: to(6) },
        READ,
        Print {},
        Nil {},
        RETURN,
    ];
    becomes(Pass::Thread, &code, &decided);
}

/// A function with a parameter and this code, as function 1 of a module that makes it.
fn with_parameter(code: &[Instr]) -> Module {
    let mut module = module(vec![Closure { function: FunctionId(1) }, RETURN]);
    let mut made = function(FunctionKind::Plain, code.to_vec());
    (made.params, made.required) = (1, 1);
    module.functions.push(made);
    module
}

#[test]
fn originals_are_read_in_place_of_copies() {
    let becomes = |code: &[Instr], after: &[Instr]| {
        let module = improved(with_parameter(code), Pass::Locals);
        assert_eq!(module.functions[1].code, after);
    };
    becomes(
        &[get(0), set(1), get(1), set(2), get(2), get(1), Add {}, RETURN],
        &[get(0), Pop {}, get(0), Pop {}, get(0), get(0), Add {}, RETURN],
    );
    let changed = [get(0), set(1), READ, set(0), get(1), get(0), Add {}, RETURN];
    becomes(&changed, &changed);
    let twice = [TWO, set(1), get(1), Print {}, THREE, set(1), READ, get(1), Add {}, RETURN];
    becomes(&twice, &twice);
    // A constant is better than a local on the right of an operation only.
    becomes(
        &[TWO, set(1), get(1), READ, Add {}, get(1), Add {}, RETURN],
        &[TWO, READ, Add {}, TWO, Add {}, RETURN],
    );
}

#[test]
fn stores_that_are_not_read_go() {
    becomes(
        Pass::Locals,
        &[READ, set(0), get(0), Print {}, READ, set(1), Nil {}, RETURN],
        &[READ, Print {}, READ, Pop {}, Nil {}, RETURN],
    );
    let mut captured = module(vec![TWO, set(0), Closure { function: FunctionId(1) }, RETURN]);
    let mut made = function(FunctionKind::Plain, vec![Nil {}, RETURN]);
    made.captures = vec![Capture::Local(Local(0))];
    captured.functions.push(made);
    assert_eq!(improved(captured.clone(), Pass::Locals).functions, captured.functions);
}

#[test]
fn functions_that_nothing_makes_go() {
    let mut module = module(vec![Closure { function: FunctionId(2) }, RETURN]);
    module.functions.push(function(FunctionKind::Plain, vec![TWO, RETURN]));
    module.functions.push(function(FunctionKind::Plain, vec![THREE, RETURN]));
    let module = improved(module, Pass::Unused);
    assert_eq!(module.functions.len(), 2);
    assert_eq!(module.functions[0].code[0], Closure { function: FunctionId(1) });
    assert_eq!(module.functions[1].code[0], THREE);
}

#[test]
fn functions_merge_that_cannot_be_told_apart() {
    let functions_left = |code: &[Instr], places: [u32; 2]| {
        let [one, two] = [1, 2].map(|id| Closure { function: FunctionId(id) });
        let mut module = module(vec![one, Print {}, two, RETURN]);
        for at in places {
            let mut made = function(FunctionKind::Plain, code.to_vec());
            made.debug.spans = vec![(0, Span { start: at, end: at })];
            module.functions.push(made);
        }
        improved(module, Pass::Dedupe).functions.len()
    };
    assert_eq!(functions_left(&[Nil {}, RETURN], [5, 9]), 2);
    // Its error would come from another line.
    assert_eq!(functions_left(&[READ, RETURN], [5, 9]), 3);
    assert_eq!(functions_left(&[READ, RETURN], [5, 5]), 2);
}

#[test]
fn constants_that_are_not_used_go() {
    let module = improved(module(vec![THREE, Print {}, Nil {}, RETURN]), Pass::Dedupe);
    let left = [Constant::String("text".into()), Constant::Number(3.0)];
    assert_eq!(module.constants, left);
    assert_eq!(module.functions[0].code[0], Const { value: ConstId(1) });
}

#[test]
fn names_of_external_modules_are_used() {
    let mut module = module(vec![Import { module: ModuleId(1) }, RETURN]);
    module.constants.push(Constant::String("std/math".into()));
    let path = Some(NameId(5));
    let external = ModuleInfo { globals: Vec::new(), external: path, ..module.modules[0].clone() };
    module.modules.push(external);
    let module = improved(module, Pass::Dedupe);
    assert_eq!(module.modules[1].external.map(|path| module.name(path)), Some("std/math"));
}

#[test]
fn places_in_the_source_move_with_their_instructions() {
    let code = vec![TWO, Pop {}, READ, TWO, Pop {}, Pop {}, READ, RETURN];
    let module = improved(module(code), Pass::Dead);
    let function = &module.functions[0];
    assert_eq!(function.code, [READ, Pop {}, READ, RETURN]);
    let starts = [0, 1, 2, 3].map(|at| function.debug.span(at).start);
    assert_eq!(starts, [2, 5, 6, 7]);
}

#[test]
fn code_that_nobody_verified_does_no_harm() {
    let mut out_of_code = module(vec![TWO, Pop {}, Nil {}, RETURN]);
    out_of_code.functions[0].debug.spans.push((137, Span { start: 0, end: 0 }));
    let mut wild = vec![
        out_of_code,
        module(vec![Jump { target: to(9) }]),
        module(vec![get(9), set(9), get(9), RETURN]),
        module(vec![Const { value: ConstId(99) }, Negate {}, RETURN]),
        module(vec![Closure { function: FunctionId(7) }, Pop {}]),
        module(vec![JumpIfFalse { target: to(0) }, Loop { target: to(1) }]),
        module(Vec::new()),
        handled(vec![READ, RETURN, Rethrow {}], &[(1, 9, 2)]),
        handled(vec![READ, READ, READ, RETURN, Pop {}], &[(0, 2, 4), (1, 3, 4)]),
    ];
    for module in &mut wild {
        optimize(module, Passes::of(OptLevel::O2));
    }
}
