//! The meaning of operations, and their exact messages.

use crate::support::*;
use sox_runtime::*;

fn type_error(message: &str) -> (ErrorKind, String) {
    (ErrorKind::TypeError, message.into())
}

fn name_error(message: &str) -> (ErrorKind, String) {
    (ErrorKind::NameError, message.into())
}

/// One value of every kind.
fn zoo(iso: &Isolate) -> Vec<Value<'_>> {
    let name = iso.intern("A").unwrap();
    let class = iso.class(name).unwrap();
    let closure = iso.closure(FunctionRef(0), &[]).unwrap();
    let instance = iso.instance(class).unwrap();
    vec![
        Value::nil(),
        Value::bool(true),
        Value::number(1.5),
        name.value(),
        iso.array(0).unwrap().value(),
        iso.table().unwrap().value(),
        class.value(),
        instance.value(),
        closure.value(),
        iso.bound_method(instance.value(), closure.value()).unwrap().value(),
        iso.error("Custom", iso.string("text").unwrap(), vec![frame(0, 3), frame(1, 7)])
            .unwrap()
            .value(),
    ]
}

fn with_functions() -> Isolate {
    let mut iso = Isolate::new(Config::default());
    iso.register_function(function("f"));
    iso.register_function(function("script"));
    iso
}

#[test]
fn kinds_and_printed_forms() {
    let iso = with_functions();
    let expected = [
        ("<nil>", "nil"),
        ("<bool>", "true"),
        ("<number>", "1.5"),
        ("String", "A"),
        ("Array", "[]"),
        ("Table", "<table>{}"),
        ("Class", "<class: A>"),
        ("Instance", "<instance: A>"),
        ("Closure", "<fn f>"),
        ("Bound Method", "<fn f>"),
        ("Error", "error: text"),
    ];
    for (value, (kind, text)) in zoo(&iso).into_iter().zip(expected) {
        assert_eq!(value.kind().type_name(), kind);
        assert_eq!(iso.text_of(value).unwrap().unwrap().text(), text);
    }
    for (number, text) in [(f64::NAN, "nan"), (-f64::NAN, "nan"), (-0.0, "-0"), (1e21, "1e+21")] {
        assert_eq!(iso.text_of(Value::number(number)).unwrap().unwrap().text(), text);
    }
}

#[test]
fn truth_and_identity() {
    let iso = with_functions();
    for value in zoo(&iso) {
        assert_eq!(value.is_truthy(), !value.is_nil());
        assert!(ops::equal(value, value) && value.same(value));
        assert_eq!(zoo(&iso).iter().filter(|&&other| ops::equal(value, other)).count() > 0, {
            // Equal to a copy: only what is compared by content.
            matches!(value.kind(), Kind::Nil | Kind::Bool | Kind::Number | Kind::String)
        });
    }
    assert!(!Value::bool(false).is_truthy());
    assert!(!ops::equal(Value::number(f64::NAN), Value::number(f64::NAN)));
    assert!(ops::equal(Value::number(0.0), Value::number(-0.0)));
    assert!(!ops::equal(Value::nil(), Value::bool(false)));
    let nan = ops::compare(Value::number(f64::NAN), Value::number(0.0)).unwrap();
    assert_eq!(nan, None);
    assert_eq!(
        error(ops::compare(Value::nil(), Value::number(1.0))),
        type_error("Operands must be numbers.")
    );
}

#[test]
fn adding() {
    let iso = with_functions();
    let text = |a: Value<'_>, b: Value<'_>| match ops::add(&iso, a, b) {
        Ok(ops::Outcome::Value(sum)) => iso.text_of(sum).unwrap().unwrap().text().to_string(),
        Ok(ops::Outcome::NeedsCall) => "call".into(),
        Err(Fault::Error(_, message)) => message.to_string(),
        Err(other) => format!("{other:?}"),
    };
    let word = iso.string("w").unwrap().value();
    assert_eq!(text(Value::number(1.0), Value::number(2.0)), "3");
    assert_eq!(text(word, Value::number(2.0)), "w2");
    assert_eq!(text(Value::nil(), word), "nilw");
    assert_eq!(text(word, word), "ww");
    let neither = "Operands must be two numbers or involve a string.";
    assert_eq!(text(Value::nil(), Value::number(2.0)), neither);
    assert_eq!(text(iso.array(0).unwrap().value(), iso.array(0).unwrap().value()), neither);
    assert_eq!(text(word, zoo(&iso)[8]), "w<fn f>");
}

#[test]
fn members() {
    let iso = with_functions();
    let name = iso.intern("p").unwrap();
    let undefined = name_error("Undefined property 'p'.");
    let no_properties = type_error("Only instances and tables have properties.");
    let no_fields = type_error("Only instances and tables have fields.");
    for value in zoo(&iso) {
        let get = ops::get_field(&iso, value, name);
        let call = ops::find_member(&iso, value, name).map(|_| ());
        match value.kind() {
            Kind::Table => {
                assert!(get.unwrap().is_nil());
                assert_eq!(error(call), undefined);
            }
            Kind::Number | Kind::String | Kind::Array | Kind::Instance | Kind::Error => {
                assert_eq!(error(get), undefined);
                assert_eq!(error(call), undefined);
            }
            _ => {
                assert_eq!(error(get), no_properties);
                assert_eq!(error(call), no_properties);
            }
        }
        let set = ops::set_field(&iso, value, name, Value::number(1.0));
        match value.kind() {
            Kind::Table | Kind::Instance => {
                set.unwrap();
                let found = ops::get_field(&iso, value, name).unwrap();
                assert_eq!(found.as_number(), Some(1.0));
            }
            _ => assert_eq!(error(set), no_fields),
        }
    }
}

#[test]
fn errors_have_fields() {
    let iso = with_functions();
    let value = *zoo(&iso).last().unwrap();
    let field = |name: &str| {
        let value = ops::get_field(&iso, value, iso.intern(name).unwrap()).unwrap();
        iso.text_of(value).unwrap().unwrap().text().to_string()
    };
    assert_eq!(field("message"), "text");
    assert_eq!(field("kind"), "Custom");
    assert_eq!(field("line"), "3");
    assert_eq!(field("trace"), "[f:3,script:7]");
}

#[test]
fn classes_inherit() {
    let iso = with_functions();
    let (base, derived) = (iso.intern("Base").unwrap(), iso.intern("Derived").unwrap());
    let (base, derived) = (iso.class(base).unwrap(), iso.class(derived).unwrap());
    let method = |name: &str, class: Class<'_>| {
        let closure = iso.closure(FunctionRef(0), &[]).unwrap();
        class.add_method(&iso, iso.string(name).unwrap(), closure).unwrap();
        closure.value()
    };
    let (a, b) = (method("a", base), method("b", base));
    derived.inherit(base);
    let c = method("b", derived);
    let named = |name: &str| iso.string(name).unwrap();
    assert!(derived.method(named("a")).unwrap().value().same(a));
    assert!(derived.method(named("b")).unwrap().value().same(c));
    assert!(base.method(named("b")).unwrap().value().same(b));
    assert!(derived.is_or_inherits(base) && !base.is_or_inherits(derived));
    let instance = iso.instance(derived).unwrap();
    let bound = ops::get_super(&iso, instance.value(), base.value(), named("b")).unwrap();
    let Unpacked::BoundMethod(bound) = bound.unpack() else { panic!() };
    assert!(bound.method().same(b) && bound.receiver().same(instance.value()));
    // A field hides a method.
    instance.set_field(&iso, named("a"), Value::number(5.0)).unwrap();
    assert!(matches!(
        ops::find_member(&iso, instance.value(), named("a")),
        Ok(ops::Member::Value(value)) if value.as_number() == Some(5.0)
    ));
    assert!(matches!(
        ops::find_member(&iso, instance.value(), named("b")),
        Ok(ops::Member::Method(method)) if method.same(c)
    ));
}

#[test]
fn indices() {
    let iso = with_functions();
    let array = iso.array_from(&[Value::number(10.0), Value::number(20.0)]).unwrap().value();
    let string = iso.string("aé").unwrap().value();
    let number = Value::number;
    let at = |object, index| ops::get_index(&iso, object, index);
    assert_eq!(at(array, number(1.9)).unwrap().as_number(), Some(20.0));
    assert_eq!(at(array, number(-0.5)).unwrap().as_number(), Some(10.0));
    assert_eq!(at(string, number(1.0)).unwrap().as_str().unwrap().text(), "é");
    for (index, shown) in [(2.0, "2"), (-1.0, "-1"), (f64::NAN, "nan"), (1e10, "10000000000")] {
        let expected = format!("Index out of bounds. index=({shown}) count=(2)");
        assert_eq!(error(at(array, number(index))), (ErrorKind::IndexError, expected.clone()));
        assert_eq!(error(at(string, number(index))), (ErrorKind::IndexError, expected.clone()));
        let set = ops::set_index(&iso, array, number(index), Value::nil());
        assert_eq!(error(set), (ErrorKind::IndexError, expected));
    }
    assert_eq!(error(at(array, string)), type_error("Array index must be a number."));
    assert_eq!(error(at(string, Value::nil())), type_error("String index must be a number."));
    assert!(at(iso.table().unwrap().value(), Value::nil()).unwrap().is_nil());
    assert_eq!(
        error(at(Value::nil(), number(0.0))),
        type_error("Only arrays, strings and tables can be indexed.")
    );
    assert_eq!(
        error(ops::set_index(&iso, string, number(0.0), string)),
        type_error("Strings can't be changed.")
    );
}

#[test]
fn slices() {
    let iso = with_functions();
    let items: Vec<Value<'_>> = (0..5).map(|item| Value::number(item as f64)).collect();
    let array = iso.array_from(&items).unwrap().value();
    let string = iso.string("aébcd").unwrap().value();
    let slice = |object, from: Option<f64>, to: Option<f64>| {
        let (from, to) = (from.map(Value::number), to.map(Value::number));
        let part = ops::slice(&iso, object, from, to).unwrap();
        iso.text_of(part).unwrap().unwrap().text().to_string()
    };
    assert_eq!(slice(array, Some(1.0), Some(2.0)), "[1,2]");
    assert_eq!(slice(array, None, None), "[0,1,2,3,4]");
    assert_eq!(slice(array, Some(0.0), Some(-1.0)), "[]");
    assert_eq!(slice(array, Some(3.0), Some(99.0)), "[3,4]");
    assert_eq!(slice(string, Some(1.0), Some(2.0)), "éb");
    assert_eq!(slice(string, Some(9.0), Some(12.0)), "");
    assert_eq!(
        error(ops::slice(&iso, array, Some(string), None)),
        type_error("Slice bounds must be numbers.")
    );
    assert_eq!(
        error(ops::slice(&iso, Value::nil(), None, None)),
        type_error("Only arrays and strings can be sliced.")
    );
}

#[test]
fn walking() {
    let iso = with_functions();
    let table = iso.table().unwrap();
    table.set_str(&iso, "k", Value::number(7.0)).unwrap();
    let walk = |iterable: Value<'_>| {
        let mut position = ops::foreach_start(iterable).unwrap();
        let mut seen = String::new();
        while let Some((key, value, next)) = ops::foreach_next(&iso, iterable, position).unwrap() {
            for part in [key, value] {
                seen += iso.text_of(part).unwrap().unwrap().text();
                seen += " ";
            }
            position = next;
        }
        seen
    };
    assert_eq!(walk(table.value()), "k 7 ");
    assert_eq!(walk(iso.string("é𝄞").unwrap().value()), "0 é 1 𝄞 ");
    assert_eq!(walk(iso.array_from(&[Value::nil()]).unwrap().value()), "0 nil ");
    let refused = error(ops::foreach_start(Value::number(1.0)));
    assert_eq!(refused, type_error("Only arrays, strings and tables can be iterated."));
}

#[test]
fn calls() {
    let iso = with_functions();
    for value in zoo(&iso) {
        let callable = ops::callable(value).map(|_| ());
        match value.kind() {
            Kind::Class | Kind::Closure | Kind::BoundMethod => callable.unwrap(),
            _ => assert_eq!(error(callable), type_error("Can only call functions and classes.")),
        }
    }
    let message = |required, params, got| error(ops::check_arity(required, params, got)).1;
    assert_eq!(message(1, 1, 0), "Expected 1 arguments but got 0.");
    assert_eq!(message(0, 1, 2), "Expected 0 to 1 arguments but got 2.");
    assert!(ops::check_arity(1, 3, 2).is_ok());
    assert!(ops::check_arity(0, u32::MAX, 1000).is_ok());
}

#[test]
fn throwing() {
    let iso = with_functions();
    let fault = iso.raise(Fault::type_error("Bad."), || vec![frame(0, 4)]);
    assert!(matches!(fault, Fault::Thrown));
    let pending = iso.pending().unwrap();
    assert_eq!(pending.message().text(), "Bad.");
    assert_eq!(pending.kind_name().text(), "TypeError");
    assert_eq!(pending.trace(), [frame(0, 4)]);
    assert!(!pending.is_plain() && pending.thrown().same(pending.value()));
    // Thrown again, an error keeps its trace; others pass through `raise`.
    iso.set_pending(None);
    assert!(iso.pending().is_none());
    iso.throw(pending.value(), || panic!("it has one"));
    assert!(iso.pending().unwrap() == pending);
    assert!(matches!(iso.raise(Fault::Exit(3), Vec::new), Fault::Exit(3)));
    iso.throw(Value::number(4.0), || vec![frame(1, 9)]);
    let wrapper = iso.pending().unwrap();
    assert!(wrapper.is_plain());
    assert_eq!(wrapper.thrown().as_number(), Some(4.0));
    assert_eq!(wrapper.line(), 9);
}
