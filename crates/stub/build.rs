//! Asks the linker for the room that programs need.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Load commands for the segments of a program, and for a signature.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        println!("cargo::rustc-link-arg-bins=-Wl,-headerpad,0x400");
    }
}
