//! The release folder: the command, stubs, licences, checksums.

use super::targets::{Target, remapped_paths};
use crate::shell::{cargo, output, root, run};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lays out the folder anew and gives its path.
///
/// # Errors
/// If the commands cannot be built or the folder cannot be written.
pub(super) fn lay_out(folder: &Path, stubs: &[(&Target, PathBuf)]) -> Result<PathBuf, String> {
    let metadata = metadata()?;
    let version = version_of(&metadata, "sox-cli").ok_or("sox-cli has no version")?;
    let command = build_command(&folder.join("host"))?;
    let host = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let release = folder.join(format!("sox-{version}-{host}"));
    if release.exists() {
        fs::remove_dir_all(&release).map_err(|error| format!("{}: {error}", release.display()))?;
    }
    let suffix = std::env::consts::EXE_SUFFIX;
    // Called pohlang it shows PohLang's face.
    for name in ["sox", "soxlang", "pohlang"] {
        copy(&command, &release.join(format!("{name}{suffix}")))?;
    }
    for (target, stub) in stubs {
        copy(stub, &release.join("stubs").join(target.name).join(target.stub()))?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&root().join(licence), &release.join(licence))?;
    }
    write(&release.join("THIRD-PARTY.txt"), &third_party(&metadata))?;
    write(&release.join("SHA256SUMS"), &checksums(&release)?)?;
    Ok(release)
}

/// Builds the command without debug information and without paths of this machine.
fn build_command(folder: &Path) -> Result<PathBuf, String> {
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "-p", "sox-cli"]);
    build.env("CARGO_PROFILE_RELEASE_DEBUG", "0").env("CARGO_PROFILE_RELEASE_STRIP", "true");
    build.env("CARGO_ENCODED_RUSTFLAGS", remapped_paths().join("\u{1f}"));
    run(build.arg("--target-dir").arg(folder))?;
    Ok(folder.join(format!("release/sox{}", std::env::consts::EXE_SUFFIX)))
}

/// Copies a file, and makes its folder.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().expect("a file in a folder");
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn metadata() -> Result<serde_json::Value, String> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn version_of<'a>(metadata: &'a serde_json::Value, package: &str) -> Option<&'a str> {
    let mut packages = metadata["packages"].as_array()?.iter();
    packages.find(|it| it["name"] == package)?["version"].as_str()
}

/// The packages of others that the command and the stubs are made with, and their licences.
fn third_party(metadata: &serde_json::Value) -> String {
    let used = reachable(metadata, &["sox-cli", "sox-stub"]);
    let mut lines = BTreeSet::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let id = package["id"].as_str().unwrap_or_default();
        // Packages without a source are our own.
        if used.contains(id) && !package["source"].is_null() {
            let text = |field: &str| package[field].as_str().unwrap_or("unknown").to_string();
            lines.insert(format!("{} {} ({})\n", text("name"), text("version"), text("license")));
        }
    }
    let mut text = String::from("Packages that Sox is built with, and their licences:\n\n");
    text.extend(lines);
    text
}

/// The packages that these depend on, other than for their tests.
fn reachable(metadata: &serde_json::Value, roots: &[&str]) -> BTreeSet<String> {
    let ids = metadata["packages"].as_array().into_iter().flatten();
    let mut open: Vec<String> = ids
        .filter(|package| roots.contains(&package["name"].as_str().unwrap_or_default()))
        .filter_map(|package| Some(package["id"].as_str()?.to_string()))
        .collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !found.insert(id.clone()) {
            continue;
        }
        let mut nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
        let node = nodes.find(|node| node["id"] == id.as_str());
        for dependency in node.into_iter().flat_map(|it| it["deps"].as_array()).flatten() {
            let kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
            if kinds.into_iter().any(|kind| kind["kind"] != "dev") {
                open.extend(dependency["pkg"].as_str().map(str::to_string));
            }
        }
    }
    found
}

/// A line for each file, as `sha256sum --check` reads it.
fn checksums(release: &Path) -> Result<String, String> {
    let mut text = String::new();
    for path in files(release)? {
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let hash: String =
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = path.strip_prefix(release).unwrap_or(&path).display().to_string();
        text += &format!("{hash}  {}\n", name.replace('\\', "/"));
    }
    Ok(text)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}
