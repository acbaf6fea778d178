//! Memory, steps, stack and interrupts.

use crate::support::*;
use sox_runtime::*;

/// Runs until a fault, with a safepoint after each turn; gives the fault and the peak of the account.
fn until_fault(
    limit: usize,
    mut turn: impl FnMut(&Isolate, usize) -> Result<(), Fault>,
) -> (Fault, usize) {
    let mut iso = limited(limit);
    for number in 0.. {
        let result = turn(&iso, number).and_then(|()| iso.safepoint());
        if let Err(fault) = result {
            return (fault, iso.statistics().peak_bytes);
        }
    }
    unreachable!()
}

fn is_limit(fault: &Fault, limit: usize) -> bool {
    matches!(fault, Fault::Limit(Limit::Memory(bytes)) if *bytes == limit)
}

/// Whatever is kept, the account stays below the limit and its end is told.
#[test]
#[cfg_attr(miri, ignore = "many small steps; the same code runs in the other tests")]
fn kept_data_ends_at_the_limit() {
    let limit = size(32 << 20, 1 << 20);
    type Turn = fn(&Isolate, usize) -> Result<(), Fault>;
    let turns: [Turn; 8] = [
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.array(0)?.value());
            }
            array_at(iso, 0).push(iso, Value::nil())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(Value::nil());
            }
            let cell = iso.cell(iso.stack().get(0))?;
            iso.stack().set(0, cell.value());
            Ok(())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.table()?.value());
            }
            table_at(iso, 0).set(iso, Value::number(number as f64), Value::nil())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.string("start")?.value());
            }
            let s = string_at(iso, 0);
            iso.stack().set(0, iso.concat(s, iso.string("0123456789")?)?.value());
            Ok(())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.string(&"x".repeat(100))?.value());
            }
            let s = string_at(iso, 0);
            s.flat()?;
            iso.stack().set(0, iso.concat(s, s)?.value());
            Ok(())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.array(0)?.value());
            }
            let inner = iso.array(1000)?.value();
            array_at(iso, 0).push(iso, inner)
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.array(0)?.value());
            }
            let class = iso.class(iso.intern(&format!("C{number}"))?)?;
            for field in 0..20 {
                let name = iso.intern(&format!("f{field}"))?;
                iso.instance(class)?.set_field(iso, name, Value::nil())?;
            }
            array_at(iso, 0).push(iso, class.value())
        },
        |iso, number| {
            if number == 0 {
                iso.stack().push(iso.array(0)?.value());
            }
            let message = iso.string("message")?;
            let trace = (0..50).map(|line| frame(0, line)).collect();
            array_at(iso, 0).push(iso, iso.error("Error", message, trace)?.value())
        },
    ];
    for (number, turn) in turns.into_iter().enumerate() {
        let (fault, peak) = until_fault(limit, turn);
        assert!(is_limit(&fault, limit), "{number}: {fault:?}");
        assert!(peak <= limit, "{number}: {peak}");
        assert!(peak > limit / 4, "{number}: gave up at {peak}");
    }
}

#[test]
fn garbage_never_reaches_the_limit() {
    let limit = size(16 << 20, 1 << 20);
    let mut iso = limited(limit);
    let mut random = Random(3);
    for _ in 0..size(3_000, 8) {
        {
            let bytes = random.below(limit / 16);
            let text = "x".repeat(bytes);
            iso.string(&text).unwrap();
            iso.array(random.below(limit / 64)).unwrap();
        }
        iso.safepoint().unwrap();
    }
}

/// The sizes of the next tests are in units of 2 to this power.
const UNIT: usize = size(20, 15);

#[test]
fn large_allocations_fail_at_once() {
    let iso = limited(4 << UNIT);
    assert!(is_memory(&iso.array(1 << UNIT)));
    assert!(is_memory(&iso.string(&"x".repeat(5 << UNIT))));
    let mut builder = iso.string_builder();
    assert!(is_memory(&builder.reserve(5 << UNIT)));
    builder.push_str("still usable").unwrap();
    assert_eq!(builder.finish().unwrap().text(), "still usable");
    assert!(is_memory(&iso.check_memory(5 << UNIT)));
    let captures = vec![Value::nil(); 1 << UNIT];
    assert!(is_memory(&iso.closure(FunctionRef(0), &captures)));
}

#[test]
fn reserving_collects() {
    let mut iso = limited(4 << 20);
    iso.array(200_000).unwrap();
    iso.array(100_000).unwrap();
    assert!(is_memory(&iso.check_memory(2 << 20)));
    iso.reserve_memory(2 << 20).unwrap();
    assert!(is_memory(&iso.reserve_memory(8 << 20)));
}

/// Ropes that no buffer could hold are refused when made; those that are flattened count.
#[test]
fn ropes_cannot_promise_more_than_there_is() {
    let iso = limited(4 << 20);
    let mut s = iso.string(&"x".repeat(300)).unwrap();
    let result = loop {
        match iso.concat(s, s) {
            Ok(twice) => s = twice,
            Err(fault) => break Err::<(), _>(fault),
        }
        assert!(s.byte_len() <= 4 << 20);
    };
    assert!(is_memory(&result));
}

#[test]
fn steps_are_counted() {
    let mut iso = Isolate::new(Config { max_steps: Some(10), ..Config::default() });
    for _ in 0..10 {
        iso.step().unwrap();
    }
    assert!(matches!(iso.step(), Err(Fault::Limit(Limit::Steps(10)))));
    assert_eq!(iso.statistics().steps, 11);
}

#[test]
fn interrupts_arrive() {
    let mut iso = Isolate::new(Config::default());
    let handle = iso.interrupt_handle();
    iso.safepoint().unwrap();
    std::thread::spawn(move || handle.interrupt()).join().unwrap();
    assert!(matches!(iso.safepoint(), Err(Fault::Limit(Limit::Interrupted))));
    iso.safepoint().unwrap();
}

#[test]
fn stacks_overflow_cleanly() {
    let mut iso = Isolate::new(Config { max_frames: 1, ..Config::default() });
    let capacity = iso.stack().capacity();
    for _ in 0..capacity {
        iso.stack().reserve(1).unwrap();
        iso.stack().push(Value::bool(true));
    }
    let overflow = error(iso.stack().reserve(1));
    assert_eq!(overflow, (ErrorKind::StackOverflow, "Stack overflow.".into()));
    for _ in 0..400 {
        iso.stack().push(Value::nil());
    }
    iso.safepoint().unwrap();
    iso.collect();
    iso.stack().truncate(10);
    iso.collect();
    iso.stack().reserve(1).unwrap();
    assert!(is_same(iso.stack().get(9), Value::bool(true)));
    assert!(error(iso.stack().reserve(usize::MAX)).1.contains("overflow"));
}

fn is_same(a: Value<'_>, b: Value<'_>) -> bool {
    a.same(b)
}

#[test]
fn stacks_insert_and_refuse() {
    let iso = Isolate::new(Config::default());
    for number in 0..5 {
        iso.stack().push(Value::number(number as f64));
    }
    iso.stack().insert(1, Value::nil());
    iso.stack().insert(6, Value::bool(true));
    let seen: Vec<String> = (0..7).map(|slot| format!("{:?}", iso.stack().get(slot))).collect();
    assert_eq!(seen.join(" "), "0.0 nil 1.0 2.0 3.0 4.0 true");
    assert!(is_same(iso.stack().pop(), Value::bool(true)));
    let beyond = std::panic::AssertUnwindSafe(|| iso.stack().get(6).is_nil());
    assert!(std::panic::catch_unwind(beyond).is_err());
}
