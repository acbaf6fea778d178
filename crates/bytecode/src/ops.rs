//! The instruction table: one row per instruction, everything else derived.
//!
//! A row gives the instruction's name, its operands with their kinds, what it takes from and leaves
//! on the operand stack, its effects, and a sentence. From the rows come [`Instr`](crate::Instr)
//! and its metadata ([`Instr::info`](crate::Instr::info)), the listing, the verifier's stack rule,
//! and the instruction reference. A row that lacks a part does not compile.
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
                Nil {} [0 => 1] {}
                /// Pushes true.
                True {} [0 => 1] {}
                /// Pushes false.
                False {} [0 => 1] {}
                /// Pushes a constant.
                Const { value: ConstId } [0 => 1] {}
            }
            "The operand stack" {
                /// Drops the top.
                Pop {} [1 => 0] {}
                /// Pushes the top again.
                Dup {} [1 => 2] {}
                /// Pushes the two topmost values again, in order.
                Dup2 {} [2 => 4] {}
            }
            "Variables" {
                /// Pushes a local.
                GetLocal { slot: Local } [0 => 1] {}
                /// Pops into a local.
                SetLocal { slot: Local } [1 => 0] {}
                /// Pops a value and puts a fresh cell holding it into a local.
                NewCell { slot: Local } [1 => 0] { allocates }
                /// Pushes what the cell in a local holds.
                GetCell { slot: Local } [0 => 1] {}
                /// Pops into the cell in a local.
                SetCell { slot: Local } [1 => 0] {}
                /// Pushes a captured value.
                GetCapture { index: CaptureId } [0 => 1] {}
                /// Pushes what a captured cell holds.
                GetCaptureCell { index: CaptureId } [0 => 1] {}
                /// Pops into a captured cell.
                SetCaptureCell { index: CaptureId } [1 => 0] {}
                /// Pushes a module-level variable; an error if its declaration has not run.
                GetGlobal { global: GlobalId } [0 => 1] { throws }
                /// Pops into a module-level variable; an error if its declaration has not run.
                SetGlobal { global: GlobalId } [1 => 0] { throws }
                /// Pops into a module-level variable and so declares it.
                DefineGlobal { global: GlobalId } [1 => 0] {}
                /// Pushes a builtin; an error if the engine has none of that name.
                GetBuiltin { builtin: BuiltinId } [0 => 1] { throws }
                /// Raises `Undefined variable 'name'.` (It counts as pushing a value, like any
                /// expression.)
                Undefined { name: NameId } [0 => 1] { throws }
            }
            "Operators" {
                /// Adds numbers, joins if one side is a string.
                Add {} [2 => 1] { throws, calls, allocates }
                /// Subtracts.
                Subtract {} [2 => 1] { throws }
                /// Multiplies.
                Multiply {} [2 => 1] { throws }
                /// Divides.
                Divide {} [2 => 1] { throws }
                /// The remainder with the sign of the dividend.
                Remainder {} [2 => 1] { throws }
                /// Negates a number.
                Negate {} [1 => 1] { throws }
                /// True for nil and false, else false.
                Not {} [1 => 1] {}
                /// Same type and value.
                Equal {} [2 => 1] {}
                /// Not the same type and value.
                NotEqual {} [2 => 1] {}
                /// Less, of two numbers or two strings.
                Less {} [2 => 1] { throws }
                /// Less or equal.
                LessEqual {} [2 => 1] { throws }
                /// Greater.
                Greater {} [2 => 1] { throws }
                /// Greater or equal.
                GreaterEqual {} [2 => 1] { throws }
                /// Joins the printed forms of the topmost values.
                Interpolate { parts: Count } [parts => 1] { throws, calls, allocates }
            }
            "Jumps" {
                /// Goes forward.
                Jump { target: Target } [0 => 0] { ends }
                /// Pops; goes forward if false.
                JumpIfFalse { target: Target } [1 => 0] {}
                /// Pops; goes forward if true.
                JumpIfTrue { target: Target } [1 => 0] {}
                /// Goes forward if the top is false, keeping it; else pops it.
                JumpIfFalseElsePop { target: Target } [1 => 0, jumping 1] {}
                /// Goes forward if the top is true, keeping it; else pops it.
                JumpIfTrueElsePop { target: Target } [1 => 0, jumping 1] {}
                /// Goes forward if the caller gave this parameter.
                JumpIfGiven { slot: Local, target: Target } [0 => 0] {}
                /// Goes back to a loop's body: a safepoint and a step.
                Loop { target: Target } [0 => 0] { throws, calls, back, ends }
                /// Pops; goes back to a loop's body if true: a safepoint and a step.
                LoopIfTrue { target: Target } [1 => 0] { throws, calls, back }
                /// Pops an iterable and puts an iterator over it into a local and the next one.
                ForeachStart { state: Local } [1 => 0] { throws }
                /// Takes the next turn of an iterator, pushing key and value and going back to the
                /// loop's body (a safepoint and a step); at the end pushes nothing and goes on.
                ForeachNext { state: Local, target: Target } [0 => 0, jumping 2]
                    { throws, calls, allocates, back }
            }
            "Calls" {
                /// Calls the value under the arguments; replaces all by the result.
                Call { args: Count } [args + 1 => 1] { throws, calls, allocates }
                /// Calls a member of the value under the arguments.
                Invoke { name: NameId, args: Count } [args + 1 => 1] { throws, calls, allocates }
                /// Calls a method of a superclass: this, arguments, superclass.
                SuperInvoke { name: NameId, args: Count } [args + 2 => 1]
                    { throws, calls, allocates }
                /// Returns the top.
                Return {} [1 => 0] { ends }
                /// Makes a closure, capturing as the function's capture list says.
                Closure { function: FunctionId } [0 => 1] { allocates }
                /// The value of a module; runs it the first time.
                Import { module: ModuleId } [0 => 1] { throws, calls, allocates }
                /// Makes the top the value of a module, which so is loaded; keeps it on the stack.
                ModuleLoaded { module: ModuleId } [1 => 1] {}
                /// Marks a module as not loaded, after its body failed.
                ModuleFailed { module: ModuleId } [0 => 0] {}
                /// Pushes a table of the module's variables that are declared by now.
                ModuleTable { module: ModuleId } [0 => 1] { allocates }
            }
            "Members" {
                /// Replaces an object by its member.
                GetField { name: NameId } [1 => 1] { throws, allocates }
                /// Object, value: sets the member, leaves the value.
                SetField { name: NameId } [2 => 1] { throws, allocates }
                /// Object, index: the element.
                GetIndex {} [2 => 1] { throws, allocates }
                /// Object, index, value: sets the element, leaves the value.
                SetIndex {} [3 => 1] { throws, allocates }
                /// Object and the ends that are there: the part, both ends included.
                Slice { ends: Ends } [ends.count_ones() + 1 => 1] { throws, allocates }
                /// This, superclass: the method, bound to this.
                GetSuper { name: NameId } [2 => 1] { throws, allocates }
            }
            "Making things" {
                /// Makes an array of the topmost values.
                NewArray { items: Count } [items => 1] { allocates }
                /// Array, items: appends the items, leaves the array.
                AppendItems { items: Count } [items + 1 => 1] { allocates }
                /// Pushes an empty table.
                NewTable {} [0 => 1] { allocates }
                /// Table, pairs of key and value: inserts them in order, leaves the table.
                InsertPairs { pairs: Count } [pairs * 2 + 1 => 1] { throws, allocates }
                /// Pushes an unfinished class.
                NewClass { name: NameId } [0 => 1] { allocates }
                /// Unfinished class, superclass: inherits; leaves the unfinished class.
                Inherit {} [2 => 1] { throws }
                /// Unfinished class, closure: adds a method; leaves the unfinished class.
                AddMethod { name: NameId } [2 => 1] { allocates }
                /// Makes an unfinished class a value.
                FinishClass {} [1 => 1] {}
            }
            "Errors and exits" {
                /// Throws the top.
                Throw {} [1 => 0] { throws, ends }
                /// Throws on what a handler was entered with, its trace unchanged.
                Rethrow {} [1 => 0] { throws, ends }
                /// Turns what a handler was entered with into the value that was thrown; another
                /// value stays as it is.
                Caught {} [1 => 1] {}
                /// Raises `Assertion failed.` or, with one value on the stack,
                /// `Assertion failed: value`.
                AssertFailed { message: Count } [message => 0] { throws, calls, ends, allocates }
                /// Writes the printed form and a newline.
                Print {} [1 => 0] { throws, calls, allocates }
                /// Puts an empty list of deferred closures into a local.
                NewDefers { slot: Local } [0 => 0] { allocates }
                /// Pops a closure onto the list in a local.
                Defer { slot: Local } [1 => 0] { allocates }
                /// Takes the last closure from the list in a local, pushes it and goes back to the
                /// target; goes on if the list is empty. No step: from its first run on, the
                /// verifier lets nothing be added to the list, so this ends by itself.
                DeferNext { slot: Local, target: Target } [0 => 0, jumping 1] { back }
            }
        }
    };
}
