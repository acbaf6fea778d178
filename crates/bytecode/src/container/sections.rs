//! The sections that say how functions, modules and globals belong together.

use super::cursor::Cursor;
use super::writer::Out;
use super::{Problem, ReadError};
use crate::{
    BuiltinId, Function, FunctionId, FunctionKind, Global, GlobalId, Handler, Module, ModuleId,
    ModuleInfo, NameId, Target,
};
use sox_diagnostics::SourceId;

type Read<T> = Result<T, ReadError>;

/// In place of the number of something that is not there.
const NONE: u32 = u32::MAX;

/// Modules: the entry with what its prototype would say, then all of them in order.
pub(super) fn write_modules(out: &mut Out, module: &Module) {
    let entry = &module.functions[0];
    out.u32(module.entry.0);
    out.u32(entry.name.0);
    out.u16(entry.locals);
    out.count(module.modules.len());
    for info in &module.modules {
        out.u32(info.name.0);
        out.u32(info.external.map_or(NONE, |path| path.0));
        out.u32(if info.external.is_some() { NONE } else { info.body.0 });
        out.count(info.globals.len());
        info.globals.iter().for_each(|global| out.u32(global.0));
    }
}

pub(super) fn read_modules(from: &mut Cursor<'_>, module: &mut Module) -> Read<()> {
    let entry_field = *from;
    module.entry = ModuleId(from.u32("entry module")?);
    let entry = &mut module.functions[0];
    entry.module = module.entry;
    entry.kind = FunctionKind::Module;
    entry.name = NameId(from.u32("name of the entry code")?);
    entry.locals = from.u16("locals of the entry code")?;
    let count = from.count("number of modules", 16)?;
    module.modules.reserve_exact(count);
    if module.entry.index() >= count {
        let range = Problem::Range(module.entry.0.into());
        return Err(entry_field.error("entry module", range));
    }
    for number in 0..count {
        let name = NameId(from.u32("name of a module")?);
        let external = optional(from.u32("path of an external module")?).map(NameId);
        let at = *from;
        let body = match (external, from.u32("top level of a module")?) {
            (None, body) if number != module.entry.index() || body == 0 => FunctionId(body),
            (Some(_), NONE) => FunctionId(0),
            (_, body) => {
                return Err(at.error("top level of a module", Problem::Range(body.into())));
            }
        };
        let globals = from.count("number of a module's globals", 4)?;
        let globals = (0..globals).map(|_| Ok(GlobalId(from.u32("global of a module")?)));
        let globals = globals.collect::<Read<_>>()?;
        let source = SourceId(0);
        let library = false;
        module.modules.push(ModuleInfo { name, source, body, globals, library, external });
    }
    Ok(())
}

/// Globals, the builtins they and the code use, and the globals that runs begin with.
pub(super) fn write_globals(out: &mut Out, module: &Module) {
    let Module { builtins, globals, main, tests, benches, .. } = module;
    // Without globals none of them can be a test, but that is for the verifier to say.
    let begins = main.is_some() || !tests.is_empty() || !benches.is_empty();
    if builtins.is_empty() && globals.is_empty() && !begins {
        return;
    }
    out.count(builtins.len());
    builtins.iter().for_each(|name| out.u32(name.0));
    out.count(globals.len());
    for global in globals {
        out.u32(global.name.0);
        out.u32(global.module.0);
        out.u32(global.builtin.map_or(NONE, |id| id.0));
    }
    out.u32(main.map_or(NONE, |id| id.0));
    for list in [tests, benches] {
        out.count(list.len());
        for (name, global) in list {
            out.u32(name.0);
            out.u32(global.0);
        }
    }
}

pub(super) fn read_globals(from: &mut Cursor<'_>, module: &mut Module) -> Read<()> {
    let count = from.count("number of builtins", 4)?;
    let builtins = (0..count).map(|_| Ok(NameId(from.u32("name of a builtin")?)));
    module.builtins = builtins.collect::<Read<_>>()?;
    let count = from.count("number of globals", 12)?;
    module.globals.reserve_exact(count);
    for _ in 0..count {
        module.globals.push(Global {
            name: NameId(from.u32("name of a global")?),
            module: ModuleId(from.u32("module of a global")?),
            builtin: optional(from.u32("builtin of a global")?).map(BuiltinId),
        });
    }
    module.main = optional(from.u32("global of main")?).map(GlobalId);
    module.tests = read_named(from, "number of tests", "test")?;
    module.benches = read_named(from, "number of benchmarks", "benchmark")?;
    Ok(())
}

fn read_named(
    from: &mut Cursor<'_>,
    count: &'static str,
    field: &'static str,
) -> Read<Vec<(NameId, GlobalId)>> {
    let count = from.count(count, 8)?;
    let pair = |_| Ok((NameId(from.u32(field)?), GlobalId(from.u32(field)?)));
    (0..count).map(pair).collect()
}

fn optional(number: u32) -> Option<u32> {
    (number != NONE).then_some(number)
}

/// Handlers: for each function that has some, in ascending order, its number and they.
pub(super) fn write_handlers(out: &mut Out, module: &Module) {
    for (number, function) in module.functions.iter().enumerate() {
        if function.handlers.is_empty() {
            continue;
        }
        out.count(number);
        out.count(function.handlers.len());
        for handler in &function.handlers {
            let Handler { start, end, target, depth } = *handler;
            [start, end, target.0].into_iter().for_each(|at| out.u32(at));
            out.u16(depth);
        }
    }
}

pub(super) fn read_handlers(from: &mut Cursor<'_>, functions: &mut [Function]) -> Read<()> {
    let mut next = 0;
    while !from.is_empty() {
        let at = *from;
        let number = from.u32("function with handlers")?;
        let fits = number >= next && (number as usize) < functions.len();
        if !fits {
            return Err(at.error("function with handlers", Problem::Range(number.into())));
        }
        next = number + 1;
        let at = *from;
        let count = from.count("number of handlers", 14)?;
        if count == 0 {
            return Err(at.error("number of handlers", Problem::Range(0)));
        }
        let handler = |_| {
            Ok(Handler {
                start: from.u32("start of a handler's range")?,
                end: from.u32("end of a handler's range")?,
                target: Target(from.u32("target of a handler")?),
                depth: from.u16("depth of a handler")?,
            })
        };
        functions[number as usize].handlers = (0..count).map(handler).collect::<Read<_>>()?;
    }
    Ok(())
}
