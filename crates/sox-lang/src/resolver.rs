//! Which variable each name means, and how each variable must live.
//!
//! The resolver walks the syntax tree once, in the order of the text, with the scopes that are open.
//! What it finds stands in tables beside the tree ([`Resolution`]): for each mention of a name what
//! it means, for each variable whether inner functions capture it and whether it is assigned. The
//! lowering needs both before it meets the first mention: a variable that is captured and assigned
//! lives in a cell from its declaration on.
//!
//! Names of the file's top level are known from the start, so functions may mention them before
//! their declaration. Local names are known from their declaration on.

mod expressions;
mod globals;
mod scopes;
mod statements;

pub(crate) use globals::{Builtins, GlobalScope};
pub(crate) use scopes::Variable;

use crate::ast::{Ast, MentionId, VariableId};
use crate::report::Reports;
use crate::session::{Host, Unit};
use scopes::Scopes;
use sox_program::{BuiltinId, Global, GlobalId, Interner, ModuleId, Symbol};
use std::collections::HashMap;

/// What the mention of a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A variable of this function or of one around it; also `this`.
    Local(VariableId),
    Global(GlobalId),
    /// A builtin, unless [`Resolution::promoted`] has a global for it.
    Builtin(BuiltinId),
    /// Nothing that is known.
    Undefined,
    /// `super`: its number in [`Resolution::supers`].
    Super(u32),
    /// The target of an assignment that declares it.
    Declares(GlobalId),
}

/// What the resolver found out about a file.
pub(crate) struct Resolution {
    /// What each mention means, by [`MentionId`].
    uses: Vec<Use>,
    /// What is known of each declared variable.
    variables: Vec<Variable>,
    /// Variables behind the mentions of `super`: the method's `this` and the class's superclass.
    pub(crate) supers: Vec<(VariableId, VariableId)>,
    /// Builtins that the file assigns: they are globals of the file, wherever it mentions them.
    promoted: HashMap<BuiltinId, GlobalId>,
    /// The file's own variables in order of declaration.
    pub(crate) globals: Vec<GlobalId>,
}

impl Resolution {
    /// What a mention means.
    pub(crate) fn meaning(&self, id: MentionId) -> Use {
        match self.uses[id.0 as usize] {
            Use::Builtin(builtin) => {
                self.promoted.get(&builtin).map_or(Use::Builtin(builtin), |&id| Use::Global(id))
            }
            other => other,
        }
    }

    /// What is known of a variable.
    pub(crate) fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }
}

/// What the resolver needs from the session it works in.
pub(crate) struct World<'a> {
    pub(crate) unit: Unit,
    pub(crate) module: ModuleId,
    pub(crate) names: &'a Interner,
    /// All globals of the program so far; new ones are added.
    pub(crate) globals: &'a mut Vec<Global>,
    /// The names of the file's top level: empty, or what earlier entries of a session declared.
    pub(crate) scope: &'a mut GlobalScope,
    pub(crate) builtins: &'a mut Builtins,
    pub(crate) host: &'a dyn Host,
}

/// Resolves a file.
pub(crate) fn resolve(ast: &Ast, world: World<'_>, reports: &mut Reports) -> Resolution {
    let variables = ast.variables.iter().map(|_| Variable::default()).collect();
    let mut resolver = Resolver {
        ast,
        scopes: Scopes::new(world.names.len()),
        // After a syntax error declarations may be missing: no warnings then.
        quiet: reports.has_errors(),
        world,
        reports,
        functions: Vec::new(),
        classes: Vec::new(),
        suggestions: 0,
        result: Resolution {
            uses: vec![Use::Undefined; ast.mentions as usize],
            variables,
            supers: Vec::new(),
            promoted: HashMap::new(),
            globals: Vec::new(),
        },
    };
    resolver.file();
    resolver.result
}

struct Resolver<'a> {
    ast: &'a Ast,
    world: World<'a>,
    reports: &'a mut Reports,
    scopes: Scopes,
    /// Functions around the current place, the file's body first.
    functions: Vec<FunctionState>,
    /// Classes around it.
    classes: Vec<ClassState>,
    /// No warnings.
    quiet: bool,
    /// How many unknown names were compared with all known ones.
    suggestions: u32,
    result: Resolution,
}

/// What a function is, as far as its statements care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FunctionKind {
    File,
    Plain,
    Method,
    Initializer,
}

struct FunctionState {
    kind: FunctionKind,
    /// Loops of this function around the current place.
    loops: u32,
    /// And `switch` statements.
    switches: u32,
    /// The variable `this` of the innermost method around.
    this: Option<VariableId>,
}

struct ClassState {
    /// The hidden variable that holds the superclass.
    superclass: Option<VariableId>,
}

impl Resolver<'_> {
    fn function(&mut self) -> &mut FunctionState {
        self.functions.last_mut().expect("the file's body is always there")
    }

    fn name(&self, variable: VariableId) -> Symbol {
        self.ast.declared(variable).name
    }

    fn text(&self, name: Symbol) -> &str {
        self.world.names.text(name)
    }

    fn variable_mut(&mut self, id: VariableId) -> &mut Variable {
        &mut self.result.variables[id.0 as usize]
    }
}
