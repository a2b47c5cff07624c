//! Sealing, signing, pseudonyms, and the gateway's own keys.
//!
//! | module | does |
//! |---|---|
//! | [`keys`] | the recipients' keys: public ones checked (JWK), private ones for clients |
//! | [`seal`] | a projected packet into a compact JWE for one recipient, and back |
//! | [`envelope`] | exports as `age` streams in constant memory |
//! | [`sign`] | receipts as JWS |
//! | [`receipt_key`] | the public key of receipts, from JWK or PEM |
//! | [`secret_file`] | whether a file with a secret is closed to others |
//! | [`gateway_keys`] | the gateway's key files: made, checked, rotated |
//! | [`at_rest`], [`pseudonym`] | what the gateway keeps about a person |
//!
//! The bytes of a sealed packet are in `docs/sealed-packet.md`. Nothing here knows who a party is: that is `identity`.

pub mod at_rest;
pub mod envelope;
pub mod gateway_keys;
#[cfg(test)]
mod interop;
mod jwe;
pub mod keys;
pub mod log_verifiers;
pub mod pseudonym;
pub mod receipt_key;
pub mod seal;
pub mod secret_file;
pub mod sign;
