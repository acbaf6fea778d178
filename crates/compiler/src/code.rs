//! The instruction buffer of one function.
//!
//! While code is appended, the buffer knows whether the place it stands at can be reached, and how
//! deep the operand stack is there. Instructions appended to an unreachable place vanish, so no dead
//! code is ever made (the verifier refuses it). Jumps go to [`Label`]s; targets are filled in by
//! [`Code::finish`].

use sox_bytecode::{Handler, Instr, Target};
use sox_diagnostics::Span;

/// A place in the code, to be bound once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

#[derive(Clone, Copy, Default)]
struct LabelState {
    /// The instruction it stands before, once bound.
    at: Option<u32>,
    /// Depth of the operand stack there, once anything jumps to it.
    depth: Option<u32>,
}

/// Code being appended to. After [`Code::finish`] it serves the next function, with the memory it has:
/// what functions keep is as large as it must be, and nothing is moved while it grows.
#[derive(Default)]
pub(crate) struct Code {
    instrs: Vec<Instr>,
    handlers: Vec<Handler>,
    spans: Vec<(u32, Span)>,
    labels: Vec<LabelState>,
    /// The instructions with targets.
    jumps: Vec<u32>,
    depth: u32,
    max_depth: u32,
    reachable: bool,
}

/// Finished code.
pub(crate) struct Finished {
    pub(crate) instrs: Vec<Instr>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) spans: Vec<(u32, Span)>,
    pub(crate) max_depth: u32,
}

impl Code {
    /// Begins the code of a function.
    pub(crate) fn begin(&mut self) {
        self.instrs.clear();
        self.handlers.clear();
        self.spans.clear();
        self.labels.clear();
        self.jumps.clear();
        self.depth = 0;
        self.max_depth = 0;
        self.reachable = true;
    }

    /// The number the next instruction will have.
    pub(crate) fn here(&self) -> u32 {
        self.instrs.len() as u32
    }

    /// Whether control can come to the next instruction.
    pub(crate) fn reachable(&self) -> bool {
        self.reachable
    }

    /// Appends an instruction made from this place in the source.
    pub(crate) fn emit(&mut self, span: Span, instr: Instr) {
        debug_assert!(instr.target().is_none(), "targets are labels: use jump");
        self.append(span, instr);
    }

    /// A label that is not bound yet.
    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() as u32 - 1)
    }

    /// Appends an instruction that may go to a label; `instr` makes it from its target.
    pub(crate) fn jump(&mut self, span: Span, label: Label, instr: impl FnOnce(Target) -> Instr) {
        if !self.reachable {
            return;
        }
        let instr = instr(Target(label.0));
        let depth = self.depth - instr.takes() + instr.leaves_jumping();
        let known = self.labels[label.0 as usize].depth.get_or_insert(depth);
        debug_assert_eq!(*known, depth, "paths to a label leave different depths");
        self.jumps.push(self.here());
        self.append(span, instr);
    }

    /// Puts a label here. If anything jumped to it, this place is reachable.
    pub(crate) fn bind(&mut self, label: Label) {
        let here = self.here();
        let state = &mut self.labels[label.0 as usize];
        debug_assert!(state.at.is_none(), "a label is bound once");
        state.at = Some(here);
        if let Some(depth) = state.depth {
            debug_assert!(!self.reachable || self.depth == depth, "paths meet at different depths");
            self.depth = depth;
            self.reachable = true;
        }
    }

    /// Puts here a label that only later instructions go to, with this many values on the stack.
    /// The caller sees to it that one does.
    pub(crate) fn bind_loop(&mut self, label: Label, depth: u32) {
        debug_assert!(!self.reachable, "bodies of loops are entered by jumping back");
        self.labels[label.0 as usize].depth = Some(depth);
        self.bind(label);
    }

    /// Makes this place the handler of the instructions from `start` to before `end`, with the error
    /// as the only value on the operand stack. Nothing can come here if there are none.
    pub(crate) fn handle(&mut self, start: u32, end: u32) {
        debug_assert!(!self.reachable, "handlers are entered by errors only");
        if start < end {
            self.handlers.push(Handler { start, end, target: Target(self.here()), depth: 0 });
            self.depth = 1;
            self.max_depth = self.max_depth.max(1);
            self.reachable = true;
        }
    }

    /// Fills in the targets and gives the code.
    pub(crate) fn finish(&mut self) -> Finished {
        debug_assert!(!self.reachable, "code may not run off its end");
        let place = |label: Target| {
            Target(self.labels[label.0 as usize].at.expect("every label that is used is bound"))
        };
        for &jump in &self.jumps {
            let instr = &mut self.instrs[jump as usize];
            *instr = instr.map_target(place);
        }
        Finished {
            instrs: self.instrs.clone(),
            handlers: self.handlers.clone(),
            spans: self.spans.clone(),
            max_depth: self.max_depth,
        }
    }

    fn append(&mut self, span: Span, instr: Instr) {
        if !self.reachable {
            return;
        }
        if self.spans.last().is_none_or(|&(_, last)| last != span) {
            self.spans.push((self.here(), span));
        }
        self.instrs.push(instr);
        let effect = instr.stack_effect();
        let below = self.depth - effect.takes;
        self.depth = below + effect.leaves;
        self.max_depth = self.max_depth.max(self.depth).max(below + effect.leaves_jumping);
        self.reachable = !effect.ends;
    }
}
