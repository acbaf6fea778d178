//! Large memory straight from the system, and back to it at once: the general allocator may keep
//! what is freed, which would make a limit of memory mean little.

pub(crate) use implementation::System;

#[cfg(all(any(unix, windows), not(miri)))]
mod implementation {
    use memmap2::MmapMut;
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::ptr::NonNull;

    /// The mappings in use, by address.
    #[derive(Default)]
    pub(crate) struct System {
        mappings: RefCell<HashMap<usize, MmapMut>>,
    }

    impl System {
        /// Whether memory grows without a copy beside it.
        pub(crate) const MOVES: bool = cfg!(target_os = "linux");

        /// Zeroed memory of a size that is not 0.
        pub(crate) fn allocate(&self, size: usize) -> Option<NonNull<u8>> {
            let mapping = MmapMut::map_anon(size).ok()?;
            Some(self.keep(mapping))
        }

        fn keep(&self, mut mapping: MmapMut) -> NonNull<u8> {
            let memory = NonNull::from(&mut mapping[..]).cast::<u8>();
            self.mappings.borrow_mut().insert(memory.as_ptr() as usize, mapping);
            memory
        }

        /// Gives memory back.
        ///
        /// # Safety
        /// It came from here with this size and is not used any more.
        pub(crate) unsafe fn free(&self, memory: NonNull<u8>, _size: usize) {
            self.mappings.borrow_mut().remove(&(memory.as_ptr() as usize));
        }

        /// Gives back part of memory, which stays usable; its contents are lost. False if the system
        /// can't do that.
        ///
        /// # Safety
        /// The memory came from here and has such a part, of whole pages, which is not used.
        pub(crate) unsafe fn discard(
            &self,
            memory: NonNull<u8>,
            offset: usize,
            size: usize,
        ) -> bool {
            #[cfg(target_os = "linux")]
            if let Some(mapping) = self.mappings.borrow().get(&(memory.as_ptr() as usize)) {
                let advice = memmap2::UncheckedAdvice::DontNeed;
                // SAFETY: the caller's promise; the mapping is private and anonymous, so the part
                // reads as zeros from now on.
                return unsafe { mapping.unchecked_advise_range(advice, offset, size) }.is_ok();
            }
            let _ = (memory, offset, size);
            false
        }

        /// Changes the size of memory, keeping the contents. `None`: the old memory stays.
        ///
        /// # Safety
        /// As [`System::free`], if there is new memory.
        pub(crate) unsafe fn resize(
            &self,
            memory: NonNull<u8>,
            old: usize,
            size: usize,
        ) -> Option<NonNull<u8>> {
            #[cfg(target_os = "linux")]
            {
                let _ = old;
                let address = memory.as_ptr() as usize;
                let mut mapping = self.mappings.borrow_mut().remove(&address)?;
                let options = memmap2::RemapOptions::new().may_move(true);
                // SAFETY: nothing refers to the mapping but what the caller gives up; it is
                // anonymous, so no file can be shorter than it.
                let moved = unsafe { mapping.remap(size, options) };
                let place = self.keep(mapping);
                moved.ok().map(|()| place)
            }
            #[cfg(not(target_os = "linux"))]
            {
                let larger = self.allocate(size)?;
                // SAFETY: both are at least so large; the caller gives the old memory up.
                unsafe {
                    larger.copy_from_nonoverlapping(memory, old.min(size));
                    self.free(memory, old);
                }
                Some(larger)
            }
        }
    }
}

#[cfg(not(all(any(unix, windows), not(miri))))]
mod implementation {
    use std::alloc::{self, Layout};
    use std::ptr::NonNull;

    /// Stands for the system's memory where there are no mappings.
    #[derive(Default)]
    pub(crate) struct System;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, 16).ok()
    }

    impl System {
        /// Whether memory grows without a copy beside it.
        pub(crate) const MOVES: bool = false;

        /// Zeroed memory of a size that is not 0.
        pub(crate) fn allocate(&self, size: usize) -> Option<NonNull<u8>> {
            // SAFETY: the layout is not empty.
            NonNull::new(unsafe { alloc::alloc_zeroed(layout(size)?) })
        }

        /// Gives memory back.
        ///
        /// # Safety
        /// It came from here with this size and is not used any more.
        pub(crate) unsafe fn free(&self, memory: NonNull<u8>, size: usize) {
            if let Some(layout) = layout(size) {
                // SAFETY: the caller's promise.
                unsafe { alloc::dealloc(memory.as_ptr(), layout) }
            }
        }

        /// Gives back part of memory, which stays usable: not possible here.
        ///
        /// # Safety
        /// None.
        pub(crate) unsafe fn discard(&self, _: NonNull<u8>, _: usize, _: usize) -> bool {
            false
        }

        /// Changes the size of memory, keeping the contents. `None`: the old memory stays.
        ///
        /// # Safety
        /// As [`System::free`], if there is new memory.
        pub(crate) unsafe fn resize(
            &self,
            memory: NonNull<u8>,
            old: usize,
            size: usize,
        ) -> Option<NonNull<u8>> {
            // SAFETY: the caller's promise.
            NonNull::new(unsafe { alloc::realloc(memory.as_ptr(), layout(old)?, size) })
        }
    }
}
