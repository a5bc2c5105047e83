//! The audit log.

use super::Route;

pub static ROUTES: &[Route] = &[];
