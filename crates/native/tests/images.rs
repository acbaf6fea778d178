//! Images in a host: called with integers and floats, calling back through their imports, in pages that
//! are never writable and executable at once, loaded where others have been.
//! `cargo xtask test` builds this for AArch64 too and runs it under qemu.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use sox_image::{Code, HostFunction, LoadError};
use sox_machine::codegen::Options;
use sox_machine::ir::Isa;
use sox_machine::{Syntax, load, opt};
use sox_native::image;
use sox_native::objfile::link::Image;

const HOST: Isa = Isa::HOST.expect("tests of images run on these alone");

const MODULE: &str = "\
import $host.mixed
import $host.count(1)
data $step align 8 { i64 3 }
data $text align 8 { b \"12345678\", i64 $step, i64 $twice }
bss $total align 8 size 200000

function i64 $twice(i64 %n) {
    %r =i64 add %n, %n
    ret %r
}

# Data, zeroed data behind it, an address in data.
export function i64 $advance() {
    %step =i64 load [$text + 8]
    %step =i64 load [%step]
    %old =i64 load [$total + 199992]
    %new =i64 add %old, %step
    store [$total + 199992], %new
    ret %new
}

export function f64 $weigh(i64 %a, f64 %x, i64 %b, f32 %y, i64 %c, f64 %z) {
    %f =i64 load [$text + 16]
    %b =i64 call %f(%b)
    %a =i64 mul %a, %b
    %a =i64 sub %a, %c
    %s =f64 itof %a
    %s =f64 fmul %s, %x
    %wide =f64 fpromote %y
    %s =f64 fadd %s, %wide
    %s =f64 fsub %s, %z
    ret %s
}

# A call of the host with more arguments of both kinds than there are registers.
export function f64 $ask(i64 %n, f64 %x) {
    %kept =i64 mul %n, 1000
    %y =f64 fadd %x, %x
    %r =f64 call $host.mixed(%n, %x, 2, %y, 3, %x, 4, %y, 5, %x, 6, %y, 7, %x, 8, %y, 9, %x, 10, %y)
    %more =f64 itof %kept
    %r =f64 fadd %r, %more
    ret %r
}

# As often as asked for, through the address of the import.
export function i64 $repeat(i64 %n) {
    %count =i64 addr $host.count
    %last =i64 const 0
@again
    jle %n, 0, @done
    %last =i64 call %count(%last)
    %n =i64 sub %n, 1
    jmp @again
@done
    ret %last
}
";

#[rustfmt::skip]
extern "C" fn mixed(
    a: i64, b: f64, c: i64, d: f64, e: i64, f: f64, g: i64, h: f64, i: i64, j: f64,
    k: i64, l: f64, m: i64, n: f64, o: i64, p: f64, q: i64, r: f64, s: i64, t: f64,
) -> f64 {
    let (ints, floats) = ([a, c, e, g, i, k, m, o, q, s], [b, d, f, h, j, l, n, p, r, t]);
    ints.iter().zip(floats).map(|(&int, float)| int as f64 * float).sum()
}

extern "C" fn count(last: u64) -> u64 {
    last + 1
}

fn host(name: &[u8]) -> Option<HostFunction> {
    match name {
        b"host.mixed" => Some(HostFunction(mixed as *const ())),
        b"host.count" => {
            let count: extern "C" fn(u64) -> u64 = count;
            Some(HostFunction(count as *const ()))
        }
        _ => None,
    }
}

fn image_of(text: &str, level: u8, exports: &[&str]) -> Image {
    let module = load(text.as_bytes(), Syntax::Nir).unwrap();
    let functions: Vec<_> =
        exports.iter().map(|name| module.function(name.as_bytes()).unwrap()).collect();
    let optimize = opt::Options::level(level);
    let options = Options { optimize, check: true, ..Options::default() };
    let imports: [&[u8]; 4] = [b"host.mixed", b"host.count", b"sys.write", b"sys.pages"];
    image(module.module().clone(), &functions, &imports, HOST, options).unwrap()
}

fn each_level(test: impl Fn(&Image)) {
    for level in 0..=opt::Options::MAX_LEVEL {
        test(&image_of(MODULE, level, &["advance", "weigh", "ask", "repeat"]));
    }
}

/// The address of a function of an image.
fn function(code: &Code, image: &Image, name: &str) -> *const () {
    let address = code.address(image.symbol(name.as_bytes()).unwrap()).unwrap();
    std::ptr::with_exposed_provenance(address as usize)
}

#[test]
fn functions_are_called_with_integers_and_floats() {
    each_level(|image| {
        let mut code = Code::load(image, host).unwrap();
        let advance = image.symbol(b"advance").unwrap();
        // SAFETY: it takes nothing and returns an integer.
        let steps = [(); 3].map(|()| unsafe { code.call(advance, [0; 3]) });
        assert_eq!(steps, [3, 6, 9]);
        type Weigh = extern "C" fn(i64, f64, i64, f32, i64, f64) -> f64;
        // SAFETY: a function of this type in the text above.
        let weigh =
            unsafe { std::mem::transmute::<*const (), Weigh>(function(&code, image, "weigh")) };
        assert_eq!(weigh(3, 0.5, 7, 1.25, 2, 100.0), (3.0 * 14.0 - 2.0) * 0.5 + 1.25 - 100.0);
    });
}

#[test]
fn the_host_is_called_through_the_imports() {
    each_level(|image| {
        let mut code = Code::load(image, host).unwrap();
        type Ask = extern "C" fn(i64, f64) -> f64;
        // SAFETY: a function of this type in the text above.
        let ask = unsafe { std::mem::transmute::<*const (), Ask>(function(&code, image, "ask")) };
        let (x, y) = (1.5, 3.0);
        let sum = mixed(1, x, 2, y, 3, x, 4, y, 5, x, 6, y, 7, x, 8, y, 9, x, 10, y);
        assert_eq!(ask(1, x), sum + 1000.0);
        let repeat = image.symbol(b"repeat").unwrap();
        // SAFETY: it takes an integer and returns one.
        assert_eq!(unsafe { code.call(repeat, [10_000, 0, 0]) }, 10_000);
    });
}

#[test]
fn what_the_host_does_not_have_is_named() {
    let image = image_of(MODULE, 1, &["ask"]);
    let found = Code::load(&image, |_| None);
    assert!(matches!(found, Err(LoadError::Missing(name)) if name == "host.mixed"));
}

/// Rights of the mapping that an address is in, such as `r-xp`.
fn rights(address: *const ()) -> Option<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let number = |text| usize::from_str_radix(text, 16).unwrap();
    maps.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (start, end) = words.next()?.split_once('-')?;
        let inside = (number(start)..number(end)).contains(&address.addr());
        inside.then(|| words.next().map(String::from))?
    })
}

#[test]
fn no_page_is_writable_and_executable() {
    let image = image_of(MODULE, 1, &["advance"]);
    let code = Code::load(&image, host).unwrap();
    let start = function(&code, &image, "advance");
    assert_eq!(rights(start).as_deref(), Some("r-xp"));
    let at = |offset: usize| {
        start
            .wrapping_byte_add(offset)
            .wrapping_byte_sub(image.symbol(b"advance").unwrap() as usize)
    };
    let data = image.code.len();
    assert_eq!(rights(at(data - 1)).as_deref(), Some("r-xp"));
    assert_eq!(rights(at(data)).as_deref(), Some("rw-p"));
    assert_eq!(
        rights(at(data + image.data.len() + image.zeros as usize - 1)).as_deref(),
        Some("rw-p")
    );
}

/// Systems mostly give the pages of the last image again, where a processor that kept what it had fetched
/// would run that image's code.
#[test]
fn code_is_new_where_other_code_was() {
    for number in 0..200u64 {
        let text = format!("export function i64 $number() {{\n    ret {number}\n}}\n");
        let image = image_of(&text, 0, &["number"]);
        let mut code = Code::load(&image, host).unwrap();
        // SAFETY: it takes nothing and returns an integer.
        assert_eq!(unsafe { code.call(image.symbol(b"number").unwrap(), [0; 3]) }, number);
    }
}
