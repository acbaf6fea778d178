//! The methods and fields found last, for sites that see receivers of several shapes.
//!
//! A call site remembers one shape. When it meets another, this table is asked before the class is:
//! by shape, name and count of arguments it gives method and code. What it says of a shape holds for
//! ever, as shapes' numbers are not given twice; a method in it is alive if the receiver's shape is.

/// Lines of the table; a power of two.
const LINES: usize = 256;

/// A remembered method.
#[derive(Clone, Copy)]
struct Line {
    shape: u32,
    args: u32,
    name: u64,
    method: u64,
    entry: u64,
}

/// The table.
pub(crate) struct MethodCache(Box<[Line; LINES]>);

impl MethodCache {
    /// An empty table.
    pub(crate) fn new() -> MethodCache {
        let empty = Line { shape: 0, args: 0, name: 0, method: 0, entry: 0 };
        MethodCache(Box::new([empty; LINES]))
    }

    fn index(shape: u32, name: u64) -> usize {
        // Names are addresses of objects, which are multiples of 16.
        (shape as usize ^ (name >> 4) as usize) % LINES
    }

    /// Method and code.
    #[inline(always)]
    pub(crate) fn get(&self, shape: u32, name: u64, args: usize) -> Option<(u64, u64)> {
        let line = &self.0[MethodCache::index(shape, name)];
        let found = line.shape == shape && line.name == name && line.args as usize == args;
        found.then_some((line.method, line.entry))
    }

    /// Remembers what was found.
    pub(crate) fn put(&mut self, shape: u32, name: u64, args: usize, found: (u64, u64)) {
        let (method, entry) = found;
        let line = Line { shape, args: args as u32, name, method, entry };
        self.0[MethodCache::index(shape, name)] = line;
    }
}

/// A remembered field.
#[derive(Clone, Copy)]
struct Field {
    name: u64,
    /// Shape and slot, as the cache of a site has them.
    cell: u64,
}

/// The same for fields that are read: by shape and name, the slot.
pub(crate) struct FieldCache(Box<[Field; LINES]>);

impl FieldCache {
    /// An empty table.
    pub(crate) fn new() -> FieldCache {
        FieldCache(Box::new([Field { name: 0, cell: 0 }; LINES]))
    }

    /// The cell of a site's cache: shape in the lower half, slot in the upper.
    #[inline(always)]
    pub(crate) fn get(&self, shape: u32, name: u64) -> Option<u64> {
        let line = self.0[MethodCache::index(shape, name)];
        (line.name == name && line.cell as u32 == shape).then_some(line.cell)
    }

    /// Remembers a cell.
    pub(crate) fn put(&mut self, name: u64, cell: u64) {
        self.0[MethodCache::index(cell as u32, name)] = Field { name, cell };
    }
}
