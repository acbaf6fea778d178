//! Runs a file with the machine and nothing else: `run FILE`, for measuring. With `-l` it prints the
//! register code of what ran.

#[path = "../tests/support/mod.rs"]
mod support;

use support::{World, compiled, plain};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let list = args.first().is_some_and(|arg| arg == "-l");
    if list {
        args.remove(0);
    }
    let text = std::fs::read_to_string(&args[0]).expect("a readable file");
    let mut world = World::new(plain());
    let start = std::time::Instant::now();
    let result = world.run(compiled(&text, &[]));
    let time = start.elapsed();
    print!("{}", world.printed());
    match result {
        Ok(unit) if list => print!("{}", world.vm.listing(unit)),
        Ok(_) => {}
        Err(sox_runtime::Fault::Thrown) => println!("{:?}", world.error()),
        Err(fault) => println!("{fault:?}"),
    }
    eprintln!("{time:?} {:?}", world.vm.statistics());
}
