//! Some random modules; `cargo xtask fuzz-native` makes more.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod random;

use sox_machine::opt::Options;

#[test]
fn random_modules_do_the_same_on_the_evaluator_and_as_code() {
    let mut compared = 0;
    for seed in 0..60 {
        for level in 0..=Options::MAX_LEVEL {
            let case = random::case(seed, level);
            match random::compare(&case) {
                Ok(count) => compared += count,
                Err(difference) => {
                    let differs = |case: &random::Case| random::compare(case).is_err();
                    let small = random::shrink(case, &difference, differs);
                    panic!("seed {seed}, -O{level}: {}\n{}", difference.message, small.text);
                }
            }
        }
    }
    assert!(compared > 1000, "only {compared} calls");
}

/// As executables for AArch64, under qemu where that is installed.
#[test]
#[cfg(target_arch = "x86_64")]
fn random_modules_do_the_same_on_arm64() {
    const QEMU: &str = "qemu-aarch64-static";
    if std::process::Command::new(QEMU).arg("--version").output().is_err() {
        return eprintln!("SKIPPED: code for AArch64 is not run (package qemu-user-static)");
    }
    for level in 0..=Options::MAX_LEVEL {
        let cases: Vec<random::Case> = (0..40).map(|seed| random::case(seed, level)).collect();
        match random::executable::compare(&cases, QEMU) {
            Ok(compared) => assert!(compared > 500, "only {compared} calls"),
            Err((seed, difference)) => panic!("seed {seed}, -O{level}: {}", difference.message),
        }
    }
}
