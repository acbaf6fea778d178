//! The executable at its place: whole or not at all.

use crate::support::{Release, start};
use crate::{Folder, Test};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Instant;

pub(crate) const TESTS: &[Test] = &[
    ("a_running_program_is_replaced", a_running_program_is_replaced),
    ("links_and_rights_are_kept", links_and_rights_are_kept),
    ("a_full_disk_leaves_the_old_file", a_full_disk_leaves_the_old_file),
    ("killed_at_any_moment_it_leaves_no_half", killed_at_any_moment_it_leaves_no_half),
    ("a_device_is_written_to", a_device_is_written_to),
];

const OLD: &str = "print \"old\"\n";
const NEW: &str = "print \"new\"\n";

fn a_running_program_is_replaced(release: &Release) {
    let folder = Folder::new(&[("wait.sox", "print input()\n"), ("new.sox", NEW)]);
    release.build(folder.path(), "wait.sox -o app");
    let mut waiting = loop {
        let mut command = Command::new(folder.path().join("app"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
            spawned => break spawned.expect("it starts"),
        }
    };
    release.build(folder.path(), "new.sox -o app");
    assert_eq!(folder.run("app").stdout, "new\n");
    std::io::Write::write_all(waiting.stdin.as_mut().expect("piped"), b"still here\n")
        .expect("alive");
    let output = waiting.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"still here\n");
}

fn links_and_rights_are_kept(release: &Release) {
    let folder = Folder::new(&[("new.sox", NEW), ("bin/app", "old")]);
    std::os::unix::fs::symlink("bin/app", folder.path().join("link")).expect("a link");
    release.build(folder.path(), "new.sox -o link");
    assert!(folder.path().join("link").is_symlink());
    assert_eq!(folder.run("bin/app").stdout, "new\n");
    let mut masked = Command::new("/bin/sh");
    masked.args(["-c", "umask 077; exec \"$0\" build -q new.sox -o mine"]).arg(release.sox_path());
    let finished = start(masked.current_dir(folder.path()), "").expect("it ends");
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.path().join(name)).expect("it was built");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("mine"), 0o700);
    assert_eq!(mode("bin/app") & 0o700, 0o700);
}

fn a_full_disk_leaves_the_old_file(release: &Release) {
    let folder = Folder::new(&[("old.sox", OLD), ("new.sox", NEW)]);
    release.build(folder.path(), "old.sox -o app");
    let before = (folder.read("app"), folder.names());
    // A limit of file sizes, in blocks of 512 bytes, fails as a full disk does: while writing.
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" build new.sox -o app";
    let mut limited = Command::new("/bin/sh");
    limited.args(["-c", script]).arg(release.sox_path()).current_dir(folder.path());
    let finished = start(&mut limited, "").expect("it ends");
    assert_eq!(finished.status, Some(73), "{}", finished.stderr);
    assert!(finished.stderr.contains("cannot write 'app': File too large"), "{}", finished.stderr);
    assert!(before == (folder.read("app"), folder.names()), "something was left behind");
}

fn a_device_is_written_to(release: &Release) {
    let folder = Folder::new(&[("new.sox", NEW)]);
    release.build(folder.path(), "new.sox -o /dev/null");
    let finished = release.run(folder.path(), "build new.sox -o /dev/full");
    assert_eq!(finished.status, Some(73));
    assert!(finished.stderr.contains("/dev/full': No space left"), "{}", finished.stderr);
    assert_eq!(folder.names(), ["new.sox"]);
}

/// How often a build is killed; `cargo xtask test --full` wants more.
fn kills() -> u32 {
    std::env::var("SOX_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

fn killed_at_any_moment_it_leaves_no_half(release: &Release) {
    let folder = Folder::new(&[("old.sox", OLD), ("new.sox", NEW)]);
    release.build(folder.path(), "old.sox -o app");
    let old = folder.read("app");
    let start = Instant::now();
    release.build(folder.path(), "new.sox -o app");
    // A little longer than a build takes, so that some get to their end.
    let longest = start.elapsed() * 5 / 4;
    let new = folder.read("app");
    assert!(old != new);
    let (mut none, mut olds, mut news, mut killed, mut left) = (0, 0, 0, 0, 0);
    let rounds = kills();
    for round in 0..rounds {
        let place = folder.path().join("app");
        let had_old = round % 2 == 0;
        match had_old {
            true => std::fs::write(&place, &old).expect("a scratch file"),
            false => drop(std::fs::remove_file(&place)),
        }
        let mut child = release
            .sox(folder.path())
            .args(["build", "-q", "new.sox", "-o", "app"])
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // Moments spread evenly, in an order without pattern.
        let moment = (round * 37 % rounds) as f64 / f64::from(rounds);
        std::thread::sleep(longest.mul_f64(moment));
        child.kill().expect("it can be killed, or has ended");
        let status = child.wait().expect("it has ended");
        killed += u32::from(status.code().is_none());
        match std::fs::read(&place) {
            Err(_) if !had_old => none += 1,
            Ok(bytes) if bytes == old && had_old => olds += 1,
            Ok(bytes) if bytes == new => news += 1,
            Ok(bytes) => panic!("round {round}: {} bytes, not one of both", bytes.len()),
            Err(error) => panic!("round {round}: {error}"),
        }
        left = left.max(leftovers(&folder));
    }
    println!(
        "{rounds} kills: {killed} in time; {none} absent, {olds} old, {news} complete; {left} left"
    );
    assert!(killed > 0 && none > 0 && olds > 0, "no build was killed in time");
    // (One that was killed before it wrote a byte leaves an empty one, which stays for an hour.)
    release.build(folder.path(), "new.sox -o app");
    assert_eq!(leftovers(&folder), 0, "the next build removes what was left");
}

/// What builds that were killed left: hidden files beside the executable, with something in them.
fn leftovers(folder: &Folder) -> usize {
    let names = folder.names();
    let left = names.iter().filter(|name| !["app", "old.sox", "new.sox"].contains(&&***name));
    left.filter(|name| {
        assert!(name.starts_with(".app.") && name.ends_with(".tmp"), "{name}");
        !folder.read(name).is_empty()
    })
    .count()
}
