//! Values outside the interpreter.

use std::fmt;

/// A Sox value, copied out of the interpreter.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `nil`
    #[default]
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// A table: keys and values in order of insertion.
    Table(Vec<(Value, Value)>),
    /// Anything else (functions, classes, instances, errors): its printed form.
    Other(String),
}

/// The value is not of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    /// What was wanted.
    pub wanted: &'static str,
    /// What it is.
    pub got: &'static str,
}

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, got {}", self.wanted, self.got)
    }
}

impl std::error::Error for WrongType {}

impl Value {
    /// The name of its type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
            Value::Other(_) => "an object",
        }
    }

    /// The value under a string key of a table.
    ///
    /// ```
    /// let mut sox = sox::Sox::new();
    /// let point = sox.run("({x: 1, y: 2})")?;
    /// assert_eq!(point.get("y"), Some(&2.into()));
    /// # Ok::<(), sox::Error>(())
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Table(entries) = self else { return None };
        let found =
            entries.iter().find(|(name, _)| matches!(name, Value::String(name) if name == key));
        found.map(|(_, value)| value)
    }
}

/// Text as `print` writes it, for strings, numbers, booleans and nil; arrays and tables in a like form.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(value) => f.write_str(&sox_semantics::number_to_text(*value)),
            Value::String(text) | Value::Other(text) => f.write_str(text),
            Value::Array(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Value::Table(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{key}:{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

macro_rules! from_number { ($($kind:ty)*) => { $(
    impl From<$kind> for Value {
        fn from(number: $kind) -> Value { Value::Number(f64::from(number)) }
    }
)* } }
from_number! { f64 f32 i32 u32 i16 u16 i8 u8 }

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<()> for Value {
    fn from((): ()) -> Value {
        Value::Nil
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Nil, Into::into)
    }
}

macro_rules! try_from_value { ($($kind:ty, $wanted:literal, $pattern:pat => $result:expr;)*) => { $(
    impl TryFrom<Value> for $kind {
        type Error = WrongType;
        fn try_from(value: Value) -> Result<$kind, WrongType> {
            match value {
                $pattern => Ok($result),
                other => Err(WrongType { wanted: $wanted, got: other.type_name() }),
            }
        }
    }
)* } }
try_from_value! {
    f64, "a number", Value::Number(number) => number;
    bool, "a boolean", Value::Bool(value) => value;
    String, "a string", Value::String(text) => text;
    Vec<Value>, "an array", Value::Array(items) => items;
    (), "nil", Value::Nil => ();
}

/// Arguments of a call: a tuple, an array or a vector of things that convert to [`Value`].
pub trait Arguments {
    /// The arguments in order.
    fn into_values(self) -> Vec<Value>;
}

impl<T: Into<Value>> Arguments for Vec<T> {
    fn into_values(self) -> Vec<Value> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Value>, const N: usize> Arguments for [T; N] {
    fn into_values(self) -> Vec<Value> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuple_arguments { ($($name:ident)*) => {
    impl<$($name: Into<Value>),*> Arguments for ($($name,)*) {
        #[allow(non_snake_case, reason = "the type parameters name the fields")]
        fn into_values(self) -> Vec<Value> {
            let ($($name,)*) = self;
            vec![$($name.into()),*]
        }
    }
} }
tuple_arguments! {}
tuple_arguments! { A }
tuple_arguments! { A B }
tuple_arguments! { A B C }
tuple_arguments! { A B C D }
tuple_arguments! { A B C D E }
