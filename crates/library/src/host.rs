//! The outside world as natives reach it, and what of it is denied.

use crate::assets::Assets;
use crate::random::Generator;
use sox_runtime::{ErrorKind, Fault, Isolate};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::Instant;

/// Something a program may be kept from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Files and directories.
    Fs,
    /// The network.
    Net,
    /// Environment variables.
    Env,
    /// Other programs.
    Run,
    /// C functions.
    Ffi,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 5] =
        [Permission::Fs, Permission::Net, Permission::Env, Permission::Run, Permission::Ffi];

    /// The word for it on command lines.
    pub fn word(self) -> &'static str {
        self.flag().trim_start_matches("--deny ")
    }

    fn flag(self) -> &'static str {
        match self {
            Permission::Fs => "--deny fs",
            Permission::Net => "--deny net",
            Permission::Env => "--deny env",
            Permission::Run => "--deny run",
            Permission::Ffi => "--deny ffi",
        }
    }

    /// The permission with this word.
    ///
    /// ```
    /// use sox_library::Permission;
    /// assert_eq!(Permission::from_word("fs"), Some(Permission::Fs));
    /// ```
    pub fn from_word(word: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|permission| permission.word() == word)
    }

    fn subject(self) -> &'static str {
        match self {
            Permission::Fs => "File access",
            Permission::Net => "Network access",
            Permission::Env => "Access to environment variables",
            Permission::Run => "Running other programs",
            Permission::Ffi => "Calling C functions",
        }
    }
}

/// What is denied, each with the words that say by what, such as `--deny fs`.
///
/// ```
/// use sox_library::{Permission, Permissions};
/// let mut permissions = Permissions::default();
/// permissions.deny(Permission::Net);
/// assert_eq!(permissions.denied(Permission::Net), Some("--deny net"));
/// assert_eq!(permissions.denied(Permission::Fs), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    denied: [Option<&'static str>; 5],
}

impl Permissions {
    /// Everything denied, in the words of `--sandbox`.
    #[must_use]
    pub fn sandbox() -> Permissions {
        Permissions { denied: [Some("--sandbox"); 5] }
    }

    /// Denies one thing in the words of the command line's `--deny`.
    pub fn deny(&mut self, permission: Permission) {
        self.deny_because(permission, permission.flag());
    }

    /// Denies one thing, with the words that say by what; the first reason stays.
    pub fn deny_because(&mut self, permission: Permission, by: &'static str) {
        self.denied[permission as usize].get_or_insert(by);
    }

    /// By what the permission is denied, if it is.
    pub fn denied(&self, permission: Permission) -> Option<&'static str> {
        self.denied[permission as usize]
    }
}

/// The one place where permissions are judged: every native that reaches outside asks here first.
///
/// # Errors
/// `PermissionError`, naming what denies it.
pub(crate) fn permit(iso: &Isolate, permission: Permission) -> Result<(), Fault> {
    let host = iso.host::<Host>().expect("install() gives the isolate its host");
    host.permit(permission)
}

/// The language whose words errors are reported in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// Sox.
    #[default]
    Sox,
    /// PohLang.
    PohLang,
}

/// The language whose words an isolate's errors are reported in.
pub fn words(iso: &Isolate) -> Words {
    iso.host::<Host>().map_or(Words::Sox, |host| host.words.get())
}

/// What stands before a flag in messages of an isolate: see [`Host::with_command`].
pub fn command(iso: &Isolate) -> &'static str {
    iso.host::<Host>().map_or("", |host| host.command)
}

/// The outside of one isolate.
pub struct Host {
    /// What is denied.
    pub permissions: Permissions,
    /// `argv`: program, script, and the arguments; in a built program both first entries are the
    /// executable.
    pub args: Vec<String>,
    /// Where standard input is read: one buffer for all natives, so that nothing is lost between
    /// them.
    pub(crate) input: RefCell<Box<dyn BufRead + Send>>,
    pub(crate) random: RefCell<Option<Generator>>,
    pub(crate) start: Instant,
    /// Files that belong to the program.
    pub(crate) assets: Assets,
    /// What stands before a flag in messages: nothing, or the command that was given it.
    command: &'static str,
    words: Cell<Words>,
    /// The constant slot of the array of functions given to `sysOnExit`.
    pub(crate) exit_handlers: Cell<Option<usize>>,
    pub(crate) patterns: RefCell<HashMap<Box<str>, Arc<regex_lite::Regex>>>,
}

impl Host {
    /// The process as it is: its standard input, a random seed.
    pub fn new(permissions: Permissions, args: Vec<String>) -> Host {
        Host {
            permissions,
            args,
            input: RefCell::new(Box::new(BufReader::new(std::io::stdin()))),
            random: RefCell::new(None),
            start: Instant::now(),
            assets: Assets::None,
            command: "",
            words: Cell::new(Words::Sox),
            exit_handlers: Cell::new(None),
            patterns: RefCell::new(HashMap::new()),
        }
    }

    /// Gives the program files, to be found under `asset:/`.
    #[must_use]
    pub fn with_assets(mut self, assets: Assets) -> Host {
        self.assets = assets;
        self
    }

    /// Names the command whose flags set limits, as in `sox build `, if it is not the one that runs.
    #[must_use]
    pub fn with_command(mut self, command: &'static str) -> Host {
        self.command = command;
        self
    }

    /// Has errors reported in a language's words.
    pub fn set_words(&self, words: Words) {
        self.words.set(words);
    }

    /// Reads standard input from here instead: for embedders and tests.
    #[must_use]
    pub fn with_input(mut self, input: Box<dyn BufRead + Send>) -> Host {
        self.input = RefCell::new(input);
        self
    }

    /// The next line of standard input with its end, taken from where programs take theirs; empty at
    /// the end of the input.
    ///
    /// # Errors
    /// What the system says.
    pub fn input_line(&self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.input.borrow_mut().read_until(b'\n', &mut line)?;
        Ok(line)
    }

    /// Starts the random numbers from a seed instead of the system's entropy.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Host {
        self.random = RefCell::new(Some(Generator::from_seed(seed)));
        self
    }

    /// Fails if the permission is denied: for parts of the library that live in other crates.
    ///
    /// # Errors
    /// `PermissionError`, naming what denies it.
    pub fn permit(&self, permission: Permission) -> Result<(), Fault> {
        match self.permissions.denied(permission) {
            None => Ok(()),
            Some(by) => Err(Fault::error(
                ErrorKind::PermissionError,
                format!("{} is denied ({by}).", permission.subject()),
            )),
        }
    }
}
