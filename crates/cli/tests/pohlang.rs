//! PohLang's face, `sox poh`, through the real command: what needs files, or more than one run. (What
//! it prints about mistakes stands in `tests/errors/poh_cli_*`.)

use sox_testkit::command::{Finished, run};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

/// A folder, with a space in its name, that PohLang runs in.
struct Desk {
    _temporary: tempfile::TempDir,
    folder: PathBuf,
}

impl Desk {
    fn new() -> Desk {
        let temporary = tempfile::tempdir().expect("a folder for files");
        let folder = temporary.path().join("my programs");
        std::fs::create_dir(&folder).expect("it can be made");
        Desk { _temporary: temporary, folder }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("it can be written");
    }

    fn command(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.folder).env("NO_COLOR", "1");
        command.env("SOX_CACHE", self.folder.join("cache"));
        command
    }

    fn poh_with(&self, stdin: &str, args: &[&str]) -> Finished {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_sox")), &["poh"]);
        run(command.args(args), stdin, BOUND).expect("it ends by itself")
    }

    fn poh(&self, args: &[&str]) -> Finished {
        self.poh_with("", args)
    }
}

/// Status and standard output; standard error is for the message if they are others.
#[track_caller]
fn assert_ran(finished: &Finished, status: i32, stdout: &str) {
    assert_eq!((finished.status, &*finished.stdout), (Some(status), stdout), "{}", finished.stderr);
}

const FAILING: &str = "Import \"part.poh\"\nWrite \"before\"\nUse half with 1\n";
const PART: &str = "Make half with n\n  Return n divided by 0\nEnd\n";

#[test]
fn compiled_programs_need_no_source() {
    let desk = Desk::new();
    desk.write("my program.poh", FAILING);
    desk.write("part.poh", PART);
    let finished = desk.poh(&["--compile", "my program.poh"]);
    assert_ran(&finished, 0, "");
    assert_eq!(finished.stderr, "Compiled my program.poh to my program.pbc\n");
    let from_source = desk.poh(&["my program.poh"]);
    for name in ["my program.poh", "part.poh"] {
        std::fs::remove_file(desk.folder.join(name)).expect("it is there");
    }
    let from_bytecode = desk.poh(&["--run-bytecode", "my program.pbc"]);
    assert_ran(&from_bytecode, 1, "before\n");
    assert!(from_bytecode.stderr.contains("part.poh, line 2\n    Return n divided by 0\n"));
    assert_eq!(from_source, from_bytecode);
    // A file of bytecode is known by what is in it.
    assert_eq!(desk.poh(&["my program.pbc"]), from_bytecode);
    std::fs::rename(desk.folder.join("my program.pbc"), desk.folder.join("x")).expect("renamed");
    assert_eq!(desk.poh(&["--run-bytecode", "x"]), from_bytecode);
}

#[test]
fn compiling_never_takes_the_place_of_the_program() {
    let desk = Desk::new();
    desk.write("a.poh", "Write 1\n");
    let finished = desk.poh(&["--compile", "a.poh", "-o", "./a.poh"]);
    assert_ran(&finished, 1, "");
    assert!(finished.stderr.contains("name another file"), "{}", finished.stderr);
    assert_ran(&desk.poh(&["a.poh"]), 0, "1\n");
    desk.write("words.poh", "Start Program\nSet word to 1\nEnd Program\n");
    desk.write("b.poh", "Start Program\nImport \"words.poh\"\nWrite word\nEnd Program\n");
    let finished = desk.poh(&["--compile", "b.poh", "-o", "words.poh"]);
    assert_ran(&finished, 1, "");
    let told = "Error: The bytecode would take the place of words.poh.\n";
    assert!(finished.stderr.starts_with(told), "{finished:?}");
    assert_ran(&desk.poh(&["b.poh"]), 0, "1\n");
}

#[test]
fn bytecode_is_kept_and_used_again() {
    let desk = Desk::new();
    desk.write("a.poh", "Import \"part.poh\"\nWrite half(8)\n");
    desk.write("part.poh", "Make half with n Return n divided by 2\n");
    let expect = |said: &str, stdout: &str| {
        let finished = desk.poh(&["--bytecode", "a.poh"]);
        assert_ran(&finished, 0, stdout);
        assert!(finished.stderr.starts_with(said), "{said}: {}", finished.stderr);
    };
    expect("Bytecode: compiled and kept in ", "4\n");
    expect("Bytecode: used again from ", "4\n");
    desk.write("part.poh", "Make half with n Return n divided by 4\n");
    expect("Bytecode: compiled and kept in ", "2\n");
    expect("Bytecode: used again from ", "2\n");
    // What is kept is found by `sox cache`, and can be told to go.
    let sox = |args: &[&str]| {
        let mut command = desk.command(Path::new(env!("CARGO_BIN_EXE_sox")), args);
        run(&mut command, "", BOUND).expect("it ends by itself")
    };
    assert!(sox(&["cache", "clear"]).stdout.starts_with("1 file, "));
    sox(&["cache", "off"]);
    expect("Bytecode: compiled, not kept: the cache is turned off\n", "2\n");
    let mut command = desk.command(Path::new(env!("CARGO_BIN_EXE_sox")), &["poh"]);
    command.args(["--bytecode", "a.poh"]).env("SOX_CACHE", "off");
    let finished = run(&mut command, "", BOUND).expect("it ends by itself");
    assert_eq!(finished.stderr, "Bytecode: compiled, not kept: there is no place for it\n");
    assert_ran(&finished, 0, "2\n");
}

#[test]
fn the_name_pohlang_is_enough() {
    let desk = Desk::new();
    desk.write("a.poh", "Write \"Hello\"\nWrite nope\n");
    let program = desk.folder.join("pohlang").with_extension(std::env::consts::EXE_EXTENSION);
    std::fs::copy(env!("CARGO_BIN_EXE_sox"), &program).expect("it can be copied");
    let finished = run(&mut desk.command(&program, &["a.poh"]), "", BOUND).expect("it ends");
    assert_ran(&finished, 1, "Hello\n");
    assert_eq!(finished, desk.poh(&["a.poh"]));
    let version = run(&mut desk.command(&program, &["-V"]), "", BOUND).expect("it ends");
    assert!(version.stdout.starts_with("pohlang "), "{}", version.stdout);
}

#[test]
fn statistics_are_in_words() {
    let desk = Desk::new();
    desk.write("a.poh", "Repeat 3 times\n  Write 1\nEnd\n");
    for engine in ["vm", "ast"] {
        let finished = desk.poh(&["--stats", "--engine", engine, "a.poh"]);
        assert_ran(&finished, 0, "1\n1\n1\n");
        let names: Vec<_> =
            finished.stderr.lines().filter_map(|line| line.split(':').next()).collect();
        assert!(names.starts_with(&["Reading and checking it", "Running it"]), "{names:?}");
        assert!(names.contains(&"Most memory at a time"), "{names:?}");
    }
}

#[test]
fn questions_are_answered_from_a_pipe() {
    let desk = Desk::new();
    desk.write("a.poh", "Ask for name with \"Name? \"\nAsk for age\nWrite name plus age\n");
    assert_ran(&desk.poh_with("Ada\n36", &["a.poh"]), 0, "Name? Ada36\n");
    assert_ran(&desk.poh_with("", &["a.poh"]), 0, "Name? \n");
}

#[test]
fn a_session_shares_its_input_with_what_it_runs() {
    let desk = Desk::new();
    let lines = "Ask for n with \"? \"\n41\nn plus 1\nexit\nWrite \"never\"\n";
    assert_ran(&desk.poh_with(lines, &["repl"]), 0, "? 42\n");
    let mut sox = desk.command(Path::new(env!("CARGO_BIN_EXE_sox")), &["repl"]);
    let finished = run(&mut sox, "var a = input()\nhello\na.length()\n", BOUND).expect("it ends");
    assert_ran(&finished, 0, "5\n");
}

#[test]
fn programs_come_through_pipes_too() {
    let desk = Desk::new();
    assert_ran(&desk.poh_with("Write 1 plus 1\n", &["-"]), 0, "2\n");
    let finished = desk.poh_with("Write 1 plus\n", &["--run", "-"]);
    assert_ran(&finished, 1, "");
    assert!(finished.stderr.contains("in file: <stdin>, line 1"), "{}", finished.stderr);
    assert_ran(&desk.poh_with("Write 3\n", &["--compile", "-"]), 0, "");
    assert_ran(&desk.poh(&["program.pbc"]), 0, "3\n");
}

#[test]
fn names_that_are_almost_right() {
    let desk = Desk::new();
    desk.write("hello.poh", "Write 1\n");
    for (given, meant) in
        [("helo.poh", "hello.poh"), ("hello", "hello.poh"), ("rpel", "repl"), ("run", "--run")]
    {
        let finished = desk.poh(&[given]);
        assert_ran(&finished, 1, "");
        assert!(finished.stderr.contains(&format!("did you mean {meant}?")), "{}", finished.stderr);
    }
}

#[test]
fn listings_show_lines_values_and_meanings() {
    let desk = Desk::new();
    desk.write("part.poh", "Make twice with n Return n times 2\n");
    desk.write("a.poh", "Import \"part.poh\"\nSet name to \"Ada\"\nWrite twice(21)\n");
    assert_ran(&desk.poh(&["--compile", "a.poh"]), 0, "");
    let listing = desk.poh(&["--disassemble", "a.pbc"]).stdout;
    for part in [
        "Constants, the values that stand in the program:",
        "  \"Ada\"\n",
        "\n  line 2: Set name to \"Ada\"\n",
        "Const ",
        " 21\n",
        "\n  at the end:\n",
        "The function twice with n:",
        "What the instructions mean:",
        "\n  Const              Pushes a constant.\n",
    ] {
        assert!(listing.contains(part), "{part:?} is missing in\n{listing}");
    }
    // Also without the texts, as `sox bytecode` leaves them out.
    let mut sox = desk.command(Path::new(env!("CARGO_BIN_EXE_sox")), &["bytecode", "--strip"]);
    assert_ran(&run(sox.args(["a.poh", "-o", "b.pbc"]), "", BOUND).expect("it ends"), 0, "");
    assert_ran(&desk.poh(&["b.pbc"]), 0, "42\n");
    let stripped = desk.poh(&["--disassemble", "b.pbc"]).stdout;
    assert!(stripped.contains("\"Ada\"") && !stripped.contains("line 2"), "{stripped}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    desk.write("a.poh", "For each n in range(100000)\n  Write n\nEnd\n");
    let mut command = desk.command(Path::new(env!("CARGO_BIN_EXE_sox")), &["poh", "a.poh"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let finished = child.wait_with_output().expect("it ends");
    assert_eq!((line.as_str(), finished.stderr.as_slice()), ("0\n", &b""[..]));
    assert_eq!(finished.status.code(), Some(0));
}
