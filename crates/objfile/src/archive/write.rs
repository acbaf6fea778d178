//! Archives as GNU ar writes them with `ar rcsD`: no times, no owners.

use super::{HEADER_END, HEADER_SIZE, MAGIC};
use crate::Error;
use crate::elf::defined_symbols;
use crate::record::to_u32;

/// What becomes a member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// The name of its file, without folders.
    pub name: Vec<u8>,
    /// Its bytes. The symbols of an ELF object get into the index.
    pub bytes: Vec<u8>,
}

/// Longest name that a header has room for, with the slash that ends it.
const SHORT_NAME: usize = 15;

/// Writes an archive.
///
/// # Errors
/// If a name is empty or has a slash or a line's end, an object's symbols cannot be read, or the
/// archive has more than 4 GB.
pub fn archive(members: &[NewMember]) -> Result<Vec<u8>, Error> {
    let (names, long_names) = names(members)?;
    // For each symbol its member, and all their names.
    let (mut defined, mut symbols) = (Vec::new(), Vec::new());
    let mut has_objects = false;
    for (number, member) in members.iter().enumerate() {
        if !member.bytes.starts_with(b"\x7fELF") {
            continue;
        }
        has_objects = true;
        for symbol in defined_symbols(&member.bytes)? {
            defined.push(number);
            symbols.extend_from_slice(symbol);
            symbols.push(0);
        }
    }
    let index_size = (4 * (1 + defined.len()) + symbols.len()).next_multiple_of(2);
    let mut at = MAGIC.len() as u64;
    if has_objects {
        at += HEADER_SIZE + index_size as u64;
    }
    if !long_names.is_empty() {
        at += HEADER_SIZE + long_names.len() as u64;
    }
    let mut headers = Vec::new();
    for member in members {
        headers.push(to_u32(at)?);
        at += HEADER_SIZE + (member.bytes.len() as u64).next_multiple_of(2);
    }
    let mut out = MAGIC.to_vec();
    if has_objects {
        put_header(&mut out, b"/", ["0", "0", "0", "0"], index_size)?;
        let start = out.len();
        out.extend(to_u32(defined.len() as u64)?.to_be_bytes());
        for number in defined {
            out.extend(headers[number].to_be_bytes());
        }
        out.extend(symbols);
        out.resize(start + index_size, 0);
    }
    if !long_names.is_empty() {
        put_header(&mut out, b"//", [""; 4], long_names.len())?;
        out.extend(long_names);
    }
    for (member, name) in members.iter().zip(names) {
        put_header(&mut out, &name, ["0", "0", "0", "644"], member.bytes.len())?;
        out.extend_from_slice(&member.bytes);
        if out.len() % 2 == 1 {
            out.push(b'\n');
        }
    }
    Ok(out)
}

/// The name of each member as its header has it, and the table of long ones.
fn names(members: &[NewMember]) -> Result<(Vec<Vec<u8>>, Vec<u8>), Error> {
    let (mut names, mut table) = (Vec::new(), Vec::new());
    for NewMember { name, .. } in members {
        if name.is_empty() || name.iter().any(|byte| matches!(byte, b'/' | b'\n' | 0)) {
            let rule = "free of slashes, lines' ends and zero bytes, and not empty";
            return Err(Error::Text { what: "the name of an archive's member", rule });
        }
        if name.len() <= SHORT_NAME {
            names.push([name, &b"/"[..]].concat());
        } else {
            names.push(format!("/{}", table.len()).into_bytes());
            table.extend_from_slice(name);
            table.extend(b"/\n");
        }
    }
    if table.len() % 2 == 1 {
        table.push(b'\n');
    }
    Ok((names, table))
}

/// A header: name, time, owner, group, rights, size.
fn put_header(out: &mut Vec<u8>, name: &[u8], fields: [&str; 4], size: usize) -> Result<(), Error> {
    const WIDTHS: [usize; 4] = [12, 6, 6, 8];
    const SIZE_WIDTH: usize = 10;
    let start = out.len();
    out.extend_from_slice(name);
    out.resize(start + 16, b' ');
    for (field, width) in fields.into_iter().zip(WIDTHS) {
        out.extend(format!("{field:width$}").bytes());
    }
    let size = format!("{size:<SIZE_WIDTH$}");
    if size.len() > SIZE_WIDTH {
        return Err(Error::TooLarge);
    }
    out.extend(size.bytes());
    out.extend_from_slice(HEADER_END);
    Ok(())
}
