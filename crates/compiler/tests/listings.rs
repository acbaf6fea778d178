//! What small scripts compile to: each `listings/*.sox` has its listing beside it.
//!
//! With `SOX_UPDATE=1` in the environment the listings are written instead of compared.

mod support;

use std::path::Path;

#[test]
fn listings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings");
    let update = std::env::var_os("SOX_UPDATE").is_some();
    let scripts = support::scripts(&folder);
    // Those in folders of their own are imported.
    for script in scripts.iter().filter(|script| script.parent() == Some(&folder)) {
        let text = std::fs::read_to_string(script).expect("a readable script");
        let (module, sources) = support::verified(script, &text).expect("a script without errors");
        let listing = sox_bytecode::listing(&module, Some(&sources));
        let expected = script.with_extension("txt");
        if update {
            std::fs::write(&expected, &listing).expect("a writable folder");
        }
        let expected = std::fs::read_to_string(expected).unwrap_or_default();
        assert!(listing == expected, "{}:\n{listing}", script.display());
    }
}
