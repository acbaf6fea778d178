//! Modules made by hand: operand stacks no compiler of ours makes.

use Instr::*;
use sox_bytecode::{
    Capture, CaptureId, ConstId, Constant, Count, Function, FunctionId, FunctionKind, Handler,
    Instr, Local, Module, ModuleInfo, NameId, Source, Target, verify,
};
use sox_diagnostics::SourceId;
use sox_runtime::{Config, Fault, Isolate, Unpacked};
use sox_vm::Vm;
use std::sync::Arc;

/// Constants: the name, then the numbers from 1 on.
const NAME: NameId = NameId(0);

fn number(number: u32) -> Instr {
    Const { value: ConstId(number) }
}

fn function(kind: FunctionKind, params: u16, locals: u16, code: Vec<Instr>) -> Function {
    Function { name: NAME, params, required: params, locals, ..Function::new(kind, code) }
}

/// A module whose top level is this code; function 1 gives `10 a + b`, function 2 throws.
fn module(code: Vec<Instr>) -> Module {
    let mut constants = vec![Constant::String("m".into())];
    constants.extend((1..=10).map(|number| Constant::Number(f64::from(number))));
    let (a, b) = (GetLocal { slot: Local(0) }, GetLocal { slot: Local(1) });
    Module {
        constants,
        functions: vec![
            function(FunctionKind::Module, 0, 4, code),
            function(
                FunctionKind::Plain,
                2,
                2,
                vec![a, number(10), Multiply {}, b, Add {}, Return {}],
            ),
            function(FunctionKind::Plain, 1, 1, vec![a, Throw {}]),
        ],
        modules: vec![ModuleInfo {
            name: NAME,
            source: SourceId(0),
            body: FunctionId(0),
            globals: Vec::new(),
            library: false,
            external: None,
        }],
        sources: vec![Source { name: "m".into(), line_starts: vec![0] }],
        ..Module::default()
    }
}

/// What the top level of a module returns, printed.
#[track_caller]
fn result(module: Module) -> String {
    let module = match verify(module) {
        Ok(module) => Arc::new(module),
        Err(error) => panic!("{error}"),
    };
    let results = [false, true].map(|gc_stress| {
        let mut iso = Isolate::new(Config { gc_stress, ..Config::default() });
        let mut vm = Vm::new();
        let unit = vm.load(&mut iso, module.clone()).unwrap();
        match vm.run_entry(&mut iso, unit) {
            Ok(()) => iso.text_of(iso.stack().top()).unwrap().unwrap().text().to_owned(),
            Err(Fault::Thrown) => format!("thrown {:?}", iso.pending().unwrap().thrown()),
            Err(fault) => panic!("{fault:?}"),
        }
    });
    assert_eq!(results[0], results[1], "a collection changed the result");
    results[0].clone()
}

#[track_caller]
fn gives(code: Vec<Instr>, expected: &str) {
    assert_eq!(result(module(code)), expected);
}

const CLOSURE: Instr = Closure { function: FunctionId(1) };
const CALL_2: Instr = Call { args: Count(2) };

#[test]
fn a_callee_may_come_from_a_join() {
    for (condition, expected) in [(True {}, "12"), (False {}, "12")] {
        gives(
            vec![
                condition,
                JumpIfFalse { target: Target(4) },
                CLOSURE,
                Jump { target: Target(5) },
                CLOSURE,
                number(1),
                number(2),
                CALL_2,
                Return {},
            ],
            expected,
        );
    }
}

#[test]
fn a_value_may_be_callee_on_one_way_and_item_on_another() {
    for (condition, expected) in [(True {}, "12"), (False {}, "[<fn m>,1,2]")] {
        gives(
            vec![
                condition,
                SetLocal { slot: Local(0) },
                CLOSURE,
                GetLocal { slot: Local(0) },
                JumpIfFalse { target: Target(9) },
                number(1),
                number(2),
                CALL_2,
                Return {},
                number(1),
                number(2),
                NewArray { items: Count(3) },
                Return {},
            ],
            expected,
        );
    }
}

#[test]
fn items_may_be_pushed_over_a_pending_call() {
    // m(m(1, 2), [m(3, 4), 5][0])
    gives(
        vec![
            CLOSURE,
            CLOSURE,
            number(1),
            number(2),
            CALL_2,
            CLOSURE,
            number(3),
            number(4),
            CALL_2,
            number(5),
            NewArray { items: Count(2) },
            number(1),
            number(1),
            Subtract {},
            GetIndex {},
            CALL_2,
            Return {},
        ],
        "154",
    );
}

#[test]
fn copies_stay_what_they_were() {
    let x = Local(0);
    // [x, x, x + 1, x + 1, x, x + 1] with assignments in between
    gives(
        vec![
            number(5),
            SetLocal { slot: x },
            GetLocal { slot: x },
            Dup {},
            GetLocal { slot: x },
            number(1),
            Add {},
            Dup {},
            SetLocal { slot: x },
            GetLocal { slot: x },
            Dup2 {},
            Add {},
            SetLocal { slot: x },
            NewArray { items: Count(4) },
            Return {},
        ],
        "[5,5,6,6]",
    );
    gives(
        vec![
            number(2),
            number(3),
            Dup2 {},
            Dup2 {},
            Add {},
            SetLocal { slot: x },
            GetLocal { slot: x },
            Multiply {},
            Add {},
            NewArray { items: Count(3) },
            Return {},
        ],
        "[2,3,17]",
    );
    // A comparison of which a copy stays, before a jump.
    gives(
        vec![
            number(2),
            number(3),
            Less {},
            Dup {},
            JumpIfFalse { target: Target(7) },
            number(1),
            Jump { target: Target(8) },
            number(9),
            NewArray { items: Count(2) },
            Return {},
        ],
        "[true,1]",
    );
    // A result that was stored while a copy of it waits.
    gives(
        vec![
            number(2),
            SetLocal { slot: x },
            GetLocal { slot: x },
            number(3),
            Multiply {},
            Dup {},
            Dup {},
            SetLocal { slot: x },
            GetLocal { slot: x },
            number(1),
            Add {},
            SetLocal { slot: x },
            GetLocal { slot: x },
            NewArray { items: Count(3) },
            Return {},
        ],
        "[6,6,7]",
    );
}

#[test]
fn handlers_keep_the_values_below_them() {
    let throw = Closure { function: FunctionId(2) };
    let code = |shown: Instr| {
        vec![
            number(1),
            number(2),
            Dup {},
            throw,
            shown,
            Call { args: Count(1) },
            Jump { target: Target(8) },
            Caught {},
            NewArray { items: Count(4) },
            Return {},
        ]
    };
    let mut kept = module(code(number(7)));
    kept.functions[0].handlers = vec![Handler { start: 3, end: 6, target: Target(7), depth: 3 }];
    assert_eq!(result(kept), "[1,2,2,7]");
}

#[test]
fn a_value_stored_into_a_member_stays_on_the_stack() {
    let t = Local(0);
    gives(
        vec![
            NewTable {},
            SetLocal { slot: t },
            CLOSURE,
            GetLocal { slot: t },
            number(4),
            SetField { name: NAME },
            GetLocal { slot: t },
            number(5),
            number(6),
            SetIndex {},
            CALL_2,
            GetLocal { slot: t },
            GetLocal { slot: t },
            GetField { name: NAME },
            NewArray { items: Count(3) },
            Return {},
        ],
        "[46,<table>{{\"m\":4},{5:6}},4]",
    );
}

#[test]
fn captures_are_taken_as_they_are_now() {
    let mut module = module(vec![
        number(3),
        SetLocal { slot: Local(0) },
        number(4),
        NewCell { slot: Local(1) },
        Closure { function: FunctionId(3) },
        number(9),
        SetLocal { slot: Local(0) },
        number(8),
        SetCell { slot: Local(1) },
        Call { args: Count(0) },
        GetCell { slot: Local(1) },
        NewArray { items: Count(2) },
        Return {},
    ]);
    let (x, cell) = (CaptureId(0), CaptureId(1));
    let mut inner = function(
        FunctionKind::Plain,
        0,
        0,
        vec![
            GetCapture { index: x },
            GetCaptureCell { index: cell },
            Add {},
            Dup {},
            SetCaptureCell { index: cell },
            Return {},
        ],
    );
    inner.captures = vec![Capture::Local(Local(0)), Capture::Cell(Local(1))];
    module.functions.push(inner);
    assert_eq!(result(module), "[11,11]");
}

#[test]
fn the_number_zero_can_be_called_without_harm() {
    let code = vec![number(1), number(1), Subtract {}, Call { args: Count(0) }, Return {}];
    let module = verify(module(code)).unwrap();
    let mut iso = Isolate::new(Config::default());
    let mut vm = Vm::new();
    let unit = vm.load(&mut iso, Arc::new(module)).unwrap();
    assert!(matches!(vm.run_entry(&mut iso, unit), Err(Fault::Thrown)));
    let error = iso.pending().unwrap();
    assert!(matches!(error.thrown().unpack(), Unpacked::Error(_)));
    assert_eq!(error.message().text(), "Can only call functions and classes.");
}

#[test]
fn an_assertion_needs_no_register() {
    let mut module = module(vec![AssertFailed { message: Count(0) }]);
    module.functions[0].locals = 0;
    let module = verify(module).unwrap();
    let mut iso = Isolate::new(Config::default());
    let mut vm = Vm::new();
    let unit = vm.load(&mut iso, Arc::new(module)).unwrap();
    assert!(matches!(vm.run_entry(&mut iso, unit), Err(Fault::Thrown)));
    assert_eq!(iso.pending().unwrap().message().text(), "Assertion failed.");
}

#[test]
fn a_handler_that_no_error_goes_to_may_say_anything() {
    let code = vec![number(1), Throw {}, Pop {}, number(7), Return {}];
    let mut module = module(code);
    let inner = Handler { start: 0, end: 2, target: Target(2), depth: 0 };
    module.functions[0].handlers = vec![inner, Handler { depth: 3, ..inner }];
    assert_eq!(result(module.clone()), "7");
    // Its target is got to, but otherwise, and with nothing on the operand stack.
    module.functions[0].handlers[1] = Handler { target: Target(3), depth: 2, ..inner };
    assert_eq!(result(module), "7");
}

#[test]
fn errors_go_to_the_innermost_of_many_handlers() {
    // try { try { … throw 1 … } catch { throw 2 } } catch { throw 2 } …, each over all before it
    const DEPTH: u32 = 2000;
    let mut code = vec![number(1), Throw {}];
    let mut handlers = Vec::new();
    for _ in 0..DEPTH {
        let end = code.len() as u32;
        handlers.push(Handler { start: 0, end, target: Target(end), depth: 0 });
        code.extend([Pop {}, number(2), Throw {}]);
    }
    let end = code.len() as u32;
    handlers.push(Handler { start: 0, end, target: Target(end), depth: 0 });
    code.extend([Caught {}, number(5), Add {}, Return {}]);
    let mut module = module(code);
    module.functions[0].handlers = handlers;
    assert_eq!(result(module), "7");
}
