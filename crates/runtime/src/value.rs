//! Values and handles.

use crate::Isolate;
use crate::bits;
use crate::object::*;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A Sox value: 64 bits (NaN-boxed), valid until the isolate's next safepoint.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Value<'h>(u64, PhantomData<&'h Isolate>);

/// What a value is, as `type(x)` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `nil`, and the unset mark.
    Nil,
    /// `true`, `false`.
    Bool,
    /// A double.
    Number,
    /// Text.
    String,
    /// An array.
    Array,
    /// A table.
    Table,
    /// A class.
    Class,
    /// An instance of a class.
    Instance,
    /// A function.
    Closure,
    /// A method with its receiver.
    BoundMethod,
    /// A native function.
    Native,
    /// An error object.
    Error,
    /// A heap cell; never seen by programs.
    Cell,
    /// A frame's deferred closures; never seen by programs.
    DeferList,
}

impl Kind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 14;

    /// What `type(x)` gives.
    pub fn type_name(self) -> &'static str {
        match self {
            Kind::Nil => "<nil>",
            Kind::Bool => "<bool>",
            Kind::Number => "<number>",
            Kind::String => "String",
            Kind::Array => "Array",
            Kind::Table => "Table",
            Kind::Class => "Class",
            Kind::Instance => "Instance",
            Kind::Closure => "Closure",
            Kind::BoundMethod => "Bound Method",
            Kind::Native => "Native function",
            Kind::Error => "Error",
            Kind::Cell => "<cell>",
            Kind::DeferList => "<defer list>",
        }
    }
}

/// A value taken apart.
#[derive(Clone, Copy)]
pub enum Unpacked<'h> {
    /// `nil`.
    Nil,
    /// `true`, `false`.
    Bool(bool),
    /// A double.
    Number(f64),
    /// Text.
    String(Str<'h>),
    /// An array.
    Array(Array<'h>),
    /// A table.
    Table(Table<'h>),
    /// A class.
    Class(Class<'h>),
    /// An instance.
    Instance(Instance<'h>),
    /// A function.
    Closure(Closure<'h>),
    /// A method with its receiver.
    BoundMethod(BoundMethod<'h>),
    /// A native function.
    Native(Native<'h>),
    /// An error object.
    Error(ErrorRef<'h>),
    /// Never seen by programs.
    Cell(CellRef<'h>),
    /// Never seen by programs.
    DeferList(DeferList<'h>),
    /// A parameter not given, a global not declared. Never seen by programs.
    Unset,
}

#[cold]
#[inline(never)]
fn freed_object(kind: u8) -> ! {
    panic!("a value refers to a freed object (kind {kind:#x}): it was not rooted at a safepoint")
}

impl<'h> Value<'h> {
    /// `nil`.
    #[inline(always)]
    pub const fn nil() -> Self {
        Value(bits::NIL, PhantomData)
    }

    /// The mark of a parameter not given or a global not declared.
    #[inline(always)]
    pub const fn unset() -> Self {
        Value(bits::UNSET, PhantomData)
    }

    /// A boolean.
    #[inline(always)]
    pub fn bool(value: bool) -> Self {
        Value(bits::FALSE + value as u64, PhantomData)
    }

    /// A number; every NaN becomes the same one.
    #[inline(always)]
    pub fn number(value: f64) -> Self {
        Value(bits::number(value), PhantomData)
    }

    /// The value of these bits.
    ///
    /// # Safety
    /// They are the bits of a value of the isolate `'h` borrows, whose object, if it is one, is
    /// alive (reachable at every collection since it was made).
    #[inline(always)]
    pub(crate) const unsafe fn from_bits(bits: u64) -> Self {
        Value(bits, PhantomData)
    }

    /// The bits.
    #[inline(always)]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// Takes the value apart.
    #[inline]
    pub fn unpack(self) -> Unpacked<'h> {
        if bits::is_number(self.0) {
            return Unpacked::Number(f64::from_bits(self.0));
        }
        if !bits::is_object(self.0) {
            return match self.0 {
                bits::FALSE => Unpacked::Bool(false),
                bits::TRUE => Unpacked::Bool(true),
                bits::UNSET => Unpacked::Unset,
                _ => Unpacked::Nil,
            };
        }
        // SAFETY: the object of a value is alive, and its kind tells the handle's type.
        unsafe {
            let header = NonNull::from(header_of(self.0));
            match header.as_ref().kind.get() {
                kind::STRING => Unpacked::String(Str::from_bits(self.0)),
                kind::ARRAY => Unpacked::Array(Array::from_bits(self.0)),
                kind::TABLE => Unpacked::Table(Table::from_bits(self.0)),
                kind::CLASS => Unpacked::Class(Class::from_bits(self.0)),
                kind::INSTANCE => Unpacked::Instance(Instance::from_bits(self.0)),
                kind::CLOSURE => Unpacked::Closure(Closure::from_bits(self.0)),
                kind::BOUND_METHOD => Unpacked::BoundMethod(BoundMethod::from_bits(self.0)),
                kind::NATIVE => Unpacked::Native(Native::from_bits(self.0)),
                kind::ERROR => Unpacked::Error(ErrorRef::from_bits(self.0)),
                kind::CELL => Unpacked::Cell(CellRef::from_bits(self.0)),
                kind::DEFER_LIST => Unpacked::DeferList(DeferList::from_bits(self.0)),
                kind => freed_object(kind),
            }
        }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.unpack() {
            Unpacked::Nil | Unpacked::Unset => Kind::Nil,
            Unpacked::Bool(_) => Kind::Bool,
            Unpacked::Number(_) => Kind::Number,
            Unpacked::String(_) => Kind::String,
            Unpacked::Array(_) => Kind::Array,
            Unpacked::Table(_) => Kind::Table,
            Unpacked::Class(_) => Kind::Class,
            Unpacked::Instance(_) => Kind::Instance,
            Unpacked::Closure(_) => Kind::Closure,
            Unpacked::BoundMethod(_) => Kind::BoundMethod,
            Unpacked::Native(_) => Kind::Native,
            Unpacked::Error(_) => Kind::Error,
            Unpacked::Cell(_) => Kind::Cell,
            Unpacked::DeferList(_) => Kind::DeferList,
        }
    }

    /// Whether it is nil.
    #[inline(always)]
    pub fn is_nil(self) -> bool {
        self.0 == bits::NIL
    }

    /// Whether it is the unset mark.
    #[inline(always)]
    pub fn is_unset(self) -> bool {
        self.0 == bits::UNSET
    }

    /// Only nil and false are false.
    #[inline(always)]
    pub fn is_truthy(self) -> bool {
        self.0 | 1 != bits::FALSE
    }

    /// The number it is.
    #[inline(always)]
    pub fn as_number(self) -> Option<f64> {
        bits::is_number(self.0).then(|| f64::from_bits(self.0))
    }

    /// The string it is.
    #[inline]
    pub fn as_str(self) -> Option<Str<'h>> {
        // SAFETY: the object of a value is alive, and of the kind that was asked for.
        unsafe {
            let string = bits::is_object(self.0) && header_of(self.0).kind.get() == kind::STRING;
            string.then(|| Str::from_bits(self.0))
        }
    }

    /// The same bits: identity for objects.
    #[inline(always)]
    pub fn same(self, other: Value<'_>) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unpack() {
            Unpacked::Nil => out.write_str("nil"),
            Unpacked::Unset => out.write_str("<unset>"),
            Unpacked::Bool(value) => write!(out, "{value}"),
            Unpacked::Number(value) => write!(out, "{value:?}"),
            Unpacked::String(value) => write!(out, "{value:?}"),
            _ => write!(out, "<{:?} at {:#x}>", self.kind(), bits::address(self.0)),
        }
    }
}

/// Makes the handle types: each is a pointer that borrows the isolate.
macro_rules! handles { ($($(#[$doc:meta])* $name:ident $object:ident)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy)]
    #[repr(transparent)]
    pub struct $name<'h>(NonNull<$object>, PhantomData<&'h Isolate>);

    impl<'h> $name<'h> {
        /// # Safety
        /// The object is of the isolate `'h` borrows and alive.
        #[inline(always)]
        pub(crate) unsafe fn from_object(object: NonNull<$object>) -> Self {
            $name(object, PhantomData)
        }

        /// # Safety
        /// The bits of a value as [`Value::from_bits`] wants it, that is such an object.
        #[inline(always)]
        #[allow(dead_code)]
        pub(crate) unsafe fn from_bits(bits: u64) -> Self {
            let object = std::ptr::with_exposed_provenance_mut(bits::address(bits));
            // SAFETY: an object is not at address 0.
            $name(unsafe { NonNull::new_unchecked(object) }, PhantomData)
        }

        /// The object.
        #[inline(always)]
        #[allow(dead_code)]
        pub(crate) fn object(self) -> NonNull<$object> {
            self.0
        }

        /// The fixed part of the object.
        #[inline(always)]
        #[allow(dead_code)]
        pub(crate) fn object_ref(self) -> &'h $object {
            // SAFETY: a handle's object is alive for 'h; what changes in it is in cells.
            unsafe { self.0.as_ref() }
        }

        /// The bits of the value.
        #[inline(always)]
        pub(crate) fn bits(self) -> u64 {
            object_bits(self.0)
        }

        /// As a value.
        #[inline(always)]
        pub fn value(self) -> Value<'h> {
            Value(self.bits(), PhantomData)
        }
    }

    impl<'h> From<$name<'h>> for Value<'h> {
        #[inline(always)]
        fn from(handle: $name<'h>) -> Value<'h> {
            handle.value()
        }
    }

    impl PartialEq for $name<'_> {
        /// Identity.
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for $name<'_> {}
)* } }
handles! {
    /// An immutable UTF-8 string. `==` on handles is identity, as for all of them.
    Str StringObject
    /// An array.
    Array ArrayObject
    /// An insertion-ordered table.
    Table TableObject
    /// A class.
    Class ClassObject
    /// An instance of a class.
    Instance InstanceObject
    /// A function with its captures.
    Closure ClosureObject
    /// A method with its receiver.
    BoundMethod BoundMethodObject
    /// A native function.
    Native NativeObject
    /// An error object, or the wrapper of another thrown value (see [`ErrorRef::thrown`]).
    ErrorRef ErrorObject
    /// A heap cell: a captured variable that is assigned.
    CellRef CellObject
    /// The deferred closures of one frame.
    DeferList ArrayObject
}
