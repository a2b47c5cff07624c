//! What a party looks up: who takes part, what is exchanged, what waits, whom it is about.

pub mod list;
pub mod profiles;
pub mod search;
pub mod status;
