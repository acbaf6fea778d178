//! Lowering declarations and simple statements.

use super::Lowering;
use super::functions::return_this;
use crate::ast::{self, ExprId, VariableId};
use crate::resolver::Use;
use sox_diagnostics::Span;
use sox_program::{Class, Expr, ExprKind, Place, Slot, Stmt, StmtKind};

impl Lowering<'_> {
    pub(super) fn statements(&mut self, body: &[ast::Stmt], into: &mut Vec<Stmt>) {
        body.iter().for_each(|statement| self.statement(statement, into));
    }

    /// Statements in a scope of their own.
    pub(super) fn block(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        self.scoped(|lowering| {
            let mut block = Vec::with_capacity(body.len());
            lowering.statements(body, &mut block);
            block
        })
    }

    fn statement(&mut self, statement: &ast::Stmt, into: &mut Vec<Stmt>) {
        let span = statement.span;
        let kind = match &statement.kind {
            ast::StmtKind::Empty => return,
            &ast::StmtKind::Expr(value) => return self.expression_statement(value, span, into),
            &ast::StmtKind::Print(value) => StmtKind::Print(self.expr(value)),
            &ast::StmtKind::Assert(condition, message) => {
                let condition = self.expr(condition);
                StmtKind::Assert(condition, message.map(|message| self.expr(message)))
            }
            ast::StmtKind::Var { names, values } => {
                return self.variables(names, values, span, into);
            }
            ast::StmtKind::Function { variable, function, .. } => {
                return self.function_declaration(*variable, function, span, into);
            }
            ast::StmtKind::Class(class) => return self.class(class, span, into),
            ast::StmtKind::Import(imports) => return self.imports(imports, span, into),
            ast::StmtKind::Block(body) => StmtKind::Block(self.block(body)),
            ast::StmtKind::If { arms, otherwise } => self.if_statement(arms, otherwise),
            ast::StmtKind::While(condition, body) => self.while_loop(*condition, body),
            ast::StmtKind::For(parts) => self.for_loop(parts, span),
            ast::StmtKind::Foreach(parts) => self.foreach_loop(parts, span),
            ast::StmtKind::Switch { subject, arms } => self.switch(*subject, arms, span),
            ast::StmtKind::Break => StmtKind::Break,
            ast::StmtKind::Continue => StmtKind::Continue,
            ast::StmtKind::Return(None) if self.state().is_initializer() => {
                into.push(return_this(span));
                return;
            }
            &ast::StmtKind::Return(value) => StmtKind::Return(value.map(|value| self.expr(value))),
            &ast::StmtKind::Throw(value) => StmtKind::Throw(self.expr(value)),
            ast::StmtKind::Try(parts) => self.try_statement(parts, span),
            ast::StmtKind::Defer(function) => {
                self.state().has_defer = true;
                StmtKind::Defer(self.plain_function(function, self.common.defer))
            }
        };
        into.push(Stmt { kind, span });
    }

    pub(super) fn expression_statement(&mut self, id: ExprId, span: Span, into: &mut Vec<Stmt>) {
        let kind = match (self.resolution.meaning(id), &self.ast.expr(id).kind) {
            (Use::Declares(global), &ast::ExprKind::Assign { target, value, .. }) => {
                let value = match self.ast.expr(target).kind {
                    ast::ExprKind::Name(name) => self.named_expr(value, name),
                    _ => self.expr(value),
                };
                StmtKind::DefineGlobal(global, value)
            }
            _ => StmtKind::Expr(self.expr(id)),
        };
        into.push(Stmt { kind, span });
    }

    /// Declares a variable with its value.
    fn define(&mut self, id: VariableId, value: Expr, span: Span, into: &mut Vec<Stmt>) {
        let kind = match self.variable(id).global {
            Some(global) => StmtKind::DefineGlobal(global, value),
            None => {
                let (slot, cell) = self.new_local(id);
                StmtKind::Declare { slot, cell, value: Some(value) }
            }
        };
        into.push(Stmt { kind, span });
    }

    /// `fn name …` and the like: a local whose value may capture it gets its cell first.
    fn define_named(
        &mut self,
        id: VariableId,
        span: Span,
        into: &mut Vec<Stmt>,
        value: impl FnOnce(&mut Self) -> Expr,
    ) {
        if !self.declare_early(id, span, into) {
            let value = value(self);
            return self.define(id, value, span, into);
        }
        let value = value(self);
        self.assign_early(id, value, span, into);
    }

    /// Makes the cell of a local that its first value may capture; false for other variables.
    fn declare_early(&mut self, id: VariableId, span: Span, into: &mut Vec<Stmt>) -> bool {
        let early = self.variable(id).captured_early;
        if early {
            let (slot, cell) = self.new_local(id);
            into.push(Stmt { kind: StmtKind::Declare { slot, cell, value: None }, span });
        }
        early
    }

    fn assign_early(&mut self, id: VariableId, value: Expr, span: Span, into: &mut Vec<Stmt>) {
        let kind = ExprKind::Assign(self.place(id), Box::new(value));
        into.push(Stmt { kind: StmtKind::Expr(Expr { kind, span }), span });
    }

    fn function_declaration(
        &mut self,
        id: VariableId,
        function: &ast::Function,
        span: Span,
        into: &mut Vec<Stmt>,
    ) {
        let name = self.name_of(id);
        let name_span = self.ast.declared(id).span;
        self.define_named(id, span, into, |lowering| {
            let function = lowering.plain_function(function, name);
            Expr { kind: ExprKind::Closure(function), span: name_span }
        });
    }

    fn imports(&mut self, imports: &[(VariableId, usize)], span: Span, into: &mut Vec<Stmt>) {
        for &(variable, number) in imports {
            let module = self.file.imports[number];
            let path_span = self.ast.imports[number].span;
            let value = Expr { kind: ExprKind::Import(module), span: path_span };
            self.define(variable, value, span, into);
        }
    }

    fn variables(
        &mut self,
        names: &[VariableId],
        values: &[ExprId],
        span: Span,
        into: &mut Vec<Stmt>,
    ) {
        match (names, values) {
            (names, []) => names.iter().for_each(|&name| self.define_nil(name, span, into)),
            (&[name], &[value]) => {
                let text = self.name_of(name);
                self.define_named(name, span, into, |lowering| lowering.named_expr(value, text));
            }
            _ if self.variable(names[0]).global.is_some() => {
                let block = self.several_globals(names, values, span);
                into.push(Stmt { kind: StmtKind::Block(block), span });
            }
            _ => self.several_locals(names, values, span, into),
        }
    }

    fn define_nil(&mut self, id: VariableId, span: Span, into: &mut Vec<Stmt>) {
        let kind = match self.variable(id).global {
            Some(global) => StmtKind::DefineGlobal(global, Expr { kind: ExprKind::Nil, span }),
            None => {
                let (slot, cell) = self.new_local(id);
                StmtKind::Declare { slot, cell, value: None }
            }
        };
        into.push(Stmt { kind, span });
    }

    /// `var a, b = b, a`: all values are computed before the first name gets its own.
    fn several_globals(
        &mut self,
        names: &[VariableId],
        values: &[ExprId],
        span: Span,
    ) -> Vec<Stmt> {
        self.scoped(|lowering| {
            let mut block = Vec::with_capacity(2 * names.len());
            let mut slots = Vec::with_capacity(names.len());
            for (&name, &value) in names.iter().zip(values) {
                let value = lowering.named_expr(value, lowering.name_of(name));
                let slot = lowering.new_hidden(span);
                slots.push(slot);
                let kind = StmtKind::Declare { slot, cell: false, value: Some(value) };
                block.push(Stmt { kind, span });
            }
            for (&name, slot) in names.iter().zip(slots) {
                let value = Expr { kind: ExprKind::Get(Place::Local(slot)), span };
                lowering.define(name, value, span, &mut block);
            }
            block
        })
    }

    /// Several locals: no value can mention the names but in inner functions.
    fn several_locals(
        &mut self,
        names: &[VariableId],
        values: &[ExprId],
        span: Span,
        into: &mut Vec<Stmt>,
    ) {
        for &name in names {
            self.declare_early(name, span, into);
        }
        for (&name, &value) in names.iter().zip(values) {
            let value = self.named_expr(value, self.name_of(name));
            if self.variable(name).captured_early {
                self.assign_early(name, value, span, into);
            } else {
                self.define(name, value, span, into);
            }
        }
    }

    /// A class; a local one is declared before, since methods may mention it.
    fn class(&mut self, class: &ast::Class, span: Span, into: &mut Vec<Stmt>) {
        let place = match self.variable(class.variable).global {
            Some(global) => Place::Global(global),
            None => {
                self.define_nil(class.variable, span, into);
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
            let methods = class.methods.iter();
            let methods = methods.map(|method| (method.name, lowering.method(method))).collect();
            Class { name, superclass, methods, place }
        });
        into.push(Stmt { kind: StmtKind::Class(Box::new(class)), span });
    }
}
