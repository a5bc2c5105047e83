//! The audit endpoints as a router.
