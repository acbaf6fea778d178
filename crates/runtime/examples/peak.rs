//! How much memory the process really takes when hostile programs meet `max_memory`.
//!
//! `cargo run --release -p sox-runtime --example peak [MODE LIMIT_MIB]`: without arguments, all modes
//! at 64 MiB, each in a process of its own. Linux only (reads `/proc/self/status`).

use sox_runtime::{Array, Config, Fault, Isolate, Unpacked, Value};

type Turn = fn(&Isolate, usize) -> Result<(), Fault>;

fn list(iso: &Isolate, slot: usize) -> Result<Array<'_>, Fault> {
    while iso.stack().len() <= slot {
        iso.stack().push(iso.array(0)?.value());
    }
    match iso.stack().get(slot).unpack() {
        Unpacked::Array(array) => Ok(array),
        _ => iso.array(0),
    }
}

fn keep<'h>(iso: &'h Isolate, value: Value<'h>) -> Result<(), Fault> {
    list(iso, 0)?.push(iso, value)
}

/// Fills with objects of one size, drops every other one, goes on with another size.
fn sizes(
    iso: &Isolate,
    turn: usize,
    make: impl Fn(usize) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let phase = turn / 20_000;
    if turn > 0 && turn.is_multiple_of(20_000) {
        let array = list(iso, 0)?;
        for index in (0..array.len()).step_by(2) {
            array.set(index, Value::nil());
        }
    }
    make(phase)
}

const MODES: [(&str, Turn); 9] = [
    ("one array", |iso, _| keep(iso, Value::nil())),
    ("cells", |iso, _| keep(iso, iso.cell(Value::nil())?.value())),
    ("linked list", |iso, turn| {
        if turn == 0 {
            iso.stack().push(Value::nil());
        }
        iso.stack().set(0, iso.array_from(&[iso.stack().get(0), Value::nil()])?.value());
        Ok(())
    }),
    ("doubling string", |iso, turn| {
        if turn == 0 {
            iso.stack().push(iso.string(&"x".repeat(300))?.value());
        }
        if let Some(s) = iso.stack().get(0).as_str() {
            s.flat()?;
            iso.stack().set(0, iso.concat(s, s)?.value());
        }
        Ok(())
    }),
    ("growing arrays", |iso, turn| {
        let array = list(iso, turn % 5)?;
        for _ in 0..1000 {
            array.push(iso, Value::nil())?;
        }
        Ok(())
    }),
    ("tables", |iso, turn| {
        let table = iso.table()?;
        for key in 0..turn % 64 {
            table.set(iso, Value::number(key as f64), Value::nil())?;
        }
        keep(iso, table.value())
    }),
    ("holes of arrays", |iso, turn| {
        sizes(iso, turn, |phase| keep(iso, iso.array(100 + 13 * phase)?.value()))
    }),
    ("holes of strings", |iso, turn| {
        sizes(iso, turn, |phase| keep(iso, iso.string(&"x".repeat(300 + 100 * phase))?.value()))
    }),
    ("holes of large arrays", |iso, turn| {
        let phase = turn / 100;
        if turn.is_multiple_of(100) {
            let array = list(iso, 0)?;
            for index in (0..array.len()).step_by(2) {
                array.set(index, Value::nil());
            }
        }
        keep(iso, iso.array(4000 + 1000 * phase)?.value())
    }),
];

fn resident(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [program] = &arguments[..] {
        for (mode, _) in MODES {
            let mut child = std::process::Command::new(program);
            let _ = child.args([mode, "64"]).status();
        }
        return;
    }
    let limit = arguments[2].parse::<usize>().unwrap_or(64) << 20;
    let Some((mode, turn)) = MODES.iter().find(|(mode, _)| *mode == arguments[1]) else { return };
    let mut iso = Isolate::new(Config { max_memory: Some(limit), ..Config::default() });
    let mut turns = 0;
    let fault = loop {
        match turn(&iso, turns).and_then(|()| iso.safepoint()) {
            Ok(()) => turns += 1,
            Err(fault) => break fault,
        }
    };
    let statistics = iso.statistics();
    println!(
        "{mode:24} {turns:9} turns, account {:6.1} MiB, resident {:6.1} MiB, {} collections: {fault:?}",
        statistics.peak_bytes as f64 / 1048576.0,
        resident("VmHWM:"),
        iso.collections(),
    );
}
