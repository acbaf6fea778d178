//! Calls, jumps, returns, system calls.

use super::{code, rows};
use crate::x64::operand::Kind::R64;

rows! {
    RM_ONLY: RmOnly;
    CALL_RM "call" [ext: 2, rm: R64] (0xff);
    JMP_RM "jmp" [ext: 4, rm: R64] (0xff);
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
    PLAIN: Plain;
    RET "ret" [] (0xc3);
    SYSCALL "syscall" [] (0x0f 0x05);
    UD2 "ud2" [] (0x0f 0x0b);
    NOP "nop" [] (0x90);
}
