//! The arithmetic of the log: bytes in, bytes out.
//!
//! Trees are those of RFC 6962 section 2.1 with SHA-256. Tiles, checkpoints, notes and proofs have the bytes of C2SP
//! (`tlog-tiles`, `tlog-checkpoint`, `signed-note`, `tlog-proof`), so that others can recompute what the log claims.
//!
//! What this room is **not**: it stores nothing, asks for no time, knows no entry's content and no HTTP. Who appends
//! keeps a [`frontier::Frontier`] (some hundred bytes) beside the log's size; who proves loads the tiles that
//! [`proof::tiles_for_inclusion`] or [`proof::tiles_for_consistency`] names, and then calls a pure function.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

pub mod bundle;
pub mod checkpoint;
pub mod frontier;
pub mod hash;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tlog_proof;
pub mod tree;

#[cfg(test)]
mod naive;
