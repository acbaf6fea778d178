//! A module as files hold it: without the library, without what nothing uses, numbered one way.
//!
//! The compiler puts the library's modules into the program like any other. In a file they would
//! grow old beside the natives they call, and a file must not pose as the library; so they stay
//! with the engine, and the file only names them ([`ModuleInfo::external`]). Functions, globals,
//! builtins, constants and sources that only they used go too, and what is left is numbered anew:
//! the entry module's top level first, the rest in the order it was in.

use crate::{
    BuiltinId, Code, Constant, DebugInfo, Function, FunctionDebug, FunctionId, FunctionKind,
    Global, GlobalId, Instr, Module, ModuleInfo, NameId, Operand, Source,
};
use sox_diagnostics::{SourceId, Span};

impl Module {
    /// The module as files hold it. Nothing else changes: it runs as before, once the engine has
    /// the library's modules under their names. Without `debug`, places in the source and names of
    /// variables go too, and traces have no lines.
    ///
    /// # Panics
    /// If an index leaves its table: the module is one that a compiler made.
    pub fn into_portable(mut self, debug: bool) -> Module {
        if !debug {
            let functions = self.functions.iter_mut();
            functions.for_each(|function| function.debug = DebugInfo::default());
        }
        let mut kept = Kept::new(&self);
        for info in &mut self.modules {
            if info.library {
                let path = self.sources[info.source.0 as usize].name.clone();
                info.external = Some(NameId(self.constants.len() as u32));
                self.constants.push(Constant::String(path));
                *info = ModuleInfo {
                    source: SourceId(0),
                    body: FunctionId(0),
                    globals: Vec::new(),
                    library: false,
                    ..info.clone()
                };
                kept.constants.0.push(false);
            }
        }
        kept.mark(&self);
        let mut portable = kept.number(self);
        if !debug {
            portable.sources = vec![Source::default()];
            portable.modules.iter_mut().for_each(|info| info.source = SourceId(0));
        }
        portable
    }

    /// Whether places in the source are known.
    pub fn has_debug(&self) -> bool {
        let known = |function: &Function| {
            let FunctionDebug { span, spans, locals, captures } = &*function.debug;
            *span != Span::default()
                || !spans.is_empty()
                || !locals.is_empty()
                || !captures.is_empty()
        };
        self.sources.iter().any(|source| *source != Source::default())
            || self.functions.iter().any(known)
    }
}

/// Which entries of a table stay.
struct Marks(Vec<bool>);

impl Marks {
    fn mark(&mut self, index: u32) {
        self.0[index as usize] = true;
    }

    /// The new number of each entry that stays.
    fn numbers(&self) -> Vec<u32> {
        let mut next = 0;
        let number = |&kept: &bool| {
            next += u32::from(kept);
            next.wrapping_sub(1)
        };
        self.0.iter().map(number).collect()
    }

    fn retain<T>(&self, table: &mut Vec<T>) {
        let mut kept = self.0.iter();
        table.retain(|_| *kept.next().expect("a mark for each entry"));
    }
}

/// What stays of a module.
struct Kept {
    functions: Vec<FunctionId>,
    globals: Marks,
    builtins: Marks,
    constants: Marks,
    sources: Marks,
}

impl Kept {
    fn new(module: &Module) -> Kept {
        let library = |id: crate::ModuleId| module.module(id).library;
        let numbered = (0..).map(FunctionId).zip(&module.functions);
        let stays = numbered.filter(|(_, function)| !library(function.module)).map(|(id, _)| id);
        let mut functions: Vec<FunctionId> = stays.collect();
        let body = module.module(module.entry).body;
        let at = functions.iter().position(|&id| id == body).expect("the entry has a top level");
        functions[..=at].rotate_right(1);
        let globals = module.globals.iter().map(|global| !library(global.module)).collect();
        Kept {
            functions,
            globals: Marks(globals),
            builtins: Marks(vec![false; module.builtins.len()]),
            constants: Marks(vec![false; module.constants.len()]),
            sources: Marks(vec![false; module.sources.len()]),
        }
    }

    /// Marks what the functions and tables that stay use.
    fn mark(&mut self, module: &Module) {
        for &id in &self.functions {
            let function = module.function(id);
            self.constants.mark(function.name.0);
            for operand in function.code.iter().flat_map(|instr| instr.operands()) {
                match operand {
                    Operand::Const(_) | Operand::Name(_) => self.constants.mark(operand.raw()),
                    Operand::Builtin(id) => self.builtins.mark(id.0),
                    _ => {}
                }
            }
            let FunctionDebug { locals, captures, .. } = &*function.debug;
            locals.iter().flatten().chain(captures).for_each(|name| self.constants.mark(name.0));
        }
        for (info, _) in module.globals.iter().zip(&self.globals.0).filter(|(_, kept)| **kept) {
            self.constants.mark(info.name.0);
            info.builtin.iter().for_each(|id| self.builtins.mark(id.0));
        }
        for info in &module.modules {
            self.constants.mark(info.name.0);
            match info.external {
                Some(path) => self.constants.mark(path.0),
                None => self.sources.mark(info.source.0),
            }
        }
        let named = module.tests.iter().chain(&module.benches);
        named.for_each(|(name, _)| self.constants.mark(name.0));
        let builtins = module.builtins.iter().zip(&self.builtins.0);
        builtins.filter(|(_, kept)| **kept).for_each(|(name, _)| self.constants.mark(name.0));
    }

    /// Drops what is not marked and gives the rest its new numbers.
    fn number(&self, mut module: Module) -> Module {
        let numbers = Numbers {
            functions: self.function_numbers(module.functions.len()),
            globals: self.globals.numbers(),
            builtins: self.builtins.numbers(),
            constants: self.constants.numbers(),
            sources: self.sources.numbers(),
        };
        let take = |id: &FunctionId| std::mem::replace(&mut module.functions[id.index()], hole());
        let functions: Vec<Function> = self.functions.iter().map(take).collect();
        module.functions = functions;
        self.globals.retain(&mut module.globals);
        self.builtins.retain(&mut module.builtins);
        self.constants.retain(&mut module.constants);
        self.sources.retain(&mut module.sources);
        numbers.apply(&mut module);
        module
    }

    fn function_numbers(&self, count: usize) -> Vec<u32> {
        let mut numbers = vec![u32::MAX; count];
        self.functions.iter().zip(0..).for_each(|(id, number)| numbers[id.index()] = number);
        numbers
    }
}

/// New numbers by old ones.
struct Numbers {
    functions: Vec<u32>,
    globals: Vec<u32>,
    builtins: Vec<u32>,
    constants: Vec<u32>,
    sources: Vec<u32>,
}

impl Numbers {
    fn apply(&self, module: &mut Module) {
        module.functions.iter_mut().for_each(|function| self.function(function));
        for Global { name, builtin, .. } in &mut module.globals {
            self.name(name);
            builtin.iter_mut().for_each(|id| *id = BuiltinId(self.builtins[id.index()]));
        }
        module.builtins.iter_mut().for_each(|name| self.name(name));
        module.modules.iter_mut().for_each(|info| self.module(info));
        module.main.iter_mut().for_each(|id| self.global(id));
        for (name, global) in module.tests.iter_mut().chain(&mut module.benches) {
            self.name(name);
            self.global(global);
        }
    }

    fn module(&self, info: &mut ModuleInfo) {
        self.name(&mut info.name);
        info.globals.iter_mut().for_each(|id| self.global(id));
        match &mut info.external {
            Some(path) => self.name(path),
            None => {
                info.body = FunctionId(self.functions[info.body.index()]);
                info.source = SourceId(self.sources[info.source.0 as usize]);
            }
        }
    }

    fn function(&self, function: &mut Function) {
        self.name(&mut function.name);
        for instr in &mut function.code {
            *instr = self.instr(*instr);
        }
        let FunctionDebug { locals, captures, .. } = &mut *function.debug;
        locals.iter_mut().flatten().chain(captures).for_each(|name| self.name(name));
    }

    fn instr(&self, instr: Instr) -> Instr {
        instr.map_operands(|operand| {
            let raw = operand.raw();
            let numbers = match operand {
                Operand::Const(_) | Operand::Name(_) => &self.constants,
                Operand::Global(_) => &self.globals,
                Operand::Builtin(_) => &self.builtins,
                Operand::Function(_) => &self.functions,
                _ => return raw,
            };
            numbers[raw as usize]
        })
    }

    fn name(&self, name: &mut NameId) {
        *name = NameId(self.constants[name.index()]);
    }

    fn global(&self, id: &mut GlobalId) {
        *id = GlobalId(self.globals[id.index()]);
    }
}

/// What is left where a function was taken out.
fn hole() -> Function {
    Function::new(FunctionKind::Plain, Code::default())
}
