//! The names that a function sets, the functions inside it left out.

use crate::ast::*;
use sox_program::Symbol;
use std::collections::HashSet;

/// Names in the order of their first mention, and whether they are certainly the function's own: those
/// of functions and modules are, for a helper is not meant to replace one of the same name outside.
pub(super) fn assigned(body: &[Stmt]) -> Vec<(Symbol, bool)> {
    let mut collector = Collector { found: Vec::new(), seen: HashSet::new(), hidden: Vec::new() };
    collector.block(body);
    collector.found
}

struct Collector {
    found: Vec<(Symbol, bool)>,
    seen: HashSet<Symbol>,
    /// Variables of the blocks around.
    hidden: Vec<Symbol>,
}

impl Collector {
    fn add(&mut self, name: &Name, own: bool) {
        if !self.hidden.contains(&name.symbol) && self.seen.insert(name.symbol) {
            self.found.push((name.symbol, own));
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn hiding(&mut self, name: Option<&Name>, body: &[Stmt]) {
        self.hidden.extend(name.map(|name| name.symbol));
        self.block(body);
        if name.is_some() {
            self.hidden.pop();
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Ask { name, .. } => self.add(name, false),
            StmtKind::Set(target, _) => {
                if target.indices.is_empty() {
                    self.add(&target.name, false);
                }
            }
            StmtKind::Make(name, _) => self.add(name, true),
            StmtKind::Import(import) => {
                import.alias.iter().chain(&import.exposing).for_each(|name| self.add(name, true));
            }
            StmtKind::If { arms, otherwise } => {
                arms.iter().for_each(|(_, body)| self.block(body));
                self.block(otherwise);
            }
            StmtKind::While(_, body) | StmtKind::Repeat(_, body) => self.block(body),
            StmtKind::ForEach(name, _, body) => self.hiding(Some(name), body),
            StmtKind::Try(parts) => {
                self.block(&parts.body);
                for handler in &parts.handlers {
                    self.hiding(handler.name.as_ref(), &handler.body);
                }
                parts.finally.iter().for_each(|finally| self.block(finally));
            }
            // What is changed has a value already.
            StmtKind::Change { .. }
            | StmtKind::Write(_)
            | StmtKind::Expr(_)
            | StmtKind::Stop
            | StmtKind::Skip
            | StmtKind::Return(_)
            | StmtKind::Use(_)
            | StmtKind::Throw(_) => {}
        }
    }
}
