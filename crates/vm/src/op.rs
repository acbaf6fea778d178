//! The table of register instructions: one row each, everything else derived.
//!
//! A row gives the name, the handler, the roles of the fields `a`, `b`, `c`, how many words follow,
//! and a sentence in which `A`, `B`, `C` are the registers of the fields and `[0]`, `[1]` … the
//! words. From the rows come [`Op`], the dispatch table of every form of the interpreter, the
//! checker of the translator's output and the listing.
//!
//! Roles: `r` a register read, `w` a register written and not read (so the result can be sent
//! elsewhere), `x` the first register of a window that is read and written, `n` a plain number,
//! `_` nothing; `j` a 16-bit displacement; `J` in the place of `b`: a 32-bit displacement in `b` and
//! `c`; `N` in the place of `b`: a 32-bit number in `b` and `c`. Displacements count words from the
//! instruction itself.

/// Calls the given macro with the whole table.
macro_rules! for_each_op {
    ($consumer:ident) => {
        $consumer! {
            // Moves.
            /// A = B
            Move: moves::copy, [w r _] 0
            /// A = \[0\]
            Constant: moves::constant, [w _ _] 1
            /// A = the mark of a parameter that was not given
            Unset: moves::unset, [w _ _] 0

            // Variables.
            /// A = a fresh cell holding B
            NewCell: variables::new_cell, [w r _] 0
            /// A = what the cell in B holds
            GetCell: variables::get_cell, [w r _] 0
            /// the cell in A gets B
            SetCell: variables::set_cell, [r r _] 0
            /// A = capture b
            GetCapture: variables::get_capture, [w n _] 0
            /// A = what the cell in capture b holds
            GetCaptureCell: variables::get_capture_cell, [w n _] 0
            /// the cell in capture a gets B
            SetCaptureCell: variables::set_capture_cell, [n r _] 0
            /// A = global b:c, if it is declared
            GetGlobal: variables::get_global, [w N _] 0
            /// A = global b:c, which is known to be declared
            GetDeclared: variables::get_declared, [w N _] 0
            /// global b:c = A, if it is declared
            SetGlobal: variables::set_global, [r N _] 0
            /// global b:c = A
            DefineGlobal: variables::define_global, [r N _] 0
            /// raises `Undefined variable`
            Undefined: variables::undefined, [_ _ _] 0

            // Arithmetic.
            /// A = B + C
            Add: arithmetic::add, [w r r] 0
            /// A = B - C
            Subtract: arithmetic::subtract, [w r r] 0
            /// A = B * C
            Multiply: arithmetic::multiply, [w r r] 0
            /// A = B / C
            Divide: arithmetic::divide, [w r r] 0
            /// A = B % C
            Remainder: arithmetic::remainder, [w r r] 0
            /// A = B + \[0\], a number
            AddK: arithmetic::add_k, [w r _] 1
            /// A = B - \[0\], a number
            SubtractK: arithmetic::subtract_k, [w r _] 1
            /// A = B * \[0\], a number
            MultiplyK: arithmetic::multiply_k, [w r _] 1
            /// A = B / \[0\], a number
            DivideK: arithmetic::divide_k, [w r _] 1
            /// A = B % \[0\], a number
            RemainderK: arithmetic::remainder_k, [w r _] 1
            /// A = \[0\] - B, of a number
            KSubtract: arithmetic::k_subtract, [w r _] 1
            /// A = \[0\] / B, of a number
            KDivide: arithmetic::k_divide, [w r _] 1
            /// A = -B
            Negate: arithmetic::negate, [w r _] 0
            /// A = not B
            Not: arithmetic::not, [w r _] 0

            // Comparisons to a value.
            /// A = B < C
            Less: compare::less, [w r r] 0
            /// A = B <= C
            LessEqual: compare::less_equal, [w r r] 0
            /// A = B == C
            Equal: compare::equal, [w r r] 0
            /// A = B != C
            NotEqual: compare::not_equal, [w r r] 0
            /// A = B < \[0\], a number
            LessK: compare::less_k, [w r _] 1
            /// A = B <= \[0\], a number
            LessEqualK: compare::less_equal_k, [w r _] 1
            /// A = B > \[0\], a number
            GreaterK: compare::greater_k, [w r _] 1
            /// A = B >= \[0\], a number
            GreaterEqualK: compare::greater_equal_k, [w r _] 1
            /// A = B == \[0\], a number, boolean or nil
            EqualK: compare::equal_k, [w r _] 1
            /// A = B != \[0\], a number, boolean or nil
            NotEqualK: compare::not_equal_k, [w r _] 1

            // Jumps.
            /// goes to b:c
            Jump: branches::jump, [_ J _] 0
            /// goes to b:c if A is false
            JumpIfFalse: branches::jump_if_false, [r J _] 0
            /// goes to b:c if A is true
            JumpIfTrue: branches::jump_if_true, [r J _] 0
            /// goes to b:c if the parameter in A was given
            JumpIfGiven: branches::jump_if_given, [r J _] 0
            /// goes to a if B < C
            JumpLess: branches::jump_less, [j r r] 0
            /// goes to a unless B < C
            JumpNotLess: branches::jump_not_less, [j r r] 0
            /// goes to a if B <= C
            JumpLessEqual: branches::jump_less_equal, [j r r] 0
            /// goes to a unless B <= C
            JumpNotLessEqual: branches::jump_not_less_equal, [j r r] 0
            /// goes to a if B == C
            JumpEqual: branches::jump_equal, [j r r] 0
            /// goes to a if B != C
            JumpNotEqual: branches::jump_not_equal, [j r r] 0
            /// goes to b:c if A < \[0\], a number
            JumpLessK: branches::jump_less_k, [r J _] 1
            /// goes to b:c unless A < \[0\], a number
            JumpNotLessK: branches::jump_not_less_k, [r J _] 1
            /// goes to b:c if A <= \[0\], a number
            JumpLessEqualK: branches::jump_less_equal_k, [r J _] 1
            /// goes to b:c unless A <= \[0\], a number
            JumpNotLessEqualK: branches::jump_not_less_equal_k, [r J _] 1
            /// goes to b:c if A > \[0\], a number
            JumpGreaterK: branches::jump_greater_k, [r J _] 1
            /// goes to b:c unless A > \[0\], a number
            JumpNotGreaterK: branches::jump_not_greater_k, [r J _] 1
            /// goes to b:c if A >= \[0\], a number
            JumpGreaterEqualK: branches::jump_greater_equal_k, [r J _] 1
            /// goes to b:c unless A >= \[0\], a number
            JumpNotGreaterEqualK: branches::jump_not_greater_equal_k, [r J _] 1
            /// goes to b:c if A == \[0\], a number, boolean or nil
            JumpEqualK: branches::jump_equal_k, [r J _] 1
            /// goes to b:c if A != \[0\], a number, boolean or nil
            JumpNotEqualK: branches::jump_not_equal_k, [r J _] 1

            // Loops: a taken jump is a safepoint and a step.
            /// goes to b:c
            Loop: branches::loop_always, [_ J _] 0
            /// goes to b:c if A is true
            LoopIfTrue: branches::loop_if_true, [r J _] 0
            /// goes to a if B < C
            LoopLess: branches::loop_less, [j r r] 0
            /// goes to a if B <= C
            LoopLessEqual: branches::loop_less_equal, [j r r] 0
            /// goes to b:c if A < \[0\], a number
            LoopLessK: branches::loop_less_k, [r J _] 1
            /// goes to b:c if A <= \[0\], a number
            LoopLessEqualK: branches::loop_less_equal_k, [r J _] 1
            /// goes to b:c if A > \[0\], a number
            LoopGreaterK: branches::loop_greater_k, [r J _] 1
            /// goes to b:c if A >= \[0\], a number
            LoopGreaterEqualK: branches::loop_greater_equal_k, [r J _] 1
            /// if A and B are numbers: A += \[0\], then goes to c if A < B, else past the next two
            /// instructions, which do the same for other values
            StepLess: branches::step_less, [x r j] 1
            /// the same with A <= B
            StepLessEqual: branches::step_less_equal, [x r j] 1
            /// the same with A < \[1\]
            StepLessK: branches::step_less_k, [x J _] 2
            /// the same with A <= \[1\]
            StepLessEqualK: branches::step_less_equal_k, [x J _] 2
            /// the same with A > \[1\]
            StepGreaterK: branches::step_greater_k, [x J _] 2
            /// the same with A >= \[1\]
            StepGreaterEqualK: branches::step_greater_equal_k, [x J _] 2
            /// A and the next register = an iterator over B
            ForeachStart: foreach::start, [x r _] 0
            /// takes the next turn of the iterator in A and goes to b:c with key and value in the
            /// registers that the halves of \[0\] name; at the end goes on
            ForeachNext: foreach::next, [x J _] 1

            // Calls. The window begins with the callee; then come the return word and the arguments.
            /// calls B with c arguments in the window A; cache: \[0\] callee, \[1\] entry, \[2\] number
            /// of the callee's function
            Call: calls::call, [x r n] 3
            /// calls global \[0\] with c arguments in the window A; cache: \[1\] callee, \[2\] entry
            CallGlobal: calls::call_global, [x _ n] 3
            /// calls member \[0\] of B with c arguments in the window A; cache: \[1\] shape, \[2\] method,
            /// \[3\] entry
            Invoke: calls::invoke, [x r n] 4
            /// calls method \[0\] of the superclass B with c arguments in the window A, `this` among
            /// them in front; cache: \[1\] class, \[2\] method, \[3\] entry
            SuperInvoke: calls::super_invoke, [x r n] 4
            /// returns A
            Return: calls::return_register, [r _ _] 0
            /// returns \[0\]
            ReturnK: calls::return_constant, [_ _ _] 1
            /// begins a function with more registers than the red zone: b:c registers
            Enter: calls::enter_big, [_ N _] 0
            /// raises the base by b:c registers: before a call far from it
            RaiseBase: calls::raise_base, [_ N _] 0
            /// lowers the base by b:c registers: after such a call
            LowerBase: calls::lower_base, [_ N _] 0
            /// calls the native \[0\] with c arguments in the window A
            CallNative: natives::call, [x _ n] 1
            /// A = the floor of B, as the native \[0\] gives it
            Floor: natives::floor, [w r _] 1
            /// A = the square root of B, as the native \[0\] gives it
            SquareRoot: natives::square_root, [w r _] 1
            /// A = the length of B, as the native \[0\] gives it
            Length: natives::length, [w r _] 1
            /// runs the native \[0\] with the b:c values of the frame and returns its result
            Native: natives::native, [_ N _] 1
            /// the same, if the native appends the second value to the array that is the first
            NativePush: natives::push, [_ N _] 1
            /// the same, if the native takes the last element of the array that is the only value
            NativePop: natives::pop, [_ N _] 1
            /// the same, if the native gives the length of the array that is the only value
            NativeLength: natives::own_length, [_ N _] 1
            /// makes an instance of the callee and goes on with its `init` \[0\] at \[1\], with the b:c
            /// values of the frame as arguments
            Construct: calls::construct, [_ N _] 2
            /// leaves the interpreter
            Halt: calls::halt, [_ _ _] 0
            /// A = a closure of function b:c
            Closure: variables::closure, [w N _] 0
            /// A = the value of module b:c, which runs the first time; A begins a window
            Import: modules::import, [x N _] 0
            /// the value of module b:c is A
            ModuleLoaded: modules::loaded, [r N _] 0
            /// module b:c is not loaded
            ModuleFailed: modules::failed, [_ N _] 0
            /// A = a table of the variables of module b:c
            ModuleTable: modules::table, [w N _] 0

            // Members.
            /// A = member \[0\] of B; cache: \[1\]
            GetField: members::get_field, [w r _] 2
            /// member \[0\] of A = B; cache: \[1\], \[2\], \[3\]
            SetField: members::set_field, [r r _] 4
            /// A = B\[C\]
            GetIndex: members::get_index, [w r r] 0
            /// A\[B\] = C
            SetIndex: members::set_index, [r r r] 0
            /// A = A\[…\] with the ends b, which follow A
            Slice: members::slice, [x n _] 0
            /// A = method \[0\] of superclass C bound to B
            GetSuper: members::get_super, [w r r] 1

            // Making things.
            /// A = the joined texts of the b registers from A on
            Interpolate: things::interpolate, [x n _] 0
            /// A = an array of the b registers from A on
            NewArray: things::new_array, [x n _] 0
            /// array A gets the b registers after A
            AppendItems: things::append_items, [x n _] 0
            /// A = an empty table
            NewTable: things::new_table, [w _ _] 0
            /// table A gets the b pairs of registers after A
            InsertPairs: things::insert_pairs, [x n _] 0
            /// A = an unfinished class called \[0\]
            NewClass: things::new_class, [w _ _] 1
            /// class A inherits from B
            Inherit: things::inherit, [r r _] 0
            /// class A gets method \[0\]: B
            AddMethod: things::add_method, [r r _] 1
            /// finishes class A
            FinishClass: things::finish_class, [r _ _] 0

            // Fused with the instruction behind: see `handlers::fused`.
            /// A = B * C, then the addition behind
            MultiplyAdd: fused::multiply_add, [w r r] 0
            /// A = member \[0\] of B; cache: \[1\]; then `GetField`
            GetFieldGetField: fused::get_field_get_field, [w r _] 2
            /// A = B - \[0\], a number, then `CallGlobal`
            SubtractKCallGlobal: fused::subtract_k_call_global, [w r _] 1
            /// member \[0\] of A = B; cache: \[1\], \[2\], \[3\]; then `GetField`
            SetFieldGetField: fused::set_field_get_field, [r r _] 4
            /// A = member \[0\] of B; cache: \[1\]; then `Multiply`
            GetFieldMultiply: fused::get_field_multiply, [w r _] 2
            /// A = B\[C\], then `LoopLess`
            GetIndexLoopLess: fused::get_index_loop_less, [w r r] 0
            /// A = B\[C\], then `Add`
            GetIndexAdd: fused::get_index_add, [w r r] 0
            /// A\[B\] = C, then `Add`
            SetIndexAdd: fused::set_index_add, [r r r] 0
            /// A = B + C, then `SetField`
            AddSetField: fused::add_set_field, [w r r] 0
            /// A = B + C, then `Return`
            AddReturn: fused::add_return, [w r r] 0
            /// A = \[0\], then `SetIndex`
            ConstantSetIndex: fused::constant_set_index, [w _ _] 1
            /// A = item C of B, marked as shared; past the `Share` of A behind
            GetItemShare: fused::get_item_share, [w r r] 0
            /// A = item C of B, then `Join`
            GetItemJoin: fused::get_item_join, [w r r] 0
            /// A = item C of B, then `CheckNumberLoopLess`
            GetItemCheckLoopLess: fused::get_item_check_loop_less, [w r r] 0
            /// A = item C of B, then `CheckNumberJumpNotLess`
            GetItemCheckJumpNotLess: fused::get_item_check_jump_not_less, [w r r] 0
            /// marks A as shared, then `Return`
            ShareReturn: fused::share_return, [r _ _] 0
            /// A must be a number, then `LoopLess` of A
            CheckNumberLoopLess: branches::check_number_loop_less, [r _ _] 0
            /// A must be a number, then `LoopLessEqual` of A
            CheckNumberLoopLessEqual: branches::check_number_loop_less_equal, [r _ _] 0
            /// A must be a number, then `JumpNotLess` of A
            CheckNumberJumpNotLess: branches::check_number_jump_not_less, [r _ _] 0
            /// A must be a number, then `JumpNotLessEqual` of A
            CheckNumberJumpNotLessEqual: branches::check_number_jump_not_less_equal, [r _ _] 0
            /// A must be a number other than 0, then `KDivide`
            CheckDivisorKDivide: fused::check_divisor_k_divide, [r _ _] 0
            /// A = \[0\], then `SetItem`
            ConstantSetItem: fused::constant_set_item, [w _ _] 1
            /// A = item C of global b, marked as shared; past the `Share` of A behind
            GetGlobalItemShare: fused::get_global_item_share, [w n r] 0
            /// A = item C of global b, then `Join`
            GetGlobalItemJoin: fused::get_global_item_join, [w n r] 0
            /// A = item C of global b, then `CheckNumberLoopLess`
            GetGlobalItemCheckLoopLess: fused::get_global_item_check_loop_less, [w n r] 0
            /// A = item C of global b, then `CheckNumberJumpNotLess`
            GetGlobalItemCheckJumpNotLess: fused::get_global_item_check_jump_not_less, [w n r] 0
            /// A = global b:c, which is known to be declared, then `LoopLess`
            GetDeclaredLoopLess: fused::get_declared_loop_less, [w N _] 0
            /// A = B * \[0\], a number, then `RemainderK`
            MultiplyKRemainderK: fused::multiply_k_remainder_k, [w r _] 1
            /// A = member \[0\] of B; cache: \[1\]; then `Invoke`
            GetFieldInvoke: fused::get_field_invoke, [w r _] 2
            /// A = A + C, and further turns of the loop whose step is behind
            RepeatAdd: repeat::add, [w r r] 0
            /// A = A - C, and further turns of the loop whose step is behind
            RepeatSubtract: repeat::subtract, [w r r] 0
            /// A = A * C, and further turns of the loop whose step is behind
            RepeatMultiply: repeat::multiply, [w r r] 0
            /// A = A + \[0\], a number, and further turns of the loop whose step is behind
            RepeatAddK: repeat::add_k, [w r _] 1
            // Values that are copied.
            /// A = PohLang's truth of B
            Truth: values::truth_of, [w r _] 0
            /// A must be a number
            CheckNumber: values::check_number, [r _ _] 0
            /// A must be a number other than 0
            CheckDivisor: values::check_divisor, [r _ _] 0
            /// marks A as shared
            Share: values::share, [r _ _] 0
            /// A = B joined with C
            Join: values::join, [w r r] 0
            /// A = B joined with \[0\], a number
            JoinK: values::join_k, [w r _] 1
            /// A = B is the same as C
            Same: values::same, [w r r] 0
            /// A = item C of B
            GetItem: values::get_item, [w r r] 0
            /// A = item C of global b, which is known to be declared
            GetGlobalItem: values::get_global_item, [w n r] 0
            /// A = item C of B, marked as shared if B is
            GetItemToChange: values::get_item_to_change, [w r r] 0
            /// A = B with item C being the register that \[0\] names
            WithItem: values::with_item, [w r r] 1
            /// A = A with item B being C
            SetItem: values::set_item, [x r r] 0
            /// global a, which is known to be declared, = itself with item B being C
            SetGlobalItem: values::set_global_item, [n r r] 0
            /// A = B with C at its end
            Append: values::append, [w r r] 0

            // Errors and exits.
            /// throws A
            Throw: errors::throw, [r _ _] 0
            /// throws on what the handler was entered with, A
            Rethrow: errors::rethrow, [r _ _] 0
            /// A = the value that was thrown, of what the handler was entered with, B
            Caught: errors::caught, [w r _] 0
            /// raises the failed assertion, with the message A if b is 1
            AssertFailed: errors::assert_failed, [x n _] 0
            /// prints A
            Print: things::print, [x _ _] 0
            /// A = an empty list of deferred closures
            NewDefers: errors::new_defers, [w _ _] 0
            /// pushes B on the list A
            Defer: errors::defer, [r r _] 0
            /// goes to b:c with the last closure of list A in register \[0\]; goes on if there is none
            DeferNext: errors::defer_next, [x J _] 1
        }
    };
}
pub(crate) use for_each_op;

/// What a field of an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Not used; zero.
    None,
    /// A register that is read.
    Read,
    /// A register that is written and not read.
    Write,
    /// The first register of a window.
    Window,
    /// A number.
    Number,
    /// A 32-bit number in `b` and `c`.
    Wide,
    /// A 16-bit displacement.
    Jump,
    /// A 32-bit displacement in `b` and `c`.
    WideJump,
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The instruction's name.
    pub(crate) name: &'static str,
    /// What its fields are.
    pub(crate) roles: [Role; 3],
    /// How many words follow it.
    pub(crate) words: usize,
    /// What it does.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference"))]
    pub(crate) doc: &'static str,
}

macro_rules! role {
    (_) => {
        Role::None
    };
    (r) => {
        Role::Read
    };
    (w) => {
        Role::Write
    };
    (x) => {
        Role::Window
    };
    (n) => {
        Role::Number
    };
    (N) => {
        Role::Wide
    };
    (j) => {
        Role::Jump
    };
    (J) => {
        Role::WideJump
    };
}

macro_rules! derive_ops {
    ($($(#[doc = $doc:literal])+ $name:ident: $module:ident :: $handler:ident,
       [$a:tt $b:tt $c:tt] $words:literal)*) => {
        /// A register instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub(crate) enum Op {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Op {
            /// All instructions by number.
            pub(crate) const ALL: &'static [Op] = &[$(Op::$name,)*];

            const ROWS: &'static [Row] = &[$(Row {
                name: stringify!($name),
                roles: [role!($a), role!($b), role!($c)],
                words: $words,
                doc: concat!($($doc),+),
            },)*];
        }
    };
}
for_each_op!(derive_ops);

impl Op {
    /// The row of the table.
    pub(crate) const fn row(self) -> &'static Row {
        &Op::ROWS[self as usize]
    }

    /// How many words the instruction takes with those that follow it.
    pub(crate) const fn size(self) -> usize {
        1 + self.row().words
    }

    /// The instruction with this number.
    pub(crate) fn from_number(number: u16) -> Option<Op> {
        Op::ALL.get(number as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_agree_with_themselves() {
        for &op in Op::ALL {
            let row = op.row();
            assert_eq!(Op::from_number(op as u16), Some(op));
            assert!(!row.doc.is_empty());
            // The sentence mentions only words there are.
            for word in row.words..9 {
                assert!(!row.doc.contains(&format!("[{word}\\]")), "{}: {word}", row.name);
            }
            let wide = matches!(row.roles[1], Role::Wide | Role::WideJump);
            assert!(!wide || row.roles[2] == Role::None, "{}: c is part of b", row.name);
        }
    }
}
