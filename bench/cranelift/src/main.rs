//! `cranelift-text LEVEL INPUT OUTPUT`: functions in Cranelift's text form become an object. The n-th
//! function has the name `u0:n`. LEVEL is Cranelift's `opt_level`.
//!
//! As in our own measurements, the text is parsed and verified, and one core is used.

use cranelift_codegen::Context;
use cranelift_codegen::isa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_module::{Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};
use cranelift_reader::parse_functions;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [level, input, output] = &arguments[..] else {
        return Err("usage: cranelift-text LEVEL INPUT OUTPUT".into());
    };
    let mut flags = settings::builder();
    flags.set("opt_level", level)?;
    flags.set("enable_verifier", "true")?;
    let isa = isa::lookup_by_name("x86_64-unknown-linux-gnu")?.finish(settings::Flags::new(flags))?;
    let functions = parse_functions(&std::fs::read_to_string(input)?)?;
    let mut module = ObjectModule::new(ObjectBuilder::new(isa, "text", default_libcall_names())?);
    let mut ids = Vec::new();
    for (number, function) in functions.iter().enumerate() {
        let name = format!("f{number}");
        ids.push(module.declare_function(&name, Linkage::Export, &function.signature)?);
    }
    let mut context = Context::new();
    for (id, function) in ids.into_iter().zip(functions) {
        context.func = function;
        module.define_function(id, &mut context)?;
        module.clear_context(&mut context);
    }
    std::fs::write(output, module.finish().emit()?)?;
    Ok(())
}
