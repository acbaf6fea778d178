//! Tables against a model.

use crate::support::*;
use sox_runtime::*;

/// A key: half numbers, half strings (made anew each time, so equality is by text).
fn key(iso: &Isolate, number: usize) -> Value<'_> {
    match number % 2 {
        0 => Value::number(number as f64),
        _ => iso.string(&format!("key{number}")).unwrap().value(),
    }
}

#[test]
fn behave_like_a_list_of_pairs() {
    let mut random = Random(1);
    for round in 0..size(30, 2) {
        let mut iso = stressed();
        iso.stack().push(iso.table().unwrap().value());
        let mut model: Vec<(usize, usize)> = Vec::new();
        let keys = 1 + random.below(if round % 2 == 0 { 12 } else { size(200, 40) });
        for step in 0..size(1500, 200) {
            let number = random.below(keys);
            {
                let table = table_at(&iso, 0);
                let at = model.iter().position(|&(key, _)| key == number);
                match random.below(5) {
                    0..=2 => {
                        table.set(&iso, key(&iso, number), Value::number(step as f64)).unwrap();
                        match at {
                            Some(at) => model[at].1 = step,
                            None => model.push((number, step)),
                        }
                    }
                    3 => {
                        let removed = table.remove(key(&iso, number));
                        let expected = at.map(|at| model.remove(at).1 as f64);
                        assert_eq!(removed.map(|value| value.as_number().unwrap()), expected);
                    }
                    _ => {
                        let found = table.get(key(&iso, number));
                        let expected = at.map(|at| model[at].1 as f64);
                        assert_eq!(found.map(|value| value.as_number().unwrap()), expected);
                        assert_eq!(table.contains(key(&iso, number)), at.is_some());
                        let text = table.get_str(&format!("key{number}"));
                        assert_eq!(text.is_some(), at.is_some() && number % 2 == 1);
                    }
                }
                assert_eq!(table.len(), model.len());
            }
            if step % 50 == 0 {
                iso.safepoint().unwrap();
                let table = table_at(&iso, 0);
                let entries = table.iter().map(|(key, value)| {
                    let number = match key.unpack() {
                        Unpacked::Number(number) => number as usize,
                        Unpacked::String(text) => text.text()[3..].parse().unwrap(),
                        _ => panic!(),
                    };
                    (number, value.as_number().unwrap() as usize)
                });
                assert_eq!(entries.collect::<Vec<_>>(), model);
            }
        }
    }
}

/// Walks while entries come and go: every entry that stays is seen exactly once, in order.
#[test]
fn positions_survive_changes() {
    let mut random = Random(2);
    for _ in 0..size(300, 6) {
        let iso = Isolate::new(Config::default());
        let table = iso.table().unwrap();
        let count = random.below(size(300, 60));
        for number in 0..count {
            table.set(&iso, Value::number(number as f64), Value::nil()).unwrap();
        }
        let mut present: Vec<bool> = vec![true; count];
        let mut fresh = count;
        let mut position = 0;
        let mut seen: Vec<usize> = Vec::new();
        while let Some((next, key, _)) = table.entry(position) {
            position = next;
            let number = key.as_number().unwrap() as usize;
            assert!(present[number], "a removed entry was seen");
            assert!(seen.last().is_none_or(|&last| last < number), "not in order, or twice");
            seen.push(number);
            for _ in 0..random.below(6) {
                let victim = random.below(fresh.max(1));
                if fresh > 0 && random.below(3) > 0 {
                    table.remove(Value::number(victim as f64));
                    present[victim] = false;
                } else if fresh < 3 * count {
                    // New keys are larger than all before, so order can be checked.
                    table.set(&iso, Value::number(fresh as f64), Value::nil()).unwrap();
                    present.push(true);
                    fresh += 1;
                }
            }
        }
        for (number, &present) in present.iter().enumerate() {
            assert!(!present || seen.contains(&number), "entry {number} was skipped");
        }
    }
}

#[test]
fn removing_everything_while_walking() {
    let iso = Isolate::new(Config::default());
    let table = iso.table().unwrap();
    let count = size(20_000, 200);
    for number in 0..count {
        table.set(&iso, Value::number(number as f64), Value::nil()).unwrap();
    }
    let mut seen = 0;
    for (key, _) in table.iter() {
        assert_eq!(key.as_number(), Some(seen as f64));
        table.remove(key);
        seen += 1;
    }
    assert_eq!((seen, table.len()), (count, 0));
}

/// Taking the oldest entry again and again does not walk over the holes of those before.
#[test]
fn queues_are_linear() {
    let iso = Isolate::new(Config::default());
    let table = iso.table().unwrap();
    let count = size(200_000, 300);
    for number in 0..count {
        table.set(&iso, Value::number(number as f64), Value::nil()).unwrap();
    }
    for number in 0..count {
        let (_, key, _) = table.entry(0).unwrap();
        assert_eq!(key.as_number(), Some(number as f64));
        table.remove(key);
        table.set(&iso, Value::number((count + number) as f64), Value::nil()).unwrap();
    }
    assert_eq!(table.len(), count);
}

#[test]
fn keys_are_compared_as_values() {
    let iso = Isolate::new(Config::default());
    let table = iso.table().unwrap();
    let (array, other) = (iso.array(0).unwrap().value(), iso.array(0).unwrap().value());
    for (number, key) in [
        Value::number(0.0),
        Value::bool(true),
        Value::bool(false),
        array,
        other,
        iso.string("0").unwrap().value(),
        Value::number(f64::INFINITY),
    ]
    .into_iter()
    .enumerate()
    {
        table.set(&iso, key, Value::number(number as f64)).unwrap();
    }
    assert_eq!(table.len(), 7);
    assert_eq!(table.get(Value::number(-0.0)).unwrap().as_number(), Some(0.0));
    assert_eq!(table.get(other).unwrap().as_number(), Some(4.0));
    assert_eq!(table.get_str("0").unwrap().as_number(), Some(5.0));
    assert!(table.get(Value::nil()).is_none());
    assert!(table.get(Value::number(f64::NAN)).is_none());
    let nil = error(table.set(&iso, Value::nil(), Value::nil()));
    assert_eq!(nil, (ErrorKind::ValueError, "Table key can't be nil.".into()));
    let nan = error(table.set(&iso, Value::number(f64::NAN), Value::nil()));
    assert_eq!(nan, (ErrorKind::ValueError, "Table key can't be nan.".into()));
}

/// Ropes become flat when they are keys, and equal text is the same key.
#[test]
fn ropes_are_keys() {
    let iso = Isolate::new(Config::default());
    let table = iso.table().unwrap();
    let (left, right) = ("l".repeat(300), "r".repeat(900));
    let rope = iso.concat(iso.string(&left).unwrap(), iso.string(&right).unwrap()).unwrap();
    table.set(&iso, rope.value(), Value::number(1.0)).unwrap();
    assert_eq!(table.get_str(&(left + &right)).unwrap().as_number(), Some(1.0));
}

/// Keys that would collide without a secret, or under another one, are all found. (What they cost is
/// measured by the example `speed`.)
#[test]
#[cfg(not(miri))]
fn crafted_keys_are_found() {
    let patterns: [fn(u64) -> f64; 4] = [
        |number| number as f64,
        |number| (number << 20) as f64,
        |number| f64::from_bits(number << 34),
        |number| f64::from_bits((number & 0x3FF) << 52 | number >> 10),
    ];
    for (seed, key) in (1..).zip(patterns) {
        let iso = Isolate::new(Config { hash_seed: Some(seed), ..Config::default() });
        let table = iso.table().unwrap();
        for number in 0..100_000 {
            table.set(&iso, Value::number(key(number)), Value::number(number as f64)).unwrap();
        }
        for number in 0..100_000 {
            let found = table.get(Value::number(key(number))).and_then(|value| value.as_number());
            assert_eq!(found, Some(number as f64));
        }
    }
}
