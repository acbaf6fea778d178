//! [`Module`]: a whole program, its imports included, as plain data.
//!
//! Equal programs give equal modules: nothing depends on addresses, time or hash order.

use crate::operand::{
    BuiltinId, CaptureId, ConstId, FunctionId, GlobalId, Local, ModuleId, NameId, Target,
};
use crate::{Code, DebugInfo};
use sox_diagnostics::SourceId;

/// A program: what a compiler gives and what a bytecode file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// Numbers and strings, each once, in the order of their first use.
    pub constants: Vec<Constant>,
    /// Functions of all source modules.
    pub functions: Vec<Function>,
    /// Source modules; an import names one of them.
    pub modules: Vec<ModuleInfo>,
    /// Module-level variables of all source modules.
    pub globals: Vec<Global>,
    /// Names of the builtins the program uses; the engine binds them when it loads the program.
    pub builtins: Vec<NameId>,
    /// Source files by [`SourceId`], without their texts.
    pub sources: Vec<Source>,
    /// The source module that runs first.
    pub entry: ModuleId,
    /// Source modules below this number came with earlier programs of the same interactive session,
    /// and keep their values; their `body` means nothing here. 0 otherwise.
    pub first_new_module: u32,
    /// The global that is called after the top level of the entry module ran.
    pub main: Option<GlobalId>,
    /// Tests in source order: name, and the global that holds the function.
    pub tests: Vec<(NameId, GlobalId)>,
    /// Benchmarks in source order: name, and the global that holds the function.
    pub benches: Vec<(NameId, GlobalId)>,
}

/// A constant. Two are equal if their bits are: `0` and `-0` are two constants, `nan` is one.
#[derive(Clone, Debug)]
pub enum Constant {
    /// Nil. (Compilers have an instruction for it, and for the next.)
    Nil,
    /// True or false.
    Bool(bool),
    /// A number; if it is not a number, then the canonical one ([`f64::NAN`], bit for bit).
    Number(f64),
    /// A string; as a [`NameId`] also the name of something.
    String(Box<str>),
}

impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        match (self, other) {
            (Constant::Nil, Constant::Nil) => true,
            (Constant::Bool(a), Constant::Bool(b)) => a == b,
            (Constant::Number(a), Constant::Number(b)) => a.to_bits() == b.to_bits(),
            (Constant::String(a), Constant::String(b)) => a == b,
            _ => false,
        }
    }
}

/// One source module.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleInfo {
    /// What an import binds and a trace shows.
    pub name: NameId,
    /// The file it came from.
    pub source: SourceId,
    /// Its top level, unless the module is below [`Module::first_new_module`] or external.
    pub body: FunctionId,
    /// Its variables in order of declaration, for [`ModuleTable`](crate::Instr::ModuleTable).
    pub globals: Vec<GlobalId>,
    /// Part of the standard library: its frames do not appear in traces. Files cannot say this.
    pub library: bool,
    /// It is not part of the program: the engine knows it under this name, as in `std/math`. It has
    /// no globals here, and `source` and `body` mean nothing.
    pub external: Option<NameId>,
}

/// A module-level variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Global {
    /// Its name.
    pub name: NameId,
    /// The source module it belongs to.
    pub module: ModuleId,
    /// It also names a builtin, whose value it has until it is assigned.
    pub builtin: Option<BuiltinId>,
}

/// A source file, as far as traces need it. Without name and lines if that is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// As shown to the user: a path as given, `std/math` …
    pub name: Box<str>,
    /// Byte offset of the start of each line; the first is 0. None if they are not known.
    pub line_starts: Vec<u32>,
}

impl Source {
    /// Line (from 1) of a byte offset; 0 if lines are not known.
    ///
    /// ```
    /// let source = sox_bytecode::Source { name: "a".into(), line_starts: vec![0, 4] };
    /// assert_eq!([source.line(0), source.line(3), source.line(4)], [1, 1, 2]);
    /// ```
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset) as u32
    }
}

/// What a function is, as far as running it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// A module's top level.
    Module,
    /// Called with its arguments in the first slots.
    Plain,
    /// A method: slot 0 is `this`, the arguments follow.
    Method,
    /// `init`: a method that always returns `this`.
    Initializer,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Name in traces and when printed.
    pub name: NameId,
    /// What it is.
    pub kind: FunctionKind,
    /// The source module it stands in.
    pub module: ModuleId,
    /// Parameters, `this` not counted.
    pub params: u16,
    /// Parameters that must be given.
    pub required: u16,
    /// Slots of the frame: `this`, parameters, locals, hidden locals.
    pub locals: u16,
    /// What a closure of this function takes from the function that makes it.
    pub captures: Vec<Capture>,
    /// Its instructions.
    pub code: Code,
    /// Its handlers: of two that cover an instruction, the inner one comes first.
    pub handlers: Vec<Handler>,
    /// Places and names.
    pub debug: DebugInfo,
}

impl Function {
    /// A function of these instructions and nothing else: without parameters, locals, handlers, places, and
    /// with the first name in the first module.
    pub fn new(kind: FunctionKind, code: impl Into<Code>) -> Function {
        Function {
            name: NameId(0),
            kind,
            module: ModuleId(0),
            params: 0,
            required: 0,
            locals: 0,
            captures: Vec::new(),
            code: code.into(),
            handlers: Vec::new(),
            debug: DebugInfo::default(),
        }
    }

    /// The slot of the first parameter: 1 where slot 0 is `this`, else 0.
    pub fn first_param(&self) -> u16 {
        u16::from(self.is_method())
    }

    /// Slot 0 is `this`.
    pub fn is_method(&self) -> bool {
        matches!(self.kind, FunctionKind::Method | FunctionKind::Initializer)
    }

    /// The innermost handler of each instruction, by its index; there are as many as instructions up to
    /// the last that is covered.
    pub fn innermost_handlers(&self) -> Vec<Option<u32>> {
        innermost_handlers(&self.handlers)
    }

    /// The innermost handler of an instruction.
    pub fn handler(&self, at: u32) -> Option<&Handler> {
        self.handlers.iter().find(|handler| handler.covers(at))
    }
}

/// See [`Function::innermost_handlers`]. Walks the handlers by where they start, the outer ones, which
/// stand later in the list, first, with those that cover the place on a stack: so each is looked at
/// once, however many there are inside each other.
pub(crate) fn innermost_handlers(handlers: &[Handler]) -> Vec<Option<u32>> {
    let mut innermost = Vec::new();
    let mut order: Vec<u32> = (0..handlers.len() as u32).collect();
    order.sort_unstable_by_key(|&index| {
        let Handler { start, end, .. } = handlers[index as usize];
        (start, std::cmp::Reverse((end, index)))
    });
    let mut order = order.into_iter().peekable();
    let mut open: Vec<u32> = Vec::new();
    let end_of = |index: &u32| handlers[*index as usize].end;
    loop {
        let next = order.peek().map(|&index| handlers[index as usize].start);
        let end = open.last().map(end_of);
        let Some(border) = next.into_iter().chain(end).min() else { break };
        // Handlers that do not nest, which the verifier refuses, would go back here.
        let border = innermost.len().max(border as usize);
        innermost.resize(border, open.last().copied());
        while open.pop_if(|index| end_of(index) as usize <= border).is_some() {}
        let starts = |index: &u32| handlers[*index as usize].start as usize <= border;
        open.extend(std::iter::from_fn(|| order.next_if(starts)));
    }
    innermost
}

/// One captured variable: where the maker of the closure has it, and whether the closure gets a
/// copy of its value or shares its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capture {
    /// Copies a local.
    Local(Local),
    /// Shares the cell in a local.
    Cell(Local),
    /// Copies a value the maker captured itself.
    Capture(CaptureId),
    /// Shares a cell the maker captured itself.
    CaptureCell(CaptureId),
}

impl Capture {
    /// The closure holds a cell, not a value.
    pub fn is_cell(self) -> bool {
        matches!(self, Capture::Cell(_) | Capture::CaptureCell(_))
    }
}

/// Where an error in a range of instructions goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handler {
    /// First instruction covered.
    pub start: u32,
    /// One past the last instruction covered.
    pub end: u32,
    /// Where it goes; not before `end`.
    pub target: Target,
    /// How many values the operand stack is cut down to before the error is pushed.
    pub depth: u16,
}

impl Handler {
    /// Whether an error in this instruction may come here.
    pub fn covers(&self, at: u32) -> bool {
        (self.start..self.end).contains(&at)
    }
}

impl Module {
    /// The function with this number.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// The source module with this number.
    pub fn module(&self, id: ModuleId) -> &ModuleInfo {
        &self.modules[id.index()]
    }

    /// The source modules that come with this program.
    pub fn new_modules(&self) -> impl Iterator<Item = (ModuleId, &ModuleInfo)> {
        let numbered = (0..).map(ModuleId).zip(&self.modules);
        numbered.filter(|&(id, _)| self.is_here(id))
    }

    /// Whether the code of a source module is in this program: it is not external, nor of an
    /// earlier program of the session.
    pub fn is_here(&self, id: ModuleId) -> bool {
        self.first_new_module <= id.0 && self.module(id).external.is_none()
    }

    /// The constant with this number.
    pub fn constant(&self, id: ConstId) -> &Constant {
        &self.constants[id.index()]
    }

    /// The text of a name.
    ///
    /// # Panics
    /// If the constant is not there or no string, which no verified module has.
    pub fn name(&self, id: NameId) -> &str {
        match &self.constants[id.index()] {
            Constant::String(text) => text,
            _ => panic!("constant {} is not a name", id.0),
        }
    }

    /// The source a function stands in.
    pub fn source_of(&self, function: &Function) -> &Source {
        &self.sources[self.module(function.module).source.0 as usize]
    }

    /// Line (from 1) of an instruction.
    pub fn line(&self, function: &Function, at: u32) -> u32 {
        self.source_of(function).line(function.debug.span(at).start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Handlers that nest: inside a range some more, the inner ones first in the list.
    fn nested(random: &mut impl FnMut(u32) -> u32, start: u32, end: u32, out: &mut Vec<Handler>) {
        let mut at = start;
        while at < end {
            let inner = at + 1 + random(end - at);
            if random(3) > 0 && inner - at < end - start {
                nested(random, at, inner, out);
            }
            at = inner;
        }
        for _ in 0..random(3) {
            out.push(Handler { start, end, target: Target(100), depth: 0 });
        }
    }

    #[test]
    fn the_innermost_handler_is_the_first_in_the_list_that_covers() {
        let mut state = 1_u32;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let mut some = 0;
        for _ in 0..500 {
            let mut handlers = Vec::new();
            nested(&mut random, 3, 20, &mut handlers);
            let innermost = innermost_handlers(&handlers);
            for at in 0..30 {
                let first = handlers.iter().position(|handler| handler.covers(at));
                let found = innermost.get(at as usize).copied().flatten();
                assert_eq!(found.map(|index| index as usize), first, "{at} in {handlers:?}");
                some += usize::from(found.is_some_and(|index| index > 0));
            }
        }
        assert!(some > 1000, "too few are covered: {some}");
    }
}
