//! Calls and returns agree with what they call and where they return from.

use super::{At, Checker, Symbol, method_name, shown};
use crate::fault::Rule;
use crate::ir::{Class, Func, FuncId, Inst, Name, Op, Operand, Pair};

/// What a callee takes and gives, as far as it is known.
struct Signature<'m> {
    params: Params<'m>,
    /// Classes of the results, if known.
    results: Option<Pair<Class>>,
}

enum Params<'m> {
    /// Those of a function.
    Of(Func<'m>),
    /// One integer.
    Integer,
    /// Only their number is known.
    Count(usize),
    Unknown,
}

impl Params<'_> {
    /// Their classes, if known.
    fn classes(&self) -> Option<impl ExactSizeIterator<Item = Class> + '_> {
        let (func, count) = match self {
            Params::Of(func) => (Some(*func), func.params().len()),
            Params::Integer => (None, 1),
            Params::Count(_) | Params::Unknown => return None,
        };
        let class =
            move |number: usize| func.map_or(Class::I64, |func| func.class(func.params()[number]));
        Some((0..count).map(class))
    }
}

impl<'m> Checker<'m> {
    pub(super) fn call(&mut self, at: At<'_>, inst: &Inst) {
        let [first, second, third, fourth] = inst.operands;
        match inst.op {
            Op::Call => {
                let Some(signature) = self.signature(at, second) else { return };
                self.arguments(at, &signature, third);
                let taken = self.classes(at, first);
                self.taken(at, &signature, taken);
            }
            Op::MethodCall => {
                let (Operand::Bytes(ty), Operand::Bytes(method)) = (second, third) else { return };
                let name = self.module.names.lookup(&method_name(self.module, ty, method));
                let Some(signature) = name.and_then(|n| self.signature(at, Operand::Sym(n))) else {
                    return;
                };
                self.arguments(at, &signature, fourth);
                self.taken(at, &signature, std::iter::once(Class::I64));
            }
            Op::TailCall => {
                let Some(signature) = self.signature(at, first) else { return };
                self.arguments(at, &signature, second);
                let own = &at.func.function.results;
                if signature.results.is_some_and(|results| results != *own) {
                    let message = "the callee has other results than this function".to_string();
                    let hint = "call it, and return what is wanted";
                    self.fault(at, Rule::Arity, message, hint);
                }
            }
            Op::BareCall => self.bare(at, first),
            Op::Ret => {
                let wanted = &at.func.function.results;
                if !self.classes(at, first).eq(wanted.iter().copied()) {
                    let given: Vec<Class> = self.classes(at, first).collect();
                    let (given, wanted) = (list(&given), list(wanted));
                    let message = format!("returns {given}, but the function has {wanted}");
                    self.fault(at, Rule::Arity, message, "results are declared before the name");
                }
            }
            Op::StringLit => {
                let symbol = match second {
                    Operand::Sym(name) => self.symbols.get(name),
                    _ => None,
                };
                if matches!(symbol, Some(Symbol::Function(_) | Symbol::Builtin(_))) {
                    let message = "a string's bytes are data".to_string();
                    self.fault(at, Rule::OperandKind, message, "name a data object");
                }
            }
            _ => {}
        }
    }

    /// Classes of a list's elements, without the mark of variadic arguments.
    fn classes<'a>(
        &self,
        at: At<'a>,
        operand: Operand,
    ) -> impl Iterator<Item = Class> + Clone + use<'a, 'm> {
        let list = self.module.list(operand).iter();
        list.filter(|&&element| element != Operand::Variadic)
            .map(move |element| element.reg().map_or(Class::I64, |reg| at.func.class(reg)))
    }

    /// What is known of a callee; nothing if it is no function, which is a fault, or undefined.
    fn signature(&mut self, at: At<'_>, callee: Operand) -> Option<Signature<'m>> {
        let Operand::Sym(name) = callee else {
            return Some(Signature { params: Params::Unknown, results: None });
        };
        Some(match self.symbols.get(name)? {
            Symbol::Function(id) => self.function_signature(id),
            Symbol::Import(number) => {
                let arity = self.module.imports[number as usize].arity;
                let params = arity.map_or(Params::Unknown, |arity| Params::Count(arity as usize));
                Signature { params, results: None }
            }
            Symbol::Builtin(builtin) => Signature {
                params: Params::Integer,
                results: Pair::new(&[Class::I64; 2][..builtin.results()]),
            },
            Symbol::Stub => Signature { params: Params::Unknown, results: None },
            Symbol::Data(_) | Symbol::Bss(_) => {
                self.not_a_function(at, name);
                return None;
            }
        })
    }

    fn function_signature(&self, id: FuncId) -> Signature<'m> {
        let func = self.module.func(id);
        let own = func.function.results;
        let results = match own.is_empty() && self.symbols.physical[id.0 as usize] {
            // Its result is in the physical result register.
            true => Pair::new(&[Class::I64]),
            false => Some(own),
        };
        Signature { params: Params::Of(func), results }
    }

    fn not_a_function(&mut self, at: At<'_>, name: Name) {
        let message = format!("`{}` is data, not a function", shown(self.module.name(name)));
        let hint = "to call an address that data holds, load it into a register";
        self.fault(at, Rule::OperandKind, message, hint);
    }

    fn arguments(&mut self, at: At<'_>, signature: &Signature<'_>, arguments: Operand) {
        let elements = self.module.list(arguments);
        let mut marks = (0..elements.len()).filter(|&at| elements[at] == Operand::Variadic);
        let mark = marks.next();
        if marks.next().is_some() {
            self.fault(at, Rule::OperandKind, "two `...` in one call".into(), "write it once");
        }
        let given = self.classes(at, arguments);
        let fixed = mark.unwrap_or(elements.len());
        let wanted = match &signature.params {
            Params::Unknown => return,
            Params::Count(count) => *count,
            Params::Of(_) | Params::Integer => {
                if mark.is_some() {
                    let message = "the callee takes a fixed number of arguments".to_string();
                    self.fault(at, Rule::Arity, message, "leave out `...`");
                }
                signature.params.classes().map_or(0, |classes| classes.len())
            }
        };
        if fixed != wanted {
            let message = format!("{fixed} arguments are given, but the callee takes {wanted}");
            self.fault(at, Rule::Arity, message, "give as many as it has parameters");
            return;
        }
        if let Some(classes) = signature.params.classes() {
            for (number, (wanted, given)) in classes.zip(given).enumerate() {
                if wanted != given {
                    let number = number + 1;
                    let (wanted, given) = (wanted.name(), given.name());
                    let message = format!("argument {number} is {given}, but {wanted} is needed");
                    self.fault(at, Rule::Class, message, "convert it first");
                }
            }
        }
    }

    /// Results may be left, but not invented.
    fn taken(
        &mut self,
        at: At<'_>,
        signature: &Signature<'_>,
        taken: impl Iterator<Item = Class> + Clone,
    ) {
        let Some(results) = &signature.results else { return };
        let mut given = results.iter().copied();
        if !taken.clone().all(|class| given.next() == Some(class)) {
            let taken: Vec<Class> = taken.collect();
            let (taken, results) = (list(&taken), list(results));
            let message = format!("takes {taken}, but the callee returns {results}");
            self.fault(at, Rule::Arity, message, "take what it returns, or nothing");
        }
    }

    fn bare(&mut self, at: At<'_>, callee: Operand) {
        let Some(signature) = self.signature(at, callee) else { return };
        let Some(mut params) = signature.params.classes() else { return };
        let Some(isa) = self.module.isa else { return };
        let registers = isa.argument_registers().len();
        if params.len() > registers || params.any(|class| class.is_float()) {
            let message = format!(
                "a call without arguments passes at most {registers} integers, in registers"
            );
            self.fault(at, Rule::Arity, message, "list the arguments: {call, D, {sym, F}, [Args]}");
        }
    }
}

fn list(classes: &[Class]) -> String {
    match classes {
        [] => "nothing".to_string(),
        _ => classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", "),
    }
}
