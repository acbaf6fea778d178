//! `sox keygen`: a pair of keys.

use crate::args::CommonArgs;
use crate::output::{Reporter, print};
use sox_driver::{SecretKey, status};
use std::fs::OpenOptions;
use std::io::Write;
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
    for (path, text, private) in
        [(&secret, key.to_text(), true), (&public, key.public().to_text(), false)]
    {
        if let Err(error) = write_new(Path::new(path), &text, private) {
            reporter.error(&format!("cannot make '{}': {error}", path.display()));
            return status::CANNOT_WRITE;
        }
    }
    let (secret, public) = (secret.display(), public.display());
    print(&format!("{secret}: to sign with; keep it to yourself\n{public}: to check with\n"))
}

/// Writes a file that is not there yet; a private one can be read by its owner only.
fn write_new(path: &Path, text: &str, private: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)?.write_all(text.as_bytes())
}
