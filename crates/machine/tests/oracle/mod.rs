//! What the encoding tests share: LLVM's assembler and disassembler, and how much to compare.
#![allow(dead_code, reason = "each test uses its part")]

use object::read::{Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Whether the long runs were asked for.
pub(crate) fn full() -> bool {
    std::env::var_os("SOX_FULL").is_some_and(|value| value != "0")
}

/// An installed llvm-mc.
pub(crate) struct LlvmMc {
    name: &'static str,
    args: &'static [&'static str],
}

/// Assembled code with its relocations: offset and type of each.
pub(crate) struct Assembled {
    pub(crate) code: Vec<u8>,
    pub(crate) relocations: Vec<(u64, u32)>,
    /// What each relocation refers to: a section of the object, or a symbol of another one; and the
    /// offset there.
    pub(crate) targets: Vec<(String, i64)>,
}

impl Assembled {
    /// A section of an object file.
    pub(crate) fn of(file: &[u8], section: &str) -> Assembled {
        let object = object::File::parse(file).unwrap();
        let section = object.section_by_name(section).unwrap();
        let relocations = section.relocations().map(|(at, relocation)| match relocation.flags() {
            RelocationFlags::Elf { r_type } => (at, r_type.0),
            other => panic!("{other:?} in an ELF file"),
        });
        let targets = section.relocations().map(|(_, relocation)| {
            let RelocationTarget::Symbol(symbol) = relocation.target() else {
                panic!("{:?} in an ELF file", relocation.target());
            };
            let symbol = object.symbol_by_index(symbol).unwrap();
            let place = match symbol.section_index() {
                Some(section) => object.section_by_index(section).unwrap().name().unwrap(),
                None => symbol.name().unwrap(),
            };
            (place.to_string(), symbol.address() as i64 + relocation.addend())
        });
        Assembled {
            code: section.data().unwrap().to_vec(),
            relocations: relocations.collect(),
            targets: targets.collect(),
        }
    }
}

impl LlvmMc {
    /// Finds it. If there is none, says so where it cannot be overlooked.
    pub(crate) fn find(args: &'static [&'static str]) -> Option<LlvmMc> {
        let runs = |name: &&str| {
            let found = Command::new(name).arg("--version").stdout(Stdio::null()).status();
            found.is_ok_and(|status| status.success())
        };
        let found = ["llvm-mc-19", "llvm-mc"].into_iter().find(runs);
        if found.is_none() {
            eprintln!("SKIPPED: comparison with llvm-mc, which is not installed (package llvm-19)");
        }
        Some(LlvmMc { name: found?, args })
    }

    /// Assembles lines, and takes their code.
    pub(crate) fn assemble(&self, text: String) -> Assembled {
        Assembled::of(&self.object(text), ".text")
    }

    /// Assembles lines to an object file.
    pub(crate) fn object(&self, text: String) -> Vec<u8> {
        self.run(&["--filetype=obj"], text)
    }

    /// Disassembles instructions, each given apart; one line each, blanks made equal.
    pub(crate) fn disassemble<'a>(&self, code: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
        let mut input = String::new();
        for bytes in code {
            input.extend(bytes.iter().map(|byte| format!("0x{byte:02x} ")));
            input.push('\n');
        }
        let text = String::from_utf8(self.run(&["--disassemble"], input)).unwrap();
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or(""));
        let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty() && !line.starts_with('.')).collect()
    }

    /// What the assembler says of lines that it does not take.
    pub(crate) fn refused(&self, text: String) -> String {
        let output = self.output(&["--filetype=null"], text);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }

    fn run(&self, args: &[&str], input: String) -> Vec<u8> {
        let output = self.output(args, input);
        let complaints = String::from_utf8_lossy(&output.stderr);
        let start: String = complaints.lines().take(30).collect::<Vec<_>>().join("\n");
        assert!(output.status.success(), "llvm-mc: {start}");
        output.stdout
    }

    fn output(&self, args: &[&str], input: String) -> Output {
        let mut child = Command::new(self.name)
            .args(self.args)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may end before it has read everything, if the text is wrong.
        let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }
}
