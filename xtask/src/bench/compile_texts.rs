//! What `cargo xtask bench --compile` compiles: the same functions in our text form, in C and in
//! Cranelift's text form.

use std::fmt::Write;

/// The languages of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Nir,
    C,
    Clif,
}

impl Language {
    pub(super) const ALL: [Language; 3] = [Language::Nir, Language::C, Language::Clif];

    /// The ending of its files.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Language::Nir => "nir",
            Language::C => "c",
            Language::Clif => "clif",
        }
    }
}

/// That many functions of eight lines, each with a loop that calls a function before it.
pub(super) fn small(language: Language, functions: u64) -> String {
    let mut text = String::new();
    for number in 0..functions {
        let callee = number.saturating_sub(1 + number % 7);
        // Writing to a string does not fail.
        let _ = match language {
            Language::Nir => write!(
                text,
                "export function i64 $f{number}(i64 %n) {{\n    %s =i64 const {number}\n@loop\n    \
                 %t =i64 mul %n, %s\n    %s =i64 add %s, %t\n    %s =i64 call $f{callee}(%s)\n    \
                 %n =i64 sub %n, 1\n    jgt %n, 0, @loop\n    ret %s\n}}\n"
            ),
            Language::C => write!(
                text,
                "long f{number}(long n) {{\n    long s = {number}, t;\n    do {{\n        \
                 t = n * s;\n        s = s + t;\n        s = f{callee}(s);\n        n = n - 1;\n    \
                 }} while (n > 0);\n    return s;\n}}\n"
            ),
            Language::Clif => write!(
                text,
                "function u0:{number}(i64) -> i64 system_v {{\n    \
                 fn0 = colocated u0:{callee}(i64) -> i64 system_v\nblock0(v0: i64):\n    \
                 v1 = iconst.i64 {number}\n    v2 = iconst.i64 1\n    v3 = iconst.i64 0\n    \
                 jump block1(v0, v1)\nblock1(v4: i64, v5: i64):\n    v6 = imul v4, v5\n    \
                 v7 = iadd v5, v6\n    v8 = call fn0(v7)\n    v9 = isub v4, v2\n    \
                 v10 = icmp sgt v9, v3\n    brif v10, block1(v9, v8), block2\nblock2:\n    \
                 return v8\n}}\n\n"
            ),
        };
    }
    text
}

/// One function of about that many instructions in our text form: loops with a call one after the
/// other, and eight values that live through all of it.
pub(super) fn large(instructions: u64) -> String {
    const KEPT: u64 = 8;
    /// Instructions of a loop with what is around it.
    const LOOP: u64 = 8;
    let mut text = String::from("export function i64 $large(i64 %n) {\n    %s =i64 copy %n\n");
    for kept in 0..KEPT {
        let _ = writeln!(text, "    %k{kept} =i64 const {kept}");
    }
    for number in 0..instructions / LOOP {
        let kept = number % KEPT;
        let _ = write!(
            text,
            "    %m =i64 const 3\n    %t{number} =i64 mul %n, %s\n@l{number}\n    \
             %s =i64 add %s, %t{number}\n    %s =i64 call $large(%s)\n    %m =i64 sub %m, 1\n    \
             jgt %m, 0, @l{number}\n    %k{kept} =i64 xor %s, %k{kept}\n"
        );
    }
    for kept in 0..KEPT {
        let _ = writeln!(text, "    %s =i64 add %s, %k{kept}");
    }
    text + "    ret %s\n}\n"
}
