//! Why a program was not built.

use crate::{InputError, status};
use sox_package::{Error as PackageError, Refusal, Target};
use std::fmt;
use std::path::PathBuf;

/// Why there is no executable. What was at its place before is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The program cannot be read.
    Input(InputError),
    /// Something that is no pattern for assets.
    Pattern {
        /// It.
        pattern: String,
        /// Why not.
        why: &'static str,
    },
    /// A pattern without a file.
    NoMatch {
        /// It.
        pattern: String,
        /// Where files were looked for.
        folder: PathBuf,
    },
    /// A file that was to be put in, and cannot be.
    Asset {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// An icon that cannot be read, or is none.
    Icon {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
        /// It could be read.
        was_read: bool,
    },
    /// There is no runtime for a target.
    MissingStub {
        /// The target.
        target: Target,
        /// Where it should be.
        looked: Vec<PathBuf>,
    },
    /// There is something at the place of a runtime that cannot be read.
    UnreadableStub {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The program cannot be put into the runtime.
    Package {
        /// The runtime.
        stub: PathBuf,
        /// Why not.
        error: PackageError,
    },
    /// The program has no name that the executable could have.
    NoName,
    /// The executable would replace what it is made from.
    ReplacesInput(PathBuf),
    /// The executable's place is a folder.
    OutputIsFolder(PathBuf),
    /// The executable cannot be written.
    Output {
        /// Its place.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// What was made is not accepted.
    Refused(Refusal),
    /// What was made did not run well.
    Check {
        /// How it ended.
        how: String,
        /// What it wrote to standard error.
        stderr: String,
    },
}

impl BuildError {
    /// What to do about it; may be empty.
    pub fn help(&self) -> String {
        match self {
            BuildError::Input(error) => error.help.clone(),
            BuildError::Pattern { .. } => {
                "patterns are paths below the program's folder, such as 'assets/**'".into()
            }
            BuildError::NoMatch { .. } => {
                "patterns begin at the program's folder; * and ? stand for parts of a name, ** for \
                 folders, and names that begin with a dot must be written out"
                    .into()
            }
            BuildError::Icon { was_read: true, .. } => {
                "an icon is a Windows .ico file; image programs save pictures as such".into()
            }
            BuildError::MissingStub { target, .. } => format!(
                "take the folder stubs/{target} of a Sox release of the same version and put it \
                 there, or make it from the sources: cargo xtask dist --target {target}"
            ),
            BuildError::UnreadableStub { .. } | BuildError::Package { .. } if self.is_of_stub() => {
                "put the runtime of a Sox release of the same version there".into()
            }
            BuildError::NoName => "say where to write it: -o FILE".into(),
            BuildError::ReplacesInput(_) => "say where else to write it: -o FILE".into(),
            BuildError::OutputIsFolder(path) => {
                format!("name a file in it: -o {}", path.join("NAME").display())
            }
            _ => String::new(),
        }
    }

    /// The exit status that says so.
    pub fn status(&self) -> i32 {
        match self {
            BuildError::Input(error) => error.status,
            BuildError::Refused(_) => status::DATA,
            BuildError::Pattern { .. } | BuildError::NoName => status::USAGE,
            BuildError::Icon { was_read: true, .. } => status::DATA,
            BuildError::NoMatch { .. }
            | BuildError::Asset { .. }
            | BuildError::Icon { .. }
            | BuildError::MissingStub { .. }
            | BuildError::UnreadableStub { .. } => status::NO_INPUT,
            BuildError::Package { .. } if self.is_of_stub() => status::NO_INPUT,
            BuildError::Package { error: PackageError::Look(_), .. } => status::USAGE,
            BuildError::Package { .. } => status::DATA,
            BuildError::ReplacesInput(_)
            | BuildError::OutputIsFolder(_)
            | BuildError::Output { .. } => status::CANNOT_WRITE,
            BuildError::Check { .. } => status::RUNTIME,
        }
    }

    /// Whether the runtime is to blame, not the program.
    fn is_of_stub(&self) -> bool {
        match self {
            BuildError::UnreadableStub { .. } => true,
            BuildError::Package { error, .. } => {
                use PackageError::{OtherTarget, OtherVersion, Stub};
                matches!(error, Stub(_) | OtherTarget { .. } | OtherVersion { .. })
            }
            _ => false,
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Input(error) => f.write_str(&error.message),
            BuildError::Pattern { pattern, why } => {
                write!(f, "--include '{pattern}' is no pattern: {why}")
            }
            BuildError::NoMatch { pattern, folder } => {
                write!(f, "--include '{pattern}' matches no file below '{}'", folder.display())
            }
            BuildError::Asset { path, why } => {
                write!(f, "cannot include '{}': {why}", path.display())
            }
            BuildError::Icon { path, why, .. } => {
                write!(f, "cannot use '{}' as the icon: {why}", path.display())
            }
            BuildError::MissingStub { target, looked } => {
                let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
                let looked = looked.join(", ");
                write!(f, "there is no runtime for {target} (looked for {looked})")
            }
            BuildError::UnreadableStub { path, why } => {
                write!(f, "cannot read the runtime '{}': {why}", path.display())
            }
            BuildError::Package { stub, error } if self.is_of_stub() => {
                write!(f, "cannot use the runtime '{}': {error}", stub.display())
            }
            BuildError::Package { error, .. } => write!(f, "cannot build the program: {error}"),
            BuildError::NoName => f.write_str("the program has no name to call the executable by"),
            BuildError::ReplacesInput(path) => {
                write!(
                    f,
                    "the executable would replace '{}', which it is made from",
                    path.display()
                )
            }
            BuildError::OutputIsFolder(path) => {
                write!(f, "cannot write '{}': it is a directory", path.display())
            }
            BuildError::Output { path, why } => {
                write!(f, "cannot write '{}': {why}", path.display())
            }
            BuildError::Refused(refusal) => {
                write!(f, "the executable is not right, so it was not kept: {refusal}")
            }
            BuildError::Check { how, .. } => {
                write!(f, "--check: the program {how}; it was not kept")
            }
        }
    }
}

impl std::error::Error for BuildError {}

impl From<InputError> for BuildError {
    fn from(error: InputError) -> BuildError {
        BuildError::Input(error)
    }
}
