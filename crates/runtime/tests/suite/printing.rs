//! Printed forms that call `toString`, and hostile ones.

use crate::support::*;
use sox_runtime::*;

/// An isolate with a class on the stack whose `toString` runs the body.
fn with_class(to_string: Body) -> (Isolate, Bodies) {
    let mut iso = stressed();
    let number = iso.register_function(function("toString"));
    {
        let class = iso.class(iso.intern("P").unwrap()).unwrap();
        let method = iso.closure(number, &[]).unwrap();
        class.add_method(&iso, iso.intern("toString").unwrap(), method).unwrap();
        iso.stack().push(class.value());
    }
    (iso, Bodies(vec![to_string]))
}

fn instance(iso: &Isolate, id: f64) -> Value<'_> {
    let Unpacked::Class(class) = iso.stack().get(0).unpack() else { panic!() };
    let instance = iso.instance(class).unwrap();
    instance.set_field(iso, iso.intern("id").unwrap(), Value::number(id)).unwrap();
    instance.value()
}

/// Gives `P` and the id of the receiver, and counts.
fn name_it(cx: &mut Cx<'_>, at: usize) -> Result<(), Fault> {
    let Unpacked::Instance(this) = cx.iso.stack().get(at).unpack() else { panic!() };
    let id = this.field(cx.iso.intern("id")?).unwrap().as_number().unwrap();
    cx.iso.write_output(format!("{id} ").as_bytes())?;
    cx.iso.stack().push(cx.iso.string(&format!("P{id}"))?.value());
    Ok(())
}

/// What was written to the output.
#[derive(Clone, Default)]
struct Output(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Output {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

#[test]
fn instances_inside_are_asked_once_in_order() {
    let (mut iso, mut engine) = with_class(name_it);
    let output = Output::default();
    iso.set_output(Box::new(output.clone()));
    {
        let (one, two) = (instance(&iso, 1.0), instance(&iso, 2.0));
        let table = iso.table().unwrap();
        table.set(&iso, two, iso.string("x").unwrap().value()).unwrap();
        let array = iso.array_from(&[one, table.value(), one, two]).unwrap();
        iso.stack().push(array.value());
    }
    assert_eq!(printed(&mut iso, &mut engine), "[P1,<table>{{P2:\"x\"}},P1,P2]");
    assert_eq!(output.take(), "1 2 ");
    let one = instance(&iso, 7.0);
    iso.stack().push(one);
    Cx { iso: &mut iso, engine: &mut engine }.print().unwrap();
    assert_eq!(output.take(), "7 P7\n");
    assert_eq!(iso.stack().len(), 1);
}

#[test]
fn sums_and_interpolations_call() {
    let (mut iso, mut engine) = with_class(name_it);
    iso.set_output(Box::new(std::io::sink()));
    for order in [false, true] {
        let (text, object) = (iso.string("t").unwrap().value(), instance(&iso, 1.0));
        let (a, b) = if order { (text, object) } else { (object, text) };
        assert!(matches!(ops::add(&iso, a, b), Ok(ops::Outcome::NeedsCall)));
        iso.stack().push(a);
        iso.stack().push(b);
        Cx { iso: &mut iso, engine: &mut engine }.add().unwrap();
        assert_eq!(string_at(&iso, 1).text(), if order { "tP1" } else { "P1t" });
        iso.stack().truncate(1);
    }
    let object = instance(&iso, 3.0);
    iso.stack().push(object);
    iso.stack().push(iso.string("-").unwrap().value());
    iso.stack().push(Value::number(0.5));
    Cx { iso: &mut iso, engine: &mut engine }.interpolate(3).unwrap();
    assert_eq!(string_at(&iso, 1).text(), "P3-0.5");
    Cx { iso: &mut iso, engine: &mut engine }.interpolate(0).unwrap();
    assert_eq!(string_at(&iso, 2).text(), "");
}

#[test]
fn results_that_are_no_strings_print_plainly() {
    fn gives_array(cx: &mut Cx<'_>, at: usize) -> Result<(), Fault> {
        let iso = &*cx.iso;
        let this = iso.stack().get(at);
        iso.stack().push(iso.array_from(&[this, Value::nil()])?.value());
        Ok(())
    }
    let (mut iso, mut engine) = with_class(gives_array);
    let object = instance(&iso, 1.0);
    iso.stack().push(object);
    assert_eq!(printed(&mut iso, &mut engine), "[<instance: P>,nil]");
}

/// A `toString` that adds new instances to what is printed comes to an end.
#[test]
fn growing_containers_end() {
    fn adds_another(cx: &mut Cx<'_>, _: usize) -> Result<(), Fault> {
        let iso = &*cx.iso;
        let fresh = instance(iso, 0.0);
        array_at(iso, 1).push(iso, fresh)?;
        iso.stack().push(iso.string("+")?.value());
        Ok(())
    }
    let (mut iso, mut engine) = with_class(adds_another);
    let first = instance(&iso, 1.0);
    iso.stack().push(iso.array_from(&[first]).unwrap().value());
    iso.stack().push(iso.stack().get(1));
    let text = printed(&mut iso, &mut engine);
    assert!(text.starts_with("[+,+"), "{text}");
    assert!(text.ends_with("<instance: P>]"), "{text}");
}

#[test]
fn faults_of_to_string_pass() {
    fn fails(_: &mut Cx<'_>, _: usize) -> Result<(), Fault> {
        Err(Fault::value_error("no"))
    }
    let (mut iso, mut engine) = with_class(fails);
    let first = instance(&iso, 1.0);
    iso.stack().push(iso.array_from(&[first]).unwrap().value());
    let result = Cx { iso: &mut iso, engine: &mut engine }.to_text();
    assert_eq!(error(result).1, "no");
}

#[test]
fn quoting() {
    let iso = stressed();
    let table = iso.table().unwrap();
    let value = iso.string("q\" b\\ n\n t\t r\r z\0 e\u{1b} é$").unwrap();
    table.set_str(&iso, "k", value.value()).unwrap();
    let text = iso.text_of(table.value()).unwrap().unwrap();
    let expected = r#"<table>{{"k":"q\" b\\ n\n t\t r\r z\0 e\x1b é$"}}"#;
    assert_eq!(text.text(), expected);
}

/// A text that doubles with each level is stopped by the limits of length and memory.
#[test]
fn shared_data_that_explodes_is_limited() {
    let longest = size(100_000, 2_000);
    let iso = Isolate::new(Config { max_length: longest as u32, ..Config::default() });
    let mut array = iso.array(0).unwrap();
    for _ in 0..40 {
        array = iso.array_from(&[array.value(), array.value()]).unwrap();
    }
    let result = iso.text_of(array.value());
    assert_eq!(error(result).1, format!("String is too long. limit={longest}"));
    let iso = limited(size(1 << 20, 1 << 18));
    let mut array = iso.array(0).unwrap();
    for _ in 0..40 {
        array = iso.array_from(&[array.value(), array.value()]).unwrap();
    }
    assert!(is_memory(&iso.text_of(array.value())));
}
