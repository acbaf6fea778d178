//! Scalar floats (SSE2).

use super::{code, rows};
use crate::x64::operand::Kind::{R32, R64, X32, X64, X128};

rows! {
    REG_RM: RegRm;
    SQRTSD "sqrtsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x51);
    SQRTSS "sqrtss" [reg: X32, rm: X32] (0xf3: 0x0f 0x51);
    ADDSD "addsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x58);
    ADDSS "addss" [reg: X32, rm: X32] (0xf3: 0x0f 0x58);
    MULSD "mulsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x59);
    MULSS "mulss" [reg: X32, rm: X32] (0xf3: 0x0f 0x59);
    SUBSD "subsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x5c);
    SUBSS "subss" [reg: X32, rm: X32] (0xf3: 0x0f 0x5c);
    DIVSD "divsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x5e);
    DIVSS "divss" [reg: X32, rm: X32] (0xf3: 0x0f 0x5e);
    UCOMISD "ucomisd" [reg: X64, rm: X64] (0x66: 0x0f 0x2e);
    UCOMISS "ucomiss" [reg: X32, rm: X32] (0x0f 0x2e);
    MOVSD "movsd" [reg: X64, rm: X64] (0xf2: 0x0f 0x10);
    MOVSS "movss" [reg: X32, rm: X32] (0xf3: 0x0f 0x10);
    MOVAPS "movaps" [reg: X128, rm: X128] (0x0f 0x28);
    ANDPS "andps" [reg: X128, rm: X128] (0x0f 0x54);
    ANDNPS "andnps" [reg: X128, rm: X128] (0x0f 0x55);
    ORPS "orps" [reg: X128, rm: X128] (0x0f 0x56);
    XORPS "xorps" [reg: X128, rm: X128] (0x0f 0x57);
    CVTSI2SD "cvtsi2sd" [reg: X64, rm: R64] (w 0xf2: 0x0f 0x2a);
    CVTSI2SS "cvtsi2ss" [reg: X32, rm: R64] (w 0xf3: 0x0f 0x2a);
    CVTTSD2SI "cvttsd2si" [reg: R64, rm: X64] (w 0xf2: 0x0f 0x2c);
    CVTTSS2SI "cvttss2si" [reg: R64, rm: X32] (w 0xf3: 0x0f 0x2c);
    CVTSD2SS "cvtsd2ss" [reg: X32, rm: X64] (0xf2: 0x0f 0x5a);
    CVTSS2SD "cvtss2sd" [reg: X64, rm: X32] (0xf3: 0x0f 0x5a);
    MOVQ_TO "movq" [reg: X64, rm: R64] (w 0x66: 0x0f 0x6e);
    MOVD_TO "movd" [reg: X32, rm: R32] (0x66: 0x0f 0x6e);
}

rows! {
    RM_REG: RmReg;
    STORE_SD "movsd" [rm: X64, reg: X64] (0xf2: 0x0f 0x11);
    STORE_SS "movss" [rm: X32, reg: X32] (0xf3: 0x0f 0x11);
    STORE_APS "movaps" [rm: X128, reg: X128] (0x0f 0x29);
    MOVQ_FROM "movq" [rm: R64, reg: X64] (w 0x66: 0x0f 0x7e);
    MOVD_FROM "movd" [rm: R32, reg: X32] (0x66: 0x0f 0x7e);
}
