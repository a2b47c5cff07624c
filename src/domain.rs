//! Values and rules without I/O: what a number, a party, a person, a declaration and a packet are.
//!
//! Every type here is made by a checking constructor, so a value that exists is a value that is right.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

pub mod age;
pub mod assertion;
pub mod charset;
pub mod clock;
pub mod code;
pub mod day;
pub mod declaration;
pub mod digest;
pub mod id;
pub mod json;
pub mod machine;
pub mod name;
pub mod oin;
pub mod party;
pub mod pem;
#[cfg(test)]
pub(crate) mod people;
pub mod person;
pub mod pgn;
pub mod plaintext;
pub mod problem;
pub mod text;
