//! Who made a file: `sox keygen`, `bytecode --sign`, `run --require-signature`.

use crate::Folder;
use std::fs;

#[test]
fn only_files_signed_by_the_right_key_run() {
    let folder = Folder::with_app("print \"runs\"\n");
    for name in ["mine", "other"] {
        let made = folder.sox(&format!("keygen {name}"));
        assert_eq!(made.status, Some(0), "{made:?}");
    }
    let signed = folder.sox("bytecode --sign mine.key app.sox -o signed.soxc");
    assert_eq!((signed.status, &*signed.stderr), (Some(0), ""));
    let public = String::from_utf8(folder.read("mine.pub")).unwrap();
    let digits = public.split_whitespace().nth(1).unwrap();
    let verdict = folder.sox("verify signed.soxc").stdout;
    assert!(verdict.ends_with(&format!(", signed by {digits}\n")), "{verdict}");
    // The unsigned file is the beginning of the signed one.
    assert!(folder.read("signed.soxc").starts_with(&folder.read("app.soxc")));

    let run = |key: &str, file: &str| folder.sox(&format!("run --require-signature {key} {file}"));
    for key in ["mine.pub", digits] {
        assert_eq!(run(key, "signed.soxc").stdout, "runs\n", "{key}");
    }
    let both = "other.pub --require-signature mine.pub";
    assert_eq!(run(both, "signed.soxc").stdout, "runs\n");
    assert_eq!(folder.sox("signed.soxc").stdout, "runs\n");
    let refused = |key: &str, file: &str, because: &str| {
        let finished = run(key, file);
        assert_eq!((finished.status, &*finished.stdout), (Some(65), ""), "{finished:?}");
        assert!(finished.stderr.contains(because), "{finished:?}");
    };
    refused("other.pub", "signed.soxc", "--require-signature does not name");
    refused("mine.pub", "app.soxc", "'app.soxc' is not signed");
    refused("mine.pub", "app.sox", "'app.sox' is no bytecode");
    refused("mine.key", "signed.soxc", "'mine.key' is no public key file");
    // Changed by one bit, of the program or of the signature.
    let good = folder.read("signed.soxc");
    let text = good.windows(4).position(|window| window == b"runs").unwrap();
    for at in [text, good.len() - 1, good.len() - 70] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        fs::write(folder.path("bad.soxc"), bytes).unwrap();
        refused("mine.pub", "bad.soxc", "has a signature that is not of this file");
        assert_eq!(folder.sox("verify bad.soxc").status, Some(65));
    }
    // Cut off, or with a signature that is shorter than its section should be.
    for left in [good.len() - 1, good.len() - 64, good.len() - 100] {
        fs::write(folder.path("bad.soxc"), &good[..left]).unwrap();
        refused("mine.pub", "bad.soxc", "bytes are needed and");
    }
    let section = good.len() - 101;
    let mut bytes = good[..good.len() - 1].to_vec();
    bytes[section + 1] = 95;
    fs::write(folder.path("bad.soxc"), bytes).unwrap();
    refused("mine.pub", "bad.soxc", "signature: 64 bytes are needed and 63 are left");
    // A signature of another program's bytes.
    fs::write(folder.path("other.sox"), "print \"evil\"\n").unwrap();
    folder.sox("bytecode other.sox -o other.soxc");
    let moved = [&*folder.read("other.soxc"), &good[section..]].concat();
    fs::write(folder.path("bad.soxc"), moved).unwrap();
    refused("mine.pub", "bad.soxc", "has a signature that is not of this file");
    // Somebody else's signature behind mine: there is one, and it is the last.
    folder.sox("bytecode --sign other.key app.sox -o other.soxc");
    let both = [&*good, &folder.read("other.soxc")[section..]].concat();
    fs::write(folder.path("bad.soxc"), both).unwrap();
    refused("mine.pub", "bad.soxc", "out of order");
}

#[test]
fn a_signed_program_comes_through_a_pipe() {
    let folder = Folder::with_app("print \"runs\"\n");
    folder.sox("keygen mine");
    folder.sox("bytecode --sign mine.key app.sox -o signed.soxc");
    let run = "run --require-signature mine.pub -";
    assert_eq!(folder.sox_piped(run, &folder.read("signed.soxc")).stdout, "runs\n");
    let unsigned = folder.sox_piped(run, &folder.read("app.soxc"));
    assert_eq!((unsigned.status, &*unsigned.stdout), (Some(65), ""), "{unsigned:?}");
    assert!(unsigned.stderr.contains("standard input is not signed"), "{unsigned:?}");
    let source = folder.sox_piped(run, b"print 1\n");
    assert_eq!((source.status, &*source.stdout), (Some(65), ""), "{source:?}");
}

#[test]
fn keys_that_are_none() {
    let folder = Folder::with_app("print 1\n");
    folder.sox("keygen mine");
    folder.sox("bytecode --sign mine.key app.sox -o signed.soxc");
    let public = String::from_utf8(folder.read("mine.pub")).unwrap();
    let secret = String::from_utf8(folder.read("mine.key")).unwrap();
    for text in ["", "sox-public-key", &public[..40], &format!("{public}{public}"), "\u{feff}"] {
        fs::write(folder.path("bad.pub"), text).unwrap();
        let run = folder.sox("run --require-signature bad.pub signed.soxc");
        assert_eq!((run.status, &*run.stdout), (Some(65), ""), "{text}: {run:?}");
        assert!(run.stderr.contains("'bad.pub' is no public key file"), "{run:?}");
    }
    let missing = folder.sox("run --require-signature no.pub signed.soxc");
    assert_eq!((missing.status, &*missing.stdout), (Some(66), ""), "{missing:?}");
    fs::write(folder.path("bad.key"), &secret[..secret.len() - 3]).unwrap();
    let sign = folder.sox("bytecode --sign bad.key app.sox -o no.soxc");
    assert_eq!(sign.status, Some(65), "{sign:?}");
    assert!(!folder.path("no.soxc").exists());
}

#[test]
fn keys_are_made_once_and_read_with_care() {
    let folder = Folder::with_app("print 1\n");
    folder.sox("keygen mine");
    let before = folder.read("mine.key");
    let again = folder.sox("keygen mine");
    assert_eq!(again.status, Some(73), "{again:?}");
    let told =
        "error: 'mine.key' is there already, and keys are not overwritten: give another name\n";
    assert_eq!(again.stderr, told);
    assert_eq!(folder.read("mine.key"), before);
    // Half of a pair is of no use.
    fs::write(folder.path("half.pub"), "mine").unwrap();
    let half = folder.sox("keygen half");
    assert!(half.stderr.contains("'half.pub' is there already"), "{half:?}");
    assert!(!folder.path("half.key").exists() && folder.read("half.pub") == b"mine");
    let nowhere = folder.sox("keygen missing/mine");
    assert_eq!(nowhere.status, Some(73), "{nowhere:?}");
    let told = "error: cannot write 'missing/mine.key': No such file or directory\n";
    assert_eq!(nowhere.stderr, told);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path("mine.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let signed = folder.sox("bytecode --sign mine.pub app.sox -o signed.soxc");
    assert_eq!(signed.status, Some(65), "{signed:?}");
    assert!(signed.stderr.contains("'mine.pub' is no secret key file"), "{signed:?}");
    assert!(!folder.path("signed.soxc").exists());
    assert_eq!(folder.sox("bytecode --sign no.key app.sox -o signed.soxc").status, Some(66));
}
