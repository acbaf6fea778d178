//! Classes and instances.
//!
//! A class knows all its methods, inherited ones included: they are copied when it inherits. An
//! instance has a [shape](shape), which names its fields and implies its class, and slots for their
//! values: behind the object as far as the class expected them, in an object of their own beyond.
//! From [`shape::MOST_FIELDS`] fields on they are in a table instead.

mod instance;
pub(crate) mod shape;

pub(crate) use instance::new_instance;

use crate::heap::Heap;
use crate::object::*;
use crate::pointer_map::PointerMap;
use crate::value::{Class, Closure, Str, Value};
use crate::{Fault, Isolate};
use std::cell::{Cell, RefCell};

impl<'h> Class<'h> {
    fn heap(self) -> &'h Heap {
        // SAFETY: the handle's class is alive for 'h.
        unsafe { heap_of(self.object()) }
    }

    /// Its name.
    pub fn name(self) -> Str<'h> {
        // SAFETY: a field of a live object.
        unsafe { Str::from_object(self.object_ref().name) }
    }

    /// The class it inherits from.
    pub fn superclass(self) -> Option<Class<'h>> {
        // SAFETY: a field of a live object.
        self.object_ref().superclass.get().map(|class| unsafe { Class::from_object(class) })
    }

    /// Whether it is the other class or inherits from it.
    pub fn is_or_inherits(self, other: Class<'h>) -> bool {
        let mut class = Some(self);
        while let Some(this) = class {
            if this == other {
                return true;
            }
            class = this.superclass();
        }
        false
    }

    /// Own or inherited.
    pub fn method(self, name: Str<'h>) -> Option<Closure<'h>> {
        let method = self.object_ref().methods.borrow().get(name.interned()?)?;
        // SAFETY: methods are closures of the class's isolate.
        Some(unsafe { Closure::from_bits(method) })
    }

    /// Makes the other class the superclass and takes its methods over. Before methods are added
    /// and instances made.
    pub fn inherit(self, superclass: Class<'h>) {
        self.heap().check_own(superclass.bits());
        if superclass.is_or_inherits(self) {
            return;
        }
        self.object_ref().superclass.set(Some(superclass.object()));
        self.object_ref().fields_seen.set(superclass.object_ref().fields_seen.get());
        {
            let source = superclass.object_ref().methods.borrow();
            let mut methods = self.object_ref().methods.borrow_mut();
            for (name, method) in source.iter() {
                methods.insert(name, method);
                self.heap().write_barrier(self.object(), method);
            }
        }
        self.heap().write_barrier(self.object(), superclass.bits());
        self.recharge();
    }

    /// Adds a method, which replaces an inherited one.
    pub fn add_method(
        self,
        iso: &'h Isolate,
        name: Str<'h>,
        method: Closure<'h>,
    ) -> Result<(), Fault> {
        iso.heap().check_own(self.bits());
        iso.heap().check_own(method.bits());
        let name = iso.intern(name.text())?;
        self.object_ref().methods.borrow_mut().insert(name.object(), method.bits());
        iso.heap().write_barrier(self.object(), method.bits());
        self.recharge();
        Ok(())
    }

    /// Brings the account of the memory of the method table up to date.
    fn recharge(self) {
        let bytes = self.object_ref().methods.borrow().bytes();
        let before = self.object_ref().charged.replace(bytes);
        if bytes > before {
            self.heap().charge_late(bytes - before);
        }
    }

    /// All methods, own and inherited, in no order.
    pub fn methods(self) -> Vec<(Str<'h>, Value<'h>)> {
        let methods = self.object_ref().methods.borrow();
        // SAFETY: names are strings, methods values of the class's isolate.
        let pairs = methods
            .iter()
            .map(|(name, method)| unsafe { (Str::from_object(name), Value::from_bits(method)) });
        pairs.collect()
    }
}

impl Isolate {
    /// A class without methods.
    pub fn class<'h>(&'h self, name: Str<'h>) -> Result<Class<'h>, Fault> {
        self.heap().check_own(name.bits());
        let class = self.heap().make(
            ClassObject {
                header: Header::new(kind::CLASS, 0),
                name: name.object(),
                superclass: Cell::new(None),
                root_shape: Cell::new(None),
                dictionary_shape: Cell::new(None),
                fields_seen: Cell::new(0),
                methods: RefCell::new(PointerMap::default()),
                charged: Cell::new(0),
            },
            0,
        )?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { Class::from_object(class) })
    }
}
