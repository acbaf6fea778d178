//! Reading: tables first, then the functions that name what stands in them.

use super::code::{self, Body};
use super::listing::{constants, sources};
use super::names::Names;
use super::token::{Token, name, quoted, tokens};
use super::words::{Line, Words};
use crate::container::{Bundle, Language, VERSION};
use crate::{
    BuiltinId, Constant, Function, FunctionId, Global, GlobalId, Module, ModuleId, ModuleInfo,
    NameId, Source,
};
use sox_diagnostics::SourceId;
use std::fmt;

/// Why a text is no bytecode: the first line that is wrong, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssembleError {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for AssembleError {}

/// The program that a listing is of. It is not verified: a text may say anything that has the form.
///
/// # Errors
/// The first line that is wrong.
pub fn assemble(text: &str) -> Result<Bundle, AssembleError> {
    let items = Items::read(text)?;
    let tables = Tables::read(&items)?;
    let mut module = Module {
        constants: tables.constants.clone(),
        sources: tables.sources.clone(),
        ..Module::default()
    };
    tables.globals(&items, &mut module)?;
    tables.modules(&items, &mut module)?;
    module.functions = tables.functions(&items, &module)?;
    if module.modules.get(module.entry.index()).map(|info| info.body) != Some(FunctionId(0)) {
        let message = "the entry module runs #0, so that function must be its top level".to_owned();
        return Err(AssembleError { line: 1, message });
    }
    Ok(Bundle { language: items.language, module, texts: tables.texts })
}

/// The lines, sorted by what they are about.
struct Items {
    language: Language,
    with_texts: bool,
    constants: Vec<Line>,
    builtins: Vec<Line>,
    globals: Vec<Line>,
    /// `main`, tests, benchmarks.
    begins: Vec<Line>,
    /// With the lines that belong to each.
    sources: Vec<(Line, Vec<Line>)>,
    modules: Vec<(Line, Vec<Line>)>,
    /// With the number of the module they stand in, as a position in `modules`.
    functions: Vec<(usize, Line, Vec<Line>)>,
}

impl Items {
    fn read(text: &str) -> Result<Items, AssembleError> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let tokens = tokens(line).map_err(|message| AssembleError { line: number, message })?;
            if !tokens.is_empty() {
                lines.push(Line { number, tokens });
            }
        }
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or(Line { number: 1, tokens: Vec::new() });
        let (language, with_texts) = first.at(header(&first))?;
        let mut items = Items {
            language,
            with_texts,
            constants: Vec::new(),
            builtins: Vec::new(),
            globals: Vec::new(),
            begins: Vec::new(),
            sources: Vec::new(),
            modules: Vec::new(),
            functions: Vec::new(),
        };
        lines.try_for_each(|line| items.add(line))?;
        Ok(items)
    }

    fn add(&mut self, line: Line) -> Result<(), AssembleError> {
        let stray = |line: &Line| line.at(Err(format!("'{}' belongs to nothing", line.keyword())));
        match line.keyword() {
            "constant" => self.constants.push(line),
            "builtin" => self.builtins.push(line),
            "global" => self.globals.push(line),
            "main" | "test" | "benchmark" => self.begins.push(line),
            "source" => self.sources.push((line, Vec::new())),
            "lines" | "text" => match self.sources.last_mut() {
                Some((_, lines)) => lines.push(line),
                None => return stray(&line),
            },
            "module" => self.modules.push((line, Vec::new())),
            "globals" => match self.modules.last_mut() {
                Some((_, lines)) => lines.push(line),
                None => return stray(&line),
            },
            "top" | "fn" | "method" | "initializer" => match self.modules.len().checked_sub(1) {
                Some(module) => self.functions.push((module, line, Vec::new())),
                None => return stray(&line),
            },
            _ => match self.functions.last_mut() {
                Some((_, _, lines)) => lines.push(line),
                None => return stray(&line),
            },
        }
        Ok(())
    }
}

/// `sox bytecode 1, with texts`
fn header(line: &Line) -> Result<(Language, bool), String> {
    let mut words = Words::new(line);
    let language = match words.word() {
        Ok("sox") => Language::Sox,
        Ok("poh") => Language::PohLang,
        _ => return Err("the first line is 'sox bytecode 1' or 'poh bytecode 1'".to_owned()),
    };
    words.expect("bytecode")?;
    let version: u32 = words.number()?;
    if version != VERSION {
        return Err(format!("this sox assembles version {VERSION}, not {version}"));
    }
    let with_texts = words.sign(',');
    if with_texts {
        words.expect("with")?;
        words.expect("texts")?;
    }
    words.end()?;
    Ok((language, with_texts))
}

/// Tables that lines name things of.
pub(super) struct Tables {
    constants: Vec<Constant>,
    sources: Vec<Source>,
    texts: Texts,
    pub(super) constant_names: Names,
    pub(super) global_names: Names,
    pub(super) builtin_names: Names,
    pub(super) module_names: Names,
    pub(super) function_names: Names,
    source_names: Names,
}

impl Tables {
    fn read(items: &Items) -> Result<Tables, AssembleError> {
        let constant = |words: &mut Words<'_>| read_constant(words.next()?);
        let table = numbered(&items.constants, constant)?;
        let name = |words: &mut Words<'_>| shown_name(words.next()?).map(Some);
        let (table_of_sources, texts) = read_sources(items)?;
        Ok(Tables {
            constant_names: constants(&table),
            constants: table,
            source_names: sources(&table_of_sources),
            sources: table_of_sources,
            texts,
            global_names: Names::new("global", numbered_names(&items.globals, name)?),
            builtin_names: Names::new("builtin", numbered_names(&items.builtins, name)?),
            module_names: Names::new("module", module_names(items)?),
            function_names: Names::new("function", code::names(&items.functions)?),
        })
    }

    /// A string of the constants, given as a plain word or in quotes.
    pub(super) fn name(&self, token: &Token) -> Result<NameId, String> {
        let (text, number) = match token {
            Token::Word(text, number) | Token::Text(text, number) => (text, *number),
            Token::Sign(sign) => return Err(format!("a name is wanted, not '{sign}'")),
        };
        self.constant_names.find_name(quoted(text), number).map(NameId)
    }

    fn globals(&self, items: &Items, module: &mut Module) -> Result<(), AssembleError> {
        module.globals = numbered(&items.globals, |words| {
            let name = self.name(words.next()?)?;
            words.expect("of")?;
            let owner = ModuleId(self.module_names.find(words.next()?)?);
            let builtin = if words.sign(',') {
                words.expect("builtin")?;
                Some(BuiltinId(self.builtin_names.find(words.next()?)?))
            } else {
                None
            };
            Ok(Global { name, module: owner, builtin })
        })?;
        module.builtins = numbered(&items.builtins, |words| self.name(words.next()?))?;
        for line in &items.begins {
            let mut words = Words::behind(line);
            let mut add = || {
                if line.keyword() == "main" {
                    module.main = Some(GlobalId(self.global_names.find(words.next()?)?));
                    return words.end();
                }
                let name = self.name(words.next()?)?;
                let global = GlobalId(self.global_names.find(words.next()?)?);
                let list = match line.keyword() {
                    "test" => &mut module.tests,
                    _ => &mut module.benches,
                };
                list.push((name, global));
                words.end()
            };
            line.at(add())?;
        }
        Ok(())
    }

    fn modules(&self, items: &Items, module: &mut Module) -> Result<(), AssembleError> {
        for (number, (line, lists)) in (0..).zip(&items.modules) {
            let (mut info, is_entry) = line.at(self.module(number, &mut Words::behind(line)))?;
            if is_entry {
                module.entry = ModuleId(number);
            }
            for list in lists {
                let mut words = Words::behind(list);
                let mut add = || loop {
                    info.globals.push(GlobalId(self.global_names.find(words.next()?)?));
                    if !words.sign(',') {
                        return words.end();
                    }
                };
                list.at(add())?;
            }
            module.modules.push(info);
        }
        Ok(())
    }

    /// `app #0, entry, from "app.sox", runs #0` or `math #1, external "std/math"`; and whether it is
    /// the entry.
    fn module(&self, number: u32, words: &mut Words<'_>) -> Result<(ModuleInfo, bool), String> {
        let name = self.name(words.next()?)?;
        if words.id()? != number {
            return Err(format!("this is module #{number}"));
        }
        let mut info = ModuleInfo {
            name,
            source: SourceId(0),
            body: FunctionId(0),
            globals: Vec::new(),
            library: false,
            external: None,
        };
        let mut is_entry = false;
        while words.sign(',') {
            match words.word()? {
                "entry" => is_entry = true,
                "external" => info.external = Some(self.name(words.next()?)?),
                "from" => {
                    let (text, number) = match words.next()? {
                        Token::Text(text, number) => (text, *number),
                        other => {
                            return Err(format!("a source in quotes is wanted, not {other:?}"));
                        }
                    };
                    info.source = SourceId(self.source_names.find_name(quoted(text), number)?);
                }
                "runs" => info.body = FunctionId(words.id()?),
                other => return Err(format!("'{other}' means nothing of a module")),
            }
        }
        words.end()?;
        Ok((info, is_entry))
    }

    fn functions(&self, items: &Items, module: &Module) -> Result<Vec<Function>, AssembleError> {
        let mut functions: Vec<Option<Function>> = items.functions.iter().map(|_| None).collect();
        for (owner, title, lines) in &items.functions {
            let owner = ModuleId(*owner as u32);
            let source = &module.sources.get(module.module(owner).source.0 as usize);
            let source = title.at(source.ok_or_else(|| "its module has no source".to_owned()))?;
            let body = Body { tables: self, source, title, lines };
            let (id, function) = body.assemble(owner)?;
            match functions.get_mut(id as usize) {
                Some(place @ None) => *place = Some(function),
                Some(_) => return title.at(Err(format!("function #{id} is there twice"))),
                None => return title.at(Err(format!("there is no function #{} before", id - 1))),
            }
        }
        Ok(functions.into_iter().map(|function| function.expect("each number once")).collect())
    }
}

/// A name as it stands in a table, to tell tables' entries by.
pub(super) fn shown_name(token: &Token) -> Result<String, String> {
    match token {
        Token::Word(text, None) | Token::Text(text, _) => Ok(name(text)),
        // Its constant is not the only one of that text, and says what the name is.
        Token::Word(text, Some(_)) => Ok(name(text)),
        Token::Sign(sign) => Err(format!("a name is wanted, not '{sign}'")),
    }
}

/// The entries of a table, whose lines must have the numbers they stand at.
fn numbered<T>(
    lines: &[Line],
    mut read: impl FnMut(&mut Words<'_>) -> Result<T, String>,
) -> Result<Vec<T>, AssembleError> {
    let mut entries = Vec::with_capacity(lines.len());
    for line in lines {
        let mut words = Words::behind(line);
        let mut entry = || {
            match words.id()? {
                number if number as usize == entries.len() => {}
                _ => return Err(format!("this is {} #{}", line.keyword(), entries.len())),
            }
            let entry = read(&mut words)?;
            words.end()?;
            Ok(entry)
        };
        let entry = line.at(entry())?;
        entries.push(entry);
    }
    Ok(entries)
}

/// The names of a table; what else stands in its lines is read later.
fn numbered_names(
    lines: &[Line],
    mut read: impl FnMut(&mut Words<'_>) -> Result<Option<String>, String>,
) -> Result<Vec<Option<String>>, AssembleError> {
    let mut name = |line: &Line| {
        let mut words = Words::behind(line);
        line.at(words.id().and_then(|_| read(&mut words)))
    };
    lines.iter().map(&mut name).collect()
}

fn module_names(items: &Items) -> Result<Vec<Option<String>>, AssembleError> {
    let name = |(line, _): &(Line, Vec<Line>)| {
        line.at(Words::behind(line).next().and_then(shown_name)).map(Some)
    };
    items.modules.iter().map(name).collect()
}

fn read_constant(token: &Token) -> Result<Constant, String> {
    match token {
        Token::Text(text, _) => Ok(Constant::String(text.as_str().into())),
        Token::Word(word, _) => match word.as_str() {
            "nil" => Ok(Constant::Nil),
            "true" => Ok(Constant::Bool(true)),
            "false" => Ok(Constant::Bool(false)),
            "nan" => Ok(Constant::Number(f64::NAN)),
            number => number
                .parse()
                .map(Constant::Number)
                .map_err(|_| format!("'{number}' is neither a number nor a text in quotes")),
        },
        Token::Sign(sign) => Err(format!("a constant is wanted, not '{sign}'")),
    }
}

/// The texts of sources, if they are to be in the file.
type Texts = Option<Vec<Box<str>>>;

fn read_sources(items: &Items) -> Result<(Vec<Source>, Texts), AssembleError> {
    let (mut sources, mut texts) = (Vec::new(), Vec::new());
    for (line, rest) in &items.sources {
        let mut words = Words::behind(line);
        let mut named = || {
            if words.id()? as usize != sources.len() {
                return Err(format!("this is source #{}", sources.len()));
            }
            match words.next()? {
                Token::Text(name, None) => words.end().map(|()| name.as_str().into()),
                other => Err(format!("a name in quotes is wanted, not {other:?}")),
            }
        };
        let name = line.at(named())?;
        let (mut line_starts, mut text) = (Vec::new(), String::new());
        for line in rest {
            line.at(source_line(line, &mut line_starts, &mut text))?;
        }
        if items.with_texts {
            line_starts = crate::container::line_starts(&text);
        }
        sources.push(Source { name, line_starts });
        texts.push(text.into_boxed_str());
    }
    Ok((sources, items.with_texts.then_some(texts)))
}

/// `lines 0, 14` or `text "print 1\n"`.
fn source_line(line: &Line, starts: &mut Vec<u32>, text: &mut String) -> Result<(), String> {
    let mut words = Words::behind(line);
    if line.keyword() == "text" {
        match words.next()? {
            Token::Text(part, None) => text.push_str(part),
            other => return Err(format!("a text in quotes is wanted, not {other:?}")),
        }
        return words.end();
    }
    loop {
        starts.push(words.number()?);
        if !words.sign(',') {
            return words.end();
        }
    }
}
