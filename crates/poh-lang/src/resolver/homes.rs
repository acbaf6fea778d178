//! Where variables of the top level live.
//!
//! A variable that functions mention, or several files, is one of the whole program. One that only
//! the statements of one file's top level mention need not be: in the frame of that top level it is
//! reached faster, and a list in it has no holders but those that are seen there. It moves if it is
//! certainly set wherever it is read; so nothing has to look for that, as is done for the others.

use super::{Origin, Resolution, Resolver, VarId, Variable};

/// Variables that move, of one file: the frame of a function is not endless.
const MOST: usize = 1_000;

impl Resolver<'_> {
    /// Notes that the function being walked mentions a variable, and gives that.
    pub(super) fn used(&mut self, id: VarId) -> &mut Variable {
        let function = self.function;
        let variable = &mut self.answers.variables[id.index()];
        if variable.origin == Origin::Global {
            let user = *variable.user.get_or_insert(function);
            variable.elsewhere |= user != function;
        } else {
            variable.captured |= variable.function != function;
        }
        variable
    }
}

impl Resolution {
    /// Moves the variables that may live in the frame of a file's top level there.
    pub(super) fn find_homes(&mut self) {
        for (number, variable) in self.variables.iter_mut().enumerate() {
            let Some(user) = variable.user.filter(|user| self.bodies.contains(user)) else {
                continue;
            };
            let owned = &mut self.functions[user].owned;
            if variable.elsewhere || owned.len() == MOST {
                continue;
            }
            variable.origin = Origin::Local;
            variable.function = user;
            owned.push(VarId(number as u32));
        }
    }
}
