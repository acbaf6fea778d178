//! The tree as text: one S-expression for each statement, for tests and for reading.

use crate::{
    Arm, Arms, BinaryOp, Block, Capture, Class, ExprId, ExprKind, Exprs, Function, GlobalId, Place,
    Program, Slot, Stmt, StmtKind, Symbol, Try, UnaryOp,
};
use std::fmt::Write;

/// All functions of a program.
///
/// Variables are written as `name@place`: `x@0` in slot 0, `x@[0]` in the cell in slot 0, `x@^0` a
/// captured value, `x@^[0]` a captured cell, `x@g0` a global.
pub fn dump(program: &Program) -> String {
    let mut dump = Dump { program, function: None, text: String::new(), indent: 0 };
    for (number, function) in program.functions.iter().enumerate() {
        dump.function(number, function);
    }
    dump.text
}

struct Dump<'a> {
    program: &'a Program,
    function: Option<&'a Function>,
    text: String,
    indent: usize,
}

impl<'a> Dump<'a> {
    fn function(&mut self, number: usize, function: &'a Function) {
        self.function = Some(function);
        let _ = write!(
            self.text,
            "fn {number} {} {:?} params {}..{} locals {}",
            self.program.name(function.name),
            function.kind,
            function.required,
            function.params,
            function.locals
        );
        if function.has_defer {
            self.text.push_str(" defers");
        }
        for &Capture { from, name } in &function.captures {
            let _ = write!(self.text, " ({} from {})", self.program.name(name), bare_place(from));
        }
        self.block(function.body);
        self.text.push('\n');
    }

    /// Statements, each on a line of its own.
    fn block(&mut self, body: Block) {
        self.indent += 2;
        for statement in &self.program.tree[body] {
            self.line();
            self.statement(statement);
        }
        self.indent -= 2;
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', self.indent));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement.kind {
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Print(value) => self.form("print", [value]),
            StmtKind::Assert(condition, message) => {
                self.form("assert", std::iter::once(condition).chain(message));
            }
            StmtKind::Declare { slot, cell, value } => {
                let keyword = if cell { "cell" } else { "let" };
                let name = self.slot(slot);
                self.form(&format!("{keyword} {name}"), value);
            }
            StmtKind::DefineGlobal(global, value) => {
                let name = self.global(global);
                self.form(&format!("define {name}"), [value]);
            }
            StmtKind::Default { slot, value } => {
                let name = self.slot(slot);
                self.form(&format!("default {name}"), [value]);
            }
            StmtKind::BoxParam(slot) => {
                let name = self.slot(slot);
                self.form(&format!("box {name}"), []);
            }
            StmtKind::Block(body) => self.wrapped("do", body),
            StmtKind::If { arms, otherwise } => self.if_statement(arms, otherwise),
            StmtKind::Loop { condition, step, body } => {
                self.text.push_str("(loop ");
                self.part("while", condition);
                self.part("step", step);
                self.wrapped("do", body);
                self.text.push(')');
            }
            StmtKind::Foreach(id) => {
                let foreach = self.program.tree[id];
                let _ = write!(self.text, "(foreach {}", foreach.state.0);
                for variable in [foreach.key, foreach.value] {
                    let name = variable.map_or("_".into(), |variable| self.declared(variable));
                    let _ = write!(self.text, " {name}");
                }
                self.text.push(' ');
                self.expr(foreach.iterable);
                self.block(foreach.body);
                self.text.push(')');
            }
            StmtKind::Break => self.text.push_str("(break)"),
            StmtKind::Continue => self.text.push_str("(continue)"),
            StmtKind::Return(value) => self.form("return", value),
            StmtKind::Throw(value) => self.form("throw", [value]),
            StmtKind::Try(id) => {
                let Try { body, catch, finally } = self.program.tree[id];
                self.text.push_str("(try");
                self.block(body);
                if let Some(catch) = catch {
                    let name =
                        catch.variable.map_or("_".into(), |variable| self.declared(variable));
                    self.line();
                    self.wrapped(&format!("catch {name}"), catch.body);
                }
                if let Some(finally) = finally {
                    self.line();
                    self.wrapped(&format!("finally {}", finally.state.0), finally.body);
                }
                self.text.push(')');
            }
            StmtKind::Defer(function) => {
                let _ = write!(self.text, "(defer fn {})", function.0);
            }
            StmtKind::Class(id) => self.class(&self.program.tree[id]),
        }
    }

    fn class(&mut self, class: &Class) {
        let place = self.place(class.place);
        let _ = write!(self.text, "(class {place}");
        if let Some((superclass, slot)) = class.superclass {
            let _ = write!(self.text, " (super {} ", slot.0);
            self.expr(superclass);
            self.text.push(')');
        }
        for &(name, function) in &class.methods {
            let _ = write!(self.text, " ({} fn {})", self.program.name(name), function.0);
        }
        self.text.push(')');
    }

    fn wrapped(&mut self, head: &str, body: Block) {
        let _ = write!(self.text, "({head}");
        self.block(body);
        self.text.push(')');
    }

    fn part(&mut self, name: &str, value: Option<ExprId>) {
        if let Some(value) = value {
            self.form(name, [value]);
            self.text.push(' ');
        }
    }

    fn if_statement(&mut self, arms: Arms, otherwise: Block) {
        self.text.push_str("(if");
        for &Arm { condition, body } in &self.program.tree[arms] {
            self.text.push(' ');
            self.expr(condition);
            self.block(body);
        }
        if !otherwise.is_empty() {
            self.text.push_str(" else");
            self.block(otherwise);
        }
        self.text.push(')');
    }

    /// `(head operand …)`
    fn form(&mut self, head: &str, operands: impl IntoIterator<Item = ExprId>) {
        let _ = write!(self.text, "({head}");
        for operand in operands {
            self.text.push(' ');
            self.expr(operand);
        }
        self.text.push(')');
    }

    fn expr(&mut self, id: ExprId) {
        match self.program.tree[id].kind {
            ExprKind::Nil => self.text.push_str("nil"),
            ExprKind::Bool(value) => _ = write!(self.text, "{value}"),
            ExprKind::Number(value) => _ = write!(self.text, "{value}"),
            ExprKind::String(text) => _ = write!(self.text, "{:?}", self.program.name(text)),
            ExprKind::Get(place) => {
                let place = self.place(place);
                self.text.push_str(&place);
            }
            ExprKind::Builtin(builtin) => {
                let name = self.program.builtins[builtin.0 as usize];
                let _ = write!(self.text, "{}@builtin", self.program.name(name));
            }
            ExprKind::Undefined(name) => {
                let _ = write!(self.text, "{}@undefined", self.program.name(name));
            }
            ExprKind::Assign(place, value) => {
                let place = self.place(place);
                self.form(&format!("= {place}"), [value]);
            }
            ExprKind::AssignUndefined(name, value) => {
                let name = self.program.name(name);
                self.form(&format!("= {name}@undefined"), [value]);
            }
            ExprKind::Unary(op, operand) => self.form(unary_text(op), [operand]),
            ExprKind::Binary(op, left, right) => self.form(binary_text(op), [left, right]),
            ExprKind::And(left, right) => self.form("and", [left, right]),
            ExprKind::Or(left, right) => self.form("or", [left, right]),
            ExprKind::Conditional(condition, yes, no) => self.form("?:", [condition, yes, no]),
            ExprKind::Call(callee, args) => {
                self.form("call", std::iter::once(callee).chain(self.list(args)));
            }
            ExprKind::Invoke(object, name, args) => {
                let head = format!("invoke .{}", self.program.name(name));
                self.form(&head, std::iter::once(object).chain(self.list(args)));
            }
            ExprKind::GetField(object, name) => self.named(".", name, [object]),
            ExprKind::SetField(object, name, value) => self.named("=.", name, [object, value]),
            ExprKind::UpdateField(object, name, op, value) => {
                self.named(&format!("{}=.", binary_text(op)), name, [object, value]);
            }
            ExprKind::GetIndex(object, index) => self.form("[]", [object, index]),
            ExprKind::SetIndex(object, index, value) => self.form("=[]", [object, index, value]),
            ExprKind::UpdateIndex(object, index, op, value) => {
                self.form(&format!("{}=[]", binary_text(op)), [object, index, value]);
            }
            ExprKind::WithItem(object, index, value) => {
                self.form("with[]", [object, index, value]);
            }
            ExprKind::Slice(object, from, to) => self.slice(object, from, to),
            ExprKind::SuperGet(_, name) => self.named("super.", name, []),
            ExprKind::SuperInvoke(_, name, args) => {
                self.named("invoke super.", name, self.list(args));
            }
            ExprKind::Array(items) => self.form("array", self.list(items)),
            ExprKind::Table(entries) => self.form("table", self.list(entries)),
            ExprKind::Interpolate(parts) => self.form("text", self.list(parts)),
            ExprKind::Closure(function) => _ = write!(self.text, "(fn {})", function.0),
            ExprKind::Import(module) => _ = write!(self.text, "(import {})", module.0),
        }
    }

    /// The expressions of a list.
    fn list(&self, list: Exprs) -> impl Iterator<Item = ExprId> + use<'a> {
        self.program.tree[list].iter().copied()
    }

    fn named(&mut self, head: &str, name: Symbol, operands: impl IntoIterator<Item = ExprId>) {
        let head = format!("{head}{}", self.program.name(name));
        self.form(&head, operands);
    }

    fn slice(&mut self, object: ExprId, from: Option<ExprId>, to: Option<ExprId>) {
        self.text.push_str("([:] ");
        self.expr(object);
        for end in [from, to] {
            self.text.push(' ');
            match end {
                Some(end) => self.expr(end),
                None => self.text.push('_'),
            }
        }
        self.text.push(')');
    }

    fn place(&self, place: Place) -> String {
        let name = match place {
            Place::Local(slot) | Place::Cell(slot) => return self.local(slot, place),
            Place::Capture(index) | Place::CaptureCell(index) => self
                .function
                .and_then(|function| function.captures.get(index as usize))
                .map_or("?", |capture| self.program.name(capture.name)),
            Place::Global(global) => return self.global(global),
        };
        format!("{name}@{}", bare_place(place))
    }

    fn local(&self, slot: Slot, place: Place) -> String {
        let name = self
            .function
            .and_then(|function| function.local_names.get(slot.0 as usize))
            .map_or("?", |&name| self.program.name(name));
        format!("{name}@{}", bare_place(place))
    }

    fn slot(&self, slot: Slot) -> String {
        self.local(slot, Place::Local(slot))
    }

    fn declared(&self, (slot, cell): (Slot, bool)) -> String {
        self.local(slot, if cell { Place::Cell(slot) } else { Place::Local(slot) })
    }

    fn global(&self, id: GlobalId) -> String {
        let name = self.program.globals[id.0 as usize].name;
        format!("{}@g{}", self.program.name(name), id.0)
    }
}

fn bare_place(place: Place) -> String {
    match place {
        Place::Local(slot) => format!("{}", slot.0),
        Place::Cell(slot) => format!("[{}]", slot.0),
        Place::Capture(index) => format!("^{index}"),
        Place::CaptureCell(index) => format!("^[{index}]"),
        Place::Global(global) => format!("g{}", global.0),
    }
}

fn unary_text(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "!",
        UnaryOp::Negate => "-",
        UnaryOp::Truth => "truth",
        UnaryOp::Number => "number",
        UnaryOp::Divisor => "divisor",
        UnaryOp::Share => "share",
    }
}

fn binary_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Join => "join",
        BinaryOp::Same => "same",
        BinaryOp::Item => "item",
        BinaryOp::ItemToChange => "item!",
        BinaryOp::Append => "append",
    }
}
