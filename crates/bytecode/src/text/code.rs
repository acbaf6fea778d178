//! Reading: functions.

use super::assemble::{AssembleError, Tables, shown_name};
use super::listing::captures;
use super::names::Names;
use super::place;
use super::token::Token;
use super::words::{Line, Words};
use crate::{
    Capture, CaptureId, Code, Ends, Function, FunctionDebug, FunctionKind, Handler, Instr, Local,
    ModuleId, NameId, Opcode, OperandKind, Source, Target,
};
use sox_diagnostics::Span;
use std::collections::HashMap;

/// A function with its title and the lines below it, in their module.
pub(super) struct Body<'t> {
    pub(super) tables: &'t Tables,
    pub(super) source: &'t Source,
    pub(super) title: &'t Line,
    pub(super) lines: &'t [Line],
}

/// What a title says.
struct Title {
    name: Token,
    id: u32,
    kind: FunctionKind,
    params: u16,
    required: u16,
    locals: u16,
    place: String,
}

/// What functions are called, in the order of their numbers.
pub(super) fn names(
    functions: &[(usize, Line, Vec<Line>)],
) -> Result<Vec<Option<String>>, AssembleError> {
    let mut names = vec![None; functions.len()];
    for (_, line, _) in functions {
        let title = line.at(Title::read(line))?;
        if let Some(place) = names.get_mut(title.id as usize) {
            *place = Some(line.at(shown_name(&title.name))?);
        }
    }
    Ok(names)
}

impl Title {
    /// `fn name(a, b?) #1, 3 locals, at 1:1-3:2` or `top level of name #0, …`
    fn read(line: &Line) -> Result<Title, String> {
        let mut words = Words::new(line);
        let kind = match words.word()? {
            "top" => {
                words.expect("level")?;
                words.expect("of")?;
                FunctionKind::Module
            }
            "fn" => FunctionKind::Plain,
            "method" => FunctionKind::Method,
            _ => FunctionKind::Initializer,
        };
        let name = words.next()?.clone();
        let (params, required) = match kind {
            FunctionKind::Module => (0, 0),
            _ => Title::params(&mut words)?,
        };
        let id = words.id()?;
        words.sign(',');
        let locals = words.number()?;
        let _ = words.skip("local") || words.skip("locals");
        words.sign(',');
        words.expect("at")?;
        let place = words.word()?.to_owned();
        words.end()?;
        Ok(Title { name, id, kind, params, required, locals, place })
    }

    /// How many parameters there are, and how many of them must be given.
    fn params(words: &mut Words<'_>) -> Result<(u16, u16), String> {
        if !words.sign('(') {
            return Err("the parameters are missing".to_owned());
        }
        let (mut params, mut required) = (0_u16, 0_u16);
        let mut empty = true;
        let mut optional = false;
        loop {
            let ends = words.peek() == Some(&Token::Sign(')'));
            if (ends && !empty) || words.peek() == Some(&Token::Sign(',')) {
                params = params.checked_add(1).ok_or("there are too many parameters")?;
                required += u16::from(!optional);
                (empty, optional) = (true, false);
            }
            match words.next()? {
                Token::Sign(')') => return Ok((params, required)),
                Token::Word(word, None) if word.ends_with('?') => (empty, optional) = (false, true),
                Token::Sign(',') => {}
                _ => empty = false,
            }
        }
    }
}

impl Body<'_> {
    /// The function, and its number.
    pub(super) fn assemble(&self, module: ModuleId) -> Result<(u32, Function), AssembleError> {
        let title = self.title.at(Title::read(self.title))?;
        let name = self.title.at(self.tables.name(&title.name))?;
        let span = self.title.at(self.place(&title.place))?;
        let Title { id, kind, params, required, locals, .. } = title;
        let mut function = Function {
            name,
            kind,
            module,
            params,
            required,
            locals,
            debug: FunctionDebug { span, ..FunctionDebug::default() }.into(),
            ..Function::new(kind, Code::default())
        };
        self.details(&mut function)?;
        let labels = self.labels()?;
        let names = |ids: &mut dyn Iterator<Item = Option<NameId>>| -> Vec<Option<String>> {
            ids.map(|id| Some(self.tables.constant_names.shown(id?.0).to_owned())).collect()
        };
        let unquoted = |name: Option<String>| name.map(|name| plain(&name));
        let own_locals = names(&mut function.debug.locals.iter().copied());
        let own_captures = names(&mut function.debug.captures.iter().map(|&id| Some(id)));
        let operands = Operands {
            tables: self.tables,
            labels: &labels,
            locals: super::listing::locals(own_locals.into_iter().map(unquoted), function.locals),
            captures: captures(own_captures.into_iter().map(unquoted), function.captures.len()),
        };
        for line in self.lines {
            line.at(self.line(line, &operands, &mut function))?;
        }
        Ok((id, function))
    }

    fn place(&self, text: &str) -> Result<Span, String> {
        place::parse(self.source, text).ok_or_else(|| format!("'{text}' is no place of the source"))
    }

    /// Names of locals, and captures.
    fn details(&self, function: &mut Function) -> Result<(), AssembleError> {
        for line in self.lines {
            let mut words = Words::new(line);
            match line.keyword() {
                "locals" => line.at(self.local_names(&mut words, function))?,
                "captures" => line.at(self.capture(&mut words, function))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// `locals a, -, b`
    fn local_names(&self, words: &mut Words<'_>, function: &mut Function) -> Result<(), String> {
        words.expect("locals")?;
        loop {
            let name = self.name_or_none(words)?;
            function.debug.locals.push(name);
            if !words.sign(',') {
                return words.end();
            }
        }
    }

    fn name_or_none(&self, words: &mut Words<'_>) -> Result<Option<NameId>, String> {
        if words.skip("-") {
            return Ok(None);
        }
        self.tables.name(words.next()?).map(Some)
    }

    /// `captures a from cell 2`
    fn capture(&self, words: &mut Words<'_>, function: &mut Function) -> Result<(), String> {
        words.expect("captures")?;
        let name = self.name_or_none(words)?;
        words.expect("from")?;
        let what = words.word()?;
        let number = words.number()?;
        function.captures.push(match what {
            "local" => Capture::Local(Local(number)),
            "cell" => Capture::Cell(Local(number)),
            "capture" => Capture::Capture(CaptureId(number)),
            "captured-cell" => Capture::CaptureCell(CaptureId(number)),
            other => return Err(format!("nothing is captured from a {other}")),
        });
        if let Some(name) = name {
            if function.debug.captures.len() + 1 < function.captures.len() {
                return Err("a capture before this one has no name".to_owned());
            }
            function.debug.captures.push(name);
        }
        words.end()
    }

    /// The instructions that labels stand before.
    fn labels(&self) -> Result<HashMap<String, u32>, AssembleError> {
        let mut labels = HashMap::new();
        let mut at = 0;
        for line in self.lines {
            match label(line) {
                Some(label) => {
                    if labels.insert(label.to_owned(), at).is_some() {
                        return line.at(Err(format!("the label {label} is there twice")));
                    }
                }
                None => at += u32::from(!is_detail(line)),
            }
        }
        Ok(labels)
    }

    fn line(
        &self,
        line: &Line,
        operands: &Operands<'_>,
        function: &mut Function,
    ) -> Result<(), String> {
        if line.keyword() == "errors" {
            function.handlers.push(operands.handler(&mut Words::new(line))?);
            return Ok(());
        }
        if label(line).is_some() || is_detail(line) {
            return Ok(());
        }
        let mut words = Words::new(line);
        if let Some(Token::Word(word, None)) = words.peek()
            && place::is_place(word)
        {
            let place = self.place(words.word()?)?;
            function.debug.spans.push((function.code.len() as u32, place));
        }
        // The number of the instruction and the depth of the operand stack.
        for _ in 0..2 {
            if let Some(Token::Word(word, None)) = words.peek()
                && word.chars().all(|c| c.is_ascii_digit())
            {
                words.next()?;
            }
        }
        function.code.push(operands.instruction(&mut words)?);
        Ok(())
    }
}

/// A name without quotes around it if it is a plain word.
fn plain(shown: &str) -> String {
    match super::token::tokens(shown).as_deref() {
        Ok([Token::Text(text, _) | Token::Word(text, _)]) => super::token::name(text),
        _ => shown.to_owned(),
    }
}

fn label(line: &Line) -> Option<&str> {
    match line.tokens.as_slice() {
        [Token::Word(word, None)] => word.strip_suffix(':').filter(|label| !label.is_empty()),
        _ => None,
    }
}

fn is_detail(line: &Line) -> bool {
    matches!(line.keyword(), "locals" | "captures" | "errors")
}

/// What the operands of a function may name.
struct Operands<'t> {
    tables: &'t Tables,
    labels: &'t HashMap<String, u32>,
    locals: Names,
    captures: Names,
}

impl Operands<'_> {
    fn instruction(&self, words: &mut Words<'_>) -> Result<Instr, String> {
        let name = words.word()?;
        let opcode = Opcode::ALL.iter().find(|opcode| opcode.info().name == name);
        let Some(opcode) = opcode else {
            let all = Opcode::ALL.iter().map(|opcode| opcode.info().name);
            return Err(match sox_diagnostics::closest(name, all) {
                Some(close) => format!("there is no instruction {name}; did you mean {close}?"),
                None => format!("there is no instruction {name}"),
            });
        };
        let info = opcode.info();
        let mut bytes = vec![info.byte];
        for (number, (_, kind)) in info.operands.iter().enumerate() {
            if number > 0 && !words.sign(',') {
                return Err(format!("{name} has {} operands", info.operands.len()));
            }
            let raw = self.operand(*kind, words)?;
            let raw_bytes = raw.to_le_bytes();
            let (fits, rest) = raw_bytes.split_at(kind.width());
            if rest.iter().any(|&byte| byte != 0) {
                return Err(format!("{raw} is too large for {name}"));
            }
            bytes.extend_from_slice(fits);
        }
        words.end()?;
        let (instr, _) = Instr::decode(&bytes).expect("an instruction with its operands");
        Ok(instr)
    }

    fn operand(&self, kind: OperandKind, words: &mut Words<'_>) -> Result<u32, String> {
        let tables = self.tables;
        match kind {
            OperandKind::Const => match words.next()? {
                Token::Text(text, number) => {
                    tables.constant_names.find_name(super::token::quoted(text), *number)
                }
                Token::Word(word, number) => tables.constant_names.find_name(word.clone(), *number),
                Token::Sign(sign) => Err(format!("a constant is wanted, not '{sign}'")),
            },
            OperandKind::Name => tables.name(words.next()?).map(|id| id.0),
            OperandKind::Local => self.locals.find(words.next()?),
            OperandKind::Capture => self.captures.find(words.next()?),
            OperandKind::Global => tables.global_names.find(words.next()?),
            OperandKind::Builtin => tables.builtin_names.find(words.next()?),
            OperandKind::Function => tables.function_names.find(words.next()?),
            OperandKind::Module => tables.module_names.find(words.next()?),
            OperandKind::Target => self.label(words),
            OperandKind::Count => words.number(),
            OperandKind::Ends => ends(words.word()?).map(|ends| ends.0.into()),
        }
    }

    fn label(&self, words: &mut Words<'_>) -> Result<u32, String> {
        let name = words.word()?;
        let found = self.labels.get(name).copied();
        found.ok_or_else(|| format!("there is no label {name} in this function"))
    }

    /// `errors from L1 to L2 go to L3, keeping 0 operands`
    fn handler(&self, words: &mut Words<'_>) -> Result<Handler, String> {
        words.expect("errors")?;
        words.expect("from")?;
        let start = self.label(words)?;
        words.expect("to")?;
        let end = self.label(words)?;
        words.expect("go")?;
        words.expect("to")?;
        let target = Target(self.label(words)?);
        words.sign(',');
        words.expect("keeping")?;
        let depth = words.number()?;
        let _ = words.skip("operand") || words.skip("operands");
        words.end()?;
        Ok(Handler { start, end, target, depth })
    }
}

fn ends(word: &str) -> Result<Ends, String> {
    match word {
        ":" => Ok(Ends(0)),
        "first:" => Ok(Ends(1)),
        ":last" => Ok(Ends(2)),
        "first:last" => Ok(Ends(3)),
        other => Err(format!("'{other}' is none of :, first:, :last and first:last")),
    }
}
