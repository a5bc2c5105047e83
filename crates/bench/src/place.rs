//! Where databases are made.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use daybook::model::time::Clock;
use daybook::store::{Dialect, Location, Options, Pooling, Store, bench};
use jiff::Timestamp;

/// One of the two databases.
#[derive(Clone, Debug)]
pub enum Place {
    Sqlite {
        folder: PathBuf,
    },
    /// A server, on which databases are made beside the one that the URL names.
    Postgres {
        url: String,
    },
}

impl Place {
    pub fn name(&self) -> &'static str {
        match self {
            Place::Sqlite { .. } => "SQLite",
            Place::Postgres { .. } => "PostgreSQL",
        }
    }

    pub fn dialect(&self) -> Dialect {
        match self {
            Place::Sqlite { .. } => Dialect::Sqlite,
            Place::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The database of this name, made unless it is there.
    pub async fn database(&self, name: &str) -> anyhow::Result<Location> {
        match self {
            Place::Sqlite { folder } => Ok(Location::Sqlite { path: folder.join(format!("{name}.db")) }),
            Place::Postgres { url } => {
                bench::create_database(url, &format!("bench_{name}")).await.context("cannot make a database")
            }
        }
    }

    /// The database of this name, new and empty.
    pub async fn fresh(&self, name: &str) -> anyhow::Result<Location> {
        self.remove(name).await?;
        self.database(name).await
    }

    pub async fn remove(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Place::Sqlite { folder } => {
                for end in ["", "-wal", "-shm"] {
                    let path = folder.join(format!("{name}.db{end}"));
                    if path.exists() {
                        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                    }
                }
            }
            Place::Postgres { url } => bench::drop_database(url, &format!("bench_{name}")).await?,
        }
        Ok(())
    }

    /// The bytes that are free where the databases are, if the system says so.
    pub fn free_bytes(&self) -> Option<u64> {
        let Place::Sqlite { folder } = self else { return None };
        let output = std::process::Command::new("df").args(["-B1", "--output=avail"]).arg(folder).output().ok()?;
        String::from_utf8_lossy(&output.stdout).lines().nth(1)?.trim().parse().ok()
    }
}

/// As the product opens a store, but for a patience that lets indexes be made.
pub fn options(location: Location) -> Options {
    Options { pooling: Pooling { connections: 10, timeout: Duration::from_secs(60) }, ..Options::new(location) }
}

/// A store for a bulk load: the log begins before the first row, and no statement is too long.
pub async fn open_for_loading(location: Location, begin: Timestamp) -> anyhow::Result<Store> {
    #[derive(Debug)]
    struct Standing(Timestamp);
    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            self.0
        }
    }
    let patience = Pooling { connections: 4, timeout: Duration::from_secs(3600) };
    Ok(Store::open(Options { pooling: patience, clock: Arc::new(Standing(begin)), ..options(location) }).await?)
}
