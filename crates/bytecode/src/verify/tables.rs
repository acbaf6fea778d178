//! First pass: indices, names, constants; and what the third asks of each instruction by itself.

use super::rules::{Broken, Rule, VerifyError, ensure};
use crate::debug::{DebugVisitor, Outline};
use crate::{
    BuiltinId, Capture, Constant, Function, FunctionKind, Global, GlobalId, Instr, Module,
    ModuleId, ModuleInfo, NameId, Operand, Source,
};

type Checked = Result<(), Broken>;

/// Greatest number of parameters and arguments.
const MAX_ARGS: u16 = 255;

/// Checks everything but the functions.
pub(super) fn check(module: &Module) -> Result<(), VerifyError> {
    tables(module).map_err(Broken::in_tables)
}

/// Per constant, whether it is a name.
pub(super) fn names(module: &Module) -> Vec<bool> {
    module.constants.iter().map(|it| matches!(it, Constant::String(_))).collect()
}

fn tables(module: &Module) -> Checked {
    module.constants.iter().try_for_each(check_constant)?;
    module.sources.iter().try_for_each(check_source)?;
    module.builtins.iter().try_for_each(|&id| name(module, id))?;
    module.globals.iter().try_for_each(|info| check_global(module, info))?;
    for (id, info) in module.modules.iter().enumerate() {
        check_module(module, ModuleId(id as u32), info)?;
    }
    source_module(module, module.entry)?;
    ensure!(module.is_here(module.entry), ModuleBody, "the entry module is not in this program");
    module.main.iter().try_for_each(|&id| global(module, id))?;
    for &(id, holder) in module.tests.iter().chain(&module.benches) {
        name(module, id)?;
        global(module, holder)?;
    }
    Ok(())
}

fn check_constant(constant: &Constant) -> Checked {
    if let Constant::Number(number) = constant {
        let canonical = !number.is_nan() || number.to_bits() == f64::NAN.to_bits();
        ensure!(canonical, CanonicalNan, "bits {:#x}", number.to_bits());
    }
    Ok(())
}

fn check_source(source: &Source) -> Checked {
    let starts = &source.line_starts;
    ensure!(
        starts.first().is_none_or(|&start| start == 0),
        LineStarts,
        "'{}' does not start at 0",
        source.name
    );
    let rising = starts.is_sorted_by(|a, b| a < b);
    ensure!(rising, LineStarts, "lines of '{}' do not go up", source.name);
    Ok(())
}

fn check_global(module: &Module, info: &Global) -> Checked {
    name(module, info.name)?;
    source_module(module, info.module)?;
    let owner = module.module(info.module);
    ensure!(owner.external.is_none(), OwnGlobals, "module {} is external", info.module.0);
    if let Some(id) = info.builtin {
        builtin(module, id)?;
        builtin_for(module, owner, id)?;
    }
    Ok(())
}

fn check_module(module: &Module, id: ModuleId, info: &ModuleInfo) -> Checked {
    name(module, info.name)?;
    if let Some(path) = info.external {
        name(module, path)?;
        ensure!(info.globals.is_empty(), OwnGlobals, "module {} is external", id.0);
        return Ok(());
    }
    index("source", info.source.0, module.sources.len())?;
    if module.is_here(id) {
        index("function", info.body.0, module.functions.len())?;
        let body = module.function(info.body);
        let fits = body.kind == FunctionKind::Module && body.module == id;
        ensure!(fits, ModuleBody, "function {} is no top level of module {}", info.body.0, id.0);
    }
    for &own in &info.globals {
        global(module, own)?;
        let owner = module.globals[own.index()].module;
        ensure!(owner == id, OwnGlobals, "global {} is of module {}", own.0, owner.0);
    }
    Ok(())
}

/// Checks what a function says about itself; its code is left to the passes that follow.
pub(super) fn check_function(module: &Module, names: &[bool], function: &Function) -> Checked {
    name(module, function.name)?;
    source_module(module, function.module)?;
    let here = module.is_here(function.module);
    ensure!(here, ModuleBody, "module {} is not in this program", function.module.0);
    let Function { params, required, locals, .. } = *function;
    ensure!(params <= MAX_ARGS, Parameters, "{params} parameters");
    ensure!(required <= params, Parameters, "{required} of {params} parameters required");
    let slots = params + function.first_param();
    ensure!(slots <= locals, Parameters, "{locals} locals for {slots} parameters");
    if function.kind == FunctionKind::Module {
        let bare = params == 0 && function.captures.is_empty();
        ensure!(bare, ModuleBody, "a top level with parameters or captures");
    }
    check_debug(module, names, function)
}

fn check_debug(module: &Module, names: &[bool], function: &Function) -> Checked {
    let mut found = DebugNames { names, ..DebugNames::default() };
    function.debug.visit_names(&mut found);
    found.no_name.iter().try_for_each(|&id| name(module, id))?;
    let slots = found.locals <= usize::from(function.locals);
    ensure!(slots, DebugInOrder, "names for more locals than there are");
    let captures = found.captures <= function.captures.len();
    ensure!(captures, DebugInOrder, "names for more captures than there are");
    let Outline { in_order, forward, next } = function.debug.outline();
    let inside = next as usize <= function.code.len();
    ensure!(in_order && inside, DebugInOrder, "spans are not in the order of the code");
    ensure!(forward, DebugInOrder, "a span ends before it starts");
    Ok(())
}

/// The names in the debug information of a function.
#[derive(Default)]
struct DebugNames<'m> {
    /// Per constant, whether it is a name.
    names: &'m [bool],
    /// The first that should be a name and is none.
    no_name: Option<NameId>,
    locals: usize,
    captures: usize,
}

impl DebugNames<'_> {
    fn name(&mut self, id: NameId) {
        if self.names.get(id.index()) != Some(&true) {
            self.no_name.get_or_insert(id);
        }
    }
}

impl DebugVisitor for DebugNames<'_> {
    fn local(&mut self, name: Option<NameId>) {
        self.locals += 1;
        name.into_iter().for_each(|id| self.name(id));
    }

    fn capture(&mut self, name: NameId) {
        self.captures += 1;
        self.name(name);
    }
}

/// What is asked of single instructions beside the ranges of their operands.
#[inline(always)]
pub(super) fn check_instr(module: &Module, function: &Function, instr: Instr) -> Checked {
    match instr {
        Instr::Call { args } | Instr::Invoke { args, .. } | Instr::SuperInvoke { args, .. } => {
            ensure!(args.0 <= MAX_ARGS, Counts, "{} arguments", args.0);
        }
        Instr::Slice { ends } => ensure!(ends.0 <= 3, Counts, "ends {:#b}", ends.0),
        Instr::AssertFailed { message } => {
            ensure!(message.0 <= 1, Counts, "{} messages", message.0);
        }
        Instr::ForeachStart { state } | Instr::ForeachNext { state, .. } => {
            index("local", u32::from(state.0) + 1, usize::from(function.locals))?;
        }
        Instr::ModuleLoaded { module }
        | Instr::ModuleFailed { module }
        | Instr::ModuleTable { module } => {
            let own = function.kind == FunctionKind::Module && function.module == module;
            ensure!(own, OwnModule, "module {} from outside", module.0);
        }
        Instr::Closure { function } => {
            let made = module.function(function).kind != FunctionKind::Module;
            ensure!(made, NotAClosure, "function {}", function.0);
        }
        _ => {}
    }
    Ok(())
}

/// Checks that operands of a function are in range.
#[derive(Clone, Copy)]
pub(super) struct Operands<'m> {
    pub(super) module: &'m Module,
    /// Per constant, whether it is a name.
    pub(super) names: &'m [bool],
    pub(super) function: &'m Function,
}

impl Operands<'_> {
    #[inline(always)]
    pub(super) fn check(self, operand: Operand) -> Checked {
        let Operands { module, names, function } = self;
        match operand {
            Operand::Const(id) => index("constant", id.0, names.len()),
            Operand::Name(id) => match names.get(id.index()) {
                Some(true) => Ok(()),
                _ => name(module, id),
            },
            Operand::Local(slot) => index("local", slot.0.into(), function.locals.into()),
            Operand::Capture(id) => index("capture", id.0.into(), function.captures.len()),
            Operand::Global(id) => global(module, id),
            Operand::Builtin(id) => {
                builtin(module, id)?;
                builtin_for(module, module.module(function.module), id)
            }
            Operand::Function(id) => index("function", id.0, module.functions.len()),
            Operand::Module(id) => source_module(module, id),
            // Targets belong to the next pass; counts are what they are.
            Operand::Target(_) | Operand::Count(_) | Operand::Ends(_) => Ok(()),
        }
    }
}

/// A capture whose source is in range, seen from the function that makes the closure.
pub(super) fn capture_in_range(maker: &Function, capture: Capture) -> Checked {
    match capture {
        Capture::Local(slot) | Capture::Cell(slot) => {
            index("local", slot.0.into(), maker.locals.into())
        }
        Capture::Capture(id) | Capture::CaptureCell(id) => {
            index("capture", id.0.into(), maker.captures.len())
        }
    }
}

#[inline]
fn index(what: &str, index: u32, len: usize) -> Checked {
    ensure!((index as usize) < len, IndexInRange, "{what} {index} of {len}");
    Ok(())
}

fn name(module: &Module, id: NameId) -> Checked {
    index("constant", id.0, module.constants.len())?;
    let is_string = matches!(module.constants[id.index()], Constant::String(_));
    ensure!(is_string, NameIsString, "constant {}", id.0);
    Ok(())
}

fn global(module: &Module, id: GlobalId) -> Checked {
    index("global", id.0, module.globals.len())
}

fn builtin(module: &Module, id: BuiltinId) -> Checked {
    index("builtin", id.0, module.builtins.len())
}

/// The natives of the library have names that no program can write.
fn builtin_for(module: &Module, user: &ModuleInfo, id: BuiltinId) -> Checked {
    let text = module.name(module.builtins[id.index()]);
    let allowed = user.library || !text.starts_with('@');
    ensure!(allowed, LibraryOnly, "'{text}' outside of the library");
    Ok(())
}

fn source_module(module: &Module, id: ModuleId) -> Checked {
    index("module", id.0, module.modules.len())
}
