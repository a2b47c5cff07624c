//! May this party receive this dataset about this person for this purpose now?
//!
//! [`catalogue`] reads and checks `policies/`; [`engine`] decides by it and mints the [`permit`]; [`contents`] checks what
//! was sent against the dataset's schema; [`mod@minimise`] projects it to what one permit allows.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

mod answers;
pub mod canonical;
pub mod carries;
mod cited;
mod context;
pub mod days;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;
mod reading;
mod rules;
mod schema;
mod source;
mod uses;

pub mod cases;
pub mod catalogue;
pub mod check;
pub mod contents;
pub mod dataset;
mod definitions;
pub mod engine;
pub mod explain;
pub mod facts;
pub mod finding;
pub mod glossary;
pub mod law;
pub mod matrix;
pub mod minimise;
mod own_act;
pub mod permit;
pub mod region;
pub mod reply;
pub mod routes;
pub mod whatif;
pub mod wording;

pub use catalogue::Catalogue;
pub use contents::Contents;
pub use dataset::Dataset;
pub use engine::Engine;
pub use facts::Facts;
pub use minimise::{Minimised, minimise, minimise_each};
pub use permit::{Decision, Permit, Refusal, RefusalKind};
pub use routes::{RouteAction, RouteContext};
