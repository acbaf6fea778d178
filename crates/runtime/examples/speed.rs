//! What the parts of the runtime cost by themselves, through the safe interface.
//!
//! `cargo run --release -p sox-runtime --example speed`

use sox_runtime::{Array, Config, Fault, Isolate, Table, Unpacked, Value, ops};
use std::time::Duration;

/// CPU time of the process so far, where Linux tells it.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

fn timed(name: &str, count: usize, run: impl FnOnce(&mut Isolate) -> Result<(), Fault>) {
    let mut iso = Isolate::new(Config::default());
    let start = cpu_time();
    if let Err(fault) = run(&mut iso) {
        println!("{name}: {fault:?}");
    }
    let time = cpu_time() - start;
    let statistics = iso.statistics();
    println!(
        "{name:28} {:7.3} s {:7.1} ns each; {:4} collections, {:6.3} s, longest {:.4} s; peak {} MiB",
        time.as_secs_f64(),
        time.as_nanos() as f64 / count as f64,
        iso.collections(),
        statistics.pause_total.as_secs_f64(),
        statistics.pause_max.as_secs_f64(),
        statistics.peak_bytes >> 20,
    );
}

fn array(iso: &Isolate, slot: usize) -> Array<'_> {
    match iso.stack().get(slot).unpack() {
        Unpacked::Array(array) => array,
        _ => unreachable!(),
    }
}

fn table(iso: &Isolate, slot: usize) -> Table<'_> {
    match iso.stack().get(slot).unpack() {
        Unpacked::Table(table) => table,
        _ => unreachable!(),
    }
}

/// A tree of arrays of two, depth first, on the stack.
fn tree(iso: &mut Isolate, depth: usize) -> Result<(), Fault> {
    if depth == 0 {
        iso.stack().push(iso.array_from(&[Value::nil(), Value::nil()])?.value());
    } else {
        tree(iso, depth - 1)?;
        tree(iso, depth - 1)?;
        let stack = iso.stack();
        let (right, left) = (stack.pop(), stack.pop());
        stack.push(iso.array_from(&[left, right])?.value());
    }
    iso.safepoint()
}

/// The same of instances with two fields.
fn instances(iso: &mut Isolate, depth: usize) -> Result<(), Fault> {
    if depth > 0 {
        instances(iso, depth - 1)?;
        instances(iso, depth - 1)?;
    } else {
        iso.stack().push(Value::nil());
        iso.stack().push(Value::nil());
    }
    {
        let stack = iso.stack();
        let Unpacked::Class(class) = stack.get(0).unpack() else { unreachable!() };
        let node = iso.instance(class)?;
        let (right, left) = (stack.pop(), stack.pop());
        let name = |slot: usize| stack.get(slot).as_str().unwrap_or_else(|| unreachable!());
        node.set_field(iso, name(1), left)?;
        node.set_field(iso, name(2), right)?;
        stack.push(node.value());
    }
    iso.safepoint()
}

/// The key with a number.
type KeyOf = fn(u64) -> f64;

/// Keys of a kind that collide in tables without a secret, beside random ones.
fn keys() {
    let patterns: [(&str, KeyOf); 4] = [
        ("a million keys: mixed", |number| {
            f64::from_bits(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 2)
        }),
        ("a million keys: equal low bits of the number", |number| (number << 20) as f64),
        ("a million keys: equal low bits of the word", |number| f64::from_bits(number << 34)),
        ("a million keys: spread exponents", |number| {
            f64::from_bits((number & 0x3FF) << 52 | number >> 10)
        }),
    ];
    for (name, key) in patterns {
        timed(name, 1_000_000, |iso| {
            iso.stack().push(iso.table()?.value());
            for number in 0..1_000_000 {
                table(iso, 0).set(iso, Value::number(key(number)), Value::nil())?;
            }
            Ok(())
        });
    }
}

fn main() {
    keys();
    timed("array push", 10_000_000, |iso| {
        iso.stack().push(iso.array(0)?.value());
        for number in 0..10_000_000 {
            array(iso, 0).push(iso, Value::number(number as f64))?;
            iso.safepoint()?;
        }
        Ok(())
    });
    timed("table of numbers: set", 2_000_000, |iso| {
        iso.stack().push(iso.table()?.value());
        for number in 0..2_000_000 {
            let number = Value::number(number as f64);
            table(iso, 0).set(iso, number, number)?;
            iso.safepoint()?;
        }
        Ok(())
    });
    timed("table of numbers: set and get", 4_000_000, |iso| {
        iso.stack().push(iso.table()?.value());
        let mut sum = 0.0;
        for round in 0..2 {
            for number in 0..2_000_000 {
                let key = Value::number(number as f64);
                match round {
                    0 => table(iso, 0).set(iso, key, key)?,
                    _ => sum += table(iso, 0).get(key).and_then(Value::as_number).unwrap_or(0.0),
                }
            }
        }
        assert_eq!(sum, 2_000_000.0 * 1_999_999.0 / 2.0);
        Ok(())
    });
    timed("table of strings: set", 500_000, |iso| {
        iso.stack().push(iso.table()?.value());
        for number in 0..500_000 {
            let key = iso.string(&format!("key{number}"))?.value();
            table(iso, 0).set(iso, key, Value::nil())?;
            iso.safepoint()?;
        }
        Ok(())
    });
    timed("string append", 1_000_000, |iso| {
        iso.stack().push(iso.string("")?.value());
        let x = iso.string("x")?.value();
        iso.stack().push(x);
        for _ in 0..1_000_000 {
            let (s, x) = (iso.stack().get(0), iso.stack().get(1));
            if let ops::Outcome::Value(sum) = ops::add(iso, s, x)? {
                iso.stack().set(0, sum);
            }
            iso.safepoint()?;
        }
        Ok(())
    });
    timed("closures", 20_000_000, |iso| {
        iso.stack().push(Value::nil());
        for number in 0..20_000_000 {
            let capture = [Value::number(number as f64)];
            iso.stack().set(0, iso.closure(sox_runtime::FunctionRef(0), &capture)?.value());
            iso.safepoint()?;
        }
        Ok(())
    });
    timed("trees of arrays, depth 15 × 64", 64 << 16, |iso| {
        for _ in 0..64 {
            tree(iso, 15)?;
            iso.stack().truncate(0);
        }
        Ok(())
    });
    timed("trees of instances, same", 64 << 16, |iso| {
        iso.stack().push(iso.class(iso.intern("Node")?)?.value());
        iso.stack().push(iso.intern("left")?.value());
        iso.stack().push(iso.intern("right")?.value());
        for _ in 0..64 {
            instances(iso, 15)?;
            iso.stack().truncate(3);
        }
        Ok(())
    });
    timed("one tree of depth 20", 2 << 20, |iso| tree(iso, 20));
}
