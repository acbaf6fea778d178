//! Class statements.

use crate::function::FunctionCompiler;
use sox_bytecode::{FunctionId, GlobalId, Instr};
use sox_diagnostics::Span;
use sox_program::{Class, Place};

impl FunctionCompiler<'_, '_> {
    /// The superclass goes to its own slot first, where methods capture it for `super`. The class
    /// stays on the stack, unfinished, until all its methods are in it.
    pub(crate) fn class(&mut self, span: Span, class: &Class) {
        if let Some((superclass, slot)) = class.superclass {
            self.value(superclass);
            self.declare(self.expr(superclass).span, slot, false);
        }
        let name = self.constants.name(class.name);
        self.code.emit(span, Instr::NewClass { name });
        if let Some((superclass, slot)) = class.superclass {
            let span = self.expr(superclass).span;
            self.load(span, Place::Local(slot));
            self.code.emit(span, Instr::Inherit {});
        }
        for &(name, method) in &class.methods {
            self.code.emit(span, Instr::Closure { function: FunctionId(method.0) });
            let name = self.constants.name(name);
            self.code.emit(span, Instr::AddMethod { name });
        }
        self.code.emit(span, Instr::FinishClass {});
        match class.place {
            Place::Global(global) => {
                self.code.emit(span, Instr::DefineGlobal { global: GlobalId(global.0) });
            }
            place => self.store(span, place),
        }
    }
}
