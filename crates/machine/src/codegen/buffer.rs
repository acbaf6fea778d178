//! The code of one function while it is written: bytes, labels, branches of several sizes, relocations.
//!
//! A branch to a near label is shorter than one to a far label, but how far the label is depends on
//! the branches between. So branches are not written among the bytes but noted, and all begin at
//! their shortest. As long as one does not reach its label, it is made longer, which may push labels
//! out of the reach of others. Nothing ever gets shorter, so this ends, and hardly any branch is longer than
//! it must be (Szymanski, "Assembling code for machines with span-dependent instructions", 1978).
//! Then the bytes are copied with the branches between them.

use sox_objfile::object::{Inlay, Object, Reloc, RelocKind, SectionKind, SymbolId};

/// A label of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// Which branch: what it means is up to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchKind(pub u8);

/// The forms of a branch, from the shortest to the longest.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Bytes of the instruction.
    pub size: u32,
    /// Least and greatest distance from the instruction's beginning to the label.
    pub reach: (i64, i64),
}

/// Knows the forms of branches, and writes them.
pub trait Branches {
    /// The forms of a branch; the last one reaches everything.
    fn forms(&self, kind: BranchKind) -> &'static [Form];

    /// Writes a form, over a distance counted from the instruction's beginning.
    fn write(&self, kind: BranchKind, form: usize, distance: i64, out: &mut Vec<u8>);

    /// Writes that many bytes of instructions that do nothing.
    fn write_padding(&self, bytes: u32, out: &mut Vec<u8>);
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    /// Before which of the bytes it stands.
    at: u32,
    kind: BranchKind,
    form: u8,
    label: Label,
}

/// The kind of what stands among the branches but is padding, up to the alignment that stands in the
/// place of the label. Its size depends on that of the branches before.
const PADDING: BranchKind = BranchKind(u8::MAX);

/// 32 bits among the bytes that depend on a label: its distance from the place `from` in the bytes, or
/// from another label.
#[derive(Clone, Copy, Debug)]
struct Field {
    at: u32,
    label: Label,
    from: From,
}

#[derive(Clone, Copy, Debug)]
enum From {
    /// The end of the field.
    End,
    Label(Label),
}

const UNBOUND: (u32, u32) = (u32::MAX, 0);

/// Code being written.
#[derive(Debug, Default)]
pub struct Buffer {
    /// The bytes without the branches.
    pub bytes: Vec<u8>,
    branches: Vec<Branch>,
    /// Where each label is: before which byte, and behind how many branches.
    labels: Vec<(u32, u32)>,
    fields: Vec<Field>,
    relocs: Vec<(u32, Reloc)>,
    /// Bytes that are no instructions, with the number of branches before them.
    inlays: Vec<(u32, Inlay)>,
    /// Sum of the sizes of the branches before each one.
    sums: Vec<u32>,
    /// Why an instruction could not be encoded.
    failure: Option<String>,
}

impl Buffer {
    /// Empties it and makes labels for the function's blocks, numbered alike.
    pub fn clear(&mut self, labels: usize) {
        self.bytes.clear();
        self.branches.clear();
        self.labels.clear();
        self.labels.resize(labels, UNBOUND);
        self.fields.clear();
        self.relocs.clear();
        self.inlays.clear();
    }

    /// Says that an instruction could not be encoded, which is a fault of the target.
    pub fn fail(&mut self, why: String) {
        self.failure.get_or_insert(why);
    }

    /// What went wrong since this was last asked.
    pub fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    /// A new label.
    pub fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts a label here.
    pub fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = (self.bytes.len() as u32, self.branches.len() as u32);
    }

    /// Adds a branch to a label.
    pub fn branch(&mut self, kind: BranchKind, label: Label) {
        self.branches.push(Branch { at: self.bytes.len() as u32, kind, form: 0, label });
    }

    /// Pads with instructions that do nothing to a multiple of a power of two, if the function is
    /// aligned to that.
    pub fn align(&mut self, align: u32) {
        self.branch(PADDING, Label(align));
    }

    /// Adds 4 bytes with the distance from their end to a label.
    pub fn distance(&mut self, label: Label) {
        self.field(label, From::End);
    }

    /// Adds 4 bytes with the distance from one label to another.
    pub fn difference(&mut self, to: Label, from: Label) {
        self.inlay(4, true);
        self.field(to, From::Label(from));
    }

    /// Adds bytes that are no instructions of ours.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.inlay(bytes.len(), false);
        self.bytes.extend_from_slice(bytes);
    }

    /// Says that the next bytes are no instructions.
    fn inlay(&mut self, length: usize, distances: bool) {
        let (branches, start) = (self.branches.len() as u32, self.bytes.len() as u64);
        let range = start..start + length as u64;
        match self.inlays.last_mut() {
            Some((before, last))
                if (*before, last.distances, last.range.end) == (branches, distances, start) =>
            {
                last.range.end = range.end;
            }
            _ => self.inlays.push((branches, Inlay { range, distances })),
        }
    }

    fn field(&mut self, label: Label, from: From) {
        self.fields.push(Field { at: self.bytes.len() as u32, label, from });
        self.bytes.extend([0; 4]);
    }

    /// Says that the field at an offset of the bytes depends on a symbol.
    pub fn reloc(&mut self, at: usize, kind: RelocKind, symbol: SymbolId, addend: i64) {
        self.relocs
            .push((self.branches.len() as u32, Reloc { at: at as u64, kind, symbol, addend }));
    }

    /// Bytes of the branches up to a number.
    fn before(&self, branches: u32) -> u32 {
        self.sums[branches as usize]
    }

    fn place(&self, label: Label) -> u32 {
        let (at, branches) = self.labels[label.0 as usize];
        debug_assert_ne!((at, branches), UNBOUND, "a label was not put anywhere");
        at + self.before(branches)
    }

    fn sum_up(&mut self, target: &impl Branches) {
        self.sums.clear();
        let mut sum = 0;
        for branch in &self.branches {
            self.sums.push(sum);
            sum += match branch.kind {
                PADDING => padding(branch.at + sum, branch.label.0),
                kind => target.forms(kind)[branch.form as usize].size,
            };
        }
        self.sums.push(sum);
    }

    /// Makes branches as long as they have to be.
    fn relax(&mut self, target: &impl Branches) {
        loop {
            self.sum_up(target);
            let mut grown = false;
            for number in 0..self.branches.len() {
                let branch = self.branches[number];
                if branch.kind == PADDING {
                    continue;
                }
                let distance = self.distance_of(number);
                let forms = target.forms(branch.kind);
                let reaches = |form: &Form| (form.reach.0..=form.reach.1).contains(&distance);
                let mut form = branch.form as usize;
                while form + 1 < forms.len() && !reaches(&forms[form]) {
                    form += 1;
                }
                grown |= form != branch.form as usize;
                self.branches[number].form = form as u8;
            }
            if !grown {
                return;
            }
        }
    }

    /// Distance of a branch's label from its beginning.
    fn distance_of(&self, number: usize) -> i64 {
        let branch = self.branches[number];
        let own = branch.at + self.before(number as u32);
        i64::from(self.place(branch.label)) - i64::from(own)
    }

    /// Appends the function to the text section, aligned; returns its offset and size.
    pub fn finish(
        &mut self,
        target: &impl Branches,
        align: u64,
        object: &mut Object,
    ) -> (u64, u64) {
        self.relax(target);
        self.fill_fields();
        let start = object.append(SectionKind::Text, align, &[]);
        let text = object.section_mut(SectionKind::Text);
        let mut done = 0;
        for number in 0..self.branches.len() {
            let branch = self.branches[number];
            text.bytes.extend_from_slice(&self.bytes[done..branch.at as usize]);
            done = branch.at as usize;
            if branch.kind == PADDING {
                let own = branch.at + self.before(number as u32);
                target.write_padding(padding(own, branch.label.0), &mut text.bytes);
                continue;
            }
            let distance = self.distance_of(number);
            target.write(branch.kind, branch.form as usize, distance, &mut text.bytes);
        }
        text.bytes.extend_from_slice(&self.bytes[done..]);
        for &(branches, reloc) in &self.relocs {
            let at = start + reloc.at + u64::from(self.sums[branches as usize]);
            text.relocs.push(Reloc { at, ..reloc });
        }
        for (branches, Inlay { range, distances }) in self.inlays.drain(..) {
            let moved = start + u64::from(self.sums[branches as usize]);
            let range = range.start + moved..range.end + moved;
            text.inlays.push(Inlay { range, distances });
        }
        (start, text.bytes.len() as u64 - start)
    }

    fn fill_fields(&mut self) {
        let mut fields = std::mem::take(&mut self.fields);
        for field in &fields {
            let to = i64::from(self.place(field.label));
            let from = match field.from {
                From::Label(label) => i64::from(self.place(label)),
                From::End => {
                    let branches = self.branches.partition_point(|branch| branch.at <= field.at);
                    i64::from(field.at + 4 + self.before(branches as u32))
                }
            };
            let bytes = ((to - from) as i32).to_le_bytes();
            self.bytes[field.at as usize..field.at as usize + 4].copy_from_slice(&bytes);
        }
        fields.clear();
        self.fields = fields;
    }
}

/// Bytes from a place to the next multiple of an alignment.
fn padding(at: u32, align: u32) -> u32 {
    at.next_multiple_of(align) - at
}

#[cfg(test)]
mod tests {
    use super::*;
    use sox_objfile::object::Arch;

    /// One byte with a distance within 4 bytes, else 3 bytes, else 6.
    struct Toy;

    impl Branches for Toy {
        fn forms(&self, _kind: BranchKind) -> &'static [Form] {
            const ALL: (i64, i64) = (i64::MIN, i64::MAX);
            &[
                Form { size: 1, reach: (-4, 4) },
                Form { size: 3, reach: (-8, 8) },
                Form { size: 6, reach: ALL },
            ]
        }

        fn write(&self, _kind: BranchKind, form: usize, distance: i64, out: &mut Vec<u8>) {
            out.resize(out.len() + [0, 2, 5][form], 0xee);
            out.push(distance as u8);
        }

        fn write_padding(&self, bytes: u32, out: &mut Vec<u8>) {
            out.resize(out.len() + bytes as usize, 0x90);
        }
    }

    fn finish(buffer: &mut Buffer) -> Vec<u8> {
        let mut object = Object::new(Arch::X64);
        buffer.finish(&Toy, 1, &mut object);
        object.section(SectionKind::Text).bytes.clone()
    }

    #[test]
    fn a_branch_that_grows_makes_another_one_grow() {
        let mut buffer = Buffer::default();
        buffer.clear(2);
        let (far, near) = (Label(0), Label(1));
        buffer.branch(BranchKind(0), near);
        buffer.branch(BranchKind(0), far);
        buffer.bytes.extend([1, 2]);
        buffer.bind(near);
        buffer.bytes.extend([3, 4, 5]);
        buffer.bind(far);
        // The second one has 3 bytes, so the first one has to reach over 3 + 3 + 2.
        assert_eq!(finish(&mut buffer), [0xee, 0xee, 8, 0xee, 0xee, 8, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn padding_depends_on_the_branches_before() {
        let mut buffer = Buffer::default();
        buffer.clear(1);
        buffer.branch(BranchKind(0), Label(0));
        buffer.bytes.extend([1, 2]);
        buffer.align(4);
        buffer.bytes.extend([3, 4, 5]);
        buffer.bind(Label(0));
        // With 1 byte the branch would go over 1 + 2 + 1 + 3, with 3 bytes over 3 + 2 + 3 + 3: both are
        // too far. With 6 there is no padding.
        assert_eq!(finish(&mut buffer), [0xee, 0xee, 0xee, 0xee, 0xee, 11, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn backwards_to_itself_and_across_everything() {
        let mut buffer = Buffer::default();
        buffer.clear(1);
        buffer.bind(Label(0));
        buffer.branch(BranchKind(0), Label(0));
        let end = buffer.label();
        buffer.branch(BranchKind(0), end);
        buffer.bytes.extend([7; 20]);
        buffer.bind(end);
        let table = buffer.label();
        buffer.distance(table);
        buffer.bytes.push(9);
        buffer.bind(table);
        buffer.difference(Label(0), table);
        let code = finish(&mut buffer);
        assert_eq!(code[0], 0);
        assert_eq!(code[1..7], [0xee, 0xee, 0xee, 0xee, 0xee, 26]);
        assert_eq!(code[27..31], 1i32.to_le_bytes());
        assert_eq!(code[32..36], (-32i32).to_le_bytes());
    }
}
