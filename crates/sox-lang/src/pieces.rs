//! A list that consists of pieces.
//!
//! The expressions of a very long text are tens of megabytes. A table of that size is more than an
//! allocator keeps for later (see [`crate::memory`]): it goes back to the system, and the code that is
//! compiled next begins with pages never touched. Pieces of a megabyte are kept, whatever the length
//! of the text, and nothing is moved while such a list grows.

use std::ops::Index;

/// Elements of a piece; a power of two.
const PIECE: usize = 1 << 16;

/// A list that grows at its end.
pub(crate) struct Pieces<T> {
    /// All but the last have [`PIECE`] elements.
    pieces: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Pieces { pieces: Vec::new(), len: 0 }
    }
}

impl<T> Pieces<T> {
    /// An empty list, to which about so many elements will be added.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Pieces { pieces: vec![Vec::with_capacity(count.min(PIECE))], len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push(&mut self, element: T) {
        self.len += 1;
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(element),
            _ => self.begin_piece(element),
        }
    }

    #[cold]
    fn begin_piece(&mut self, element: T) {
        let mut piece = Vec::with_capacity(PIECE);
        piece.push(element);
        self.pieces.push(piece);
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    #[inline]
    fn index(&self, index: usize) -> &T {
        &self.pieces[index / PIECE][index % PIECE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_on_both_sides_of_the_border_between_pieces() {
        for expected in [0, 10, 3 * PIECE] {
            let mut list = Pieces::with_capacity(expected);
            for element in 0..2 * PIECE + 5 {
                assert_eq!(list.len(), element);
                list.push(element);
            }
            assert!((0..list.len()).all(|index| list[index] == index));
        }
        let mut list = Pieces::default();
        list.push('a');
        assert_eq!((list.len(), list[0]), (1, 'a'));
    }
}
