//! Arbitrary modules: every operation with every kind of operand, names that need quotes, numbers at
//! the edges. They are well-formed, but make no sense.

use crate::chance::Chance;
use sox_machine::ir::{
    Bss, Class, Cond, CondKind, Format, FunctionBuilder, Import, Inst, Isa, Kind, Module, Name, Op,
    Operand, Pair, Phys, Reg, Reloc,
};

const NAMES: [&[u8]; 10] = [
    b"a",
    b"main",
    b"7",
    b"07",
    b"int literal__str",
    b"[]int__clone",
    "\u{e9}\u{20ac}".as_bytes(),
    b"\xff\0\"\\",
    b"",
    b"x.y_Z",
];

const NUMBERS: [i64; 12] = [
    0,
    1,
    -1,
    7,
    8,
    255,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    i32::MIN as i64 - 1,
    1 << 62,
    i64::MAX,
    i64::MIN,
];

/// A module that depends on the seed alone.
pub(crate) fn module(seed: u64) -> Module {
    let mut chance = Chance(seed);
    let chance = &mut chance;
    let mut module = Module::default();
    module.isa = chance.pick(&[None, Some(Isa::X64), Some(Isa::Arm64)]);
    module.format =
        chance.pick(&[None, Some(Format::Elf64), Some(Format::Macho), Some(Format::Pe)]);
    module.allow_stubs = chance.one_in(4);
    for _ in 0..chance.below(4) {
        data(chance, &mut module);
    }
    for _ in 0..chance.below(3) {
        let (name, exported) = (name(chance, &mut module), chance.one_in(2));
        let (align, size) = (chance.next() >> 1, chance.next() >> 1);
        module.bss.push(Bss { name, exported, align, size, offset: 0 });
    }
    for _ in 0..chance.below(3) {
        let import = Import {
            name: name(chance, &mut module),
            library: chance.one_in(2).then(|| name(chance, &mut module)),
            arity: chance.one_in(2).then(|| chance.next() as u32),
            offset: 0,
        };
        module.imports.push(import);
    }
    for _ in 0..chance.below(4) {
        function(chance, &mut module);
    }
    module
}

fn name(chance: &mut Chance, module: &mut Module) -> Name {
    let name = chance.pick(&NAMES);
    module.names.intern(name)
}

fn data(chance: &mut Chance, module: &mut Module) {
    let (mut bytes, mut relocs) = (Vec::new(), Vec::new());
    for _ in 0..chance.below(5) {
        match chance.below(4) {
            0 => {
                let reloc = Reloc {
                    at: bytes.len() as u64,
                    symbol: name(chance, module),
                    addend: chance.pick(&NUMBERS),
                };
                relocs.push(reloc);
                bytes.extend([0; 8]);
            }
            1 => bytes.resize(bytes.len() + chance.below(40), 0),
            _ => bytes.extend((0..chance.below(20)).map(|_| chance.next() as u8)),
        }
    }
    let symbol = (name(chance, module), chance.one_in(2));
    let align = chance.pick(&[1, 8, 64]);
    module.add_data(symbol, align, &bytes, &relocs, 0);
}

fn function(chance: &mut Chance, module: &mut Module) {
    let symbol = name(chance, module);
    let mut builder = FunctionBuilder::new(module, symbol);
    builder.exported(chance.one_in(2));
    let classes = [Class::I64, Class::F64, Class::F32];
    let results: Vec<Class> = (0..chance.below(3)).map(|_| chance.pick(&classes)).collect();
    builder.results(Pair::new(&results).unwrap());
    let mut body = Body { regs: Vec::new(), builder };
    for number in 0..chance.below(4) {
        let class = chance.pick(&classes);
        let reg = body.builder.param(format!("p{number}").as_bytes(), class);
        body.regs.push((reg, class));
    }
    // Some of each class, defined at once, so that their classes are in the text.
    for class in classes {
        for number in 0..=chance.below(3) {
            let text = match chance.below(4) {
                0 if class == Class::I64 => format!("^{number}").into_bytes(),
                1 => format!("{}{number}", class.name()).into_bytes(),
                2 => [b"\xfe ", class.name().as_bytes(), &[number as u8]].concat(),
                _ => format!("{}", chance.next() as u32).into_bytes(),
            };
            let name = body.builder.module().names.intern(&text);
            let reg = body.builder.reg(name, class);
            if body.builder.info(reg).class == class {
                body.regs.push((reg, class));
                let zero = Operand::Imm(0);
                body.builder.push(Inst::new(Op::Const, &[Operand::Reg(reg), zero]));
            }
        }
    }
    for _ in 0..chance.below(30) {
        let op = chance.pick(Op::ALL);
        body.instruction(chance, op);
    }
    body.builder.finish();
}

struct Body<'m> {
    regs: Vec<(Reg, Class)>,
    builder: FunctionBuilder<'m>,
}

impl Body<'_> {
    fn instruction(&mut self, chance: &mut Chance, op: Op) {
        let info = op.info();
        let cond = match info.cond {
            CondKind::None => Cond::default(),
            CondKind::Int => chance.pick(Cond::INT),
            CondKind::Float => chance.pick(Cond::FLOAT),
        };
        let mut inst = Inst::with_cond(op, cond, &[]);
        let any = chance.pick(&[Class::I64, Class::F64, Class::F32]);
        let float = chance.pick(&[Class::I64, Class::F64, Class::F32]);
        for (place, &kind) in info.kinds.iter().enumerate() {
            inst.operands[place] = match kind {
                Kind::Def | Kind::Reg => self.reg(chance, Class::I64),
                Kind::Val => self.value(chance, Class::I64),
                Kind::DefAny => self.reg(chance, any),
                Kind::Any => self.value(chance, any),
                Kind::DefFloat | Kind::Float => self.reg(chance, float),
                Kind::DefF32 | Kind::F32 => self.reg(chance, Class::F32),
                Kind::DefF64 | Kind::F64 => self.reg(chance, Class::F64),
                Kind::DefBits => self.reg(chance, Class::I64),
                Kind::Bits => self.reg(chance, Class::F64),
                Kind::Base | Kind::Callee if chance.one_in(2) => self.symbol(chance),
                Kind::Base | Kind::Callee => self.reg(chance, Class::I64),
                Kind::Index if chance.one_in(2) => {
                    inst.scale = chance.below(4) as u8;
                    self.reg(chance, Class::I64)
                }
                Kind::Index => Operand::None,
                Kind::Off | Kind::Addend | Kind::Imm => {
                    let number = chance.pick(&NUMBERS);
                    self.builder.number(number)
                }
                Kind::Count => {
                    let number = chance.pick(&NUMBERS) & i64::MAX;
                    self.builder.number(number)
                }
                Kind::Const => self.constant(chance, any),
                Kind::Sym => self.symbol(chance),
                Kind::Label => self.label(chance),
                Kind::Bytes => Operand::Bytes(name(chance, self.builder.module())),
                Kind::Labels => self.list(chance, 4, Self::label),
                Kind::Defs => self.list(chance, 3, |body, chance| {
                    let class = chance.pick(&[Class::I64, Class::F64, Class::F32]);
                    body.reg(chance, class)
                }),
                Kind::Args => self.list(chance, 12, |body, chance| match chance.below(6) {
                    0 => Operand::Variadic,
                    _ => {
                        let class = chance.pick(&[Class::I64, Class::F64, Class::F32]);
                        body.value(chance, class)
                    }
                }),
                Kind::Vals => self.list(chance, 3, |body, chance| body.value(chance, Class::I64)),
            };
        }
        self.builder.push(inst);
    }

    fn list(
        &mut self,
        chance: &mut Chance,
        below: usize,
        element: fn(&mut Self, &mut Chance) -> Operand,
    ) -> Operand {
        let elements: Vec<Operand> =
            (0..chance.below(below)).map(|_| element(self, chance)).collect();
        self.builder.list(&elements)
    }

    fn reg(&mut self, chance: &mut Chance, class: Class) -> Operand {
        let isa = self.builder.module().isa;
        if let Some(isa) = isa.filter(|_| class == Class::I64 && chance.one_in(8)) {
            let names = [["rax", "r15", "rsp"], ["x0", "xzr", "sp"]][isa as usize];
            return Operand::Phys(Phys::from_name(chance.pick(&names).as_bytes()).unwrap());
        }
        let fitting: Vec<Reg> =
            self.regs.iter().filter(|(_, known)| *known == class).map(|(reg, _)| *reg).collect();
        Operand::Reg(chance.pick(&fitting))
    }

    fn value(&mut self, chance: &mut Chance, class: Class) -> Operand {
        if class == Class::I64 && chance.one_in(3) {
            let number = chance.pick(&NUMBERS);
            return self.builder.number(number);
        }
        self.reg(chance, class)
    }

    fn constant(&mut self, chance: &mut Chance, class: Class) -> Operand {
        let bits = match class {
            Class::I64 => chance.pick(&NUMBERS),
            Class::F64 => match chance.below(4) {
                0 => chance.next() as i64,
                1 => chance.pick(&[f64::NAN, f64::INFINITY, -0.0, 5e-324, 1e300]).to_bits() as i64,
                _ => (chance.below(1000) as f64 / 8.0).to_bits() as i64,
            },
            Class::F32 => match chance.below(4) {
                0 => i64::from(chance.next() as u32),
                1 => chance.pick(&[f32::NAN, f32::INFINITY, -0.0, 1e-45, 1e30]).to_bits().into(),
                _ => (chance.below(1000) as f32 / 8.0).to_bits().into(),
            },
        };
        self.builder.number(bits)
    }

    fn symbol(&mut self, chance: &mut Chance) -> Operand {
        Operand::Sym(name(chance, self.builder.module()))
    }

    fn label(&mut self, chance: &mut Chance) -> Operand {
        let name = name(chance, self.builder.module());
        Operand::Label(self.builder.label(name))
    }
}
