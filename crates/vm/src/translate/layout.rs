//! Where the operand stack of bytecode lives in registers.
//!
//! Each position of the operand stack has a *home*: a register after the locals, in order. A call
//! needs room behind its callee, though: one register for the return word, and for a method call
//! one more, since `callee, return word, this, arguments` are made of `receiver, arguments`. So the
//! home of a position depends on what the values below it will be used for, and that is found out
//! here, ahead of translation: the code is walked once with a stack of *producers*, producers that
//! meet at a join become one (union-find), and a call marks the producer of its callee.
//!
//! A function may have tens of thousands of operands on its stack and as many blocks. So no block has
//! a copy of the stack it begins with: a value knows the one below it, the topmost one stands for the
//! whole stack, and those of different blocks share what is below. Where two stacks meet, what was
//! joined once is joined all the way down, so everything here is linear in the size of the code (but
//! for the logarithms of union-find and of finding what lies at a depth).

use sox_bytecode::{Function, Handler, Instr};

/// What the walk found.
pub(crate) struct Layout {
    /// Number of the first value each instruction pushes; [`UNREACHED`] if nothing gets there.
    first: Vec<u32>,
    /// The values, those further down in a stack before those above them.
    values: Vec<Value>,
    /// The top of the operand stack at instructions where blocks begin; [`UNREACHED`] elsewhere.
    tops: Vec<u32>,
    /// Per instruction, the handler an error in it goes to.
    innermost: Vec<Option<u32>>,
}

const UNREACHED: u32 = u32::MAX;

/// In place of a value where the stack ends.
pub(crate) const BOTTOM: u32 = 0;

/// Something an instruction pushes, at one position of the operand stack.
struct Value {
    /// Another value that it meets somewhere, itself if there is none (union-find).
    parent: u32,
    /// The value below it.
    below: u32,
    /// One further down: by these, any depth is found in few steps (skew-binary numbers; Myers, *An
    /// applicative random-access stack*, 1983).
    further: u32,
    /// How many values the stack has up to this one.
    depth: u16,
    /// Registers to leave free behind it; only roots know until all is walked.
    gap: u8,
    /// The first register behind it and its gap.
    end: u32,
}

impl Layout {
    /// Walks a function. `leaders` are the instructions where blocks begin.
    pub(crate) fn of(function: &Function, leaders: &[bool]) -> Layout {
        let count = function.code.len();
        let end = function.locals.into();
        let bottom =
            Value { parent: BOTTOM, below: BOTTOM, further: BOTTOM, depth: 0, gap: 0, end };
        let mut layout = Layout {
            first: vec![UNREACHED; count],
            values: vec![bottom],
            tops: vec![UNREACHED; count],
            innermost: function.innermost_handlers(),
        };
        let mut work = Vec::new();
        layout.meet(0, BOTTOM, &mut work);
        while let Some(start) = work.pop() {
            layout.walk(function, leaders, start, &mut work);
        }
        layout.give_homes();
        layout
    }

    fn walk(&mut self, function: &Function, leaders: &[bool], start: usize, work: &mut Vec<usize>) {
        let mut top = self.tops[start];
        // What covers the first instruction of a block covers all of it, and leaves alone what lies
        // below the handler's depth.
        if let Some(handler) = self.handler(function, start) {
            self.enter_handler(handler, top, work);
        }
        let mut at = start;
        loop {
            let instr = function.code[at];
            let below = self.take(instr, top);
            let first = self.push(below, instr.leaves().max(instr.leaves_jumping()));
            self.first[at] = first;
            // The top when so many of the values are there.
            let with = |count: u32| if count > 0 { first + count - 1 } else { below };
            if let Some(target) = instr.target() {
                self.meet(target.index(), with(instr.leaves_jumping()), work);
            }
            if instr.effects().ends {
                return;
            }
            top = with(instr.leaves());
            at += 1;
            if leaders[at] {
                self.meet(at, top, work);
                return;
            }
        }
    }

    /// Takes the operands of an instruction; gives what is left. A callee needs room for the return
    /// word, a receiver also for `this`.
    fn take(&mut self, instr: Instr, top: u32) -> u32 {
        let (mut left, mut lowest) = (top, top);
        for _ in 0..instr.takes() {
            lowest = left;
            left = self.below(left);
        }
        let gap = match instr {
            Instr::Call { .. } => 1,
            Instr::Invoke { .. } | Instr::SuperInvoke { .. } => 2,
            _ => return left,
        };
        let root = self.root(lowest) as usize;
        self.values[root].gap = self.values[root].gap.max(gap);
        left
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
    fn enter_handler(&mut self, handler: Handler, top: u32, work: &mut Vec<usize>) {
        let kept = self.up_to(top, handler.depth);
        let error = match self.tops[handler.target.index()] {
            UNREACHED => self.push(kept, 1),
            known => {
                self.unite(self.below(known), kept);
                known
            }
        };
        self.meet(handler.target.index(), error, work);
    }

    /// Another way into a block.
    fn meet(&mut self, at: usize, top: u32, work: &mut Vec<usize>) {
        match self.tops[at] {
            UNREACHED => {
                self.tops[at] = top;
                work.push(at);
            }
            known => self.unite(known, top),
        }
    }

    /// Pushes so many values; gives the number of the first.
    fn push(&mut self, mut below: u32, count: u32) -> u32 {
        let first = self.values.len() as u32;
        for number in first..first + count {
            let Value { further: near, depth, .. } = self.values[below as usize];
            let far = self.values[near as usize].further;
            let even = depth - self.depth(near) == self.depth(near) - self.depth(far);
            let further = if even { far } else { below };
            let depth = depth + 1;
            self.values.push(Value { parent: number, below, further, depth, gap: 0, end: 0 });
            below = number;
        }
        first
    }

    /// The top of what a stack has up to a depth.
    fn up_to(&self, mut top: u32, depth: u16) -> u32 {
        while self.depth(top) > depth {
            let Value { below, further, .. } = self.values[top as usize];
            top = if self.depth(further) >= depth { further } else { below };
        }
        top
    }

    fn root(&mut self, mut value: u32) -> u32 {
        while self.values[value as usize].parent != value {
            let parent = self.values[value as usize].parent;
            let above = self.values[parent as usize].parent;
            self.values[value as usize].parent = above;
            value = above;
        }
        value
    }

    /// Makes two stacks one. The values below two that are one already are so too.
    fn unite(&mut self, mut a: u32, mut b: u32) {
        debug_assert_eq!(self.depth(a), self.depth(b), "depths agree in verified code");
        loop {
            (a, b) = (self.root(a), self.root(b));
            if a == b {
                return;
            }
            let gap = self.values[b as usize].gap;
            self.values[b as usize].parent = a;
            self.values[a as usize].gap = self.values[a as usize].gap.max(gap);
            (a, b) = (self.below(a), self.below(b));
        }
    }

    /// Tells all values what is known of their roots, and where they are: behind what is below.
    fn give_homes(&mut self) {
        for number in 1..self.values.len() as u32 {
            let root = self.root(number);
            let gap = self.values[root as usize].gap;
            let end = self.end(self.below(number)) + 1 + u32::from(gap);
            let value = &mut self.values[number as usize];
            (value.gap, value.end) = (gap, end);
        }
    }

    /// Whether control gets to an instruction.
    pub(crate) fn reached(&self, at: usize) -> bool {
        self.first[at] != UNREACHED
    }

    /// Value `index` of those an instruction pushes.
    pub(crate) fn pushed(&self, at: usize, index: u32) -> u32 {
        self.first[at] + index
    }

    /// The top of the stack where a block begins.
    pub(crate) fn top_at(&self, at: usize) -> u32 {
        match self.tops[at] {
            UNREACHED => BOTTOM,
            top => top,
        }
    }

    /// The value below another.
    pub(crate) fn below(&self, value: u32) -> u32 {
        self.values[value as usize].below
    }

    /// How many values there are up to one.
    pub(crate) fn depth(&self, value: u32) -> u16 {
        self.values[value as usize].depth
    }

    /// The register of a value. (It may be beyond all that a frame has.)
    pub(crate) fn home(&self, value: u32) -> u32 {
        self.end(self.below(value))
    }

    /// The home of what is pushed on a value.
    pub(crate) fn end(&self, value: u32) -> u32 {
        self.values[value as usize].end
    }

    /// How many things this consists of.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.first.len() + self.values.len() + self.tops.len() + self.innermost.len()
    }
}
