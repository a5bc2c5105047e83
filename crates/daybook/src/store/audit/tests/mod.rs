//! The answers against a loop over the entries, and the plans behind them.

mod oracle;
mod plans;
