//! Lengths: files and functions that a person can hold in the head. What is longer is listed with
//! its length and may only shrink.

use super::House;
use std::collections::BTreeMap;

pub(super) fn check(house: &House) -> Result<Vec<String>, String> {
    let limit = |name: &str| {
        house.layers["limits"][name].as_integer().ok_or(format!("layers.toml: limits.{name}"))
    };
    let (file_limit, function_limit) = (limit("file_lines")?, limit("function_lines")?);
    let mut files = Vec::new();
    let mut functions = Vec::new();
    for (path, text) in &house.rust {
        let name =
            path.strip_prefix(&house.root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
        files.push((name.clone(), code.lines().count() as i64));
        functions.extend(
            function_lengths(code)
                .into_iter()
                .map(|(function, lines)| (format!("{name}:{function}"), lines)),
        );
    }
    let mut complaints = ratchet("file", files, file_limit, house.layers["long_files"].as_table());
    complaints.extend(ratchet(
        "function",
        functions,
        function_limit,
        house.layers["long_functions"].as_table(),
    ));
    Ok(complaints)
}

/// Complains of what is over its limit, and of allowances that are no longer needed.
fn ratchet(
    kind: &str,
    lengths: Vec<(String, i64)>,
    limit: i64,
    listed: Option<&toml::Table>,
) -> Vec<String> {
    let allowed: BTreeMap<&str, i64> = listed
        .into_iter()
        .flatten()
        .filter_map(|(name, lines)| Some((name.as_str(), lines.as_integer()?)))
        .collect();
    let lengths: BTreeMap<String, i64> = lengths.into_iter().collect();
    let mut complaints = Vec::new();
    for (name, &lines) in &lengths {
        let allowance = allowed.get(name.as_str()).copied();
        if lines > allowance.unwrap_or(limit) {
            let bound = allowance.unwrap_or(limit);
            complaints
                .push(format!("{name}: a {kind} of {lines} lines; it may have {bound}: split it"));
        }
    }
    for (name, lines) in allowed {
        match lengths.get(name) {
            Some(&now) if now > limit && now + 20 >= lines => {}
            Some(&now) => complaints
                .push(format!("layers.toml: {name} has {now} lines now; lower its {lines}")),
            None => complaints.push(format!("layers.toml: there is no {name}")),
        }
    }
    complaints
}

/// Functions and their lengths, by the indentation that rustfmt gives.
fn function_lengths(code: &str) -> Vec<(String, i64)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(name) = function_name(line.trim_start()) else { continue };
        let end = format!("{}}}", " ".repeat(indent));
        // The head ends where its body begins, or, in a trait, without one.
        let head = lines[at..].iter().find(|line| line.ends_with(['{', ';', '}']));
        let has_body = head.is_some_and(|line| line.ends_with('{'));
        let length = lines[at..].iter().position(|line| *line == end);
        if let Some(length) = length.filter(|_| has_body) {
            found.push((name.to_string(), length as i64 + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let modifiers = [
        "pub",
        "pub(crate)",
        "pub(super)",
        "const",
        "unsafe",
        "extern",
        "\"C\"",
        "\"sysv64\"",
        "async",
    ];
    if rest.starts_with('(') || !before.split_whitespace().all(|word| modifiers.contains(&word)) {
        return None;
    }
    // Parameters have types; in Sox code inside a string they have none.
    let parameters = rest.split_once('(')?.1;
    let typed =
        parameters.is_empty() || parameters.starts_with(')') || parameters.contains([':', '&']);
    typed.then(|| rest.split(['(', '<']).next())?
}
