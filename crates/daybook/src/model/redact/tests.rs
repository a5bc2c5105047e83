//! What leaves and what stays, by example and by property.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

use super::*;
use proptest::prelude::*;
use serde_json::json;

const HASH: &str = "3edc3fe27a7c02fbe840c4084a80a45a82630fccad0e7053a850abd29cf5252e";

fn redactor() -> Redactor {
    Redactor::new([7; 32])
}

fn redacted(mut value: Value) -> Value {
    redactor().redact(&mut value);
    value
}

/// The text with every `[redacted:...]` as `#`.
fn marked(text: &str) -> String {
    let clean = redactor().redact_text(text);
    let mut marked = String::new();
    let mut rest = clean.as_ref();
    while let Some(at) = rest.find(shapes::MARKER_START) {
        marked.push_str(&rest[..at]);
        marked.push('#');
        rest = &rest[at + 19..];
    }
    marked + rest
}

#[test]
fn a_digest_is_the_start_of_the_hmac() {
    // printf 'sk-1234' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707...07
    assert_eq!(redactor().digest("sk-1234"), "[redacted:28ff54ea]");
    assert_ne!(Redactor::new([8; 32]).digest("sk-1234"), redactor().digest("sk-1234"));
    assert_eq!(format!("{:?}", redactor()), "Redactor");
}

#[test]
fn one_secret_has_one_digest_wherever_it_stands() {
    let key = "sk-7Pizs3tQcHBsSfR1yVKmkg";
    let digest = redactor().digest(key);
    let value = redacted(json!({
        "key": key, "authorization": format!("Bearer {key}"), "note": format!("was {key}, now gone"), key: [key],
    }));
    let expected = json!({
        "key": digest, "authorization": format!("Bearer {digest}"), "note": format!("was {digest}, now gone"),
        digest.clone(): [digest],
    });
    assert_eq!(value, expected);
}

#[test]
fn where_a_secret_is_to_be_found_is_no_secret() {
    let params = json!({"api_key": "os.environ/OPENAI_API_KEY", "token": "os.environ/my_token"});
    assert_eq!(redacted(params.clone()), params);
    for secret in ["os.environ/not a name", "os.environ/", "os.environ/sk-abcdefgh12345678", "environ/X"] {
        assert_eq!(redacted(json!({"api_key": secret}))["api_key"], redactor().digest(secret), "{secret}");
    }
}

#[test]
fn a_row_stays_readable_but_for_its_secrets() {
    let row = json!({
        "token": HASH, "token_id": HASH, "key_name": "sk-...Kmkg", "key_alias": "task-management-2026", "key_type": "llm_api",
        "spend": 0.5, "max_budget": 10, "tpm_limit": 100, "blocked": false, "team_id": null, "budget_id": "b-1",
        "model_max_budget": {"gpt-4o": {"max_budget": 3, "max_tokens": 100}},
        "metadata": {"public_key": "pk-lf-1", "input_cost_per_token": 1e-6, "max_tokens": "100", "env": "production"},
        "litellm_params": {"model": "openai/gpt-4o", "api_base": "https://x.example:8443/v1", "value": "litellm_enc::AbC_-9=="},
        "environment": {"name": "eu"}, "password": null, "secret": true, "api_key": "",
    });
    let mut expected = row.clone();
    expected["environment"]["name"] = json!(redactor().digest("eu"));
    assert_eq!(redacted(row), expected);
}

#[test]
fn everything_below_a_secret_name_is_secret() {
    let value = redacted(json!({
        "callback_vars": {"host": "h", "deep": [{"port": 5432, "on": true, "no": null}]},
        "token": {"value": "x"}, "tokens": [HASH, "raw"], "refresh_token": HASH,
    }));
    let digest = |text: &str| redactor().digest(text);
    assert_eq!(
        value,
        json!({
            "callback_vars": {"host": digest("h"), "deep": [{"port": digest("5432"), "on": true, "no": null}]},
            "token": {"value": digest("x")}, "tokens": [HASH, digest("raw")], "refresh_token": digest(HASH),
        })
    );
}

#[test]
fn a_canary_disappears_from_every_place() {
    const CANARY: &str = "cAnary4711x0Zq8Lm2";
    let members = [
        json!([{"key": CANARY}, {"api_key": CANARY}, {"new_key": CANARY}, {"new_master_key": CANARY}, {"master_key": CANARY},
        {"password": CANARY}, {"client_secret": CANARY}, {"access_token": CANARY}, {"refresh_token": CANARY},
        {"id_token": CANARY}, {"token": CANARY}, {"authorization": CANARY}, {"secret": CANARY}, {"secret_key": CANARY},
        {"private_key": CANARY}, {"aws_secret_access_key": CANARY}, {"aws_access_key_id": CANARY},
        {"aws_session_token": CANARY}, {"azure_ad_token": CANARY}, {"vertex_credentials": {"type": CANARY}},
        {"credential_values": {"region": CANARY}}, {"callback_vars": {"langfuse_host": CANARY}}]),
        json!([{"google_client_secret": CANARY}, {"openaiApiKey": CANARY}, {"smtp-password": CANARY}, {"bot_token": CANARY},
        {"aws_credentials": [[CANARY]]}, {"database_url": CANARY}, {"connection_string": CANARY},
        {"headers": {"Authorization": CANARY}}, {"extra_headers": {"X-Api-Key": CANARY}},
        {"static_headers": {"Cookie": CANARY, "X-My-Auth": CANARY}}, {"headers": [["x-goog-api-key", CANARY]]},
        {"headers": [{"name": "X-Session", "value": CANARY}]}, {"field_name": "api_key", "field_value": CANARY},
        {"env": {"NAME": CANARY}}, {"environment_variables": {"NAME": CANARY}}, {"slack_webhook_url": CANARY},
        {"metadata": {"logging": [{"callback_vars": {"x": {"y": CANARY}}}]}},
        {"litellm_params": json!({"api_key": CANARY, "n": json!({"password": CANARY}).to_string()}).to_string()}]),
        json!({(format!("sk-{CANARY}")): {"spend": 1}}),
        json!({"models": {(format!("Bearer {CANARY}")): 1}}),
    ];
    let texts = [
        format!("sk-{CANARY}"),
        format!("a sk-{CANARY}, b"),
        format!("glued to this:xsk-{CANARY}"),
        format!("Bearer {CANARY}"),
        format!("authorization: bearer  {CANARY}"),
        format!("Basic {CANARY}=="),
        format!("postgresql://litellm:{CANARY}@db:5432/litellm?x=y"),
        format!("redis://:{CANARY}@cache"),
        format!("postgres://u:p/{CANARY}@db/x"),
        format!("mongodb+srv://u:{CANARY}@a:1,b:2/x"),
        format!("https://x.example/v1?api_key={CANARY}&model=m"),
        format!("Server=db;Password={CANARY};Database=x"),
        format!("DefaultEndpointsProtocol=https;AccountKey={CANARY}==;EndpointSuffix=x"),
        format!("https://x.blob.core.windows.net/c?sv=1&sig={CANARY}"),
        format!("{{'api_key': '{CANARY}', 'model': 'm'}}"),
        format!("before \"password\": \"a\\\"{CANARY}\" after"),
        format!("text {{\\\"client_secret\\\": \\\"{CANARY}\\\"}}"),
        format!("x-api-key: {CANARY}"),
        format!("Cookie: session={CANARY}; other={CANARY}"),
        format!("Authorization=Bearer {CANARY}"),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n"),
        format!("-----BEGIN PRIVATE KEY-----\n{CANARY}"),
        "AKIACANARY4711X0ZQ8LM2".to_owned(),
        format!("ghp_{CANARY}"),
        format!("github_pat_{CANARY}"),
        format!("xoxb-{CANARY}"),
        format!("AIza{CANARY}{CANARY}"),
        format!("eyJ{CANARY}.eyJ{CANARY}.{CANARY}"),
        format!("scrypt:{CANARY}/{CANARY}="),
        format!("$2b$12${CANARY}"),
        format!("$argon2id$v=19$m=1,t=2${CANARY}"),
        format!("https://hooks.slack.com/services/T0/B0/{CANARY}"),
    ];
    let members = members.into_iter().flat_map(|places| match places {
        Value::Array(places) => places,
        place => vec![place],
    });
    for place in members.chain(texts.into_iter().map(Value::from)) {
        let clean = redacted(place.clone()).to_string();
        assert!(!clean.to_lowercase().contains("canary4711x0zq8l"), "{place} became {clean}");
        assert!(clean.contains("[redacted:"), "{place} became {clean}");
    }
}

#[test]
fn only_the_secret_part_of_a_text_is_replaced() {
    for (text, expected) in [
        ("key sk-abcdefgh1234. Next", "key #. Next"),
        ("Bearer abcd1234, please", "Bearer #, please"),
        ("Authorization: Bearer abcd1234 status=401", "Authorization: Bearer # status=401"),
        ("Basic dXNlcjpwYXNz", "Basic #"),
        ("postgresql://u:p%40ss@db:5432/x", "postgresql://u:#@db:5432/x"),
        ("https://u:a@b@host/path@x", "https://u:#@host/path@x"),
        ("two: redis://:x@a redis://:y@b", "two: redis://:#@a redis://:#@b"),
        ("f(api_key=abc, model=m)", "f(api_key=#, model=m)"),
        ("{\"password\": \"abc\"}", "{\"password\": \"#\"}"),
        ("?key=abc&token=def&x=1", "?key=#&token=#&x=1"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!", "#!"),
        ("AKIAIOSFODNN7EXAMPLE:x", "#:x"),
        ("password = 'äöü ß' ok", "password = '#' ok"),
        ("pässword=ü, secret=ü end", "pässword=ü, secret=# end"),
        ("scrypt:YWJjZGVmZ2g=", "#"),
    ] {
        assert_eq!(marked(text), expected, "{text}");
    }
}

#[test]
fn harmless_texts_are_not_touched() {
    for text in [
        "sk-...Kmkg",
        "sk-7*****************Kmkg",
        "sk-1234",
        "task-management",
        "risk-assessment-2026-Q4",
        "No Bearer token passed",
        "Ensure Key has `Bearer ` prefix.",
        "Basic authentication is off",
        "basic plan",
        "https://host:8443/path@x",
        "https://registry.example/@scope/pkg",
        "http://[::1]:4000/x@y",
        "user@example.com",
        "max_tokens=100, key_alias=a, team_id=b",
        "token=3edc3fe27a7c02fbe840c4084a80a45a82630fccad0e7053a850abd29cf5252e",
        "password: Field required",
        "api_key=None, password=null",
        "\"token\": 100",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a",
        "2026-11-21T20:25:37.710000Z",
        "{\"max_budget\": 10}",
        "{not json}",
        "os.environ/OPENAI_API_KEY",
        "[redacted:0123abcd]",
        "http://[redacted:0123abcd]@host",
        "api_key=[redacted:0123abcd])",
        "",
    ] {
        assert!(matches!(redactor().redact_text(text), Cow::Borrowed(_)), "{text}");
        assert_eq!(redacted(json!({ "note": text })), json!({ "note": text }));
    }
}

#[test]
fn member_names_that_become_the_same_are_both_kept() {
    let digest = redactor().digest("sk-abcdefgh1234");
    let value = redacted(json!({"sk-abcdefgh1234": 1, digest.clone(): 2}));
    assert_eq!(value, json!({digest.clone(): 1, format!("{digest}+"): 2}));
}

#[test]
fn redact_member_goes_by_the_given_name() {
    let redactor = redactor();
    for (name, value, expected) in [
        ("api_key", json!("x"), json!(redactor.digest("x"))),
        ("headers", json!({"Cookie": "x"}), json!({"Cookie": redactor.digest("x")})),
        ("env", json!({"A": "x"}), json!({"A": redactor.digest("x")})),
        ("env", json!("prod"), json!("prod")),
        ("token", json!(HASH), json!(HASH)),
        ("key_alias", json!("x"), json!("x")),
    ] {
        let mut redacted = value;
        redactor.redact_member(name, &mut redacted);
        assert_eq!(redacted, expected, "{name}");
    }
}

#[test]
fn a_container_deeper_than_64_levels_becomes_its_digest() {
    for levels in [65, 10_000] {
        let mut value = json!({"b": "sk-abcdefgh1234", "a": ["x", 1]});
        for level in 0..levels {
            value = if level % 2 == 0 {
                Value::Array(vec![value])
            } else {
                Value::Object(Map::from_iter([("a".into(), value)]))
            };
        }
        redactor().redact(&mut value);
        let text = value.to_string();
        assert!(text.contains("[redacted:") && !text.contains("abcdefgh"), "{text}");
        let before = value.clone();
        redactor().redact(&mut value);
        assert_eq!(value, before);
    }
    assert_eq!(flat_text(&json!({"b": [1, "x"], "a": {}})), r#"{"a":{},"b":[1,"x"]}"#);
}

#[test]
fn json_in_json_in_json_does_not_exhaust_the_stack() {
    let mut text = "\"sk-abcdefgh1234\"".to_owned();
    for _ in 0..6 {
        text = format!("{}{text}{}", "[".repeat(60), "]".repeat(60));
        text = Value::from(text).to_string();
    }
    let clean = redacted(serde_json::from_str(&text).unwrap());
    assert!(!clean.to_string().contains("abcdefgh"));
}

#[test]
fn hostile_texts_take_linear_time() {
    let patterns = [
        "sk-",
        "ask-",
        "askA1",
        "eyJ",
        "eyJ.",
        "eyJa.b",
        "://",
        "a://b:c/",
        "a://b:",
        "=",
        "key=",
        "key=,",
        "\"key\":\"",
        "Bearer ",
        "b",
        "basic ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "[redacted:",
        "\\",
        "'key':'\\",
        "a://[",
        "AKIA",
        "$2b$",
        "[",
        "{\"a\":",
        "password=\\",
    ];
    for pattern in patterns {
        let text = pattern.repeat(60_000 / pattern.len());
        let _ = redactor().redact_text(&text);
        let _ = redacted(json!({ "a": text }));
    }
}

fn fragment() -> impl Strategy<Value = String> {
    let telling = prop::sample::select(vec![
        "sk-",
        "Bearer ",
        "Basic ",
        "://",
        "http://u:",
        "@",
        ":",
        "=",
        "\"",
        "'",
        "\\",
        " ",
        "\n",
        "&",
        ";",
        "/",
        "[",
        "]",
        "{",
        "}",
        ",",
        "password",
        "api_key",
        "key",
        "token",
        "authorization",
        "cookie",
        "\"api_key\": \"",
        "eyJ",
        ".",
        "AKIA",
        "ghp_",
        "xoxb-",
        "AIza",
        "$2b$",
        "scrypt:",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "[redacted:0123abcd]",
        "[redacted:",
        "litellm_enc::",
        "é",
        "😀",
        "abcdefgh",
        "ABCD1234efgh5678",
        "{\"password\":\"x\"}",
        "null",
        "64",
    ]);
    prop_oneof![4 => telling.prop_map(str::to_owned), 1 => "[A-Za-z0-9]{1,24}", 1 => "\\PC{0,4}"]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..12).prop_map(|fragments| fragments.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "key",
            "token",
            "headers",
            "env",
            "callback_vars",
            "name",
            "value",
            "note",
            "bot_token",
            "Cookie"
        ])
        .prop_map(str::to_owned),
        text(),
    ];
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let object = prop::collection::vec((name.clone(), inner.clone()), 0..5)
            .prop_map(|members| members.into_iter().collect::<Value>());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            object.clone(),
            object.prop_map(|object| Value::from(object.to_string())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn redacting_a_text_twice_changes_nothing(text in text()) {
        let once = redactor().redact_text(&text).into_owned();
        prop_assert_eq!(redactor().redact_text(&once), Cow::<str>::Borrowed(&once));
    }

    #[test]
    fn redacting_a_value_twice_changes_nothing(value in value()) {
        let once = redacted(value);
        prop_assert_eq!(redacted(once.clone()), once);
    }

    #[test]
    fn a_raw_key_never_survives(prefix in text(), key in "[A-Za-z0-9_-]{22}", suffix in text()) {
        let text = format!("{prefix} sk-{key} {suffix}");
        let clean = redactor().redact_text(&text);
        prop_assert!(!clean.contains(&key), "{}", clean);
        let value = redacted(json!({"a": [text.clone()], (text): 1}));
        prop_assert!(!value.to_string().contains(&key), "{}", value);
    }

    #[test]
    fn the_value_of_a_secret_member_never_survives(
        name in prop::sample::select(vec!["api_key", "clientSecret", "x-api-key", "db_password", "vertex_credentials"]),
        secret in "[A-Za-z0-9!#%äß]{10,30}",
        around in value(),
    ) {
        let value = redacted(json!({"around": around, "x": [{ (name): [{"deep": secret}] }]}));
        prop_assert!(!value.to_string().contains(&secret), "{}", value);
    }
}
