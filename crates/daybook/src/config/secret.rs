//! A string that must not be seen: keys, passwords, connection strings.
//!
//! There is no `Display` and no `PartialEq`: a secret leaves only through [`Secret::expose`], which is easy to search
//! for, and is compared by the caller in constant time.

use std::fmt;

/// A string whose `Debug` form is `[redacted]`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value read from the file or the environment.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
