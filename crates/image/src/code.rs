//! Code in memory: images loaded into pages that are written or executed, never both.

use crate::system;
use sox_objfile::link::Image;
use std::fmt;
use std::ptr::NonNull;

/// Why an image is not loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The system gives no memory for it, or does not let it be executed.
    System(std::io::Error),
    /// A function that it needs is missing.
    Missing(String),
    /// It does not say of itself what is true.
    Malformed,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::System(error) => write!(f, "no executable memory: {error}"),
            LoadError::Missing(name) => write!(f, "the image needs a function `{name}`"),
            LoadError::Malformed => write!(f, "the image is damaged"),
        }
    }
}

impl std::error::Error for LoadError {}

/// A loaded image. Its code and constants can be read and executed, its data read and written.
#[derive(Debug)]
pub struct Code {
    base: NonNull<u8>,
    mapped: usize,
    /// Bytes that can be executed, from `base` on.
    code: usize,
}

/// A function of the host that an image may call: its address.
#[derive(Clone, Copy, Debug)]
pub struct HostFunction(pub *const ());

const PAGE: usize = 0x1_0000;
const WORD: usize = 8;

impl Code {
    /// Loads an image. `host` gives the functions that it imports.
    ///
    /// # Errors
    /// Every [`LoadError`].
    pub fn load(
        image: &Image,
        host: impl Fn(&[u8]) -> Option<HostFunction>,
    ) -> Result<Code, LoadError> {
        let used = [image.code.len() as u64, image.data.len() as u64, image.zeros]
            .into_iter()
            .try_fold(0u64, u64::checked_add)
            .and_then(|sum| usize::try_from(sum).ok())
            .ok_or(LoadError::Malformed)?;
        let mapped = used.max(1).checked_next_multiple_of(PAGE).ok_or(LoadError::Malformed)?;
        let base = system::map(mapped).map_err(LoadError::System)?;
        let loaded = Code { base, mapped, code: image.code.len() };
        // SAFETY: the pages were just mapped, so many, writable, and nobody else knows them.
        let bytes = unsafe { std::slice::from_raw_parts_mut(base.as_ptr(), mapped) };
        bytes[..image.code.len()].copy_from_slice(&image.code);
        bytes[image.code.len()..][..image.data.len()].copy_from_slice(&image.data);
        let mut word = |offset: u64, change: &dyn Fn(u64) -> u64| {
            let start = usize::try_from(offset).ok()?;
            let field = bytes.get_mut(start..start.checked_add(WORD)?)?;
            let value = u64::from_le_bytes((&*field).try_into().ok()?);
            field.copy_from_slice(&change(value).to_le_bytes());
            Some(())
        };
        let address = base.as_ptr().expose_provenance() as u64;
        for &offset in &image.rebase {
            word(offset, &|value| value.wrapping_add(address)).ok_or(LoadError::Malformed)?;
        }
        for (name, offset) in &image.imports {
            let function = host(name);
            let missing = || LoadError::Missing(String::from_utf8_lossy(name).into_owned());
            let HostFunction(target) = function.ok_or_else(missing)?;
            let target = target.expose_provenance() as u64;
            word(*offset, &|_| target).ok_or(LoadError::Malformed)?;
        }
        system::make_executable(base, image.code.len()).map_err(LoadError::System)?;
        Ok(loaded)
    }

    /// The address of a byte of the image.
    pub fn address(&self, offset: u64) -> Option<u64> {
        let within = usize::try_from(offset).ok().filter(|&offset| offset < self.mapped)?;
        Some(self.base.as_ptr().addr() as u64 + within as u64)
    }

    /// Calls the function at an offset with integers. Generated code keeps the C convention of the system.
    ///
    /// # Safety
    /// A function that takes up to three integers and returns one begins at that offset, and does with
    /// these arguments nothing that is not defined. The image is not being run already.
    ///
    /// # Panics
    /// If the offset is not in the code.
    pub unsafe fn call(&mut self, offset: u64, arguments: [u64; 3]) -> u64 {
        let offset = usize::try_from(offset).ok().filter(|&offset| offset < self.code);
        let offset = offset.expect("the function is in the code");
        // SAFETY: the offset is within the mapping.
        let start = unsafe { self.base.add(offset) };
        type Function = extern "C" fn(u64, u64, u64) -> u64;
        // SAFETY: as the caller promises, a function of this type begins there; the pages are executable.
        let function = unsafe { std::mem::transmute::<*mut u8, Function>(start.as_ptr()) };
        function(arguments[0], arguments[1], arguments[2])
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: the pages are this value's own, and nothing borrows from them.
        unsafe { system::unmap(self.base, self.mapped) };
    }
}

#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests {
    use super::*;

    /// `lea rax, [rdi + rsi]; ret`, and a call of the import through its slot:
    /// `jmp [rip + slot]`, with the slot at the beginning of the data.
    fn image() -> Image {
        let mut code = vec![0x48, 0x8d, 0x04, 0x37, 0xc3];
        code.extend([0xff, 0x25]);
        code.extend((4096i32 - 11).to_le_bytes());
        code.resize(4096, 0xcc);
        let mut image = Image { code, data: vec![0; 16], zeros: 100, ..Image::default() };
        image.data[8] = 5;
        image.imports.push((b"triple".to_vec(), 4096));
        image.rebase.push(4096 + 8);
        image
    }

    extern "C" fn triple(number: u64) -> u64 {
        3 * number
    }

    #[test]
    fn code_runs_and_reaches_its_host() {
        let host = |name: &[u8]| {
            (name == b"triple")
                .then_some(HostFunction(triple as extern "C" fn(u64) -> u64 as *const ()))
        };
        let mut code = Code::load(&image(), host).unwrap();
        // SAFETY: the code is above; it adds, and calls a function that multiplies.
        let results = unsafe { [code.call(0, [40, 2, 0]), code.call(5, [14, 0, 0])] };
        assert_eq!(results, [42, 42]);
        assert_eq!(code.address(0).map(|address| address % 4096), Some(0));
        assert_eq!(code.address(1 << 40), None);
    }

    #[test]
    fn damaged_images_are_refused() {
        assert!(
            matches!(Code::load(&image(), |_| None), Err(LoadError::Missing(name)) if name == "triple")
        );
        let damaged = Image { rebase: vec![u64::MAX - 3], imports: vec![], ..image() };
        assert!(matches!(Code::load(&damaged, |_| None), Err(LoadError::Malformed)));
        let huge = Image { zeros: u64::MAX, ..image() };
        assert!(matches!(Code::load(&huge, |_| None), Err(LoadError::Malformed)));
    }
}
