//! The runtime of the IR: modules of the IR itself, and one that knows the system.

use sox_machine::arm64::Arm64;
use sox_machine::codegen::{self, CodegenError, Options};
use sox_machine::x64::X64;
use sox_machine::{Syntax, load};
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
    text!("collections"),
    text!("print"),
    text!("floats"),
    text!("float_text"),
];

/// The objects of the runtime, which are compiled once.
///
/// # Errors
/// None, unless the runtime itself is broken, which its tests would show.
pub fn runtime(system: System) -> Result<&'static [Object], CodegenError> {
    static COMPILED: [OnceLock<Result<Vec<Object>, CodegenError>>; 4] =
        [const { OnceLock::new() }; 4];
    let own = match system {
        System::LinuxX64 => text!("sys_linux_x64"),
        System::LinuxArm64 => text!("sys_linux_arm64"),
        System::ImageX64 => text!("sys_image_x64"),
        System::ImageArm64 => text!("sys_image_arm64"),
    };
    let texts = PORTABLE.iter().chain([&own]);
    let compiled =
        COMPILED[system as usize].get_or_init(|| texts.map(|text| compile(text, system)).collect());
    compiled.as_deref().map_err(Clone::clone)
}

fn compile(text: &str, system: System) -> Result<Object, CodegenError> {
    let module = load(text.as_bytes(), Syntax::Nir).expect("a test verifies the runtime");
    let mut object = match system {
        System::LinuxX64 | System::ImageX64 => {
            codegen::compile(&module, &X64::system_v(), Options::default())
        }
        System::LinuxArm64 | System::ImageArm64 => {
            codegen::compile(&module, &Arm64::aapcs64(), Options::default())
        }
    }?;
    object.origin = "the runtime".to_string();
    Ok(object)
}
