//! Bytecode as a teacher would show it: the constants, then line by line of the program what the
//! machine does for it, and in the end what each of the instructions that occurred means.

use crate::listing::Disassembly;
use sox_bytecode::{
    Constant, Function, FunctionKind, Info, Instr, ModuleId, Operand, VerifiedModule,
};
use sox_diagnostics::SourceMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The most characters of a text that are shown.
const MOST_SHOWN: usize = 40;

/// Where the meaning of an operand stands.
const MEANING_COLUMN: usize = 32;

impl Disassembly {
    /// The listing for lessons.
    pub fn lesson(&self) -> String {
        let mut lesson =
            Lesson { module: &self.module, sources: &self.sources, text: String::new() };
        lesson.write();
        lesson.text
    }
}

struct Lesson<'m> {
    module: &'m VerifiedModule,
    sources: &'m SourceMap,
    text: String,
}

impl<'m> Lesson<'m> {
    fn write(&mut self) {
        let module = self.module;
        self.line(
            "Each line is one instruction for the machine. It keeps the values it works with on",
        );
        self.line(
            "a stack: an instruction takes its values from the top and puts its result there.",
        );
        self.constants();
        let modules = (0..).map(ModuleId).zip(&module.modules);
        for (id, info) in modules.filter(|(_, info)| info.external.is_none()) {
            let file = &module.sources[info.source.0 as usize].name;
            let top = module.function(info.body);
            self.function(&format!("The file {file}"), top);
            for function in module.functions.iter().filter(|function| function.module == id) {
                if function.kind != FunctionKind::Module {
                    self.function(&title(module, function), function);
                }
            }
        }
        self.meanings();
    }

    fn line(&mut self, text: &str) {
        self.text += text.trim_end();
        self.text.push('\n');
    }

    fn code(&self) -> impl Iterator<Item = Instr> + use<'m> {
        let module = self.module;
        module.functions.iter().flat_map(|function| function.code.iter().copied())
    }

    /// The values that instructions mention; other constants are names.
    fn constants(&mut self) {
        let operands = self.code().flat_map(|instr| instr.operands().collect::<Vec<_>>());
        let used: BTreeSet<_> = operands
            .filter_map(|operand| match operand {
                Operand::Const(id) => Some(id),
                _ => None,
            })
            .collect();
        if used.is_empty() {
            return;
        }
        self.line("\nConstants, the values that stand in the program:\n");
        for id in used {
            let value = shown(self.module.constant(id));
            self.line(&format!("{:>6}  {value}", id.0));
        }
    }

    fn function(&mut self, title: &str, function: &Function) {
        self.line(&format!("\n{title}:"));
        let mut last_line = 0;
        for (at, &instr) in (0..).zip(&function.code) {
            let line = self.module.line(function, at);
            if function.debug.span(at) == function.debug.span && at > 0 {
                // Nothing on any of its lines asks for this.
                if last_line != u32::MAX {
                    self.line("\n  at the end:");
                }
                last_line = u32::MAX;
            } else if line != last_line && line > 0 {
                last_line = line;
                let text = self.source_line(function, line).unwrap_or_default();
                self.line(&format!("\n  line {line}: {text}"));
            }
            let (mut numbers, mut meanings) = (Vec::new(), Vec::new());
            for operand in instr.operands() {
                numbers.push(operand.raw().to_string());
                meanings.extend(self.meaning(function, operand));
            }
            let code = format!("{at:>6}  {} {}", instr.info().name, numbers.join(", "));
            let meanings = meanings.join(", ");
            self.line(&format!("{code:<MEANING_COLUMN$}{meanings}"));
        }
    }

    fn source_line(&self, function: &Function, line: u32) -> Option<&'m str> {
        let source = self.module.module(function.module).source;
        let file = self.sources.contains(source).then(|| self.sources.file(source))?;
        (1..=file.line_count()).contains(&line).then(|| file.line_text(line).trim())
    }

    /// What the number of an operand stands for, if not for a number.
    fn meaning(&self, function: &Function, operand: Operand) -> Option<String> {
        let (module, debug) = (self.module, &function.debug);
        Some(match operand {
            Operand::Const(id) => shown(module.constant(id)),
            Operand::Name(id) => module.name(id).into(),
            Operand::Local(slot) => module.name((*debug.locals.get(slot.index())?)?).into(),
            Operand::Capture(index) => module.name(*debug.captures.get(index.index())?).into(),
            Operand::Global(id) => module.name(module.globals[id.index()].name).into(),
            Operand::Builtin(id) => {
                let name = module.name(module.builtins[id.index()]);
                name.strip_prefix("poh.").unwrap_or(name).replace('_', " ")
            }
            Operand::Function(id) => module.name(module.function(id).name).into(),
            Operand::Module(id) => module.name(module.module(id).name).into(),
            Operand::Target(_) => "go there".into(),
            Operand::Count(_) | Operand::Ends(_) => return None,
        })
    }

    fn meanings(&mut self) {
        let infos: BTreeMap<&str, &Info> =
            self.code().map(|instr| (instr.info().name, instr.info())).collect();
        self.line("\nWhat the instructions mean:\n");
        for (name, info) in infos {
            let doc = info.doc.split_whitespace().collect::<Vec<_>>().join(" ");
            self.line(&format!("  {name:<18} {doc}"));
        }
    }
}

/// `The function greet with name, often`
fn title(module: &VerifiedModule, function: &Function) -> String {
    let mut title = format!("The function {}", module.name(function.name));
    let params = function.first_param()..function.first_param() + function.params;
    let names = params.filter_map(|slot| *function.debug.locals.get(usize::from(slot))?);
    for (name, before) in names.zip(std::iter::once(" with ").chain(std::iter::repeat(", "))) {
        // Writing to a string does not fail.
        let _ = write!(title, "{before}{}", module.name(name));
    }
    title
}

/// A constant, as PohLang writes it.
fn shown(constant: &Constant) -> String {
    match constant {
        Constant::Nil => "None".into(),
        Constant::Bool(true) => "True".into(),
        Constant::Bool(false) => "False".into(),
        Constant::Number(number) => sox_semantics::number_to_text(*number),
        Constant::String(text) => match text.char_indices().nth(MOST_SHOWN) {
            Some((end, _)) => format!("{:?}...", &text[..end]),
            None => format!("{text:?}"),
        },
    }
}
