//! Archives among what is linked: a member is taken if it defines what is missing.

use super::text;
use crate::Error;
use crate::archive::Archive;
use crate::elf::read_relocatable;
use crate::object::Object;
use std::collections::{HashMap, HashSet, VecDeque};

/// Why an archive cannot be linked: the member it is about, as messages name it, and the reason.
pub type MemberError = (String, Error);

/// Adds to `objects` the members of the archives, each with its name, that define what these objects
/// or `others` need and none of them defines, and what those members need, and so on. The order of
/// the archives matters only if two define the same: the first one is taken then.
///
/// # Errors
/// If a member cannot be read, or does not define what the index says.
pub fn add_members(
    objects: &mut Vec<Object>,
    others: &[&Object],
    archives: &[(String, Archive)],
) -> Result<(), MemberError> {
    let mut members: HashMap<&[u8], (usize, usize)> = HashMap::new();
    for (number, (_, archive)) in archives.iter().enumerate() {
        for (symbol, member) in archive.symbols() {
            members.entry(symbol).or_insert((number, member));
        }
    }
    let mut names = Names::default();
    objects.iter().chain(others.iter().copied()).for_each(|object| names.add(object));
    let mut taken = HashSet::new();
    while let Some(name) = names.missing.pop_front() {
        if names.defined.contains(&name) {
            continue;
        }
        let Some(&(number, index)) = members.get(&name[..]) else { continue };
        let (file, archive) = &archives[number];
        let Some(member) = archive.member(index) else { continue };
        let origin = format!("{file}({})", text(member.name));
        if taken.insert((number, index)) {
            let object = read_relocatable(member.bytes);
            let mut object = object.map_err(|error| (origin.clone(), error))?;
            object.origin.clone_from(&origin);
            names.add(&object);
            objects.push(object);
        }
        if !names.defined.contains(&name) {
            let what = "the archive's index names a symbol that the member does not define; \
                ranlib makes the index anew";
            return Err((origin, Error::Malformed(what)));
        }
    }
    Ok(())
}

/// What objects define and use.
#[derive(Default)]
struct Names {
    defined: HashSet<Vec<u8>>,
    /// What is used and not defined where it is used, in order.
    missing: VecDeque<Vec<u8>>,
}

impl Names {
    fn add(&mut self, object: &Object) {
        for symbol in object.symbols.iter().filter(|symbol| symbol.global) {
            let name = object.name(symbol).to_vec();
            match symbol.definition {
                Some(_) => _ = self.defined.insert(name),
                None => self.missing.push_back(name),
            }
        }
    }
}
