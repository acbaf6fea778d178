//! The section that says what a cached file was made from.
//!
//! It stands in files that are only a way to start faster: whoever finds one must be able to tell
//! whether compiling would give something else now.

use super::ReadError;
use super::cursor::Cursor;
use super::writer::Out;

/// What a file was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The compiler.
    pub maker: Box<str>,
    /// Everything else that decides what comes out, texts aside: flags, folders, names.
    pub settings: Box<str>,
    /// SHA-256 of the text of each source, in the order of the sources.
    pub texts: Vec<[u8; 32]>,
    /// Files that were found for imports: each by a path, and where that led.
    pub found: Vec<(Box<str>, Box<str>)>,
    /// Places that were looked at before, and where there was no file.
    pub absent: Vec<Box<str>>,
    /// What the compiler remarked, in a form of its own.
    pub remarks: Box<str>,
}

pub(super) fn write(out: &mut Out, origin: &Origin) {
    out.text(&origin.maker);
    out.text(&origin.settings);
    out.count(origin.texts.len());
    origin.texts.iter().flatten().for_each(|&byte| out.u8(byte));
    out.count(origin.found.len());
    for (path, place) in &origin.found {
        out.text(path);
        out.text(place);
    }
    out.count(origin.absent.len());
    origin.absent.iter().for_each(|path| out.text(path));
    out.text(&origin.remarks);
}

pub(super) fn read(from: &mut Cursor<'_>) -> Result<Origin, ReadError> {
    let maker = from.text("maker of a cached file")?.into();
    let settings = from.text("settings of a cached file")?.into();
    let count = from.count("number of texts", 32)?;
    let digests = from.bytes("digests of texts", 32 * count)?.chunks_exact(32);
    let texts = digests.map(|digest| digest.try_into().expect("32 bytes")).collect();
    let count = from.count("number of files found", 8)?;
    let mut pair = |_| {
        let path = from.text("path of a file found")?.into();
        Ok((path, from.text("place of a file found")?.into()))
    };
    let found = (0..count).map(&mut pair).collect::<Result<_, ReadError>>()?;
    let count = from.count("number of absent files", 4)?;
    let absent = (0..count).map(|_| from.text("absent file").map(Box::from));
    let absent = absent.collect::<Result<_, _>>()?;
    let remarks = from.text("remarks of the compiler")?.into();
    Ok(Origin { maker, settings, texts, found, absent, remarks })
}
