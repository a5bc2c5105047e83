//! Where databases are made.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use daybook::model::time::Clock;
use daybook::store::{Dialect, Location, Options, Pooling, Store, bench};
use jiff::Timestamp;

/// The key that every figure asks with.
pub const MASTER_KEY: &str = "sk-bench";

/// One of the two databases.
#[derive(Clone, Debug)]
pub enum Place {
    Sqlite {
        folder: PathBuf,
    },
    /// A server, on which databases are made beside the one that the URL names. The folder is for what is kept beside them.
    Postgres {
        url: String,
        folder: PathBuf,
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
            Place::Sqlite { .. } => {
                let folder = self.files(name);
                std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
                Ok(Location::Sqlite { path: folder.join("daybook.db") })
            }
            Place::Postgres { url, .. } => {
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
        if let Place::Postgres { url, .. } = self {
            bench::drop_database(url, &format!("bench_{name}")).await?;
        }
        // With the key that its log is signed with.
        let files = self.files(name);
        if files.exists() {
            std::fs::remove_dir_all(&files).with_context(|| format!("cannot remove {}", files.display()))?;
        }
        Ok(())
    }

    /// Whether there is a database of this name.
    pub async fn has(&self, name: &str) -> anyhow::Result<bool> {
        match self {
            Place::Sqlite { .. } => Ok(self.files(name).join("daybook.db").exists()),
            Place::Postgres { url, .. } => Ok(bench::has_database(url, &format!("bench_{name}")).await?),
        }
    }

    /// The data folder of the product that serves this database: SQLite's is in it, and keys and all else that is kept beside.
    pub fn files(&self, name: &str) -> PathBuf {
        let (Place::Sqlite { folder } | Place::Postgres { folder, .. }) = self;
        folder.join(format!("{name}-{}", self.name().to_lowercase()))
    }

    /// The environment of the product on this database, and nothing else of the environment here.
    pub async fn environment(&self, name: &str) -> anyhow::Result<Vec<(String, String)>> {
        let url = match self.database(name).await? {
            Location::Sqlite { path } => format!("sqlite:{}", path.display()),
            Location::Postgres { url, .. } => url,
        };
        let files = self.files(name);
        let file = |name: &str| files.join(name).display().to_string();
        Ok([
            ("DATABASE_URL", url),
            ("LITELLM_MASTER_KEY", MASTER_KEY.to_owned()),
            ("DAYBOOK_DATA_DIR", files.display().to_string()),
            ("DAYBOOK_SIGNING_KEY_FILE", file("signing_key")),
            ("DAYBOOK_LAST_SIGNED_FILE", file("last_signed")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
    }

    /// The bytes that are free where the databases are, if the system says so.
    pub fn free_bytes(&self) -> Option<u64> {
        let (Place::Sqlite { folder } | Place::Postgres { folder, .. }) = self;
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
