//! For each rule a module that keeps to it, and one that hardly differs and breaks it.

mod frames;
mod page;

use super::{Rule, verify};
use crate::{
    BuiltinId, Capture, CaptureId, ConstId, Constant, Count, Ends, Function, FunctionId,
    FunctionKind, Global, GlobalId, Handler, Instr, Local, Module, ModuleId, ModuleInfo, NameId,
    Source, Target,
};
use Instr::*;
use sox_diagnostics::{SourceId, Span};

const NAME: NameId = NameId(0);
const STRING: ConstId = ConstId(0);
const NUMBER: ConstId = ConstId(1);
/// A function without parameters, captures or locals, of the kind its test says.
const OTHER: FunctionId = FunctionId(1);
const MODULE: ModuleId = ModuleId(0);

/// A module whose top level is this code, with four locals.
fn module(code: Vec<Instr>) -> Module {
    Module {
        constants: vec![Constant::String("name".into()), Constant::Number(1.0)],
        functions: vec![
            function(FunctionKind::Module, code),
            function(FunctionKind::Plain, vec![Nil {}, Return {}]),
        ],
        modules: vec![ModuleInfo {
            name: NAME,
            source: SourceId(0),
            body: FunctionId(0),
            globals: vec![GlobalId(0)],
            library: false,
            external: None,
        }],
        globals: vec![Global { name: NAME, module: MODULE, builtin: Some(BuiltinId(0)) }],
        builtins: vec![NAME],
        sources: vec![Source { name: "name".into(), line_starts: vec![0, 4] }],
        entry: MODULE,
        first_new_module: 0,
        main: Some(GlobalId(0)),
        tests: Vec::new(),
        benches: Vec::new(),
    }
}

fn function(kind: FunctionKind, code: Vec<Instr>) -> Function {
    Function { name: NAME, module: MODULE, locals: 4, ..Function::new(kind, code) }
}

/// The same, changed.
fn with(mut module: Module, change: impl FnOnce(&mut Module)) -> Module {
    change(&mut module);
    module
}

/// A top level of this code with handlers of these ranges, targets and depths.
fn handled(code: Vec<Instr>, handlers: &[(u32, u32, u32, u16)]) -> Module {
    let handlers = handlers.iter().map(|&(start, end, target, depth)| Handler {
        start,
        end,
        target: Target(target),
        depth,
    });
    with(module(code), |m| m.functions[0].handlers = handlers.collect())
}

/// A top level of this code, which may make a closure of [`OTHER`] as changed.
fn making(code: Vec<Instr>, change: impl FnOnce(&mut Function)) -> Module {
    with(module(code), |m| change(&mut m.functions[1]))
}

fn slot(slot: u16) -> Local {
    Local(slot)
}

fn nothing() -> Module {
    module(vec![Nil {}, Return {}])
}

fn check(rule: Rule, accepted: Module, rejected: Module) {
    if let Err(error) = verify(accepted) {
        panic!("the good module of {rule:?} is refused: {error}");
    }
    match verify(rejected) {
        Ok(_) => panic!("the bad module of {rule:?} is accepted"),
        Err(error) => assert_eq!(error.rule, rule, "{error}"),
    }
}

#[test]
fn tables() {
    use Rule::*;
    let constant = |id| module(vec![Const { value: ConstId(id) }, Return {}]);
    check(IndexInRange, constant(1), constant(2));
    let local = |id| module(vec![Nil {}, SetLocal { slot: slot(id) }, Nil {}, Return {}]);
    check(IndexInRange, local(3), local(4));
    let iterator = |id| module(vec![Nil {}, ForeachStart { state: slot(id) }, Nil {}, Return {}]);
    check(IndexInRange, iterator(2), iterator(3));
    let global = |id| module(vec![GetGlobal { global: GlobalId(id) }, Return {}]);
    check(IndexInRange, global(0), global(1));
    let builtin = |id| module(vec![GetBuiltin { builtin: BuiltinId(id) }, Return {}]);
    check(IndexInRange, builtin(0), builtin(1));
    let import = |id| module(vec![Import { module: ModuleId(id) }, Return {}]);
    check(IndexInRange, import(0), import(1));
    let closure = |id| module(vec![Closure { function: FunctionId(id) }, Return {}]);
    check(IndexInRange, closure(1), closure(2));
    check(IndexInRange, nothing(), with(nothing(), |m| m.entry = ModuleId(1)));
    check(IndexInRange, nothing(), with(nothing(), |m| m.main = Some(GlobalId(1))));
    let tested = |id| with(nothing(), |m| m.tests.push((NAME, GlobalId(id))));
    check(IndexInRange, tested(0), tested(1));

    let named = |id| module(vec![Undefined { name: NameId(id) }, Return {}]);
    check(NameIsString, named(STRING.0), named(NUMBER.0));
    let builtin_named = |id| with(nothing(), |m| m.builtins[0] = NameId(id));
    check(NameIsString, builtin_named(STRING.0), builtin_named(NUMBER.0));

    let number =
        |bits| with(nothing(), |m| m.constants[1] = Constant::Number(f64::from_bits(bits)));
    let nan = f64::NAN.to_bits();
    check(CanonicalNan, number(nan), number(nan | 1));
    check(CanonicalNan, number(1), number(nan | 1 << 63));

    let body = |id| with(nothing(), |m| m.modules[0].body = FunctionId(id));
    check(ModuleBody, body(0), body(1));
    let params = |params| with(nothing(), |m| m.functions[0].params = params);
    check(ModuleBody, params(0), params(1));

    let first_new = |first| with(nothing(), |m| m.first_new_module = first);
    check(ModuleBody, first_new(0), first_new(1));

    let second = |owner| {
        with(nothing(), |m| {
            m.functions.push(Function { module: ModuleId(1), ..m.functions[0].clone() });
            m.modules.push(ModuleInfo { body: FunctionId(2), ..m.modules[0].clone() });
            m.globals.push(Global { module: ModuleId(owner), ..m.globals[0].clone() });
            m.modules[1].globals = vec![GlobalId(1)];
        })
    };
    check(OwnGlobals, second(1), second(0));

    let lines = |lines: &[u32]| with(nothing(), |m| m.sources[0].line_starts = lines.to_vec());
    check(LineStarts, lines(&[0, 3, 4]), lines(&[0, 4, 4]));
    check(LineStarts, lines(&[]), lines(&[1]));

    let spans = |a, b| {
        with(nothing(), |m| {
            m.functions[0].debug.spans = vec![(a, Span::new(0, 1)), (b, Span::new(1, 2))];
        })
    };
    check(DebugInOrder, spans(0, 1), spans(1, 0));
    check(DebugInOrder, spans(0, 1), spans(0, 2));
    let names = |count| with(nothing(), |m| m.functions[0].debug.locals = vec![None; count]);
    check(DebugInOrder, names(4), names(5));
    let captures = |count| with(nothing(), |m| m.functions[1].debug.captures = vec![NAME; count]);
    check(DebugInOrder, captures(0), captures(1));
    let span = |start, end| with(nothing(), |m| m.functions[0].debug.span = Span { start, end });
    check(DebugInOrder, span(4, 4), span(4, 3));
}

#[test]
fn modules_elsewhere() {
    use Rule::*;
    let external = |path, globals: &[GlobalId]| {
        with(nothing(), |m| {
            m.modules.push(ModuleInfo {
                external: Some(path),
                globals: globals.to_vec(),
                ..m.modules[0].clone()
            });
        })
    };
    check(NameIsString, external(NAME, &[]), external(NameId(NUMBER.0), &[]));
    check(OwnGlobals, external(NAME, &[]), external(NAME, &[GlobalId(0)]));
    let owner = |owner| {
        with(external(NAME, &[]), |m| {
            m.globals.push(Global { module: ModuleId(owner), ..m.globals[0].clone() })
        })
    };
    check(OwnGlobals, owner(0), owner(1));
    let standing = |id| with(external(NAME, &[]), |m| m.functions[1].module = ModuleId(id));
    check(ModuleBody, standing(0), standing(1));
    let entry = |id| with(external(NAME, &[]), |m| m.entry = ModuleId(id));
    check(ModuleBody, entry(0), entry(1));

    let native = |library: bool, code: Vec<Instr>| {
        with(module(code), |m| {
            m.constants.push(Constant::String("@native".into()));
            m.builtins.push(NameId(2));
            m.modules[0].library = library;
        })
    };
    let get = vec![GetBuiltin { builtin: BuiltinId(1) }, Return {}];
    check(LibraryOnly, native(true, get.clone()), native(false, get));
    let global = |library| {
        with(native(library, vec![Nil {}, Return {}]), |m| {
            m.globals[0].builtin = Some(BuiltinId(1))
        })
    };
    check(LibraryOnly, global(true), global(false));
}

#[test]
fn form_of_functions() {
    use Rule::*;
    let params = |params, required, locals| {
        with(nothing(), |m| {
            let function = &mut m.functions[1];
            (function.params, function.required, function.locals) = (params, required, locals);
        })
    };
    check(Parameters, params(255, 1, 255), params(256, 1, 256));
    check(Parameters, params(2, 2, 2), params(2, 3, 2));
    check(Parameters, params(2, 1, 2), params(2, 1, 1));

    let frame = |locals| with(nothing(), |m| m.functions[0].locals = locals);
    check(FrameSize, frame(65_534), frame(65_535));

    check(CodeEnds, nothing(), module(vec![Nil {}]));
    check(CodeEnds, nothing(), module(vec![]));

    let jump = |target| module(vec![Jump { target: Target(target) }, Nil {}, Throw {}]);
    check(TargetInside, jump(1), jump(3));
    check(Direction, jump(1), jump(0));
    let looping = |at: u32| {
        let target = Target(at);
        module(vec![True {}, Pop {}, True {}, LoopIfTrue { target }, Nil {}, Return {}])
    };
    check(Direction, looping(0), looping(4));
    check(Direction, looping(2), looping(4));

    let caught = |start, end, target| {
        let defers = NewDefers { slot: slot(0) };
        let code = vec![defers, GetGlobal { global: GlobalId(0) }, Return {}, Rethrow {}];
        handled(code, &[(start, end, target, 0)])
    };
    check(HandlerRange, caught(1, 2, 3), caught(1, 1, 3));
    check(HandlerRange, caught(1, 3, 3), caught(1, 4, 3));
    check(HandlerRange, caught(1, 3, 3), caught(1, 3, 4));

    let nested = |handlers: &[(u32, u32, u32, u16)]| {
        let pairs = [Nil {}, Pop {}];
        let mut code = [pairs, pairs, pairs].concat();
        code.extend([Nil {}, Return {}, Rethrow {}, Rethrow {}]);
        handled(code, handlers)
    };
    let (inner, outer) = ((2, 4, 8, 0), (0, 6, 9, 0));
    check(HandlersNest, nested(&[inner, outer]), nested(&[outer, inner]));
    check(HandlersNest, nested(&[inner, outer]), nested(&[(2, 4, 8, 0), (0, 3, 9, 0)]));

    let skip = |target: u32| {
        let mut code = vec![Jump { target: Target(target) }];
        code.extend([Nil {}, Throw {}].repeat(target as usize / 2 + 1));
        module(code)
    };
    check(Reachable, skip(1), skip(3));

    let call = |args: usize| {
        let mut code = vec![Nil {}; args + 1];
        code.extend([Call { args: Count(args as u16) }, Return {}]);
        module(code)
    };
    check(Counts, call(255), call(256));
    let slice = |ends: u8| {
        let mut code = vec![Nil {}; 1 + ends.count_ones() as usize];
        code.extend([Slice { ends: Ends(ends) }, Return {}]);
        module(code)
    };
    check(Counts, slice(3), slice(4));
    let assert = |message| {
        let mut code = vec![Nil {}; message];
        code.push(AssertFailed { message: Count(message as u16) });
        module(code)
    };
    check(Counts, assert(1), assert(2));
}

#[test]
fn operands() {
    use Rule::*;
    check(Underflow, module(vec![Nil {}, Throw {}]), module(vec![Throw {}]));

    let branch = |instr: Instr| {
        let target = Target(4);
        module(vec![Nil {}, True {}, JumpIfFalse { target }, instr, Return {}])
    };
    check(Join, branch(Negate {}), branch(Dup {}));
    let branch = |first: Instr, second: Instr| {
        let (otherwise, end) = (Target(4), Target(5));
        module(vec![
            True {},
            JumpIfFalse { target: otherwise },
            first,
            Jump { target: end },
            second,
            Pop {},
            Nil {},
            Return {},
        ])
    };
    let class = NewClass { name: NAME };
    check(Join, branch(class, class), branch(class, Nil {}));
    check(Join, branch(NewTable {}, Nil {}), branch(NewTable {}, class));

    // The call takes what the handler wants to find.
    let deep = |depth| {
        let code = vec![Nil {}, Nil {}, Call { args: Count(0) }, Pop {}, Return {}, Rethrow {}];
        handled(code, &[(2, 3, 5, depth)])
    };
    check(HandlerDepth, deep(1), deep(2));
    check(HandlerDepth, deep(0), deep(3));

    let class_then = |rest: &[Instr]| {
        let mut code = vec![NewClass { name: NAME }];
        code.extend_from_slice(rest);
        module(code)
    };
    check(OperandKinds, class_then(&[FinishClass {}, Return {}]), class_then(&[Return {}]));
    let unfinished = class_then(&[SetLocal { slot: slot(0) }, Nil {}, Return {}]);
    check(OperandKinds, nothing(), unfinished);
    let inherit = |first: Instr| module(vec![first, Nil {}, Inherit {}, FinishClass {}, Return {}]);
    check(OperandKinds, inherit(NewClass { name: NAME }), inherit(Nil {}));
    let append =
        |first: Instr| module(vec![first, Nil {}, AppendItems { items: Count(1) }, Return {}]);
    check(OperandKinds, append(NewArray { items: Count(0) }), append(NewTable {}));
    let insert = |first: Instr| {
        module(vec![first, Nil {}, Nil {}, InsertPairs { pairs: Count(1) }, Return {}])
    };
    check(OperandKinds, insert(NewTable {}), insert(Nil {}));
    let caught = |last: Instr| handled(vec![Nil {}, Throw {}, last], &[(0, 2, 2, 0)]);
    check(OperandKinds, caught(Rethrow {}), caught(Throw {}));
    // A value or an error may be either, so each alone is taken too.
    assert!(verify(module(vec![Nil {}, Rethrow {}])).is_ok());

    let add = |kind| {
        let closure = Closure { function: OTHER };
        let add = AddMethod { name: NAME };
        let code = vec![NewClass { name: NAME }, closure, add, FinishClass {}, Return {}];
        making(code, |function| function.kind = kind)
    };
    check(OperandKinds, add(FunctionKind::Method), add(FunctionKind::Plain));
    let made = |kind| {
        let code = vec![Closure { function: OTHER }, Return {}];
        making(code, |function| function.kind = kind)
    };
    check(OperandKinds, made(FunctionKind::Plain), made(FunctionKind::Initializer));

    check(ReturnAlone, nothing(), module(vec![Nil {}, Nil {}, Return {}]));
}

#[test]
fn locals() {
    use Rule::*;
    let (get, set) = (GetLocal { slot: slot(0) }, SetLocal { slot: slot(0) });
    let (cell, get_cell) = (NewCell { slot: slot(0) }, GetCell { slot: slot(0) });
    let two = |first: Instr, second: Instr| module(vec![Nil {}, first, second, Return {}]);
    check(LocalKind, two(set, get), two(Pop {}, get));
    check(LocalKind, two(cell, get_cell), two(set, get_cell));
    check(LocalKind, two(cell, get_cell), two(cell, get));

    // Set on one way only.
    let one_way = |target| {
        let target = Target(target);
        module(vec![True {}, JumpIfFalse { target }, Nil {}, set, get, Return {}])
    };
    let both_ways = with(one_way(4), |m| {
        m.functions[0].code.splice(0..0, [Nil {}, set]);
        m.functions[0].code[3] = JumpIfFalse { target: Target(6) };
    });
    check(LocalKind, both_ways, one_way(4));

    // Set somewhere in the covered code is not set in the handler.
    let covered = |start| {
        handled(vec![Nil {}, set, Nil {}, Throw {}, Pop {}, get, Return {}], &[(start, 4, 4, 0)])
    };
    check(LocalKind, covered(2), covered(1));

    let param = |given: bool| {
        let (slot, target) = (slot(0), Target(3));
        let ask = JumpIfGiven { slot, target };
        let code =
            if given { vec![ask, Nil {}, set, get, Return {}] } else { vec![get, Return {}] };
        making(vec![Closure { function: OTHER }, Return {}], |function| {
            function.params = 1;
            function.code = code.into();
        })
    };
    check(LocalKind, param(true), param(false));

    let foreach = |other: u16| {
        let (state, target) = (slot(1), Target(3));
        module(vec![
            Nil {},
            ForeachStart { state },
            Jump { target: Target(6) },
            SetLocal { slot: slot(0) },
            SetLocal { slot: slot(other) },
            Jump { target: Target(6) },
            ForeachNext { state, target },
            Nil {},
            Return {},
        ])
    };
    check(LocalKind, foreach(3), foreach(1));
    check(LocalKind, foreach(3), foreach(2));

    // What is being run is not added to: that would never end.
    let defer = |again: Instr| {
        let (list, target) = (slot(0), Target(2));
        module(vec![
            NewDefers { slot: list },
            Jump { target: Target(4) },
            again,
            Jump { target: Target(4) },
            DeferNext { slot: list, target },
            Nil {},
            Return {},
        ])
    };
    check(LocalKind, defer(Pop {}), defer(Defer { slot: slot(0) }));
}

#[test]
fn captures() {
    use Rule::*;
    let capture = CaptureId(0);
    let made = |set: Instr, captured: Capture, get: Instr| {
        let code = vec![Nil {}, set, Closure { function: OTHER }, Return {}];
        making(code, |function| {
            function.captures = vec![captured];
            function.code = vec![get, Return {}].into();
        })
    };
    let (value, cell) = (SetLocal { slot: slot(0) }, NewCell { slot: slot(0) });
    let get_value = GetCapture { index: capture };
    let get_cell = GetCaptureCell { index: capture };
    let (of_value, of_cell) = (Capture::Local(slot(0)), Capture::Cell(slot(0)));
    check(CaptureKind, made(value, of_value, get_value), made(value, of_value, get_cell));
    check(CaptureKind, made(cell, of_cell, get_cell), made(cell, of_cell, get_value));
    check(CaptureSource, made(value, of_value, get_value), made(cell, of_value, get_value));
    check(CaptureSource, made(cell, of_cell, get_cell), made(value, of_cell, get_cell));
    check(CaptureSource, made(value, of_value, get_value), made(Pop {}, of_value, get_value));
    let outside = made(value, Capture::Capture(capture), get_value);
    check(IndexInRange, made(value, of_value, get_value), outside);

    let top_level = module(vec![Closure { function: FunctionId(0) }, Return {}]);
    check(NotAClosure, nothing(), top_level);

    let table = vec![ModuleTable { module: MODULE }, Return {}];
    let elsewhere = with(nothing(), |m| m.functions[1].code = table.clone().into());
    check(OwnModule, module(table.clone()), elsewhere);
}

#[test]
fn work_is_limited() {
    // A closure of many captures made often costs far more than its instructions say.
    let made = |times| {
        let get = [Closure { function: OTHER }, Pop {}].repeat(times);
        let code =
            [vec![Nil {}, SetLocal { slot: slot(0) }], get, vec![Nil {}, Return {}]].concat();
        making(code, |function| function.captures = vec![Capture::Local(slot(0)); 60_000])
    };
    check(Rule::Complexity, made(4), made(1000));
}

#[test]
fn facts() {
    let target = Target(3);
    let code = vec![True {}, JumpIfFalseElsePop { target }, Nil {}, Return {}];
    let verified = verify(module(code)).expect("a sound module");
    assert_eq!(verified.facts(FunctionId(0)).max_stack, 1);
    assert_eq!(verified.depths(FunctionId(0)), [0, 1, 0, 1]);
    let caught = vec![Nil {}, Nil {}, Throw {}, Rethrow {}];
    let verified = verify(handled(caught, &[(1, 3, 3, 1)])).expect("a sound module");
    assert_eq!(verified.facts(FunctionId(0)).max_stack, 2);
    assert_eq!(verified.depths(FunctionId(0)), [0, 1, 2, 2]);
}
