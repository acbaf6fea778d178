//! Fixed-layout records: one list of fields gives the struct, its size, its reader and its writer.
//!
//! All three formats are made of such records. Writing the list once means that what is read and
//! what is written cannot disagree. Nothing here indexes without a check: a record that does not
//! lie wholly inside the bytes is [`Error::Truncated`].

use crate::Error;

/// Byte order of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endian {
    /// Least significant byte first: everything but signatures.
    Little,
    /// Most significant byte first: Mach-O code signatures.
    Big,
}

/// A type that may stand in a record.
pub(crate) trait Field: Sized {
    /// Bytes it takes.
    const SIZE: usize;
    /// Reads it; `bytes` are exactly `SIZE` long.
    fn get(bytes: &[u8], endian: Endian) -> Self;
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>, endian: Endian);
}

macro_rules! integer_field {
    ($($type:ty)*) => { $(
        impl Field for $type {
            const SIZE: usize = size_of::<$type>();
            fn get(bytes: &[u8], endian: Endian) -> Self {
                let mut array = [0; size_of::<$type>()];
                array.copy_from_slice(bytes);
                match endian {
                    Endian::Little => <$type>::from_le_bytes(array),
                    Endian::Big => <$type>::from_be_bytes(array),
                }
            }
            fn put(&self, out: &mut Vec<u8>, endian: Endian) {
                match endian {
                    Endian::Little => out.extend(self.to_le_bytes()),
                    Endian::Big => out.extend(self.to_be_bytes()),
                }
            }
        }
    )* };
}

integer_field!(u8 u16 u32 u64);

impl<T: Field, const N: usize> Field for [T; N] {
    const SIZE: usize = N * T::SIZE;
    fn get(bytes: &[u8], endian: Endian) -> Self {
        std::array::from_fn(|at| T::get(&bytes[at * T::SIZE..][..T::SIZE], endian))
    }
    fn put(&self, out: &mut Vec<u8>, endian: Endian) {
        self.iter().for_each(|item| item.put(out, endian));
    }
}

/// Declares a record. The name after the colon is the byte order.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $endian:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        $vis struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        #[allow(dead_code, reason = "not every record is both read and written")]
        #[allow(unreachable_pub, reason = "some records are public")]
        impl $name {
            /// Bytes the record takes in a file.
            pub const SIZE: usize = 0 $(+ <$type as $crate::record::Field>::SIZE)*;

            /// Reads the record that begins at `offset`.
            pub(crate) fn read(
                bytes: &[u8],
                offset: u64,
                what: &'static str,
            ) -> Result<Self, $crate::Error> {
                let mut rest =
                    $crate::record::slice(bytes, offset, Self::SIZE as u64, what)?;
                $(
                    let (field, after) =
                        rest.split_at(<$type as $crate::record::Field>::SIZE);
                    rest = after;
                    let $field = $crate::record::Field::get(
                        field, $crate::record::Endian::$endian);
                )*
                debug_assert!(rest.is_empty());
                Ok(Self { $($field,)* })
            }

            /// Appends the record.
            pub(crate) fn put(&self, out: &mut Vec<u8>) {
                $($crate::record::Field::put(
                    &self.$field, out, $crate::record::Endian::$endian);)*
            }
        }
    };
}

pub(crate) use record;

/// The `size` bytes at `offset`, or [`Error::Truncated`] with `what` was looked for.
pub(crate) fn slice<'a>(
    bytes: &'a [u8],
    offset: u64,
    size: u64,
    what: &'static str,
) -> Result<&'a [u8], Error> {
    range(offset, size).and_then(|range| bytes.get(range)).ok_or(Error::Truncated { what, offset })
}

/// `offset..offset + size` as indices, if they can be such.
pub(crate) fn range(offset: u64, size: u64) -> Option<std::ops::Range<usize>> {
    let end = usize::try_from(offset.checked_add(size)?).ok()?;
    Some(usize::try_from(offset).ok()?..end)
}

/// Puts `new` over what stands at `offset`.
pub(crate) fn overwrite(
    bytes: &mut [u8],
    offset: u64,
    new: &[u8],
    what: &'static str,
) -> Result<(), Error> {
    let place = range(offset, new.len() as u64)
        .and_then(|range| bytes.get_mut(range))
        .ok_or(Error::Truncated { what, offset })?;
    place.copy_from_slice(new);
    Ok(())
}

/// The least multiple of `alignment` (a power of two) that is not below `value`.
pub(crate) fn align_up(value: u64, alignment: u64) -> Result<u64, Error> {
    debug_assert!(alignment.is_power_of_two());
    let mask = alignment - 1;
    Ok(value.checked_add(mask).ok_or(Error::TooLarge)? & !mask)
}

/// Adds zero bytes up to the next multiple of `alignment`.
pub(crate) fn pad_to(out: &mut Vec<u8>, alignment: u64) -> Result<(), Error> {
    let end = align_up(out.len() as u64, alignment)?;
    out.resize(usize::try_from(end).map_err(|_| Error::TooLarge)?, 0);
    Ok(())
}

/// A number that the format keeps in 32 bits.
pub(crate) fn to_u32(value: u64) -> Result<u32, Error> {
    u32::try_from(value).map_err(|_| Error::TooLarge)
}

/// A name in a fixed field, up to its first zero byte.
pub(crate) fn fixed_name(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    record! {
        struct Pair: Big { first: u16, second: [u8; 3], }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let pair = Pair { first: 0x0102, second: *b"abc" };
        let mut bytes = vec![9];
        pair.put(&mut bytes);
        assert_eq!(bytes, b"\x09\x01\x02abc");
        assert_eq!(Pair::read(&bytes, 1, "pair"), Ok(pair));
        assert_eq!(
            Pair::read(&bytes, 2, "pair"),
            Err(Error::Truncated { what: "pair", offset: 2 })
        );
    }

    #[test]
    fn offsets_at_the_end_of_the_number_range_do_not_wrap() {
        assert!(slice(b"abc", u64::MAX, 1, "x").is_err());
        assert!(slice(b"abc", 1, u64::MAX, "x").is_err());
        assert_eq!(slice(b"abc", 3, 0, "x"), Ok(&b""[..]));
        assert_eq!(align_up(u64::MAX - 2, 16), Err(Error::TooLarge));
        assert_eq!(align_up(17, 16), Ok(32));
    }
}
