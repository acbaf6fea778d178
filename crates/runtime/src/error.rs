//! Error objects, and throwing.

use crate::bits;
use crate::heap::Heap;
use crate::object::*;
use crate::value::*;
use crate::{ErrorKind, Fault, Isolate, Message, TraceFrame};
use std::alloc::Layout;
use std::ptr::NonNull;

const _: () = assert!(!std::mem::needs_drop::<TraceFrame>());

fn layout(frames: usize) -> Layout {
    // Traces have far fewer frames than memory has bytes.
    Layout::array::<TraceFrame>(frames).unwrap_or(Layout::new::<TraceFrame>())
}

/// Gives back what a dead error object owns.
///
/// # Safety
/// The object is dead and not finalized yet.
pub(crate) unsafe fn finalize(heap: &Heap, error: NonNull<ErrorObject>) {
    // SAFETY: the caller's promise; frames need no drop.
    unsafe {
        let error = error.as_ref();
        if error.frames > 0 {
            heap.external_free(error.trace.cast(), layout(error.frames));
        }
    }
}

impl<'h> ErrorRef<'h> {
    fn frames(self) -> &'h [TraceFrame] {
        let error = self.object_ref();
        // SAFETY: the frames are initialised and never change.
        unsafe { std::slice::from_raw_parts(error.trace.as_ptr(), error.frames) }
    }

    /// What `catch (e)` binds: the error object itself, or the plain value this wraps.
    pub fn thrown(self) -> Value<'h> {
        match self.is_plain() {
            // SAFETY: a field of a live object.
            true => unsafe { Value::from_bits(self.object_ref().thrown) },
            false => self.value(),
        }
    }

    /// True for the wrapper of a thrown value that is not an error object.
    pub fn is_plain(self) -> bool {
        self.object_ref().thrown != bits::UNSET
    }

    /// As in `e.kind`.
    pub fn kind_name(self) -> Str<'h> {
        // SAFETY: a field of a live object.
        unsafe { Str::from_object(self.object_ref().kind) }
    }

    /// As in `e.message`.
    pub fn message(self) -> Str<'h> {
        // SAFETY: a field of a live object.
        unsafe { Str::from_object(self.object_ref().message) }
    }

    /// What PohLang says, if that is more than a translation of the message.
    pub fn plain_message(self) -> Option<Str<'h>> {
        let error = self.object_ref();
        // SAFETY: a field of a live object.
        (error.plain != error.message).then(|| unsafe { Str::from_object(error.plain) })
    }

    /// Whether the runtime or the library raised it; false for errors that the program made.
    pub fn is_built_in(self) -> bool {
        self.object_ref().built_in
    }

    /// Where it was made, innermost first.
    pub fn trace(self) -> Vec<TraceFrame> {
        self.frames().to_vec()
    }

    /// The line of the innermost frame; 0 without any.
    pub fn line(self) -> u32 {
        self.frames().first().map_or(0, |frame| frame.line)
    }
}

/// What an error object has besides its trace.
struct Parts<'h> {
    kind: Str<'h>,
    message: Str<'h>,
    /// What PohLang says.
    plain: Str<'h>,
    /// See [`ErrorRef::is_built_in`].
    built_in: bool,
}

impl Isolate {
    /// An error object with this trace, made by the program.
    pub fn error<'h>(
        &'h self,
        kind: &str,
        message: Str<'h>,
        trace: Vec<TraceFrame>,
    ) -> Result<ErrorRef<'h>, Fault> {
        let parts = Parts { kind: self.intern(kind)?, message, plain: message, built_in: false };
        self.make_error(parts, Value::unset(), trace)
    }

    fn make_error<'h>(
        &'h self,
        Parts { kind, message, plain, built_in }: Parts<'h>,
        thrown: Value<'h>,
        trace: Vec<TraceFrame>,
    ) -> Result<ErrorRef<'h>, Fault> {
        let heap = self.heap();
        heap.check_own(message.bits());
        heap.check_own(plain.bits());
        heap.check_own(thrown.bits());
        let frames = trace.len();
        let memory = match frames {
            0 => NonNull::dangling(),
            _ => heap.external_alloc(layout(frames))?.cast::<TraceFrame>(),
        };
        // SAFETY: room for the frames was made; they need no drop.
        unsafe { memory.as_ptr().copy_from_nonoverlapping(trace.as_ptr(), frames) };
        let object = ErrorObject {
            header: Header::new(kind::ERROR, 0),
            kind: kind.object(),
            message: message.object(),
            plain: plain.object(),
            built_in,
            thrown: thrown.bits(),
            trace: memory,
            frames,
        };
        let error = heap.make(object, 0).inspect_err(|_| {
            if frames > 0 {
                // SAFETY: allocated above.
                unsafe { heap.external_free(memory.cast(), layout(frames)) };
            }
        })?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { ErrorRef::from_object(error) })
    }

    /// Makes `Fault::Error` a pending error object with the engine's trace; others pass through.
    pub fn raise(&self, fault: Fault, trace: impl FnOnce() -> Vec<TraceFrame>) -> Fault {
        let Fault::Error(kind, message) = fault else { return fault };
        if kind == ErrorKind::StackOverflow {
            self.stack_overflows.set(self.stack_overflows.get() + 1);
        }
        match self.error_of(kind, &message, trace()) {
            Ok(error) => {
                self.set_pending(Some(error));
                Fault::Thrown
            }
            Err(limit) => limit,
        }
    }

    fn error_of(
        &self,
        kind: ErrorKind,
        message: &Message,
        trace: Vec<TraceFrame>,
    ) -> Result<ErrorRef<'_>, Fault> {
        let text = self.string(message)?;
        let plain = message.plain().map_or(Ok(text), |plain| self.string(plain))?;
        let kind = self.intern(kind.name())?;
        let parts = Parts { kind, message: text, plain, built_in: true };
        self.make_error(parts, Value::unset(), trace)
    }

    /// Makes a value the pending throw: an error object as it is, anything else wrapped with the trace.
    pub fn throw<'h>(&'h self, value: Value<'h>, trace: impl FnOnce() -> Vec<TraceFrame>) -> Fault {
        let error = match value.unpack() {
            Unpacked::Error(error) => Ok(error),
            _ => self.intern("").and_then(|nothing| {
                let parts =
                    Parts { kind: nothing, message: nothing, plain: nothing, built_in: false };
                self.make_error(parts, value, trace())
            }),
        };
        match error {
            Ok(error) => {
                self.set_pending(Some(error));
                Fault::Thrown
            }
            Err(limit) => limit,
        }
    }

    /// The pending throw (error object or wrapper), as a root slot of the isolate.
    pub fn pending(&self) -> Option<ErrorRef<'_>> {
        let pending = self.pending_slot().get();
        // SAFETY: the slot is a root that holds an error object or nil.
        bits::is_object(pending).then(|| unsafe { ErrorRef::from_bits(pending) })
    }

    /// Replaces the pending throw.
    pub fn set_pending(&self, error: Option<ErrorRef<'_>>) {
        let error = error.map_or(bits::NIL, ErrorRef::bits);
        self.heap().check_own(error);
        self.pending_slot().set(error);
    }
}
