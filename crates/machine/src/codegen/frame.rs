//! The layout of a function's frame, below the frame pointer: preserved registers, the allocator's
//! slots, objects; and lowest, at the stack pointer, the stack arguments of calls.
//!
//! ```text
//!  frame pointer ->  | caller's frame pointer, return address |
//!                    | preserved registers                    |
//!                    | slots                                  |
//!                    | objects                                |
//!  stack pointer ->  | arguments of calls                     |
//! ```

use super::abi::{Convention, STACK_ALIGN};
use crate::regalloc::{Allocation, Bank, PReg, RegSet};

/// What lowering finds that a function needs of its frame.
#[derive(Debug, Default)]
pub struct Needs {
    /// Size and alignment of each object.
    pub objects: Vec<(u32, u32)>,
    /// Most bytes of stack arguments that a call needs.
    pub outgoing: u32,
    /// Registers that machine code of the text may change.
    pub clobbers: RegSet,
    /// Whether anything needs a frame, such as a call.
    pub frame: bool,
    /// Whether the stack pointer moves within the function.
    pub moves: bool,
}

impl Needs {
    pub(super) fn clear(&mut self) {
        self.objects.clear();
        self.outgoing = 0;
        self.clobbers = RegSet::NONE;
        self.frame = false;
        self.moves = false;
    }
}

/// Where everything is. Offsets are counted downwards from the frame pointer, in bytes.
#[derive(Debug, Default)]
pub struct Frame {
    /// Whether there is a frame at all.
    pub exists: bool,
    /// Preserved registers that the function uses, and the offset of each.
    pub saved: Vec<(PReg, u32)>,
    first_slot: u32,
    /// Offset and alignment of each object. An alignment above the stack's needs rounding down.
    pub objects: Vec<(u32, u32)>,
    /// Bytes between frame pointer and stack pointer.
    pub size: u32,
    /// Whether the stack pointer may be elsewhere when the function returns.
    pub moves: bool,
}

/// Largest frame, in bytes.
pub const MAX_FRAME: u64 = 1 << 30;

/// A frame beyond [`MAX_FRAME`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl Frame {
    /// Lays a frame out.
    ///
    /// # Errors
    /// If it is too large.
    pub(super) fn build(
        &mut self,
        needs: &Needs,
        allocation: &Allocation,
        convention: &Convention,
    ) -> Result<(), TooLarge> {
        self.saved.clear();
        self.objects.clear();
        let mut offset = 0u64;
        // Words first, so that the wider float registers are aligned behind them.
        let preserved = allocation.used.or(needs.clobbers).and(convention.preserved);
        for bank in [Bank::Int, Bank::Float] {
            let size = if bank == Bank::Int { 8 } else { u64::from(STACK_ALIGN) };
            for reg in preserved.iter().filter(|reg| reg.bank() == bank) {
                offset = (offset + size).next_multiple_of(size);
                self.saved.push((reg, offset as u32));
            }
        }
        self.first_slot = offset as u32;
        offset += 8 * u64::from(allocation.slots);
        for &(size, align) in &needs.objects {
            // The frame pointer is a multiple of `STACK_ALIGN` only: the rest is made at run time.
            let room = u64::from(align.saturating_sub(STACK_ALIGN));
            let align_here = u64::from(align.min(STACK_ALIGN));
            offset = (offset + u64::from(size) + room).next_multiple_of(align_here);
            if offset > MAX_FRAME {
                return Err(TooLarge);
            }
            // Rounding the address of the lowest byte up gives an aligned one within the room.
            self.objects.push((offset as u32, align));
        }
        offset += u64::from(needs.outgoing);
        let size = offset.next_multiple_of(u64::from(STACK_ALIGN));
        if size > MAX_FRAME {
            return Err(TooLarge);
        }
        self.size = size as u32;
        self.moves = needs.moves;
        self.exists = needs.frame || size > 0;
        Ok(())
    }

    /// Offset of a slot.
    pub fn slot(&self, slot: u32) -> u32 {
        self.first_slot + 8 * (slot + 1)
    }
}
