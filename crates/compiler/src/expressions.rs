//! Expressions: for their value, or for what they do.

use crate::Limit;
use crate::function::FunctionCompiler;
use sox_bytecode::{BuiltinId, Count, Ends, FunctionId, Instr, ModuleId};
use sox_diagnostics::Span;
use sox_program::{BinaryOp, Expr, ExprId, ExprKind, Exprs, Super, Symbol, UnaryOp};

/// Array items are pushed in groups of this many, so that a long literal does not need a large frame.
const GROUP: usize = 64;

/// Interpolated parts too, but all of them are to be evaluated before any is printed (printing may
/// run a `toString`), so the group is as large as no one writes by hand.
const PARTS: usize = 1024;

impl FunctionCompiler<'_, '_> {
    /// Leaves the expression's value on the stack.
    pub(crate) fn value(&mut self, id: ExprId) {
        let Expr { kind, span } = *self.expr(id);
        match kind {
            ExprKind::Nil => self.code.emit(span, Instr::Nil {}),
            ExprKind::Bool(true) => self.code.emit(span, Instr::True {}),
            ExprKind::Bool(false) => self.code.emit(span, Instr::False {}),
            ExprKind::Number(number) => self.number(span, number),
            ExprKind::String(text) => {
                let value = self.constants.string(text);
                self.code.emit(span, Instr::Const { value });
            }
            ExprKind::Get(place) => self.load(span, place),
            ExprKind::Builtin(builtin) => {
                self.code.emit(span, Instr::GetBuiltin { builtin: BuiltinId(builtin.0) });
            }
            ExprKind::Undefined(name) => self.undefined(span, name),
            ExprKind::Assign(place, value) => {
                self.value(value);
                self.code.emit(span, Instr::Dup {});
                self.store(span, place);
            }
            ExprKind::AssignUndefined(name, value) => {
                self.effect(value);
                self.undefined(span, name);
            }
            ExprKind::Unary(op, operand) => self.unary(span, op, operand),
            ExprKind::Binary(op, left, right) => {
                self.value(left);
                self.value(right);
                self.code.emit(span, binary(op));
            }
            ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Conditional(..) => self.choice(id),
            ExprKind::Call(callee, args) => {
                self.value(callee);
                let args = self.arguments(args);
                self.code.emit(span, Instr::Call { args });
            }
            ExprKind::Invoke(object, name, args) => {
                self.value(object);
                let args = self.arguments(args);
                let name = self.constants.name(name);
                self.code.emit(span, Instr::Invoke { name, args });
            }
            ExprKind::SuperGet(id, name) => {
                let Super { this, superclass } = self.program.tree[id];
                self.load(span, this);
                self.load(span, superclass);
                let name = self.constants.name(name);
                self.code.emit(span, Instr::GetSuper { name });
            }
            ExprKind::SuperInvoke(id, name, args) => {
                let Super { this, superclass } = self.program.tree[id];
                self.load(span, this);
                let args = self.arguments(args);
                self.load(span, superclass);
                let name = self.constants.name(name);
                self.code.emit(span, Instr::SuperInvoke { name, args });
            }
            ExprKind::GetField(..)
            | ExprKind::SetField(..)
            | ExprKind::UpdateField(..)
            | ExprKind::GetIndex(..)
            | ExprKind::SetIndex(..)
            | ExprKind::UpdateIndex(..)
            | ExprKind::WithItem(..)
            | ExprKind::Slice(..) => self.member(id),
            ExprKind::Array(items) => self.array(span, items),
            ExprKind::Table(pairs) => self.table(span, pairs),
            ExprKind::Interpolate(parts) => self.interpolate(span, parts),
            ExprKind::Closure(function) => {
                self.code.emit(span, Instr::Closure { function: FunctionId(function.0) });
            }
            ExprKind::Import(module) => {
                self.code.emit(span, Instr::Import { module: ModuleId(module.0) });
            }
        }
    }

    /// Evaluates an expression whose value nobody wants.
    pub(crate) fn effect(&mut self, id: ExprId) {
        let Expr { kind, span } = *self.expr(id);
        match kind {
            ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
            ExprKind::Assign(place, value) => {
                self.value(value);
                self.store(span, place);
            }
            ExprKind::And(left, right) => self.effect_if(left, true, right),
            ExprKind::Or(left, right) => self.effect_if(left, false, right),
            ExprKind::Conditional(condition, yes, no) => {
                let (otherwise, end) = (self.code.label(), self.code.label());
                self.jump_if(condition, false, otherwise);
                self.effect(yes);
                self.code.jump(span, end, |target| Instr::Jump { target });
                self.code.bind(otherwise);
                self.effect(no);
                self.code.bind(end);
            }
            _ => {
                self.value(id);
                self.code.emit(span, Instr::Pop {});
            }
        }
    }

    fn effect_if(&mut self, condition: ExprId, truth: bool, expr: ExprId) {
        let end = self.code.label();
        self.jump_if(condition, !truth, end);
        self.effect(expr);
        self.code.bind(end);
    }

    pub(crate) fn number(&mut self, span: Span, number: f64) {
        let value = self.constants.number(number);
        self.code.emit(span, Instr::Const { value });
    }

    fn undefined(&mut self, span: Span, name: Symbol) {
        let name = self.constants.name(name);
        self.code.emit(span, Instr::Undefined { name });
    }

    fn unary(&mut self, span: Span, op: UnaryOp, operand: ExprId) {
        // The only way to write a negative number.
        if let (UnaryOp::Negate, ExprKind::Number(number)) = (op, self.expr(operand).kind) {
            return self.number(span, -number);
        }
        self.value(operand);
        let instr = match op {
            UnaryOp::Not => Instr::Not {},
            UnaryOp::Negate => Instr::Negate {},
            UnaryOp::Truth => Instr::Truth {},
            UnaryOp::Number => Instr::CheckNumber {},
            UnaryOp::Divisor => Instr::CheckDivisor {},
            UnaryOp::Share => Instr::Share {},
        };
        self.code.emit(span, instr);
    }

    /// `and`, `or`, `? :` as values.
    fn choice(&mut self, id: ExprId) {
        let Expr { kind, span } = *self.expr(id);
        let end = self.code.label();
        match kind {
            ExprKind::And(left, right) => {
                self.value(left);
                self.code.jump(span, end, |target| Instr::JumpIfFalseElsePop { target });
                self.value(right);
            }
            ExprKind::Or(left, right) => {
                self.value(left);
                self.code.jump(span, end, |target| Instr::JumpIfTrueElsePop { target });
                self.value(right);
            }
            ExprKind::Conditional(condition, yes, no) => {
                let otherwise = self.code.label();
                self.jump_if(condition, false, otherwise);
                self.value(yes);
                self.code.jump(span, end, |target| Instr::Jump { target });
                self.code.bind(otherwise);
                self.value(no);
            }
            _ => unreachable!("not a choice"),
        }
        self.code.bind(end);
    }

    /// Reading and writing fields, elements and parts.
    fn member(&mut self, id: ExprId) {
        let Expr { kind, span } = *self.expr(id);
        match kind {
            ExprKind::GetField(object, name) => {
                self.value(object);
                let name = self.constants.name(name);
                self.code.emit(span, Instr::GetField { name });
            }
            ExprKind::SetField(object, name, value) => {
                self.value(object);
                self.value(value);
                let name = self.constants.name(name);
                self.code.emit(span, Instr::SetField { name });
            }
            ExprKind::UpdateField(object, name, op, value) => {
                self.value(object);
                self.code.emit(span, Instr::Dup {});
                let name = self.constants.name(name);
                self.code.emit(span, Instr::GetField { name });
                self.value(value);
                self.code.emit(span, binary(op));
                self.code.emit(span, Instr::SetField { name });
            }
            ExprKind::GetIndex(object, index) => {
                self.value(object);
                self.value(index);
                self.code.emit(span, Instr::GetIndex {});
            }
            ExprKind::SetIndex(object, index, value) => {
                self.value(object);
                self.value(index);
                self.value(value);
                self.code.emit(span, Instr::SetIndex {});
            }
            ExprKind::UpdateIndex(object, index, op, value) => {
                self.value(object);
                self.value(index);
                self.code.emit(span, Instr::Dup2 {});
                self.code.emit(span, Instr::GetIndex {});
                self.value(value);
                self.code.emit(span, binary(op));
                self.code.emit(span, Instr::SetIndex {});
            }
            ExprKind::WithItem(object, index, value) => {
                self.value(object);
                self.value(index);
                self.value(value);
                self.code.emit(span, Instr::WithItem {});
            }
            ExprKind::Slice(object, from, to) => {
                self.value(object);
                from.into_iter().chain(to).for_each(|end| self.value(end));
                let ends = Ends(u8::from(from.is_some()) | u8::from(to.is_some()) << 1);
                self.code.emit(span, Instr::Slice { ends });
            }
            _ => unreachable!("not a member"),
        }
    }

    fn arguments(&mut self, args: Exprs) -> Count {
        let args = self.list(args);
        self.check_limit(Limit::Arguments, args.len() as u32);
        args.iter().for_each(|&arg| self.value(arg));
        Count(args.len() as u16)
    }

    fn array(&mut self, span: Span, items: Exprs) {
        let mut groups = self.list(items).chunks(GROUP);
        let first = groups.next().unwrap_or_default();
        first.iter().for_each(|&item| self.value(item));
        self.code.emit(span, Instr::NewArray { items: Count(first.len() as u16) });
        for group in groups {
            group.iter().for_each(|&item| self.value(item));
            self.code.emit(span, Instr::AppendItems { items: Count(group.len() as u16) });
        }
    }

    /// Pairs are inserted in groups too. A key that is not a literal may be one that tables refuse,
    /// which must be seen before the next pair is evaluated: it ends its group.
    fn table(&mut self, span: Span, pairs: Exprs) {
        self.code.emit(span, Instr::NewTable {});
        let mut waiting = 0;
        for pair in self.list(pairs).chunks_exact(2) {
            let (key, value) = (pair[0], pair[1]);
            self.value(key);
            self.value(value);
            waiting += 1;
            if waiting == GROUP / 2 || !is_safe_key(self.expr(key)) {
                self.code.emit(span, Instr::InsertPairs { pairs: Count(waiting as u16) });
                waiting = 0;
            }
        }
        if waiting > 0 {
            self.code.emit(span, Instr::InsertPairs { pairs: Count(waiting as u16) });
        }
    }

    fn interpolate(&mut self, span: Span, parts: Exprs) {
        let mut groups = self.list(parts).chunks(PARTS);
        let first = groups.next().unwrap_or_default();
        first.iter().for_each(|&part| self.value(part));
        self.code.emit(span, Instr::Interpolate { parts: Count(first.len() as u16) });
        for group in groups {
            group.iter().for_each(|&part| self.value(part));
            self.code.emit(span, Instr::Interpolate { parts: Count(group.len() as u16 + 1) });
        }
    }
}

fn is_safe_key(key: &Expr) -> bool {
    matches!(key.kind, ExprKind::String(_) | ExprKind::Bool(_))
        || matches!(key.kind, ExprKind::Number(number) if !number.is_nan())
}

fn binary(op: BinaryOp) -> Instr {
    match op {
        BinaryOp::Add => Instr::Add {},
        BinaryOp::Subtract => Instr::Subtract {},
        BinaryOp::Multiply => Instr::Multiply {},
        BinaryOp::Divide => Instr::Divide {},
        BinaryOp::Remainder => Instr::Remainder {},
        BinaryOp::Equal => Instr::Equal {},
        BinaryOp::NotEqual => Instr::NotEqual {},
        BinaryOp::Less => Instr::Less {},
        BinaryOp::LessEqual => Instr::LessEqual {},
        BinaryOp::Greater => Instr::Greater {},
        BinaryOp::GreaterEqual => Instr::GreaterEqual {},
        BinaryOp::Join => Instr::Join {},
        BinaryOp::Same => Instr::Same {},
        BinaryOp::Item => Instr::GetItem {},
        BinaryOp::ItemToChange => Instr::GetItemToChange {},
        BinaryOp::Append => Instr::Append {},
    }
}
