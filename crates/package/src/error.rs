//! Why there is no executable.

use crate::Target;
use thiserror::Error;

/// Why a program and a stub did not become an executable.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The stub is for another system or processor.
    #[error("it is a runtime for {found}, and one for {wanted} is needed")]
    OtherTarget {
        /// What it is for.
        found: Target,
        /// What it should be for.
        wanted: Target,
    },
    /// The stub belongs to another `sox`: programs may need what it does not have.
    #[error("it is of Sox {found}, and this is Sox {wanted}")]
    OtherVersion {
        /// The stub's version.
        found: String,
        /// This one.
        wanted: &'static str,
    },
    /// The stub is no stub.
    #[error("it cannot be given a program: {0}")]
    Stub(#[source] sox_objfile::Error),
    /// The version, a text or the identifier cannot stand in an executable.
    #[error(transparent)]
    Look(sox_objfile::Error),
    /// The name of an asset means something else on some system.
    #[error("\"{0}\" cannot be the name of an asset: {1}")]
    AssetName(String, &'static str),
    /// The program has more than a format holds.
    #[error("the program is too large for an executable of {0}")]
    TooLarge(Target),
}
