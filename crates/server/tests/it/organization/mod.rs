//! `/organization/...`.

mod member_add;
mod new;
