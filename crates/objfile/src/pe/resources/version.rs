//! Version information: the "Details" of a file's properties.
//!
//! A `VS_VERSIONINFO` is a tree of blocks. Each has its length, the length of its value, whether
//! the value is text, a key in UTF-16 that ends with zero, the value, and inner blocks; values and
//! blocks begin at multiples of four. It holds the version as numbers, texts in one language, and
//! the list of these languages.

use super::tree::Tree;
use super::{LANGUAGE, RT_VERSION};
use crate::Error;

/// The code page of UTF-16, for the key of the texts.
const UNICODE: u16 = 1200;

/// What the file's properties show. Empty texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionInfo {
    /// Name of the product.
    pub product_name: String,
    /// Who made it.
    pub company_name: String,
    /// What it is: the name that the task manager shows.
    pub description: String,
    /// The copyright line.
    pub copyright: String,
    /// Up to four numbers of 16 bits with dots between, `1.2.3`; text may follow a `-` or `+`.
    pub version: String,
}

impl VersionInfo {
    /// The version as four numbers.
    ///
    /// # Errors
    ///
    /// If it is not one.
    pub fn numbers(&self) -> Result<[u16; 4], Error> {
        let rule = "up to four numbers from 0 to 65535 with dots between, such as 1.2.3";
        let wrong = Error::Text { what: "the version", rule };
        let mut numbers = [0; 4];
        let text = self.version.split(['-', '+']).next().unwrap_or_default();
        if text.is_empty() && self.version.is_empty() {
            return Ok(numbers);
        }
        for (index, part) in text.split('.').enumerate() {
            let place = numbers.get_mut(index).ok_or(wrong.clone())?;
            *place = part.parse().map_err(|_| wrong.clone())?;
        }
        Ok(numbers)
    }

    fn texts(&self) -> [(&'static str, &str); 6] {
        [
            ("CompanyName", &self.company_name),
            ("FileDescription", &self.description),
            ("FileVersion", &self.version),
            ("LegalCopyright", &self.copyright),
            ("ProductName", &self.product_name),
            ("ProductVersion", &self.version),
        ]
    }

    /// The bytes of the resource.
    fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut strings = Vec::new();
        for (key, text) in self.texts().into_iter().filter(|(_, text)| !text.is_empty()) {
            if text.contains('\0') {
                let rule = "texts without zero bytes";
                return Err(Error::Text { what: "the texts of the version information", rule });
            }
            let units: Vec<u8> = utf16(text);
            let length = u16::try_from(units.len() / 2).map_err(|_| Error::TooLarge)?;
            strings.push(block(key, length, true, &units, &[])?);
        }
        let key = format!("{LANGUAGE:04x}{UNICODE:04x}");
        let table = block(&key, 0, true, &[], &strings)?;
        let string_info = block("StringFileInfo", 0, true, &[], &[table])?;
        let translation = [LANGUAGE, UNICODE].map(u16::to_le_bytes).concat();
        let variable = block("Translation", 4, false, &translation, &[])?;
        let variable_info = block("VarFileInfo", 0, true, &[], &[variable])?;
        let fixed = self.fixed()?;
        block("VS_VERSION_INFO", fixed.len() as u16, false, &fixed, &[string_info, variable_info])
    }

    /// `VS_FIXEDFILEINFO`.
    fn fixed(&self) -> Result<Vec<u8>, Error> {
        let [major, minor, patch, build] = self.numbers()?.map(u32::from);
        let (high, low) = (major << 16 | minor, patch << 16 | build);
        let fields = [
            0xfeef_04bd, // signature
            0x1_0000,    // version of this structure
            high,        // the file's version
            low,
            high, // the product's version
            low,
            0x3f, // which flags are meant
            0,    // none is set
            4,    // Windows NT
            1,    // a program
            0,
            0,
            0,
        ];
        Ok(fields.into_iter().flat_map(u32::to_le_bytes).collect())
    }
}

/// A text with its zero.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn block(
    key: &str,
    value_length: u16,
    is_text: bool,
    value: &[u8],
    inner: &[Vec<u8>],
) -> Result<Vec<u8>, Error> {
    let mut out = [0, value_length, is_text.into()].map(u16::to_le_bytes).concat();
    out.extend(utf16(key));
    let align = |out: &mut Vec<u8>| out.resize(out.len().next_multiple_of(4), 0);
    if !value.is_empty() {
        align(&mut out);
        out.extend(value);
    }
    for block in inner {
        align(&mut out);
        out.extend(block);
    }
    let length = u16::try_from(out.len()).map_err(|_| Error::TooLarge)?;
    out[..2].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

impl Tree {
    /// Makes `version` the program's version information.
    pub(crate) fn set_version(&mut self, version: &VersionInfo) -> Result<(), Error> {
        self.clear(RT_VERSION);
        self.set(RT_VERSION, 1, version.encode()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_with_dots() {
        let numbers = |version: &str| {
            VersionInfo { version: version.into(), ..VersionInfo::default() }.numbers()
        };
        assert_eq!(numbers("1.2.3"), Ok([1, 2, 3, 0]));
        assert_eq!(numbers("65535.0.0.7-beta.1+x"), Ok([65535, 0, 0, 7]));
        assert_eq!(numbers(""), Ok([0; 4]));
        for wrong in ["1.2.3.4.5", "65536", "a", "1..2", "-1", "1.2,3", " 1"] {
            assert!(matches!(numbers(wrong), Err(Error::Text { .. })), "{wrong}");
        }
    }
}
