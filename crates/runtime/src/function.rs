//! Closures, bound methods, natives and cells.

use crate::object::*;
use crate::value::*;
use crate::{Fault, FunctionRef, Isolate};
use std::cell::Cell;

impl<'h> Closure<'h> {
    /// Its function.
    #[inline]
    pub fn function(self) -> FunctionRef {
        FunctionRef(self.object_ref().function)
    }

    /// How many captures there are.
    pub fn capture_count(self) -> usize {
        self.object_ref().count as usize
    }

    /// A capture.
    ///
    /// # Panics
    /// If there are not so many.
    #[inline]
    pub fn capture(self, index: usize) -> Value<'h> {
        assert!(index < self.capture_count(), "capture index out of range");
        // SAFETY: the captures stand behind the object, and are values of its isolate.
        unsafe {
            let captures = self.object().as_ptr().cast::<u8>().add(CLOSURE_INLINE).cast::<u64>();
            Value::from_bits(captures.add(index).read())
        }
    }
}

impl<'h> BoundMethod<'h> {
    /// What the method is called on.
    pub fn receiver(self) -> Value<'h> {
        // SAFETY: a field of a live object.
        unsafe { Value::from_bits(self.object_ref().receiver) }
    }

    /// A closure, or the native method of a built-in kind.
    pub fn method(self) -> Value<'h> {
        // SAFETY: a field of a live object.
        unsafe { Value::from_bits(self.object_ref().method) }
    }
}

impl Native<'_> {
    /// Its number in the isolate's registry.
    pub fn number(self) -> usize {
        self.object_ref().number as usize
    }
}

impl<'h> CellRef<'h> {
    /// The value in it.
    #[inline]
    pub fn get(self) -> Value<'h> {
        // SAFETY: a field of a live object.
        unsafe { Value::from_bits(self.object_ref().value.get()) }
    }

    /// Replaces the value in it.
    #[inline]
    pub fn set(self, value: Value<'h>) {
        // SAFETY: the handle's cell is alive.
        let heap = unsafe { heap_of(self.object()) };
        heap.check_own(value.bits());
        self.object_ref().value.set(value.bits());
        heap.write_barrier(self.object(), value.bits());
    }
}

impl Isolate {
    /// A function with its captures.
    pub fn closure<'h>(
        &'h self,
        function: FunctionRef,
        captures: &[Value<'h>],
    ) -> Result<Closure<'h>, Fault> {
        captures.iter().for_each(|capture| self.heap().check_own(capture.bits()));
        let header = Header::new(kind::CLOSURE, 0);
        let object = ClosureObject { header, function: function.0, count: captures.len() as u32 };
        let closure = self.heap().make(object, size_of_val(captures))?;
        // SAFETY: room for the captures was asked for; `Value` is its bits.
        unsafe {
            let place = closure.as_ptr().cast::<u8>().add(CLOSURE_INLINE).cast::<u64>();
            place.copy_from_nonoverlapping(captures.as_ptr().cast::<u64>(), captures.len());
            Ok(Closure::from_object(closure))
        }
    }

    /// A method with its receiver.
    pub fn bound_method<'h>(
        &'h self,
        receiver: Value<'h>,
        method: Value<'h>,
    ) -> Result<BoundMethod<'h>, Fault> {
        self.heap().check_own(receiver.bits());
        self.heap().check_own(method.bits());
        let header = Header::new(kind::BOUND_METHOD, 0);
        let object = BoundMethodObject { header, receiver: receiver.bits(), method: method.bits() };
        let bound = self.heap().make(object, 0)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { BoundMethod::from_object(bound) })
    }

    /// A cell with a value in it.
    pub fn cell<'h>(&'h self, value: Value<'h>) -> Result<CellRef<'h>, Fault> {
        self.heap().check_own(value.bits());
        let header = Header::new(kind::CELL, 0);
        let cell = self.heap().make(CellObject { header, value: Cell::new(value.bits()) }, 0)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { CellRef::from_object(cell) })
    }

    /// The object of a registered native.
    pub(crate) fn native_object(&self, number: u32) -> Result<Native<'_>, Fault> {
        let header = Header::new(kind::NATIVE, 0);
        let native = self.heap().make(NativeObject { header, number }, 0)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { Native::from_object(native) })
    }
}
