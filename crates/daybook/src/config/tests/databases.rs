//! Which database is meant, and what of its URL survives.

use super::*;

fn database(url: &str) -> Database {
    nothing().variable("DATABASE_URL", url).load().database
}

#[test]
fn prismas_parameters_are_taken_out_of_a_postgres_url() {
    for (url, kept, schema) in [
        ("postgres://u:p@h:5432/d", "postgres://u:p@h:5432/d", "public"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql", "public"),
        (
            "postgresql://u:p%40@h/d?connection_limit=5&pool_timeout=9&connect_timeout=3&pgbouncer=true&statement_cache_size=0&socket_timeout=1",
            "postgresql://u:p%40@h/d",
            "public",
        ),
        (
            "postgresql://u:p@h/d?schema=lite%20llm&sslmode=require&sslaccept=accept_invalid_certs",
            "postgresql://u:p@h/d?sslmode=require",
            "lite llm",
        ),
        (
            "postgresql://u:p@h/d?sslaccept=strict&sslmode=require&sslrootcert=/ca.pem",
            "postgresql://u:p@h/d?sslmode=verify-full&sslrootcert=/ca.pem",
            "public",
        ),
        ("postgresql://u:p@[::1]:5/d?", "postgresql://u:p@[::1]:5/d", "public"),
    ] {
        match database(url) {
            Database::Postgres { url: found, schema: in_schema } => {
                assert_eq!((found.expose(), in_schema.as_str()), (kept, schema));
            }
            Database::Sqlite { path } => panic!("{url}: {path:?}"),
        }
    }
}

#[test]
fn a_sqlite_url_names_a_file() {
    for (url, file) in [
        ("sqlite:audit.db", "audit.db"),
        ("sqlite://audit.db", "audit.db"),
        ("sqlite:///srv/my%20audit.db?mode=rwc", "/srv/my audit.db"),
    ] {
        assert!(matches!(database(url), Database::Sqlite { path } if path.as_os_str() == file), "{url}");
    }
}

#[test]
fn any_other_url_is_refused_with_what_is_allowed() {
    for (url, problem) in [
        ("mysql://h/d", "unknown database scheme mysql://, expected postgresql://, postgres:// or sqlite:"),
        ("file:./dev.db", "not a database URL, expected postgresql://, postgres:// or sqlite:"),
        ("sqlite:", "the URL names no file"),
        ("sqlite::memory:", "a database in memory keeps no log, name a file"),
        ("postgres://h/d?schema=", "the schema's name is empty or unreadable"),
        ("postgres://u:a/b@h/d", "one of / ? # @ in a user name, a password or a parameter must be percent-encoded"),
    ] {
        assert_eq!(
            nothing().variable("DATABASE_URL", url).error(),
            format!("environment DATABASE_URL: general_settings.database_url: {problem}")
        );
    }
    assert_eq!(
        file("general_settings:\n  database_url: ''\n").error(),
        "config.yaml:2: general_settings.database_url: must not be empty"
    );
}

#[test]
fn the_files_url_wins_and_an_empty_variable_is_absent() {
    let setup = file("general_settings:\n  database_url: sqlite:file.db\n").variable("DATABASE_URL", "postgres://h/d");
    assert_eq!(setup.source("general_settings.database_url"), "SQLite file file.db <- config.yaml:2");
    let setup = file("general_settings:\n  database_url: os.environ/DATABASE_URL\n").variable("DATABASE_URL", "");
    assert_eq!(setup.source("general_settings.database_url"), "SQLite file ./daybook-data/daybook.db <- default");
}

#[test]
fn a_url_is_assembled_from_its_parts() {
    let setup = nothing()
        .variable("DATABASE_HOST", "db:5433")
        .variable("DATABASE_USERNAME", "llm@corp")
        .variable("DATABASE_NAME", "litellm");
    let Database::Postgres { url, .. } = setup.load().database else {
        panic!("not PostgreSQL");
    };
    assert_eq!(url.expose(), "postgresql://llm%40corp@db:5433/litellm");

    let setup = setup.variable("DATABASE_PASSWORD", "p@ss w/rd?").variable("DATABASE_SCHEMA", "gate");
    let Database::Postgres { url, schema } = setup.load().database else {
        panic!("not PostgreSQL");
    };
    assert_eq!(url.expose(), "postgresql://llm%40corp:p%40ss%20w%2Frd%3F@db:5433/litellm");
    assert_eq!(schema, "gate");
    assert_eq!(
        setup.source("general_settings.database_url"),
        "PostgreSQL at db:5433/litellm (schema gate) <- environment DATABASE_HOST"
    );
}

#[test]
fn a_host_without_the_rest_is_a_mistake() {
    let setup = nothing().variable("DATABASE_HOST", "db").variable("DATABASE_USERNAME", "llm");
    assert_eq!(
        setup.error(),
        "environment DATABASE_HOST: general_settings.database_url: DATABASE_NAME must be set as well"
    );
}
