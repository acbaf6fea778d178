//! Writing: modules and their functions.

use super::names::Names;
use super::token::{name, quoted};
use super::{place, tables};
use crate::container::Language;
use crate::{
    Capture, Constant, Function, FunctionId, FunctionKind, Handler, Instr, Local, ModuleId, NameId,
    Operand, Target, VerifiedModule,
};
use sox_diagnostics::SourceMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Where the text of a source line or a remark begins.
const ASIDE_COLUMN: usize = 64;

/// Functions inside each other are indented up to this depth.
const MAX_INDENT: usize = 8;

/// The code of a module, with the text of source lines if the sources are at hand.
pub fn listing(module: &VerifiedModule, sources: Option<&SourceMap>) -> String {
    let mut printer = Printer::new(module, sources);
    printer.modules();
    printer.out
}

/// A whole file as text, for [`super::assemble`] to read.
pub struct Listing<'a> {
    /// The program.
    pub module: &'a VerifiedModule,
    /// The language it was written in.
    pub language: Language,
    /// The texts of its sources, if they are in the file.
    pub texts: Option<&'a [Box<str>]>,
    /// Where lines of the source to show beside the code come from.
    pub sources: Option<&'a SourceMap>,
}

impl std::fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let language = match self.language {
            Language::Sox => "sox",
            Language::PohLang => "poh",
        };
        let mut printer = Printer::new(self.module, self.sources);
        let texts = if self.texts.is_some() { ", with texts" } else { "" };
        printer.out = format!("{language} bytecode {}{texts}\n\n", crate::container::VERSION);
        printer.modules();
        tables::write(&mut printer.out, self.module, &printer.symbols, self.texts);
        f.write_str(&printer.out)
    }
}

/// What things are called.
pub(super) struct Symbols {
    /// Strings and numbers as they stand in code.
    pub(super) constants: Names,
    pub(super) globals: Names,
    pub(super) builtins: Names,
    pub(super) functions: Names,
    pub(super) modules: Names,
    pub(super) sources: Names,
}

impl Symbols {
    fn new(module: &VerifiedModule) -> Symbols {
        let named = |id: NameId| Some(name(module.name(id)));
        let functions = module.functions.iter().map(|function| named(function.name));
        Symbols {
            constants: constants(&module.constants),
            globals: Names::new("global", module.globals.iter().map(|global| named(global.name))),
            builtins: Names::new("builtin", module.builtins.iter().map(|&id| named(id))),
            functions: Names::new("function", functions),
            modules: Names::new("module", module.modules.iter().map(|info| named(info.name))),
            sources: sources(&module.sources),
        }
    }
}

pub(super) fn constants(constants: &[Constant]) -> Names {
    Names::new("constant", constants.iter().map(|value| Some(constant(value))))
}

pub(super) fn sources(sources: &[crate::Source]) -> Names {
    Names::new("source", sources.iter().map(|source| Some(quoted(&source.name))))
}

/// The locals of a function by the names they have in listings.
pub(super) fn locals(names: impl Iterator<Item = Option<String>>, count: u16) -> Names {
    let mut names: Vec<_> = names.collect();
    names.resize(count.into(), None);
    Names::new("local", names)
}

/// The same for what it captures.
pub(super) fn captures(names: impl Iterator<Item = Option<String>>, count: usize) -> Names {
    let mut names: Vec<_> = names.collect();
    names.resize(count, None);
    Names::new("capture", names)
}

fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Nil => "nil".to_owned(),
        Constant::Bool(value) => value.to_string(),
        Constant::Number(number) => sox_semantics::number_to_text(*number),
        Constant::String(text) => quoted(text),
    }
}

struct Printer<'m> {
    module: &'m VerifiedModule,
    symbols: Symbols,
    sources: Option<&'m SourceMap>,
    out: String,
}

impl<'m> Printer<'m> {
    fn new(module: &'m VerifiedModule, sources: Option<&'m SourceMap>) -> Self {
        Self { module, symbols: Symbols::new(module), sources, out: String::new() }
    }

    /// All modules with their functions.
    fn modules(&mut self) {
        let module = self.module;
        let mut unlisted: BTreeSet<u32> = (0..module.functions.len() as u32).collect();
        for id in (0..module.modules.len() as u32).map(ModuleId) {
            self.source_module(id);
            if module.is_here(id) {
                self.functions(id, &mut unlisted);
            }
        }
    }

    fn source_module(&mut self, id: ModuleId) {
        let module = self.module;
        let info = module.module(id);
        let mut line = format!("module {} #{}", self.name(info.name), id.0);
        if module.entry == id {
            line += ", entry";
        }
        if info.library {
            line += ", library";
        }
        if let Some(path) = info.external {
            let path = self.symbols.constants.shown(path.0);
            let line = format!("{line}, external {path}");
            self.line(&line, "");
            self.out.push('\n');
            return;
        }
        line += &format!(", from {}", self.symbols.sources.shown(info.source.0));
        if module.is_here(id) {
            line += &format!(", runs #{}", info.body.0);
        }
        self.line(&line, "");
        if !info.globals.is_empty() {
            let names = info.globals.iter().map(|id| self.symbols.globals.shown(id.0));
            let line = format!("  globals {}", names.collect::<Vec<_>>().join(", "));
            self.line(&line, "");
        }
        self.out.push('\n');
    }

    /// The functions of a module: its top level, the others below those that make them, and then
    /// those that none makes.
    fn functions(&mut self, id: ModuleId, unlisted: &mut BTreeSet<u32>) {
        let module = self.module;
        let is_own = |number: &u32| module.functions[*number as usize].module == id;
        self.nested(module.module(id).body, id, unlisted);
        let unmade: Vec<u32> = unlisted.iter().copied().filter(is_own).collect();
        for number in unmade {
            self.nested(FunctionId(number), id, unlisted);
        }
    }

    fn nested(&mut self, root: FunctionId, module: ModuleId, unlisted: &mut BTreeSet<u32>) {
        let mut waiting = vec![(root, 0)];
        while let Some((id, depth)) = waiting.pop() {
            let function = self.module.function(id);
            if function.module != module || !unlisted.remove(&id.0) {
                continue;
            }
            self.function(id, depth);
            let made = function.code.iter().rev().filter_map(|instr| match instr {
                Instr::Closure { function } => Some((*function, depth + 1)),
                _ => None,
            });
            waiting.extend(made);
        }
    }

    fn function(&mut self, id: FunctionId, depth: usize) {
        let module = self.module;
        let function = module.function(id);
        let indent = " ".repeat(2 * depth.min(MAX_INDENT));
        let (facts, depths) = (module.facts(id), module.depths(id));
        let names = function.debug.locals.iter().map(|id| id.map(|id| name(module.name(id))));
        let names = locals(names, function.locals);
        let called = function.debug.captures.iter().map(|&id| Some(name(module.name(id))));
        let captures = captures(called, function.captures.len());
        let source = module.source_of(function);
        let at = place::show(source, function.debug.span);
        let locals = counted(function.locals, "local");
        let title = format!("{} #{}, {locals}, at {at}", self.title(function, &names), id.0);
        self.line(&format!("{indent}{title}"), &counted(facts.max_stack, "operand"));
        let labels = labels(function);
        let handled = handled(function, &labels);
        self.function_details(function, &labels, &indent);
        let mut places = function.debug.spans.iter().peekable();
        let mut last_line = 0;
        for (at, &instr) in (0..).zip(&function.code) {
            if let Some(label) = labels.get(&at) {
                let handled = handled.get(&at).map_or("", |text| text);
                self.line(&format!("{indent}{label}:"), handled);
            }
            let place = places.next_if(|(start, _)| *start == at);
            let place = place.map(|(_, span)| place::show(source, *span)).unwrap_or_default();
            let line = module.line(function, at);
            let text = self.source_line(function, line).filter(|_| line != last_line);
            last_line = line;
            let depth = depths[at as usize];
            let operands = self.operands(instr, (&names, &captures), &labels);
            let name = instr.info().name;
            let code = format!("{indent}   {place:<11} {at:>4} {depth:>3}  {name:<19} {operands}");
            self.line(&code, text.map_or("", str::trim));
        }
        let end = function.code.len() as u32;
        if let Some(label) = labels.get(&end) {
            self.line(&format!("{indent}{label}:"), "");
        }
        self.out.push('\n');
    }

    /// `fn name(a, b?)`, `method name()`, `top level of module`.
    fn title(&self, function: &Function, names: &Names) -> String {
        let name = self.name(function.name);
        let what = match function.kind {
            FunctionKind::Module => return format!("top level of {name}"),
            FunctionKind::Plain => "fn",
            FunctionKind::Method => "method",
            FunctionKind::Initializer => "initializer",
        };
        let first = function.first_param();
        let param = |number: u16| {
            let name = names.shown(u32::from(first + number));
            if number < function.required { name.to_owned() } else { format!("{name}?") }
        };
        let params = (0..function.params).map(param).collect::<Vec<_>>().join(", ");
        format!("{what} {name}({params})")
    }

    /// What stands between the title and the code: names of locals, captures, handlers.
    fn function_details(
        &mut self,
        function: &Function,
        labels: &BTreeMap<u32, String>,
        indent: &str,
    ) {
        let debug = &function.debug;
        if !debug.locals.is_empty() {
            let names = debug.locals.iter();
            let names = names.map(|id| id.map_or("-".to_owned(), |id| self.name(id)));
            self.line(&format!("{indent}  locals {}", names.collect::<Vec<_>>().join(", ")), "");
        }
        for (number, &capture) in function.captures.iter().enumerate() {
            let called = debug.captures.get(number);
            let called = called.map_or("-".to_owned(), |&id| self.name(id));
            self.line(&format!("{indent}  captures {called} {}", capture_source(capture)), "");
        }
        for Handler { start, end, target, depth } in &function.handlers {
            let [start, end, target] = [*start, *end, target.0].map(|at| &labels[&at]);
            let kept = counted(*depth, "operand");
            let line =
                format!("{indent}  errors from {start} to {end} go to {target}, keeping {kept}");
            self.line(&line, "");
        }
    }

    fn name(&self, id: NameId) -> String {
        name_of(self.module, &self.symbols.constants, id)
    }

    /// A line of the source, if it is at hand.
    fn source_line(&self, function: &Function, line: u32) -> Option<&'m str> {
        let source = self.module.module(function.module).source;
        let sources = self.sources.filter(|sources| sources.contains(source))?;
        let file = sources.file(source);
        (1..=file.line_count()).contains(&line).then(|| file.line_text(line))
    }

    fn operands(
        &self,
        instr: Instr,
        (locals, captures): (&Names, &Names),
        labels: &BTreeMap<u32, String>,
    ) -> String {
        let shown = instr.operands().map(|operand| match operand {
            Operand::Target(Target(at)) => labels[&at].clone(),
            Operand::Local(Local(slot)) => locals.shown(slot.into()).to_owned(),
            Operand::Capture(index) => captures.shown(index.0.into()).to_owned(),
            operand => self.operand(operand),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    fn operand(&self, operand: Operand) -> String {
        let symbols = &self.symbols;
        match operand {
            Operand::Const(id) => symbols.constants.shown(id.0).to_owned(),
            Operand::Name(id) => self.name(id),
            Operand::Global(id) => symbols.globals.shown(id.0).to_owned(),
            Operand::Builtin(id) => symbols.builtins.shown(id.0).to_owned(),
            Operand::Function(id) => symbols.functions.shown(id.0).to_owned(),
            Operand::Module(id) => symbols.modules.shown(id.0).to_owned(),
            Operand::Ends(ends) => match (ends.has_first(), ends.has_last()) {
                (true, true) => "first:last".to_owned(),
                (true, false) => "first:".to_owned(),
                (false, true) => ":last".to_owned(),
                (false, false) => ":".to_owned(),
            },
            other => other.raw().to_string(),
        }
    }

    /// Writes a line, with something at its side.
    fn line(&mut self, text: &str, aside: &str) {
        let text = text.trim_end();
        let written = if aside.is_empty() {
            writeln!(self.out, "{text}")
        } else {
            writeln!(self.out, "{text:<width$} ; {aside}", width = ASIDE_COLUMN - 1)
        };
        written.expect("writing to a string does not fail");
    }
}

/// A name in code: a plain word without quotes, as long as its constant is the only one of its text.
pub(super) fn name_of(module: &VerifiedModule, constants: &Names, id: NameId) -> String {
    let shown = constants.shown(id.0);
    let text = module.name(id);
    if shown.ends_with('"') { name(text) } else { format!("{}#{}", name(text), id.0) }
}

/// Which code the handlers are for, by where they begin.
fn handled(function: &Function, labels: &BTreeMap<u32, String>) -> BTreeMap<u32, String> {
    let mut handled = BTreeMap::new();
    for handler in &function.handlers {
        let [start, end] = [handler.start, handler.end].map(|at| &labels[&at]);
        let text: &mut String = handled.entry(handler.target.0).or_default();
        text.push_str(if text.is_empty() { "errors from " } else { ", " });
        text.push_str(&format!("{start} to {end}"));
    }
    handled
}

/// Names for the places that are jumped to and where handlers begin and end, in the order of the
/// code.
fn labels(function: &Function) -> BTreeMap<u32, String> {
    let jumps = function.code.iter().filter_map(|instr| instr.target()).map(|target| target.0);
    let handlers = function.handlers.iter();
    let borders = handlers.flat_map(|handler| [handler.start, handler.end, handler.target.0]);
    let places: BTreeSet<u32> = jumps.chain(borders).collect();
    places.into_iter().zip(1..).map(|(at, number)| (at, format!("L{number}"))).collect()
}

fn capture_source(capture: Capture) -> String {
    match capture {
        Capture::Local(slot) => format!("from local {}", slot.0),
        Capture::Cell(slot) => format!("from cell {}", slot.0),
        Capture::Capture(index) => format!("from capture {}", index.0),
        Capture::CaptureCell(index) => format!("from captured-cell {}", index.0),
    }
}

fn counted(count: u16, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
