//! Sealing, signing, pseudonyms and the at-rest key.

pub mod at_rest;
pub mod pseudonym;
pub mod seal;
