//! Every message names the place, the setting and what is expected.

use super::*;

#[test]
fn a_wrong_value_in_the_file_names_its_line() {
    for (text, expected) in [
        (
            "\n\ndaybook:\n  changed_by_header: sometimes\n",
            "config.yaml:4: daybook.changed_by_header: expected one of admins, opt_in, any, off, found \"sometimes\"",
        ),
        (
            "daybook:\n  changed_by_header: on\n",
            "config.yaml:2: daybook.changed_by_header: expected one of admins, opt_in, any, off, found true",
        ),
        ("daybook:\n  port: 70000\n", "config.yaml:2: daybook.port: expected a port from 0 to 65535, found 70000"),
        (
            "daybook:\n  # how long\n  request_timeout: -1\n",
            "config.yaml:3: daybook.request_timeout: expected a positive number of seconds, found -1",
        ),
        (
            "daybook:\n  database_timeout: .inf\n",
            "config.yaml:2: daybook.database_timeout: expected a positive number of seconds, found \".inf\"",
        ),
        (
            "daybook:\n  max_body_bytes: 1 MiB\n",
            "config.yaml:2: daybook.max_body_bytes: expected a positive number of bytes, found \"1 MiB\"",
        ),
        (
            "daybook:\n  database_connections: 0\n",
            "config.yaml:2: daybook.database_connections: expected a positive number of connections, found 0",
        ),
        (
            "daybook:\n  trusted_proxies:\n    - 10.0.0.0/8\n    - proxy.example\n",
            "config.yaml:4: daybook.trusted_proxies[1]: expected an IP address or a network such as 10.0.0.0/8, found \"proxy.example\"",
        ),
        (
            "daybook:\n  trusted_proxies: 10.0.0.0/8\n",
            "config.yaml:2: daybook.trusted_proxies: expected a list, found \"10.0.0.0/8\"",
        ),
        (
            "daybook:\n  origin: my log\n",
            "config.yaml:2: daybook.origin: expected a name without spaces and plus signs, such as audit.example.com/log, found \"my log\"",
        ),
        ("daybook:\n  data_dir: ''\n", "config.yaml:2: daybook.data_dir: must not be empty"),
        (
            "daybook:\n  data_dir:\n    path: x\n",
            "config.yaml:2: daybook.data_dir: expected a string (in quotes), found a mapping",
        ),
        ("daybook: 4000\n", "config.yaml:1: daybook: expected a mapping, found a number"),
        (
            "litellm_settings:\n  store_audit_logs: maybe\n",
            "config.yaml:2: litellm_settings.store_audit_logs: expected true or false, found \"maybe\"",
        ),
        (
            "litellm_settings:\n  timezone: Mars/Olympus\n",
            "config.yaml:2: litellm_settings.timezone: expected an IANA time zone such as Europe/Berlin, found \"Mars/Olympus\"",
        ),
        (
            "litellm_settings:\n  budget_reset_time: \"24:00\"\n",
            "config.yaml:2: litellm_settings.budget_reset_time: expected a time of day as \"HH:MM\", found \"24:00\"",
        ),
        (
            "litellm_settings:\n  default_team_params:\n    - max_budget: 1\n",
            "config.yaml:2: litellm_settings.default_team_params: expected a mapping, found a list",
        ),
        ("litellm_settings: [a]\n", "config.yaml:1: litellm_settings: expected a mapping, found a list"),
        (
            "general_settings:\n  allowed_ips: [1.2.3.4, here]\n",
            "config.yaml:2: general_settings.allowed_ips[1]: expected an IP address or a network such as 10.0.0.0/8, found \"here\"",
        ),
        (
            "general_settings:\n  litellm_key_header_name: 'X Key'\n",
            "config.yaml:2: general_settings.litellm_key_header_name: expected the name of an HTTP header, found \"X Key\"",
        ),
        (
            "general_settings:\n  master_key: 1234\n",
            "config.yaml:2: general_settings.master_key: expected a string (in quotes), found a number",
        ),
        (
            "environment_variables:\n  A: [1]\n",
            "config.yaml:2: environment_variables.A: expected a string, found a list",
        ),
    ] {
        assert_eq!(file(text).error(), expected, "{text}");
    }
}

#[test]
fn an_unknown_name_in_daybooks_section_lists_the_known_ones() {
    assert_eq!(
        file("daybook:\n  port: 1\n  prot: 2\n").error(),
        "config.yaml:3: daybook.prot: unknown setting, expected one of changed_by_header, data_dir, host, port, \
         max_body_bytes, request_timeout, database_timeout, shutdown_timeout, database_connections, origin, trusted_proxies, ledger"
    );
}

#[test]
fn a_wrong_value_in_the_environment_names_the_variable() {
    for (name, value, expected) in [
        (
            "DAYBOOK_CHANGED_BY_HEADER",
            "sometimes",
            "environment DAYBOOK_CHANGED_BY_HEADER: daybook.changed_by_header: expected one of admins, opt_in, any, off, found \"sometimes\"",
        ),
        ("PORT", "http", "environment PORT: daybook.port: expected a port from 0 to 65535, found \"http\""),
        (
            "STORE_MODEL_IN_DB",
            "perhaps",
            "environment STORE_MODEL_IN_DB: general_settings.store_model_in_db: expected true or false, found \"perhaps\"",
        ),
    ] {
        assert_eq!(nothing().variable(name, value).error(), expected);
    }
}

#[test]
fn a_wrong_value_by_reference_names_both_places_and_hides_the_value() {
    let setup = file("daybook:\n  port: os.environ/OOPS\n").variable("OOPS", "hunter2");
    assert_eq!(
        setup.error(),
        "config.yaml:2 (environment OOPS): daybook.port: expected a port from 0 to 65535, found a string"
    );
}

#[test]
fn what_is_not_yaml_names_line_and_column() {
    for (text, expected) in [
        ("a: 1\nb: 'x", "config.yaml:2:4: unclosed quote"),
        ("a: {b\n", "config.yaml:1:4: unclosed bracket '{'"),
        ("a: 1\n---\nb: 2\n", "config.yaml:3:1: expected one YAML document, found more"),
        ("- a\n", "config.yaml:1:1: expected a mapping of sections, found a list"),
        ("x: *nope\n", "config.yaml:1:4: alias references unknown anchor"),
    ] {
        assert_eq!(file(text).error(), expected, "{text}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let mut setup = nothing();
    setup.overrides.config = Some(setup.folder.path().join("gone.yaml"));
    assert_eq!(setup.error(), "gone.yaml: cannot be read: No such file or directory (os error 2)");
}
