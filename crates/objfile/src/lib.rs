//! Executable files: one layout model each for ELF64, Mach-O 64 and PE32+, which reads a file,
//! lets it be edited, and writes it.
//!
//! The first use is to put a program into a *stub*, an executable that holds the runtime and room
//! for a program: [`inject`]. The program becomes segments of the file, mapped by the operating
//! system's loader; [`payload`] tells what they contain and how a running program finds them.
//!
//! Nothing here knows of instructions, and nothing here does input or output: bytes come in, bytes
//! or an error go out. No input makes it panic, and equal input gives equal bytes.
#![forbid(unsafe_code)]

pub mod archive;
pub mod elf;
mod error;
pub mod link;
pub mod macho;
pub mod object;
pub mod payload;
pub mod pe;
mod record;

pub use error::{Error, Foreign};
pub use payload::{
    Asset, Assets, Part, Payload, Protection, Refusal, RegionKind, View, checksum, encode_assets,
    find_in_file, locate,
};

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Linux.
    Elf,
    /// macOS.
    MachO,
    /// Windows.
    Pe,
}

impl Format {
    /// Tells the format by the first bytes.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownFormat`] for everything else.
    pub fn of(file: &[u8]) -> Result<Format, Error> {
        if file.starts_with(b"\x7fELF") {
            Ok(Format::Elf)
        } else if file.starts_with(&macho::raw::MAGIC.to_le_bytes())
            || file.starts_with(&macho::raw::FAT_MAGIC)
        {
            Ok(Format::MachO)
        } else if file.starts_with(&pe::raw::DOS_MAGIC) {
            Ok(Format::Pe)
        } else {
            Err(Error::UnknownFormat)
        }
    }
}

/// The processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// x86-64.
    X64,
    /// 64-bit ARM.
    Arm64,
}

/// What an executable is for, told from the beginning of its file.
///
/// # Errors
///
/// If it is for none of these, or the beginning does not reach far enough to tell.
pub fn machine(start: &[u8]) -> Result<(Format, Machine), Error> {
    let format = Format::of(start)?;
    let machine = match format {
        Format::Elf => elf::machine(start)?,
        Format::MachO => macho::machine(start)?,
        Format::Pe => pe::machine(start)?,
    };
    Ok((format, machine))
}

/// What else goes into an executable; formats other than the one named ignore it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name in a Mach-O signature.
    pub identifier: String,
    /// What a Windows executable has besides.
    pub pe: pe::PeOptions,
}

impl Default for Options {
    fn default() -> Self {
        Options { identifier: "sox-program".into(), pe: pe::PeOptions::default() }
    }
}

/// Puts a payload into a stub and gives the executable.
///
/// ```no_run
/// use sox_objfile::{Options, Payload, RegionKind, inject};
///
/// let mut payload = Payload::default();
/// payload.set(RegionKind::Bytecode, std::fs::read("hello.soxc")?);
/// let stub = std::fs::read("stubs/linux-x64/soxrt")?;
/// std::fs::write("hello", inject(&stub, &payload, &Options::default())?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the stub is not one, or carries a payload already.
pub fn inject(stub: &[u8], payload: &Payload, options: &Options) -> Result<Vec<u8>, Error> {
    match Format::of(stub)? {
        Format::Elf => elf::inject(stub, payload),
        Format::MachO => macho::inject(stub, payload, &options.identifier),
        Format::Pe => pe::inject(stub, payload, &options.pe),
    }
}

/// The pieces of a file that are mapped when it runs, told from its headers alone.
///
/// # Errors
///
/// If `headers` are not the whole headers of one of the formats.
pub fn parts(headers: &[u8]) -> Result<Vec<Part>, Error> {
    match Format::of(headers)? {
        Format::Elf => elf::parts(headers),
        Format::MachO => macho::parts(headers),
        Format::Pe => pe::parts(headers),
    }
}

/// A stub that carries a payload, intact or not, is not extended.
fn refuse_second_payload(stub: &[u8]) -> Result<(), Error> {
    match find_in_file(stub) {
        Err(Refusal::Missing | Refusal::Headers) => Ok(()),
        _ => Err(Error::AlreadyAttached),
    }
}
