#![no_main]

#[path = "../../crates/tlog/tests/it/properties.rs"]
#[allow(dead_code, clippy::unwrap_used)]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::path(bytes));
