//! What must be true after a kill, checked against a snapshot of the database while the other replica goes on.

use std::collections::{BTreeMap, HashSet};

use daybook::ledger::verify::verify;
use daybook::model::row::{Row, RowExt as _};
use daybook::model::table::{KEYS, TEAMS, Table};
use daybook::store::{Location, Onlooker, Options, Store};
use daybook::testing::{Follower, TestDb, assert_invariants};
use tlog::{Frontier, Hash, SignedCheckpoint, TileId, TreeHead};

use super::client::{Acknowledged, Answered, Change};

/// So many checks of what is new come to one verification of everything.
const VERIFIED: usize = 25;

const TABLES: [&Table; 2] = [&TEAMS, &KEYS];

pub struct Checker {
    options: Options,
    /// Kept on PostgreSQL. On SQLite whoever is the last to close the file tidies up after a killed server, and that
    /// is to be the next server as often as not.
    store: Option<Store>,
    follower: Follower,
    /// What each entry says, in their order.
    entries: Vec<Said>,
    acknowledged: HashSet<usize>,
    tree: Frontier,
    /// The root of the log at each size.
    roots: Vec<Hash>,
    /// Those that somebody got, by size.
    checkpoints: BTreeMap<u64, SignedCheckpoint>,
    checks: usize,
}

struct Said {
    action: String,
    table: String,
    object_id: String,
    budget: Option<f64>,
}

/// How much was checked.
#[derive(Debug)]
pub struct Counts {
    pub acknowledged: usize,
    /// Different ones that were signed and handed out.
    pub checkpoints: usize,
    /// Changes that are there although their answer was lost.
    pub unacknowledged: usize,
}

impl Checker {
    pub fn new(db: &TestDb) -> Checker {
        Checker {
            options: db.options(),
            store: None,
            follower: Follower::default(),
            entries: Vec::new(),
            acknowledged: HashSet::new(),
            tree: Frontier::restore(0, std::iter::empty::<(TileId, Vec<u8>)>()).unwrap(),
            roots: vec![tlog::EMPTY_ROOT],
            checkpoints: BTreeMap::new(),
            checks: 0,
        }
    }

    /// `answered` must have been gathered before this is called: all of it is in what this sees.
    pub async fn check(&mut self, answered: Answered) {
        let store = match self.store.take() {
            Some(store) => store,
            None => Store::open(self.options.clone()).await.unwrap(),
        };
        let mut session = store.read().await.unwrap();
        let new = self.follower.follow(&mut session).await;
        let mut touched = HashSet::new();
        for (ledger, audit) in &new {
            self.tree.append(tlog::leaf_hash(ledger.text("leaf").unwrap().as_bytes()));
            self.roots.push(self.tree.root());
            let said = Said::of(audit);
            touched.insert((said.table.clone(), said.object_id.clone()));
            self.entries.push(said);
        }
        self.follower.assert_recorded(&mut session, &TABLES, &touched).await;
        drop(session);
        for change in answered.changes {
            self.assert_there(&change);
        }
        for checkpoint in answered.checkpoints {
            let TreeHead { size, root } = *checkpoint.checkpoint().head();
            let known = usize::try_from(size).ok().and_then(|size| self.roots.get(size));
            assert_eq!(known, Some(&root), "the log is not the one whose first {size} entries were signed");
            self.checkpoints.insert(size, checkpoint);
        }
        self.checks += 1;
        if self.checks.is_multiple_of(VERIFIED) {
            self.verify().await;
        }
        match self.options.location {
            Location::Sqlite { .. } => store.close().await,
            Location::Postgres { .. } => self.store = Some(store),
        }
    }

    fn assert_there(&mut self, change: &Acknowledged) {
        let said = self.entries.get(change.seq).unwrap_or_else(|| panic!("{change:?} was acknowledged and is gone"));
        let there = match &change.what {
            Change::Budget { team, budget } => said.is("updated", &TEAMS, team) && said.budget == Some(*budget),
            Change::NewKey { token } => said.is("created", &KEYS, token),
            Change::NoKey { token } => said.is("deleted", &KEYS, token),
        };
        assert!(
            there,
            "{change:?} was acknowledged, and its entry is {} {} {}",
            said.action, said.table, said.object_id
        );
        assert!(self.acknowledged.insert(change.seq), "two changes were told that they are entry {}", change.seq);
    }

    /// [`Self::check`], then every entry from the first on, and every row. Gives the size of the log.
    pub async fn check_everything(&mut self, answered: Answered) -> usize {
        self.check(answered).await;
        let store = Store::open(self.options.clone()).await.unwrap();
        assert_invariants(&store).await;
        self.verify().await;
        let mut session = store.read().await.unwrap();
        let objects: Vec<_> = self.follower.objects().cloned().collect();
        self.follower.assert_recorded(&mut session, &TABLES, &objects).await;
        drop(session);
        store.close().await;
        self.entries.len()
    }

    /// What `daybook verify --db --checkpoint` says, given checkpoints that were handed out.
    async fn verify(&self) {
        let onlooker = Onlooker::open(&self.options.location, &self.options.pooling).await.unwrap();
        let kept = self.checkpoints.iter().rev().take(8);
        let kept = kept.map(|(size, checkpoint)| (size.to_string(), checkpoint.to_string().into_bytes())).collect();
        let options = daybook_verify::source::Options { kept, ..Default::default() };
        let report = verify(&onlooker, "the database", &options, &mut |_, _| {}).await;
        assert_eq!(report.problems_found, 0, "{:?}", report.problems);
        assert!(report.counts.entries >= self.entries.len() as u64, "{report:?}");
        onlooker.close().await;
    }

    pub fn said(&self) -> Counts {
        // The first entries are the teams that the test makes.
        let unacknowledged = self.entries.len() - super::TEAMS - self.acknowledged.len();
        Counts { acknowledged: self.acknowledged.len(), checkpoints: self.checkpoints.len(), unacknowledged }
    }
}

impl Said {
    fn of(audit: &Row) -> Said {
        let text = |name: &str| audit.text(name).unwrap().to_owned();
        let budget = audit.object("updated_values").and_then(|after| after.float("max_budget"));
        Said { action: text("action"), table: text("table_name"), object_id: text("object_id"), budget }
    }

    fn is(&self, action: &str, table: &Table, object_id: &str) -> bool {
        self.action == action && self.table == table.name && self.object_id == object_id
    }
}
