//! The runtime of the IR: modules of the IR itself, and one that knows the system.

use sox_machine::arm64::Arm64;
use sox_machine::codegen::{self, CodegenError, Options};
use sox_machine::x64::X64;
use sox_machine::{Syntax, load, opt};
use sox_objfile::object::Object;
use std::sync::OnceLock;

/// What the runtime stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux on x86-64.
    LinuxX64,
    /// Linux on AArch64.
    LinuxArm64,
    /// The host of an image on x86-64.
    ImageX64,
    /// The host of an image on AArch64.
    ImageArm64,
}

macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("../runtime/", $name, ".nir"))
    };
}

const PORTABLE: &[&str] = &[
    text!("heap"),
    text!("memory"),
    text!("strings"),
    text!("arrays"),
    text!("maps"),
    text!("print"),
    text!("floats"),
    text!("float_text"),
];

type Compiled = OnceLock<Result<Vec<Object>, CodegenError>>;

/// The objects of the runtime for programs that are optimized so far. They are compiled once for each
/// level, and compactly: a small program is mostly runtime.
///
/// # Errors
/// None, unless the runtime itself is broken, which its tests would show.
pub fn runtime(system: System, optimize: opt::Options) -> Result<&'static [Object], CodegenError> {
    const LEVELS: usize = opt::Options::MAX_LEVEL as usize + 1;
    static COMPILED: [[Compiled; LEVELS]; 4] = [const { [const { OnceLock::new() }; LEVELS] }; 4];
    let level = optimize.lowest_level();
    let own = match system {
        System::LinuxX64 => text!("sys_linux_x64"),
        System::LinuxArm64 => text!("sys_linux_arm64"),
        System::ImageX64 => text!("sys_image_x64"),
        System::ImageArm64 => text!("sys_image_arm64"),
    };
    let texts = PORTABLE.iter().chain([&own]);
    let compiled = COMPILED[system as usize][usize::from(level)]
        .get_or_init(|| texts.map(|text| compile(text, system, level)).collect());
    compiled.as_deref().map_err(Clone::clone)
}

fn compile(text: &str, system: System, level: u8) -> Result<Object, CodegenError> {
    let optimize = opt::Options::level(level);
    let options = Options { optimize, compact: true, ..Options::default() };
    let module = load(text.as_bytes(), Syntax::Nir).expect("a test verifies the runtime");
    let mut object = match system {
        System::LinuxX64 | System::ImageX64 => codegen::compile(&module, &X64::system_v(), options),
        System::LinuxArm64 | System::ImageArm64 => {
            codegen::compile(&module, &Arm64::aapcs64(), options)
        }
    }?;
    object.origin = "the runtime".to_string();
    Ok(object)
}
