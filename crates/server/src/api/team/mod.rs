//! /team.

use super::Route;

pub static ROUTES: &[Route] = &[];
