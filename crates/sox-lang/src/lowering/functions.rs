//! Functions, methods and the file's body.

use super::Lowering;
use crate::ast::{self, VariableId};
use crate::session::Unit;
use foldhash::fast::RandomState;
use sox_diagnostics::Span;
use sox_program::{
    self as program, Block, Capture, ExprKind, Function, FunctionId, FunctionKind, Place, Slot,
    Symbol,
};
use std::collections::HashMap;

/// A function being lowered.
pub(super) struct FunctionState {
    id: FunctionId,
    kind: FunctionKind,
    /// The next free slot.
    pub(super) next_slot: u32,
    /// Where its names begin in [`Lowering::local_names`].
    names_begin: usize,
    captures: Vec<Capture>,
    /// The number of each captured variable.
    captured: HashMap<VariableId, u32, RandomState>,
    pub(super) has_defer: bool,
}

impl FunctionState {
    /// A slot for a variable of this name; `names` are [`Lowering::local_names`].
    pub(super) fn take_slot(&mut self, name: Symbol, names: &mut Vec<Symbol>) -> Slot {
        let slot = Slot(self.next_slot);
        self.next_slot += 1;
        if self.names_begin + slot.0 as usize == names.len() {
            names.push(name);
        }
        slot
    }

    pub(super) fn find_capture(&self, id: VariableId) -> Option<u32> {
        self.captured.get(&id).copied()
    }

    pub(super) fn add_capture(&mut self, id: VariableId, capture: Capture) -> u32 {
        let index = self.captures.len() as u32;
        self.captures.push(capture);
        self.captured.insert(id, index);
        index
    }

    /// Whether a bare `return` gives `this`.
    pub(super) fn is_initializer(&self) -> bool {
        self.kind == FunctionKind::Initializer
    }
}

/// What a function needs besides its syntax.
struct Head {
    name: Symbol,
    kind: FunctionKind,
    this: Option<VariableId>,
    params: ast::Run<ast::Param>,
    span: Span,
}

impl Lowering<'_> {
    /// The whole file as a function without parameters.
    pub(super) fn file(mut self) -> FunctionId {
        let span = Span::new(0, self.file.length);
        let (name, kind) = (self.file.name, FunctionKind::Module);
        let ast = self.ast;
        self.function(
            Head { name, kind, this: None, params: ast::Run::default(), span },
            |lowering| {
                let body = ast.block(ast.body);
                let last_value = match body.last().map(|last| (last.kind, last.span)) {
                    Some((ast::StmtKind::Expr(value), span))
                        if lowering.file.unit == Unit::ReplEntry =>
                    {
                        Some((value, span))
                    }
                    _ => None,
                };
                match last_value {
                    Some((value, span)) => {
                        lowering.statements(ast.body.first(body.len() - 1));
                        lowering.entry_value(value, span);
                    }
                    None => lowering.statements(ast.body),
                }
            },
        )
    }

    /// The value of a session's entry is what its body returns.
    fn entry_value(&mut self, value: ast::ExprId, span: Span) {
        self.expression_statement(value, span);
        let Some(last) = self.statements.last_mut() else { return };
        match last.kind {
            program::StmtKind::Expr(value) => last.kind = program::StmtKind::Return(Some(value)),
            // An assignment that declares: its value is that of the variable.
            program::StmtKind::DefineGlobal(global, _) => {
                let value = self.node(ExprKind::Get(Place::Global(global)), span);
                self.push(program::StmtKind::Return(Some(value)), span);
            }
            _ => {}
        }
    }

    /// A function that is no method.
    pub(super) fn plain_function(
        &mut self,
        function: ast::Id<ast::Function>,
        name: Symbol,
    ) -> FunctionId {
        let function = *self.ast.function(function);
        let kind = FunctionKind::Plain;
        let head = Head { name, kind, this: None, params: function.params, span: function.span };
        self.function(head, |lowering| lowering.statements(function.body))
    }

    pub(super) fn method(&mut self, method: &ast::Method) -> FunctionId {
        let function = *self.ast.function(method.function);
        let is_init = self.names.text(method.name) == "init";
        let kind = if is_init { FunctionKind::Initializer } else { FunctionKind::Method };
        let (name, this, span) = (method.name, Some(method.this), function.span);
        let head = Head { name, kind, this, params: function.params, span };
        self.function(head, |lowering| {
            lowering.statements(function.body);
            if is_init {
                let end = Span::new(span.end.saturating_sub(1), span.end);
                return_this(lowering, end);
            }
        })
    }

    fn function(&mut self, head: Head, lower_body: impl FnOnce(&mut Self)) -> FunctionId {
        // The number is taken first, so that functions are in the order of the text.
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(self.unfinished(&head));
        self.states.push(FunctionState {
            id,
            kind: head.kind,
            next_slot: 0,
            names_begin: self.local_names.len(),
            captures: Vec::new(),
            captured: HashMap::default(),
            has_defer: false,
        });
        head.this.into_iter().for_each(|this| _ = self.new_local(this));
        let body = self.collected(|lowering| {
            lowering.parameters(head.params);
            lower_body(lowering);
        });

        let state = self.states.pop().expect("pushed above");
        let function = &mut self.functions[state.id.0 as usize];
        function.local_names = self.local_names[state.names_begin..].to_vec();
        function.locals = function.local_names.len() as u32;
        self.local_names.truncate(state.names_begin);
        function.captures = state.captures;
        function.has_defer = state.has_defer;
        function.body = body;
        id
    }

    fn unfinished(&self, head: &Head) -> Function {
        let params = head.params.of(&self.ast.params);
        let required = params.iter().filter(|param| param.default.is_none()).count();
        Function {
            name: head.name,
            kind: head.kind,
            module: self.file.module,
            params: params.len() as u32,
            required: required as u32,
            locals: 0,
            local_names: Vec::new(),
            captures: Vec::new(),
            has_defer: false,
            body: Block::default(),
            span: head.span,
        }
    }

    /// Slots of the parameters, then for each its default and its cell. In this order, so that a
    /// default finds the parameters before it in their final places.
    fn parameters(&mut self, params: ast::Run<ast::Param>) {
        let params = params.of(&self.ast.params);
        for param in params {
            self.new_local(param.variable);
        }
        for param in params {
            let slot = self.slots[param.variable.0 as usize];
            let span = self.ast.declared(param.variable).span;
            if let Some(default) = param.default {
                let value = self.named_expr(default, self.name_of(param.variable));
                self.push(program::StmtKind::Default { slot, value }, span);
            }
            if self.variable(param.variable).needs_cell() {
                self.push(program::StmtKind::BoxParam(slot), span);
            }
        }
    }
}

/// What an initializer does at its end and for a bare `return`.
pub(super) fn return_this(lowering: &mut Lowering<'_>, span: Span) {
    let this = lowering.node(ExprKind::Get(Place::Local(Slot(0))), span);
    lowering.push(program::StmtKind::Return(Some(this)), span);
}
