//! Several objects as one, which is still relocatable.

use super::{LinkError, Plan, padding};
use crate::object::{Definition, Inlay, Object, Reloc, SectionKind, SymbolId};
use std::collections::HashMap;

/// Merges what the global symbols of the first object need into one object. Only those symbols stay
/// global; what nobody defines stays undefined.
///
/// # Errors
/// Symbols that are defined twice.
pub fn merge(objects: &[&Object]) -> Result<Option<Object>, Vec<LinkError>> {
    let Some(&first) = objects.first() else { return Ok(None) };
    let globals =
        first.symbols.iter().filter(|symbol| symbol.global && symbol.definition.is_some());
    let roots: Vec<&[u8]> = globals.map(|symbol| first.name(symbol)).collect();
    let plan = Plan::with_undefined(objects, &roots)?;
    let mut merged = Object::new(first.arch);
    let mut symbols: Vec<Vec<Option<SymbolId>>> =
        objects.iter().map(|object| vec![None; object.symbols.len()]).collect();
    // Symbols that are within others come behind those.
    let inner = (0..).zip(objects).flat_map(|(number, object)| {
        let symbols = object.symbols.iter().zip((0..).map(SymbolId));
        symbols.filter(|(symbol, _)| symbol.within.is_some()).map(move |(_, id)| (number, id))
    });
    let inner = inner.filter(|&symbol| plan.number(symbol).is_some());
    for (object, id) in plan.atoms.iter().map(|atom| atom.symbol).chain(inner) {
        let symbol = plan.object((object, id)).symbol(id);
        let name = plan.object((object, id)).name(symbol);
        let new = merged.add_symbol(name, symbol.global && object == 0, symbol.function);
        if let (Some(definition), Some(spot)) = (symbol.definition, plan.spot((object, id))) {
            merged.define(new, Definition { offset: spot.offset, ..definition });
        }
        let copy = &mut merged.symbols[new.0 as usize];
        copy.section = symbol.section;
        copy.within = symbol.within.and_then(|owner| symbols[object as usize][owner.0 as usize]);
        symbols[object as usize][id.0 as usize] = Some(new);
    }
    for kind in SectionKind::ALL {
        merged.section_mut(kind).align = plan.aligns[kind as usize];
    }
    merged.section_mut(SectionKind::Zero).zeros = plan.sizes[SectionKind::Zero as usize];
    let mut undefined: HashMap<&[u8], SymbolId> = HashMap::new();
    for atom in &plan.atoms {
        let Definition { section, offset, size } = atom.definition;
        if section == SectionKind::Zero {
            continue;
        }
        let source = &plan.object(atom.symbol).section(section).bytes;
        let bytes = &mut merged.section_mut(section).bytes;
        bytes.resize(atom.offset as usize, padding(section, first.arch));
        bytes.extend_from_slice(&source[offset as usize..(offset + size) as usize]);
        for reloc in plan.relocs(atom) {
            let (object, id) = (atom.symbol.0, reloc.symbol);
            let (object, id) = plan.resolve(object, id).unwrap_or((object, id));
            let symbol = match symbols[object as usize][id.0 as usize] {
                Some(symbol) => symbol,
                // Undefined in several objects, it is one symbol.
                None => {
                    let name = plan.object((object, id)).name(plan.object((object, id)).symbol(id));
                    let add = || merged.add_symbol(name, true, true);
                    *undefined.entry(name).or_insert_with(add)
                }
            };
            symbols[object as usize][id.0 as usize] = Some(symbol);
            let at = atom.offset + (reloc.at - offset);
            merged.section_mut(section).relocs.push(Reloc { at, symbol, ..*reloc });
        }
        let inlays = &plan.object(atom.symbol).section(section).inlays;
        let first = inlays.partition_point(|inlay| inlay.range.start < offset);
        let own = inlays[first..].iter().take_while(|inlay| inlay.range.end <= offset + size);
        let moved = |at: u64| at - offset + atom.offset;
        merged.section_mut(section).inlays.extend(own.map(|inlay| Inlay {
            range: moved(inlay.range.start)..moved(inlay.range.end),
            distances: inlay.distances,
        }));
    }
    Ok(Some(merged))
}
