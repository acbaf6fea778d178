//! Functions: what is passed to them, and what they give back.
//!
//! Of a function whose variable is set once, by its `Make`, it is known which calls are its own. If
//! the variable is read for nothing but calls, these are all there are: what its parameters can hold
//! is what they pass.

use super::types::{Flow, Into};
use super::{Files, Origin, Resolution, Resolver, Stored, VarId, Way};
use crate::ast::{Expr, ExprKind, Function, Name};
use crate::resolver::collect::assigned;
use crate::resolver::tables::{FUNCTION, Meaning};
use std::collections::{HashMap, HashSet};

/// What is found out about functions on the way through the files.
#[derive(Default)]
pub(super) struct Functions<'a> {
    /// Variables that a `Make` sets, and their functions.
    made: Vec<(VarId, usize)>,
    /// Number, file and source of each.
    sources: Vec<(usize, usize, &'a Function)>,
    /// Calls of what is in a variable: that, the file, the arguments.
    calls: Vec<(VarId, usize, &'a [Expr])>,
    /// Number of a function, file, value.
    returned: Vec<(usize, usize, &'a Expr)>,
}

impl<'a> Functions<'a> {
    /// All ways that values take into variables, parameters, and results of functions. Notes which
    /// functions are known.
    pub(super) fn values(
        self,
        answers: &mut Resolution,
        stored: Vec<Stored<'a>>,
        files: &Files<'_>,
    ) -> Vec<Flow<'a>> {
        let mut stores = vec![0_u32; answers.variables.len()];
        stored.iter().for_each(|(id, ..)| stores[id.index()] += 1);
        let is_global = |answers: &Resolution, id| answers.variable(id).origin == Origin::Global;
        answers.known = self
            .made
            .iter()
            .copied()
            .filter(|&(id, _)| stores[id.index()] == 1)
            .filter(|&(id, _)| answers.variable(id).origin != Origin::Parameter)
            .filter(|&(id, _)| !(files.open && is_global(answers, id)))
            .collect();
        // Those that are called, and of which every call is seen.
        let called: HashSet<usize> =
            self.calls.iter().filter_map(|(id, ..)| answers.known.get(id).copied()).collect();
        let seen: HashSet<usize> = answers
            .known
            .iter()
            .filter(|&(&id, _)| !answers.variable(id).escapes)
            .filter(|&(&id, _)| files.closed || !is_global(answers, id))
            .map(|(_, &number)| number)
            .filter(|number| called.contains(number))
            .collect();
        let sources: HashMap<usize, (usize, &'a Function)> =
            self.sources.iter().map(|&(number, file, source)| (number, (file, source))).collect();
        let into_variable = |(id, file, value)| Flow { into: Into::Variable(id), file, value };
        let mut flows: Vec<Flow<'a>> = stored.into_iter().map(into_variable).collect();
        for (number, file, _) in &self.sources {
            if !seen.contains(number) {
                let params = &answers.functions[*number].params;
                let unknown = |&id| Flow { into: Into::Parameter(id), file: *file, value: None };
                flows.extend(params.iter().map(unknown));
            }
        }
        for (id, file, args) in self.calls {
            let Some(number) = answers.known.get(&id).filter(|number| seen.contains(number)) else {
                continue;
            };
            let (home, source) = sources[number];
            for (at, &id) in answers.functions[*number].params.iter().enumerate() {
                let own = source.params[at].default.as_ref().map(|value| (home, value));
                if let Some((file, value)) = args.get(at).map(|value| (file, value)).or(own) {
                    flows.push(Flow { into: Into::Parameter(id), file, value: Some(value) });
                }
            }
        }
        for (number, file, value) in self.returned {
            flows.push(Flow { into: Into::Result(number), file, value: Some(value) });
        }
        flows
    }
}

impl<'a> Resolver<'a> {
    pub(super) fn make(&mut self, name: &'a Name, function: &'a Function) {
        let maker = self.function;
        let number = self.new_function();
        self.answers.made.insert((self.file, name.mention), number);
        self.functions.sources.push((number, self.file, function));
        // Defaults are evaluated inside, where the parameters before them are known.
        self.function = number;
        for param in &function.params {
            if let Some(default) = &param.default {
                self.expr(default);
            }
            let id = self.bind(param.name.symbol, Origin::Parameter);
            self.answers.functions[number].params.push(id);
            self.note(&param.name, Meaning::Variable(id));
        }
        let mut owned = Vec::new();
        for (symbol, own) in assigned(&function.body) {
            let params = &function.params;
            let is_param = params.iter().any(|param| param.name.symbol == symbol);
            if !is_param && (own || self.find(symbol).is_none()) {
                owned.push(self.bind(symbol, Origin::Local));
            }
        }
        self.answers.functions[number].owned.clone_from(&owned);
        let (_, way) = self.branch(|resolver| resolver.block(&function.body));
        if way == Way::End {
            self.functions.returned.push((number, self.file, &FUNCTION));
        }
        for id in owned.iter().rev() {
            self.unbind(self.answers.variables[id.index()].symbol);
        }
        for param in &function.params {
            self.unbind(param.name.symbol);
        }
        self.function = maker;
        self.set(name, Some(&FUNCTION));
        if let Some(id) = self.answers.variable_of(self.file, name) {
            self.functions.made.push((id, number));
        }
    }

    /// `Return`
    pub(super) fn returns(&mut self, value: Option<&'a Expr>) {
        let number = self.function;
        if let Some(value) = value {
            self.expr(value);
            self.answers.functions[number].returns = true;
        }
        self.functions.returned.push((number, self.file, value.unwrap_or(&FUNCTION)));
    }

    pub(super) fn call(&mut self, callee: &'a Expr, args: &'a [Expr]) {
        let called = match &callee.kind {
            ExprKind::Name(name) => {
                self.read(name);
                match self.answers.meaning(self.file, name) {
                    Meaning::Form(_) => return args.iter().for_each(|arg| self.expr(arg)),
                    _ => self.answers.variable_of(self.file, name),
                }
            }
            _ => {
                self.expr(callee);
                None
            }
        };
        self.answers.note_call(called, self.function);
        self.functions.calls.extend(called.map(|id| (id, self.file, args)));
        args.iter().for_each(|arg| self.expr(arg));
    }
}
