//! Finding the code of a callee.

use crate::access::{self, NO_CALLEE, NO_FUNCTION, bits};
use crate::dispatch::{self, Base, Next, Pc};
use crate::frame::{Frame, halt, return_word};
use crate::op::Op;
use crate::stubs;
use crate::translate::{self, Bindings};
use crate::units::Progress;
use crate::vm::Vm;
use sox_bytecode::VerifiedModule;
use sox_runtime::{ErrorKind, Fault, FunctionRef, Unpacked, ops};
use std::sync::Arc;

/// What a callee came down to.
#[derive(Clone, Copy)]
pub(crate) struct Resolved {
    /// Its code.
    pub(crate) entry: Pc,
    /// Values in its frame.
    args: usize,
}

/// Calls the callee that is in the window of a frame's call instruction, with so many values behind
/// the return word, of which the first may be a receiver. `cell`: where the instruction caches the
/// callee and its code.
///
/// # Safety
/// The frame stands at a call whose window is complete.
pub(crate) unsafe fn enter(mut frame: Frame, args: usize, this: bool, cell: Option<usize>) -> Next {
    let window = frame.slot(frame.ins.a());
    let (pc, _, ctx) = frame.place();
    // SAFETY: the window lies in the frame, with room for one more value.
    unsafe {
        let callee = *window;
        frame.vm_mut().statistics.cache_misses += 1;
        let mut resolved = frame.vm_mut().resolve(window, args, this);
        if access::is_beyond_limit(window, ctx)
            && let Ok(found) = resolved
        {
            resolved = frame.vm_mut().at_limit(window, found);
        }
        let entry = match resolved {
            Ok(found) => found.entry,
            Err(fault) => {
                // Method calls have noted whose method it is; the method itself is not there.
                if cell == Some(2) {
                    frame.set_cell(1, 0);
                }
                return frame.fail(fault);
            }
        };
        let address = entry.expose_provenance() as u64;
        if let Some(cell) = cell
            && *window == callee
        {
            frame.set_cell(cell, callee);
            frame.set_cell(cell + 1, address);
            if frame.ins.number() == Op::Call as u16 {
                let function = access::function_of(callee);
                let number = function.map_or(NO_FUNCTION, |function| function.0.into());
                frame.set_cell(cell + 2, number);
            }
            if frame.ins.number() == Op::Invoke as u16 {
                let (shape, name) = (frame.following(1) as u32, frame.following(0));
                frame.vm_mut().methods.put(shape, name, args, (callee, address));
            }
        }
        let size = frame.ins.op().size();
        *window.add(1) = return_word(pc.add(size), frame.ins.a() + 2);
        Next { pc: entry, base: window.add(2) }
    }
}

impl Vm {
    /// The code for the callee in a window. A bound method is replaced by its method, with the
    /// receiver put in front of the arguments; what resolves once does so again.
    ///
    /// # Safety
    /// The window holds callee, return word, so many values, and has room for one more.
    pub(crate) unsafe fn resolve(
        &mut self,
        window: Base,
        args: usize,
        this: bool,
    ) -> Result<Resolved, Fault> {
        // SAFETY: the window holds values; the machine runs.
        let (callee, iso) = unsafe { (access::value_of(*window), &*self.iso) };
        let entry = match callee.unpack() {
            Unpacked::Closure(closure) => self.function_entry(closure.function(), args, this)?,
            Unpacked::Native(native) => {
                let number = native.number();
                let (info, method) = access::native(iso, number);
                let given = args - usize::from(method && args > 0);
                ops::check_arity(info.required, info.params, given)?;
                self.stubs.native(number as u32, args as u32, info)
            }
            Unpacked::BoundMethod(bound) => {
                let (method, receiver) =
                    (access::word_of(bound.method()), access::word_of(bound.receiver()));
                // SAFETY: there is room for one more value.
                unsafe {
                    let first = window.add(2);
                    first.copy_to(first.add(1), args);
                    *first = receiver;
                    *window = method;
                    return self.resolve(window, args + 1, true);
                }
            }
            Unpacked::Class(class) => {
                // SAFETY: the constant is a name.
                let name = unsafe { access::str_of(self.init_name) };
                let (init, entry) = match class.method(name) {
                    Some(init) => {
                        let function = init.function();
                        let init = access::word_of(init.into());
                        (init, self.function_entry(function, args + 1, true)?)
                    }
                    None => {
                        ops::check_arity(0, 0, args)?;
                        (0, std::ptr::null())
                    }
                };
                self.stubs.class(access::word_of(class.into()), args as u32, init, entry)
            }
            _ => return Err(ops::not_callable(callee)),
        };
        Ok(Resolved { entry, args })
    }

    /// The code of a function for so many values in its frame.
    fn function_entry(
        &mut self,
        function: FunctionRef,
        args: usize,
        this: bool,
    ) -> Result<Pc, Fault> {
        let entry = &self.functions[function.0 as usize];
        let method = entry.method;
        let given = args.saturating_sub(usize::from(method));
        if given < entry.required.into() || given > entry.params.into() || (method && args == 0) {
            // A receiver is not counted, be it `this` or a parameter.
            let hidden = u32::from(this && !method);
            let got = args - usize::from((this || method) && args > 0);
            let (required, params) = (u32::from(entry.required), u32::from(entry.params));
            let required = required.saturating_sub(hidden);
            return Err(ops::arity_error(required, params.saturating_sub(hidden), got));
        }
        let missing = given - usize::from(entry.required);
        let mut start = entry.entry;
        if start.is_null() {
            start = self.translate(function)?;
        }
        // SAFETY: the entries come first, one word for each argument that may be missing.
        Ok(unsafe { start.add(missing) })
    }

    /// Makes a function's code.
    #[cold]
    fn translate(&mut self, function: FunctionRef) -> Result<Pc, Fault> {
        let entry = &self.functions[function.0 as usize];
        let (unit, id) = entry.origin.expect("closures that run here come from units loaded here");
        let unit = &self.units[unit as usize];
        let (globals, iso) = (self.globals, self.iso);
        let bindings = Bindings {
            constants: &unit.constants,
            builtins: &unit.builtins,
            globals: &unit.globals,
            // SAFETY: numbers of the isolate's globals.
            declared: &|global| unsafe { *globals.add(global as usize) } != bits::UNSET,
            // SAFETY: the machine runs; constants of the unit are alive.
            native: &|constant| unsafe { access::native_constant(&*iso, constant) },
        };
        let module: &Arc<VerifiedModule> = &unit.module;
        let Some(code) = translate::translate(module, id, &bindings) else {
            let name = module.name(module.function(id).name);
            let limit = translate::MAX_REGISTERS;
            let message = format!("Function '{name}' needs too many registers. limit={limit}");
            return Err(Fault::error(ErrorKind::StackOverflow, message));
        };
        self.statistics.functions_translated += 1;
        self.statistics.instructions_translated += module.function(id).code.len() as u64;
        let words = code.words.start();
        // SAFETY: the cells lie in the code.
        self.call_cells
            .extend(code.call_cells.iter().map(|&cell| unsafe { words.add(cell as usize) }));
        let entry = &mut self.functions[function.0 as usize];
        entry.registers = code.registers;
        if entry.required == entry.params {
            entry.exact = u32::from(entry.params) + u32::from(entry.method);
        }
        entry.entry = words;
        entry.code = Some(Box::new(code));
        Ok(words)
    }

    /// A call came to the limit of the stack: makes room, does the step of the callee's entry, and
    /// gives its code, which may have changed.
    ///
    /// # Safety
    /// As [`Vm::resolve`], which gave `found`; the machine stands at the call.
    pub(crate) unsafe fn at_limit(
        &mut self,
        window: Base,
        found: Resolved,
    ) -> Result<Resolved, Fault> {
        // SAFETY: the machine runs; the window lies on its stack.
        unsafe {
            access::reserve(&*self.iso, window, 2)?;
            self.check_depth(window)?;
            let is_step = match access::value_of(*window).unpack() {
                Unpacked::Native(_) => false,
                Unpacked::Class(_) => !stubs::is_bare(found.entry),
                _ => true,
            };
            if !is_step {
                return Ok(found);
            }
            self.step()?;
            self.resolve(window, found.args, true)
        }
    }

    /// Runs the callee of a window. The result takes the callee's place.
    ///
    /// # Safety
    /// As [`Vm::resolve`]; the machine runs.
    pub(crate) unsafe fn run(
        &mut self,
        window: Base,
        args: usize,
        this: bool,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise. The frame made here returns to code that ends the loop.
        unsafe {
            let mut found = self.resolve(window, args, this)?;
            if access::is_beyond_limit(window, self) {
                access::set_top(&*self.iso, window.add(2 + found.args));
                found = self.at_limit(window, found)?;
            }
            *window.add(1) = return_word(halt(), 2);
            dispatch::run(found.entry, window.add(2), self);
        }
        self.fault.take().map_or(Ok(()), Err)
    }

    /// Raises a fault in the frame that made the call that returns to where the machine stands.
    ///
    /// # Safety
    /// `pc` and `base` are those of a return word.
    pub(crate) unsafe fn unwind_from_call(&mut self, fault: Fault) -> Next {
        // SAFETY: see above.
        unsafe { self.unwind_at(fault, true) }
    }

    /// What has to be done after anything that may have collected.
    #[inline]
    pub(crate) fn after_safepoint(&mut self) {
        // SAFETY: the machine runs.
        let collections = access::collections(unsafe { &*self.iso });
        if collections != self.collections {
            self.collections = collections;
            self.forget_callees();
        }
    }

    #[cold]
    fn forget_callees(&mut self) {
        self.statistics.caches_cleared += 1;
        self.stubs.collected();
        for &cell in &self.call_cells {
            // SAFETY: cells lie in code that is never dropped.
            unsafe { *cell = NO_CALLEE };
        }
    }
}

impl Vm {
    /// The error of importing a module whose top level runs.
    pub(crate) fn circular_import(&self, number: usize) -> Fault {
        debug_assert_eq!(self.modules[number].progress, Progress::Loading);
        let start = self.loading.iter().position(|&other| other == number).unwrap_or(0);
        let circle = self.loading[start..].iter().chain(std::iter::once(&number));
        let names: Vec<&str> = circle.map(|&module| &*self.modules[module].name).collect();
        Fault::error(ErrorKind::ImportError, format!("Circular import: {}", names.join(" -> ")))
    }
}
