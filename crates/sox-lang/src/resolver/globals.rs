//! Names of the file's top level, builtins, and names nothing declares.

use super::{Resolver, Use};
use crate::ast::{ExprId, ExprKind, Stmt, StmtKind, VariableId};
use crate::codes;
use crate::session::{Host, Unit};
use crate::token::keywords;
use foldhash::fast::RandomState;
use sox_diagnostics::{Span, closest};
use sox_program::{BuiltinId, Global, GlobalId, Interner, Symbol};
use std::collections::HashMap;

/// How many unknown names of a file are compared with all known ones.
const MAX_SUGGESTIONS: u32 = 50;

/// Top-level names of one file, or of all entries of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct GlobalScope {
    entries: HashMap<Symbol, Entry, RandomState>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: GlobalId,
    constant: bool,
    /// Where this file declares it; none if an earlier entry did, or nothing yet.
    declared_at: Option<Span>,
    /// It was declared, not only mentioned.
    declared: bool,
}

impl GlobalScope {
    /// The global with this name.
    pub(crate) fn find(&self, name: Symbol) -> Option<GlobalId> {
        self.entries.get(&name).map(|entry| entry.id)
    }

    /// Prepares for the next entry of a session: its declarations may repeat those before.
    pub(crate) fn begin_entry(&mut self) {
        self.entries.values_mut().for_each(|entry| entry.declared_at = None);
    }
}

/// The builtins the program mentions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builtins {
    /// Their names, by number.
    pub(crate) names: Vec<Symbol>,
    /// What was asked before.
    known: HashMap<Symbol, Option<BuiltinId>, RandomState>,
}

impl Builtins {
    /// The number of a builtin that is known to be there.
    pub(crate) fn number(&mut self, name: Symbol) -> BuiltinId {
        let names = &mut self.names;
        let known = self.known.entry(name).or_insert(None);
        *known.get_or_insert_with(|| {
            names.push(name);
            BuiltinId(names.len() as u32 - 1)
        })
    }

    /// The builtin with this name, numbered at its first mention.
    fn find(&mut self, name: Symbol, names: &Interner, host: &dyn Host) -> Option<BuiltinId> {
        *self.known.entry(name).or_insert_with(|| {
            host.is_builtin(names.text(name)).then(|| {
                self.names.push(name);
                BuiltinId(self.names.len() as u32 - 1)
            })
        })
    }
}

// Declarations.
impl Resolver<'_> {
    /// Declares the names of the file's top level, which are known in all of it.
    pub(super) fn declare_globals(&mut self) {
        let known: Vec<_> =
            self.world.scope.entries.iter().map(|(&name, entry)| (name, entry.id)).collect();
        for (name, id) in known {
            self.scopes.set(name, Use::Global(id));
        }
        let ast = self.ast;
        for statement in ast.block(ast.body) {
            match statement.kind {
                StmtKind::Var { names, .. } => {
                    names.variables().for_each(|variable| self.declare_global(variable));
                }
                StmtKind::Function { variable, .. } => self.declare_global(variable),
                StmtKind::Class(class) => self.declare_global(class.of(&ast.classes).variable),
                StmtKind::Import(imports) => {
                    let imports = imports.of(&ast.imports).iter();
                    imports.for_each(|import| self.declare_global(import.variable));
                }
                _ => {}
            }
        }
        if self.world.unit != Unit::Library {
            let body = ast.block(ast.body).iter();
            body.for_each(|statement| self.declare_by_assignment(statement));
        }
    }

    fn declare_global(&mut self, variable: VariableId) {
        let declared = self.ast.declared(variable);
        let (name, span, constant) = (declared.name, declared.span, declared.constant);
        if let Some(&entry) = self.world.scope.entries.get(&name)
            && let Some(first) = entry.declared_at
        {
            self.report_redeclared(name, span, first, entry.constant);
        }
        let id = self.global_named(name);
        let entry = Entry { id, constant, declared_at: Some(span), declared: true };
        self.add_declared(name, entry);
        self.variable_mut(variable).global = Some(id);
    }

    /// Notes the declaration of a global.
    fn add_declared(&mut self, name: Symbol, entry: Entry) {
        let before = self.world.scope.entries.insert(name, entry);
        // Later entries of a session list a name again if it is theirs now.
        if before.is_none_or(|before| before.declared_at.is_none()) {
            self.result.globals.push(entry.id);
        }
        self.scopes.set(name, Use::Global(entry.id));
    }

    fn report_redeclared(&mut self, name: Symbol, span: Span, first: Span, constant: bool) {
        let name = self.text(name).to_owned();
        let report = if constant {
            let message = format!("Can't declare constant '{name}' again.");
            self.reports.error(&codes::REDECLARED_CONSTANT, span, message)
        } else {
            let message = format!("'{name}' is declared again.");
            self.reports.warning(&codes::REDECLARED_GLOBAL, span, message)
        };
        report.secondary.push((first, "first declared here".into()));
    }

    /// The global with this name, new or known.
    fn global_named(&mut self, name: Symbol) -> GlobalId {
        if let Some(id) = self.world.scope.find(name) {
            return id;
        }
        let builtin = self.builtin(name);
        let id = GlobalId(self.world.globals.len() as u32);
        self.world.globals.push(Global { name, module: self.world.module, builtin });
        id
    }

    fn builtin(&mut self, name: Symbol) -> Option<BuiltinId> {
        self.world.builtins.find(name, self.world.names, self.world.host)
    }

    /// `x = 5` directly at the top level declares `x` if nothing else does.
    fn declare_by_assignment(&mut self, statement: &Stmt) {
        let StmtKind::Expr(id) = statement.kind else { return };
        let ExprKind::Assign { target, op: None, .. } = self.ast.expr(id).kind else { return };
        let ExprKind::Name(name, mention) = self.ast.expr(target).kind else { return };
        let is_known = self.world.scope.entries.get(&name).is_some_and(|entry| entry.declared);
        if is_known || self.builtin(name).is_some() {
            return;
        }
        let span = self.ast.expr(target).span;
        let global = self.global_named(name);
        let entry = Entry { id: global, constant: false, declared_at: Some(span), declared: true };
        self.add_declared(name, entry);
        self.set(mention, Use::Declares(global));
        if self.quiet {
            return;
        }
        let text = self.text(name).to_owned();
        let message = format!("'{text}' is declared by this assignment.");
        let meant = self
            .suggestion(&text)
            .map_or(String::new(), |known| format!(", unless you mean '{known}'"));
        self.suggestions += 1;
        let report = self.reports.warning(&codes::IMPLICIT_DECLARATION, span, message);
        report.help.push(format!("write `var {text} = …`{meant}"));
    }
}

// Mentions.
impl Resolver<'_> {
    /// What a name means that no scope declares: a builtin or nothing. Remembered for the file.
    pub(super) fn unresolved(&mut self, id: ExprId, name: Symbol) -> Use {
        let meaning = match self.builtin(name) {
            Some(builtin) => Use::Builtin(builtin),
            None => {
                self.warn_unknown(id, name);
                self.undeclared(name)
            }
        };
        self.scopes.set(name, meaning);
        meaning
    }

    /// A session may declare the name in a later entry, so it has a global there.
    fn undeclared(&mut self, name: Symbol) -> Use {
        if self.world.unit != Unit::ReplEntry {
            return Use::Undefined;
        }
        let id = self.global_named(name);
        let entry = Entry { id, constant: false, declared_at: None, declared: false };
        self.world.scope.entries.insert(name, entry);
        Use::Global(id)
    }

    fn warn_unknown(&mut self, id: ExprId, name: Symbol) {
        let in_session_function = self.world.unit == Unit::ReplEntry && self.functions.len() > 1;
        if self.quiet || in_session_function {
            return;
        }
        let text = self.text(name);
        let message = match self.suggestion(text) {
            Some(known) => format!("Unknown name '{text}'; did you mean '{known}'?"),
            None => format!("Unknown name '{text}'."),
        };
        let is_new = text == "new";
        self.suggestions += 1;
        let span = self.ast.expr(id).span;
        let report = self.reports.warning(&codes::UNKNOWN_NAME, span, message);
        report.label = "not declared anywhere".into();
        if is_new {
            report.help.push("to make an instance, call the class: `A()`".into());
        }
    }

    /// The known name most like this one.
    fn suggestion(&self, text: &str) -> Option<String> {
        let foreign = match text {
            "null" | "None" | "undefined" | "NULL" => Some("nil"),
            "self" => Some("this"),
            "True" | "TRUE" => Some("true"),
            "False" | "FALSE" => Some("false"),
            "println" | "printf" | "echo" => Some("print"),
            "not" => Some("!"),
            _ => None,
        };
        if foreign.is_some() || self.suggestions >= MAX_SUGGESTIONS {
            return foreign.map(str::to_owned);
        }
        let builtins = self.world.host.builtin_names();
        let builtins = builtins.iter().map(String::as_str).filter(|name| !name.starts_with('@'));
        let declared = self.scopes.declared().map(|name| self.text(name));
        let candidates = declared.chain(builtins).chain(keywords().iter().copied());
        closest(text, candidates).map(str::to_owned)
    }

    /// Whether a global is a constant of the file, and where it is declared.
    pub(super) fn constant_global(&self, name: Symbol) -> Option<Option<Span>> {
        let entry = self.world.scope.entries.get(&name)?;
        entry.constant.then_some(entry.declared_at)
    }

    /// Makes a builtin that is assigned a global of the file.
    pub(super) fn promote(&mut self, builtin: BuiltinId, name: Symbol) -> GlobalId {
        let id = self.global_named(name);
        let entry = Entry { id, constant: false, declared_at: None, declared: true };
        self.world.scope.entries.entry(name).or_insert(entry);
        self.result.promoted.insert(builtin, id);
        id
    }
}
