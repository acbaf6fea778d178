//! What a search for disagreements keeps: findings, shrunk, as files with their story.

use crate::differ::{Aspect, Bounds, Verdict, compare_in, ways};
use crate::generate::{Dialect, Node};
use crate::shrink::shrink;
use std::collections::HashMap;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one finding is shrunk, at most.
pub const SHRINKING: Duration = Duration::from_secs(30);

/// Findings that look alike and are kept; more of them would tell nothing new.
const KEPT_PER_KIND: usize = 3;

/// Something found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its language.
    pub dialect: &'static Dialect,
    /// The program it came from.
    pub seed: u64,
    /// The program, shrunk.
    pub source: String,
    /// What is wrong with it.
    pub story: String,
}

impl Finding {
    /// Writes it into the folder, under a name that depends on the program only.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let Dialect { comment, extension, .. } = self.dialect;
        let mut text = format!("{comment} Found by `cargo xtask fuzz-diff`, seed {}.\n", self.seed);
        for line in self.story.lines() {
            let _ = writeln!(text, "{comment} {line}");
        }
        text += &self.source;
        let path =
            folder.join(format!("{:012x}.{extension}", hash(&self.source) & 0xffff_ffff_ffff));
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// A search in one process.
#[derive(Debug, Default)]
pub struct Campaign {
    /// Programs run.
    pub programs: u64,
    /// Programs that ended by a limit.
    pub inconclusive: u64,
    /// Programs that show something wrong.
    pub wrong: u64,
    kinds: HashMap<String, usize>,
}

impl Campaign {
    /// Runs the program of a seed; gives a finding, shrunk, if there is one and few like it.
    pub fn attempt(
        &mut self,
        dialect: &'static Dialect,
        seed: u64,
        alive: impl Fn(),
    ) -> Option<Finding> {
        let whole = (dialect.program)(seed);
        self.programs += 1;
        let mut ways = ways(dialect.language);
        if !seed.is_multiple_of(4) {
            // The evaluator's collections are those of the runtime, which the VM's show as well.
            ways.pop();
        }
        let check = |program: &[Node]| {
            compare_in(dialect.language, &(dialect.source)(program), &ways, Bounds::default())
        };
        let kind = match check(&whole) {
            Verdict::Agreed(_) => return None,
            Verdict::Inconclusive(_) => {
                self.inconclusive += 1;
                return None;
            }
            wrong => kind(&wrong)?,
        };
        self.wrong += 1;
        let seen = self.kinds.entry(kind.clone()).or_default();
        *seen += 1;
        if *seen > KEPT_PER_KIND {
            return None;
        }
        let small = shrink(dialect, whole, SHRINKING, |candidate| {
            alive();
            self::kind(&check(candidate)).as_ref() == Some(&kind)
        });
        let story = match check(&small) {
            Verdict::Disagreed(found) => found.to_string(),
            Verdict::Rejected(message) => format!("does not compile: {message}"),
            other => format!("seen once only; now {other:?}"),
        };
        Some(Finding { dialect, seed, source: (dialect.source)(&small), story })
    }
}

/// What makes two findings alike; `None` if nothing is wrong.
fn kind(verdict: &Verdict) -> Option<String> {
    let found = match verdict {
        Verdict::Disagreed(found) => found,
        Verdict::Rejected(message) => return Some(message.clone()),
        Verdict::Agreed(_) | Verdict::Inconclusive(_) => return None,
    };
    Some(match found.aspect {
        // The place in our source is on the first line.
        Aspect::Panic => {
            format!("{} {}", found.way, found.detail.lines().next().unwrap_or_default())
        }
        aspect => format!("{aspect:?} {}", found.way),
    })
}
