//! Prints verified bytecode for people.
//!
//! Source modules come in order, each with its top level and then the functions made in it, below
//! the function that makes them. Of an instruction one sees the source line it begins, its number,
//! the depth of the operand stack before it, its name and its operands in words:
//!
//! ```text
//! fn fib(n)                                         function 1, 1 local, 3 operands
//!     2     0   0  GetLocal            n            | if n < 2 { return n }
//!           1   1  Const               2
//!           2   2  Less
//!           3   1  JumpIfFalse         L1
//! ```

use crate::{
    Capture, CaptureId, ConstId, Constant, Function, FunctionId, FunctionKind, Handler, Instr,
    Local, ModuleId, NameId, Operand, Target, VerifiedModule,
};
use sox_diagnostics::SourceMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Where the text of a source line or the facts about a function begin.
const ASIDE_COLUMN: usize = 50;

/// Functions inside each other are indented up to this depth.
const MAX_INDENT: usize = 8;

/// Characters of a string constant that are shown.
const MAX_STRING: usize = 40;

/// The listing of a module, with the text of source lines if the sources are at hand.
pub fn listing(module: &VerifiedModule, sources: Option<&SourceMap>) -> String {
    let mut printer = Printer { module, sources, out: String::new() };
    let mut unmade: BTreeSet<u32> = (0..module.functions.len() as u32).collect();
    for (id, info) in module.new_modules() {
        printer.source_module(id);
        printer.functions(info.body, &mut unmade);
    }
    if let Some(&first) = unmade.first() {
        printer.out.push_str("never made\n\n");
        let mut next = Some(first);
        while let Some(id) = next {
            printer.functions(FunctionId(id), &mut unmade);
            next = unmade.first().copied();
        }
    }
    printer.out
}

struct Printer<'m> {
    module: &'m VerifiedModule,
    sources: Option<&'m SourceMap>,
    out: String,
}

impl Printer<'_> {
    fn source_module(&mut self, id: ModuleId) {
        let info = self.module.module(id);
        let source = &self.module.sources[info.source.0 as usize];
        let entry = if self.module.entry == id { ", entry" } else { "" };
        let library = if info.library { ", library" } else { "" };
        let name = self.module.name(info.name);
        self.line(&format!("module {name}{entry}{library}"), &source.name);
        if !info.globals.is_empty() {
            let names = info.globals.iter().map(|global| self.operand(None, (*global).into()));
            let names = names.collect::<Vec<_>>().join(", ");
            self.line(&format!("globals {names}"), "");
        }
        self.out.push('\n');
    }

    /// Prints a function and those made inside it that were not printed before.
    fn functions(&mut self, root: FunctionId, unmade: &mut BTreeSet<u32>) {
        let mut waiting = vec![(root, 0)];
        while let Some((id, depth)) = waiting.pop() {
            if !unmade.remove(&id.0) {
                continue;
            }
            self.function(id, depth);
            let made = self.module.function(id).code.iter().rev().filter_map(|instr| match instr {
                Instr::Closure { function } => Some((*function, depth + 1)),
                _ => None,
            });
            waiting.extend(made);
        }
    }

    fn function(&mut self, id: FunctionId, depth: usize) {
        let function = self.module.function(id);
        let indent = " ".repeat(2 * depth.min(MAX_INDENT));
        let facts = self.module.facts(id);
        let aside = format!(
            "function {}, {}, {}",
            id.0,
            counted(function.locals, "local"),
            counted(facts.max_stack, "operand"),
        );
        self.line(&format!("{indent}{}", self.title(function)), &aside);
        for (number, capture) in function.captures.iter().enumerate() {
            let name = self.operand(Some(function), CaptureId(number as u16).into());
            self.line(&format!("{indent}  captures {name}"), capture_source(*capture));
        }
        let labels = labels(function);
        for (at, &instr) in function.code.iter().enumerate() {
            let at = at as u32;
            if let Some(label) = labels.get(&at) {
                self.label(&indent, label, function.handlers.iter().filter(|h| h.target.0 == at));
            }
            let number = format!("{at:>5} {:>3}", facts.depths[at as usize]);
            let operands = self.operands(function, instr, &labels);
            let code = format!("{number}  {:<19} {operands}", instr.info().name);
            let line = self.new_line(function, at);
            let shown = line.map_or(String::new(), |line| line.to_string());
            let text = line.and_then(|line| self.source_line(function, line));
            let text = text.map_or(String::new(), |text| format!("| {}", text.trim()));
            self.line(&format!("{indent}{shown:>5} {code}"), &text);
        }
        self.out.push('\n');
    }

    /// `fn name(a, b?)`, `method name()`, `top level of module`.
    fn title(&self, function: &Function) -> String {
        let name = self.module.name(function.name);
        let what = match function.kind {
            FunctionKind::Module => return format!("top level of {name}"),
            FunctionKind::Plain => "fn",
            FunctionKind::Method => "method",
            FunctionKind::Initializer => "initializer",
        };
        let first = function.first_param();
        let param = |number: u16| {
            let name = self.operand(Some(function), Local(first + number).into());
            if number < function.required { name } else { format!("{name}?") }
        };
        let params = (0..function.params).map(param).collect::<Vec<_>>().join(", ");
        format!("{what} {name}({params})")
    }

    fn label<'h>(
        &mut self,
        indent: &str,
        label: &str,
        handlers: impl Iterator<Item = &'h Handler>,
    ) {
        let covered = handlers.map(|handler| format!("{}..{}", handler.start, handler.end));
        let covered = covered.collect::<Vec<_>>().join(", ");
        let aside =
            if covered.is_empty() { covered } else { format!("handles errors in {covered}") };
        self.line(&format!("{indent}    {label}:"), &aside);
    }

    /// The source line of an instruction, if the one before is of another line.
    fn new_line(&self, function: &Function, at: u32) -> Option<u32> {
        let line = self.module.line(function, at);
        let same = at.checked_sub(1).is_some_and(|last| self.module.line(function, last) == line);
        (!same).then_some(line)
    }

    fn source_line(&self, function: &Function, line: u32) -> Option<&str> {
        let source = self.module.module(function.module).source;
        let mut files = self.sources?.files();
        let (_, file) = files.find(|&(id, _)| id == source)?;
        (line <= file.line_count()).then(|| file.line_text(line))
    }

    fn operands(
        &self,
        function: &Function,
        instr: Instr,
        labels: &BTreeMap<u32, String>,
    ) -> String {
        let shown = instr.operands().map(|operand| match operand {
            Operand::Target(Target(at)) => labels[&at].clone(),
            operand => self.operand(Some(function), operand),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn operand(&self, function: Option<&Function>, operand: Operand) -> String {
        let module = self.module;
        match operand {
            Operand::Const(ConstId(id)) => constant(&module.constants[id as usize]),
            Operand::Name(id) => self.name(id),
            Operand::Local(slot) => {
                let name = function.and_then(|f| *f.debug.locals.get(slot.index())?);
                name.map_or(format!("#{}", slot.0), |name| self.name(name))
            }
            Operand::Capture(index) => {
                let name = function.and_then(|f| f.debug.captures.get(index.index()));
                name.map_or(format!("#{}", index.0), |&name| self.name(name))
            }
            Operand::Global(id) => self.name(module.globals[id.index()].name),
            Operand::Builtin(id) => self.name(module.builtins[id.index()]),
            Operand::Function(id) => self.name(module.function(id).name),
            Operand::Module(id) => self.name(module.module(id).name),
            Operand::Count(count) => count.0.to_string(),
            Operand::Ends(ends) => match (ends.has_first(), ends.has_last()) {
                (true, true) => "first:last".to_owned(),
                (true, false) => "first:".to_owned(),
                (false, true) => ":last".to_owned(),
                (false, false) => ":".to_owned(),
            },
            Operand::Target(Target(at)) => at.to_string(),
        }
    }

    fn name(&self, id: NameId) -> String {
        let name = self.module.name(id);
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain { name.to_owned() } else { quoted(name) }
    }

    /// Writes a line, with something at its side.
    fn line(&mut self, text: &str, aside: &str) {
        let text = text.trim_end();
        let written = if aside.is_empty() {
            writeln!(self.out, "{text}")
        } else {
            writeln!(self.out, "{text:<width$} {aside}", width = ASIDE_COLUMN - 1)
        };
        written.expect("writing to a string does not fail");
    }
}

/// Names for the places that are jumped to, in the order of the code.
fn labels(function: &Function) -> BTreeMap<u32, String> {
    let jumps = function.code.iter().filter_map(|instr| instr.target());
    let handlers = function.handlers.iter().map(|handler| handler.target);
    let targets: BTreeSet<u32> = jumps.chain(handlers).map(|target| target.0).collect();
    targets.into_iter().zip(1..).map(|(at, number)| (at, format!("L{number}"))).collect()
}

fn capture_source(capture: Capture) -> &'static str {
    match capture {
        Capture::Local(_) => "copied from the maker's local",
        Capture::Cell(_) => "in the cell in the maker's local",
        Capture::Capture(_) => "copied from the maker's capture",
        Capture::CaptureCell(_) => "in the cell in the maker's capture",
    }
}

fn counted(count: u16, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Nil => "nil".to_owned(),
        Constant::Bool(value) => value.to_string(),
        Constant::Number(number) => sox_semantics::number_to_text(*number),
        Constant::String(text) => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_STRING) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}
