//! The flags of `sox native`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use sox_native::Target;
use sox_native::machine::opt::Pass;
use std::ffi::OsString;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
docs/native-ir.md has the language of these files. Objects and archives carry the part of the
runtime that they need; sox native links them, and so does the system's compiler:
cc main.c module.o.

  sox native app.nir -o app                       an executable of one module
  sox native app.nir util.o libmore.a -o app      an executable of several files
  sox native a.nir b.nir -o libab.a --emit archive";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct NativeArgs {
    /// What is compiled and linked: modules, which are .nir and .ir files, ELF objects, and archives,
    /// of which a program gets the members that it needs; `-` is a .nir module on standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Where to write it; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: OsString,
    /// The system it is for: linux-x64 (unless the module asks for another) or linux-arm64
    #[arg(long, value_name = "TARGET", value_parser = parse_target)]
    pub(crate) target: Option<Target>,
    /// What to make
    #[arg(long, value_enum, default_value = "exe")]
    pub(crate) emit: Emit,
    /// How far to optimize: 0 not at all, 1 what costs little, 2 everything; 1 unless the module is
    /// only printed
    #[arg(short = 'O', value_name = "LEVEL",
          value_parser = PossibleValuesParser::new(["0", "1", "2"]).map(|level| level.as_bytes()[0] - b'0'))]
    pub(crate) level: Option<u8>,
    /// Leave out passes of the optimizer, by name
    #[arg(long, value_name = "PASS,…", value_delimiter = ',', value_parser = parse_pass)]
    pub(crate) without: Vec<Pass>,
    /// Print the module as .nir as it is after that pass, instead of making code
    #[arg(long, value_name = "PASS", value_parser = parse_pass)]
    pub(crate) dump: Option<Pass>,
    /// Leave the names of functions and data out of executables
    #[arg(long)]
    pub(crate) strip: bool,
    /// Refuse unknown keys in .ir files
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// An executable
    Exe,
    /// An object file
    Obj,
    /// An archive with an object for each module
    Archive,
    /// The object as assembly text, for llvm-mc (x86-64 in Intel syntax)
    Asm,
    /// The module as Erlang terms
    Ir,
    /// The module in its readable form
    Nir,
}

fn parse_target(text: &str) -> Result<Target, String> {
    Target::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
        format!("native code is made for {} only", names.join(", "))
    })
}

fn parse_pass(text: &str) -> Result<Pass, String> {
    Pass::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Pass::ALL.iter().map(|pass| pass.name()).collect();
        format!("the passes are {}", names.join(", "))
    })
}
