//! No secret in `Debug`, in the list of sources, in a warning or in an error.

use super::*;

const SECRETS: [&str; 6] =
    ["sk-hidden-master", "hidden-salt", "hidden-password", "hidden-user", "hidden-azure", "hidden-langfuse"];

#[test]
fn no_secret_is_shown() {
    let setup = file(
        "model_list: [{model_name: a, litellm_params: {api_key: hidden-azure}}]\n\
         general_settings:\n  master_key: sk-hidden-master\n\
         litellm_settings:\n  default_team_params: {metadata: {secret: hidden-langfuse}}\n\
         environment_variables: {A: hidden-azure}\n",
    )
    .variable("LITELLM_SALT_KEY", "hidden-salt")
    .variable("A", "other")
    .variable("DATABASE_URL", "postgres://hidden-user:hidden-password@db/x?password=hidden-password");
    let config = setup.load();
    let environment: Environment = setup.environment.iter().cloned().collect();
    let shown = format!(
        "{config:?} {config:#?} {environment:?} {:?} {:?} {}",
        config.sources(),
        config.warnings(),
        config.database.describe()
    );
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!(setup.source("general_settings.master_key"), "set <- config.yaml:3");
    assert_eq!(setup.source("LITELLM_SALT_KEY"), "set <- environment LITELLM_SALT_KEY");
    assert_eq!(
        setup.source("general_settings.database_url"),
        "PostgreSQL at db/x (schema public) <- environment DATABASE_URL"
    );
    assert_eq!(setup.source("litellm_settings.default_team_params"), "{metadata} <- config.yaml:5");
}

#[test]
fn no_error_shows_a_secret() {
    for text in [
        "general_settings: {database_url: 'mysql://u:hunter2@h/d'}",
        "general_settings: {database_url: 'u:hunter2@h/d'}",
        "general_settings: {database_url: 'hunter2://h'}\ndaybook: {port: sk-hunter2}",
        "general_settings: {database_url: 'postgresql://u:hunter2/x@h/d'}",
        "general_settings: {database_url: 'postgresql://u:hunter2?x@h/d'}",
        "general_settings: {database_url: 'postgresql://u:p@hunter2/x@h/d'}",
        "general_settings: {master_key: [hunter2]}",
        "general_settings: {master_key: 'hunter2",
        "general_settings: {master_key: 'hunter2' x}",
        "general_settings: {store_model_in_db: 'postgresql://u:hunter2@h/d'}",
        "litellm_settings: {timezone: sk-hunter2}",
    ] {
        let error = file(text).try_load().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{text}: {shown}");
    }
}
