//! The registries of natives, names visible everywhere, and members of the built-in kinds.

use crate::heap::Marker;
use crate::pointer_map::PointerMap;
use crate::value::{Kind, Native, Str, Unpacked, Value};
use crate::{Isolate, NativeInfo};
use std::collections::HashMap;
use std::ptr::NonNull;

/// A registered native. Its description never moves and is never taken away, so it can run while
/// the registry changes.
struct Entry {
    info: NonNull<NativeInfo>,
    value: u64,
    /// Argument 0 is the receiver.
    method: bool,
}

/// What an isolate knows by name or number besides functions.
#[derive(Default)]
pub(crate) struct Natives {
    entries: Vec<Entry>,
    builtins: HashMap<Box<str>, u64>,
    methods: [PointerMap; Kind::COUNT],
}

impl Natives {
    pub(crate) fn mark(&self, marker: &mut Marker) {
        self.entries.iter().for_each(|entry| marker.value(entry.value));
        self.builtins.values().for_each(|&value| marker.value(value));
        for (name, method) in self.methods.iter().flat_map(PointerMap::iter) {
            marker.object(name);
            marker.value(method);
        }
    }

    /// The description of a native, and whether it is a method. It stays valid as long as the
    /// isolate.
    pub(crate) fn info(&self, number: usize) -> (NonNull<NativeInfo>, bool) {
        let entry = &self.entries[number];
        (entry.info, entry.method)
    }
}

impl Drop for Natives {
    fn drop(&mut self) {
        for entry in &self.entries {
            // SAFETY: made by `Box::leak`, and dropped once.
            drop(unsafe { Box::from_raw(entry.info.as_ptr()) });
        }
    }
}

impl Isolate {
    /// Makes a native callable; the value is kept alive.
    ///
    /// # Panics
    /// If the system has no memory.
    pub fn register_native(&mut self, info: NativeInfo) -> usize {
        let number = self.natives.entries.len();
        let value = match self.heap().lenient(|| self.native_object(number as u32)) {
            Ok(native) => native.bits(),
            Err(fault) => panic!("no memory for the native functions: {fault:?}"),
        };
        let info = NonNull::from(Box::leak(Box::new(info)));
        self.natives.entries.push(Entry { info, value, method: false });
        number
    }

    /// The value of a native.
    pub fn native(&self, number: usize) -> Native<'_> {
        // SAFETY: registered natives are roots.
        unsafe { Native::from_bits(self.natives.entries[number].value) }
    }

    /// The row a native was registered with.
    pub fn native_info(&self, number: usize) -> &NativeInfo {
        // SAFETY: descriptions live as long as the isolate and are only read.
        unsafe { self.natives.info(number).0.as_ref() }
    }

    /// Names visible everywhere: natives, library functions, constants.
    pub fn define_builtin(&mut self, name: &str, stack_index: usize) {
        let value = self.stack().get(stack_index).bits();
        self.natives.builtins.insert(name.into(), value);
    }

    /// The value of such a name.
    pub fn builtin(&self, name: &str) -> Option<Value<'_>> {
        // SAFETY: builtins are roots.
        self.natives.builtins.get(name).map(|&value| unsafe { Value::from_bits(value) })
    }

    /// The names [`Isolate::builtin`] knows, in no order.
    pub fn builtin_names(&self) -> impl Iterator<Item = &str> {
        self.natives.builtins.keys().map(|name| &**name)
    }

    /// Adds a member of a built-in kind (String, Array, Table, Number). A native gets the receiver
    /// as argument 0 from then on, which its row does not count.
    ///
    /// # Panics
    /// If the slot is not in use, or the system has no memory.
    pub fn define_method(&mut self, kind: Kind, name: &str, stack_index: usize) {
        let value = self.stack().get(stack_index);
        let (value, native) = match value.unpack() {
            Unpacked::Native(native) => (value.bits(), Some(native.number())),
            _ => (value.bits(), None),
        };
        let name = match self.heap().lenient(|| self.intern(name)) {
            Ok(name) => name.object(),
            Err(fault) => panic!("no memory for the names of methods: {fault:?}"),
        };
        self.natives.methods[kind as usize].insert(name, value);
        if let Some(number) = native {
            self.natives.entries[number].method = true;
        }
    }

    /// The member of a built-in kind with this name.
    pub fn method(&self, kind: Kind, name: Str<'_>) -> Option<Value<'_>> {
        self.heap().check_own(name.bits());
        let method = self.natives.methods[kind as usize].get(name.interned()?)?;
        // SAFETY: members are roots.
        Some(unsafe { Value::from_bits(method) })
    }
}
