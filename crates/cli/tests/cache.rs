//! The cache of compiled programs through the real command. That a program came from the cache is
//! seen by what is in the cached file, which these tests exchange for another program's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.current_dir(self.0.path()).env("NO_COLOR", "1").args(args);
        command.env("SOX_CACHE", self.path("cache"));
        command
    }

    /// Standard output and standard error of a run.
    fn sox(&self, args: &[&str]) -> (String, String) {
        let output = self.command(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    }

    fn prints(&self, args: &[&str]) -> String {
        self.sox(args).0
    }

    /// The only cached file.
    fn cached(&self) -> PathBuf {
        let files = cached_files(&self.path("cache"));
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

fn cached_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect()
}

/// Behind a program, so that it is worth keeping.
fn padding() -> String {
    "fn unused(a, b) { return a * b + 1 }\n".repeat(600)
}

/// Makes the cached file print another word, of the same length.
fn tamper(file: &Path, from: &str, to: &str) {
    let mut bytes = fs::read(file).unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_program_is_compiled_once() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print \"fresh\"\n{}", padding()));
    assert_eq!(folder.prints(&["-q", "app.sox"]), "fresh\n");
    tamper(&folder.cached(), "fresh", "found");
    assert_eq!(folder.prints(&["-q", "app.sox"]), "found\n");
    // Other ways to run it are other programs, or none that the cache knows.
    assert_eq!(folder.prints(&["-q", "--no-cache", "app.sox"]), "fresh\n");
    assert_eq!(folder.prints(&["-q", "--engine", "ast", "app.sox"]), "fresh\n");
    assert_eq!(folder.prints(&["-q", "-O2", "app.sox"]), "fresh\n");
    assert_eq!(folder.prints(&["-q", "./app.sox"]), "fresh\n");
    assert_eq!(folder.prints(&["-q", "app.sox"]), "found\n");
}

#[test]
fn a_change_of_the_source_or_of_an_import_is_seen() {
    let folder = Folder::new();
    let app = |word: &str| format!("import \"lib\"\nprint \"{word} \" + lib.word\n{}", padding());
    folder.write("app.sox", &app("one"));
    folder.write("lib.sox", "var word = \"two\"\n");
    for _ in 0..2 {
        assert_eq!(folder.prints(&["-q", "app.sox"]), "one two\n");
    }
    folder.write("lib.sox", "var word = \"owt\"\n");
    assert_eq!(folder.prints(&["-q", "app.sox"]), "one owt\n");
    folder.write("app.sox", &app("eno"));
    assert_eq!(folder.prints(&["-q", "app.sox"]), "eno owt\n");
    fs::remove_file(folder.path("lib.sox")).unwrap();
    assert!(folder.sox(&["-q", "app.sox"]).1.contains("Cannot find module"));
}

#[test]
fn a_file_that_would_now_be_found_first_is_seen() {
    let folder = Folder::new();
    fs::create_dir(folder.path("app")).unwrap();
    folder.write("app/main.sox", &format!("import \"lib\"\nprint lib.word\n{}", padding()));
    folder.write("lib.sox", "var word = \"far\"\n");
    for _ in 0..2 {
        assert_eq!(folder.prints(&["-q", "app/main.sox"]), "far\n");
    }
    folder.write("app/lib.sox", "var word = \"near\"\n");
    assert_eq!(folder.prints(&["-q", "app/main.sox"]), "near\n");
}

#[test]
fn warnings_and_errors_are_those_of_the_source() {
    let folder = Folder::new();
    let text = format!("print unknown == 1 or 2\n{}", padding());
    folder.write("app.sox", &text.replace("== 1 or 2", ""));
    let uncached = folder.sox(&["--no-cache", "app.sox"]);
    assert!(
        uncached.1.contains("warning[") && uncached.1.contains("print unknown"),
        "{uncached:?}"
    );
    for _ in 0..2 {
        assert_eq!(folder.sox(&["app.sox"]), uncached);
    }
    folder.cached();
}

#[test]
fn an_error_does_not_show_lines_of_a_text_that_changed_since() {
    let folder = Folder::new();
    let text = format!(
        "import \"std/file\"\n{}\nif (argc > 2) {{ \
         file.write(\"app.sox\", \"other\") }}\nthrow \"late\"\n",
        padding()
    );
    folder.write("app.sox", &text);
    let shown = folder.sox(&["-q", "app.sox"]).1;
    assert!(shown.contains("throw \"late\"") && shown.contains("line 604"), "{shown}");
    folder.cached();
    assert_eq!(folder.sox(&["-q", "app.sox"]).1, shown);
    let changed = folder.sox(&["-q", "app.sox", "change"]).1;
    assert!(changed.contains("late") && changed.contains("line 604"), "{changed}");
    assert!(!changed.contains("throw \"late\"") && !changed.contains("other"), "{changed}");
    assert_eq!(fs::read_to_string(folder.path("app.sox")).unwrap(), "other");
}

#[test]
fn a_signature_is_asked_for_also_if_the_program_is_kept() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print 1\n{}", padding()));
    folder.sox(&["-q", "app.sox"]);
    folder.cached();
    let key = "0".repeat(64);
    let (printed, error) = folder.sox(&["run", "--require-signature", &key, "app.sox"]);
    assert!(printed.is_empty() && error.contains("wants a signed file"), "{printed}{error}");
}

#[test]
fn what_is_small_is_not_kept() {
    let folder = Folder::new();
    folder.write("app.sox", "import \"lib\"\nimport \"std/math\"\nprint lib.word\n");
    folder.write("lib.sox", "var word = \"small\"\n");
    assert_eq!(folder.prints(&["app.sox"]), "small\n");
    assert!(cached_files(&folder.path("cache")).is_empty());
    folder.write("lib.sox", &format!("var word = \"large\"\n{}", padding()));
    assert_eq!(folder.prints(&["-q", "app.sox"]), "large\n");
    folder.cached();
}

#[test]
fn damaged_files_are_made_anew() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print \"right\"\n{}", padding()));
    assert_eq!(folder.prints(&["-q", "app.sox"]), "right\n");
    let file = folder.cached();
    let good = fs::read(&file).unwrap();
    for damage in [good[..good.len() / 2].to_vec(), Vec::new(), b"SOXC".to_vec(), vec![0; 9999]] {
        fs::write(&file, damage).unwrap();
        assert_eq!(folder.prints(&["-q", "app.sox"]), "right\n");
        assert_eq!(fs::read(&file).unwrap(), good);
    }
    // A file that does not verify: the byte of an instruction is another's.
    let mut wrong = good.clone();
    let print = wrong.windows(6).position(|bytes| bytes[0] == 0x03 && bytes[5] == 0x47).unwrap();
    wrong[print + 5] = 0x04;
    wrong[print] = 0x04;
    fs::write(&file, wrong).unwrap();
    assert_eq!(folder.prints(&["-q", "app.sox"]), "right\n");
}

#[test]
fn a_folder_that_cannot_be_written_is_done_without() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print \"runs\"\n{}", padding()));
    // A file is where the folder should be.
    folder.write("cache", "");
    let (stdout, stderr) = folder.sox(&["-q", "app.sox"]);
    assert_eq!((stdout, stderr), ("runs\n".into(), String::new()));
    let mut command = folder.command(&["-q", "app.sox"]);
    let output = command.env_remove("SOX_CACHE").env_remove("HOME").env_remove("XDG_CACHE_HOME");
    let output = output.env_remove("LOCALAPPDATA").output().unwrap();
    assert_eq!(output.stdout, b"runs\n");
}

#[test]
fn many_writers_at_once_leave_one_whole_file() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print \"all\"\n{}", padding()));
    let runs: Vec<_> = (0..8)
        .map(|_| folder.command(&["-q", "app.sox"]).stdout(std::process::Stdio::piped()).spawn())
        .collect();
    for run in runs {
        assert_eq!(run.unwrap().wait_with_output().unwrap().stdout, b"all\n");
    }
    tamper(&folder.cached(), "all", "one");
    assert_eq!(folder.prints(&["-q", "app.sox"]), "one\n");
}

#[test]
fn serialise_keeps_a_file_beside_the_script() {
    let folder = Folder::new();
    folder.write("app.sox", "print \"fresh\"\n");
    assert_eq!(folder.prints(&["--serialise", "app.sox"]), "fresh\n");
    let file = folder.path("app.soxc");
    assert_eq!(folder.prints(&["app.soxc"]), "fresh\n");
    tamper(&file, "fresh", "found");
    assert_eq!(folder.prints(&["app.sox"]), "fresh\n");
    assert_eq!(folder.prints(&["--serialise", "app.sox"]), "found\n");
    folder.write("app.sox", "print \"newer\"\n");
    assert_eq!(folder.prints(&["--serialise", "app.sox"]), "newer\n");
    assert_eq!(folder.prints(&["app.soxc"]), "newer\n");
    // A file that the user made is left alone.
    folder.sox(&["bytecode", "app.sox", "-o", "app.soxc"]);
    let own = fs::read(&file).unwrap();
    folder.write("app.sox", "print \"newest\"\n");
    let (stdout, stderr) = folder.sox(&["--serialise", "app.sox"]);
    assert_eq!(stdout, "newest\n");
    let why = "a file that is no cache is in its place";
    assert_eq!(stderr, format!("warning: the compiled program is not kept: {why}\n"));
    assert_eq!(folder.sox(&["-q", "--serialise", "app.sox"]), ("newest\n".into(), String::new()));
    assert_eq!(fs::read(&file).unwrap(), own);
}

#[test]
fn files_of_the_user_in_the_cache_folder_stay() {
    let folder = Folder::new();
    folder.write("app.sox", &format!("print 1\n{}", padding()));
    folder.sox(&["-q", "app.sox"]);
    let own = ["app.soxc", "notes.tmp", "0123456789abcdef.soxc", ".app.tmp"];
    own.iter().for_each(|name| folder.write(&format!("cache/{name}"), "mine"));
    // One that was being written when its process was killed goes.
    let half = ".0123456789abcdef0123456789abcdef.soxc.77-0.tmp";
    folder.write(&format!("cache/{half}"), "half");
    assert!(folder.prints(&["cache", "clear"]).starts_with("2 files, "));
    let left = fs::read_dir(folder.path("cache")).unwrap().count();
    assert_eq!(left, own.len());
}

#[test]
fn a_change_within_the_same_second_or_of_the_same_length_is_seen() {
    let folder = Folder::new();
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let write = |name: &str, text: &str| {
        folder.write(name, text);
        let file = fs::File::options().write(true).open(folder.path(name)).unwrap();
        file.set_modified(time).unwrap();
    };
    write("app.sox", &format!("import \"near\"\nprint near.word()\n{}", padding()));
    write("near.sox", "import \"far\"\nfn word() { return \"near \" + far.word }\n");
    for word in ["one", "two", "six"] {
        write("far.sox", &format!("var word = \"{word}\"\n"));
        for _ in 0..2 {
            assert_eq!(folder.prints(&["-q", "app.sox"]), format!("near {word}\n"));
        }
    }
    write("app.sox", &format!("import \"near\"\nprint near.wood()\n{}", padding()));
    assert!(folder.sox(&["-q", "app.sox"]).1.contains("wood"));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_seen() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    for word in ["one", "two"] {
        fs::create_dir(folder.path(word)).unwrap();
        folder.write(
            &format!("{word}/lib.sox"),
            &format!("import \"{word}\"\nvar it = {word}.word\n"),
        );
        folder.write(&format!("{word}/{word}.sox"), &format!("var word = \"{word}\"\n"));
    }
    folder.write("app.sox", &format!("import \"now/lib\"\nprint lib.it\n{}", padding()));
    for word in ["one", "two", "one"] {
        let _ = fs::remove_file(folder.path("now"));
        symlink(folder.path(word), folder.path("now")).unwrap();
        for _ in 0..2 {
            assert_eq!(folder.prints(&["-q", "app.sox"]), format!("{word}\n"));
        }
    }
}

#[test]
fn programs_in_pohlang_are_kept_too() {
    let folder = Folder::new();
    let padding = "# A line of a long program.\n".repeat(600);
    let app = format!("Start Program\nImport \"words.poh\"\nWrite answer\n{padding}End Program\n");
    folder.write("app.poh", &app);
    for word in ["one", "two"] {
        let text = format!("Start Program\nSet answer to \"{word}\"\nEnd Program\n");
        folder.write("words.poh", &text);
        for _ in 0..2 {
            assert_eq!(folder.sox(&["-q", "app.poh"]), (format!("{word}\n"), String::new()));
        }
    }
    tamper(&folder.cached(), "two", "six");
    assert_eq!(folder.prints(&["-q", "app.poh"]), "six\n");
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_read_only_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("app.sox", &format!("print \"one\"\n{}", padding()));
    folder.sox(&["-q", "app.sox"]);
    let mode = |mode| {
        fs::set_permissions(folder.path("cache"), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o555);
    tamper(&folder.cached(), "one", "two");
    assert_eq!(folder.sox(&["-q", "app.sox"]), ("two\n".into(), String::new()));
    // The superuser can write all the same; others compile it each time.
    folder.write("app.sox", &format!("print \"new\"\n{}", padding()));
    for _ in 0..2 {
        assert_eq!(folder.sox(&["-q", "app.sox"]), ("new\n".into(), String::new()));
    }
    mode(0o755);
}

#[test]
fn the_cache_is_shown_cleared_and_turned_off() {
    let folder = Folder::new();
    let cache = folder.path("cache").display().to_string();
    folder.write("app.sox", &format!("print 1\n{}", padding()));
    assert_eq!(folder.prints(&["cache", "dir"]), format!("{cache}\n"));
    folder.sox(&["-q", "app.sox"]);
    let size = fs::metadata(folder.cached()).unwrap().len();
    assert_eq!(folder.prints(&["cache", "clear"]), format!("1 file, {size} bytes deleted\n"));
    folder.sox(&["-q", "app.sox"]);
    folder.sox(&["cache", "off"]);
    assert!(cached_files(&folder.path("cache")).is_empty());
    // Scripts read the path, people the warning.
    let warning = "warning: nothing is kept there until `sox cache on`\n".to_string();
    assert_eq!(folder.sox(&["cache", "dir"]), (format!("{cache}\n"), warning));
    folder.sox(&["-q", "app.sox"]);
    assert!(cached_files(&folder.path("cache")).is_empty());
    folder.sox(&["cache", "on"]);
    folder.sox(&["-q", "app.sox"]);
    folder.cached();
    let mut off = folder.command(&["cache", "dir"]);
    assert_eq!(off.env("SOX_CACHE", "off").output().unwrap().status.code(), Some(73));
    assert_eq!(folder.command(&["cache"]).output().unwrap().status.code(), Some(64));
}
