//! The `daybook.ledger:` section: the key that signs the log, and who sees what of it.

use std::path::PathBuf;
use std::time::Duration;

use super::anchors::{self, AnchorSettings, Aws};
use super::error::ConfigError;
use super::given::Given;
use super::reader::Reader;
use super::secret::Secret;

/// Settings of the provable log.
#[derive(Debug, Clone)]
pub struct LedgerSettings {
    /// Whether checkpoints, hash tiles and the log's public key are open to everybody; otherwise they need a valid key.
    pub public: bool,
    /// How long a change may wait for a published checkpoint.
    pub checkpoint_interval: Duration,
    /// The keys that sign, in Go's `PRIVATE+KEY+...` form, parted by white space; the first one is the log's, the others
    /// sign beside it while verifiers learn of it.
    pub signing_key: Option<Secret>,
    /// Where the keys are kept, when they are not given: one a line. Made at the first start.
    pub signing_key_file: PathBuf,
    /// What the last signature was for, outside of the database: by it a database that went back is noticed.
    pub last_signed_file: PathBuf,
    /// Who is given each published checkpoint.
    pub anchors: Vec<AnchorSettings>,
}

const NAMES: [&str; 6] =
    ["public", "checkpoint_interval", "signing_key", "signing_key_file", "last_signed_file", "anchors"];

impl LedgerSettings {
    /// `folder` is where files go that are not named: beside the database file, else the data folder.
    pub(super) fn read(reader: &mut Reader<'_>, folder: &std::path::Path) -> Result<Self, ConfigError> {
        let mut section = reader.subsection("daybook", "ledger", "daybook.ledger")?;
        section.refuse_unknown(&NAMES)?;
        let aws = Aws::read(section.reader);
        let path = |given: &Given| given.text().map(PathBuf::from);
        Ok(Self {
            public: section.or("public", &["DAYBOOK_LEDGER_PUBLIC"], Given::boolean, false)?,
            checkpoint_interval: section.or(
                "checkpoint_interval",
                &["DAYBOOK_LEDGER_CHECKPOINT_INTERVAL"],
                Given::seconds,
                Duration::from_secs(600),
            )?,
            signing_key: section.optional("signing_key", &["DAYBOOK_SIGNING_KEY"], Given::secret)?,
            signing_key_file: section.or(
                "signing_key_file",
                &["DAYBOOK_SIGNING_KEY_FILE"],
                path,
                folder.join("signing_key"),
            )?,
            last_signed_file: section.or(
                "last_signed_file",
                &["DAYBOOK_LAST_SIGNED_FILE"],
                path,
                folder.join("last_signed"),
            )?,
            anchors: section.or("anchors", &[], |given| anchors::parse(given, &aws), anchors::default(folder))?,
        })
    }
}
