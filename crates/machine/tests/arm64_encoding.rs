//! Every row of AArch64. What is encoded must decode to the same, yaxpeax-arm must read the same in it,
//! and llvm-mc, where that is installed, must assemble its text to the same word.
//!
//! With `SOX_FULL=1` millions of instructions are compared instead of thousands.

mod oracle;

use oracle::{LlvmMc, full};
use sox_machine::arm64::insts::FAMILIES;
use sox_machine::arm64::insts::{control, float, immediate, integer, memory};
use sox_machine::arm64::{
    Class, Cond, Encoder, Extend, Form, Misfit, R, Shift, V, Value, decode, text, value_text,
};
use sox_objfile::elf::relocation_number;
use sox_objfile::object::{Arch, Overflow, RelocKind};
use yaxpeax_arm::armv8::a64::Operand;

/// Instructions of one row that are compared, besides those that show each value of each operand.
const SAMPLES: usize = 60;
const SAMPLES_FULL: usize = 14_500;

fn forms() -> impl Iterator<Item = &'static Form> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// Numbers at the edges of `bits` bits, in units of `1 << scale`.
fn edges(bits: u8, scale: u8, signed: bool) -> Vec<Value> {
    let (min, max) = match signed {
        true => (-1 << (bits - 1), (1 << (bits - 1)) - 1),
        false => (0, (1i64 << bits) - 1),
    };
    let mut found = vec![min, min + 1, max / 2, max / 2 + 1, max - 1, max];
    found.extend((0..bits).map(|bit| 1 << bit).filter(|&value| value <= max));
    found.extend([0, 5, -1, -2, -7, 42].into_iter().filter(|value| (min..=max).contains(value)));
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|value| Value::Imm(value << scale)).collect()
}

/// The values of a class that are tried: all, or all registers, and numbers at the edges.
fn samples(class: Class) -> Vec<Value> {
    let registers = |last: R| (0..31).map(R).chain([last]).map(Value::R).collect();
    let extends = |whole: bool, amounts: Vec<u8>, least: u32| {
        let all = Extend::ALL.iter().filter(|extend| extend.is_whole() == whole);
        all.filter(|&&extend| extend as u32 % 4 >= least)
            .flat_map(|&extend| amounts.iter().map(move |&amount| Value::Extend(extend, amount)))
            .collect()
    };
    match class {
        Class::X | Class::W => registers(R::ZR),
        Class::Xsp | Class::Wsp => registers(R::SP),
        Class::B | Class::S | Class::D | Class::Q | Class::V8B | Class::V16B => {
            (0..32).map(V).map(Value::V).collect()
        }
        Class::Unsigned(bits @ ..7) => (0..1 << bits).map(Value::Imm).collect(),
        Class::Unsigned(bits) => edges(bits, 0, false),
        Class::Half(width) => (0..i64::from(width)).step_by(16).map(Value::Imm).collect(),
        Class::Imm12 => [edges(12, 0, false), edges(12, 12, false)].concat(),
        Class::Bitmask(width) => bitmasks(width),
        Class::Left(width) => (0..width.into()).map(Value::Imm).collect(),
        Class::Bit => (0..64).map(Value::Imm).collect(),
        Class::Float => floats().map(Value::Float).collect(),
        Class::Cond => Cond::ALL.iter().map(|&cond| Value::Cond(cond)).collect(),
        Class::CondNot => Cond::ALL[..14].iter().map(|&cond| Value::Cond(cond)).collect(),
        Class::Shifted(width) => shifts(&Shift::ALL[..3], width),
        Class::Rotated(width) => shifts(Shift::ALL, width),
        Class::ExtendW => extends(false, (0..=4).collect(), 0),
        Class::ExtendX => extends(true, (0..=4).collect(), 0),
        Class::IndexX(0) => extends(true, vec![0], 2),
        Class::IndexX(scale) => extends(true, vec![0, scale], 2),
        Class::IndexW(0) => extends(false, vec![0], 2),
        Class::IndexW(scale) => extends(false, vec![0, scale], 2),
        Class::Scaled(scale) => edges(12, scale, false),
        Class::Unscaled | Class::Step => edges(9, 0, true),
        Class::PairOffset(scale) | Class::PairStep(scale) => edges(7, scale, true),
        Class::Jump(bits) => edges(bits, 2, true),
        Class::Adr => edges(21, 0, true),
        Class::Adrp => edges(21, 12, true),
    }
}

fn shifts(all: &[Shift], width: u8) -> Vec<Value> {
    let amounts = |&shift: &Shift| (0..width).map(move |amount| Value::Shift(shift, amount));
    all.iter().flat_map(amounts).collect()
}

/// All patterns of a width, made in the plainest way: every run, rotated, repeated.
fn bitmasks(width: u8) -> Vec<Value> {
    let mut found = Vec::new();
    for size in [2u32, 4, 8, 16, 32, 64].into_iter().filter(|&size| size <= width.into()) {
        for ones in 1..size {
            for rotation in 0..size {
                let bit = |at: u32| u64::from((at + rotation) % size < ones) << at;
                found.push((0..u32::from(width)).map(bit).sum());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(Value::Bits).collect()
}

fn floats() -> impl Iterator<Item = f64> {
    let magnitudes =
        (16..32).flat_map(|n| (-3..=4).map(move |e| f64::from(n) / 16.0 * 2f64.powi(e)));
    magnitudes.flat_map(|magnitude| [magnitude, -magnitude])
}

/// Operands for one row: each value of each operand at least once, and so many more, spread evenly
/// over all combinations.
fn combinations(form: &Form, more: usize) -> Vec<Vec<Value>> {
    let choices: Vec<Vec<Value>> = form.fields.iter().map(|field| samples(field.class)).collect();
    let all: usize = choices.iter().map(Vec::len).product();
    let longest = choices.iter().map(Vec::len).max().unwrap_or(1);
    let pick = |mut number: usize| {
        let mut picked = Vec::with_capacity(choices.len());
        for values in &choices {
            picked.push(values[number % values.len()]);
            number /= values.len();
        }
        picked
    };
    if all <= longest + more {
        return (0..all).map(pick).collect();
    }
    let rotated = |turn: usize| {
        let steps = [1, 3, 7, 11];
        let at = |(values, step): (&Vec<Value>, usize)| values[(turn * step + step) % values.len()];
        choices.iter().zip(steps).map(at).collect()
    };
    let each = (0..form.fields.len()).flat_map(|operand| {
        let rotated = &rotated;
        let values = choices[operand].iter().enumerate();
        values.map(move |(turn, &value)| {
            let mut row: Vec<Value> = rotated(turn);
            row[operand] = value;
            row
        })
    });
    each.chain((0..more).map(|number| pick((number as u128 * all as u128 / more as u128) as usize)))
        .collect()
}

/// All instructions of a tier, row by row.
fn cases() -> impl Iterator<Item = (&'static Form, Vec<Value>)> {
    all_cases().filter(|(form, row)| form.encode(row) != Err(Misfit::SameRegister))
}

/// Those too whose registers clash.
fn all_cases() -> impl Iterator<Item = (&'static Form, Vec<Value>)> {
    let more = if full() { SAMPLES_FULL } else { SAMPLES };
    forms().flat_map(move |form| combinations(form, more).into_iter().map(move |row| (form, row)))
}

#[test]
fn rows_are_well_formed() {
    for form in forms() {
        let own = form.fields.iter().map(|field| field.mask());
        assert_eq!(form.bits & !form.mask, 0, "{}: fixed bits in an operand", form.syntax);
        assert_eq!(own.sum::<u32>(), !form.mask, "{}: operands overlap", form.syntax);
        assert_eq!(form.syntax.matches("{}").count(), form.fields.len(), "{}", form.syntax);
    }
}

#[test]
fn what_is_encoded_is_decoded() {
    let mut count = 0;
    for (form, values) in cases() {
        let word = form.encode(&values).unwrap();
        assert_eq!(form.decode(word).as_ref(), Some(&values), "{}", form.syntax);
        // Where several rows share a word, any of them will do.
        let (found, again) = decode(word).unwrap();
        assert_eq!(found.encode(&again), Ok(word), "{} and {}", form.syntax, found.syntax);
        count += 1;
    }
    eprintln!("arm64: {count} instructions encoded and decoded");
}

#[test]
fn the_text_assembles_to_the_word() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    const BATCH: usize = 400_000;
    let (mut count, mut wrong) = (0, Vec::new());
    let mut all = cases().peekable();
    while all.peek().is_some() {
        let batch: Vec<_> = all.by_ref().take(BATCH).collect();
        let texts: Vec<(u32, String)> = batch
            .iter()
            .map(|(form, values)| (form.encode(values).unwrap(), form.text(values, None)))
            .collect();
        let source = texts.iter().fold(String::new(), |all, (_, line)| all + line + "\n");
        let code = llvm.assemble(source).code;
        assert_eq!(code.len(), 4 * texts.len());
        for ((word, line), found) in texts.iter().zip(code.chunks(4)) {
            let found = u32::from_le_bytes(found.try_into().unwrap());
            if found != *word {
                wrong.push(format!("{line}: {word:#010x}, llvm-mc has {found:#010x}"));
            }
        }
        count += texts.len();
    }
    eprintln!("arm64: {count} instructions compared with llvm-mc, {} differ", wrong.len());
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_llvm_calls_unpredictable_is_not_encoded() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    let clashing = all_cases().filter(|(form, row)| form.encode(row) == Err(Misfit::SameRegister));
    // llvm-mc does not look for all of them in pairs that are loaded with a moving base.
    let looked_for = |text: &String| !text.starts_with("ldp") || text.ends_with(']');
    let texts: Vec<String> =
        clashing.map(|(form, row)| form.text(&row, None)).filter(looked_for).collect();
    assert!(texts.len() > 20, "{}", texts.len());
    let complaints = llvm.refused(texts.join("\n") + "\n");
    let unpredictable = complaints.lines().filter(|line| line.contains("error: unpredictable"));
    assert_eq!(unpredictable.count(), texts.len());
}

/// `text` writes what `decode` finds, under any of its names.
#[test]
fn decoded_words_assemble_to_themselves() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    let words: Vec<u32> =
        cases().map(|(form, row)| form.encode(&row).unwrap()).step_by(7).collect();
    for words in words.chunks(400_000) {
        let source = words.iter().fold(String::new(), |all, &word| all + &text(word, None) + "\n");
        let code = llvm.assemble(source).code;
        for (&word, found) in words.iter().zip(code.chunks(4)) {
            assert_eq!(found, word.to_le_bytes(), "{}", text(word, None));
        }
    }
}

#[test]
fn symbols_become_the_relocations_of_elf() {
    let Some(llvm) = LlvmMc::find(&["--triple=aarch64"]) else { return };
    let mut wanted = Vec::new();
    let mut source = String::new();
    for form in forms() {
        let Some(reloc) = form.reloc() else { continue };
        let values: Vec<Value> = form.fields.iter().map(|field| samples(field.class)[0]).collect();
        source += &form.text(&values, Some("somewhere+16"));
        source.push('\n');
        let number = relocation_number(reloc, Arch::Arm64).expect("it has a number");
        wanted.push((4 * wanted.len() as u64, number));
    }
    assert_eq!(llvm.assemble(source).relocations, wanted);
    let numbers: Vec<u32> = wanted.iter().map(|&(_, number)| number).collect();
    let in_data = [RelocKind::Abs64, RelocKind::Rel32];
    for kind in RelocKind::ALL.into_iter().filter(|kind| !in_data.contains(kind)) {
        let number = relocation_number(kind, Arch::Arm64);
        assert!(number.is_none_or(|number| numbers.contains(&number)), "no row has {kind:?}");
    }
}

#[test]
fn some_encodings_to_the_word() {
    let mut encoder = Encoder::default();
    let (x, sp, zr) = (R, R::SP, R::ZR);
    encoder.emit(integer::ADD, (x(0), x(1), x(2))).unwrap();
    // The form that has the stack pointer; the one with a plain register would mean zero.
    encoder.emit(integer::SUB_EXT, (sp, sp, x(3), (Extend::Uxtx, 0))).unwrap();
    encoder.emit(integer::SUB, (x(0), zr, x(3))).unwrap();
    encoder.emit(immediate::AND_I, (x(1), x(2), 0x5555_5555_5555_5555)).unwrap();
    encoder.emit(immediate::MOVN, (x(7), 0xffff, 32)).unwrap();
    encoder.emit(memory::STP.pre, (R::FP, R::LR, sp, -16)).unwrap();
    encoder.emit(memory::LDR.scaled, (x(0), sp, 32760)).unwrap();
    encoder.emit(memory::LDRB.unscaled, (x(0), x(1), -1)).unwrap();
    encoder.emit(control::B_COND, (Cond::Ls, -4)).unwrap();
    encoder.emit(float::FMOV_XD, (x(3), V(31))).unwrap();
    encoder.emit(control::RET, ()).unwrap();
    let words: Vec<u32> =
        encoder.code.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    assert_eq!(
        words,
        [
            0x8b02_0020,
            0xcb23_63ff,
            0xcb03_03e0,
            0x9200_f041,
            0x92df_ffe7,
            0xa9bf_7bfd,
            0xf97f_ffe0,
            0x385f_f020,
            0x54ff_ffe9,
            0x9e66_03e3,
            0xd65f_03c0,
        ]
    );
}

#[test]
fn operands_that_do_not_fit_are_told() {
    let (x, sp, zr) = (R, R::SP, R::ZR);
    let mut encoder = Encoder::default();
    let e = &mut encoder;
    let cases = [
        (e.emit(integer::SUB, (sp, sp, x(3))), "the stack pointer cannot stand here"),
        (e.emit(immediate::ADD_I, (zr, sp, 0)), "the zero register cannot stand here"),
        (e.emit(integer::ADD, (x(33), x(1), x(2))), "there is no register x33"),
        (e.emit(float::FADD_D, (V(0), V(32), V(1))), "there is no register v32"),
        (
            e.emit(immediate::ADD_I, (x(0), x(1), 4097)),
            "4097 is neither below 4096 nor a multiple of it below 2^24",
        ),
        (e.emit(memory::LDR.scaled, (x(0), x(1), 32768)), "32768 is not from 0 to 32760"),
        (e.emit(memory::LDR.scaled, (x(0), x(1), 12)), "12 is not a multiple of 8"),
        (e.emit(memory::LDR.unscaled, (x(0), x(1), -257)), "-257 is not from -256 to 255"),
        (e.emit(memory::LDP.offset, (x(0), x(1), x(2), 512)), "512 is not from -512 to 504"),
        (e.emit(immediate::AND_I, (x(0), x(1), 5)), "0x5 is not a repeated run of ones"),
        (
            e.emit(immediate::AND_I32, (x(0), x(1), 0x1_0000_0001)),
            "0x100000001 is not a repeated run of ones",
        ),
        (e.emit(float::FMOV_I_D, (V(0), 0.1)), "0.1 cannot be a float immediate"),
        (e.emit(float::FMOV_I_D, (V(0), 0.0)), "0.0 cannot be a float immediate"),
        (e.emit(integer::CSET, (x(0), Cond::Al)), "the condition `al` has no opposite"),
        (
            e.emit(integer::ADD_SHIFT, (x(0), x(1), x(2), (Shift::Ror, 1))),
            "`ror #1` cannot stand here",
        ),
        (
            e.emit(integer::AND_SHIFT32, (x(0), x(1), x(2), (Shift::Lsl, 32))),
            "`lsl #32` cannot stand here",
        ),
        (
            e.emit(memory::LDR.indexed32, (x(0), x(1), x(2), (Extend::Uxtb, 0))),
            "`uxtb #0` cannot stand here",
        ),
        (
            e.emit(memory::LDR.indexed, (x(0), x(1), x(2), (Extend::Uxtx, 2))),
            "`uxtx #2` cannot stand here",
        ),
        (e.emit(control::B_COND, (Cond::Eq, 1 << 20)), "1048576 is not from -1048576 to 1048572"),
        (e.emit_symbol(control::RET, ()).map(|_| ()), "the instruction cannot refer to a symbol"),
    ];
    for (result, wanted) in cases {
        assert_eq!(result.unwrap_err().to_string(), wanted);
    }
    assert!(encoder.code.is_empty(), "nothing was written");
}

#[test]
fn fixups_are_patched() {
    let mut encoder = Encoder::default();
    let call = encoder.emit_symbol(control::BL, (0,)).unwrap();
    let page = encoder.emit_symbol(immediate::ADRP, (R(0), 0)).unwrap();
    let low = encoder.emit_symbol(memory::LDR.scaled, (R(0), R(0), 0)).unwrap();
    assert_eq!((call.reloc, page.reloc), (RelocKind::Call26, RelocKind::Page21));
    assert_eq!((low.at, low.reloc), (8, RelocKind::PageOffset12Load64));
    let at = |fixup: sox_machine::arm64::Fixup, target| {
        let mut word: [u8; 4] = encoder.code[fixup.at..fixup.at + 4].try_into().unwrap();
        let place = 0x40_0ff8 + fixup.at as u64;
        let patched = fixup.reloc.patch(&mut word, place, target);
        patched.map(|()| text(u32::from_le_bytes(word), None))
    };
    assert_eq!(at(call, 0x40_0000), Ok("bl #-4088".into()));
    assert_eq!(at(page, 0x60_1238), Ok("adrp x0, #2101248".into()));
    assert_eq!(at(low, 0x60_1238), Ok("ldr x0, [x0, #568]".into()));
    assert_eq!(at(low, 0x60_123c), Err(Overflow));
    let far = 0x40_0ff8 + (1 << 27);
    assert_eq!(at(call, far), Err(Overflow));
    assert!(at(call, far - 4).is_ok());
}

/// A word as yaxpeax-arm reads it. The aliases that its own text has are not used.
fn read_by_yaxpeax(word: u32) -> String {
    use yaxpeax_arch::{Decoder, U8Reader};
    let decoder = yaxpeax_arm::armv8::a64::InstDecoder::default();
    let read = match decoder.decode(&mut U8Reader::new(&word.to_le_bytes())) {
        Ok(read) => read,
        Err(error) => return format!("error: {error}"),
    };
    let operands = read.operands.iter().filter(|operand| **operand != Operand::Nothing);
    let operands: Vec<String> = operands.map(|operand| operand.to_string()).collect();
    format!("{} {}", read.opcode, operands.join(", ")).trim().to_string()
}

#[test]
fn yaxpeax_reads_the_same() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (form, values) in cases() {
        let word = form.encode(&values).unwrap();
        let found = decimal(&read_by_yaxpeax(word));
        // It names the most general of the instructions that a word can be.
        let rows = forms().filter_map(|form| Some((form, form.decode(word)?)));
        let (general, values) = rows.last().unwrap();
        let wanted = in_yaxpeaxs_words(general, &values);
        // Some hints have names there that have no rows here.
        let is_hint = general.syntax == "hint {}" && !found.starts_with("hint");
        if found != wanted && !is_hint {
            wrong.push(format!("{word:#010x}: {wanted}, yaxpeax-arm has {found}"));
        }
        count += 1;
    }
    eprintln!("arm64: {count} instructions compared with yaxpeax-arm, {} differ", wrong.len());
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The text of a row as yaxpeax-arm writes it: with decimal numbers, where ours are for patterns.
fn in_yaxpeaxs_words(form: &Form, values: &[Value]) -> String {
    let mut pieces = form.syntax.split("{}");
    let mut text = pieces.next().unwrap().to_string();
    for ((field, &value), piece) in form.fields.iter().zip(values).zip(pieces) {
        text += &match (field.class, value) {
            (Class::Imm12, Value::Imm(value @ 4096..)) => format!("#{}, lsl #12", value >> 12),
            (_, Value::Bits(pattern)) => format!("#{pattern}"),
            (_, Value::Shift(shift @ (Shift::Lsr | Shift::Asr | Shift::Ror), 0)) => {
                format!(", {shift}")
            }
            (Class::ExtendX, Value::Extend(Extend::Uxtx, 0))
            | (Class::ExtendW, Value::Extend(Extend::Uxtw, 0)) => String::new(),
            (Class::ExtendX, Value::Extend(Extend::Uxtx, amount))
            | (Class::ExtendW, Value::Extend(Extend::Uxtw, amount)) => format!(", lsl #{amount}"),
            (
                Class::IndexX(_) | Class::IndexW(_),
                Value::Extend(extend @ (Extend::Sxtw | Extend::Sxtx), 0),
            ) => format!(", {extend} #0"),
            _ => value_text(*field, value),
        };
        text += piece;
    }
    match (text.split_once(' '), values) {
        (Some((name @ ("lsl" | "lsr" | "asr" | "ror"), rest)), _) => format!("{name}v {rest}"),
        (Some((name @ ("tbz" | "tbnz"), rest)), [_, Value::Imm(..32), _]) => {
            format!("{name} {}", rest.replacen('x', "w", 1))
        }
        (Some(("hint", _)), [Value::Imm(number)]) => {
            format!("hint c{}, #{}", number >> 3, number & 7)
        }
        (None, _) if text == "isb" => "isb #15".to_string(),
        _ => text,
    }
}

/// The text with its hexadecimal numbers as decimal ones, and distances as numbers.
fn decimal(text: &str) -> String {
    let text = text.replace("$+", "#").replace("$-", "#-");
    let mut pieces = text.split("0x");
    let mut out = pieces.next().unwrap_or("").to_string();
    for piece in pieces {
        let digits = piece.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(piece.len());
        out += &u64::from_str_radix(&piece[..digits], 16).unwrap().to_string();
        out += &piece[digits..];
    }
    out
}
