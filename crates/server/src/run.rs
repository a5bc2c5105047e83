//! From a configuration to a server that answers, and from a signal to one that has stopped.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use daybook::config::{ChangedByHeader, Config, Database};
use daybook::ledger::publish::{Publisher, Timing};
use daybook::ledger::{LedgerError, Signer};
use daybook::manage::settings::{FILE_ONLY, REDACTED};
use daybook::manage::{Declared, Rules, models};
use daybook::model::actor::{Actor, Policy};
use daybook::model::budget_reset::ResetRule;
use daybook::model::random;
use daybook::model::row::Row;
use daybook::model::secret::hash_key;
use daybook::store::{Location, Options, Pooling, Store, StoreError, inspect};
use tokio::net::TcpListener;

use crate::app::{App, Settings};
use crate::{anchors, sealing, signing};

/// The setting under which the hash of a generated master key is kept.
pub const MASTER_KEY_HASH: &str = "master_key_hash";

/// A server that is ready to listen.
#[derive(Debug)]
pub struct Prepared {
    pub app: App,
    /// The master key, when this start has made one: it is shown once and not kept.
    pub new_master_key: Option<String>,
    /// What stored secrets are encrypted with.
    pub sealing: sealing::Origin,
    /// Where the key that signs the log is from.
    pub signing: signing::Origin,
}

/// Where the configuration says that the rows are.
pub fn location(config: &Config) -> Location {
    location_of(&config.database)
}

pub fn location_of(database: &Database) -> Location {
    match database {
        Database::Sqlite { path } => Location::Sqlite { path: path.clone() },
        Database::Postgres { url, schema } => {
            Location::Postgres { url: url.expose().to_owned(), schema: schema.clone() }
        }
    }
}

pub fn pooling(config: &Config) -> Pooling {
    Pooling { connections: config.daybook.database_connections, timeout: config.daybook.database_timeout }
}

/// Opens the database, brings it up to date and settles the master key.
pub async fn prepare(config: &Config) -> anyhow::Result<Prepared> {
    let (mut key, mut sealing) = sealing::find(config)?;
    let ledger = &config.ledger;
    let anchors = anchors::open(&ledger.anchors)?;
    let found = inspect(&location(config), &pooling(config))
        .await
        .with_context(|| format!("cannot use {}", config.database.describe()))?;
    let (have, known) = (found.schema_version, found.known_version);
    if have > known {
        // Before any file is made.
        return Err(StoreError::NewerSchema { found: have, known })
            .with_context(|| format!("cannot use {}", config.database.describe()));
    }
    sealing::check(&found.sealed, key.as_ref(), &sealing, config)?;
    let signing = signing::check(config, &found)?;
    let last_signed = signing::last_signed(config)?;
    // Everything that can be wrong with the settings is known by now: nothing was made before.
    if let Database::Sqlite { path } = &config.database
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        create_private_folder(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))?;
    }
    if let (None, Some(path)) = (&key, sealing::file_of(config)) {
        key = Some(sealing::make(&path)?);
        sealing = sealing::Origin::File(path);
    }
    let mut options = Options::new(location(config));
    options.sealing_key = key.clone();
    options.pooling = pooling(config);
    options.audit = config.litellm.store_audit_logs;
    let (keys, signing) = match signing {
        Some(fitting) => fitting,
        None => signing::make(config, &found, options.random.as_ref())?,
    };
    keys.origin().clone_into(&mut options.origin);
    let store = Store::open(options).await.with_context(|| format!("cannot use {}", config.database.describe()))?;
    let signer = Signer::open(store.clone(), keys, last_signed, &Actor::system("daybook serve")).await?;
    // A first checkpoint for whoever asks, and the first look at whether the database went back: that is in the log then,
    // and reading goes on.
    match signer.checkpoint().await {
        // Nothing could ever be signed with such a file, and whoever starts the server is there to mend it.
        Err(error @ LedgerError::File { .. }) => return Err(error.into()),
        Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "nothing signed at start"),
        Ok(_) => {}
    }
    let (master_key_hash, new_master_key) = settle_master_key(config, &store).await?;
    let (config_models, problems) = models::configured(config.section("model_list"));
    for problem in problems {
        tracing::warn!("{problem}");
    }
    let rules = Rules { encryption_key: key, config_models, ..rules(config, master_key_hash) };
    let timing = Timing { interval: ledger.checkpoint_interval, ..Timing::default() };
    let publisher = Publisher::new(store.clone(), signer, anchors, timing);
    let app = App::new(store, publisher, rules, settings(config));
    Ok(Prepared { app, new_master_key, sealing, signing })
}

/// The data folder is for the owner alone: it holds hashes of keys.
pub fn create_private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The hash of the configured master key, else of the one that the first start made.
async fn settle_master_key(config: &Config, store: &Store) -> anyhow::Result<(String, Option<String>)> {
    if let Some(key) = &config.general.master_key {
        return Ok((hash_key(key.expose()), None));
    }
    let made = random::new_key(store.random());
    let made_hash = hash_key(&made);
    let hash = store.setting(MASTER_KEY_HASH, || made_hash.clone()).await?;
    let new = (hash == made_hash).then_some(made);
    Ok((hash, new))
}

fn rules(config: &Config, master_key_hash: String) -> Rules {
    Rules {
        master_key_hash,
        changed_by: match config.daybook.changed_by_header {
            ChangedByHeader::Admins => Policy::Admins,
            ChangedByHeader::OptIn => Policy::OptIn,
            ChangedByHeader::Any => Policy::Any,
            ChangedByHeader::Off => Policy::Off,
        },
        reset: ResetRule { zone: config.litellm.timezone.clone(), time: config.litellm.budget_reset_time },
        default_team_params: config.litellm.default_team_params.clone(),
        default_internal_user_params: config.litellm.default_internal_user_params.clone(),
        default_key_generate_params: config.litellm.default_key_generate_params.clone(),
        upperbound_key_generate_params: config.litellm.upperbound_key_generate_params.clone(),
        key_generation_settings: config.litellm.key_generation_settings.clone(),
        disable_custom_api_keys: config.general.disable_custom_api_keys,
        disable_auto_add_proxy_admin_to_teams: config.general.disable_auto_add_proxy_admin_to_teams,
        admin_only_routes: config.general.admin_only_routes.clone(),
        rotation_grace_period: config.general.key_rotation_grace_period.clone(),
        model_writes_off: !config.general.store_model_in_db,
        config_models: Vec::new(),
        encryption_key: None,
        file: Declared::new(
            config.general.store_model_in_db,
            declared(config, "general_settings"),
            declared(config, "litellm_settings"),
        ),
    }
}

/// A section of the file as the settings pages may show it: that there is a master key, and not which.
fn declared(config: &Config, name: &str) -> Row {
    let mut section = config.section(name).as_object().cloned().unwrap_or_default();
    for (_, secret) in FILE_ONLY.iter().filter(|(section, _)| *section == name) {
        if let Some(value) = section.get_mut(*secret).filter(|value| value.is_string()) {
            *value = REDACTED.into();
        }
    }
    section
}

fn settings(config: &Config) -> Settings {
    Settings {
        max_body_bytes: config.daybook.max_body_bytes,
        request_timeout: config.daybook.request_timeout,
        key_header_name: config.general.litellm_key_header_name.clone(),
        allowed_ips: config.general.allowed_ips.clone(),
        trusted_proxies: config.daybook.trusted_proxies.clone(),
        public_ledger: config.ledger.public,
        index_file: Some(index_file(config)),
        ..Settings::default()
    }
}

/// Where the index is kept: beside the database file, else in the data folder.
pub fn index_file(config: &Config) -> PathBuf {
    match &config.database {
        Database::Sqlite { path } => {
            let mut name = path.clone().into_os_string();
            name.push("-index");
            name.into()
        }
        Database::Postgres { .. } => config.daybook.data_dir.join("audit-index"),
    }
}

/// Takes the address. This comes before the database: a first start whose port is taken must not make a master key.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let (host, port) = (&config.daybook.host, config.daybook.port);
    let name = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match TcpListener::bind((name, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(AddressTaken { host: host.clone(), port }.into()),
        Err(error) => Err(error).with_context(|| format!("cannot listen on {host}:{port}")),
    }
}

/// Somebody listens there already.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {host}:{port}: another program does already; --port names another port")]
pub struct AddressTaken {
    host: String,
    port: u16,
}

/// Answers until told to stop; then finishes the requests in flight, for as long as `patience` lasts.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
    patience: std::time::Duration,
) -> anyhow::Result<()> {
    let store = app.store().clone();
    app.refresh().await.context("the settings in the database cannot be read")?;
    let refreshing = tokio::spawn(app.clone().keep_fresh());
    let wording = tokio::spawn(app.clone().keep_words());
    let watching = tokio::spawn(app.watch().run());
    let audit_log = app.audit_log().clone();
    let indexing = tokio::spawn(audit_log.clone().run());
    let publishing = app.publisher().start().await;
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let ending = app.clone();
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        ending.end_streams();
        let _ = stopping.send(true);
    });
    let deadline = async {
        let _ = stopped.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        finished = server.into_future() => finished.context("the listener failed")?,
        () = deadline => tracing::warn!("requests still in flight after {patience:?} were cut off"),
    }
    refreshing.abort();
    wording.abort();
    watching.abort();
    indexing.abort();
    audit_log.save().await;
    publishing.stop().await;
    store.close().await;
    Ok(())
}

/// Ends at SIGTERM or SIGINT. They are heard from the call on, not from the first poll: a signal that comes while the
/// server is starting is not lost, and does not kill it half-way.
#[cfg(unix)]
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at Ctrl-C.
#[cfg(not(unix))]
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
