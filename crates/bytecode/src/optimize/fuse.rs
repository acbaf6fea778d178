//! `fuse`: a few neighbours become fewer that do the same.

use super::draft::Draft;
use super::walk::Window;
use crate::Instr;

/// Whether this pass may have work where an instruction stands behind two others.
#[inline]
pub(super) fn may_begin([first, second]: [Instr; 2], instr: Instr) -> bool {
    match (instr, second) {
        (Instr::Not {}, Instr::Not {} | Instr::Equal {} | Instr::NotEqual {})
        | (Instr::JumpIfFalse { .. } | Instr::JumpIfTrue { .. }, Instr::Not {}) => true,
        (Instr::SetLocal { slot: a }, Instr::GetLocal { slot: b }) => a == b,
        (Instr::Return {}, Instr::GetLocal { slot }) => first == Instr::SetLocal { slot },
        (Instr::Pop {}, Instr::SetLocal { .. }) => first == Instr::Dup {},
        _ => false,
    }
}

/// Tries to rewrite the end of the window. Tells whether it did.
pub(super) fn step(draft: &mut Draft, window: &mut Window) -> bool {
    let Some((place, last)) = window.last(draft, 0) else { return false };
    let Some((_, before)) = window.last(draft, 1) else { return false };
    let third = window.last(draft, 2).map(|(_, instr)| instr);
    let (length, instead) = match (third, before, last) {
        // The opposite question. (`Less` has none: of NaN both answers are no.)
        (_, Instr::Equal {}, Instr::Not {}) => (2, Some(Instr::NotEqual {})),
        (_, Instr::NotEqual {}, Instr::Not {}) => (2, Some(Instr::Equal {})),
        (_, Instr::Not {}, Instr::JumpIfFalse { target }) => {
            (2, Some(Instr::JumpIfTrue { target }))
        }
        (_, Instr::Not {}, Instr::JumpIfTrue { target }) => {
            (2, Some(Instr::JumpIfFalse { target }))
        }
        // Truth of what is true or false already.
        (Some(truth), Instr::Not {}, Instr::Not {}) if gives_truth(truth) => {
            window.delete_last(draft);
            window.delete_last(draft);
            return true;
        }
        // A local stored into itself.
        (_, Instr::GetLocal { slot: a }, Instr::SetLocal { slot: b }) if a == b => (2, None),
        // An assignment whose value nobody wants.
        (Some(Instr::Dup {}), Instr::SetLocal { slot }, Instr::Pop {}) => {
            (3, Some(Instr::SetLocal { slot }))
        }
        // A frame's locals end with it.
        (Some(Instr::SetLocal { slot: a }), Instr::GetLocal { slot: b }, Instr::Return {})
            if a == b =>
        {
            (3, Some(Instr::Return {}))
        }
        _ => return false,
    };
    for _ in 0..length {
        window.delete_last(draft);
    }
    if let Some(instr) = instead {
        window.put(draft, place, instr);
    }
    true
}

fn gives_truth(instr: Instr) -> bool {
    matches!(
        instr,
        Instr::Not {}
            | Instr::Equal {}
            | Instr::NotEqual {}
            | Instr::Less {}
            | Instr::LessEqual {}
            | Instr::Greater {}
            | Instr::GreaterEqual {}
    )
}
