//! Mutations of bytecode files that know what is inside.
//!
//! A fuzzer that changes bytes hardly ever gets by the reader, and never by the verifier. So a file
//! is decoded, its module is changed here and there, and it is encoded again. Many changes keep to
//! the rules if they can: an instruction is replaced by one that takes and leaves as much, code is
//! inserted that leaves the operand stack as it was. What comes out is mostly still refused, by all
//! of the verifier's rules, and often enough accepted, to run in ways no compiler thought of.

use super::edit::{insert, remove, replace_targets};
use super::snippets;
use crate::random::Random;
use sox_bytecode::container::{self, Bundle};
use sox_bytecode::{
    Capture, CaptureId, Constant, Function, FunctionKind, GlobalId, Handler, Instr, Local, Module,
    ModuleId, NameId, Opcode, Operand, Target, VerifiedModule, verify,
};

/// Changes made at most.
const MOST_CHANGES: usize = 4;

/// Numbers that are special to something.
const NUMBERS: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    255.0,
    65_536.0,
    4_294_967_296.0,
    9_007_199_254_740_992.0,
    f64::MAX,
    f64::INFINITY,
    f64::NAN,
];

/// Texts that are special to something.
const TEXTS: [&str; 12] = [
    "", "init", "toString", "name", "message", "length", "push", "len", "map", "sort", "@x", "é\0",
];

/// The file, changed; `None` if it is none that can be read, or would become longer than `most`.
/// Equal seeds give equal changes.
pub fn mutate(file: &[u8], seed: u64, most: usize) -> Option<Vec<u8>> {
    let bundle = container::read(file).ok()?;
    let random = Random::new(seed);
    let mut mutation = Mutation { random, module: bundle.module, verified: None, function: 0 };
    for _ in 0..=mutation.random.below(MOST_CHANGES) {
        mutation.change();
    }
    let file = container::write(&Bundle { module: mutation.module, ..bundle });
    (file.len() <= most).then_some(file)
}

type Change = fn(&mut Mutation);

const CHANGES: &[(usize, Change)] = &[
    (10, Mutation::replace_alike),
    (10, Mutation::insert_snippet),
    (4, Mutation::change_operand),
    (3, Mutation::retarget),
    (3, Mutation::remove),
    (3, Mutation::insert_any),
    (2, Mutation::swap),
    (3, Mutation::copy),
    (3, Mutation::change_constant),
    (2, Mutation::change_frame),
    (3, Mutation::change_handler),
    (2, Mutation::change_capture),
    (2, Mutation::change_table),
    (1, Mutation::change_debug),
];

/// A module being changed.
pub(super) struct Mutation {
    pub(super) random: Random,
    pub(super) module: Module,
    /// The module as the verifier saw it, if it is good so far.
    verified: Option<VerifiedModule>,
    /// The function to be changed; it has code.
    function: usize,
}

impl Mutation {
    /// Makes a change in some function that has code.
    fn change(&mut self) {
        let functions = self.module.functions.iter().enumerate();
        let with_code = functions.filter(|(_, function)| !function.code.is_empty());
        let with_code: Vec<usize> = with_code.map(|(id, _)| id).collect();
        if !with_code.is_empty() {
            self.verified = verify(self.module.clone()).ok();
            self.function = self.random.pick(&with_code);
            let change = self.random.weighted(CHANGES);
            change(self);
        }
    }

    pub(super) fn function(&mut self) -> &mut Function {
        &mut self.module.functions[self.function]
    }

    /// A place in the code.
    fn place(&mut self) -> usize {
        let len = self.function().code.len();
        self.random.below(len)
    }

    /// Operands before an instruction, if the verifier could tell.
    fn depth(&self, at: usize) -> Option<u16> {
        let id = sox_bytecode::FunctionId(self.function as u32);
        self.verified.as_ref()?.depths(id).get(at).copied()
    }

    /// Another instruction with the same effect on the stack.
    fn replace_alike(&mut self) {
        let at = self.place();
        let old = self.function().code[at];
        for _ in 0..40 {
            let new = self.instruction(at);
            let alike = new.takes() == old.takes()
                && new.leaves() == old.leaves()
                && new.effects().ends == old.effects().ends
                && new.target().is_some() == old.target().is_some();
            if alike && new != old {
                // Where a jump goes stays mostly right.
                let target = old.target().unwrap_or_default();
                self.function().code[at] = new.map_target(|_| target);
                return;
            }
        }
    }

    fn insert_snippet(&mut self) {
        let at = self.place();
        let depth = self.depth(at).unwrap_or_default();
        let snippet = snippets::any(self, at as u32, depth);
        insert(self.function(), at, &snippet.code);
        self.function().handlers.splice(0..0, snippet.handlers);
    }

    fn change_operand(&mut self) {
        let at = self.place();
        let old = self.function().code[at];
        let len = self.function().code.len();
        let new = old.map_operands(|operand| self.operand(operand, len));
        self.function().code[at] = new;
    }

    fn retarget(&mut self) {
        let jumps: Vec<usize> = {
            let code = self.function().code.iter().enumerate();
            code.filter(|(_, instr)| instr.target().is_some()).map(|(at, _)| at).collect()
        };
        if jumps.is_empty() {
            return;
        }
        let (at, target) = (self.random.pick(&jumps), self.place() as u32);
        let instr = self.function().code[at].map_target(|_| Target(target));
        self.function().code[at] = instr;
    }

    fn remove(&mut self) {
        let at = self.place();
        let left = self.function().code.len() - at;
        let count = 1 + self.random.below(left.min(3));
        if count < self.function().code.len() {
            remove(self.function(), at, count);
        }
    }

    fn insert_any(&mut self) {
        let at = self.place();
        let instr = self.instruction(at);
        insert(self.function(), at, &[instr]);
    }

    fn swap(&mut self) {
        let (a, b) = (self.place(), self.place());
        self.function().code.swap(a, b);
    }

    /// Code of any function to a place of this one.
    fn copy(&mut self) {
        let from = self.random.below(self.module.functions.len());
        let code = &self.module.functions[from].code;
        if code.is_empty() {
            return;
        }
        let start = self.random.below(code.len());
        let count = 1 + self.random.below((code.len() - start).min(8));
        let copied = code[start..start + count].to_vec();
        let at = self.place();
        // Targets inside what is copied stay inside.
        let moved = replace_targets(&copied, start as u32, at as u32);
        insert(self.function(), at, &moved);
    }

    fn change_constant(&mut self) {
        let constants = self.module.constants.len();
        let new = match self.random.below(6) {
            0 => Constant::Nil,
            1 => Constant::Bool(self.random.percent(50)),
            2 | 3 => Constant::Number(self.random.pick(&NUMBERS)),
            _ => Constant::String(self.random.pick(&TEXTS).into()),
        };
        match self.random.below(4) {
            0 => self.module.constants.push(new),
            1 if constants > 1 => {
                let (a, b) = (self.random.below(constants), self.random.below(constants));
                self.module.constants.swap(a, b);
            }
            _ if constants > 0 => {
                let at = self.random.below(constants);
                self.module.constants[at] = new;
            }
            _ => {}
        }
    }

    fn change_frame(&mut self) {
        let small = self.random.below(8) as u16;
        let choice = self.random.below(6);
        let kinds = [FunctionKind::Plain, FunctionKind::Method, FunctionKind::Initializer];
        let kind = self.random.pick(&kinds);
        let function = self.function();
        match choice {
            0 => function.locals = function.locals.saturating_add(small),
            1 => function.locals = function.locals.saturating_sub(small),
            2 => function.locals = u16::MAX - small,
            3 => {
                function.params = small;
                function.required = function.required.min(small);
            }
            4 => function.required = small.min(function.params),
            _ => function.kind = kind,
        }
    }

    fn change_handler(&mut self) {
        let [a, b, c] = [self.place(), self.place(), self.place()].map(|at| at as u32);
        let depth = self.random.below(3) as u16;
        let handlers = self.function().handlers.len();
        if handlers == 0 || self.random.percent(30) {
            let handler = Handler { start: a.min(b), end: a.max(b) + 1, target: Target(c), depth };
            let at = self.random.below(handlers + 1);
            return self.function().handlers.insert(at, handler);
        }
        let at = self.random.below(handlers);
        match self.random.below(6) {
            0 => drop(self.function().handlers.remove(at)),
            1 => self.function().handlers.swap(0, at),
            2 => self.function().handlers[at].depth = depth,
            3 => self.function().handlers[at].start = a,
            4 => self.function().handlers[at].end = b,
            _ => self.function().handlers[at].target = Target(c),
        }
    }

    fn change_capture(&mut self) {
        let number = self.random.below(4) as u16;
        let captures = [
            Capture::Local(Local(number)),
            Capture::Cell(Local(number)),
            Capture::Capture(CaptureId(number)),
            Capture::CaptureCell(CaptureId(number)),
        ];
        let new = self.random.pick(&captures);
        let count = self.function().captures.len();
        match self.random.below(3) {
            0 => self.function().captures.push(new),
            1 => drop(self.function().captures.pop()),
            _ if count > 0 => {
                let at = self.random.below(count);
                self.function().captures[at] = new;
            }
            _ => {}
        }
    }

    /// Names, globals, builtins and modules.
    fn change_table(&mut self) {
        let (name, other) = (NameId(self.constant()), NameId(self.constant()));
        let module = ModuleId(self.random.below(self.module.modules.len() + 1) as u32);
        let global = GlobalId(self.random.below(self.module.globals.len() + 1) as u32);
        let choice = self.random.below(8);
        let at = |random: &mut Random, len: usize| random.below(len.max(1));
        match choice {
            0 => self.function().name = name,
            // The first function is the entry's top level, whose module the entry's number is.
            1 if self.function > 0 => self.function().module = module,
            2 => self.module.main = (!self.random.percent(20)).then_some(global),
            3 => self.module.builtins.push(name),
            4 => {
                let at = at(&mut self.random, self.module.globals.len());
                if let Some(global) = self.module.globals.get_mut(at) {
                    (global.name, global.module) = (name, module);
                }
            }
            5 => {
                let at = at(&mut self.random, self.module.modules.len());
                let entry = self.module.entry.index();
                if let Some(info) = self.module.modules.get_mut(at).filter(|_| at != entry) {
                    info.external = info.external.is_none().then_some(other);
                    info.body = sox_bytecode::FunctionId(0);
                }
            }
            6 => {
                let at = at(&mut self.random, self.module.modules.len());
                if let Some(info) = self.module.modules.get_mut(at) {
                    info.globals.push(global);
                }
            }
            _ => self.module.tests.push((name, global)),
        }
    }

    fn change_debug(&mut self) {
        let at = self.place() as u32;
        let name = NameId(self.constant());
        let choice = self.random.below(4);
        let debug = &mut self.function().debug;
        match choice {
            0 => debug.spans.retain(|&(start, _)| start != at),
            1 => debug.spans.clear(),
            2 => debug.locals.push(Some(name)),
            _ => debug.captures.push(name),
        }
    }

    /// The number of a constant, mostly one that is there.
    fn constant(&mut self) -> u32 {
        self.random.below(self.module.constants.len() + 1) as u32
    }

    /// Any instruction for a place.
    pub(super) fn instruction(&mut self, at: usize) -> Instr {
        let opcode = self.random.pick(Opcode::ALL);
        self.with_operands(opcode, at)
    }

    /// The instruction with operands that mostly are in range.
    pub(super) fn with_operands(&mut self, opcode: Opcode, at: usize) -> Instr {
        let len = self.function().code.len().max(at + 1);
        let mut bytes = [0; 16];
        bytes[0] = opcode.info().byte;
        let (instr, _) = Instr::decode(&bytes).expect("zeros are operands of any kind");
        instr.map_operands(|operand| self.operand(operand, len))
    }

    /// Another operand of the same kind.
    fn operand(&mut self, operand: Operand, len: usize) -> u32 {
        if self.random.percent(3) {
            return self.random.pick(&[0, 1, 255, 256, u16::MAX.into(), u32::MAX]);
        }
        let bound = match operand {
            Operand::Const(_) => self.module.constants.len(),
            Operand::Name(_) => {
                let texts = |constant: &Constant| matches!(constant, Constant::String(_));
                let all = self.module.constants.iter().enumerate();
                let texts: Vec<usize> = all.filter(|(_, it)| texts(it)).map(|(at, _)| at).collect();
                return if texts.is_empty() { 0 } else { self.random.pick(&texts) as u32 };
            }
            Operand::Local(_) => self.function().locals.into(),
            Operand::Capture(_) => self.function().captures.len(),
            Operand::Global(_) => self.module.globals.len(),
            Operand::Builtin(_) => self.module.builtins.len(),
            Operand::Function(_) => self.module.functions.len(),
            Operand::Module(_) => self.module.modules.len(),
            Operand::Target(_) => len,
            Operand::Count(_) | Operand::Ends(_) => 4,
        };
        self.random.below(bound.max(1)) as u32
    }
}
