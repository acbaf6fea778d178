//! Code that leaves the operand stack as it was, to be put anywhere.

use super::mutate::Mutation;
use sox_bytecode::{Count, Handler, Instr, Local, Opcode, Target};

/// Code for a place, and its handlers.
#[derive(Default)]
pub(super) struct Snippet {
    pub(super) code: Vec<Instr>,
    pub(super) handlers: Vec<Handler>,
}

/// Any snippet for a place where there are so many operands.
pub(super) fn any(mutation: &mut Mutation, at: u32, depth: u16) -> Snippet {
    let mut code = Vec::new();
    let mut handlers = Vec::new();
    match mutation.random.below(10) {
        0 => {
            values(mutation, &mut code, at, 1);
            code.push(Instr::SetLocal { slot: local(mutation) });
        }
        1 => {
            values(mutation, &mut code, at, 1);
            code.push(Instr::Print {});
        }
        2 => {
            values(mutation, &mut code, at, 1);
            let target = Target(at + code.len() as u32 + 3);
            code.extend([Instr::JumpIfTrue { target }, Instr::Nil {}, Instr::Pop {}]);
        }
        3 => counted_loop(mutation, &mut code, at),
        4 => foreach(mutation, &mut code, at),
        5 => protected(mutation, &mut code, &mut handlers, at, depth),
        6 => {
            let slot = fresh(mutation, 1);
            values(mutation, &mut code, at, 1);
            code.push(Instr::NewCell { slot });
            values(mutation, &mut code, at, 1);
            code.extend([Instr::SetCell { slot }, Instr::GetCell { slot }, Instr::Pop {}]);
        }
        7 => {
            let args = mutation.random.below(4) as u16;
            values(mutation, &mut code, at, u32::from(args) + 1);
            code.extend([Instr::Call { args: Count(args) }, Instr::Pop {}]);
        }
        _ => operation(mutation, &mut code, at),
    }
    Snippet { code, handlers }
}

/// An operation and what it needs; its results are dropped.
fn operation(mutation: &mut Mutation, code: &mut Vec<Instr>, at: u32) {
    for _ in 0..40 {
        let instr = mutation.instruction(at as usize);
        let (takes, leaves) = (instr.takes(), instr.leaves());
        if takes > 6 || instr.target().is_some() || instr.effects().ends {
            continue;
        }
        values(mutation, code, at, takes);
        code.push(instr);
        code.extend((0..leaves).map(|_| Instr::Pop {}));
        return;
    }
}

/// Pushes so many values.
fn values(mutation: &mut Mutation, code: &mut Vec<Instr>, at: u32, count: u32) {
    const PUSHES: [Opcode; 12] = [
        Opcode::Nil,
        Opcode::True,
        Opcode::Const,
        Opcode::Const,
        Opcode::Const,
        Opcode::GetLocal,
        Opcode::GetLocal,
        Opcode::GetGlobal,
        Opcode::GetBuiltin,
        Opcode::GetCapture,
        Opcode::NewTable,
        Opcode::Closure,
    ];
    for _ in 0..count {
        let opcode = mutation.random.pick(&PUSHES);
        code.push(mutation.with_operands(opcode, at as usize));
    }
}

/// ```text
/// Jump test; body: operation; test: value; LoopIfTrue body
/// ```
fn counted_loop(mutation: &mut Mutation, code: &mut Vec<Instr>, at: u32) {
    code.push(Instr::Nil {});
    operation(mutation, code, at);
    let test = at + code.len() as u32;
    code[0] = Instr::Jump { target: Target(test) };
    values(mutation, code, at, 1);
    code.push(Instr::LoopIfTrue { target: Target(at + 1) });
}

/// ```text
/// value; ForeachStart; Jump next; body: Pop; Pop; next: ForeachNext body
/// ```
fn foreach(mutation: &mut Mutation, code: &mut Vec<Instr>, at: u32) {
    let state = fresh(mutation, 2);
    values(mutation, code, at, 1);
    code.extend([
        Instr::ForeachStart { state },
        Instr::Jump { target: Target(at + 5) },
        Instr::Pop {},
        Instr::Pop {},
        Instr::ForeachNext { state, target: Target(at + 3) },
    ]);
}

/// ```text
/// operation; Jump end; handler of the operation: Pop; end:
/// ```
fn protected(
    mutation: &mut Mutation,
    code: &mut Vec<Instr>,
    handlers: &mut Vec<Handler>,
    at: u32,
    depth: u16,
) {
    operation(mutation, code, at);
    let target = Target(at + code.len() as u32 + 1);
    code.push(Instr::Jump { target: Target(target.0 + 1) });
    code.push(Instr::Pop {});
    handlers.push(Handler { start: at, end: target.0, target, depth });
}

/// The first of so many slots that nothing else uses.
fn fresh(mutation: &mut Mutation, count: u16) -> Local {
    let function = mutation.function();
    let first = function.locals;
    function.locals = first.saturating_add(count);
    Local(first)
}

/// A slot that may be in use.
fn local(mutation: &mut Mutation) -> Local {
    let locals = mutation.function().locals;
    Local(mutation.random.below(usize::from(locals).max(1)) as u16)
}
