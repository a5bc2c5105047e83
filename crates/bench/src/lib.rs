//! The data set that every figure is measured on, so that two programs measure the same rows.
//!
//! The program that measures is behind the feature `run` and is no part of any other build: `cargo xtask bench`.

pub mod rows;
