//! `/management/v1/...`.

mod budgets;
mod strict;
mod team_members;
mod users;
