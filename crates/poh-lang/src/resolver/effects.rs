//! Which functions leave the lists of others alone.
//!
//! A list that is passed to a function has two holders while the function runs. Marking it as shared
//! for good would cost its owner a copy at the next change, and programs that change a list and let
//! helpers look at it, turn by turn, quadratic time. The mark is needed only if one of the two
//! changes the list while the other looks at it:
//!
//! * the function changes what is in its parameter, or a closure of it may do so later
//!   ([`Resolution::only_looks`] tells whether it does neither), or
//! * the owner's variable is changed before the function is back. Nobody but the owner reaches a
//!   variable of a function that no closure captures. Variables of the program and captured ones
//!   are reached by functions that change variables around them, and by those that call such
//!   functions, or functions nothing is known of: all others are *harmless* (found here).
//!
//! Only functions whose variable is set once, by their `Make`, are known.

use super::{Resolution, VarId};

/// What a function does to variables around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    /// It changes the contents of a variable that is not its own.
    changes: bool,
    /// It calls something that is no variable, or imports.
    unknown: bool,
    /// Variables whose functions it calls.
    calls: Vec<VarId>,
    /// None of what it does, and of what its calls do, changes contents of variables around it.
    pub(crate) harmless: bool,
}

impl Resolution {
    /// Contents of the variable are changed by the function with this number.
    pub(super) fn note_change(&mut self, id: VarId, function: usize) {
        let variable = &mut self.variables[id.index()];
        variable.changed = true;
        let own = variable.origin != super::Origin::Global && variable.function == function;
        self.functions[function].effects.changes |= !own;
    }

    /// The function calls the function in a variable, or something else.
    pub(super) fn note_call(&mut self, callee: Option<VarId>, function: usize) {
        let effects = &mut self.functions[function].effects;
        match callee {
            Some(id) => effects.calls.push(id),
            None => effects.unknown = true,
        }
    }

    /// The function a variable certainly holds, if it holds anything.
    pub(crate) fn known_function(&self, id: VarId) -> Option<usize> {
        self.known.get(&id).copied()
    }

    /// Whether a function does no more with this parameter than to look at it, or to pass it on as a
    /// value that then is marked.
    pub(crate) fn only_looks(&self, function: usize, param: usize) -> bool {
        let params = &self.functions[function].params;
        params.get(param).is_some_and(|&id| {
            let variable = self.variable(id);
            !variable.changed && !variable.captured
        })
    }

    /// Finds out which of the known functions are harmless.
    pub(super) fn find_harmless(&mut self) {
        // From each function that is not harmless to those that call it.
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.functions.len()];
        let mut harmful = Vec::new();
        for (number, function) in self.functions.iter().enumerate() {
            let Effects { changes, unknown, calls, .. } = &function.effects;
            let mut harmless = !changes && !unknown;
            for id in calls {
                match self.known.get(id) {
                    Some(&callee) => callers[callee].push(number),
                    None => harmless = false,
                }
            }
            if !harmless {
                harmful.push(number);
            }
        }
        self.functions.iter_mut().for_each(|function| function.effects.harmless = true);
        while let Some(number) = harmful.pop() {
            let harmless = &mut self.functions[number].effects.harmless;
            if std::mem::replace(harmless, false) {
                harmful.append(&mut callers[number]);
            }
        }
    }
}
