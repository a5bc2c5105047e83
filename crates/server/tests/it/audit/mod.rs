//! `GET /audit`, `GET /audit/{id}`.
