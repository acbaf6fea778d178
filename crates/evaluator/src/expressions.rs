//! Expressions: each pushes one value.

use crate::frames::Activation;
use sox_diagnostics::Span;
use sox_program::{BinaryOp, Expr, ExprId, ExprKind, Exprs, FunctionId, Super, Symbol, UnaryOp};
use sox_runtime::ops::{self, Outcome};
use sox_runtime::{Fault, Str, Unpacked, Value, poh};
use std::cmp::Ordering;

impl Activation<'_> {
    /// Pushes the value of an expression.
    pub(crate) fn expression(&mut self, id: ExprId) -> Result<(), Fault> {
        let expr = &self.tree[id];
        self.guard()
            .and_then(|()| self.evaluate(expr))
            .map_err(|fault| self.raise(fault, expr.span))
    }

    /// [`Activation::expression`] without the care for errors. Parts come first, from left to right;
    /// an expression that may call something then says where it is, since the parts may have moved
    /// that.
    fn evaluate(&mut self, expr: &Expr) -> Result<(), Fault> {
        match expr.kind {
            ExprKind::Nil => self.push(Value::nil()),
            ExprKind::Bool(value) => self.push(Value::bool(value)),
            ExprKind::Number(value) => self.push(Value::number(value)),
            ExprKind::String(text) => self.push(self.string(text).into()),
            ExprKind::Get(place) => self.push(self.read(place)?),
            ExprKind::Builtin(builtin) => self.push(self.builtin(builtin)?),
            ExprKind::Undefined(name) => return Err(self.undefined_variable(name)),
            ExprKind::Assign(place, value) => {
                self.expression(value)?;
                self.assign(place, self.peek(0))?;
            }
            ExprKind::AssignUndefined(name, value) => {
                self.expression(value)?;
                return Err(self.undefined_variable(name));
            }
            ExprKind::Unary(operator, operand) => {
                self.expression(operand)?;
                self.unary(operator)?;
            }
            ExprKind::Binary(operator, left, right) => {
                self.expression(left)?;
                self.expression(right)?;
                self.binary(operator, expr.span)?;
            }
            ExprKind::And(left, right) => self.short_circuit(left, right, false)?,
            ExprKind::Or(left, right) => self.short_circuit(left, right, true)?,
            ExprKind::Conditional(condition, yes, no) => {
                let branch = if self.condition(condition)? { yes } else { no };
                self.expression(branch)?;
            }
            ExprKind::Call(callee, args) => self.call(callee, args, expr.span)?,
            ExprKind::Invoke(object, name, args) => self.invoke(object, name, args, expr.span)?,
            ExprKind::GetField(object, name) => self.get_field(object, name)?,
            ExprKind::SetField(object, name, value) => self.set_field(object, name, value)?,
            ExprKind::UpdateField(object, name, operator, value) => {
                self.update_field(object, name, operator, value, expr.span)?;
            }
            ExprKind::GetIndex(object, index) => self.get_index(object, index)?,
            ExprKind::SetIndex(object, index, value) => self.set_index(object, index, value)?,
            ExprKind::UpdateIndex(object, index, operator, value) => {
                self.update_index(object, index, operator, value, expr.span)?;
            }
            ExprKind::WithItem(object, index, value) => self.with_item(object, index, value)?,
            ExprKind::Slice(object, from, to) => {
                self.slice(object, from, to)?;
            }
            ExprKind::SuperGet(id, name) => {
                let Super { this, superclass } = self.tree[id];
                self.super_get(this, superclass, name)?;
            }
            ExprKind::SuperInvoke(id, name, args) => {
                let Super { this, superclass } = self.tree[id];
                self.super_invoke(this, superclass, name, args, expr.span)?;
            }
            ExprKind::Array(items) => self.array(items)?,
            ExprKind::Table(entries) => self.table(entries)?,
            ExprKind::Interpolate(parts) => self.interpolate(parts, expr.span)?,
            ExprKind::Closure(function) => self.closure(function)?,
            ExprKind::Import(module) => {
                self.at(expr.span);
                let module = self.unit.modules[module.0 as usize];
                self.engine.import(self.iso, module)?;
            }
        }
        Ok(())
    }

    /// The value of an expression as a truth, off the stack.
    pub(crate) fn condition(&mut self, expr: ExprId) -> Result<bool, Fault> {
        self.expression(expr)?;
        Ok(self.pop().is_truthy())
    }

    /// `and`, `or`: the left value if its truth decides, else the right one.
    fn short_circuit(&mut self, left: ExprId, right: ExprId, decides: bool) -> Result<(), Fault> {
        self.expression(left)?;
        if self.peek(0).is_truthy() != decides {
            self.pop();
            self.expression(right)?;
        }
        Ok(())
    }

    fn unary(&self, operator: UnaryOp) -> Result<(), Fault> {
        let operand = self.peek(0);
        let value = match operator {
            UnaryOp::Not => Value::bool(!operand.is_truthy()),
            UnaryOp::Negate => match operand.as_number() {
                Some(number) => Value::number(-number),
                None => return Err(ops::operand_must_be_a_number(operand)),
            },
            UnaryOp::Truth => Value::bool(poh::truth(operand)),
            UnaryOp::Number => poh::number(operand)?,
            UnaryOp::Divisor => poh::divisor(operand)?,
            UnaryOp::Share => poh::share(operand),
        };
        self.replace(1, value);
        Ok(())
    }

    /// Replaces the two topmost operands by what the operator at `span` makes of them.
    pub(crate) fn binary(&mut self, operator: BinaryOp, span: Span) -> Result<(), Fault> {
        self.at(span);
        let (a, b) = (self.peek(1), self.peek(0));
        let value = match operator {
            BinaryOp::Add => match ops::add(self.iso, a, b)? {
                Outcome::Value(sum) => sum,
                Outcome::NeedsCall => return self.cx().add(),
            },
            BinaryOp::Subtract => arithmetic(a, b, |a, b| a - b)?,
            BinaryOp::Multiply => arithmetic(a, b, |a, b| a * b)?,
            BinaryOp::Divide => arithmetic(a, b, |a, b| a / b)?,
            BinaryOp::Remainder => arithmetic(a, b, sox_semantics::remainder)?,
            BinaryOp::Equal => Value::bool(ops::equal(a, b)),
            BinaryOp::NotEqual => Value::bool(!ops::equal(a, b)),
            BinaryOp::Less => comparison(a, b, Ordering::is_lt)?,
            BinaryOp::LessEqual => comparison(a, b, Ordering::is_le)?,
            BinaryOp::Greater => comparison(a, b, Ordering::is_gt)?,
            BinaryOp::GreaterEqual => comparison(a, b, Ordering::is_ge)?,
            BinaryOp::Join => poh::join(self.iso, a, b)?,
            BinaryOp::Same => Value::bool(poh::same(a, b)),
            BinaryOp::Item => poh::get_item(self.iso, a, b)?,
            BinaryOp::ItemToChange => poh::item_to_change(self.iso, a, b)?,
            BinaryOp::Append => poh::append(self.iso, a, b)?,
        };
        self.replace(2, value);
        Ok(())
    }

    fn interpolate(&mut self, parts: Exprs, span: Span) -> Result<(), Fault> {
        let parts = &self.tree[parts];
        parts.iter().try_for_each(|&part| self.expression(part))?;
        self.at(span);
        self.cx().interpolate(parts.len())
    }

    fn array(&mut self, items: Exprs) -> Result<(), Fault> {
        let items = &self.tree[items];
        self.push(self.iso.array(items.len())?.into());
        for &item in items {
            self.expression(item)?;
            let item = self.pop();
            let Unpacked::Array(array) = self.peek(0).unpack() else { unreachable!("made above") };
            array.push(self.iso, item)?;
        }
        Ok(())
    }

    /// A key that is there already keeps its place and gets the later value.
    fn table(&mut self, entries: Exprs) -> Result<(), Fault> {
        self.push(self.iso.table()?.into());
        for entry in self.tree[entries].chunks_exact(2) {
            self.expression(entry[0])?;
            self.expression(entry[1])?;
            let (value, key) = (self.pop(), self.pop());
            let Unpacked::Table(table) = self.peek(0).unpack() else { unreachable!("made above") };
            table.set(self.iso, key, value)?;
        }
        Ok(())
    }

    /// Pushes a closure of the function over the places its captures name.
    pub(crate) fn closure(&mut self, function: FunctionId) -> Result<(), Fault> {
        let number = self.unit.functions[function.0 as usize];
        let captures = &self.unit.program.function(function).captures;
        let captured: Vec<Value<'_>> =
            captures.iter().map(|capture| self.captured(capture.from)).collect();
        self.push(self.iso.closure(number, &captured)?.into());
        Ok(())
    }

    /// A name or string of the program.
    pub(crate) fn string(&self, symbol: Symbol) -> Str<'_> {
        let constant = self.unit.names[symbol.0 as usize];
        self.iso.constant(constant).as_str().expect("names are bound to strings")
    }
}

/// An operator for two numbers.
fn arithmetic(
    a: Value<'_>,
    b: Value<'_>,
    operator: fn(f64, f64) -> f64,
) -> Result<Value<'static>, Fault> {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => Ok(Value::number(operator(a, b))),
        _ => Err(ops::operands_must_be_numbers(a, b)),
    }
}

/// A comparison; one with NaN is false.
fn comparison(
    a: Value<'_>,
    b: Value<'_>,
    holds: fn(Ordering) -> bool,
) -> Result<Value<'static>, Fault> {
    Ok(Value::bool(ops::compare(a, b)?.is_some_and(holds)))
}
