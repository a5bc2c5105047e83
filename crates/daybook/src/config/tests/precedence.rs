//! Command line, file, environment, default: who wins, and that it is said who won.

use std::time::Duration;

use super::*;

#[test]
fn nothing_given_means_the_defaults() {
    let setup = nothing();
    let config = setup.load();
    let daybook = &config.daybook;
    assert_eq!(daybook.changed_by_header, ChangedByHeader::Admins);
    assert_eq!((daybook.host.as_str(), daybook.port), ("0.0.0.0", 4000));
    assert_eq!(daybook.max_body_bytes, 1_048_576);
    assert_eq!(daybook.database_timeout, Duration::from_secs(5));
    assert_eq!(daybook.shutdown_timeout, Duration::from_secs(30));
    assert_eq!(daybook.database_connections, 10);
    assert!(daybook.trusted_proxies.is_empty());
    assert!(config.litellm.store_audit_logs);
    assert!(config.litellm.default_team_params.is_null());
    assert!(config.general.master_key.is_none());
    assert!(config.general.allowed_ips.is_none());
    assert_eq!(config.database.describe(), "SQLite file ./daybook-data/daybook.db");
    assert_eq!(setup.source("daybook.port"), "4000 <- default");
    assert_eq!(setup.source("litellm_settings.timezone"), "UTC <- default");
    assert_eq!(setup.source("general_settings.master_key"), "not set <- default");
    assert!(config.warnings().is_empty());
}

#[test]
fn the_command_line_wins_over_the_file_and_the_file_over_the_environment() {
    let setup = nothing().variable("PORT", "4001");
    assert_eq!(setup.source("daybook.port"), "4001 <- environment PORT");
    let setup = setup.variable("DAYBOOK_PORT", "4002");
    assert_eq!(setup.source("daybook.port"), "4002 <- environment DAYBOOK_PORT");

    let setup = file("daybook:\n  port: 4003\n").variable("DAYBOOK_PORT", "4002");
    assert_eq!(setup.source("daybook.port"), "4003 <- config.yaml:2");

    let setup = setup.overridden(Overrides {
        port: Some(0),
        host: Some("::1".to_owned()),
        data_dir: Some("/data".into()),
        ..Overrides::default()
    });
    assert_eq!(setup.source("daybook.port"), "0 <- command line --port");
    assert_eq!(setup.source("daybook.host"), "::1 <- command line --host");
    assert_eq!(setup.source("daybook.data_dir"), "/data <- command line --data-dir");
    assert_eq!(setup.load().database.describe(), "SQLite file /data/daybook.db");
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let setup = nothing().and_file("other.yaml", "daybook: {port: 5000}\n");
    let path = setup.folder.path().join("other.yaml");
    let setup = setup.variable("CONFIG_FILE_PATH", path.to_str().unwrap());
    assert_eq!(setup.source("daybook.port"), "5000 <- other.yaml:1");
    assert_eq!(setup.load().file, Some(path));
}

#[test]
fn audit_is_on_unless_the_file_or_else_the_environment_says_no() {
    for (file_says, variable, expected) in [
        ("", None, "true <- default"),
        ("", Some("true"), "true <- environment LITELLM_STORE_AUDIT_LOGS"),
        ("", Some("FALSE"), "false <- environment LITELLM_STORE_AUDIT_LOGS"),
        ("", Some("maybe"), "true <- default"),
        ("", Some(""), "true <- default"),
        ("true", Some("false"), "true <- config.yaml:2"),
        ("false", Some("true"), "false <- config.yaml:2"),
        ("no", None, "false <- config.yaml:2"),
        ("'False'", None, "false <- config.yaml:2"),
        ("null", Some("false"), "false <- environment LITELLM_STORE_AUDIT_LOGS"),
        ("os.environ/AUDIT", None, "true <- default"),
    ] {
        let mut setup = match file_says {
            "" => nothing(),
            says => file(&format!("litellm_settings:\n  store_audit_logs: {says}\n")),
        };
        if let Some(value) = variable {
            setup = setup.variable("LITELLM_STORE_AUDIT_LOGS", value);
        }
        let source = setup.source("litellm_settings.store_audit_logs");
        assert_eq!(source, expected, "{file_says:?} {variable:?}");
    }
}

#[test]
fn the_master_key_of_the_file_wins_over_the_environment() {
    let from_file = file("general_settings: {master_key: sk-file}").variable("LITELLM_MASTER_KEY", "sk-env");
    assert_eq!(from_file.load().general.master_key.unwrap().expose(), "sk-file");
    let from_environment = file("general_settings:").variable("LITELLM_MASTER_KEY", "sk-env");
    assert_eq!(from_environment.load().general.master_key.unwrap().expose(), "sk-env");
}

#[test]
fn stored_values_are_encrypted_with_the_salt_key_or_else_the_master_key() {
    let setup = nothing().variable("LITELLM_MASTER_KEY", "sk-m");
    assert_eq!(setup.load().general.encryption_key().unwrap().expose(), "sk-m");
    let setup = setup.variable("LITELLM_SALT_KEY", "sk-s").variable("LITELLM_KEY_ROTATION_GRACE_PERIOD", "24h");
    let general = setup.load().general;
    assert_eq!(general.encryption_key().unwrap().expose(), "sk-s");
    assert_eq!(general.key_rotation_grace_period.as_deref(), Some("24h"));
}

#[test]
fn the_files_variables_lie_over_the_given_ones() {
    let setup = file(
        "general_settings:\n  master_key: os.environ/MASTER\nenvironment_variables:\n  MASTER: os.environ/OTHER\n  DAYBOOK_PORT: 4500\n  GONE: os.environ/NOWHERE\n",
    )
    .variable("MASTER", "sk-given")
    .variable("OTHER", "sk-other")
    .variable("DAYBOOK_PORT", "1");
    let config = setup.load();
    assert_eq!(config.general.master_key.as_ref().unwrap().expose(), "sk-other");
    assert_eq!(setup.source("daybook.port"), "4500 <- config.yaml:5 (environment DAYBOOK_PORT)");
    assert_eq!(setup.source("general_settings.master_key"), "set <- config.yaml:2 (environment MASTER)");
    let warnings: Vec<_> = config.warnings().iter().map(|warning| setup.local(warning)).collect();
    assert_eq!(
        warnings,
        [
            "config.yaml:4: environment_variables.MASTER overrides the environment's MASTER",
            "config.yaml:5: environment_variables.DAYBOOK_PORT overrides the environment's DAYBOOK_PORT",
        ]
    );
}

#[test]
fn a_reference_to_a_missing_variable_is_silence_with_a_warning() {
    let setup = file("general_settings:\n  master_key: os.environ/NOWHERE\n");
    let config = setup.load();
    assert!(config.general.master_key.is_none());
    assert_eq!(
        setup.local(&config.warnings()[0]),
        "config.yaml:2 (environment NOWHERE): general_settings.master_key: the variable is not set"
    );
}

#[test]
fn variables_that_others_set_for_something_else_are_left_alone() {
    let setup = nothing().variable("HOST", "x86_64-conda-linux-gnu").variable("DAYBOOK_PORT", "tcp://10.0.0.1:4000");
    assert_eq!(setup.source("daybook.host"), "0.0.0.0 <- default");
    assert_eq!(setup.source("daybook.port"), "4000 <- default");
    let setup = nothing().variable("HOST", "127.0.0.1");
    assert_eq!(setup.source("daybook.host"), "127.0.0.1 <- environment HOST");
}

#[test]
fn a_list_in_a_variable_is_separated_by_commas() {
    let setup = nothing().variable("DAYBOOK_TRUSTED_PROXIES", "10.0.0.0/8, ::1");
    assert_eq!(setup.source("daybook.trusted_proxies"), "[10.0.0.0/8, ::1] <- environment DAYBOOK_TRUSTED_PROXIES");
}
