//! Resources: what Windows shows of a file without running it.
//!
//! The `.rsrc` section is a tree of three levels (type, name, language) whose leaves are pieces of
//! data with absolute addresses, so a tree is written for the address where it will be. An edit
//! reads the stub's tree, puts icons and version over what it has of them, and writes all of it to a
//! section of its own. Resources of other types (a manifest, say) are kept.

mod icon;
mod tree;
mod version;

pub use icon::Icon;
pub(super) use tree::{Tree, replace};
pub use version::VersionInfo;

/// Types of resources.
const RT_ICON: u16 = 3;
const RT_GROUP_ICON: u16 = 14;
const RT_VERSION: u16 = 16;

/// American English: what tools look for first.
const LANGUAGE: u16 = 0x0409;
