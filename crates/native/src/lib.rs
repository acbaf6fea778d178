//! The native back end: a module of the IR becomes an object, an executable or an image.
//!
//! ```
//! use sox_native::machine::{Syntax, load};
//! use sox_native::{Emit, Options, Target, compile};
//!
//! let text = b"function i64 $main() {\n    ret 42\n}\n";
//! let module = load(text, Syntax::Nir).expect("it keeps all rules");
//! let options = Options { strip: true, ..Options::new(Target::LinuxX64) };
//! let program = compile(&module, &options).expect("it has everything it needs");
//! assert!(program.starts_with(b"\x7fELF") && program.len() < 1024);
//! ```
//!
//! # From the beginning
//! 1. A compiler writes `.nir` text, or makes a [module](machine::ir::Module) in memory with a
//!    [`FunctionBuilder`](machine::ir::FunctionBuilder). docs/native-ir.md is the language; the example
//!    `toy` is a small compiler that writes text: `cargo run -p sox-native --example toy`.
//! 2. [`load`](machine::load()) reads and verifies text, [`verify`](machine::verify()) what was made in
//!    memory. Both tell everything that is wrong, with function, instruction and line. Only what keeps
//!    all rules becomes a [`Verified`](machine::Verified) module, and only that is compiled.
//! 3. [`compile`] makes the bytes of an executable, an object, or assembly text; [`link`] makes an
//!    executable or an archive of several modules, objects and archives; [`image()`] makes code for
//!    this very process.
//!
//! When something seems wrong, [`machine::eval`] runs a module slowly and exactly, without any code.
//!
//! # A module in memory
//! ```
//! use sox_native::machine::ir::{Class, FunctionBuilder, Inst, Module, Op, Operand, Pair};
//! use sox_native::machine::verify;
//! use sox_native::{Emit, Options, Target, compile};
//!
//! let mut module = Module::default();
//! let name = module.names.intern(b"area");
//! let mut area = FunctionBuilder::new(&mut module, name);
//! area.exported(true);
//! area.results(Pair::new(&[Class::I64]).expect("up to two"));
//! let (width, height) = (area.param(b"width", Class::I64), area.param(b"height", Class::I64));
//! let product = area.fresh(Class::I64);
//! area.push(Inst::new(Op::Mul, &[product, width, height].map(Operand::Reg)));
//! let results = area.list(&[Operand::Reg(product)]);
//! area.push(Inst::new(Op::Ret, &[results]));
//! area.finish();
//!
//! let module = verify(module).expect("it keeps all rules");
//! let options = Options { emit: Emit::Object, ..Options::new(Target::LinuxArm64) };
//! let object = compile(&module, &options).expect("it has everything it needs");
//! // To be linked with C, which sees: int64_t area(int64_t width, int64_t height);
//! assert!(object.starts_with(b"\x7fELF"));
//! ```
//!
//! # Code that is called at once
//! `sox_image::Code` loads an image: pages that were written become executable, and are never both.
//! ```
//! # #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))] {
//! use sox_image::Code;
//! use sox_native::machine::ir::Isa;
//! use sox_native::machine::{Syntax, load};
//!
//! let text = b"export function i64 $triple(i64 %n) {\n    %r =i64 mul %n, 3\n    ret %r\n}\n";
//! let module = load(text, Syntax::Nir).expect("it keeps all rules");
//! let triple = module.function(b"triple").expect("it is there");
//! let imports: [&[u8]; 2] = [b"sys.write", b"sys.pages"];
//! let isa = Isa::HOST.expect("x86-64 or AArch64");
//! let image = sox_native::image(module.module().clone(), &[triple], &imports, isa, Default::default());
//! let image = image.expect("it has everything it needs");
//!
//! let mut code = Code::load(&image, |_| None).expect("it imports nothing");
//! let entry = image.symbol(b"triple").expect("it is exported");
//! // SAFETY: a function that takes an integer and returns one begins there.
//! assert_eq!(unsafe { code.call(entry, [14, 0, 0]) }, 42);
//! # }
//! ```
#![forbid(unsafe_code)]

mod build;
mod image;
mod link;
mod runtime;

pub use build::{BuildError, Emit, Options, Target, compile};
pub use image::{entry_symbol, image};
pub use link::{Content, Input, link};
pub use runtime::{System, runtime};
pub use sox_machine as machine;
pub use sox_objfile as objfile;
