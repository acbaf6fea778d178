//! Writing loads, stores, moves and frames.

use super::conventions::{FLOAT_SCRATCH, SCRATCH, SCRATCH2};
use super::insts::memory::{
    Access, LDP, LDR, LDR_D, LDR_S, LDR32, LDRB, LDRH, LDRSB, LDRSH, LDRSW, STP, STR, STR_D, STR_S,
    STR32, STRB, STRH,
};
use super::insts::{float, immediate, integer};
use super::operand::{Cond, Extend, R, Shift};
use super::row;
use super::target::Branch;
use super::write::{Writer, v, x};
use crate::codegen::abi::STACK_ALIGN;
use crate::codegen::frame::Frame;
use crate::codegen::legal::{Address, Base, Width};
use crate::codegen::target::Context;
use crate::regalloc::{Bank, Place};

/// Bytes between frame pointer and incoming stack arguments: the caller's frame pointer and the return
/// address.
const LINKAGE: i64 = 16;
/// Bytes of a page: the stack grows by touching one after the other.
const PAGE: u32 = 4096;
/// Pages that are touched without a loop.
const FEW_PAGES: u32 = 4;

/// An address with its registers.
#[derive(Clone, Copy)]
struct Resolved {
    base: R,
    /// A register and the logarithm of its factor.
    index: Option<(R, u8)>,
    offset: i64,
}

impl Resolved {
    fn new(base: R, offset: i64) -> Resolved {
        Resolved { base, index: None, offset }
    }

    /// A place in the frame, which is counted downwards.
    fn in_frame(offset: u32) -> Resolved {
        Resolved::new(R::FP, -i64::from(offset))
    }
}

impl Writer<'_> {
    pub(super) fn load(&mut self, width: Width, d: Place, address: &Address, c: &Context<'_>) {
        let address = self.resolve(address, c);
        match width {
            Width::W8 { signed: false } => self.access(LDRB, x(d), address),
            Width::W8 { signed: true } => self.access(LDRSB, x(d), address),
            Width::W16 { signed: false } => self.access(LDRH, x(d), address),
            Width::W16 { signed: true } => self.access(LDRSH, x(d), address),
            Width::W32 { signed: false } => self.access(LDR32, x(d), address),
            Width::W32 { signed: true } => self.access(LDRSW, x(d), address),
            Width::W64 => self.access(LDR, x(d), address),
            Width::F32 => self.access(LDR_S, v(d), address),
            Width::F64 => self.access(LDR_D, v(d), address),
        }
    }

    pub(super) fn store(&mut self, width: Width, a: Place, address: &Address, c: &Context<'_>) {
        let address = self.resolve(address, c);
        match width {
            Width::F32 => self.access(STR_S, v(a), address),
            Width::F64 => self.access(STR_D, v(a), address),
            _ => self.store_general(width, x(a), address),
        }
    }

    pub(super) fn store_zero(&mut self, width: Width, address: &Address, c: &Context<'_>) {
        let address = self.resolve(address, c);
        self.store_general(width, R::ZR, address);
    }

    fn store_general(&mut self, width: Width, a: R, address: Resolved) {
        match width {
            Width::W8 { .. } => self.access(STRB, a, address),
            Width::W16 { .. } => self.access(STRH, a, address),
            Width::W32 { .. } => self.access(STR32, a, address),
            Width::W64 | Width::F32 | Width::F64 => self.access(STR, a, address),
        }
    }

    /// The registers of an address are the first operands.
    fn resolve(&mut self, address: &Address, context: &Context<'_>) -> Resolved {
        let operand = |at: usize| x(context.places[at]);
        let offset = i64::from(address.offset);
        let (base, offset, index_at) = match address.base {
            Base::Reg(_) => (operand(0), offset, 1),
            Base::Symbol(symbol) => {
                // Its alignment is not known, so that the load cannot have the low bits itself.
                self.symbol_address(SCRATCH, symbol, address.offset);
                (SCRATCH, 0, 0)
            }
            Base::Incoming => (R::FP, offset + LINKAGE, 0),
            Base::Outgoing => (R::SP, offset, 0),
        };
        let index = address.index.map(|(_, scale)| (operand(index_at), scale));
        Resolved { base, index, offset }
    }

    /// Loads or stores, with the address in as few instructions as its parts need.
    fn access<T: row::Operand, const SCALE: u8>(
        &mut self,
        rows: Access<T, SCALE>,
        value: T::Value,
        address: Resolved,
    ) {
        let Resolved { mut base, index, offset } = address;
        if let Some((index, scale)) = index {
            if offset == 0 && (scale == 0 || scale == SCALE) {
                return self.emit(rows.indexed, (value, base, index, (Extend::Uxtx, scale)));
            }
            self.emit(integer::ADD_SHIFT, (SCRATCH, base, index, (Shift::Lsl, scale)));
            base = SCRATCH;
        }
        let near = rows.scaled.encode((value, base, offset));
        if let Ok(word) = near.or_else(|_| rows.unscaled.encode((value, base, offset))) {
            return self.word(Ok(word));
        }
        let low = offset & 0xfff;
        if offset.unsigned_abs() < 1 << 24 && rows.scaled.encode((value, base, low)).is_ok() {
            self.add(SCRATCH, base, offset - low);
            self.emit(rows.scaled, (value, SCRATCH, low));
        } else {
            // Moves must leave the other one alone; their bases are not in this one.
            let far = if base == SCRATCH { SCRATCH2 } else { SCRATCH };
            self.constant(far, offset);
            self.emit(rows.indexed, (value, base, far, (Extend::Uxtx, 0)));
        }
    }

    /// Copies between any two places.
    pub(super) fn copy(&mut self, to: Place, from: Place, frame: &Frame) {
        let slot = |slot: u32| Resolved::in_frame(frame.slot(slot));
        match (to, from) {
            _ if to == from => {}
            (Place::Reg(to_reg), Place::Reg(_)) => match to_reg.bank() {
                Bank::Int => self.emit(integer::MOV, (x(to), x(from))),
                Bank::Float => self.emit(float::FMOV_D, (v(to), v(from))),
            },
            (Place::Reg(reg), Place::Slot(from)) => match reg.bank() {
                Bank::Int => self.access(LDR, x(to), slot(from)),
                Bank::Float => self.access(LDR_D, v(to), slot(from)),
            },
            (Place::Slot(to), Place::Reg(reg)) => match reg.bank() {
                Bank::Int => self.access(STR, x(from), slot(to)),
                Bank::Float => self.access(STR_D, v(from), slot(to)),
            },
            (Place::Slot(to), Place::Slot(from)) => {
                self.access(LDR_D, FLOAT_SCRATCH, slot(from));
                self.access(STR_D, FLOAT_SCRATCH, slot(to));
            }
            (Place::Made(_), _) | (_, Place::Made(_)) => {
                debug_assert!(false, "a constant is made, not copied");
            }
        }
    }

    /// The general register of an operand that may be in a slot.
    pub(super) fn in_register(&mut self, place: Place, frame: &Frame) -> R {
        if let Place::Slot(slot) = place {
            self.access(LDR, SCRATCH, Resolved::in_frame(frame.slot(slot)));
        }
        x(place)
    }

    pub(super) fn object_address(&mut self, d: R, object: u32, frame: &Frame) {
        let (offset, align) = frame.objects[object as usize];
        let room = align.saturating_sub(STACK_ALIGN);
        self.add(d, R::FP, i64::from(room) - i64::from(offset));
        if room > 0 {
            self.emit(immediate::AND_I, (d, d, -i64::from(align) as u64));
        }
    }

    /// Builds the frame.
    pub(super) fn entry(&mut self, frame: &Frame) {
        if !frame.exists {
            return;
        }
        self.emit(STP.pre, (R::FP, R::LR, R::SP, -LINKAGE));
        self.emit(immediate::MOV_FROM_SP, (R::FP,));
        self.grow_stack(frame.size);
        for &(reg, offset) in &frame.saved {
            let (place, at) = (Place::Reg(reg), Resolved::in_frame(offset));
            match reg.bank() {
                Bank::Int => self.access(STR, x(place), at),
                Bank::Float => self.access(STR_D, v(place), at),
            }
        }
    }

    /// Lowers the stack pointer. Every page on the way is touched, so that a guard page is not stepped
    /// over and systems that map one page at a time do so.
    fn grow_stack(&mut self, bytes: u32) {
        let (pages, rest) = (bytes / PAGE, bytes % PAGE);
        if pages > FEW_PAGES {
            self.add(SCRATCH, R::SP, -i64::from(pages * PAGE));
            let again = self.out.label();
            self.out.bind(again);
            self.touch_page();
            self.emit(integer::SUBS_EXT, (R::ZR, R::SP, SCRATCH, (Extend::Uxtx, 0)));
            self.out.branch(Branch::On(Cond::Ne).kind(), again);
        } else {
            (0..pages).for_each(|_| self.touch_page());
        }
        if rest > 0 {
            self.add(R::SP, R::SP, -i64::from(rest));
        }
    }

    fn touch_page(&mut self) {
        self.add(R::SP, R::SP, -i64::from(PAGE));
        self.access(STR, R::ZR, Resolved::new(R::SP, 0));
    }

    /// Takes the frame down.
    pub(super) fn leave(&mut self, frame: &Frame) {
        if !frame.exists {
            return;
        }
        for &(reg, offset) in &frame.saved {
            let (place, at) = (Place::Reg(reg), Resolved::in_frame(offset));
            match reg.bank() {
                Bank::Int => self.access(LDR, x(place), at),
                Bank::Float => self.access(LDR_D, v(place), at),
            }
        }
        self.emit(immediate::MOV_TO_SP, (R::FP,));
        self.emit(LDP.post, (R::FP, R::LR, R::SP, LINKAGE));
    }
}
