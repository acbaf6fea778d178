//! `sox cache`, and what the flags and SOX_CACHE say about keeping compiled programs.

use crate::args::{CacheAction, CommonArgs, RunArgs};
use crate::output::{Reporter, print};
use sox_driver::{CacheFolder, Caching, reason, status};

/// Where a run keeps its program. Counters and profiles are of a whole run, compiling included.
pub(crate) fn caching(args: &RunArgs) -> Caching {
    let whole = args.stats.is_some() || args.profile.is_some() || args.count_instructions;
    match args.serialise {
        _ if args.no_cache || whole => Caching::Off,
        true => Caching::Beside,
        false => CacheFolder::wanted().map_or(Caching::Off, Caching::In),
    }
}

/// Does something to the cache.
pub(crate) fn cache(what: CacheAction, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let Some(folder) = CacheFolder::wanted() else {
        reporter.error("there is no cache: SOX_CACHE is off, or the system names no folder for it");
        return status::CANNOT_WRITE;
    };
    let path = folder.path().display();
    let done = match what {
        CacheAction::Dir => {
            if !folder.is_on() {
                reporter.warning("nothing is kept there until `sox cache on`");
            }
            Ok(format!("{path}\n"))
        }
        CacheAction::Clear => {
            let plural = |files| if files == 1 { "" } else { "s" };
            let told =
                |(files, bytes)| format!("{files} file{}, {bytes} bytes deleted\n", plural(files));
            folder.clear().map(told)
        }
        CacheAction::Off => {
            folder.turn_off().map(|()| "nothing is kept until `sox cache on`\n".into())
        }
        CacheAction::On => folder.turn_on().map(|()| format!("programs are kept in {path}\n")),
    };
    match done {
        Ok(text) => print(&text),
        Err(error) => {
            reporter.error(&format!("cannot change {path}: {}", reason(&error)));
            status::CANNOT_WRITE
        }
    }
}
