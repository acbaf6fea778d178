//! The operation table: one row per operation, everything else derived.
//!
//! A row gives the operation's name here, in `.ir` and in `.nir`, its operands in their order, its
//! traits, and a sentence. From the rows come [`Op`], both parsers, both printers, the verifier's
//! operand rules and the reference in docs/native-ir.md. What an operation does is told by the
//! evaluator.
//!
//! Traits:
//! * `cond`, `fcond`: the operation carries an integer or a floating-point condition;
//! * `ends`: control never goes on to the next instruction;
//! * `may_end`: it may be a body's last instruction, as it can be one that never returns;
//! * `keeps_flags`: it may stand between a `cmp` and the jump that reads it;
//! * `physical`: it ties its module to an instruction set.

/// What may stand at one place of an instruction. "Float" places hold `f64`, `f32`, or `i64`
/// registers with the bits of an `f64`; all of an instruction's float places are of one class, and
/// so are all of its "any" places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Defines an `i64` register.
    Def,
    /// Defines a register of any class.
    DefAny,
    /// Defines a float register.
    DefFloat,
    /// Defines a register of class `f32`, `f64`.
    DefF32,
    /// Defines an `f64` register.
    DefF64,
    /// Defines a register of another class than the operand.
    DefBits,
    /// Reads an `i64` register.
    Reg,
    /// Reads an `i64` register or is an immediate.
    Val,
    /// Reads a register of any class; an immediate counts as `i64`.
    Any,
    /// Reads a float register.
    Float,
    /// Reads an `f32` register.
    F32,
    /// Reads an `f64` register.
    F64,
    /// Reads a register of another class than the result.
    Bits,
    /// Base of an address: an `i64` register or a symbol.
    Base,
    /// Index of an address, scaled by 1, 2, 4 or 8; may be absent.
    Index,
    /// Offset of an address.
    Off,
    /// An immediate in the form of an operand.
    Imm,
    /// A plain number that is not negative.
    Count,
    /// A constant of the class of the result.
    Const,
    /// A symbol.
    Sym,
    /// A number added to a symbol's address; zero if absent.
    Addend,
    /// A label.
    Label,
    /// A list of labels.
    Labels,
    /// Bytes.
    Bytes,
    /// What is called: a function's symbol or an `i64` register.
    Callee,
    /// Up to two registers of any class that a call defines.
    Defs,
    /// Arguments of any class; a mark may stand before the variadic ones.
    Args,
    /// Up to two results of any class.
    Vals,
}

/// Which conditions an operation carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CondKind {
    /// None.
    None,
    /// Integer: `eq ne lt le gt ge ltu leu gtu geu`.
    Int,
    /// Floating point: `oeq one olt ole ogt oge ord ueq une ult ule ugt uge uno`.
    Float,
}

/// A row of the table.
#[derive(Debug)]
pub struct OpInfo {
    /// Tag in `.ir`.
    pub term: &'static str,
    /// Mnemonic in `.nir`; a condition is appended to it.
    pub nir: &'static str,
    /// The operands.
    pub kinds: &'static [Kind],
    /// Which condition.
    pub cond: CondKind,
    /// Never goes on to the next instruction.
    pub ends: bool,
    /// May be a body's last instruction.
    pub may_end: bool,
    /// May stand between `cmp` and its jump.
    pub keeps_flags: bool,
    /// Ties the module to an instruction set.
    pub physical: bool,
    /// What it does.
    pub doc: &'static str,
}

const PLAIN: OpInfo = OpInfo {
    term: "",
    nir: "",
    kinds: &[],
    cond: CondKind::None,
    ends: false,
    may_end: false,
    keeps_flags: false,
    physical: false,
    doc: "",
};

macro_rules! with {
    ($info:ident, cond) => {
        $info.cond = CondKind::Int
    };
    ($info:ident, fcond) => {
        $info.cond = CondKind::Float
    };
    ($info:ident, $flag:ident) => {
        $info.$flag = true
    };
}

macro_rules! ops {
    ($($section:literal { $(
        #[doc = $doc:literal] $name:ident $term:literal $nir:literal [$($kind:ident),*] $($flag:ident)*;
    )* })*) => {
        /// An operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op { $($(#[doc = $doc] $name,)*)* }

        impl Op {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Op] = &[$($(Op::$name,)*)*];

            /// The table's sections with the operations in each.
            pub const SECTIONS: &'static [(&'static str, &'static [Op])] =
                &[$(($section, &[$(Op::$name,)*]),)*];
        }

        static TABLE: [OpInfo; Op::ALL.len()] = [$($({
            #[allow(unused_mut, reason = "most rows have no traits")]
            let mut info = OpInfo {
                term: $term, nir: $nir, kinds: &[$(Kind::$kind),*], doc: $doc, ..PLAIN
            };
            $(with!(info, $flag);)*
            info
        },)*)*];
    };
}

impl Op {
    /// The operation's row.
    #[inline]
    pub fn info(self) -> &'static OpInfo {
        &TABLE[self as usize]
    }
}

ops! {
    "Copies and constants" {
        #[doc = "Copies."]
        Mov "mov" "copy" [DefAny, Any] keeps_flags;
        #[doc = "A constant of the result's class."]
        Const "mov_imm" "const" [DefAny, Const] keeps_flags;
        #[doc = "The second operand if the first is not zero, else the third."]
        Select "select" "select" [DefAny, Val, Any, Any];
        #[doc = "The address of a function or of data, plus a number."]
        Addr "lea" "addr" [Def, Sym, Addend];
        #[doc = "The address of an object of the frame of that many bytes and that alignment; the same address each time within one call of the function."]
        StackAddr "stack_addr" "stack_addr" [Def, Count, Count];
    }
    "Integer arithmetic" {
        #[doc = "Sum, modulo 2^64."]
        Add "add" "add" [Def, Val, Val];
        #[doc = "Difference, modulo 2^64."]
        Sub "sub" "sub" [Def, Val, Val];
        #[doc = "Product, modulo 2^64."]
        Mul "mul" "mul" [Def, Val, Val];
        #[doc = "Signed quotient, rounded towards zero; -2^63 / -1 is -2^63; a zero divisor ends the program with status 2."]
        Sdiv "sdiv" "sdiv" [Def, Val, Val];
        #[doc = "Signed remainder with the sign of the dividend; -2^63 rem -1 is 0; a zero divisor ends the program with status 2."]
        Srem "srem" "srem" [Def, Val, Val];
        #[doc = "Unsigned quotient; a zero divisor ends the program with status 2."]
        Udiv "udiv" "udiv" [Def, Val, Val];
        #[doc = "Unsigned remainder; a zero divisor ends the program with status 2."]
        Urem "urem" "urem" [Def, Val, Val];
        #[doc = "High half of the signed 128-bit product."]
        Smulh "smulh" "smulh" [Def, Val, Val];
        #[doc = "High half of the unsigned 128-bit product."]
        Umulh "umulh" "umulh" [Def, Val, Val];
        #[doc = "Negation, modulo 2^64."]
        Neg "neg" "neg" [Def, Val];
        #[doc = "Sum, modulo 2^64; goes to the label if the signed sum does not fit."]
        AddOverflow "addo" "addo" [Def, Val, Val, Label];
        #[doc = "Difference, modulo 2^64; goes to the label if the signed difference does not fit."]
        SubOverflow "subo" "subo" [Def, Val, Val, Label];
        #[doc = "Product, modulo 2^64; goes to the label if the signed product does not fit."]
        MulOverflow "mulo" "mulo" [Def, Val, Val, Label];
    }
    "Bits" {
        #[doc = "Bitwise and."]
        And "and_" "and" [Def, Val, Val];
        #[doc = "Bitwise or."]
        Or "or_" "or" [Def, Val, Val];
        #[doc = "Bitwise exclusive or."]
        Xor "xor_" "xor" [Def, Val, Val];
        #[doc = "All bits inverted."]
        Not "not_" "not" [Def, Val];
        #[doc = "Shift to the left; the count is taken modulo 64."]
        Shl "shl" "shl" [Def, Val, Val];
        #[doc = "Shift to the right, zeros come in; the count is taken modulo 64."]
        Shr "shr" "shr" [Def, Val, Val];
        #[doc = "Shift to the right, copies of the sign come in; the count is taken modulo 64."]
        Sar "sar" "sar" [Def, Val, Val];
        #[doc = "Rotation to the left; the count is taken modulo 64."]
        Rotl "rotl" "rotl" [Def, Val, Val];
        #[doc = "Rotation to the right; the count is taken modulo 64."]
        Rotr "rotr" "rotr" [Def, Val, Val];
        #[doc = "Number of zero bits above the highest one; 64 for zero."]
        Clz "clz" "clz" [Def, Val];
        #[doc = "Number of zero bits below the lowest one; 64 for zero."]
        Ctz "ctz" "ctz" [Def, Val];
        #[doc = "Number of ones."]
        Popcnt "popcnt" "popcnt" [Def, Val];
        #[doc = "The eight bytes in reverse order."]
        Bswap "bswap" "bswap" [Def, Val];
        #[doc = "The low 8 bits, sign-extended."]
        Sext8 "sext8" "sext8" [Def, Val];
        #[doc = "The low 16 bits, sign-extended."]
        Sext16 "sext16" "sext16" [Def, Val];
        #[doc = "The low 32 bits, sign-extended."]
        Sext32 "sext32" "sext32" [Def, Val];
        #[doc = "The low 8 bits."]
        Zext8 "zext8" "zext8" [Def, Val];
        #[doc = "The low 16 bits."]
        Zext16 "zext16" "zext16" [Def, Val];
        #[doc = "The low 32 bits."]
        Zext32 "zext32" "zext32" [Def, Val];
    }
    "Comparisons" {
        #[doc = "1 if the condition holds between the operands, else 0."]
        Set "setcc" "set" [Def, Val, Val] cond;
        #[doc = "1 if the condition holds between the floats, else 0."]
        Fset "fcmp" "fset" [Def, Float, Float] fcond;
        #[doc = "Compares for the jumps on flags that follow."]
        Cmp "cmp" "cmp" [Val, Val];
    }
    "Floating point" {
        #[doc = "Sum."]
        Fadd "fadd" "fadd" [DefFloat, Float, Float];
        #[doc = "Difference."]
        Fsub "fsub" "fsub" [DefFloat, Float, Float];
        #[doc = "Product."]
        Fmul "fmul" "fmul" [DefFloat, Float, Float];
        #[doc = "Quotient."]
        Fdiv "fdiv" "fdiv" [DefFloat, Float, Float];
        #[doc = "Square root."]
        Fsqrt "fsqrt" "fsqrt" [DefFloat, Float];
        #[doc = "The sign inverted, of a NaN too."]
        Fneg "fneg" "fneg" [DefFloat, Float];
        #[doc = "The sign cleared, of a NaN too."]
        Fabs "fabs" "fabs" [DefFloat, Float];
        #[doc = "Rounded down to an integer."]
        Ffloor "ffloor" "ffloor" [DefFloat, Float];
        #[doc = "Rounded up to an integer."]
        Fceil "fceil" "fceil" [DefFloat, Float];
        #[doc = "Rounded towards zero to an integer."]
        Ftrunc "ftrunc" "ftrunc" [DefFloat, Float];
        #[doc = "Rounded to the nearest integer, halves to the even one."]
        Fround "fround" "fround" [DefFloat, Float];
        #[doc = "The nearest float to a signed integer."]
        IntToFloat "int_to_float" "itof" [DefFloat, Val];
        #[doc = "The nearest float to an unsigned integer."]
        UintToFloat "uint_to_float" "utof" [DefFloat, Val];
        #[doc = "Rounded towards zero to a signed integer; the nearest one if it does not fit, 0 for NaN."]
        FloatToInt "float_to_int" "ftoi" [Def, Float];
        #[doc = "Rounded towards zero to an unsigned integer; the nearest one if it does not fit, 0 for NaN."]
        FloatToUint "float_to_uint" "ftou" [Def, Float];
        #[doc = "The same number in double precision."]
        Fpromote "fpromote" "fpromote" [DefF64, F32];
        #[doc = "The nearest number in single precision."]
        Fdemote "fdemote" "fdemote" [DefF32, F64];
        #[doc = "The bits of a float as an integer or the other way; an f32 is the low half."]
        Bitcast "bitcast" "bitcast" [DefBits, Bits];
    }
    "Memory" {
        #[doc = "Loads 64 bits, or a float of the result's class."]
        Load "load" "load" [DefAny, Base, Index, Off];
        #[doc = "Loads a byte, zero-extended."]
        Load8u "load_byte" "load8u" [Def, Base, Index, Off];
        #[doc = "Loads a byte, sign-extended."]
        Load8s "load8s" "load8s" [Def, Base, Index, Off];
        #[doc = "Loads 16 bits, zero-extended."]
        Load16u "load16u" "load16u" [Def, Base, Index, Off];
        #[doc = "Loads 16 bits, sign-extended."]
        Load16s "load16s" "load16s" [Def, Base, Index, Off];
        #[doc = "Loads 32 bits, zero-extended."]
        Load32u "load32u" "load32u" [Def, Base, Index, Off];
        #[doc = "Loads 32 bits, sign-extended."]
        Load32s "load32s" "load32s" [Def, Base, Index, Off];
        #[doc = "Stores 64 bits, or a float of the value's class."]
        Store "store" "store" [Base, Index, Off, Any];
        #[doc = "Stores the low 8 bits."]
        Store8 "store_byte" "store8" [Base, Index, Off, Val];
        #[doc = "Stores the low 16 bits."]
        Store16 "store16" "store16" [Base, Index, Off, Val];
        #[doc = "Stores the low 32 bits."]
        Store32 "store32" "store32" [Base, Index, Off, Val];
        #[doc = "Copies bytes to the first address from the second, as if through a buffer; the third operand is their number."]
        Memcpy "memcpy" "memcpy" [Val, Val, Val];
        #[doc = "Fills bytes from the first address with the low 8 bits of the second operand; the third is their number."]
        Memset "memset" "memset" [Val, Val, Val];
    }
    "Control" {
        #[doc = "A place that jumps go to."]
        Label "label" "label" [Label];
        #[doc = "Goes to the label."]
        Jmp "jmp" "jmp" [Label] ends;
        #[doc = "Goes to the label if the condition holds between the operands."]
        Br "br" "j" [Val, Val, Label] cond;
        #[doc = "Goes to the label if the condition holds between the floats."]
        Fbr "fbr" "fj" [Float, Float, Label] fcond;
        #[doc = "Goes to the label if the last cmp set the flags so."]
        Jcc "jcc" "if" [Label] cond keeps_flags;
        #[doc = "Goes to the label of that number, counted from 0, or, if there is none, to the last one."]
        Switch "switch" "switch" [Val, Labels, Label] ends;
        #[doc = "Calls with the platform's convention and takes the results."]
        Call "call" "call" [Defs, Callee, Args] may_end;
        #[doc = "Calls and returns what the callee returns, in place of this call's frame."]
        TailCall "tail_call" "tail" [Callee, Args] ends;
        #[doc = "Calls the method of that name of that type: the function Type__method."]
        MethodCall "method_call" "method" [Def, Bytes, Bytes, Args];
        #[doc = "Returns; without operands the result is what the physical result register holds."]
        Ret "ret" "ret" [Vals] ends;
        #[doc = "Stops the program by a hardware trap."]
        Trap "trap" "trap" [] ends;
        #[doc = "Does nothing."]
        Nop "nop" "nop" [] keeps_flags;
        #[doc = "Does nothing; a note for readers."]
        Comment "comment" "comment" [Bytes] keeps_flags;
        #[doc = "The source file, line and column of the instructions that follow."]
        Loc "loc" "loc" [Bytes, Count, Count] keeps_flags;
    }
    "Physical" {
        #[doc = "Calls with the arguments that stand in the physical argument registers; the result is in the physical result register."]
        BareCall "call" "barecall" [Callee] may_end physical;
        #[doc = "Pushes on the machine stack."]
        Push "push" "push" [Val] physical;
        #[doc = "Pops from the machine stack."]
        Pop "pop" "pop" [Def] physical;
        #[doc = "Calls the system; number and arguments stand in physical registers."]
        Syscall "syscall" "syscall" [] may_end physical;
        #[doc = "These bytes stand in the code."]
        Raw "raw" "raw" [Bytes] may_end physical;
    }
    "Strings" {
        #[doc = "A string of that length whose bytes stand at the symbol."]
        StringLit "string_lit" "string_lit" [Def, Sym, Count];
        #[doc = "A string of these bytes."]
        StringBytes "string_lit" "string" [Def, Bytes];
        #[doc = "Length in bytes."]
        StringLen "string_len" "string_len" [Def, Reg];
        #[doc = "-1, 0 or 1: the order of two strings by their bytes."]
        StringCmp "string_cmp" "string_cmp" [Def, Reg, Reg];
        #[doc = "A new string of both, one after the other."]
        StringConcat "string_concat" "string_concat" [Def, Reg, Reg];
        #[doc = "Signed decimal digits of an integer."]
        IntToStr "int_to_str" "int_to_str" [Def, Val];
        #[doc = "The shortest decimal that reads back as the same float."]
        FloatToStr "float_to_str" "float_to_str" [Def, Float];
        #[doc = "Prints a signed decimal and a newline."]
        PrintInt "print_int" "print_int" [Val];
        #[doc = "Prints a string."]
        PrintStr "print_str" "print_str" [Reg];
        #[doc = "Prints the shortest decimal that reads back as the same float, and a newline."]
        PrintFloat "print_float" "print_float" [Float];
    }
    "Arrays, structures, maps" {
        #[doc = "An empty array of elements of that size in bytes and with room for so many."]
        ArrayNew "array_new" "array_new" [Def, Imm, Imm];
        #[doc = "The element of that index; an index outside ends the program with status 2."]
        ArrayGet "array_get" "array_get" [Def, Reg, Val, Imm];
        #[doc = "Sets the element of that index; an index outside ends the program with status 2."]
        ArraySet "array_set" "array_set" [Reg, Val, Val, Imm];
        #[doc = "How many elements there are."]
        ArrayLen "array_len" "array_len" [Def, Reg];
        #[doc = "Appends an element; the result is the same array."]
        ArrayAppend "array_append" "array_append" [Def, Reg, Val, Imm];
        #[doc = "A structure of that many bytes, all zero."]
        StructNew "struct_new" "struct_new" [Def, Imm];
        #[doc = "The 64 bits at that offset."]
        FieldGet "field_get" "field_get" [Def, Reg, Imm];
        #[doc = "Sets the 64 bits at that offset."]
        FieldSet "field_set" "field_set" [Reg, Imm, Val];
        #[doc = "An empty map from 64-bit keys to 64-bit values."]
        MapNew "map_new" "map_new" [Def];
        #[doc = "The value of a key, or 0."]
        MapGet "map_get" "map_get" [Def, Reg, Val];
        #[doc = "Sets the value of a key; the result is the same map."]
        MapPut "map_put" "map_put" [Def, Reg, Val, Val];
        #[doc = "Removes a key; the result is the same map."]
        MapDelete "map_delete" "map_delete" [Def, Reg, Val];
    }
}

impl Kind {
    /// Whether it is a place for registers that the operation writes.
    pub fn is_def(self) -> bool {
        use Kind::{Def, DefAny, DefBits, DefF32, DefF64, DefFloat, Defs};
        matches!(self, Def | DefAny | DefFloat | DefF32 | DefF64 | DefBits | Defs)
    }
}
