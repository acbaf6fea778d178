//! Some random modules; `cargo xtask fuzz-native` makes more.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

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
                    let small = random::shrink(case, &difference);
                    panic!("seed {seed}, -O{level}: {}\n{}", difference.message, small.text);
                }
            }
        }
    }
    assert!(compared > 1000, "only {compared} calls");
}
