//! Installing packages of Debian, where that may be done.

use crate::shell::{output, run};
use std::path::Path;
use std::process::Command;

/// Installs packages, separated by blanks, if this is Debian and we are root.
///
/// # Errors
/// What to do by hand, or what apt-get says.
pub(crate) fn install(packages: &str) -> Result<(), String> {
    let packages = [packages];
    match install_each(packages.into_iter()).pop() {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

/// Installs groups of packages one after the other; gives the groups that failed, each with what
/// [`install`] says.
pub(crate) fn install_each<'a>(groups: impl Iterator<Item = &'a str>) -> Vec<(&'a str, String)> {
    let mut failures = Vec::new();
    let mut lists_are_new = false;
    for group in groups {
        if !is_allowed() {
            failures.push((group, format!("not installed (on Debian: apt-get install {group})")));
            continue;
        }
        let install = ["install", "--quiet", "--yes", "--no-install-recommends"];
        let install: Vec<&str> = install.into_iter().chain(group.split(' ')).collect();
        let mut result = apt(&install);
        if result.is_err() && !lists_are_new {
            lists_are_new = true;
            result = apt(&["update", "--quiet"]).and_then(|()| apt(&install));
        }
        if let Err(failure) = result {
            failures.push((group, failure));
        }
    }
    failures
}

fn is_allowed() -> bool {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists()
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}
