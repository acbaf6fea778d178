//! What is made: the same bytes wherever and by whomever, for every target.

use crate::support::{Release, host, start};
use crate::{Folder, Test, macho_check, tiny_elf, tiny_macho, tiny_pe};
use sox_driver::Target;
use sox_objfile::{RegionKind, find_in_file};
use std::path::Path;

pub(crate) const TESTS: &[Test] = &[
    ("twenty_builds_are_one", twenty_builds_are_one),
    ("every_target_is_built", every_target_is_built),
    ("bytecode_and_both_languages_are_built", bytecode_and_both_languages_are_built),
    ("settings_are_built_in", settings_are_built_in),
    ("with_their_sources_errors_show_lines", with_their_sources_errors_show_lines),
    ("the_report_adds_up", the_report_adds_up),
    ("compressed_programs_are_the_same_in_less_room", compressed_programs_are_the_same),
];

/// A release with a stub for each target: hand-made ones, where there is no real one.
fn release_for_all() -> Release {
    let release = Release::new();
    for target in Target::ALL.into_iter().filter(|target| target.name() != host()) {
        let bytes = match target {
            Target::LinuxX64 => tiny_elf::x64(),
            Target::LinuxArm64 => tiny_elf::arm64(),
            Target::MacosX64 => tiny_macho::x64(),
            Target::MacosArm64 => tiny_macho::arm64(),
            Target::WindowsX64 => tiny_pe::x64(),
            Target::WindowsArm64 => tiny_pe::arm64(),
        };
        release.put_stub(target, &bytes);
    }
    release
}

const PROGRAM: &[(&str, &str)] = &[
    ("main.sox", "import \"lib/helper\"\nprint helper.greet()\n"),
    ("lib/helper.sox", "return { greet: fn() { return \"hi\" } }\n"),
    ("data/a", "a"),
    ("data/b", "b"),
    ("data/c/d", "d"),
];

/// All targets at once, `count` times, each in another folder and environment.
fn twenty_builds_are_one(_: &Release) {
    let releases = [release_for_all(), release_for_all()];
    let folders = [Folder::new(PROGRAM), Folder::new(PROGRAM)];
    folders[1].write("unrelated", "x");
    let outside = Folder::new(&[]);
    let mut all: Vec<Vec<Vec<u8>>> = Vec::new();
    for count in 0..20 {
        let (release, folder) = (&releases[count % 2], &folders[count / 2 % 2]);
        let current = if count % 3 == 0 { outside.path() } else { folder.path() };
        let out = outside.path().join(format!("out{count}"));
        let mut sox = masked(release, if count % 4 == 0 { "077" } else { "002" });
        sox.current_dir(current).env_clear();
        let zones = ["UTC", "Asia/Kolkata", "America/St_Johns", ":/no such zone"];
        let users = ["root", "ada", "nobody"];
        sox.env("TZ", zones[count % 4]).env("USER", users[count % 3]).env("HOME", current);
        sox.env("LANG", ["C", "de_DE.UTF-8"][count % 2])
            .env("SOURCE_DATE_EPOCH", count.to_string());
        sox.env("SOX_CACHE", "off").env("RAYON_NUM_THREADS", (count % 5 + 1).to_string());
        sox.args(["build", "-q", "--include", "data", "--version-info", "1.2", "-o"]).arg(&out);
        let targets = Target::ALL.iter().flat_map(|target| ["--target", target.name()]);
        sox.args(targets);
        let source = if current == folder.path() {
            Path::new("main.sox").into()
        } else {
            folder.path().join("main.sox")
        };
        let finished = start(sox.arg(source), "").expect("it ends");
        assert_eq!(finished.status, Some(0), "{}", finished.stderr);
        let made = |target: &Target| {
            let name = format!("out{count}-{target}{}", target.suffix());
            let path = outside.path().join(name);
            let bytes = std::fs::read(&path).expect("it was built");
            std::fs::remove_file(&path).expect("it is there");
            bytes
        };
        all.push(Target::ALL.iter().map(made).collect());
    }
    for (count, build) in all.iter().enumerate() {
        for (target, (bytes, first)) in Target::ALL.iter().zip(build.iter().zip(&all[0])) {
            assert!(bytes == first, "build {count} for {target} differs");
        }
    }
}

/// `sox` with a mask for the rights of files.
#[cfg(unix)]
fn masked(release: &Release, mask: &str) -> std::process::Command {
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", "umask $0; exec \"$@\"", mask]).arg(release.sox_path());
    command
}

#[cfg(not(unix))]
fn masked(release: &Release, _: &str) -> std::process::Command {
    std::process::Command::new(release.sox_path())
}

fn every_target_is_built(_: &Release) {
    let release = release_for_all();
    let folder = Folder::new(PROGRAM);
    let line = Target::ALL.map(|target| format!("--target {target}")).join(" ");
    let finished = release.build(folder.path(), &format!("main.sox -o app --check {line}"));
    assert_eq!(finished.stdout.lines().count(), 6, "{}", finished.stdout);
    for target in Target::ALL {
        let bytes = folder.read(&format!("app-{target}{}", target.suffix()));
        assert_eq!(Target::of_file(&bytes), Ok(target));
        let view = find_in_file(&bytes).expect("intact");
        view.check_content().expect("intact");
        assert!(view.region(RegionKind::Bytecode).is_some_and(|it| it.starts_with(b"SOXC")));
        if matches!(target, Target::MacosX64 | Target::MacosArm64) {
            macho_check::check_signed(&bytes).expect("signed");
        }
    }
    assert_eq!(
        folder.run(&format!("app-{}{}", host(), std::env::consts::EXE_SUFFIX)).stdout,
        "hi\n"
    );
    // One target alone has the name that was given, but for what Windows wants.
    let shown = release.build(folder.path(), "main.sox -o one --target windows-x64 --gui").stdout;
    assert!(shown.starts_with("one.exe: windows-x64, "), "{shown}");
    release.build(folder.path(), "main.sox -o two.EXE --target x86_64-pc-windows-msvc --gui");
    assert_eq!(folder.read("one.exe"), folder.read("two.EXE"));
    let ignored = release.build(folder.path(), &format!("main.sox --gui --target {}", host()));
    assert_eq!(ignored.stderr, "warning: only Windows has a place for --gui\n");
    let line = format!("--error-format json main.sox --gui --target {}", host());
    assert_eq!(
        release.build(folder.path(), &line).stderr,
        "{\"code\":null,\"severity\":\"warning\",\"message\":\"only Windows has a place for --gui\",\
         \"help\":[]}\n"
    );
}

fn bytecode_and_both_languages_are_built(release: &Release) {
    let folder = Folder::new(PROGRAM);
    folder.write("hello.poh", "Write \"Hello\"\nWrite 1 divided by 0\n");
    release.build(folder.path(), "hello.poh");
    let finished = folder.run("hello");
    assert_eq!(finished.stdout, "Hello\n");
    assert!(finished.stderr.contains("A number cannot be divided by zero"), "{}", finished.stderr);
    let compiled = release.run(folder.path(), "bytecode -O2 main.sox -o main.soxc");
    assert_eq!(compiled.status, Some(0), "{}", compiled.stderr);
    release.build(folder.path(), "main.soxc -o main");
    assert_eq!(folder.run("main").stdout, "hi\n");
    let mut sox = release.sox(folder.path());
    sox.args(["build", "-", "-o", "piped"]);
    let finished = start(&mut sox, "print argc\n").expect("it ends");
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    assert_eq!(folder.run("piped").stdout, "2\n");
}

fn settings_are_built_in(release: &Release) {
    let folder = Folder::new(&[
        ("loop.sox", "while true {}\n"),
        ("deep.sox", "fn f(n) { return 1 + f(n + 1) }\nf(0)\n"),
        ("large.sox", "var a = []\nwhile true { a.push([1, 2, 3]) }\n"),
        ("env.sox", "print sysGetenv(\"HOME\")\n"),
    ]);
    for (line, part) in [
        ("loop.sox --max-steps 1000", "after 1000 steps (sox build --max-steps)"),
        ("deep.sox --max-stack 50", "limited to 50 frames; sox build --max-stack N changes that"),
        ("large.sox --max-memory 4M", "more than 4194304 bytes of memory (sox build --max-memory)"),
        ("env.sox --deny net,env", "(sox build --deny env)"),
        ("env.sox --sandbox --max-steps 9", "(sox build --sandbox)"),
    ] {
        release.build(folder.path(), &format!("{line} -o app"));
        let finished = folder.run("app");
        assert_eq!(finished.status, Some(70), "{line}");
        assert!(finished.stderr.contains(part), "{line}: {}", finished.stderr);
    }
}

/// `--debug` puts the sources in; the error is the one that `sox run` shows.
fn with_their_sources_errors_show_lines(release: &Release) {
    let folder = Folder::new(&[
        ("main.sox", "import \"lib/helper\"\nprint helper.sum(1)\n"),
        ("lib/helper.sox", "return {\n\tsum: fn(a) { return a + nil }\n}\n"),
        ("wrong.poh", "Write 1\nWrite 1 divided by 0\n"),
    ]);
    let ending = |line: &str| {
        release.build(folder.path(), line);
        folder.run("app").stderr
    };
    let plain = ending("main.sox -o app");
    assert!(plain.starts_with("error: Operands ") && !plain.contains("-->"), "{plain}");
    let shown = ending("main.sox -o app --debug");
    let part = "\n --> lib/helper.sox:2:22\n  |\n2 |     sum: fn(a) { return a + nil }\n  |                         ^^^^^^^\n[line 2] in ";
    assert!(shown.contains(part), "{shown}");
    assert_eq!(shown, release.run(folder.path(), "main.sox").stderr);
    assert!(!ending("wrong.poh -o app").contains("divided by 0\n"));
    let shown = ending("wrong.poh -o app --debug");
    assert!(shown.contains("wrong.poh, line 2\n    Write 1 divided by 0\n"), "{shown}");
    // Bytecode has what was put into it, and that much of it goes on that is wanted.
    for (flags, is_shown) in [("--debug", [false, true]), ("", [false, false])] {
        let line = format!("bytecode {flags} main.sox -o main.soxc");
        assert_eq!(release.run(folder.path(), &line).status, Some(0));
        let endings = ["main.soxc -o app", "main.soxc -o app --debug"].map(ending);
        assert_eq!(endings.map(|text| text.contains("return a + nil")), is_shown, "{flags}");
    }
}

fn the_report_adds_up(release: &Release) {
    let folder = Folder::new(PROGRAM);
    let shown = release.build(folder.path(), "-v main.sox --include data").stdout;
    let mut sizes: Vec<u64> = shown
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().next().expect("a number").replace(',', ""))
        .map(|number| number.parse().expect("a number"))
        .collect();
    let all = sizes.pop().expect("the sum");
    assert_eq!(sizes.iter().sum::<u64>(), all, "{shown}");
    assert_eq!(folder.read("main").len() as u64, all);
    assert!(shown.contains("assets (3 files)"), "{shown}");
    assert_eq!(release.build(folder.path(), "-q main.sox").stdout, "");
}

fn compressed_programs_are_the_same(release: &Release) {
    let lines = (0..2000).map(|number| format!("print \"line {number}\"\n"));
    let source: String = lines.collect();
    let read =
        "import \"std/file\"\nprint [file.size(\"asset:/a\"), file.read(\"asset:/a\").length()]\n";
    let folder = Folder::new(&[("main.sox", &*(source + read)), ("a", &*"asset ".repeat(10_000))]);
    release.build(folder.path(), "main.sox -o plain --include a");
    release.build(folder.path(), "main.sox -o small --include a --compress --check");
    let saved = folder.read("plain").len() - folder.read("small").len();
    assert!(saved > 80_000, "{saved} bytes saved");
    let (plain, small) = (folder.run("plain"), folder.run("small"));
    assert!(plain.stdout.ends_with("line 1999\n[60000,60000]\n"), "{}", plain.stdout);
    assert_eq!(plain, small);
    let mut bytes = folder.read("small");
    let end = bytes.windows(8).rposition(|eight| eight == sox_objfile::payload::END_MARK);
    bytes[end.expect("it has a payload") - 20] ^= 1;
    folder.write("small", &bytes);
    let finished = folder.run("small");
    assert!(finished.stderr.contains("altered or damaged"), "{}", finished.stderr);
}
