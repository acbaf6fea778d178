//! Text under construction, with the limits of strings kept before memory is taken.

use crate::call::Call;
use sox_runtime::{Fault, Isolate, Limit};

/// Most bytes of a string.
pub(crate) const MAX_STRING: usize = i32::MAX as usize;

/// Most elements of an array.
pub(crate) const MAX_ARRAY: usize = i32::MAX as usize;

/// The bytes that may be taken for text outside the heap: what a string can hold, and a third of
/// what the memory limit leaves, because text that grows is copied, and copied once more into its
/// string.
pub(crate) fn text_limit(iso: &Isolate) -> usize {
    (iso.memory_room() / 3).min(MAX_STRING)
}

/// Fails if a text of this many bytes could not be made, outside the heap and then as a string.
pub(crate) fn check_text(call: Call<'_>, bytes: Option<usize>) -> Result<usize, Fault> {
    match bytes {
        Some(bytes) if bytes <= (call.iso.memory_room() / 2).min(MAX_STRING) => Ok(bytes),
        _ => Err(too_long(call)),
    }
}

/// The error of a text beyond [`text_limit`].
pub(crate) fn too_long(call: Call<'_>) -> Fault {
    match call.iso.config().max_memory {
        Some(memory) if call.iso.memory_room() / 2 < MAX_STRING => {
            Fault::Limit(Limit::Memory(memory))
        }
        _ => call.value_error(format_args!(
            "the text would be longer than a string can be ({MAX_STRING} bytes)"
        )),
    }
}

/// Fails if an array of this many elements could not be made.
pub(crate) fn check_array(call: Call<'_>, count: f64) -> Result<usize, Fault> {
    if count <= MAX_ARRAY as f64 {
        return Ok(count as usize);
    }
    let count = sox_semantics::number_to_text(count);
    Err(call.value_error(format_args!(
        "{count} elements are more than an array can hold ({MAX_ARRAY})"
    )))
}

/// A growing text that stops at the limit.
pub(crate) struct Builder {
    text: String,
    limit: usize,
}

impl Builder {
    pub(crate) fn new(iso: &Isolate) -> Builder {
        Builder { text: String::new(), limit: text_limit(iso) }
    }

    /// Appends, or says that the limit is reached.
    #[must_use]
    pub(crate) fn push(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= self.limit;
        if fits {
            self.text.push_str(part);
        }
        fits
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
