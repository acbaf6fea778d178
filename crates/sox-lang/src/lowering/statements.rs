//! Lowering declarations and simple statements.

use super::Lowering;
use super::functions::return_this;
use crate::ast::{self, VariableId};
use crate::resolver::Use;
use sox_diagnostics::Span;
use sox_program::{Block, Class, ExprId, ExprKind, GlobalId, Place, Slot, StmtKind, Symbol};

impl Lowering<'_> {
    /// Adds statements to the block being lowered.
    pub(super) fn statements(&mut self, body: ast::Block) {
        self.ast.block(body).iter().for_each(|statement| self.statement(statement));
    }

    /// Statements in a scope of their own.
    pub(super) fn block(&mut self, body: ast::Block) -> Block {
        self.scoped(|lowering| lowering.collected(|lowering| lowering.statements(body)))
    }

    fn statement(&mut self, statement: &ast::Stmt) {
        let (ast, span) = (self.ast, statement.span);
        let kind = match statement.kind {
            ast::StmtKind::Empty => return,
            ast::StmtKind::Expr(value) => return self.expression_statement(value, span),
            ast::StmtKind::Print(value) => StmtKind::Print(self.expr(value)),
            ast::StmtKind::Assert(condition, message) => {
                let condition = self.expr(condition);
                StmtKind::Assert(condition, message.map(|message| self.expr(message)))
            }
            ast::StmtKind::Var { names, values } => {
                return self.variables(names, values, span);
            }
            ast::StmtKind::Function { variable, function, .. } => {
                return self.function_declaration(variable, function, span);
            }
            ast::StmtKind::Class(id) => return self.class(id.of(&ast.classes), span),
            ast::StmtKind::Import(imports) => return self.imports(imports, span),
            ast::StmtKind::Block(body) => StmtKind::Block(self.block(body)),
            ast::StmtKind::If { arms, otherwise } => self.if_statement(arms, otherwise),
            ast::StmtKind::While(condition, body) => self.while_loop(condition, body),
            ast::StmtKind::For(parts) => self.for_loop(parts.of(&ast.fors), span),
            ast::StmtKind::Foreach(parts) => self.foreach_loop(parts.of(&ast.foreachs), span),
            ast::StmtKind::Switch { subject, arms } => self.switch(subject, arms, span),
            ast::StmtKind::Break => StmtKind::Break,
            ast::StmtKind::Continue => StmtKind::Continue,
            ast::StmtKind::Return(None) if self.state().is_initializer() => {
                return_this(self, span);
                return;
            }
            ast::StmtKind::Return(value) => StmtKind::Return(value.map(|value| self.expr(value))),
            ast::StmtKind::Throw(value) => StmtKind::Throw(self.expr(value)),
            ast::StmtKind::Try(parts) => self.try_statement(parts.of(&ast.tries), span),
            ast::StmtKind::Defer(function) => {
                self.state().has_defer = true;
                StmtKind::Defer(self.plain_function(function, self.common.defer))
            }
        };
        self.push(kind, span);
    }

    pub(super) fn expression_statement(&mut self, id: ast::ExprId, span: Span) {
        let kind = match self.ast.expr(id).kind {
            ast::ExprKind::Assign { target, value, .. }
                if let Some((name, global)) = self.declared_global(target) =>
            {
                StmtKind::DefineGlobal(global, self.named_expr(value, name))
            }
            _ => StmtKind::Expr(self.expr(id)),
        };
        self.push(kind, span);
    }

    /// The name and the global that an assignment to `target` declares, if it declares one.
    fn declared_global(&self, target: ast::ExprId) -> Option<(Symbol, GlobalId)> {
        let ast::ExprKind::Name(name, mention) = self.ast.expr(target).kind else { return None };
        match self.resolution.meaning(mention) {
            Use::Declares(global) => Some((name, global)),
            _ => None,
        }
    }

    /// Declares a variable with its value.
    fn define(&mut self, id: VariableId, value: ExprId, span: Span) {
        let kind = match self.variable(id).global {
            Some(global) => StmtKind::DefineGlobal(global, value),
            None => {
                let (slot, cell) = self.new_local(id);
                StmtKind::Declare { slot, cell, value: Some(value) }
            }
        };
        self.push(kind, span);
    }

    /// `fn name …` and the like: a local whose value may capture it gets its cell first.
    fn define_named(
        &mut self,
        id: VariableId,
        span: Span,
        value: impl FnOnce(&mut Self) -> ExprId,
    ) {
        if !self.declare_early(id, span) {
            let value = value(self);
            return self.define(id, value, span);
        }
        let value = value(self);
        self.assign_early(id, value, span);
    }

    /// Makes the cell of a local that its first value may capture; false for other variables.
    fn declare_early(&mut self, id: VariableId, span: Span) -> bool {
        let early = self.variable(id).captured_early;
        if early {
            let (slot, cell) = self.new_local(id);
            self.push(StmtKind::Declare { slot, cell, value: None }, span);
        }
        early
    }

    fn assign_early(&mut self, id: VariableId, value: ExprId, span: Span) {
        let kind = ExprKind::Assign(self.place(id), value);
        let assign = self.node(kind, span);
        self.push(StmtKind::Expr(assign), span);
    }

    fn function_declaration(
        &mut self,
        id: VariableId,
        function: ast::Id<ast::Function>,
        span: Span,
    ) {
        let name = self.name_of(id);
        let name_span = self.ast.declared(id).span;
        self.define_named(id, span, |lowering| {
            let function = lowering.plain_function(function, name);
            lowering.node(ExprKind::Closure(function), name_span)
        });
    }

    fn imports(&mut self, imports: ast::Run<ast::Import>, span: Span) {
        for number in imports.numbers() {
            let module = self.file.imports[number as usize];
            let ast::Import { variable, span: path_span, .. } = self.ast.imports[number as usize];
            let mut value = self.node(ExprKind::Import(module), path_span);
            if let Some(builtin) = self.file.foreign[number as usize] {
                let border = self.node(ExprKind::Builtin(builtin), path_span);
                let args = self.tree.list(&[value]);
                value = self.node(ExprKind::Call(border, args), path_span);
            }
            self.define(variable, value, span);
        }
    }

    fn variables(
        &mut self,
        names: ast::Run<ast::Declared>,
        values: ast::Run<ast::ExprId>,
        span: Span,
    ) {
        let values = self.ast.list(values);
        let mut variables = names.variables();
        match (values, variables.next()) {
            ([], _) => names.variables().for_each(|name| self.define_nil(name, span)),
            (&[value], Some(name)) => {
                let text = self.name_of(name);
                self.define_named(name, span, |lowering| lowering.named_expr(value, text));
            }
            (_, Some(first)) if self.variable(first).global.is_some() => {
                let block = self.several_globals(names, values, span);
                self.push(StmtKind::Block(block), span);
            }
            _ => self.several_locals(names, values, span),
        }
    }

    fn define_nil(&mut self, id: VariableId, span: Span) {
        let kind = match self.variable(id).global {
            Some(global) => StmtKind::DefineGlobal(global, self.node(ExprKind::Nil, span)),
            None => {
                let (slot, cell) = self.new_local(id);
                StmtKind::Declare { slot, cell, value: None }
            }
        };
        self.push(kind, span);
    }

    /// `var a, b = b, a`: all values are computed before the first name gets its own.
    fn several_globals(
        &mut self,
        names: ast::Run<ast::Declared>,
        values: &[ast::ExprId],
        span: Span,
    ) -> Block {
        self.scoped(|lowering| {
            lowering.collected(|lowering| {
                let mut slots = Vec::with_capacity(names.len());
                for (name, &value) in names.variables().zip(values) {
                    let value = lowering.named_expr(value, lowering.name_of(name));
                    let slot = lowering.new_hidden(span);
                    slots.push(slot);
                    lowering
                        .push(StmtKind::Declare { slot, cell: false, value: Some(value) }, span);
                }
                for (name, slot) in names.variables().zip(slots) {
                    let value = lowering.node(ExprKind::Get(Place::Local(slot)), span);
                    lowering.define(name, value, span);
                }
            })
        })
    }

    /// Several locals: no value can mention the names but in inner functions.
    fn several_locals(
        &mut self,
        names: ast::Run<ast::Declared>,
        values: &[ast::ExprId],
        span: Span,
    ) {
        for name in names.variables() {
            self.declare_early(name, span);
        }
        for (name, &value) in names.variables().zip(values) {
            let value = self.named_expr(value, self.name_of(name));
            if self.variable(name).captured_early {
                self.assign_early(name, value, span);
            } else {
                self.define(name, value, span);
            }
        }
    }

    /// A class; a local one is declared before, since methods may mention it.
    fn class(&mut self, class: &ast::Class, span: Span) {
        let place = match self.variable(class.variable).global {
            Some(global) => Place::Global(global),
            None => {
                self.define_nil(class.variable, span);
                self.place(class.variable)
            }
        };
        let name = self.name_of(class.variable);
        let class = self.scoped(|lowering| {
            let superclass = class.superclass.map(|(superclass, hidden)| {
                let superclass = lowering.expr(superclass);
                let (slot, _): (Slot, bool) = lowering.new_local(hidden);
                (superclass, slot)
            });
            let methods = class.methods.of(&lowering.ast.methods).iter();
            let methods = methods.map(|method| (method.name, lowering.method(method))).collect();
            Class { name, superclass, methods, place }
        });
        let class = self.tree.class(class);
        self.push(StmtKind::Class(class), span);
    }
}
