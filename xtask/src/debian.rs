//! Installing packages of Debian, where that may be done.

use crate::shell::{output, run};
use std::path::Path;
use std::process::Command;

/// Installs packages, separated by blanks, if this is Debian and we are root.
///
/// # Errors
/// What to do by hand, or what apt-get says.
pub(crate) fn install(packages: &str) -> Result<(), String> {
    install_each(&[packages]).pop().map_or(Ok(()), |(_, failure)| Err(failure))
}

/// Installs groups of packages; gives those that failed, each with what [`install`] says.
pub(crate) fn install_each<'a>(groups: &[&'a str]) -> Vec<(&'a str, String)> {
    if groups.is_empty() {
        return Vec::new();
    }
    if !is_allowed() {
        let advice = |group| (group, format!("not installed (on Debian: apt-get install {group})"));
        return groups.iter().copied().map(advice).collect();
    }
    // All at once is faster, if Debian has all of them. A new system has no lists of packages yet.
    let at_once = || apt_install(&groups.join(" ")).is_ok();
    if at_once() || (apt(&["update", "--quiet"]).is_ok() && at_once()) {
        return Vec::new();
    }
    let failures = groups.iter().map(|group| (*group, apt_install(group).err()));
    failures.filter_map(|(group, failure)| Some((group, failure?))).collect()
}

fn apt_install(packages: &str) -> Result<(), String> {
    let words = ["install", "--quiet", "--yes", "--no-install-recommends"];
    let words: Vec<&str> = words.into_iter().chain(packages.split(' ')).collect();
    apt(&words)
}

fn is_allowed() -> bool {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists()
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}
