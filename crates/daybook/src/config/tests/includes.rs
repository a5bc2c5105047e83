//! `include`: lists are joined, sections replaced, places kept.

use serde_json::json;

use super::*;

#[test]
fn lists_are_joined_and_everything_else_is_replaced() {
    let config = file(
        "include: [other.yaml]\nmodel_list: [{model_name: a}]\nlitellm_settings: {store_audit_logs: false, timezone: Asia/Tokyo}\n",
    )
    .and_file(
        "other.yaml",
        "model_list: [{model_name: b}]\nlitellm_settings: {store_audit_logs: true}\nnew: 1\n",
    )
    .load();
    assert_eq!(config.section("model_list"), &json!([{"model_name": "a"}, {"model_name": "b"}]));
    assert!(config.litellm.store_audit_logs);
    assert_eq!(config.litellm.timezone.iana_name(), Some("UTC"));
    assert_eq!(config.section("new"), &json!(1));
}

#[test]
fn the_file_beside_the_declaring_one_comes_before_the_one_beside_the_root() {
    let config = file("include: [sub/a.yaml]\nn: [root]\n")
        .and_file("sub/a.yaml", "include: [b.yaml, c.yaml]\nn: [a]\n")
        .and_file("sub/b.yaml", "n: [sub-b]\n")
        .and_file("b.yaml", "n: [root-b]\n")
        .and_file("c.yaml", "n: [root-c]\n")
        .load();
    assert_eq!(config.section("n"), &json!(["root", "a", "sub-b", "root-c"]));
}

#[test]
fn a_file_is_read_once_even_in_a_circle() {
    let config = file("include: [a.yaml, a.yaml, config.yaml]\nn: [root]\n")
        .and_file("a.yaml", "include: [config.yaml, ./a.yaml]\nn: [a]\n")
        .load();
    assert_eq!(config.section("n"), &json!(["root", "a"]));
}

#[test]
fn a_setting_of_an_included_file_names_that_file() {
    let setup = file("include: [sub/a.yaml]\n").and_file("sub/a.yaml", "\ndaybook:\n  port: 77\n");
    assert_eq!(setup.source("daybook.port"), "77 <- sub/a.yaml:3");
    let setup = file("include: [sub/a.yaml]\n").and_file("sub/a.yaml", "\ndaybook:\n  port: x\n");
    assert_eq!(setup.error(), "sub/a.yaml:3: daybook.port: expected a port from 0 to 65535, found \"x\"");
}

#[test]
fn wrong_includes_are_refused_in_litellms_words() {
    for (text, expected) in [
        ("a: 1\ninclude: other.yaml\n", "config.yaml:2: 'include' must be a list of file paths"),
        ("include:\n- a.yaml\n- 7\n", "config.yaml:3: 'include' must be a list of file paths"),
        ("include:\n  - gone.yaml\n", "config.yaml:2: Included file not found: gone.yaml"),
        ("include: [bad.yaml]\n", "bad.yaml:1:5: mapping values are not allowed in this context"),
    ] {
        let setup = file(text).and_file("a.yaml", "").and_file("bad.yaml", "a: b: c\n");
        assert_eq!(setup.error(), expected);
    }
}
