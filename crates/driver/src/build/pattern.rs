//! Patterns of paths: `*` and `?` within a name, `**` for any folders.
//!
//! A pattern is a list of parts, and a path is taken part by part: the state is the set of those
//! parts of the pattern that could be next. So a walk through folders can tell early that nothing
//! below a folder will match.

/// The pattern of some paths below a folder.
pub(super) struct Pattern {
    parts: Vec<String>,
}

/// Which parts of a pattern could be next; the last flag says that the path is matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State(Vec<bool>);

/// Stands for any number of folders.
const ANY: &str = "**";

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(text: &str) -> Result<Pattern, &'static str> {
        let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
        if text.starts_with('/') || (cfg!(windows) && text.contains(':')) {
            return Err("it must not begin at the root");
        }
        let parts = text.split('/').filter(|part| !["", "."].contains(part));
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts.iter().any(|part| part == "..") {
            return Err("it must not lead out of the program's folder");
        }
        match parts.is_empty() {
            true => Err("it is empty; **, with quotes, stands for all files"),
            false => Ok(Pattern { parts }),
        }
    }

    /// Adds what stands for all files of a folder: the pattern named one.
    pub(super) fn all_below(mut self) -> Pattern {
        self.parts.push(ANY.into());
        self
    }

    /// The path, if the pattern is a plain one.
    pub(super) fn plain(&self) -> Option<String> {
        let is_plain = |part: &String| !part.contains(['*', '?']);
        self.parts.iter().all(is_plain).then(|| self.parts.join("/"))
    }

    /// The state before a path begins.
    pub(super) fn start(&self) -> State {
        let mut next = vec![false; self.parts.len() + 1];
        next[0] = true;
        self.closed(next)
    }

    /// The state after one more part of the path; `None` if no path that begins so matches. Names
    /// that begin with a dot are hidden, from all patterns that do not begin so too.
    pub(super) fn after(&self, state: &State, name: &str) -> Option<State> {
        let hidden = name.starts_with('.');
        let mut next = vec![false; self.parts.len() + 1];
        for (at, part) in self.parts.iter().enumerate().filter(|&(at, _)| state.0[at]) {
            if part == ANY {
                next[at] |= !hidden;
            } else if (!hidden || part.starts_with('.')) && matches(part, name) {
                next[at + 1] = true;
            }
        }
        next.contains(&true).then(|| self.closed(next))
    }

    /// Whether a path that led to this state matches.
    pub(super) fn accepts(&self, state: &State) -> bool {
        state.0[self.parts.len()]
    }

    /// `**` stands for no folder, too.
    fn closed(&self, mut next: Vec<bool>) -> State {
        for (at, part) in self.parts.iter().enumerate() {
            next[at + 1] |= next[at] && part == ANY;
        }
        State(next)
    }
}

/// Whether a name is what `*` and `?` in a part stand for. After a mismatch only the last `*` need
/// take one character more: an earlier one could not reach further.
fn matches(part: &str, name: &str) -> bool {
    let (part, name): (Vec<char>, Vec<char>) = (part.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    let mut star = None;
    while in_name < name.len() {
        match part.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                (at, in_name) = (star_at + 1, taken + 1);
            }
        }
    }
    part[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, path: &str) -> bool {
        let pattern = Pattern::parse(pattern).unwrap();
        let state =
            path.split('/').try_fold(pattern.start(), |state, name| pattern.after(&state, name));
        state.is_some_and(|state| pattern.accepts(&state))
    }

    #[test]
    fn names_and_folders() {
        for (pattern, path) in [
            ("a.txt", "a.txt"),
            ("./a//b", "a/b"),
            ("*.txt", "a.txt"),
            ("*", "a"),
            ("a*b*c", "aXbXbc"),
            ("?.t?t", "ä.txt"),
            ("img/**", "img/a/b/c.png"),
            ("**", "a/b"),
            ("**/*.png", "a.png"),
            ("**/*.png", "a/b/c.png"),
            ("a/**/z", "a/z"),
            ("a/**/m/**/z", "a/b/m/c/m/z"),
            (".config/*", ".config/a"),
            ("**/.keep", "a/.keep"),
        ] {
            assert!(is_match(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("a.txt", "b/a.txt"),
            ("*.txt", "a/b.txt"),
            ("*", "a/b"),
            ("?", ""),
            ("a*b", "acd"),
            ("img/**", "images/a"),
            ("**/*.png", "a.jpg"),
            ("**", ".env"),
            ("**", ".git/config"),
            ("*", ".env"),
            ("?env", ".env"),
        ] {
            assert!(!is_match(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_no_pattern() {
        for wrong in ["/etc/*", "../a", "a/../../b", "", "/", "."] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn folders_in_which_nothing_matches_are_left_out() {
        let pattern = Pattern::parse("a/**/b").unwrap();
        assert_eq!(pattern.after(&pattern.start(), "c"), None);
        assert!(pattern.after(&pattern.start(), "a").is_some());
        assert_eq!(Pattern::parse("a/b").unwrap().plain(), Some("a/b".into()));
        assert_eq!(pattern.plain(), None);
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!is_match(&"*a".repeat(40), &"a".repeat(39)));
        let deep = vec!["a"; 200].join("/");
        assert!(!is_match(&format!("{}b", "**/a/".repeat(60)), &deep));
    }
}
