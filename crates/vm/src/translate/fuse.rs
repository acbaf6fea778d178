//! Gives instructions that are fused with the one behind them their numbers: what is fused, and why,
//! stands in [`crate::handlers::fused`] and [`crate::handlers::repeat`].

use crate::code::Ins;
use crate::handlers::fused::PAIRS;
use crate::op::Op;

/// Goes over finished code from its end, so that the second instruction of a pair may be the first of
/// another already.
pub(super) fn fuse(words: &mut [u64]) {
    let mut starts = Vec::with_capacity(words.len());
    let mut offset = 0;
    while offset < words.len() {
        starts.push(offset);
        offset += Ins(words[offset]).op().size();
    }
    let mut behind: Option<Second> = None;
    for &offset in starts.iter().rev() {
        let ins = Ins(words[offset]);
        let op = ins.op();
        if let Some(second) = behind
            && let Some(fused) = repeated(ins, second.ins, op.size()).or_else(|| pair(ins, second))
        {
            words[offset] = ins.with_op(fused).0;
        }
        behind = Some(Second { ins, as_fused: Ins(words[offset]).op() });
    }
}

/// For each instruction, whether it is the first of a pair.
static BEGINS: [bool; Op::ALL.len()] = {
    let mut begins = [false; Op::ALL.len()];
    let mut at = 0;
    while at < PAIRS.len() {
        begins[PAIRS[at].0 as usize] = true;
        at += 1;
    }
    begins
};

/// What follows the first instruction of a pair.
#[derive(Clone, Copy)]
struct Second {
    ins: Ins,
    /// What it became as the first of another pair.
    as_fused: Op,
}

/// The number of the first instruction as a pair with the second, which may be fused with the one
/// behind it.
fn pair(first: Ins, second: Second) -> Option<Op> {
    let op = first.op();
    if !BEGINS[op as usize] {
        return None;
    }
    let with = |next| {
        let &(_, _, fused) = PAIRS.iter().find(|&&(a, b, _)| (a, b) == (op, next))?;
        fits(fused, first, second.ins).then_some(fused)
    };
    with(second.as_fused).or_else(|| with(second.ins.op()))
}

/// Whether the instructions of a pair are about the same things, where its handler relies on that.
fn fits(fused: Op, first: Ins, ins: Ins) -> bool {
    let result = first.a();
    match fused {
        Op::MultiplyAdd => (ins.b() == result) != (ins.c() == result),
        Op::GetItemShare | Op::GetGlobalItemShare => ins.a() == result,
        Op::CheckNumberLoopLess
        | Op::CheckNumberLoopLessEqual
        | Op::CheckNumberJumpNotLess
        | Op::CheckNumberJumpNotLessEqual => ins.b() == result || ins.c() == result,
        _ => true,
    }
}

/// The number of an operation that is a loop's whole body, if the step behind it goes back to it.
fn repeated(body: Ins, step: Ins, size: usize) -> Option<Op> {
    let repeated = match body.op() {
        Op::Add => Op::RepeatAdd,
        Op::Subtract => Op::RepeatSubtract,
        Op::Multiply => Op::RepeatMultiply,
        Op::AddK => Op::RepeatAddK,
        _ => return None,
    };
    let bound = match step.op() {
        Op::StepLess | Op::StepLessEqual => Some(step.b()),
        Op::StepLessK | Op::StepLessEqualK | Op::StepGreaterK | Op::StepGreaterEqualK => None,
        _ => return None,
    };
    let value = body.a();
    let operand = if size == 1 { Some(body.c()) } else { None };
    let fits = step.displacement() == Some(-(size as isize))
        && body.b() == value
        && operand != Some(value)
        && bound != Some(value)
        && step.a() != value;
    fits.then_some(repeated)
}

/// The instruction a fused one stands for, and those that may follow it; `None` if it is not fused.
pub(super) fn parts(fused: Op) -> Option<(Op, &'static [Op])> {
    const STEPS: &[Op] = &[
        Op::StepLess,
        Op::StepLessEqual,
        Op::StepLessK,
        Op::StepLessEqualK,
        Op::StepGreaterK,
        Op::StepGreaterEqualK,
    ];
    Some(match fused {
        Op::RepeatAdd => (Op::Add, STEPS),
        Op::RepeatSubtract => (Op::Subtract, STEPS),
        Op::RepeatMultiply => (Op::Multiply, STEPS),
        Op::RepeatAddK => (Op::AddK, STEPS),
        _ => {
            let (first, second, _) = PAIRS.iter().find(|&&(_, _, other)| other == fused)?;
            (*first, std::slice::from_ref(second))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fused_instructions_have_the_layout_of_the_first() {
        for &op in Op::ALL {
            if let Some((first, seconds)) = parts(op) {
                assert_eq!(op.row().roles, first.row().roles, "{op:?}");
                assert_eq!(op.size(), first.size(), "{op:?}");
                assert!(parts(first).is_none() && !seconds.is_empty());
            }
        }
    }

    #[test]
    fn a_loop_of_one_operation_is_repeated_if_its_variables_are_different() {
        let fused = |a, b, c, counter, bound, back: i16| {
            let mut words = [
                Ins::abc(Op::Add, a, b, c).0,
                Ins::abc(Op::StepLess, counter, bound, back as u16).0,
                1.0f64.to_bits(),
            ];
            fuse(&mut words);
            Ins(words[0]).op()
        };
        assert_eq!(fused(1, 1, 2, 2, 3, -1), Op::RepeatAdd);
        assert_eq!(fused(1, 1, 4, 2, 3, -1), Op::RepeatAdd);
        for (a, b, c, counter, bound, back) in [
            (1, 2, 2, 2, 3, -1),
            (1, 1, 1, 2, 3, -1),
            (1, 1, 2, 1, 3, -1),
            (1, 1, 2, 2, 1, -1),
            (1, 1, 2, 2, 3, -2),
        ] {
            assert_eq!(fused(a, b, c, counter, bound, back), Op::Add);
        }
    }

    #[test]
    fn the_second_of_a_pair_may_be_the_first_of_another() {
        let mut words = [
            Ins::abc(Op::GetGlobalItem, 8, 7, 1).0,
            Ins::abc(Op::CheckNumber, 2, 0, 0).0,
            Ins::abc(Op::LoopLess, (-2_i16) as u16, 8, 2).0,
            Ins::abc(Op::Return, 1, 0, 0).0,
        ];
        fuse(&mut words);
        assert_eq!(
            words.map(|word| Ins(word).op()),
            [Op::GetGlobalItemCheckLoopLess, Op::CheckNumberLoopLess, Op::LoopLess, Op::Return]
        );
    }

    #[test]
    fn an_element_is_marked_at_once_if_it_is_what_is_marked_behind() {
        let fused = |op, marked| {
            let mut words = [Ins::abc(op, 5, 1, 2).0, Ins::abc(Op::Share, marked, 0, 0).0];
            fuse(&mut words);
            Ins(words[0]).op()
        };
        for (op, both) in
            [(Op::GetItem, Op::GetItemShare), (Op::GetGlobalItem, Op::GetGlobalItemShare)]
        {
            assert_eq!((fused(op, 5), fused(op, 1)), (both, op));
        }
    }

    #[test]
    fn a_product_is_added_once() {
        let fused = |b, c| {
            let mut words = [Ins::abc(Op::Multiply, 5, 1, 2).0, Ins::abc(Op::Add, 6, b, c).0];
            fuse(&mut words);
            Ins(words[0]).op()
        };
        assert_eq!((fused(5, 1), fused(1, 5)), (Op::MultiplyAdd, Op::MultiplyAdd));
        assert_eq!((fused(5, 5), fused(1, 2)), (Op::Multiply, Op::Multiply));
    }

    #[test]
    fn a_check_goes_with_the_comparison_of_what_it_checks() {
        let fused = |checked, a, b| {
            let mut words =
                [Ins::abc(Op::CheckNumber, checked, 0, 0).0, Ins::abc(Op::JumpNotLess, 2, a, b).0];
            fuse(&mut words);
            Ins(words[0]).op()
        };
        assert_eq!(fused(4, 4, 5), Op::CheckNumberJumpNotLess);
        assert_eq!(fused(5, 4, 5), Op::CheckNumberJumpNotLess);
        assert_eq!(fused(6, 4, 5), Op::CheckNumber);
    }
}
