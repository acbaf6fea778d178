//! What each symbol is: every name is defined once and every name that is used is defined.

use super::suggest::Suggestions;
use super::{method_name, shown};
use crate::builtins::Builtin;
use crate::fault::{Fault, MAX_FAULTS, Rule};
use crate::ir::{DataId, Func, FuncId, Module, Name, Op, Operand, Reloc};

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A function of the module.
    Function(FuncId),
    /// Initialised data.
    Data(DataId),
    /// Data that is zero at the start: its number.
    Bss(u32),
    /// An import: its number.
    Import(u32),
    /// A function of the runtime.
    Builtin(Builtin),
    /// A missing function that returns 0.
    Stub,
}

/// Largest alignment, in bytes.
const MAX_ALIGN: u64 = 1 << 16;

/// Largest zero-initialised data, in bytes: code reaches data by 32-bit distances.
const MAX_BSS: u64 = 1 << 30;

/// The meaning of every name.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    /// By name.
    meanings: Vec<Option<Symbol>>,
    /// Functions that name physical registers or use the machine directly, by number.
    pub(super) physical: Vec<bool>,
    pub(super) stubs: Vec<Name>,
}

impl Symbols {
    pub(super) fn get(&self, name: Name) -> Option<Symbol> {
        self.meanings.get(name.0 as usize).copied().flatten()
    }

    /// Finds what every symbol of the module is.
    pub(super) fn resolve(module: &mut Module, faults: &mut Vec<Fault>) -> Symbols {
        let mut suggestions = Suggestions::default();
        let physical = module.funcs().map(Func::is_physical).collect();
        let mut symbols = Symbols { physical, ..Symbols::default() };
        intern_methods(module);
        symbols.meanings.resize(module.names.len(), None);
        symbols.definitions(module, faults);
        symbols.objects(module, faults);
        for func in module.funcs() {
            for (index, inst) in (0..).zip(func.insts()) {
                for &operand in &inst.operands {
                    if let Operand::Sym(name) = operand {
                        let place = Some((func, index));
                        let callee = matches!(inst.op, Op::Call | Op::TailCall | Op::BareCall);
                        symbols.needed(module, name, callee, place, (faults, &mut suggestions));
                    }
                }
                if let (Op::MethodCall, [_, Operand::Bytes(ty), Operand::Bytes(method), _]) =
                    (inst.op, inst.operands)
                {
                    let name = method_name(module, ty, method);
                    if let Some(name) = module.names.lookup(&name) {
                        let place = Some((func, index));
                        symbols.needed(module, name, true, place, (faults, &mut suggestions));
                    }
                }
            }
        }
        for data in &module.data {
            for reloc in module.data_relocs(data) {
                let before = faults.len();
                symbols.needed(module, reloc.symbol, false, None, (faults, &mut suggestions));
                for fault in &mut faults[before..] {
                    *fault = fault.clone().at(data.offset, data.offset.saturating_add(1));
                }
            }
        }
        symbols
    }

    fn definitions(&mut self, module: &Module, faults: &mut Vec<Fault>) {
        let functions = (0..).zip(&module.functions);
        let functions = functions.map(|(n, f)| (f.name, f.offset, Symbol::Function(FuncId(n))));
        let data = (0..).zip(&module.data);
        let data = data.map(|(n, d)| (d.name, d.offset, Symbol::Data(DataId(n))));
        let bss = (0..).zip(&module.bss).map(|(n, b)| (b.name, b.offset, Symbol::Bss(n)));
        let imports =
            (0..).zip(&module.imports).map(|(n, i)| (i.name, i.offset, Symbol::Import(n)));
        for (name, offset, symbol) in functions.chain(data).chain(bss).chain(imports) {
            let known = &mut self.meanings[name.0 as usize];
            if known.is_some() {
                let message = format!("`{}` is defined twice", shown(module.name(name)));
                let hint = "functions, data and imports share their names; rename one";
                let fault = Fault::new(Rule::Duplicate, message, hint);
                faults.push(fault.at(offset, offset.saturating_add(1)));
            } else {
                *known = Some(symbol);
            }
        }
    }

    /// Alignment and size of data.
    fn objects(&self, module: &Module, faults: &mut Vec<Fault>) {
        let data = module.data.iter().map(|d| (d.name, d.align, d.offset, 0));
        let bss = module.bss.iter().map(|b| (b.name, b.align, b.offset, b.size));
        for (name, align, offset, size) in data.chain(bss) {
            let mut add = |rule, message: &str, hint: &str| {
                let message = format!("`{}`: {message}", shown(module.name(name)));
                faults.push(Fault::new(rule, message, hint).at(offset, offset.saturating_add(1)));
            };
            if !align.is_power_of_two() || align > MAX_ALIGN {
                let message = format!("the alignment {align} is impossible");
                add(Rule::Alignment, &message, "alignments are powers of two up to 65536");
            }
            if size > MAX_BSS {
                add(
                    Rule::TooLarge,
                    "more than 2^30 bytes",
                    "ask the system for memory at run time",
                );
            }
        }
        for data in &module.data {
            for &Reloc { at, symbol, .. } in module.data_relocs(data) {
                if at % 8 != 0 || data.align % 8 != 0 {
                    let message = format!(
                        "`{}`: the address of `{}` is at byte {at} of data aligned to {}",
                        shown(module.name(data.name)),
                        shown(module.name(symbol)),
                        data.align
                    );
                    let hint = "addresses in data stand at multiples of 8: align 8";
                    let fault = Fault::new(Rule::Alignment, message, hint);
                    faults.push(fault.at(data.offset, data.offset.saturating_add(1)));
                }
            }
        }
    }

    /// A symbol that is used; what the module does not define may be a builtin or become a stub.
    fn needed(
        &mut self,
        module: &Module,
        name: Name,
        callee: bool,
        place: Option<(Func<'_>, u32)>,
        (faults, suggestions): (&mut Vec<Fault>, &mut Suggestions),
    ) {
        if self.meanings[name.0 as usize].is_some() {
            return;
        }
        let text = module.name(name);
        if let Some(builtin) = Builtin::from_name(text) {
            self.meanings[name.0 as usize] = Some(Symbol::Builtin(builtin));
        } else if module.allow_stubs && callee {
            self.meanings[name.0 as usize] = Some(Symbol::Stub);
            self.stubs.push(name);
        } else if faults.len() < MAX_FAULTS {
            let text = shown(text);
            let known = || {
                let names = (0..module.names.len() as u32).map(Name);
                let known = names.filter(|&name| self.get(name).is_some());
                let builtins = Builtin::NAMES.iter().map(|name| name.to_string());
                known.map(|name| shown(module.name(name))).chain(builtins).collect()
            };
            let hint = suggestions.hint(&text, known, "define it, or import it");
            let message = format!("there is no `{text}`");
            let fault = Fault::new(Rule::UndefinedSymbol, message, hint);
            faults.push(match place {
                Some((func, index)) => {
                    let offset = func.offsets()[index as usize];
                    fault.within(func.name(), Some(index)).at(offset, offset.saturating_add(1))
                }
                None => fault,
            });
        }
    }
}

/// Gives the functions that methods stand for their names, so that each has a meaning.
fn intern_methods(module: &mut Module) {
    let methods: Vec<Vec<u8>> = module
        .funcs()
        .flat_map(|func| func.insts())
        .filter_map(|inst| match (inst.op, inst.operands) {
            (Op::MethodCall, [_, Operand::Bytes(ty), Operand::Bytes(method), _]) => {
                Some(method_name(module, ty, method))
            }
            _ => None,
        })
        .collect();
    for name in methods {
        module.names.intern(&name);
    }
}
