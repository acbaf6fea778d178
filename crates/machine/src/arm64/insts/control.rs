//! Jumps, calls, returns, traps, system calls, barriers.

use super::rows;
use crate::arm64::row::{Bit, Imm7, Imm16, Jump14, Jump19, Jump26, RD, RN, W, When, X};

rows! {
    B "b {}" (Jump26) 0x1400_0000;
    BL "bl {}" (Jump26) 0x9400_0000;
    B_COND "b.{} {}" (When<0>, Jump19) 0x5400_0000;
    CBZ "cbz {}, {}" (X<RD>, Jump19) 0xb400_0000;
    CBZ32 "cbz {}, {}" (W<RD>, Jump19) 0x3400_0000;
    CBNZ "cbnz {}, {}" (X<RD>, Jump19) 0xb500_0000;
    CBNZ32 "cbnz {}, {}" (W<RD>, Jump19) 0x3500_0000;
    TBZ "tbz {}, {}, {}" (X<RD>, Bit, Jump14) 0x3600_0000;
    TBNZ "tbnz {}, {}, {}" (X<RD>, Bit, Jump14) 0x3700_0000;
    BR "br {}" (X<RN>) 0xd61f_0000;
    BLR "blr {}" (X<RN>) 0xd63f_0000;
    RET "ret" () 0xd65f_03c0;
    RET_TO "ret {}" (X<RN>) 0xd65f_0000;
    SVC "svc {}" (Imm16<5>) 0xd400_0001;
    BRK "brk {}" (Imm16<5>) 0xd420_0000;
    HLT "hlt {}" (Imm16<5>) 0xd440_0000;
    UDF "udf {}" (Imm16<0>) 0x0000_0000;
    NOP "nop" () 0xd503_201f;
    // Where indirect jumps and calls may land, on processors that check it.
    BTI_C "bti c" () 0xd503_245f;
    BTI_J "bti j" () 0xd503_249f;
    HINT "hint {}" (Imm7<5>) 0xd503_201f;
    DMB_ISH "dmb ish" () 0xd503_3bbf;
    DMB_ISHLD "dmb ishld" () 0xd503_39bf;
    DMB_ISHST "dmb ishst" () 0xd503_3abf;
    DSB_ISH "dsb ish" () 0xd503_3b9f;
    ISB "isb" () 0xd503_3fdf;
}
