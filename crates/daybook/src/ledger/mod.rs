//! What makes the log provable to others: its key, its checkpoints, and what is done with them.
//!
//! `store` writes leaves and tiles; here they are signed, served, published and checked. Nothing here writes a row of its own.
