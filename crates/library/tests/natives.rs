//! Natives called directly, without an engine: what scripts cannot see well, and failures.

use sox_library::{Host, Permission, Permissions};
use sox_runtime::{Config, Cx, Engine, Fault, Isolate, Str, TraceFrame, Unpacked, Value};

/// No native under test calls back into it.
struct NoEngine;

impl Engine for NoEngine {
    fn call(&mut self, _: &mut Isolate, _: usize) -> Result<(), Fault> {
        unreachable!("no user code runs here")
    }

    fn trace(&self, _: &Isolate) -> Vec<TraceFrame> {
        Vec::new()
    }
}

/// An argument.
#[derive(Clone)]
enum Arg {
    Nil,
    Bool(bool),
    Number(f64),
    Text(String),
    Array(Vec<Arg>),
}
use Arg::{Array, Nil};

impl From<f64> for Arg {
    fn from(number: f64) -> Arg {
        Arg::Number(number)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.into())
    }
}

impl Arg {
    fn value<'h>(&self, iso: &'h Isolate) -> Value<'h> {
        match self {
            Nil => Value::nil(),
            Arg::Bool(bool) => Value::bool(*bool),
            Arg::Number(number) => Value::number(*number),
            Arg::Text(text) => iso.string(text).expect("memory").into(),
            Array(items) => {
                let array = iso.array(items.len()).expect("memory");
                for item in items {
                    array.push(iso, item.value(iso)).expect("memory");
                }
                array.into()
            }
        }
    }
}

macro_rules! args { ($($arg:expr),*) => { &[$(Arg::from($arg)),*] } }

struct World {
    iso: Isolate,
}

impl World {
    fn new(host: Host) -> World {
        World::with_config(host, Config { max_memory: None, ..Config::default() })
    }

    fn with_config(host: Host, config: Config) -> World {
        let mut iso = Isolate::new(config);
        iso.set_output(Box::new(std::io::sink()));
        sox_library::install(&mut iso, host);
        World { iso }
    }

    /// The printed form of what a native gives, or its error message.
    fn run(&mut self, name: &str, args: &[Arg]) -> Result<String, String> {
        let base = self.iso.stack().len();
        let native = self.iso.builtin(name).unwrap_or_else(|| panic!("no builtin {name}"));
        self.iso.stack().push(native);
        for arg in args {
            self.iso.stack().push(arg.value(&self.iso));
        }
        let mut cx = Cx { iso: &mut self.iso, engine: &mut NoEngine };
        let result = cx.call_native(args.len()).and_then(|()| cx.to_text());
        let result = match result {
            Ok(()) => Ok(self.iso.stack().get(base).as_str().map_or("", Str::text).to_string()),
            Err(Fault::Error(kind, message)) => Err(format!("{}: {message}", kind.name())),
            Err(other) => Err(format!("{other:?}")),
        };
        self.iso.stack().truncate(base);
        result
    }

    #[track_caller]
    fn gives(&mut self, name: &str, args: &[Arg], printed: &str) {
        assert_eq!(self.run(name, args).as_deref(), Ok(printed), "{name}");
    }

    #[track_caller]
    fn fails(&mut self, name: &str, args: &[Arg], message: &str) {
        assert_eq!(self.run(name, args), Err(message.to_string()), "{name}");
    }
}

fn world() -> World {
    let args = ["sox", "a.sox", "x", "y"].map(String::from).to_vec();
    World::new(Host::new(Permissions::default(), args))
}

#[test]
fn strings_count_characters() {
    let mut w = world();
    w.gives("stringIndexOf", args!["日本語", "語"], "2");
    w.gives("stringSubstring", args!["añb", 1.0, 3.0], "ñb");
    w.gives("stringSubstring", args!["añb", -1.0], "añb");
    w.gives("stringSubstring", args!["añb", 2.0, 1.0], "");
    w.gives("@string_reverse", args!["añ日"], "日ña");
    w.gives("@string_padStart", args!["é", 4.0, "ab"], "abaé");
    w.gives("@string_padEnd", args!["é", 3.0, "日本"], "é日本");
    w.gives("stringUpper", args!["straße"], "STRASSE");
    w.gives("chr", args![128_512.0], "😀");
    w.gives("ord", args!["日x"], "26085");
}

#[test]
fn strings_split_and_replace() {
    let mut w = world();
    w.gives("stringSplit", args!["a,,b,", ","], "[a,,b,]");
    w.gives("stringSplit", args!["ab", ""], "[ab]");
    w.gives("stringReplace", args!["banana", "a", "o"], "bonana");
    w.gives("@string_replaceAll", args!["banana", "an", ""], "ba");
    w.gives("@string_replaceAll", args!["abc", "", "x"], "abc");
}

#[test]
fn complaints_name_the_native_and_the_kind() {
    let mut w = world();
    w.fails("stringUpper", args![1.0], "TypeError: stringUpper: expected a string, got <number>.");
    w.fails("mathSqrt", &[Nil], "TypeError: mathSqrt: expected a number, got <nil>.");
    w.fails("arrayReverse", args!["x"], "TypeError: arrayReverse: expected an array, got String.");
    w.fails(
        "len",
        &[Arg::Bool(true)],
        "TypeError: len: expected a string, array or table, got <bool>.",
    );
    w.fails("@file_read", args![1.0], "TypeError: file.read: expected a string, got <number>.");
    w.fails("chr", args![55_296.0], "ValueError: chr: 55296 is not the code point of a character.");
    w.fails("chr", args![1.5], "ValueError: chr: expected a whole number, got 1.5.");
    w.fails(
        "@string_repeat",
        args!["x", -1.0],
        "ValueError: string.repeat: expected a number from 0 on, got -1.",
    );
    w.fails("pop", &[Array(vec![])], "IndexError: pop: the array is empty.");
}

#[test]
fn sizes_are_checked_before_memory_is_taken() {
    let mut w = world();
    let too_long = "the text would be longer than a string can be (2147483647 bytes).";
    w.fails("@string_repeat", args!["ab", 1e15], &format!("ValueError: string.repeat: {too_long}"));
    w.fails(
        "@string_padStart",
        args!["", 1e15],
        &format!("ValueError: string.padStart: {too_long}"),
    );
    w.fails(
        "range",
        args![1e12],
        "ValueError: range: 1000000000000 elements are more than an array can hold (2147483647).",
    );
    let config = Config { max_memory: Some(1 << 20), ..Config::default() };
    let mut w = World::with_config(Host::new(Permissions::default(), vec![]), config);
    let limit = w.run("@string_repeat", args!["ab", 1e6]);
    assert!(limit.is_err_and(|message| message.contains("Memory")));
    let limit = w.run("range", args![1e6]);
    assert!(limit.is_err_and(|message| message.contains("Memory")));
}

#[test]
fn ranges() {
    let mut w = world();
    w.gives("range", args![3.0], "[0,1,2]");
    w.gives("range", args![5.0, 0.0, -2.0], "[5,3,1]");
    w.gives("range", args![0.0, 1.0, 0.25], "[0,0.25,0.5,0.75]");
    w.gives("range", args![3.0, 1.0], "[]");
    w.fails("range", args![0.0, 1.0, 0.0], "ValueError: range: the step must not be 0.");
    w.fails(
        "range",
        args![f64::NAN],
        "ValueError: range: the bounds and the step must be finite numbers.",
    );
}

#[test]
fn arrays() {
    let mut w = world();
    let list = |items: &[f64]| Array(items.iter().map(|&n| n.into()).collect());
    w.gives("arraySlice", &[list(&[0.0, 1.0, 2.0]), 0.0.into(), 1.0.into()], "[0,1]");
    w.gives("@array_slice", &[list(&[0.0, 1.0, 2.0]), 0.0.into(), 1.0.into()], "[0]");
    w.gives("arrayIndexOf", &[list(&[4.0, 5.0]), 5.0.into()], "1");
    w.gives("@array_sort", &[list(&[3.0, f64::NAN, -1.0])], "[-1,3,nan]");
    w.gives("@array_sort", &[Array(vec!["é".into(), "z".into(), "a".into()])], "[a,z,é]");
    w.gives("@array_flatten", &[Array(vec![list(&[1.0]), 2.0.into(), list(&[])])], "[1,2]");
    w.gives("arrayJoin", &[Array(vec![1.0.into(), Nil, "b".into()]), "/".into()], "1/nil/b");
    let mixed = Array(vec![1.0.into(), "a".into()]);
    assert!(w.run("@array_sort", &[mixed]).is_err_and(|message| message.starts_with("TypeError")));
}

#[test]
fn bits() {
    let mut w = world();
    w.gives("@bit_shr", args![-1.0, 28.0], "15");
    w.gives("@bit_sar", args![-16.0, 99.0], "-1");
    w.gives("@bit_shl", args![1.0, 31.0], "-2147483648");
    w.gives("@bit_shl", args![1.0, 32.0], "0");
    w.gives("@bit_band", args![4_294_967_295.0, 255.0], "255");
    w.fails("@bit_shl", args![1.0, -1.0], "ValueError: bit.shl: the distance must not be below 0.");
}

#[test]
fn json_reads_and_writes() {
    let mut w = world();
    w.gives(
        "@json_parse",
        args![" {\"a\": [1, {\"b\": null}], \"a\": -2.5e3} "],
        "<table>{{\"a\":-2500}}",
    );
    w.gives("@json_parse", args!["\"\\ud83d\\ude00\\u00e9\\/\""], "😀é/");
    w.gives(
        "@json_stringify",
        &[Array(vec![Nil, "a\"\u{1}".into(), 1e21.into()])],
        "[null,\"a\\\"\\u0001\",1e+21]",
    );
    let nested = Array(vec![Array(vec![]), Array(vec![1.0.into(), 2.0.into()])]);
    w.gives("@json_stringify", &[nested, 1.0.into()], "[\n [],\n [\n  1,\n  2\n ]\n]");
    w.fails("@json_stringify", args![f64::NAN], "ValueError: json.stringify: JSON has no nan.");
}

#[test]
fn json_says_where_it_is_wrong() {
    let mut w = world();
    for (text, complaint) in [
        ("", "line 1, column 1: expected a value, found the end"),
        ("[1,]", "line 1, column 4: expected a value, found ']'"),
        ("[1\n 2]", "line 2, column 2: expected \",\" or \"]\", found '2'"),
        ("{a:1}", "line 1, column 2: expected a key in quotes, found 'a'"),
        ("{\"é\" 1}", "line 1, column 6: expected \":\", found '1'"),
        ("1 2", "line 1, column 3: expected the end of the text, found '2'"),
        ("01", "line 1, column 2: expected the end of the text, found '1'"),
        ("1.", "line 1, column 3: expected a digit, found the end"),
        ("\"ab", "line 1, column 4: the string does not end"),
        ("\"\\x\"", "line 1, column 2: an escape that JSON does not have"),
        ("\"\\ud800\"", "line 1, column 2: half of a surrogate pair"),
        ("\"\\u+123\"", "line 1, column 2: \"\\u\" needs four hexadecimal digits"),
        ("\"\t\"", "line 1, column 2: a control character in a string"),
    ] {
        w.fails("@json_parse", args![text], &format!("ValueError: json.parse: {complaint}."));
    }
}

#[test]
fn json_of_great_depth() {
    let mut w = world();
    let depth = 200_000;
    let text = "[".repeat(depth) + &"]".repeat(depth);
    let native = w.iso.builtin("@json_parse").unwrap();
    w.iso.stack().push(native);
    w.iso.stack().push(w.iso.string(&text).unwrap().into());
    let mut cx = Cx { iso: &mut w.iso, engine: &mut NoEngine };
    cx.call_native(1).unwrap();
    let parsed = w.iso.stack().len() - 1;
    let native = w.iso.builtin("@json_stringify").unwrap();
    w.iso.stack().push(native);
    w.iso.stack().push(w.iso.stack().get(parsed));
    let mut cx = Cx { iso: &mut w.iso, engine: &mut NoEngine };
    cx.call_native(1).unwrap();
    let written = w.iso.stack().get(parsed + 1).as_str().unwrap();
    assert!(written.text() == text);
}

#[test]
fn json_cycles_are_found() {
    for length in 1..40 {
        let mut w = world();
        // A tail of arrays that leads into a ring, with other elements on the way.
        let first = w.iso.array(0).unwrap();
        let mut last = first;
        let mut entry = first;
        for index in 0..length + 5 {
            let next = w.iso.array(0).unwrap();
            next.push(&w.iso, w.iso.array(0).unwrap().into()).unwrap();
            last.push(&w.iso, next.into()).unwrap();
            last = next;
            if index == 5 {
                entry = next;
            }
        }
        last.push(&w.iso, entry.into()).unwrap();
        let native = w.iso.builtin("@json_stringify").unwrap();
        w.iso.stack().push(native);
        w.iso.stack().push(first.into());
        let mut cx = Cx { iso: &mut w.iso, engine: &mut NoEngine };
        match cx.call_native(1) {
            Err(Fault::Error(_, message)) => {
                assert_eq!(&**message, "json.stringify: the value contains itself.");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn regular_expressions() {
    let mut w = world();
    w.gives("@regex_test", args!["^a+b$", "aab"], "true");
    w.gives(
        "@regex_find",
        args!["(.)(x)?", "日本 a"],
        "<table>{{\"text\":\"日\"},{\"start\":0},{\"end\":1},{\"groups\":[日,nil]}}",
    );
    w.gives(
        "@regex_find",
        args!["b", "日本b"],
        "<table>{{\"text\":\"b\"},{\"start\":2},{\"end\":3},{\"groups\":[]}}",
    );
    w.gives("@regex_find", args!["z", "abc"], "nil");
    w.gives("@regex_findAll", args!["[0-9]+", "a1b22"], "[1,22]");
    w.gives("@regex_replace", args!["(a)(b)", "abab", "$2$1$$"], "ba$ba$");
    w.gives("@regex_split", args![", *", "a,b,  c"], "[a,b,c]");
    let error = w.run("@regex_test", args!["(", ""]).unwrap_err();
    assert!(
        error.starts_with("ValueError: regex.test: \"(\" is not a regular expression:"),
        "{error}"
    );
}

#[test]
fn input_is_shared_and_lossless() {
    let input: &[u8] = "one\r\ntwo\n\nlast".as_bytes();
    let host = Host::new(Permissions::default(), vec![]).with_input(Box::new(input));
    let mut w = World::new(host);
    w.gives("@io_readLine", &[], "one");
    w.gives("input", args!["? "], "two");
    w.gives("@io_lines", &[], "[,last]");
    w.gives("@io_readLine", &[], "nil");
    w.gives("@io_readAll", &[], "");
    let host = Host::new(Permissions::default(), vec![]).with_input(Box::new(&b"\xff\nok"[..]));
    let mut w = World::new(host);
    w.fails("@io_readLine", &[], "IOError: io.readLine: standard input is not UTF-8 text.");
    w.gives("@io_readLine", &[], "ok");
}

#[test]
fn denied_permissions_name_what_denies() {
    let mut permissions = Permissions::default();
    permissions.deny(Permission::Fs);
    permissions.deny_because(Permission::Run, "built with --deny run");
    let mut w = World::new(Host::new(permissions, vec![]));
    w.fails("@file_exists", args!["."], "PermissionError: File access is denied (--deny fs).");
    w.fails(
        "@process_run",
        args!["true"],
        "PermissionError: Running other programs is denied (built with --deny run).",
    );
    assert!(w.run("sysGetenv", args!["PATH"]).is_ok());
    let mut w = World::new(Host::new(Permissions::sandbox(), vec![]));
    w.fails(
        "sysGetenv",
        args!["PATH"],
        "PermissionError: Access to environment variables is denied (--sandbox).",
    );
    w.gives("@path_join", args!["a", "b"], &format!("a{}b", std::path::MAIN_SEPARATOR));
}

/// Every native that reaches outside must ask first.
#[test]
fn every_file_native_asks() {
    let mut w = World::new(Host::new(Permissions::sandbox(), vec![]));
    for name in ["read", "lines", "exists", "isDir", "size", "remove", "list", "mkdir"] {
        let error = w.run(&format!("@file_{name}"), args!["x"]).unwrap_err();
        assert!(error.starts_with("PermissionError"), "{name}: {error}");
    }
    for name in ["write", "append", "rename", "copy"] {
        let error = w.run(&format!("@file_{name}"), args!["x", "y"]).unwrap_err();
        assert!(error.starts_with("PermissionError"), "{name}: {error}");
    }
    assert!(w.run("@path_absolute", args!["x"]).is_err());
}

#[test]
fn paths() {
    let mut w = world();
    w.gives("@path_base", args!["dir/sub/name.txt"], "name.txt");
    w.gives("@path_base", args!["/"], "/");
    w.gives("@path_dir", args!["dir/sub/name.txt"], "dir/sub");
    w.gives("@path_dir", args!["name.txt"], ".");
    w.gives("@path_dir", args!["/"], "/");
    w.gives("@path_ext", args!["a/b.tar.gz"], ".gz");
    w.gives("@path_ext", args![".profile"], "");
    #[cfg(unix)]
    w.gives("@path_absolute", args!["/a/./b/../c"], "/a/c");
}

#[test]
fn files() {
    let folder = std::env::temp_dir().join(format!("sox-library-{}", std::process::id()));
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let mut w = world();
    w.gives("@file_mkdir", args![&*at("a/b")], "nil");
    w.gives("@file_write", args![&*at("a/x"), "one\r\ntwo\n"], "nil");
    w.gives("@file_append", args![&*at("a/x"), "日"], "nil");
    w.gives("@file_lines", args![&*at("a/x")], "[one,two,日]");
    w.gives("@file_size", args![&*at("a/x")], "12");
    w.gives("@file_list", args![&*at("a")], "[b,x]");
    w.fails(
        "@file_remove",
        args![&*at("a")],
        &format!(
            "IOError: file.remove: cannot remove \"{}\": the directory is not empty.",
            at("a")
        ),
    );
    w.fails(
        "@file_read",
        args![&*at("a")],
        &format!("IOError: file.read: cannot read \"{}\": it is a directory.", at("a")),
    );
    w.fails(
        "@file_read",
        args![&*at("no")],
        &format!("IOError: file.read: cannot read \"{}\": no such file or directory.", at("no")),
    );
    std::fs::write(folder.join("bad"), b"\xff").unwrap();
    w.fails(
        "@file_read",
        args![&*at("bad")],
        &format!("IOError: file.read: \"{}\" is not UTF-8 text.", at("bad")),
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn random_numbers_repeat_after_a_seed() {
    let mut w = World::new(Host::new(Permissions::default(), vec![]).with_seed(7));
    let first = w.run("mathRandom", &[]);
    let mut w = World::new(Host::new(Permissions::default(), vec![]).with_seed(7));
    assert_eq!(w.run("@random_float", &[]), first);
    w.gives("mathSrand", args![5.0], "nil");
    let first = w.run("mathRandomInt", args![-9e15, 9e15]);
    w.gives("@random_seed", args![5.0], "nil");
    assert_eq!(w.run("@random_int", args![-9e15, 9e15]), first);
    w.gives("mathRandomInt", args![5.0, 5.9], "5");
    assert!(w.run("mathRandomInt", args![2.0, 1.0]).is_err());
}

#[test]
fn the_program_is_told_its_arguments() {
    let mut w = world();
    w.gives("sysArgs", &[], "[sox,a.sox,x,y]");
    w.gives("@sys_userArgs", &[], "[x,y]");
    assert_eq!(w.iso.builtin("argc").and_then(Value::as_number), Some(4.0));
    assert!(matches!(w.iso.builtin("argv").map(Value::unpack), Some(Unpacked::Array(_))));
    assert!(matches!(w.run("sysExit", args![-1.0]), Err(exit) if exit == "Exit(255)"));
}

#[cfg(unix)]
#[test]
fn other_programs() {
    let mut w = world();
    let script = |text: &str| [Arg::from("sh"), Array(vec!["-c".into(), text.into()])];
    w.gives(
        "@process_run",
        &script("echo hi; exit 3"),
        "<table>{{\"code\":3},{\"out\":\"hi\\n\"},{\"err\":\"\"}}",
    );
    w.gives(
        "@process_run",
        &script("kill -9 $$"),
        "<table>{{\"code\":137},{\"out\":\"\"},{\"err\":\"\"}}",
    );
    w.fails(
        "@process_run",
        args!["sox_no_such_program"],
        "IOError: process.run: cannot run \"sox_no_such_program\": no such file or directory.",
    );
}
