//! `sox asm` after `sox disasm` gives the same file, byte for byte, for every program of the
//! repository at every level of the optimizer, with and without places and texts.

use sox_bytecode::{assemble, container};
use sox_driver::{Bytecode, Debug, Disassembly, OptLevel};
use sox_testkit::suite::{EVERYTHING, compiled, scripts};

const FORMS: [(OptLevel, Debug); 6] = [
    (OptLevel::O0, Debug::Places),
    (OptLevel::O0, Debug::Texts),
    (OptLevel::O1, Debug::Places),
    (OptLevel::O1, Debug::Stripped),
    (OptLevel::O2, Debug::Places),
    (OptLevel::O2, Debug::Stripped),
];

#[test]
fn what_is_listed_is_assembled_to_the_same_file() {
    let (mut sox, mut pohlang) = (0, 0);
    for script in scripts(&EVERYTHING) {
        // Some scripts are about errors.
        let Some(files) = compiled(&script, &FORMS) else { continue };
        for (file, form) in files.iter().zip(FORMS) {
            let what = format!("{} {form:?}", script.display());
            let bytecode = Bytecode::read("it", file)
                .unwrap_or_else(|error| panic!("{what}: {}", error.message));
            let listing = Disassembly::of_file(&bytecode).text();
            match assemble(&listing) {
                Ok(bundle) => assert!(container::write(&bundle) == *file, "{what}\n{listing}"),
                Err(error) => panic!("{what}: {error}\n{listing}"),
            }
        }
        match script.extension() {
            Some(extension) if extension == "poh" => pohlang += 1,
            _ => sox += 1,
        }
    }
    println!("{sox} programs in Sox, {pohlang} in PohLang");
    assert!(sox > 800 && pohlang > 300, "only {sox} in Sox, {pohlang} in PohLang");
}
