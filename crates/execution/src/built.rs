//! How a built program is to be run: decided when it was built, kept in its payload.

use sox_library::{Permission, Permissions};
use sox_runtime::Config;

/// What stands before a flag in messages of built programs: it is `sox build` that has it.
pub const BUILD_COMMAND: &str = "sox build ";

/// What a stub has somewhere in its file: `sox build` tells by it which release it is from.
pub const STUB_MARK: &str = concat!("\x7fSOXSTUB ", env!("CARGO_PKG_VERSION"), "\n");

/// Settings that were given to `sox build`: what is denied, and limits.
///
/// In a payload they are its flags, and a region of its own if there are limits.
///
/// ```
/// use sox_execution::BuiltSettings;
/// use sox_library::Permission;
///
/// let mut settings = BuiltSettings::default().deny(Permission::Net);
/// settings.max_steps = Some(1_000);
/// let read = BuiltSettings::read(settings.flags(), settings.region().as_deref()).unwrap();
/// assert_eq!(read, settings);
/// assert_eq!(read.permissions().denied(Permission::Net), Some("sox build --deny net"));
/// assert_eq!(read.permissions().denied(Permission::Fs), None);
/// assert_eq!(BuiltSettings::read(1 << 40, None), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuiltSettings {
    denied: u64,
    /// Calls and loop turns the program may make.
    pub max_steps: Option<u64>,
    /// Bytes of memory it may use.
    pub max_memory: Option<u64>,
    /// Frames of the call stack.
    pub max_stack: Option<u32>,
}

/// The bit that denies everything; those below deny one permission each.
const SANDBOX: u64 = 1 << 32;
/// There is a region with limits.
const LIMITS: u64 = 1 << 33;

/// Bytes of the region: three numbers of 64 bits, little-endian, zero for no limit.
const REGION: usize = 24;

impl BuiltSettings {
    /// Denies one thing.
    #[must_use]
    pub fn deny(self, permission: Permission) -> BuiltSettings {
        BuiltSettings { denied: self.denied | 1 << permission as u64, ..self }
    }

    /// Denies everything.
    #[must_use]
    pub fn sandbox(self) -> BuiltSettings {
        BuiltSettings { denied: self.denied | SANDBOX, ..self }
    }

    fn limits(self) -> [u64; 3] {
        let stack = self.max_stack.map_or(0, u64::from);
        [self.max_steps.unwrap_or(0), self.max_memory.unwrap_or(0), stack]
    }

    /// The flags of a payload.
    pub fn flags(self) -> u64 {
        self.denied | if self.limits() == [0; 3] { 0 } else { LIMITS }
    }

    /// The settings region of a payload, if there must be one.
    pub fn region(self) -> Option<Vec<u8>> {
        let limits = self.limits();
        (limits != [0; 3]).then(|| limits.into_iter().flat_map(u64::to_le_bytes).collect())
    }

    /// Reads them; `None` if there is something that is not known, which a later version wrote.
    pub fn read(flags: u64, region: Option<&[u8]>) -> Option<BuiltSettings> {
        let known = SANDBOX | LIMITS | ((1 << Permission::ALL.len()) - 1);
        if flags & !known != 0 || (flags & LIMITS != 0) != region.is_some() {
            return None;
        }
        let mut settings = BuiltSettings { denied: flags & !LIMITS, ..BuiltSettings::default() };
        if let Some(region) = region {
            let region: &[u8; REGION] = region.try_into().ok()?;
            let [steps, memory, stack] = [0, 8, 16].map(|at| {
                let number = region[at..].first_chunk().copied().unwrap_or_default();
                Some(u64::from_le_bytes(number)).filter(|&limit| limit != 0)
            });
            settings.max_steps = steps;
            settings.max_memory = memory;
            settings.max_stack = stack.map(u32::try_from).transpose().ok()?;
        }
        Some(settings)
    }

    /// What is denied, in the words of `sox build`.
    pub fn permissions(self) -> Permissions {
        let mut permissions = Permissions::default();
        for permission in Permission::ALL {
            if self.denied & SANDBOX != 0 {
                permissions.deny_because(permission, "sox build --sandbox");
            } else if self.denied & 1 << permission as u64 != 0 {
                permissions.deny_because(permission, flag(permission));
            }
        }
        permissions
    }

    /// An isolate with these limits.
    pub fn config(self) -> Config {
        let defaults = Config::default();
        Config {
            max_steps: self.max_steps,
            // More than can be addressed is no limit.
            max_memory: self.max_memory.and_then(|bytes| usize::try_from(bytes).ok()),
            max_frames: self.max_stack.unwrap_or(defaults.max_frames),
            ..defaults
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_come_back_as_they_were() {
        let all = BuiltSettings {
            max_steps: Some(u64::MAX),
            max_memory: Some(1 << 20),
            max_stack: Some(7),
            ..BuiltSettings::default().sandbox()
        };
        for settings in [all, BuiltSettings { max_steps: None, ..all }, BuiltSettings::default()] {
            let region = settings.region();
            assert_eq!(BuiltSettings::read(settings.flags(), region.as_deref()), Some(settings));
        }
        assert_eq!(all.config().max_frames, 7);
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        let limited = BuiltSettings { max_stack: Some(7), ..BuiltSettings::default() };
        let region = limited.region().unwrap();
        let read = BuiltSettings::read;
        assert_eq!(read(limited.flags(), None), None);
        assert_eq!(read(0, Some(&region)), None);
        assert_eq!(read(limited.flags(), Some(&region[1..])), None);
        let mut deep = region;
        deep[20] = 1;
        assert_eq!(read(limited.flags(), Some(&deep)), None);
    }
}
