//! Puts a file as bytecode into a stub: `inject STUB BYTECODE OUTPUT`.
#![forbid(unsafe_code)]

use sox_objfile::{Options, Payload, RegionKind, inject};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stub, bytecode, output] = arguments.as_slice() else {
        return Err("usage: inject STUB BYTECODE OUTPUT".into());
    };
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, std::fs::read(bytecode)?);
    std::fs::write(output, inject(&std::fs::read(stub)?, &payload, &Options::default())?)?;
    Ok(())
}
