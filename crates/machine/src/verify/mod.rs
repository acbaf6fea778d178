//! The verifier: everything that is wrong with a module, or a [`Verified`] module.
//!
//! Names are resolved first (`symbols`); then each function is checked instruction by instruction
//! (`operands`, `calls`) and as a whole (`paths`). A function of which something could not be
//! read is not checked as a whole, as most of what would be found follows from what is missing.

mod calls;
mod operands;
mod paths;
mod suggest;
mod symbols;

use crate::fault::{Fault, MAX_FAULTS, Rule};
use crate::ir::flow::Flow;
use crate::ir::{Func, FuncId, Inst, Module, Name};

use paths::Exposed;
pub use symbols::Symbol;
use symbols::Symbols;

/// A module that keeps all rules. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct Verified {
    module: Module,
    symbols: Symbols,
}

impl Verified {
    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// What a symbol is.
    pub fn symbol(&self, name: Name) -> Option<Symbol> {
        self.symbols.get(name)
    }

    /// The function of that name.
    pub fn function(&self, name: &[u8]) -> Option<FuncId> {
        match self.symbol(self.module.names.lookup(name)?) {
            Some(Symbol::Function(id)) => Some(id),
            _ => None,
        }
    }

    /// The function that a method call means: `Type__Method`.
    pub fn method(&self, type_name: Name, method: Name) -> Option<Symbol> {
        self.symbol(self.method_name(type_name, method)?)
    }

    /// The name of that function.
    pub fn method_name(&self, type_name: Name, method: Name) -> Option<Name> {
        let name = method_name(&self.module, type_name, method);
        self.module.names.lookup(&name)
    }

    /// Functions that are missing and return 0, because the module allows stubs.
    pub fn stubs(&self) -> &[Name] {
        &self.symbols.stubs
    }

    /// Changes the bodies of functions. What is left keeps all rules and names the same symbols: in
    /// debug builds that is checked.
    pub(crate) fn rewrite(
        &mut self,
        change: impl FnOnce(&mut Module, &dyn Fn(Name) -> Option<Symbol>),
    ) {
        let Verified { module, symbols } = self;
        change(module, &|name| symbols.get(name));
        if cfg!(debug_assertions) {
            let faults = verify(module.clone()).err().unwrap_or_default();
            assert!(faults.is_empty(), "{faults:#?}\n{}", crate::nir::print(module));
        }
    }

    /// The module, to be changed; it has to be verified again.
    pub fn into_module(self) -> Module {
        self.module
    }
}

/// The symbol of a method.
fn method_name(module: &Module, type_name: Name, method: Name) -> Vec<u8> {
    [module.name(type_name), b"__", module.name(method)].concat()
}

/// Checks a module.
///
/// # Errors
/// Every rule that is broken, in the order of functions and instructions, up to [`MAX_FAULTS`].
pub fn verify(mut module: Module) -> Result<Verified, Vec<Fault>> {
    let mut faults = Vec::new();
    let symbols = Symbols::resolve(&mut module, &mut faults);
    let mut checker = Checker {
        module: &module,
        symbols: &symbols,
        faults,
        flow: Flow::default(),
        seen: Vec::new(),
        exposed: Exposed::default(),
    };
    for func in module.funcs() {
        if checker.faults.len() < MAX_FAULTS {
            checker.function(func);
        }
    }
    let faults = checker.faults;
    if faults.is_empty() { Ok(Verified { module, symbols }) } else { Err(faults) }
}

struct Checker<'m> {
    module: &'m Module,
    symbols: &'m Symbols,
    faults: Vec<Fault>,
    flow: Flow,
    /// Parameters, or labels, of a function that have been seen.
    seen: Vec<bool>,
    exposed: Exposed,
}

impl Checker<'_> {
    fn function(&mut self, func: Func<'_>) {
        self.parameters(func);
        self.flow.build(func);
        self.labels(func);
        let mut flags = false;
        for (index, inst) in (0..).zip(func.insts()) {
            let at = At { func, index };
            self.operands(at, inst);
            self.call(at, inst);
            flags = self.flags(at, inst, flags);
        }
        if !func.function.damaged {
            self.paths(func);
        }
    }

    /// Adds a fault in an instruction.
    fn fault(&mut self, at: At<'_>, rule: Rule, message: String, hint: &str) {
        let offset = at.func.offsets().get(at.index as usize).copied();
        let offset = offset.unwrap_or(at.func.function.offset);
        let fault = Fault::new(rule, message, hint)
            .within(at.func.name(), Some(at.index))
            .at(offset, offset.saturating_add(1));
        self.faults.push(fault);
    }

    /// Adds a fault of a function as a whole.
    fn function_fault(&mut self, func: Func<'_>, rule: Rule, message: String, hint: &str) {
        let offset = func.function.offset;
        let fault = Fault::new(rule, message, hint)
            .within(func.name(), None)
            .at(offset, offset.saturating_add(1));
        self.faults.push(fault);
    }
}

/// An instruction's place.
#[derive(Clone, Copy)]
struct At<'m> {
    func: Func<'m>,
    index: u32,
}

impl At<'_> {
    fn inst(&self) -> &Inst {
        &self.func.insts()[self.index as usize]
    }
}

/// A name as messages show it.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
