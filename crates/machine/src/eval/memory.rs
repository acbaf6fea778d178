//! Memory of the evaluator: separate objects with bounds.
//!
//! Every data object, heap block and frame object has its own range of addresses with a gap behind
//! it, so that an access beyond an object's end is found. Objects of frames are not initialised:
//! reading a byte that was not written is found too. Everything else begins as zeros or as its data.

use super::Stop;

/// Where data begins.
const DATA: u64 = 0x10_0000;
/// Where the heap begins.
const HEAP: u64 = 0x1_0000_0000;
/// Where frame objects begin.
const FRAMES: u64 = 0x7000_0000_0000;
/// Bytes between objects that belong to none.
const GAP: u64 = 64;

#[derive(Debug)]
struct Object {
    base: u64,
    bytes: Vec<u8>,
    /// For frame objects, which bytes have been written.
    written: Option<Vec<bool>>,
}

impl Object {
    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }
}

/// All objects.
#[derive(Debug)]
pub(super) struct Memory {
    /// Data and heap, by address.
    lasting: Vec<Object>,
    /// Objects of frames, by address; the newest is the last.
    frames: Vec<Object>,
    heap_bytes: u64,
    limit: u64,
}

impl Memory {
    /// Takes the most bytes the heap may have.
    pub(super) fn new(limit: u64) -> Memory {
        Memory { lasting: Vec::new(), frames: Vec::new(), heap_bytes: 0, limit }
    }

    /// Adds a data object and returns its address. All data comes before the first heap block.
    pub(super) fn add_data(&mut self, bytes: Vec<u8>, align: u64) -> u64 {
        let free = self.lasting.last().map_or(DATA, |object| object.end() + GAP);
        let base = free.next_multiple_of(align.max(16));
        self.lasting.push(Object { base, bytes, written: None });
        base
    }

    /// Allocates zeroed bytes on the heap; nothing if there are no more.
    pub(super) fn allocate(&mut self, size: u64) -> Option<u64> {
        self.heap_bytes = self.heap_bytes.checked_add(size).filter(|&sum| sum <= self.limit)?;
        let free = self.lasting.last().map_or(HEAP, |object| object.end() + GAP).max(HEAP);
        let base = free.next_multiple_of(16);
        let bytes = vec![0; usize::try_from(size).ok()?];
        self.lasting.push(Object { base, bytes, written: None });
        Some(base)
    }

    /// Adds an object of a frame.
    pub(super) fn push_frame_object(&mut self, size: u64, align: u64) -> u64 {
        let free = self.frames.last().map_or(FRAMES, |object| object.end() + GAP);
        let base = free.next_multiple_of(align.max(16));
        let size = size as usize;
        self.frames.push(Object { base, bytes: vec![0; size], written: Some(vec![false; size]) });
        base
    }

    /// How many frame objects there are.
    pub(super) fn frame_objects(&self) -> usize {
        self.frames.len()
    }

    /// Drops the newest frame objects.
    pub(super) fn truncate_frames(&mut self, count: usize) {
        self.frames.truncate(count);
    }

    /// The object that holds a range of addresses, and where the range begins in it.
    fn find(&mut self, address: u64, size: u64) -> Result<(&mut Object, usize), Stop> {
        let objects = if address >= FRAMES { &mut self.frames } else { &mut self.lasting };
        let after = objects.partition_point(|object| object.base <= address);
        let object = objects[..after].last_mut();
        match object.filter(|object| {
            let offset = address - object.base;
            offset.checked_add(size).is_some_and(|end| end <= object.bytes.len() as u64)
        }) {
            Some(object) => {
                let offset = (address - object.base) as usize;
                Ok((object, offset))
            }
            None => {
                Err(Stop::Undefined(format!("{size} bytes at {address:#x} are not an object's")))
            }
        }
    }

    /// Bytes at an address. None at all are anywhere.
    pub(super) fn read(&mut self, address: u64, size: u64) -> Result<&[u8], Stop> {
        if size == 0 {
            return Ok(&[]);
        }
        let (object, at) = self.find(address, size)?;
        let range = at..at + size as usize;
        let unwritten = |written: &Vec<bool>| written[range.clone()].contains(&false);
        if object.written.as_ref().is_some_and(unwritten) {
            let message = format!("reads bytes of a frame that were not written, at {address:#x}");
            return Err(Stop::Undefined(message));
        }
        Ok(&object.bytes[range])
    }

    pub(super) fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Stop> {
        if bytes.is_empty() {
            return Ok(());
        }
        let (object, at) = self.find(address, bytes.len() as u64)?;
        object.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        if let Some(written) = &mut object.written {
            written[at..at + bytes.len()].fill(true);
        }
        Ok(())
    }

    /// A little-endian number of up to 8 bytes.
    pub(super) fn load(&mut self, address: u64, size: u64) -> Result<u64, Stop> {
        let mut word = [0; 8];
        word[..size as usize].copy_from_slice(self.read(address, size)?);
        Ok(u64::from_le_bytes(word))
    }

    /// Stores the low bytes of a number.
    pub(super) fn store(&mut self, address: u64, size: u64, value: u64) -> Result<(), Stop> {
        self.write(address, &value.to_le_bytes()[..size as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_stay_within_their_object() {
        let mut memory = Memory::new(1000);
        let data = memory.add_data(vec![1, 2, 3, 4], 1);
        let heap = memory.allocate(8).unwrap();
        assert_eq!(memory.load(data, 4), Ok(0x0403_0201));
        for (address, size) in [(data + 1, 4), (data - 1, 1), (data + 4, 1), (heap, 9), (0, 1)] {
            assert!(matches!(memory.read(address, size), Err(Stop::Undefined(_))), "{address:#x}");
        }
        assert_eq!(memory.read(u64::MAX, 0), Ok(&[][..]));
        assert!(memory.read(u64::MAX, 8).is_err());
        assert_eq!(memory.store(heap, 8, u64::MAX), Ok(()));
        assert_eq!(memory.load(heap + 6, 2), Ok(0xffff));
        assert_eq!((memory.allocate(993), memory.allocate(992).is_some()), (None, true));
    }

    #[test]
    fn frame_objects_begin_unwritten_and_go() {
        let mut memory = Memory::new(0);
        let object = memory.push_frame_object(16, 32);
        assert_eq!(object % 32, 0);
        memory.store(object, 4, 7).unwrap();
        assert_eq!(memory.load(object, 4), Ok(7));
        assert!(memory.load(object, 8).is_err());
        memory.truncate_frames(0);
        assert!(memory.load(object, 4).is_err());
    }
}
