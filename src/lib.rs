//! Sluis, a data-exchange gateway between schools, municipalities and the Doorstroompunt.
//!
//! The rooms, from the ground up. Imports point down only; `tests/it/house.rs` enforces it.
//!
//! | layer | room | holds |
//! |---|---|---|
//! | 0 | [`domain`] | values and rules, no I/O |
//! | 1 | [`merkle`] | the arithmetic of the log: bytes in, bytes out |
//! | 2 | [`policy`] | may this party receive this dataset about this person for this purpose now? |
//! | 3 | [`crypto`], [`identity`] | sealing, signing, pseudonyms; who stands at the other end of the line |
//! | 4 | [`accesslog`] | the entry, its parts and proofs |
//! | 5 | [`store`] | all SQL, and the one writer |
//! | 6 | [`exchange`] | the use cases |
//! | 7 | [`http`], [`cli`] | the edges |
//!
//! [`config`] and [`telemetry`] stand beside the edges.

pub mod accesslog;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod domain;
pub mod exchange;
pub mod http;
pub mod identity;
pub mod merkle;
pub mod policy;
pub mod store;
pub mod telemetry;
