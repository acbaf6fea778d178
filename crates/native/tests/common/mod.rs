//! What the tests of modules share.

use sox_machine::ir::Class;
use sox_machine::nir::Run;

#[path = "../../../machine/tests/common/modules.rs"]
mod modules;

pub(crate) use modules::modules;

/// The bits of values of these classes.
pub(crate) fn bits(texts: &[String], classes: &[Class]) -> Result<Vec<u64>, String> {
    let pairs = texts.iter().zip(classes);
    pairs
        .map(|(text, &class)| Run::bits(text, class).ok_or_else(|| format!("{text} is no value")))
        .collect()
}

/// A module with a function that has 5,000 values alive at once, over a call: its slots reach further from
/// the frame pointer than an instruction of either target does in its short form.
pub(crate) fn many_values() -> String {
    const COUNT: i64 = 5_000;
    let factor = |index: i64| index * 0x1_2345 + 7;
    let sum = (0..COUNT).fold(0i64, |sum, index| (sum ^ (factor(index) * 3)).wrapping_add(index));
    let mut text = format!("# run: many(3)\n# expect: {sum}\nfunction $nothing() {{\n ret\n}}\n");
    text += "function i64 $many(i64 %n) {\n";
    (0..COUNT).for_each(|index| text += &format!("%v{index} =i64 mul %n, {}\n", factor(index)));
    text += "call $nothing()\n%s =i64 const 0\n";
    for index in 0..COUNT {
        text += &format!("%s =i64 xor %s, %v{index}\n%s =i64 add %s, {index}\n");
    }
    text + "ret %s\n}\n"
}
