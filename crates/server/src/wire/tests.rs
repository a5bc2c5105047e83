//! The recorded 422s of LiteLLM (first column: file and line of the recording), and what its laxness accepts, as pydantic
//! 2.13 was observed to do.

use serde_json::{Value, json};

use super::{
    body,
    fields::Fields,
    model::{Bounds, Field, Kind, Model},
    models::{audit, keys, teams, users},
    problem::{Problem, problems_to_json},
    python,
    query::{Query, QueryModel},
};

fn items(problems: &[Problem]) -> Value {
    problems_to_json(problems)["detail"].clone()
}

fn refused(model: &Model, body: &Value) -> Value {
    items(&model.parse(body).expect_err("the body is wrong"))
}

fn one(kind: Kind, value: Value) -> Result<Value, String> {
    let field: &'static [Field] = Box::leak(Box::new([Field::new("x", kind)]));
    let model = Model::new("X", field);
    match model.parse(&json!({"x": value})) {
        Ok(fields) => Ok(fields.get("x").clone()),
        Err(problems) => Err(format!("{} {}", problems[0].kind, problems[0].msg)),
    }
}

#[test]
fn recorded_bodies_are_refused_in_the_same_bytes() {
    let table: &[(&str, &Model, &str, &str)] = &[
        (
            "keys 10",
            &keys::GENERATE_KEY_REQUEST,
            r#"{"tpm_limit": -1}"#,
            r#"[{"type": "greater_than_equal", "loc": ["body", "tpm_limit"], "msg": "Input should be greater than or equal to 0"}]"#,
        ),
        (
            "keys 17",
            &keys::GENERATE_KEY_REQUEST,
            r#"{"key_type": "zzz"}"#,
            r#"[{"type": "enum", "loc": ["body", "key_type"], "msg": "Input should be 'llm_api', 'management', 'read_only' or 'default'"}]"#,
        ),
        (
            "keys 19",
            &keys::GENERATE_KEY_REQUEST,
            r#"{"models": "gpt-4o"}"#,
            r#"[{"type": "list_type", "loc": ["body", "models"], "msg": "Input should be a valid list"}]"#,
        ),
        (
            "keys 34",
            &keys::KEY_REQUEST,
            r#"{}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, At least one of 'keys' or 'key_aliases' must be provided."}]"#,
        ),
        (
            "keys 50",
            &keys::UPDATE_KEY_REQUEST,
            r#"{"max_budget": 1}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, either key or key_alias must be provided"}]"#,
        ),
        (
            "keys 57",
            &keys::UPDATE_KEY_REQUEST,
            r#"{"key": "3edc3fe27a7c02fbe840c4084a80a45a82630fccad0e7053a850abd29cf5252e", "temp_budget_increase": 5}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, temp_budget_increase and temp_budget_expiry must be set together"}]"#,
        ),
        (
            "keys 72",
            &keys::BLOCK_KEY_REQUEST,
            r#"{}"#,
            r#"[{"type": "missing", "loc": ["body", "key"], "msg": "Field required"}]"#,
        ),
        (
            "keys 81",
            &keys::RESET_SPEND_REQUEST,
            r#"{"reset_to": true}"#,
            r#"[{"type": "value_error", "loc": ["body", "reset_to"], "msg": "Value error, reset_to must be a number, not a boolean"}]"#,
        ),
        (
            "keys 90",
            &keys::KEY_REQUEST,
            r#"{"key": "x"}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, At least one of 'keys' or 'key_aliases' must be provided."}]"#,
        ),
        (
            "keys 91",
            &keys::KEY_REQUEST,
            r#"{"keys": [], "key_aliases": null}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, At least one of 'keys' or 'key_aliases' must be provided."}]"#,
        ),
        (
            "teams 5",
            &teams::NEW_TEAM_REQUEST,
            r#"{"team_alias": 5}"#,
            r#"[{"type": "string_type", "loc": ["body", "team_alias"], "msg": "Input should be a valid string"}]"#,
        ),
        (
            "teams 14",
            &teams::UPDATE_TEAM_REQUEST,
            r#"{"max_budget": 200}"#,
            r#"[{"type": "missing", "loc": ["body", "team_id"], "msg": "Field required"}]"#,
        ),
        (
            "teams 37",
            &teams::TEAM_MEMBER_ADD_REQUEST,
            r#"{"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a", "member": {"role": "user"}}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, Either user id or user email must be provided"}]"#,
        ),
        (
            "teams 38",
            &teams::TEAM_MEMBER_ADD_REQUEST,
            r#"{"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a"}"#,
            r#"[{"type": "missing", "loc": ["body", "member"], "msg": "Field required"}]"#,
        ),
        (
            "teams 39",
            &teams::TEAM_MEMBER_ADD_REQUEST,
            r#"{"member": {"role": "user", "user_id": "q"}}"#,
            r#"[{"type": "missing", "loc": ["body", "team_id"], "msg": "Field required"}]"#,
        ),
        (
            "teams 41",
            &teams::TEAM_MEMBER_ADD_REQUEST,
            r#"{"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a", "member": {"role": "owner", "user_id": "u9"}}"#,
            r#"[{"type": "literal_error", "loc": ["body", "role"], "msg": "Input should be 'admin' or 'user'"}]"#,
        ),
        (
            "teams 46",
            &teams::TEAM_MEMBER_UPDATE_REQUEST,
            r#"{"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a", "role": "admin"}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, Either user id or user email must be provided"}]"#,
        ),
        (
            "teams 51",
            &teams::TEAM_MEMBER_DELETE_REQUEST,
            r#"{"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a"}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, Either user id or user email must be provided"}]"#,
        ),
        (
            "teams 81",
            &teams::DELETE_TEAM_REQUEST,
            r#"{}"#,
            r#"[{"type": "missing", "loc": ["body", "team_ids"], "msg": "Field required"}]"#,
        ),
        (
            "users 7",
            &users::NEW_USER_REQUEST,
            r#"{"user_role": "king"}"#,
            r#"[{"type": "literal_error", "loc": ["body", "user_role"], "msg": "Input should be <LitellmUserRoles.PROXY_ADMIN: 'proxy_admin'>, <LitellmUserRoles.PROXY_ADMIN_VIEW_ONLY: 'proxy_admin_viewer'>, <LitellmUserRoles.INTERNAL_USER: 'internal_user'> or <LitellmUserRoles.INTERNAL_USER_VIEW_ONLY: 'internal_user_viewer'>"}]"#,
        ),
        (
            "users 30",
            &users::UPDATE_USER_REQUEST,
            r#"{"max_budget": 1}"#,
            r#"[{"type": "value_error", "loc": ["body"], "msg": "Value error, Either user id or user email must be provided"}]"#,
        ),
        (
            "users 32",
            &users::UPDATE_USER_REQUEST,
            r#"{"user_id": "u1", "tpm_limit": -2}"#,
            r#"[{"type": "greater_than_equal", "loc": ["body", "tpm_limit"], "msg": "Input should be greater than or equal to 0"}]"#,
        ),
        (
            "users 45",
            &users::DELETE_USER_REQUEST,
            r#"{}"#,
            r#"[{"type": "missing", "loc": ["body", "user_ids"], "msg": "Field required"}]"#,
        ),
    ];
    for (line, model, body, wanted) in table {
        let body = serde_json::from_str(body).expect("JSON");
        let wanted: Value = serde_json::from_str(wanted).expect("JSON");
        assert_eq!(refused(model, &body).to_string(), wanted.to_string(), "{line}");
    }
}

#[test]
fn recorded_queries_are_refused_in_the_same_bytes() {
    let table: &[(&str, &QueryModel, &str, &str)] = &[
        (
            "audit_api 10",
            &audit::AUDIT_QUERY,
            "page=0",
            r#"[{"type": "greater_than_equal", "loc": ["query", "page"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "audit_api 11",
            &audit::AUDIT_QUERY,
            "page=-1",
            r#"[{"type": "greater_than_equal", "loc": ["query", "page"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "audit_api 12",
            &audit::AUDIT_QUERY,
            "page=abc",
            r#"[{"type": "int_parsing", "loc": ["query", "page"], "msg": "Input should be a valid integer, unable to parse string as an integer"}]"#,
        ),
        (
            "audit_api 13",
            &audit::AUDIT_QUERY,
            "page=1.5",
            r#"[{"type": "int_parsing", "loc": ["query", "page"], "msg": "Input should be a valid integer, unable to parse string as an integer"}]"#,
        ),
        (
            "audit_api 14",
            &audit::AUDIT_QUERY,
            "page_size=0",
            r#"[{"type": "greater_than_equal", "loc": ["query", "page_size"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "audit_api 15",
            &audit::AUDIT_QUERY,
            "page_size=101",
            r#"[{"type": "less_than_equal", "loc": ["query", "page_size"], "msg": "Input should be less than or equal to 100"}]"#,
        ),
        (
            "audit_api 16",
            &audit::AUDIT_QUERY,
            "page_size=x",
            r#"[{"type": "int_parsing", "loc": ["query", "page_size"], "msg": "Input should be a valid integer, unable to parse string as an integer"}]"#,
        ),
        (
            "audit_api 17",
            &audit::AUDIT_QUERY,
            "page=0&page_size=0",
            r#"[{"type": "greater_than_equal", "loc": ["query", "page"], "msg": "Input should be greater than or equal to 1"}, {"type": "greater_than_equal", "loc": ["query", "page_size"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "audit_api 18",
            &audit::AUDIT_QUERY,
            "page=",
            r#"[{"type": "int_parsing", "loc": ["query", "page"], "msg": "Input should be a valid integer, unable to parse string as an integer"}]"#,
        ),
        (
            "keys 40",
            &keys::KEY_LIST_QUERY,
            "size=0",
            r#"[{"type": "greater_than_equal", "loc": ["query", "size"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "teams 27",
            &teams::TEAM_LIST_V2_QUERY,
            "page=0",
            r#"[{"type": "greater_than_equal", "loc": ["query", "page"], "msg": "Input should be greater than or equal to 1"}]"#,
        ),
        (
            "teams 28",
            &teams::TEAM_LIST_V2_QUERY,
            "page_size=101",
            r#"[{"type": "less_than_equal", "loc": ["query", "page_size"], "msg": "Input should be less than or equal to 100"}]"#,
        ),
        (
            "users 23",
            &users::USER_LIST_QUERY,
            "page_size=500",
            r#"[{"type": "less_than_equal", "loc": ["query", "page_size"], "msg": "Input should be less than or equal to 100"}]"#,
        ),
    ];
    for (line, model, query, wanted) in table {
        let problems = model.parse(&Query::new(query)).expect_err("the query is wrong");
        let wanted: Value = serde_json::from_str(wanted).expect("JSON");
        assert_eq!(items(&problems).to_string(), wanted.to_string(), "{line}");
    }
}

#[test]
fn broken_json_is_refused_at_pythons_offset() {
    // keys 20, then what Python 3.11 says
    for (text, offset) in [
        ("{bad", 1),
        ("", 0),
        (" ", 1),
        ("{", 1),
        ("[1,]", 3),
        ("{\"a\":}", 5),
        ("{\"a\" 1}", 5),
        ("{\"a\":1,}", 7),
        ("[1 2]", 3),
        ("\"abc", 0),
        ("\"a\\qb\"", 2),
        ("\"\\u12\"", 2),
        ("\"a\nb\"", 2),
        ("1 2", 2),
        ("01", 1),
        ("1.", 1),
        ("-", 0),
        ("nul", 0),
        ("{\"é\": x}", 6),
        ("[", 1),
        ("[1", 2),
        ("{} x", 3),
        ("1e", 1),
        ("\"\\u12345", 0),
    ] {
        if text.is_empty() {
            assert_eq!(body::read(b""), Ok(None));
            continue;
        }
        let problems = body::read(text.as_bytes()).expect_err(text);
        let wanted = json!([{"type": "json_invalid", "loc": ["body", offset], "msg": "JSON decode error"}]);
        assert_eq!(items(&problems), wanted, "{text}");
    }
    assert!(body::read("[".repeat(100_000).as_bytes()).is_err());
    assert!(body::read(b"[NaN]").is_err());
    assert_eq!(body::read(b"\xef\xbb\xbf{}"), Ok(Some(json!({}))));
}

#[test]
fn a_missing_body_and_a_body_that_is_no_object_are_refused() {
    let missing = keys::BLOCK_KEY_REQUEST.parse_body(None).expect_err("missing");
    assert_eq!(items(&missing), json!([{"type": "missing", "loc": ["body"], "msg": "Field required"}]));
    let wanted = json!([{
        "type": "model_attributes_type", "loc": ["body"],
        "msg": "Input should be a valid dictionary or object to extract fields from",
    }]);
    assert_eq!(refused(&keys::BLOCK_KEY_REQUEST, &json!("x")), wanted);
    assert_eq!(refused(&keys::BLOCK_KEY_REQUEST, &json!(null)), wanted);
}

#[test]
fn numbers_and_truth_values_are_read_as_pydantic_reads_them() {
    let parsing = "int_parsing Input should be a valid integer, unable to parse string as an integer";
    let size = "int_parsing_size Unable to parse input string as an integer, exceeded maximum size";
    let fraction = "int_from_float Input should be a valid integer, got a number with a fractional part";
    for (value, wanted) in [
        (json!("7"), Ok(7)),
        (json!(" +7 "), Ok(7)),
        (json!("1_000"), Ok(1000)),
        (json!("007"), Ok(7)),
        (json!("3.00"), Ok(3)),
        (json!(3.0), Ok(3)),
        (json!(true), Ok(1)),
        (json!("-0"), Ok(0)),
        (json!("1__0"), Err(parsing)),
        (json!("3."), Err(parsing)),
        (json!("1e3"), Err(parsing)),
        (json!(""), Err(parsing)),
        (json!("--1"), Err(parsing)),
        (json!("1.0_0"), Err(parsing)),
        (json!(3.5), Err(fraction)),
        (json!(1e20), Err(size)),
        (json!(u64::MAX), Err(size)),
        (json!("9".repeat(20)), Err(size)),
        (json!([]), Err("int_type Input should be a valid integer")),
        (json!({}), Err("int_type Input should be a valid integer")),
        (json!(i64::MIN), Ok(i64::MIN)),
        (json!("-9223372036854775808"), Ok(i64::MIN)),
    ] {
        assert_eq!(one(Kind::INT, value.clone()), wanted.map(|int| json!(int)).map_err(str::to_owned), "{value}");
    }
    let parsing = "float_parsing Input should be a valid number, unable to parse string as a number";
    let finite = "finite_number Input should be a finite number";
    for (value, wanted) in [
        (json!(1), Ok(1.0)),
        (json!("12.5"), Ok(12.5)),
        (json!(true), Ok(1.0)),
        (json!(" 1e5 "), Ok(100_000.0)),
        (json!(".5"), Ok(0.5)),
        (json!("5."), Ok(5.0)),
        (json!("1_0.5"), Ok(10.5)),
        (json!("1_.5"), Ok(1.5)),
        (json!("1__0"), Err(parsing)),
        (json!("_1"), Err(parsing)),
        (json!(""), Err(parsing)),
        (json!("."), Err(parsing)),
        (json!("nan"), Err(finite)),
        (json!("-Infinity"), Err(finite)),
        (json!("1e400"), Err(finite)),
        (json!([]), Err("float_type Input should be a valid number")),
    ] {
        assert_eq!(one(Kind::FLOAT, value.clone()), wanted.map(|float| json!(float)).map_err(str::to_owned), "{value}");
    }
    let parsing = "bool_parsing Input should be a valid boolean, unable to interpret input";
    let kind = "bool_type Input should be a valid boolean";
    for (value, wanted) in [
        (json!(1), Ok(true)),
        (json!(0.0), Ok(false)),
        (json!("YES"), Ok(true)),
        (json!("off"), Ok(false)),
        (json!("t"), Ok(true)),
        (json!(2), Err(parsing)),
        (json!(" true"), Err(parsing)),
        (json!(""), Err(parsing)),
        (json!(0.5), Err(kind)),
        (json!([]), Err(kind)),
    ] {
        assert_eq!(one(Kind::Bool, value.clone()), wanted.map(Value::Bool).map_err(str::to_owned), "{value}");
    }
    assert_eq!(one(Kind::Str, json!(5)), Err("string_type Input should be a valid string".to_owned()));
    assert_eq!(
        one(Kind::Int(Bounds::POSITIVE), json!(0)),
        Err("greater_than Input should be greater than 0".to_owned())
    );
    assert_eq!(
        one(Kind::Float(Bounds::at_least(1.5)), json!(1)),
        Err("greater_than_equal Input should be greater than or equal to 1.5".to_owned())
    );
}

#[test]
fn moments_are_read_as_pydantic_reads_them() {
    for (value, wanted) in [
        (json!("2030-01-01T00:00:00Z"), "2030-01-01T00:00:00+00:00"),
        (json!("2026-01-01T00:00:00.123456789+05:30"), "2026-01-01T00:00:00.123456+05:30"),
        (json!("2026-01-01 10:20"), "2026-01-01T10:20:00"),
        (json!("2026-01-01"), "2026-01-01T00:00:00"),
        (json!("2026-01-01T00:00:00,5-0100"), "2026-01-01T00:00:00.500000-01:00"),
        (json!(5), "1970-01-01T00:00:05+00:00"),
        (json!("20000000001"), "1970-08-20T11:33:20.001000+00:00"),
        (json!("-62135596801"), "1968-01-12T20:06:43.199000+00:00"),
        (json!(1_700_000_000.123_456), "2023-11-14T22:13:20.123456+00:00"),
    ] {
        assert_eq!(one(Kind::DateTime, value.clone()), Ok(json!(wanted)), "{value}");
    }
    for (value, wanted) in [
        ("2026-13-01T00:00:00Z", "month value is outside expected range of 1-12"),
        ("2026-02-30", "day value is outside expected range"),
        ("garbage", "input is too short"),
        ("garbage, long", "invalid character in year"),
        ("2026/01/01", "invalid date separator, expected `-`"),
        ("2026-01-01T25:00", "unexpected extra characters at the end of the input"),
        ("2026-01-01T00:00:00+25:00", "unexpected extra characters at the end of the input"),
    ] {
        let wanted = format!("datetime_from_date_parsing Input should be a valid datetime or date, {wanted}");
        assert_eq!(one(Kind::DateTime, json!(value)), Err(wanted), "{value}");
    }
    for (value, wanted) in [
        (json!(true), "datetime_type Input should be a valid datetime"),
        (
            json!(1e18),
            "datetime_parsing Input should be a valid datetime, dates after 9999 are not supported as unix timestamps",
        ),
        (
            json!(-1e15),
            "datetime_parsing Input should be a valid datetime, dates before 0000 are not supported as unix timestamps",
        ),
        (json!("0000-01-01"), "datetime_parsing Input should be a valid datetime, year 0 is out of range"),
    ] {
        assert_eq!(one(Kind::DateTime, value.clone()), Err(wanted.to_owned()), "{value}");
    }
}

#[test]
fn every_problem_is_reported_in_field_order_with_its_place() {
    let body = json!({
        "router_settings": {"model_group_alias": {"a": 5}}, "tpm_limit": -1, "models": null, "blocked": "maybe",
        "budget_limits": [{"budget_duration": 1}], "key_alias": 5, "budget_fallbacks": {"a": "b"}, "rpm_limit_type": "x",
        "default_estimated_output_tokens_per_model": {"m": 0}, "config": [], "object_permission": 5,
    });
    let wanted = json!([
        {"type": "string_type", "loc": ["body", "key_alias"], "msg": "Input should be a valid string"},
        {"type": "greater_than_equal", "loc": ["body", "tpm_limit"], "msg": "Input should be greater than or equal to 0"},
        {"type": "string_type", "loc": ["body", "budget_limits", 0, "budget_duration"], "msg": "Input should be a valid string"},
        {"type": "missing", "loc": ["body", "budget_limits", 0, "max_budget"], "msg": "Field required"},
        {"type": "dict_type", "loc": ["body", "config"], "msg": "Input should be a valid dictionary"},
        {"type": "list_type", "loc": ["body", "budget_fallbacks", "a"], "msg": "Input should be a valid list"},
        {"type": "bool_parsing", "loc": ["body", "blocked"], "msg": "Input should be a valid boolean, unable to interpret input"},
        {"type": "model_attributes_type", "loc": ["body", "object_permission"],
         "msg": "Input should be a valid dictionary or object to extract fields from"},
        {"type": "greater_than", "loc": ["body", "default_estimated_output_tokens_per_model", "m"],
         "msg": "Input should be greater than 0"},
        {"type": "literal_error", "loc": ["body", "rpm_limit_type"],
         "msg": "Input should be 'guaranteed_throughput', 'best_effort_throughput' or 'dynamic'"},
        {"type": "string_type", "loc": ["body", "router_settings", "model_group_alias", "a", "str"],
         "msg": "Input should be a valid string"},
        {"type": "dict_type", "loc": ["body", "router_settings", "model_group_alias", "a", "dict[any,any]"],
         "msg": "Input should be a valid dictionary"},
    ]);
    assert_eq!(refused(&keys::GENERATE_KEY_REQUEST, &body), wanted);
}

#[test]
fn unions_name_their_choices() {
    assert_eq!(
        refused(&users::NEW_USER_REQUEST, &json!({"teams": ["a", {}]})),
        json!([
            {"type": "string_type", "loc": ["body", "teams", "list[str]", 1], "msg": "Input should be a valid string"},
            {"type": "model_attributes_type", "loc": ["body", "teams", "list[NewUserRequestTeam]", 0],
             "msg": "Input should be a valid dictionary or object to extract fields from"},
            {"type": "missing", "loc": ["body", "teams", "list[NewUserRequestTeam]", 1, "team_id"], "msg": "Field required"},
        ])
    );
    assert_eq!(
        refused(&teams::TEAM_MEMBER_ADD_REQUEST, &json!({"team_id": "t", "member": "x"})),
        json!([
            {"type": "list_type", "loc": ["body", "member", "list[Member]"], "msg": "Input should be a valid list"},
            {"type": "model_type", "loc": ["body", "member", "Member"],
             "msg": "Input should be a valid dictionary or instance of Member"},
        ])
    );
}

#[test]
fn members_of_an_addition_are_refused_at_the_top_and_first() {
    let role = json!([{"type": "literal_error", "loc": ["body", "role"], "msg": "Input should be 'admin' or 'user'"}]);
    let body = json!({"member": [{"role": "user", "user_id": "u"}, {"role": "king", "user_id": "u"}, {}]});
    assert_eq!(refused(&teams::TEAM_MEMBER_ADD_REQUEST, &body), role);
    let nested = json!({"team_id": "t", "members": [{"role": "user"}]});
    assert_eq!(
        refused(&teams::BULK_TEAM_MEMBER_ADD_REQUEST, &nested),
        json!([{"type": "value_error", "loc": ["body", "members", 0], "msg": "Value error, Either user id or user email must be provided"}])
    );
}

#[test]
fn unknown_update_fields_are_refused_behind_the_known_ones() {
    let body = json!({"team_id": "t", "update_fields": {"zz": 1, "duration": 5}});
    assert_eq!(
        refused(&keys::BULK_UPDATE_TEAM_KEYS_REQUEST, &body),
        json!([
            {"type": "string_type", "loc": ["body", "update_fields", "duration"], "msg": "Input should be a valid string"},
            {"type": "extra_forbidden", "loc": ["body", "update_fields", "zz"], "msg": "Extra inputs are not permitted"},
        ])
    );
}

#[test]
fn nul_characters_are_refused_where_they_stand() {
    let nul =
        |loc: Value| json!([{"type": "value_error", "loc": loc, "msg": "Value error, NUL characters are not allowed"}]);
    for (body, loc) in [
        (json!({"key_alias": "a\0"}), json!(["body", "key_alias"])),
        (json!({"metadata": {"a": [1, {"b": "\0"}]}}), json!(["body", "metadata", "a", 1, "b"])),
        (json!({"metadata": {"a": {"\0": 1}}}), json!(["body", "metadata", "a"])),
        (json!({"models": ["\0"]}), json!(["body", "models", 0])),
        (json!({"tags": ["\0"]}), json!(["body", "tags", 0])),
        (json!({"mcp_rpm_limit": {"\0": 1}}), json!(["body", "mcp_rpm_limit"])),
    ] {
        assert_eq!(refused(&keys::GENERATE_KEY_REQUEST, &body), nul(loc), "{body}");
    }
    assert!(keys::GENERATE_KEY_REQUEST.parse(&json!({"unknown": "\0"})).is_ok());
    let problems = audit::AUDIT_QUERY.parse(&Query::new("search=a%00")).expect_err("NUL");
    assert_eq!(items(&problems), nul(json!(["query", "search"])));
}

#[test]
fn sent_and_default_are_told_apart() {
    let body = json!({"spend": "3", "key_alias": null, "blocked": "yes", "zz": 1, "object_permission": {"models": ["m"], "zz": 2}});
    let mut fields = keys::GENERATE_KEY_REQUEST.parse(&body).expect("right");
    let sent: Vec<(&str, String)> = fields.iter_sent().map(|(name, value)| (name, value.to_string())).collect();
    assert_eq!(
        sent,
        [
            ("key_alias", "null".to_owned()),
            ("spend", "3.0".to_owned()),
            ("blocked", "true".to_owned()),
            ("object_permission", r#"{"models":["m"]}"#.to_owned()),
        ]
    );
    assert_eq!((fields.is_sent("key_alias"), fields.is_sent("key_type")), (true, false));
    assert_eq!((fields.sent("key_alias"), fields.sent("models")), (Some(&Value::Null), None));
    assert_eq!(
        (fields.str("key_type"), fields.float("spend"), fields.bool("auto_rotate")),
        (Some("default"), Some(3.0), Some(false))
    );
    assert_eq!(fields.list("models"), Some(&vec![]));
    let all = fields.with_defaults();
    assert_eq!(
        (all.len(), all.keys().next().map(String::as_str)),
        (keys::GENERATE_KEY_REQUEST.fields.len(), Some("key_alias"))
    );
    let nested: Option<Fields> = fields.nested("object_permission");
    assert_eq!(nested.and_then(|nested| nested.strings("models").map(|models| models.join(","))), Some("m".to_owned()));
    fields.remove("spend");
    assert_eq!(fields.float("spend"), Some(0.0));
    fields.insert("team_id", json!("t"));
    assert_eq!(fields.str("team_id"), Some("t"));
}

#[test]
fn old_names_of_a_budget_are_understood() {
    let body = json!({"model_max_budget": {"m": {"budget_limit": 1, "time_period": "1d"}}});
    let fields = teams::NEW_TEAM_REQUEST.parse(&body).expect("right");
    assert_eq!(fields.get("model_max_budget").to_string(), r#"{"m":{"max_budget":1.0,"budget_duration":"1d"}}"#);
}

#[test]
fn a_query_takes_the_last_value_and_decodes() {
    let query = Query::new("page=9&page=2&search=a+b%2Bc%ff&expand=user&expand=x&zz=1&flag");
    let fields = keys::KEY_LIST_QUERY.parse(&query).expect("right");
    assert_eq!(
        (fields.int("page"), fields.int("size"), fields.str("search")),
        (Some(2), Some(10), Some("a b+c\u{fffd}"))
    );
    assert_eq!(fields.strings("expand"), Some(vec!["user", "x"]));
    assert_eq!((query.last("flag"), query.last("none")), (Some(""), None));
    let problems = teams::TEAM_PERMISSIONS_LIST_QUERY.parse(&Query::new("")).expect_err("required");
    assert_eq!(items(&problems), json!([{"type": "missing", "loc": ["query", "team_id"], "msg": "Field required"}]));
}

#[test]
fn values_are_written_as_python_writes_them() {
    for (value, wanted) in [
        (json!({"a": [1, 1.0, -1.0, true, null]}), "{'a': [1, 1.0, -1.0, True, None]}"),
        (json!("it's"), "\"it's\""),
        (json!("it's \"x\""), r#"'it\'s "x"'"#),
        (json!("a\\b\n\t\r\0\u{7f}\u{a0}é"), r"'a\\b\n\t\r\x00\x7f\xa0é'"),
        (json!("\u{200b}\u{301}\u{1f600}\u{e0001}"), "'\\u200b\u{301}\u{1f600}\\U000e0001'"),
        (json!([]), "[]"),
        (json!({}), "{}"),
    ] {
        assert_eq!(python::repr(&value), wanted);
    }
    for (value, wanted) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.5e300, "1.5e+300"),
        (1e-4, "0.0001"),
        (1e-5, "1e-05"),
        (1.25e-7, "1.25e-07"),
        (123_456_789.125, "123456789.125"),
        (888_039_795_108_611.0 + 0.25, "888039795108611.2"),
        (f64::INFINITY, "inf"),
        (f64::NAN, "nan"),
        (0.1 + 0.2, "0.30000000000000004"),
    ] {
        assert_eq!(python::str_float(value), wanted);
    }
}

#[test]
fn schemas_say_what_is_required_and_what_may_be_null() {
    let schema = keys::BULK_UPDATE_TEAM_KEYS_REQUEST.json_schema();
    assert_eq!(schema["required"], json!(["team_id", "update_fields"]));
    assert_eq!(schema["properties"]["update_fields"], json!({"$ref": "#/components/schemas/KeyUpdateFields"}));
    assert_eq!(keys::KEY_UPDATE_FIELDS.json_schema()["additionalProperties"], json!(false));
    assert_eq!(
        keys::GENERATE_KEY_REQUEST.json_schema()["properties"]["tpm_limit"],
        json!({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}], "title": "Tpm Limit"})
    );
    let nested: Vec<&str> = users::BULK_UPDATE_USER_REQUEST.nested().iter().map(|model| model.name).collect();
    assert_eq!(
        nested,
        ["UpdateUserRequest", "BudgetLimitEntry", "LiteLLM_ObjectPermissionBase", "UpdateUserRequestNoUserIDorEmail"]
    );
    assert_eq!(audit::AUDIT_QUERY.parameters().len(), 32);
}
