//! A module from `.ir`: the maps of the module and of its functions.

use super::operands::Body;
use super::terms::read;
use super::tree::{Term, TermId, Terms};
use crate::fault::{Fault, MAX_FAULTS, Rule};
use crate::ir::{
    Bss, Class, Format, FunctionBuilder, Import, Inst, Isa, Module, Name, Op, Pair, Reloc,
};
use crate::parsed::{MAX_DATA, Parsed, too_long};
use crate::text::fit;

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// Reads a module. What is wrong is told in the result, together with the rest of the module. Keys
/// that are not known are faults if `strict`, and ignored if not.
pub fn parse(text: &[u8], strict: bool) -> Parsed {
    if let Some(refused) = too_long(text) {
        return refused;
    }
    let mut module = Module::default();
    let (terms, root) = match read(text) {
        Ok(read) => read,
        Err(fault) => return Parsed { module, faults: vec![fault] },
    };
    let mut reader = Reader { terms: &terms, strict, faults: Vec::new() };
    reader.module(root, &mut module);
    Parsed { module, faults: reader.faults }
}

struct Reader<'t> {
    terms: &'t Terms,
    strict: bool,
    faults: Vec<Fault>,
}

/// Keys of the module's map; the first six must be there.
const MODULE_KEYS: [&str; 7] =
    ["target", "format", "functions", "data", "bss", "imports", "allow_stubs"];
const REQUIRED_KEYS: usize = 6;

/// Keys of a function's map; the first three must be there.
const FUNCTION_KEYS: [&str; 7] =
    ["name", "arity", "body", "exported", "params", "locals", "results"];
const REQUIRED_FUNCTION_KEYS: usize = 3;

/// A fault at a term.
pub(super) fn fault_at(terms: &Terms, id: TermId, rule: Rule, message: &str, hint: &str) -> Fault {
    let (start, end) = terms.span(id);
    Fault::new(rule, message, hint).at(start, end)
}

impl Reader<'_> {
    fn fault(&self, id: TermId, rule: Rule, message: &str, hint: &str) -> Fault {
        fault_at(self.terms, id, rule, message, hint)
    }

    fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// The values of a map's known keys, in the order of `known`.
    fn keys<const N: usize>(
        &mut self,
        map: TermId,
        known: [&str; N],
        required: usize,
    ) -> Option<[Option<TermId>; N]> {
        let Term::Map(items) = self.terms.get(map) else {
            let hint = format!("write #{{{} => …}}", known[0]);
            let fault = self.fault(map, Rule::Syntax, "this is not a map", &hint);
            self.faults.push(fault);
            return None;
        };
        let mut found = [None; N];
        for pair in self.terms.items(items).chunks_exact(2) {
            let key = self.terms.atom(pair[0]).map(String::from_utf8_lossy).unwrap_or_default();
            match known.iter().position(|known| *known == key) {
                Some(at) if found[at].is_some() => {
                    let message = format!("the key `{key}` is there twice");
                    self.faults.push(self.fault(pair[0], Rule::Key, &message, ""));
                }
                Some(at) => found[at] = Some(pair[1]),
                None if self.strict => {
                    let message = format!("there is no key `{key}`");
                    let hint = match sox_diagnostics::closest(&key, known) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => format!("the keys are {}", known.join(", ")),
                    };
                    self.faults.push(self.fault(pair[0], Rule::Key, &message, &hint));
                }
                None => {}
            }
        }
        for (name, value) in known.iter().zip(&found).take(required) {
            if value.is_none() {
                let message = format!("the key `{name}` is missing");
                self.faults.push(self.fault(map, Rule::Key, &message, "it is required"));
            }
        }
        Some(found)
    }

    fn list(&mut self, id: TermId) -> &[TermId] {
        let terms = self.terms;
        if terms.list(id).is_none() {
            self.faults.push(self.fault(id, Rule::Syntax, "this is not a list", "write [ … ]"));
        }
        terms.list(id).unwrap_or(&[])
    }

    fn module(&mut self, root: TermId, module: &mut Module) {
        let Some(keys) = self.keys(root, MODULE_KEYS, REQUIRED_KEYS) else { return };
        let [target, format, functions, data, bss, imports, stubs] = keys;
        if let Some(id) = target {
            let result = self.choice(id, Isa::from_name, "x86_64 or arm64");
            module.isa = self.keep(result).flatten();
        }
        if let Some(id) = format {
            let result = self.choice(id, Format::from_name, "elf64, macho or pe");
            module.format = self.keep(result).flatten();
        }
        if let Some(id) = stubs {
            let result = self.boolean(id);
            module.allow_stubs = self.keep(result).unwrap_or(false);
        }
        let terms = self.terms;
        for id in self.all(data) {
            let result = data_item(terms, id, module);
            self.keep(result);
        }
        for id in self.all(bss) {
            let result = bss_item(terms, id, module);
            self.keep(result);
        }
        for id in self.all(imports) {
            let result = import_item(terms, id, module);
            self.keep(result);
        }
        for id in self.all(functions) {
            if self.faults.len() < MAX_FAULTS {
                self.function(id, module);
            }
        }
    }

    fn all(&mut self, list: Option<TermId>) -> Vec<TermId> {
        list.map_or(Vec::new(), |id| self.list(id).to_vec())
    }

    /// An atom of a few, or `any`.
    fn choice<T>(
        &self,
        id: TermId,
        from_name: fn(&[u8]) -> Option<T>,
        hint: &str,
    ) -> Result<Option<T>> {
        match self.terms.atom(id) {
            Some(b"any") => Ok(None),
            Some(name) if from_name(name).is_some() => Ok(from_name(name)),
            _ => Err(self.fault(id, Rule::Syntax, "this is not a known value of the key", hint)),
        }
    }

    fn boolean(&self, id: TermId) -> Result<bool> {
        boolean(self.terms, id)
    }

    fn function(&mut self, map: TermId, module: &mut Module) {
        let faults = self.faults.len();
        let Some(keys) = self.keys(map, FUNCTION_KEYS, REQUIRED_FUNCTION_KEYS) else { return };
        let [name, arity, body, exported, params, _, results] = keys;
        let Some(name) = name else { return };
        let terms = self.terms;
        let Some(text) = terms.binary(name) else {
            let hint = "names are binaries: <<\"main\">>";
            self.faults.push(self.fault(name, Rule::Syntax, "this is not a name", hint));
            return;
        };
        let symbol = module.names.intern(text);
        let mut builder = FunctionBuilder::new(module, symbol);
        builder.offset(terms.span(map).0);
        if let Some(id) = exported {
            let result = self.boolean(id);
            builder.exported(self.keep(result).unwrap_or(false));
        }
        if let Some(id) = results {
            let result = self.results(id);
            builder.results(self.keep(result).unwrap_or_default());
        }
        let mut reader = Body::new(terms);
        if let Some(id) = arity {
            let result = self.params(id, params, &mut builder, &mut reader);
            self.keep(result);
        }
        let outside = self.faults.len();
        for fault in &mut self.faults[faults..outside] {
            *fault = fault.clone().within(text, None);
        }
        if let Some(body) = body {
            for (index, id) in (0..).zip(self.list(body).to_vec()) {
                let inst = match reader.instruction(&mut builder, id) {
                    Ok(inst) => inst,
                    Err(fault) if self.faults.len() < MAX_FAULTS => {
                        self.faults.push(fault.within(text, Some(index)));
                        Inst::new(Op::Nop, &[])
                    }
                    Err(_) => break,
                };
                builder.push_at(inst, terms.span(id).0);
            }
        }
        if self.faults.len() > faults {
            builder.damage();
        }
        builder.finish();
    }

    fn results(&mut self, id: TermId) -> Result<Pair<Class>> {
        let mut classes = Vec::new();
        for &class in self.list(id).to_vec().iter() {
            let known = self.terms.atom(class).and_then(Class::from_name);
            classes.push(known.ok_or_else(|| {
                self.fault(class, Rule::Syntax, "this is not a class", "i64, f32 or f64")
            })?);
        }
        Pair::new(&classes).ok_or_else(|| {
            let hint = "more results go through memory";
            self.fault(id, Rule::Arity, "there may be at most two results", hint)
        })
    }

    /// Parameters as listed, or, if none are listed, the registers from 0.
    fn params(
        &mut self,
        arity: TermId,
        params: Option<TermId>,
        builder: &mut FunctionBuilder<'_>,
        body: &mut Body<'_>,
    ) -> Result<()> {
        const MOST: i64 = 10_000;
        let count = number(self.terms, arity)?;
        if !(0..=MOST).contains(&count) {
            return Err(self.fault(arity, Rule::Immediate, "no function has this arity", ""));
        }
        let Some(params) = params else {
            for index in 0..count {
                builder.param(index.to_string().as_bytes(), Class::I64);
            }
            return Ok(());
        };
        let listed = self.list(params).to_vec();
        for &param in &listed {
            body.param(builder, param)?;
        }
        if listed.len() as i64 != count {
            let message = format!("the arity is {count}, but {} parameters follow", listed.len());
            return Err(self.fault(
                params,
                Rule::Arity,
                &message,
                "list as many as the arity says",
            ));
        }
        Ok(())
    }
}

fn boolean(terms: &Terms, id: TermId) -> Result<bool> {
    match terms.atom(id) {
        Some(b"true") => Ok(true),
        Some(b"false") => Ok(false),
        _ => Err(fault_at(terms, id, Rule::Syntax, "this is not a boolean", "true or false")),
    }
}

/// A whole number of 64 bits.
pub(super) fn number(terms: &Terms, id: TermId) -> Result<i64> {
    match *terms.get(id) {
        Term::Int(negative, magnitude) => fit(negative, magnitude).ok_or_else(|| {
            let message = "this number does not fit 64 bits";
            fault_at(terms, id, Rule::Immediate, message, "numbers go from -2^63 to 2^64-1")
        }),
        _ => {
            let message = "this is not a whole number";
            Err(fault_at(terms, id, Rule::OperandKind, message, "write it without {imm, …}"))
        }
    }
}

/// A number that is not negative.
pub(super) fn count(terms: &Terms, id: TermId) -> Result<i64> {
    match number(terms, id)? {
        value @ 0.. => Ok(value),
        _ => {
            let message = "this number may not be negative or above 2^63-1";
            Err(fault_at(terms, id, Rule::Immediate, message, ""))
        }
    }
}

/// A name or other bytes.
pub(super) fn name(terms: &Terms, id: TermId, module: &mut Module) -> Result<Name> {
    match terms.binary(id) {
        Some(bytes) => Ok(module.names.intern(bytes)),
        None => {
            let hint = "names are binaries: <<\"name\">>";
            Err(fault_at(terms, id, Rule::OperandKind, "this is not a name", hint))
        }
    }
}

/// Elements of a tuple of three, or of four whose last one is `exported`.
fn object<'t>(terms: &'t Terms, id: TermId, hint: &str) -> Result<([TermId; 3], bool)> {
    let items: &'t [TermId] = terms.tuple(id).unwrap_or(&[]);
    match *items {
        [a, b, c] => Ok(([a, b, c], false)),
        [a, b, c, exported] if terms.atom(exported) == Some(b"exported") => Ok(([a, b, c], true)),
        _ => Err(fault_at(
            terms,
            id,
            Rule::Syntax,
            "this is not of the form that belongs here",
            hint,
        )),
    }
}

fn bss_item(terms: &Terms, id: TermId, module: &mut Module) -> Result<()> {
    let ([symbol, align, size], exported) = object(terms, id, "{<<\"name\">>, Align, Size}")?;
    let bss = Bss {
        name: name(terms, symbol, module)?,
        exported,
        align: count(terms, align)? as u64,
        size: count(terms, size)? as u64,
        offset: terms.span(id).0,
    };
    module.bss.push(bss);
    Ok(())
}

fn import_item(terms: &Terms, id: TermId, module: &mut Module) -> Result<()> {
    let (library, symbol, arity) = match *terms.tuple(id).unwrap_or(&[]) {
        [symbol, arity] => (None, symbol, arity),
        [library, symbol, arity] => (Some(library), symbol, arity),
        _ => {
            let hint = "{<<\"name\">>, Arity} or {<<\"library\">>, <<\"name\">>, Arity}";
            return Err(fault_at(terms, id, Rule::Syntax, "this is not an import", hint));
        }
    };
    let symbol = name(terms, symbol, module)?;
    let library = match library {
        Some(library) => Some(name(terms, library, module)?),
        None => None,
    };
    let arity = match terms.atom(arity) {
        Some(b"any") => None,
        _ => Some(u32::try_from(count(terms, arity)?).map_err(|_| {
            fault_at(terms, arity, Rule::Immediate, "no function has so many parameters", "")
        })?),
    };
    module.imports.push(Import { name: symbol, library, arity, offset: terms.span(id).0 });
    Ok(())
}

fn data_item(terms: &Terms, id: TermId, module: &mut Module) -> Result<()> {
    let ([symbol, align, content], exported) = object(terms, id, "{<<\"name\">>, Align, Bytes}")?;
    let symbol = name(terms, symbol, module)?;
    let align = count(terms, align)? as u64;
    let (mut bytes, mut relocs) = (Vec::new(), Vec::new());
    match terms.list(content) {
        Some(parts) => {
            for &part in parts {
                data_part(terms, part, module, &mut bytes, &mut relocs)?;
            }
        }
        None => data_part(terms, content, module, &mut bytes, &mut relocs)?,
    }
    if bytes.len() as u64 > MAX_DATA {
        let message = "initialised data may have at most 2^28 bytes";
        return Err(fault_at(terms, content, Rule::TooLarge, message, "use bss"));
    }
    module.add_data((symbol, exported), align, &bytes, &relocs, terms.span(id).0);
    Ok(())
}

/// A binary, a byte, or the address of a symbol.
fn data_part(
    terms: &Terms,
    id: TermId,
    module: &mut Module,
    bytes: &mut Vec<u8>,
    relocs: &mut Vec<Reloc>,
) -> Result<()> {
    match terms.get(id) {
        Term::Binary(range) => bytes.extend_from_slice(terms.bytes(range)),
        Term::Int(false, byte @ 0..=255) => bytes.push(*byte as u8),
        Term::Tuple(items) => {
            let items = terms.items(items);
            let (symbol, addend) = match *items {
                [tag, symbol] if terms.atom(tag) == Some(b"data_ref") => (symbol, 0),
                [tag, symbol, addend] if terms.atom(tag) == Some(b"data_ref") => {
                    (symbol, number(terms, addend)?)
                }
                _ => {
                    let hint = "{data_ref, <<\"name\">>} or {data_ref, <<\"name\">>, Addend}";
                    return Err(fault_at(terms, id, Rule::Syntax, "this is not data", hint));
                }
            };
            let symbol = name(terms, symbol, module)?;
            relocs.push(Reloc { at: bytes.len() as u64, symbol, addend });
            bytes.extend_from_slice(&[0; 8]);
        }
        _ => {
            let hint = "a binary, or a list of bytes, binaries and {data_ref, <<\"name\">>}";
            return Err(fault_at(terms, id, Rule::Syntax, "this is not data", hint));
        }
    }
    Ok(())
}
