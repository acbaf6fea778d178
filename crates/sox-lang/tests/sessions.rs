//! Imports, and interactive sessions.

mod support;
use sox_diagnostics::SourceMap;
use sox_lang::{Outcome, Session, Unit};
use sox_program::{ExprKind, Place, Program, StmtKind};
use support::TestHost;

fn lower(text: &str, modules: &[(&'static str, &'static str)]) -> (Outcome, SourceMap) {
    let mut sources = SourceMap::default();
    let entry = sources.add("main.sox", text);
    let mut host = TestHost::with(modules);
    host.entry("main", entry);
    let outcome = Session::default().lower(&mut sources, entry, Unit::Script, &mut host);
    (outcome, sources)
}

fn module_names(program: &Program) -> Vec<&str> {
    program.modules.iter().map(|module| program.name(module.name)).collect()
}

#[test]
fn modules_are_loaded_once_and_recursively() {
    let modules = [("lib/a", "import b \"b\"\nreturn 1"), ("b", "import \"lib/a\"\nvar x = 1")];
    let (outcome, _) = lower("import \"lib/a.sox\"\nimport c \"b\"\nprint a + c", &modules);
    let program = outcome.program.expect("no errors");
    assert_eq!(module_names(&program), ["main", "a", "b"]);
    let dump = sox_program::dump(&program);
    assert!(dump.contains("(define a@g0 (import 1))\n  (define c@g1 (import 2))"), "{dump}");
    let x = program.modules[2].globals.iter().map(|&id| program.globals[id.0 as usize].name);
    assert_eq!(x.map(|name| program.name(name)).collect::<Vec<_>>(), ["a", "x"]);
}

#[test]
fn each_module_has_its_own_names() {
    let (outcome, _) =
        lower("import m \"m\"\nvar x = 1", &[("m", "var x = 2\nfn f() { return y }")]);
    let program = outcome.program.expect("warnings only");
    let names: Vec<_> = program.globals.iter().map(|global| program.name(global.name)).collect();
    assert_eq!(names, ["m", "x", "x", "f"]);
    assert_eq!(outcome.diagnostics.len(), 1);
}

#[test]
fn a_module_may_import_the_entry() {
    let (outcome, _) = lower("import \"a\"", &[("a", "import \"main\"")]);
    let program = outcome.program.expect("a circle is an error at run time only");
    assert_eq!(module_names(&program), ["main", "a"]);
}

#[test]
fn several_imports_at_once_and_imports_in_functions() {
    let modules = [("p", ""), ("q", "")];
    let (outcome, _) =
        lower("import (\"p\" x \"q\", y \"p\")\nfn f() { import \"q\" return q }", &modules);
    let dump = sox_program::dump(&outcome.program.expect("no errors"));
    assert!(dump.contains("(define y@g2 (import 1))"), "{dump}");
    assert!(dump.contains("(let q@0 (import 2))"), "{dump}");
}

#[test]
fn missing_and_broken_modules_are_reported() {
    let (outcome, sources) = lower("import \"no\"\nimport \"bad\"", &[("bad", "var = 1")]);
    assert!(outcome.import_missing && outcome.program.is_none());
    let places: Vec<_> = outcome
        .diagnostics
        .iter()
        .map(|found| (&*sources.file(found.source).name, found.code.id))
        .collect();
    assert_eq!(places, [("main.sox", "E0050"), ("bad", "E0009")]);
    let (outcome, _) = lower("import \"bad\"", &[("bad", "var = 1")]);
    assert!(!outcome.import_missing && outcome.program.is_none());
}

#[test]
fn main_tests_and_benches_are_those_of_the_entry() {
    let text = "import m \"m\"\nfn main() {}\n#[test] fn T(t) {}\n#[bench] fn B(b) {}\nfn BenchmarkC(b) {}";
    let (outcome, _) = lower(text, &[("m", "fn main() {}\n#[test] fn U(t) {}")]);
    let program = outcome.program.expect("no errors");
    assert_eq!(program.main.map(|id| id.0), Some(1));
    let names = |list: &[(sox_program::Symbol, sox_program::GlobalId)]| {
        list.iter().map(|&(name, _)| program.name(name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&program.tests), ["T"]);
    assert_eq!(names(&program.benches), ["B", "BenchmarkC"]);
}

#[test]
fn names_of_builtins_become_globals_when_declared_or_assigned() {
    let text = "fn f() { return len(1) }\nfn g() { len = 2 }\nvar clock = 1\nprint range";
    let (outcome, _) = lower(text, &[]);
    let program = outcome.program.expect("no errors");
    let dump = sox_program::dump(&program);
    assert!(dump.contains("(call len@g3 1)") && dump.contains("(= len@g3 2)"), "{dump}");
    assert!(dump.contains("range@builtin"), "{dump}");
    let with_builtin = program.globals.iter().filter(|global| global.builtin.is_some());
    assert_eq!(with_builtin.count(), 2);
}

/// An interactive session.
#[derive(Default)]
struct Repl {
    sources: SourceMap,
    session: Session,
    host: TestHost,
}

impl Repl {
    fn enter(&mut self, text: &str) -> Outcome {
        let entry = self.sources.add("<entry>", text);
        self.session.lower(&mut self.sources, entry, Unit::ReplEntry, &mut self.host)
    }

    fn program(&mut self, text: &str) -> Program {
        let outcome = self.enter(text);
        outcome.program.unwrap_or_else(|| panic!("{text}: {:?}", outcome.diagnostics))
    }
}

/// What the last statement of an entry returns.
fn result(program: &Program) -> Option<&ExprKind> {
    let body = program.function(program.module(program.entry?).body).body;
    match program.tree[body].last()?.kind {
        StmtKind::Return(value) => value.map(|value| &program.tree[value].kind),
        _ => None,
    }
}

#[test]
fn entries_see_what_earlier_ones_declared() {
    let mut repl = Repl::default();
    let first = repl.program("var x = 1\nfn f() { return later }");
    assert_eq!((first.first_new_module, first.functions.len(), first.globals.len()), (0, 2, 3));
    let second = repl.program("x + 1");
    assert_eq!((second.first_new_module, second.functions.len()), (1, 1));
    assert!(matches!(result(&second), Some(ExprKind::Binary(..))));
    let third = repl.program("later = 3");
    assert!(matches!(result(&third), Some(ExprKind::Get(Place::Global(_)))));
    let fourth = repl.program("x");
    assert!(matches!(result(&fourth), Some(ExprKind::Get(Place::Global(id))) if id.0 == 0));
    assert_eq!(fourth.globals.len(), 3);
}

#[test]
fn entries_may_declare_again_without_a_warning() {
    let mut repl = Repl::default();
    repl.program("const x = 1");
    assert_eq!(repl.enter("x = 2").diagnostics[0].code.id, "E0040");
    let again = repl.enter("var x = 2\nx = 3");
    assert!(again.diagnostics.is_empty(), "{:?}", again.diagnostics);
    assert_eq!(again.program.expect("no errors").globals.len(), 1);
}

#[test]
fn a_wrong_entry_leaves_the_session_as_it_was() {
    let mut repl = Repl::default();
    repl.program("var x = 1");
    assert!(repl.enter("var y = 1\nvar = 2\nimport m \"std/m\"").program.is_none());
    let program = repl.program("x");
    assert_eq!((program.globals.len(), program.modules.len()), (1, 2));
    assert_eq!(program.first_new_module, 1);
}

#[test]
fn entries_do_not_run_main_and_statements_have_no_value() {
    let mut repl = Repl::default();
    assert_eq!(repl.program("fn main() {}").main, None);
    assert!(result(&repl.program("print 1")).is_none());
    assert!(result(&repl.program("if true { 1 }")).is_none());
}

#[test]
fn modules_are_loaded_once_in_a_session() {
    let mut repl = Repl { host: TestHost::with(&[("m", "var x = 1")]), ..Repl::default() };
    let first = repl.program("import \"m\"");
    assert_eq!((first.modules.len(), first.functions.len()), (2, 2));
    let second = repl.program("import again \"m\"");
    assert_eq!((second.modules.len(), second.functions.len(), second.first_new_module), (3, 1, 2));
}

#[test]
fn library_modules_may_use_internal_names() {
    let mut sources = SourceMap::default();
    let entry = sources.add("std/file", "fn read(p) { return @secret(p) }");
    let outcome =
        Session::default().lower(&mut sources, entry, Unit::Library, &mut TestHost::default());
    let program = outcome.program.expect("no errors");
    assert!(program.modules[0].library);
    assert!(sox_program::dump(&program).contains("@secret@builtin"));
}
