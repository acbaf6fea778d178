//! `dedupe`: constants that nothing uses go, and of functions that cannot be told apart one is kept.
//!
//! Functions can be told apart by the places in the source that their errors come from. So those
//! merge that cannot fail (`fn(x) { return x }`), and any two that came from the same place, as in
//! files without debug information.

use super::unused::renumber;
use crate::{ConstId, Constant, Effects, Function, FunctionKind, Instr, Module, NameId, Operand};
use sox_diagnostics::Span;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Merging functions makes those equal that make closures of them; so often that is looked for.
const ROUNDS: usize = 4;

/// Merges functions, drops constants; gives how many went.
pub(super) fn dedupe(module: &mut Module) -> usize {
    let rounds = (0..ROUNDS).map(|_| functions(module));
    let merged: usize = rounds.take_while(|&merged| merged > 0).sum();
    let before = module.constants.len();
    constants(module);
    before.saturating_sub(module.constants.len()) + merged
}

fn functions(module: &mut Module) -> usize {
    let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut numbers = Vec::with_capacity(module.functions.len());
    let mut kept: Vec<bool> = Vec::with_capacity(module.functions.len());
    let mut next = 0;
    for (index, function) in module.functions.iter().enumerate() {
        let alike = known.entry(fingerprint(function)).or_default();
        let same = |other: &&u32| {
            function.kind != FunctionKind::Module
                && behave_alike(function, &module.functions[**other as usize])
        };
        match alike.iter().find(same) {
            Some(&other) => {
                numbers.push(numbers[other as usize]);
                kept.push(false);
            }
            None => {
                alike.push(index as u32);
                numbers.push(next);
                kept.push(true);
                next += 1;
            }
        }
    }
    let merged = kept.iter().filter(|&&kept| !kept).count();
    if merged > 0 {
        let mut kept = kept.iter();
        module.functions.retain(|_| *kept.next().unwrap_or(&true));
        renumber(module, &numbers);
    }
    merged
}

/// Equal for functions that [`behave_alike`], and hardly ever for others: a program may have very many
/// functions of the same code that stand in different places.
fn fingerprint(function: &Function) -> u64 {
    let Function { name, kind, module, params, required, locals, .. } = function;
    let mut hasher = DefaultHasher::new();
    (name.0, kind, module.0, params, required, locals).hash(&mut hasher);
    function.captures.hash(&mut hasher);
    function.code.hash(&mut hasher);
    function.handlers.hash(&mut hasher);
    failing_places(function).for_each(|span| (span.start, span.end).hash(&mut hasher));
    hasher.finish()
}

/// Whether nothing but the listing tells the two apart.
fn behave_alike(a: &Function, b: &Function) -> bool {
    (a.name, a.kind, a.module, a.params, a.required, a.locals)
        == (b.name, b.kind, b.module, b.params, b.required, b.locals)
        && a.captures == b.captures
        && a.code == b.code
        && a.handlers == b.handlers
        && failing_places(a).eq(failing_places(b))
}

/// The places in the source of what may fail, or be in a trace because it calls.
fn failing_places(function: &Function) -> impl Iterator<Item = Span> + '_ {
    let mut spans = function.debug.spans.iter().peekable();
    let mut span = function.debug.span;
    (0..).zip(&function.code).filter_map(move |(at, instr)| {
        while let Some(&(_, next)) = spans.next_if(|&&(start, _)| start <= at) {
            span = next;
        }
        let Effects { throws, calls, .. } = instr.effects();
        (throws || calls).then_some(span)
    })
}

/// Makes the table of constants anew, from those that are used, in the order of their first use.
fn constants(module: &mut Module) {
    let old = std::mem::take(&mut module.constants);
    let mut table = Table { numbers: vec![None; old.len()], old, new: Vec::new() };
    for function in &mut module.functions {
        table.name(&mut function.name);
        for instr in &mut function.code {
            *instr = table.instr(*instr);
        }
        function.debug.locals.iter_mut().flatten().for_each(|name| table.name(name));
        function.debug.captures.iter_mut().for_each(|name| table.name(name));
    }
    for info in &mut module.modules {
        table.name(&mut info.name);
        info.external.iter_mut().for_each(|path| table.name(path));
    }
    module.globals.iter_mut().for_each(|global| table.name(&mut global.name));
    module.builtins.iter_mut().for_each(|name| table.name(name));
    let tests = module.tests.iter_mut().chain(&mut module.benches);
    tests.for_each(|(name, _)| table.name(name));
    module.constants = table.new;
}

struct Table {
    old: Vec<Constant>,
    /// By old number, the new one once it has one.
    numbers: Vec<Option<u32>>,
    new: Vec<Constant>,
}

impl Table {
    fn instr(&mut self, instr: Instr) -> Instr {
        instr.map_operands(|operand| match operand {
            Operand::Const(ConstId(id)) | Operand::Name(NameId(id)) => self.number(id),
            other => other.raw(),
        })
    }

    fn name(&mut self, name: &mut NameId) {
        name.0 = self.number(name.0);
    }

    /// The new number. (One of no constant stays one: there are never more than there were.)
    fn number(&mut self, old: u32) -> u32 {
        let Some(number) = self.numbers.get_mut(old as usize) else { return old };
        *number.get_or_insert_with(|| {
            let constant = &mut self.old[old as usize];
            self.new.push(std::mem::replace(constant, Constant::Number(0.0)));
            self.new.len() as u32 - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DebugInfo, FunctionDebug};

    #[test]
    fn functions_that_differ_in_places_only_are_not_compared_with_each_other() {
        let function = |start| Function {
            debug: DebugInfo::from(FunctionDebug {
                spans: vec![(0, Span { start, end: start })],
                ..FunctionDebug::default()
            }),
            ..Function::new(FunctionKind::Plain, vec![Instr::Nil {}, Instr::Throw {}])
        };
        let mut prints: Vec<u64> = (0..100).map(|at| fingerprint(&function(at))).collect();
        assert_eq!(prints[7], fingerprint(&function(7)));
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), 100);
    }
}
