//! Putting a payload and resources into a PE stub.
//!
//! New sections go behind the others, in memory and at the end of the file; their headers take the
//! slack between the section table and the first section's content. The loader insists on
//! sections without gaps, so each begins at the next multiple of the section alignment.

use super::raw::*;
use super::resources::{Tree, replace};
use super::{Icon, PeFile, VersionInfo};
use crate::Error;
use crate::payload::{Payload, Plan, Protection};
use crate::record::align_up;

/// What a Windows executable has besides the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeOptions {
    /// For the console or with windows of its own; `None` leaves it as the stub has it.
    pub subsystem: Option<Subsystem>,
    /// Shown by the Explorer.
    pub icon: Option<Icon>,
    /// Shown in the file's properties.
    pub version: Option<VersionInfo>,
}

/// What Windows prepares for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subsystem {
    /// A console.
    Console,
    /// No console.
    Gui,
}

/// Puts `payload` and resources into `stub`; see [`crate::inject`].
///
/// # Errors
///
/// If the stub is no PE image with room for section headers, is signed, or has a payload.
pub fn inject(stub: &[u8], payload: &Payload, options: &PeOptions) -> Result<Vec<u8>, Error> {
    let mut file = PeFile::read(stub)?;
    crate::refuse_second_payload(stub)?;
    let plan = Plan::new(payload)?;
    let mut addresses = Vec::new();
    let mut address = file.next_address()?;
    for group in &plan.groups {
        addresses.push(address);
        let end = address.checked_add(group.size).ok_or(Error::TooLarge)?;
        address = align_up(end, file.optional.section_alignment.into())?;
    }
    for (group, bytes) in plan.groups.iter().zip(plan.encode(&addresses)?) {
        let (name, characteristics) = section(group.protection);
        file.add_section(name, &bytes, characteristics)?;
    }
    if options.icon.is_some() || options.version.is_some() {
        let mut tree = Tree::of(&file)?;
        if let Some(icon) = &options.icon {
            tree.set_icon(icon)?;
        }
        if let Some(version) = &options.version {
            tree.set_version(version)?;
        }
        replace(&mut file, &tree)?;
    }
    if let Some(subsystem) = options.subsystem {
        file.optional.subsystem = match subsystem {
            Subsystem::Console => SUBSYSTEM_CONSOLE,
            Subsystem::Gui => SUBSYSTEM_GUI,
        };
    }
    file.write()
}

/// Name and characteristics of a group's section.
fn section(protection: Protection) -> ([u8; 8], u32) {
    match protection {
        Protection::Read => (*b".sox\0\0\0\0", SCN_DATA | SCN_READ),
        Protection::ReadExecute => (*b".soxcode", SCN_CODE | SCN_READ | SCN_EXECUTE),
        Protection::ReadWrite => (*b".soxdata", SCN_DATA | SCN_READ | SCN_WRITE),
    }
}
