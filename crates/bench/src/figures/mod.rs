//! The figures, by name. A new one is a file here and a line in [`FIGURES`].

mod bytes;
mod change;
mod export;
mod floor;
mod pages;
mod process;
mod proof;
mod questions;
mod readers;
mod receipt;
mod request;
pub mod served;
mod start;
mod verify;

use std::path::Path;
use std::pin::Pin;

use crate::measure::Line;
use crate::place::Place;
use crate::{Scale, data};

/// What a figure is measured with.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'a> {
    pub place: &'a Place,
    pub scale: Scale,
    pub rounds: usize,
    /// On the disk that is measured.
    pub folder: &'a Path,
}

impl Bench<'_> {
    /// A line of this database without its rounds.
    pub fn line(&self, figure: &'static str, case: impl Into<String>, unit: &'static str) -> Line {
        let database = self.place.name();
        Line {
            figure,
            database,
            case: case.into(),
            unit,
            rounds: Vec::new(),
            ratios: Vec::new(),
            facts: Vec::new(),
            remark: None,
        }
    }

    /// The data set's database is there.
    pub async fn data(&self) -> anyhow::Result<()> {
        data::rows(self.place, self.scale.name(), self.scale.rows()).await?.close().await;
        Ok(())
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Vec<Line>>> + 'a>>;

pub struct Figure {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Bench<'a>) -> Running<'a>,
}

pub const FIGURES: &[Figure] = &[
    Figure { name: "questions", run: |bench| Box::pin(questions::run(bench)) },
    Figure { name: "readers", run: |bench| Box::pin(readers::run(bench)) },
    Figure { name: "pages", run: |bench| Box::pin(pages::run(bench)) },
    Figure { name: "start", run: |bench| Box::pin(start::run(bench)) },
    Figure { name: "export", run: |bench| Box::pin(export::run(bench)) },
    Figure { name: "proof", run: |bench| Box::pin(proof::run(bench)) },
    Figure { name: "verify", run: |bench| Box::pin(verify::run(bench)) },
    Figure { name: "bytes", run: |bench| Box::pin(bytes::run(bench)) },
    Figure { name: "change", run: |bench| Box::pin(change::run(bench)) },
    Figure { name: "receipt", run: |bench| Box::pin(receipt::run(bench)) },
    Figure { name: "request", run: |bench| Box::pin(request::run(bench)) },
];
