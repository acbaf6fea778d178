//! Where the operand stack of bytecode lives in registers.
//!
//! Each position of the operand stack has a *home*: a register after the locals, in order. A call
//! needs room behind its callee, though: one register for the return word, and for a method call
//! one more, since `callee, return word, this, arguments` are made of `receiver, arguments`. So the
//! home of a position depends on what the values below it will be used for, and that is found out
//! here, ahead of translation: the code is walked once with a stack of *producers*, producers that
//! meet at a join become one (union-find), and a call marks the producer of its callee.

use sox_bytecode::{Function, Handler, Instr};

/// What the walk found.
pub(crate) struct Layout {
    /// Number of the first value each instruction pushes; [`UNREACHED`] if nothing gets there.
    first: Vec<u32>,
    /// Union-find parents of values; roots carry the gap.
    parents: Vec<u32>,
    gaps: Vec<u8>,
    /// The operand stack at instructions where blocks begin.
    stacks: Vec<Option<Box<[u32]>>>,
    /// Per instruction, the handler an error in it goes to.
    innermost: Vec<Option<u32>>,
}

const UNREACHED: u32 = u32::MAX;

impl Layout {
    /// Walks a function. `leaders` are the instructions where blocks begin.
    pub(crate) fn of(function: &Function, leaders: &[bool]) -> Layout {
        let count = function.code.len();
        let mut layout = Layout {
            first: vec![UNREACHED; count],
            parents: Vec::new(),
            gaps: Vec::new(),
            stacks: vec![None; count],
            innermost: function.innermost_handlers(),
        };
        let mut work = Vec::new();
        layout.meet(0, &[], &mut work);
        while let Some(start) = work.pop() {
            layout.walk(function, leaders, start, &mut work);
        }
        layout
    }

    fn walk(&mut self, function: &Function, leaders: &[bool], start: usize, work: &mut Vec<usize>) {
        let mut stack = self.stacks[start].as_ref().map_or_else(Vec::new, |stack| stack.to_vec());
        // What covers the first instruction of a block covers all of it, and leaves alone what lies
        // below the handler's depth.
        if let Some(handler) = self.handler(function, start) {
            self.enter_handler(handler, &stack, work);
        }
        let mut at = start;
        loop {
            let instr = function.code[at];
            let below = stack.len() - instr.takes() as usize;
            self.mark(instr, &stack[below..]);
            stack.truncate(below);
            let first = self.fresh(instr.leaves().max(instr.leaves_jumping()));
            self.first[at] = first;
            if let Some(target) = instr.target() {
                stack.extend(first..first + instr.leaves_jumping());
                self.meet(target.index(), &stack, work);
                stack.truncate(below);
            }
            if instr.effects().ends {
                return;
            }
            stack.extend(first..first + instr.leaves());
            at += 1;
            if leaders[at] {
                self.meet(at, &stack, work);
                return;
            }
        }
    }

    /// A callee needs room for the return word, a receiver also for `this`.
    fn mark(&mut self, instr: Instr, taken: &[u32]) {
        let gap = match instr {
            Instr::Call { .. } => 1,
            Instr::Invoke { .. } | Instr::SuperInvoke { .. } => 2,
            _ => return,
        };
        let root = self.root(taken[0]) as usize;
        self.gaps[root] = self.gaps[root].max(gap);
    }

    /// The handler an error in an instruction goes to.
    pub(crate) fn handler(&self, function: &Function, at: usize) -> Option<Handler> {
        let index = self.innermost.get(at).copied().flatten()?;
        Some(function.handlers[index as usize])
    }

    /// The handlers that are the innermost of some instruction, in order. No error ever goes to the
    /// others, and nothing is known of what they would find.
    pub(crate) fn entered_handlers(&self, function: &Function) -> Vec<Handler> {
        let mut entered = vec![false; function.handlers.len()];
        self.innermost.iter().flatten().for_each(|&index| entered[index as usize] = true);
        let handlers = function.handlers.iter().zip(entered);
        handlers.filter_map(|(handler, entered)| entered.then_some(*handler)).collect()
    }

    /// What lies below the depth of a handler is the same in all it covers and at its target.
    fn enter_handler(&mut self, handler: Handler, stack: &[u32], work: &mut Vec<usize>) {
        let target = handler.target.index();
        let depth = usize::from(handler.depth);
        let error = match &self.stacks[target] {
            Some(known) => known[depth],
            None => self.fresh(1),
        };
        let mut entry = stack[..depth].to_vec();
        entry.push(error);
        self.meet(target, &entry, work);
    }

    /// Another way into a block.
    fn meet(&mut self, at: usize, stack: &[u32], work: &mut Vec<usize>) {
        match self.stacks[at].take() {
            None => {
                self.stacks[at] = Some(stack.into());
                work.push(at);
            }
            Some(known) => {
                debug_assert_eq!(known.len(), stack.len(), "depths agree in verified code");
                for (&a, &b) in known.iter().zip(stack) {
                    self.unite(a, b);
                }
                self.stacks[at] = Some(known);
            }
        }
    }

    fn fresh(&mut self, count: u32) -> u32 {
        let first = self.parents.len() as u32;
        self.parents.extend(first..first + count);
        self.gaps.resize(self.parents.len(), 0);
        first
    }

    fn root(&mut self, mut value: u32) -> u32 {
        while self.parents[value as usize] != value {
            let parent = self.parents[value as usize];
            self.parents[value as usize] = self.parents[parent as usize];
            value = parent;
        }
        value
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parents[b as usize] = a;
            self.gaps[a as usize] = self.gaps[a as usize].max(self.gaps[b as usize]);
        }
    }

    /// Whether control gets to an instruction.
    pub(crate) fn reached(&self, at: usize) -> bool {
        self.first[at] != UNREACHED
    }

    /// Registers to leave free behind value `index` of those the instruction pushes.
    pub(crate) fn gap_of_pushed(&mut self, at: usize, index: u32) -> u32 {
        let root = self.root(self.first[at] + index);
        u32::from(self.gaps[root as usize])
    }

    /// The gaps of the stack where a block begins, bottom first.
    pub(crate) fn gaps_at(&mut self, at: usize) -> Vec<u32> {
        let stack = self.stacks[at].take().unwrap_or_default();
        let mut gaps = Vec::with_capacity(stack.len());
        for &value in &stack {
            let root = self.root(value);
            gaps.push(u32::from(self.gaps[root as usize]));
        }
        self.stacks[at] = Some(stack);
        gaps
    }
}
