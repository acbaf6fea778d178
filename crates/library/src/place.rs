//! What a path of a program means: a file on disk or an asset. Here, and nowhere else, the library
//! decides that, and whether the program may touch it.

use crate::assets::{self, AssetFiles, Assets};
use crate::host::{Host, Permission, permit};
use crate::limit::text_limit;
use sox_runtime::{Fault, Isolate};
use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Where a path leads.
pub(crate) struct Place<'h> {
    /// As the program wrote it.
    pub(crate) text: &'h str,
    is: Is<'h>,
}

enum Is<'h> {
    /// A file that may be changed.
    Disk(&'h Path),
    /// A file below the folder of assets.
    Beside(PathBuf),
    /// An asset in memory, or a folder of them.
    Packed(&'h dyn AssetFiles, String),
    /// An asset that cannot be.
    Nowhere(io::ErrorKind),
}

/// Why a file gives no text.
pub(crate) enum ReadError {
    Io(io::Error),
    TooLong,
    NoText,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

impl<'h> Place<'h> {
    /// Where a path leads.
    ///
    /// # Errors
    /// If files may not be touched, and this is one.
    pub(crate) fn of(iso: &'h Isolate, text: &'h str) -> Result<Place<'h>, Fault> {
        let Some(name) = assets::name_in(text) else {
            permit(iso, Permission::Fs)?;
            return Ok(Place { text, is: Is::Disk(Path::new(text)) });
        };
        let host = iso.host::<Host>().expect("install() gives the isolate its host");
        let is = match (&host.assets, name) {
            (_, None) => Is::Nowhere(io::ErrorKind::InvalidInput),
            (Assets::None, _) => Is::Nowhere(io::ErrorKind::NotFound),
            (Assets::Files(files), Some(name)) => Is::Packed(&**files, name),
            (Assets::Folder(folder), Some(name)) => {
                permit(iso, Permission::Fs)?;
                Is::Beside(assets::below(folder, &name))
            }
        };
        Ok(Place { text, is })
    }

    /// The file, to be changed.
    ///
    /// # Errors
    /// Assets are never changed.
    pub(crate) fn to_write(&self) -> io::Result<&'h Path> {
        match self.is {
            Is::Disk(path) => Ok(path),
            _ => Err(io::Error::other("assets can only be read")),
        }
    }

    /// The file, if it is one on disk.
    fn on_disk(&self) -> Option<&Path> {
        match &self.is {
            Is::Disk(path) => Some(path),
            Is::Beside(path) => Some(path),
            Is::Packed(..) | Is::Nowhere(_) => None,
        }
    }

    /// The text of a file, no longer than a string can be.
    pub(crate) fn read_text(&self, iso: &Isolate) -> Result<String, ReadError> {
        let limit = text_limit(iso);
        let bytes = match self.on_disk() {
            Some(path) => read_file(path, limit)?,
            None => self.asset()?.into_owned(),
        };
        if bytes.len() > limit {
            return Err(ReadError::TooLong);
        }
        String::from_utf8(bytes).map_err(|_| ReadError::NoText)
    }

    /// The bytes of an asset in memory.
    fn asset(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.is {
            Is::Packed(files, name) if files.size(name).is_none() => {
                let is_folder = assets::entries(*files, name).is_some();
                let kind =
                    if is_folder { io::ErrorKind::IsADirectory } else { io::ErrorKind::NotFound };
                Err(kind.into())
            }
            Is::Packed(files, name) => files.bytes(name),
            Is::Nowhere(kind) => Err((*kind).into()),
            Is::Disk(_) | Is::Beside(_) => unreachable!("files on disk are not in memory"),
        }
    }

    pub(crate) fn exists(&self) -> bool {
        match &self.is {
            Is::Packed(files, name) => files.size(name).is_some() || self.is_dir(),
            _ => self.on_disk().is_some_and(Path::exists),
        }
    }

    pub(crate) fn is_dir(&self) -> bool {
        match &self.is {
            Is::Packed(files, name) => assets::entries(*files, name).is_some(),
            _ => self.on_disk().is_some_and(Path::is_dir),
        }
    }

    /// Bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match (&self.is, self.on_disk()) {
            (_, Some(path)) => Ok(fs::metadata(path)?.len()),
            (Is::Packed(files, name), _) if files.size(name).is_some() => {
                Ok(files.size(name).unwrap_or_default())
            }
            _ => self.asset().map(|bytes| bytes.len() as u64),
        }
    }

    /// The names in a directory, sorted. What of them is not Unicode is replaced.
    pub(crate) fn list(&self) -> io::Result<Vec<String>> {
        let Some(path) = self.on_disk() else {
            return match &self.is {
                Is::Packed(files, name) => {
                    assets::entries(*files, name).ok_or_else(|| match files.size(name) {
                        Some(_) => io::ErrorKind::NotADirectory.into(),
                        None => io::ErrorKind::NotFound.into(),
                    })
                }
                _ => self.asset().map(|_| Vec::new()),
            };
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// Copies the file to another place.
    pub(crate) fn copy_to(&self, to: &Place<'_>) -> Result<(), (Failed, io::Error)> {
        let target = to.to_write().map_err(|error| (Failed::Target, error))?;
        let copied = match self.on_disk() {
            Some(path) => fs::copy(path, target).map(|_| ()),
            None => self.asset().and_then(|bytes| fs::write(target, bytes)),
        };
        copied.map_err(|error| (Failed::Source, error))
    }
}

/// Which of two places a failure is about.
pub(crate) enum Failed {
    Source,
    Target,
}

fn read_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX).min(limit);
    let mut bytes = Vec::with_capacity(expected);
    // Files such as devices do not know their length, so the limit is kept while reading.
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
