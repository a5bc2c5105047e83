//! What is printed, and what is kept of it.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use crate::measure::{Line, median};

/// Everything that a run has found out.
#[derive(Debug)]
pub struct Report {
    facts: Map<String, Value>,
    lines: Vec<Line>,
}

impl Report {
    pub fn new(facts: Map<String, Value>) -> Report {
        Report { facts, lines: Vec::new() }
    }

    pub fn say(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    pub fn facts_text(&self) -> String {
        self.facts.iter().map(|(name, value)| format!("{name:<30} {}\n", plain(value))).collect()
    }

    /// Keeps a line, and shows that it is there.
    pub fn add(&mut self, line: Line) {
        note(&format!("{} {} {}", line.figure, line.database, line.case));
        self.lines.push(line);
    }

    /// Prints the table and writes `<scale>.json`.
    pub fn finish(mut self, folder: &Path, scale: &str) -> anyhow::Result<()> {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        self.facts.insert("load after".to_owned(), json!(load.split(' ').take(3).collect::<Vec<_>>().join(" ")));
        self.say(&self.table());
        self.say(
            "p50 and p99: median over the rounds of each round's. ratio: p50 over the p50 of what it is compared with,\n\
             round by round; the median, then the least and the greatest.",
        );
        let lines: Vec<Value> = self.lines.iter().map(Line::to_json).collect();
        let json = serde_json::to_string_pretty(&json!({"scale": scale, "facts": self.facts, "figures": lines}))?;
        let names: Vec<&str> = self.lines.iter().map(|line| line.figure).collect();
        let only = names.first().filter(|first| names.iter().all(|name| name == *first));
        let file = only.map_or_else(|| format!("{scale}.json"), |name| format!("{scale}-{name}.json"));
        let path = folder.join(file);
        std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
        self.say(&format!("\nkept in {}", path.display()));
        Ok(())
    }

    fn table(&self) -> String {
        let mut rows = vec![["figure", "database", "case", "p50", "p99", "unit", "rounds", "ratio"].map(str::to_owned)];
        for line in &self.lines {
            let ratio = line.ratio.as_ref().map_or(String::new(), |ratio| {
                let least = ratio.rounds.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = ratio.rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let middle = median(ratio.rounds.iter().copied());
                format!("{middle:.2} ({least:.2} to {greatest:.2}) of {}", ratio.against)
            });
            rows.push([
                line.figure.to_owned(),
                line.database.to_owned(),
                line.case.clone(),
                number(line.p50()),
                line.p99().map_or(String::new(), number),
                line.unit.to_owned(),
                format!("{} x {}", line.rounds.len(), line.operations),
                ratio,
            ]);
        }
        let widths: [usize; 8] =
            std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
        let mut text = String::new();
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
                // Numbers end in one column.
                let cell =
                    if matches!(column, 3 | 4) { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
                text.push_str(&cell);
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let rounded = |value: &Value| value.as_f64().map_or_else(|| value.to_string(), number);
            members.iter().map(|(name, value)| format!("{name} {}", rounded(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Says how far things are, beside the table.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}
