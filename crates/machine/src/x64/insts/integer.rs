//! Moves, arithmetic, bits, comparisons of integers.

use super::{code, rows};
use crate::x64::operand::Kind::{R8, R16, R32, R64};

rows! {
    REG_RM: RegRm;
    ADD "add" [reg: R64, rm: R64] (w 0x03);
    OR "or" [reg: R64, rm: R64] (w 0x0b);
    AND "and" [reg: R64, rm: R64] (w 0x23);
    SUB "sub" [reg: R64, rm: R64] (w 0x2b);
    XOR "xor" [reg: R64, rm: R64] (w 0x33);
    CMP "cmp" [reg: R64, rm: R64] (w 0x3b);
    XOR32 "xor" [reg: R32, rm: R32] (0x33);
    MOV "mov" [reg: R64, rm: R64] (w 0x8b);
    MOV32 "mov" [reg: R32, rm: R32] (0x8b);
    IMUL "imul" [reg: R64, rm: R64] (w 0x0f 0xaf);
    MOVZX8 "movzx" [reg: R32, rm: R8] (0x0f 0xb6);
    MOVZX16 "movzx" [reg: R32, rm: R16] (0x0f 0xb7);
    MOVSX8 "movsx" [reg: R64, rm: R8] (w 0x0f 0xbe);
    MOVSX16 "movsx" [reg: R64, rm: R16] (w 0x0f 0xbf);
    MOVSXD "movsxd" [reg: R64, rm: R32] (w 0x63);
    BSF "bsf" [reg: R64, rm: R64] (w 0x0f 0xbc);
    BSR "bsr" [reg: R64, rm: R64] (w 0x0f 0xbd);
    CMOVO "cmovo" [reg: R64, rm: R64] (w 0x0f 0x40);
    CMOVNO "cmovno" [reg: R64, rm: R64] (w 0x0f 0x41);
    CMOVB "cmovb" [reg: R64, rm: R64] (w 0x0f 0x42);
    CMOVAE "cmovae" [reg: R64, rm: R64] (w 0x0f 0x43);
    CMOVE "cmove" [reg: R64, rm: R64] (w 0x0f 0x44);
    CMOVNE "cmovne" [reg: R64, rm: R64] (w 0x0f 0x45);
    CMOVBE "cmovbe" [reg: R64, rm: R64] (w 0x0f 0x46);
    CMOVA "cmova" [reg: R64, rm: R64] (w 0x0f 0x47);
    CMOVS "cmovs" [reg: R64, rm: R64] (w 0x0f 0x48);
    CMOVNS "cmovns" [reg: R64, rm: R64] (w 0x0f 0x49);
    CMOVP "cmovp" [reg: R64, rm: R64] (w 0x0f 0x4a);
    CMOVNP "cmovnp" [reg: R64, rm: R64] (w 0x0f 0x4b);
    CMOVL "cmovl" [reg: R64, rm: R64] (w 0x0f 0x4c);
    CMOVGE "cmovge" [reg: R64, rm: R64] (w 0x0f 0x4d);
    CMOVLE "cmovle" [reg: R64, rm: R64] (w 0x0f 0x4e);
    CMOVG "cmovg" [reg: R64, rm: R64] (w 0x0f 0x4f);
}

rows! {
    REG_MEM: RegMem;
    LEA "lea" [reg: R64] (w 0x8d);
}

rows! {
    RM_REG: RmReg;
    STORE "mov" [rm: R64, reg: R64] (w 0x89);
    STORE32 "mov" [rm: R32, reg: R32] (0x89);
    STORE16 "mov" [rm: R16, reg: R16] (0x66: 0x89);
    STORE8 "mov" [rm: R8, reg: R8] (0x88);
    TEST "test" [rm: R64, reg: R64] (w 0x85);
    CMP_TO "cmp" [rm: R64, reg: R64] (w 0x39);
}

rows! {
    RM_ONLY: RmOnly;
    NOT "not" [ext: 2, rm: R64] (w 0xf7);
    NEG "neg" [ext: 3, rm: R64] (w 0xf7);
    MUL "mul" [ext: 4, rm: R64] (w 0xf7);
    IMUL_WIDE "imul" [ext: 5, rm: R64] (w 0xf7);
    DIV "div" [ext: 6, rm: R64] (w 0xf7);
    IDIV "idiv" [ext: 7, rm: R64] (w 0xf7);
    SETO "seto" [ext: 0, rm: R8] (0x0f 0x90);
    SETNO "setno" [ext: 0, rm: R8] (0x0f 0x91);
    SETB "setb" [ext: 0, rm: R8] (0x0f 0x92);
    SETAE "setae" [ext: 0, rm: R8] (0x0f 0x93);
    SETE "sete" [ext: 0, rm: R8] (0x0f 0x94);
    SETNE "setne" [ext: 0, rm: R8] (0x0f 0x95);
    SETBE "setbe" [ext: 0, rm: R8] (0x0f 0x96);
    SETA "seta" [ext: 0, rm: R8] (0x0f 0x97);
    SETS "sets" [ext: 0, rm: R8] (0x0f 0x98);
    SETNS "setns" [ext: 0, rm: R8] (0x0f 0x99);
    SETP "setp" [ext: 0, rm: R8] (0x0f 0x9a);
    SETNP "setnp" [ext: 0, rm: R8] (0x0f 0x9b);
    SETL "setl" [ext: 0, rm: R8] (0x0f 0x9c);
    SETGE "setge" [ext: 0, rm: R8] (0x0f 0x9d);
    SETLE "setle" [ext: 0, rm: R8] (0x0f 0x9e);
    SETG "setg" [ext: 0, rm: R8] (0x0f 0x9f);
}

rows! {
    // The count is in cl.
    SHIFT_CL: RmOnly;
    ROL "rol" [ext: 0, rm: R64] (w 0xd3);
    ROR "ror" [ext: 1, rm: R64] (w 0xd3);
    SHL "shl" [ext: 4, rm: R64] (w 0xd3);
    SHR "shr" [ext: 5, rm: R64] (w 0xd3);
    SAR "sar" [ext: 7, rm: R64] (w 0xd3);
}

rows! {
    RM_IMM: RmImm;
    ADD_I8 "add" [ext: 0, rm: R64, imm: 1] (w 0x83);
    ADD_I32 "add" [ext: 0, rm: R64, imm: 4] (w 0x81);
    OR_I8 "or" [ext: 1, rm: R64, imm: 1] (w 0x83);
    OR_I32 "or" [ext: 1, rm: R64, imm: 4] (w 0x81);
    AND_I8 "and" [ext: 4, rm: R64, imm: 1] (w 0x83);
    AND_I32 "and" [ext: 4, rm: R64, imm: 4] (w 0x81);
    SUB_I8 "sub" [ext: 5, rm: R64, imm: 1] (w 0x83);
    SUB_I32 "sub" [ext: 5, rm: R64, imm: 4] (w 0x81);
    XOR_I8 "xor" [ext: 6, rm: R64, imm: 1] (w 0x83);
    XOR_I32 "xor" [ext: 6, rm: R64, imm: 4] (w 0x81);
    CMP_I8 "cmp" [ext: 7, rm: R64, imm: 1] (w 0x83);
    CMP_I32 "cmp" [ext: 7, rm: R64, imm: 4] (w 0x81);
    CMP32_I8 "cmp" [ext: 7, rm: R32, imm: 1] (0x83);
    CMP32_I32 "cmp" [ext: 7, rm: R32, imm: 4] (0x81);
    CMP8_I8 "cmp" [ext: 7, rm: R8, imm: 1] (0x80);
    ROL_I8 "rol" [ext: 0, rm: R64, imm: 1] (w 0xc1);
    ROR_I8 "ror" [ext: 1, rm: R64, imm: 1] (w 0xc1);
    SHL_I8 "shl" [ext: 4, rm: R64, imm: 1] (w 0xc1);
    SHR_I8 "shr" [ext: 5, rm: R64, imm: 1] (w 0xc1);
    SAR_I8 "sar" [ext: 7, rm: R64, imm: 1] (w 0xc1);
    MOV_I32 "mov" [ext: 0, rm: R64, imm: 4] (w 0xc7);
    STORE32_I32 "mov" [ext: 0, rm: R32, imm: 4] (0xc7);
    STORE16_I16 "mov" [ext: 0, rm: R16, imm: 2] (0x66: 0xc7);
    STORE8_I8 "mov" [ext: 0, rm: R8, imm: 1] (0xc6);
    TEST_I32 "test" [ext: 0, rm: R64, imm: 4] (w 0xf7);
}

rows! {
    REG_RM_IMM: RegRmImm;
    IMUL_I8 "imul" [reg: R64, rm: R64, imm: 1] (w 0x6b);
    IMUL_I32 "imul" [reg: R64, rm: R64, imm: 4] (w 0x69);
}

rows! {
    OP_REG: OpReg;
    PUSH "push" [reg: R64] (0x50);
    POP "pop" [reg: R64] (0x58);
    BSWAP "bswap" [reg: R64] (w 0x0f 0xc8);
}

rows! {
    // The first one clears the upper half.
    OP_REG_IMM: OpRegImm;
    MOV32_I32 "mov" [reg: R32, imm: 4] (0xb8);
    MOVABS "movabs" [reg: R64, imm: 8] (w 0xb8);
}

rows! {
    PLAIN: Plain;
    CQO "cqo" [] (w 0x99);
}
