//! What is written is read back, and what cannot have been written is refused with its place.

use super::*;
use crate::{
    BuiltinId, Capture, ConstId, Constant, DebugInfo, Function, FunctionDebug, FunctionId,
    FunctionKind, Global, GlobalId, Handler, Instr, Local, ModuleId, ModuleInfo, NameId, Source,
    Target,
};
use Instr::*;
use sox_diagnostics::{SourceId, Span};

fn function(kind: FunctionKind, code: Vec<Instr>) -> Function {
    Function { locals: 2, ..Function::new(kind, code) }
}

/// Something in every table and section.
fn full() -> Bundle {
    let top = vec![Const { value: ConstId(1) }, NewCell { slot: Local(0) }];
    let rest = vec![Closure { function: FunctionId(1) }, Return {}, Rethrow {}];
    let mut body = function(FunctionKind::Module, [top, rest].concat());
    body.handlers = vec![Handler { start: 0, end: 3, target: Target(4), depth: 0 }];
    body.debug = DebugInfo::from(FunctionDebug {
        span: Span::new(0, 300),
        spans: vec![(0, Span::new(200, 210)), (2, Span::new(3, 4)), (4, Span::new(3, 300))],
        locals: vec![None, Some(NameId(0))],
        captures: Vec::new(),
    });
    let mut inner = function(FunctionKind::Plain, vec![Nil {}, Return {}]);
    (inner.params, inner.required) = (2, 1);
    inner.captures = vec![Capture::Cell(Local(0))];
    inner.debug.captures = vec![NameId(0)];
    let own = ModuleInfo {
        name: NameId(0),
        source: SourceId(0),
        body: FunctionId(0),
        globals: vec![GlobalId(0)],
        library: false,
        external: None,
    };
    let external = ModuleInfo { globals: Vec::new(), external: Some(NameId(5)), ..own.clone() };
    let module = Module {
        constants: vec![
            Constant::String("name".into()),
            Constant::Number(-0.0),
            Constant::Nil,
            Constant::Bool(true),
            Constant::Bool(false),
            Constant::String("std/math".into()),
        ],
        functions: vec![body, inner],
        modules: vec![own, external],
        globals: vec![
            Global { name: NameId(0), module: ModuleId(0), builtin: Some(BuiltinId(0)) },
            Global { name: NameId(0), module: ModuleId(0), builtin: None },
        ],
        builtins: vec![NameId(0)],
        sources: vec![Source { name: "näme".into(), line_starts: vec![0, 4, 400] }],
        entry: ModuleId(0),
        first_new_module: 0,
        main: Some(GlobalId(1)),
        tests: vec![(NameId(0), GlobalId(0))],
        benches: vec![(NameId(0), GlobalId(1)), (NameId(5), GlobalId(0))],
    };
    Bundle { language: Language::Sox, module, texts: None }
}

fn bare() -> Bundle {
    let mut bundle = full();
    let module = &mut bundle.module;
    module.sources = vec![Source::default()];
    module.functions.iter_mut().for_each(|f| f.debug = DebugInfo::default());
    bundle
}

#[test]
fn what_is_written_is_read_back() {
    let with_texts = || {
        let mut bundle = full();
        bundle.texts = Some(vec!["fn\n\u{e4}".into()]);
        bundle.module.sources[0].line_starts = vec![0, 3];
        bundle
    };
    let poh = || Bundle { language: Language::PohLang, ..full() };
    for bundle in [full(), bare(), with_texts(), poh()] {
        let bytes = write(&bundle);
        let again = read(&bytes).expect("a file that was just written");
        assert_eq!(again, bundle);
        assert_eq!(write(&again), bytes);
        crate::verify(again.module).expect("a sound module");
    }
}

#[test]
fn every_instruction_is_read_back() {
    let mut bytes = Vec::new();
    let mut all = Vec::new();
    for opcode in crate::Opcode::ALL {
        let info = opcode.info();
        let operands: usize = info.operands.iter().map(|(_, kind)| kind.width()).sum();
        let written = [vec![info.byte], (1..=operands as u8).collect()].concat();
        let (instr, rest) = Instr::decode(&written).expect("an instruction");
        assert!(rest.is_empty() && instr.opcode() == *opcode, "{}", info.name);
        for cut in 0..written.len() {
            assert!(Instr::decode(&written[..cut]).is_err(), "{} cut at {cut}", info.name);
        }
        instr.encode(&mut bytes);
        all.extend(written);
    }
    assert_eq!(bytes, all);
}

#[test]
fn cut_files_are_refused() {
    for bundle in [full(), bare()] {
        let bytes = write(&bundle);
        let sections: Vec<usize> = whole_sections(&bytes);
        for length in 0..bytes.len() {
            // A file that ends between sections may be one with less in it.
            match read(&bytes[..length]) {
                Ok(_) => assert!(sections.contains(&length), "cut at {length}"),
                Err(error) => assert!(error.offset <= length, "{error}"),
            }
        }
    }
}

/// Where sections end, from the first on.
fn whole_sections(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len())
        .filter(|&length| read(&bytes[..length]).is_ok())
        .filter(|&length| bytes.len() == length || [2, 3, 128].contains(&bytes[length]))
        .collect()
}

#[test]
fn no_flipped_bit_is_more_than_an_error() {
    let bytes = write(&full());
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(bundle) = read(&flipped) {
            assert_ne!(bundle, full(), "bit {bit} is lost");
            let _ = crate::verify(bundle.module);
        }
    }
}

/// What is said of the full file after a change of some bytes.
fn refusal(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = write(&full());
    change(&mut bytes);
    read(&bytes).expect_err("a damaged file").to_string()
}

#[test]
fn refusals_name_offset_and_field() {
    let at = |start: usize, with: &[u8]| {
        let with = with.to_vec();
        refusal(move |bytes| bytes[start..start + with.len()].copy_from_slice(&with))
    };
    assert_eq!(at(0, b"\x7fELF"), "offset 0, magic number: this is not bytecode");
    assert_eq!(
        at(4, &[2, 0, 0, 0]),
        "offset 4, format version: 2 is of a newer sox than this one, which reads version 1"
    );
    let many = at(8, &[0xff; 4]);
    assert!(
        many.starts_with("offset 8, number of constants: 4294967295 bytes are needed"),
        "{many}"
    );
    assert_eq!(at(12, &[9]), "offset 12, kind of a constant: 9 means nothing here");
    let long = at(13, &[0, 0, 0, 0x80]);
    assert!(long.starts_with("offset 13, string: 2147483648 bytes are needed"), "{long}");
    assert_eq!(at(17, &[0xff]), "offset 13, string: not UTF-8 text");
    let size = write(&full()).len();
    assert_eq!(
        refusal(|bytes| bytes.extend([200, 4])),
        format!("offset {}, size of a section: 4 bytes are needed and 1 are left", size + 1)
    );
    assert_eq!(
        refusal(|bytes| bytes.extend([1, 0, 0, 0, 0])),
        format!(
            "offset {size}, kind of a section: a section of kind 1 is out of order or there twice"
        )
    );
}

#[test]
fn sections_that_nobody_knows() {
    let with = |kind: u8| {
        let mut bytes = write(&bare());
        bytes.extend([kind, 2, 0, 0, 0, 7, 7]);
        read(&bytes)
    };
    assert_eq!(with(200), Ok(bare()));
    let problem = |kind| with(kind).expect_err("a required section").problem;
    assert_eq!(problem(77), Problem::UnknownSection(77));
    let mut nothing = write(&bare());
    nothing.truncate(12);
    nothing[8..].copy_from_slice(&[0; 4]);
    nothing.extend([0; 4]);
    assert_eq!(read(&nothing).expect_err("nothing to run").problem, Problem::NoModules);
}

#[test]
fn numbers_have_their_shortest_form() {
    let varint = |bytes: &[u8]| cursor::Cursor::new(bytes).varint("number").map_err(|e| e.problem);
    assert_eq!(varint(&[0x80, 0x01]), Ok(128));
    assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(u32::MAX));
    assert_eq!(varint(&[0x80, 0x00]), Err(Problem::NotShortest));
    assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), Err(Problem::Range(0x1_ffff_ffff)));
    assert!(matches!(varint(&[0xff; 6]), Err(Problem::Range(_))));
    assert_eq!(varint(&[0x80]), Err(Problem::Cut { needed: 1, left: 0 }));
}

#[test]
fn short_numbers_are_read_in_groups_as_they_are_one_by_one() {
    let numbers = [0, 1, 0x7f, 0x80, 0x81, 0x3fff, 0x4000, 5, u32::MAX, 6, 7, 0x100, 8, 9];
    let (mut state, mut groups) = (1_u32, 0);
    for length in 0..200 {
        let mut out = writer::Out(Vec::new());
        let mut written = Vec::new();
        for _ in 0..length {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            written.push(numbers[(state >> 16) as usize % numbers.len()]);
            out.varint(written[written.len() - 1]);
        }
        let bytes = &out.0[..];
        let (mut from, mut read) = (cursor::Cursor::new(bytes), Vec::new());
        while read.len() < length {
            from.take_short(|group: [u32; 3]| {
                // What it does not like, it is shown again or reads itself.
                let likes = groups % 5 != 0;
                groups += 1;
                read.extend(likes.then_some(group).into_iter().flatten());
                likes
            });
            if read.len() < length {
                read.push(from.varint("number").expect("a number"));
            }
        }
        assert_eq!(read, written);
        assert_eq!((from.offset(), from.is_empty()), (bytes.len(), true));
    }
    assert!(groups > 1000, "few were read in groups: {groups}");
    let mut longer_than_needed = cursor::Cursor::new(&[0x80, 0, 1, 1, 1, 1, 1, 1, 1]);
    longer_than_needed.take_short(|_: [u32; 3]| panic!("not the shortest form"));
    assert_eq!(longer_than_needed.offset(), 0);
}

#[test]
fn debug_information_is_judged_alike_packed_or_not() {
    type Change = (fn(&mut FunctionDebug), bool);
    let changes: [Change; 7] = [
        (|_| (), true),
        (|debug| debug.spans[1].0 = 0, false),
        (|debug| debug.spans[2].0 = 5, false),
        (|debug| debug.locals.resize(2000, None), false),
        (|debug| debug.captures.push(NameId(0)), false),
        (|debug| debug.locals[1] = Some(NameId(99)), false),
        (|debug| debug.captures.push(NameId(99)), false),
    ];
    for (change, sound) in changes {
        let mut bundle = full();
        change(&mut bundle.module.functions[0].debug);
        let packed = read(&write(&bundle)).expect("a file that was just written").module;
        let [packed, unpacked] = [packed, bundle.module].map(|module| crate::verify(module).err());
        assert_eq!(packed, unpacked);
        assert_eq!(packed.is_none(), sound, "{packed:?}");
    }
}

#[test]
fn portable_modules_have_nothing_of_the_library() {
    let mut module = full().module;
    // A library module with a function, a global, a builtin and a source of its own.
    module.constants.push(Constant::String("@native".into()));
    module.builtins.insert(0, NameId(6));
    module.globals[0].builtin = Some(BuiltinId(1));
    module.globals.push(Global { name: NameId(0), module: ModuleId(1), builtin: None });
    let code = vec![GetBuiltin { builtin: BuiltinId(0) }, Return {}];
    let library = function(FunctionKind::Module, code);
    module.functions.insert(0, Function { module: ModuleId(1), ..library });
    module.sources.insert(0, Source { name: "std/math".into(), line_starts: vec![0] });
    module.modules[0].body = FunctionId(1);
    module.modules[0].source = SourceId(1);
    module.modules[1] = ModuleInfo {
        body: FunctionId(0),
        globals: vec![GlobalId(2)],
        library: true,
        external: None,
        ..module.modules[0].clone()
    };
    module.modules[1].source = SourceId(0);
    module.functions[1].code[2] = Closure { function: FunctionId(2) };
    crate::verify(module.clone()).expect("a sound module");
    let portable = module.clone().into_portable(true);
    // Constants keep their order; the unused ones are gone, the path is new.
    let mut expected = full().module;
    expected.constants.drain(2..5);
    expected.modules[1].external = Some(NameId(3));
    expected.benches[1].0 = NameId(2);
    expected.constants.push(Constant::String("std/math".into()));
    assert_eq!(portable, expected);
    crate::verify(portable.clone()).expect("a sound module");
    assert_eq!(portable.clone().into_portable(true), portable);
    let stripped = module.into_portable(false);
    assert!(!stripped.has_debug() && portable.has_debug());
    crate::verify(stripped).expect("a sound module");
}

#[test]
fn cached_files_say_what_they_were_made_from() {
    let origin = Origin {
        maker: "sox 1".into(),
        settings: "-O1".into(),
        texts: vec![[7; 32], [8; 32]],
        found: vec![("lib/a.sox".into(), "/home/lib/a.sox".into())],
        absent: vec!["a.sox".into(), "b.sox".into()],
        remarks: "it is long".into(),
    };
    let bytes = write_cached(&full(), &origin);
    assert_eq!(read_all(&bytes).map(|it| (it.bundle, it.origin)), Ok((full(), Some(origin))));
    assert_eq!(read_all(&write(&full())).map(|it| it.origin), Ok(None));
    assert_eq!(read(&bytes), Ok(full()));
    for length in write(&full()).len() + 1..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_signature_is_the_last_section() {
    let mut bytes = write(&full());
    let covers = bytes.len();
    append_signature(&mut bytes, &[1; 32], &[2; 64]);
    let signature = Signature { key: [1; 32], signature: [2; 64], covers };
    assert_eq!(read_all(&bytes).map(|it| it.signature), Ok(Some(signature)));
    for length in covers + 1..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "cut at {length}");
    }
    let mut longer = bytes.clone();
    longer.extend([254, 0, 0, 0, 0]);
    assert_eq!(read(&longer).expect_err("behind the last").problem, Problem::SectionOrder(254));
    append_signature(&mut bytes, &[1; 32], &[2; 64]);
    assert_eq!(read(&bytes).expect_err("two of them").problem, Problem::SectionOrder(255));
}
