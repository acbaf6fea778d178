//! Resolving statements, functions and classes.

use super::{ClassState, FunctionKind, FunctionState, Resolver};
use crate::ast::{
    Arm, Block, Class, Declared, ExprId, ExprKind, For, Foreach, Function, Id, Run, Stmt, StmtKind,
    Try, VariableId,
};
use crate::codes;
use crate::session::Unit;
use sox_diagnostics::{Code, Span};

impl Resolver<'_> {
    /// The whole file.
    pub(super) fn file(&mut self) {
        self.functions.push(FunctionState {
            kind: FunctionKind::File,
            loops: 0,
            switches: 0,
            this: None,
        });
        self.declare_globals();
        self.statements(self.ast.body);
        self.functions.pop();
    }

    fn statements(&mut self, body: Block) {
        let body = self.ast.block(body);
        body.iter().for_each(|statement| self.statement(statement));
        self.warn_unreachable(body);
    }

    fn warn_unreachable(&mut self, body: &[Stmt]) {
        let leaves = |statement: &Stmt| {
            use StmtKind::*;
            matches!(statement.kind, Return(_) | Break | Continue | Throw(_))
        };
        let after =
            body.iter().position(leaves).and_then(|at| Some((&body[at], body.get(at + 1)?)));
        if let Some((leaving, dead)) = after
            && !self.quiet
            && !self.reports.has_errors()
        {
            let report = self.reports.warning(&codes::UNREACHABLE, dead.span, "Unreachable code.");
            report.secondary.push((leaving.span, "this always leaves the block".into()));
        }
    }

    fn block(&mut self, body: Block) {
        self.scoped(|resolver| resolver.statements(body));
    }

    fn loop_body(&mut self, body: Block) {
        self.function().loops += 1;
        self.block(body);
        self.function().loops -= 1;
    }

    fn statement(&mut self, statement: &Stmt) {
        let (ast, span) = (self.ast, statement.span);
        match statement.kind {
            StmtKind::Empty => {}
            StmtKind::Expr(value) | StmtKind::Print(value) | StmtKind::Throw(value) => {
                self.expression(value);
            }
            StmtKind::Assert(condition, message) => {
                self.expression(condition);
                message.into_iter().for_each(|message| self.expression(message));
            }
            StmtKind::Var { names, values } => self.variables(names, values),
            StmtKind::Function { variable, function, marked } => {
                if marked.is_some() && !self.at_top_level() {
                    let message = "An attribute is only possible at the top level of a file.";
                    self.reports.error(&codes::LOCAL_ATTRIBUTE, span, message);
                }
                self.declared_with(variable, |resolver| resolver.plain_function(function));
            }
            StmtKind::Class(id) => {
                let class = id.of(&ast.classes);
                let superclass = class.superclass.map(|(superclass, _)| superclass);
                self.check_superclass(class, superclass);
                self.declared_with(class.variable, |resolver| resolver.class(class));
            }
            StmtKind::Import(imports) => {
                let imports = imports.of(&ast.imports).iter();
                imports.for_each(|import| self.declare_local(import.variable));
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::If { arms, otherwise } => {
                for &Arm { condition, body } in arms.of(&ast.arms) {
                    self.expression(condition);
                    self.block(body);
                }
                self.block(otherwise);
            }
            StmtKind::While(condition, body) => {
                self.expression(condition);
                self.loop_body(body);
            }
            StmtKind::For(parts) => self.for_loop(parts.of(&ast.fors)),
            StmtKind::Foreach(parts) => self.foreach_loop(parts.of(&ast.foreachs)),
            StmtKind::Switch { subject, arms } => {
                self.expression(subject);
                self.function().switches += 1;
                for arm in arms.of(&ast.switch_arms) {
                    ast.list(arm.cases).iter().for_each(|&case| self.expression(case));
                    self.block(arm.body);
                }
                self.function().switches -= 1;
            }
            StmtKind::Break => self.check_in_loop(
                &codes::BREAK_OUTSIDE,
                span,
                "Can't use 'break' outside of a loop.",
            ),
            StmtKind::Continue => self.check_in_loop(
                &codes::CONTINUE_OUTSIDE,
                span,
                "Can't use 'continue' outside of a loop.",
            ),
            StmtKind::Return(value) => self.return_statement(value, span),
            StmtKind::Try(parts) => self.try_statement(parts.of(&ast.tries)),
            StmtKind::Defer(function) => self.plain_function(function),
        }
    }

    /// Declares a local; those of the top level are declared from the start.
    fn declare_local(&mut self, variable: VariableId) {
        if !self.at_top_level() {
            self.declare(variable);
        }
    }

    /// Declares a function or class, whose value may mention it.
    fn declared_with(&mut self, variable: VariableId, value: impl FnOnce(&mut Self)) {
        let local = !self.at_top_level();
        if local {
            self.declare_initializing(variable);
        }
        value(self);
        if local {
            self.initialized(variable);
        }
    }

    fn variables(&mut self, names: Run<Declared>, values: Run<ExprId>) {
        let local = !self.at_top_level();
        if local {
            names.variables().for_each(|name| self.declare_initializing(name));
        }
        self.ast.list(values).iter().for_each(|&value| self.expression(value));
        if local {
            names.variables().for_each(|name| self.initialized(name));
        }
    }

    fn for_loop(&mut self, parts: &For) {
        self.scoped(|resolver| {
            resolver.ast.block(parts.init).iter().for_each(|init| resolver.statement(init));
            parts.condition.into_iter().for_each(|condition| resolver.expression(condition));
            parts.step.into_iter().for_each(|step| resolver.expression(step));
            resolver.loop_body(parts.body);
        });
    }

    fn foreach_loop(&mut self, parts: &Foreach) {
        self.expression(parts.iterable);
        self.scoped(|resolver| {
            parts.key.into_iter().for_each(|key| resolver.declare(key));
            resolver.declare(parts.value);
            resolver.loop_body(parts.body);
        });
    }

    fn try_statement(&mut self, parts: &Try) {
        self.block(parts.body);
        if let Some((variable, body)) = parts.catch {
            self.scoped(|resolver| {
                variable.into_iter().for_each(|variable| resolver.declare(variable));
                resolver.block(body);
            });
        }
        parts.finally.into_iter().for_each(|body| self.block(body));
    }

    fn check_in_loop(&mut self, code: &'static Code, span: Span, message: &str) {
        if self.function().loops > 0 || self.reports.is_torn() {
            return;
        }
        let in_switch = self.function().switches > 0 && *code == codes::BREAK_OUTSIDE;
        let report = self.reports.error(code, span, message);
        if in_switch {
            report.help.push("a `case` ends at its `}` and needs no `break`".into());
        }
    }

    fn return_statement(&mut self, value: Option<ExprId>, span: Span) {
        let module = matches!(self.world.unit, Unit::Module | Unit::Library);
        let kind = self.function().kind;
        match kind {
            FunctionKind::File if !module && !self.reports.is_torn() => {
                let message = "Can't return from top-level code.";
                let report = self.reports.error(&codes::RETURN_OUTSIDE, span, message);
                report.help.push("`sysExit(status)` ends the process".into());
            }
            FunctionKind::Initializer if value.is_some() => {
                let message = "Can't return a value from an initializer.";
                self.reports.error(&codes::RETURN_FROM_INIT, span, message);
            }
            _ => {}
        }
        value.into_iter().for_each(|value| self.expression(value));
    }
}

// Functions and classes.
impl Resolver<'_> {
    /// A function that is no method: `this` means what it means around it.
    pub(super) fn plain_function(&mut self, function: Id<Function>) {
        let this = self.function().this;
        self.any_function(
            function,
            FunctionState { kind: FunctionKind::Plain, loops: 0, switches: 0, this },
        );
    }

    fn any_function(&mut self, function: Id<Function>, state: FunctionState) {
        let function = self.ast.function(function);
        let hidden = match state.kind {
            FunctionKind::Method | FunctionKind::Initializer => state.this,
            _ => None,
        };
        self.functions.push(state);
        self.scoped(|resolver| {
            hidden.into_iter().for_each(|this| resolver.declare(this));
            for param in function.params.of(&resolver.ast.params) {
                resolver.declare_forbidden(param.variable);
                param.default.into_iter().for_each(|default| resolver.expression(default));
                resolver.initialized(param.variable);
            }
            resolver.statements(function.body);
        });
        self.functions.pop();
    }

    fn check_superclass(&mut self, class: &Class, superclass: Option<ExprId>) {
        let Some(superclass) = superclass else { return };
        let expr = self.ast.expr(superclass);
        if let ExprKind::Name(name, _) = expr.kind
            && name == self.name(class.variable)
        {
            let message = "A class can't inherit from itself.";
            self.reports.error(&codes::INHERITS_ITSELF, expr.span, message);
        } else {
            self.expression(superclass);
        }
    }

    fn class(&mut self, class: &Class) {
        self.scoped(|resolver| {
            let superclass = class.superclass.map(|(_, hidden)| hidden);
            superclass.into_iter().for_each(|hidden| resolver.declare(hidden));
            resolver.classes.push(ClassState { superclass });
            for method in class.methods.of(&resolver.ast.methods) {
                let is_init = resolver.text(method.name) == "init";
                let kind = if is_init { FunctionKind::Initializer } else { FunctionKind::Method };
                let state = FunctionState { kind, loops: 0, switches: 0, this: Some(method.this) };
                resolver.any_function(method.function, state);
            }
            resolver.classes.pop();
        });
    }
}
