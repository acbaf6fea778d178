//! Images with functions that a host calls by arrays of arguments and results.

use crate::build::BuildError;
use crate::runtime::{System, runtime};
use sox_machine::arm64::Arm64;
use sox_machine::codegen::{self, Options};
use sox_machine::ir::{
    Class, FuncId, FunctionBuilder, Inst, Isa, Module, Name, Op, Operand, Pair, Reg,
};
use sox_machine::x64::X64;
use sox_machine::{Verified, verify};
use sox_objfile::link::{self, Image};
use sox_objfile::object::Object;

/// The symbol under which a function can be called with two addresses: of its arguments' bits and
/// of its results' bits, 8 bytes each.
pub fn entry_symbol(function: &[u8]) -> Vec<u8> {
    [b"call.", function].concat()
}

/// Makes an image in which these functions can be called, each by its [`entry_symbol`], on an instruction
/// set ([`Isa::HOST`] is that of the calling program). Exported ones are symbols too, which are called as
/// C calls functions. The image may import these functions of its host. A module that leaves results in
/// physical registers has one result.
///
/// # Errors
/// Every [`BuildError`].
pub fn image(
    module: Module,
    functions: &[FuncId],
    imports: &[&[u8]],
    isa: Isa,
    options: Options,
) -> Result<Image, BuildError> {
    let mut module = module;
    let mut roots = vec![b"image.enter".to_vec()];
    for &id in functions {
        let func = module.func(id);
        let name = entry_symbol(func.name());
        if func.function.exported {
            roots.push(func.name().to_vec());
        }
        wrap(&mut module, id, &name);
        roots.push(name);
    }
    let module: Verified = verify(module).map_err(BuildError::Wrapper)?;
    let options = Options { call_traps: true, ..options };
    let (own, system) = match isa {
        Isa::X64 => (codegen::compile(&module, &X64::system_v(), options), System::ImageX64),
        Isa::Arm64 => (codegen::compile(&module, &Arm64::aapcs64(), options), System::ImageArm64),
    };
    let own = own.map_err(BuildError::Codegen)?;
    let runtime = runtime(system, options.optimize).map_err(BuildError::Codegen)?;
    let objects: Vec<&Object> = [&own].into_iter().chain(runtime).collect();
    let roots: Vec<&[u8]> = roots.iter().map(|root| &root[..]).collect();
    link::image(&objects, &roots, imports).map_err(BuildError::Link)
}

/// Adds a function that loads arguments, calls, and stores results.
fn wrap(module: &mut Module, id: FuncId, name: &[u8]) {
    let func = module.func(id);
    let params: Vec<Class> = func.params().iter().map(|&param| func.class(param)).collect();
    let mut results: Vec<Class> = func.function.results.to_vec();
    if results.is_empty() && func.is_physical() {
        results.push(Class::I64);
    }
    let callee = func.function.name;
    let name: Name = module.names.intern(name);
    let mut builder = FunctionBuilder::new(module, name);
    builder.exported(true);
    let from = builder.param(b"arguments", Class::I64);
    let to = builder.param(b"results", Class::I64);
    let place =
        |builder: &mut FunctionBuilder<'_>, number: usize| builder.number(8 * number as i64);
    let mut arguments = Vec::new();
    for (number, &class) in params.iter().enumerate() {
        let value = builder.fresh(class);
        let offset = place(&mut builder, number);
        let load = [Operand::Reg(value), Operand::Reg(from), Operand::None, offset];
        builder.push(Inst::new(Op::Load, &load));
        arguments.push(Operand::Reg(value));
    }
    let taken: Vec<Reg> = results.iter().map(|&class| builder.fresh(class)).collect();
    let defs: Vec<Operand> = taken.iter().map(|&reg| Operand::Reg(reg)).collect();
    let (defs, arguments) = (builder.list(&defs), builder.list(&arguments));
    builder.push(Inst::new(Op::Call, &[defs, Operand::Sym(callee), arguments]));
    for (number, &value) in taken.iter().enumerate() {
        let offset = place(&mut builder, number);
        let store = [Operand::Reg(to), Operand::None, offset, Operand::Reg(value)];
        builder.push(Inst::new(Op::Store, &store));
    }
    let nothing = builder.list(&[]);
    builder.push(Inst::new(Op::Ret, &[nothing]));
    builder.results(Pair::default());
    builder.finish();
}
