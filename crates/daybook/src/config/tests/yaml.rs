//! YAML as PyYAML reads it.

use serde_json::{Value, json};

use super::*;

#[test]
fn scalars_are_read_as_pyyaml_reads_them() {
    for (written, expected) in [
        ("yes", json!(true)),
        ("On", json!(true)),
        ("off", json!(false)),
        ("NO", json!(false)),
        ("TRUE", json!(true)),
        ("y", json!("y")),
        ("n", json!("n")),
        ("'yes'", json!("yes")),
        ("\"off\"", json!("off")),
        ("!!str no", json!("no")),
        ("&anchor on", json!(true)),
        ("|-\n  yes", json!("yes")),
        ("~", json!(null)),
        ("", json!(null)),
        ("1_000", json!(1000)),
        ("-5", json!(-5)),
        ("0.25", json!(0.25)),
        ("007", json!("007")),
        ("12:30", json!("12:30")),
        ("2024-06-08", json!("2024-06-08")),
        ("[yes, 'yes', {a: no}]", json!([true, "yes", {"a": false}])),
    ] {
        let config = file(&format!("value: {written}\n")).load();
        assert_eq!(config.section("value"), &expected, "{written}");
    }
}

#[test]
fn an_alias_is_read_as_what_it_stands_for() {
    let config = file("a: &x {p: yes, q: 'yes'}\nb: {<<: *x, r: 1}\nc: &z off\nd: *z\ne: &w 'off'\nf: *w\n").load();
    assert_eq!(config.section("b"), &json!({"p": true, "q": "yes", "r": 1}));
    assert_eq!(config.section("d"), &json!(false));
    assert_eq!(config.section("f"), &json!("off"));
}

#[test]
fn of_a_repeated_name_the_last_one_counts() {
    let setup = file("daybook:\n  port: 1\n  host: h\n  port: 2\n");
    assert_eq!(setup.source("daybook.port"), "2 <- config.yaml:4");
}

#[test]
fn names_need_not_be_words() {
    let config = file("a: {1: x, true: y, null: z}\n").load();
    assert_eq!(config.section("a"), &json!({"1": "x", "true": "y", "null": "z"}));
}

#[test]
fn an_empty_file_is_an_empty_configuration() {
    for text in ["", "# nothing\n", "---\n", "\u{feff}daybook:\n"] {
        let config = file(text).load();
        assert_eq!(config.daybook.port, 4000, "{text:?}");
        assert_eq!(config.section("model_list"), &Value::Null);
    }
}

#[test]
fn a_byte_order_mark_does_not_disturb_the_booleans() {
    let config = file("\u{feff}é: 'ü'\nvalue: yes\n").load();
    assert_eq!(config.section("value"), &json!(true));
}
