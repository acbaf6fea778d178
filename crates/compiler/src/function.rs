//! One function: its frame, and what stands around its body.

use crate::code::{Code, Finished};
use crate::constants::Constants;
use crate::exits::Scope;
use crate::{CompileError, Limit};
use sox_bytecode::{
    Capture, CaptureId, Function, FunctionDebug, FunctionKind, Instr, Local, ModuleId,
};
use sox_diagnostics::Span;
use sox_program::{Block, Expr, ExprId, Exprs, Place, Program, Slot, Stmt};

/// Compiles one function. The walk over its body is in the modules named after what they compile.
pub(crate) struct FunctionCompiler<'c, 'p> {
    pub(crate) program: &'p Program,
    pub(crate) function: &'p sox_program::Function,
    pub(crate) constants: &'c mut Constants<'p>,
    pub(crate) code: &'c mut Code,
    /// How often something begins to live in each slot of the tree.
    uses: &'c mut Vec<u32>,
    /// Loops and `finally`s around the place being compiled, from the outermost.
    pub(crate) scopes: Vec<Scope>,
    /// The list of deferred closures, in a function that has any.
    pub(crate) defers: Option<Local>,
    /// Slots of the frame; grows by hidden locals.
    locals: u32,
    /// The first limit that was passed.
    limit: Option<Limit>,
}

impl<'c, 'p> FunctionCompiler<'c, 'p> {
    pub(crate) fn new(
        program: &'p Program,
        function: &'p sox_program::Function,
        constants: &'c mut Constants<'p>,
        code: &'c mut Code,
        uses: &'c mut Vec<u32>,
    ) -> Self {
        code.begin();
        uses.clear();
        uses.resize(function.locals as usize, 0);
        Self {
            program,
            function,
            constants,
            code,
            uses,
            scopes: Vec::new(),
            defers: None,
            locals: function.locals,
            limit: None,
        }
    }

    pub(crate) fn compile(mut self) -> Result<Function, CompileError> {
        let name = self.constants.name(self.function.name);
        self.top_level();
        let mut code = self.code.finish();
        self.check_limit(Limit::FrameSlots, self.locals + code.max_depth);
        self.check_limit(Limit::Parameters, self.function.params);
        self.check_limit(Limit::Captures, self.function.captures.len() as u32);
        match self.limit {
            Some(limit) => Err(self.error(limit)),
            None => Ok(Function {
                name,
                kind: kind(self.function.kind),
                module: ModuleId(self.function.module.0),
                params: self.function.params as u16,
                required: self.function.required as u16,
                locals: self.locals as u16,
                captures: self.function.captures.iter().map(capture).collect(),
                debug: self.debug(&mut code).into(),
                code: code.instrs.into(),
                handlers: code.handlers,
            }),
        }
    }

    /// The body, inside what its kind of function puts around it.
    ///
    /// The body of an imported module tells its module how it ended; the entry script is nobody's
    /// import, so its body is like any function's. (A module of the library may be compiled alone, to
    /// be imported by other programs.)
    fn top_level(&mut self) {
        let span = self.function.span;
        match self.own_module() {
            None => {
                self.body();
                self.code.emit(span, Instr::Nil {});
                self.code.emit(span, Instr::Return {});
            }
            Some(module) => {
                let start = self.code.here();
                self.body();
                self.code.emit(span, Instr::ModuleTable { module });
                self.code.emit(span, Instr::ModuleLoaded { module });
                self.code.emit(span, Instr::Return {});
                self.code.handle(start, self.code.here());
                self.code.emit(span, Instr::ModuleFailed { module });
                self.code.emit(span, Instr::Rethrow {});
            }
        }
    }

    fn body(&mut self) {
        if self.function.has_defer {
            self.body_with_defers()
        } else {
            self.block(self.function.body)
        }
    }

    /// An expression of the tree.
    pub(crate) fn expr(&self, id: ExprId) -> &'p Expr {
        &self.program.tree[id]
    }

    /// The expressions of a list.
    pub(crate) fn list(&self, list: Exprs) -> &'p [ExprId] {
        &self.program.tree[list]
    }

    /// The statements of a block.
    pub(crate) fn stmts(&self, block: Block) -> &'p [Stmt] {
        &self.program.tree[block]
    }

    /// The module this function is the body of, if imports can meet it.
    pub(crate) fn own_module(&self) -> Option<ModuleId> {
        let module = self.function.module;
        let is_body = self.function.kind == sox_program::FunctionKind::Module;
        let imported = self.program.entry != Some(module) || self.program.module(module).library;
        (is_body && imported).then_some(ModuleId(module.0))
    }

    /// A slot that no variable of the source lives in.
    pub(crate) fn hidden_local(&mut self) -> Local {
        self.locals += 1;
        self.local(Slot(self.locals - 1))
    }

    /// A slot as an operand. (Past the limit the number is cut, and the function refused at its end.)
    pub(crate) fn local(&mut self, slot: Slot) -> Local {
        Local(slot.0 as u16)
    }

    /// Notes that something has a limit.
    pub(crate) fn check_limit(&mut self, limit: Limit, count: u32) {
        if count > limit.greatest() {
            self.limit.get_or_insert(limit);
        }
    }

    fn error(&self, limit: Limit) -> CompileError {
        CompileError {
            function: (self.function.kind != sox_program::FunctionKind::Module)
                .then(|| self.program.name(self.function.name).to_owned()),
            source: self.program.module(self.function.module).source,
            span: self.function.span,
            limit,
        }
    }

    fn debug(&mut self, code: &mut Finished) -> FunctionDebug {
        let function = self.function;
        let locals = (0..).zip(&function.local_names).map(|(slot, &name)| {
            let named = self.has_one_name(slot) && !self.program.name(name).is_empty();
            named.then(|| self.constants.name(name))
        });
        let locals = locals.collect();
        let captures = function.captures.iter().map(|capture| self.constants.name(capture.name));
        let captures = captures.collect();
        let spans = std::mem::take(&mut code.spans);
        FunctionDebug { span: function.span, spans, locals, captures }
    }

    /// Whether the first variable in a slot is the only one: the tree names no others.
    fn has_one_name(&self, slot: u32) -> bool {
        let params = self.function.first_param() + self.function.params;
        slot < params || self.uses.get(slot as usize).is_some_and(|&uses| uses <= 1)
    }

    /// Notes that something else than before lives in a slot from now on.
    pub(crate) fn use_slot(&mut self, slot: Slot) {
        if let Some(uses) = self.uses.get_mut(slot.0 as usize) {
            *uses += 1;
        }
    }

    /// Pushes the value of a variable.
    pub(crate) fn load(&mut self, span: Span, place: Place) {
        let instr = match place {
            Place::Local(slot) => Instr::GetLocal { slot: self.local(slot) },
            Place::Cell(slot) => Instr::GetCell { slot: self.local(slot) },
            Place::Capture(index) => Instr::GetCapture { index: CaptureId(index as u16) },
            Place::CaptureCell(index) => Instr::GetCaptureCell { index: CaptureId(index as u16) },
            Place::Global(global) => Instr::GetGlobal { global: sox_bytecode::GlobalId(global.0) },
        };
        self.code.emit(span, instr);
    }

    /// Pops into a variable that was declared before.
    pub(crate) fn store(&mut self, span: Span, place: Place) {
        let instr = match place {
            Place::Local(slot) => Instr::SetLocal { slot: self.local(slot) },
            Place::Cell(slot) => Instr::SetCell { slot: self.local(slot) },
            Place::Capture(_) => unreachable!("a copied value is never assigned"),
            Place::CaptureCell(index) => Instr::SetCaptureCell { index: CaptureId(index as u16) },
            Place::Global(global) => Instr::SetGlobal { global: sox_bytecode::GlobalId(global.0) },
        };
        self.code.emit(span, instr);
    }

    /// Pops into a local variable whose life begins here.
    pub(crate) fn declare(&mut self, span: Span, slot: Slot, cell: bool) {
        self.use_slot(slot);
        let slot = self.local(slot);
        let instr = if cell { Instr::NewCell { slot } } else { Instr::SetLocal { slot } };
        self.code.emit(span, instr);
    }
}

fn kind(kind: sox_program::FunctionKind) -> FunctionKind {
    match kind {
        sox_program::FunctionKind::Module => FunctionKind::Module,
        sox_program::FunctionKind::Plain => FunctionKind::Plain,
        sox_program::FunctionKind::Method => FunctionKind::Method,
        sox_program::FunctionKind::Initializer => FunctionKind::Initializer,
    }
}

fn capture(capture: &sox_program::Capture) -> Capture {
    match capture.from {
        Place::Local(slot) => Capture::Local(Local(slot.0 as u16)),
        Place::Cell(slot) => Capture::Cell(Local(slot.0 as u16)),
        Place::Capture(index) => Capture::Capture(CaptureId(index as u16)),
        Place::CaptureCell(index) => Capture::CaptureCell(CaptureId(index as u16)),
        Place::Global(_) => unreachable!("globals are not captured"),
    }
}
