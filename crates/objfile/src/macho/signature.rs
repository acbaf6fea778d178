//! Ad-hoc code signatures.
//!
//! macOS on ARM64 runs no unsigned code, and a linker's signature covers the stub without its
//! program. So every file gets a signature of ours, in place of the linker's: one without an
//! identity ("ad hoc"), which only says that the pages are those that were signed. It is what
//! `codesign --sign -` makes, and `codesign --force` replaces it.
//!
//! The signature is the end of `__LINKEDIT`, after Apple's `cs_blobs.h` (big-endian):
//!
//! ```text
//! SuperBlob │ index of three │ CodeDirectory │ empty requirements │ empty CMS wrapper
//! ```
//!
//! The CodeDirectory has a SHA-256 for each 4096 bytes of the file before the signature (the last
//! page at its real length), for the requirements (special slot 2) and none for an Info.plist
//! (special slot 1); and the extent of `__TEXT`, marked as a main program's.

use super::file::{Command, MachoFile, pages};
use super::raw::{LC_CODE_SIGNATURE, LinkeditBlob, MH_EXECUTE};
use crate::Error;
use crate::record::{align_up, record, to_u32};
use sha2::{Digest, Sha256};

record! {
    struct SuperBlob: Big {
        magic: u32,
        length: u32,
        count: u32,
    }
}

record! {
    struct BlobIndex: Big {
        slot: u32,
        offset: u32,
    }
}

record! {
    struct CodeDirectory: Big {
        magic: u32,
        length: u32,
        version: u32,
        flags: u32,
        hash_offset: u32,
        identifier_offset: u32,
        special_slots: u32,
        code_slots: u32,
        code_limit: u32,
        hash_size: u8,
        hash_type: u8,
        platform: u8,
        page_shift: u8,
        spare2: u32,
        scatter_offset: u32,
        team_offset: u32,
        spare3: u32,
        code_limit_64: u64,
        executable_offset: u64,
        executable_size: u64,
        executable_flags: u64,
    }
}

const SUPER_BLOB: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
const REQUIREMENTS: u32 = 0xfade_0c01;
const CMS_WRAPPER: u32 = 0xfade_0b01;
const SLOT_CODE_DIRECTORY: u32 = 0;
const SLOT_REQUIREMENTS: u32 = 2;
const SLOT_CMS: u32 = 0x1_0000;
/// The version that has the executable segment.
const VERSION: u32 = 0x2_0400;
const FLAG_AD_HOC: u32 = 2;
const HASH_SHA256: u8 = 2;
const PAGE_SHIFT: u8 = 12;
const MAIN_BINARY: u64 = 1;
const SPECIAL_SLOTS: u32 = 2;
const HASH_SIZE: usize = 32;

/// Signs a file, in place of a signature it may have. The same file and identifier give the same
/// bytes; signing twice changes nothing.
///
/// # Errors
///
/// If the file has no room for the load command, or is beyond 4 GB; if the identifier is empty or
/// has a zero byte.
pub fn sign(file: &[u8], identifier: &str) -> Result<Vec<u8>, Error> {
    let mut file = MachoFile::read(file)?;
    remove(&mut file)?;
    if identifier.is_empty() || identifier.contains('\0') {
        let rule = "a text without zero bytes";
        return Err(Error::Text { what: "the signature's identifier", rule });
    }
    let start = align_up(file.content.len() as u64, 16)?;
    let size = align_up(signature_size(identifier, start), 16)?;
    file.commands.push(Command::Blob(LinkeditBlob {
        kind: LC_CODE_SIGNATURE,
        size: LinkeditBlob::SIZE as u32,
        offset: to_u32(start)?,
        length: to_u32(size)?,
    }));
    let page = file.page_size();
    let linkedit = file.linkedit()?;
    linkedit.file_size = start + size - linkedit.offset;
    linkedit.memory_size = pages(linkedit.file_size, page)?;
    file.content.resize(start as usize, 0);
    let mut signed = file.write()?;
    let signature = signature(&file, &signed, identifier)?;
    signed.extend(signature);
    signed.resize((start + size) as usize, 0);
    Ok(signed)
}

/// Takes a signature away.
pub(super) fn remove(file: &mut MachoFile) -> Result<(), Error> {
    let is_signature = |command: &Command| matches!(command, Command::Blob(blob) if blob.kind == LC_CODE_SIGNATURE);
    let Some(index) = file.commands.iter().position(is_signature) else { return Ok(()) };
    if let Command::Blob(blob) = file.commands.remove(index) {
        let page = file.page_size();
        let linkedit = file.linkedit()?;
        // `read` has checked that the signature is the end of `__LINKEDIT`.
        linkedit.file_size = u64::from(blob.offset)
            .checked_sub(linkedit.offset)
            .ok_or(Error::Malformed("the signature lies outside __LINKEDIT"))?;
        linkedit.memory_size = pages(linkedit.file_size, page)?;
        file.content.truncate(blob.offset as usize);
    }
    Ok(())
}

/// Bytes of the signature of a file of `limit` bytes.
fn signature_size(identifier: &str, limit: u64) -> u64 {
    let fixed = SuperBlob::SIZE + 3 * BlobIndex::SIZE + REQUIREMENTS_SIZE + CMS_SIZE;
    fixed as u64 + directory_size(identifier, limit)
}

const REQUIREMENTS_SIZE: usize = 12;
const CMS_SIZE: usize = 8;

fn directory_size(identifier: &str, limit: u64) -> u64 {
    let hashes = u64::from(SPECIAL_SLOTS) + limit.div_ceil(1 << PAGE_SHIFT);
    (CodeDirectory::SIZE + identifier.len() + 1) as u64 + hashes * HASH_SIZE as u64
}

fn signature(file: &MachoFile, code: &[u8], identifier: &str) -> Result<Vec<u8>, Error> {
    let requirements = [REQUIREMENTS, REQUIREMENTS_SIZE as u32, 0].map(u32::to_be_bytes).concat();
    let cms = [CMS_WRAPPER, CMS_SIZE as u32].map(u32::to_be_bytes).concat();
    let directory = code_directory(file, code, identifier, &requirements)?;
    let blobs =
        [(SLOT_CODE_DIRECTORY, directory), (SLOT_REQUIREMENTS, requirements), (SLOT_CMS, cms)];
    let mut out = Vec::new();
    let length = to_u32(signature_size(identifier, code.len() as u64))?;
    SuperBlob { magic: SUPER_BLOB, length, count: blobs.len() as u32 }.put(&mut out);
    let mut offset = (SuperBlob::SIZE + blobs.len() * BlobIndex::SIZE) as u64;
    for (slot, blob) in &blobs {
        BlobIndex { slot: *slot, offset: to_u32(offset)? }.put(&mut out);
        offset += blob.len() as u64;
    }
    blobs.iter().for_each(|(_, blob)| out.extend(blob));
    Ok(out)
}

fn code_directory(
    file: &MachoFile,
    code: &[u8],
    identifier: &str,
    requirements: &[u8],
) -> Result<Vec<u8>, Error> {
    let text = file.segment("__TEXT").ok_or(Error::Malformed("there is no __TEXT segment"))?;
    let limit = code.len() as u64;
    let first_hash =
        CodeDirectory::SIZE + identifier.len() + 1 + SPECIAL_SLOTS as usize * HASH_SIZE;
    let directory = CodeDirectory {
        magic: CODE_DIRECTORY,
        length: to_u32(directory_size(identifier, limit))?,
        version: VERSION,
        flags: FLAG_AD_HOC,
        hash_offset: to_u32(first_hash as u64)?,
        identifier_offset: CodeDirectory::SIZE as u32,
        special_slots: SPECIAL_SLOTS,
        code_slots: to_u32(limit.div_ceil(1 << PAGE_SHIFT))?,
        code_limit: to_u32(limit)?,
        hash_size: HASH_SIZE as u8,
        hash_type: HASH_SHA256,
        page_shift: PAGE_SHIFT,
        executable_offset: text.offset,
        executable_size: text.file_size,
        executable_flags: if file.header.kind == MH_EXECUTE { MAIN_BINARY } else { 0 },
        ..CodeDirectory::default()
    };
    let mut out = Vec::new();
    directory.put(&mut out);
    out.extend(identifier.as_bytes());
    out.push(0);
    // Special slots count backwards from the first hash.
    out.extend(Sha256::digest(requirements));
    out.extend([0; HASH_SIZE]);
    for page in code.chunks(1 << PAGE_SHIFT) {
        out.extend(Sha256::digest(page));
    }
    Ok(out)
}
