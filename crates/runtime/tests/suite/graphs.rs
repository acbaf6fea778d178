//! The collector: random graphs, deep data, poisoned memory.

use crate::support::*;
use sox_runtime::*;

/// A node is an array, table or instance that holds its number and links to others.
fn new_node(iso: &Isolate, number: usize, kind: usize) -> Value<'_> {
    let value = Value::number(number as f64);
    match kind {
        0 => iso.array_from(&[value]).unwrap().value(),
        1 => {
            let table = iso.table().unwrap();
            table.set_str(iso, "number", value).unwrap();
            table.value()
        }
        2 => {
            let class = iso.class(iso.intern("Node").unwrap()).unwrap();
            let instance = iso.instance(class).unwrap();
            instance.set_field(iso, iso.intern("number").unwrap(), value).unwrap();
            instance.value()
        }
        _ => {
            let cell = iso.cell(Value::nil()).unwrap();
            iso.closure(FunctionRef(0), &[value, cell.value()]).unwrap().value()
        }
    }
}

fn link<'h>(iso: &'h Isolate, from: Value<'h>, to: Value<'h>, label: usize) {
    match from.unpack() {
        Unpacked::Array(array) => array.push(iso, to).unwrap(),
        Unpacked::Table(table) => {
            table.set(iso, iso.string(&format!("link{label}")).unwrap().value(), to).unwrap();
        }
        Unpacked::Instance(instance) => {
            let name = iso.intern(&format!("link{label}")).unwrap();
            instance.set_field(iso, name, to).unwrap();
        }
        Unpacked::Closure(closure) => {
            if let Unpacked::Cell(cell) = closure.capture(1).unpack() {
                cell.set(to);
            }
        }
        _ => panic!(),
    }
}

/// The number of a node and its links.
fn read<'h>(iso: &'h Isolate, node: Value<'h>) -> (usize, Vec<Value<'h>>) {
    let values: Vec<Value<'h>> = match node.unpack() {
        Unpacked::Array(array) => array.iter().collect(),
        Unpacked::Table(table) => table.iter().map(|(_, value)| value).collect(),
        Unpacked::Instance(instance) => instance.fields().map(|(_, value)| value).collect(),
        Unpacked::Closure(closure) => {
            let Unpacked::Cell(cell) = closure.capture(1).unpack() else { panic!() };
            let link = cell.get();
            [closure.capture(0)].into_iter().chain((!link.is_nil()).then_some(link)).collect()
        }
        _ => panic!("freed"),
    };
    let _ = iso;
    (values[0].as_number().unwrap() as usize, values[1..].to_vec())
}

#[test]
fn random_graphs_survive() {
    let mut random = Random(21);
    for _ in 0..size(30, 1) {
        let mut iso = stressed();
        let roots = 6;
        // Model: node number → numbers of its links.
        let mut model: Vec<Vec<usize>> = Vec::new();
        let mut root_numbers = Vec::new();
        for slot in 0..roots {
            let node = new_node(&iso, model.len(), slot % 4);
            iso.stack().push(node);
            root_numbers.push(model.len());
            model.push(Vec::new());
        }
        for step in 0..size(600, 40) {
            {
                // Walk a little from a root, and hang something on what is found there.
                let slot = random.below(roots);
                let mut node = iso.stack().get(slot);
                for _ in 0..random.below(5) {
                    let links = read(&iso, node).1;
                    if !links.is_empty() {
                        node = links[random.below(links.len())];
                    }
                }
                let (number, links) = read(&iso, node);
                assert_eq!(links.len(), model[number].len());
                let is_closure = matches!(node.unpack(), Unpacked::Closure(_));
                let target = if random.below(3) == 0 {
                    iso.stack().get(random.below(roots))
                } else {
                    let fresh = new_node(&iso, model.len(), random.below(4));
                    model.push(Vec::new());
                    fresh
                };
                link(&iso, node, target, links.len());
                if is_closure {
                    model[number].clear();
                }
                model[number].push(read(&iso, target).0);
                if random.below(10) == 0 {
                    let slot = random.below(roots);
                    let fresh = new_node(&iso, model.len(), random.below(4));
                    root_numbers[slot] = model.len();
                    model.push(Vec::new());
                    iso.stack().set(slot, fresh);
                }
            }
            if step % 5 == 0 {
                iso.safepoint().unwrap();
            }
        }
        iso.safepoint().unwrap();
        // Everything that can be reached is as the model says.
        let mut seen = std::collections::HashSet::new();
        let mut work: Vec<Value<'_>> = (0..roots).map(|slot| iso.stack().get(slot)).collect();
        while let Some(node) = work.pop() {
            let (number, links) = read(&iso, node);
            if seen.insert(number) {
                let numbers: Vec<usize> = links.iter().map(|&link| read(&iso, link).0).collect();
                assert_eq!(numbers, model[number]);
                work.extend(links);
            }
        }
    }
}

#[test]
fn deep_data_does_not_recurse() {
    let mut iso = Isolate::new(Config::default());
    let depth = size(1_000_000, 300);
    iso.stack().push(iso.array(0).unwrap().value());
    for _ in 0..depth {
        let inner = iso.stack().get(0);
        iso.stack().set(0, iso.array_from(&[inner]).unwrap().value());
    }
    iso.collect();
    iso.stack().push(iso.stack().get(0));
    let text = printed(&mut iso, &mut Bodies::default());
    assert_eq!(text.len(), 2 * (depth + 1));
    iso.stack().truncate(0);
    iso.collect();
    assert!(iso.statistics().live_bytes < 100_000, "{:?}", iso.statistics());
}

#[test]
fn memory_is_freed() {
    let mut iso = Isolate::new(Config { max_memory: Some(16 << 20), ..Config::default() });
    for number in 0..size(200_000, 300) {
        {
            let array = iso.array(100).unwrap();
            let table = iso.table().unwrap();
            for key in 0..10 {
                table.set(&iso, Value::number(key as f64), array.value()).unwrap();
            }
            let text = iso.string(&"text".repeat(100)).unwrap();
            array.push(&iso, text.value()).unwrap();
            let error = iso.error("Error", text, vec![frame(0, number as u32)]).unwrap();
            array.push(&iso, error.value()).unwrap();
            iso.stack().push(table.value());
        }
        iso.stack().truncate(0);
        iso.safepoint().unwrap();
    }
}

#[test]
fn stale_slots_are_cleared() {
    let mut iso = stressed();
    iso.stack().push(iso.array(4).unwrap().value());
    iso.stack().push(iso.string("dead").unwrap().value());
    iso.stack().truncate(1);
    iso.safepoint().unwrap();
    // The slot beyond the top was the string; an engine that moves the top up finds nil.
    assert_eq!(iso.stack().len(), 1);
    assert_eq!(iso.stack().get(0).kind(), Kind::Array);
}

#[test]
fn roots_of_all_kinds_are_kept() {
    let mut iso = stressed();
    let first = iso.add_globals(2);
    iso.set_global(first + 1, iso.string("global").unwrap().value());
    let constant = iso.add_constant(iso.string("constant").unwrap().value());
    iso.stack().push(iso.string("builtin").unwrap().value());
    iso.define_builtin("b", 0);
    iso.stack().truncate(0);
    let fault = iso.throw(iso.string("thrown").unwrap().value(), Vec::new);
    assert!(matches!(fault, Fault::Thrown));
    for _ in 0..3 {
        iso.safepoint().unwrap();
        let _ = iso.array(3).unwrap();
    }
    assert!(iso.global(first).is_unset());
    assert_eq!(iso.global(first + 1).as_str().unwrap().text(), "global");
    assert_eq!(iso.constant(constant).as_str().unwrap().text(), "constant");
    assert_eq!(iso.builtin("b").unwrap().as_str().unwrap().text(), "builtin");
    assert_eq!(iso.pending().unwrap().thrown().as_str().unwrap().text(), "thrown");
    assert!(iso.pending().unwrap().is_plain());
}

#[test]
fn isolates_move_between_threads() {
    let mut iso = stressed();
    iso.stack().push(iso.string("moved").unwrap().value());
    let iso = std::thread::spawn(move || {
        iso.safepoint().unwrap();
        assert_eq!(string_at(&iso, 0).text(), "moved");
        iso
    });
    assert_eq!(string_at(&iso.join().unwrap(), 0).text(), "moved");
}

#[test]
fn values_of_another_isolate_are_refused() {
    fn refused(store: impl FnOnce(&Isolate, Value<'_>)) {
        let (a, b) = (stressed(), stressed());
        let foreign = a.string("foreign").unwrap().value();
        let store = std::panic::AssertUnwindSafe(|| store(&b, foreign));
        assert!(std::panic::catch_unwind(store).is_err());
    }
    refused(|iso, value| iso.stack().push(value));
    refused(|iso, value| {
        // Both borrows are shortened to one lifetime.
        let array = iso.array(1).unwrap();
        let _ = iso.array_from(&[array.value(), value]);
    });
    refused(|iso, value| {
        let _ = iso.cell(value);
    });
    refused(|iso, value| {
        let _ = iso.add_constant(value);
    });
    refused(|iso, value| {
        let _ = iso.throw(value, Vec::new);
    });
}
