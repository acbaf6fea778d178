//! Files that are refused. Whatever is done with one, under whatever name or through a pipe, nothing
//! of it runs, one line says why, and the exit status is 65.

use crate::{Finished, Folder};
use sox_bytecode::Opcode;
use sox_bytecode::container::Language;
use std::fs;

#[track_caller]
fn is_refusal(what: &str, finished: &Finished, because: &str) {
    assert_eq!((finished.status, &*finished.stdout), (Some(65), ""), "{what}: {finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{what}: {finished:?}");
    assert!(finished.stderr.starts_with("error: "), "{what}: {finished:?}");
    assert!(finished.stderr.contains(because), "{what}, wants {because}: {finished:?}");
}

/// Demands that the bytes are refused as a program of either language; and, if they begin like
/// bytecode, as a file that is called something else and through a pipe, too.
#[track_caller]
fn refused(folder: &Folder, bytes: &[u8], because: &str) {
    for (language, name) in [(Language::Sox, "bad.soxc"), (Language::PohLang, "bad.pbc")] {
        let mut bytes = bytes.to_vec();
        let is_bytecode = Language::of(&bytes).is_some();
        if is_bytecode {
            bytes[..4].copy_from_slice(language.magic());
        }
        fs::write(folder.path(name), &bytes).unwrap();
        for command in ["", "run ", "verify ", "disasm "] {
            let command = format!("{command}{name}");
            is_refusal(&command, &folder.sox(&command), because);
        }
        if is_bytecode {
            fs::write(folder.path("bad.sox"), &bytes).unwrap();
            is_refusal("bad.sox", &folder.sox("bad.sox"), because);
            for command in ["-", "run -", "verify -"] {
                is_refusal(command, &folder.sox_piped(command, &bytes), because);
            }
        }
    }
}

#[test]
fn damaged_files() {
    let folder = Folder::with_app("print \"never\"\n");
    let good = folder.read("app.soxc");
    let put = |at: usize, with: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let version = put(4, &[9, 0, 0, 0]);
    refused(&folder, &version, "offset 4, format version: 9 is of a newer sox");
    refused(&folder, &good[..good.len() / 2], "bytes are needed and");
    refused(&folder, &good[..good.len() - 1], "bytes are needed and");
    refused(&folder, &good[..4], "offset 4, format version: 4 bytes are needed and 0 are left");
    refused(&folder, &[&*good, &[0]].concat(), "out of order");
    let constants = put(8, &[0xff; 4]);
    refused(&folder, &constants, "number of constants: 4294967295 bytes are needed");
    let name = put(13, &[0, 0, 0, 0x80]);
    refused(&folder, &name, "string: 2147483648 bytes are needed");
}

#[test]
fn files_that_only_are_called_bytecode() {
    let folder = Folder::new();
    let because = "offset 0, magic number: this is not bytecode";
    for bytes in [&b""[..], b"print 1\n", b"Write 1\n", b"\x7fELF\x02\x01\x01\0", &[0; 100]] {
        refused(&folder, bytes, because);
    }
    is_refusal("verify -", &folder.sox_piped("verify -", b""), because);
    is_refusal("verify -", &folder.sox_piped("verify -", b"print 1\n"), because);
    // What comes through a pipe has no name, and nothing is the shortest program.
    assert_eq!(folder.sox_piped("run -", b"print 1\n").stdout, "1\n");
    assert_eq!(folder.sox_piped("run -", b"").status, Some(0));
    let binary = folder.sox_piped("run -", b"SOXD\0\0\xff\xff");
    is_refusal("run -", &Finished { stderr: first_line(&binary.stderr), ..binary }, "binary file");
}

/// Errors about sources have a line more, which says what to do.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().into()
}

/// A program that prints, and whose function `f` has code of our own.
struct WithCode {
    folder: Folder,
    before: String,
    after: String,
}

impl WithCode {
    fn new() -> WithCode {
        let folder = Folder::with_app("var x = 1\nprint \"never\"\nfn f() { return x }\n");
        let listing = folder.sox("disasm app.soxc").stdout;
        let body = listing.find("fn f()").unwrap();
        let code = body + listing[body..].find('\n').unwrap() + 1;
        let end = code + listing[code..].find("\n\n").unwrap();
        WithCode { folder, before: listing[..code].into(), after: listing[end..].into() }
    }

    /// The file, as the assembler makes it, which does not judge.
    #[track_caller]
    fn file(&self, locals: &str, code: &str) -> Vec<u8> {
        let WithCode { folder, before, after } = self;
        let text = format!("{before}{code}{after}");
        let text = text.replace("fn f() #1, 0 locals", &format!("fn f() #1, {locals}"));
        fs::write(folder.path("bad.soxs"), text).unwrap();
        let assembled = folder.sox("asm bad.soxs -o made.soxc");
        assert_eq!(assembled.status, Some(0), "{assembled:?}");
        folder.read("made.soxc")
    }

    #[track_caller]
    fn refused(&self, locals: &str, code: &str, because: &str) {
        refused(&self.folder, &self.file(locals, code), because);
    }
}

/// Programs that no compiler makes.
#[test]
fn programs_that_break_a_rule() {
    let with = WithCode::new();
    with.file("0 locals", "Nil\nReturn");
    assert_eq!(with.folder.sox("made.soxc").stdout, "never\n");
    let cell = "function 1 'f', instruction 2: GetLocal: local 0 holds a cell (rule 22";
    with.refused("1 local", "Nil\nNewCell #0\nGetLocal #0\nReturn", cell);
    let value = "GetCell: local 0 holds a value (rule 22";
    with.refused("1 local", "Nil\nSetLocal #0\nGetCell #0\nReturn", value);
    for (takes, code) in [
        ("Return", "NewClass x\nReturn"),
        ("SetLocal", "NewClass x\nSetLocal #0\nNil\nReturn"),
        ("Print", "NewClass x\nPrint\nNil\nReturn"),
        ("Dup", "NewClass x\nDup\nFinishClass\nReturn"),
    ] {
        with.refused("1 local", code, &format!("{takes} takes an unfinished class (rule 20"));
    }
    with.refused("0 locals", "Return", "Return takes 1 of 0 operands (rule 17");
    with.refused("0 locals", "L1:\nJump L1", "Jump goes to 0 (rule 12");
    with.refused("0 locals", "Nil", "the last instruction goes on (rule 10");
    with.refused("0 locals", "GetLocal #5\nReturn", "local 5 of 0 (rule 1");
    let overlap = "errors from L1 to L3 go to L5, keeping 0 operands\n\
        errors from L2 to L4 go to L5, keeping 0 operands\n\
        L1:\nNil\nL2:\nPop\nL3:\nNil\nL4:\nReturn\nL5:\nThrow";
    with.refused("0 locals", overlap, "handlers 1 and 0 (rule 14");
}

/// Targets are numbers of instructions, so none can lead into another's operand. A target that is
/// meant as the number of a byte leads elsewhere, here out of the function.
#[test]
fn jumps_into_an_operand() {
    let with = WithCode::new();
    // The operand of `Const` is bytes 7 to 10 of the code.
    let code = "True\nJumpIfFalse L1\nConst #0\nPop\nL1:\nNil\nReturn";
    let good = with.file("0 locals", code);
    assert_eq!(with.folder.sox("verify made.soxc").status, Some(0));
    let jump = [Opcode::JumpIfFalse.info().byte, 4, 0, 0, 0];
    let at = good.windows(5).position(|window| window == jump).unwrap();
    for target in 7..=10 {
        let mut bytes = good.clone();
        bytes[at + 1] = target;
        let because = format!("instruction 1: JumpIfFalse goes to {target} (rule 11");
        refused(&with.folder, &bytes, &because);
    }
}

#[test]
fn numbers_that_look_like_pointers() {
    let folder = Folder::with_app("print 0.5\n");
    let mut bytes = folder.read("app.soxc");
    let half = 0.5_f64.to_le_bytes();
    let at = bytes.windows(8).position(|window| window == half).unwrap();
    for bits in [0xfffc_0000_0000_1000, 0xfffa_0000_0000_0000, 0x7ff8_0000_0000_0001_u64] {
        bytes[at..at + 8].copy_from_slice(&bits.to_le_bytes());
        refused(&folder, &bytes, &format!("bits {bits:#x} (rule 3"));
    }
}
