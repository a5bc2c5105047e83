//! /team.

pub mod key;

use super::Route;

pub static ROUTES: &[Route] = &[];
