//! Gives instructions that are fused with the one behind them their numbers: what is fused, and why,
//! stands in [`crate::handlers::fused`] and [`crate::handlers::repeat`].

use crate::code::Ins;
use crate::handlers::fused::PAIRS;
use crate::op::Op;

/// Goes over finished code.
pub(super) fn fuse(words: &mut [u64]) {
    let mut offset = 0;
    while offset < words.len() {
        let ins = Ins(words[offset]);
        let op = ins.op();
        let behind = offset + op.size();
        if let Some(&second) = words.get(behind) {
            let second = Ins(second);
            if let Some(fused) = repeated(ins, second, op.size()).or_else(|| pair(ins, second)) {
                words[offset] = ins.with_op(fused).0;
            }
        }
        offset = behind;
    }
}

/// The number of the first instruction as a pair with the second, whose own number is not changed
/// yet.
fn pair(first: Ins, second: Ins) -> Option<Op> {
    let (op, next) = (first.op(), second.op());
    if (op, next) == (Op::Multiply, Op::Add) {
        let takes = [second.b(), second.c()].map(|register| register == first.a());
        return (takes[0] != takes[1]).then_some(Op::MultiplyAdd);
    }
    let &(_, _, fused) = PAIRS.iter().find(|&&(a, b, _)| (a, b) == (op, next))?;
    Some(fused)
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
        Op::MultiplyAdd => (Op::Multiply, &[Op::Add]),
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
                assert!(parts(first).is_none() && seconds.iter().all(|&op| parts(op).is_none()));
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
    fn a_product_is_added_once() {
        let fused = |b, c| {
            let mut words = [Ins::abc(Op::Multiply, 5, 1, 2).0, Ins::abc(Op::Add, 6, b, c).0];
            fuse(&mut words);
            Ins(words[0]).op()
        };
        assert_eq!((fused(5, 1), fused(1, 5)), (Op::MultiplyAdd, Op::MultiplyAdd));
        assert_eq!((fused(5, 5), fused(1, 2)), (Op::Multiply, Op::Multiply));
    }
}
