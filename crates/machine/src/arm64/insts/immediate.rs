//! Arithmetic with immediates: sums, patterns, wide moves, bitfields, addresses.

use super::rows;
use crate::arm64::row::{
    Adr, Adrp, Bitmask, Half, Imm5, Imm6, Imm12, Imm16, Left, RD, RN, W, Wsp, X, Xsp,
};

rows! {
    MOV_FROM_SP "mov {}, sp" (Xsp<RD>) 0x9100_03e0;
    MOV_TO_SP "mov sp, {}" (Xsp<RN>) 0x9100_001f;
    CMP_I "cmp {}, {}" (Xsp<RN>, Imm12) 0xf100_001f;
    CMP_I32 "cmp {}, {}" (Wsp<RN>, Imm12) 0x7100_001f;
    CMN_I "cmn {}, {}" (Xsp<RN>, Imm12) 0xb100_001f;
    CMN_I32 "cmn {}, {}" (Wsp<RN>, Imm12) 0x3100_001f;
    ADD_I "add {}, {}, {}" (Xsp<RD>, Xsp<RN>, Imm12) 0x9100_0000;
    ADD_I32 "add {}, {}, {}" (Wsp<RD>, Wsp<RN>, Imm12) 0x1100_0000;
    ADDS_I "adds {}, {}, {}" (X<RD>, Xsp<RN>, Imm12) 0xb100_0000;
    ADDS_I32 "adds {}, {}, {}" (W<RD>, Wsp<RN>, Imm12) 0x3100_0000;
    SUB_I "sub {}, {}, {}" (Xsp<RD>, Xsp<RN>, Imm12) 0xd100_0000;
    SUB_I32 "sub {}, {}, {}" (Wsp<RD>, Wsp<RN>, Imm12) 0x5100_0000;
    SUBS_I "subs {}, {}, {}" (X<RD>, Xsp<RN>, Imm12) 0xf100_0000;
    SUBS_I32 "subs {}, {}, {}" (W<RD>, Wsp<RN>, Imm12) 0x7100_0000;

    TST_I "tst {}, {}" (X<RN>, Bitmask<64>) 0xf200_001f;
    TST_I32 "tst {}, {}" (W<RN>, Bitmask<32>) 0x7200_001f;
    AND_I "and {}, {}, {}" (Xsp<RD>, X<RN>, Bitmask<64>) 0x9200_0000;
    AND_I32 "and {}, {}, {}" (Wsp<RD>, W<RN>, Bitmask<32>) 0x1200_0000;
    ORR_I "orr {}, {}, {}" (Xsp<RD>, X<RN>, Bitmask<64>) 0xb200_0000;
    ORR_I32 "orr {}, {}, {}" (Wsp<RD>, W<RN>, Bitmask<32>) 0x3200_0000;
    EOR_I "eor {}, {}, {}" (Xsp<RD>, X<RN>, Bitmask<64>) 0xd200_0000;
    EOR_I32 "eor {}, {}, {}" (Wsp<RD>, W<RN>, Bitmask<32>) 0x5200_0000;
    ANDS_I "ands {}, {}, {}" (X<RD>, X<RN>, Bitmask<64>) 0xf200_0000;
    ANDS_I32 "ands {}, {}, {}" (W<RD>, W<RN>, Bitmask<32>) 0x7200_0000;

    MOVN "movn {}, {}{}" (X<RD>, Imm16<5>, Half<64>) 0x9280_0000;
    MOVN32 "movn {}, {}{}" (W<RD>, Imm16<5>, Half<32>) 0x1280_0000;
    MOVZ "movz {}, {}{}" (X<RD>, Imm16<5>, Half<64>) 0xd280_0000;
    MOVZ32 "movz {}, {}{}" (W<RD>, Imm16<5>, Half<32>) 0x5280_0000;
    MOVK "movk {}, {}{}" (X<RD>, Imm16<5>, Half<64>) 0xf280_0000;
    MOVK32 "movk {}, {}{}" (W<RD>, Imm16<5>, Half<32>) 0x7280_0000;

    SXTB "sxtb {}, {}" (X<RD>, W<RN>) 0x9340_1c00;
    SXTB32 "sxtb {}, {}" (W<RD>, W<RN>) 0x1300_1c00;
    SXTH "sxth {}, {}" (X<RD>, W<RN>) 0x9340_3c00;
    SXTH32 "sxth {}, {}" (W<RD>, W<RN>) 0x1300_3c00;
    SXTW "sxtw {}, {}" (X<RD>, W<RN>) 0x9340_7c00;
    UXTB "uxtb {}, {}" (W<RD>, W<RN>) 0x5300_1c00;
    UXTH "uxth {}, {}" (W<RD>, W<RN>) 0x5300_3c00;
    ASR_I "asr {}, {}, {}" (X<RD>, X<RN>, Imm6<16>) 0x9340_fc00;
    ASR_I32 "asr {}, {}, {}" (W<RD>, W<RN>, Imm5<16>) 0x1300_7c00;
    LSR_I "lsr {}, {}, {}" (X<RD>, X<RN>, Imm6<16>) 0xd340_fc00;
    LSR_I32 "lsr {}, {}, {}" (W<RD>, W<RN>, Imm5<16>) 0x5300_7c00;
    LSL_I "lsl {}, {}, {}" (X<RD>, X<RN>, Left<64>) 0xd340_0000;
    LSL_I32 "lsl {}, {}, {}" (W<RD>, W<RN>, Left<32>) 0x5300_0000;
    // Amount of rotation, then the highest bit that is moved.
    SBFM "sbfm {}, {}, {}, {}" (X<RD>, X<RN>, Imm6<16>, Imm6<10>) 0x9340_0000;
    SBFM32 "sbfm {}, {}, {}, {}" (W<RD>, W<RN>, Imm5<16>, Imm5<10>) 0x1300_0000;
    BFM "bfm {}, {}, {}, {}" (X<RD>, X<RN>, Imm6<16>, Imm6<10>) 0xb340_0000;
    BFM32 "bfm {}, {}, {}, {}" (W<RD>, W<RN>, Imm5<16>, Imm5<10>) 0x3300_0000;
    UBFM "ubfm {}, {}, {}, {}" (X<RD>, X<RN>, Imm6<16>, Imm6<10>) 0xd340_0000;
    UBFM32 "ubfm {}, {}, {}, {}" (W<RD>, W<RN>, Imm5<16>, Imm5<10>) 0x5300_0000;

    ADR "adr {}, {}" (X<RD>, Adr) 0x1000_0000;
    ADRP "adrp {}, {}" (X<RD>, Adrp) 0x9000_0000;
}
