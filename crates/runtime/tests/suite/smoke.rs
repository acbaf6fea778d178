//! The interface, used as an engine uses it.

use sox_runtime::*;

struct NoEngine;
impl Engine for NoEngine {
    fn call(&mut self, iso: &mut Isolate, args: usize) -> Result<(), Fault> {
        Cx { iso, engine: &mut NoEngine }.call_native(args)
    }
    fn trace(&self, _: &Isolate) -> Vec<TraceFrame> {
        Vec::new()
    }
}

fn text(iso: &mut Isolate) -> String {
    let mut cx = Cx { iso, engine: &mut NoEngine };
    cx.to_text().unwrap();
    let text = iso.stack().top().as_str().unwrap().text().to_string();
    iso.stack().pop();
    text
}

#[test]
fn containers_print() {
    let mut iso = Isolate::new(Config { gc_stress: true, ..Config::default() });
    {
        let array = iso.array(0).unwrap();
        let table = iso.table().unwrap();
        array.push(&iso, Value::number(1.5)).unwrap();
        array.push(&iso, iso.string("two").unwrap().value()).unwrap();
        array.push(&iso, table.value()).unwrap();
        array.push(&iso, array.value()).unwrap();
        table.set_str(&iso, "k\n", Value::nil()).unwrap();
        table.set(&iso, Value::number(-0.0), array.value()).unwrap();
        table.set(&iso, Value::number(0.0), Value::bool(true)).unwrap();
        iso.stack().push(array.value());
        iso.stack().push(array.value());
    }
    iso.safepoint().unwrap();
    assert_eq!(text(&mut iso), "[1.5,two,<table>{{\"k\\n\":nil},{0:true}},[...]]");
    iso.safepoint().unwrap();
    assert_eq!(iso.stack().len(), 1);
}

#[test]
fn natives_are_called() {
    let mut iso = Isolate::new(Config { gc_stress: true, ..Config::default() });
    fn length<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
        Ok(Value::number(args.get(iso, 0).unwrap().as_str().unwrap().char_len() as f64))
    }
    let number = iso.register_native(NativeInfo {
        name: "length".into(),
        required: 0,
        params: 0,
        run: NativeFn::Leaf(length),
        intrinsic: None,
    });
    iso.stack().push(iso.native(number).value());
    iso.define_method(Kind::String, "length", 0);
    iso.stack().truncate(0);
    {
        let name = iso.intern("length").unwrap();
        let text = iso.string("häm").unwrap();
        let bound = ops::get_field(&iso, text.value(), name).unwrap();
        iso.stack().push(bound);
        iso.stack().push(bound);
        iso.stack().push(Value::nil());
    }
    let mut cx = Cx { iso: &mut iso, engine: &mut NoEngine };
    let Err(Fault::Error(ErrorKind::ArityError, message)) = cx.call_native(1) else { panic!() };
    assert_eq!(&**message, "Expected 0 arguments but got 1.");
    cx.call_native(0).unwrap();
    assert_eq!(iso.stack().len(), 1);
    assert_eq!(iso.stack().get(0).as_number(), Some(3.0));
}

#[test]
fn instances_have_fields() {
    let mut iso = Isolate::new(Config { gc_stress: true, ..Config::default() });
    {
        let class = iso.class(iso.intern("A").unwrap()).unwrap();
        let instance = iso.instance(class).unwrap();
        for number in 0..300 {
            let name = iso.intern(&format!("f{number}")).unwrap();
            instance.set_field(&iso, name, Value::number(number as f64)).unwrap();
        }
        iso.stack().push(instance.value());
    }
    for _ in 0..3 {
        iso.safepoint().unwrap();
        let Unpacked::Instance(instance) = iso.stack().top().unpack() else { panic!() };
        assert_eq!(instance.fields().count(), 300);
        for (number, (name, value)) in instance.fields().enumerate() {
            assert_eq!(name.text(), format!("f{number}"));
            assert_eq!(value.as_number(), Some(number as f64));
            assert_eq!(instance.field(name).unwrap().as_number(), Some(number as f64));
        }
    }
    iso.stack().push(iso.stack().get(0));
    assert_eq!(text(&mut iso), "<instance: A>");
}
