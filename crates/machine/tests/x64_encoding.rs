//! Every row of x86-64: what is encoded is disassembled by llvm-mc, where that is installed, and must read
//! as it was meant. Some encodings are fixed here to the byte.

use sox_machine::x64::insts::{control, float, integer};
use sox_machine::x64::{Base, Encoder, Kind, Mem, R, Rm};
use std::io::Write;
use std::process::{Command, Stdio};

/// Instructions with the text they must read as.
#[derive(Default)]
struct Cases {
    encoder: Encoder,
    /// End of each instruction, and its text.
    texts: Vec<(usize, String)>,
}

impl Cases {
    fn add(&mut self, text: String, emit: impl FnOnce(&mut Encoder)) {
        emit(&mut self.encoder);
        self.texts.push((self.encoder.code.len(), text));
    }
}

fn registers() -> impl Iterator<Item = R> {
    (0..16).map(R)
}

/// Addresses of every form: each base with displacements at the edges, each index, none, rip.
fn addresses() -> Vec<Mem> {
    let mut found = vec![Mem::new(Base::None, 8), Mem::new(Base::Rip, 0x1234)];
    for disp in [0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN] {
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
                Rm::Mem(_) => vec![R((number % 16) as u8)],
            };
            for reg in regs {
                let text = format!("{} {}, {}", row.name, reg.name(row.reg), rm.text(row.rm));
                cases.add(text, |encoder| encoder.reg_rm(*row, reg, rm));
            }
        }
    }
    for row in integer::RM_REG.iter().chain(float::RM_REG) {
        for (number, &rm) in all.iter().enumerate() {
            let reg = R((number * 7 % 16) as u8);
            let text = format!("{} {}, {}", row.name, rm.text(row.rm), reg.name(row.reg));
            cases.add(text, |encoder| encoder.rm_reg(*row, rm, reg));
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
            let reg = R((number % 16) as u8);
            let text = format!("{} {}, {mem}", row.name, reg.name(row.reg));
            cases.add(text, |encoder| encoder.reg_mem(*row, reg, mem));
        }
    }
}

/// An immediate as llvm-mc writes it: those of 16 and 32 bits without sign.
fn immediate_text(kind: Kind, value: i32) -> String {
    match kind {
        Kind::R16 => (value as u16).to_string(),
        Kind::R32 => (value as u32).to_string(),
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
            let shown = immediate_text(row.rm, value);
            let text = format!("{} {}, {shown}", row.name, rm.text(row.rm));
            cases.add(text, |encoder| encoder.rm_imm(*row, rm, value));
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
                    let text = format!("{} {}, {value}", row.name, reg.name(row.reg));
                    cases.add(text, |encoder| encoder.op_reg_imm(*row, reg, value));
                }
            }
        }
    }
    for row in integer::PLAIN.iter().chain(control::PLAIN) {
        cases.add(row.name.to_string(), |encoder| encoder.plain(*row));
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

/// What llvm-mc reads in the code; nothing if it is not installed.
fn disassembled(cases: &Cases) -> Option<Vec<String>> {
    let mut command = ["llvm-mc-19", "llvm-mc"].into_iter().find_map(|name| {
        let found = Command::new(name).arg("--version").stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success()).then(|| Command::new(name))
    })?;
    let mut child = command
        .args(["--disassemble", "--triple=x86_64", "--output-asm-variant=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = String::new();
    let mut start = 0;
    for (end, _) in &cases.texts {
        let bytes = &cases.encoder.code[start..*end];
        input.extend(bytes.iter().map(|byte| format!("0x{byte:02x} ")));
        input.push('\n');
        start = *end;
    }
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or(""));
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    Some(lines.filter(|line| !line.is_empty() && !line.starts_with('.')).collect())
}

#[test]
fn every_row_reads_as_it_was_meant() {
    let mut cases = Cases::default();
    with_modrm(&mut cases);
    with_immediates(&mut cases);
    assert!(cases.texts.len() > 50_000, "{}", cases.texts.len());
    let Some(found) = disassembled(&cases) else {
        eprintln!("llvm-mc is not installed: only the encodings fixed here were compared");
        return;
    };
    let mut wrong = Vec::new();
    for (number, (wanted, found)) in
        cases.texts.iter().map(|(_, text)| text).zip(&found).enumerate()
    {
        if wanted != found {
            let start = if number == 0 { 0 } else { cases.texts[number - 1].0 };
            let bytes = &cases.encoder.code[start..cases.texts[number].0];
            wrong.push(format!("{wanted}: {bytes:02x?} reads as {found}"));
        }
    }
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(found.len(), cases.texts.len());
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
    assert_eq!(at(rax, 0).index(rsp, 0), Err(sox_machine::x64::BadIndex));
    assert_eq!(rax.name(Kind::R16), "ax");
}
