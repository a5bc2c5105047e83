//! `cargo xtask prices <json>`: the table of what models cost and can, from LiteLLM's public one.
//!
//! A line is a model: its name and, tab by tab, `<number of the member>=<JSON>`, the number alone for `true`. What is not
//! known is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value};

const TABLE: &str = "crates/daybook/src/model/prices/table.tsv";
const MEMBERS: &str = include_str!("../../crates/daybook/src/model/prices/members.txt");

pub fn run(json: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(json).with_context(|| format!("cannot read {}", json.display()))?;
    let models: BTreeMap<String, Map<String, Value>> = serde_json::from_str(&text).context("not a table of models")?;
    let mut members: Vec<&str> = MEMBERS.lines().filter(|line| !line.starts_with('#')).collect();
    let known = members.len();
    for name in models.values().flat_map(Map::keys) {
        if is_tier(name) && !members.contains(&name.as_str()) {
            members.push(name);
        }
    }
    members[known..].sort_unstable();
    let mut table = format!("{}\n", members.join("\t"));
    let mut count = 0;
    for (name, facts) in &models {
        if name == "sample_spec" {
            continue;
        }
        anyhow::ensure!(!name.contains(['\t', '\n']), "a name with a tab: {name:?}");
        count += 1;
        table.push_str(name);
        for (index, member) in members.iter().enumerate() {
            match facts.get(*member) {
                None | Some(Value::Null) => {}
                Some(Value::Bool(true)) => write!(table, "\t{index}")?,
                Some(value) => write!(table, "\t{index}={value}")?,
            }
        }
        table.push('\n');
    }
    anyhow::ensure!(count > 100, "{} has {count} models only", json.display());
    std::fs::write(crate::root().join(TABLE), &table).with_context(|| format!("cannot write {TABLE}"))?;
    eprintln!("xtask: {TABLE}: {count} models, {} bytes", table.len());
    Ok(())
}

/// A rate above a number of tokens: LiteLLM shows those of any number.
fn is_tier(name: &str) -> bool {
    let name = name.strip_suffix("_batches").unwrap_or(name);
    let Some((_, tier)) = name.rsplit_once("_above_") else { return false };
    let digits = tier.strip_suffix("_tokens").map(|tier| tier.strip_suffix('k').unwrap_or(tier));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
