//! Who is asking, and what they may: `src/auth`, `manage/auth.rs`, `manage/access.rs`.

mod header;
mod matrix;
mod roles;
