//! The data set and the questions that every figure is measured on, so that two programs measure the same.
//!
//! The program that measures is behind the feature `run` and is no part of any other build: `cargo xtask bench`.

pub mod rows;
pub mod survey;
pub mod workload;
