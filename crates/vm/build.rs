//! Tells the crate whether the compiler turns calls in tail position into jumps, which the threaded
//! form of the interpreter lives on: LLVM does so when it optimises, on these targets.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(sibling_calls)");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    let optimised = !is("OPT_LEVEL", "0");
    let register_arguments =
        is("CARGO_CFG_TARGET_ARCH", "x86_64") || is("CARGO_CFG_TARGET_ARCH", "aarch64");
    let unix = var("CARGO_CFG_UNIX").is_ok();
    let miri = var("CARGO_CFG_MIRI").is_ok();
    if optimised && register_arguments && unix && !miri {
        println!("cargo::rustc-cfg=sibling_calls");
    }
}
