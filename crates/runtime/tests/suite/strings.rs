//! Strings against a model.

use crate::support::*;
use sox_runtime::*;

fn random_text(random: &mut Random, longest: usize) -> String {
    let alphabet = ['a', 'b', 'é', '日', '𝄞', ' '];
    let ascii = random.below(2) == 0;
    (0..random.below(longest + 1))
        .map(|_| alphabet[random.below(if ascii { 2 } else { alphabet.len() })])
        .collect()
}

/// Joins, cuts and interns at random; what was read stays as it was.
#[test]
fn behave_like_texts() {
    let mut random = Random(11);
    for _ in 0..size(40, 2) {
        let mut iso = stressed();
        let mut model: Vec<String> = Vec::new();
        for _ in 0..8 {
            let text = random_text(&mut random, 300);
            iso.stack().push(iso.string(&text).unwrap().value());
            model.push(text);
        }
        for step in 0..size(400, 60) {
            let (a, b, target) = (random.below(8), random.below(8), random.below(8));
            {
                let (left, right) = (string_at(&iso, a), string_at(&iso, b));
                let string = match random.below(6) {
                    0..=3 if model[a].len() + model[b].len() < size(100_000, 2_000) => {
                        model[target] = format!("{}{}", model[a], model[b]);
                        iso.concat(left, right).unwrap()
                    }
                    4 => {
                        let count = model[a].chars().count();
                        let from = random.below(count + 1);
                        let to = from + random.below(count - from + 1);
                        model[target] = model[a].chars().skip(from).take(to - from).collect();
                        iso.slice_chars(left, from..to).unwrap()
                    }
                    _ => {
                        let text = random_text(&mut random, 20);
                        model[target].clone_from(&text);
                        iso.intern(&text).unwrap()
                    }
                };
                iso.stack().set(target, string.value());
                assert_eq!(string.byte_len(), model[target].len());
                assert_eq!(string.char_len(), model[target].chars().count());
                assert_eq!(string.is_ascii(), model[target].is_ascii());
            }
            if random.below(3) == 0 {
                let at = random.below(8);
                assert_eq!(string_at(&iso, at).text(), model[at]);
            }
            if step % 20 == 0 {
                iso.safepoint().unwrap();
            }
        }
        for (at, text) in model.iter().enumerate() {
            let string = string_at(&iso, at);
            assert_eq!(string.text(), text);
            for (index, (offset, character)) in text.char_indices().enumerate() {
                if index % 37 == 0 || index < 3 {
                    assert_eq!(string.byte_offset(index), Some(offset));
                    assert_eq!(string.char_at(index), Some(character));
                }
            }
            assert_eq!(string.byte_offset(string.char_len()), Some(text.len()));
            assert_eq!(string.byte_offset(string.char_len() + 1), None);
        }
    }
}

/// A text borrowed before stays valid while its buffer is appended to.
#[test]
fn appending_leaves_borrowed_texts_alone() {
    let iso = Isolate::new(Config::default());
    let mut string = iso.string(&"x".repeat(300)).unwrap();
    let mut borrowed = Vec::new();
    for number in 0..size(1000, 100) {
        borrowed.push(string.text());
        string = iso.concat(string, iso.string(&format!("{number},")).unwrap()).unwrap();
    }
    for pair in borrowed.windows(2) {
        assert!(pair[1].starts_with(pair[0]));
    }
}

/// Two continuations of one text do not write over each other.
#[test]
fn buffers_fork() {
    let iso = Isolate::new(Config::default());
    let stem = iso
        .concat(
            iso.string(&"s".repeat(200)).unwrap(),
            iso.string("tem tem tem tem tem tem").unwrap(),
        )
        .unwrap();
    let left = iso.concat(stem, iso.string("left").unwrap()).unwrap();
    let right = iso.concat(stem, iso.string("right").unwrap()).unwrap();
    let more = iso.concat(left, iso.string("more").unwrap()).unwrap();
    assert!(left.text().ends_with("temleft"));
    assert!(right.text().ends_with("temright"));
    assert!(more.text().ends_with("temleftmore"));
    assert_eq!(stem.text().len(), 223);
}

/// `s = s + x`, read in between, from the left and from the right, in linear time.
#[test]
#[cfg(not(miri))]
fn appending_is_linear() {
    let mut iso = Isolate::new(Config::default());
    let count = 300_000;
    iso.stack().push(iso.string("").unwrap().value());
    for number in 0..count {
        {
            let s = iso.concat(string_at(&iso, 0), iso.string("0123456789").unwrap()).unwrap();
            assert_eq!(s.text().len(), (number + 1) * 10);
            iso.stack().set(0, s.value());
        }
        iso.safepoint().unwrap();
    }
    iso.stack().set(0, iso.string("").unwrap().value());
    for _ in 0..count {
        let s = iso.concat(iso.string("0123456789").unwrap(), string_at(&iso, 0)).unwrap();
        iso.stack().set(0, s.value());
        iso.safepoint().unwrap();
    }
    assert_eq!(string_at(&iso, 0).text().len(), count * 10);
    // Copying the text at every step would have taken 450 GB each way.
    let allocated = iso.statistics().bytes_allocated;
    assert!(allocated < 400 * count as u64, "{allocated} bytes were allocated");
}

/// Appending to an unread rope lengthens its right part and makes no chain.
#[test]
fn ropes_take_more_on_the_right() {
    let mut iso =
        Isolate::new(Config { max_memory: Some(8 << 20), max_frames: 100, ..Config::default() });
    {
        let (left, right) = ("l".repeat(300), "r".repeat(400));
        let rope = iso.concat(iso.string(&left).unwrap(), iso.string(&right).unwrap()).unwrap();
        iso.stack().push(rope.value());
    }
    for _ in 0..size(100_000, 200) {
        let rope = iso.concat(string_at(&iso, 0), iso.string("x").unwrap()).unwrap();
        iso.stack().set(0, rope.value());
        iso.safepoint().unwrap();
    }
    assert_eq!(string_at(&iso, 0).text().len(), 700 + size(100_000, 200));
}

#[test]
fn interned_strings_are_one_and_are_forgotten() {
    let mut iso = stressed();
    assert!(iso.intern("name").unwrap() == iso.intern("name").unwrap());
    iso.stack().push(iso.intern("kept").unwrap().value());
    let count = size(2000, 100);
    for round in 0..3 {
        for number in 0..count {
            let name = iso.intern(&format!("n{round}-{number}")).unwrap();
            assert!(name.is_interned());
        }
        iso.safepoint().unwrap();
        assert!(iso.intern("kept").unwrap().value().same(iso.stack().get(0)));
    }
}

#[test]
fn equality_and_order_are_by_text() {
    let iso = Isolate::new(Config::default());
    let a =
        iso.concat(iso.string(&"a".repeat(300)).unwrap(), iso.string(&"b".repeat(400)).unwrap());
    let b = iso.concat(
        iso.string(&"a".repeat(200)).unwrap(),
        iso.string(&("a".repeat(100) + &"b".repeat(400))).unwrap(),
    );
    let (a, b) = (a.unwrap().value(), b.unwrap().value());
    assert!(ops::equal(a, b) && !a.same(b));
    assert_eq!(ops::compare(a, b).unwrap(), Some(std::cmp::Ordering::Equal));
    let word = |text: &str| iso.string(text).unwrap().value();
    assert_eq!(ops::compare(word("z"), word("é")).unwrap(), Some(std::cmp::Ordering::Less));
    assert_eq!(ops::compare(word("\u{FFFF}"), word("𝄞")).unwrap(), Some(std::cmp::Ordering::Less));
    assert!(!ops::equal(word("1"), Value::number(1.0)));
}

#[test]
fn long_ropes_are_flattened_iteratively() {
    let mut iso = Isolate::new(Config::default());
    let piece = "p".repeat(250);
    for prepend in [false, true] {
        iso.stack().push(iso.string(&piece).unwrap().value());
        let count = size(100_000, 50);
        for _ in 0..count {
            let (s, x) = (string_at(&iso, 0), iso.string(&piece).unwrap());
            let s = if prepend { iso.concat(x, s) } else { iso.concat(s, x) };
            iso.stack().set(0, s.unwrap().value());
        }
        assert_eq!(string_at(&iso, 0).text().len(), 250 * (count + 1));
        iso.stack().truncate(0);
    }
    iso.safepoint().unwrap();
}

#[test]
fn lengths_are_limited() {
    let mut iso = Isolate::new(Config { max_length: 1000, ..Config::default() });
    let long = iso.string(&"x".repeat(600)).unwrap();
    let message = "String is too long. limit=1000".to_string();
    assert_eq!(error(iso.concat(long, long)), (ErrorKind::ValueError, message.clone()));
    assert_eq!(error(iso.string(&"x".repeat(1001))).1, message);
    let mut builder = iso.string_builder();
    builder.push_str(&"x".repeat(999)).unwrap();
    assert_eq!(error(builder.push_str("xx")).1, message);
    drop(builder);
    let array = iso.array(0).unwrap();
    for _ in 0..1000 {
        array.push(&iso, Value::nil()).unwrap();
    }
    let full = error(array.push(&iso, Value::nil()));
    assert_eq!(full, (ErrorKind::ValueError, "Array is too large. limit=1000".into()));
    iso.safepoint().unwrap();
}
