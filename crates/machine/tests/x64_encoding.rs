//! Every row of x86-64: what is encoded is disassembled by iced-x86 and by llvm-mc, where that is
//! installed, and must read as it was meant. Some encodings are fixed here to the byte.
//!
//! With `SOX_FULL=1` millions of instructions are compared instead of thousands.

mod oracle;

use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter, MemorySizeOptions, NumberBase};
use oracle::{LlvmMc, full};
use sox_machine::x64::insts::{control, float, integer};
use sox_machine::x64::{Base, Encoder, Kind, Mem, R, Rm};
use std::borrow::Cow;

/// Instructions with the text they must read as.
struct Cases {
    encoder: Encoder,
    /// End of each instruction, and its text as llvm-mc and as iced-x86 write it.
    texts: Vec<(usize, String, String)>,
    llvm: Option<LlvmMc>,
    compared: usize,
    wrong: Vec<String>,
}

impl Cases {
    fn add(&mut self, text: String, emit: impl FnOnce(&mut Encoder)) {
        self.add_with(text.clone(), text, emit);
    }

    fn add_with(&mut self, by_llvm: String, by_iced: String, emit: impl FnOnce(&mut Encoder)) {
        const BATCH: usize = 200_000;
        emit(&mut self.encoder);
        self.texts.push((self.encoder.code.len(), by_llvm, by_iced));
        if self.texts.len() == BATCH {
            self.compare();
        }
    }

    /// Has all that was gathered read by others, and begins anew.
    fn compare(&mut self) {
        let mut starts = vec![0];
        starts.extend(self.texts.iter().map(|text| text.0));
        let code = |number: usize| &self.encoder.code[starts[number]..starts[number + 1]];
        let mut complaints = Vec::new();
        let mut complain = |number: usize, found: &str, by: &str| {
            let (wanted, bytes) = (&self.texts[number].1, code(number));
            complaints.push(format!("{wanted}: {bytes:02x?} is `{found}` for {by}"));
        };
        let mut formatter = formatter();
        for (number, (_, _, wanted)) in self.texts.iter().enumerate() {
            let found = read_by_iced(&mut formatter, code(number));
            if found != with_absolute_addresses(wanted) {
                complain(number, &found, "iced-x86");
            }
        }
        if let Some(llvm) = &self.llvm {
            let found = llvm.disassemble((0..self.texts.len()).map(code));
            assert_eq!(found.len(), self.texts.len());
            for (number, ((_, wanted, _), found)) in self.texts.iter().zip(&found).enumerate() {
                if wanted != found {
                    complain(number, found, "llvm-mc");
                }
            }
        }
        self.compared += self.texts.len();
        self.wrong.extend(complaints);
        self.texts.clear();
        self.encoder.code.clear();
    }
}

fn formatter() -> IntelFormatter {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_space_between_memory_add_operators(true);
    options.set_scale_before_index(true);
    options.set_rip_relative_addresses(true);
    options.set_memory_size_options(MemorySizeOptions::Always);
    options.set_number_base(NumberBase::Decimal);
    options.set_signed_immediate_operands(true);
    options.set_use_pseudo_ops(false);
    options.set_show_branch_size(false);
    formatter
}

/// The text with addresses as numbers of 64 bits without sign: those without registers, and those
/// that jumps go to.
fn with_absolute_addresses(text: &str) -> Cow<'_, str> {
    let (before, number, after) = match text.split_once("[-") {
        Some((before, rest)) => {
            let (number, after) = rest.split_once(']').unwrap();
            (format!("{before}["), number, format!("]{after}"))
        }
        None => match text.split_once(" -") {
            Some((name, number)) if !name.contains(' ') => {
                (format!("{name} "), number, String::new())
            }
            _ => return text.into(),
        },
    };
    let Ok(number) = number.parse::<u64>() else { return text.into() };
    format!("{before}{}{after}", number.wrapping_neg()).into()
}

/// What iced-x86 reads. The instruction ends at address 0, so that jumps go to their distance.
fn read_by_iced(formatter: &mut IntelFormatter, bytes: &[u8]) -> String {
    let start = (bytes.len() as u64).wrapping_neg();
    let mut decoder = Decoder::with_ip(64, bytes, start, DecoderOptions::NONE);
    let instruction = decoder.decode();
    let mut text = String::new();
    formatter.format(&instruction, &mut text);
    if instruction.len() == bytes.len() { text } else { format!("{text} and more") }
}

fn registers() -> impl Iterator<Item = R> {
    (0..16).map(R)
}

/// Addresses of every form: each base with displacements at the edges, each index, none, rip. In full,
/// each base with each index and each displacement.
fn addresses() -> Vec<Mem> {
    const EDGES: [i32; 9] = [0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN];
    if full() {
        let bases = registers().map(Base::Reg).chain([Base::None, Base::Rip]);
        let indexes = registers().filter(|&index| index != R::RSP);
        let indexes: Vec<_> = indexes.flat_map(|index| (0..4).map(move |by| (index, by))).collect();
        let plain = bases.flat_map(|base| EDGES.map(|disp| Mem::new(base, disp)));
        return plain
            .flat_map(|mem| {
                let indexed = indexes.iter().filter_map(move |&(reg, by)| mem.index(reg, by).ok());
                std::iter::once(mem).chain(indexed)
            })
            .collect();
    }
    let mut found = vec![Mem::new(Base::None, 8), Mem::new(Base::Rip, 0x1234)];
    for disp in EDGES {
        found.extend(registers().map(|base| Mem::new(Base::Reg(base), disp)));
    }
    for index in registers().filter(|&index| index != R::RSP) {
        for scale in 0..4 {
            found.push(Mem::new(Base::None, -16).index(index, scale).unwrap());
            for (base, disp) in [(0, 0), (4, 8), (5, 0), (12, 200), (13, 0), (15, -7)] {
                found.push(Mem::new(Base::Reg(R(base)), disp).index(index, scale).unwrap());
            }
        }
    }
    found
}

/// Registers beside an address: one in turn, or several in full.
fn beside(number: usize) -> Vec<R> {
    let more = if full() { 8 } else { 1 };
    (0..more).map(|turn| R(((number + 5 * turn) % 16) as u8)).collect()
}

/// Every register, and every address.
fn all_rm() -> Vec<Rm> {
    registers().map(Rm::Reg).chain(addresses().into_iter().map(Rm::Mem)).collect()
}

fn immediates(bytes: u8) -> Vec<i32> {
    let all = [0, 1, -1, 42, 127, -128, 128, 32767, -32768, 0x12345678, i32::MAX, i32::MIN];
    let fits = |&value: &i32| {
        bytes == 4 || value >> (8 * bytes - 1) == 0 || value >> (8 * bytes - 1) == -1
    };
    all.into_iter().filter(fits).collect()
}

fn with_modrm(cases: &mut Cases) {
    let all = all_rm();
    for row in integer::REG_RM.iter().chain(float::REG_RM) {
        for (number, &rm) in all.iter().enumerate() {
            // Every register with every register, and in turn with the addresses.
            let regs: Vec<R> = match rm {
                Rm::Reg(_) => registers().collect(),
                Rm::Mem(_) => beside(number),
            };
            for reg in regs {
                let text = format!("{} {}, {}", row.name, reg.name(row.reg), rm.text(row.rm));
                cases.add(text, |encoder| encoder.reg_rm(*row, reg, rm));
            }
        }
    }
    for row in integer::RM_REG.iter().chain(float::RM_REG) {
        for (number, &rm) in all.iter().enumerate() {
            for reg in beside(number * 7) {
                let text = format!("{} {}, {}", row.name, rm.text(row.rm), reg.name(row.reg));
                cases.add(text, |encoder| encoder.rm_reg(*row, rm, reg));
            }
        }
    }
    for row in integer::RM_ONLY.iter().chain(control::RM_ONLY) {
        for &rm in &all {
            let text = format!("{} {}", row.name, rm.text(row.rm));
            cases.add(text, |encoder| encoder.rm(*row, rm));
        }
    }
    for row in integer::SHIFT_CL {
        for &rm in &all {
            let text = format!("{} {}, cl", row.name, rm.text(row.rm));
            cases.add(text, |encoder| encoder.rm(*row, rm));
        }
    }
    for row in integer::REG_MEM {
        for (number, mem) in addresses().into_iter().enumerate() {
            for reg in beside(number) {
                let text = format!("{} {}, {mem}", row.name, reg.name(row.reg));
                cases.add(text, |encoder| encoder.reg_mem(*row, reg, mem));
            }
        }
    }
}

/// An immediate of some bytes as llvm-mc writes it: those of 16 and 32 bits without sign, unless they are
/// extended from a byte.
fn immediate_text(kind: Kind, bytes: u8, value: i32) -> String {
    match (kind, bytes) {
        (Kind::R16, 2) => (value as u16).to_string(),
        (Kind::R32, 4) => (value as u32).to_string(),
        _ => value.to_string(),
    }
}

fn with_immediates(cases: &mut Cases) {
    let all = all_rm();
    for row in integer::RM_IMM {
        let values = immediates(row.imm);
        let counts = ["rol", "ror", "shl", "shr", "sar"].contains(&row.name);
        for (number, &rm) in all.iter().enumerate() {
            let value = values[number % values.len()];
            let value = if counts { value & 63 } else { value };
            let start = format!("{} {}, ", row.name, rm.text(row.rm));
            // The instruction that shifts by one has no immediate.
            let by_llvm = match counts && value == 1 {
                true => start.trim_end_matches(", ").to_string(),
                false => start.clone() + &immediate_text(row.rm, row.imm, value),
            };
            cases.add_with(by_llvm, format!("{start}{value}"), |encoder| {
                encoder.rm_imm(*row, rm, value);
            });
        }
    }
    for row in integer::REG_RM_IMM {
        let values = immediates(row.imm);
        for (number, &rm) in all.iter().enumerate() {
            let (reg, value) = (R((number % 16) as u8), values[number % values.len()]);
            let (first, second) = (reg.name(row.reg), rm.text(row.rm));
            let text = format!("{} {first}, {second}, {value}", row.name);
            cases.add(text, |encoder| encoder.reg_rm_imm(*row, reg, rm, value));
        }
    }
    for reg in registers() {
        for row in integer::OP_REG {
            let text = format!("{} {}", row.name, reg.name(row.reg));
            cases.add(text, |encoder| encoder.op_reg(*row, reg));
        }
        for row in integer::OP_REG_IMM {
            for value in [0, 1, 42, 0x7fff_ffff, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0] {
                let fits = row.imm == 8 || i32::try_from(value).is_ok();
                if fits {
                    let operands = format!("{}, {value}", reg.name(row.reg));
                    let by_llvm = format!("{} {operands}", row.name);
                    cases.add_with(by_llvm, format!("mov {operands}"), |encoder| {
                        encoder.op_reg_imm(*row, reg, value);
                    });
                }
            }
        }
    }
    for row in integer::PLAIN.iter().chain(control::PLAIN) {
        cases.add(row.name.to_string(), |encoder| encoder.plain(*row));
    }
    for row in control::REL8 {
        for distance in [0, 1, -1, 127, -128] {
            cases.add(format!("{} {distance}", row.name), |encoder| encoder.rel8(*row, distance));
        }
    }
    for row in control::REL {
        for distance in [0, 1, -1, 127, 128, i32::MAX, i32::MIN] {
            cases.add(format!("{} {distance}", row.name), |encoder| {
                let target = encoder.rel(*row, distance);
                assert_eq!((target.at + 4, encoder.code.len()), (target.end, target.end));
            });
        }
    }
}

#[test]
fn every_row_reads_as_it_was_meant() {
    let llvm = LlvmMc::find(&["--triple=x86_64", "--output-asm-variant=1"]);
    let mut cases = Cases {
        encoder: Encoder::default(),
        texts: Vec::new(),
        llvm,
        compared: 0,
        wrong: Vec::new(),
    };
    with_modrm(&mut cases);
    with_immediates(&mut cases);
    cases.compare();
    let by_llvm = if cases.llvm.is_some() { cases.compared } else { 0 };
    eprintln!(
        "x86-64: {} instructions compared with iced-x86, {by_llvm} with llvm-mc, {} differ",
        cases.compared,
        cases.wrong.len()
    );
    cases.wrong.truncate(40);
    assert!(cases.wrong.is_empty(), "{:#?}", cases.wrong);
    assert!(cases.compared > 50_000, "{}", cases.compared);
}

#[test]
fn some_encodings_to_the_byte() {
    let encode = |emit: &dyn Fn(&mut Encoder)| {
        let mut encoder = Encoder::default();
        emit(&mut encoder);
        encoder.code
    };
    let (rax, rsp, rbp, rsi, r12, r13) = (R(0), R(4), R(5), R(6), R(12), R(13));
    let at = |base, disp| Mem::new(Base::Reg(base), disp);
    // MOV r/m64, imm32.
    let code = encode(&|e| e.rm_imm(integer::MOV_I32, Rm::Reg(rax), 42));
    assert_eq!(code, [0x48, 0xc7, 0xc0, 0x2a, 0, 0, 0]);
    // sil needs a REX prefix, al does not.
    let code = encode(&|e| e.rm_reg(integer::STORE8, Rm::Mem(at(rax, 0)), rsi));
    assert_eq!(code, [0x40, 0x88, 0x30]);
    let code = encode(&|e| e.rm(integer::SETE, Rm::Reg(rax)));
    assert_eq!(code, [0x0f, 0x94, 0xc0]);
    // rsp and r12 as bases have a SIB byte; rbp and r13 a displacement.
    for (base, bytes) in [
        (rsp, &[0x48, 0x8b, 0x04, 0x24][..]),
        (r12, &[0x49, 0x8b, 0x04, 0x24]),
        (rbp, &[0x48, 0x8b, 0x45, 0x00]),
        (r13, &[0x49, 0x8b, 0x45, 0x00]),
    ] {
        assert_eq!(encode(&|e| e.reg_rm(integer::MOV, rax, Rm::Mem(at(base, 0)))), bytes);
    }
    // The mandatory prefix comes before REX.
    let code = encode(&|e| e.reg_rm(float::CVTSI2SD, R(9), Rm::Reg(rax)));
    assert_eq!(code, [0xf2, 0x4c, 0x0f, 0x2a, 0xc8]);
    let code = encode(&|e| e.op_reg_imm(integer::MOVABS, r12, 1));
    assert_eq!(code, [0x49, 0xbc, 1, 0, 0, 0, 0, 0, 0, 0]);
    // The usual ones of several: between registers, of rax with 32 bits, shifts by one.
    let code = encode(&|e| e.reg_rm(integer::ADD, R(0), Rm::Reg(R(9))));
    assert_eq!(code, [0x4c, 0x01, 0xc8]);
    let code = encode(&|e| e.rm_imm(integer::CMP_I32, Rm::Reg(rax), 1000));
    assert_eq!(code, [0x48, 0x3d, 0xe8, 0x03, 0, 0]);
    let code = encode(&|e| e.rm_imm(integer::SAR_I8, Rm::Reg(R(8)), 1));
    assert_eq!(code, [0x49, 0xd1, 0xf8]);
    assert_eq!(at(rax, 0).index(rsp, 0), Err(sox_machine::x64::BadIndex));
    assert_eq!(rax.name(Kind::R16), "ax");
}
