//! The files that were put in with the program.

use sox_library::AssetFiles;
use sox_objfile::Assets;
use std::borrow::Cow;
use std::io;

/// The assets of this executable.
pub(crate) struct Packed(pub(crate) Assets<'static>);

impl AssetFiles for Packed {
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.0.iter().map(|asset| asset.name()))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.0.get(name).map(|asset| asset.size())
    }

    fn bytes(&self, name: &str) -> io::Result<Cow<'_, [u8]>> {
        let asset = self.0.get(name).ok_or(io::ErrorKind::NotFound)?;
        match asset.bytes() {
            Ok(bytes) => Ok(bytes),
            // Of a file that was changed since it was built.
            Err(_) => Err(io::Error::other("it was altered or damaged in the executable")),
        }
    }
}
