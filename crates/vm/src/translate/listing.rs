//! Register code for people.

use crate::code::{Code, Ins};
use crate::op::Role;
use std::fmt::Write;

/// Every instruction on a line: offset, name, fields, words.
pub(crate) fn listing(code: &Code) -> String {
    let mut text = String::new();
    let mut offset = 0;
    while offset < code.words.len() {
        let ins = Ins(code.words[offset]);
        let row = ins.op().row();
        let _ = write!(text, "{offset:5} {:<20}", row.name);
        for (role, number) in row.roles.into_iter().zip([ins.a(), ins.b(), ins.c()]) {
            let _ = match role {
                Role::None => Ok(()),
                Role::Read | Role::Write | Role::Window => write!(text, " r{number}"),
                Role::Number => write!(text, " {number}"),
                Role::Wide => write!(text, " {}", ins.bc()),
                Role::Jump | Role::WideJump => {
                    let target = offset as isize + ins.displacement().unwrap_or(0);
                    write!(text, " ->{target}")
                }
            };
        }
        for word in &code.words[offset + 1..offset + 1 + row.words] {
            let _ = write!(text, " [{word:#x}]");
        }
        text.push('\n');
        offset += 1 + row.words;
    }
    let _ = writeln!(text, "{} registers", code.registers);
    text
}
