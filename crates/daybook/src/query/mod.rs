//! Questions to the audit log.
