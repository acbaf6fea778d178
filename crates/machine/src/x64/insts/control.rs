//! Calls, jumps, returns, system calls.

use super::{code, rows};
use crate::x64::operand::Kind::{R16, R32, R64};

rows! {
    RM_ONLY: RmOnly;
    CALL_RM "call" [ext: 2, rm: R64] (0xff);
    JMP_RM "jmp" [ext: 4, rm: R64] (0xff);
    NOP_RM "nop" [ext: 0, rm: R32] (0x0f 0x1f);
    NOP16_RM "nop" [ext: 0, rm: R16] (0x66: 0x0f 0x1f);
}

rows! {
    REL: Rel;
    CALL "call" [] (0xe8);
    JMP "jmp" [] (0xe9);
    JO "jo" [] (0x0f 0x80);
    JNO "jno" [] (0x0f 0x81);
    JB "jb" [] (0x0f 0x82);
    JAE "jae" [] (0x0f 0x83);
    JE "je" [] (0x0f 0x84);
    JNE "jne" [] (0x0f 0x85);
    JBE "jbe" [] (0x0f 0x86);
    JA "ja" [] (0x0f 0x87);
    JS "js" [] (0x0f 0x88);
    JNS "jns" [] (0x0f 0x89);
    JP "jp" [] (0x0f 0x8a);
    JNP "jnp" [] (0x0f 0x8b);
    JL "jl" [] (0x0f 0x8c);
    JGE "jge" [] (0x0f 0x8d);
    JLE "jle" [] (0x0f 0x8e);
    JG "jg" [] (0x0f 0x8f);
}

rows! {
    // Over a distance of 8 bits.
    REL8: Rel8;
    JMP8 "jmp" [] (0xeb);
    JO8 "jo" [] (0x70);
    JNO8 "jno" [] (0x71);
    JB8 "jb" [] (0x72);
    JAE8 "jae" [] (0x73);
    JE8 "je" [] (0x74);
    JNE8 "jne" [] (0x75);
    JBE8 "jbe" [] (0x76);
    JA8 "ja" [] (0x77);
    JS8 "js" [] (0x78);
    JNS8 "jns" [] (0x79);
    JP8 "jp" [] (0x7a);
    JNP8 "jnp" [] (0x7b);
    JL8 "jl" [] (0x7c);
    JGE8 "jge" [] (0x7d);
    JLE8 "jle" [] (0x7e);
    JG8 "jg" [] (0x7f);
}

rows! {
    PLAIN: Plain;
    LEAVE "leave" [] (0xc9);
    RET "ret" [] (0xc3);
    SYSCALL "syscall" [] (0x0f 0x05);
    UD2 "ud2" [] (0x0f 0x0b);
    NOP "nop" [] (0x90);
}
