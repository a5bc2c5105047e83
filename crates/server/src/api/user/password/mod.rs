//! /user/password.

pub mod change;
