//! /management.

pub mod v1;
