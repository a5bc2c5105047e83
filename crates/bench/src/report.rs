//! What is printed, and what is kept of it: a table and a file for each figure on each database.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use crate::measure::{Line, median};

/// What a run is about, and where its findings go.
#[derive(Debug)]
pub struct Report {
    folder: PathBuf,
    scale: &'static str,
    facts: Map<String, Value>,
}

impl Report {
    pub fn new(folder: PathBuf, scale: &'static str, facts: Map<String, Value>) -> Report {
        Report { folder, scale, facts }
    }

    pub fn say(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// The machine and the command, as a table.
    pub fn facts_text(&self) -> String {
        let rows = self.facts.iter().map(|(name, value)| vec![name.clone(), plain(value)]).collect();
        markdown(&[Column::text("fact"), Column::text("value")], rows)
    }

    /// Prints the table of a figure, and keeps it as `<scale>-<database>-<figure>.json` and `.md`.
    pub fn add(&mut self, lines: &[Line]) -> anyhow::Result<()> {
        let Some(Line { figure, database, .. }) = lines.first() else { return Ok(()) };
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        self.facts.insert("load after".to_owned(), json!(load.split(' ').take(3).collect::<Vec<_>>().join(" ")));
        let text = format!("### {figure}, {database}, {}\n\n{}", self.scale, table(lines));
        self.say(&text);
        let figures: Vec<Value> = lines.iter().map(Line::to_json).collect();
        let json = json!({"scale": self.scale, "database": database, "facts": self.facts, "figures": figures});
        let name = format!("{}-{}-{figure}", self.scale, database.to_lowercase());
        for (end, text) in [("json", serde_json::to_string_pretty(&json)?), ("md", text)] {
            let path = self.folder.join(format!("{name}.{end}"));
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    pub fn finish(&self) {
        self.say(&format!(
            "p50, p95, p99 and a second: the median over the rounds of each round's. A ratio is taken round by round, of two \n\
             things that were measured in turns: its median, then the least and the greatest.\n\nkept in {}",
            self.folder.display()
        ));
    }
}

/// A column of a table: its heading, and whether numbers are in it.
struct Column {
    heading: String,
    is_number: bool,
}

impl Column {
    fn text(heading: &str) -> Column {
        Column { heading: heading.to_owned(), is_number: false }
    }

    fn number(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), is_number: true }
    }
}

/// Only the columns that some line has something for.
fn table(lines: &[Line]) -> String {
    let mut columns = vec![Column::text("case")];
    let mut rows: Vec<Vec<String>> = lines.iter().map(|line| vec![line.case.clone()]).collect();
    let mut column = |column: Column, cell: &dyn Fn(&Line) -> Option<String>| {
        let cells: Vec<Option<String>> = lines.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            columns.push(column);
            rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell.unwrap_or_default()));
        }
    };
    let mut facts: Vec<&str> = Vec::new();
    let mut ratios: Vec<&str> = Vec::new();
    for line in lines {
        for (name, _) in &line.facts {
            if !facts.contains(name) {
                facts.push(name);
            }
        }
        for ratio in &line.ratios {
            if !ratios.contains(&ratio.name.as_str()) {
                ratios.push(&ratio.name);
            }
        }
    }
    // A value that is no percentile of anything has a heading of its own.
    let has_percentiles = lines.iter().any(|line| line.p99().is_some());
    column(Column::number(if has_percentiles { "p50" } else { "value" }), &|line| line.p50().map(number));
    column(Column::number("p99"), &|line| line.p99().map(number));
    column(Column::text("unit"), &|line| line.p50().map(|_| line.unit.to_owned()));
    column(Column::number("a second"), &|line| line.rate().map(number));
    for name in facts {
        column(Column::number(name), &|line| {
            line.facts.iter().find(|(have, _)| *have == name).map(|(_, value)| plain(value))
        });
    }
    for name in ratios {
        column(Column::number(name), &|line| {
            let ratio = line.ratios.iter().find(|ratio| ratio.name == name)?;
            let least = ratio.rounds.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = ratio.rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let middle = median(ratio.rounds.iter().copied());
            Some(match ratio.rounds.len() {
                1 => format!("{middle:.2}"),
                _ => format!("{middle:.2} ({least:.2} to {greatest:.2})"),
            })
        });
    }
    column(Column::text("rounds"), &|line| {
        let operations = line.operations().filter(|operations| line.rounds.len() > 1 || *operations > 1.0)?;
        Some(format!("{} x {operations:.0}", line.rounds.len()))
    });
    column(Column::text("remark"), &|line| line.remark.clone());
    markdown(&columns, rows)
}

/// A table that is read as it stands, and that is rendered.
fn markdown(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([columns[at].heading.chars().count(), 3]).max().unwrap_or(3)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    let headings: Vec<String> = columns.iter().map(|column| column.heading.clone()).collect();
    let rule = columns.iter().zip(&widths).map(|(column, width)| match column.is_number {
        true => format!("{}:", "-".repeat(width - 1)),
        false => "-".repeat(*width),
    });
    let rule: Vec<String> = rule.collect();
    for row in [headings, rule].into_iter().chain(rows) {
        for ((cell, column), width) in row.iter().zip(columns).zip(&widths) {
            let cell = match column.is_number {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            };
            text.push_str(&format!("| {cell} "));
        }
        text.push_str("|\n");
    }
    text
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
    let rounded = |value: &Value| match value {
        Value::Number(found) if found.is_f64() => number(found.as_f64().unwrap_or(f64::NAN)),
        other => other.to_string(),
    };
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name} {}", rounded(value))).collect::<Vec<_>>().join(", ")
        }
        other => rounded(other),
    }
}

/// Says how far things are, beside the table.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}
