//! A host for images of the native IR: they print into buffers, have a heap with a limit, and when they
//! end, only they do.
//!
//! Such an image has the runtime of the IR in it, with the system `image` beneath: it imports
//! `sys.write` and `sys.pages`, and has `image.enter`, through which its functions are called.

use crate::code::{Code, HostFunction, LoadError};
use sox_objfile::link::Image;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::RefCell;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function returned.
    Returned,
    /// The program ended with this status.
    Exit(u8),
    /// The program stopped by a trap.
    Trap,
}

/// What a run printed and took.
#[derive(Debug, Default)]
struct State {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    pages: Vec<(*mut u8, Layout)>,
    taken: u64,
    limit: u64,
}

thread_local! {
    /// The running image's; images run on one thread, one at a time.
    static STATE: RefCell<State> = RefCell::default();
}

/// A loaded image with its host.
#[derive(Debug)]
pub struct Program {
    code: Code,
    enter: u64,
    state: State,
}

/// Alignment of pages that images get, in bytes.
const ALIGN: usize = 4096;

extern "C" fn write(file: u64, bytes: *const u8, size: u64) {
    if size == 0 {
        return;
    }
    // SAFETY: the runtime passes the bytes of a string or of a buffer of its own.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, size as usize) };
    STATE.with_borrow_mut(|state| {
        let out = if file == 2 { &mut state.stderr } else { &mut state.stdout };
        out.extend_from_slice(bytes);
    });
}

extern "C" fn pages(size: u64) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        let taken = state.taken.checked_add(size).filter(|&taken| taken <= state.limit);
        let layout = usize::try_from(size).ok().filter(|&size| size > 0);
        let layout = layout.and_then(|size| Layout::from_size_align(size, ALIGN).ok());
        let (Some(taken), Some(layout)) = (taken, layout) else { return std::ptr::null_mut() };
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        if !start.is_null() {
            state.taken = taken;
            state.pages.push((start, layout));
        }
        start
    })
}

fn host(name: &[u8]) -> Option<HostFunction> {
    match name {
        b"sys.write" => {
            let function: extern "C" fn(u64, *const u8, u64) = write;
            Some(HostFunction(function as *const ()))
        }
        b"sys.pages" => {
            let function: extern "C" fn(u64) -> *mut u8 = pages;
            Some(HostFunction(function as *const ()))
        }
        _ => None,
    }
}

impl Program {
    /// The functions that a program's image may import.
    pub const IMPORTS: [&'static [u8]; 2] = [b"sys.write", b"sys.pages"];

    /// Loads an image; its heap may take so many bytes.
    ///
    /// # Errors
    /// Every [`LoadError`].
    pub fn load(image: &Image, heap_limit: u64) -> Result<Program, LoadError> {
        let missing = || LoadError::Missing("image.enter".into());
        let enter = image.symbol(b"image.enter").ok_or_else(missing)?;
        let mut state = State::default();
        state.limit = heap_limit;
        Ok(Program { code: Code::load(image, host)?, enter, state })
    }

    /// Calls a function of the image with the addresses of arguments and results.
    ///
    /// # Safety
    /// At that offset begins a function that takes these two addresses, reads no more arguments and
    /// writes no more results than there are, and does nothing that is not defined.
    pub unsafe fn run(&mut self, offset: u64, arguments: &[u64], results: &mut [u64]) -> Outcome {
        let function = self.code.address(offset).unwrap_or(0);
        let arguments = arguments.as_ptr().expose_provenance() as u64;
        let results = results.as_mut_ptr().expose_provenance() as u64;
        let outer = STATE.replace(std::mem::take(&mut self.state));
        // SAFETY: `image.enter` is of the runtime, takes these three and calls the function as promised.
        let reason = unsafe { self.code.call(self.enter, [function, arguments, results]) };
        self.state = STATE.replace(outer);
        match reason {
            0 => Outcome::Returned,
            256..512 => Outcome::Exit(reason as u8),
            _ => Outcome::Trap,
        }
    }

    /// What was printed since this was asked last: to standard output, and to standard error.
    pub fn printed(&mut self) -> (Vec<u8>, Vec<u8>) {
        (std::mem::take(&mut self.state.stdout), std::mem::take(&mut self.state.stderr))
    }
}

impl Drop for State {
    fn drop(&mut self) {
        for &(start, layout) in &self.pages {
            // SAFETY: it came from `alloc_zeroed` with this layout, and the image runs no more.
            unsafe { dealloc(start, layout) };
        }
    }
}
