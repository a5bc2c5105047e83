//! /user.

use super::Route;

pub static ROUTES: &[Route] = &[];
