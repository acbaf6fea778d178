//! The instruction table: one row per instruction, everything else derived.
//!
//! A row gives the instruction's byte in files, its name, its operands with their kinds, what it
//! takes from and leaves on the operand stack, its effects, and a sentence. From the rows come
//! [`Instr`](crate::Instr) and its metadata ([`Instr::info`](crate::Instr::info)), the form of code
//! in files, the listing, the verifier's stack rule, and the instruction reference. A row that lacks
//! a part does not compile.
//!
//! A byte means one instruction for ever: a new row takes the next free one, wherever it stands,
//! and one that is changed so that old code would mean something else takes a new byte.
//!
//! Stack effects are written `[takes => leaves]` and may name operands. `[takes => leaves, jumping
//! n]` is for instructions that leave another number of values when they go to their target. What
//! needs more than counting (slot kinds, jump targets, handlers) is in [`mod@crate::verify`].
//!
//! Effects:
//! * `throws` may raise an error;
//! * `calls` may run user code or a collection: it is a safepoint;
//! * `allocates` may allocate (never a safepoint by itself);
//! * `back` has a target at or before itself, where other targets lie after their instruction;
//! * `ends` never goes on to the next instruction.

/// Calls the given macro with the whole table, as sections of rows.
#[macro_export]
macro_rules! for_each_instr {
    ($consumer:path) => {
        $consumer! {
            "Constants" {
                /// Pushes nil.
                0x00 Nil {} [0 => 1] {}
                /// Pushes true.
                0x01 True {} [0 => 1] {}
                /// Pushes false.
                0x02 False {} [0 => 1] {}
                /// Pushes a constant.
                0x03 Const { value: ConstId } [0 => 1] {}
            }
            "The operand stack" {
                /// Drops the top.
                0x04 Pop {} [1 => 0] {}
                /// Pushes the top again.
                0x05 Dup {} [1 => 2] {}
                /// Pushes the two topmost values again, in order.
                0x06 Dup2 {} [2 => 4] {}
            }
            "Variables" {
                /// Pushes a local.
                0x07 GetLocal { slot: Local } [0 => 1] {}
                /// Pops into a local.
                0x08 SetLocal { slot: Local } [1 => 0] {}
                /// Pops a value and puts a fresh cell holding it into a local.
                0x09 NewCell { slot: Local } [1 => 0] { allocates }
                /// Pushes what the cell in a local holds.
                0x0a GetCell { slot: Local } [0 => 1] {}
                /// Pops into the cell in a local.
                0x0b SetCell { slot: Local } [1 => 0] {}
                /// Pushes a captured value.
                0x0c GetCapture { index: CaptureId } [0 => 1] {}
                /// Pushes what a captured cell holds.
                0x0d GetCaptureCell { index: CaptureId } [0 => 1] {}
                /// Pops into a captured cell.
                0x0e SetCaptureCell { index: CaptureId } [1 => 0] {}
                /// Pushes a module-level variable; an error if its declaration has not run.
                0x0f GetGlobal { global: GlobalId } [0 => 1] { throws }
                /// Pops into a module-level variable; an error if its declaration has not run.
                0x10 SetGlobal { global: GlobalId } [1 => 0] { throws }
                /// Pops into a module-level variable and so declares it.
                0x11 DefineGlobal { global: GlobalId } [1 => 0] {}
                /// Pushes a builtin; an error if the engine has none of that name.
                0x12 GetBuiltin { builtin: BuiltinId } [0 => 1] { throws }
                /// Raises `Undefined variable 'name'.` (It counts as pushing a value, like any
                /// expression.)
                0x13 Undefined { name: NameId } [0 => 1] { throws }
            }
            "Operators" {
                /// Adds numbers, joins if one side is a string.
                0x14 Add {} [2 => 1] { throws, calls, allocates }
                /// Subtracts.
                0x15 Subtract {} [2 => 1] { throws }
                /// Multiplies.
                0x16 Multiply {} [2 => 1] { throws }
                /// Divides.
                0x17 Divide {} [2 => 1] { throws }
                /// The remainder with the sign of the dividend.
                0x18 Remainder {} [2 => 1] { throws }
                /// Negates a number.
                0x19 Negate {} [1 => 1] { throws }
                /// True for nil and false, else false.
                0x1a Not {} [1 => 1] {}
                /// Same type and value.
                0x1b Equal {} [2 => 1] {}
                /// Not the same type and value.
                0x1c NotEqual {} [2 => 1] {}
                /// Less, of two numbers or two strings.
                0x1d Less {} [2 => 1] { throws }
                /// Less or equal.
                0x1e LessEqual {} [2 => 1] { throws }
                /// Greater.
                0x1f Greater {} [2 => 1] { throws }
                /// Greater or equal.
                0x20 GreaterEqual {} [2 => 1] { throws }
                /// Joins the printed forms of the topmost values.
                0x21 Interpolate { parts: Count } [parts => 1] { throws, calls, allocates }
            }
            "Jumps" {
                /// Goes forward.
                0x22 Jump { target: Target } [0 => 0] { ends }
                /// Pops; goes forward if false.
                0x23 JumpIfFalse { target: Target } [1 => 0] {}
                /// Pops; goes forward if true.
                0x24 JumpIfTrue { target: Target } [1 => 0] {}
                /// Goes forward if the top is false, keeping it; else pops it.
                0x25 JumpIfFalseElsePop { target: Target } [1 => 0, jumping 1] {}
                /// Goes forward if the top is true, keeping it; else pops it.
                0x26 JumpIfTrueElsePop { target: Target } [1 => 0, jumping 1] {}
                /// Goes forward if the caller gave this parameter.
                0x27 JumpIfGiven { slot: Local, target: Target } [0 => 0] {}
                /// Goes back to a loop's body: a safepoint and a step.
                0x28 Loop { target: Target } [0 => 0] { throws, calls, back, ends }
                /// Pops; goes back to a loop's body if true: a safepoint and a step.
                0x29 LoopIfTrue { target: Target } [1 => 0] { throws, calls, back }
                /// Pops an iterable and puts an iterator over it into a local and the next one.
                0x2a ForeachStart { state: Local } [1 => 0] { throws }
                /// Takes the next turn of an iterator, pushing key and value and going back to the
                /// loop's body (a safepoint and a step); at the end pushes nothing and goes on.
                0x2b ForeachNext { state: Local, target: Target } [0 => 0, jumping 2]
                    { throws, calls, allocates, back }
            }
            "Calls" {
                /// Calls the value under the arguments; replaces all by the result.
                0x2c Call { args: Count } [args + 1 => 1] { throws, calls, allocates }
                /// Calls a member of the value under the arguments.
                0x2d Invoke { name: NameId, args: Count } [args + 1 => 1] { throws, calls, allocates }
                /// Calls a method of a superclass: this, arguments, superclass.
                0x2e SuperInvoke { name: NameId, args: Count } [args + 2 => 1]
                    { throws, calls, allocates }
                /// Returns the top.
                0x2f Return {} [1 => 0] { ends }
                /// Makes a closure, capturing as the function's capture list says.
                0x30 Closure { function: FunctionId } [0 => 1] { allocates }
                /// The value of a module; runs it the first time.
                0x31 Import { module: ModuleId } [0 => 1] { throws, calls, allocates }
                /// Makes the top the value of a module, which so is loaded; keeps it on the stack.
                0x32 ModuleLoaded { module: ModuleId } [1 => 1] {}
                /// Marks a module as not loaded, after its body failed.
                0x33 ModuleFailed { module: ModuleId } [0 => 0] {}
                /// Pushes a table of the module's variables that are declared by now.
                0x34 ModuleTable { module: ModuleId } [0 => 1] { allocates }
            }
            "Members" {
                /// Replaces an object by its member.
                0x35 GetField { name: NameId } [1 => 1] { throws, allocates }
                /// Object, value: sets the member, leaves the value.
                0x36 SetField { name: NameId } [2 => 1] { throws, allocates }
                /// Object, index: the element.
                0x37 GetIndex {} [2 => 1] { throws, allocates }
                /// Object, index, value: sets the element, leaves the value.
                0x38 SetIndex {} [3 => 1] { throws, allocates }
                /// Object and the ends that are there: the part, both ends included.
                0x39 Slice { ends: Ends } [ends.count_ones() + 1 => 1] { throws, allocates }
                /// This, superclass: the method, bound to this.
                0x3a GetSuper { name: NameId } [2 => 1] { throws, allocates }
            }
            "Making things" {
                /// Makes an array of the topmost values.
                0x3b NewArray { items: Count } [items => 1] { allocates }
                /// Array, items: appends the items, leaves the array.
                0x3c AppendItems { items: Count } [items + 1 => 1] { allocates }
                /// Pushes an empty table.
                0x3d NewTable {} [0 => 1] { allocates }
                /// Table, pairs of key and value: inserts them in order, leaves the table.
                0x3e InsertPairs { pairs: Count } [pairs * 2 + 1 => 1] { throws, allocates }
                /// Pushes an unfinished class.
                0x3f NewClass { name: NameId } [0 => 1] { allocates }
                /// Unfinished class, superclass: inherits; leaves the unfinished class.
                0x40 Inherit {} [2 => 1] { throws }
                /// Unfinished class, closure: adds a method; leaves the unfinished class.
                0x41 AddMethod { name: NameId } [2 => 1] { allocates }
                /// Makes an unfinished class a value.
                0x42 FinishClass {} [1 => 1] {}
            }
            "Values that are copied" {
                /// PohLang's truth of the top: false for nil, false, 0, empty text and containers.
                0x4b Truth {} [1 => 1] {}
                /// Leaves the top, which must be a number.
                0x4c CheckNumber {} [1 => 1] { throws }
                /// Leaves the top, which must be a number other than 0.
                0x4d CheckDivisor {} [1 => 1] { throws }
                /// Leaves the top, marked as held in more than one place if it is a container.
                0x4e Share {} [1 => 1] {}
                /// Adds numbers, joins PohLang's texts of anything else.
                0x4f Join {} [2 => 1] { throws, allocates }
                /// Same type and value; containers by what is in them.
                0x50 Same {} [2 => 1] {}
                /// Object, index: the element, from the end below zero; an error if there is none.
                0x51 GetItem {} [2 => 1] { throws, allocates }
                /// Object, index: the element, which is about to be changed: marked as shared if the
                /// object is.
                0x54 GetItemToChange {} [2 => 1] { throws, allocates }
                /// Object, index, value: leaves the object with that element, which is the object
                /// itself if it is held in one place only, else a copy.
                0x52 WithItem {} [3 => 1] { throws, allocates }
                /// List, value: leaves the list with the value at its end, which is the list itself if
                /// it is held in one place only, else another list.
                0x53 Append {} [2 => 1] { throws, allocates }
            }
            "Errors and exits" {
                /// Throws the top.
                0x43 Throw {} [1 => 0] { throws, ends }
                /// Throws on what a handler was entered with, its trace unchanged; throws another
                /// value.
                0x44 Rethrow {} [1 => 0] { throws, ends }
                /// Turns what a handler was entered with into the value that was thrown; another
                /// value stays as it is.
                0x45 Caught {} [1 => 1] {}
                /// Raises `Assertion failed.` or, with one value on the stack,
                /// `Assertion failed: value`.
                0x46 AssertFailed { message: Count } [message => 0] { throws, calls, ends, allocates }
                /// Writes the printed form and a newline.
                0x47 Print {} [1 => 0] { throws, calls, allocates }
                /// Puts an empty list of deferred closures into a local.
                0x48 NewDefers { slot: Local } [0 => 0] { allocates }
                /// Pops a closure onto the list in a local.
                0x49 Defer { slot: Local } [1 => 0] { allocates }
                /// Takes the last closure from the list in a local, pushes it and goes back to the
                /// target; goes on if the list is empty. No step: from its first run on, the
                /// verifier lets nothing be added to the list, so this ends by itself.
                0x4a DeferNext { slot: Local, target: Target } [0 => 0, jumping 1] { back }
            }
        }
    };
}
