//! docs/security.md and the tests know all rules.

use super::Rule;

#[test]
fn every_rule_is_tested_and_documented() {
    let tests = include_str!("mod.rs");
    let mut table = String::from("\n| Rule | |\n|---|---|\n");
    for rule in Rule::ALL {
        let check = format!("check({rule:?},");
        let qualified = format!("check(Rule::{rule:?},");
        assert!(tests.contains(&check) || tests.contains(&qualified), "{rule:?}");
        table += &format!("| {} | {} |\n", *rule as u8, rule.sentence());
    }
    table.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/security.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let (before, rest) = page.split_once("<!-- rules -->\n").expect("a place for the rules");
    let (rules, after) = rest.split_once("<!-- end of the rules -->").expect("their end");
    if std::env::var_os("SOX_UPDATE").is_some() {
        let marks = ["<!-- rules -->\n", "<!-- end of the rules -->"];
        let page = [before, marks[0], &table, marks[1], after].concat();
        std::fs::write(path, page).expect("the page can be written");
        return;
    }
    assert_eq!(rules, table, "SOX_UPDATE=1 cargo test -p sox-bytecode writes the table anew");
}
