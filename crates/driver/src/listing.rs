//! The bytecode of a program or a file, for reading: as text, which `assemble` reads back, and as
//! JSON for tools.

use crate::bytecode::{Bytecode, bundle};
use crate::input::{decode, name_in_errors, shown_name};
use crate::{Checked, Debug, Input, InputError, Options, status};
use serde_json::{Value, json};
use sox_bytecode::container::{self, Language};
use sox_bytecode::{
    Constant, Function, FunctionId, FunctionKind, Listing, ModuleId, Operand, VerifiedModule,
    assemble, verify,
};
use sox_diagnostics::{Diagnostic, SourceMap};
use std::sync::Arc;

/// Bytecode to be shown.
#[derive(Clone, Debug)]
pub struct Disassembly {
    language: Language,
    pub(crate) module: Arc<VerifiedModule>,
    /// The texts that are in the file.
    texts: Option<Vec<Box<str>>>,
    /// The texts that lines to show beside the code come from.
    pub(crate) sources: SourceMap,
}

impl Disassembly {
    /// What `sox bytecode` would write for a program, optimized as the options say.
    ///
    /// # Errors
    /// If the program exceeds a limit of the bytecode.
    ///
    /// # Panics
    /// If what was made does not verify: a bug in compiler, optimizer or verifier.
    pub fn of_source(checked: &Checked, options: &Options) -> Result<Disassembly, Box<Diagnostic>> {
        let bundle = bundle(checked, options, Debug::Texts)?;
        let mut sources = SourceMap::default();
        for (source, text) in bundle.module.sources.iter().zip(bundle.texts.iter().flatten()) {
            sources.add(&source.name, &**text);
        }
        let module = verify(bundle.module).expect("it was verified before it became portable");
        Ok(Disassembly {
            language: bundle.language,
            module: Arc::new(module),
            texts: None,
            sources,
        })
    }

    /// A file.
    pub fn of_file(bytecode: &Bytecode) -> Disassembly {
        let files = bytecode.sources.files();
        let texts: Vec<Box<str>> = files.map(|(_, file)| Box::from(file.text.as_str())).collect();
        Disassembly {
            language: bytecode.language,
            module: bytecode.module.clone(),
            texts: (!texts.is_empty()).then_some(texts),
            sources: bytecode.sources.clone(),
        }
    }

    /// Shows lines of the sources too that are not in the file, if they still are where they were
    /// when it was made.
    #[must_use]
    pub fn with_sources_at_hand(mut self) -> Disassembly {
        if self.texts.is_some() {
            return self;
        }
        let mut found = SourceMap::default();
        for source in &self.module.sources {
            let text = std::fs::read_to_string(&*source.name).unwrap_or_default();
            let id = found.add(&source.name, &text);
            // Another text would be shown beside code that was not made from it.
            let lines = found.file(id).line_count();
            if source.line_starts.len() != lines as usize {
                return self;
            }
        }
        self.sources = found;
        self
    }

    /// The text.
    pub fn text(&self) -> String {
        Listing {
            module: &self.module,
            language: self.language,
            texts: self.texts.as_deref(),
            sources: Some(&self.sources),
        }
        .to_string()
    }

    /// One JSON object.
    pub fn json(&self) -> String {
        let module = &self.module;
        let functions = (0..).map(FunctionId).zip(&module.functions);
        let functions: Vec<Value> = functions.map(|(id, it)| function(module, id, it)).collect();
        let modules = (0..).map(ModuleId).zip(&module.modules);
        let modules: Vec<Value> = modules
            .map(|(id, info)| {
                let here = info.external.is_none();
                json!({
                    "name": module.name(info.name),
                    "entry": module.entry == id,
                    "external": info.external.map(|path| module.name(path)),
                    "source": here.then(|| &*module.sources[info.source.0 as usize].name),
                    "body": here.then_some(info.body.0),
                    "globals": info.globals.iter().map(|id| id.0).collect::<Vec<_>>(),
                })
            })
            .collect();
        let globals: Vec<Value> = module
            .globals
            .iter()
            .map(|it| json!({ "name": module.name(it.name), "module": it.module.0 }))
            .collect();
        let value = json!({
            "language": match self.language {
                Language::Sox => "sox",
                Language::PohLang => "poh",
            },
            "version": container::VERSION,
            "modules": modules,
            "globals": globals,
            "functions": functions,
        });
        format!("{value}\n")
    }
}

fn function(module: &VerifiedModule, id: FunctionId, function: &Function) -> Value {
    let (facts, depths) = (module.facts(id), module.depths(id));
    let handlers: Vec<Value> = function
        .handlers
        .iter()
        .map(|it| json!({ "start": it.start, "end": it.end, "target": it.target.0, "depth": it.depth }))
        .collect();
    let code: Vec<Value> = (0..)
        .zip(&function.code)
        .map(|(at, instr)| {
            let operands = instr.operands().map(|operand| operand_value(module, function, operand));
            json!({
                "at": at,
                "line": module.line(function, at),
                "depth": depths[at as usize],
                "op": instr.info().name,
                "operands": operands.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "id": id.0,
        "name": module.name(function.name),
        "kind": match function.kind {
            FunctionKind::Module => "module",
            FunctionKind::Plain => "function",
            FunctionKind::Method => "method",
            FunctionKind::Initializer => "initializer",
        },
        "module": function.module.0,
        "params": function.params,
        "required": function.required,
        "locals": function.locals,
        "max_stack": facts.max_stack,
        "captures": function.captures.len(),
        "handlers": handlers,
        "code": code,
    })
}

/// A constant as its value, a thing with a name as that, anything else as its number.
fn operand_value(module: &VerifiedModule, function: &Function, operand: Operand) -> Value {
    let debug = &function.debug;
    let name = match operand {
        Operand::Const(id) => {
            let value = match module.constant(id) {
                Constant::Nil => Value::Null,
                Constant::Bool(value) => json!(value),
                Constant::Number(number) if number.is_finite() => json!(number),
                Constant::Number(number) => json!(sox_semantics::number_to_text(*number)),
                Constant::String(text) => json!(text),
            };
            return json!({ "constant": value });
        }
        Operand::Name(id) => Some(id),
        Operand::Local(slot) => debug.locals.get(slot.index()).copied().flatten(),
        Operand::Capture(index) => debug.captures.get(index.index()).copied(),
        Operand::Global(id) => Some(module.globals[id.index()].name),
        Operand::Builtin(id) => Some(module.builtins[id.index()]),
        Operand::Function(id) => Some(module.function(id).name),
        Operand::Module(id) => Some(module.module(id).name),
        Operand::Target(_) | Operand::Count(_) | Operand::Ends(_) => None,
    };
    let kind = operand.kind().to_string().to_lowercase();
    match name {
        Some(name) => json!({ kind: operand.raw(), "name": module.name(name) }),
        None => json!({ kind: operand.raw() }),
    }
}

/// The bytecode file that a listing is of. It is not verified.
///
/// # Errors
/// If the text cannot be read or is no listing.
pub fn assemble_file(input: &Input) -> Result<Vec<u8>, InputError> {
    let refused = |message: String, begins: bool| {
        let help = if begins { "listings are made by sox disasm" } else { "" };
        InputError { message, help: help.into(), status: status::DATA }
    };
    let bytes = crate::read_bytes(input)?;
    let (shown, name) = (name_in_errors(input), shown_name(input));
    if Language::of(&bytes).is_some() {
        return Err(refused(format!("{shown} is bytecode, not a listing of it"), true));
    }
    let text = decode(&shown, bytes)
        .map_err(|_| refused(format!("{shown} is not text, so it is no listing"), true))?;
    let bundle = assemble(&text).map_err(|error| {
        let begins = error.message.starts_with("the first line is");
        refused(format!("{name}:{}: {}", error.line, error.message), begins)
    })?;
    Ok(container::write(&bundle))
}
