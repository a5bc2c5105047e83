//! `daybook erase`: parts of entries leave the log, on the record.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::Args;
use daybook::ledger::erase::{self, EraseError, Scope, Tally, check_reason, erase_subject, plan_entry, survey_subject};
use daybook::model::actor::Actor;
use daybook::model::leaf::Part;
use daybook::store::{Dialect, Passed, Store};

use super::Settings;
use super::ledger::{actor, open, refuse_what_went_back, say};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The audit id of one entry.
    #[arg(long, value_name = "ID", required_unless_present = "subject", requires = "part")]
    entry: Option<String>,
    /// Which parts of it, with commas: before, after, actor, object, context.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', value_parser = part, conflicts_with = "subject")]
    part: Vec<Part>,
    /// A person, by their user id or another name that entries have for them: what they did, and what was done to their rows.
    #[arg(long, value_name = "USER", conflicts_with = "entry")]
    subject: Option<String>,
    /// With --subject: also rows of others that mention them (a team's roster, created_by).
    #[arg(long, requires = "subject")]
    mentions: bool,
    /// Why. It stays in the log for good: name nobody.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Say what would be erased, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: Settings,
}

fn part(name: &str) -> Result<Part, String> {
    let known = Part::ALL.into_iter().find(|part| part.name() == name.trim());
    known.ok_or_else(|| format!("there is no part {name:?}: before, after, actor, object, context"))
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { entry, part, subject, mentions, reason, dry_run, yes, settings } = arguments;
    check_reason(&reason, subject.as_deref())?;
    let log = open(settings).await?;
    let who = actor("daybook erase");
    let store = &log.store;
    anyhow::ensure!(
        store.audit(),
        "changes are not recorded (store_audit_logs is false), and an erasure must be: nothing was erased"
    );
    if !dry_run {
        refuse_what_went_back(&log, &who).await?;
    }
    let asked = Asked { store, who: &who, reason: &reason, dry_run, yes };
    let erased = match (entry, subject) {
        (Some(id), _) => asked.entry(&id, &part).await?,
        (None, Some(subject)) => {
            let scope = if mentions { Scope::Mentions } else { Scope::Rows };
            asked.subject(&subject, scope).await?
        }
        (None, None) => anyhow::bail!("--entry or --subject is needed"),
    };
    if erased {
        // It holds names. A running server makes it again, without those that are gone.
        let _ = std::fs::remove_file(crate::run::index_file(&log.config));
        forget(store).await?;
    }
    store.close().await;
    Ok(())
}

struct Asked<'a> {
    store: &'a Store,
    who: &'a Actor,
    reason: &'a str,
    dry_run: bool,
    yes: bool,
}

impl Asked<'_> {
    async fn entry(&self, id: &str, parts: &[Part]) -> anyhow::Result<bool> {
        let (planned, passed) = plan_entry(self.store, id, parts).await?;
        for (part, why) in passed {
            let why = match why {
                Passed::Absent => "the entry has none",
                Passed::Gone => "is erased already",
                Passed::Needed => "says what was erased or adopted, and stays",
            };
            say(&format!("The {part} is left: {why}."))?;
        }
        if planned.parts.is_empty() {
            say("There is nothing to erase.")?;
            return Ok(false);
        }
        let names = names(&planned.parts);
        if !self.goes_on(&format!("The {names} of entry {} (audit id {id})", planned.seq))? {
            return Ok(false);
        }
        let done = erase::erase(self.store, self.who, &[planned], self.reason).await?;
        say(&format!("{} parts of {} entries were erased, and that is on the record.", parts_of(&done), done.len()))?;
        Ok(true)
    }

    async fn subject(&self, subject: &str, scope: Scope) -> anyhow::Result<bool> {
        let Tally { entries, parts, mentions } = survey_subject(self.store, subject, scope).await?;
        if mentions > 0 {
            say(&format!(
                "{mentions} entries mention them in rows of others and are left; --mentions takes those out as well."
            ))?;
        }
        if entries == 0 {
            say("There is nothing to erase.")?;
            return Ok(false);
        }
        if !self.goes_on(&format!("{parts} parts of {entries} entries"))? {
            return Ok(false);
        }
        let progress = |tally: &Tally| tracing::info!("{} parts of {} entries are erased", tally.parts, tally.entries);
        let done = erase_subject(self.store, self.who, subject, scope, self.reason, progress).await?;
        say(&format!("{} parts of {} entries were erased, and that is on the record.", done.parts, done.entries))?;
        Ok(true)
    }

    /// Whether to do it.
    fn goes_on(&self, what: &str) -> anyhow::Result<bool> {
        if self.dry_run {
            say(&format!("{what} would be erased. Nothing was changed."))?;
            return Ok(false);
        }
        if self.yes {
            return Ok(true);
        }
        let mut input = std::io::stdin().lock();
        anyhow::ensure!(input.is_terminal(), "{what} would be erased for good; --yes says that this is meant");
        let mut out = std::io::stdout().lock();
        write!(out, "{what} will be erased for good. Go on? [y/N] ").and_then(|()| out.flush())?;
        let mut answer = String::new();
        input.read_line(&mut answer)?;
        let yes = matches!(answer.trim(), "y" | "Y" | "yes");
        if !yes {
            writeln!(out, "Nothing was changed.")?;
        }
        Ok(yes)
    }
}

fn names(parts: &[Part]) -> String {
    parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ")
}

fn parts_of(erased: &[daybook::store::Erased]) -> usize {
    erased.iter().map(|erased| erased.parts.len()).sum()
}

/// What was overwritten also goes from the database's own files, where a program can see to it.
async fn forget(store: &Store) -> Result<(), anyhow::Error> {
    let gone = store.forget().await.map_err(EraseError::Store)?;
    match (store.dialect(), gone) {
        (Dialect::Sqlite, true) => {}
        (Dialect::Sqlite, false) => say(
            "The write-ahead log of the database is in use and still holds what was erased; it goes when the server is \
             restarted.",
        )?,
        (Dialect::Postgres, _) => {
            say("PostgreSQL keeps the old rows in its files until they are vacuumed: VACUUM \"LiteLLM_AuditLog\", \
             daybook.ledger, daybook.text, daybook.segment. The words of it stay in an index until REINDEX INDEX daybook.daybook_text_words.")?
        }
    }
    say("Backups, replicas and exports keep what they hold.")
}
