//! The flags of `sox build`.

use super::{LimitArgs, OptimizerArgs, RightArgs};
use clap::Args;
use sox_driver::Target;
use std::ffi::OsString;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Permissions and limits are built in: the program cannot be given more when it is run.
Patterns of --include are paths below the program's folder, in quotes: * and ? stand for parts of a
name, ** for any folders. The program finds the files under asset:/, as in asset:/img/logo.svg.";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct BuildArgs {
    /// The program, a source or bytecode; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,
    /// Where to write it; by default in the working folder, under the program's name
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The system it is for, by default this one: see `sox targets`; may be repeated
    #[arg(long, value_name = "TARGET", value_delimiter = ',', value_parser = parse_target)]
    pub(crate) target: Vec<Target>,
    /// Put these files in, too; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) include: Vec<String>,
    /// Put the sources in, so that errors show the line they come from
    #[arg(long)]
    pub(crate) debug: bool,
    /// Store program and files in fewer bytes; a start takes a little longer
    #[arg(long)]
    pub(crate) compress: bool,
    #[command(flatten)]
    pub(crate) rights: RightArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Windows: the icon, an .ico file
    #[arg(long, value_name = "FILE")]
    pub(crate) icon: Option<PathBuf>,
    /// Windows: the product's name in the properties of the file
    #[arg(long, value_name = "TEXT")]
    pub(crate) product_name: Option<String>,
    /// Windows: who made it
    #[arg(long, value_name = "TEXT")]
    pub(crate) company: Option<String>,
    /// Windows: what it is, which the task manager shows
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Windows: the copyright line
    #[arg(long, value_name = "TEXT")]
    pub(crate) copyright: Option<String>,
    /// Windows: its version, up to four numbers with dots between
    #[arg(long, alias = "version", value_name = "VERSION")]
    pub(crate) version_info: Option<String>,
    /// Windows: start without a console
    #[arg(long)]
    pub(crate) gui: bool,
    /// Run what was made once, without arguments and input, before it is put in place
    #[arg(long)]
    pub(crate) check: bool,
    /// Tell what takes how much room
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Look for imported modules here too; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) module_path: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) optimizer: OptimizerArgs,
}

fn parse_target(text: &str) -> Result<Target, String> {
    Target::parse(text).map_err(|unknown| {
        let names = Target::ALL.map(Target::name).join(", ");
        match unknown.closest {
            Some(target) => format!("did you mean {target}? There are {names}"),
            None => format!("there are {names}"),
        }
    })
}
