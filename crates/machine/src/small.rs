//! A list of at most two.

use std::ops::Deref;

/// Up to two elements, stored in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pair<T> {
    items: [T; 2],
    len: u8,
}

impl<T: Copy + Default> Pair<T> {
    /// Takes up to two elements; none if there are more.
    pub fn new(items: &[T]) -> Option<Self> {
        let mut pair = Pair { items: [T::default(); 2], len: items.len() as u8 };
        pair.items.get_mut(..items.len())?.copy_from_slice(items);
        Some(pair)
    }
}

impl<T> Deref for Pair<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items[..self.len as usize]
    }
}

impl<T: PartialEq> PartialEq for Pair<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
