//! `/key`: virtual keys.

use super::Route;

pub static ROUTES: &[Route] = &[];
