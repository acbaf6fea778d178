//! Floors: a crate depends only on crates of lower floors. Unsafe code stands only where allowed.

use super::House;
use crate::shell::{cargo, output};
use std::collections::BTreeMap;

pub(super) fn check(house: &House) -> Result<Vec<String>, String> {
    let floors = floors(house)?;
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let allowed =
        house.layers["unsafe"]["crates"].as_array().ok_or("layers.toml: unsafe.crates")?;
    let mut complaints = Vec::new();
    for package in metadata["packages"].as_array().ok_or("metadata without packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(&floor) = floors.get(name) else {
            complaints.push(format!("{name}: no floor in layers.toml"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let (needs, kind) =
                (dependency["name"].as_str().unwrap_or_default(), &dependency["kind"]);
            // Tests may use anything below the development tools.
            if kind != "dev" && floors.get(needs).is_some_and(|&below| below >= floor) {
                complaints.push(format!(
                    "{name} (floor {floor}) depends on {needs}, which is not below it"
                ));
            }
        }
        let may_be_unsafe = allowed.iter().any(|allowed| allowed.as_str() == Some(name));
        complaints.extend(unsafe_rule(package, name, may_be_unsafe)?);
    }
    Ok(complaints)
}

fn floors(house: &House) -> Result<BTreeMap<String, i64>, String> {
    let table = house.layers["floors"].as_table().ok_or("layers.toml: floors")?;
    table
        .iter()
        .map(|(name, floor)| {
            Ok((name.clone(), floor.as_integer().ok_or(format!("floor of {name}"))?))
        })
        .collect()
}

/// Every library and binary that may not be unsafe says so itself.
fn unsafe_rule(package: &serde_json::Value, name: &str, may: bool) -> Result<Vec<String>, String> {
    let mut complaints = Vec::new();
    for target in package["targets"].as_array().into_iter().flatten() {
        let kind = target["kind"][0].as_str().unwrap_or_default();
        let path = target["src_path"].as_str().unwrap_or_default();
        if !["lib", "bin"].contains(&kind) {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        if !may && !text.contains("#![forbid(unsafe_code)]") {
            complaints.push(format!("{name}: {path} lacks #![forbid(unsafe_code)]"));
        }
    }
    Ok(complaints)
}
