//! Icons: from an `.ico` file to resources.
//!
//! An icon file is a list of pictures of different sizes. As resources, each picture is an
//! `RT_ICON`, and the list an `RT_GROUP_ICON` in which a number stands instead of a place.

use super::tree::Tree;
use super::{RT_GROUP_ICON, RT_ICON};
use crate::Error;
use crate::record::{range, record};

record! {
    struct FileHeader: Little {
        reserved: u16,
        kind: u16,
        count: u16,
    }
}

record! {
    struct FileEntry: Little {
        /// Width, height, colours, zero.
        shape: [u8; 4],
        planes: u16,
        bits: u16,
        size: u32,
        offset: u32,
    }
}

record! {
    struct GroupEntry: Little {
        shape: [u8; 4],
        planes: u16,
        bits: u16,
        size: u32,
        number: u16,
    }
}

/// An icon that was read and found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    pictures: Vec<(FileEntry, Vec<u8>)>,
}

impl Icon {
    /// Reads the bytes of an `.ico` file.
    ///
    /// # Errors
    ///
    /// [`Error::Icon`] if they are not one, saying why.
    pub fn read(bytes: &[u8]) -> Result<Icon, Error> {
        let cut_off = |_| Error::Icon("it is cut off");
        let header = FileHeader::read(bytes, 0, "icon").map_err(cut_off)?;
        if header.reserved != 0 || header.kind != 1 {
            return Err(Error::Icon("it does not begin like one"));
        }
        if header.count == 0 {
            return Err(Error::Icon("it has no picture"));
        }
        let pictures = (0..header.count)
            .map(|index| {
                let at = FileHeader::SIZE + usize::from(index) * FileEntry::SIZE;
                let entry = FileEntry::read(bytes, at as u64, "icon").map_err(cut_off)?;
                let place = range(entry.offset.into(), entry.size.into());
                let picture = place.and_then(|place| bytes.get(place));
                let picture = picture.ok_or(Error::Icon("a picture is cut off"))?;
                if !is_picture(picture) {
                    return Err(Error::Icon("a picture is neither PNG nor bitmap"));
                }
                Ok((entry, picture.to_vec()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Icon { pictures })
    }
}

/// A PNG file, or a bitmap, which begins with the size of its header.
fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || (bytes.len() > 40 && bytes.starts_with(&40u32.to_le_bytes()))
}

impl Tree {
    /// Makes `icon` the program's only icon.
    pub(crate) fn set_icon(&mut self, icon: &Icon) -> Result<(), Error> {
        self.clear(RT_ICON);
        self.clear(RT_GROUP_ICON);
        let count = u16::try_from(icon.pictures.len()).map_err(|_| Error::TooLarge)?;
        let mut group = Vec::new();
        FileHeader { reserved: 0, kind: 1, count }.put(&mut group);
        for (number, (entry, picture)) in (1..=count).zip(&icon.pictures) {
            let FileEntry { shape, planes, bits, size, .. } = *entry;
            GroupEntry { shape, planes, bits, size, number }.put(&mut group);
            self.set(RT_ICON, number, picture.clone());
        }
        self.set(RT_GROUP_ICON, 1, group);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<u8> {
        let mut bytes = b"\0\0\x01\0\x01\0".to_vec();
        bytes.extend([16, 16, 0, 0, 1, 0, 32, 0]);
        bytes.extend([12u32, 22].map(u32::to_le_bytes).concat());
        bytes.extend(b"\x89PNG\r\n\x1a\n1234");
        bytes
    }

    #[test]
    fn what_is_no_icon_is_told() {
        assert!(Icon::read(&picture()).is_ok());
        for end in 0..picture().len() {
            assert!(matches!(Icon::read(&picture()[..end]), Err(Error::Icon(_))), "{end} bytes");
        }
        let text = |error: Error| error.to_string();
        let refused = Icon::read(b"\x89PNG\r\n\x1a\n").map_err(text);
        assert_eq!(refused, Err("not an icon file (.ico): it does not begin like one".into()));
        let mut other = picture();
        other[22] = b'G';
        assert_eq!(Icon::read(&other), Err(Error::Icon("a picture is neither PNG nor bitmap")));
    }
}
