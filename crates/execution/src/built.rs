//! How a built program is to be run: decided when it was built, kept in its payload's flags.

use sox_library::{Permission, Permissions};

/// Settings that were given to `sox build`.
///
/// ```
/// use sox_execution::BuiltSettings;
/// use sox_library::Permission;
///
/// let settings = BuiltSettings::default().deny(Permission::Net);
/// let read = BuiltSettings::from_bits(settings.bits()).unwrap();
/// assert_eq!(read.permissions().denied(Permission::Net), Some("sox build --deny net"));
/// assert_eq!(read.permissions().denied(Permission::Fs), None);
/// assert_eq!(BuiltSettings::from_bits(1 << 40), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuiltSettings {
    bits: u64,
}

/// The bit that denies everything; those below deny one permission each.
const SANDBOX: u64 = 1 << 32;

impl BuiltSettings {
    /// Denies one thing.
    #[must_use]
    pub fn deny(self, permission: Permission) -> BuiltSettings {
        BuiltSettings { bits: self.bits | 1 << permission as u64 }
    }

    /// Denies everything.
    #[must_use]
    pub fn sandbox(self) -> BuiltSettings {
        BuiltSettings { bits: self.bits | SANDBOX }
    }

    /// As a payload keeps them.
    pub fn bits(self) -> u64 {
        self.bits
    }

    /// Reads them; `None` if there are bits that are not known, which a later version set.
    pub fn from_bits(bits: u64) -> Option<BuiltSettings> {
        let known = SANDBOX | ((1 << Permission::ALL.len()) - 1);
        (bits & !known == 0).then_some(BuiltSettings { bits })
    }

    /// What is denied, in the words of `sox build`.
    pub fn permissions(self) -> Permissions {
        let mut permissions = Permissions::default();
        for permission in Permission::ALL {
            if self.bits & SANDBOX != 0 {
                permissions.deny_because(permission, "sox build --sandbox");
            } else if self.bits & 1 << permission as u64 != 0 {
                permissions.deny_because(permission, flag(permission));
            }
        }
        permissions
    }
}

fn flag(permission: Permission) -> &'static str {
    match permission {
        Permission::Fs => "sox build --deny fs",
        Permission::Net => "sox build --deny net",
        Permission::Env => "sox build --deny env",
        Permission::Run => "sox build --deny run",
        Permission::Ffi => "sox build --deny ffi",
    }
}
