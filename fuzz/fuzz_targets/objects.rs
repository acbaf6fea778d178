//! Object files and archives through their readers: an object that can be written comes back the same,
//! and linking ends, with a program or with errors.
//!
//! ```text
//! cargo xtask fuzz --target objects      # begins with objects and archives of tests/native
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use sox_fuzz::within_memory;
use sox_objfile::archive::{Archive, NewMember, archive};
use sox_objfile::elf::{read_relocatable, relocatable};
use sox_objfile::link::{add_members, executable};
use sox_objfile::object::{Arch, Object};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(object) = within_memory(bytes, read_relocatable) {
        let _linked = executable(&[&object], b"main", true);
        if let Ok(written) = relocatable(&object) {
            let again = read_relocatable(&written).expect("what was written can be read");
            assert!(relocatable(&again).expect("as before") == written);
        }
    }
    if let Ok(library) = within_memory(bytes, Archive::read) {
        let members = library.members().map(|member| {
            let name = if member.name.is_empty() { b"unnamed" } else { member.name };
            let name = name.iter().map(|&byte| if b"/\n\0".contains(&byte) { b'_' } else { byte });
            NewMember { name: name.collect(), bytes: member.bytes.to_vec() }
        });
        let members: Vec<NewMember> = members.collect();
        if let Ok(written) = archive(&members) {
            let again = Archive::read(&written).expect("what was written can be read");
            assert!(again.members().zip(&members).all(|(one, other)| one.bytes == other.bytes));
        }
        let mut root = Object::new(Arch::X64);
        root.add_symbol(b"main", true, true);
        let mut objects = vec![root];
        let _added = add_members(&mut objects, &[], &[("library.a".to_string(), library)]);
        let objects: Vec<&Object> = objects.iter().collect();
        let _linked = executable(&objects, b"main", true);
    }
});
