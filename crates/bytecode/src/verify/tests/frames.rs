//! What the verifier finds out about the size of frames, and frames of many slots.

use super::*;

#[test]
fn the_error_a_handler_is_entered_with_counts() {
    // What is covered leaves nothing on the operand stack, and what follows takes the error away.
    let code = vec![NewDefers { slot: slot(0) }, Nil {}, Return {}, Pop {}, Nil {}, Return {}];
    let deep = with(handled(code, &[(0, 1, 3, 0)]), |m| {
        m.functions[0].code[1] = Jump { target: Target(2) };
        m.functions[0].code[2] = Jump { target: Target(4) };
    });
    let verified = verify(deep).expect("a sound module");
    assert_eq!(verified.facts(FunctionId(0)).max_stack, 1);
    let throwing = |locals| {
        let code = vec![NewDefers { slot: slot(0) }, Jump { target: Target(3) }, Rethrow {}];
        let loops = [Jump { target: Target(4) }, NewDefers { slot: slot(0) }];
        let end = [Loop { target: Target(3) }];
        let code = [code, loops.to_vec(), end.to_vec()].concat();
        with(handled(code, &[(0, 1, 2, 0)]), |m| m.functions[0].locals = locals)
    };
    check(Rule::FrameSize, throwing(65_534), throwing(65_535));
}

#[test]
fn large_frames_are_looked_at_like_small_ones() {
    // Many locals, set one after the other in blocks of their own, and read at the end.
    let many = |locals: u16, unset: u16| {
        let mut code = Vec::new();
        for number in (0..locals).filter(|&number| number != unset) {
            let target = Target(code.len() as u32 + 3);
            code.extend([True {}, JumpIfTrue { target }, Jump { target }, Nil {}]);
            code.push(SetLocal { slot: slot(number) });
        }
        code.extend((0..locals).flat_map(|number| [GetLocal { slot: slot(number) }, Pop {}]));
        code.extend([Nil {}, Return {}]);
        with(module(code), |m| m.functions[0].locals = locals)
    };
    for locals in [3, 59, 60, 61, 300, 5000] {
        check(Rule::LocalKind, many(locals, locals), many(locals, locals / 2));
    }
    let deep = |operands: usize, first: Instr| {
        let calls = operands.div_ceil(256);
        let mut code = vec![first];
        code.resize(1 + operands, Nil {});
        code.extend(vec![Call { args: Count(255) }; calls - 1]);
        code.extend(vec![Pop {}; operands - 255 * (calls - 1)]);
        code.push(Return {});
        module(code)
    };
    check(Rule::OperandKinds, deep(3000, Nil {}), deep(3000, NewClass { name: NAME }));
}
