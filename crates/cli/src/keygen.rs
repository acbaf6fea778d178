//! `sox keygen`: a pair of keys.

use crate::args::CommonArgs;
use crate::output::{Reporter, print};
use sox_driver::{SecretKey, reason, status};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes two files that are not there yet.
pub(crate) fn keygen(name: &Path, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let key = match SecretKey::generate() {
        Ok(key) => key,
        Err(error) => {
            reporter.error(&format!("the system gives no random numbers: {error}"));
            return status::CANNOT_WRITE;
        }
    };
    let with = |extension: &str| {
        let mut path = name.as_os_str().to_owned();
        path.push(extension);
        path
    };
    let (secret, public) = (with(".key"), with(".pub"));
    let (secret, public) = (Path::new(&secret), Path::new(&public));
    let made = write_new(secret, &key.to_text(), true).and_then(|()| {
        write_new(public, &key.public().to_text(), false).inspect_err(|_| {
            // A pair or nothing.
            let _ = fs::remove_file(secret);
        })
    });
    if let Err(message) = made {
        reporter.error(&message);
        return status::CANNOT_WRITE;
    }
    let (secret, public) = (secret.display(), public.display());
    print(&format!("{secret}: to sign with; keep it to yourself\n{public}: to check with\n"))
}

/// Writes a file that is not there yet, whole or not at all; a private one can be read by its owner
/// only.
fn write_new(path: &Path, text: &str, private: bool) -> Result<(), String> {
    let shown = path.display();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("'{shown}' is there already, and keys are not overwritten: give another name")
        }
        _ => format!("cannot write '{shown}': {}", reason(&error)),
    };
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        failed(error)
    })
}
